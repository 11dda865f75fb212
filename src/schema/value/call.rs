//! Calls: Python's own functions, `Input`, enumerations, and functions that only return something.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};

use crate::schema::field::Field;
use crate::schema::python::library::{Function, Known};
use crate::schema::python::object::Object;
use crate::schema::types::Type;
use crate::schema::types::annotation::Annotations;
use crate::schema::value::arguments::Arguments;
use crate::schema::value::eval::Evaluator;
use crate::schema::value::function::{dedented, float, over, range, round, sorted, whole};
use crate::schema::value::returned::decorated;
use crate::schema::value::table::Table;
use crate::schema::value::text::written;
use crate::schema::value::{Shape, Value};
use crate::schema::{Found, error, types};
use crate::source::Span;

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn call(&self, call: &ExprCall, span: Span) -> Found<Value<'a>> {
        let callee = match &*call.func {
            Expr::Attribute(method) => {
                let of = self.value(&method.value)?;
                if !matches!(of, Value::Object(_)) {
                    let given = Arguments::read(self, &call.arguments)?;
                    return self.method(&of, method.attr.as_str(), &given, span);
                }
                self.value(&call.func)?
            }
            callee => self.value(callee)?,
        };
        if let (Value::Object(Object::Known(Known::GetArgs)), [of]) = (&callee, &*call.arguments.args) {
            return self.arguments_of(of, span);
        }
        if let Value::Object(Object::Known(Known::Function(function))) = &callee
            && let Some(found) = self.with_lambda(*function, call, span)?
        {
            return Ok(found);
        }
        let given = Arguments::read(self, &call.arguments)?;
        match callee {
            Value::Object(Object::Known(Known::Input)) => {
                Field::read(given, span).map(|field| Value::Field(Rc::new(field)))
            }
            Value::Object(Object::Known(known)) => self.builtin(known, &given, span),
            Value::Object(Object::Function(module, function)) => {
                let class = match &*call.func {
                    Expr::Attribute(method) if decorated(function, "classmethod") => Some(self.value(&method.value)?),
                    _ => None,
                };
                self.returned(module, function, given.after(class, span), span)
            }
            Value::Object(Object::Class(module, class)) => {
                let members = types::enumeration::members(self.world, module, class)?;
                let Some(members) = members else {
                    return self.instance(module, class, given, span);
                };
                let wanted = given.positional().and_then(|given| given.first());
                let found =
                    wanted.and_then(|wanted| members.into_iter().find(|one| one.value.equals(wanted) == Some(true)));
                found.map(|member| Value::Member(Rc::new(member))).ok_or_else(|| error::unknown_value(span))
            }
            Value::Unknown(found) => Err(Box::new((*found).clone())),
            _ => Err(error::unknown_value(span)),
        }
    }

    /// `get_args(…)` of a `Literal`.
    fn arguments_of(&self, of: &Expr, span: Span) -> Found<Value<'a>> {
        let Type::Literal(values) = Annotations::new(self.clone()).read(of)? else {
            return Err(error::unknown_value(span));
        };
        let mut seen = BTreeSet::new();
        let mut items = Vec::new();
        for value in values {
            let key = value.key().ok_or_else(|| error::unknown_value(span))?;
            if seen.insert((value.type_name().to_owned(), key)) {
                items.push(value);
            }
        }
        Ok(Value::Items(Shape::Tuple, items.into()))
    }

    fn builtin(&self, known: Known, given: &Arguments<'a>, span: Span) -> Found<Value<'a>> {
        let unknown = || error::unknown_value(span);
        if known == Known::Dict {
            return self.new_table(given, span);
        }
        if let (Known::Function(Function::Sorted), [(all, _)], [(reverse, down, _)]) =
            (known, &given.values[..], &given.named[..])
            && reverse == "reverse"
            && let Value::Bool(down) = down
        {
            let mut items = self.elements_of(all, span)?;
            items.iter().try_for_each(|item| self.known(item))?;
            // What is equal keeps its order in both directions.
            if *down {
                items.reverse();
            }
            let mut items = sorted(items).ok_or_else(unknown)?;
            if *down {
                items.reverse();
            }
            return Ok(Value::list(items));
        }
        let given = given.positional().ok_or_else(unknown)?;
        let found = match (known, given) {
            (Known::List, []) => Some(Value::list(Vec::new())),
            (Known::List, [value]) => Some(Value::list(self.iterate(value, span)?)),
            (Known::Tuple, [value]) => Some(Value::Items(Shape::Tuple, self.iterate(value, span)?.into())),
            (Known::Set, [value]) => {
                Some(Value::Items(Shape::Set, self.distinct(&self.elements_of(value, span)?, span)?.into()))
            }
            (Known::Str, [value]) => written(value).map(|text| Value::text(&text)),
            (Known::Bool, [value]) => value.truth().map(Value::Bool),
            (Known::Int, [value]) => whole(value),
            (Known::Float, [value]) => float(value),
            (Known::Function(Function::Range), given) => range(given, span)?,
            (Known::Function(Function::Round), given) => round(given),
            (Known::Function(Function::Dedent), [text]) => text.as_text().and_then(dedented),
            (Known::Function(Function::Zip), given) => Some(self.zip(given, span)?),
            (Known::Function(Function::Enumerate), [all]) => {
                let items = (0..).map(Value::Int).zip(self.iterate(all, span)?);
                Some(Value::view(items.map(|(at, item)| Value::Items(Shape::Tuple, [at, item].into())).collect()))
            }
            (Known::Function(Function::Map), [Value::Object(Object::Known(function)), all]) => {
                let given = self.iterate(all, span)?;
                let call = |item| self.builtin(*function, &Arguments::of(item, span), span);
                Some(Value::view(given.into_iter().map(call).collect::<Found<_>>()?))
            }
            (Known::Function(Function::Map), [Value::Object(Object::Function(module, function)), all]) => {
                let given = self.iterate(all, span)?;
                let call = |item| self.apply(module, function, vec![item]);
                Some(Value::view(given.into_iter().map(call).collect::<Found<_>>()?))
            }
            (Known::Function(Function::Len), [value]) => {
                let count = self.elements_of(value, span)?.len();
                i128::try_from(count).ok().map(Value::Int)
            }
            (Known::Function(function), [value]) if function != Function::Abs => {
                let items = self.elements_of(value, span)?;
                items.iter().try_for_each(|item| self.known(item))?;
                over(function, items)
            }
            (Known::Function(function @ (Function::Min | Function::Max)), given) => {
                given.iter().try_for_each(|item| self.known(item))?;
                over(function, given.to_vec())
            }
            (Known::Function(Function::Abs), [value]) => match value {
                Value::Float(value) => Some(Value::Float(value.abs())),
                value => value.whole().and_then(i128::checked_abs).map(Value::Int),
            },
            _ => None,
        };
        found.ok_or_else(unknown)
    }

    /// Each once.
    pub(super) fn distinct(&self, items: &[Value<'a>], span: Span) -> Found<Vec<Value<'a>>> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for item in items {
            self.known(item)?;
            if seen.insert(item.key().ok_or_else(|| error::unknown_value(span))?) {
                found.push(item.clone());
            }
        }
        Ok(found)
    }

    /// The elements of something whose order does not matter.
    fn elements_of(&self, value: &Value<'a>, span: Span) -> Found<Vec<Value<'a>>> {
        match value {
            Value::Items(Shape::Set, items) => self.distinct(items, span),
            _ => self.iterate(value, span),
        }
    }

    /// `dict(…)`
    fn new_table(&self, given: &Arguments<'a>, span: Span) -> Found<Value<'a>> {
        let unknown = || error::unknown_value(span);
        let mut table = match &given.values[..] {
            [] => Table::default(),
            [(Value::Table(items), _)] => {
                let mut table = Table::default();
                table.extend(items).ok_or_else(unknown)?;
                table
            }
            [(pairs, _)] => Table::of_pairs(&self.iterate(pairs, span)?).ok_or_else(unknown)?,
            _ => return Err(unknown()),
        };
        for (name, value, _) in &given.named {
            table.put(Value::text(name), value.clone()).ok_or_else(unknown)?;
        }
        Ok(table.into_value())
    }

    fn zip(&self, given: &[Value<'a>], span: Span) -> Found<Value<'a>> {
        let all = given.iter().map(|all| self.iterate(all, span)).collect::<Found<Vec<_>>>()?;
        let length = all.iter().map(Vec::len).min().unwrap_or(0);
        let row = |at: usize| all.iter().filter_map(|items| items.get(at).cloned()).collect();
        Ok(Value::view((0..length).map(|at| Value::Items(Shape::Tuple, row(at))).collect()))
    }
}
