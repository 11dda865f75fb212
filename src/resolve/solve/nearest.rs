//! A conflict → the nearest changes that would do: another version of one thing that is asked for.

use std::collections::BTreeSet;

use crate::resolve::Inputs;
use crate::resolve::solve::problem::{Ask, AskKind, Problem};
use crate::resolve::solve::set::Set;
use crate::resolve::solve::{Node, solve_with};
use crate::version::Version;

/// So many versions of one thing are tried.
const MOST_TRIED: usize = 60;

/// What to ask for instead, one for each ask where there is one.
pub fn nearest(inputs: &Inputs<'_>, problem: &Problem<'_>, conflict: &[usize]) -> Option<String> {
    let changes: Vec<String> =
        conflict.iter().filter_map(|at| change(inputs, problem, *at)).collect::<BTreeSet<_>>().into_iter().collect();
    match changes.as_slice() {
        [] => None,
        changes => Some(format!("the nearest that would do: {}", changes.join(", or "))),
    }
}

/// `` `python` 3.10 in `cog.yaml` ``
fn change(inputs: &Inputs<'_>, problem: &Problem<'_>, at: usize) -> Option<String> {
    let ask = problem.asks.get(at)?;
    if ask.kind != AskKind::Version {
        return None;
    }
    // What else is asked stays, also what has no part in the conflict.
    let others: Vec<usize> = (0..problem.asks.len()).filter(|other| *other != at).collect();
    let catalog = problem.things[ask.thing].catalog;
    for place in by_distance(problem, ask).into_iter().take(MOST_TRIED) {
        let only = [(Node::Thing(ask.thing), Set::of([place]))];
        if solve_with(problem, &others, &only).is_ok() {
            let version = catalog.releases.get(place)?.version()?;
            let told = as_exact_as(version, ask);
            return Some(format!("`{}` {told} in {}", catalog.name, inputs.called(ask.requirement.span)));
        }
    }
    None
}

/// The releases that do not fit, those next to one that does first, of two as near the newer one.
fn by_distance(problem: &Problem<'_>, ask: &Ask) -> Vec<usize> {
    let releases = &problem.things[ask.thing].catalog.releases;
    let fits: Vec<usize> = ask
        .limits
        .iter()
        .filter(|(node, _)| *node == Node::Thing(ask.thing))
        .flat_map(|(_, set)| set.places(releases.len()).collect::<Vec<_>>())
        .collect();
    let centre = ask.requirement.constraint.clauses().iter().flatten().flatten().next().map(|first| &first.version);
    let newer = |version: &Version| releases.iter().filter(|release| release.version() > Some(version)).count();
    let near: Vec<usize> = if fits.is_empty() { centre.map(newer).into_iter().collect() } else { fits.clone() };
    let mut others: Vec<usize> = (0..releases.len()).filter(|place| !fits.contains(place)).collect();
    others.sort_by_key(|place| (near.iter().map(|fit| fit.abs_diff(*place)).min(), *place));
    others
}

/// A version with as many numbers as the ask has: 3.10 instead of `3.13`, 2.5.1 instead of `==2.4.0`; never a label that
/// nobody wrote.
fn as_exact_as(version: &Version, ask: &Ask) -> String {
    let written = ask.requirement.constraint.clauses().iter().flatten().flatten().next();
    let numbers = written.map_or(usize::MAX, |comparator| comparator.version.release().len().max(2));
    let told: Vec<String> = version.release().iter().take(numbers).map(u64::to_string).collect();
    told.join(".")
}
