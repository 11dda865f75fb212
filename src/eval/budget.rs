//! How much one block may compute: steps and bytes of text are counted, and how deep functions and `let`s use each other.

use std::cell::Cell;

/// Steps: a value is one, and so is an element of a list that is copied.
const STEPS: usize = 5_000_000;

/// How many bytes of a text that is made are a step.
const BYTES: usize = 16;

/// Expressions inside each other, through functions and `let`s.
const DEPTH: usize = 256;

/// What is left to be spent.
#[derive(Debug)]
pub struct Budget {
    steps: Cell<usize>,
    depth: Cell<usize>,
}

/// Held while an expression is evaluated.
#[derive(Debug)]
pub struct Inside<'a>(&'a Budget);

impl Default for Budget {
    fn default() -> Self {
        Self { steps: Cell::new(STEPS), depth: Cell::new(DEPTH) }
    }
}

impl Budget {
    /// Takes steps away; when none are left, says what there was too much of.
    pub fn spend(&self, steps: usize) -> Result<(), &'static str> {
        let left = self.steps.get().checked_sub(steps).ok_or("more steps, or longer texts, than a block may have")?;
        self.steps.set(left);
        Ok(())
    }

    /// Takes away what making a text of so many bytes costs.
    pub fn spend_on_text(&self, bytes: usize) -> Result<(), &'static str> {
        self.spend(bytes / BYTES)
    }

    /// Goes one deeper until what is given back is dropped.
    pub fn enter(&self) -> Result<Inside<'_>, &'static str> {
        let left = self.depth.get().checked_sub(1).ok_or("functions and `let`s use each other too deeply")?;
        self.depth.set(left);
        Ok(Inside(self))
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_given_back_and_steps_are_not() {
        let budget = Budget::default();
        for _ in 0..2 {
            let held: Vec<_> = (0..DEPTH).map(|_| budget.enter().unwrap()).collect();
            assert!(budget.enter().is_err());
            drop(held);
        }
        budget.spend(STEPS - 1).unwrap();
        assert!(budget.spend(2).is_err());
        budget.spend(1).unwrap();
        assert!(budget.spend_on_text(BYTES).is_err());
        budget.spend_on_text(BYTES - 1).unwrap();
    }
}
