//! Expressions that stand for constants → [`Value`]s, without running anything.

pub mod arguments;
mod call;
pub mod eval;
mod format;
mod function;
mod instance;
mod lambda;
mod method;
mod operator;
mod returned;
pub mod table;
mod text;

use std::rc::Rc;

use serde_json::{Map, Number, Value as Json};

use crate::diagnostic::Diagnostic;
use crate::schema::field::Field;
use crate::schema::python::object::Object;
use crate::schema::value::instance::Instance;

/// The longest text and list that is made, so that `"x" * 10 ** 9` costs nothing.
pub const MOST_LENGTH: usize = 100_000;

/// How deep lists and tables nest in a value that becomes JSON.
const MOST_DEPTH: usize = 64;

/// A value of Python.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Another number.
    Float(f64),
    /// A text.
    Text(Rc<str>),
    /// Several values.
    Items(Shape, Rc<[Value<'a>]>),
    /// `{…: …}`
    Table(Rc<[(Value<'a>, Value<'a>)]>),
    /// A member of an enumeration.
    Member(Rc<Member<'a>>),
    /// What `Input(…)` gives.
    Field(Rc<Field<'a>>),
    /// A dataclass or a named tuple.
    Instance(Rc<Instance<'a>>),
    /// A class, a function, a module.
    Object(Object<'a>),
    /// An element that cannot be told; it matters only when it is used.
    Unknown(Rc<Diagnostic>),
}

/// How several values belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[…]`
    List,
    /// `(…)`
    Tuple,
    /// `{…}`, whose order is not known
    Set,
    /// What one can only go over: `range(…)`, `table.keys()`
    View,
}

/// A member of an enumeration.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The class.
    pub class: String,
    /// Its name there.
    pub name: String,
    /// Its value.
    pub value: Value<'a>,
    /// Whether the member is a text or number itself: `class X(str, Enum)`.
    pub mixed: bool,
}

impl<'a> Value<'a> {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Self::Items(Shape::List, items.into())
    }

    /// The plain value of a member that is one; everything else as it is.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Member(member) if member.mixed => &member.value,
            other => other,
        }
    }

    /// What one can only go over.
    pub fn view(items: Vec<Self>) -> Self {
        Self::Items(Shape::View, items.into())
    }

    /// What Python calls its type.
    pub fn type_name(&self) -> &str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::Items(Shape::List, _) => "list",
            Self::Items(Shape::Tuple, _) => "tuple",
            Self::Items(Shape::Set, _) => "set",
            Self::Items(Shape::View, _) => "iterator",
            Self::Table(_) => "dict",
            Self::Member(member) => &member.class,
            Self::Field(_) => "Input",
            Self::Instance(found) => found.class.name.as_str(),
            Self::Object(_) => "object",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether it can be changed.
    pub fn is_mutable(&self) -> bool {
        matches!(self, Self::Items(Shape::List | Shape::Set, _) | Self::Table(_))
    }

    /// Whether Python takes it for true.
    pub fn truth(&self) -> Option<bool> {
        Some(match self.plain() {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Items(Shape::View, _) => return None,
            Self::Items(_, items) => !items.is_empty(),
            Self::Table(items) => !items.is_empty(),
            Self::Member(_) | Self::Field(_) | Self::Object(_) => true,
            Self::Instance(_) | Self::Unknown(_) => return None,
        })
    }

    /// As a number with a fraction.
    pub fn number(&self) -> Option<f64> {
        match self.plain() {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            #[expect(clippy::cast_precision_loss, reason = "as Python's `float` does")]
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// As a whole number; true and false are 1 and 0, as in Python.
    pub fn whole(&self) -> Option<i128> {
        match self.plain() {
            Self::Bool(value) => Some(i128::from(*value)),
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a text.
    pub fn as_text(&self) -> Option<&str> {
        match self.plain() {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that is the same for all values that are one key of a table; `None` when it may be no key.
    pub fn key(&self) -> Option<String> {
        Some(match self.plain() {
            Self::None => "n".into(),
            Self::Text(text) => format!("s{text}"),
            Self::Bool(value) => format!("i{}", u8::from(*value)),
            Self::Int(value) => format!("i{value}"),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 1e30 => {
                format!("i{value:.0}").replace("i-0", "i0")
            }
            Self::Float(value) => format!("f{value}"),
            Self::Items(Shape::Tuple, items) => {
                let keys = items.iter().map(|item| item.key().map(|key| format!("{}:{key}", key.len())));
                format!("t{}", keys.collect::<Option<String>>()?)
            }
            Self::Member(member) => format!("m{}.{}", member.class, member.name),
            _ => return None,
        })
    }

    /// Whether `==` holds; `None` when that cannot be told.
    pub fn equals(&self, other: &Self) -> Option<bool> {
        Some(match (self.plain(), other.plain()) {
            (Self::Unknown(_), _) | (_, Self::Unknown(_)) => return None,
            (Self::None, Self::None) => true,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Items(Shape::View, _), _) | (_, Self::Items(Shape::View, _)) => return None,
            (Self::Items(Shape::Set, one), Self::Items(Shape::Set, two)) => {
                let keys =
                    |items: &[Self]| items.iter().map(Self::key).collect::<Option<std::collections::BTreeSet<_>>>();
                keys(one)? == keys(two)?
            }
            (Self::Items(shape, one), Self::Items(other, two)) if shape == other && one.len() == two.len() => {
                let mut pairs = one.iter().zip(two.iter()).map(|(one, two)| one.equals(two));
                pairs.try_fold(true, |all, equal| equal.map(|equal| all && equal))?
            }
            (Self::Member(one), Self::Member(two)) => one.class == two.class && one.name == two.name,
            (Self::Object(one), Self::Object(two)) if one == two => true,
            (Self::Object(Object::Foreign(_)), _) | (_, Self::Object(Object::Foreign(_))) => return None,
            (Self::Object(_), Self::Object(_)) => false,
            (Self::Table(one), Self::Table(two)) => return same_tables(one, two),
            (Self::Field(_), Self::Field(_)) | (Self::Instance(_), _) | (_, Self::Instance(_)) => return None,
            (one, two) => match (one.whole(), two.whole()) {
                (Some(one), Some(two)) => one == two,
                _ => one.number().zip(two.number()).is_some_and(|(one, two)| one == two),
            },
        })
    }

    /// As JSON; `None` when JSON has no such thing.
    pub fn json(&self) -> Option<Json> {
        self.json_within(MOST_DEPTH)
    }

    fn json_within(&self, depth: usize) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        Some(match self.plain() {
            Self::None => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => return None,
            },
            Self::Float(value) => Json::Number(Number::from_f64(*value)?),
            Self::Text(text) => Json::String((**text).to_owned()),
            Self::Items(Shape::List | Shape::Tuple, items) => {
                Json::Array(items.iter().map(|item| item.json_within(depth)).collect::<Option<_>>()?)
            }
            Self::Table(items) => {
                let mut table = Map::new();
                for (key, value) in items.iter() {
                    table.insert(key.as_text()?.to_owned(), value.json_within(depth)?);
                }
                Json::Object(table)
            }
            Self::Items(Shape::Set | Shape::View, _)
            | Self::Member(_)
            | Self::Field(_)
            | Self::Instance(_)
            | Self::Object(_)
            | Self::Unknown(_) => {
                return None;
            }
        })
    }
}

/// Whether two tables hold the same, in whatever order.
fn same_tables<'a>(one: &[(Value<'a>, Value<'a>)], two: &[(Value<'a>, Value<'a>)]) -> Option<bool> {
    let mut others = std::collections::BTreeMap::new();
    for (key, value) in two {
        others.insert(key.key()?, value);
    }
    for (key, value) in one {
        match others.remove(&key.key()?) {
            Some(other) if value.equals(other)? => {}
            _ => return Some(false),
        }
    }
    Some(others.is_empty())
}
