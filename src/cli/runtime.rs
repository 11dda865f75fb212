//! The tokio runtime of the process: what waits for an engine runs on it. A small one beside it hears interrupts.

use std::future::Future;
use std::time::Duration;
use std::{io, thread};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
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

/// Hears interrupts from now on, requests to terminate and terminals that close, which are the same to it: the first is what comes out, the second does `end` and ends the process after
/// `patience`, which the third cuts short. On a thread of its own, because tasks of a runtime stop when it shuts down, which takes as long as what it waits for.
pub fn interrupts(end: fn(), patience: Duration) -> Result<oneshot::Receiver<()>, Problem> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_threads(&error))?;
    let (mut interrupts, mut terminations, mut hangups) = {
        let _inside = runtime.enter();
        let listen = |kind| signal(kind).map_err(|error| no_threads(&error));
        let hangups = if is_ignored(SignalKind::hangup()) { None } else { Some(listen(SignalKind::hangup())?) };
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?, hangups)
    };
    let (first, heard) = oneshot::channel();
    let listen = async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {}
                () = heard_by(&mut hangups) => {}
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

/// Never ends where nobody listens.
async fn heard_by(signals: &mut Option<Signal>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether who started this process wants it to go on, as `nohup` does; so it does where the system does not tell.
#[expect(clippy::disallowed_methods, reason = "the system tells it in a file")]
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(u64::MAX);
    ignored.checked_shr(kind.as_raw_value().unsigned_abs().saturating_sub(1)).is_none_or(|mask| mask & 1 == 1)
}

/// Runs to the end.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Problem> {
    let runtime = start()?;
    let output = runtime.block_on(future);
    // A lookup of a name cannot be stopped, and nobody waits for it any more.
    runtime.shutdown_background();
    Ok(output)
}
