//! What happens while an image is built: [`Event`]s → what people and scripts see.

use bollard_buildkit_proto::moby::buildkit::v1::StatusResponse;

use crate::diagnostic::Diagnostic;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The daemon reports vertices, their progress, their output.
    Status(Box<StatusResponse>),
    /// So much of a context was sent so far.
    Sent {
        /// The context.
        context: String,
        /// Entries that were looked at: files, directories, links.
        entries: u64,
        /// Bytes of file content.
        bytes: u64,
    },
    /// A context whose files are large altogether; told once for each time it is gone through.
    Large {
        /// The context.
        context: String,
        /// Bytes of all its files.
        bytes: u64,
        /// What lies at its top, the largest first, at most five, each with the bytes of its files.
        largest: Vec<(String, u64)>,
    },
    /// Something worth knowing that stops nothing.
    Warning(Box<Diagnostic>),
}

/// Where events go.
pub type Events = tokio::sync::mpsc::UnboundedSender<Event>;
