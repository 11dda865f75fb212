//! The protobuf messages of LLB that the generated ones cannot write as BuildKit's Go client does, or do not know.
//!
//! In a map entry Go writes key and value even when they are empty, where the generated messages leave them out; here
//! entries are messages of their own with fields that are written whenever they are set. Field numbers are those of
//! BuildKit's `solver/pb/ops.proto`.

use bollard_buildkit_proto::pb;
use prost::Message;

/// One vertex. Encode it with [`Op::to_bytes`], which keeps Go's order of fields.
#[derive(Clone, PartialEq, Message)]
pub struct Op {
    /// What it reads.
    #[prost(message, repeated, tag = "1")]
    pub inputs: Vec<pb::Input>,
    /// What it runs on.
    #[prost(message, optional, tag = "10")]
    pub platform: Option<pb::Platform>,
    /// Which workers may run it; absent only in the terminal.
    #[prost(message, optional, tag = "11")]
    pub constraints: Option<pb::WorkerConstraints>,
    /// What it does; absent in the terminal.
    #[prost(oneof = "Body", tags = "2, 3, 4, 5, 6, 7, 8")]
    pub body: Option<Body>,
}

/// What a vertex does.
#[derive(Clone, PartialEq, prost::Oneof)]
#[expect(clippy::large_enum_variant, reason = "one exists at a time, while its vertex is encoded")]
pub enum Body {
    /// Runs a command.
    #[prost(message, tag = "2")]
    Exec(pb::ExecOp),
    /// Fetches files.
    #[prost(message, tag = "3")]
    Source(SourceOp),
    /// Changes files.
    #[prost(message, tag = "4")]
    File(pb::FileOp),
    /// Builds LLB that lies in a file.
    #[prost(message, tag = "5")]
    Build(BuildOp),
    /// Lays file trees over each other.
    #[prost(message, tag = "6")]
    Merge(pb::MergeOp),
    /// What one file tree has that another has not.
    #[prost(message, tag = "7")]
    Diff(pb::DiffOp),
    /// Hands inputs on.
    #[prost(message, tag = "8")]
    Passthrough(PassthroughOp),
}

impl Op {
    /// The bytes that Go's client writes, and that the digest is of: head (1, 10, 11) first, then the body (2 to 8).
    pub fn to_bytes(mut self) -> Vec<u8> {
        let body = self.body.take();
        let mut bytes = self.encode_to_vec();
        if let Some(body) = body {
            body.encode(&mut bytes);
        }
        bytes
    }
}

/// A source: an identifier such as `docker-image://…` and its attributes, sorted by name.
#[derive(Clone, PartialEq, Message)]
pub struct SourceOp {
    /// What is fetched.
    #[prost(string, tag = "1")]
    pub identifier: String,
    /// How.
    #[prost(message, repeated, tag = "2")]
    pub attrs: Vec<TextEntry>,
}

/// An entry of a map from text to text.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct TextEntry {
    /// Its name.
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    /// Its value.
    #[prost(string, optional, tag = "2")]
    pub value: Option<String>,
}

impl TextEntry {
    /// An entry that is written whole.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: Some(key.into()), value: Some(value.into()) }
    }
}

/// Builds LLB that lies in a file.
#[derive(Clone, PartialEq, Message)]
pub struct BuildOp {
    /// Always -1: the built-in builder.
    #[prost(int64, tag = "1")]
    pub builder: i64,
    /// Which input is what.
    #[prost(message, repeated, tag = "2")]
    pub inputs: Vec<BuildInputEntry>,
    /// How.
    #[prost(message, repeated, tag = "4")]
    pub attrs: Vec<TextEntry>,
}

/// An entry of [`BuildOp::inputs`].
#[derive(Clone, PartialEq, Message)]
pub struct BuildInputEntry {
    /// What it is.
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    /// Which input.
    #[prost(message, optional, tag = "2")]
    pub value: Option<pb::BuildInput>,
}

/// Hands inputs on.
#[derive(Clone, PartialEq, Message)]
pub struct PassthroughOp {
    /// Its name.
    #[prost(string, tag = "1")]
    pub id: String,
    /// Which inputs are outputs.
    #[prost(int64, repeated, tag = "2")]
    pub outputs: Vec<i64>,
}

/// A whole graph.
#[derive(Clone, PartialEq, Message)]
pub struct Definition {
    /// Encoded [`Op`]s.
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub def: Vec<Vec<u8>>,
    /// By digest, sorted.
    #[prost(message, repeated, tag = "2")]
    pub metadata: Vec<MetadataEntry>,
    /// Where the vertices come from.
    #[prost(message, optional, tag = "3")]
    pub source: Option<Source>,
}

/// An entry of [`Definition::metadata`].
#[derive(Clone, PartialEq, Message)]
pub struct MetadataEntry {
    /// A digest.
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    /// What lies beside the op.
    #[prost(message, optional, tag = "2")]
    pub value: Option<OpMetadata>,
}

/// What lies beside an op and is not in its digest.
#[derive(Clone, PartialEq, Message)]
pub struct OpMetadata {
    /// Runs even when the cache has it.
    #[prost(bool, tag = "1")]
    pub ignore_cache: bool,
    /// For people.
    #[prost(message, repeated, tag = "2")]
    pub description: Vec<TextEntry>,
    /// Whether it is exported with the cache.
    #[prost(message, optional, tag = "4")]
    pub export_cache: Option<pb::ExportCache>,
    /// What it needs the daemon to know.
    #[prost(message, repeated, tag = "5")]
    pub caps: Vec<CapEntry>,
    /// What progress shows it under.
    #[prost(message, optional, tag = "6")]
    pub progress_group: Option<pb::ProgressGroup>,
    /// Its limits.
    #[prost(message, optional, tag = "7")]
    pub linux_resources: Option<LinuxResources>,
}

/// An entry of [`OpMetadata::caps`].
#[derive(Clone, PartialEq, Eq, Message)]
pub struct CapEntry {
    /// The cap's name.
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    /// Always true.
    #[prost(bool, optional, tag = "2")]
    pub value: Option<bool>,
}

/// Limits of a command, in cgroup terms.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LinuxResources {
    /// In bytes.
    #[prost(int64, tag = "1")]
    pub memory: i64,
    /// Memory and swap, in bytes; -1 is no limit.
    #[prost(int64, tag = "2")]
    pub memory_swap: i64,
    /// Relative weight.
    #[prost(uint64, tag = "3")]
    pub cpu_shares: u64,
    /// In microseconds.
    #[prost(uint64, tag = "4")]
    pub cpu_period: u64,
    /// In microseconds.
    #[prost(int64, tag = "5")]
    pub cpu_quota: i64,
    /// Such as `0-3`.
    #[prost(string, tag = "6")]
    pub cpuset_cpus: String,
    /// Such as `0,1`.
    #[prost(string, tag = "7")]
    pub cpuset_mems: String,
}

/// Where the vertices come from.
#[derive(Clone, PartialEq, Message)]
pub struct Source {
    /// By digest, sorted.
    #[prost(message, repeated, tag = "1")]
    pub locations: Vec<LocationsEntry>,
    /// The files.
    #[prost(message, repeated, tag = "2")]
    pub infos: Vec<pb::SourceInfo>,
}

/// An entry of [`Source::locations`].
#[derive(Clone, PartialEq, Message)]
pub struct LocationsEntry {
    /// A digest.
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    /// Its places.
    #[prost(message, optional, tag = "2")]
    pub value: Option<pb::Locations>,
}
