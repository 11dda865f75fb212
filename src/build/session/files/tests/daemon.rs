//! What a daemon does to get a context.

use std::collections::BTreeMap;

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use bollard_buildkit_proto::moby::filesync::packet::file_sync_client::FileSyncClient;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::build::context::Context;
use crate::build::progress::Event;
use crate::build::session::{Files, Findings, serve};
use crate::diagnostic::Diagnostic;
use crate::ignore::Ignore;

/// A daemon, connected.
pub struct Daemon {
    client: FileSyncClient<Channel>,
    events: mpsc::UnboundedReceiver<Event>,
    findings: Findings,
}

/// What a daemon asks for.
pub enum Wants<'w> {
    /// Nothing.
    Nothing,
    /// Each file, as soon as it is told of.
    Everything,
    /// Each file, when all are told of.
    EverythingAtTheEnd,
    /// This file, after something is done.
    After(String, Box<dyn FnOnce() + Send + 'w>),
    /// Everything; something is done at the first content that comes.
    DuringData(Box<dyn FnOnce() + Send + 'w>),
    /// Just this id, which stands for no file.
    Id(u32),
}

/// What a daemon got.
#[derive(Debug, Default)]
pub struct Received {
    pub stats: Vec<Stat>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub error: Option<String>,
    pub status: Option<Status>,
    finished: bool,
}

impl Received {
    pub fn paths(&self) -> Vec<&str> {
        self.stats.iter().map(|stat| stat.path.as_str()).collect()
    }

    pub fn stat(&self, path: &str) -> &Stat {
        self.stats.iter().find(|stat| stat.path == path).unwrap()
    }

    pub fn text(&self, path: &str) -> &str {
        std::str::from_utf8(&self.files[path]).unwrap()
    }

    pub fn ended_well(&self) -> bool {
        self.finished && self.error.is_none() && self.status.is_none()
    }
}

impl Daemon {
    /// With a directory as the context `context`.
    pub fn of(directory: &tempfile::TempDir) -> Self {
        Self::ignoring(directory, "")
    }

    pub fn ignoring(directory: &tempfile::TempDir, ignore: &str) -> Self {
        Self::with(Context::new(directory.path(), Ignore::parse(ignore).unwrap()))
    }

    pub fn with(context: Context) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let findings = Findings::default();
        let files = Files::new([("context".to_owned(), context)].into_iter().collect(), sender, findings.clone());
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(serve(Box::pin(ours), tonic::service::Routes::new(files.into_service())));
        let mut theirs = Some(TokioIo::new(theirs));
        let connect = tower::service_fn(move |_| {
            std::future::ready(theirs.take().ok_or(std::io::Error::from(std::io::ErrorKind::NotConnected)))
        });
        let channel = Endpoint::from_static("http://session.example").connect_with_connector_lazy(connect);
        Self { client: FileSyncClient::new(channel), events, findings }
    }

    pub fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings.take()
    }

    /// How many hold the findings: this daemon and the service do.
    pub fn findings_held(&self) -> usize {
        self.findings.held()
    }

    /// The only finding.
    pub fn finding(&self) -> Diagnostic {
        let mut found = self.findings();
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    pub async fn sync(&mut self, wants: Wants<'_>) -> Received {
        self.ask(&[("dir-name", "context")], wants).await
    }

    /// The paths that are sent for these patterns.
    pub async fn list(&mut self, told: &[(&'static str, &str)]) -> Vec<String> {
        let told: Vec<_> = [("dir-name", "context")].into_iter().chain(told.iter().copied()).collect();
        let received = self.ask(&told, Wants::Nothing).await;
        assert!(received.ended_well(), "{received:?}");
        received.stats.into_iter().map(|stat| stat.path).collect()
    }

    pub async fn ask(&mut self, told: &[(&'static str, &str)], wants: Wants<'_>) -> Received {
        let (requests, outgoing) = mpsc::unbounded_channel();
        let mut request = Request::new(UnboundedReceiverStream::new(outgoing));
        for (key, value) in told {
            request.metadata_mut().append(*key, value.as_bytes().try_into().unwrap());
        }
        let mut incoming = match self.client.diff_copy(request).await {
            Ok(response) => response.into_inner(),
            Err(status) => return Received { status: Some(status), ..Received::default() },
        };
        let mut call = Call { wants, requests, missing: 0, open: BTreeMap::new(), received: Received::default() };
        let mut all_told = false;
        loop {
            match incoming.message().await {
                Ok(Some(packet)) => all_told |= call.take(packet),
                Ok(None) => return call.received,
                Err(status) => return Received { status: Some(status), ..call.received },
            }
            if all_told && call.missing == 0 {
                call.requests.send(of_type(PacketType::PacketFin, 0)).unwrap();
                all_told = false;
            }
        }
    }

    /// Asks for everything, and drops the call after so many packets.
    pub async fn leave_after(&mut self, packets: usize) {
        let (requests, outgoing) = mpsc::unbounded_channel();
        let mut request = Request::new(UnboundedReceiverStream::new(outgoing));
        request.metadata_mut().append("dir-name", "context".parse().unwrap());
        let mut incoming = self.client.diff_copy(request).await.unwrap().into_inner();
        let mut id = 0;
        for _ in 0..packets {
            let Some(packet) = incoming.message().await.unwrap() else { break };
            if packet.stat.is_some() {
                requests.send(of_type(PacketType::PacketReq, id)).unwrap();
                id += 1;
            }
        }
    }
}

/// A transfer as the daemon sees it.
struct Call<'w> {
    wants: Wants<'w>,
    requests: mpsc::UnboundedSender<Packet>,
    /// How many files were asked for and are not here.
    missing: usize,
    open: BTreeMap<u32, Vec<u8>>,
    received: Received,
}

impl Call<'_> {
    fn request(&mut self, id: usize) {
        self.missing += 1;
        self.requests.send(of_type(PacketType::PacketReq, id as u32)).unwrap();
    }

    /// Takes a packet; true for the one that ends the telling.
    fn take(&mut self, packet: Packet) -> bool {
        match (packet.r#type(), packet.stat) {
            (PacketType::PacketStat, Some(stat)) => {
                let now = matches!(self.wants, Wants::Everything | Wants::DuringData(_));
                if now && is_file(&stat) {
                    self.request(self.received.stats.len());
                }
                self.received.stats.push(stat);
            }
            (PacketType::PacketStat, None) => {
                self.all_told();
                return true;
            }
            (PacketType::PacketData, _) if packet.data.is_empty() => {
                let content = self.open.remove(&packet.id).unwrap_or_default();
                let path = self.received.stats[packet.id as usize].path.clone();
                assert!(self.received.files.insert(path, content).is_none());
                self.missing -= 1;
            }
            (PacketType::PacketData, _) => {
                if let Wants::DuringData(change) = std::mem::replace(&mut self.wants, Wants::Everything) {
                    change();
                }
                self.open.entry(packet.id).or_default().extend(packet.data);
            }
            (PacketType::PacketErr, _) => self.received.error = Some(String::from_utf8(packet.data).unwrap()),
            (PacketType::PacketFin, _) => self.received.finished = true,
            (PacketType::PacketReq, _) => unreachable!(),
        }
        false
    }

    fn all_told(&mut self) {
        match std::mem::replace(&mut self.wants, Wants::Nothing) {
            Wants::EverythingAtTheEnd => {
                let files: Vec<_> =
                    (0..self.received.stats.len()).filter(|id| is_file(&self.received.stats[*id])).collect();
                files.into_iter().for_each(|id| self.request(id));
            }
            Wants::After(path, change) => {
                change();
                self.request(self.received.stats.iter().position(|stat| stat.path == path).unwrap());
            }
            Wants::Id(id) => self.request(id as usize),
            other => self.wants = other,
        }
    }
}

fn of_type(kind: PacketType, id: u32) -> Packet {
    Packet { r#type: kind.into(), id, ..Packet::default() }
}

fn is_file(stat: &Stat) -> bool {
    stat.mode & !(0o777 | 1 << 23 | 1 << 22 | 1 << 20) == 0 && stat.linkname.is_empty()
}
