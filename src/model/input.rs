//! `-i NAME=VALUE` and `--json` → the inputs of a prediction, checked by the model's schema.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::model::{error, file};
use crate::schema::{Input, InputType, Problem, Schema};

/// 2^63. A whole number that is not below and became one with a fraction is not what was written.
const MOST_EXACT: f64 = 9_223_372_036_854_775_808.0;

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
    found.extend(values.iter().filter_map(|(name, value)| too_large(name, value, of(known, name)?)));
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
    // Some editors begin UTF-8 with a mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
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
    for value in values {
        let Some(text) = value.as_str() else { continue };
        *value = match element {
            Some(InputType::File) => file_or_url(name, text)?,
            None => file_or_text(name, text)?,
            Some(_) => continue,
        };
    }
    Ok(())
}

/// What a file's input is sent as.
fn file_or_url(name: &str, text: &str) -> Result<Json, Box<Diagnostic>> {
    if text.starts_with('@') || is_url(text) {
        return file_or_text(name, text);
    }
    let path = text.strip_prefix("file://").unwrap_or(text);
    let (why, help) = if path.is_empty() {
        ("it is empty".to_owned(), format!("write `@FILE` or a URL, or leave `{name}` out"))
    } else {
        (format!("`{text}` is no URL"), format!("for the file of that name write `-i {name}=@{path}`"))
    };
    Err(error::unreadable(&format!("the input `{name}`"), &why, &help))
}

fn file_or_text(name: &str, text: &str) -> Result<Json, Box<Diagnostic>> {
    let read = text.strip_prefix('@').map(|path| read_file(name, path)).transpose()?;
    Ok(Json::String(read.unwrap_or_else(|| text.to_owned())))
}

/// A whole number that JSON's reader, here and in servers, would turn into another one.
fn too_large(name: &str, value: &Json, input: &Input) -> Option<Diagnostic> {
    let mut ty = &input.ty;
    let mut values = std::slice::from_ref(value);
    while let (InputType::List(of), [Json::Array(inner)]) = (ty, values) {
        (ty, values) = (of, inner);
    }
    let is_lost = |value: &Json| value.is_f64() && value.as_f64().is_some_and(|it| it.abs() >= MOST_EXACT);
    let lost = values.iter().find(|value| *ty == InputType::Integer && is_lost(value))?;
    let help = format!("whole numbers go from {} to {}; a `str` takes any", i64::MIN, u64::MAX);
    Some(*error::unreadable(&format!("the input `{name}`"), &format!("`{lost}` is too large a number"), &help))
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
        None => file_or_text(name, text)?,
        Some(InputType::File) => file_or_url(name, text)?,
        Some(InputType::String | InputType::Secret) => as_text(),
        Some(InputType::Boolean) => match text.to_ascii_lowercase().as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => as_text(),
        },
        Some(InputType::Integer) => whole(text.trim()).unwrap_or_else(as_text),
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

/// A whole number; one that is too large for JSON as the nearest that is not.
fn whole(text: &str) -> Option<Json> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(json!(number));
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(json!(number));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| json!(text.parse::<f64>().ok().filter(|number| number.is_finite()).unwrap_or(f64::MAX)))
}

/// A number that JSON can hold.
fn number(text: &str) -> Option<Json> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(json!(whole));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number))
}

fn is_url(text: &str) -> bool {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    ["http://", "https://", "data:", "gs://", "s3://"].into_iter().any(starts)
}

fn parsed(name: &str, text: &str, what: &str) -> Result<Json, Box<Diagnostic>> {
    serde_json::from_str(text).map_err(|why| {
        let help = format!("write {what} as JSON, in quotes for the shell");
        error::unreadable(&format!("the input `{name}`"), &format!("it is no JSON: {why}"), &help)
    })
}

#[cfg(test)]
mod tests;
