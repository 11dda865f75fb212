//! Calls of classes that only hold what they are given: dataclasses and named tuples → [`Instance`].

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use crate::schema::python::files::Module;
use crate::schema::python::library::Known;
use crate::schema::python::object::{Object, Place};
use crate::schema::types::class::{Base, is_dataclass, linear};
use crate::schema::value::Value;
use crate::schema::value::arguments::Arguments;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

/// What a call of a class gives.
#[derive(Clone, Debug)]
pub struct Instance<'a> {
    /// The class.
    pub module: &'a Module,
    /// The class.
    pub class: &'a StmtClassDef,
    /// Its fields.
    pub fields: Vec<(&'a str, Value<'a>)>,
}

/// Methods with which a class may do something else with what it is given.
const MAKING: &[&str] = &["__init__", "__new__", "__post_init__", "__getattr__", "__getattribute__"];

/// Types of fields that are none.
const NO_FIELDS: &[&str] = &["ClassVar", "InitVar", "KW_ONLY"];

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn instance(
        &self,
        module: &'a Module,
        class: &'a StmtClassDef,
        given: Arguments<'a>,
        span: Span,
    ) -> Found<Value<'a>> {
        let unknown = || error::unknown_value(span);
        let mut declared: Vec<(&'a str, Option<Value<'a>>)> = Vec::new();
        for base in linear(self.world, module, class)?.into_iter().rev() {
            match base {
                Base::Class(module, class) => self.declared(module, class, &mut declared).ok_or_else(unknown)?,
                Base::Known(Known::BaseModel) => {}
                Base::Foreign(name) if name == "typing.NamedTuple" => {}
                Base::Known(_) | Base::Foreign(_) => return Err(unknown()),
            }
        }
        let mut values = given.values.into_iter().map(|(value, _)| value);
        let mut named = given.named;
        let mut fields = Vec::new();
        for (name, default) in declared {
            let by_name = named.iter().position(|(given, _, _)| given == name).map(|at| named.remove(at).1);
            fields.push((name, values.next().or(by_name).or(default).ok_or_else(unknown)?));
        }
        if values.next().is_some() || !named.is_empty() {
            return Err(unknown());
        }
        Ok(Value::Instance(Rc::new(Instance { module, class, fields })))
    }

    /// Puts what a class declares behind what its bases do; `None` if it does more.
    fn declared(
        &self,
        module: &'a Module,
        class: &'a StmtClassDef,
        found: &mut Vec<(&'a str, Option<Value<'a>>)>,
    ) -> Option<()> {
        let bases = self.world.deeper(module.span_of(&class.name), || linear(self.world, module, class)).ok()?;
        let is_tuple = |base: &Base<'a>| matches!(base, Base::Foreign(name) if name == "typing.NamedTuple");
        let has_fields = class.decorator_list.iter().any(|decorator| is_dataclass(self.world, module, decorator))
            || bases.iter().any(|base| is_tuple(base) || *base == Base::Known(Known::BaseModel));
        let scope = self.world.class_scope(module, class);
        if !has_fields || class.decorator_list.len() > 1 || MAKING.iter().any(|name| scope.names.contains_key(name)) {
            return None;
        }
        for statement in &class.body {
            let Stmt::AnnAssign(field) = statement else { continue };
            let name = field.target.as_name_expr()?.id.as_str();
            let text = module.text.get(std::ops::Range::from(field.annotation.range()))?;
            if NO_FIELDS.iter().any(|no| text.contains(no)) {
                return None;
            }
            let place = Place::end(module).in_class(class).at(field.start().to_u32());
            let default = field.value.as_deref().map(|value| Evaluator::new(self.world, place).field_default(value));
            match found.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = default,
                None => found.push((name, default)),
            }
        }
        Some(())
    }

    /// A default, unless a call works it out: `field(default_factory=…)`.
    fn field_default(&self, value: &Expr) -> Value<'a> {
        match value {
            Expr::Call(_) => Value::Unknown(Rc::from(error::unknown_value(self.span(value)))),
            value => self.lazily(value),
        }
    }

    /// `instance.name`
    pub(super) fn field(&self, instance: &Instance<'a>, name: &str, span: Span) -> Found<Value<'a>> {
        if self.world.changes().changes_field(name) {
            return Err(error::changed(name, span));
        }
        if let Some((_, value)) = instance.fields.iter().find(|(known, _)| *known == name) {
            self.known(value)?;
            return Ok(value.clone());
        }
        let member = self.world.member(&Object::Class(instance.module, instance.class), name, span)?;
        match member {
            Object::Value(..) => self.object(member, Some(name), span),
            _ => Err(error::unknown_value(span)),
        }
    }
}
