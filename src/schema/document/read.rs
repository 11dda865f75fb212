//! An OpenAPI document → [`Schema`]: what images carry, whether Cog or Cogpack built them.

use serde_json::{Map, Value as Json};

use crate::schema::document::envelope::{PREDICT, TRAIN, Words};
use crate::schema::model::{Input, InputType, Schema};

/// How deep references and lists are followed: a document may refer to itself.
const DEEPEST: usize = 8;

impl Schema {
    /// Reads a document. `None`: it is not one that Cog's server serves.
    pub fn from_document(text: &str) -> Option<Self> {
        let document: Json = serde_json::from_str(text).ok()?;
        let reader = Reader { schemas: document.pointer("/components/schemas")?.as_object()? };
        let (inputs, training) = (reader.inputs(&PREDICT), reader.inputs(&TRAIN));
        (inputs.is_some() || training.is_some()).then(|| Self { text: text.to_owned(), inputs, training })
    }
}

struct Reader<'a> {
    schemas: &'a Map<String, Json>,
}

impl<'a> Reader<'a> {
    fn inputs(&self, words: &Words) -> Option<Vec<Input>> {
        let schema = self.schemas.get(words.input)?;
        let required: Vec<&str> = strings(schema.get("required"));
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        let mut inputs = Vec::new();
        for (at, (name, property)) in properties.iter().enumerate() {
            inputs.push(self.input(name, at, property, required.contains(&name.as_str())));
        }
        inputs.sort_by_key(|input| input.order);
        Some(inputs)
    }

    fn input(&self, name: &str, at: usize, property: &'a Json, required: bool) -> Input {
        let described = self.followed(property);
        let (ty, has_null) = self.ty(property, DEEPEST);
        // Of a list, constraints and choices are about each element.
        let element = described.get("items").map_or(described, |items| self.followed(items));
        let constraint = |key: &str| property.get(key).or_else(|| element.get(key));
        let count = |key: &str| constraint(key).and_then(Json::as_u64);
        let number = |key: &str| constraint(key).and_then(Json::as_f64);
        let text = |key: &str| property.get(key).and_then(Json::as_str).map(str::to_owned);
        Input {
            name: name.to_owned(),
            order: property.get("x-order").and_then(Json::as_u64).map_or(at, |order| order.try_into().unwrap_or(at)),
            ty,
            nullable: has_null || property.get("nullable") == Some(&Json::Bool(true)),
            required,
            default: property.get("default").filter(|value| !value.is_null()).cloned(),
            description: text("description"),
            minimum: number("minimum"),
            maximum: number("maximum"),
            min_length: count("minLength"),
            max_length: count("maxLength"),
            pattern: constraint("pattern").and_then(Json::as_str).map(str::to_owned),
            choices: element.get("enum").and_then(Json::as_array).cloned(),
            deprecated: property.get("deprecated").and_then(Json::as_bool),
            accept: text("x-cog-accept"),
        }
    }

    /// The type of a schema, and whether it may be null.
    fn ty(&self, schema: &'a Json, depth: usize) -> (InputType, bool) {
        let schema = self.followed(schema);
        if depth == 0 {
            return (InputType::Object, false);
        }
        if let Some(all) = schema.get("anyOf").and_then(Json::as_array) {
            let is_null = |one: &&Json| one.get("type").and_then(Json::as_str) == Some("null");
            let mut types: Vec<InputType> =
                all.iter().filter(|one| !is_null(one)).map(|one| self.ty(one, depth - 1).0).collect();
            let has_null = types.len() < all.len();
            let ty = if types.len() == 1 { types.pop() } else { None };
            return (ty.unwrap_or(InputType::Union(types)), has_null);
        }
        let word = |key: &str| schema.get(key).and_then(Json::as_str);
        let ty = match (word("type"), word("format")) {
            (Some("boolean"), _) => InputType::Boolean,
            (Some("integer"), _) => InputType::Integer,
            (Some("number"), _) => InputType::Number,
            (Some("string"), Some("uri")) => InputType::File,
            (Some("string"), Some("password")) => InputType::Secret,
            (Some("string"), _) => InputType::String,
            (Some("array"), _) => {
                let items = schema.get("items").map_or(InputType::Object, |items| self.ty(items, depth - 1).0);
                InputType::List(Box::new(items))
            }
            _ => InputType::Object,
        };
        (ty, false)
    }

    /// What `$ref` and `allOf` of one lead to.
    fn followed(&self, mut schema: &'a Json) -> &'a Json {
        for _ in 0..DEEPEST {
            let only =
                schema.get("allOf").and_then(Json::as_array).filter(|all| all.len() == 1).and_then(|all| all.first());
            let name =
                schema.get("$ref").and_then(Json::as_str).and_then(|path| path.strip_prefix("#/components/schemas/"));
            let Some(next) = only.or_else(|| self.schemas.get(name?)) else { break };
            schema = next;
        }
        schema
    }
}

fn strings(value: Option<&Json>) -> Vec<&str> {
    value.and_then(Json::as_array).map(|all| all.iter().filter_map(Json::as_str).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_document_of_a_server_is_none() {
        for text in ["", "null", "[]", "{}", r#"{"components": {"schemas": {}}}"#, r#"{"components": {"schemas": []}}"#]
        {
            assert_eq!(Schema::from_document(text), None, "{text}");
        }
    }

    #[test]
    fn a_document_that_refers_to_itself_ends() {
        let text = r##"{"components": {"schemas": {
            "Input": {"properties": {"a": {"$ref": "#/components/schemas/A"}, "b": {"allOf": [{"allOf": [1]}]}}},
            "A": {"$ref": "#/components/schemas/A"}
        }}}"##;
        let inputs = Schema::from_document(text).unwrap().inputs.unwrap();
        assert_eq!(inputs.len(), 2);
    }

    #[test]
    fn null_among_others_makes_an_input_optional() {
        let text = r#"{"components": {"schemas": {"Input": {"properties": {
            "a": {"anyOf": [{"type": "string"}, {"type": "null"}], "x-order": 1}, "b": {"type": "integer", "x-order": 0}
        }, "required": ["b"]}}}}"#;
        let inputs = Schema::from_document(text).unwrap().inputs.unwrap();
        assert_eq!((inputs[0].name.as_str(), inputs[0].required), ("b", true));
        assert_eq!((&inputs[1].ty, inputs[1].nullable), (&InputType::String, true));
    }
}
