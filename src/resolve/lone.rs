//! What depends on nothing else: the release that is chosen, or what conflicts and which would do instead.

use crate::diagnostic::Diagnostic;
use crate::resolve::catalog::{Catalog, Release};
use crate::resolve::{Inputs, Requirement, error};
use crate::version::{Constraint, Version};

/// The newest release that fits, one that a base image has before others.
pub fn choose<'c>(inputs: &Inputs<'_>, catalog: &'c Catalog, requirements: &[Requirement]) -> Option<&'c Release> {
    let fits = |release: &&Release| requirements.iter().all(|asked| catalog.fits(release, &asked.constraint));
    let known = inputs.library.images.versions(&catalog.name);
    let in_an_image = catalog.releases.iter().filter(|release| known.contains(&release.written()));
    in_an_image.chain(&catalog.releases).find(fits)
}

/// Names the requirements that conflict: the fewest that no release fits together, found by leaving out one at a time.
pub fn no_version(catalog: &Catalog, requirements: &[Requirement]) -> Diagnostic {
    let conflict = fewest(catalog, requirements);
    let nearest = match conflict.as_slice() {
        [only] => nearest(catalog, only, requirements)
            .map(|version| format!("the nearest that would do: `{}` {version} in {}", catalog.name, only.by)),
        _ => None,
    };
    error::no_version(catalog, &conflict, nearest)
}

/// The fewest requirements that no release fits together.
fn fewest<'r>(catalog: &Catalog, requirements: &'r [Requirement]) -> Vec<&'r Requirement> {
    let nothing_fits = |asked: &[&Requirement]| {
        let constraints: Vec<&Constraint> = asked.iter().map(|one| &one.constraint).collect();
        catalog.newest(&constraints).is_none()
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
    conflict
}

/// The release next to one that does not exist, of its own line if that has one, such that all else holds; with as many
/// numbers as were asked for.
fn nearest(catalog: &Catalog, asked: &Requirement, all: &[Requirement]) -> Option<String> {
    let wanted = &asked.constraint.clauses().iter().flatten().flatten().next()?.version;
    let fits = |release: &&Release| {
        all.iter().filter(|other| other.span != asked.span).all(|other| catalog.fits(release, &other.constraint))
    };
    let versions: Vec<&Version> = catalog.releases.iter().filter(fits).filter_map(Release::version).collect();
    // Newest first.
    let newer = versions.iter().rev().find(|version| **version > wanted);
    let older = versions.iter().find(|version| **version < wanted);
    let is_near = |version: &&&Version| version.major_minor() == wanted.major_minor();
    let found = newer.filter(is_near).or(older.filter(is_near)).or(newer).or(older)?;
    let numbers = found.release().into_iter().take(wanted.release().len().max(2)).map(|number| number.to_string());
    Some(numbers.collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, Span};

    fn catalog() -> Catalog {
        Catalog::shipped("name = \"tool\"\nversions = [\"2.1\", \"2.0\", \"1.5\", \"1.0\"]\n").unwrap()
    }

    fn asked(constraints: &[&str]) -> Vec<Requirement> {
        let file = SourceMap::new().add("a.block", "");
        let requirement = |(index, text): (usize, &&str)| Requirement {
            constraint: Constraint::parse(text).unwrap(),
            span: Span::new(file, index, index),
            by: format!("`{index}`"),
            when: None,
        };
        constraints.iter().enumerate().map(requirement).collect()
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
        let help = "`tool` is known from 1.0 to 2.1\nthe nearest that would do: `tool` 1.5 in `1`";
        assert_eq!(found.help.unwrap(), help);
    }

    #[test]
    fn the_nearest_is_of_the_same_line_if_that_has_one() {
        let near = |text: &str| {
            let asked = asked(&[text]);
            nearest(&catalog(), &asked[0], &asked).unwrap()
        };
        for (wanted, found) in [("1.6", "2.0"), ("1.5.3", "1.5"), ("2.0.0.1", "2.0"), ("0.9", "1.0"), ("3", "2.1")] {
            assert_eq!(near(&format!("=={wanted}")), found, "{wanted}");
        }
    }
}
