//! A class that has fields → its fields, those of its bases first.

use ruff_python_ast::{Expr, Stmt, StmtAnnAssign, StmtClassDef};
use ruff_text_size::Ranged;

use crate::schema::Found;
use crate::schema::python::files::Module;
use crate::schema::python::library::Known;
use crate::schema::python::object::{Object, Place};
use crate::schema::python::world::World;
use crate::schema::types::annotation::Annotations;
use crate::schema::types::class::{Base, as_type, bases, linear};
use crate::schema::types::{Fields, Type};
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::source::Span;

/// A field of a class.
#[derive(Clone, Debug)]
pub struct RecordField<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub ty: Type<'a>,
    /// Whether the key is always there.
    pub present: bool,
    /// Its annotation.
    pub span: Span,
}

/// The fields of a class.
pub fn fields<'a>(
    world: &World<'a>,
    module: &'a Module,
    class: &'a StmtClassDef,
    kind: Fields,
) -> Found<Vec<RecordField<'a>>> {
    let span = module.span_of(&class.name);
    let mut found: Vec<RecordField<'a>> = Vec::new();
    if kind == Fields::TypedDict {
        for base in world.deeper(span, || bases(world, module, class))? {
            if let Base::Class(from, base) = base {
                let inherited = world.deeper(span, || fields(world, from, base, kind))?;
                inherited.into_iter().for_each(|field| put(&mut found, field));
            }
        }
        own_fields(world, module, class, kind, &mut found)?;
        return Ok(found);
    }
    let all = world.deeper(span, || linear(world, module, class))?;
    for base in all.into_iter().rev() {
        if let Base::Class(from, base) = base
            // To pydantic, the annotations of every base are fields.
            && (kind == Fields::Pydantic || matches!(as_type(world, from, base, span)?, Type::Record(..)))
        {
            own_fields(world, from, base, kind, &mut found)?;
        }
    }
    Ok(found)
}

/// The fields that the body of a class declares.
fn own_fields<'a>(
    world: &World<'a>,
    module: &'a Module,
    class: &'a StmtClassDef,
    kind: Fields,
    found: &mut Vec<RecordField<'a>>,
) -> Found<()> {
    let total = !class.arguments.iter().flat_map(|arguments| &arguments.keywords).any(|keyword| {
        let named = keyword.arg.as_ref().is_some_and(|name| name.as_str() == "total");
        named && matches!(&keyword.value, Expr::BooleanLiteral(value) if !value.value)
    });
    for statement in &class.body {
        if let Stmt::AnnAssign(declared) = statement
            && let Some(field) = field(world, module, class, declared, kind, total)?
        {
            put(found, field);
        }
    }
    Ok(())
}

/// A field that is declared again keeps its place.
fn put<'a>(fields: &mut Vec<RecordField<'a>>, field: RecordField<'a>) {
    match fields.iter_mut().find(|known| known.name == field.name) {
        Some(known) => *known = field,
        None => fields.push(field),
    }
}

fn field<'a>(
    world: &World<'a>,
    module: &'a Module,
    class: &'a StmtClassDef,
    declared: &'a StmtAnnAssign,
    kind: Fields,
    total: bool,
) -> Found<Option<RecordField<'a>>> {
    let Some(name) = declared.target.as_name_expr().map(|name| name.id.as_str()) else {
        return Ok(None);
    };
    let place = match module.postponed {
        true => Place::end(module),
        false => Place::end(module).in_class(class).at(declared.start().to_u32()),
    };
    let evaluator = Evaluator::new(world, place);
    let marker = match &*declared.annotation {
        Expr::Subscript(found) => match evaluator.value(&found.value) {
            Ok(Value::Object(Object::Known(known))) => Some(known),
            _ => None,
        },
        _ => None,
    };
    if marker == Some(Known::ClassVar) || kind == Fields::Pydantic && name.starts_with('_') {
        return Ok(None);
    }
    let present = match marker {
        Some(Known::Required) => true,
        Some(Known::NotRequired) => false,
        _ => kind != Fields::TypedDict || total,
    };
    let span = evaluator.span(&*declared.annotation);
    let ty = Annotations::new(evaluator).read(&declared.annotation)?;
    Ok(Some(RecordField { name, ty, present, span }))
}
