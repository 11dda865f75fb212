//! The tokio runtime of the process: what waits for an engine runs on it. A small one beside it hears interrupts.

use std::future::Future;
use std::time::Duration;
use std::{io, thread};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::cli::exit::{Exit, Problem};

/// Starts it.
pub fn start() -> Result<Runtime, Problem> {
    Builder::new_multi_thread().enable_all().build().map_err(|error| no_threads(&error))
}

fn no_threads(error: &io::Error) -> Problem {
    Problem { message: format!("the system gives no threads: {error}"), help: None, exit: Exit::Engine }
}

/// Hears interrupts from now on, and requests to terminate, which are the same to it: the first is what comes out, the second does `end` and ends the process after
/// `patience`, which the third cuts short. On a thread of its own, because tasks of a runtime stop when it shuts down, which takes as long as what it waits for.
pub fn interrupts(end: fn(), patience: Duration) -> Result<oneshot::Receiver<()>, Problem> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_threads(&error))?;
    let (mut interrupts, mut terminations) = {
        let _inside = runtime.enter();
        let listen = |kind| signal(kind).map_err(|error| no_threads(&error));
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?)
    };
    let (first, heard) = oneshot::channel();
    let listen = async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {}
            }
        };
        next().await;
        let _ = first.send(());
        next().await;
        end();
        // Cut short or not, it ends.
        let _ = timeout(patience, next()).await;
        std::process::exit(Exit::Interrupted.code());
    };
    let listener = thread::Builder::new().name("interrupts".to_owned()).spawn(move || runtime.block_on(listen));
    listener.map(|_| heard).map_err(|error| no_threads(&error))
}

/// Runs to the end.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Problem> {
    let runtime = start()?;
    let output = runtime.block_on(future);
    // A lookup of a name cannot be stopped, and nobody waits for it any more.
    runtime.shutdown_background();
    Ok(output)
}
