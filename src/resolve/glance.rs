//! The text of a block that ships → whether its `detect` certainly does not hold: then the block need not be parsed.
//!
//! Known are the plainest predicates: `exists("FILE")`, `packages.has("NAME")`, `config.KEY != none`, `config.build.KEY != []`,
//! and these with `and` and `or`. Of all others nothing is known, and the block is read. What is said here is what `eval`
//! says, which a test compares.

use crate::project::{Project, glob};
use crate::resolve::trace::Decision;
use crate::source::shipped::Shipped;

/// The decision against a block, if its `detect` certainly does not hold.
pub fn left_out(block: Shipped, project: &Project) -> Option<Decision> {
    let (predicate, line) = detect(block.text)?;
    if any_of(predicate, project) != Some(false) {
        return None;
    }
    Some(Decision {
        name: block.stem().into(),
        chosen: false,
        reason: "its detect does not hold".into(),
        predicate: Some(predicate.into()),
        place: Some(format!("{}:{line}", block.path)),
        files: Vec::new(),
    })
}

/// The text of the predicate and its line. Blocks that ship are formatted: it stands alone or on one line.
fn detect(text: &str) -> Option<(&str, usize)> {
    const START: &str = "\n  detect { ";
    let at = text.find(START)?;
    let predicate = text.get(at + START.len()..)?.split_once('\n')?.0.strip_suffix(" }")?;
    let line = text.get(..at + 1)?.matches('\n').count() + 1;
    Some((predicate, line))
}

fn any_of(text: &str, project: &Project) -> Option<bool> {
    let mut known = Some(false);
    for part in text.split(" or ") {
        match all_of(part, project) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => known = None,
        }
    }
    known
}

fn all_of(text: &str, project: &Project) -> Option<bool> {
    let mut known = Some(true);
    for part in text.split(" and ") {
        match fact(part, project) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

/// Whether a plain predicate holds; `None` when it is not one, or when it cannot be told.
fn fact(text: &str, project: &Project) -> Option<bool> {
    let config = &project.config;
    let build = &config.build;
    Some(match text {
        "config.build.gpu" => build.gpu,
        "config.build.system_packages != []" => !build.system_packages.is_empty(),
        "config.build.pre_install != []" => !build.pre_install.is_empty(),
        "config.build.run != []" => !build.run.is_empty(),
        "config.run != none" => config.run.is_some(),
        "config.run == none" => config.run.is_none(),
        "config.predict != none" => config.predict.is_some(),
        "config.predict == none" => config.predict.is_none(),
        "config.train != none" => config.train.is_some(),
        "config.train == none" => config.train.is_none(),
        _ => {
            let argument = |function: &str| text.strip_prefix(function)?.strip_suffix(')');
            if let Some(name) = argument("packages.has(") {
                return Some(project.packages.has(literal(name)?));
            }
            let names = argument("exists(")?;
            let names = names.strip_prefix('[').and_then(|names| names.strip_suffix(']')).unwrap_or(names);
            let mut found = false;
            for name in names.split(", ") {
                found |= !glob::search(project.tree(), literal(name)?).ok()?.paths.is_empty();
            }
            found
        }
    })
}

/// A string without escapes, interpolations and wildcards.
fn literal(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\', '$', '*', '?', '[', '{'])).then_some(inner)
}
