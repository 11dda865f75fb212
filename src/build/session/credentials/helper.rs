//! A credential helper: `docker-credential-NAME get`, the server on its input, JSON on its output.

use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::Login;

/// How long a helper may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// The most bytes of its answer.
const MOST_BYTES: u64 = 1 << 20;

/// What helpers say of a server that they do not know.
const NOT_FOUND: &str = "credentials not found";

/// The user name that says that the secret is an identity token.
const TOKEN: &str = "<token>";

/// Why there are no credentials. What the helper wrote is in none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// It has none for this server.
    #[error("it has none")]
    NotFound,
    /// There is no such program.
    #[error("there is no such program on the PATH")]
    Missing,
    /// It was started, and failed.
    #[error("it failed")]
    Failed,
    /// It did not end in time.
    #[error("it took more than 10 seconds")]
    Slow,
    /// Its answer is not what helpers answer.
    #[error("its answer is not as Docker's helpers write it")]
    Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// The program of a helper.
pub(super) fn program(name: &str) -> String {
    format!("docker-credential-{name}")
}

/// Asks a helper. Dropping the future ends it.
pub(super) async fn get(name: &str, server: &str, path: Option<&OsStr>) -> Result<Login, Trouble> {
    // The name is part of a program's name, and no path.
    if name.contains(['/', '\0']) {
        return Err(Trouble::Missing);
    }
    let (status, output) = run(name, server, path).await?;
    if !status.success() {
        let is_unknown = String::from_utf8_lossy(&output).contains(NOT_FOUND);
        return Err(if is_unknown { Trouble::NotFound } else { Trouble::Failed });
    }
    let Answer { username, secret } = serde_json::from_slice(&output).map_err(|_| Trouble::Answer)?;
    match (username.as_str(), secret.is_empty()) {
        (_, true) => Err(Trouble::NotFound),
        (TOKEN, _) => Ok(Login { username: String::new(), secret }),
        _ => Ok(Login { username, secret }),
    }
}

async fn run(name: &str, server: &str, path: Option<&OsStr>) -> Result<(ExitStatus, Vec<u8>), Trouble> {
    let mut command = Command::new(program(name));
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Trouble::Missing,
        _ => Trouble::Failed,
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that does not read its input says so by failing.
        let _ = stdin.write_all(server.as_bytes()).await;
    }
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MOST_BYTES).read_to_end(&mut output).await.map_err(|_| Trouble::Failed)?;
    }
    let status = child.wait().await.map_err(|_| Trouble::Failed)?;
    Ok((status, output))
}
