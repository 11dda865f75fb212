//! The text of a block that ships → whether its `detect` certainly does not hold, or whether another that certainly takes part
//! provides the same: then the block need not be parsed.
//!
//! Known are the plainest predicates: `exists("FILE")`, `packages.has("NAME")`, `config.KEY != none`, `config.build.KEY != []`,
//! and these with `and` and `or`. Of all others nothing is known, and the block is read. What is said here is what `eval`
//! says, which a test compares.

use std::collections::BTreeMap;

use crate::project::{Project, glob};
use crate::resolve::trace::Decision;
use crate::source::shipped::Shipped;

/// The decision against a block, if its `detect` certainly does not hold.
pub fn left_out(block: Shipped, project: &Project) -> Option<Decision> {
    let (predicate, line) = detect(block.text)?;
    if any_of(predicate, project) != Some(false) {
        return None;
    }
    Some(Decision { reason: "its detect does not hold".into(), ..decision(block, predicate, line) })
}

/// The decision against a block of which all that it provides comes from an earlier one, which certainly takes part.
/// `provided` holds what the earlier ones provide, each with its block.
pub fn provided_by(block: Shipped, project: &Project, provided: &BTreeMap<&str, &str>) -> Option<Decision> {
    let names = provides(block.text)?;
    let provider = provided.get(names.first()?)?;
    let (predicate, line) = detect(block.text)?;
    // What a search for files finds would have to be told.
    let is_plain = !predicate.contains("exists(");
    if !is_plain || any_of(predicate, project) != Some(true) || !names.iter().all(|name| provided.contains_key(name)) {
        return None;
    }
    Some(Decision { reason: format!("`{provider}` provides the same"), ..decision(block, predicate, line) })
}

/// What a block provides, if it certainly takes part.
pub fn certain(block: Shipped, project: &Project) -> Vec<&'static str> {
    let holds = detect(block.text).is_some_and(|(predicate, _)| any_of(predicate, project) == Some(true));
    provides(block.text).filter(|_| holds).unwrap_or_default()
}

/// The capabilities without a value that a block provides; `None` when one has a value.
fn provides(text: &'static str) -> Option<Vec<&'static str>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("  provides "));
    let mut names = Vec::new();
    for line in lines {
        if line.contains('=') {
            return None;
        }
        names.extend(line.split(", "));
    }
    Some(names)
}

fn decision(block: Shipped, predicate: &str, line: usize) -> Decision {
    Decision {
        name: block.stem().into(),
        chosen: false,
        reason: String::new(),
        predicate: Some(predicate.into()),
        place: Some(format!("{}:{line}", block.path)),
        files: Vec::new(),
    }
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
        "packages.lines != []" => !project.packages.lines.is_empty(),
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
