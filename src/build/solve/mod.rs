//! [`Request`] → image: one job of the daemon, steered through its gateway.
//!
//! ```text
//!  session ── the daemon reads contexts, secrets, credentials; we receive archives
//!  job ────── Control.Solve without a definition: it waits for the gateway's result, then exports it
//!  steering ─ gateway: ping → configs of base images → lower → solve → give the result
//!  status ─── what the daemon reports → events
//! ```

mod ask;
mod caches;
mod exports;
mod failure;
mod gateway;
mod history;
mod identity;
mod layout;
mod result;
mod status;
mod target;

pub use ask::ask;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use bollard_buildkit_proto::moby::buildkit::v1::{SolveRequest, SolveResponse};
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use crate::build::context;
use crate::build::engine::{Engine, Introduction, Store, control_client};
use crate::build::error;
use crate::build::failure::Failure;
use crate::build::progress::Events;
use crate::build::request::Request;
use crate::build::session::{self, Agents, Credentials, Exports, Files, Findings, Secrets, Services, Stores};
use crate::build::solve::caches::Caches;
use crate::build::solve::failure::{Known, Stopped};
use crate::build::solve::gateway::Gateway;
use crate::build::solve::layout::Layout;
use crate::build::solve::target::Preparation;

pub use failure::explain;
pub(super) use history::COMMENT as HISTORY_COMMENT;

/// How long the daemon may take to report the rest of a job that ended.
const LAST_REPORTS: Duration = Duration::from_secs(5);
/// How long the daemon may take to end a job that was given up.
const GIVING_UP: Duration = Duration::from_secs(5);

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// The digest of the manifest, or of the index of several.
    pub digest: Option<String>,
    /// The digest of the image config, which Docker calls the image's id.
    pub config_digest: Option<String>,
    /// What the exporters answered, by their names for it.
    pub response: BTreeMap<String, String>,
}

impl Built {
    /// What Docker calls the image's id: the digest of its config. The containerd store knows images by their manifests, and of
    /// an index of several images, and from old daemons, no other is told.
    pub fn image_id(&self, store: Store) -> Option<&str> {
        let config = self.config_digest.as_deref().filter(|_| store != Store::Containerd);
        config.or(self.digest.as_deref())
    }
}

/// How often a job is tried again that lost a race in the engine. By then all of its steps are cached.
const MOST_AGAIN: usize = 3;

/// Builds. Dropping the future cancels the job; what happens meanwhile goes to `events`.
pub async fn solve(engine: &Engine, request: &Request, events: &Events) -> Result<Built, Failure> {
    let caches = Caches::open(&engine.features, request, events)?;
    let layout = Layout::open(request)?;
    let folders = Folders { caches: &caches, layout: &layout };
    for _ in 0..MOST_AGAIN {
        match attempt(engine, request, folders, events).await {
            Err(Attempt::LostRace(failure)) => tracing::info!(?failure, "the engine lost a file of its own; again"),
            Err(Attempt::Failed(failure)) => return Err(failure),
            Ok(built) => return Ok(built),
        }
    }
    attempt(engine, request, folders, events).await.map_err(Attempt::into_failure)
}

/// The folders here that a job reads and writes blob by blob.
#[derive(Clone, Copy)]
struct Folders<'a> {
    caches: &'a Caches,
    layout: &'a Layout,
}

/// How a job ended that built nothing.
enum Attempt {
    /// The engine removed what it was about to use.
    LostRace(Failure),
    /// Trying again would not help.
    Failed(Failure),
}

impl Attempt {
    fn into_failure(self) -> Failure {
        match self {
            Self::LostRace(failure) | Self::Failed(failure) => failure,
        }
    }
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

async fn attempt(engine: &Engine, request: &Request, folders: Folders<'_>, events: &Events) -> Result<Built, Attempt> {
    let caches = folders.caches;
    let exporters = exports::exporters(engine, request).await?;
    let findings = Findings::default();
    let job = random()?;
    let session = open_session(engine, request, folders, events, &findings).await?;
    let channel = engine.control().await?;
    let control = control_client(channel.clone());

    let first = exporters.first().cloned().unwrap_or_default();
    let message = SolveRequest {
        r#ref: job.clone(),
        // Daemons before 0.13 know one exporter only, and look for it here.
        exporter_deprecated: first.r#type,
        exporter_attrs_deprecated: first.attrs,
        exporters,
        session: session.id.clone(),
        frontend_attrs: exports::attributes(request).into_iter().collect(),
        cache: Some(caches.message()),
        entitlements: request.entitlements.clone(),
        ..SolveRequest::default()
    };
    let known = Arc::new(Known::default());
    let reports = status::follow(control.clone(), job.clone(), events.clone(), Arc::clone(&known));
    let reports = Task(tokio::spawn(reports));
    let ended =
        run(control, message, Steering { engine, request, caches, events, channel, job: &job, known: &known }).await;
    // The daemon closes the reports of a job that ended; one that broke does not.
    let _ = tokio::time::timeout(LAST_REPORTS, reports.join()).await;
    drop(session);
    let ended = ended.map_err(|stopped| {
        let lost_race = stopped.lost_race();
        let failure = stopped.explain(&known, &request.targets, &request.places);
        if lost_race { Attempt::LostRace(failure) } else { Attempt::Failed(failure) }
    });
    let found = findings.take();
    match ended {
        Ok(response) if found.is_empty() => {
            caches.keep(events).await?;
            let built = built(response);
            folders.layout.keep(&built).await?;
            Ok(built)
        }
        // What went wrong here is the reason of what the daemon says.
        Ok(_) => Err(Failure::Build(found).into()),
        Err(Attempt::Failed(Failure::Build(_))) if !found.is_empty() => Err(Failure::Build(found).into()),
        Err(failure) => Err(failure),
    }
}

/// Runs a job and steers it, until both ended.
async fn run(
    mut control: ControlClient<Channel>,
    message: SolveRequest,
    steering: Steering<'_>,
) -> Result<SolveResponse, Stopped> {
    let job = control.solve(message);
    let steer = steering.steer();
    tokio::pin!(job, steer);
    let answer = tokio::select! {
        // The job failed before it had a result, or there is no engine behind the connection.
        // Or we gave it up, and hear that before the reason is handed on.
        answer = &mut job => match answer {
            Err(status) if status.message().contains(gateway::gave_up().message()) => {
                match tokio::time::timeout(GIVING_UP, steer).await {
                    Ok(Err(stopped)) => return Err(stopped),
                    _ => Err(status),
                }
            }
            answer => answer,
        },
        steered = &mut steer => match steered {
            Ok(()) => job.await,
            Err(failure) => {
                let _ = tokio::time::timeout(GIVING_UP, job).await;
                return Err(failure);
            }
        },
    };
    answer.map(tonic::Response::into_inner).map_err(Stopped::from)
}

/// What steers one job.
struct Steering<'a> {
    engine: &'a Engine,
    request: &'a Request,
    caches: &'a Caches,
    events: &'a Events,
    channel: Channel,
    job: &'a str,
    known: &'a Known,
}

impl Steering<'_> {
    async fn steer(self) -> Result<(), Stopped> {
        let mut gateway = Gateway::new(self.channel.clone(), self.job)?;
        let result = self.give_result(&mut gateway).await;
        if result.is_err() {
            // The failure is told; that the daemon could not be told of it adds nothing.
            let _ = gateway.give_up(&gateway::gave_up()).await;
        }
        result
    }

    async fn give_result(&self, gateway: &mut Gateway) -> Result<(), Stopped> {
        let capabilities = gateway.capabilities().await?;
        let unique = random()?;
        let preparation = Preparation {
            request: self.request,
            capabilities: &capabilities,
            engine: &self.engine.name,
            unique: &unique,
            events: self.events,
        };
        let mut built = Vec::new();
        for target in &self.request.targets {
            let prepared = preparation.prepare(gateway, target).await?;
            self.known.asked(&prepared.definition);
            let reference = gateway.solve(&prepared.definition, self.caches.imports()).await?;
            built.push((prepared, reference));
        }
        let (files, metadata) = result::of(built);
        gateway.give(files, metadata, capabilities.gateway.contains("proto.refarray")).await?;
        Ok(())
    }
}

/// A connection on which the daemon calls us; closed when dropped.
struct Session {
    id: String,
    _answers: Task<()>,
}

async fn open_session(
    engine: &Engine,
    request: &Request,
    folders: Folders<'_>,
    events: &Events,
    findings: &Findings,
) -> Result<Session, Failure> {
    let offered = folders.caches.folders().into_iter().chain(folders.layout.folder()).collect();
    let services = Services {
        files: Files::new(context::of_request(request), events.clone(), findings.clone()),
        exports: Exports::new(request.outputs.clone(), findings.clone()),
        secrets: Secrets::new(request.secrets.clone(), findings.clone()),
        agents: Agents::new(request.ssh.clone(), findings.clone()),
        credentials: Credentials::new(request.docker_config.clone(), findings.clone()),
        stores: Stores::new(offered, events.clone(), findings.clone()),
    };
    let (routes, methods) = services.into_routes();
    let id = random()?;
    let shared_key = identity::shared_key(&request.contexts);
    let stream = engine.session(&Introduction { id: id.clone(), shared_key, methods }).await?;
    let answers = tokio::spawn(async move {
        if let Err(why) = session::serve(stream, routes).await {
            tracing::debug!(%why, "the session ended");
        }
    });
    Ok(Session { id, _answers: Task(answers) })
}

fn built(answer: SolveResponse) -> Built {
    let response: BTreeMap<String, String> = answer.exporter_response.into_iter().collect();
    Built {
        digest: response.get("containerimage.digest").cloned(),
        config_digest: response.get("containerimage.config.digest").cloned(),
        response,
    }
}

/// A random name of 32 hex digits: of a job, a session, a container.
///
/// # Errors
/// The system gives no random bytes.
pub fn random() -> Result<String, Failure> {
    identity::random().map_err(|why| Failure::engine(error::no_randomness(&why)))
}

/// A task that ends when this does.
struct Task<T>(JoinHandle<T>);

impl<T> Task<T> {
    async fn join(mut self) -> Result<T, tokio::task::JoinError> {
        (&mut self.0).await
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
