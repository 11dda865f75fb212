//! The types of the language, the records' fields, and the built-in functions: what the checker knows and `eval` obeys.

use std::fmt;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `string`
    String,
    /// `version`
    Version,
    /// `constraint`
    Constraint,
    /// `data`: a document read from the project
    Data,
    /// `list<T>`
    List(Box<Type>),
    /// `T?`; never of an optional
    Optional(Box<Type>),
    /// A record
    Record(Record),
    /// The type of `none` and of the elements of `[]`: fits every optional, every element
    Never,
    /// What an expression that was reported already has: fits everything, so that one mistake is one message
    Error,
}

/// The records of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// `config`: `cog.yaml`
    Config,
    /// `config.build`
    ConfigBuild,
    /// `config.concurrency`
    ConfigConcurrency,
    /// An element of `config.build.run`
    RunCommand,
    /// An element of `mounts` of a run command
    SecretMount,
    /// An element of `config.weights`
    Weight,
    /// `packages`
    Packages,
    /// `platform`
    Platform,
    /// `base`
    Base,
    /// `base.build`, `base.runtime`
    BaseImage,
    /// `dep.NAME`
    Dependency {
        /// The name in `depends`.
        name: String,
        /// Whether its fields are optional, because what `depends` asks for is.
        optional: bool,
    },
}

/// A field of a record and its type. `None` when there is no such field.
///
/// `dep.NAME` has `version` and the columns of its catalog: the checker adds these from the catalogs it is given.
pub fn field(record: &Record, name: &str) -> Option<Type> {
    fields(record).iter().find(|(field, _)| *field == name).map(|(_, ty)| ty.clone())
}

/// All fields of a record, in the order the reference shows them.
pub fn fields(record: &Record) -> Vec<(&'static str, Type)> {
    use Type::{Bool, Constraint, Int, String, Version};
    let list = |ty: Type| Type::List(Box::new(ty));
    let optional = |ty: Type| Type::Optional(Box::new(ty));
    let record_of = Type::Record;
    match record {
        Record::Config => vec![
            ("build", record_of(Record::ConfigBuild)),
            ("image", optional(String)),
            ("model", optional(String)),
            ("run", optional(String)),
            ("predict", optional(String)),
            ("train", optional(String)),
            ("concurrency", record_of(Record::ConfigConcurrency)),
            ("environment", list(String)),
            ("weights", list(record_of(Record::Weight))),
        ],
        Record::ConfigBuild => vec![
            ("gpu", Bool),
            ("python_version", optional(Constraint)),
            ("python_requirements", optional(String)),
            ("python_packages", list(String)),
            ("system_packages", list(String)),
            ("run", list(record_of(Record::RunCommand))),
            ("pre_install", list(String)),
            ("cuda", optional(Constraint)),
            ("cudnn", optional(Constraint)),
            ("sdk_version", optional(Constraint)),
        ],
        Record::ConfigConcurrency => vec![("max", optional(Int)), ("default_target", optional(Int))],
        Record::RunCommand => vec![("command", String), ("mounts", list(record_of(Record::SecretMount)))],
        Record::SecretMount => vec![("id", String), ("target", String)],
        Record::Weight => vec![
            ("name", String),
            ("target", String),
            ("uri", String),
            ("include", list(String)),
            ("exclude", list(String)),
        ],
        Record::Packages => vec![
            ("lines", list(String)),
            ("indexes", list(String)),
            ("options", list(String)),
            ("constraints", list(String)),
        ],
        Record::Platform => vec![("os", String), ("arch", String)],
        Record::Base => vec![("build", record_of(Record::BaseImage)), ("runtime", record_of(Record::BaseImage))],
        Record::BaseImage => vec![("image", String)],
        Record::Dependency { optional: is_optional, .. } => {
            vec![("version", if *is_optional { optional(Version) } else { Version })]
        }
    }
}

/// A built-in function, called by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// `exists(pattern or list) -> bool`
    Exists,
    /// `glob(pattern) -> list<string>`, sorted
    Glob,
    /// `read(path) -> string?`
    Read,
    /// `toml(path) -> data`
    Toml,
    /// `yaml(path) -> data`
    Yaml,
    /// `json(path) -> data`
    Json,
    /// `join(list<string>, separator) -> string`
    Join,
    /// `split(string, separator) -> list<string>`
    Split,
    /// `trim(string) -> string`
    Trim,
    /// `replace(string, from, to) -> string`
    Replace,
    /// `starts_with(string, prefix) -> bool`
    StartsWith,
    /// `ends_with(string, suffix) -> bool`
    EndsWith,
    /// `to_json(any) -> string`
    ToJson,
    /// `quote(string) -> string`: one shell word
    Quote,
}

/// A method of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `data.has(key) -> bool`
    DataHas,
    /// `data.string(key) -> string?`
    DataString,
    /// `data.int(key) -> int?`
    DataInt,
    /// `data.bool(key) -> bool?`
    DataBool,
    /// `data.strings(key) -> list<string>?`
    DataStrings,
    /// `data.constraint(key) -> constraint?`
    DataConstraint,
    /// `data.keys(key) -> list<string>?`
    DataKeys,
    /// `packages.has(name) -> bool`
    PackagesHas,
    /// `packages.constraint(name) -> constraint?`
    PackagesConstraint,
    /// `packages.pinned(names) -> list<string>`, after resolution
    PackagesPinned,
    /// `base.has(name) -> bool`, after resolution
    BaseHas,
    /// `base.build.has(name) -> bool`, after resolution
    BaseImageHas,
    /// `version.major -> int`
    VersionMajor,
    /// `version.minor -> int`
    VersionMinor,
    /// `version.major_minor -> string`
    VersionMajorMinor,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::String => f.write_str("string"),
            Self::Version => f.write_str("version"),
            Self::Constraint => f.write_str("constraint"),
            Self::Data => f.write_str("data"),
            Self::List(element) => write!(f, "list<{element}>"),
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::Record(record) => write!(f, "{record}"),
            Self::Never => f.write_str("none"),
            Self::Error => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "config",
            Self::ConfigBuild => "config.build",
            Self::ConfigConcurrency => "config.concurrency",
            Self::RunCommand => "run command",
            Self::SecretMount => "secret mount",
            Self::Weight => "weight",
            Self::Packages => "packages",
            Self::Platform => "platform",
            Self::Base => "base",
            Self::BaseImage => "base image",
            Self::Dependency { name, .. } => return write!(f, "dep.{name}"),
        })
    }
}
