//! Stages as they are listed in a plan that is read → their order, and what `auto` and `phase` mean in it.
//!
//! The meaning is that of the Go composer: `auto` is the stage before in the list, `phase` the last stage of the
//! phase or of the nearest phase before that has one. `tests/plans/composer.json` pins it.

use crate::check::phase::Phase;

/// The stages of a plan in the order of their phases.
#[derive(Debug)]
pub struct Lineup<'a> {
    /// Positions in the list that was given, in the order of phases; within a phase as given.
    pub order: Vec<usize>,
    ids: Vec<&'a str>,
    last: [Option<usize>; Phase::ALL.len()],
}

/// Lines stages up by phase. A stage without a phase stays behind the stage it stands behind; without one before it,
/// it stays in front.
pub fn line_up<'a>(listed: &[(&'a str, Option<Phase>)]) -> Lineup<'a> {
    let mut present = None;
    let carried: Vec<Option<Phase>> = listed
        .iter()
        .map(|(_, phase)| {
            present = phase.or(present);
            present
        })
        .collect();
    let mut order: Vec<usize> = (0..listed.len()).collect();
    order.sort_by_key(|&index| carried[index]);
    let mut last = [None; Phase::ALL.len()];
    for &index in &order {
        if let Some(phase) = listed[index].1 {
            last[phase as usize] = Some(index);
        }
    }
    Lineup { order, ids: listed.iter().map(|(id, _)| *id).collect(), last }
}

impl<'a> Lineup<'a> {
    /// What `auto` means to the stage at a position of [`Lineup::order`]: the stage before it.
    pub fn before(&self, position: usize) -> Option<&'a str> {
        let index = self.order.get(position.checked_sub(1)?)?;
        self.ids.get(*index).copied()
    }

    /// What `phase` means: the last stage of the phase, or of the nearest phase before it that has one.
    pub fn last_of(&self, phase: Phase) -> Option<&'a str> {
        let index = self.last[..=phase as usize].iter().rev().find_map(|last| *last)?;
        self.ids.get(index).copied()
    }
}
