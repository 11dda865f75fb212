//! What the daemon exports to us: archives into files, file systems into directories.
//!
//! Both come by the same call, with other messages in it: which output is meant decides.

mod archive;
mod error;
mod place;
mod tree;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};

use bollard_buildkit_proto::moby::filesync::{packet, v1};
use http::HeaderMap;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;

use crate::build::request::{Output, OutputKind};
use crate::build::session::Findings;
use archive::Archives;
pub(super) use error::write as unwritable;
use tree::Trees;

/// How the daemon says which of several outputs it means: their number in the solve.
const EXPORTER_ID: &str = "buildkit-attachable-exporter-id";

/// The largest message: daemons send up to 3 MiB of an archive at once.
const MOST_MESSAGE_BYTES: usize = 16 << 20;

/// Where exports go.
pub(in crate::build) struct Exports {
    /// All outputs of the solve, in its order: the daemon's exporter id is the index.
    outputs: Vec<Output>,
    findings: Findings,
}

impl Exports {
    /// Takes what these outputs bring. They are all outputs of the solve, in its order.
    pub fn new(outputs: Vec<Output>, findings: Findings) -> Self {
        Self { outputs, findings }
    }

    pub(super) fn into_service(self) -> ExportService {
        let Self { outputs, findings } = self;
        let outputs = Arc::new(Outputs(outputs));
        let archives = Archives::new(Arc::clone(&outputs), findings.clone());
        let trees = Trees::new(Arc::clone(&outputs), findings);
        ExportService {
            archives: v1::file_send_server::FileSendServer::new(archives).max_decoding_message_size(MOST_MESSAGE_BYTES),
            trees: packet::file_send_server::FileSendServer::new(trees).max_decoding_message_size(MOST_MESSAGE_BYTES),
            outputs,
        }
    }
}

/// The outputs of a solve.
#[derive(Debug)]
struct Outputs(Vec<Output>);

impl Outputs {
    /// The output that a call is for. Daemons that know only one output do not say which.
    fn find(&self, told: &HeaderMap) -> Result<(&Output, PathBuf), Status> {
        let id = told.get(EXPORTER_ID).and_then(|id| id.to_str().ok()).and_then(|id| id.parse::<usize>().ok());
        let found = match id {
            Some(id) => self.0.get(id).filter(|output| output.destination.is_some()),
            None => self.0.iter().find(|output| output.destination.is_some()),
        };
        let with_destination = found.and_then(|output| Some((output, output.destination.clone()?)));
        with_destination.ok_or_else(|| Status::not_found("this build has no such output"))
    }
}

/// Answers for both kinds.
#[derive(Clone)]
pub(super) struct ExportService {
    archives: v1::file_send_server::FileSendServer<Archives>,
    trees: packet::file_send_server::FileSendServer<Trees>,
    outputs: Arc<Outputs>,
}

impl NamedService for ExportService {
    const NAME: &'static str = v1::file_send_server::SERVICE_NAME;
}

impl Service<http::Request<Body>> for ExportService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match self.outputs.find(request.headers()) {
            Ok((Output { kind: OutputKind::Local, .. }, _)) => self.trees.call(request),
            _ => self.archives.call(request),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests read the files that come")]
mod tests;
