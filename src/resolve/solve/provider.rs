//! A problem as PubGrub asks about it.

use std::cmp::Reverse;
use std::convert::Infallible;

use indexmap::IndexMap;
use pubgrub::{Dependencies, DependencyConstraints, DependencyProvider, PackageResolutionStatistics, VersionSet};

use crate::resolve::solve::Node;
use crate::resolve::solve::problem::Problem;
use crate::resolve::solve::set::Set;

/// So few releases are as good as a pin: what has them is decided first.
const PINNED: usize = 8;

/// A problem of which only some asks count.
pub struct Provider<'p, 'a> {
    /// The problem.
    pub problem: &'p Problem<'a>,
    /// The asks that count.
    pub asks: &'p [usize],
    /// What is limited besides.
    pub limits: &'p [(Node, Set)],
}

impl DependencyProvider for Provider<'_, '_> {
    type P = Node;
    type V = usize;
    type VS = Set;
    type Priority = (u8, Reverse<usize>);
    type M = String;
    type Err = Infallible;

    /// What is asked goes first, then what decides whether something is asked; then what is as good as pinned, then things
    /// before what they need.
    fn prioritize(&self, node: &Node, set: &Set, _: &PackageResolutionStatistics) -> Self::Priority {
        let decides = |at: usize| {
            let mut asks = self.asks.iter().filter_map(|ask| self.problem.asks[*ask].when.as_ref());
            asks.any(|(thing, _)| *thing == at)
        };
        match *node {
            Node::Root => (11, Reverse(0)),
            Node::Ask(at) if self.problem.asks[at].when.is_none() => (10, Reverse(at)),
            Node::Thing(at) if decides(at) => (9, Reverse(at)),
            Node::Ask(at) => (8, Reverse(at)),
            Node::Thing(at) => {
                let count = self.problem.things[at].catalog.releases.len();
                let left = set.places(count).take(PINNED + 1).count();
                let pinned = left <= PINNED && left < count;
                (if pinned { 7 } else { 6 }, Reverse(at))
            }
            Node::Base => (5, Reverse(0)),
        }
    }

    fn choose_version(&self, node: &Node, set: &Set) -> Result<Option<usize>, Infallible> {
        Ok(match *node {
            Node::Root => set.places(1).next(),
            // Asked, or not asked.
            Node::Ask(_) => set.places(2).next(),
            Node::Base => set.places(self.problem.bases.len()).next(),
            Node::Thing(at) => {
                let thing = &self.problem.things[at];
                let preferred = thing.preferred.iter().copied().find(|place| set.has(*place));
                preferred.or_else(|| set.places(thing.catalog.releases.len()).next())
            }
        })
    }

    fn get_dependencies(&self, node: &Node, version: &usize) -> Result<Dependencies<Node, Set, String>, Infallible> {
        let mut needed: Vec<(Node, Set)> = Vec::new();
        match *node {
            Node::Base => {}
            Node::Root => {
                needed.extend(self.asks.iter().map(|at| {
                    let count = if self.problem.asks[*at].when.is_some() { 2 } else { 1 };
                    (Node::Ask(*at), Set::of(0..count))
                }));
                needed.extend(self.limits.iter().cloned());
            }
            Node::Ask(at) => {
                let ask = &self.problem.asks[at];
                let is_asked = *version == 0;
                needed.extend(
                    ask.when.iter().map(|(thing, set)| {
                        (Node::Thing(*thing), if is_asked { set.clone() } else { set.complement() })
                    }),
                );
                needed.extend(ask.limits.iter().filter(|_| is_asked).cloned());
            }
            Node::Thing(at) => {
                let catalog = self.problem.things[at].catalog;
                if let Some(release) = catalog.releases.get(*version) {
                    let needs = self.problem.needs(at, release.details());
                    needed
                        .extend(needs.map(|(of, constraint)| (Node::Thing(of), self.problem.fitting(of, constraint))));
                }
                if catalog.images {
                    needed.push((Node::Base, self.problem.bases_with(at, *version)));
                }
            }
        }
        Ok(Dependencies::Available(joined(needed)))
    }
}

/// What is needed of each node once, as PubGrub wants it.
fn joined(needed: Vec<(Node, Set)>) -> DependencyConstraints<Node, Set> {
    let mut joined: IndexMap<Node, Set> = IndexMap::new();
    for (node, set) in needed {
        let both = match joined.get(&node) {
            Some(known) => set.intersection(known),
            None => set,
        };
        joined.insert(node, both);
    }
    joined.into_iter().collect()
}
