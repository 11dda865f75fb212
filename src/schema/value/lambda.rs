//! `sorted(…, key=lambda …)`, `map(lambda …, …)`, `filter(lambda …, …)`.

use ruff_python_ast::{Expr, ExprCall, ExprLambda};

use crate::schema::python::library::Function;
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

impl<'a> Evaluator<'_, 'a> {
    /// What such a call gives; `None` when it is another.
    pub(super) fn with_lambda(&self, function: Function, call: &ExprCall, span: Span) -> Found<Option<Value<'a>>> {
        let keywords: Vec<(&str, &Expr)> = call
            .arguments
            .keywords
            .iter()
            .filter_map(|keyword| Some((keyword.arg.as_ref()?.as_str(), &keyword.value)))
            .collect();
        match (function, &*call.arguments.args, &keywords[..]) {
            (Function::Map, [Expr::Lambda(lambda), all], []) => {
                let items = self.iterate(&self.value(all)?, span)?;
                let values = items.into_iter().map(|item| self.of_lambda(lambda, item, span));
                Ok(Some(Value::view(values.collect::<Found<_>>()?)))
            }
            (Function::Filter, [Expr::Lambda(lambda), all], []) => {
                let mut kept = Vec::new();
                for item in self.iterate(&self.value(all)?, span)? {
                    let wanted = self.of_lambda(lambda, item.clone(), span)?;
                    self.known(&wanted)?;
                    if wanted.truth().ok_or_else(|| error::unknown_value(span))? {
                        kept.push(item);
                    }
                }
                Ok(Some(Value::view(kept)))
            }
            (Function::Sorted, [all], [("key", Expr::Lambda(lambda))]) => {
                let mut items = Vec::new();
                for item in self.iterate(&self.value(all)?, span)? {
                    items.push((self.of_lambda(lambda, item.clone(), span)?, item));
                }
                if items.iter().all(|(key, _)| key.as_text().is_some()) {
                    items.sort_by(|(one, _), (two, _)| one.as_text().cmp(&two.as_text()));
                } else if items.iter().all(|(key, _)| key.whole().is_some()) {
                    items.sort_by_key(|(key, _)| key.whole());
                } else {
                    return Err(error::unknown_value(span));
                }
                Ok(Some(Value::list(items.into_iter().map(|(_, item)| item).collect())))
            }
            _ => Ok(None),
        }
    }

    fn of_lambda(&self, lambda: &ExprLambda, given: Value<'a>, span: Span) -> Found<Value<'a>> {
        self.world.spend(1, span)?;
        let parameters: Vec<_> = lambda.parameters.iter().flat_map(|all| all.iter()).collect();
        let [parameter] = &parameters[..] else {
            return Err(error::unknown_value(span));
        };
        let mut inner = self.clone();
        inner.place.class = None;
        inner.locals.push((parameter.name().to_string(), given));
        self.world.deeper(span, || inner.value(&lambda.body))
    }
}
