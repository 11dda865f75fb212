//! `--context NAME=DIR`, or the project → the contexts of a build, each with its `.dockerignore`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::build::context::Context;
use crate::cli::exit::Problem;
use crate::diagnostic::{Sink, suggest};
use crate::ignore::Ignore;
use crate::plan::compose::PROJECT_CONTEXT;
use crate::plan::model::{Input, Plan};
use crate::plan::visit;
use crate::project::disk::DiskTree;
use crate::project::tree::Tree as _;
use crate::project::{IGNORE_FILE, error};
use crate::source::SourceMap;
use crate::source::disk::words;

/// The folders of `--context`, by name.
pub type Folders = IndexMap<String, PathBuf>;

/// How a context is given.
const HELP: &str = "write `--context NAME=DIR`";

/// Reads all values of `--context`.
pub fn folders(specs: &[String]) -> Result<Folders, Problem> {
    let mut folders = Folders::new();
    for text in specs {
        let Some((name, folder)) = text.split_once('=').filter(|(name, folder)| !name.is_empty() && !folder.is_empty())
        else {
            return Err(Problem::usage(format!("`--context {text}` names no folder")).help(HELP));
        };
        if folders.insert(name.to_owned(), resolve(name, Path::new(folder))?).is_some() {
            return Err(Problem::usage(format!("the context `{name}` is given twice")).help("leave one of them out"));
        }
    }
    Ok(folders)
}

/// The contexts that a plan reads. Findings about `.dockerignore` go to `sink`.
pub fn of_plan(
    plan: &Plan,
    folders: &Folders,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Result<IndexMap<String, Context>, Problem> {
    let names: BTreeSet<&str> = plan.contexts.keys().map(String::as_str).collect();
    if let Some(name) = folders.keys().find(|name| !names.contains(name.as_str())) {
        return Err(unknown(name, &names));
    }
    let read = plan.stages.iter().enumerate().flat_map(|(index, stage)| visit::inputs(index, stage));
    let missing = read.filter_map(|(input, _)| match input {
        Input::Local { local, .. } if !folders.contains_key(local) => Some(local.as_str()),
        _ => None,
    });
    let missing: BTreeSet<&str> = missing.collect();
    if let Some(name) = missing.first() {
        let what =
            format!("the plan reads {}, and no folder is given for it", suggest::listing(missing.iter().copied()));
        return Err(Problem::usage(what).help(format!("add `--context {name}=DIR`")));
    }
    let context = |(name, folder): (&String, &PathBuf)| Ok((name.clone(), open(folder, sources, sink)?));
    folders.iter().map(context).collect()
}

/// The context that a project is.
pub fn of_project(
    directory: &Path,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Result<IndexMap<String, Context>, Problem> {
    let directory = resolve(PROJECT_CONTEXT, directory)?;
    Ok(IndexMap::from([(PROJECT_CONTEXT.to_owned(), open(&directory, sources, sink)?)]))
}

fn unknown(name: &str, names: &BTreeSet<&str>) -> Problem {
    let known = names.iter().copied();
    let help = if names.is_empty() {
        "the plan reads none: leave it out".to_owned()
    } else {
        suggest::did_you_mean(name, known.clone(), || format!("it has {}", suggest::listing(known.clone())))
    };
    Problem::usage(format!("the plan has no context `{name}`")).help(help)
}

/// The directory itself: its sessions are told apart by its path.
fn resolve(name: &str, folder: &Path) -> Result<PathBuf, Problem> {
    let refused = |reason: &str| {
        Problem::usage(format!("cannot read the context `{name}` in `{}`: {reason}", folder.display()))
            .help("give the path of a folder")
    };
    let resolved = folder.canonicalize().map_err(|error| refused(&words(&error)))?;
    if resolved.is_dir() { Ok(resolved) } else { Err(refused("it is no directory")) }
}

fn open(directory: &Path, sources: &SourceMap, sink: &mut Sink) -> Result<Context, Problem> {
    let tree = DiskTree::open(directory).map_err(|found| Problem::usage(found.to_string()))?;
    let ignore = match tree.read(IGNORE_FILE) {
        Ok(Some(text)) => ignore(directory, &text, sources, sink),
        Ok(None) => Ignore::default(),
        Err(found) => {
            sink.push(error::file(&found, None));
            Ignore::default()
        }
    };
    Ok(Context::new(directory, ignore))
}

fn ignore(directory: &Path, text: &Arc<str>, sources: &SourceMap, sink: &mut Sink) -> Ignore {
    Ignore::parse(text).unwrap_or_else(|invalid| {
        let file = sources.add(directory.join(IGNORE_FILE).display().to_string(), Arc::clone(text));
        invalid.iter().for_each(|line| sink.push(error::ignore_pattern(file, line)));
        Ignore::default()
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests {
    use super::*;
    use crate::plan::read;

    fn plan(contexts: &str, local: &str) -> Plan {
        let sources = SourceMap::new();
        let text = format!(
            r#"{{"platform": {{"os": "linux", "arch": "amd64"}}, "contexts": {{{contexts}}}, "stages": [{{"id": "a",
              "name": "a", "phaseKey": "build.00-base", "source": {{"scratch": true}}, "operations": [
              {{"op": "copy", "from": {{"local": "{local}"}}, "src": ["."], "dest": "/"}}]}}]}}"#
        );
        let file = sources.add("plan.json", text.as_str());
        let mut sink = Sink::new();
        let read = read::read(file, &text, &mut sink);
        read.unwrap_or_else(|| panic!("{:?}", sink.diagnostics())).plan
    }

    const TWO: &str = r#""context": {"name": "context"}, "weights": {"name": "weights"}"#;

    #[test]
    fn each_context_has_its_folder_and_what_it_leaves_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".dockerignore"), "*.log\n").unwrap();
        let folders = folders(&[format!("context={}/.", folder.path().display())]).unwrap();
        let mut sink = Sink::new();
        let contexts = of_plan(&plan(TWO, "context"), &folders, &SourceMap::new(), &mut sink).unwrap();
        assert_eq!(contexts.keys().collect::<Vec<_>>(), ["context"], "what is not read needs no folder");
        assert_eq!(contexts["context"].directory, folder.path().canonicalize().unwrap());
        assert!(contexts["context"].ignore.matches("a.log") && !contexts["context"].ignore.matches("a.txt"));
        let project = of_project(folder.path(), &SourceMap::new(), &mut sink).unwrap();
        assert!(project["context"].ignore.matches("a.log"));
        assert!(sink.diagnostics().is_empty());
    }

    #[test]
    fn what_does_not_fit_the_plan_is_told_with_the_names_it_has() {
        let find = |plan: &Plan, specs: &[&str]| {
            let specs: Vec<String> = specs.iter().map(|spec| (*spec).to_owned()).collect();
            let folders = folders(&specs)?;
            of_plan(plan, &folders, &SourceMap::new(), &mut Sink::new())
        };
        let two = plan(TWO, "context");
        let cases: [(&[&str], &str, &str); 7] = [
            (&[], "the plan reads `context`", "--context context=DIR"),
            (&["weight=."], "no context `weight`", "did you mean `weights`?"),
            (&["x=."], "no context `x`", "`context`, `weights`"),
            (&["context"], "names no folder", "NAME=DIR"),
            (&["=."], "names no folder", "NAME=DIR"),
            (&["context=no-such"], "no such file", "a folder"),
            (&["context=.", "context=."], "given twice", "leave one"),
        ];
        for (specs, what, help) in cases {
            let problem = find(&two, specs).unwrap_err();
            assert!(problem.message.contains(what), "{specs:?}: {problem:?}");
            assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{specs:?}: {problem:?}");
        }
        let none = Plan { contexts: IndexMap::new(), ..two };
        assert!(find(&none, &["x=."]).unwrap_err().help.unwrap().contains("reads none"));
    }

    #[test]
    fn a_broken_dockerignore_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".dockerignore"), "ok\na[\n").unwrap();
        let (sources, mut sink) = (SourceMap::new(), Sink::new());
        of_project(folder.path(), &sources, &mut sink).unwrap();
        let [found] = sink.diagnostics() else { panic!("{:?}", sink.diagnostics()) };
        let span = found.primary.as_ref().unwrap().span;
        assert_eq!((found.code.alias, &*sources.text(span)), ("E0510", "a["));
    }
}
