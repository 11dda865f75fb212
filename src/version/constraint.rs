//! Which versions will do: text → [`Constraint`], and the questions a checker and a solver ask of it.

use crate::version::comparator::prefix;
use crate::version::interval::{holds, intersect, unite};
use crate::version::{Comparator, Interval, Invalid, Operator, Version, grammar};
use std::fmt;
use std::ops::Bound::Unbounded;

/// Which versions will do, kept as it was written.
///
/// One grammar for three ecosystems: PEP 440 (`~=1.4`, `==1.*`, `>=1,<2`), Poetry and npm (`^1.2`, `~1.2`, `1.x`,
/// `>=18 <20`, `18 || 20`, `1.2 - 2.3`). A bare `3.11` is `3.11.*`; where the same text means different things, as `>1`
/// and `<=1.2` do, PEP 440 holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Constraint {
    written: String,
    clauses: Vec<Vec<Vec<Comparator>>>,
}

impl Constraint {
    /// Reads PEP 440's, Poetry's and npm's forms in one grammar. An empty text is any version.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let alternatives = grammar::read(text)?;
        let clauses = if alternatives.iter().all(Vec::is_empty) { Vec::new() } else { vec![alternatives] };
        Ok(Self { written: text.trim().into(), clauses })
    }

    /// Any version but a prerelease: `*`.
    pub fn any() -> Self {
        Self { written: "*".into(), clauses: Vec::new() }
    }

    /// This version alone: `==V`. Without a local label it takes V with any label, as in PEP 440.
    pub fn exact(version: &Version) -> Self {
        let comparator = Comparator { operator: Operator::Equal, version: version.clone() };
        Self { written: format!("=={version}"), clauses: vec![vec![vec![comparator]]] }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The comparators: all clauses must hold; a clause holds when one of its groups does, a group when all of its
    /// comparators do. What is parsed has one clause (any version: none); [`Constraint::and`] makes more of them.
    pub fn clauses(&self) -> &[Vec<Vec<Comparator>>] {
        &self.clauses
    }

    /// Whether `version` will do.
    ///
    /// PEP 440 turns prereleases away unless they are asked for. So one will do only when a comparator beside it, in a
    /// group that it passes, names a prerelease: `>=2.0rc1` contains `2.1b1`, `>=2.0` does not.
    pub fn contains(&self, version: &Version) -> bool {
        let mut asked_for = !version.is_prerelease();
        for clause in &self.clauses {
            let mut passes = false;
            for group in clause.iter().filter(|group| group.iter().all(|comparator| comparator.contains(version))) {
                passes = true;
                asked_for |= group.iter().any(Comparator::names_prerelease);
            }
            if !passes {
                return false;
            }
        }
        asked_for
    }

    /// Which of many versions will do, without working out the intervals for each.
    pub fn all_of<'v>(&self, versions: impl Iterator<Item = &'v Version>) -> Vec<bool> {
        let ranges = self.to_ranges();
        let by_spelling = self.clauses.iter().flatten().flatten().any(|one| one.operator == Operator::Identical);
        let fits = |version: &Version| {
            if by_spelling || version.is_prerelease() {
                return self.contains(version);
            }
            ranges.iter().any(|range| holds(range, version))
        };
        versions.map(fits).collect()
    }

    /// Whether any version that begins with the numbers of this one may do: `>=12.4.1` allows some of `12.4`.
    pub fn allows_some_of(&self, version: &Version) -> bool {
        !intersect(&self.to_ranges(), &[prefix(version, version.parsed.release().len())]).is_empty()
    }

    /// Whether any of `versions` will do.
    pub fn allows_any_of(&self, versions: &[Version]) -> bool {
        versions.iter().any(|version| self.contains(version))
    }

    /// Whether some prerelease may do: a comparator names one.
    pub fn names_prerelease(&self) -> bool {
        self.clauses.iter().flatten().flatten().any(Comparator::names_prerelease)
    }

    /// Whether a comparator names a local label, as `==2.1.0+cu118` does.
    pub fn names_label(&self) -> bool {
        self.clauses.iter().flatten().flatten().any(|comparator| comparator.version.parsed.is_local())
    }

    /// What both let through. A prerelease that one of them asks for passes when it lies in both.
    pub fn and(&self, other: &Self) -> Self {
        if other.is_any() || self == other {
            return self.clone();
        }
        if self.is_any() {
            return other.clone();
        }
        let mut plain: Vec<Comparator> = Vec::new();
        let mut clauses: Vec<Vec<Vec<Comparator>>> = Vec::new();
        for clause in self.clauses.iter().chain(&other.clauses) {
            match clause.as_slice() {
                [group] => group.iter().for_each(|comparator| {
                    if !plain.contains(comparator) {
                        plain.push(comparator.clone());
                    }
                }),
                _ if clauses.contains(clause) => {}
                _ => clauses.push(clause.clone()),
            }
        }
        if !plain.is_empty() {
            clauses.insert(0, vec![plain]);
        }
        Self { written: format!("{}, {}", self.in_parentheses(), other.in_parentheses()), clauses }
    }

    /// Whether it turns no version away, but for prereleases.
    pub fn is_any(&self) -> bool {
        self.clauses.iter().all(|clause| clause.iter().any(Vec::is_empty))
    }

    /// The one version that fits, when `==` or `===` names it: of `==1.2.3`, not of `1.2.3` or `==1.2.*`.
    pub fn as_exact(&self) -> Option<Version> {
        let named = self.clauses.iter().filter_map(|clause| exact_of(clause));
        let version = named.max_by_key(|version| version.parsed.is_local())?;
        self.contains(version).then(|| version.clone())
    }

    /// The versions that will do, as intervals in order that do not touch. The rule about prereleases is not in them
    /// (see [`Constraint::contains`]), nor the spelling that `===` asks for.
    pub fn to_ranges(&self) -> Vec<Interval> {
        let everything = vec![(Unbounded, Unbounded)];
        self.clauses.iter().fold(everything, |ranges, clause| {
            let groups = clause.iter().flat_map(|group| {
                group.iter().fold(vec![(Unbounded, Unbounded)], |ranges, comparator| {
                    intersect(&ranges, &comparator.to_ranges())
                })
            });
            intersect(&ranges, &unite(groups.collect()))
        })
    }

    /// A specifier for pip and uv: `>=1.2,<2` of `^1.2`, `==3.11.*` of `3.11`, empty for any version. None with `||`,
    /// which PEP 440 cannot say.
    pub fn as_pep440(&self) -> Option<String> {
        if self.is_any() {
            return Some(String::new());
        }
        let groups: Option<Vec<&Vec<Comparator>>> = self
            .clauses
            .iter()
            .map(|clause| match clause.as_slice() {
                [group] => Some(group),
                _ => None,
            })
            .collect();
        Some(groups?.into_iter().flatten().map(Comparator::to_string).collect::<Vec<_>>().join(","))
    }

    fn in_parentheses(&self) -> String {
        match self.clauses.as_slice() {
            [clause] if clause.len() > 1 => format!("({})", self.written),
            _ => self.written.clone(),
        }
    }
}

/// The version that every group of a clause names with `==` or `===`; of two in a group the one with a local label.
fn exact_of(clause: &[Vec<Comparator>]) -> Option<&Version> {
    let mut found = None;
    for group in clause {
        let exact = group
            .iter()
            .filter(|comparator| matches!(comparator.operator, Operator::Equal | Operator::Identical))
            .map(|comparator| &comparator.version)
            .max_by_key(|version| version.parsed.is_local())?;
        if found.is_some_and(|before| before != exact) {
            return None;
        }
        found = Some(exact);
    }
    found
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
