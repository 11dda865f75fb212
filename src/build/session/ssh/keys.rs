//! Private keys in files → an agent of OpenSSH's that holds them as long as the build lasts.
//!
//! Keys never come into this process: `ssh-add` reads them, so every kind that the user's OpenSSH knows works.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// What the agent stays with: it ends when its input does, which happens when this process is gone, however it ends.
const STAY: &str = r#"echo "$SSH_AUTH_SOCK"; cat >/dev/null; kill "$SSH_AGENT_PID""#;

/// How long OpenSSH may take.
const LIMIT: Duration = Duration::from_secs(10);

/// An agent of our own.
#[derive(Debug)]
pub(super) struct KeyAgent {
    /// Where it listens.
    pub socket: PathBuf,
    /// Holds the end of the pipe that keeps it.
    _child: Child,
}

impl KeyAgent {
    /// Starts it, and loads the keys. The error names the key that was not taken, and why.
    pub async fn start(keys: &[PathBuf]) -> Result<Self, (PathBuf, &'static str)> {
        let first = || keys.first().cloned().unwrap_or_default();
        let agent = timeout(LIMIT, spawn()).await.unwrap_or(Err("`ssh-agent` does not start within 10 seconds"));
        let agent = agent.map_err(|reason| (first(), reason))?;
        for key in keys {
            let added = timeout(LIMIT, add(&agent.socket, key)).await;
            added.unwrap_or(Err("`ssh-add` takes more than 10 seconds")).map_err(|reason| (key.clone(), reason))?;
        }
        Ok(agent)
    }
}

async fn spawn() -> Result<KeyAgent, &'static str> {
    let mut child = Command::new("ssh-agent")
        .args(["sh", "-c", STAY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Ctrl-C is for this process alone: the agent has to be ended, not only what keeps it.
        .process_group(0)
        .spawn()
        .map_err(|_| "`ssh-agent` of OpenSSH cannot be started")?;
    let stdout = child.stdout.take().ok_or("`ssh-agent` cannot be heard")?;
    let line = BufReader::new(stdout).lines().next_line().await.ok().flatten();
    let socket = line.filter(|line| !line.is_empty()).ok_or("`ssh-agent` of OpenSSH does not start")?;
    Ok(KeyAgent { socket: PathBuf::from(socket), _child: child })
}

async fn add(socket: &Path, key: &Path) -> Result<(), &'static str> {
    let status = Command::new("ssh-add")
        .args(["-q", "--"])
        .arg(key)
        .env("SSH_AUTH_SOCK", socket)
        // Nobody is asked for a passphrase.
        .env("SSH_ASKPASS_REQUIRE", "force")
        .env("SSH_ASKPASS", "false")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|_| "`ssh-add` of OpenSSH cannot be started")?;
    let refused = "`ssh-add` does not take it: it is no private key, has a passphrase, or others may read it";
    if status.success() { Ok(()) } else { Err(refused) }
}
