//! The one tokio runtime of the process: what waits for an engine runs on it.

use std::future::Future;

use crate::cli::exit::{Exit, Problem};

/// Runs to the end.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| Problem {
        message: format!("the system gives no threads: {error}"),
        help: None,
        exit: Exit::Engine,
    })?;
    let output = runtime.block_on(future);
    // A lookup of a name cannot be stopped, and nobody waits for it any more.
    runtime.shutdown_background();
    Ok(output)
}
