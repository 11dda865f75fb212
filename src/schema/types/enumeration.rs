//! An enumeration of the project → its members.

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use crate::schema::python::files::Module;
use crate::schema::python::library::Known;
use crate::schema::python::object::Place;
use crate::schema::python::world::World;
use crate::schema::types::class::{Base, bases};
use crate::schema::value::eval::Evaluator;
use crate::schema::value::{Member, Value};
use crate::schema::{Found, error};

/// What the members of an enumeration are besides members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kind {
    is_enumeration: bool,
    /// `str`, `StrEnum`
    text: bool,
    /// `int`, `IntEnum`
    number: bool,
    /// `StrEnum`: `auto()` is the name in lower case.
    named: bool,
}

/// The members, in order; `None` when the class is no enumeration.
pub fn members<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef) -> Found<Option<Vec<Member<'a>>>> {
    let kind = kind(world, module, class)?;
    if !kind.is_enumeration {
        return Ok(None);
    }
    let mut members: Vec<Member<'a>> = Vec::new();
    let mut last = 0_i128;
    for (name, expr) in class.body.iter().filter_map(assigned) {
        let evaluator = Evaluator::new(world, Place::end(module).in_class(class).at(expr.start().to_u32()));
        let value = match automatic(&evaluator, expr) {
            true if kind.named => Value::text(&name.to_lowercase()),
            true => {
                let next = last.checked_add(1).filter(|_| !kind.text);
                Value::Int(next.ok_or_else(|| error::unknown_value(module.span_of(expr)))?)
            }
            false => evaluator.value(expr)?,
        };
        if kind.text && value.as_text().is_none() || kind.number && value.whole().is_none() {
            return Err(error::unknown_value(module.span_of(expr)));
        }
        last = value.whole().unwrap_or(last);
        let is_new = members.iter().all(|known| known.value.equals(&value) == Some(false));
        if is_new {
            let mixed = kind.text || kind.number;
            members.push(Member { class: class.name.to_string(), name: name.to_owned(), value, mixed });
        }
    }
    Ok(Some(members))
}

fn kind<'a>(world: &World<'a>, module: &'a Module, class: &'a StmtClassDef) -> Found<Kind> {
    let span = module.span_of(&class.name);
    let mut kind = Kind::default();
    for base in world.deeper(span, || bases(world, module, class))? {
        let more = match base {
            Base::Known(Known::Enum) => Kind { is_enumeration: true, ..kind },
            Base::Known(Known::IntEnum) => Kind { is_enumeration: true, number: true, ..kind },
            Base::Known(Known::StrEnum) => Kind { is_enumeration: true, text: true, named: true, ..kind },
            Base::Known(Known::Str) => Kind { text: true, ..kind },
            Base::Known(Known::Int) => Kind { number: true, ..kind },
            Base::Known(_) | Base::Foreign(_) => kind,
            Base::Class(from, base) => {
                let inherited = world.deeper(span, || self::kind(world, from, base))?;
                Kind {
                    is_enumeration: kind.is_enumeration || inherited.is_enumeration,
                    text: kind.text || inherited.text,
                    number: kind.number || inherited.number,
                    named: kind.named || inherited.named,
                }
            }
        };
        kind = more;
    }
    Ok(kind)
}

fn assigned(statement: &Stmt) -> Option<(&str, &Expr)> {
    let (target, value) = match statement {
        Stmt::Assign(assign) => (assign.targets.first()?, &*assign.value),
        Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()?),
        _ => return None,
    };
    let name = target.as_name_expr()?.id.as_str();
    (!name.starts_with('_')).then_some((name, value))
}

/// Whether it is `auto()`.
fn automatic(evaluator: &Evaluator<'_, '_>, expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    matches!(evaluator.value(&call.func), Ok(Value::Object(crate::schema::python::object::Object::Known(Known::Auto))))
}
