//! A conflict → the nearest changes that would do: another version of one thing that is asked for.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use pubgrub::VersionSet;

use crate::resolve::catalog::Catalog;
use crate::resolve::solve::problem::{Ask, AskKind, Base, Effort, Problem};
use crate::resolve::solve::set::Set;
use crate::resolve::solve::{Node, solve_with};
use crate::resolve::{Inputs, Requirement};
use crate::version::{Constraint, Version};

/// So many versions of one thing are tried.
const MOST_TRIED: usize = 60;
/// So many of those that would do, if nothing else changed, are asked for anew: what the nearest ones fail by, others do too.
const MOST_ASKED: usize = 3;

/// What to ask for instead, one for each ask where there is one.
pub fn nearest(inputs: &Inputs<'_>, problem: &Problem<'_>, conflict: &[usize]) -> Option<String> {
    let versions = conflict.iter().filter_map(|at| change(inputs, problem, *at));
    let extras = conflict.iter().filter_map(|at| with_extra(inputs, problem, *at));
    let changes: Vec<String> = versions.chain(extras).collect::<BTreeSet<_>>().into_iter().collect();
    match changes.as_slice() {
        [] => None,
        changes => Some(format!("the nearest that would do: {}", changes.join(", or "))),
    }
}

/// `` `python` 3.10 in `cog.yaml` ``
fn change(inputs: &Inputs<'_>, problem: &Problem<'_>, at: usize) -> Option<String> {
    let ask = problem.asks.get(at).filter(|ask| ask.kind == AskKind::Version)?;
    // What else is asked stays, also what has no part in the conflict.
    let others: Vec<usize> = (0..problem.asks.len()).filter(|other| *other != at).collect();
    let catalog = problem.things[ask.thing].catalog;
    let told = match of_image(problem, ask, &others) {
        Some(version) => version.to_string(),
        None => {
            // No version does where none at all would.
            solve_with(problem, &others, &[]).ok()?;
            let may =
                |place: &usize| solve_with(problem, &others, &[(Node::Thing(ask.thing), Set::of([*place]))]).is_ok();
            let told = |place: usize| Some(as_exact_as(catalog.releases.get(place)?.version()?, catalog, ask));
            let places = by_distance(problem, ask).into_iter().take(MOST_TRIED).filter(may);
            // Builds of one release are told alike.
            let mut tried = BTreeSet::new();
            let new = places.filter_map(told).filter(|told| tried.insert(told.clone()));
            new.take(MOST_ASKED).find(|told| does(inputs, problem, at, told))?
        }
    };
    Some(format!("`{}` {told} in {}", catalog.name, inputs.called(ask.requirement.span)))
}

/// Whether there is a solution once the project asks for this instead: builds, and indexes, are asked for anew then.
fn does(inputs: &Inputs<'_>, problem: &Problem<'_>, at: usize, told: &str) -> bool {
    let mut asked: IndexMap<String, Vec<Requirement>> = IndexMap::new();
    for (index, ask) in problem.asks.iter().enumerate().filter(|(_, ask)| ask.kind == AskKind::Version) {
        let catalog = problem.things[ask.thing].catalog;
        let mut requirement = ask.requirement.clone();
        if index == at {
            // Of a package one release is asked for, of others all that begin so.
            let written = if catalog.package { format!("=={told}") } else { told.to_owned() };
            let Ok(constraint) = Constraint::parse(&written) else { return false };
            requirement.constraint = constraint;
        }
        asked.entry(catalog.name.clone()).or_default().push(requirement);
    }
    let changed = Problem::new(inputs, &asked, Effort::Explain).loosened();
    let all: Vec<usize> = (0..changed.asks.len()).collect();
    solve_with(&changed, &all, &[]).is_ok()
}

/// `` `tensorflow[and-cuda]` in `requirements.txt` ``: the extra with which a release brings what is missing itself.
fn with_extra(inputs: &Inputs<'_>, problem: &Problem<'_>, at: usize) -> Option<String> {
    let ask = problem.asks.get(at).filter(|ask| ask.kind == AskKind::Version)?;
    let catalog = problem.things[ask.thing].catalog;
    let fits = |place: &usize| ask.limits.iter().all(|(node, set)| *node != Node::Thing(ask.thing) || set.has(*place));
    let mut places = (0..catalog.releases.len()).filter(fits);
    let extra = places.find_map(|place| catalog.releases[place].details().brings_with.clone())?;
    let mut other = problem.clone();
    other.things[ask.thing].extras.push(extra.clone());
    let all: Vec<usize> = (0..problem.asks.len()).collect();
    let by = inputs.called(ask.requirement.span);
    solve_with(&other, &all, &[]).is_ok().then(|| format!("`{}[{extra}]` in {by}", catalog.name))
}

/// The version of an image next to one that is asked for more exactly than the catalog knows.
fn of_image<'p>(problem: &'p Problem<'_>, ask: &Ask, others: &[usize]) -> Option<&'p Version> {
    if !ask.is_of_image(problem) {
        return None;
    }
    let centre = ask.requirement.constraint.clauses().iter().flatten().flatten().next().map(|first| &first.version)?;
    let mut versions: Vec<&Version> = problem.bases.iter().filter_map(|base| base.has.get(&ask.thing)).collect();
    versions.sort();
    versions.dedup();
    let older = versions.partition_point(|version| *version < centre);
    let mut places: Vec<usize> = (0..versions.len()).collect();
    // The next newer one is as near as the next older one, and goes first.
    places.sort_by_key(|place| if *place >= older { (place - older, 0) } else { (older - place - 1, 1) });
    places.into_iter().map(|place| versions[place]).find(|version| {
        let has = |base: &Base| base.has.get(&ask.thing) == Some(*version);
        let bases = Set::of((0..problem.bases.len()).filter(|at| has(&problem.bases[*at])));
        let stands_for = |place: &usize| !problem.bases_with(ask.thing, *place).is_disjoint(&bases);
        let releases = (0..problem.things[ask.thing].catalog.releases.len()).filter(stands_for);
        let limits = [(Node::Base, bases.clone()), (Node::Thing(ask.thing), Set::of(releases))];
        solve_with(problem, others, &limits).is_ok()
    })
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

/// A version with as many numbers as the ask has: 3.10 instead of `3.13`; of a package all of them, as a requirement has it
/// exactly; never a label that nobody wrote.
fn as_exact_as(version: &Version, catalog: &Catalog, ask: &Ask) -> String {
    if ask.requirement.constraint.names_label() {
        return version.to_string();
    }
    if catalog.package {
        return version.without_label();
    }
    let written = ask.requirement.constraint.clauses().iter().flatten().flatten().next();
    let numbers = written.map_or(usize::MAX, |comparator| comparator.version.release().len().max(2));
    let told: Vec<String> = version.release().iter().take(numbers).map(u64::to_string).collect();
    told.join(".")
}
