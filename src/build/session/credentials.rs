//! The credentials of registries, from Docker's config and its credential helpers.
//!
//! The daemon is told that we fetch no tokens, so it asks for credentials and fetches them itself.

mod config;
mod helper;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use bollard_buildkit_proto::moby::filesync::v1::auth_server::{Auth, AuthServer};
use bollard_buildkit_proto::moby::filesync::v1::{
    CredentialsRequest, CredentialsResponse, FetchTokenRequest, FetchTokenResponse, GetTokenAuthorityRequest,
    GetTokenAuthorityResponse, VerifyTokenAuthorityRequest, VerifyTokenAuthorityResponse,
};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tonic::{Request, Response, Status};
use tracing::debug;

use crate::build::session::{Findings, error};
use config::{Config, server_of};
use helper::Trouble;

/// How long an answer is kept: the daemon asks for each of its connections, and a helper may ask a network.
const KEPT: Duration = Duration::from_secs(300);

/// The most bytes of Docker's config.
const MOST_BYTES: u64 = 16 << 20;

/// What a registry is told. It has no `Debug`: it is secret.
#[derive(Clone, Default)]
pub struct Login {
    /// Empty: the secret is an identity token.
    pub username: String,
    /// A password or a token. Empty: anonymous.
    pub secret: String,
}

/// What a registry is told, by Docker's config in `folder`; `None`: nothing is known. What is wrong with the config is passed over.
pub async fn login(folder: Option<PathBuf>, host: &str) -> Option<Login> {
    let login = Credentials::new(folder, Findings::default()).login(host).await;
    (!login.secret.is_empty()).then_some(login)
}

/// Docker's credentials, read when the daemon asks.
pub(in crate::build) struct Credentials {
    /// Docker's config folder.
    folder: Option<PathBuf>,
    /// `DOCKER_AUTH_CONFIG`: a config that is the variable's value.
    variable: Option<String>,
    /// Whether the folder comes before the variable: GitLab sets the variable for itself.
    folder_first: bool,
    /// How long a helper may take.
    limit: Duration,
    /// Where helpers are looked for; absent: where this process looks.
    path: Option<OsString>,
    known: Mutex<BTreeMap<String, (Instant, Login)>>,
    findings: Findings,
}

impl Credentials {
    /// Reads `config.json` in `folder`, and `DOCKER_AUTH_CONFIG`, when the daemon asks.
    #[expect(clippy::disallowed_methods, reason = "the variable holds credentials, so nobody passes it on")]
    pub fn new(folder: Option<PathBuf>, findings: Findings) -> Self {
        Self {
            folder,
            variable: std::env::var("DOCKER_AUTH_CONFIG").ok().filter(|text| !text.trim().is_empty()),
            folder_first: std::env::var_os("GITLAB_CI").is_some_and(|value| value == "true"),
            limit: helper::LIMIT,
            path: None,
            known: Mutex::default(),
            findings,
        }
    }

    pub(super) fn into_service(self) -> AuthServer<Self> {
        AuthServer::new(self)
    }

    async fn login(&self, host: &str) -> Login {
        let server = server_of(host);
        let mut known = self.known.lock().await;
        if let Some((since, login)) = known.get(server)
            && since.elapsed() < KEPT
        {
            return login.clone();
        }
        let login = self.look_up(server).await.unwrap_or_default();
        debug!(server, anonymous = login.secret.is_empty(), "credentials");
        known.insert(server.to_owned(), (Instant::now(), login.clone()));
        login
    }

    async fn look_up(&self, server: &str) -> Option<Login> {
        let mut configs = vec![self.of_variable(), self.of_folder().await];
        if self.folder_first {
            configs.reverse();
        }
        for (name, config) in configs.into_iter().flatten() {
            if let Some(login) = self.look_up_in(&name, &config, server).await {
                return Some(login);
            }
        }
        None
    }

    /// The helper's word first, then what the config itself holds.
    async fn look_up_in(&self, name: &str, config: &Config, server: &str) -> Option<Login> {
        if let Some(helper) = config.helper(server) {
            match self.ask(helper, server).await {
                Ok(login) => return Some(login),
                Err(Trouble::NotFound) => {}
                Err(trouble) => {
                    self.findings.push(error::helper(&helper::program(helper), server, &trouble.to_string()));
                }
            }
        }
        match config.login(server) {
            Ok(login) => login,
            Err(reason) => {
                self.findings.push(error::docker_config(name, &format!("that of `{server}` {reason}")));
                None
            }
        }
    }

    /// Asks a helper, for so long.
    async fn ask(&self, helper: &str, server: &str) -> Result<Login, Trouble> {
        let answer = helper::get(helper, server, self.path.as_deref());
        tokio::time::timeout(self.limit, answer).await.unwrap_or(Err(Trouble::Slow))
    }

    fn of_variable(&self) -> Option<(String, Config)> {
        self.parse("DOCKER_AUTH_CONFIG".to_owned(), self.variable.as_deref()?)
    }

    async fn of_folder(&self) -> Option<(String, Config)> {
        let path = self.folder.as_ref()?.join("config.json");
        let name = path.display().to_string();
        let text = match read(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.findings.push(error::docker_config(&name, &error::words(&error)));
                return None;
            }
        };
        self.parse(name, &text)
    }

    fn parse(&self, name: String, text: &str) -> Option<(String, Config)> {
        match Config::parse(text) {
            Ok(config) => Some((name, config)),
            Err(reason) => {
                self.findings.push(error::docker_config(&name, &reason));
                None
            }
        }
    }
}

async fn read(path: &std::path::Path) -> std::io::Result<String> {
    use tokio::io::AsyncReadExt as _;
    let mut text = String::new();
    tokio::fs::File::open(path).await?.take(MOST_BYTES).read_to_string(&mut text).await?;
    Ok(text)
}

#[tonic::async_trait]
impl Auth for Credentials {
    async fn credentials(&self, request: Request<CredentialsRequest>) -> Result<Response<CredentialsResponse>, Status> {
        let Login { username, secret } = self.login(&request.get_ref().host).await;
        Ok(Response::new(CredentialsResponse { username, secret }))
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

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests;
