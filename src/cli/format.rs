//! `cogpack fmt`

use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::cli::args::FmtArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::diagnostic::{Sink, render};
use crate::project::{Project, tree};
use crate::source::SourceMap;
use crate::syntax;

/// Formats files in place, or says what it would do.
pub fn run(args: &FmtArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let mut unformatted = 0_usize;
    let mut count = 0_usize;
    let paths = paths(args)?;
    if paths.is_empty() {
        output.say(&no_files(args));
        return Ok(Exit::Success);
    }
    for path in paths {
        let text = if is_stdin(&path) { files::stdin()? } else { files::read(&path)? };
        let Some(formatted) = format(&path, &text, &sources, &mut sink) else { continue };
        count += 1;
        let changed = formatted != text;
        unformatted += usize::from(changed);
        if args.diff && changed {
            output.machine(diff(&path, &text, &formatted).as_bytes());
        }
        if args.check || args.diff {
            if args.check && changed && !args.diff {
                output.say(&format!("would format {}", path.display()));
            }
        } else if is_stdin(&path) {
            output.machine(formatted.as_bytes());
        } else if changed {
            files::write(&path, formatted.as_bytes())?;
            output.say(&format!("formatted {}", path.display()));
        }
    }
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    if sink.has_errors() {
        return Ok(Exit::Project);
    }
    if unformatted == 0 && !args.files.iter().any(|path| is_stdin(path)) {
        output.say(&format!("{count} {} formatted already", if count == 1 { "file is" } else { "files are" }));
    }
    Ok(if (args.check || args.diff) && unformatted > 0 { Exit::Project } else { Exit::Success })
}

/// What is said when there is nothing to format.
fn no_files(args: &FmtArgs) -> String {
    match args.files.as_slice() {
        [] => "this project has no block files: they lie in its `blocks` folder as `NAME.block`".into(),
        [folder] => format!("`{}` has no files called `*.block`", folder.display()),
        _ => "these folders have no files called `*.block`".into(),
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn paths(args: &FmtArgs) -> Result<Vec<PathBuf>, Problem> {
    if args.files.is_empty() {
        return own_files();
    }
    let mut paths = Vec::new();
    for path in &args.files {
        paths.extend(if is_stdin(path) { vec![path.clone()] } else { files::block_files_below(path)? });
    }
    Ok(paths)
}

/// The block files of the project: those that `cogpack.toml` names, else those in `blocks`.
fn own_files() -> Result<Vec<PathBuf>, Problem> {
    let root = project::root(None)?;
    let named = Project::read(Box::new(project::open(Some(&root))?), &SourceMap::new(), &mut Sink::new()).settings;
    let Some(named) = named.block_paths else {
        let folder = root.join("blocks");
        return if files::is_directory(&folder) { files::block_files(&folder) } else { Ok(Vec::new()) };
    };
    let mut files = Vec::new();
    // A path that leads out of the project is an error of other commands; nothing is written there.
    for path in named.iter().filter_map(|path| tree::clean(&path.value).ok()) {
        files.extend(files::block_files(&root.join(path))?);
    }
    Ok(files)
}

/// The formatted text; `None` when the file does not parse, which is left as it is.
fn format(path: &Path, text: &str, sources: &SourceMap, sink: &mut Sink) -> Option<String> {
    let name = if is_stdin(path) { "<stdin>".into() } else { path.display().to_string() };
    let mut found = Sink::new();
    let ast = syntax::parse(sources, sources.add(name, text), &mut found);
    let formatted = (!found.has_errors()).then(|| syntax::format(sources, &ast));
    found.into_diagnostics().into_iter().for_each(|diagnostic| sink.push(diagnostic));
    formatted
}

fn diff(path: &Path, old: &str, new: &str) -> String {
    let name = render::visible(&path.display().to_string());
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&name, &name).to_string()
}
