//! Two lists → which entries belong together.

use std::collections::BTreeMap;

use serde_json::Value;
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Lists whose lengths multiply to more than this are not searched for what they share: that takes too long.
pub const MOST_STEPS: usize = 4_000_000;

/// Entries of two lists, by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// The same in both.
    Same,
    /// Alike, and not the same: old and new.
    Changed(usize, usize),
    /// Only in the old list.
    Removed(usize),
    /// Only in the new list.
    Added(usize),
}

/// Aligns two lists: what is the same stays together; between that, the entries that `alike` holds for are paired in
/// order.
pub fn align(old: &[Value], new: &[Value], alike: impl Fn(&Value, &Value) -> bool) -> Vec<Pair> {
    let (old_keys, new_keys) = numbered(old, new);
    let same_ends = old_keys.iter().zip(&new_keys).take_while(|(old, new)| old == new).count();
    let rest = (old.len() - same_ends).saturating_mul(new.len() - same_ends);
    let mut pairs = vec![Pair::Same; same_ends];
    if rest > MOST_STEPS {
        between(same_ends..old.len(), same_ends..new.len(), |at, to| alike(&old[at], &new[to]), &mut pairs);
        return pairs;
    }
    for step in capture_diff_slices(Algorithm::Myers, &old_keys[same_ends..], &new_keys[same_ends..]) {
        let (tag, before, after) = step.as_tag_tuple();
        let shift = |range: std::ops::Range<usize>| range.start + same_ends..range.end + same_ends;
        match tag {
            DiffTag::Equal => pairs.extend(before.map(|_| Pair::Same)),
            _ => between(shift(before), shift(after), |at, to| alike(&old[at], &new[to]), &mut pairs),
        }
    }
    pairs
}

/// A number for each value, equal for equal values, so that comparing is cheap.
fn numbered(old: &[Value], new: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let mut known = BTreeMap::new();
    let mut number = |value: &Value| {
        let next = known.len();
        *known.entry(value.to_string()).or_insert(next)
    };
    let old = old.iter().map(&mut number).collect();
    (old, new.iter().map(&mut number).collect())
}

/// Pairs what is alike, each with the first that is left; the rest is removed and added.
fn between(
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    alike: impl Fn(usize, usize) -> bool,
    pairs: &mut Vec<Pair>,
) {
    /// How far a partner is looked for.
    const FAR: usize = 16;
    let mut next = new.start;
    for at in old {
        match (next..new.end.min(next + FAR)).find(|&to| alike(at, to)) {
            Some(to) => {
                pairs.extend((next..to).map(Pair::Added));
                pairs.push(Pair::Changed(at, to));
                next = to + 1;
            }
            None => pairs.push(Pair::Removed(at)),
        }
    }
    pairs.extend((next..new.end).map(Pair::Added));
}

/// Of positions, each once and below `bound`, those of a longest run that only rises: what did not move.
pub fn in_order(positions: &[usize], bound: usize) -> Vec<bool> {
    // `ends[n]` is the index of the smallest position that a rising run of n + 1 ends with.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(positions.len());
    for (index, &position) in positions.iter().enumerate() {
        let length = ends.partition_point(|&end| positions[end] < position);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut rising = vec![false; bound];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        rising[positions[index]] = true;
        at = before[index];
    }
    rising
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_jumped_is_out_of_order() {
        assert_eq!(in_order(&[0, 1, 2], 3), [true, true, true]);
        assert_eq!(in_order(&[3, 0, 1, 2], 4), [true, true, true, false]);
        assert_eq!(in_order(&[1, 2, 3, 0], 5), [false, true, true, true, false]);
        assert_eq!(in_order(&[], 2), [false, false]);
    }

    #[test]
    fn what_is_alike_between_what_is_the_same_is_paired() {
        let values = |texts: &[&str]| -> Vec<Value> { texts.iter().map(|text| Value::from(*text)).collect() };
        let alike = |old: &Value, new: &Value| old.as_str().unwrap()[..1] == new.as_str().unwrap()[..1];
        let pairs = align(&values(&["a1", "b1", "c1"]), &values(&["a1", "x", "b2", "c1", "d"]), alike);
        assert_eq!(pairs, [Pair::Same, Pair::Added(1), Pair::Changed(1, 2), Pair::Same, Pair::Added(4)]);
        let pairs = align(&values(&["a", "b"]), &values(&["b"]), alike);
        assert_eq!(pairs, [Pair::Removed(0), Pair::Same]);
    }
}
