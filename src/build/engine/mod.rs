//! Where BuildKit is, and what it can do: [`Choice`] → [`Engine`].

mod address;
mod channel;
mod dial;
mod docker;
mod duplex;
mod error;
mod features;
mod find;

pub use channel::{control_client, gateway_client};
pub use duplex::{Connection, Duplex};
pub use features::{Capabilities, Features, Store};
pub use find::find;

use std::pin::Pin;

use http::{HeaderMap, HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tower::service_fn;

use crate::build::engine::address::Address;
use crate::build::engine::duplex::Tunnel;
use crate::build::failure::Failure;

/// What the user and the environment say of where to build. `cli` reads the environment.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// `--engine`: `unix://…`, `tcp://…`, `docker-container://NAME`, `docker`, the name of a Docker context…
    pub engine: Option<String>,
    /// The variables that matter, by name: `BUILDKIT_HOST`, `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`…
    pub environment: std::collections::BTreeMap<String, String>,
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
    /// A connection for requests to BuildKit's control and gateway services; see [`control_client`], [`gateway_client`].
    pub async fn control(&self) -> Result<Channel, Failure> {
        let (address, kind) = (self.address.clone(), self.kind);
        let connect = service_fn(move |_| {
            let address = address.clone();
            async move { grpc(&address, kind).await.map(TokioIo::new) }
        });
        let connected = channel::endpoint().connect_with_connector(connect).await;
        connected.map_err(|error| error::broken(&self.name, &error))
    }

    /// A connection on which the daemon calls us. It has to be read, or nothing happens.
    pub async fn session(&self, introduction: &Introduction) -> Result<Pin<Box<dyn Duplex>>, Failure> {
        let headers = introduction.headers().ok_or_else(error::bad_session)?;
        match self.kind {
            Kind::Docker => {
                let connection = dial::dial(&self.address).await.map_err(|error| error::broken(&self.name, &error))?;
                let taken = docker::hijack(connection, "/session", headers).await;
                taken.map_err(|error| error::broken(&self.name, error.as_ref()))
            }
            Kind::BuildKit => {
                let client = control_client(self.control().await?);
                Ok(Box::pin(Tunnel::new(client, MetadataMap::from_headers(headers))))
            }
        }
    }
}

/// A connection that BuildKit's services are spoken on.
async fn grpc(address: &Address, kind: Kind) -> Result<Connection, Box<dyn std::error::Error + Send + Sync>> {
    let connection = dial::dial(address).await?;
    match kind {
        Kind::Docker => docker::hijack(connection, "/grpc", HeaderMap::new()).await,
        Kind::BuildKit => Ok(connection),
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
