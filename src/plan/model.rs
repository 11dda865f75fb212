//! The Plan: the normalized, serializable description of a build. Data only: no blocks, no project, no host paths.
//!
//! Field order here is the key order of Plan JSON; what is empty is left out. `docs/plan.schema.json` is made from
//! these types.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::check::phase::Phase;

/// The version of the Plan's shape.
pub const PLAN_VERSION: u32 = 1;

/// A build.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    /// The shape's version, [`PLAN_VERSION`].
    pub version: u32,
    /// What the image runs on.
    pub platform: Platform,
    /// In build order: a stage reads only stages before it. The last is the image.
    pub stages: Vec<Stage>,
    /// What the image's config gets.
    pub export: Export,
    /// The local file trees it reads, by the name that inputs use.
    pub contexts: IndexMap<String, Context>,
}

/// An operating system and an architecture in OCI's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Platform {
    /// `linux`
    pub os: String,
    /// `amd64`, `arm64`
    pub arch: String,
    /// `v7`, `v8`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// A named step sequence that becomes one filesystem state.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Stage {
    /// Unique in the plan.
    pub id: String,
    /// What progress shows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its position; absent only in a plan that was read without one.
    #[serde(rename = "phaseKey", serialize_with = "phase_key", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub phase: Option<Phase>,
    /// Where it starts.
    pub source: Input,
    /// What it does, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
    /// `NAME=VALUE`, in order; carries on to stages that start here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The working directory, absolute; carries on to stages that start here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dir: Option<String>,
    /// Capabilities that hold from here on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<String>,
    /// All that this stage changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<String>,
    /// The block statement it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where a stage, a copy or a mount reads from. In a plan that is validated, `auto` and `phase` are resolved to stages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Input {
    /// Another stage.
    Stage {
        /// Its id.
        stage: String,
    },
    /// An image.
    Image {
        /// Its reference.
        image: String,
    },
    /// A context.
    Local {
        /// Its name in [`Plan::contexts`].
        local: String,
        /// Patterns that limit what is sent; empty: all.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        include: Vec<String>,
    },
    /// A download.
    Url {
        /// Its address.
        url: String,
        /// 64 hex digits.
        #[serde(skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
    },
    /// A repository.
    Git {
        /// Its address.
        git: String,
        /// A branch, tag or commit.
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// An empty file tree.
    Scratch {
        /// Always true.
        scratch: True,
    },
}

/// The JSON value `true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct True;

/// One operation and the block statement it came from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Operation {
    /// What it does.
    #[serde(flatten)]
    pub kind: OperationKind,
    /// The block statement it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The operations.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum OperationKind {
    /// Runs a command.
    Exec(Exec),
    /// Copies files.
    Copy(Copy),
    /// Sets variables for the operations and stages after it.
    Env(Env),
    /// Writes a file.
    Mkfile(Mkfile),
    /// Makes a directory and its parents.
    Mkdir(Mkdir),
    /// Removes files.
    Rm(Rm),
    /// Sets the working directory for the operations after it.
    Workdir(Workdir),
    /// Sets the user for the operations after it.
    User(User),
    /// Adds what another stage changed.
    Layer(Layer),
}

/// Runs a command: exactly one of `command` and `args`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Exec {
    /// A text for `/bin/sh -c`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// A program and its arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// `NAME=VALUE`, for this command only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// What network it has; absent: the engine's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// What is mounted while it runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
}

/// The network of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// No network.
    None,
    /// The host's.
    Host,
    /// The engine's default.
    Default,
}

/// What is mounted while a command runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Mount {
    /// Another file tree; what is written to it is thrown away.
    Bind {
        /// What is mounted.
        source: Input,
        /// A path in it; absent: its root.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// Where.
        target: String,
        /// Whether writing is refused.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        readonly: bool,
    },
    /// A directory that outlives the build.
    Cache {
        /// Its name; absent: its target.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Where.
        target: String,
        /// How users share it.
        #[serde(skip_serializing_if = "Sharing::is_shared")]
        sharing: Sharing,
    },
    /// Memory.
    Tmpfs {
        /// Where.
        target: String,
        /// In bytes; absent: the engine's default.
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
    },
    /// A secret: as a file, a variable or both.
    Secret {
        /// Its name.
        id: String,
        /// The file.
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<String>,
        /// The variable.
        #[serde(skip_serializing_if = "Option::is_none")]
        env: Option<String>,
        /// Whether its absence is no error.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        optional: bool,
    },
    /// The ssh agent.
    Ssh {
        /// Its name; absent: `default`.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

/// How builds that run at the same time share a cache mount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// All at once.
    #[default]
    Shared,
    /// Each its own.
    Private,
    /// One after the other.
    Locked,
}

/// Copies files.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Copy {
    /// Where they are copied from.
    pub from: Input,
    /// Paths in it; may hold wildcards.
    pub src: Vec<String>,
    /// Where they are copied to, absolute; ends with `/` where it is a directory.
    pub dest: String,
    /// `USER:GROUP`; absent: kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chown: Option<String>,
    /// Octal, such as `0755`; absent: kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chmod: Option<String>,
    /// Limits what is copied.
    #[serde(skip_serializing_if = "Patterns::is_empty")]
    pub patterns: Patterns,
    /// Makes the directories of `dest`.
    #[serde(rename = "createDestPath", skip_serializing_if = "std::ops::Not::not")]
    pub create_dest_path: bool,
    /// Copies the content of a directory, not the directory. In an operation without `op`, absent means true.
    #[serde(rename = "contentsOnly", skip_serializing_if = "std::ops::Not::not")]
    pub contents_only: bool,
    /// Nothing to copy is no error. In an operation without `op` whose paths all hold wildcards, absent means true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// Patterns of paths, as in `.dockerignore`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Patterns {
    /// Only what matches; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// But not what matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// Sets variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Env {
    /// Name to value.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub vars: IndexMap<String, String>,
    /// Name to values that go before the present one, joined with `:`.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub prepend: IndexMap<String, Vec<String>>,
}

/// Writes a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mkfile {
    /// Its path, absolute.
    pub dest: String,
    /// What it holds, in base64.
    #[serde(serialize_with = "base64_text")]
    #[schemars(with = "String")]
    pub data: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
}

/// Makes a directory and its parents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mkdir {
    /// Its path, absolute.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// `USER:GROUP`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chown: Option<String>,
}

/// Removes files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rm {
    /// The path, absolute; may hold wildcards.
    pub path: String,
    /// Nothing to remove is no error.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// Sets the working directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Workdir {
    /// Absolute.
    pub path: String,
}

/// Sets the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct User {
    /// A name or number, with or without `:GROUP`.
    pub user: String,
}

/// Adds what another stage changed against its own source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Layer {
    /// The id of the stage, which has `writes`.
    pub stage: String,
}

/// What the image's config gets, over what its base has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Export {
    /// Names for the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Name to value.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,
    /// Empty: the base's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Empty: the base's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// `NAME=VALUE`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// `PORT/PROTOCOL` to an empty object.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub exposed_ports: IndexMap<String, Empty>,
    /// Absolute; absent: the final stage's, else the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Absent: the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// The JSON value `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Empty {}

/// A local file tree that the build reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Context {
    /// What people call it; usually the key, which the engine asks for.
    pub name: String,
    /// The block that asked for it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_block: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Free notes.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub metadata: IndexMap<String, String>,
}

/// The block statement that something came from. Lines and columns count from 1, columns in characters; the end is
/// exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Origin {
    /// The block; of a base image the stack.
    pub block: String,
    /// The block's file, relative to the project; shipped blocks as in the repository.
    pub file: String,
    /// Where it starts.
    pub line: u32,
    /// Where it starts.
    pub column: u32,
    /// Where it ends.
    pub end_line: u32,
    /// Where it ends.
    pub end_column: u32,
}

impl Mount {
    /// What a bind mount reads from.
    pub fn source(&self) -> Option<&Input> {
        match self {
            Self::Bind { source, .. } => Some(source),
            _ => None,
        }
    }

    /// What a bind mount reads from, to be changed.
    pub fn source_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Bind { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Sharing {
    fn is_shared(&self) -> bool {
        *self == Self::Shared
    }
}

impl Stage {
    /// A stage that does nothing yet.
    pub fn new(id: impl Into<String>, source: Input) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            phase: None,
            source,
            operations: Vec::new(),
            env: Vec::new(),
            dir: None,
            provides: Vec::new(),
            writes: Vec::new(),
            origin: None,
        }
    }
}

impl Patterns {
    fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }
}

impl Serialize for True {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl JsonSchema for True {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "True".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": true })
    }
}

fn phase_key<S: serde::Serializer>(phase: &Option<Phase>, serializer: S) -> Result<S::Ok, S::Error> {
    match phase {
        Some(phase) => serializer.serialize_str(phase.key()),
        None => serializer.serialize_none(),
    }
}

fn base64_text<S: serde::Serializer>(data: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    use base64::Engine as _;
    serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(data))
}
