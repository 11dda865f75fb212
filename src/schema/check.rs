//! The inputs of a prediction → what is wrong with them: the verdict that Cog's server would give with status 422.

use serde_json::{Map, Value as Json};

use crate::schema::constraint::element;
use crate::schema::model::{Input, InputType, Schema};
use crate::schema::pattern;

/// What is wrong with one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The input.
    pub field: String,
    /// In which way.
    pub kind: ProblemKind,
    /// What is wrong, to stand behind the input's name: `is missing`.
    pub reason: String,
}

/// In which way an input is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is required, and not there.
    Missing,
    /// The predictor has no such input. The server leaves it out and goes on: this alone is no 422.
    Unknown,
    /// It has another type.
    Type,
    /// The number is too small or too large.
    Bounds,
    /// The text is too short or too long.
    Length,
    /// The regular expression is not in it.
    Pattern,
    /// It is none of the choices.
    Choice,
}

impl Schema {
    /// Checks the inputs of a prediction.
    pub fn check_input(&self, given: &Map<String, Json>) -> Vec<Problem> {
        check(self.inputs.as_deref().unwrap_or_default(), given)
    }

    /// Checks the inputs of a training.
    pub fn check_training(&self, given: &Map<String, Json>) -> Vec<Problem> {
        check(self.training.as_deref().unwrap_or_default(), given)
    }
}

fn check(inputs: &[Input], given: &Map<String, Json>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for input in inputs {
        match given.get(&input.name) {
            Some(value) => problems.extend(problem(input, value)),
            None if input.required => problems.push(of(input, ProblemKind::Missing, "is missing")),
            None => {}
        }
    }
    for name in given.keys().filter(|name| inputs.iter().all(|input| input.name != **name)) {
        let reason = "is not an input of this predictor".to_owned();
        problems.push(Problem { field: name.clone(), kind: ProblemKind::Unknown, reason });
    }
    problems
}

fn of(input: &Input, kind: ProblemKind, reason: impl Into<String>) -> Problem {
    Problem { field: input.name.clone(), kind, reason: reason.into() }
}

/// What is wrong with a value for an input.
pub fn problem(input: &Input, value: &Json) -> Option<Problem> {
    if !is_of(&input.ty, value) {
        return Some(of(input, ProblemKind::Type, format!("must be {}", wanted(&input.ty))));
    }
    let values = match (&input.ty, value) {
        (InputType::List(_), Json::Array(values)) => &values[..],
        _ => std::slice::from_ref(value),
    };
    values.iter().find_map(|value| constrained(input, value))
}

fn constrained(input: &Input, value: &Json) -> Option<Problem> {
    if let Some(choices) = &input.choices
        && !choices.iter().any(|choice| equal(choice, value))
    {
        let choices: Vec<String> = choices.iter().map(Json::to_string).collect();
        return Some(of(input, ProblemKind::Choice, format!("must be one of {}", choices.join(", "))));
    }
    if let Some(number) = value.as_f64() {
        if let Some(minimum) = input.minimum.filter(|minimum| number < *minimum) {
            return Some(of(input, ProblemKind::Bounds, format!("must be at least {minimum}")));
        }
        if let Some(maximum) = input.maximum.filter(|maximum| number > *maximum) {
            return Some(of(input, ProblemKind::Bounds, format!("must be at most {maximum}")));
        }
    }
    if let Some(text) = value.as_str() {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(least) = input.min_length.filter(|least| length < *least) {
            return Some(of(input, ProblemKind::Length, format!("must have at least {}", characters(least))));
        }
        if let Some(most) = input.max_length.filter(|most| length > *most) {
            return Some(of(input, ProblemKind::Length, format!("must have at most {}", characters(most))));
        }
        if let Some(pattern) =
            input.pattern.as_deref().filter(|pattern| pattern::is_found(pattern, text) == Some(false))
        {
            return Some(of(input, ProblemKind::Pattern, format!("must match `{}`", pattern.escape_debug())));
        }
    }
    None
}

fn characters(count: u64) -> String {
    if count == 1 { "1 character".into() } else { format!("{count} characters") }
}

fn is_of(ty: &InputType, value: &Json) -> bool {
    match ty {
        InputType::Boolean => value.is_boolean(),
        InputType::Integer => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|value| value.fract() == 0.0)
        }
        InputType::Number => value.is_number(),
        InputType::String | InputType::File | InputType::Secret => value.is_string(),
        InputType::Object => value.is_object(),
        InputType::List(of) => value.as_array().is_some_and(|values| values.iter().all(|value| is_of(of, value))),
        InputType::Union(all) => all.iter().any(|ty| is_of(ty, value)),
    }
}

fn wanted(ty: &InputType) -> String {
    match ty {
        InputType::Boolean => "true or false".into(),
        InputType::Integer => "a whole number".into(),
        InputType::Number => "a number".into(),
        InputType::String | InputType::Secret => "a text".into(),
        InputType::File => "a URL".into(),
        InputType::Object => "an object".into(),
        InputType::List(_) => format!("a list, each element {}", wanted(element(ty))),
        InputType::Union(all) => all.iter().map(wanted).collect::<Vec<_>>().join(" or "),
    }
}

fn equal(one: &Json, two: &Json) -> bool {
    one == two || one.as_f64().zip(two.as_f64()).is_some_and(|(one, two)| one == two)
}
