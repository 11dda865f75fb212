//! `addresses.env`, which `tests/env/env.py up` writes → the engines to test on. Where it is missing: the Docker Engine
//! that answers on its usual socket, without a registry.

use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Pid;

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

/// An engine that no other test uses: it may be killed. Stopped and deleted with this.
pub struct Own {
    pub engine: Engine,
    name: String,
    release: &'static str,
}

impl Own {
    pub fn docker_20(name: &str) -> Option<Self> {
        Self::of(docker_20()?, &format!("{name}-20"), "20.10")
    }

    pub fn docker_26(name: &str) -> Option<Self> {
        Self::of(docker_26()?, &format!("{name}-26"), "26.1")
    }

    pub fn buildkit(name: &str) -> Option<Self> {
        Self::of(buildkit()?, &format!("{name}-bk"), "26.1")
    }

    /// One like `engine`, which is shared.
    fn of(engine: Engine, name: &str, release: &'static str) -> Option<Self> {
        if engine.registry.is_none() {
            skip(&format!("{name}: no engine for one test can be started"));
            return None;
        }
        let mut own = Self { engine, name: format!("{name}-{}", std::process::id()), release };
        own.restart();
        let own_folder = own.folder();
        own.engine.docker = own_folder.join("docker.sock");
        let (variable, address) = &mut own.engine.variable;
        let socket = if *variable == "BUILDKIT_HOST" { "buildkit.sock" } else { "docker.sock" };
        *address = format!("unix://{}", own_folder.join(socket).display());
        Some(own)
    }

    /// Starts it unless it runs.
    pub fn restart(&self) {
        env_py(&["start", &self.name, "--release", self.release])
            .unwrap_or_else(|said| panic!("{}: {said}", self.name));
    }

    /// Its daemon's process.
    pub fn pid(&self) -> Pid {
        let text = std::fs::read_to_string(self.folder().join("docker.pid")).unwrap();
        Pid::from_raw(text.trim().parse().unwrap()).unwrap()
    }

    fn folder(&self) -> PathBuf {
        folder().join("engines").join(&self.name)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Err(said) = env_py(&["stop", &self.name]) {
            skip(&format!("stopping {}: {said}", self.name));
        }
    }
}

/// Runs `env.py`; what it said, when it failed.
fn env_py(arguments: &[&str]) -> Result<(), String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/env/env.py");
    let mut run = Command::new("python3");
    let ended = run.arg(program).args(arguments).output().map_err(|why| why.to_string())?;
    if ended.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ended.stderr).into_owned()) }
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

/// Says what is not tested.
pub fn skip(what: &str) {
    say(&format!("skipped: {what}"));
}

/// Says something past the test harness, which keeps what a passing test prints to itself.
pub fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
