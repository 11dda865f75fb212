//! Daemons that answer as the real ones do, in this process.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use bollard_buildkit_proto::moby::buildkit::v1::control_server::{Control, ControlServer};
use bollard_buildkit_proto::moby::buildkit::v1::types::WorkerRecord;
use bollard_buildkit_proto::moby::buildkit::v1::{
    BuildHistoryEvent, BuildHistoryRequest, BytesMessage, DiskUsageRequest, DiskUsageResponse, InfoRequest,
    InfoResponse, ListWorkersRequest, ListWorkersResponse, PruneRequest, SolveRequest, SolveResponse, StatusRequest,
    StatusResponse, UpdateBuildHistoryRequest, UpdateBuildHistoryResponse, UsageRecord,
};
use futures_util::{Stream, StreamExt as _, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, copy_bidirectional};
use tokio::net::UnixListener;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

use crate::build::engine::duplex::Duplex;

/// What kind of daemon it is.
#[derive(Clone, Debug, Default)]
pub struct Daemon {
    /// What `GET /version` answers; none: it knows gRPC only.
    pub version: Option<String>,
    /// The version of its API, as `GET /_ping` tells it.
    pub api: String,
    /// Whether gRPC is answered on the socket itself.
    pub direct: bool,
    /// Whether `/grpc` and `/session` are there.
    pub hijack: bool,
    /// Its workers.
    pub workers: Vec<WorkerRecord>,
}

/// A worker with these labels.
pub fn worker(labels: &[&str]) -> WorkerRecord {
    let platform = bollard_buildkit_proto::pb::Platform {
        os: "linux".to_owned(),
        architecture: "arm".to_owned(),
        variant: "v7".to_owned(),
        ..Default::default()
    };
    let labels = labels.iter().map(|label| (format!("org.mobyproject.buildkit.worker.{label}"), "x".to_owned()));
    WorkerRecord { labels: labels.collect(), platforms: vec![platform], ..WorkerRecord::default() }
}

impl Daemon {
    /// A `buildkitd`.
    pub fn buildkit() -> Self {
        Self { direct: true, workers: vec![worker(&["executor", "snapshotter"])], ..Self::default() }
    }

    /// A Docker Engine whose API has this version.
    pub fn docker(api: &str, version: &str) -> Self {
        let version = format!(
            r#"{{"Version":"{version}","ApiVersion":"{api}","Os":"linux","Components":[{{"Name":"Engine","Details":{{}}}}]}}"#
        );
        Self {
            version: Some(version),
            api: api.to_owned(),
            hijack: true,
            workers: vec![worker(&[])],
            ..Self::default()
        }
    }

    /// Listens until the task is aborted; its connections end with it.
    pub fn listen(self, socket: &Path) -> JoinHandle<()> {
        let listener = UnixListener::bind(socket).unwrap();
        let daemon = Arc::new(self);
        tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let daemon = Arc::clone(&daemon);
                connections.spawn(async move { daemon.answer(stream).await });
            }
        })
    }

    /// Answers on one connection.
    pub async fn answer(&self, mut stream: impl Duplex) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let text = String::from_utf8(head.clone()).unwrap();
        let request = text.lines().next().unwrap_or_default();
        match (request, &self.version) {
            ("PRI * HTTP/2.0", _) if self.direct => pass(stream, grpc(self.workers.clone()), &head, b"").await,
            ("GET /_ping HTTP/1.1", Some(_)) => {
                say(stream, &format!("200 OK\r\nApi-Version: {}", self.api), "OK").await;
            }
            ("GET /version HTTP/1.1", Some(version)) => say(stream, "200 OK", version).await,
            ("POST /grpc HTTP/1.1", Some(_)) if self.hijack => {
                pass(stream, grpc(self.workers.clone()), b"", SWITCHING).await;
            }
            ("POST /session HTTP/1.1", Some(_)) if self.hijack => {
                let mut answer = SWITCHING.to_vec();
                answer.extend(introduced(&text).as_bytes());
                stream.write_all(&answer).await.unwrap();
                let (mut from, mut to) = tokio::io::split(stream);
                let _ = tokio::io::copy(&mut from, &mut to).await;
            }
            (_, Some(_)) => say(stream, "404 Not Found", r#"{"message":"page not found"}"#).await,
            // What is no HTTP/2 is hung up on.
            _ => {}
        }
    }
}

const SWITCHING: &[u8] = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

async fn say(mut stream: impl Duplex, status: &str, body: &str) {
    let text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(text.as_bytes()).await;
}

/// The headers of a session, as the echo names them.
fn introduced(head: &str) -> String {
    let of_session = head.lines().filter(|line| line.starts_with("x-docker-expose-session"));
    of_session.map(|line| format!("{line};")).collect()
}

/// Puts a connection through. What `far` says first goes out in one packet with `answer`, as a fast daemon's does.
async fn pass(mut stream: impl Duplex, mut far: DuplexStream, request: &[u8], answer: &[u8]) {
    far.write_all(request).await.unwrap();
    let mut first = vec![0; 4096];
    let length = far.read(&mut first).await.unwrap();
    assert!(length > 0, "a server speaks first in HTTP/2");
    stream.write_all(&[answer, &first[..length]].concat()).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut far).await;
}

/// The other end of a BuildKit.
fn grpc(workers: Vec<WorkerRecord>) -> DuplexStream {
    let (near, far) = tokio::io::duplex(1 << 16);
    let routes = Routes::new(ControlServer::new(Fake { workers })).prepare();
    tokio::spawn(async move {
        let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection(TokioIo::new(far), TowerToHyperService::new(routes)).await;
    });
    near
}

struct Fake {
    workers: Vec<WorkerRecord>,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Control for Fake {
    async fn list_workers(&self, _: Request<ListWorkersRequest>) -> Result<Response<ListWorkersResponse>, Status> {
        Ok(Response::new(ListWorkersResponse { record: self.workers.clone() }))
    }

    /// Never answers, as a long build.
    async fn solve(&self, _: Request<SolveRequest>) -> Result<Response<SolveResponse>, Status> {
        std::future::pending().await
    }

    type SessionStream = Answers<BytesMessage>;

    /// Says who introduced itself, and echoes.
    async fn session(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let (metadata, _, messages) = request.into_parts();
        let headers = metadata.into_headers();
        let of_session = headers.iter().filter(|(name, _)| name.as_str().starts_with("x-docker-expose-session"));
        let introduced: String =
            of_session.map(|(name, value)| format!("{name}: {};", value.to_str().unwrap())).collect();
        if introduced.contains("refuse-me") {
            return Err(Status::permission_denied("no session for you"));
        }
        let first = Ok(BytesMessage { data: introduced.into_bytes() });
        Ok(Response::new(stream::iter([first]).chain(messages).boxed()))
    }

    type StatusStream = Answers<StatusResponse>;
    type PruneStream = Answers<UsageRecord>;
    type ListenBuildHistoryStream = Answers<BuildHistoryEvent>;

    async fn info(&self, _: Request<InfoRequest>) -> Result<Response<InfoResponse>, Status> {
        Err(Status::unimplemented("as before 0.11"))
    }

    async fn disk_usage(&self, _: Request<DiskUsageRequest>) -> Result<Response<DiskUsageResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn prune(&self, _: Request<PruneRequest>) -> Result<Response<Self::PruneStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn status(&self, _: Request<StatusRequest>) -> Result<Response<Self::StatusStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn listen_build_history(
        &self,
        _: Request<BuildHistoryRequest>,
    ) -> Result<Response<Self::ListenBuildHistoryStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn update_build_history(
        &self,
        _: Request<UpdateBuildHistoryRequest>,
    ) -> Result<Response<UpdateBuildHistoryResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}
