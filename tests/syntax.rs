//! What the parser reads and the formatter writes, for every construct of the language.
#![expect(clippy::disallowed_methods, reason = "fixtures are files")]

use std::fmt::Write as _;

use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::source::SourceMap;
use cogpack::syntax::{self, ast::Ast};

fn parse(text: &str) -> (SourceMap, Ast, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let file = sources.add("test.block", text);
    let mut sink = Sink::new();
    let ast = syntax::parse(&sources, file, &mut sink);
    (sources, ast, sink.into_diagnostics())
}

fn codes(text: &str) -> Vec<&'static str> {
    parse(text).2.iter().map(|found| found.code.alias).collect()
}

#[test]
fn every_construct_parses_and_formats() {
    insta::glob!("pass/syntax/*.block", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (sources, ast, found) = parse(&text);
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        assert!(ast.complete);
        let formatted = syntax::format(&sources, &ast);
        let mut shown = String::new();
        writeln!(shown, "{text}---- formatted\n{formatted}---- tree\n{}", syntax::dump(&ast)).unwrap();
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown) });
    });
}

#[test]
fn a_file_over_one_mebibyte_is_refused() {
    let text = "#".repeat((1 << 20) + 1);
    assert_eq!(codes(&text), ["E0102"]);
    assert_eq!(codes(&text[..1 << 20]), Vec::<&str>::new());
}

#[test]
fn deep_or_long_input_fails_fast_and_without_overflow() {
    let start = std::time::Instant::now();
    for piece in ["[", "(", "{", "\"${", "block a {", "f(", "[when a {", "phase build.base {"] {
        assert_eq!(codes(&format!("block a {{ let x = {}", piece.repeat(10_000))), ["E0103"], "{piece}");
    }
    // The limits in milliseconds are far above what is needed: they tell linear from quadratic time.
    let (size, limit) = if cfg!(debug_assertions) { (50_000, 20_000) } else { (1_000_000, 5_000) };
    let mebibyte = |head: &str, piece: &str| format!("{head}{}", piece.repeat((size - head.len()) / piece.len()));
    for piece in ["not ", "a or ", "a if b else ", "a.", "a()", "-", "!", "<<A ", "<<A\n", "list<", "'", "\"", "}"] {
        let found = codes(&mebibyte("block a { let x = ", piece));
        assert!(!found.is_empty(), "{piece:?}");
    }
    assert!(!codes(&mebibyte("block a { param x: ", "list<")).is_empty());
    assert!(!codes(&mebibyte("fn f() -> ", "a<")).is_empty());
    assert!(!codes(&mebibyte("", "wrong statement\n")).is_empty());
    assert!(!codes(&mebibyte("block a {\n", "  wrong statement\n")).is_empty());
    assert!(start.elapsed().as_millis() < limit, "{:?}", start.elapsed());
}

#[test]
fn input_as_deep_as_allowed_overflows_nothing() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("block a {{ let x = {}{inner}{} }}", open.repeat(times), close.repeat(times))
    };
    let stage = |body: &str| format!("block a {{ phase build.base {{ stage s {{ {body} }} }} }}");
    let texts = [
        nested("[", "", "]", 62),
        nested("(", "a", ")", 62),
        nested("f(", "a", ")", 60),
        nested("\"${", "a", "}\"", 31),
        nested("[when a { ", "b", " }]", 31),
        nested("[for a in b { ", "b", " }]", 31),
        nested("", "a", " or a", 63),
        nested("not ", "a", "", 100),
        nested("", "a", ".a", 120),
        stage(&format!("{}{}", "when a { ".repeat(60), " }".repeat(60))),
        stage(&format!("{}run \"x\"{}", "for a in b { ".repeat(60), " }".repeat(60))),
    ];
    for text in texts {
        let (sources, ast, found) = parse(&text);
        assert!(found.is_empty(), "{text}: {found:?}");
        let formatted = syntax::format(&sources, &ast);
        assert_eq!(syntax::dump(&parse(&formatted).1), syntax::dump(&ast));
    }
}

#[test]
fn several_mistakes_of_one_file_are_reported_and_the_rest_is_kept() {
    let text = "block a {\n  let x == 1\n  let y = 2\n  phase build.base {\n    stage s {\n      runn \"x\"\n      run \"y\"\n    }\n  }\n}\nblock b {\n  uses net\n  let z = 3\n}\n";
    let (_, ast, found) = parse(text);
    let codes: Vec<&str> = found.iter().map(|found| found.code.alias).collect();
    assert_eq!(codes, ["E0120", "E0110", "E0101"]);
    assert!(!ast.complete);
    insta::assert_snapshot!(syntax::dump(&ast), @r#"
    (block a
      (let y 2)
      (phase build.base
        (stage s
          (run (str "y")
          )
        )
      )
    )
    (block b
      (let z 3)
    )
    "#);
}

#[test]
fn a_file_with_errors_is_not_formatted() {
    let text = "block a {  let x = 1 +  }";
    let (sources, ast, _) = parse(text);
    assert_eq!(syntax::format(&sources, &ast), text);
}

#[test]
fn reserved_words_cannot_be_bound_and_others_can() {
    for word in syntax::RESERVED {
        assert_eq!(codes(&format!("block a {{ let {word} = 1 }}")), ["E0109"], "{word}");
        assert!(
            !codes(&format!("block a {{ let x = [{word}] }}")).is_empty() || ["none", "true", "false"].contains(word)
        );
        let free =
            format!("block {word} {{ needs {word} phase build.base {{ stage {word} {{ }} }} let x = y.{word} }}");
        assert!(codes(&free).is_empty(), "{word}");
    }
    for word in ["url", "image", "git", "cache", "secret", "build", "runtime", "python", "rawer", "in-build", "_"] {
        assert!(codes(&format!("block a {{ let {word} = 1 let x = {word} }}")).is_empty(), "{word}");
    }
    assert!(syntax::RESERVED.is_sorted());
}

/// The first fence below a heading.
fn fence<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let below = page.split_once(heading)?.1.split_once("```block\n")?.1;
    below.split_once("\n```").map(|(text, _)| text)
}

#[test]
fn every_page_shows_its_mistake_and_a_fix() {
    for code in cogpack::diagnostic::code::ALL.iter().filter(|code| code.name.starts_with("cogpack::syntax::")) {
        assert!(code.page.starts_with(&format!("# {}: ", code.alias)), "{code:?}");
        if code.alias == "E0102" {
            continue;
        }
        let example = fence(code.page, "## Example").unwrap();
        assert!(codes(example).iter().all(|found| found == &code.alias), "{code:?}: {:?}", codes(example));
        assert!(!codes(example).is_empty(), "{code:?}");
        let fix = fence(code.page, "## What to do").unwrap();
        assert_eq!(codes(fix), Vec::<&str>::new(), "{code:?}");
    }
}
