//! The contexts, as the daemon asks for them.

use std::sync::Arc;

use bollard_buildkit_proto::fsutil::types::Packet;
use bollard_buildkit_proto::moby::filesync::packet::file_sync_server::{FileSync, FileSyncServer};
use indexmap::IndexMap;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use crate::build::context::{Asked, Context, Packets, Report, send};
use crate::build::progress::Events;
use crate::build::session::Findings;

/// The contexts of a build.
pub(in crate::build) struct Files {
    contexts: IndexMap<String, (Context, Arc<Report>)>,
    findings: Findings,
}

impl Files {
    /// Sends these contexts, and tells `events` how far it is.
    pub fn new(contexts: IndexMap<String, Context>, events: Events, findings: Findings) -> Self {
        let reported = |(name, context): (String, Context)| {
            let report = Report::new(name.clone(), events.clone());
            (name, (context, Arc::new(report)))
        };
        Self { contexts: contexts.into_iter().map(reported).collect(), findings }
    }

    pub(super) fn into_service(self) -> FileSyncServer<Self> {
        FileSyncServer::new(self)
    }
}

#[tonic::async_trait]
impl FileSync for Files {
    type DiffCopyStream = Packets;

    async fn diff_copy(&self, request: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        let told = request.metadata();
        let name = values(told, "dir-name").into_iter().next().unwrap_or_default();
        let Some((context, report)) = self.contexts.get(&name) else {
            return Err(Status::not_found(format!("there is no context `{name}` in this build")));
        };
        let asked = Asked {
            include: values(told, "include-patterns"),
            exclude: values(told, "exclude-patterns"),
            follow: values(told, "followpaths"),
        };
        let (context, report, findings) = (context.clone(), Arc::clone(report), self.findings.clone());
        Ok(Response::new(send(context, asked, request.into_inner(), report, findings)))
    }

    type TarStreamStream = Packets;

    async fn tar_stream(&self, _: Request<Streaming<Packet>>) -> Result<Response<Packets>, Status> {
        Err(Status::unimplemented("contexts are sent by DiffCopy"))
    }
}

/// The values of a key. Newer daemons say in a second one that they are query-escaped, older ones send them as they are.
fn values(told: &MetadataMap, key: &str) -> Vec<String> {
    let escaped = told.get(format!("{key}-encoded")).is_some_and(|flag| matches!(flag.as_bytes(), b"1" | b"true"));
    let read = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    told.get_all(key)
        .iter()
        .map(|value| if escaped { read(&unescape(value.as_bytes())) } else { read(value.as_bytes()) })
        .collect()
}

/// `%41` is a byte, `+` a space.
fn unescape(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (digit(*high) << 4 | digit(*low), after)
            }
            (b'+', after) => (b' ', after),
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        b'a'..=b'f' => hex - b'a' + 10,
        hex => hex.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make the files they send")]
mod tests;
