//! `cogpack init`

use std::path::Path;

use crate::cli::args::InitArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::compile::{self, Options};
use crate::diagnostic::Sink;
use crate::source::{SourceMap, shipped};

const CONFIG: &str = include_str!("init/cog.yaml");
const RUNNER: &str = include_str!("init/run.py");
const REQUIREMENTS: &str = include_str!("init/requirements.txt");
const BLOCK: &str = include_str!("init/example.block");

/// Writes the files that a project or a block starts with. Files that are there are never changed.
pub fn run(args: &InitArgs, output: &Output) -> Result<Exit, Problem> {
    match &args.block {
        Some(name) => block(args.directory.as_deref(), name, output),
        None => start(args.directory.as_deref().unwrap_or(Path::new(".")), output),
    }
}

fn start(directory: &Path, output: &Output) -> Result<Exit, Problem> {
    let files = [("cog.yaml", CONFIG), ("run.py", RUNNER), ("requirements.txt", REQUIREMENTS)];
    let present = files.iter().find(|(name, _)| files::is_there(&directory.join(name)));
    if let Some((name, _)) = present {
        let message = format!("`{}` is there already", directory.join(name).display());
        return Err(Problem::usage(message).help("choose an empty folder; nothing was changed"));
    }
    for (name, text) in files {
        files::create(&directory.join(name), text)?;
        output.say(&format!("wrote {}", directory.join(name).display()));
    }
    let shown = directory.display().to_string();
    let named = if directory == Path::new(".") { String::new() } else { format!("{} ", quoted(&shown)) };
    output.say(&format!("run a prediction with `cogpack predict {named}-i s=world`"));
    Ok(Exit::Success)
}

/// As a shell reads it: in quotes, where it needs them.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

fn block(directory: Option<&Path>, name: &str, output: &Output) -> Result<Exit, Problem> {
    let first = name.chars().next();
    let is_name = first.is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    if !is_name || name == "base" {
        return Err(Problem::usage(format!("`{name}` cannot be a block's name")).help(match is_name {
            true => "the stages that start from the base images are called so",
            false => "a name is letters, digits, `-` and `_`, and begins with a letter",
        }));
    }
    let root = project::root(directory)?;
    let path = root.join("blocks").join(format!("{name}.block"));
    files::create(&path, &BLOCK.replace("NAME", name))?;
    output.say(&format!("wrote {}", path.display()));
    output.say(&what_it_does(&root, name)?);
    Ok(Exit::Success)
}

/// What the new block does in its project.
fn what_it_does(root: &Path, name: &str) -> Result<String, Problem> {
    let tree = Box::new(project::open(Some(root))?);
    let hir = compile::all_blocks(tree, &Options::default(), &SourceMap::new(), &mut Sink::new());
    let is_read = hir.blocks.get(name).is_some_and(|block| block.from_project);
    Ok(match (is_read, shipped::block(name)) {
        (false, _) => {
            format!("`cogpack.toml` names other places for blocks: add `blocks/{name}.block` to its `blocks`")
        }
        (true, Some(_)) => format!("it takes the place of the block `{name}` that ships"),
        (true, None) => "it takes part in the next `cogpack plan`".into(),
    })
}
