//! The project's Python requirements and the versions that are known → lines that install exactly those.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use crate::project::packages::normalize;
use crate::resolve::{Dependency, Inputs};

/// The lines that install one package each at the version that is known, by normalized name: what a lock says, what was
/// resolved, else what is asked for.
pub fn packages(inputs: &Inputs<'_>, dependencies: &IndexMap<String, Dependency>) -> BTreeMap<String, String> {
    let known = known(inputs, dependencies);
    let addressed = addressed(inputs);
    let mut lines = BTreeMap::new();
    for (name, package) in &inputs.project.packages.by_name {
        let extras: BTreeSet<&str> =
            package.requirements.iter().flat_map(|requirement| requirement.extras.iter().map(String::as_str)).collect();
        let extras: Vec<&str> = extras.into_iter().collect();
        let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
        let line = match (addressed.get(name), known.get(name)) {
            (Some(line), _) => (*line).to_owned(),
            (None, Some(version)) => format!("{name}{extras}=={version}"),
            (None, None) => {
                let constraint = inputs.project.packages.constraint(name).and_then(|constraint| constraint.as_pep440());
                format!("{name}{extras}{}", constraint.unwrap_or_default())
            }
        };
        lines.insert(name.clone(), line);
    }
    // Those that only blocks ask for.
    for (name, version) in known {
        lines.entry(name.clone()).or_insert_with(|| format!("{name}=={version}"));
    }
    lines
}

/// The first line that says where a package is, by its normalized name: `torch @ https://…`.
fn addressed<'a>(inputs: &'a Inputs<'_>) -> BTreeMap<String, &'a str> {
    let mut lines = BTreeMap::new();
    for line in &inputs.project.packages.lines {
        if let Some((named, _)) = line.value.split_once('@') {
            lines.entry(normalize(named.split('[').next().unwrap_or(named))).or_insert(line.value.as_str());
        }
    }
    lines
}

/// The lines of the project, each at its version where that is known, then the packages that blocks ask for: whoever
/// installs the lines keeps to what those need. Two lines that come out equal are one.
pub fn lines(inputs: &Inputs<'_>, dependencies: &IndexMap<String, Dependency>) -> Vec<String> {
    let known = known(inputs, dependencies);
    let packages = &inputs.project.packages;
    let own = packages.lines.iter().map(|line| at_version(&line.value, &known));
    // With hashes, each line has to have one.
    let hashed = packages.lines.iter().any(|line| line.value.contains("--hash"));
    let asked = dependencies.keys().map(|name| normalize(name)).filter(|name| !packages.by_name.contains_key(name));
    let asked = asked.filter_map(|name| Some(format!("{name}=={}", known.get(&name)?))).filter(|_| !hashed);
    own.chain(asked).collect::<IndexSet<String>>().into_iter().collect()
}

/// The versions that a lock or a catalog fixes, by normalized name. A label that nobody asks for is left to the index that
/// the build is taken from.
fn known(inputs: &Inputs<'_>, dependencies: &IndexMap<String, Dependency>) -> BTreeMap<String, String> {
    let resolved = dependencies
        .iter()
        .filter(|(name, _)| inputs.library.catalogs.get(name).is_some_and(|catalog| catalog.package))
        .filter_map(|(name, dependency)| {
            let version = dependency.version.as_ref()?;
            let asked = inputs.project.packages.constraint(name);
            let labelled = asked.is_some_and(|constraint| constraint.names_label());
            let told = if labelled { version.as_str().to_owned() } else { version.without_label() };
            Some((normalize(name), told))
        });
    let packages = &inputs.project.packages.by_name;
    let locked = packages
        .iter()
        .filter_map(|(name, package)| Some((name.clone(), package.locked.as_ref()?.value.as_str().to_owned())));
    // Nothing loosens what is locked, so locks come last.
    resolved.chain(locked).collect()
}

/// `numpy[x]>=2; marker` → `numpy[x]==2.1.0; marker`. A line with hashes fixes its version itself; one that names a
/// file or an address has none.
fn at_version(line: &str, known: &BTreeMap<String, String>) -> String {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let (extras, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((extras, rest)) => (format!("[{extras}]"), rest.trim_start()),
        None => (String::new(), rest),
    };
    let is_plain = rest.is_empty() || rest.starts_with(['<', '>', '=', '!', '~', '(', ';']);
    match known.get(&normalize(name)) {
        Some(version) if is_plain && !line.contains("--hash") => {
            let marker = rest.split_once(';').map(|(_, marker)| format!("; {}", marker.trim())).unwrap_or_default();
            format!("{name}{extras}=={version}{marker}")
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gets_the_version_that_is_known() {
        let version = "2.1.0".to_owned();
        let known = BTreeMap::from([("numpy".to_owned(), version.clone()), ("git".to_owned(), version)]);
        for (line, wanted) in [
            ("numpy", "numpy==2.1.0"),
            ("NumPy >= 2, < 3", "NumPy==2.1.0"),
            ("numpy[a,b]~=2.0; python_version > '3'", "numpy[a,b]==2.1.0; python_version > '3'"),
            ("numpy @ https://files.example/numpy.whl", "numpy @ https://files.example/numpy.whl"),
            ("git+https://git.example/a.git", "git+https://git.example/a.git"),
            ("numpy==2.1.0 --hash=sha256:00", "numpy==2.1.0 --hash=sha256:00"),
            ("numpy-extra>=1", "numpy-extra>=1"),
            ("./wheels/numpy.whl", "./wheels/numpy.whl"),
            ("", ""),
        ] {
            assert_eq!(at_version(line, &known), wanted);
        }
    }
}
