//! One comparison with a version, in PEP 440's terms → the versions it lets through.

use crate::version::interval::{self, Interval};
use crate::version::{LARGEST, Version};
use std::fmt;
use std::ops::Bound;
use std::ops::Bound::{Excluded, Included, Unbounded};

/// How a version is compared: PEP 440's operators. `^`, `~` and the like are read as pairs of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `==V`: V, with any local label when V has none.
    Equal,
    /// `==V.*`: all versions that start with V.
    Prefix,
    /// `!=V`.
    NotEqual,
    /// `!=V.*`.
    NotPrefix,
    /// `===V`: spelled the same, but for the case of letters.
    Identical,
    /// `~=V`: at least V, and the same but for V's last number.
    Compatible,
    /// `<V`: not the prereleases of V either, unless V is one.
    Less,
    /// `<=V`: V with any local label too.
    LessEqual,
    /// `>V`: not the post releases of V, unless V is one.
    Greater,
    /// `>=V`.
    GreaterEqual,
}

/// One comparison, such as `>=1.2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Comparator {
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub version: Version,
}

impl Operator {
    /// As PEP 440 writes it, without the `.*` of a prefix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal | Self::Prefix => "==",
            Self::NotEqual | Self::NotPrefix => "!=",
            Self::Identical => "===",
            Self::Compatible => "~=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

impl Comparator {
    /// Whether `version` passes; prereleases are compared like any other.
    pub fn contains(&self, version: &Version) -> bool {
        match self.operator {
            Operator::Identical => version.as_str().eq_ignore_ascii_case(self.version.as_str()),
            // What catalogs are asked most, without making an interval.
            Operator::GreaterEqual => version >= &self.version,
            _ => self.to_ranges().iter().any(|range| interval::holds(range, version)),
        }
    }

    /// The versions that pass, as intervals in order. For `===` the one version of that meaning, however it is spelled.
    pub fn to_ranges(&self) -> Vec<Interval> {
        let version = &self.version;
        match self.operator {
            Operator::Identical => vec![(Included(version.clone()), Included(version.clone()))],
            Operator::Equal => vec![self.equal()],
            Operator::NotEqual => complement(self.equal()),
            Operator::Prefix => vec![prefix(version, version.release().len())],
            Operator::NotPrefix => complement(prefix(version, version.release().len())),
            Operator::Compatible => {
                let (_, upper) = prefix(version, version.release().len().saturating_sub(1));
                vec![(Included(version.clone()), upper)]
            }
            Operator::Less => vec![(Unbounded, Excluded(before_prereleases(version)))],
            Operator::LessEqual => vec![(Unbounded, Excluded(after_labels(version)))],
            Operator::Greater => vec![(after_post_releases(version), Unbounded)],
            Operator::GreaterEqual => vec![(Included(version.clone()), Unbounded)],
        }
    }

    /// Whether it asks for a prerelease by name. `!=` turns one away instead.
    pub fn names_prerelease(&self) -> bool {
        self.version.is_prerelease() && !matches!(self.operator, Operator::NotEqual | Operator::NotPrefix)
    }

    fn equal(&self) -> Interval {
        let version = &self.version;
        if version.parsed.is_local() {
            return (Included(version.clone()), Included(version.clone()));
        }
        (Included(version.clone()), Excluded(after_labels(version)))
    }
}

/// PEP 440's spelling: `>=1.2`, `==3.11.*`.
impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operator, version } = self;
        match operator {
            Operator::Prefix | Operator::NotPrefix => write!(f, "{}{}.*", operator.as_str(), version.to_pep440()),
            Operator::Identical => write!(f, "==={version}"),
            _ => write!(f, "{}{}", operator.as_str(), version.to_pep440()),
        }
    }
}

/// The release cut after its first `count` numbers (at least one), and its last one more: `1.3` of `1.2.7` and 2.
pub(super) fn bump(version: &Version, count: usize) -> Version {
    let mut release: Vec<u64> = version.parsed.release().iter().take(count.max(1)).copied().collect();
    if let Some(last) = release.last_mut() {
        *last = last.saturating_add(1).min(LARGEST);
    }
    Version::from_parsed(pep440_rs::Version::new(release).with_epoch(version.parsed.epoch()))
}

/// All versions whose release starts with the first `count` numbers of this one.
pub(super) fn prefix(version: &Version, count: usize) -> Interval {
    (Included(before_prereleases(version)), Excluded(before_prereleases(&bump(version, count))))
}

/// What comes before and after an interval that is bounded on both sides.
fn complement((lower, upper): Interval) -> Vec<Interval> {
    let mut around = Vec::new();
    match lower {
        Included(start) => around.push((Unbounded, Excluded(start))),
        Excluded(start) => around.push((Unbounded, Included(start))),
        Unbounded => {}
    }
    match upper {
        Included(end) => around.push((Excluded(end), Unbounded)),
        Excluded(end) => around.push((Included(end), Unbounded)),
        Unbounded => {}
    }
    around
}

/// The place before all prereleases of a version; a prerelease stays where it is.
fn before_prereleases(version: &Version) -> Version {
    if version.is_prerelease() {
        return version.clone();
    }
    moved(version, |parsed| parsed.with_dev(Some(0)))
}

/// The place after a version with any local label: the smallest version that differs in more than the label.
fn after_labels(version: &Version) -> Version {
    moved(version, |parsed| match (parsed.dev(), parsed.post()) {
        (Some(dev), _) => parsed.with_dev(Some(dev.saturating_add(1))),
        (None, Some(post)) => parsed.with_post(Some(post.saturating_add(1))).with_dev(Some(0)),
        (None, None) => parsed.with_post(Some(0)).with_dev(Some(0)),
    })
}

/// The place after a version, its labels and its post releases; for a post release, after its labels.
fn after_post_releases(version: &Version) -> Bound<Version> {
    if version.parsed.is_dev() || version.parsed.is_post() {
        return Included(after_labels(version));
    }
    // No version that is read has a number this large, so nothing lies between this place and the next release.
    Excluded(moved(version, |parsed| parsed.with_post(Some(LARGEST))))
}

fn moved(version: &Version, change: impl FnOnce(pep440_rs::Version) -> pep440_rs::Version) -> Version {
    Version { parsed: change(version.parsed.clone().without_local()), written: version.written.clone() }
}
