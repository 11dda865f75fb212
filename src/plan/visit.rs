//! A stage → what it reads, and the place of each in the plan.

use super::model::{Input, Mount, Operation, OperationKind, Stage};
use super::place::Place;

/// Every input of a stage: its source, and what its copies and mounts read, in the order they stand.
pub fn inputs(index: usize, stage: &Stage) -> Vec<(&Input, Place)> {
    let mut found = vec![(&stage.source, Place::stage(index).field("source"))];
    for (at, operation) in stage.operations.iter().enumerate() {
        let place = || Place::stage(index).operation(at);
        match &operation.kind {
            OperationKind::Copy(copy) => found.push((&copy.from, place().field("from"))),
            OperationKind::Exec(exec) => {
                for (number, mount) in exec.mounts.iter().enumerate() {
                    if let Mount::Bind { source, .. } = mount {
                        found.push((source, place().field("mounts").item(number).field("source")));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Every input of a stage, to be changed.
pub fn inputs_mut(stage: &mut Stage) -> impl Iterator<Item = &mut Input> {
    std::iter::once(&mut stage.source).chain(stage.operations.iter_mut().flat_map(inputs_of_mut))
}

/// What an operation reads from, to be changed.
pub fn inputs_of_mut(operation: &mut Operation) -> Vec<&mut Input> {
    match &mut operation.kind {
        OperationKind::Copy(copy) => vec![&mut copy.from],
        OperationKind::Exec(exec) => exec.mounts.iter_mut().filter_map(Mount::source_mut).collect(),
        _ => Vec::new(),
    }
}

/// The id of every stage that a stage reads, with those it layers.
pub fn stages_read(index: usize, stage: &Stage) -> Vec<(&str, Place)> {
    let mut found: Vec<_> = inputs(index, stage)
        .into_iter()
        .filter_map(|(input, place)| match input {
            Input::Stage { stage } => Some((stage.as_str(), place.field("stage"))),
            _ => None,
        })
        .collect();
    for (at, operation) in stage.operations.iter().enumerate() {
        if let OperationKind::Layer(layer) = &operation.kind {
            found.push((layer.stage.as_str(), Place::stage(index).operation(at).field("stage")));
        }
    }
    found
}

/// Whether a stage runs a command.
pub fn runs(stage: &Stage) -> bool {
    stage.operations.iter().any(|operation| matches!(operation.kind, OperationKind::Exec(_)))
}
