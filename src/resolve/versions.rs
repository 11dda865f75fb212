//! Steps 3 and 4: all that is asked of each dependency, and the one version that is chosen.
//!
//! The newest release that fits everything is chosen, and one that a base image has goes before the newest. Dependencies
//! are chosen one by one.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::check::hir::Expr;
use crate::diagnostic::Sink;
use crate::eval::Evaluator;
use crate::eval::value::ValueKind;
use crate::project::packages::normalize;
use crate::resolve::catalog::{Catalog, Release};
use crate::resolve::{Dependency, Inputs, Participant, Requirement, error};
use crate::source::Span;
use crate::version::{Constraint, Version};

/// The name under which the project's own files ask for a version of Python.
const PYTHON: &str = "python";

/// Chooses a version for everything that the blocks depend on. `None` after errors.
pub fn resolve(
    inputs: &Inputs<'_>,
    participants: &[Participant<'_>],
    sink: &mut Sink,
) -> Option<IndexMap<String, Dependency>> {
    let mut dependencies = IndexMap::new();
    for (name, requirements) in collect(inputs, participants, sink) {
        let Some(catalog) = inputs.library.catalogs.get(&name) else {
            dependencies.insert(name, Dependency { version: None, columns: IndexMap::new(), requirements });
            continue;
        };
        if requirements.is_empty() {
            dependencies.insert(name, Dependency { version: None, columns: IndexMap::new(), requirements });
            continue;
        }
        match choose(inputs, catalog, &requirements) {
            Some(release) => {
                let version = Some(release.version.clone());
                dependencies.insert(name, Dependency { version, columns: release.columns.clone(), requirements });
            }
            None => sink.push(no_version(catalog, &requirements)),
        }
    }
    (!sink.has_errors()).then_some(dependencies)
}

/// What the blocks ask for, then what the project's files say of Python.
fn collect(
    inputs: &Inputs<'_>,
    participants: &[Participant<'_>],
    sink: &mut Sink,
) -> IndexMap<String, Vec<Requirement>> {
    let mut requirements: IndexMap<String, Vec<Requirement>> = IndexMap::new();
    for participant in participants {
        let block = participant.block;
        let evaluator = participant.evaluator(inputs.hir, inputs.facts());
        for (name, expr) in &block.depends {
            let asked = requirements.entry(name.text.clone()).or_default();
            match requirement(inputs, &block.name.text, expr, &evaluator) {
                Ok(requirement) => asked.extend(requirement),
                Err(found) => sink.push(*found),
            }
        }
    }
    for (name, asked) in &mut requirements {
        let own = of_project(inputs, name);
        // A block may have read one of them already.
        let told: BTreeSet<Span> = own.iter().map(|requirement| requirement.span).collect();
        asked.retain(|requirement| !told.contains(&requirement.span));
        asked.extend(own);
    }
    requirements
}

/// What the project's own files ask of a dependency.
fn of_project(inputs: &Inputs<'_>, name: &str) -> Vec<Requirement> {
    let build = &inputs.project.config.build;
    let of_config = match name {
        PYTHON => &build.python_version,
        "cuda" => &build.cuda,
        "cudnn" => &build.cudnn,
        "cog" => &build.sdk_version,
        _ => &None,
    };
    let asked =
        |constraint: &Constraint, span| Requirement { constraint: constraint.clone(), span, by: file_of(inputs, span) };
    let mut requirements: Vec<Requirement> =
        of_config.iter().map(|constraint| asked(&constraint.value, constraint.span)).collect();
    if name == PYTHON {
        requirements.extend(python(inputs));
    }
    let is_package = inputs.library.catalogs.get(name).is_some_and(|catalog| catalog.package);
    if let Some(package) = inputs.project.packages.by_name.get(&normalize(name)).filter(|_| is_package) {
        let constraints = package.requirements.iter();
        requirements.extend(constraints.filter_map(|one| Some(asked(one.constraint.as_ref()?, one.span))));
        requirements.extend(package.locked.iter().map(|locked| asked(&Constraint::exact(&locked.value), locked.span)));
    }
    requirements
}

fn requirement(
    inputs: &Inputs<'_>,
    block: &str,
    expr: &Expr,
    evaluator: &Evaluator<'_>,
) -> Result<Option<Requirement>, Box<crate::diagnostic::Diagnostic>> {
    let value = evaluator.value(expr)?;
    let (span, by) = match value.origin.span {
        Some(span) => (span, file_of(inputs, span)),
        None => (expr.span, format!("the block `{block}`")),
    };
    Ok(match value.kind {
        ValueKind::Constraint(constraint) => Some(Requirement { constraint, span, by }),
        ValueKind::Version(version) => Some(Requirement { constraint: Constraint::exact(&version), span, by }),
        _ => None,
    })
}

/// What limits Python, and `.python-version`, which chooses within the limits where `cog.yaml` does not.
fn python(inputs: &Inputs<'_>) -> Vec<Requirement> {
    let chosen_by_config = inputs.project.config.build.python_version.is_some();
    let said = &inputs.project.packages.python;
    said.iter()
        .filter(|requirement| !(requirement.chooses && chosen_by_config))
        .map(|requirement| Requirement {
            constraint: requirement.constraint.clone(),
            span: requirement.span,
            by: file_of(inputs, requirement.span),
        })
        .collect()
}

/// A file of the project, as messages call who asks.
fn file_of(inputs: &Inputs<'_>, span: Span) -> String {
    format!("`{}`", inputs.sources.file(span.file).name)
}

fn choose<'c>(inputs: &Inputs<'_>, catalog: &'c Catalog, requirements: &[Requirement]) -> Option<&'c Release> {
    let fits = |release: &&Release| requirements.iter().all(|asked| asked.constraint.contains(&release.version));
    let images = inputs.library.images.by_name.values();
    let known: Vec<&Version> = images.filter_map(|image| image.packages.get(&catalog.name)?.version.as_ref()).collect();
    let in_an_image = catalog.releases.iter().filter(|release| known.contains(&&release.version));
    in_an_image.chain(&catalog.releases).find(fits)
}

/// Names the requirements that conflict: the fewest that no release fits together, found by leaving out one at a time.
fn no_version(catalog: &Catalog, requirements: &[Requirement]) -> crate::diagnostic::Diagnostic {
    let nothing_fits = |asked: &[&Requirement]| {
        !catalog.releases.iter().any(|release| asked.iter().all(|one| one.constraint.contains(&release.version)))
    };
    let mut conflict: Vec<&Requirement> = requirements.iter().collect();
    let mut index = 0;
    while index < conflict.len() {
        let mut fewer = conflict.clone();
        fewer.remove(index);
        if nothing_fits(&fewer) {
            conflict = fewer;
        } else {
            index += 1;
        }
    }
    let nearest = match conflict.as_slice() {
        [_] => catalog.releases.first().map(|newest| {
            let oldest = catalog.releases.last().unwrap_or(newest);
            format!("`{}` is known from {} to {}", catalog.name, oldest.version, newest.version)
        }),
        _ => None,
    };
    error::no_version(&catalog.name, &conflict, nearest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    fn catalog() -> Catalog {
        Catalog::parse("name = \"tool\"\nversions = [\"1.0\", \"2.1\", \"1.5\", \"2.0\"]\n").unwrap()
    }

    fn asked(constraints: &[&str]) -> Vec<Requirement> {
        let file = SourceMap::new().add("a.block", "");
        let requirement = |(index, text): (usize, &&str)| Requirement {
            constraint: Constraint::parse(text).unwrap(),
            span: Span::new(file, index, index),
            by: format!("`{index}`"),
        };
        constraints.iter().enumerate().map(requirement).collect()
    }

    #[test]
    fn releases_are_newest_first() {
        let versions: Vec<String> = catalog().releases.iter().map(|release| release.version.to_string()).collect();
        assert_eq!(versions, ["2.1", "2.0", "1.5", "1.0"]);
    }

    #[test]
    fn a_conflict_names_no_more_than_it_must() {
        let found = no_version(&catalog(), &asked(&[">=1", "<2", "*", ">=2", "!=1.5"]));
        assert_eq!(found.message, "no release of `tool` fits: `1` asks for `<2`, and `3` asks for `>=2`");
        let found = no_version(&catalog(), &asked(&["<2", ">=1.5", "!=1.5"]));
        assert_eq!(found.related.len(), 2, "each pair of them fits together");
    }

    #[test]
    fn one_that_nothing_fits_stands_alone_and_is_told_what_is_known() {
        let found = no_version(&catalog(), &asked(&["<2", ">=7"]));
        assert_eq!(found.message, "no release of `tool` fits: `1` asks for `>=7`");
        assert_eq!(found.help.unwrap(), "`tool` is known from 1.0 to 2.1");
    }
}
