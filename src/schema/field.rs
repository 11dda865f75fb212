//! `Input(…)` as it is written → [`Field`]: its arguments by name.

use crate::schema::value::Value;
use crate::schema::value::arguments::Arguments;
use crate::schema::{Found, error};
use crate::source::Span;

/// What `Input` takes.
const ARGUMENTS: &[&str] =
    &["default", "description", "ge", "le", "min_length", "max_length", "regex", "choices", "deprecated", "accept"];

/// What `Input(…)` gives.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    /// The call.
    pub span: Span,
    given: Vec<(&'static str, Value<'a>, Span)>,
}

impl<'a> Field<'a> {
    /// Reads the arguments of the call.
    pub fn read(arguments: Arguments<'a>, span: Span) -> Found<Self> {
        let mut given = Vec::new();
        let mut values = arguments.values.into_iter();
        given.extend(values.next().map(|(value, span)| ("default", value, span)));
        if let Some((_, span)) = values.next() {
            return Err(error::too_many_arguments(span));
        }
        for (name, value, span) in arguments.named {
            let known = ARGUMENTS.iter().find(|known| **known == name);
            let Some(known) = known else {
                return Err(error::unknown_argument(&name, ARGUMENTS, span));
            };
            if given.iter().any(|(one, _, _)| one == known) {
                return Err(error::argument_twice(&name, span));
            }
            given.push((*known, value, span));
        }
        Ok(Self { span, given })
    }

    /// An argument; `None` is as good as absent, as in Cog.
    pub fn get(&self, name: &str) -> Found<Option<(&Value<'a>, Span)>> {
        let found = self.given.iter().find(|(known, _, _)| *known == name);
        match found {
            Some((_, Value::Unknown(found), _)) => Err(Box::new((**found).clone())),
            None | Some((_, Value::None, _)) => Ok(None),
            Some((_, value, span)) => Ok(Some((value, *span))),
        }
    }

    /// Where an argument is written, be it `None`.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.given.iter().find(|(known, _, _)| *known == name).map(|(_, _, span)| *span)
    }
}
