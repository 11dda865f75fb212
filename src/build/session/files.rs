//! The contexts, as the daemon asks for them.

use std::pin::Pin;

use bollard_buildkit_proto::fsutil::types::Packet;
use bollard_buildkit_proto::moby::filesync::packet::file_sync_server::{FileSync, FileSyncServer};
use indexmap::IndexMap;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::build::context::Context;
use crate::build::progress::Events;
use crate::build::session::Findings;

/// The contexts of a build.
pub(in crate::build) struct Files {
    contexts: IndexMap<String, Context>,
    events: Events,
    findings: Findings,
}

impl Files {
    /// Sends these contexts, and tells `events` how far it is.
    pub fn new(contexts: IndexMap<String, Context>, events: Events, findings: Findings) -> Self {
        Self { contexts, events, findings }
    }

    pub(super) fn into_service(self) -> FileSyncServer<Self> {
        FileSyncServer::new(self)
    }
}

type Packets = Pin<Box<dyn Stream<Item = Result<Packet, Status>> + Send>>;

#[tonic::async_trait]
impl FileSync for Files {
    type DiffCopyStream = Packets;

    async fn diff_copy(&self, request: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        Err(Status::unimplemented("files"))
    }

    type TarStreamStream = Packets;

    async fn tar_stream(&self, _: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        Err(Status::unimplemented("contexts are sent by DiffCopy"))
    }
}
