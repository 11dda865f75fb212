//! [`Docker`]: the API of the Docker Engine that images are built on.

use std::sync::Arc;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, BollardRequest};
use http::Uri;
use http::header::{HOST, HeaderValue};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use crate::build::engine::{Dialer, Engine, Host};
use crate::build::failure::Failure;
use crate::model::error;

/// How long the engine may take to begin an answer, in seconds.
const PATIENCE: u64 = 120;
/// How long it may take for an image that it fetches or is sent: it unpacks it first.
const LOADING: Duration = Duration::from_secs(3600);

/// A Docker Engine.
#[derive(Clone, Debug)]
pub struct Docker {
    pub(super) api: bollard::Docker,
    /// The same for what takes long.
    pub(super) patient: bollard::Docker,
    pub(super) name: Arc<str>,
    /// Whether its ports are those of this machine.
    pub(super) host: Host,
}

impl Docker {
    /// The API of an engine; a finding where it has none.
    pub async fn of(engine: &Engine) -> Result<Self, Failure> {
        let dialer = engine.dialer().ok_or_else(|| error::no_docker(&engine.name, &engine.features.title()))?;
        let host = dialer.host();
        let request = move |request: BollardRequest| answered(dialer.clone(), request);
        let connected = bollard::Docker::connect_with_custom_transport(
            request,
            Some("http://docker"),
            PATIENCE,
            API_DEFAULT_VERSION,
        );
        let name: Arc<str> = engine.name.as_str().into();
        let broken = |why: bollard::errors::Error| error::engine(&name, &why);
        // The newest version of the API that both know: engines before 29 know no later one than their own.
        let api = connected.map_err(broken)?.negotiate_version().await.map_err(broken)?;
        let patient = api.clone().with_timeout(LOADING);
        Ok(Self { api, patient, name, host })
    }

    /// What went wrong with the engine itself.
    pub(super) fn broken(&self, why: &bollard::errors::Error) -> Failure {
        error::engine(&self.name, why)
    }
}

/// Whether something is being removed already.
pub(super) fn is_going(why: &bollard::errors::Error) -> bool {
    matches!(why, bollard::errors::Error::DockerResponseServerError { status_code: 409, .. })
}

/// Whether the engine has no such thing.
pub(super) fn is_missing(why: &bollard::errors::Error) -> bool {
    matches!(why, bollard::errors::Error::DockerResponseServerError { status_code: 404, .. })
}

type Answer = http::Response<hyper::body::Incoming>;

/// One request on a connection of its own: some of them are taken over.
async fn answered(dialer: Dialer, mut request: BollardRequest) -> Result<Answer, bollard::errors::Error> {
    let connection = dialer.connect().await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(connection)).await?;
    tokio::spawn(async move {
        if let Err(why) = connection.with_upgrades().await {
            tracing::debug!(%why, "a connection to the engine ended");
        }
    });
    // What is meant for a server, not for a proxy, has no host in its first line.
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>().map_err(http::Error::from)?;
    request.headers_mut().insert(HOST, HeaderValue::from_static("docker"));
    Ok(sender.send_request(request).await?)
}
