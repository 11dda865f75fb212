//! [`Ast`](crate::syntax::ast::Ast) → [`hir::Hir`]: names, types, knowledge levels, and what may be said where.
//!
//! [`check`] reports everything it finds in one run. What it gives is only to be used when no error was found.

pub mod address;
pub mod hir;
pub mod phase;
pub mod shell;
pub mod types;

mod block;
mod checker;
mod collect;
mod declare;
mod dump;
mod error;
mod expr;
mod function;
mod level;
mod mention;
mod order;
mod path;
mod program;
mod scope;
mod signature;
mod stack;
mod stage;
mod type_name;
mod walk;

use std::collections::BTreeMap;

pub use dump::dump;
pub use path::is_of_the_system;
pub use program::{Environment, Sources, Unit};

use crate::check::hir::Hir;
use crate::check::program::Program;
use crate::diagnostic::Sink;

/// Checks all blocks, stacks and functions.
pub fn check(sources: &Sources<'_>, environment: &Environment, sink: &mut Sink) -> Hir {
    let mut program = collect::collect(sources, environment, sink);
    let functions = function::check_functions(&mut program, sink);
    let stacks = stacks(&program, sink);
    let mut blocks = indexmap::IndexMap::new();
    for (name, declared) in &program.blocks {
        blocks.insert((*name).to_owned(), block::check_block(*declared, &program, sink));
    }
    report_equal_ids(&blocks, sink);
    Hir { blocks, stacks, functions }
}

/// Checks only stacks and functions: enough to choose a stack before any other file is read. The blocks that stacks
/// list must be among the units or in [`Environment::known_blocks`].
pub fn check_stacks(sources: &Sources<'_>, environment: &Environment, sink: &mut Sink) -> Hir {
    let mut program = collect::collect(sources, environment, sink);
    let functions = function::check_functions(&mut program, sink);
    let stacks = stacks(&program, sink);
    Hir { blocks: indexmap::IndexMap::new(), stacks, functions }
}

fn stacks(program: &Program<'_>, sink: &mut Sink) -> indexmap::IndexMap<String, hir::Stack> {
    let check = |(name, declared): (&&str, &program::Declared<'_, crate::syntax::ast::StackDecl>)| {
        ((*name).to_owned(), stack::check_stack(*declared, program, sink))
    };
    program.stacks.iter().map(check).collect()
}

/// A stage of the plan is called `BLOCK-STAGE`: `a-b` with `c` and `a` with `b-c` would be one.
fn report_equal_ids(blocks: &indexmap::IndexMap<String, hir::Block>, sink: &mut Sink) {
    let mut seen: BTreeMap<String, (&str, &hir::Stage)> = BTreeMap::new();
    for (name, block) in blocks {
        for stage in &block.stages {
            let id = format!("{name}-{}", stage.name.text);
            match seen.get(&id) {
                Some((other, first)) if other != name => {
                    checker::report(error::equal_stage_ids(&id, stage, first), sink)
                }
                Some(_) => {}
                None => {
                    seen.insert(id, (name, stage));
                }
            }
        }
    }
}
