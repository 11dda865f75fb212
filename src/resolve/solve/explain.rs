//! A conflict → what is asked, what the catalogs know, and the nearest change that would do, a sentence each.

use std::collections::{BTreeMap, BTreeSet};

use pubgrub::External;

use crate::diagnostic::Diagnostic;
use crate::resolve::solve::nearest::nearest;
use crate::resolve::solve::problem::{Ask, AskKind, Problem};
use crate::resolve::solve::set::Set;
use crate::resolve::solve::{Derivation, Node, conflict, externals, solve};
use crate::resolve::{Inputs, error};

/// So many versions or constraints are listed, of more only the outermost are.
const MOST_LISTED: usize = 4;

/// Explains why a problem has no solution.
pub fn explain(inputs: &Inputs<'_>, problem: &Problem<'_>) -> Diagnostic {
    let all: Vec<usize> = (0..problem.asks.len()).collect();
    let Err(Some(derivation)) = solve(problem, &all) else {
        return Diagnostic::bug("the solver gave up");
    };
    let (asks, derivation) = conflict(problem, &derivation);
    let facts = facts(inputs, problem, &asks, &derivation);
    let help = nearest(inputs, problem, &asks);
    let asked: Vec<&Ask> = asks.iter().map(|at| &problem.asks[*at]).collect();
    if let (Some(first), true) = (asked.first(), facts.is_empty())
        && asked.iter().all(|ask| ask.thing == first.thing && ask.kind == AskKind::Version)
    {
        let catalog = problem.things[first.thing].catalog;
        if let Some(fact) = on_no_image(inputs, problem, first.thing) {
            let build = &inputs.project.config.build;
            let span = build.gpu_at.filter(|_| build.gpu).unwrap_or(first.requirement.span);
            let said = format!("{} asks for `{}`, which cannot be had", inputs.called(span), catalog.name);
            let instead = "build for another platform, or on a base image that has it, with `--base`".to_owned();
            return error::not_on(span, said, &catalog.name, &[fact, instead]);
        }
        let requirements: Vec<_> = asked.iter().map(|ask| &ask.requirement).collect();
        return error::no_version(catalog, &requirements, help);
    }
    let places: Vec<_> =
        asked.iter().map(|ask| (ask.requirement.span, said(problem, ask), short(problem, ask))).collect();
    error::conflict(&places, &facts, help)
}

/// `` no base image for `linux/arm64` has `cuda` ``, if that is so, of a thing that only images bring.
fn on_no_image(inputs: &Inputs<'_>, problem: &Problem<'_>, thing: usize) -> Option<String> {
    let catalog = problem.things[thing].catalog;
    let is_had = !catalog.images || problem.bases.iter().any(|base| base.has.contains_key(&thing));
    let name = &catalog.name;
    (!is_had && !inputs.library.images.is_taken())
        .then(|| format!("no base image for `{}` has `{name}`", inputs.platform()))
}

/// What an ask says, as a part of a sentence.
fn said(problem: &Problem<'_>, ask: &Ask) -> String {
    let name = &problem.things[ask.thing].catalog.name;
    let by = &ask.requirement.by;
    match ask.kind {
        AskKind::Version if ask.when.is_some() => {
            format!("{by} asks for `{name}` {} for some releases of `python`", ask.requirement.constraint)
        }
        AskKind::Version => format!("{by} asks for `{name}` {}", ask.requirement.constraint),
        AskKind::Gpu => format!("{by} says `gpu: true`, so `{name}` has to be built for `cuda`"),
        AskKind::NoGpu => format!("nothing says `gpu: true`, so `{name}` has to be built without `cuda`"),
        AskKind::Index => format!("{by} takes `{name}` from an index of one build"),
    }
}

/// What an ask says, beside its place.
fn short(problem: &Problem<'_>, ask: &Ask) -> String {
    let name = &problem.things[ask.thing].catalog.name;
    match ask.kind {
        AskKind::Version => format!("asks for `{name}` {}", ask.requirement.constraint),
        AskKind::Gpu => format!("asks for a build of `{name}` for `cuda`"),
        AskKind::NoGpu => format!("`{name}` without `cuda`"),
        AskKind::Index => format!("`{name}` of this index"),
    }
}

/// The facts of catalogs and base images that a derivation starts from.
fn facts(inputs: &Inputs<'_>, problem: &Problem<'_>, asks: &[usize], derivation: &Derivation) -> Vec<String> {
    let mut needs: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    let mut of_images: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for external in externals(derivation) {
        let External::FromDependencyOf(node, set, on, limit) = external else { continue };
        match (node, on) {
            // What is asked of a thing that only images bring is asked of the images.
            (Node::Ask(at), Node::Base) => {
                let thing = problem.asks[*at].thing;
                let all = Set::of(0..problem.things[thing].catalog.releases.len());
                let left = allowed(problem, asks, thing, &all);
                if *limit != Set::of(0..problem.bases.len()) && !left.is_empty() {
                    of_images.entry(thing).or_default().extend(left);
                }
            }
            (Node::Thing(thing), Node::Base) => {
                of_images.entry(*thing).or_default().extend(allowed(problem, asks, *thing, set));
            }
            (Node::Thing(thing), Node::Thing(on)) => {
                let places = allowed(problem, asks, *thing, set);
                match needs.iter_mut().find(|(a, b, _)| (a, b) == (thing, on)) {
                    Some((.., known)) => known.extend(places),
                    None => needs.push((*thing, *on, places)),
                }
            }
            _ => {}
        }
    }
    // From what is asked to what that needs.
    let is_asked = |thing: usize| asks.iter().any(|at| problem.asks[*at].thing == thing);
    needs.sort_by_key(|(thing, on, _)| (!is_asked(*thing), *thing, *on));
    let mut facts = needed(problem, needs);
    facts.extend(images(inputs, problem, asks, &of_images));
    facts
}

/// A sentence for what releases of a thing need; of several things at once where the releases are the same.
fn needed(problem: &Problem<'_>, needs: Vec<(usize, usize, Vec<usize>)>) -> Vec<String> {
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for (thing, on, places) in needs {
        let places: BTreeSet<usize> = places.into_iter().collect();
        let Some(need) = need(problem, thing, on, &places) else { continue };
        let verb = if versions(problem, thing, &places).len() > 1 { "need" } else { "needs" };
        let who = format!("`{}` {} {verb}", problem.things[thing].catalog.name, releases(problem, thing, &places));
        match said.iter_mut().find(|(known, _)| *known == who) {
            Some((_, all)) => all.push(need),
            None => said.push((who, vec![need])),
        }
    }
    said.into_iter().map(|(who, all)| format!("{who} {}", all.join(" and "))).collect()
}

/// Those places of a set that the asks leave.
fn allowed(problem: &Problem<'_>, asks: &[usize], thing: usize, set: &Set) -> Vec<usize> {
    let count = problem.things[thing].catalog.releases.len();
    let limits =
        || asks.iter().flat_map(|at| &problem.asks[*at].limits).filter(|(node, _)| *node == Node::Thing(thing));
    let fits = |place: &usize| limits().all(|(_, limit)| limit.has(*place));
    set.places(count).filter(fits).collect()
}

/// `` `python` >=3.7,<3.11 ``
fn need(problem: &Problem<'_>, thing: usize, on: usize, places: &BTreeSet<usize>) -> Option<String> {
    let catalog = problem.things[thing].catalog;
    let name = &problem.things[on].catalog.name;
    let mut needed: Vec<&str> = Vec::new();
    for place in places {
        let details = catalog.releases.get(*place)?.details();
        let gpu = details.gpu.get(name).filter(|_| problem.gpu);
        for constraint in details.requires.get(name).into_iter().chain(gpu) {
            let written = constraint.as_str().trim_start_matches('=');
            let told = if problem.names_build { written } else { written.split('+').next().unwrap_or(written) };
            if !needed.contains(&told) {
                needed.push(told);
            }
        }
    }
    (!needed.is_empty()).then(|| format!("`{name}` {}", either(&needed)))
}

/// The versions of releases, builds of one version once unless the project tells them apart.
fn versions(problem: &Problem<'_>, thing: usize, places: &BTreeSet<usize>) -> Vec<String> {
    let catalog = problem.things[thing].catalog;
    let mut versions: Vec<String> = Vec::new();
    for version in places.iter().filter_map(|place| catalog.releases.get(*place)?.version()) {
        let told = if problem.names_build { version.to_string() } else { version.without_label() };
        if !versions.contains(&told) {
            versions.push(told);
        }
    }
    versions
}

fn releases(problem: &Problem<'_>, thing: usize, places: &BTreeSet<usize>) -> String {
    let versions = versions(problem, thing, places);
    match versions.as_slice() {
        [newest, .., oldest] if versions.len() > MOST_LISTED => format!("{oldest} to {newest}"),
        versions => either(&versions.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

fn either(texts: &[&str]) -> String {
    match texts {
        [first, .., last] if texts.len() > MOST_LISTED => format!("{last} to {first}"),
        [] => String::new(),
        [only] => (*only).to_owned(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

/// `` no base image has `cuda` 12.3 with `cudnn` 8 ``
fn images(
    inputs: &Inputs<'_>,
    problem: &Problem<'_>,
    asks: &[usize],
    needed: &BTreeMap<usize, BTreeSet<usize>>,
) -> Option<String> {
    if needed.is_empty() {
        return None;
    }
    let named = needed.iter().map(|(thing, places)| {
        let name = &problem.things[*thing].catalog.name;
        let exact =
            asks.iter().map(|at| &problem.asks[*at]).find(|ask| ask.thing == *thing && ask.is_of_image(problem));
        match exact {
            Some(ask) => format!("`{name}` {}", ask.requirement.constraint),
            None => format!("`{name}` {}", releases(problem, *thing, places)),
        }
    });
    let named: Vec<String> = named.collect();
    Some(match inputs.library.images.is_taken() {
        true => format!("the base image that was named has no {}", named.join(" with ")),
        false => format!("no base image for `{}` has {}", inputs.platform(), named.join(" with ")),
    })
}
