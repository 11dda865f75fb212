//! The types of a [`Plan`] → the JSON Schema of Plan JSON, `docs/plan.schema.json`.
//!
//! How a plan is written is derived from the types. Added here is what reading allows beyond that: fields that may be
//! left out, `null` for what is not set, operations without `op`, mounts without `type`, `auto` and `phase`; and that no
//! other fields may stand anywhere.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::model::{PLAN_VERSION, Plan};
use crate::check::phase::Phase;

/// Fields that are always written and need not be there when read, by the type that has them.
const MAY_BE_LEFT_OUT: [(&str, &[&str]); 4] =
    [("Stage", &["source"]), ("Context", &["name"]), ("Mkfile", &["mode"]), ("Mkdir", &["mode"])];

/// Operations that their fields tell, and which of them must be there then.
const TOLD_BY_FIELDS: [(&str, &[&str]); 4] =
    [("exec", &["command", "args"]), ("env", &["vars", "prepend"]), ("copy", &["from"]), ("mkfile", &["data"])];

/// The schema as JSON text, with a newline at the end.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Plan>().to_value();
    for (name, fields) in MAY_BE_LEFT_OUT {
        leave_out(&mut schema["$defs"][name], fields);
    }
    leave_out(&mut schema, &["version", "export", "contexts"]);
    words(&mut schema);
    inputs(&mut schema["$defs"]["Input"]);
    leave_out(&mut schema["$defs"]["Mount"]["oneOf"][0], &["type"]);
    operations(&mut schema);
    close(&mut schema);
    // A schema is plain JSON, so there is always a text.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn leave_out(object: &mut Value, fields: &[&str]) {
    if let Some(required) = object["required"].as_array_mut() {
        required.retain(|name| !fields.iter().any(|field| name == field));
    }
}

/// What the types cannot say of single values.
fn words(schema: &mut Value) {
    schema["title"] = json!("Cogpack plan");
    schema["properties"]["version"] = json!({
        "description": "The version of the shape; absent: 1.",
        "enum": [PLAN_VERSION, null],
    });
    let mut phases: Vec<Value> = Phase::ALL.iter().map(|phase| json!(phase.key())).collect();
    schema["$defs"]["Phase"] = json!({ "description": "One of the phases.", "enum": phases.clone() });
    phases.push(Value::Null);
    let phase = &mut schema["$defs"]["Stage"]["properties"]["phaseKey"];
    *phase = json!({ "description": phase["description"], "enum": phases });
    for name in ["Mkfile", "Mkdir"] {
        let mode = &mut schema["$defs"][name]["properties"]["mode"];
        *mode = json!({ "description": mode["description"], "type": "integer", "minimum": 0, "maximum": 0o7777 });
    }
    let data = &mut schema["$defs"]["Mkfile"]["properties"]["data"];
    data["type"] = json!(["string", "null"]);
    data["contentEncoding"] = json!("base64");
}

/// A plan that is written holds neither `auto` nor `phase`; one that is read may.
fn inputs(input: &mut Value) {
    let kinds = [
        (
            "phase",
            "The last stage of a phase, or of the nearest phase before it that has one.",
            json!({ "$ref": "#/$defs/Phase" }),
        ),
        ("auto", "The stage before in the list, as without a source.", json!({ "$ref": "#/$defs/True" })),
    ];
    if let Some(list) = input["anyOf"].as_array_mut() {
        for (name, description, value) in kinds {
            list.push(json!({
                "description": description,
                "type": "object",
                "properties": { name: value },
                "required": [name],
            }));
        }
    }
}

/// Writes each operation out with all its fields, `op` and `origin`, so that other fields can be refused.
fn operations(schema: &mut Value) {
    let kinds = schema["$defs"]["Operation"]["oneOf"].as_array().cloned().unwrap_or_default();
    let origin = schema["$defs"]["Operation"]["properties"]["origin"].clone();
    let mut written = Vec::new();
    for kind in kinds {
        let name = kind["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
        let mut own = schema["$defs"].as_object_mut().and_then(|defs| defs.shift_remove(&name)).unwrap_or_default();
        let mut properties = Map::new();
        properties.insert("op".to_owned(), kind["properties"]["op"].clone());
        properties.extend(own["properties"].as_object().cloned().unwrap_or_default());
        properties.insert("origin".to_owned(), origin.clone());
        own["properties"] = Value::Object(properties);
        let word = kind["properties"]["op"]["const"].as_str().unwrap_or_default();
        match TOLD_BY_FIELDS.iter().find(|(told, _)| *told == word) {
            Some((_, fields)) => {
                let each = ["op"].iter().chain(fields.iter()).map(|field| json!({ "required": [field] }));
                own["anyOf"] = each.collect();
            }
            None => {
                let mut required = vec![json!("op")];
                required.extend(own["required"].as_array().cloned().unwrap_or_default());
                own["required"] = Value::Array(required);
            }
        }
        written.push(own);
    }
    let description = schema["$defs"]["Operation"]["description"].clone();
    schema["$defs"]["Operation"] = json!({ "description": description, "oneOf": written });
}

/// Lets `null` stand for every field that need not be there, and refuses all other fields.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let required: Vec<Value> = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                for (_, property) in properties.iter_mut().filter(|(name, _)| !required.iter().any(|r| r == *name)) {
                    allow_null(property);
                }
                fields.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(entries) => entries.iter_mut().for_each(close),
        _ => {}
    }
}

fn allow_null(property: &mut Value) {
    let Value::Object(fields) = property else { return };
    if let Some(Value::String(kind)) = fields.get("type") {
        // `op` and `type` name what an object is.
        if !fields.contains_key("const") {
            let kinds = json!([kind, "null"]);
            fields.insert("type".to_owned(), kinds);
        }
    } else if let Some(reference) = fields.shift_remove("$ref") {
        fields.insert("anyOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
    }
}
