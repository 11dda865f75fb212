//! Functions of the project that only return something.

use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};

use crate::schema::python::files::Module;
use crate::schema::python::object::Place;
use crate::schema::value::Value;
use crate::schema::value::arguments::Arguments;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

impl<'a> Evaluator<'_, 'a> {
    /// What a function returns for these values.
    pub fn apply(&self, module: &'a Module, function: &'a StmtFunctionDef, given: Vec<Value<'a>>) -> Found<Value<'a>> {
        let span = module.span_of(&function.name);
        self.returned(module, function, Arguments::of_all(given, span), span)
    }

    /// What a function returns that does nothing but name values first.
    pub(super) fn returned(
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
pub(super) fn decorated(function: &StmtFunctionDef, wanted: &str) -> bool {
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
