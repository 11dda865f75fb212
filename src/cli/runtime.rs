//! The one tokio runtime of the process: what waits for an engine runs on it.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::cli::exit::{Exit, Problem};

/// Starts it.
pub fn start() -> Result<Runtime, Problem> {
    Builder::new_multi_thread().enable_all().build().map_err(|error| Problem {
        message: format!("the system gives no threads: {error}"),
        help: None,
        exit: Exit::Engine,
    })
}

/// Runs to the end.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Problem> {
    let runtime = start()?;
    let output = runtime.block_on(future);
    // A lookup of a name cannot be stopped, and nobody waits for it any more.
    runtime.shutdown_background();
    Ok(output)
}
