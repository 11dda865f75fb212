//! An expression and where it stands → its [`Value`].

use std::rc::Rc;

use ruff_python_ast::{BoolOp, Comprehension, Expr, Number, UnaryOp};
use ruff_text_size::Ranged;

use crate::schema::python::files::Module;
use crate::schema::python::object::{Object, Place};
use crate::schema::python::scope::{Binding, Bound};
use crate::schema::python::world::World;
use crate::schema::value::table::Table;
use crate::schema::value::{MOST_LENGTH, Shape, Value};
use crate::schema::{Found, error, types};
use crate::source::Span;

/// Evaluates the expressions of one place.
#[derive(Clone)]
pub struct Evaluator<'w, 'a> {
    /// The files.
    pub world: &'w World<'a>,
    /// Where the expressions stand.
    pub place: Place<'a>,
    /// The names of comprehensions and of functions that are gone through, the innermost last.
    pub locals: Vec<(String, Value<'a>)>,
    /// The place to point to, when the expressions lie in a text.
    pub within: Option<Span>,
}

/// Whether the order of what a comprehension gives matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Kept,
    /// A set has none.
    Free,
}

impl<'w, 'a> Evaluator<'w, 'a> {
    /// Without local names.
    pub fn new(world: &'w World<'a>, place: Place<'a>) -> Self {
        Self { world, place, locals: Vec::new(), within: None }
    }

    /// Where to point for a node.
    pub fn span(&self, node: &impl Ranged) -> Span {
        self.within.unwrap_or_else(|| self.place.module.span_of(node))
    }

    /// The value, or why it cannot be told.
    pub fn value(&self, expr: &Expr) -> Found<Value<'a>> {
        let span = self.span(expr);
        self.world.deeper(span, || self.expression(expr, span))
    }

    /// The value, or one that matters only when it is used.
    pub fn lazily(&self, expr: &Expr) -> Value<'a> {
        self.value(expr).unwrap_or_else(|found| Value::Unknown(Rc::from(found)))
    }

    fn expression(&self, expr: &Expr, span: Span) -> Found<Value<'a>> {
        match expr {
            Expr::NoneLiteral(_) => Ok(Value::None),
            Expr::BooleanLiteral(found) => Ok(Value::Bool(found.value)),
            Expr::NumberLiteral(found) => number(&found.value, span),
            Expr::StringLiteral(found) => {
                let text = found.value.to_str();
                if text.contains(char::REPLACEMENT_CHARACTER) {
                    self.whole_characters(expr, span)?;
                }
                Ok(Value::text(text))
            }
            Expr::FString(found) => self.f_string(&found.value, span),
            Expr::List(found) => Ok(Value::Items(Shape::List, self.elements(&found.elts)?.into())),
            Expr::Tuple(found) => Ok(Value::Items(Shape::Tuple, self.elements(&found.elts)?.into())),
            Expr::Set(found) => Ok(Value::Items(Shape::Set, self.elements(&found.elts)?.into())),
            Expr::Dict(found) => self.table(found),
            Expr::Name(found) => self.name(found.id.as_str(), span),
            Expr::Attribute(found) => {
                let value = self.value(&found.value)?;
                self.attribute(&value, found.attr.as_str(), span)
            }
            Expr::Subscript(found) => {
                let value = self.value(&found.value)?;
                self.subscript(&value, &found.slice, span)
            }
            Expr::UnaryOp(found) => self.unary(found.op, &found.operand, span),
            Expr::BinOp(found) => {
                let (left, right) = (self.value(&found.left)?, self.value(&found.right)?);
                self.binary(found.op, &left, &right, span)
            }
            Expr::BoolOp(found) => self.bool_op(found.op, &found.values, span),
            Expr::Compare(found) => self.compare(&found.left, &found.ops, &found.comparators, span),
            Expr::If(found) => {
                let chosen = self.truth(&found.test)?;
                self.value(if chosen { &found.body } else { &found.orelse })
            }
            Expr::ListComp(found) => Ok(Value::list(self.comprehension(&found.generators, &found.elt, Order::Kept)?)),
            Expr::Generator(found) => {
                Ok(Value::view(self.comprehension(&found.generators, &found.elt, Order::Kept)?))
            }
            Expr::SetComp(found) => {
                Ok(Value::Items(Shape::Set, self.comprehension(&found.generators, &found.elt, Order::Free)?.into()))
            }
            Expr::DictComp(found) => {
                let mut table = Table::default();
                self.generate((&found.generators, Order::Kept), true, &mut |inner| {
                    let key = found.key.as_deref().ok_or_else(|| error::unknown_value(span))?;
                    let key = inner.value(key)?;
                    table.put(key, inner.lazily(&found.value)).ok_or_else(|| error::unknown_value(span))
                })?;
                Ok(table.into_value())
            }
            Expr::Named(found) => self.value(&found.value),
            Expr::Call(found) => self.call(found, span),
            Expr::EllipsisLiteral(_) => Err(error::ellipsis(span)),
            _ => Err(error::unknown_value(span)),
        }
    }

    fn elements(&self, elements: &[Expr]) -> Found<Vec<Value<'a>>> {
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Expr::Starred(starred) => {
                    let value = self.value(&starred.value)?;
                    values.extend(self.iterate(&value, self.span(element))?);
                }
                _ => values.push(self.lazily(element)),
            }
        }
        Ok(values)
    }

    fn table(&self, table: &ruff_python_ast::ExprDict) -> Found<Value<'a>> {
        let mut items = Table::default();
        for item in &table.items {
            let span = self.span(&item.value);
            let unknown = || error::unknown_value(span);
            match &item.key {
                Some(key) => {
                    let name = self.value(key)?;
                    self.known(&name)?;
                    items.put(name, self.lazily(&item.value)).ok_or_else(|| error::unknown_value(self.span(key)))?;
                }
                None => match self.value(&item.value)? {
                    Value::Table(more) => items.extend(&more).ok_or_else(unknown)?,
                    _ => return Err(unknown()),
                },
            }
        }
        Ok(items.into_value())
    }

    /// A text must not hold half of a character, as `"\ud83d"` does.
    fn whole_characters(&self, node: &impl Ranged, span: Span) -> Found<()> {
        let text = self.place.module.text.get(std::ops::Range::from(node.range())).unwrap_or_default();
        let mut escapes = text.to_ascii_lowercase();
        escapes = escapes.replace("\\u0000d", "\\ud");
        let halves = ["8", "9", "a", "b", "c", "d", "e", "f"].map(|digit| format!("\\ud{digit}"));
        let is_whole = self.within.is_none() && !halves.iter().any(|half| escapes.contains(half.as_str()));
        if is_whole { Ok(()) } else { Err(error::half_character(span)) }
    }

    /// What a name stands for.
    pub fn name(&self, name: &str, span: Span) -> Found<Value<'a>> {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return Ok(value.clone());
        }
        let object = self.world.name(self.place, name, span)?;
        self.object(object, Some(name), span)
    }

    /// The value of what a name stands for.
    pub fn object(&self, object: Object<'a>, name: Option<&str>, span: Span) -> Found<Value<'a>> {
        let Object::Value(place, expr) = object else {
            return Ok(Value::Object(object));
        };
        let value = self.world.deeper(span, || Evaluator::new(self.world, place).value(expr))?;
        if let Some(name) = name
            && self.is_changed(place.module, expr, name, value.is_mutable())
        {
            return Err(error::changed(name, span));
        }
        Ok(value)
    }

    /// Under the name that is used, or under that by which it is bound.
    fn is_changed(&self, home: &'a Module, expr: &'a Expr, name: &str, is_mutable: bool) -> bool {
        let modules = (home, self.place.module);
        let scope = self.world.scope(home);
        let binds = |all: &[Binding<'a>]| {
            all.iter().any(|one| matches!(one.bound, Bound::Value(value) if std::ptr::eq(value, expr)))
        };
        let bound = match scope.names.get(name) {
            Some(all) if binds(all) => None,
            _ => scope.names.iter().find(|(_, all)| binds(all)).map(|(name, _)| *name),
        };
        let is_changed = |name: &str| self.world.is_changed(modules, name, is_mutable);
        is_changed(name) || bound.is_some_and(is_changed)
    }

    fn attribute(&self, value: &Value<'a>, name: &str, span: Span) -> Found<Value<'a>> {
        match value {
            Value::Member(member) if ["value", "_value_"].contains(&name) => Ok(member.value.clone()),
            Value::Member(member) if ["name", "_name_"].contains(&name) => Ok(Value::text(&member.name)),
            Value::Object(Object::Class(module, class)) => {
                if let Some(members) = types::enumeration::named(self.world, module, class)? {
                    let value = |member| Value::Member(Rc::new(member));
                    if name == "__members__" {
                        let items = members.into_iter().map(|(name, member)| (Value::text(name), value(member)));
                        return Ok(Value::Table(items.collect()));
                    }
                    if let Some((_, member)) = members.into_iter().find(|(known, _)| *known == name) {
                        return Ok(value(member));
                    }
                }
                let object = self.world.member(&Object::Class(module, class), name, span)?;
                let value = self.object(object, Some(name), span)?;
                let is_changed = value.is_mutable() && self.world.changes().changes_class(name);
                if is_changed { Err(error::changed(name, span)) } else { Ok(value) }
            }
            Value::Object(
                object @ (Object::Library(_) | Object::Module(_) | Object::Package(_) | Object::Foreign(_)),
            ) => {
                let member = self.world.member(object, name, span)?;
                self.object(member, Some(name), span)
            }
            Value::Instance(instance) => self.field(instance, name, span),
            Value::Unknown(found) => Err(Box::new((**found).clone())),
            _ => Err(error::unknown_value(span)),
        }
    }

    fn truth(&self, expr: &Expr) -> Found<bool> {
        let value = self.value(expr)?;
        self.known(&value)?;
        value.truth().ok_or_else(|| error::unknown_value(self.span(expr)))
    }

    /// A value that is used, so that it has to be known.
    pub fn known(&self, value: &Value<'a>) -> Found<()> {
        match value {
            Value::Unknown(found) => Err(Box::new((**found).clone())),
            _ => Ok(()),
        }
    }

    fn unary(&self, op: UnaryOp, operand: &Expr, span: Span) -> Found<Value<'a>> {
        if op == UnaryOp::Not {
            return Ok(Value::Bool(!self.truth(operand)?));
        }
        let value = self.value(operand)?;
        let found = match (op, value.plain()) {
            (UnaryOp::USub, Value::Float(value)) => Some(Value::Float(-value)),
            (UnaryOp::UAdd, Value::Float(value)) => Some(Value::Float(*value)),
            (UnaryOp::USub, value) => value.whole().and_then(i128::checked_neg).map(Value::Int),
            (UnaryOp::UAdd, value) => value.whole().map(Value::Int),
            (UnaryOp::Invert, value) => value.whole().map(|value| Value::Int(!value)),
            _ => None,
        };
        found.ok_or_else(|| error::unknown_value(span))
    }

    fn bool_op(&self, op: BoolOp, values: &[Expr], span: Span) -> Found<Value<'a>> {
        let mut last = Value::None;
        for expr in values {
            last = self.value(expr)?;
            self.known(&last)?;
            let truth = last.truth().ok_or_else(|| error::unknown_value(span))?;
            if truth == (op == BoolOp::Or) {
                break;
            }
        }
        Ok(last)
    }

    fn comprehension(&self, generators: &[Comprehension], element: &Expr, order: Order) -> Found<Vec<Value<'a>>> {
        let mut values = Vec::new();
        self.generate((generators, order), true, &mut |inner| {
            values.push(inner.value(element)?);
            Ok(())
        })?;
        Ok(values)
    }

    fn generate(
        &self,
        (generators, order): (&[Comprehension], Order),
        is_first: bool,
        give: &mut dyn FnMut(&Self) -> Found<()>,
    ) -> Found<()> {
        let Some((first, rest)) = generators.split_first() else {
            return give(self);
        };
        let span = self.span(&first.iter);
        if first.is_async {
            return Err(error::unknown_value(span));
        }
        let over = self.value(&first.iter)?;
        let items = match over {
            Value::Items(Shape::Set, items) if order == Order::Free => self.distinct(&items, span)?,
            over => self.iterate(&over, span)?,
        };
        for item in items {
            self.world.spend(1, span)?;
            let mut inner = self.clone();
            if is_first {
                // Only what the first loop goes over is looked up in a class around.
                inner.place.class = None;
            }
            inner.assign(&first.target, item)?;
            let mut wanted = true;
            for condition in &first.ifs {
                wanted = wanted && inner.truth(condition)?;
            }
            if wanted {
                inner.world.deeper(span, || inner.generate((rest, order), false, give))?;
            }
        }
        Ok(())
    }

    fn assign(&mut self, target: &Expr, value: Value<'a>) -> Found<()> {
        let span = self.span(target);
        match (target, &value) {
            (Expr::Name(name), _) => self.locals.push((name.id.to_string(), value)),
            (Expr::Tuple(targets), Value::Items(_, items)) if targets.elts.len() == items.len() => {
                for (target, item) in targets.elts.iter().zip(items.iter()) {
                    self.assign(target, item.clone())?;
                }
            }
            _ => return Err(error::unknown_value(span)),
        }
        Ok(())
    }

    /// The values that a loop goes over.
    pub fn iterate(&self, value: &Value<'a>, span: Span) -> Found<Vec<Value<'a>>> {
        let items = match value {
            Value::Items(Shape::Set, items) if items.len() > 1 => return Err(error::unordered(span)),
            Value::Items(_, items) => items.to_vec(),
            Value::Table(items) => items.iter().map(|(key, _)| key.clone()).collect(),
            Value::Text(text) => text.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect(),
            Value::Object(Object::Class(module, class)) => {
                let members = types::enumeration::members(self.world, module, class)?;
                let members = members.ok_or_else(|| error::unknown_value(span))?;
                members.into_iter().map(|member| Value::Member(Rc::new(member))).collect()
            }
            value => return Err(error::of_value(value, span, error::unknown_value(span))),
        };
        if items.len() > MOST_LENGTH { Err(error::too_much_work(span)) } else { Ok(items) }
    }
}

fn number<'a>(number: &Number, span: Span) -> Found<Value<'a>> {
    match number {
        Number::Int(value) => match value.as_u64() {
            Some(value) => Ok(Value::Int(value.into())),
            None => parse_big(&value.to_string()).map(Value::Int).ok_or_else(|| error::too_large_number(span)),
        },
        Number::Float(value) => Ok(Value::Float(*value)),
        Number::Complex { .. } => Err(error::unknown_value(span)),
    }
}

/// Digits as written: `0x…`, `0o…`, `0b…` or decimal.
fn parse_big(digits: &str) -> Option<i128> {
    let digits = digits.replace('_', "").to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return i128::from_str_radix(digits, radix).ok();
        }
    }
    digits.parse().ok()
}
