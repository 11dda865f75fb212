//! What holds for every input, right or damaged.

mod mutation;

use cogpack::diagnostic::Sink;
use cogpack::source::SourceMap;
use cogpack::syntax::{self, ast::Ast};

fn parse(text: &str) -> (SourceMap, Ast, Sink) {
    let sources = SourceMap::new();
    let file = sources.add("test.block", text);
    let mut sink = Sink::new();
    let ast = syntax::parse(&sources, file, &mut sink);
    (sources, ast, sink)
}

/// The fixtures of a folder, cut at empty lines and lines that begin an item, so that each text is short.
fn corpus(folder: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut piece = String::new();
        for line in text.split_inclusive('\n') {
            let begins = ["block ", "stack ", "fn "].iter().any(|head| line.starts_with(head));
            if begins && piece.contains('}') {
                texts.push(std::mem::take(&mut piece));
            }
            piece.push_str(line);
        }
        texts.push(piece);
    }
    texts.sort();
    texts
}

fn comments(ast: &Ast, sources: &SourceMap) -> Vec<String> {
    let mut texts: Vec<String> =
        ast.comments.iter().map(|comment| sources.text(comment.span).trim_end().to_owned()).collect();
    texts.sort();
    texts
}

/// parse → format → parse is the same tree and the same comments; formatting again changes nothing.
fn assert_formats(text: &str) {
    let (sources, ast, sink) = parse(text);
    if !ast.complete {
        assert!(sink.has_errors(), "left something out without a word: {text}");
        return;
    }
    assert!(!sink.has_errors(), "complete in spite of {:?}", sink.diagnostics());
    let once = syntax::format(&sources, &ast);
    let (sources_again, again, sink) = parse(&once);
    assert!(again.complete, "formatted to what does not parse: {:?}\n{text}\n----\n{once}", sink.diagnostics());
    assert_eq!(syntax::dump(&ast), syntax::dump(&again), "{text}\n----\n{once}");
    assert_eq!(comments(&ast, &sources), comments(&again, &sources_again), "{text}\n----\n{once}");
    assert_eq!(syntax::format(&sources_again, &again), once, "formatting twice differs:\n{text}");
}

#[test]
fn formatting_keeps_the_tree_of_every_fixture() {
    let mut complete = 0;
    for folder in ["tests/pass/syntax", "tests/fail/syntax"] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            complete += usize::from(parse(&text).1.complete);
            assert_formats(&text);
        }
    }
    assert!(complete >= 6);
}

#[test]
fn damaged_blocks_never_panic_and_places_are_in_range() {
    let texts = corpus("tests/pass/syntax");
    assert!(texts.len() > 10);
    mutation::for_damaged(&texts, 10_000, |text| {
        let (sources, ast, sink) = parse(text);
        mutation::assert_places(&sources, sink.diagnostics());
        assert_ne!(ast.complete, sink.has_errors(), "{text}");
    });
}

#[test]
fn damaged_blocks_format_when_they_parse() {
    let complete = std::cell::Cell::new(0);
    mutation::for_damaged(&corpus("tests/pass/syntax"), 1_500, |text| {
        complete.set(complete.get() + usize::from(parse(text).1.complete));
        assert_formats(text);
    });
    assert!(complete.get() > 100, "only {} parsed", complete.get());
}
