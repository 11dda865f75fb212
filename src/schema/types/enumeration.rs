//! An enumeration of the project → its members.

use ruff_python_ast::{Decorator, Expr, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::schema::python::files::Module;
use crate::schema::python::library::Known;
use crate::schema::python::object::{Object, Place};
use crate::schema::python::world::World;
use crate::schema::types::class::{Base, linear};
use crate::schema::value::eval::Evaluator;
use crate::schema::value::{Member, Value};
use crate::schema::{Found, error};
use crate::source::Span;

/// What an enumeration says of its members.
#[derive(Clone, Copy, Debug, Default)]
struct Kind<'a> {
    is_enumeration: bool,
    /// `str`, `StrEnum`
    text: bool,
    /// `int`, `IntEnum`
    number: bool,
    /// `StrEnum`: `auto()` is the name in lower case.
    named: bool,
    /// `_generate_next_value_`
    next: Option<(&'a Module, &'a StmtFunctionDef)>,
    /// A class that may give members other values than those written.
    opaque: Option<Span>,
}

/// Methods with which a class gives its members other values or names.
const VALUES: &[&str] = &["__new__", "_name_", "_value_", "name", "value"];

/// Decorators that only check.
const CHECKS: &[&str] = &["unique", "verify"];

/// The members, in order; `None` when the class is no enumeration.
pub fn members<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef) -> Found<Option<Vec<Member<'a>>>> {
    let all = named(world, module, class)?;
    let own = |all: Vec<(&'a str, Member<'a>)>| {
        all.into_iter().filter(|(name, member)| *name == member.name).map(|(_, member)| member).collect()
    };
    Ok(all.map(own))
}

/// All names of members: several may stand for one.
pub fn named<'a>(
    world: &World<'a>,
    module: &'a Module,
    class: &'a StmtClassDef,
) -> Found<Option<Vec<(&'a str, Member<'a>)>>> {
    let kind = kind(world, module, class)?;
    if !kind.is_enumeration {
        return Ok(None);
    }
    if let Some(place) = kind.opaque {
        return Err(error::unknown_value(place));
    }
    let mut members: Vec<(&str, Member<'a>)> = Vec::new();
    for statement in &class.body {
        let Some((name, expr)) = assigned(module, statement)? else { continue };
        world.spend(members.len(), module.span_of(expr))?;
        let evaluator = Evaluator::new(world, Place::end(module).in_class(class).at(expr.start().to_u32()));
        let unknown = || error::unknown_value(module.span_of(expr));
        let value = match automatic(&evaluator, expr) {
            true => next(&evaluator, kind, name, &members)?.ok_or_else(unknown)?,
            false => evaluator.value(expr)?,
        };
        if matches!(value, Value::Object(_))
            || kind.text && value.as_text().is_none()
            || kind.number && value.whole().is_none()
        {
            return Err(unknown());
        }
        let mut same = None;
        for (_, known) in members.iter().filter(|(name, known)| *name == known.name) {
            if known.value.equals(&value).ok_or_else(unknown)? {
                same = Some(known.clone());
                break;
            }
        }
        let mixed = kind.text || kind.number;
        let new = || Member { class: class.name.to_string(), name: name.to_owned(), value, mixed };
        members.push((name, same.unwrap_or_else(new)));
    }
    Ok(Some(members))
}

/// What `auto()` stands for.
fn next<'a>(
    evaluator: &Evaluator<'_, 'a>,
    kind: Kind<'a>,
    name: &str,
    before: &[(&str, Member<'a>)],
) -> Found<Option<Value<'a>>> {
    let values = before.iter().map(|(_, member)| member.value.clone());
    if let Some((module, function)) = kind.next {
        let count = i128::try_from(before.len()).map(Value::Int).unwrap_or(Value::None);
        let given = [Value::text(name), Value::Int(1), count, Value::list(values.collect())];
        return evaluator.apply(module, function, given.into()).map(Some);
    }
    if kind.named {
        return Ok(Some(Value::text(&name.to_lowercase())));
    }
    let numbers: Option<Vec<i128>> = values.map(|value| value.whole()).collect();
    // Versions of Python differ in whether it is the last or the greatest that counts.
    let last = numbers.filter(|all| all.last() == all.iter().max()).map(|all| all.last().copied().unwrap_or(0));
    Ok(last.filter(|_| !kind.text).and_then(|last| last.checked_add(1)).map(Value::Int))
}

fn kind<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef) -> Found<Kind<'a>> {
    let span = module.span_of(&class.name);
    let mut kind = Kind::default();
    for base in world.deeper(span, || linear(world, module, class))?.into_iter().rev() {
        match base {
            Base::Known(Known::Enum) => kind.is_enumeration = true,
            Base::Known(Known::IntEnum) => (kind.is_enumeration, kind.number) = (true, true),
            Base::Known(Known::StrEnum) => {
                (kind.is_enumeration, kind.text, kind.named, kind.next) = (true, true, true, None);
            }
            Base::Known(Known::Str) => kind.text = true,
            Base::Known(Known::Int) => kind.number = true,
            Base::Known(_) => {}
            Base::Foreign(_) => kind.opaque = Some(span),
            Base::Class(from, base) => {
                if is_opaque(from, base) {
                    kind.opaque = Some(from.span_of(&base.name));
                }
                let functions = base.body.iter().filter_map(Stmt::as_function_def_stmt);
                let next = functions.filter(|one| one.name.as_str() == "_generate_next_value_").last();
                kind.next = next.map(|function| (from, function)).or(kind.next);
            }
        }
    }
    Ok(kind)
}

/// Whether a class may give members other values than those written.
fn is_opaque(module: &Module, class: &StmtClassDef) -> bool {
    let functions = || class.body.iter().filter_map(Stmt::as_function_def_stmt);
    let init = |function: &StmtFunctionDef| {
        let text = module.text.get(std::ops::Range::from(function.range()));
        function.name.as_str() == "__init__" && text.is_some_and(|text| text.contains("_value_"))
    };
    let checks = |decorator: &Decorator| {
        let name = match &decorator.expression {
            Expr::Call(call) => &*call.func,
            name => name,
        };
        matches!(name, Expr::Name(name) if CHECKS.contains(&name.id.as_str()))
            || matches!(name, Expr::Attribute(name) if CHECKS.contains(&name.attr.as_str()))
    };
    functions().any(|function| VALUES.contains(&function.name.as_str()) || init(function))
        || class.arguments.iter().any(|arguments| !arguments.keywords.is_empty())
        || !class.decorator_list.iter().all(checks)
}

/// The member that a statement makes, if it is none of those that make none.
fn assigned<'a>(module: &Module, statement: &'a Stmt) -> Found<Option<(&'a str, &'a Expr)>> {
    let unknown = || error::unknown_value(module.span_of(statement));
    let (target, value) = match statement {
        Stmt::Assign(assign) => match &assign.targets[..] {
            [target] => (target, &*assign.value),
            _ => return Err(unknown()),
        },
        Stmt::AnnAssign(assign) => match &assign.value {
            Some(value) => (&*assign.target, &**value),
            None => return Ok(None),
        },
        Stmt::FunctionDef(_) | Stmt::Expr(_) | Stmt::Pass(_) => return Ok(None),
        _ => return Err(unknown()),
    };
    let name = target.as_name_expr().ok_or_else(unknown)?.id.as_str();
    match name {
        "_ignore_" => Err(unknown()),
        name if name.starts_with("__") || name.starts_with('_') && name.ends_with('_') => Ok(None),
        name => Ok(Some((name, value))),
    }
}

/// Whether it is `auto()`.
fn automatic(evaluator: &Evaluator<'_, '_>, expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    matches!(evaluator.value(&call.func), Ok(Value::Object(Object::Known(Known::Auto))))
}
