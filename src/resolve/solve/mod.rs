//! Step 4 for things that depend on each other: one release of each, such that all that is asked holds.
//!
//! PubGrub solves; [`problem`] says what, [`provider`] answers it. Each ask is a node of its own, so that a conflict tells
//! which of them take part in it.

mod explain;
mod nearest;
pub mod problem;
mod provider;
mod set;

use std::collections::BTreeSet;
use std::fmt;

use pubgrub::{DerivationTree, External, PubGrubError};

use crate::resolve::solve::problem::Problem;
use crate::resolve::solve::provider::Provider;
use crate::resolve::solve::set::Set;

pub use explain::explain;

/// What the solver decides on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// The project.
    Root,
    /// Something that is asked, by its place.
    Ask(usize),
    /// A thing, by its place.
    Thing(usize),
    /// The base images.
    Base,
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How a conflict follows from what is asked.
pub type Derivation = DerivationTree<Node, Set, String>;

/// For each thing the place of its release, if it takes part.
pub type Solution = Vec<Option<usize>>;

/// Solves a problem of which only some asks count.
pub fn solve(problem: &Problem<'_>, asks: &[usize]) -> Result<Solution, Option<Box<Derivation>>> {
    solve_with(problem, asks, &[])
}

/// Solves a problem of which only some asks count, with further limits.
fn solve_with(
    problem: &Problem<'_>,
    asks: &[usize],
    limits: &[(Node, Set)],
) -> Result<Solution, Option<Box<Derivation>>> {
    match pubgrub::resolve(&Provider { problem, asks, limits }, Node::Root, 0_usize) {
        Ok(selected) => {
            let places = (0..problem.things.len()).map(|at| selected.get(&Node::Thing(at)).copied());
            Ok(places.collect())
        }
        Err(PubGrubError::NoSolution(tree)) => Err(Some(Box::new(tree))),
        Err(_) => Err(None),
    }
}

/// The fewest asks that conflict: none of them can be left out. They are looked for among those of the derivation.
pub fn conflict(problem: &Problem<'_>, derivation: &Derivation) -> (Vec<usize>, Box<Derivation>) {
    let mut asks: Vec<usize> = asks_of(derivation).into_iter().collect();
    let mut last = Box::new(derivation.clone());
    let mut at = 0;
    while at < asks.len() {
        let mut fewer = asks.clone();
        fewer.remove(at);
        match solve(problem, &fewer) {
            Err(Some(derivation)) => {
                let left = asks_of(&derivation);
                fewer.retain(|ask| left.contains(ask));
                // What was found needed before stays before.
                at = asks[..at].iter().filter(|ask| left.contains(ask)).count();
                asks = fewer;
                last = derivation;
            }
            _ => at += 1,
        }
    }
    (asks, last)
}

fn asks_of(derivation: &Derivation) -> BTreeSet<usize> {
    let mut asks = BTreeSet::new();
    for external in externals(derivation) {
        if let External::FromDependencyOf(Node::Ask(at), ..) = external {
            asks.insert(*at);
        }
    }
    asks
}

/// The facts that a derivation starts from, in the order it comes to them.
pub fn externals(derivation: &Derivation) -> Vec<&External<Node, Set, String>> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut left = vec![derivation];
    while let Some(tree) = left.pop() {
        match tree {
            DerivationTree::External(external) => found.push(external),
            DerivationTree::Derived(derived) => {
                // One that several derive from is told once.
                if derived.shared_id.is_none_or(|id| seen.insert(id)) {
                    left.push(&derived.cause2);
                    left.push(&derived.cause1);
                }
            }
        }
    }
    found
}
