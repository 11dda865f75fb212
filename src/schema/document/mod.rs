//! Inputs and outputs → the OpenAPI 3.0.2 document, in the shape and the key order of Cog 0.19.3.

mod envelope;
mod read;

use serde_json::{Map, Value as Json, json};

use crate::schema::document::envelope::{
    PREDICT, TRAIN, Words, envelopes, health_check, http_validation_error, paths, root, status, validation_error,
};
use crate::schema::model::{Input, InputType};

/// What an endpoint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It predicts.
    Predict,
    /// It trains.
    Train,
}

/// A document that is put together.
#[derive(Debug, Default)]
pub struct Document {
    paths: Map<String, Json>,
    envelopes: Map<String, Json>,
    inputs: Map<String, Json>,
}

impl Document {
    /// Adds an endpoint.
    pub fn add(&mut self, mode: Mode, inputs: &[Input], mut output: Json, streaming: bool) {
        let words = mode.words();
        self.paths.extend(paths(words, streaming));
        self.envelopes.extend(envelopes(words));
        let (input, choices) = self.input(words, inputs);
        self.inputs.insert(words.input.into(), input);
        if let Some(title) = output.get_mut("title") {
            *title = json!(words.output);
        }
        self.inputs.insert(words.output.into(), output);
        self.inputs.extend(choices);
    }

    /// The document on one line.
    pub fn into_text(self) -> String {
        let mut all = Map::from_iter([("/".to_owned(), root()), ("/health-check".to_owned(), health_check())]);
        all.extend(self.paths);
        let mut schemas = Map::from_iter([("HTTPValidationError".to_owned(), http_validation_error())]);
        schemas.extend(self.envelopes);
        schemas.insert("Status".into(), status());
        schemas.insert("ValidationError".into(), validation_error());
        schemas.extend(self.inputs);
        let document = json!({
            "openapi": "3.0.2",
            "info": { "title": "Cog", "version": "0.1.0" },
            "paths": all,
            "components": { "schemas": schemas },
        });
        document.to_string()
    }

    /// The schema of all inputs, and those of choices, which stand beside it under the input's name.
    fn input(&self, words: &Words, inputs: &[Input]) -> (Json, Map<String, Json>) {
        let mut properties = Map::new();
        let mut choices = Map::new();
        for input in inputs {
            let reference = input.choices.as_ref().map(|values| {
                let schema = enumeration(input, values);
                // Another schema has the name: say it in place.
                if is_reserved(&input.name) || self.inputs.get(&input.name).is_some_and(|other| *other != schema) {
                    return schema;
                }
                choices.insert(input.name.clone(), schema);
                json!({ "$ref": format!("#/components/schemas/{}", input.name) })
            });
            properties.insert(input.name.clone(), property(input, reference));
        }
        let mut schema = Map::from_iter([
            ("properties".to_owned(), Json::Object(properties)),
            ("type".to_owned(), json!("object")),
            ("title".to_owned(), json!(words.input)),
        ]);
        let required: Vec<&str> =
            inputs.iter().filter(|input| input.required).map(|input| input.name.as_str()).collect();
        if !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
        (Json::Object(schema), choices)
    }
}

fn is_reserved(name: &str) -> bool {
    let words = |words: &Words| [words.request, words.response, words.input, words.output].contains(&name);
    words(&PREDICT) || words(&TRAIN) || ["HTTPValidationError", "ValidationError", "Status"].contains(&name)
}

fn enumeration(input: &Input, values: &[Json]) -> Json {
    let mut schema = Map::from_iter([
        ("title".to_owned(), json!(input.name)),
        ("description".to_owned(), json!("An enumeration.")),
        ("enum".to_owned(), json!(values)),
    ]);
    schema.extend(type_schema(crate::schema::constraint::element(&input.ty)));
    Json::Object(schema)
}

fn property(input: &Input, choices: Option<Json>) -> Json {
    let mut property = Map::from_iter([("x-order".to_owned(), json!(input.order))]);
    let is_list = matches!(input.ty, InputType::List(_));
    match choices {
        Some(choices) if !is_list => drop(property.insert("allOf".into(), json!([choices]))),
        choices => {
            property.insert("title".into(), json!(title_of(&input.name)));
            property.extend(type_schema(&input.ty));
            if let Some(choices) = choices {
                property.insert("items".into(), choices);
            }
        }
    }
    let constraints = constraints(input);
    match property.get_mut("items") {
        // Of a list, they are about each element.
        Some(Json::Object(items)) if is_list => items.extend(constraints.clone()),
        _ => {}
    }
    property.extend(input.default.as_ref().map(|default| ("default".to_owned(), default.clone())));
    property.extend(input.nullable.then(|| ("nullable".to_owned(), json!(true))));
    property.extend(input.description.as_ref().map(|text| ("description".to_owned(), json!(text))));
    if !is_list {
        property.extend(constraints);
    }
    property.extend(input.deprecated.map(|value| ("deprecated".to_owned(), json!(value))));
    property.extend(input.accept.as_ref().map(|accept| ("x-cog-accept".to_owned(), json!(accept))));
    Json::Object(property)
}

fn constraints(input: &Input) -> Map<String, Json> {
    let mut found = Map::new();
    found.extend(input.minimum.map(|bound| ("minimum".to_owned(), json!(bound))));
    found.extend(input.maximum.map(|bound| ("maximum".to_owned(), json!(bound))));
    found.extend(input.min_length.map(|count| ("minLength".to_owned(), json!(count))));
    found.extend(input.max_length.map(|count| ("maxLength".to_owned(), json!(count))));
    found.extend(input.pattern.as_ref().map(|pattern| ("pattern".to_owned(), json!(pattern))));
    found
}

fn type_schema(ty: &InputType) -> Map<String, Json> {
    let schema = match ty {
        InputType::Boolean => json!({ "type": "boolean" }),
        InputType::Integer => json!({ "type": "integer" }),
        InputType::Number => json!({ "type": "number" }),
        InputType::String => json!({ "type": "string" }),
        InputType::File => json!({ "type": "string", "format": "uri" }),
        InputType::Secret => json!({ "type": "string", "format": "password", "writeOnly": true, "x-cog-secret": true }),
        InputType::Object => json!({ "type": "object" }),
        InputType::List(of) => json!({ "type": "array", "items": type_schema(of) }),
        InputType::Union(all) => json!({ "anyOf": all.iter().map(type_schema).collect::<Vec<_>>() }),
    };
    match schema {
        Json::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// The name with blanks, as Python's `str.title` writes it.
pub fn title_of(name: &str) -> String {
    titled(&name.replace('_', " "))
}

/// As Python's `str.title`: each run of letters that have a case begins with a capital.
pub fn titled(text: &str) -> String {
    let mut title = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        if inside {
            title.extend(character.to_lowercase());
        } else {
            let mut capital = character.to_uppercase();
            title.extend(capital.next());
            title.extend(capital.flat_map(char::to_lowercase));
        }
        inside = character.is_lowercase() || character.is_uppercase();
    }
    title
}
