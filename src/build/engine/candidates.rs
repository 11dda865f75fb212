//! [`Choice`] → the places where an engine may be, in the order in which they are tried.

use std::path::{Path, PathBuf};

use crate::build::engine::address::{Address, Expected, Tls};
use crate::build::engine::own::{self, Settings};
use crate::build::engine::{Choice, contexts};

/// A place where an engine may be.
#[derive(Debug)]
pub(super) struct Candidate {
    /// What named it: `` `DOCKER_HOST` ``.
    pub source: String,
    /// How a user would write it.
    pub shown: String,
    /// Where it is, or why that cannot be known.
    pub place: Result<Place, Refusal>,
    /// Whether nothing behind it is tried: someone asked for this one.
    pub last: bool,
}

/// How an engine is reached.
#[derive(Debug)]
pub(super) enum Place {
    /// It listens.
    At(Address, Expected),
    /// It is started for the build.
    Own(Settings),
}

/// Why a place is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// In a few words.
    pub why: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Refusal {
    /// Without advice.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), advice: None }
    }

    /// With advice.
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// All of them. A place that two things name is there once.
pub(super) async fn list(choice: &Choice) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(engine) = &choice.engine {
        all.extend(asked(choice, engine).await);
    }
    if let Some(text) = choice.variable("BUILDKIT_HOST") {
        let files = buildkit_tls(choice).await;
        all.push(addressed("`BUILDKIT_HOST`", text, Expected::BuildKit, files));
    }
    all.extend(docker(choice).await);
    all.extend(buildkit_sockets(choice).map(|path| socket("BuildKit's socket", path, Expected::BuildKit)));
    all.push(own(choice).await);
    let mut seen: Vec<String> = Vec::new();
    all.retain(|candidate| {
        let new = !seen.contains(&candidate.shown);
        seen.push(candidate.shown.clone());
        new
    });
    all
}

/// What `--engine` names.
async fn asked(choice: &Choice, engine: &str) -> Vec<Candidate> {
    let mut found = match engine {
        "docker" => docker(choice).await,
        "buildkitd" => vec![own(choice).await],
        _ if engine.contains("://") => {
            let files = match buildkit_tls(choice).await {
                Ok(None) => Ok(docker_tls(choice)),
                other => other,
            };
            vec![addressed("`--engine`", engine, Expected::Either, files)]
        }
        _ if engine.starts_with('/') => vec![socket("`--engine`", PathBuf::from(engine), Expected::Either)],
        _ => vec![context(choice, "`--engine`", engine).await],
    };
    if let Some(candidate) = found.last_mut() {
        candidate.last = true;
    }
    found
}

/// The Docker Engine, as Docker's own command finds it.
async fn docker(choice: &Choice) -> Vec<Candidate> {
    if let Some(text) = choice.variable("DOCKER_HOST") {
        return vec![addressed("`DOCKER_HOST`", text, Expected::Docker, Ok(docker_tls(choice)))];
    }
    let is_named = |name: &String| name != "default";
    if let Some(name) = choice.variable("DOCKER_CONTEXT").map(str::to_owned) {
        if is_named(&name) {
            return vec![context(choice, "`DOCKER_CONTEXT`", &name).await];
        }
    } else if let Some(folder) = docker_folder(choice) {
        match contexts::current(&folder).await {
            Ok(Some(name)) if is_named(&name) => return vec![context(choice, "Docker's context", &name).await],
            Ok(_) => {}
            Err(refusal) => {
                let shown = folder.join("config.json").display().to_string();
                return vec![Candidate {
                    source: "Docker's config".to_owned(),
                    shown,
                    place: Err(refusal),
                    last: true,
                }];
            }
        }
    }
    docker_sockets(choice).map(|path| socket("Docker's socket", path, Expected::Docker)).collect()
}

/// What a Docker context names.
async fn context(choice: &Choice, source: &str, name: &str) -> Candidate {
    let place = match docker_folder(choice) {
        Some(folder) => contexts::read(&folder, name).await,
        None => Err(Refusal::new("`HOME` is not set, so Docker's config is not known")),
    };
    let (shown, place) = match place {
        Ok(address) => (format!("{name}: {address}"), Ok(Place::At(address, Expected::Docker))),
        Err(refusal) => (name.to_owned(), Err(refusal)),
    };
    Candidate { source: source.to_owned(), shown, place, last: true }
}

fn addressed(source: &str, text: &str, expected: Expected, files: Result<Option<Tls>, Refusal>) -> Candidate {
    let read = |files| {
        let address = Address::read(text, expected, files).map_err(Refusal::new)?;
        // What speaks through a program's stdin was named with its kind.
        let expected = match (&address, expected) {
            (Address::Program { shown, .. }, _) if !shown.starts_with("ssh://") => Expected::BuildKit,
            (_, expected) => expected,
        };
        Ok(Place::At(address, expected))
    };
    let place = files.and_then(read);
    let shown = match &place {
        Ok(Place::At(address, _)) => address.to_string(),
        _ => text.chars().filter(|c| !c.is_control()).collect(),
    };
    Candidate { source: source.to_owned(), shown, place, last: true }
}

fn socket(source: &str, path: PathBuf, expected: Expected) -> Candidate {
    let address = Address::Unix(path);
    let shown = address.to_string();
    Candidate { source: source.to_owned(), shown, place: Ok(Place::At(address, expected)), last: false }
}

async fn own(choice: &Choice) -> Candidate {
    let place = own::settings(choice).await.map(Place::Own);
    Candidate { source: "a daemon for this build".to_owned(), shown: "buildkitd".to_owned(), place, last: false }
}

fn docker_sockets(choice: &Choice) -> impl Iterator<Item = PathBuf> {
    let home = choice.folder("HOME").map(|home| home.join(".docker/run/docker.sock"));
    let runtime = runtime_folder(choice).map(|folder| folder.join("docker.sock"));
    [Some(PathBuf::from("/var/run/docker.sock")), runtime, home].into_iter().flatten()
}

fn buildkit_sockets(choice: &Choice) -> impl Iterator<Item = PathBuf> {
    let runtime = runtime_folder(choice).map(|folder| folder.join("buildkit/buildkitd.sock"));
    [Some(PathBuf::from("/run/buildkit/buildkitd.sock")), runtime].into_iter().flatten()
}

/// Where a user's own daemons have their sockets.
fn runtime_folder(choice: &Choice) -> Option<PathBuf> {
    let user = rustix::process::getuid();
    choice
        .folder("XDG_RUNTIME_DIR")
        .or_else(|| (!user.is_root()).then(|| format!("/run/user/{}", user.as_raw()).into()))
}

/// Where Docker's `config.json` is.
fn docker_folder(choice: &Choice) -> Option<PathBuf> {
    choice.folder("DOCKER_CONFIG").or_else(|| choice.folder("HOME").map(|home| home.join(".docker")))
}

/// The files that Docker's own command uses with `DOCKER_TLS_VERIFY`.
fn docker_tls(choice: &Choice) -> Option<Tls> {
    choice.variable("DOCKER_TLS_VERIFY")?;
    let folder = choice.folder("DOCKER_CERT_PATH").or_else(|| docker_folder(choice))?;
    let identity = Some((folder.join("cert.pem"), folder.join("key.pem")));
    Some(Tls { ca: Some(folder.join("ca.pem")), identity, server_name: None })
}

/// The files in `BUILDKIT_TLS_DIR`, by the names that `buildctl --tlsdir` knows.
async fn buildkit_tls(choice: &Choice) -> Result<Option<Tls>, Refusal> {
    let Some(folder) = choice.folder("BUILDKIT_TLS_DIR") else { return Ok(None) };
    let ca = one_of(&folder, ["ca.pem", "ca.crt"]).await;
    let certificate = one_of(&folder, ["cert.pem", "tls.crt"]).await;
    let key = one_of(&folder, ["key.pem", "tls.key"]).await;
    match (ca, certificate, key) {
        (Some(ca), Some(certificate), Some(key)) => {
            Ok(Some(Tls { ca: Some(ca), identity: Some((certificate, key)), server_name: None }))
        }
        (Some(ca), None, None) => Ok(Some(Tls { ca: Some(ca), identity: None, server_name: None })),
        _ => {
            let why = format!("in `{}`, which `BUILDKIT_TLS_DIR` names, TLS files are missing", folder.display());
            Err(Refusal::new(why).advise("put `ca.pem` there, and `cert.pem` with `key.pem`"))
        }
    }
}

async fn one_of(folder: &Path, names: [&str; 2]) -> Option<PathBuf> {
    for path in names.map(|name| folder.join(name)) {
        if tokio::fs::try_exists(&path).await.unwrap_or(true) {
            return Some(path);
        }
    }
    None
}
