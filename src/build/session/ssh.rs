//! The ssh agents of steps.

use std::pin::Pin;

use bollard_buildkit_proto::moby::sshforward::v1::ssh_server::{Ssh, SshServer};
use bollard_buildkit_proto::moby::sshforward::v1::{BytesMessage, CheckAgentRequest, CheckAgentResponse};
use indexmap::IndexMap;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::build::request;
use crate::build::session::Findings;

/// The agents of a build.
pub(in crate::build) struct Agents {
    agents: IndexMap<String, request::Ssh>,
    findings: Findings,
}

impl Agents {
    /// Answers with these.
    pub fn new(agents: IndexMap<String, request::Ssh>, findings: Findings) -> Self {
        Self { agents, findings }
    }

    pub(super) fn into_service(self) -> SshServer<Self> {
        SshServer::new(self)
    }
}

#[tonic::async_trait]
impl Ssh for Agents {
    async fn check_agent(&self, request: Request<CheckAgentRequest>) -> Result<Response<CheckAgentResponse>, Status> {
        Err(Status::not_found("ssh"))
    }

    type ForwardAgentStream = Pin<Box<dyn Stream<Item = Result<BytesMessage, Status>> + Send>>;

    async fn forward_agent(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::ForwardAgentStream>, Status> {
        Err(Status::not_found("ssh"))
    }
}
