//! The arguments of a call → their values: [`Arguments`].

use ruff_text_size::Ranged;

use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;

/// The arguments of a call, each with its place.
pub struct Arguments<'a> {
    /// Those without a name.
    pub values: Vec<(Value<'a>, Span)>,
    /// Those with one, and the place of the name.
    pub named: Vec<(String, Value<'a>, Span)>,
    plain: Option<Vec<Value<'a>>>,
}

impl<'a> Arguments<'a> {
    /// Evaluates them.
    pub fn read(evaluator: &Evaluator<'_, 'a>, call: &ruff_python_ast::Arguments) -> Found<Self> {
        let mut values = Vec::new();
        for argument in &call.args {
            let span = evaluator.span(argument);
            if argument.is_starred_expr() {
                return Err(error::unknown_value(span));
            }
            values.push((evaluator.lazily(argument), span));
        }
        let mut named = Vec::new();
        for keyword in &call.keywords {
            let value = evaluator.lazily(&keyword.value);
            match &keyword.arg {
                Some(name) => named.push((name.as_str().to_owned(), value, evaluator.span(&keyword.range()))),
                None => unpack(evaluator, &value, evaluator.span(&keyword.value), &mut named)?,
            }
        }
        let plain = named.is_empty().then(|| values.iter().map(|(value, _)| value.clone()).collect());
        Ok(Self { values, named, plain })
    }

    /// Values without names.
    pub fn of_all(values: Vec<Value<'a>>, span: Span) -> Self {
        let plain = Some(values.clone());
        Self { values: values.into_iter().map(|value| (value, span)).collect(), named: Vec::new(), plain }
    }

    /// One value.
    pub fn of(value: Value<'a>, span: Span) -> Self {
        Self::of_all(vec![value], span)
    }

    /// These, behind another without a name.
    pub fn after(mut self, first: Option<Value<'a>>, span: Span) -> Self {
        if let Some(first) = first {
            self.values.insert(0, (first.clone(), span));
            self.plain.iter_mut().for_each(|plain| plain.insert(0, first.clone()));
        }
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.positional().is_some_and(<[_]>::is_empty)
    }

    /// The values, when none has a name.
    pub fn positional(&self) -> Option<&[Value<'a>]> {
        self.plain.as_deref()
    }
}

/// `**TABLE`
fn unpack<'a>(
    evaluator: &Evaluator<'_, 'a>,
    value: &Value<'a>,
    span: Span,
    named: &mut Vec<(String, Value<'a>, Span)>,
) -> Found<()> {
    evaluator.known(value)?;
    let Value::Table(items) = value else {
        return Err(error::unknown_value(span));
    };
    for (key, value) in items.iter() {
        let key = key.as_text().ok_or_else(|| error::unknown_value(span))?;
        named.push((key.to_owned(), value.clone(), span));
    }
    Ok(())
}
