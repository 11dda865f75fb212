//! What the command line says of steps → the plan that is built.

use crate::cli::build::Network;
use crate::plan::model::{self, OperationKind, Plan};

/// Gives steps that have a network this one.
pub fn set_network(plan: &mut Plan, network: Network) {
    let network = match network {
        Network::Default => return,
        Network::None => model::Network::None,
        Network::Host => model::Network::Host,
    };
    for operation in plan.stages.iter_mut().flat_map(|stage| &mut stage.operations) {
        if let OperationKind::Exec(exec) = &mut operation.kind
            && exec.network != Some(model::Network::None)
        {
            exec.network = Some(network);
        }
    }
}
