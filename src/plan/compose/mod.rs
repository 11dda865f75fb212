//! [`Resolution`] → [`Plan`]: evaluates the phase bodies, leaves out what does nothing, and joins the rest.
//!
//! Until stages are joined, a draft's inputs name stages by id and phases by key; no id holds a dot, so they cannot be
//! mistaken for each other.

mod error;
mod export;
mod join;
mod operations;
mod stages;

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::plan::model::{Context, Input, Operation, OperationKind, PLAN_VERSION, Plan, Platform};
use crate::resolve::{Inputs, Resolution};

/// The id of the stage at which `build.*` starts.
pub const BUILD_BASE: &str = "base-build";

/// The id of the stage at which `export.*` starts.
pub const RUNTIME_BASE: &str = "base-runtime";

/// The name of the context that the project is.
pub const PROJECT_CONTEXT: &str = "context";

/// Composes the plan. `None` after errors.
pub fn compose(inputs: &Inputs<'_>, resolution: &Resolution<'_>, sink: &mut Sink) -> Option<Plan> {
    let drafts = stages::draft(inputs, resolution, sink);
    let export = export::export(inputs, resolution, sink);
    if sink.has_errors() {
        return None;
    }
    let joined = join::join(inputs, resolution, drafts, sink)?;
    let (os, arch) = inputs.platform;
    let platform = Platform { os: os.into(), arch: arch.into(), variant: None };
    let mut plan = Plan { version: PLAN_VERSION, platform, stages: joined.stages, export, contexts: IndexMap::new() };
    if plan.export.working_dir.is_none() {
        plan.export.working_dir = joined.working_dir;
    }
    plan.contexts = contexts(&plan);
    Some(plan)
}

/// The contexts that the plan reads, each with the block that reads it first.
fn contexts(plan: &Plan) -> IndexMap<String, Context> {
    let mut contexts = IndexMap::new();
    for stage in &plan.stages {
        let block = stage.origin.as_ref().map(|origin| origin.block.clone());
        for input in std::iter::once(&stage.source).chain(stage.operations.iter().flat_map(inputs_of)) {
            if let Input::Local { local, .. } = input {
                contexts.entry(local.clone()).or_insert_with(|| Context {
                    name: local.clone(),
                    source_block: block.clone(),
                    description: Some("the project".into()),
                    metadata: IndexMap::new(),
                });
            }
        }
    }
    contexts
}

/// What an operation reads from.
fn inputs_of(operation: &Operation) -> Vec<&Input> {
    match &operation.kind {
        OperationKind::Copy(copy) => vec![&copy.from],
        OperationKind::Exec(exec) => exec.mounts.iter().filter_map(|mount| mount.source()).collect(),
        _ => Vec::new(),
    }
}
