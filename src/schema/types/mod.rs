//! Annotations → [`Type`]s, and the classes of a project that types name.

pub mod annotation;
pub mod class;
pub mod enumeration;
pub mod record;

use ruff_python_ast::StmtClassDef;

use crate::schema::python::files::Module;
use crate::schema::value::Value;

/// What an annotation says.
#[derive(Clone, Debug)]
pub enum Type<'a> {
    /// `None`
    None,
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
    /// A JSON object that nothing more is said of: `Annotated[…, cog.Opaque]`.
    Opaque,
    /// `list[…]`
    List(Box<Type<'a>>),
    /// `dict[…, …]`: what its values are, if that is said.
    Dict(Option<Box<Type<'a>>>),
    /// `… | …`: at least two, none of them a union.
    Union(Vec<Type<'a>>),
    /// `Literal[…]`
    Literal(Vec<Value<'a>>),
    /// `Iterator[…]`
    Iterator(Box<Type<'a>>),
    /// `ConcatenateIterator[…]`
    Concatenate(Box<Type<'a>>),
    /// A class that has fields.
    Record(&'a Module, &'a StmtClassDef, Fields),
    /// An enumeration.
    Enumeration(&'a Module, &'a StmtClassDef),
    /// A type that no input or output has: what it is called.
    Other(String),
}

/// How a class comes by its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// A `TypedDict`
    TypedDict,
    /// A `cog.BaseModel`
    Model,
    /// A pydantic model
    Pydantic,
    /// A `@dataclass`
    Dataclass,
}

impl Type<'_> {
    /// What people call it.
    pub fn name(&self) -> String {
        match self {
            Self::None => "None".into(),
            Self::Bool => "bool".into(),
            Self::Int => "int".into(),
            Self::Float => "float".into(),
            Self::Str => "str".into(),
            Self::Path => "Path".into(),
            Self::File => "File".into(),
            Self::Secret => "Secret".into(),
            Self::Any => "Any".into(),
            Self::Opaque | Self::Dict(None) => "dict".into(),
            Self::List(of) => format!("list[{}]", of.name()),
            Self::Dict(Some(of)) => format!("dict[str, {}]", of.name()),
            Self::Union(all) => all.iter().map(Type::name).collect::<Vec<_>>().join(" | "),
            Self::Literal(_) => "Literal".into(),
            Self::Iterator(of) => format!("Iterator[{}]", of.name()),
            Self::Concatenate(of) => format!("ConcatenateIterator[{}]", of.name()),
            Self::Record(_, class, _) | Self::Enumeration(_, class) => class.name.to_string(),
            Self::Other(name) => name.clone(),
        }
    }
}
