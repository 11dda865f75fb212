//! The values of the language, each with where it came from.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use crate::check::phase::Side;
use crate::project::data::Data;
use crate::source::Span;
use crate::version::{Constraint, Version};

/// A value and where it came from.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value came from. The default is a literal of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Whether its first character comes from the project: then a leading `-` could be an option nobody meant.
    pub leads: bool,
    /// Whether any of it comes from the project: then a part that is cut out of it may begin with what does.
    pub within: bool,
    /// The place in a file of the project that it was read from.
    pub span: Option<Span>,
}

impl Origin {
    /// Something read from the project; the place is absent for a file's name.
    pub fn project(span: Option<Span>) -> Self {
        Self { leads: true, within: true, span }
    }

    /// Where a part of it comes from that need not begin where it begins.
    pub fn of_a_part(self) -> Self {
        Self { leads: self.within, ..self }
    }
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// `none`
    None,
    /// The value of an `if` without `else` that does not hold: nothing, not even `none`.
    Omitted,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text.
    String(Arc<str>),
    /// A version.
    Version(Version),
    /// A constraint.
    Constraint(Constraint),
    /// A document; `None` when the file is missing.
    Data(Option<Rc<Data>>),
    /// A list.
    List(Vec<Value>),
    /// A record, read field by field.
    Record(RecordValue),
}

/// Which record it is; elements of lists know their index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordValue {
    /// `config`
    Config,
    /// `config.build`
    ConfigBuild,
    /// `config.concurrency`
    ConfigConcurrency,
    /// `config.build.run[i]`
    RunCommand(usize),
    /// `config.build.run[i].mounts[j]`
    SecretMount(usize, usize),
    /// `config.weights[i]`
    Weight(usize),
    /// `packages`
    Packages,
    /// `platform`
    Platform,
    /// `base`
    Base,
    /// `base.build`, `base.runtime`
    BaseImage(Side),
    /// `dep.NAME`
    Dependency(String),
}

impl Value {
    /// `none`
    pub fn none() -> Self {
        ValueKind::None.into()
    }

    /// A boolean.
    pub fn bool(value: bool) -> Self {
        ValueKind::Bool(value).into()
    }

    /// A text of a block.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        ValueKind::String(text.into()).into()
    }

    /// A text of the project.
    pub fn project_string(text: impl Into<Arc<str>>, span: Option<Span>) -> Self {
        Self { kind: ValueKind::String(text.into()), origin: Origin::project(span) }
    }

    /// Texts one behind the other, as one text.
    pub fn concat(pieces: impl IntoIterator<Item = (Arc<str>, Origin)>) -> Self {
        let mut text = String::new();
        let mut origin = Origin::default();
        for (piece, of_piece) in pieces {
            if text.is_empty() {
                origin.leads = of_piece.leads;
            }
            origin.within |= of_piece.within;
            origin.span = origin.span.or(of_piece.span);
            text.push_str(&piece);
        }
        Self { kind: ValueKind::String(text.into()), origin }
    }

    /// Whether it is left out of its list or command.
    pub fn is_omitted(&self) -> bool {
        matches!(self.kind, ValueKind::Omitted)
    }

    /// What an interpolation writes: a string, an integer, a version or a constraint as it was written.
    pub fn text(&self) -> Option<Arc<str>> {
        match &self.kind {
            ValueKind::String(text) => Some(Arc::clone(text)),
            ValueKind::Int(value) => Some(value.to_string().into()),
            ValueKind::Version(version) => Some(version.as_str().into()),
            ValueKind::Constraint(constraint) => Some(constraint.as_str().into()),
            _ => None,
        }
    }

    /// How many steps a copy of it costs: one for each element of its lists, and what a constraint is long. Texts are
    /// shared, so they cost nothing.
    pub fn weight(&self) -> usize {
        match &self.kind {
            ValueKind::List(values) => values.iter().map(|value| 1 + value.weight()).sum(),
            ValueKind::Constraint(constraint) => constraint.as_str().len() / 8,
            _ => 0,
        }
    }

    /// How many bytes of text it holds.
    pub fn bytes(&self) -> usize {
        match &self.kind {
            ValueKind::List(values) => values.iter().map(Self::bytes).sum(),
            ValueKind::String(text) => text.len(),
            _ => 0,
        }
    }

    /// `==`: by meaning, so `1.0` and `1.0.0` are one version. Where it came from does not count.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (ValueKind::None, ValueKind::None) => true,
            (ValueKind::Bool(a), ValueKind::Bool(b)) => a == b,
            (ValueKind::Int(a), ValueKind::Int(b)) => a == b,
            (ValueKind::String(a), ValueKind::String(b)) => a == b,
            (ValueKind::Version(a), ValueKind::Version(b)) => a == b,
            (ValueKind::Constraint(a), ValueKind::Constraint(b)) => a.as_str() == b.as_str(),
            (ValueKind::List(a), ValueKind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            _ => false,
        }
    }

    /// `other in self`: an element of a list, or a version that fits a constraint.
    pub fn holds(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (ValueKind::List(values), _) => values.iter().any(|value| value.same(other)),
            (ValueKind::Constraint(constraint), ValueKind::Version(version)) => constraint.contains(version),
            _ => false,
        }
    }

    /// `<`: of integers and versions.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (&self.kind, &other.kind) {
            (ValueKind::Int(a), ValueKind::Int(b)) => Some(a.cmp(b)),
            (ValueKind::Version(a), ValueKind::Version(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl From<ValueKind> for Value {
    fn from(kind: ValueKind) -> Self {
        Self { kind, origin: Origin::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Value {
        ValueKind::Version(Version::parse(text).unwrap()).into()
    }

    fn list(values: &[&str]) -> Value {
        ValueKind::List(values.iter().map(|text| Value::string(*text)).collect()).into()
    }

    #[test]
    fn equal_is_what_means_the_same() {
        assert!(version("1.0").same(&version("1.0.0")));
        assert!(Value::string("a").same(&Value::project_string("a", None)));
        assert!(list(&["a", "b"]).same(&list(&["a", "b"])));
        assert!(!list(&["a"]).same(&list(&["a", "b"])));
        assert!(!Value::none().same(&Value::bool(false)));
        assert!(!Value::string("1").same(&ValueKind::Int(1).into()));
        assert!(Value::none().same(&Value::none()));
    }

    #[test]
    fn in_asks_lists_and_constraints() {
        assert!(list(&["a", "b"]).holds(&Value::string("b")));
        assert!(!list(&[]).holds(&Value::string("b")));
        let constraint: Value = ValueKind::Constraint(Constraint::parse(">=3.10,<3.13").unwrap()).into();
        assert!(constraint.holds(&version("3.12.1")));
        assert!(!constraint.holds(&version("3.13")));
        assert!(!Value::none().holds(&Value::none()));
    }

    #[test]
    fn integers_and_versions_have_an_order_and_nothing_else() {
        assert_eq!(version("3.9").order(&version("3.10")), Some(Ordering::Less));
        assert_eq!(Value::from(ValueKind::Int(-1)).order(&ValueKind::Int(1).into()), Some(Ordering::Less));
        assert_eq!(Value::string("a").order(&Value::string("b")), None);
        assert_eq!(version("3").order(&ValueKind::Int(3).into()), None);
    }

    #[test]
    fn a_text_begins_where_its_first_part_that_is_not_empty_does() {
        let own = |text: &str| (Arc::from(text), Origin::default());
        let project = |text: &str| (Arc::from(text), Origin::project(None));
        let leads = |pieces: Vec<(Arc<str>, Origin)>| Value::concat(pieces).origin.leads;
        assert!(leads(vec![project("-x"), own("y")]));
        assert!(leads(vec![own(""), project("-x")]));
        assert!(!leads(vec![own("a"), project("-x")]));
        assert!(!leads(vec![project(""), own("-x")]));
        assert!(!leads(vec![]));
        assert!(Value::concat([own("a"), project("-x")]).origin.of_a_part().leads);
        assert!(!Value::concat([own("a"), own("b")]).origin.of_a_part().leads);
    }

    #[test]
    fn only_scalars_have_a_text() {
        assert_eq!(Value::from(ValueKind::Int(-5)).text().as_deref(), Some("-5"));
        assert_eq!(version("1.0").text().as_deref(), Some("1.0"));
        for other in [Value::none(), Value::bool(true), list(&["a"]), ValueKind::Omitted.into()] {
            assert_eq!(other.text(), None);
        }
    }
}
