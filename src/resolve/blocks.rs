//! Step 2: the blocks that take part, and the capabilities they give each other.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use crate::check::hir::{Block, Stack};
use crate::diagnostic::Sink;
use crate::eval::Evaluator;
use crate::eval::value::Value;
use crate::resolve::base::SAME_BASE;
use crate::resolve::needs::{self, Needed};
use crate::resolve::trace::{Decision, Trace};
use crate::resolve::{Inputs, Participant, error, params, stack};
use crate::source::shipped;

/// A block that may take part.
struct Candidate<'a> {
    block: &'a Block,
    params: Vec<Value>,
    needs: Vec<Needed<'a>>,
}

/// The blocks that take part, in the order of the stack's list, then the project's by name.
pub fn participants<'a>(
    inputs: &Inputs<'a>,
    stack: &'a Stack,
    trace: &mut Trace,
    sink: &mut Sink,
) -> Option<Vec<Participant<'a>>> {
    let Named { forced, excluded } = named(inputs, sink);
    let mut detected = Vec::new();
    for listed in listed(inputs, stack, &forced) {
        let block = match listed {
            Listed::Read(block) => block,
            Listed::LeftOut(decision) => {
                trace.blocks.push(decision);
                continue;
            }
        };
        if excluded.contains(&block.name.text) {
            trace.blocks.push(decision(block, false, "it was left out by name"));
            continue;
        }
        let evaluator = Evaluator::new(inputs.hir, inputs.facts(), &block.lets, block.frame);
        let params = params::set(inputs, &block.name.text, &block.params, &evaluator, sink)?;
        let mut verdict = if forced.contains(&block.name.text) {
            decision(block, true, "it was named")
        } else {
            stack::detect(&block.name.text, block.detect.as_ref(), &evaluator, inputs.sources, sink)
        };
        if block.from_project && shipped::block(&block.name.text).is_some() {
            verdict.reason.push_str("; it stands instead of the shipped one");
        }
        if verdict.chosen {
            let needs = needs::of(block, &evaluator, sink);
            detected.push((Candidate { block, params, needs }, verdict));
        } else {
            trace.blocks.push(verdict);
        }
    }
    let taken = without_overlap(detected, &forced, trace, sink);
    provide(inputs, taken, trace, sink)
}

/// The blocks that the caller or `cogpack.toml` names.
struct Named {
    forced: IndexSet<String>,
    excluded: IndexSet<String>,
}

/// What `--with`, `--without` and `cogpack.toml` name; what the caller says of a block goes over the file.
fn named(inputs: &Inputs<'_>, sink: &mut Sink) -> Named {
    let (choices, settings) = (inputs.choices, &inputs.project.settings);
    let from_caller = choices.with.iter().chain(&choices.without).map(|name| (name, None));
    let from_file = settings.with.iter().chain(&settings.without).map(|name| (&name.value, Some(name.span)));
    for (name, span) in from_caller.chain(from_file) {
        if !inputs.hir.blocks.contains_key(name) && shipped::block(name).is_none() {
            sink.push(error::unknown_block(name, inputs.block_names(), span));
        }
    }
    let mut excluded: IndexSet<String> = choices.without.iter().cloned().collect();
    let mut forced: IndexSet<String> = choices.with.iter().filter(|name| !excluded.contains(*name)).cloned().collect();
    let more: Vec<&String> =
        settings.with.iter().map(|name| &name.value).filter(|name| !excluded.contains(*name)).collect();
    let fewer = settings.without.iter().map(|name| &name.value).filter(|name| !forced.contains(*name));
    excluded.extend(fewer.cloned());
    forced.extend(more.into_iter().cloned());
    Named { forced, excluded }
}

/// A block that a stack lists.
enum Listed<'a> {
    /// It was read.
    Read(&'a Block),
    /// It was not, because it certainly takes no part.
    LeftOut(Decision),
}

/// The stack's blocks in its order, then the project's and those named, by name.
fn listed<'a>(inputs: &Inputs<'a>, stack: &'a Stack, forced: &IndexSet<String>) -> Vec<Listed<'a>> {
    let mut blocks: IndexMap<&str, Listed<'a>> = IndexMap::new();
    for name in &stack.blocks {
        let read = inputs.hir.blocks.get(&name.text).map(Listed::Read);
        let left_out = || inputs.left_out.and_then(|left_out| left_out.get(&name.text)).cloned();
        if let Some(listed) = read.or_else(|| left_out().map(Listed::LeftOut)) {
            blocks.insert(&name.text, listed);
        }
    }
    let mut more: Vec<&Block> =
        inputs.hir.blocks.values().filter(|block| block.from_project || forced.contains(&block.name.text)).collect();
    more.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    for block in more {
        blocks.entry(&block.name.text).or_insert(Listed::Read(block));
    }
    blocks.into_values().collect()
}

/// Gives each participant the values of what it needs. They come in the order they build: a provider's value may be made
/// of what it needs itself.
pub fn give_values(inputs: &Inputs<'_>, participants: &mut [Participant<'_>], sink: &mut Sink) {
    let mut values: Vec<BTreeMap<String, Value>> = Vec::with_capacity(participants.len());
    for participant in participants {
        for (name, &provider) in &participant.providers {
            if let Some(value) = values.get(provider).and_then(|values| values.get(name)) {
                participant.capabilities.insert(name.clone(), value.clone());
            }
        }
        let evaluator = participant.evaluator(inputs.hir, inputs.facts());
        let mut own = BTreeMap::new();
        for provide in &participant.block.provides {
            match provide.value.as_ref().map(|value| evaluator.string(value)) {
                None => {}
                Some(Ok(value)) => {
                    own.insert(provide.name.text.clone(), value);
                }
                Some(Err(found)) => sink.push(*found),
            }
        }
        values.push(own);
    }
}

/// Of several that provide the same capabilities the first takes part: those that were named, then the project's before
/// the stack's, then the list's order.
fn without_overlap<'a>(
    mut detected: Vec<(Candidate<'a>, Decision)>,
    forced: &IndexSet<String>,
    trace: &mut Trace,
    sink: &mut Sink,
) -> Vec<Candidate<'a>> {
    let mut by_rank: Vec<usize> = (0..detected.len()).collect();
    by_rank.sort_by_key(|&index| {
        let block = detected[index].0.block;
        (!forced.contains(&block.name.text), !block.from_project)
    });
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
    let of_images: BTreeSet<&str> = inputs.library.images.package_names().collect();
    let mut participants = Vec::with_capacity(taken.len());
    for candidate in &taken {
        let mut participant = Participant {
            block: candidate.block,
            params: candidate.params.clone(),
            needs: candidate.needs.iter().map(|needed| needed.need).collect(),
            capabilities: BTreeMap::new(),
            providers: IndexMap::new(),
        };
        for Needed { need, cause } in &candidate.needs {
            let name = need.name.text.as_str();
            match providers.get(name) {
                Some(&provider) => {
                    participant.providers.insert(name.to_owned(), provider);
                }
                None if name == SAME_BASE || of_images.contains(name) => {}
                None => {
                    let out = left_out_providers(inputs, trace, name);
                    let without = inputs.project.settings.without.iter();
                    let without = without.filter(|named| out.iter().any(|decision| decision.name == named.value));
                    sink.push(error::unprovided(&error::Unprovided {
                        block: &candidate.block.name.text,
                        need,
                        without: without.map(|named| named.span).collect(),
                        out,
                        cause: *cause,
                    }));
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
