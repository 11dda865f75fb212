//! What is known of a predictor once it was read: [`Schema`], [`Input`].

use serde_json::Value as Json;

/// What a project's predictor takes and gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The OpenAPI document, as `/openapi.json` serves it: one line, keys in one order.
    pub text: String,
    /// The inputs of a prediction, in the order of the signature; absent when the project only trains.
    pub inputs: Option<Vec<Input>>,
    /// The inputs of a training; absent when the project has none.
    pub training: Option<Vec<Input>>,
}

/// One input.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The parameter's name.
    pub name: String,
    /// Its place in the signature, from 0.
    pub order: usize,
    /// What it takes.
    pub ty: InputType,
    /// Whether it is declared as `… | None`: then it may be left out.
    pub nullable: bool,
    /// Whether a prediction must give it.
    pub required: bool,
    /// What stands in for it.
    pub default: Option<Json>,
    /// For people.
    pub description: Option<String>,
    /// The least number.
    pub minimum: Option<f64>,
    /// The greatest number.
    pub maximum: Option<f64>,
    /// The fewest characters.
    pub min_length: Option<u64>,
    /// The most characters.
    pub max_length: Option<u64>,
    /// A regular expression that is found in it.
    pub pattern: Option<String>,
    /// The only values it takes: texts or numbers.
    pub choices: Option<Vec<Json>>,
    /// Whether it is on its way out; absent when nothing is said.
    pub deprecated: Option<bool>,
    /// The files it takes, as HTML's `accept` says it.
    pub accept: Option<String>,
}

/// What an input takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputType {
    /// `bool`
    Boolean,
    /// `int`
    Integer,
    /// `float`
    Number,
    /// `str`
    String,
    /// `cog.Path`, `cog.File`: a URL
    File,
    /// `cog.Secret`
    Secret,
    /// `dict`, `Any`, a `TypedDict`: any JSON object
    Object,
    /// `list[…]`
    List(Box<InputType>),
    /// `… | …`, at least two
    Union(Vec<InputType>),
}
