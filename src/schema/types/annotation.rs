//! An annotation and where it stands → its [`Type`].

use ruff_python_ast::{Expr, ExprStringLiteral, ExprSubscript, Operator};

use crate::schema::python::depth;
use crate::schema::python::library::Known;
use crate::schema::python::object::{Object, Place};
use crate::schema::types::{Type, class};
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

/// Reads the annotations of one place.
pub struct Annotations<'w, 'a> {
    evaluator: Evaluator<'w, 'a>,
}

impl<'w, 'a> Annotations<'w, 'a> {
    /// Annotations are looked up as expressions are.
    pub fn new(evaluator: Evaluator<'w, 'a>) -> Self {
        Self { evaluator }
    }

    /// The type, or why it cannot be told.
    pub fn read(&self, expr: &Expr) -> Found<Type<'a>> {
        let span = self.evaluator.span(expr);
        self.evaluator.world.deeper(span, || self.annotation(expr, span))
    }

    fn annotation(&self, expr: &Expr, span: Span) -> Found<Type<'a>> {
        match expr {
            Expr::NoneLiteral(_) => Ok(Type::None),
            Expr::StringLiteral(text) => self.quoted(text, span),
            Expr::BinOp(found) if found.op == Operator::BitOr => {
                Ok(union([self.read(&found.left)?, self.read(&found.right)?]))
            }
            Expr::Subscript(found) => self.subscript(found, span),
            Expr::Name(_) | Expr::Attribute(_) => self.named(self.object(expr)?, span),
            _ => Err(error::no_type(span)),
        }
    }

    /// What a name, or names with dots, stand for.
    fn object(&self, expr: &Expr) -> Found<Object<'a>> {
        let span = self.evaluator.span(expr);
        let (world, place) = (self.evaluator.world, self.evaluator.place);
        match expr {
            Expr::Name(name) => world.name(place, name.id.as_str(), span),
            Expr::Attribute(found) => {
                let of = world.deeper(span, || self.object(&found.value))?;
                world.member(&of, found.attr.as_str(), span)
            }
            _ => Err(error::no_type(span)),
        }
    }

    /// A type in quotes: everything that the file binds counts.
    fn quoted(&self, text: &ExprStringLiteral, span: Span) -> Found<Type<'a>> {
        if depth::too_deep(text.value.to_str()).is_some() {
            return Err(error::too_deep(span));
        }
        let module = self.evaluator.place.module;
        let mut evaluator = Evaluator::new(self.evaluator.world, Place::end(module));
        evaluator.within = self.evaluator.within;
        let plain = text.as_single_part_string().filter(|_| evaluator.within.is_none());
        let plain =
            plain.filter(|part| module.text.get(std::ops::Range::from(part.content_range())) == Some(part.as_str()));
        let parsed = match plain {
            Some(part) => ruff_python_parser::parse_string_annotation(&module.text, part),
            None => {
                evaluator.within = Some(span);
                ruff_python_parser::parse_expression(text.value.to_str())
            }
        };
        let parsed = parsed.map_err(|_| error::no_type(span))?;
        Self::new(evaluator).read(parsed.expr())
    }

    /// What a name means as a type, without `[…]`.
    fn named(&self, object: Object<'a>, span: Span) -> Found<Type<'a>> {
        Ok(match object {
            Object::Known(known) => plain(known).ok_or_else(|| error::needs_arguments(span))?,
            Object::Class(module, found) => class::as_type(self.evaluator.world, module, found, span)?,
            Object::Value(place, expr) => {
                let alias = Self::new(Evaluator::new(self.evaluator.world, place));
                let found = self.evaluator.world.deeper(span, || alias.read(expr));
                found.map_err(|found| error::through(found, span))?
            }
            Object::Foreign(name) => return Err(error::foreign_type(&name, span)),
            Object::Function(..) | Object::Library(_) | Object::Module(_) | Object::Package(_) => {
                return Err(error::no_type(span));
            }
        })
    }

    fn subscript(&self, found: &ExprSubscript, span: Span) -> Found<Type<'a>> {
        let arguments: Vec<&Expr> = match &*found.slice {
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            one => vec![one],
        };
        let head = self.object(&found.value)?;
        let Object::Known(known) = head else {
            return match self.named(head, span)? {
                // `Page[int]` of a class of the project: its fields would need the argument.
                Type::Record(..) | Type::Enumeration(..) => Err(error::generic_class(span)),
                other => Err(error::unsupported(&format!("{}[…]", other.name()), span)),
            };
        };
        match (known, &arguments[..]) {
            (Known::Optional, [of]) => Ok(union([self.read(of)?, Type::None])),
            (Known::Union, all) => Ok(union(all.iter().map(|of| self.read(of)).collect::<Found<Vec<_>>>()?)),
            (Known::List, [of]) => Ok(Type::List(Box::new(self.read(of)?))),
            (Known::Dict, [_, of]) => Ok(Type::Dict(Some(Box::new(self.read(of)?)))),
            (Known::Literal, all) => self.literal(all),
            (Known::Annotated, [of, notes @ ..]) if !notes.is_empty() => self.annotated(of, notes),
            (Known::Iterator, [of]) | (Known::Generator, [of, ..]) => Ok(Type::Iterator(Box::new(self.read(of)?))),
            (Known::Concatenate, [of]) => Ok(Type::Concatenate(Box::new(self.read(of)?))),
            (Known::Required | Known::NotRequired | Known::ClassVar, [of]) => self.read(of),
            (Known::Set, _) => Ok(Type::Other("set".into())),
            (Known::Tuple, _) => Ok(Type::Other("tuple".into())),
            _ => Err(error::no_type(span)),
        }
    }

    fn literal(&self, arguments: &[&Expr]) -> Found<Type<'a>> {
        let mut values = Vec::new();
        for argument in arguments {
            // A `Literal` in a `Literal`, by name or written out, is as good as what it holds.
            let nested = match argument {
                Expr::Subscript(_) => Some(self.read(argument)?),
                Expr::Name(_) => self.read(argument).ok(),
                _ => None,
            };
            match nested {
                Some(Type::Literal(more)) => values.extend(more),
                Some(_) => return Err(error::no_type(self.evaluator.span(argument))),
                None => values.push(self.evaluator.value(argument)?),
            }
        }
        Ok(Type::Literal(values))
    }

    /// `Annotated[…, …]`: only `cog.Opaque` says something about the type.
    fn annotated(&self, of: &Expr, notes: &[&Expr]) -> Found<Type<'a>> {
        let opaque = |note: &&Expr| matches!(self.object(note), Ok(Object::Known(Known::Opaque)));
        if notes.iter().any(opaque) { Ok(self.opaque(of)) } else { self.read(of) }
    }

    /// Whether it is a list, and whether it may be absent, is still told.
    fn opaque(&self, of: &Expr) -> Type<'a> {
        let head = |expr: &Expr| self.object(expr).ok();
        match of {
            Expr::BinOp(found) if found.op == Operator::BitOr && found.right.is_none_literal_expr() => {
                union([self.opaque(&found.left), Type::None])
            }
            Expr::Subscript(found) => match head(&found.value) {
                Some(Object::Known(Known::List)) => Type::List(Box::new(Type::Opaque)),
                Some(Object::Known(Known::Optional)) => union([self.opaque(&found.slice), Type::None]),
                _ => Type::Opaque,
            },
            expr if head(expr) == Some(Object::Known(Known::List)) => Type::List(Box::new(Type::Opaque)),
            _ => Type::Opaque,
        }
    }
}

/// What a known name means as a type; `None` when it needs arguments.
fn plain<'a>(known: Known) -> Option<Type<'a>> {
    Some(match known {
        Known::Bool => Type::Bool,
        Known::Int => Type::Int,
        Known::Float => Type::Float,
        Known::Str => Type::Str,
        Known::Path => Type::Path,
        Known::File => Type::File,
        Known::Secret => Type::Secret,
        Known::Any => Type::Any,
        Known::List => Type::List(Box::new(Type::Any)),
        Known::Dict => Type::Dict(None),
        Known::Set => Type::Other("set".into()),
        Known::Tuple => Type::Other("tuple".into()),
        Known::Object => Type::Other("object".into()),
        Known::BaseModel | Known::Pydantic => Type::Other("BaseModel".into()),
        Known::Enum | Known::IntEnum | Known::StrEnum => Type::Other("Enum".into()),
        Known::TypedDict => Type::Other("TypedDict".into()),
        Known::Predictor => Type::Other("BasePredictor".into()),
        _ => return None,
    })
}

/// A union without unions in it; of one type, that type.
fn union<'a>(all: impl IntoIterator<Item = Type<'a>>) -> Type<'a> {
    let mut flat = Vec::new();
    for one in all {
        match one {
            Type::Union(more) => flat.extend(more),
            one => flat.push(one),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    let is_named = |one: &Type<'a>| matches!(one, Type::Literal(_) | Type::Record(..) | Type::Enumeration(..));
    flat.retain(|one| is_named(one) || seen.insert(one.name()));
    match flat.pop() {
        Some(only) if flat.is_empty() => only,
        Some(last) => {
            flat.push(last);
            Type::Union(flat)
        }
        None => Type::None,
    }
}
