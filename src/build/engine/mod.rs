//! Where BuildKit is, and what it can do: [`Choice`] → [`Engine`].

mod address;
mod candidates;
mod channel;
mod contexts;
mod dial;
mod dialer;
mod docker;
mod duplex;
mod error;
mod features;
mod find;
mod own;
mod probe;
mod program;
mod tls;

pub(super) use channel::CONNECTION_WINDOW;
pub use channel::{control_client, gateway_client};
pub use dialer::{Dialer, Host};
pub use duplex::{Connection, Duplex};
pub use error::broken;
pub use features::{Capabilities, Features, Store};
pub use find::{Sighting, Verdict, find, survey};
pub use own::end_daemons;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tower::service_fn;

use crate::build::engine::address::Address;
use crate::build::engine::dial::{Protocol, dial};
use crate::build::engine::duplex::Tunnel;
use crate::build::engine::own::Daemon;
use crate::build::failure::Failure;

/// What the user and the environment say of where to build. `cli` reads the environment.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// `--engine`: `unix://…`, `tcp://…`, `docker-container://NAME`, `docker`, the name of a Docker context…
    pub engine: Option<String>,
    /// The variables that matter, by name: `BUILDKIT_HOST`, `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`…
    pub environment: BTreeMap<String, String>,
}

impl Choice {
    /// The variables that matter.
    pub const VARIABLES: [&str; 12] = [
        "BUILDKITD_FLAGS",
        "BUILDKIT_HOST",
        "BUILDKIT_TLS_DIR",
        "DOCKER_CERT_PATH",
        "DOCKER_CONFIG",
        "DOCKER_CONTEXT",
        "DOCKER_HOST",
        "DOCKER_TLS_VERIFY",
        "HOME",
        "PATH",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ];

    /// A variable; one that is empty is not there.
    fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable that names a folder.
    fn folder(&self, name: &str) -> Option<PathBuf> {
        self.variable(name).map(PathBuf::from)
    }
}

/// A BuildKit that answers.
#[derive(Debug)]
pub struct Engine {
    /// How a user would name it: its address.
    pub name: String,
    /// What kind of daemon it is.
    pub kind: Kind,
    /// What it can do.
    pub features: Features,
    address: Address,
    way: Way,
    /// The daemon, where it was started for this build: it ends with the engine.
    daemon: Option<Daemon>,
}

/// How BuildKit is reached on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It is what answers: a `buildkitd`, and Docker since 29.2.
    Direct,
    /// The Docker Engine hands the connection over, behind `/grpc` and `/session`.
    Hijack,
}

/// The kinds of daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Docker Engine: BuildKit is behind `/grpc` and `/session`, and images go into its store.
    Docker,
    /// A `buildkitd`.
    BuildKit,
}

/// How a session introduces itself.
#[derive(Clone, Debug)]
pub struct Introduction {
    /// The session's id.
    pub id: String,
    /// What makes two sessions share what they sent.
    pub shared_key: String,
    /// The methods we answer: `/moby.filesync.v1.FileSync/DiffCopy`…
    pub methods: Vec<String>,
}

impl Engine {
    /// An engine that has not been asked yet what it can do.
    fn new(name: &str, kind: Kind, address: Address, way: Way) -> Self {
        Self { name: name.to_owned(), kind, features: Features::default(), address, way, daemon: None }
    }

    /// A connection for requests to BuildKit's control and gateway services; see [`control_client`], [`gateway_client`].
    pub async fn control(&self) -> Result<Channel, Failure> {
        self.connect().await.map_err(|error| error::broken(&self.name, &error))
    }

    async fn connect(&self) -> Result<Channel, tonic::transport::Error> {
        let (address, way) = (self.address.clone(), self.way);
        let connect = service_fn(move |_| {
            let address = address.clone();
            async move { grpc(&address, way).await.map(TokioIo::new) }
        });
        channel::endpoint().connect_with_connector(connect).await
    }

    /// How Docker's API is reached; nothing where there is no Docker Engine.
    pub fn dialer(&self) -> Option<Dialer> {
        (self.kind == Kind::Docker).then(|| Dialer::new(self.address.clone()))
    }

    /// What Docker's API answers to a question; nothing where there is no Docker Engine, or it does not know.
    pub async fn docker(&self, path: &str) -> Option<Bytes> {
        if self.kind != Kind::Docker {
            return None;
        }
        let answer = docker::get(dial(&self.address, Protocol::Http).await.ok()?, path).await.ok()?;
        answer.status.is_success().then_some(answer.body)
    }

    /// A connection on which the daemon calls us. It has to be read, or nothing happens.
    pub async fn session(&self, introduction: &Introduction) -> Result<Pin<Box<dyn Duplex>>, Failure> {
        let headers = introduction.headers().ok_or_else(error::bad_session)?;
        match self.way {
            Way::Hijack => {
                let connection = dial(&self.address, Protocol::Http).await;
                let connection = connection.map_err(|error| error::broken(&self.name, &error))?;
                let taken = docker::hijack(connection, "/session", headers).await;
                taken.map_err(|error| error::broken(&self.name, error.as_ref()))
            }
            Way::Direct => {
                let client = control_client(self.control().await?);
                Ok(Box::pin(Tunnel::new(client, MetadataMap::from_headers(headers))))
            }
        }
    }
}

/// A connection that BuildKit's services are spoken on.
async fn grpc(address: &Address, way: Way) -> Result<Connection, Box<dyn std::error::Error + Send + Sync>> {
    match way {
        Way::Direct => Ok(dial(address, Protocol::Grpc).await?),
        Way::Hijack => docker::hijack(dial(address, Protocol::Http).await?, "/grpc", HeaderMap::new()).await,
    }
}

impl Introduction {
    /// As headers; none when a value cannot be one.
    fn headers(&self) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        let mut add = |name: &'static str, value: &str| {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
            Some(())
        };
        add("x-docker-expose-session-uuid", &self.id)?;
        add("x-docker-expose-session-sharedkey", &self.shared_key)?;
        for method in &self.methods {
            add("x-docker-expose-session-grpc-method", method)?;
        }
        Some(headers)
    }
}

#[cfg(test)]
mod tests;
