//! Archives: a stream of bytes → a file that is there when all of it is.
#![expect(clippy::disallowed_methods, reason = "`build` writes what the engine exports")]

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use bollard_buildkit_proto::moby::filesync::v1::BytesMessage;
use bollard_buildkit_proto::moby::filesync::v1::file_send_server::FileSend;
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};
use tonic::{Request, Response, Status, Streaming};

use crate::build::session::Findings;
use crate::build::session::export::{Outputs, error};

/// Daemons send archives in small pieces.
const BUFFER: usize = 1 << 20;

/// Takes archives.
pub struct Archives {
    outputs: Arc<Outputs>,
    findings: Findings,
}

impl Archives {
    /// For these outputs.
    pub fn new(outputs: Arc<Outputs>, findings: Findings) -> Self {
        Self { outputs, findings }
    }
}

#[tonic::async_trait]
impl FileSend for Archives {
    type DiffCopyStream = tokio_stream::Empty<Result<BytesMessage, Status>>;

    async fn diff_copy(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::DiffCopyStream>, Status> {
        let (told, _, incoming) = request.into_parts();
        let (output, destination) = self.outputs.find(&told.into_headers())?;
        if output.is_layout() {
            self.findings.push(error::no_layout(&destination));
            return Err(Status::unimplemented("an image as a folder comes blob by blob"));
        }
        match receive(&destination, incoming).await {
            Ok(()) => Ok(Response::new(tokio_stream::empty())),
            Err(Broken::Stream(status)) => Err(status),
            Err(Broken::Writing(error)) => {
                let found = error::write(&destination, &error);
                let status = Status::unknown(found.message.clone());
                self.findings.push(found);
                Err(status)
            }
        }
    }
}

enum Broken {
    /// The daemon or the connection.
    Stream(Status),
    /// The disk.
    Writing(std::io::Error),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::Writing(error)
    }
}

async fn receive(destination: &Path, incoming: Streaming<BytesMessage>) -> Result<(), Broken> {
    if destination == Path::new(error::STDOUT) {
        let stdout = std::io::stdout().as_fd().try_clone_to_owned()?;
        return copy(incoming, tokio::fs::File::from_std(stdout.into())).await;
    }
    // What is no file is written to; replacing it would be a surprise.
    if std::fs::metadata(destination).is_ok_and(|there| !there.is_file()) {
        return copy(incoming, tokio::fs::OpenOptions::new().write(true).open(destination).await?).await;
    }
    // Through a link, the file that it leads to is replaced.
    let destination = std::fs::canonicalize(destination).unwrap_or_else(|_| destination.to_owned());
    let (unfinished, file) = Unfinished::create(&destination)?;
    if let Ok(there) = std::fs::metadata(&destination) {
        // Who may not read the old one may not read the new one.
        file.set_permissions(there.permissions())?;
    }
    copy(incoming, tokio::fs::File::from_std(file)).await?;
    Ok(unfinished.finish(&destination)?)
}

async fn copy(mut incoming: Streaming<BytesMessage>, to: impl AsyncWrite + Unpin) -> Result<(), Broken> {
    let mut to = BufWriter::with_capacity(BUFFER, to);
    while let Some(message) = incoming.message().await.map_err(Broken::Stream)? {
        to.write_all(&message.data).await?;
    }
    to.flush().await?;
    Ok(Pin::new(&mut to).shutdown().await?)
}

/// A file beside the one that it will be. It is removed unless it is finished.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn create(destination: &Path) -> std::io::Result<(Self, std::fs::File)> {
        let mut number = 0;
        loop {
            let path = destination.with_file_name(format!(".cogpack-{}-{number}", std::process::id()));
            match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self(Some(path)), file)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn finish(mut self, destination: &Path) -> std::io::Result<()> {
        if let Some(path) = &self.0 {
            std::fs::rename(path, destination)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // There is nobody to tell, and nothing else to do.
            let _ = std::fs::remove_file(path);
        }
    }
}
