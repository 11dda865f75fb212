//! The credentials of registries, from Docker's config and its credential helpers.

use bollard_buildkit_proto::moby::filesync::v1::auth_server::{Auth, AuthServer};
use bollard_buildkit_proto::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse,
};
use tonic::{Request, Response, Status};

use crate::build::session::Findings;

/// Docker's config folder.
pub(in crate::build) struct Credentials {
    folder: Option<std::path::PathBuf>,
    findings: Findings,
}

impl Credentials {
    /// Reads `config.json` in `folder` when the daemon asks.
    pub fn new(folder: Option<std::path::PathBuf>, findings: Findings) -> Self {
        Self { folder, findings }
    }

    pub(super) fn into_service(self) -> AuthServer<Self> {
        AuthServer::new(self)
    }
}

#[tonic::async_trait]
impl Auth for Credentials {
    async fn credentials(&self, request: Request<CredentialsRequest>) -> Result<Response<CredentialsResponse>, Status> {
        // No credentials: anonymous.
        Ok(Response::new(CredentialsResponse::default()))
    }

    async fn fetch_token(&self, _: Request<FetchTokenRequest>) -> Result<Response<FetchTokenResponse>, Status> {
        Err(Status::unimplemented("the daemon fetches tokens with the credentials"))
    }

    async fn get_token_authority(
        &self,
        _: Request<GetTokenAuthorityRequest>,
    ) -> Result<Response<GetTokenAuthorityResponse>, Status> {
        Err(Status::unimplemented("the daemon fetches tokens with the credentials"))
    }

    async fn verify_token_authority(
        &self,
        _: Request<VerifyTokenAuthorityRequest>,
    ) -> Result<Response<VerifyTokenAuthorityResponse>, Status> {
        Err(Status::unimplemented("the daemon fetches tokens with the credentials"))
    }
}
