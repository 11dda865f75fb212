//! Calls: Python's own functions, `Input`, enumerations, and functions that only return something.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};

use crate::schema::field::Field;
use crate::schema::python::files::Module;
use crate::schema::python::library::{Function, Known};
use crate::schema::python::object::{Object, Place};
use crate::schema::types::Type;
use crate::schema::types::annotation::Annotations;
use crate::schema::value::arguments::Arguments;
use crate::schema::value::eval::Evaluator;
use crate::schema::value::table::Table;
use crate::schema::value::text::written;
use crate::schema::value::{MOST_LENGTH, Shape, Value};
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
        if matches!(known, Known::Dict | Known::OrderedDict) {
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
                Some(Value::list(items.map(|(at, item)| Value::Items(Shape::Tuple, [at, item].into())).collect()))
            }
            (Known::Function(Function::Map), [Value::Object(Object::Known(function)), all]) => {
                let given = self.iterate(all, span)?;
                let call = |item| self.builtin(*function, &Arguments::of(item, span), span);
                Some(Value::list(given.into_iter().map(call).collect::<Found<_>>()?))
            }
            (Known::Function(Function::Map), [Value::Object(Object::Function(module, function)), all]) => {
                let given = self.iterate(all, span)?;
                let call = |item| self.apply(module, function, vec![item]);
                Some(Value::list(given.into_iter().map(call).collect::<Found<_>>()?))
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
        Ok(Value::list((0..length).map(|at| Value::Items(Shape::Tuple, row(at))).collect()))
    }

    /// What a function returns for these values.
    pub fn apply(&self, module: &'a Module, function: &'a StmtFunctionDef, given: Vec<Value<'a>>) -> Found<Value<'a>> {
        let span = module.span_of(&function.name);
        self.returned(module, function, Arguments::of_all(given, span), span)
    }

    /// What a function returns that does nothing but name values first.
    fn returned(
        &self,
        module: &'a Module,
        function: &'a StmtFunctionDef,
        given: Arguments<'a>,
        span: Span,
    ) -> Found<Value<'a>> {
        let unknown = || error::unknown_value(span);
        let body = match function.body.split_first() {
            Some((Stmt::Expr(text), rest)) if text.value.is_string_literal_expr() => rest,
            _ => &function.body[..],
        };
        let is_plain = match &function.decorator_list[..] {
            [] => true,
            [_] => decorated(function, "staticmethod") || decorated(function, "classmethod"),
            _ => false,
        };
        let Some((Stmt::Return(result), before)) = body.split_last() else {
            return Err(unknown());
        };
        let (Some(result), true, false) = (&result.value, is_plain, function.is_async) else {
            return Err(unknown());
        };
        let at = if module == self.place.module { self.place.at } else { u32::MAX };
        let mut inner = Evaluator::new(self.world, Place::end(module).at(at));
        inner.locals = parameters(&inner, function, given).ok_or_else(unknown)?;
        for statement in before {
            let Stmt::Assign(assign) = statement else { return Err(unknown()) };
            let [Expr::Name(name)] = &assign.targets[..] else { return Err(unknown()) };
            let value = self.world.deeper(span, || inner.value(&assign.value))?;
            inner.locals.push((name.id.to_string(), value));
        }
        self.world.deeper(span, || inner.value(result))
    }
}

/// Whether a function has a decorator of that name.
fn decorated(function: &StmtFunctionDef, wanted: &str) -> bool {
    function
        .decorator_list
        .iter()
        .any(|decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == wanted))
}

/// The values of a function's parameters.
fn parameters<'a>(
    inner: &Evaluator<'_, 'a>,
    function: &StmtFunctionDef,
    given: Arguments<'a>,
) -> Option<Vec<(String, Value<'a>)>> {
    let declared = &function.parameters;
    if declared.vararg.is_some() {
        return None;
    }
    let mut positional = given.values.into_iter().map(|(value, _)| value);
    let mut named = given.named;
    let mut locals = Vec::new();
    for parameter in declared.posonlyargs.iter().chain(&declared.args) {
        let name = parameter.name().as_str();
        let by_name = named.iter().position(|(given, _, _)| given == name);
        let value = match (positional.next(), by_name) {
            (Some(value), None) => value,
            (None, Some(at)) => named.remove(at).1,
            (None, None) => inner.lazily(parameter.default()?),
            (Some(_), Some(_)) => return None,
        };
        locals.push((name.to_owned(), value));
    }
    for parameter in &declared.kwonlyargs {
        let name = parameter.name().as_str();
        let value = match named.iter().position(|(given, _, _)| given == name) {
            Some(at) => named.remove(at).1,
            None => inner.lazily(parameter.default()?),
        };
        locals.push((name.to_owned(), value));
    }
    if let Some(rest) = &declared.kwarg {
        let items = std::mem::take(&mut named).into_iter().map(|(name, value, _)| (Value::text(&name), value));
        locals.push((rest.name.to_string(), Value::Table(items.collect())));
    }
    (positional.next().is_none() && named.is_empty()).then_some(locals)
}

/// `sorted`, `reversed`, `min`, `max`, `sum`
fn over<'a>(function: Function, mut items: Vec<Value<'a>>) -> Option<Value<'a>> {
    match function {
        Function::Reversed => {
            items.reverse();
            Some(Value::list(items))
        }
        Function::Sorted => sorted(items).map(Value::list),
        Function::Min => sorted(items)?.into_iter().next(),
        Function::Max => {
            // Of several that are equal, the first.
            items.reverse();
            sorted(items)?.pop()
        }
        Function::Sum => {
            let total = items.iter().try_fold(0_i128, |total, item| total.checked_add(item.whole()?));
            total.map(Value::Int)
        }
        _ => None,
    }
}

/// In order: all texts, or all numbers.
fn sorted<'a>(mut items: Vec<Value<'a>>) -> Option<Vec<Value<'a>>> {
    if items.iter().all(|item| item.as_text().is_some()) {
        items.sort_by(|one, two| one.as_text().cmp(&two.as_text()));
    } else if items.iter().all(|item| item.whole().is_some()) {
        items.sort_by_key(Value::whole);
    } else if items.iter().all(|item| item.number().is_some_and(f64::is_finite)) {
        items.sort_by(|one, two| one.number().partial_cmp(&two.number()).unwrap_or(std::cmp::Ordering::Equal));
    } else {
        return None;
    }
    Some(items)
}

fn whole<'a>(value: &Value<'a>) -> Option<Value<'a>> {
    match value.plain() {
        #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
        Value::Float(value) if value.is_finite() && value.abs() < 1e18 => Some(Value::Int(value.trunc() as i128)),
        Value::Text(text) => text.trim().parse().ok().map(Value::Int),
        other => other.whole().map(Value::Int),
    }
}

fn float<'a>(value: &Value<'a>) -> Option<Value<'a>> {
    match value.plain() {
        Value::Text(text) => text.trim().parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float),
        other => other.number().map(Value::Float),
    }
}

fn range<'a>(given: &[Value<'a>], span: Span) -> Found<Option<Value<'a>>> {
    let Some(bounds) = given.iter().map(Value::whole).collect::<Option<Vec<i128>>>() else {
        return Ok(None);
    };
    let (mut at, end, step) = match bounds[..] {
        [end] => (0, end, 1),
        [start, end] => (start, end, 1),
        [start, end, step] if step != 0 => (start, end, step),
        _ => return Ok(None),
    };
    let mut items = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        if items.len() >= MOST_LENGTH {
            return Err(error::too_much_work(span));
        }
        items.push(Value::Int(at));
        at = at.saturating_add(step);
    }
    Ok(Some(Value::list(items)))
}

/// To the nearest, and of two as near as each other to the even one.
fn round<'a>(given: &[Value<'a>]) -> Option<Value<'a>> {
    match given {
        [Value::Float(value)] if value.abs() < 1e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
            let whole = value.round_ties_even() as i128;
            Some(Value::Int(whole))
        }
        [Value::Int(value)] => Some(Value::Int(*value)),
        [Value::Float(value), Value::Int(digits @ 0..=15)] if value.abs() < 1e15 => {
            let digits = usize::try_from(*digits).ok()?;
            format!("{value:.digits$}").parse().ok().map(Value::Float)
        }
        _ => None,
    }
}

/// As `textwrap.dedent` does it.
fn dedented<'a>(text: &str) -> Option<Value<'a>> {
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let margin = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut common: Option<&str> = None;
    for line in text.split('\n').filter(|line| !is_blank(line)) {
        let own = line.get(..margin(line))?;
        common = Some(match common {
            None => own,
            Some(common) => {
                let same = common.bytes().zip(own.bytes()).take_while(|(one, two)| one == two).count();
                own.get(..same)?
            }
        });
    }
    let common = common.unwrap_or("");
    let lines =
        text.split('\n').map(|line| if is_blank(line) { "" } else { line.strip_prefix(common).unwrap_or(line) });
    Some(Value::text(&lines.collect::<Vec<_>>().join("\n")))
}
