//! Handmade findings → every output format, as snapshots that show the input and what is printed for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use cogpack::diagnostic::code::Code;
use cogpack::diagnostic::render::{Format, Style, render, summary};
use cogpack::diagnostic::{Diagnostic, Severity};
use cogpack::source::{SourceMap, Span};
use proptest::prelude::*;
use serde_json::Value;

const NAME: Code = Code {
    name: "cogpack::check::unknown-name",
    alias: "E0201",
    page: "# E0201: unknown name\n\nNothing is called so.\n\n## Example\n\n## What to do\n",
};
const UNUSED: Code = Code { name: "cogpack::check::unused", alias: "E0202", page: "# E0202: unused\n" };

const FORMATS: [Format; 4] = [Format::Full, Format::Short, Format::Json, Format::Sarif];

/// The span of a piece of text in a file; `^` in front asks for the empty place before it.
fn span(sources: &SourceMap, name: &str, text: &str, part: &str) -> Span {
    let file = sources.add(name, text);
    let (wanted, empty) = part.strip_prefix('^').map_or((part, false), |rest| (rest, true));
    let start = text.find(wanted).unwrap();
    Span::new(file, start, if empty { start } else { start + wanted.len() })
}

/// One finding at `part` of a text, and what a person sees of it.
fn shown(name: &str, text: &str, part: &str) -> String {
    let sources = SourceMap::new();
    let at = span(&sources, name, text, part);
    let found = [Diagnostic::error(NAME, "nothing is called `x`").at(at, "here").help("did you mean `y`?")];
    let full = render(&found, &sources, Format::Full, &Style::PLAIN);
    assert_safe(&full);
    format!("text: {text:?}\nplace: {part:?}\n\n{full}")
}

/// No control character but line ends, nothing invisible, nothing that reorders text.
fn assert_safe(out: &str) {
    let bad = |c: char| {
        (c.is_control() && c != '\n')
            || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2060}'..='\u{206f}').contains(&c)
            || ('\u{e0000}'..='\u{e0fff}').contains(&c)
            || matches!(c, '\u{feff}' | '\u{ad}')
    };
    assert!(!out.chars().any(bad), "hidden characters in {out:?}");
}

/// Findings in two files, with everything that a finding can have.
fn two_files() -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let block = "block uv {\n  provides packages\n\n  phase build.app-deps {\n    stage sync {\n      run \"uv ${lnk}\"\n    }\n  }\n}\n";
    let name = span(&sources, "blocks/uv.block", block, "lnk");
    let provides = Span { start: 22, end: 30, ..name };
    let toml = "[project]\nname = \"m\"\nrequires-python = \"3.11\"\n";
    let python = span(&sources, "py project.toml", toml, "\"3.11\"");
    let found = vec![
        Diagnostic::error(NAME, "nothing is called `lnk`")
            .at(name, "not known here")
            .related(python, "wanted because of this")
            .related(provides, "")
            .help("did you mean `link`?\nNames are case-sensitive."),
        Diagnostic::error(NAME, "nothing is called `3.11`").at(python, ""),
        Diagnostic::warning(UNUSED, "the project has no `cog.yaml`"),
    ];
    (sources, found)
}

#[test]
fn one_report_labels_two_files() {
    let (sources, found) = two_files();
    insta::assert_snapshot!(render(&found, &sources, Format::Full, &Style::PLAIN));
}

#[test]
fn short_is_one_line_a_finding() {
    let (sources, found) = two_files();
    insta::assert_snapshot!(render(&found, &sources, Format::Short, &Style::PLAIN));
}

#[test]
fn json_is_one_document() {
    let (sources, found) = two_files();
    insta::assert_snapshot!(render(&found, &sources, Format::Json, &Style::PLAIN));
}

#[test]
fn sarif_is_one_log_with_one_run() {
    let (sources, found) = two_files();
    let out = render(&found, &sources, Format::Sarif, &Style::PLAIN);
    assert_sarif(&out, &found);
    insta::assert_snapshot!(out.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn what_a_program_wrote_is_in_every_format_that_has_room() {
    let (sources, found) = two_files();
    let mut lines: Vec<String> = (0..60).map(|number| format!("line {number}")).collect();
    lines.push("\u{1b}[31mred\u{202e}".to_owned());
    let found = [found[0].clone().output(lines), found[1].clone().output(vec!["$ true".to_owned()])];
    let [full, short, json, sarif] = FORMATS.map(|format| render(&found, &sources, format, &Style::PLAIN));
    for text in [&full, &short, &json, &sarif] {
        assert_safe(text);
    }
    assert!(full.contains("│ line 59") && !full.contains("│ line 20\n"), "{full}");
    assert!(full.find("│ line 59") < full.find("help: did you mean"), "{full}");
    assert!(full.contains("␛[31mred"), "{full}");
    assert_eq!(short.lines().count(), 2);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["diagnostics"][0]["output"].as_array().map(Vec::len), Some(40));
    assert_eq!(json["diagnostics"][0]["output"][39], "\u{1b}[31mred\u{202e}");
    assert_sarif(&sarif, &found);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert!(sarif["runs"][0]["results"][1]["message"]["text"].as_str().unwrap().contains("\n\n  $ true"));
}

#[test]
fn reports_can_be_ascii_and_narrow() {
    let (sources, found) = two_files();
    let out = render(&found[..1], &sources, Format::Full, &Style { colour: false, unicode: false, width: 1 });
    assert!(out.is_ascii(), "{out}");
    insta::assert_snapshot!(out);
}

#[test]
fn colours_come_only_when_asked_for() {
    let (sources, found) = two_files();
    let coloured = render(&found, &sources, Format::Full, &Style { colour: true, ..Style::PLAIN });
    assert!(coloured.contains("\u{1b}[31m"), "{coloured:?}");
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(plain + rest, render(&found, &sources, Format::Full, &Style::PLAIN));
}

#[test]
fn a_span_over_several_lines() {
    insta::assert_snapshot!(shown(
        "a.block",
        "block a {\n  let x = [\n    1,\n    2,\n  ]\n}\n",
        "[\n    1,\n    2,\n  ]"
    ));
}

#[test]
fn a_span_over_many_lines_shows_its_first() {
    let text = format!("block a {{\n{}}}\n", "  # a line\n".repeat(40));
    let out = shown("a.block", &text, text.trim_end());
    insta::assert_snapshot!(out.split_once("\n\n").unwrap().1);
}

#[test]
fn wide_characters_are_aligned() {
    insta::assert_snapshot!(shown("ブロック.block", "# 注\nlet 依存 = \"名前\" + naïve + e\u{301} + name\n", "+ name"));
}

#[test]
fn tabs_are_aligned() {
    insta::assert_snapshot!(shown("Makefile", "all:\n\tone\ttwo\t# x\n", "two"));
}

#[test]
fn escapes_and_bidi_controls_are_shown_and_aligned() {
    insta::assert_snapshot!(shown(
        "a\u{1b}[2J\u{202e}.block",
        "let \u{1b}[31ma\u{202e}b\u{200b}c\rd\u{7f}\u{9b} = x",
        "= x"
    ));
}

#[test]
fn hidden_characters_of_all_texts_are_shown() {
    let sources = SourceMap::new();
    let at = span(&sources, "a.block", "text", "ex");
    let evil = "a\u{1b}]8;;x\u{7}b\u{202e}c\u{feff}d\re\u{85}f\u{ad}g\u{e0041}";
    let found = [Diagnostic::error(NAME, evil).at(at, evil).related(at, evil).help(evil)];
    for format in FORMATS {
        assert_safe(&render(&found, &sources, format, &Style::PLAIN));
    }
    let json: Value = serde_json::from_str(&render(&found, &sources, Format::Json, &Style::PLAIN)).unwrap();
    assert_eq!(json["diagnostics"][0]["message"], evil);
    insta::assert_snapshot!(render(&found, &sources, Format::Full, &Style::PLAIN));
}

#[test]
fn an_empty_file_has_a_place() {
    insta::assert_snapshot!(shown("empty.block", "", "^"));
}

/// A finding at the very end of a text.
fn at_the_end(text: &str) -> String {
    let sources = SourceMap::new();
    let file = sources.add("a.block", text);
    let end = Span::new(file, text.len(), text.len());
    let found = [Diagnostic::error(NAME, "the file ends here").at(end, "expected `}`")];
    render(&found, &sources, Format::Full, &Style::PLAIN)
}

#[test]
fn the_end_of_a_file_has_a_place() {
    insta::assert_snapshot!(at_the_end("block a {\n"));
}

#[test]
fn the_end_of_a_file_without_a_line_end_has_a_place() {
    insta::assert_snapshot!(at_the_end("block a {"));
}

#[test]
fn windows_line_ends_are_line_ends() {
    insta::assert_snapshot!(shown("a.block", "one\r\ntwo x\r\nthree\r\n", "x\r\n"));
}

#[test]
fn an_empty_span_is_an_arrow() {
    insta::assert_snapshot!(shown("a.block", "let x 1\n", "^1"));
}

#[test]
fn several_labels_stand_on_one_line() {
    let sources = SourceMap::new();
    let text = "let x = x\n";
    let first = span(&sources, "a.block", text, "x");
    let second = Span { start: 8, end: 9, ..first };
    let found = [Diagnostic::error(NAME, "`x` needs itself").at(second, "used here").related(first, "defined here")];
    insta::assert_snapshot!(render(&found, &sources, Format::Full, &Style::PLAIN));
}

#[test]
fn a_finding_without_a_place_has_no_snippet() {
    let found = [Diagnostic::warning(UNUSED, "the project has no `cog.yaml`").help("write one with `cogpack init`")];
    insta::assert_snapshot!(render(&found, &SourceMap::new(), Format::Full, &Style::PLAIN));
}

#[test]
fn a_megabyte_line_is_cut_around_the_place() {
    let text = format!("{{{}\"here\"{}}}", "\"a\":1,".repeat(100_000), ",\"b\":2".repeat(100_000));
    let sources = SourceMap::new();
    let at = span(&sources, "package-lock.json", &text, "\"here\"");
    let that = Span { start: 1, end: 3, ..at };
    let found = [Diagnostic::error(NAME, "nothing is called `here`").at(at, "this").related(that, "that")];
    let out = render(&found, &sources, Format::Full, &Style::PLAIN);
    assert!(out.len() < 2000, "{} bytes", out.len());
    insta::assert_snapshot!(out);
    let widest = Style { width: usize::MAX, ..Style::PLAIN };
    assert!(render(&found, &sources, Format::Full, &widest).len() < 4000);
}

#[test]
fn a_long_message_is_cut() {
    let found = [Diagnostic::error(NAME, "x".repeat(1 << 20)).help("y".repeat(1 << 20))];
    for format in FORMATS {
        let out = render(&found, &SourceMap::new(), format, &Style::PLAIN);
        assert!(out.len() < 5000, "{format:?}: {} bytes", out.len());
    }
}

#[test]
fn a_place_in_ten_megabytes_is_rendered_at_once() {
    let text = "let name = \"value\" # a comment\n".repeat(340_000);
    let sources = SourceMap::new();
    let file = sources.add("big.block", text.as_str());
    let found = [Diagnostic::error(NAME, "late").at(Span::new(file, text.len() - 27, text.len() - 23), "")];
    let before = std::time::Instant::now();
    let out = render(&found, &sources, Format::Full, &Style::PLAIN);
    let took = before.elapsed();
    assert!(out.contains("big.block:340000:5"), "{out}");
    // An optimized build keeps to 50 ms; a debug build on a busy machine gets more.
    assert!(took.as_millis() < 1000, "{took:?}");
}

#[test]
fn after_fifty_reports_come_lines_and_then_a_number() {
    let sources = SourceMap::new();
    let file = sources.add("a.block", "text\n");
    let finding = |n: usize| Diagnostic::error(NAME, format!("no {n}")).at(Span::new(file, 0, 4), "");
    let found: Vec<_> = (0..1000).map(finding).collect();
    let out = render(&found, &sources, Format::Full, &Style::PLAIN);
    assert_eq!(out.matches("╭").count(), 50);
    assert_eq!(out.matches("a.block:1:1: error").count(), 200);
    let end = "and 750 errors\n\n1000 errors; run `cogpack explain E0201` to read more\n";
    assert!(out.ends_with(end), "{out}");
}

#[test]
fn findings_stand_file_by_file_from_top_to_bottom() {
    let sources = SourceMap::new();
    let (first, second) = (span(&sources, "b", "0123", "0"), span(&sources, "a", "0123", "0"));
    let at = |place: Span, start: u32, message: &str| {
        Diagnostic::error(NAME, message).at(Span { start, end: start, ..place }, "")
    };
    let warning = |found: Diagnostic| Diagnostic { severity: Severity::Warning, ..found };
    let found = [
        at(second, 1, "fourth"),
        at(first, 3, "third"),
        Diagnostic::error(NAME, "fifth"),
        at(first, 1, "first"),
        warning(at(first, 1, "second")),
    ];
    let order = |text: String, words: [&str; 5]| {
        let places: Vec<_> = words.map(|word| text.find(word).unwrap()).to_vec();
        assert!(places.is_sorted(), "{text}");
    };
    for format in FORMATS {
        order(render(&found, &sources, format, &Style::PLAIN), ["first", "second", "third", "fourth", "fifth"]);
    }
}

#[test]
fn many_related_places_are_counted() {
    let sources = SourceMap::new();
    let file = sources.add("a.block", "text\n".repeat(100));
    let mut found = Diagnostic::error(NAME, "many").at(Span::new(file, 0, 4), "");
    for line in 1..100 {
        found = found.related(Span::new(file, line * 5, line * 5 + 4), "too");
    }
    let out = render(&[found], &sources, Format::Full, &Style::PLAIN);
    assert!(out.contains("91 more related places are not shown"), "{out}");
}

#[test]
fn no_findings_are_no_text_but_whole_documents() {
    let sources = SourceMap::new();
    assert_eq!(render(&[], &sources, Format::Full, &Style::PLAIN), "");
    assert_eq!(render(&[], &sources, Format::Short, &Style::PLAIN), "");
    let json: Value = serde_json::from_str(&render(&[], &sources, Format::Json, &Style::PLAIN)).unwrap();
    assert_eq!(json["diagnostics"], Value::Array(Vec::new()));
    assert_sarif(&render(&[], &sources, Format::Sarif, &Style::PLAIN), &[]);
    assert_eq!(summary(&[]), "");
}

#[test]
fn the_summary_counts() {
    let (_, found) = two_files();
    assert_eq!(summary(&found), "2 errors, 1 warning");
    assert_eq!(summary(&found[2..]), "1 warning");
}

#[test]
fn the_documented_json_example_has_the_fields_that_are_written() {
    let page = include_str!("../docs/diagnostics-format.md");
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let documented: Value = serde_json::from_str(example).unwrap();
    let (sources, found) = two_files();
    let written: Value = serde_json::from_str(&render(&found, &sources, Format::Json, &Style::PLAIN)).unwrap();
    let paths = ["", "/summary", "/diagnostics/0", "/diagnostics/0/span", "/diagnostics/0/span/start"];
    for path in paths.into_iter().chain(["/diagnostics/0/related/0"]) {
        assert_eq!(keys(documented.pointer(path)), keys(written.pointer(path)), "at {path}");
    }
}

fn keys(value: Option<&Value>) -> Vec<&String> {
    value.and_then(Value::as_object).unwrap().keys().collect()
}

/// What SARIF 2.1.0 asks of the parts that are written.
fn assert_sarif(text: &str, found: &[Diagnostic]) {
    let log: Value = serde_json::from_str(text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif"));
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "cogpack");
    assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["shortDescription"]["text"].is_string() && rule["help"]["text"].is_string(), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), found.len());
    for (result, found) in results.iter().zip(found) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!((&rule["id"], &result["ruleId"]), (&result["ruleId"], &Value::from(found.code.alias)));
        assert_eq!(result["level"], if found.severity == Severity::Error { "error" } else { "warning" });
        assert!(result["message"]["text"].is_string());
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), usize::from(found.primary.is_some()));
        let related = result.get("relatedLocations").map_or(&[][..], |list| list.as_array().unwrap());
        assert_eq!(related.len(), found.related.len());
        locations.iter().chain(related).for_each(assert_sarif_location);
    }
}

fn assert_sarif_location(location: &Value) {
    let place = &location["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains(':'), "{uri}");
    let number = |key: &str| place["region"][key].as_u64().unwrap();
    assert!(number("startLine") >= 1 && number("startColumn") >= 1);
    assert!((number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")));
}

/// Texts made of what tends to go wrong.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z ]{0,8}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\t".to_owned()),
        Just("依存🦀e\u{301}".to_owned()),
        Just("\u{1b}[31m".to_owned()),
        Just("\u{202e}\u{200b}\u{feff}\u{2028}".to_owned()),
        Just("x".repeat(300)),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn offset() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0..400_usize, 1 => Just(usize::MAX), 1 => 0..10_000_usize]
}

proptest! {
    #[test]
    fn no_span_and_no_text_makes_rendering_panic(
        texts in prop::collection::vec((text(), text()), 1..4),
        places in prop::collection::vec((0..4_usize, offset(), offset(), text()), 0..12),
        message in text(),
        unicode in any::<bool>(),
        width in prop_oneof![Just(0_usize), 10..200_usize, Just(usize::MAX)],
    ) {
        let sources = SourceMap::new();
        let files: Vec<_> = texts.iter().map(|(name, text)| sources.add(name.as_str(), text.as_str())).collect();
        let mut found = Diagnostic::error(NAME, message.as_str()).help(message);
        for (index, (file, start, end, label)) in places.into_iter().enumerate() {
            let span = Span::new(files[file % files.len()], start, end);
            found = if index == 0 { found.at(span, label) } else { found.related(span, label) };
        }
        let found = [found];
        for format in FORMATS {
            let out = render(&found, &sources, format, &Style { colour: false, unicode, width });
            assert_safe(&out);
            match format {
                Format::Full => {
                    prop_assert!(!out.contains("Failed to read"), "{}", out);
                    let frame = if unicode { "╭─[" } else { ",-[" };
                    prop_assert_eq!(found[0].primary.is_some(), out.contains(frame), "{}", out);
                }
                Format::Short => prop_assert_eq!(out.lines().count(), 1),
                Format::Json => prop_assert!(serde_json::from_str::<Value>(&out).is_ok()),
                Format::Sarif => assert_sarif(&out, &found),
            }
        }
    }
}
