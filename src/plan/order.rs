//! Stages in any order → an order in which each stage stands after those it reads; or the cycles that forbid it.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::model::Stage;
use super::visit::stages_read;

/// What was found about the order of some stages. Indexes are those of the list that was given.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The stages, inputs before users, otherwise as given; the last of the list stays the last.
    pub stages: Vec<usize>,
    /// Stages that read, themselves or through others, the last of the list. They cannot be a part of it.
    pub after_last: Vec<usize>,
    /// Stages that read each other in a circle, each from a reader to what it reads.
    pub cycles: Vec<Vec<usize>>,
}

/// More cycles than this say nothing new.
const MOST_CYCLES: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Orders stages. References to stages that do not exist are skipped; of two stages with one id the first is meant.
pub fn order(stages: &[Stage]) -> Order {
    order_of(&edges(stages))
}

/// Orders stages of which [`edges`] were found already.
pub fn order_of(reads: &[Vec<usize>]) -> Order {
    let mut found = Order::default();
    let mut marks = vec![Mark::New; reads.len()];
    for start in 0..reads.len() {
        visit(start, reads, &mut marks, &mut found);
    }
    if found.cycles.is_empty() {
        take_readers_of_last(reads, &mut found);
    }
    found
}

/// For each stage the stages it reads, each once.
pub fn edges(stages: &[Stage]) -> Vec<Vec<usize>> {
    let mut by_id = IndexMap::with_capacity(stages.len());
    for (index, stage) in stages.iter().enumerate() {
        by_id.entry(stage.id.as_str()).or_insert(index);
    }
    let indexes = |(index, stage)| -> Vec<usize> {
        let read = stages_read(index, stage).into_iter().filter_map(|(id, _)| by_id.get(id).copied());
        let mut seen = BTreeSet::new();
        read.filter(|read| seen.insert(*read)).collect()
    };
    stages.iter().enumerate().map(indexes).collect()
}

/// Goes depth first from one stage, with a path of its own instead of recursion: stages may be many.
fn visit(start: usize, reads: &[Vec<usize>], marks: &mut [Mark], found: &mut Order) {
    if marks[start] != Mark::New {
        return;
    }
    marks[start] = Mark::Open;
    let mut path = vec![(start, 0)];
    while let Some((stage, next)) = path.last_mut() {
        let Some(&read) = reads[*stage].get(*next) else {
            marks[*stage] = Mark::Done;
            found.stages.push(*stage);
            path.pop();
            continue;
        };
        *next += 1;
        match marks[read] {
            Mark::New => {
                marks[read] = Mark::Open;
                path.push((read, 0));
            }
            Mark::Open if found.cycles.len() < MOST_CYCLES => {
                let begin = path.iter().position(|(on_path, _)| *on_path == read).unwrap_or_default();
                found.cycles.push(path[begin..].iter().map(|(on_path, _)| *on_path).collect());
            }
            Mark::Open | Mark::Done => {}
        }
    }
}

/// Moves what reads the last stage out of the order, so that the last stage is the last.
fn take_readers_of_last(reads: &[Vec<usize>], found: &mut Order) {
    let Some(last) = reads.len().checked_sub(1) else { return };
    let mut after = vec![false; reads.len()];
    // Inputs stand before users here, so one walk reaches all.
    for &stage in &found.stages {
        after[stage] = reads[stage].iter().any(|&read| read == last || after[read]);
    }
    found.stages.retain(|&stage| !after[stage] && stage != last);
    found.stages.push(last);
    found.after_last = (0..reads.len()).filter(|&stage| after[stage]).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::{Input, True};

    /// Stages written as `id` or `id:source`.
    fn stages(written: &[&str]) -> Vec<Stage> {
        let stage = |text: &&str| {
            let (id, source) = text.split_once(':').unwrap_or((text, ""));
            let source = match source {
                "" => Input::Scratch { scratch: True },
                stage => Input::Stage { stage: stage.to_owned() },
            };
            Stage::new(id, source)
        };
        written.iter().map(stage).collect()
    }

    #[test]
    fn inputs_come_before_users_and_the_rest_stays() {
        let found = order(&stages(&["a:c", "b", "c", "d:a"]));
        assert_eq!(found, Order { stages: vec![2, 0, 1, 3], ..Order::default() });
        let found = order(&stages(&["a", "b:a", "c:b"]));
        assert_eq!(found.stages, [0, 1, 2]);
    }

    #[test]
    fn what_reads_the_last_is_taken_out() {
        let found = order(&stages(&["a:b", "b:d", "c", "d"]));
        assert_eq!(found, Order { stages: vec![2, 3], after_last: vec![0, 1], ..Order::default() });
    }

    #[test]
    fn cycles_are_told_from_reader_to_read() {
        let found = order(&stages(&["a:b", "b:c", "c:b", "d:d"]));
        assert_eq!(found.cycles, [vec![1, 2], vec![3]]);
    }

    #[test]
    fn no_stages_have_an_order() {
        assert_eq!(order(&[]), Order::default());
    }
}
