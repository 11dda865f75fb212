//! `addresses.env`, which `tests/env/env.py up` writes → the engines to test on. Where it is missing: the Docker Engine
//! that answers on its usual socket, without a registry.

use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One engine, as Cogpack reaches it.
pub struct Engine {
    pub name: &'static str,
    /// The variable that names the engine to Cogpack, and its value.
    pub variable: (&'static str, String),
    /// Whether it writes OCI archives; otherwise its images are saved from its store.
    pub writes_oci: bool,
    /// The Docker Engine it belongs to.
    docker: PathBuf,
    docker_cli: PathBuf,
    /// `HOST:PORT` of the registry with the base images.
    pub registry: Option<String>,
}

impl Engine {
    /// Docker's own command, on this engine.
    pub fn docker(&self) -> Command {
        let mut command = Command::new(&self.docker_cli);
        command.arg("-H").arg(format!("unix://{}", self.docker.display())).env("DOCKER_BUILDKIT", "1");
        command
    }
}

/// Docker Engine 20.10, the oldest that is supported.
pub fn docker_20() -> Option<Engine> {
    started("Docker Engine 20.10", "DOCKER_HOST", "DOCKER_20_SOCK", "DOCKER_20_SOCK")
}

/// Docker Engine 26.1 with images in containerd's store; where engines cannot be started, the one of this machine.
pub fn docker_26() -> Option<Engine> {
    started("Docker Engine 26.1", "DOCKER_HOST", "DOCKER_26_SOCK", "DOCKER_26_SOCK")
}

/// A BuildKit daemon on a unix socket, without a Docker Engine in sight.
pub fn buildkit() -> Option<Engine> {
    started("BuildKit", "BUILDKIT_HOST", "BUILDKIT_SOCK", "DOCKER_26_SOCK")
}

fn started(name: &'static str, variable: &'static str, socket: &str, docker: &str) -> Option<Engine> {
    let addresses = addresses();
    let Some(address) = addresses.get(socket) else {
        let found = (socket == "DOCKER_26_SOCK").then(usual).flatten();
        if found.is_none() {
            skip(&format!("{name}: engines for tests are not started (`make env` does, or says why it cannot)"));
        }
        return found;
    };
    assert!(UnixStream::connect(address).is_ok(), "{name} does not answer on {address}: `make env` starts it again");
    Some(Engine {
        name,
        variable: (variable, format!("unix://{address}")),
        writes_oci: socket != "DOCKER_20_SOCK",
        docker: PathBuf::from(&addresses[docker]),
        docker_cli: PathBuf::from(&addresses["DOCKER_CLI"]),
        registry: Some(addresses["REGISTRY"].clone()),
    })
}

/// The Docker Engine of this machine, if it has one.
fn usual() -> Option<Engine> {
    let named = env::var("DOCKER_HOST").ok().and_then(|host| host.strip_prefix("unix://").map(PathBuf::from));
    let docker = named.unwrap_or_else(|| PathBuf::from("/var/run/docker.sock"));
    UnixStream::connect(&docker).ok()?;
    Some(Engine {
        name: "the Docker Engine of this machine",
        variable: ("DOCKER_HOST", format!("unix://{}", docker.display())),
        writes_oci: false,
        docker,
        docker_cli: PathBuf::from("docker"),
        registry: None,
    })
}

fn addresses() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder().join("addresses.env")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The environment's folder, as `tests/env/state.py` chooses it.
fn folder() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache"))).unwrap_or_default();
    set("COGPACK_TEST_ENV").unwrap_or_else(|| Path::new(&cache()).join("cogpack-test-env"))
}

/// Says what is not tested. Past the test harness, which keeps what a passing test prints to itself.
pub fn skip(what: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}
