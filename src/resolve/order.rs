//! The order of the blocks: providers before those who need them, then `after` and `before`, then the list.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::resolve::{Participant, error};
use crate::source::Span;

/// One block waits for another.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'a> {
    /// Who waits.
    pub block: &'a str,
    /// For whom.
    pub waits_for: &'a str,
    /// `needs`, `comes after`.
    pub because: &'static str,
    /// Where that is written.
    pub span: Span,
}

/// Puts participants in the order they build. They come in the order that breaks ties.
pub fn order<'a>(participants: Vec<Participant<'a>>, sink: &mut Sink) -> Option<Vec<Participant<'a>>> {
    let positions: BTreeMap<&str, usize> = participants
        .iter()
        .enumerate()
        .map(|(index, participant)| (participant.block.name.text.as_str(), index))
        .collect();
    let edges = edges(&participants, &positions);
    let sorted = sort(participants.len(), &edges);
    if sorted.len() < participants.len() {
        sink.push(error::cycle(&cycle(&edges, &sorted)));
        return None;
    }
    let mut place = vec![0; participants.len()];
    for (position, &index) in sorted.iter().enumerate() {
        place[index] = position;
    }
    let mut slots: Vec<Option<Participant<'a>>> = participants.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(slots.len());
    for index in sorted {
        if let Some(mut participant) = slots[index].take() {
            for provider in participant.providers.values_mut() {
                *provider = place[*provider];
            }
            ordered.push(participant);
        }
    }
    Some(ordered)
}

/// For each pair (who waits, for whom) why it does; `needs` goes before `after` where both hold.
type Edges<'a> = IndexMap<(usize, usize), Edge<'a>>;

fn edges<'a>(participants: &[Participant<'a>], positions: &BTreeMap<&str, usize>) -> Edges<'a> {
    let mut edges = Edges::new();
    let mut add = |waiting: usize, awaited: usize, because, span| {
        if waiting != awaited {
            edges.entry((waiting, awaited)).or_insert(Edge {
                block: &participants[waiting].block.name.text,
                waits_for: &participants[awaited].block.name.text,
                because,
                span,
            });
        }
    };
    for (index, participant) in participants.iter().enumerate() {
        for need in &participant.needs {
            if let Some(&provider) = participant.providers.get(&need.name.text) {
                add(index, provider, "needs", need.name.span);
            }
        }
    }
    for (index, participant) in participants.iter().enumerate() {
        for name in &participant.block.after {
            if let Some(&other) = positions.get(name.text.as_str()) {
                add(index, other, "comes after", name.span);
            }
        }
        for name in &participant.block.before {
            if let Some(&other) = positions.get(name.text.as_str()) {
                add(other, index, "comes after", name.span);
            }
        }
    }
    edges
}

/// A topological order in which the lowest index that may come next does. Shorter than `count` when there is a cycle.
fn sort(count: usize, edges: &Edges<'_>) -> Vec<usize> {
    let mut waiting_for = vec![0_usize; count];
    let mut awaited_by = vec![Vec::new(); count];
    for &(waiting, awaited) in edges.keys() {
        waiting_for[waiting] += 1;
        awaited_by[awaited].push(waiting);
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|&index| waiting_for[index] == 0).collect();
    let mut sorted = Vec::with_capacity(count);
    while let Some(next) = ready.pop_first() {
        sorted.push(next);
        for &waiting in &awaited_by[next] {
            waiting_for[waiting] -= 1;
            if waiting_for[waiting] == 0 {
                ready.insert(waiting);
            }
        }
    }
    sorted
}

/// The edges of one cycle among what could not be sorted.
fn cycle<'a>(edges: &Edges<'a>, sorted: &[usize]) -> Vec<Edge<'a>> {
    let sorted: BTreeSet<usize> = sorted.iter().copied().collect();
    // Every block that is left waits for another that is left, so following these edges must come round.
    let next: BTreeMap<usize, (usize, Edge<'a>)> = edges
        .iter()
        .filter(|((waiting, awaited), _)| !sorted.contains(waiting) && !sorted.contains(awaited))
        .map(|(&(waiting, awaited), edge)| (waiting, (awaited, *edge)))
        .collect();
    let mut path: IndexMap<usize, Edge<'a>> = IndexMap::new();
    let mut at = next.keys().next().copied();
    while let Some((index, (awaited, edge))) = at.and_then(|index| Some((index, next.get(&index)?))) {
        if let Some(start) = path.get_index_of(&index) {
            return path.into_values().skip(start).collect();
        }
        path.insert(index, *edge);
        at = Some(*awaited);
    }
    path.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    /// Edges from who waits to whom.
    fn waiting(pairs: &[(usize, usize)]) -> Edges<'static> {
        let span = Span::new(SourceMap::new().add("a.block", ""), 0, 0);
        let edge = Edge { block: "a", waits_for: "b", because: "needs", span };
        pairs.iter().map(|pair| (*pair, edge)).collect()
    }

    #[test]
    fn what_waits_for_nothing_keeps_its_place() {
        assert_eq!(sort(3, &waiting(&[])), [0, 1, 2]);
        assert_eq!(sort(4, &waiting(&[(0, 3), (1, 0)])), [2, 3, 0, 1]);
        assert_eq!(sort(0, &waiting(&[])), [0; 0]);
    }

    #[test]
    fn a_cycle_is_told_without_what_only_waits_for_it() {
        let edges = waiting(&[(0, 1), (1, 2), (2, 3), (3, 1), (4, 5)]);
        let sorted = sort(6, &edges);
        assert_eq!(sorted, [5, 4]);
        assert_eq!(cycle(&edges, &sorted).len(), 3);
    }

    #[test]
    fn a_cycle_of_ten_thousand_is_found_at_once() {
        let edges = waiting(&(0..10_000).map(|index| (index, (index + 1) % 10_000)).collect::<Vec<_>>());
        assert_eq!(cycle(&edges, &sort(10_000, &edges)).len(), 10_000);
    }
}
