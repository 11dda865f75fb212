//! Step 2: the blocks that take part, and the capabilities they give each other.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use crate::check::hir::{Block, Stack};
use crate::check::phase::Side;
use crate::diagnostic::Sink;
use crate::eval::Evaluator;
use crate::eval::value::Value;
use crate::resolve::trace::{Decision, Trace};
use crate::resolve::{Inputs, Participant, error, params, stack};

/// A block that may take part.
struct Candidate<'a> {
    block: &'a Block,
    params: Vec<Value>,
    values: BTreeMap<String, Value>,
}

/// The blocks that take part, in the order of the stack's list, then the project's by name.
pub fn participants<'a>(
    inputs: &Inputs<'a>,
    stack: &'a Stack,
    trace: &mut Trace,
    sink: &mut Sink,
) -> Option<Vec<Participant<'a>>> {
    let forced = named(inputs, Named::With, sink);
    let excluded = named(inputs, Named::Without, sink);
    let mut detected = Vec::new();
    for block in listed(inputs, stack, &forced) {
        if excluded.contains(&block.name.text) {
            trace.blocks.push(decision(block, false, "it was left out by name"));
            continue;
        }
        let evaluator = Evaluator::new(inputs.hir, inputs.facts(), &block.lets, block.frame);
        let params = params::set(inputs, &block.name.text, &block.params, &evaluator, sink)?;
        let verdict = if forced.contains(&block.name.text) {
            decision(block, true, "it was named")
        } else {
            stack::detect(&block.name.text, block.detect.as_ref(), &evaluator, inputs.sources, sink)
        };
        if verdict.chosen {
            let values = provided_values(block, &evaluator, sink);
            detected.push((Candidate { block, params, values }, verdict));
        } else {
            trace.blocks.push(verdict);
        }
    }
    let taken = without_overlap(detected, trace, sink);
    provide(inputs, taken, trace, sink)
}

#[derive(Clone, Copy)]
enum Named {
    With,
    Without,
}

/// The blocks that `--with` or `--without`, or `cogpack.toml`, names.
fn named(inputs: &Inputs<'_>, which: Named, sink: &mut Sink) -> IndexSet<String> {
    let (choices, settings) = match which {
        Named::With => (&inputs.choices.with, &inputs.project.settings.with),
        Named::Without => (&inputs.choices.without, &inputs.project.settings.without),
    };
    let from_caller = choices.iter().map(|name| (name.clone(), None));
    let from_file = settings.iter().map(|name| (name.value.clone(), Some(name.span)));
    let mut names = IndexSet::new();
    for (name, span) in from_caller.chain(from_file) {
        if inputs.hir.blocks.contains_key(&name) {
            names.insert(name);
        } else {
            sink.push(error::unknown_block(&name, inputs.hir.blocks.keys().map(String::as_str), span));
        }
    }
    names
}

/// The stack's blocks in its order, then the project's and those named, by name.
fn listed<'a>(inputs: &Inputs<'a>, stack: &'a Stack, forced: &IndexSet<String>) -> Vec<&'a Block> {
    let mut blocks: IndexMap<&str, &Block> = IndexMap::new();
    for name in &stack.blocks {
        if let Some(block) = inputs.hir.blocks.get(&name.text) {
            blocks.insert(&block.name.text, block);
        }
    }
    let mut more: Vec<&Block> =
        inputs.hir.blocks.values().filter(|block| block.from_project || forced.contains(&block.name.text)).collect();
    more.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    for block in more {
        blocks.entry(&block.name.text).or_insert(block);
    }
    blocks.into_values().collect()
}

fn provided_values(block: &Block, evaluator: &Evaluator<'_>, sink: &mut Sink) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for provide in &block.provides {
        match provide.value.as_ref().map(|value| evaluator.string(value)) {
            None => {}
            Some(Ok(value)) => {
                values.insert(provide.name.text.clone(), value);
            }
            Some(Err(found)) => sink.push(*found),
        }
    }
    values
}

/// Of several that provide the same capabilities the first takes part: the project's before the stack's, then the
/// list's order.
fn without_overlap<'a>(
    mut detected: Vec<(Candidate<'a>, Decision)>,
    trace: &mut Trace,
    sink: &mut Sink,
) -> Vec<Candidate<'a>> {
    let mut by_rank: Vec<usize> = (0..detected.len()).collect();
    by_rank.sort_by_key(|&index| !detected[index].0.block.from_project);
    let mut provider: BTreeMap<&str, &'a Block> = BTreeMap::new();
    let mut left_out: BTreeMap<usize, String> = BTreeMap::new();
    for index in by_rank {
        let block = detected[index].0.block;
        let names = block.provides.iter().map(|provide| provide.name.text.as_str());
        let (shared, own): (Vec<&str>, Vec<&str>) = names.partition(|name| provider.contains_key(name));
        if let Some(other) = shared.first().and_then(|name| provider.get(name)) {
            if own.is_empty() {
                left_out.insert(index, format!("`{}` provides the same", other.name.text));
                continue;
            }
            sink.push(error::overlap(&block.name, &other.name, &shared, &own));
        }
        provider.extend(own.into_iter().map(|name| (name, block)));
    }
    let mut taken = Vec::new();
    for (index, (candidate, mut verdict)) in detected.drain(..).enumerate() {
        if let Some(reason) = left_out.remove(&index) {
            verdict.chosen = false;
            verdict.reason = reason;
        } else {
            taken.push(candidate);
        }
        trace.blocks.push(verdict);
    }
    taken
}

/// Finds for each need the block that provides it; what no block provides, a base image must have.
fn provide<'a>(
    inputs: &Inputs<'a>,
    taken: Vec<Candidate<'a>>,
    trace: &Trace,
    sink: &mut Sink,
) -> Option<Vec<Participant<'a>>> {
    let mut providers: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, candidate) in taken.iter().enumerate() {
        for provide in &candidate.block.provides {
            providers.entry(&provide.name.text).or_insert(index);
        }
    }
    let mut participants = Vec::with_capacity(taken.len());
    for candidate in &taken {
        let mut participant = Participant {
            block: candidate.block,
            params: candidate.params.clone(),
            capabilities: BTreeMap::new(),
            providers: IndexMap::new(),
        };
        for need in &candidate.block.needs {
            let name = need.name.text.as_str();
            match providers.get(name) {
                Some(&provider) => {
                    participant.providers.insert(name.to_owned(), provider);
                    if let Some(value) = taken[provider].values.get(name) {
                        participant.capabilities.insert(name.to_owned(), value.clone());
                    }
                }
                None if name == "same-base" || inputs.library.images.package_names().any(|known| known == name) => {}
                None => {
                    let out = left_out_providers(inputs, trace, name);
                    let side = match need.side {
                        Some(Side::Build) => " in build",
                        Some(Side::Runtime) => " in runtime",
                        None => "",
                    };
                    sink.push(error::unprovided(&candidate.block.name.text, &need.name, side, &out));
                }
            }
        }
        participants.push(participant);
    }
    (!sink.has_errors()).then_some(participants)
}

/// The decisions about blocks that provide `capability` and were left out.
fn left_out_providers(inputs: &Inputs<'_>, trace: &Trace, capability: &str) -> Vec<Decision> {
    let provides = |name: &str| {
        let block = inputs.hir.blocks.get(name);
        block.is_some_and(|block| block.provides.iter().any(|provide| provide.name.text == capability))
    };
    trace.blocks.iter().filter(|decision| !decision.chosen && provides(&decision.name)).cloned().collect()
}

fn decision(block: &Block, chosen: bool, reason: &str) -> Decision {
    let name = block.name.text.clone();
    Decision { name, chosen, reason: reason.into(), predicate: None, place: None, files: Vec::new() }
}
