//! Sets of versions as sorted intervals that do not touch: intersection and union.

use crate::version::Version;
use std::cmp::Ordering;
use std::ops::Bound;
use std::ops::Bound::{Excluded, Included, Unbounded};

/// The versions from a lower to an upper bound.
///
/// A bound is a place in the order of versions. It need not be a version that someone could write: `>1.0` starts after
/// all of `1.0.post1`, `1.0.post2`…; such a bound prints as the version it belongs to.
pub type Interval = (Bound<Version>, Bound<Version>);

/// What both sets hold.
pub(super) fn intersect(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let (mut i, mut j) = (0, 0);
    let mut both = Vec::new();
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        let lower = if by_lower(&a.0, &b.0).is_ge() { &a.0 } else { &b.0 };
        let a_ends_first = by_upper(&a.1, &b.1).is_le();
        let upper = if a_ends_first { &a.1 } else { &b.1 };
        if !is_empty(lower, upper) {
            both.push((lower.clone(), upper.clone()));
        }
        if a_ends_first {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

/// What any of the intervals holds; they may come in any order and overlap.
pub(super) fn unite(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.retain(|(lower, upper)| !is_empty(lower, upper));
    intervals.sort_by(|a, b| by_lower(&a.0, &b.0));
    let mut united: Vec<Interval> = Vec::with_capacity(intervals.len());
    for (lower, upper) in intervals {
        match united.last_mut() {
            Some(last) if reaches(&last.1, &lower) => {
                if by_upper(&upper, &last.1).is_gt() {
                    last.1 = upper;
                }
            }
            _ => united.push((lower, upper)),
        }
    }
    united
}

/// Whether `version` lies within.
pub(super) fn holds(interval: &Interval, version: &Version) -> bool {
    let above = match &interval.0 {
        Unbounded => true,
        Included(lower) => version >= lower,
        Excluded(lower) => version > lower,
    };
    above
        && match &interval.1 {
            Unbounded => true,
            Included(upper) => version <= upper,
            Excluded(upper) => version < upper,
        }
}

/// Whether an interval that ends at `upper` leaves no gap to one that starts at `lower`.
fn reaches(upper: &Bound<Version>, lower: &Bound<Version>) -> bool {
    match (upper, lower) {
        (Unbounded, _) | (_, Unbounded) => true,
        (Excluded(end), Excluded(start)) => start < end,
        (Included(end) | Excluded(end), Included(start) | Excluded(start)) => start <= end,
    }
}

fn is_empty(lower: &Bound<Version>, upper: &Bound<Version>) -> bool {
    match (lower, upper) {
        (Unbounded, _) | (_, Unbounded) => false,
        (Included(from), Included(to)) => from > to,
        (Included(from) | Excluded(from), Included(to) | Excluded(to)) => from >= to,
    }
}

fn by_lower(a: &Bound<Version>, b: &Bound<Version>) -> Ordering {
    match (a, b) {
        (Unbounded, Unbounded) => Ordering::Equal,
        (Unbounded, _) => Ordering::Less,
        (_, Unbounded) => Ordering::Greater,
        (Included(x) | Excluded(x), Included(y) | Excluded(y)) => {
            x.cmp(y).then(matches!(a, Excluded(_)).cmp(&matches!(b, Excluded(_))))
        }
    }
}

fn by_upper(a: &Bound<Version>, b: &Bound<Version>) -> Ordering {
    match (a, b) {
        (Unbounded, Unbounded) => Ordering::Equal,
        (Unbounded, _) => Ordering::Greater,
        (_, Unbounded) => Ordering::Less,
        (Included(x) | Excluded(x), Included(y) | Excluded(y)) => {
            x.cmp(y).then(matches!(a, Included(_)).cmp(&matches!(b, Included(_))))
        }
    }
}
