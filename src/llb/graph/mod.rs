//! A typed builder of LLB graphs: sources, commands and file operations → [`Definition`](crate::llb::definition::Definition).
//!
//! A vertex is encoded when it is made, since all it reads exists by then; nothing here recurses over the depth of the
//! graph. What is written follows BuildKit's Go client (`client/llb`), so the bytes and digests are the same.

pub mod exec;
pub mod file;
mod marshal;
pub mod merge;
pub mod platform;
pub mod source;
pub mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bollard_buildkit_proto::pb;
use indexmap::{IndexMap, IndexSet};

use crate::llb::definition::{Cap, Digest, Metadata, ProgressGroup};
use crate::llb::wire;
use crate::plan::model::Platform;
use platform::to_message;
pub use state::{Output, State};

/// What all ops of a graph have in common.
#[derive(Clone, Debug)]
pub struct Constraints {
    /// The platform of ops that have none of their own.
    pub platform: Platform,
    /// Which workers may run the ops.
    pub filters: Vec<String>,
    /// Keeps the local sources of one build apart from those of another; absent: they may be shared.
    pub local_unique: Option<String>,
    /// What the daemon knows.
    pub caps: Caps,
}

/// What a daemon has to know to set `PATH` itself. Where it does not, the client does.
pub const SETS_DEFAULT_PATH: &str = "exec.meta.setsdefaultpath";

/// What a daemon has to know for copies with patterns. Where it does not, a context is sent in part.
pub const COPY_PATTERNS: &str = "file.copy.includeexcludepatterns";

/// What the daemon knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caps {
    /// Nobody asked it.
    #[default]
    Unknown,
    /// Everything but these.
    AllBut(BTreeSet<String>),
}

impl Caps {
    /// Whether it is known not to know this.
    pub fn lacks(&self, cap: &str) -> bool {
        matches!(self, Self::AllBut(unknown) if unknown.contains(cap))
    }
}

/// What an op may have beside what it does. Only `platform` and `filters` change its digest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// Its own platform.
    pub platform: Option<Platform>,
    /// Which workers may run it, after those of the graph.
    pub filters: Vec<String>,
    /// For people.
    pub description: BTreeMap<String, String>,
    /// Runs even when the cache has it.
    pub ignore_cache: bool,
    /// Whether it is exported with the cache; absent: as the build says.
    pub export_cache: Option<bool>,
    /// What progress shows it under.
    pub progress_group: Option<Rc<ProgressGroup>>,
    /// Its limits.
    pub resources: Option<wire::LinuxResources>,
    /// Where it comes from.
    pub locations: Vec<Location>,
    /// What it needs the daemon to know, beside what the Go client says: a daemon refuses what it does not know only
    /// when it is told.
    pub caps: Vec<&'static str>,
}

impl Meta {
    /// With something that the daemon has to know.
    pub fn needing(mut self, is_needed: bool, cap: &'static str) -> Self {
        self.caps.extend(is_needed.then_some(cap));
        self
    }

    /// With the name that progress shows.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.description.insert("llb.customname".to_owned(), name.into());
        self
    }
}

/// A file that ops come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceFile {
    /// Its name.
    pub filename: String,
    /// Its language, in linguist's words; may be empty.
    pub language: String,
    /// Its text.
    pub data: Vec<u8>,
}

/// A [`SourceFile`] that a graph knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRef(usize);

/// Places in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// The file.
    pub file: FileRef,
    /// The places; lines count from 1, characters from 0.
    pub ranges: Vec<pb::Range>,
}

/// A graph that is being built. A state belongs to the graph that made it, and must not be used with another.
#[derive(Debug)]
pub struct Graph {
    constraints: Constraints,
    vertices: Vec<Vertex>,
    files: IndexSet<SourceFile>,
}

/// A vertex, encoded.
#[derive(Debug)]
struct Vertex {
    bytes: Vec<u8>,
    digest: Digest,
    metadata: Metadata,
    locations: Vec<Location>,
    /// In the order in which the Go client walks them, which is not always that of the op's inputs.
    walk: Vec<usize>,
    /// The platform that its outputs carry.
    platform: Option<Platform>,
}

/// Everything a new vertex needs beside its [`Meta`].
struct Parts {
    body: wire::Body,
    inputs: Vec<pb::Input>,
    walk: Vec<usize>,
    platform: Option<pb::Platform>,
    caps: BTreeSet<Cap>,
}

/// The inputs of an op: each digest and output once, in the order they were added.
#[derive(Default)]
struct Inputs(IndexMap<(Digest, i64), ()>);

/// The index of an input that is the empty file tree.
const EMPTY: i64 = -1;

impl Graph {
    /// A graph without vertices.
    pub fn new(constraints: Constraints) -> Self {
        let platform = platform::normalize(&constraints.platform);
        Self { constraints: Constraints { platform, ..constraints }, vertices: Vec::new(), files: IndexSet::new() }
    }

    /// Makes a file known; equal files are one.
    pub fn add_file(&mut self, file: SourceFile) -> FileRef {
        FileRef(self.files.insert_full(file).0)
    }

    /// The platform that a state's file tree carries of its own, normalised: that of a source or command which was given
    /// one.
    pub fn output_platform(&self, state: &State) -> Option<Platform> {
        let vertex = &self.vertices[state.output?.vertex];
        vertex.platform.as_ref().map(platform::normalize)
    }

    /// Adds a vertex and gives its place.
    fn push(&mut self, mut parts: Parts, meta: Meta) -> usize {
        parts.caps.extend(meta.caps.iter().copied().map(Cap::Borrowed));
        let own_platform = meta.platform;
        let filter = self.constraints.filters.iter().chain(&meta.filters).cloned().collect();
        let bytes = wire::Op {
            inputs: parts.inputs,
            platform: parts.platform,
            constraints: Some(pb::WorkerConstraints { filter }),
            body: Some(parts.body),
        }
        .to_bytes();
        self.vertices.push(Vertex {
            digest: Digest::of(&bytes),
            bytes,
            metadata: Metadata {
                ignore_cache: meta.ignore_cache,
                description: meta.description,
                export_cache: meta.export_cache,
                caps: parts.caps,
                progress_group: meta.progress_group.map(Rc::unwrap_or_clone),
                resources: meta.resources,
            },
            locations: meta.locations,
            walk: parts.walk,
            platform: own_platform,
        });
        self.vertices.len() - 1
    }

    /// The platform of an op that has none of its own.
    fn platform_or_default(&self, own: Option<&Platform>) -> Option<pb::Platform> {
        Some(to_message(own.unwrap_or(&self.constraints.platform)))
    }

    fn digest(&self, output: Output) -> (Digest, i64) {
        (self.vertices[output.vertex].digest, output.index)
    }

    fn input(&self, output: Output) -> pb::Input {
        pb::Input { digest: self.vertices[output.vertex].digest.to_text(), index: output.index }
    }

    /// A state that starts fresh at this output.
    fn fresh(&self, output: Option<Output>) -> State {
        match output {
            None => State::scratch(),
            Some(output) => State::scratch().at(output, self.vertices[output.vertex].platform.as_ref()),
        }
    }
}

impl Inputs {
    /// Adds an output, or finds it.
    fn add(&mut self, graph: &Graph, output: Option<Output>) -> i64 {
        match output {
            None => EMPTY,
            Some(output) => index(self.0.insert_full(graph.digest(output), ()).0),
        }
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn into_messages(self) -> Vec<pb::Input> {
        self.0.into_keys().map(|(digest, index)| pb::Input { digest: digest.to_text(), index }).collect()
    }
}

/// A place in a list, as protobuf has it.
fn index(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn caps<const N: usize>(names: [&'static str; N]) -> BTreeSet<Cap> {
    BTreeSet::from(names.map(Cap::Borrowed))
}
