//! What the command line may say of inputs, and what becomes of it.
#![expect(clippy::disallowed_methods, reason = "tests write the files that inputs name")]

use super::*;

const DOCUMENT: &str = r#"{"components": {"schemas": {"Input": {"properties": {
    "text": {"type": "string"},
    "count": {"type": "integer", "minimum": 1},
    "scale": {"type": "number"},
    "flag": {"type": "boolean"},
    "image": {"type": "string", "format": "uri"},
    "images": {"type": "array", "items": {"type": "string", "format": "uri"}},
    "numbers": {"type": "array", "items": {"type": "integer"}},
    "table": {"type": "object"},
    "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]}
}, "required": ["text"]}}}}"#;

fn read(values: &[&str], json: Option<&str>) -> Result<Json, Vec<String>> {
    let values: Vec<String> = values.iter().map(|text| (*text).to_owned()).collect();
    let schema = Schema::from_document(DOCUMENT).unwrap();
    let given = Given::parse(&values, json.map(str::to_owned)).map_err(|found| vec![found.message])?;
    let found = read_inputs(&given, Some(&schema), false);
    found.map(Json::Object).map_err(|found| found.into_iter().map(|it| it.message).collect())
}

#[test]
fn values_are_of_the_types_that_the_schema_says() {
    let given = [
        "text=1",
        "count=2",
        "scale=0.5",
        "flag=True",
        "numbers=1",
        "numbers=2",
        "table={\"a\": 1}",
        "either=7",
        "image=https://a.example/b.png",
    ];
    let want = json!({
        "text": "1", "count": 2, "scale": 0.5, "flag": true, "numbers": [1, 2], "table": {"a": 1}, "either": 7,
        "image": "https://a.example/b.png",
    });
    assert_eq!(read(&given, None), Ok(want));
    assert_eq!(read(&["text=a=b", "numbers=[1, 2]"], None), Ok(json!({"text": "a=b", "numbers": [1, 2]})));
    assert_eq!(read(&["text=@ann", "either=x"], None), Ok(json!({"text": "@ann", "either": "x"})));
    assert_eq!(read(&["text=", "numbers=3"], None), Ok(json!({"text": "", "numbers": [3]})));
}

#[test]
fn wrong_values_are_found_with_their_names() {
    for (given, want) in [
        (&["text=a", "count=x"][..], "the input `count` must be a whole number"),
        (&["text=a", "count=0"], "the input `count` must be at least 1"),
        (&["text=a", "flag=yes"], "the input `flag` must be true or false"),
        (&["text=a", "scale=inf"], "the input `scale` must be a number"),
        (&["count=1"], "the input `text` is missing"),
        (&["text=a", "cuont=1"], "the input `cuont` is not an input of this predictor"),
        (&["text=a", "text=b"], "the input `text` cannot be read: it is given several times, and is no list"),
        (&["text=a", "image=b.png"], "the input `image` cannot be read: `b.png` is no URL"),
        (&["text=a", "image="], "the input `image` cannot be read: it is empty"),
        (&["text=a", "images=[\"b.png\"]"], "the input `images` cannot be read: `b.png` is no URL"),
        (&["text=a", "image=@missing.png"], "the file `missing.png` of the input `image` cannot be read"),
        (&["text=a", "table=x"], "the input `table` cannot be read: it is no JSON"),
        (&["text=a", "numbers=x"], "the input `numbers` must be a list, each element a whole number"),
        (&["text"], "`-i text` cannot be read"),
        (&["=a"], "`-i =a` cannot be read"),
    ] {
        let found = read(given, None).unwrap_err();
        assert!(found.len() == 1 && found[0].starts_with(want), "{given:?}: {found:?}");
    }
    assert_eq!(read(&["count=0", "flag=1"], None).unwrap_err().len(), 3);
}

#[test]
fn a_whole_number_is_sent_as_it_is_written_or_refused() {
    let sent = |text: &str| read(&["text=a", &format!("count={text}")], None).map(|all| all["count"].to_string());
    for text in ["9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        assert_eq!(sent(text), Ok(text.to_owned()));
    }
    let lost = |found: Result<Json, Vec<String>>| found.unwrap_err().join(" ").contains("is too large a number");
    assert!(sent("99999999999999999999").unwrap_err()[0].ends_with("is too large a number"));
    assert!(sent(&"9".repeat(400)).unwrap_err()[0].ends_with("is too large a number"));
    assert!(lost(read(&[], Some(r#"{"text": "a", "count": 99999999999999999999}"#))));
    assert!(lost(read(&["text=a", "numbers=1", "numbers=-99999999999999999999"], None)));
    assert!(lost(read(&[], Some(r#"{"text": "a", "numbers": [1, 1e300]}"#))));
    assert_eq!(read(&["text=a", "scale=1e300"], None), Ok(json!({"text": "a", "scale": 1e300})));
    assert!(read(&["text=a", "count=1.5"], None).is_err() && read(&["text=a", "count=-"], None).is_err());
}

#[test]
fn a_document_gives_inputs_and_options_replace_them() {
    assert_eq!(read(&[], Some(r#"{"text": "a", "count": 3}"#)), Ok(json!({"text": "a", "count": 3})));
    assert_eq!(read(&["text=b"], Some(r#"{"input": {"text": "a"}}"#)), Ok(json!({"text": "b"})));
    assert_eq!(read(&[], Some("\u{feff}{\"text\": \"a\"}")), Ok(json!({"text": "a"})));
    let no_url = read(&[], Some(r#"{"text": "a", "image": "b.png", "images": ["c.png"]}"#)).unwrap_err();
    assert!(no_url.len() == 2 && no_url.iter().all(|told| told.ends_with(".png` is no URL")), "{no_url:?}");
    let url = r#"{"text": "a", "image": "HTTPS://a.example/b"}"#;
    assert_eq!(read(&[], Some(url)), Ok(json!({"text": "a", "image": "HTTPS://a.example/b"})));
    for text in ["", "[]", "1", "{", "{\"text\": 1}"] {
        assert!(read(&[], Some(text)).is_err(), "{text}");
    }
}

#[test]
fn files_are_sent_as_urls_that_hold_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "hi").unwrap();
    let (path, url) = (path.display(), "data:text/plain;base64,aGk=");
    let want = json!({"text": "a", "image": url, "images": [url, "https://a.example/"]});
    let options =
        ["text=a".into(), format!("image=@{path}"), format!("images=@{path}"), "images=https://a.example/".into()];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    assert_eq!(read(&options, None), Ok(want.clone()));
    let document = format!(r#"{{"text": "a", "image": "@{path}", "images": ["@{path}", "https://a.example/"]}}"#);
    assert_eq!(read(&[], Some(&document)), Ok(want));
    let list = format!(r#"images=["@{path}"]"#);
    assert_eq!(read(&["text=@a", &list], None), Ok(json!({"text": "@a", "images": [url]})));
}

#[test]
fn without_a_schema_values_are_texts() {
    let given = Given::parse(&["a=1".to_owned(), "b=x".to_owned(), "b=y".to_owned()], None).unwrap();
    let read = read_inputs(&given, None, false).unwrap();
    assert_eq!(Json::Object(read), json!({"a": "1", "b": ["x", "y"]}));
}
