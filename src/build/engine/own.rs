//! A `buildkitd` on PATH → a daemon that lives as long as one build.
//!
//! Daemons cannot share a folder, and builds run side by side: each takes the first of a few folders that is free, so that one
//! build after the other finds its cache again.

use std::io::{self, Read as _, Seek as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
#[expect(clippy::disallowed_types, reason = "a daemon is started for the build, and ended when this is dropped")]
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::build::engine::Choice;
use crate::build::engine::address::Address;
use crate::build::engine::candidates::Refusal;
use crate::build::engine::dial::{Protocol, dial};

/// How many builds may each have a daemon of their own at a time.
const FOLDERS: usize = 16;
/// How long a daemon may take to listen, and how often it is looked at.
const STARTING: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);
/// How long a daemon may take to end. An interrupted build has two seconds in all.
const ENDING: Duration = Duration::from_millis(1500);
/// The longest path of a socket: `sun_path` less its NUL.
const MOST_SOCKET_BYTES: usize = 103;
/// How much of a log is looked at for the reason why a daemon ended.
const MOST_LOG_BYTES: u64 = 64 << 10;

/// How a daemon is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Its program.
    pub daemon: PathBuf,
    /// What it is started by: `setpriv`, so that it ends when we are killed; `rootlesskit`, where we are not root.
    launchers: Vec<PathBuf>,
    /// `BUILDKITD_FLAGS`, as BuildKit's own `buildctl-daemonless.sh` reads it.
    flags: Vec<String>,
    /// Where its folders are.
    folder: PathBuf,
}

/// The daemons that run, by their ids.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// A daemon that was started. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Daemon {
    child: Child,
    id: Option<Pid>,
}

/// Looks for what it takes.
pub(super) async fn settings(choice: &Choice) -> Result<Settings, Refusal> {
    let Some(daemon) = on_path(choice, "buildkitd").await else {
        return Err(Refusal::new("there is no `buildkitd` on PATH"));
    };
    let folder = choice.folder("XDG_CACHE_HOME").or_else(|| choice.folder("HOME").map(|home| home.join(".cache")));
    let folder = folder.ok_or_else(|| Refusal::new("`HOME` is not set, so there is no folder for its cache"))?;
    let mut launchers: Vec<PathBuf> = on_path(choice, "setpriv").await.into_iter().collect();
    if !rustix::process::geteuid().is_root() {
        let rootless = on_path(choice, "rootlesskit").await;
        launchers.push(rootless.ok_or_else(|| {
            Refusal::new("`buildkitd` needs root, or `rootlesskit` on PATH").advise("install `rootlesskit`")
        })?);
    }
    let flags = choice.variable("BUILDKITD_FLAGS").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    Ok(Settings { daemon, launchers, flags, folder: folder.join("cogpack/buildkitd") })
}

/// Starts one, and waits until it listens.
pub(super) async fn start(settings: &Settings) -> Result<(Daemon, Address), Refusal> {
    let (folder, mut log) = free_folder(&settings.folder).await?;
    let socket = folder.join("buildkitd.sock");
    if socket.as_os_str().len() > MOST_SOCKET_BYTES {
        return Err(Refusal::new(format!("the path of its socket would be too long: `{}`", socket.display()))
            .advise("name a shorter folder with `XDG_CACHE_HOME`"));
    }
    let _ = tokio::fs::remove_file(&socket).await;
    let mut daemon = Daemon::spawn(settings, &folder, &socket, &log)
        .map_err(|error| Refusal::new(format!("`{}` does not start: {error}", settings.daemon.display())))?;
    let address = Address::Unix(socket);
    let begun = Instant::now();
    loop {
        if dial(&address, Protocol::Grpc).await.is_ok() {
            return Ok((daemon, address));
        }
        let ended = daemon.child.try_wait().is_ok_and(|status| status.is_some());
        if ended || begun.elapsed() > STARTING {
            let verdict = if ended { "ended at once" } else { "does not listen after 20 seconds" };
            let advice = format!("see `{}`", folder.join("buildkitd.log").display());
            return Err(Refusal::new(format!("`buildkitd` {verdict}: {}", last_words(&mut log))).advise(advice));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Tells all daemons to end, for a process that is about to end without dropping anything.
pub fn end_daemons() {
    for id in RUNNING.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = kill_process(id, Signal::TERM);
    }
}

impl Daemon {
    #[expect(clippy::disallowed_types, reason = "a daemon is started for the build, and ended when this is dropped")]
    fn spawn(settings: &Settings, folder: &Path, socket: &Path, log: &std::fs::File) -> io::Result<Self> {
        let mut words: Vec<std::ffi::OsString> = Vec::new();
        for launcher in &settings.launchers {
            words.push(launcher.into());
            if launcher.ends_with("setpriv") {
                words.extend(["--pdeathsig", "TERM"].map(Into::into));
            }
        }
        words.push((&settings.daemon).into());
        words.push(prefixed("--root=", &folder.join("root")));
        words.push(prefixed("--addr=unix://", socket));
        words.extend(settings.flags.iter().map(Into::into));
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        // The log is locked: while the daemon has it open, the folder is taken.
        command.args(words).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?).process_group(0);
        let child = command.spawn()?;
        let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).extend(id);
        Ok(Self { child, id })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(id, Signal::TERM);
            let begun = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < ENDING {
                std::thread::sleep(Duration::from_millis(10));
            }
            // It was not waited for, so its group still has this number.
            if matches!(self.child.try_wait(), Ok(None)) {
                let _ = kill_process_group(id, Signal::KILL);
                let _ = self.child.wait();
            }
        }
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| *other != id);
    }
}

fn prefixed(option: &str, path: &Path) -> std::ffi::OsString {
    let mut word = std::ffi::OsString::from(option);
    word.push(path);
    word
}

/// The first folder that no other daemon has, with its log, which is locked.
async fn free_folder(parent: &Path) -> Result<(PathBuf, std::fs::File), Refusal> {
    let wrong = |path: &Path, error: io::Error| Refusal::new(format!("`{}`: {error}", path.display()));
    for number in 0..FOLDERS {
        let folder = parent.join(number.to_string());
        let made = tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).await;
        made.map_err(|error| wrong(&folder, error))?;
        let path = folder.join("buildkitd.log");
        let opened = tokio::fs::OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path).await;
        let log = opened.map_err(|error| wrong(&path, error))?.into_std().await;
        if rustix::fs::flock(&log, FlockOperation::NonBlockingLockExclusive).is_ok() {
            log.set_len(0).map_err(|error| wrong(&path, error))?;
            return Ok((folder, log));
        }
    }
    Err(Refusal::new(format!("{FOLDERS} builds have a `buildkitd` of their own already")))
}

/// What a daemon said last, in one line.
fn last_words(log: &mut std::fs::File) -> String {
    let mut bytes = Vec::new();
    let length = log.metadata().map_or(0, |metadata| metadata.len());
    let sought = log.seek(io::SeekFrom::Start(length.saturating_sub(MOST_LOG_BYTES)));
    let _ = sought.and_then(|_| log.take(MOST_LOG_BYTES).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    last.chars().filter(|c| !c.is_control()).take(400).collect()
}

/// A program on PATH.
async fn on_path(choice: &Choice, name: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    for folder in std::env::split_paths(choice.variable("PATH")?) {
        let path = folder.join(name);
        let found = folder.is_absolute().then_some(tokio::fs::metadata(&path).await.ok()).flatten();
        if found.is_some_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0) {
            return Some(path);
        }
    }
    None
}
