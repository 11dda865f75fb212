//! Sets of releases by their places in a catalog, as the solver takes them.

use std::fmt;

use pubgrub::VersionSet;

/// Some places, or all but some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Whether the bits say which are not in it.
    but: bool,
    /// A bit for each place; the last word is not zero, so that equal sets are equal.
    words: Vec<u64>,
}

const BITS: usize = u64::BITS as usize;

impl Set {
    /// The places in a list.
    pub fn of(places: impl IntoIterator<Item = usize>) -> Self {
        let mut words = Vec::new();
        for place in places {
            if words.len() <= place / BITS {
                words.resize(place / BITS + 1, 0);
            }
            words[place / BITS] |= 1 << (place % BITS);
        }
        Self { but: false, words }
    }

    /// Whether a place is in it.
    pub fn has(&self, place: usize) -> bool {
        let bit = self.words.get(place / BITS).is_some_and(|word| word >> (place % BITS) & 1 == 1);
        bit != self.but
    }

    /// Those of the first `count` places that are in it.
    pub fn places(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        (0..count).filter(|place| self.has(*place))
    }

    fn word(&self, at: usize) -> u64 {
        let word = self.words.get(at).copied().unwrap_or(0);
        if self.but { !word } else { word }
    }
}

impl VersionSet for Set {
    type V = usize;

    fn empty() -> Self {
        Self { but: false, words: Vec::new() }
    }

    fn full() -> Self {
        Self { but: true, words: Vec::new() }
    }

    fn singleton(place: usize) -> Self {
        Self::of([place])
    }

    fn complement(&self) -> Self {
        Self { but: !self.but, words: self.words.clone() }
    }

    fn contains(&self, place: &usize) -> bool {
        self.has(*place)
    }

    fn intersection(&self, other: &Self) -> Self {
        let but = self.but && other.but;
        let both = |at| self.word(at) & other.word(at);
        let count = self.words.len().max(other.words.len());
        let mut words: Vec<u64> = (0..count).map(|at| if but { !both(at) } else { both(at) }).collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Self { but, words }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.words.len() * BITS;
        let listed: Vec<String> =
            (0..bits).filter(|place| self.has(*place) != self.but).map(|place| place.to_string()).collect();
        write!(f, "{}{}", if self.but { "all but " } else { "" }, listed.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Set> {
        let lists: [&[usize]; 6] = [&[], &[0], &[1, 3], &[63, 64], &[0, 1, 2, 3, 200], &[130]];
        let sets: Vec<Set> = lists.iter().map(|list| Set::of(list.iter().copied())).collect();
        sets.iter().cloned().chain(sets.iter().map(Set::complement)).collect()
    }

    #[test]
    fn sets_are_what_their_members_say() {
        for a in all() {
            assert_eq!(a.complement().complement(), a);
            for b in all() {
                let (both, any) = (a.intersection(&b), a.union(&b));
                for place in 0..300 {
                    assert_eq!(both.has(place), a.has(place) && b.has(place), "{a} and {b}");
                    assert_eq!(any.has(place), a.has(place) || b.has(place), "{a} or {b}");
                }
                assert_eq!(a == b, (0..300).all(|place| a.has(place) == b.has(place)));
            }
        }
        assert_eq!(Set::full().complement(), Set::empty());
    }
}
