//! `.python-version` → the version of Python that it chooses.

use crate::project::mistake;
use crate::project::packages::PythonRequirement;
use crate::project::packages::gather::Gather;
use crate::project::packages::line;
use crate::version::Constraint;

/// What uv and pyenv put before a version of the usual Python.
const NAMES: &[&str] = &["cpython-", "cpython@", "python-", "python@", "cpython", "python"];

/// Reads `.python-version`, if there is one: the first line that is not blank or a comment.
pub fn read(gather: &mut Gather) {
    let (file, text) = match gather.documents.file(gather.sources, ".python-version") {
        Ok(Some(found)) => found,
        Ok(None) => return,
        Err(found) => return gather.sink.push(found),
    };
    let lines = line::split(file, &text);
    let Some(line) = lines.first() else {
        return;
    };
    let version = NAMES.iter().find_map(|name| line.text.strip_prefix(name)).unwrap_or(&line.text);
    let numbered = version.starts_with(|first: char| first.is_ascii_digit() || "<>=!~^".contains(first));
    match Constraint::parse(version).ok().filter(|_| numbered) {
        Some(constraint) => {
            gather.packages.python.push(PythonRequirement { constraint, chooses: true, span: line.place() });
        }
        None => gather.sink.push(mistake::python_version_file(&line.text, line.place())),
    }
}
