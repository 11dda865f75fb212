//! A class of the project → what kind of class it is, by its bases and decorators.

use std::collections::VecDeque;

use ruff_python_ast::{Decorator, Expr, StmtClassDef};
use ruff_text_size::Ranged;

use crate::schema::python::files::Module;
use crate::schema::python::library::Known;
use crate::schema::python::object::{Object, Place};
use crate::schema::python::world::World;
use crate::schema::types::{Fields, Type};
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

/// Bases of libraries that bring no fields and no methods that matter.
const HARMLESS: &[&str] = &["abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Generic"];

/// A base of a class.
#[derive(Clone, Debug)]
pub enum Base<'a> {
    /// Understood.
    Known(Known),
    /// A class of the project.
    Class(&'a Module, &'a StmtClassDef),
    /// A class that cannot be looked into: what it is called.
    Foreign(String),
}

impl PartialEq for Base<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(two)) => one == two,
            (Self::Class(_, one), Self::Class(_, two)) => std::ptr::eq(*one, *two),
            (Self::Foreign(one), Self::Foreign(two)) => one == two,
            _ => false,
        }
    }
}

/// The bases of a class, in order.
pub fn bases<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef) -> Found<Vec<Base<'a>>> {
    let evaluator = Evaluator::new(world, Place::end(module).at(class.start().to_u32()));
    let mut bases = Vec::new();
    for expr in class.arguments.iter().flat_map(|arguments| &arguments.args) {
        let expr = match expr {
            Expr::Subscript(found) => &*found.value,
            expr => expr,
        };
        match evaluator.value(expr)? {
            Value::Object(Object::Known(Known::Object)) => {}
            Value::Object(Object::Known(known)) => bases.push(Base::Known(known)),
            Value::Object(Object::Class(module, class)) => bases.push(Base::Class(module, class)),
            Value::Object(Object::Foreign(name)) if HARMLESS.contains(&name.as_str()) => {}
            Value::Object(Object::Foreign(name)) => bases.push(Base::Foreign(name)),
            _ => return Err(error::unknown_value(evaluator.span(expr))),
        }
    }
    Ok(bases)
}

/// A class and all its bases, in the order in which Python asks them for a name.
pub fn linear<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef) -> Found<Vec<Base<'a>>> {
    let span = module.span_of(&class.name);
    let direct = world.deeper(span, || bases(world, module, class))?;
    let mut lines: Vec<VecDeque<Base<'a>>> = Vec::new();
    for base in &direct {
        lines.push(match base {
            Base::Class(from, base) => world.deeper(span, || linear(world, from, base))?.into(),
            other => VecDeque::from([other.clone()]),
        });
    }
    lines.push(direct.into());
    let mut order = vec![Base::Class(module, class)];
    loop {
        lines.retain(|line| !line.is_empty());
        world.spend(lines.iter().map(VecDeque::len).sum(), span)?;
        let is_free = |one: &Base<'a>| lines.iter().all(|line| !line.iter().skip(1).any(|later| later == one));
        // Python refuses bases that have no such order; then any will do.
        let heads = || lines.iter().filter_map(VecDeque::front);
        let Some(next) = heads().find(|one| is_free(one)).or_else(|| heads().next()).cloned() else {
            return Ok(order);
        };
        for line in &mut lines {
            line.retain(|one| *one != next);
        }
        order.push(next);
    }
}

/// What a class means as a type, where `span` names it.
pub fn as_type<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef, span: Span) -> Found<Type<'a>> {
    if class.decorator_list.iter().any(|decorator| is_dataclass(world, module, decorator)) {
        return Ok(Type::Record(module, class, Fields::Dataclass));
    }
    let place = module.span_of(&class.name);
    for base in world.deeper(span, || bases(world, module, class))? {
        let found = match base {
            Base::Known(Known::TypedDict) => Type::Record(module, class, Fields::TypedDict),
            Base::Known(Known::BaseModel) => Type::Record(module, class, Fields::Model),
            Base::Known(Known::Pydantic) => Type::Record(module, class, Fields::Pydantic),
            Base::Known(Known::Enum | Known::IntEnum | Known::StrEnum) => Type::Enumeration(module, class),
            Base::Known(Known::Path) => Type::Path,
            Base::Known(_) => continue,
            Base::Class(from, base) => match world.deeper(span, || as_type(world, from, base, span))? {
                Type::Record(_, _, fields) => Type::Record(module, class, fields),
                Type::Enumeration(..) => Type::Enumeration(module, class),
                Type::Other(_) => continue,
                other => other,
            },
            Base::Foreign(name) => return Err(error::foreign_base(class.name.as_str(), &name, span, place)),
        };
        return Ok(found);
    }
    Ok(Type::Other(class.name.to_string()))
}

/// Whether a decorator is `@dataclass`.
pub fn is_dataclass<'a>(world: &World<'a>, module: &'a Module, decorator: &'a Decorator) -> bool {
    let expr = match &decorator.expression {
        Expr::Call(call) => &*call.func,
        expr => expr,
    };
    let evaluator = Evaluator::new(world, Place::end(module).at(decorator.start().to_u32()));
    matches!(evaluator.value(expr), Ok(Value::Object(Object::Known(Known::Dataclass))))
}
