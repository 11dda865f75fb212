//! What is known of modules that do not lie in the project: their names → [`Known`].
//!
//! Several names may stand for one thing: `typing.List` is `list`, and to Cog every path is one.

/// The modules whose names are known. A file of the project with such a name does not hide them.
const MODULES: &[&str] = &[
    "__future__",
    "builtins",
    "cog",
    "cog.types",
    "collections",
    "collections.abc",
    "dataclasses",
    "enum",
    "os",
    "pathlib",
    "pydantic",
    "pydantic.dataclasses",
    "pydantic.v1",
    "textwrap",
    "typing",
    "typing_extensions",
];

/// A name that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `str`
    Str,
    /// `cog.Path` and every other path
    Path,
    /// `cog.File`
    File,
    /// `cog.Secret`
    Secret,
    /// `typing.Any`
    Any,
    /// `list`
    List,
    /// `dict`
    Dict,
    /// `set`
    Set,
    /// `tuple`
    Tuple,
    /// `typing.Optional`
    Optional,
    /// `typing.Union`
    Union,
    /// `typing.Literal`
    Literal,
    /// `typing.Annotated`
    Annotated,
    /// `Iterator`, `AsyncIterator`
    Iterator,
    /// `Generator`, `AsyncGenerator`
    Generator,
    /// `cog.ConcatenateIterator`, `cog.AsyncConcatenateIterator`
    Concatenate,
    /// `cog.BaseModel`
    BaseModel,
    /// `pydantic.BaseModel`
    Pydantic,
    /// `typing.TypedDict`
    TypedDict,
    /// `typing.Required`
    Required,
    /// `typing.NotRequired`
    NotRequired,
    /// `typing.ClassVar`
    ClassVar,
    /// `cog.BasePredictor`, `cog.BaseRunner`
    Predictor,
    /// `cog.Opaque`
    Opaque,
    /// `cog.streaming`
    Streaming,
    /// `cog.concurrent`
    Concurrent,
    /// `cog.Input`
    Input,
    /// `enum.Enum`
    Enum,
    /// `enum.IntEnum`
    IntEnum,
    /// `enum.StrEnum`
    StrEnum,
    /// `enum.auto`
    Auto,
    /// `dataclasses.dataclass`
    Dataclass,
    /// `object`
    Object,
    /// `typing.get_args`
    GetArgs,
    /// `typing.TYPE_CHECKING`
    TypeChecking,
    /// A function of Python that is understood in values.
    Function(Function),
}

/// The functions of Python that are understood in values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `len`
    Len,
    /// `sorted`
    Sorted,
    /// `reversed`
    Reversed,
    /// `range`
    Range,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `sum`
    Sum,
    /// `abs`
    Abs,
    /// `round`
    Round,
    /// `enumerate`
    Enumerate,
    /// `zip`
    Zip,
    /// `map`
    Map,
    /// `filter`
    Filter,
    /// `textwrap.dedent`
    Dedent,
}

/// The known module of that name.
pub fn module(path: &str) -> Option<&'static str> {
    MODULES.iter().find(|known| **known == path).copied()
}

/// What a known module calls `name`.
pub fn member(module: &str, name: &str) -> Option<Known> {
    match module {
        "builtins" => builtin(name),
        "typing" | "typing_extensions" => typing(name),
        "collections.abc" => abstract_base(name),
        "textwrap" => (name == "dedent").then_some(Known::Function(Function::Dedent)),
        "cog" | "cog.types" => cog(name),
        "pathlib" => matches!(name, "Path" | "PurePath" | "PosixPath" | "PurePosixPath").then_some(Known::Path),
        "os" => (name == "PathLike").then_some(Known::Path),
        "enum" => enumeration(name),
        "dataclasses" | "pydantic.dataclasses" => (name == "dataclass").then_some(Known::Dataclass),
        "pydantic" | "pydantic.v1" => (name == "BaseModel").then_some(Known::Pydantic),
        _ => None,
    }
}

/// Whether every version of Python, or of Cog, that is in use has it.
pub fn is_everywhere(module: &str, name: &str) -> bool {
    let newer = ["BaseRunner", "GetArgs", "NotRequired", "Opaque", "Required", "StrEnum", "concurrent", "streaming"];
    ["cog", "collections.abc", "dataclasses", "enum", "pathlib", "typing"].contains(&module)
        && member(module, name).is_some()
        && !newer.contains(&name)
}

fn builtin(name: &str) -> Option<Known> {
    Some(match name {
        "bool" => Known::Bool,
        "int" => Known::Int,
        "float" => Known::Float,
        "str" => Known::Str,
        "list" => Known::List,
        "dict" => Known::Dict,
        "set" | "frozenset" => Known::Set,
        "tuple" => Known::Tuple,
        "object" => Known::Object,
        "len" => Known::Function(Function::Len),
        "sorted" => Known::Function(Function::Sorted),
        "reversed" => Known::Function(Function::Reversed),
        "range" => Known::Function(Function::Range),
        "min" => Known::Function(Function::Min),
        "max" => Known::Function(Function::Max),
        "sum" => Known::Function(Function::Sum),
        "abs" => Known::Function(Function::Abs),
        "round" => Known::Function(Function::Round),
        "enumerate" => Known::Function(Function::Enumerate),
        "zip" => Known::Function(Function::Zip),
        "map" => Known::Function(Function::Map),
        "filter" => Known::Function(Function::Filter),
        _ => return None,
    })
}

fn typing(name: &str) -> Option<Known> {
    Some(match name {
        "Any" => Known::Any,
        "List" => Known::List,
        "Dict" => Known::Dict,
        "Set" | "FrozenSet" => Known::Set,
        "Tuple" => Known::Tuple,
        "Text" => Known::Str,
        "Optional" => Known::Optional,
        "Union" => Known::Union,
        "Literal" => Known::Literal,
        "Annotated" => Known::Annotated,
        "TypedDict" => Known::TypedDict,
        "Required" => Known::Required,
        "NotRequired" => Known::NotRequired,
        "ClassVar" => Known::ClassVar,
        "get_args" => Known::GetArgs,
        "TYPE_CHECKING" => Known::TypeChecking,
        _ => return abstract_base(name),
    })
}

fn abstract_base(name: &str) -> Option<Known> {
    Some(match name {
        "Iterator" | "AsyncIterator" => Known::Iterator,
        "Generator" | "AsyncGenerator" => Known::Generator,
        _ => return None,
    })
}

fn cog(name: &str) -> Option<Known> {
    Some(match name {
        "Path" => Known::Path,
        "File" => Known::File,
        "Secret" => Known::Secret,
        "Input" => Known::Input,
        "BaseModel" => Known::BaseModel,
        "BasePredictor" | "BaseRunner" => Known::Predictor,
        "ConcatenateIterator" | "AsyncConcatenateIterator" => Known::Concatenate,
        "Opaque" => Known::Opaque,
        "streaming" => Known::Streaming,
        "concurrent" => Known::Concurrent,
        _ => return None,
    })
}

fn enumeration(name: &str) -> Option<Known> {
    Some(match name {
        "Enum" => Known::Enum,
        "IntEnum" => Known::IntEnum,
        "StrEnum" => Known::StrEnum,
        "auto" => Known::Auto,
        _ => return None,
    })
}
