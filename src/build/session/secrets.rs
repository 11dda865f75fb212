//! The secrets of steps, read when a step asks.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_server::{self, SecretsServer};
use bollard_buildkit_proto::moby::buildkit::secrets::v1::{GetSecretRequest, GetSecretResponse};
use indexmap::IndexMap;
use tokio::sync::Mutex;
use tonic::{Request, Response, Status};

use crate::build::request::{MOST_SECRET_BYTES, Secret};
use crate::build::session::{Findings, error};

/// How long a pipe is left alone that has nothing yet.
const PAUSE: Duration = Duration::from_millis(20);

/// The secrets of a build.
pub(in crate::build) struct Secrets {
    secrets: IndexMap<String, Secret>,
    /// What came out of pipes, by id: a pipe gives it once, and several steps may ask.
    from_pipes: Mutex<BTreeMap<String, Vec<u8>>>,
    findings: Findings,
}

impl Secrets {
    /// Answers with these.
    pub fn new(secrets: IndexMap<String, Secret>, findings: Findings) -> Self {
        Self { secrets, from_pipes: Mutex::default(), findings }
    }

    pub(super) fn into_service(self) -> SecretsServer<Self> {
        SecretsServer::new(self)
    }

    async fn value(&self, id: &str, secret: &Secret) -> Result<Vec<u8>, String> {
        match secret {
            Secret::Environment(name) => variable(name),
            Secret::Text(text) => limited(text.0.as_bytes().to_vec()),
            Secret::File(path) if is_pipe(path).await => {
                let mut from_pipes = self.from_pipes.lock().await;
                if let Some(value) = from_pipes.get(id) {
                    return Ok(value.clone());
                }
                let value = drain(path).await?;
                from_pipes.insert(id.to_owned(), value.clone());
                Ok(value)
            }
            Secret::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || file(&path)).await;
                read.unwrap_or_else(|_| Err("reading it was given up".to_owned()))
            }
        }
    }
}

#[tonic::async_trait]
impl secrets_server::Secrets for Secrets {
    async fn get_secret(&self, request: Request<GetSecretRequest>) -> Result<Response<GetSecretResponse>, Status> {
        let id = request.into_inner().id;
        // Not found, so that a step whose secret is optional goes on without it.
        let Some(secret) = self.secrets.get(&id) else {
            return Err(Status::not_found(format!("secret {id}: not given to this build")));
        };
        match self.value(&id, secret).await {
            Ok(data) => Ok(Response::new(GetSecretResponse { data })),
            Err(reason) => {
                self.findings.push(error::secret(&id, &reason));
                Err(Status::failed_precondition(format!("secret {id}: {reason}")))
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a secret may be a variable of this process")]
fn variable(name: &str) -> Result<Vec<u8>, String> {
    use std::os::unix::ffi::OsStringExt as _;
    let value = std::env::var_os(name).ok_or_else(|| format!("the variable `{name}` is not set"))?;
    limited(value.into_vec())
}

async fn is_pipe(path: &Path) -> bool {
    tokio::fs::metadata(path).await.is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// What a pipe holds, such as that of `src=<(command)`. It is waited for without a thread, which could not be stopped; and it
/// is looked at again and again, since the end of one whose writer is already gone is no event.
async fn drain(path: &Path) -> Result<Vec<u8>, String> {
    let mut pipe = open_pipe(path).map_err(|error| error::words(&error))?;
    let (mut value, mut buffer) = (Vec::new(), [0; 4 << 10]);
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) if value.is_empty() => return Err(format!("nothing is written to the pipe `{}`", path.display())),
            Ok(0) => return Ok(value),
            Ok(read) => {
                value.extend_from_slice(&buffer[..read]);
                value = limited(value)?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => tokio::time::sleep(PAUSE).await,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error::words(&error)),
        }
    }
}

fn open_pipe(path: &Path) -> std::io::Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().try_into().unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[expect(clippy::disallowed_methods, reason = "secrets are read here")]
fn file(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| format!("`{}`: {}", path.display(), error::words(&error)))?;
    let mut value = Vec::new();
    file.take(MOST_SECRET_BYTES + 1)
        .read_to_end(&mut value)
        .map_err(|error| format!("`{}`: {}", path.display(), error::words(&error)))?;
    limited(value)
}

fn limited(value: Vec<u8>) -> Result<Vec<u8>, String> {
    if value.len() as u64 > MOST_SECRET_BYTES {
        return Err(format!("it has more than {} KiB", MOST_SECRET_BYTES >> 10));
    }
    Ok(value)
}
