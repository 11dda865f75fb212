//! Where BuildKit is, and what it can do: [`Choice`] → [`Engine`].

mod features;

pub use features::Features;

use std::pin::Pin;

use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::transport::Channel;

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
}

/// The kinds of daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Docker Engine: BuildKit is behind `/grpc` and `/session`, and images go into its store.
    Docker,
    /// A `buildkitd`.
    BuildKit,
}

/// A two-way stream of bytes.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

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

/// The largest message to and from a daemon, in bytes.
pub(super) const MOST_MESSAGE_BYTES: usize = 16 << 20;

/// Finds the engine to build on: the one chosen, else in the order of the documentation. When there is none, the failure says
/// what was tried.
pub async fn find(choice: &Choice) -> Result<Engine, Failure> {
    todo!()
}

impl Engine {
    /// A connection for requests to BuildKit's control and gateway services.
    pub async fn control(&self) -> Result<Channel, Failure> {
        todo!()
    }

    /// The control service on a connection.
    pub(super) fn control_client(&self, channel: Channel) -> ControlClient<Channel> {
        ControlClient::new(channel)
            .max_decoding_message_size(MOST_MESSAGE_BYTES)
            .max_encoding_message_size(MOST_MESSAGE_BYTES)
    }

    /// A connection on which the daemon calls us.
    pub async fn session(&self, introduction: &Introduction) -> Result<Pin<Box<dyn Duplex>>, Failure> {
        todo!()
    }
}
