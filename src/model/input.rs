//! `-i NAME=VALUE` and `--json` → the inputs of a prediction, checked by the model's schema.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::model::{error, file};
use crate::schema::{Input, InputType, Problem, Schema};

/// What the command line gives.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `-i`: names and values, in their order.
    pub values: Vec<(String, String)>,
    /// The text of `--json`.
    pub json: Option<String>,
}

impl Given {
    /// Reads `NAME=VALUE`.
    pub fn parse(values: &[String], json: Option<String>) -> Result<Self, Box<Diagnostic>> {
        let split = |text: &String| {
            let (name, value) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty()).ok_or_else(|| {
                let help = "write `-i NAME=VALUE`, and `-i NAME=@FILE` for a file";
                error::unreadable(&format!("`-i {text}`"), "there is no `NAME=` in it", help)
            })?;
            Ok((name.trim().to_owned(), value.to_owned()))
        };
        let values: Result<Vec<(String, String)>, Box<Diagnostic>> = values.iter().map(split).collect();
        Ok(Self { values: values?, json })
    }
}

/// The inputs that are sent, once everything about them is right: nothing is started for wrong ones. Without a schema values are sent as
/// they are written.
pub fn read_inputs(
    given: &Given,
    schema: Option<&Schema>,
    training: bool,
) -> Result<Map<String, Json>, Vec<Diagnostic>> {
    let known = schema.map(|schema| {
        let inputs = if training { &schema.training } else { &schema.inputs };
        inputs.as_deref().unwrap_or_default()
    });
    let mut found = Vec::new();
    let mut values = given.json.as_deref().map(|text| object(text, known)).transpose().map_err(|found| vec![*found])?;
    let mut values = values.take().unwrap_or_default();
    for (name, value) in &mut values {
        let ty = of(known, name).map(|input| &input.ty);
        found.extend(with_files(name, value, ty).err().map(|found| *found));
    }
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in &given.values {
        if seen.contains(&name.as_str()) {
            continue;
        }
        seen.push(name);
        let texts: Vec<&str> =
            given.values.iter().filter(|(other, _)| other == name).map(|(_, it)| it.as_str()).collect();
        match value(name, &texts, of(known, name)) {
            Ok(value) => drop(values.insert(name.clone(), value)),
            Err(wrong) => found.push(*wrong),
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let problems = schema.map(|schema| check(schema, &values, training)).unwrap_or_default();
    if problems.is_empty() {
        return Ok(values);
    }
    Err(problems.iter().map(|problem| error::input(problem, known.unwrap_or_default())).collect())
}

fn check(schema: &Schema, values: &Map<String, Json>, training: bool) -> Vec<Problem> {
    if training { schema.check_training(values) } else { schema.check_input(values) }
}

fn of<'a>(known: Option<&'a [Input]>, name: &str) -> Option<&'a Input> {
    known?.iter().find(|input| input.name == name)
}

/// The text of `--json`: the inputs, or a whole request.
fn object(text: &str, known: Option<&[Input]>) -> Result<Map<String, Json>, Box<Diagnostic>> {
    let help = r#"it is the inputs as an object, as in `{"name": "ann", "image": "@photo.png"}`"#;
    let wrong = |why: &str| error::unreadable("the JSON of the inputs", why, help);
    let mut json: Json = serde_json::from_str(text).map_err(|why| wrong(&why.to_string()))?;
    let is_request = of(known, "input").is_none() && json.as_object().is_some_and(|all| all.len() == 1);
    if let Some(inner @ Json::Object(_)) = json.get_mut("input").filter(|_| is_request) {
        json = inner.take();
    }
    match json {
        Json::Object(object) => Ok(object),
        _ => Err(wrong("it is no object")),
    }
}

/// Reads the files that texts of a JSON document name.
fn with_files(name: &str, value: &mut Json, ty: Option<&InputType>) -> Result<(), Box<Diagnostic>> {
    let (element, values) = match (ty, value) {
        (Some(InputType::List(of)), Json::Array(values)) => (Some(&**of), values.as_mut_slice()),
        (None, Json::Array(values)) => (None, values.as_mut_slice()),
        (ty, value) => (ty, std::slice::from_mut(value)),
    };
    if !matches!(element, None | Some(InputType::File)) {
        return Ok(());
    }
    for value in values {
        if let Some(path) = value.as_str().and_then(|text| text.strip_prefix('@')) {
            *value = Json::String(read_file(name, path)?);
        }
    }
    Ok(())
}

fn read_file(name: &str, path: &str) -> Result<String, Box<Diagnostic>> {
    file::to_url(Path::new(path)).map_err(|why| {
        let help = "give the path of a file after the `@`, or a URL without it";
        error::unreadable(&format!("the file `{path}` of the input `{name}`"), &why, help)
    })
}

/// What stands behind `-i NAME=`, once or several times.
fn value(name: &str, texts: &[&str], input: Option<&Input>) -> Result<Json, Box<Diagnostic>> {
    let ty = input.map(|input| &input.ty);
    match (ty, texts) {
        (Some(InputType::List(of)), [only]) if only.trim_start().starts_with('[') => {
            let mut list = parsed(name, only, "a list")?;
            if list.is_array() {
                with_files(name, &mut list, Some(&InputType::List(of.clone())))?;
            }
            Ok(list)
        }
        (Some(InputType::List(of)), texts) => {
            let values: Result<Vec<Json>, Box<Diagnostic>> =
                texts.iter().map(|text| one(name, text, Some(of))).collect();
            values.map(Json::Array)
        }
        (ty, [only]) => one(name, only, ty),
        (None, texts) => {
            let values: Result<Vec<Json>, Box<Diagnostic>> = texts.iter().map(|text| one(name, text, None)).collect();
            values.map(Json::Array)
        }
        (Some(_), _) => {
            let help = "give it once; only inputs that are lists are given several times";
            Err(error::unreadable(&format!("the input `{name}`"), "it is given several times, and is no list", help))
        }
    }
}

/// One text by what the input takes. What does not fit stays a text: the check has the words for it.
fn one(name: &str, text: &str, ty: Option<&InputType>) -> Result<Json, Box<Diagnostic>> {
    let as_text = || Json::String(text.to_owned());
    Ok(match ty {
        None => match text.strip_prefix('@') {
            Some(path) => Json::String(read_file(name, path)?),
            None => as_text(),
        },
        Some(InputType::File) => match text.strip_prefix('@') {
            Some(path) => Json::String(read_file(name, path)?),
            None if is_url(text) => as_text(),
            None => {
                let help = format!("for the file of that name write `-i {name}=@{text}`");
                return Err(error::unreadable(&format!("the input `{name}`"), &format!("`{text}` is no URL"), &help));
            }
        },
        Some(InputType::String | InputType::Secret) => as_text(),
        Some(InputType::Boolean) => match text.to_ascii_lowercase().as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => as_text(),
        },
        Some(InputType::Integer) => text.trim().parse::<i64>().map_or_else(|_| as_text(), |number| json!(number)),
        Some(InputType::Number) => number(text.trim()).unwrap_or_else(as_text),
        Some(InputType::Object) => parsed(name, text, "an object")?,
        Some(InputType::List(_)) => parsed(name, text, "a list")?,
        Some(InputType::Union(all)) => of_union(text, all),
    })
}

/// The value as JSON reads it, if one of the types is that; else the text.
fn of_union(text: &str, all: &[InputType]) -> Json {
    let fits = |value: &Json| {
        all.iter().any(|ty| match ty {
            InputType::Boolean => value.is_boolean(),
            InputType::Integer => value.is_i64(),
            InputType::Number => value.is_number(),
            InputType::List(_) => value.is_array(),
            InputType::Object => value.is_object(),
            InputType::String | InputType::Secret | InputType::File | InputType::Union(_) => false,
        })
    };
    serde_json::from_str(text).ok().filter(fits).unwrap_or_else(|| Json::String(text.to_owned()))
}

/// A number that JSON can hold.
fn number(text: &str) -> Option<Json> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(json!(whole));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number))
}

fn is_url(text: &str) -> bool {
    ["http://", "https://", "data:", "gs://", "s3://"].iter().any(|scheme| text.starts_with(scheme))
}

fn parsed(name: &str, text: &str, what: &str) -> Result<Json, Box<Diagnostic>> {
    serde_json::from_str(text).map_err(|why| {
        let help = format!("write {what} as JSON, in quotes for the shell");
        error::unreadable(&format!("the input `{name}`"), &format!("it is no JSON: {why}"), &help)
    })
}

#[cfg(test)]
mod tests;
