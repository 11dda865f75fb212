//! What the daemon asks of us while it builds: health, files, caches, credentials, secrets, ssh; and what it exports.
//!
//! The daemon is the client here: it calls the services that the session names, over a connection we opened.

mod content;
mod credentials;
mod error;
mod export;
mod files;
mod health;
mod made;
mod secrets;
mod ssh;

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use indexmap::IndexMap;
use tokio::sync::mpsc;
use tonic::Streaming;
use tonic::server::NamedService as _;
use tonic::service::Routes;

use crate::build::context::Context;
use crate::build::engine::{CONNECTION_WINDOW, Duplex};
use crate::build::progress::Events;
use crate::diagnostic::Diagnostic;

pub(super) use content::{Folder, Stores, read_blob};
pub(super) use credentials::Credentials;
pub use credentials::{Login, login};
pub(super) use export::Exports;
pub(super) use files::Files;
pub(super) use secrets::Secrets;
pub(super) use ssh::Agents;

/// The largest list of headers: an error's details travel in them.
const MOST_HEADER_BYTES: u32 = 4 << 20;

/// What may be under way on a stream before we have read it.
const STREAM_WINDOW: u32 = 1 << 20;

/// What went wrong here. The daemon hears of it as a status, which is all that it can tell us later; this says more.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings(Arc<Mutex<Vec<Diagnostic>>>);

impl Findings {
    /// Keeps one.
    pub fn push(&self, found: Diagnostic) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }

    /// How many share them.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// Takes all.
    pub fn take(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a session answers with.
pub(super) struct Services {
    /// The contexts.
    pub files: Files,
    /// Where archives and directories that the daemon exports go.
    pub exports: Exports,
    /// The secrets of steps.
    pub secrets: Secrets,
    /// The ssh agents of steps.
    pub agents: Agents,
    /// The credentials of registries.
    pub credentials: Credentials,
    /// Caches in folders.
    pub stores: Stores,
}

impl Services {
    /// The services by path, and the methods that the session announces.
    pub fn into_routes(self) -> (Routes, Vec<String>) {
        let Self { files, exports, secrets, agents, credentials, stores } = self;
        let mut methods = Vec::new();
        let mut announce = |service: &str, names: &[&str]| {
            methods.extend(names.iter().map(|name| format!("/{service}/{name}")));
        };
        announce("grpc.health.v1.Health", &["Check"]);
        announce("moby.filesync.v1.FileSync", &["DiffCopy", "TarStream"]);
        announce("moby.filesync.v1.FileSend", &["DiffCopy"]);
        announce("moby.buildkit.secrets.v1.Secrets", &["GetSecret"]);
        announce("moby.sshforward.v1.SSH", &["CheckAgent", "ForwardAgent"]);
        announce("moby.filesync.v1.Auth", &["Credentials", "FetchToken", "GetTokenAuthority", "VerifyTokenAuthority"]);
        if !stores.is_empty() {
            announce(Stores::NAME, &Stores::METHODS);
        }
        let routes = Routes::new(health::service())
            .add_service(files.into_service())
            .add_service(exports.into_service())
            .add_service(secrets.into_service())
            .add_service(agents.into_service())
            .add_service(credentials.into_service())
            .add_service(stores);
        (routes, methods)
    }
}

/// Messages that come, for a thread to wait at: the disk must not keep other calls waiting.
fn messages<T: Send + 'static>(mut incoming: Streaming<T>, most_waiting: usize) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel(most_waiting);
    tokio::spawn(async move {
        while let Ok(Some(message)) = incoming.message().await {
            if sender.send(message).await.is_err() {
                return;
            }
        }
    });
    receiver
}

/// Answers the daemon until the connection ends.
pub(super) async fn serve(stream: Pin<Box<dyn Duplex>>, routes: Routes) -> hyper::Result<()> {
    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .max_header_list_size(MOST_HEADER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes.prepare()))
        .await
}

/// Answers a daemon that wants nothing but contexts, until the connection ends: a build without the rest, for measuring.
pub async fn offer(stream: Pin<Box<dyn Duplex>>, contexts: IndexMap<String, Context>, events: Events) {
    let files = Files::new(contexts, events, Findings::default());
    if let Err(why) = serve(stream, Routes::new(files.into_service())).await {
        tracing::debug!(%why, "the connection ended");
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests;
