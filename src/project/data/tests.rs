//! Documents whose every place is checked, and documents made to harm.

use super::*;
use crate::source::SourceMap;

/// Each document, and what comes of it.
fn show_all(format: Format, texts: &[&str]) -> String {
    texts.iter().map(|text| format!("{text:?}\n{}\n\n", show(format, text))).collect()
}

/// The document as lines `path kind value @ the text of its span`, keys with theirs.
fn show(format: Format, text: &str) -> String {
    let sources = SourceMap::new();
    let file = sources.add("document", text);
    match parse(format, file, text) {
        Ok(data) => {
            let mut lines = Vec::new();
            lines_of(&data, "", &sources, &mut lines);
            lines.join("\n")
        }
        Err(error) => {
            let other = error
                .other
                .map_or(String::new(), |other| format!(" (other {:?} {:?})", other.range(), sources.text(other)));
            format!(
                "{:?} {} @ {:?} {:?}{other}",
                error.kind,
                error.message,
                error.span.range(),
                sources.text(error.span)
            )
        }
    }
}

fn lines_of(data: &Data, path: &str, sources: &SourceMap, lines: &mut Vec<String>) {
    let value = match &data.kind {
        DataKind::Null => String::new(),
        DataKind::Bool(value) => value.to_string(),
        DataKind::Int { value, written } => format!("{value} {written:?}"),
        DataKind::Number(text) => text.clone(),
        DataKind::String(text) => format!("{text:?}"),
        DataKind::List(_) | DataKind::Map(_) => String::new(),
    };
    lines.push(format!("{path}: {} {value} @ {:?}", data.kind_name(), sources.text(data.span)));
    match &data.kind {
        DataKind::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                lines_of(element, &format!("{path}[{index}]"), sources, lines);
            }
        }
        DataKind::Map(entries) => {
            for entry in entries.values() {
                lines_of(&entry.value, &format!("{path}.{}", sources.text(entry.key_span)), sources, lines);
            }
        }
        _ => {}
    }
}

#[test]
fn toml_documents_and_all_their_places() {
    let texts = [
        "\u{feff}# c\r\n[tool.\"a b\".c]\r\nname = \"é\"\r\nx.y = 1_000\r\nf = 3.10\r\nd = 1979-05-27\r\nl = [1, {k = 'v'}, 0xFF]\r\n[[pkg]]\r\nn = 1\r\n[[pkg]]\r\nn = 2\r\n[tool]\r\nq=\"\"\"\r\nab\r\n\"\"\"\r\n",
        "a = 1\n[b]\nx = 1\ny.x = 2\nx = 3\n",
        "[a]\n[b]\n[a]\n",
        "a = {k = 1, k = 2}",
        "a = \n",
        "a = \"x\n",
        "a b = 1\n",
        "[a\n",
        "a = 1 b = 2\n",
        "a = [1, 2\n",
        "a = 1979-99-27\n",
        "a = foo\n",
        "a.b = 1\na.b.c = 2",
        "a = []\n[[a]]\n",
        "[a]\n[a.b]\n[a.b]\n",
        "a=1\na.b=2\n",
        "a.b=1\n[a]\nc=2\n",
        "",
        "[a.b]\nx=1\n[c]\n[a]\ny=2\n",
    ];
    insta::assert_snapshot!(show_all(Format::Toml, &texts));
}

#[test]
fn json_documents_and_all_their_places() {
    let texts = [
        "\u{feff}{\"é\": [1, 3.10, -2e5, true, null, \"a\\u00e9\\n\"],\r\n \"b\": {}}",
        "{\"a\": 1, \"b\": 2, \"a\": 3}",
        "",
        "{\"a\":1,}",
        "[1 2]",
        "// x\n1",
        "{'a':1}",
        "{\"a\"",
        "[1,2",
        "\"abc",
        "nul",
        "[01]",
        "\"\\ud800\"",
        "[,]",
        "[1,,2]",
        "[\"a\tb\"]",
        "{\"a\" \"b\"}",
        "{\"a\":}",
        "[1.]",
        "é",
        "\"\\ud83d\\ude00\"",
    ];
    insta::assert_snapshot!(show_all(Format::Json, &texts));
}

#[test]
fn yaml_documents_and_all_their_places() {
    let texts = [
        "\u{feff}# é c\r\nbuild:\r\n  gpu: true\r\n  python_version: 3.10 # x\r\n  v: \"3.1é\"\r\n  w: 'it''s'\r\n  run:\r\n    - a b é\r\n    - command: x\r\n      mounts: [{type: secret, id: a}, b]\r\n\r\n  e:\r\n  n: ~\r\nt: |\r\n  line1 é\r\n  line2\r\nf: >-\r\n  folded\r\n  more\r\nz: multi\r\n  line\r\ny: yes\r\nlast: 1",
        "a: &x {k: [1, 2]}\nb: *x\nc: &y v\nd: *y\n",
        "a: &x\n  b: 1\nc: &y # n\n  - 1\nd: &z\ne: &w |\n  t\nf: [&q {a: b}, *q]\ng: &s\nh: 1",
        "",
        "# only\n",
        "---\na: 1\n...\n",
        "a: 1\n---\nb: 2\n",
        "a: 1\nb: 2\na: 3\n",
        "a: !!str 3\n",
        "a: !x\n  b: 1\n",
        "a: &x {b: 1}\nc:\n  <<: *x\n",
        "? [a]\n: 1\n",
        "*x : 1\n",
        "a: *x\n",
        "&x [*x]\n",
        "a: b: c\n",
        "a:\n\t- b\n",
        "a: [1, 2\nb: 3\n",
        "a: \"x\n",
        "a:\n  - b\n c: d\n",
        "a: 1\nb\n",
        "a: @x\n",
        "a: }\n",
        "- a\nb: c\n",
        "a: %x\n",
        "a: \"\\q\"\n",
        "a: `x`\n",
        "key: [a, b]]\n",
        "a: 'x\n",
        "{a: 1",
        "a: |\n   x\n  y\n",
        "a: [0, -1, +2, 007, 0x1F, 0o7, 1e3, .5, 1., ., -, 1_000, 99999999999999999999, .inf, .nan, 3.10.1, 12:30]\n",
        "a: [0, -1, +2, 007, 0x1F, 0o7, 1e3, .5, 1., ., 1_000, 99999999999999999999, .inf, .nan, 3.10.1, 12:30, True, on]\n",
    ];
    insta::assert_snapshot!(show_all(Format::Yaml, &texts));
}

fn fails(format: Format, text: &str) -> DataError {
    parse(format, SourceMap::new().add("document", text), text).unwrap_err()
}

fn passes(format: Format, text: &str) -> bool {
    parse(format, SourceMap::new().add("document", text), text).is_ok()
}

#[test]
fn sixty_four_levels_are_read_and_more_are_not() {
    let nest = |open: &str, inner: &str, close: &str, levels| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    let dotted = |parts| vec!["a"; parts].join(".");
    type Nested<'n> = Box<dyn Fn(usize) -> String + 'n>;
    let documents: [(Format, Nested<'_>); 8] = [
        (Format::Json, Box::new(|levels| nest("[", "1", "]", levels))),
        (Format::Json, Box::new(|levels| nest("{\"a\":", "1", "}", levels))),
        (Format::Yaml, Box::new(|levels| nest("[", "1", "]", levels))),
        (Format::Yaml, Box::new(|levels| nest("- ", "1", "", levels))),
        (Format::Toml, Box::new(|levels| format!("a = {}", nest("[", "1", "]", levels)))),
        (Format::Toml, Box::new(|levels| format!("{} = 1", dotted(levels + 1)))),
        (Format::Toml, Box::new(|levels| format!("[{}]\nb = 1", dotted(levels)))),
        (Format::Toml, Box::new(|levels| format!("[{}]\nb.c = [{{d.e = 1}}]", dotted(levels - 4)))),
    ];
    for (format, document) in documents {
        assert!(passes(format, &document(64)), "{}", document(64));
        assert_eq!(fails(format, &document(65)).kind, DataErrorKind::TooDeep, "{}", document(65));
        assert_eq!(fails(format, &document(50_000)).kind, DataErrorKind::TooDeep);
    }
}

#[test]
fn brackets_in_texts_and_comments_do_not_nest() {
    let brackets = "[{".repeat(500);
    assert!(passes(Format::Json, &format!("[\"\\\"{brackets}\"]")));
    assert!(passes(Format::Toml, &format!("a = \"{brackets}\" # {brackets}\nb = '''\n{brackets}'''")));
    assert!(passes(Format::Yaml, &format!("a: '{brackets}' # {brackets}\n")));
    let many: String = (0..500).map(|index| format!("[t{index}.x]\na.b = [1.5, 2.5, {{c.d = 1.5}}]\n")).collect();
    assert!(passes(Format::Toml, &many));
}

#[test]
fn aliases_that_grow_are_stopped() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert_eq!(fails(Format::Yaml, &text).kind, DataErrorKind::AliasGrowth);
    let opened: String = (0..60).map(|level| format!("&b{level} [")).collect();
    assert!(passes(Format::Yaml, &format!("{opened}x{}", "]".repeat(60))));
    let deep = format!("- &a {}{}\n- {}*a{}", "[".repeat(40), "]".repeat(40), "[".repeat(40), "]".repeat(40));
    assert_eq!(fails(Format::Yaml, &deep).kind, DataErrorKind::TooDeep);
}

#[test]
fn large_documents_take_time_that_grows_with_their_size() {
    let package = |index| format!("[[package]]\nname = \"p{index}\"\nversion = \"1.0\"\n");
    let toml: String = (0..20_000).map(package).collect();
    let yaml: String = (0..20_000).map(|index| format!("- name: é{index}\n  run: [a, b]\n")).collect();
    let json = format!("[{}1]", "{\"name\": \"x\", \"é\": [1, 2]},".repeat(20_000));
    let documents = [(Format::Toml, toml, "\n[package]"), (Format::Yaml, yaml, "a: b"), (Format::Json, json, ",")];
    for (format, text, wrong) in documents {
        let started = std::time::Instant::now();
        assert!(passes(format, &text));
        assert!(!passes(format, &(text + wrong)));
        assert!(started.elapsed().as_secs() < 10, "{format:?} took {:?}", started.elapsed());
    }
    assert_eq!(fails(Format::Yaml, &"x".repeat((4 << 20) + 1)).kind, DataErrorKind::TooLarge);
}

#[test]
fn repetitions_of_anything_end_soon() {
    let hostile = [
        "[", "{", "- ", "? ", "&a ", "*a ", "\"", "'", "a: ", "!", "|\n", "%\n", "\\", "#", "[a,", "{a: ", ": ", "-\n",
        "---\n", "\t", "\r", "a.", "[a]\n", "a = {", "[[a", "\"\"\"", "é", "\u{feff}", "a\n", " ", "\n ",
    ];
    for pattern in hostile {
        let text = pattern.repeat(20_000);
        for format in [Format::Toml, Format::Yaml, Format::Json] {
            let started = std::time::Instant::now();
            let _ = parse(format, SourceMap::new().add("document", text.as_str()), &text);
            assert!(started.elapsed().as_secs() < 5, "{format:?} {pattern:?} took {:?}", started.elapsed());
        }
    }
}

/// Documents as they come, for mutation.
const SEEDS: [(Format, &str); 6] = [
    (
        Format::Toml,
        "[project]\r\nname = \"dé\"\nx.y = [1, {a = 'b'}]\n[[p]]\nd = 1979-05-27\nf = 3.10\n[p.q]\nt = \"\"\"\na\n\"\"\"\n",
    ),
    (Format::Toml, "\u{feff}a = {b = 1, c.d = 2}\n[e.\"b c\"]\nx = 0xFF # é\ny = 2\n"),
    (
        Format::Yaml,
        "build:\r\n  gpu: true\n  v: \"3.1é\"\n  run:\n    - a b\n    - {k: [1, 'x'], ~: 2}\n  t: |\n    a\n    b\n",
    ),
    (Format::Yaml, "\u{feff}---\na: &x {k: 1}\nb: *x\nc: &y\n  - *x\nd: >-\n  é\n  ü\n? e\n: f\n"),
    (Format::Json, "{\"é\": [1, 3.10, -2e5, true, null, \"a\\u00e9\\n😀\"],\r\n \"b\": {\"c\": {}}}"),
    (Format::Json, "\u{feff}[{\"a\": 1, \"b\": 2}, [], \"\\ud83d\\ude00\"]"),
];

/// Pieces that matter to some format.
const PIECES: [&str; 36] = [
    "[", "]", "{", "}", "\"", "'", "\"\"\"", "'''", ":", ": ", "- ", ",", ".", "=", "#", "&x ", "*x", "!", "|\n", ">",
    "?", "\\", "\\u12", "\n", "\r\n", "\r", "\t", " ", "é", "😀", "\u{feff}", "\0", "---\n", "[[a]]\n", "<<: *x\n",
    "\u{2028}",
];

fn check_spans(data: &Data, text: &str) {
    let good = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} of {text:?}");
    good(data.span);
    match &data.kind {
        DataKind::List(elements) => elements.iter().for_each(|element| check_spans(element, text)),
        DataKind::Map(entries) => entries.values().for_each(|entry| {
            good(entry.key_span);
            check_spans(&entry.value, text);
        }),
        _ => {}
    }
}

fn mutate(text: &str, edits: &[(usize, usize, usize)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, removed, piece) in edits {
        let start = at % (letters.len() + 1);
        let end = (start + removed).min(letters.len());
        letters.splice(start..end, PIECES[piece % PIECES.len()].chars());
    }
    letters.into_iter().collect()
}

#[test]
fn no_mutated_document_panics_and_all_places_lie_in_it() {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let config = Config { cases: 6000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let edits = proptest::collection::vec((any::<usize>(), 0..4_usize, any::<usize>()), 1..5);
    for (format, text) in SEEDS {
        assert!(passes(format, text), "{text}");
    }
    let counts = [Format::Toml, Format::Yaml, Format::Json].map(|format| (format, std::cell::Cell::new((0, 0))));
    runner
        .run(&(0..SEEDS.len(), edits), |(seed, edits)| {
            let (format, text) = SEEDS[seed];
            let text = mutate(text, &edits);
            let result = parse(format, SourceMap::new().add("document", text.as_str()), &text);
            let (_, count) = counts.iter().find(|(counted, _)| *counted == format).expect("every format is counted");
            let (read, refused) = count.get();
            count.set(if result.is_ok() { (read + 1, refused) } else { (read, refused + 1) });
            match result {
                Ok(data) => check_spans(&data, &text),
                Err(error) => {
                    prop_assert!(text.get(error.span.range()).is_some(), "{error:?}");
                    prop_assert!(error.other.is_none_or(|other| text.get(other.range()).is_some()), "{error:?}");
                    prop_assert!(!error.message.is_empty());
                }
            }
            Ok(())
        })
        .unwrap();
    for (format, count) in counts {
        let (read, refused) = count.get();
        assert!(read + refused > 1800 && read > 50 && refused > 50, "{format:?}: {:?}", (read, refused));
    }
}
