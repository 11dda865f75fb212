//! The secrets of steps, read when a step asks.

use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::{self, SecretsServer};
use bollard_buildkit_proto::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use indexmap::IndexMap;
use tonic::{Request, Response, Status};

use crate::build::request::Secret;
use crate::build::session::Findings;

/// The secrets of a build.
pub(in crate::build) struct Secrets {
    secrets: IndexMap<String, Secret>,
    findings: Findings,
}

impl Secrets {
    /// Answers with these.
    pub fn new(secrets: IndexMap<String, Secret>, findings: Findings) -> Self {
        Self { secrets, findings }
    }

    pub(super) fn into_service(self) -> SecretsServer<Self> {
        SecretsServer::new(self)
    }
}

#[tonic::async_trait]
impl secrets_server::Secrets for Secrets {
    async fn get_secret(&self, request: Request<GetSecretRequest>) -> Result<Response<GetSecretResponse>, Status> {
        Err(Status::not_found("secret"))
    }
}
