//! A place where an engine may be → an [`Engine`], or why there is none.

use std::io;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::{InfoRequest, ListWorkersRequest};
use serde::Deserialize;

use crate::build::engine::address::{Address, Expected};
use crate::build::engine::candidates::{Candidate, Place, Refusal};
use crate::build::engine::dial::{Protocol, dial};
use crate::build::engine::docker::{self, Answer, Wrong};
use crate::build::engine::features::known_version;
use crate::build::engine::{Engine, Features, Kind, Way, control_client, error, own};

/// How long an engine may take for each answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// The first version of Docker's API with a BuildKit that can be steered: Docker 20.10.
const OLDEST_API: (u32, u32) = (1, 41);
/// The first one that speaks gRPC on its socket, without `/grpc`: Docker 29.2.
const GRPC_API: (u32, u32) = (1, 53);

/// What `/version` answers.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Version {
    version: String,
    os: String,
    components: Vec<Component>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Component {
    name: String,
}

/// Asks the engine at a place who it is.
pub(super) async fn probe(candidate: &Candidate) -> Result<Engine, Refusal> {
    match candidate.place.as_ref().map_err(Refusal::clone)? {
        Place::At(address, expected) => listening(&candidate.shown, address, *expected).await,
        Place::Own(settings) => {
            let (daemon, address) = own::start(settings).await?;
            let mut engine = buildkit(&candidate.shown, &address).await?;
            engine.daemon = Some(daemon);
            Ok(engine)
        }
    }
}

async fn listening(name: &str, address: &Address, expected: Expected) -> Result<Engine, Refusal> {
    if expected == Expected::BuildKit {
        let refusal = match buildkit(name, address).await {
            Ok(engine) => return Ok(engine),
            Err(refusal) => refusal,
        };
        // A program reaches one kind of daemon only, and starting it takes its time.
        if matches!(address, Address::Program { .. }) {
            return Err(refusal);
        }
        return match ping(address, Expected::Docker).await.ok().and_then(|answer| answer.ok()?.docker_api()) {
            Some(api) => docker(name, address, api).await,
            None => Err(refusal),
        };
    }
    match ping(address, expected).await? {
        Ok(answer) => match answer.docker_api() {
            Some(api) => docker(name, address, api).await,
            None => Err(Refusal::new(format!("it speaks HTTP and is no Docker Engine: it answers {}", answer.status))),
        },
        // A BuildKit hangs up on HTTP/1.
        Err(_) => buildkit(name, address).await,
    }
}

/// What is answered to Docker's question whether anybody is there.
async fn ping(address: &Address, expected: Expected) -> Result<Result<Answer, Wrong>, Refusal> {
    let connection = dial(address, Protocol::Http).await.map_err(|error| unreachable(address, expected, &error))?;
    patiently(docker::get(connection, "/_ping")).await
}

impl Answer {
    /// The version of Docker's API that is spoken there, if it is a Docker Engine's answer.
    fn docker_api(&self) -> Option<(u32, u32)> {
        let version = self.headers.get("api-version").filter(|_| self.status.is_success())?;
        Some(numbers(version.to_str().unwrap_or_default()))
    }
}

async fn docker(name: &str, address: &Address, api: (u32, u32)) -> Result<Engine, Refusal> {
    // Both at once, since each takes the engine some milliseconds.
    let (version, engine) = tokio::join!(docker_version(address), steered(name, address, api));
    let version = version?;
    if version.components.iter().any(|component| component.name.starts_with("Podman")) {
        return Err(Refusal::new(format!("it is Podman {}, which has no BuildKit", version.version))
            .advise("run BuildKit in a container of Podman, and name it: `--engine podman-container://NAME`"));
    }
    if version.os == "windows" {
        return Err(Refusal::new("its containers are of Windows").advise("switch Docker to Linux containers"));
    }
    if api < OLDEST_API {
        return Err(Refusal::new(format!("it is Docker {}, which is too old", version.version))
            .advise("update Docker to 20.10 or newer"));
    }
    let mut engine = engine.map_err(|why| {
        Refusal::new(format!("it is Docker {}, and its BuildKit does not answer: {why}", version.version))
    })?;
    engine.features.version = Some(version.version);
    Ok(engine)
}

/// The BuildKit of a Docker Engine, on the first way that it answers on.
async fn steered(name: &str, address: &Address, api: (u32, u32)) -> Result<Engine, String> {
    if api >= GRPC_API
        && !address.has_tls()
        && let Ok(engine) = asked(Engine::new(name, Kind::Docker, address.clone(), Way::Direct)).await
    {
        return Ok(engine);
    }
    asked(Engine::new(name, Kind::Docker, address.clone(), Way::Hijack)).await
}

async fn docker_version(address: &Address) -> Result<Version, Refusal> {
    let connection =
        dial(address, Protocol::Http).await.map_err(|error| unreachable(address, Expected::Docker, &error))?;
    let answer = patiently(docker::get(connection, "/version")).await?;
    let answer = answer.map_err(|error| Refusal::new(format!("it does not tell its version: {error}")))?;
    serde_json::from_slice(&answer.body).map_err(|error| Refusal::new(format!("it does not tell its version: {error}")))
}

async fn buildkit(name: &str, address: &Address) -> Result<Engine, Refusal> {
    // What cannot be dialled says so more clearly than a failed call.
    dial(address, Protocol::Grpc).await.map_err(|error| unreachable(address, Expected::BuildKit, &error))?;
    let engine = Engine::new(name, Kind::BuildKit, address.clone(), Way::Direct);
    let no_daemon = |why: String| {
        let advice = tls_advice(address, &why).map(str::to_owned);
        Refusal { why: format!("no Docker Engine and no BuildKit answers there: {why}"), advice }
    };
    asked(engine).await.map_err(no_daemon)
}

/// What to do when it may be that TLS is missing, or half of it.
fn tls_advice(address: &Address, why: &str) -> Option<&'static str> {
    match address {
        Address::Tcp { tls: None, .. } => {
            Some("if it wants TLS, name the files: `tcp://HOST:PORT?cacert=FILE&cert=FILE&key=FILE`")
        }
        Address::Tcp { tls: Some(_), .. } if why.contains("CertificateRequired") => {
            Some("it asks who you are: add `&cert=FILE&key=FILE` to the address")
        }
        _ => None,
    }
}

/// Asks BuildKit for its workers. What goes wrong is told in a few words.
async fn asked(mut engine: Engine) -> Result<Engine, String> {
    let channel = tokio::time::timeout(PATIENCE, engine.connect()).await;
    let channel = channel.map_err(|_| SILENT)?.map_err(|error| error::causes(&error))?;
    let mut client = control_client(channel);
    let workers = tokio::time::timeout(PATIENCE, client.list_workers(ListWorkersRequest::default())).await;
    let workers = workers.map_err(|_| SILENT)?.map_err(|status| error::said(&status))?.into_inner();
    engine.features = Features::from_workers(engine.kind, &workers.record);
    if engine.features.buildkit.is_none() {
        // Daemons before 0.11 do not know this question.
        let info = tokio::time::timeout(PATIENCE, client.info(InfoRequest::default())).await;
        let told = info.ok().and_then(Result::ok).and_then(|info| info.into_inner().buildkit_version);
        engine.features.buildkit = told.and_then(|told| known_version(&told.version));
    }
    Ok(engine)
}

const SILENT: &str = "it is silent for 8 seconds";

async fn patiently<T>(answer: impl Future<Output = T>) -> Result<T, Refusal> {
    let silent = |_| Refusal::new("it takes connections and says nothing").advise("restart the daemon: it hangs");
    tokio::time::timeout(PATIENCE, answer).await.map_err(silent)
}

/// Why there is no connection.
fn unreachable(address: &Address, expected: Expected, error: &io::Error) -> Refusal {
    let unix = matches!(address, Address::Unix(_));
    match error.kind() {
        io::ErrorKind::NotFound if unix => Refusal::new("there is no such socket"),
        io::ErrorKind::PermissionDenied if unix && expected == Expected::BuildKit => Refusal::new("permission denied")
            .advise("become a member of the socket's group, or start BuildKit rootless"),
        io::ErrorKind::PermissionDenied if unix => Refusal::new("permission denied")
            .advise("add yourself to the docker group: `sudo usermod -aG docker \"$USER\"`, and log in again"),
        io::ErrorKind::ConnectionRefused => Refusal::new("connection refused: nothing listens there"),
        _ => Refusal::new(error::causes(error)),
    }
}

/// The two numbers of a version of Docker's API.
fn numbers(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}
