//! The return annotation of a predictor's function → the JSON Schema of its output.

use ruff_python_ast::StmtClassDef;
use serde_json::{Map, Value as Json, json};

use crate::schema::document::title_of;
use crate::schema::python::files::Module;
use crate::schema::python::world::World;
use crate::schema::signature::Target;
use crate::schema::types::annotation::Annotations;
use crate::schema::types::{Fields, Type, enumeration, record};
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

type Object = Map<String, Json>;

/// Reads the annotation; without one there is no output, which the signature's check tells.
pub fn read<'a>(world: &World<'a>, target: &Target<'a>) -> Found<Json> {
    let Some(annotation) = &target.function.returns else {
        return Ok(Json::Null);
    };
    let span = target.module.span_of(&**annotation);
    let annotations = Annotations::new(Evaluator::new(world, target.annotations()));
    let mut output = Object::from_iter([("title".to_owned(), json!("Output"))]);
    let ty = annotations.read(annotation)?;
    if !matches!(ty, Type::Any) {
        output.extend(Outputs { world, open: Vec::new() }.whole(&ty, span)?);
    }
    Ok(Json::Object(output))
}

struct Outputs<'w, 'a> {
    world: &'w World<'a>,
    /// The classes around: one that holds itself is an object of which nothing more is said.
    open: Vec<&'a StmtClassDef>,
}

impl<'a> Outputs<'_, 'a> {
    /// The output itself: only here may it come piece by piece.
    fn whole(&mut self, ty: &Type<'a>, span: Span) -> Found<Object> {
        let (of, display) = match ty {
            Type::Iterator(of) => (of, None),
            Type::Concatenate(of) if matches!(**of, Type::Str) => (of, Some("concatenate")),
            Type::Concatenate(of) => {
                let help = "write `ConcatenateIterator[str]`, or `Iterator[…]`: only texts can be joined";
                return Err(error::undecided_output(&format!("ConcatenateIterator[{}]", of.name()), span, help));
            }
            Type::None => {
                let help = "say what a prediction gives, be it `str` or `bool`";
                return Err(error::undecided_output("None", span, help));
            }
            Type::Union(all) if all.iter().any(|one| matches!(one, Type::None)) => {
                let help = "a prediction gives a value or fails: raise an error instead of returning `None`";
                return Err(error::undecided_output(&ty.name(), span, help));
            }
            Type::Union(_) => {
                let help = "return a class with a field for each, or a `dict`";
                return Err(error::undecided_output(&ty.name(), span, help));
            }
            ty => return self.schema(ty, span),
        };
        let items = self.schema(of, span)?;
        let mut schema = object(json!({ "type": "array", "items": items, "x-cog-array-type": "iterator" }));
        if let Some(display) = display {
            schema.insert("x-cog-array-display".into(), json!(display));
        }
        Ok(schema)
    }

    fn schema(&mut self, ty: &Type<'a>, span: Span) -> Found<Object> {
        self.world.spend(1, span)?;
        Ok(object(match ty {
            Type::Bool => json!({ "type": "boolean" }),
            Type::Int => json!({ "type": "integer" }),
            Type::Float => json!({ "type": "number" }),
            Type::Str => json!({ "type": "string" }),
            Type::Path | Type::File => json!({ "type": "string", "format": "uri" }),
            Type::Secret => json!({ "type": "string", "format": "password", "writeOnly": true, "x-cog-secret": true }),
            Type::Any | Type::Opaque | Type::Dict(None) => json!({ "type": "object" }),
            Type::Dict(Some(of)) if matches!(**of, Type::Any) => json!({ "type": "object" }),
            Type::Dict(Some(of)) => json!({ "type": "object", "additionalProperties": self.schema(of, span)? }),
            Type::List(of) => json!({ "type": "array", "items": self.schema(of, span)? }),
            Type::Literal(values) => return one_of(values).ok_or_else(|| error::unsupported_output("Literal", span)),
            Type::Enumeration(module, class) => {
                let members = enumeration::members(self.world, module, class)?.unwrap_or_default();
                let values: Vec<Value<'a>> = members.into_iter().map(|member| member.value).collect();
                return one_of(&values).ok_or_else(|| error::unsupported_output(class.name.as_str(), span));
            }
            Type::Record(module, class, fields) => return self.record(module, class, *fields, span),
            Type::None | Type::Union(_) | Type::Iterator(_) | Type::Concatenate(_) | Type::Other(_) => {
                return Err(error::unsupported_output(&ty.name(), span));
            }
        }))
    }

    fn record(&mut self, module: &'a Module, class: &'a StmtClassDef, kind: Fields, span: Span) -> Found<Object> {
        if self.open.iter().any(|open| std::ptr::eq(*open, class)) {
            return Ok(object(json!({ "type": "object" })));
        }
        self.open.push(class);
        let (mut properties, mut required) = (Object::new(), Vec::new());
        for field in self.world.deeper(span, || record::fields(self.world, module, class, kind))? {
            let (of, optional) = present(&field.ty);
            let mut property = match of {
                Some(of) => self.schema(of, field.span)?,
                None => return Err(error::unsupported_output(&field.ty.name(), field.span)),
            };
            property.insert("title".into(), json!(title_of(field.name)));
            if optional {
                property.insert("nullable".into(), json!(true));
            } else if field.present {
                required.push(field.name);
            }
            properties.insert(field.name.to_owned(), Json::Object(property));
        }
        self.open.pop();
        let mut schema = object(json!({ "type": "object", "properties": properties }));
        if !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
        Ok(schema)
    }
}

/// What a field holds when it is not `None`, if that is one type, and whether it may be `None`.
fn present<'t, 'a>(ty: &'t Type<'a>) -> (Option<&'t Type<'a>>, bool) {
    let Type::Union(all) = ty else {
        return (Some(ty), false);
    };
    let mut others = all.iter().filter(|one| !matches!(one, Type::None));
    match (others.next(), others.next()) {
        (Some(only), None) => (Some(only), true),
        _ => (None, false),
    }
}

/// All texts or all whole numbers, and no others.
fn one_of(values: &[Value<'_>]) -> Option<Object> {
    let all = |is: fn(&Value<'_>) -> bool| !values.is_empty() && values.iter().all(|value| is(value.plain()));
    let ty = if all(|value| matches!(value, Value::Text(_))) {
        "string"
    } else if all(|value| matches!(value, Value::Int(_))) {
        "integer"
    } else {
        return None;
    };
    let values = values.iter().map(Value::json).collect::<Option<Vec<_>>>()?;
    Some(object(json!({ "type": ty, "enum": values })))
}

fn object(json: Json) -> Object {
    match json {
        Json::Object(object) => object,
        _ => Object::new(),
    }
}
