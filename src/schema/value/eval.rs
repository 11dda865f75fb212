//! An expression and where it stands → its [`Value`].

use std::rc::Rc;

use ruff_python_ast::{BoolOp, Comprehension, Expr, Number, UnaryOp};
use ruff_text_size::Ranged;

use crate::schema::python::object::{Object, Place};
use crate::schema::python::world::World;
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
            Expr::StringLiteral(found) => Ok(Value::text(found.value.to_str())),
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
            Expr::ListComp(found) => Ok(Value::list(self.comprehension(&found.generators, &found.elt)?)),
            Expr::Generator(found) => Ok(Value::list(self.comprehension(&found.generators, &found.elt)?)),
            Expr::SetComp(found) => {
                Ok(Value::Items(Shape::Set, self.comprehension(&found.generators, &found.elt)?.into()))
            }
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
        let mut items: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(table.items.len());
        let mut seen = std::collections::BTreeMap::new();
        let mut put = |key: Value<'a>, value: Value<'a>, span| {
            let known = match key.plain() {
                Value::Text(text) => Some(seen.entry(format!("s{text}")).or_insert(items.len())),
                other => other.whole().map(|whole| seen.entry(format!("i{whole}")).or_insert(items.len())),
            };
            match known {
                Some(at) if *at < items.len() => items[*at].1 = value,
                Some(_) => items.push((key, value)),
                None => return Err(error::unknown_value(span)),
            }
            Ok(())
        };
        for item in &table.items {
            let span = self.span(&item.value);
            match &item.key {
                Some(key) => put(self.value(key)?, self.lazily(&item.value), self.span(key))?,
                None => match self.value(&item.value)? {
                    Value::Table(more) => {
                        more.iter().try_for_each(|(key, value)| put(key.clone(), value.clone(), span))?
                    }
                    _ => return Err(error::unknown_value(span)),
                },
            }
        }
        Ok(Value::Table(items.into()))
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
        let mutable = matches!(&value, Value::Items(Shape::List | Shape::Set, _) | Value::Table(_));
        if let Some(name) = name
            && self.world.touched(place.module).has(name, mutable)
        {
            return Err(error::changed(name, span));
        }
        Ok(value)
    }

    fn attribute(&self, value: &Value<'a>, name: &str, span: Span) -> Found<Value<'a>> {
        match value {
            Value::Member(member) if name == "value" => Ok(member.value.clone()),
            Value::Member(member) if name == "name" => Ok(Value::text(&member.name)),
            Value::Object(Object::Class(module, class)) => {
                if let Some(members) = types::enumeration::members(self.world, module, class)? {
                    let found = members.into_iter().find(|member| member.name == name);
                    return found
                        .map(|member| Value::Member(Rc::new(member)))
                        .ok_or_else(|| error::unknown_value(span));
                }
                let object = self.world.member(&Object::Class(module, class), name, span)?;
                self.object(object, Some(name), span)
            }
            Value::Object(
                object @ (Object::Library(_) | Object::Module(_) | Object::Package(_) | Object::Foreign(_)),
            ) => {
                let member = self.world.member(object, name, span)?;
                self.object(member, Some(name), span)
            }
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

    fn comprehension(&self, generators: &[Comprehension], element: &Expr) -> Found<Vec<Value<'a>>> {
        let mut values = Vec::new();
        self.generate(generators, element, &mut values)?;
        Ok(values)
    }

    fn generate(&self, generators: &[Comprehension], element: &Expr, values: &mut Vec<Value<'a>>) -> Found<()> {
        let Some((first, rest)) = generators.split_first() else {
            values.push(self.value(element)?);
            return Ok(());
        };
        let span = self.span(&first.iter);
        if first.is_async {
            return Err(error::unknown_value(span));
        }
        let over = self.value(&first.iter)?;
        for item in self.iterate(&over, span)? {
            self.world.spend(1, span)?;
            let mut inner = self.clone();
            inner.assign(&first.target, item)?;
            let mut wanted = true;
            for condition in &first.ifs {
                wanted = wanted && inner.truth(condition)?;
            }
            if wanted {
                inner.world.deeper(span, || inner.generate(rest, element, values))?;
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
            Value::Unknown(found) => return Err(Box::new((**found).clone())),
            _ => return Err(error::unknown_value(span)),
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
