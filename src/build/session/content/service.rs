//! The daemon's calls: containerd's content service, as far as BuildKit's caches need it. The rest is answered as not implemented.

use std::convert::Infallible;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;
use std::task::{Context, Poll};

use indexmap::IndexMap;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnboundedReceiverStream};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::{Grpc, NamedService};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

use crate::build::progress::{Event, Events};
use crate::build::session::content::error::words;
use crate::build::session::content::folder::Folder;
use crate::build::session::content::incoming::{Broken, Incoming};
use crate::build::session::content::message::{
    Info, InfoRequest, InfoResponse, ReadContentRequest, ReadContentResponse, WriteContentRequest, WriteContentResponse,
};
use crate::build::session::content::store::Digest;
use crate::build::session::{Findings, messages};

/// How the daemon says which folder it means.
const STORE_ID: &str = "buildkit-attachable-store-id";

/// The largest message: daemons send half of what theirs may have.
const MOST_MESSAGE_BYTES: usize = 16 << 20;

/// How much of a blob is sent at once.
const PIECE_BYTES: usize = 1 << 20;

/// How many messages may wait for the disk or for the connection.
const WAITING: usize = 2;

/// The folders that the daemon may read and write.
#[derive(Clone)]
pub(in crate::build) struct Stores(Arc<Offered>);

struct Offered {
    folders: IndexMap<String, Folder>,
    findings: Findings,
    events: Events,
}

type Sent = ReceiverStream<Result<ReadContentResponse, Status>>;
type Answers = UnboundedReceiverStream<Result<WriteContentResponse, Status>>;

impl Stores {
    /// Offers these, by their ids.
    pub fn new(folders: IndexMap<String, Folder>, events: Events, findings: Findings) -> Self {
        Self(Arc::new(Offered { folders, findings, events }))
    }

    /// Whether there is none: then nobody needs the service.
    pub fn is_empty(&self) -> bool {
        self.0.folders.is_empty()
    }

    fn folder<T>(&self, request: &Request<T>) -> Result<Folder, Status> {
        let id = request.metadata().get(STORE_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        let unknown = || Status::not_found(format!("this build has no folder `{id}`"));
        self.0.folders.get(id).cloned().ok_or_else(unknown)
    }

    async fn info(self, request: Request<InfoRequest>) -> Result<Response<InfoResponse>, Status> {
        let folder = self.folder(&request)?;
        let digest = parsed(&request.get_ref().digest)?;
        let (_, size) = opened(&folder, &digest)?;
        let info = Info { digest: digest.to_string(), size: i64::try_from(size).unwrap_or(i64::MAX) };
        Ok(Response::new(InfoResponse { info: Some(info) }))
    }

    async fn read(self, request: Request<ReadContentRequest>) -> Result<Response<Sent>, Status> {
        let folder = self.folder(&request)?;
        let request = request.into_inner();
        let (answers, outgoing) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            if let Err(status) = send(&folder, &request, &answers) {
                let _ = answers.blocking_send(Err(status));
            }
        });
        Ok(Response::new(ReceiverStream::new(outgoing)))
    }

    async fn write(self, request: Request<Streaming<WriteContentRequest>>) -> Result<Response<Answers>, Status> {
        let folder = self.folder(&request)?;
        let mut incoming = messages(request.into_inner(), WAITING);
        let (answers, outgoing) = mpsc::unbounded_channel();
        tokio::task::spawn_blocking(move || {
            if let Err(broken) = receive(&folder, &mut incoming, &answers) {
                let _ = answers.send(Err(self.told(&folder, broken)));
            }
        });
        Ok(Response::new(UnboundedReceiverStream::new(outgoing)))
    }

    /// What the daemon hears of what broke a write; what is ours to mend, the user hears.
    fn told(&self, folder: &Folder, broken: Broken) -> Status {
        let error = match broken {
            Broken::Answer(status) => return status,
            Broken::Disk(error) => error,
        };
        let found = folder.unwritable(&error);
        let status = Status::unknown(found.message.clone());
        if folder.ignores_errors() {
            let _ = self.0.events.send(Event::Warning(Box::new(found.into_warning())));
        } else {
            self.0.findings.push(found);
        }
        status
    }
}

fn parsed(digest: &str) -> Result<Digest, Status> {
    Digest::parse(digest).ok_or_else(|| Status::invalid_argument("blobs have digests of sha256"))
}

fn opened(folder: &Folder, digest: &Digest) -> Result<(std::fs::File, u64), Status> {
    let found = folder.store.blob(digest).map_err(|error| Status::unknown(words(&error)))?;
    found.ok_or_else(|| Status::not_found(format!("there is no {digest}")))
}

/// Sends a part of a blob.
fn send(
    folder: &Folder,
    request: &ReadContentRequest,
    answers: &mpsc::Sender<Result<ReadContentResponse, Status>>,
) -> Result<(), Status> {
    let (mut file, size) = opened(folder, &parsed(&request.digest)?)?;
    let from = u64::try_from(request.offset).unwrap_or(0);
    let there = size.checked_sub(from).ok_or_else(|| Status::out_of_range(format!("the blob has {size} bytes")))?;
    let mut left = u64::try_from(request.size).ok().filter(|size| *size > 0).unwrap_or(there).min(there);
    let unreadable = |error: std::io::Error| Status::unknown(words(&error));
    file.seek(SeekFrom::Start(from)).map_err(unreadable)?;
    let mut offset = 0;
    while left > 0 {
        let mut data = Vec::new();
        let piece = left.min(PIECE_BYTES as u64);
        let read = (&file).take(piece).read_to_end(&mut data).map_err(unreadable)? as u64;
        if read == 0 {
            return Err(Status::data_loss("the blob became shorter"));
        }
        left -= read;
        if answers.blocking_send(Ok(ReadContentResponse { offset, data })).is_err() {
            return Ok(());
        }
        offset = offset.saturating_add(i64::try_from(read).unwrap_or(i64::MAX));
    }
    Ok(())
}

/// Takes a blob. A daemon that goes away in between leaves nothing.
fn receive(
    folder: &Folder,
    messages: &mut mpsc::Receiver<WriteContentRequest>,
    answers: &mpsc::UnboundedSender<Result<WriteContentResponse, Status>>,
) -> Result<(), Broken> {
    let mut blob = Incoming::new(folder)?;
    while let Some(message) = messages.blocking_recv() {
        let answer = blob.take(message)?;
        let is_whole = !answer.digest.is_empty();
        if answers.send(Ok(answer)).is_err() || is_whole {
            break;
        }
    }
    Ok(())
}

impl NamedService for Stores {
    const NAME: &'static str = "containerd.services.content.v1.Content";
}

impl Stores {
    /// The calls that are answered.
    pub(in crate::build::session) const METHODS: [&'static str; 3] = ["Info", "Read", "Write"];
}

impl Service<http::Request<Body>> for Stores {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let stores = self.clone();
        Box::pin(async move {
            let method = request.uri().path().rsplit('/').next().unwrap_or_default();
            Ok(match method {
                "Info" => {
                    let call = tower::service_fn(|request| stores.clone().info(request));
                    Grpc::new(ProstCodec::default()).unary(call, request).await
                }
                "Read" => {
                    let call = tower::service_fn(|request| stores.clone().read(request));
                    Grpc::new(ProstCodec::default()).server_streaming(call, request).await
                }
                "Write" => {
                    let call = tower::service_fn(|request| stores.clone().write(request));
                    let grpc = Grpc::new(ProstCodec::default()).max_decoding_message_size(MOST_MESSAGE_BYTES);
                    { grpc }.streaming(call, request).await
                }
                _ => Status::unimplemented("caches need no more than this").into_http(),
            })
        })
    }
}
