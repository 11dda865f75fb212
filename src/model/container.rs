//! A model's image → [`Container`], and the [`Keeper`] that removes it whatever happens.

use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bollard::container::{AttachContainerResults, LogOutput};
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, DeviceRequest, HostConfig, PortBinding};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, WaitContainerOptions,
};
use futures_util::StreamExt as _;
use tokio::io::AsyncWrite;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::build;
use crate::build::engine::Host;
use crate::build::failure::Failure;
use crate::diagnostic::Diagnostic;
use crate::model::docker::{Docker, is_going, is_missing};
use crate::model::error;

/// The label that every container of ours has; its value is how the model was named.
pub const LABEL: &str = "run.cogpack.run";

/// How long a container that is not wanted any more may take to be made, and to be removed.
const ENDING: Duration = Duration::from_secs(20);

/// What a container is given.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The image's id or name.
    pub image: String,
    /// What runs instead of the image's command.
    pub command: Option<Vec<String>>,
    /// `NAME=VALUE`
    pub environment: Vec<String>,
    /// Graphics cards.
    pub gpus: Option<Gpus>,
    /// The port in the container that is reached from here, and the one of this machine that leads to it; none: any.
    pub port: Option<(u16, Option<u16>)>,
    /// Whether it reads what is written to it.
    pub stdin: bool,
    /// The value of the label.
    pub run: String,
}

/// Which graphics cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gpus {
    /// All of them.
    All,
    /// So many.
    Count(i64),
    /// These.
    Devices(Vec<String>),
}

impl Gpus {
    /// Reads `all`, a number, or `device=ID,…`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        if let Some(devices) = text.strip_prefix("device=") {
            let devices: Vec<String> = devices.trim_matches('"').split(',').map(str::to_owned).collect();
            return devices.iter().all(|device| !device.is_empty()).then_some(Self::Devices(devices));
        }
        text.strip_prefix("count=").unwrap_or(text).parse().ok().filter(|count| *count > 0).map(Self::Count)
    }

    fn request(&self) -> DeviceRequest {
        let (count, device_ids) = match self {
            Self::All => (Some(-1), None),
            Self::Count(count) => (Some(*count), None),
            Self::Devices(ids) => (None, Some(ids.clone())),
        };
        let capabilities = Some(vec![vec!["gpu".to_owned()]]);
        DeviceRequest { driver: None, count, device_ids, capabilities, options: None }
    }
}

/// Which of its outputs a container wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Takes what a container writes.
pub type Consumer = Box<dyn FnMut(Stream, &[u8]) + Send>;

/// Knows every container from before the engine is asked for it, and removes them all.
#[derive(Debug)]
pub struct Keeper {
    docker: Docker,
    asked: Mutex<Vec<Asked>>,
}

#[derive(Debug)]
struct Asked {
    name: String,
    /// The request. It is never broken off: the engine would go on and make a container that nobody removes.
    making: JoinHandle<()>,
}

impl Keeper {
    /// Keeps containers of this engine.
    pub fn new(docker: Docker) -> Self {
        Self { docker, asked: Mutex::default() }
    }

    /// The engine.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Removes all containers. What it cannot remove it tells.
    pub async fn end(&self) -> Vec<Diagnostic> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        let mut left = Vec::new();
        for Asked { name, making } in asked {
            // It has ended long ago, unless the user was quick.
            let _ = tokio::time::timeout(ENDING, making).await;
            let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
            let removed = tokio::time::timeout(ENDING, self.docker.api.remove_container(&name, Some(options))).await;
            match removed {
                Ok(Ok(())) => {}
                Ok(Err(why)) if is_missing(&why) || is_going(&why) => {}
                Ok(Err(why)) => left.push(error::not_removed(&name, &why.to_string())),
                Err(_) => left.push(error::not_removed(&name, "the engine does not answer")),
            }
        }
        left
    }

    /// Asks the engine for a container. The name is ours, so it can be removed without the answer.
    async fn make(&self, settings: &Settings) -> Result<String, Failure> {
        let id = build::random()?;
        let name = format!("cogpack-{}", &id[..12]);
        let body = body(settings);
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let api = self.docker.api.clone();
        let (done, made) = oneshot::channel();
        let making = tokio::spawn(async move {
            let _ = done.send(api.create_container(Some(options), body).await);
        });
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { name: name.clone(), making });
        match made.await {
            Ok(Ok(_)) => Ok(name),
            Ok(Err(why)) => Err(error::not_started(&settings.run, &why, settings.gpus.is_some())),
            Err(_) => Err(Failure::engine(Diagnostic::bug("a container's request was dropped"))),
        }
    }
}

fn body(settings: &Settings) -> ContainerCreateBody {
    let port = |inside: u16| format!("{inside}/tcp");
    let binding = |outside: Option<u16>| {
        let host_port = outside.map(|port| port.to_string()).unwrap_or_default();
        PortBinding { host_ip: Some(Ipv4Addr::LOCALHOST.to_string()), host_port: Some(host_port) }
    };
    let bindings =
        settings.port.map(|(inside, outside)| [(port(inside), Some(vec![binding(outside)]))].into_iter().collect());
    ContainerCreateBody {
        image: Some(settings.image.clone()),
        cmd: settings.command.clone(),
        env: Some(settings.environment.clone()),
        labels: Some([(LABEL.to_owned(), settings.run.clone())].into_iter().collect()),
        exposed_ports: settings.port.map(|(inside, _)| vec![port(inside)]),
        attach_stdin: Some(settings.stdin),
        open_stdin: Some(settings.stdin),
        stdin_once: Some(settings.stdin),
        host_config: Some(HostConfig {
            port_bindings: bindings,
            device_requests: settings.gpus.as_ref().map(|gpus| vec![gpus.request()]),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

/// A container that runs, or has run.
#[derive(Debug)]
pub struct Container {
    name: String,
    ended: watch::Receiver<Option<i64>>,
    reading: JoinHandle<()>,
    waiting: JoinHandle<()>,
    /// The port of this machine that leads to it.
    pub port: Option<u16>,
}

impl Drop for Container {
    fn drop(&mut self) {
        self.reading.abort();
        self.waiting.abort();
    }
}

/// What is written to a container.
pub type Input = std::pin::Pin<Box<dyn AsyncWrite + Send>>;

impl Container {
    /// Makes a container and starts it. Nothing that it writes is missed.
    pub async fn start(keeper: &Keeper, settings: &Settings, consume: Consumer) -> Result<(Self, Input), Failure> {
        let docker = keeper.docker();
        if settings.port.is_some() && docker.host == Host::Elsewhere {
            return Err(error::elsewhere(&docker.name));
        }
        let name = keeper.make(settings).await?;
        let attach = AttachContainerOptionsBuilder::default().stdout(true).stderr(true).stream(true);
        let attached = docker.api.attach_container(&name, Some(attach.stdin(settings.stdin).build())).await;
        let AttachContainerResults { output, input } = attached.map_err(|why| docker.broken(&why))?;
        let reading = tokio::spawn(read(output, consume));
        let started = docker.api.start_container(&name, None).await;
        started.map_err(|why| error::not_started(&settings.run, &why, settings.gpus.is_some()))?;
        let (tell, ended) = watch::channel(None);
        let waiting = tokio::spawn(wait(docker.api.clone(), name.clone(), tell));
        let mut container = Self { name, ended, reading, waiting, port: None };
        if let Some((inside, _)) = settings.port {
            container.port = container.find_port(docker, inside).await?;
        }
        Ok((container, input))
    }

    async fn find_port(&self, docker: &Docker, inside: u16) -> Result<Option<u16>, Failure> {
        let told = docker.api.inspect_container(&self.name, None).await.map_err(|why| docker.broken(&why))?;
        let ports = told.network_settings.and_then(|settings| settings.ports).unwrap_or_default();
        let bindings = ports.get(&format!("{inside}/tcp")).cloned().flatten().unwrap_or_default();
        Ok(bindings.iter().find_map(|binding| binding.host_port.as_ref()?.parse().ok()))
    }

    /// Waits for its end: the code it ended with. Does not end by itself where the engine cannot tell.
    pub async fn ended(&self) -> i64 {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await.ok().and_then(|code| *code) {
            Some(code) => code,
            None => std::future::pending().await,
        }
    }

    /// Waits until everything that it wrote was consumed: it has ended, or is being removed.
    pub async fn written(&mut self) {
        let _ = tokio::time::timeout(ENDING, &mut self.reading).await;
    }

    /// Whether it ended because it took more memory than it may.
    pub async fn is_out_of_memory(&self, docker: &Docker) -> bool {
        let told = docker.api.inspect_container(&self.name, None).await;
        told.ok().and_then(|told| told.state?.oom_killed).unwrap_or_default()
    }

    /// Ends it at once. It stays until the keeper removes it.
    pub async fn kill(&self, docker: &Docker) {
        // It may have ended by itself.
        let _ = docker.api.kill_container(&self.name, None).await;
    }
}

async fn read<S>(mut output: S, mut consume: Consumer)
where
    S: futures_util::Stream<Item = Result<LogOutput, Error>> + Unpin,
{
    while let Some(Ok(piece)) = output.next().await {
        match piece {
            LogOutput::StdErr { message } => consume(Stream::Err, &message),
            LogOutput::StdOut { message } | LogOutput::Console { message } => consume(Stream::Out, &message),
            LogOutput::StdIn { .. } => {}
        }
    }
}

/// Asks again when the engine gave up answering: a container may run for days.
async fn wait(api: bollard::Docker, name: String, tell: watch::Sender<Option<i64>>) {
    loop {
        let mut waited = std::pin::pin!(api.wait_container(&name, None::<WaitContainerOptions>));
        let code = match waited.next().await {
            Some(Ok(ended)) => ended.status_code,
            Some(Err(Error::DockerContainerWaitError { code, .. })) => code,
            Some(Err(Error::RequestTimeoutError)) => continue,
            // It is gone, or the engine is.
            Some(Err(_)) | None => -1,
        };
        let _ = tell.send(Some(code));
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphics_cards_are_named_as_docker_does() {
        let devices = |ids: &[&str]| Some(Gpus::Devices(ids.iter().map(|id| (*id).to_owned()).collect()));
        assert_eq!(Gpus::parse("all"), Some(Gpus::All));
        assert_eq!(Gpus::parse("2"), Some(Gpus::Count(2)));
        assert_eq!(Gpus::parse("device=0,2"), devices(&["0", "2"]));
        assert_eq!(Gpus::parse("\"device=0\""), None);
        for text in ["", "0", "-1", "device=", "some"] {
            assert_eq!(Gpus::parse(text), None, "{text}");
        }
    }
}
