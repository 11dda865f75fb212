//! What the daemon exports to us: archives into files, file systems into directories.

use std::pin::Pin;

use bollard_buildkit_proto::moby::filesync::v1::BytesMessage;
use bollard_buildkit_proto::moby::filesync::v1::file_send_server::{FileSend, FileSendServer};
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::build::request::Output;
use crate::build::session::Findings;

/// Where exports go.
pub(in crate::build) struct Exports {
    /// The outputs with a destination here, in the order in which the solve names them: the daemon's exporter id is the index.
    outputs: Vec<Output>,
    findings: Findings,
}

impl Exports {
    /// Takes what these outputs bring.
    pub fn new(outputs: Vec<Output>, findings: Findings) -> Self {
        Self { outputs, findings }
    }

    pub(super) fn into_service(self) -> FileSendServer<Self> {
        FileSendServer::new(self)
    }
}

#[tonic::async_trait]
impl FileSend for Exports {
    type DiffCopyStream = Pin<Box<dyn Stream<Item = Result<BytesMessage, Status>> + Send>>;

    async fn diff_copy(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        Err(Status::unimplemented("exports"))
    }
}
