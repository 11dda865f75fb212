//! The built-in names as tables: functions, methods, records, and the types they take and give.

use crate::check::types::{Builtin, Method, Record, Type};

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// A `string`.
    Text,
    /// A `string` that is a path in the project.
    Path,
    /// A `string` or a list of strings, globs in the project.
    Patterns,
    /// A `list<string>`.
    Texts,
    /// What JSON can hold.
    Json,
}

/// A built-in function.
pub(super) struct Signature {
    pub name: &'static str,
    pub function: Builtin,
    /// What each argument is called in messages, and what it may be.
    pub params: &'static [(&'static str, Argument)],
    result: Result,
}

/// A method, or a field that is computed.
pub(super) struct MethodSignature {
    pub name: &'static str,
    pub method: Method,
    /// `None`: it is written without parentheses.
    pub params: Option<&'static [(&'static str, Argument)]>,
    result: Result,
}

#[derive(Clone, Copy)]
enum Result {
    Bool,
    Int,
    Text,
    Texts,
    Data,
    MaybeBool,
    MaybeInt,
    MaybeText,
    MaybeTexts,
    MaybeConstraint,
}

impl Result {
    fn ty(self) -> Type {
        let maybe = |ty: Type| Type::Optional(Box::new(ty));
        let texts = || Type::List(Box::new(Type::String));
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Text => Type::String,
            Self::Texts => texts(),
            Self::Data => Type::Data,
            Self::MaybeBool => maybe(Type::Bool),
            Self::MaybeInt => maybe(Type::Int),
            Self::MaybeText => maybe(Type::String),
            Self::MaybeTexts => maybe(texts()),
            Self::MaybeConstraint => maybe(Type::Constraint),
        }
    }
}

impl Signature {
    /// The type of what it gives.
    pub(super) fn result(&self) -> Type {
        self.result.ty()
    }
}

impl MethodSignature {
    /// The type of what it gives.
    pub(super) fn result(&self) -> Type {
        self.result.ty()
    }
}

const fn function(
    name: &'static str,
    function: Builtin,
    params: &'static [(&'static str, Argument)],
    result: Result,
) -> Signature {
    Signature { name, function, params, result }
}

const fn method(
    name: &'static str,
    method: Method,
    params: &'static [(&'static str, Argument)],
    result: Result,
) -> MethodSignature {
    MethodSignature { name, method, params: Some(params), result }
}

const fn computed(name: &'static str, method: Method, result: Result) -> MethodSignature {
    MethodSignature { name, method, params: None, result }
}

/// Every built-in function.
pub(super) const FUNCTIONS: &[Signature] = &[
    function("exists", Builtin::Exists, &[("pattern", Argument::Patterns)], Result::Bool),
    function("glob", Builtin::Glob, &[("pattern", Argument::Path)], Result::Texts),
    function("read", Builtin::Read, &[("path", Argument::Path)], Result::MaybeText),
    function("toml", Builtin::Toml, &[("path", Argument::Path)], Result::Data),
    function("yaml", Builtin::Yaml, &[("path", Argument::Path)], Result::Data),
    function("json", Builtin::Json, &[("path", Argument::Path)], Result::Data),
    function("join", Builtin::Join, &[("list", Argument::Texts), ("separator", Argument::Text)], Result::Text),
    function("split", Builtin::Split, &[("text", Argument::Text), ("separator", Argument::Text)], Result::Texts),
    function("trim", Builtin::Trim, &[("text", Argument::Text)], Result::Text),
    function(
        "replace",
        Builtin::Replace,
        &[("text", Argument::Text), ("from", Argument::Text), ("to", Argument::Text)],
        Result::Text,
    ),
    function("starts_with", Builtin::StartsWith, &[("text", Argument::Text), ("prefix", Argument::Text)], Result::Bool),
    function("ends_with", Builtin::EndsWith, &[("text", Argument::Text), ("suffix", Argument::Text)], Result::Bool),
    function("to_json", Builtin::ToJson, &[("value", Argument::Json)], Result::Text),
    function("quote", Builtin::Quote, &[("text", Argument::Text)], Result::Text),
];

const KEY: &[(&str, Argument)] = &[("key", Argument::Text)];
const NAME: &[(&str, Argument)] = &[("name", Argument::Text)];

const DATA: &[MethodSignature] = &[
    method("has", Method::DataHas, KEY, Result::Bool),
    method("string", Method::DataString, KEY, Result::MaybeText),
    method("int", Method::DataInt, KEY, Result::MaybeInt),
    method("bool", Method::DataBool, KEY, Result::MaybeBool),
    method("strings", Method::DataStrings, KEY, Result::MaybeTexts),
    method("constraint", Method::DataConstraint, KEY, Result::MaybeConstraint),
    method("keys", Method::DataKeys, KEY, Result::MaybeTexts),
];

const PACKAGES: &[MethodSignature] = &[
    method("has", Method::PackagesHas, NAME, Result::Bool),
    method("constraint", Method::PackagesConstraint, NAME, Result::MaybeConstraint),
    method("pinned", Method::PackagesPinned, &[("names", Argument::Texts)], Result::Texts),
];

const BASE: &[MethodSignature] = &[method("has", Method::BaseHas, NAME, Result::Bool)];
const BASE_IMAGE: &[MethodSignature] = &[method("has", Method::BaseImageHas, NAME, Result::Bool)];

const VERSION: &[MethodSignature] = &[
    computed("major", Method::VersionMajor, Result::Int),
    computed("minor", Method::VersionMinor, Result::Int),
    computed("major_minor", Method::VersionMajorMinor, Result::Text),
];

/// The methods of a type.
pub(super) fn methods(ty: &Type) -> &'static [MethodSignature] {
    match ty {
        Type::Data => DATA,
        Type::Version => VERSION,
        Type::Record(Record::Packages) => PACKAGES,
        Type::Record(Record::Base) => BASE,
        Type::Record(Record::BaseImage) => BASE_IMAGE,
        _ => &[],
    }
}

/// The built-in function of a name.
pub(super) fn builtin(name: &str) -> Option<&'static Signature> {
    FUNCTIONS.iter().find(|signature| signature.name == name)
}

/// The record that a name always means.
pub(super) fn root(name: &str) -> Option<Record> {
    match name {
        "config" => Some(Record::Config),
        "packages" => Some(Record::Packages),
        "platform" => Some(Record::Platform),
        "base" => Some(Record::Base),
        _ => None,
    }
}

/// The names of values that are always there.
pub(super) const VALUES: &[&str] = &["config", "packages", "platform", "base", "schema", "dep"];

/// Whether a name is taken by the language.
pub(super) fn is_builtin_name(name: &str) -> bool {
    builtin(name).is_some() || VALUES.contains(&name)
}
