//! What holds for every input, right or damaged.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "fixtures are files")]

mod mutation;

use cogpack::diagnostic::Sink;
use cogpack::source::{SourceMap, Span};
use cogpack::syntax;
use cogpack::syntax::ast::{Ast, BlockDecl, BlockMember, Item, Stage, StageStmt};

fn parse(text: &str) -> (SourceMap, Ast, Sink) {
    let sources = SourceMap::new();
    let file = sources.add("test.block", text);
    let mut sink = Sink::new();
    let ast = syntax::parse(&sources, file, &mut sink);
    (sources, ast, sink)
}

/// The fixtures in short texts, so that ten thousand can be tried: two members of a block or two statements of a stage
/// in each, and every other item whole.
fn corpus() -> Vec<String> {
    let mut texts = vec![std::fs::read_to_string("tests/pass/syntax/comments.block").unwrap()];
    let mut paths: Vec<_> =
        std::fs::read_dir("tests/pass/syntax").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap();
        let (sources, ast, _) = parse(&text);
        for item in &ast.items {
            let Item::Block(block) = item else {
                let span = match item {
                    Item::Use(import) => import.span,
                    Item::Fn(function) => function.span,
                    Item::Stack(stack) => stack.span,
                    Item::Block(block) => block.span,
                };
                texts.push(sources.text(span));
                continue;
            };
            let members = members(block);
            for pair in members.chunks(2) {
                let inside = &text[pair[0].start as usize..pair[pair.len() - 1].end as usize];
                texts.push(format!("## doc\nblock x {{ # one\n  {inside}\n}}\n"));
            }
            for statements in block.members.iter().filter_map(stages).flatten().map(|stage| &stage.body) {
                for statement in statements {
                    let inside = sources.text(stage_stmt_span(statement));
                    texts.push(format!(
                        "block x {{\n  phase build.base {{\n    stage s {{\n      {inside}\n    }}\n  }}\n}}\n"
                    ));
                }
            }
        }
    }
    texts
}

fn stages(member: &BlockMember) -> Option<&[Stage]> {
    if let BlockMember::Phase(phase) = member { Some(&phase.stages) } else { None }
}

fn members(block: &BlockDecl) -> Vec<Span> {
    let spans = block.members.iter().filter_map(|member| match member {
        BlockMember::Let(bound) => Some(bound.span),
        BlockMember::Param(param) => Some(param.span),
        BlockMember::Detect(detect) => Some(detect.span),
        BlockMember::Depends(depends) => Some(depends.span),
        BlockMember::Needs(needs) => Some(needs.span),
        BlockMember::Provides(provides) => Some(provides.span),
        BlockMember::UsesNetwork(span) => Some(*span),
        BlockMember::After(order) | BlockMember::Before(order) => Some(order.span),
        BlockMember::Export(export) => Some(export.span),
        BlockMember::Phase(_) => None,
    });
    spans.collect()
}

fn stage_stmt_span(statement: &StageStmt) -> Span {
    match statement {
        StageStmt::From(from) => from.span,
        StageStmt::Writes(writes) => writes.span,
        StageStmt::Let(bound) => bound.span,
        StageStmt::Run(run) => run.span,
        StageStmt::Copy(copy) => copy.span,
        StageStmt::Env(env) => env.span,
        StageStmt::Workdir(setting) | StageStmt::User(setting) => setting.span,
        StageStmt::Mkfile(file) => file.span,
        StageStmt::Mkdir(dir) => dir.span,
        StageStmt::Rm(rm) => rm.span,
        StageStmt::Layer(layer) => layer.span,
        StageStmt::When(when) => when.span,
        StageStmt::For(each) => each.span,
    }
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
    let texts = corpus();
    assert!(texts.len() > 50);
    mutation::for_damaged(&texts, 10_000, |text| {
        let (sources, ast, sink) = parse(text);
        mutation::assert_places(&sources, sink.diagnostics());
        assert_ne!(ast.complete, sink.has_errors(), "{text}");
    });
}

#[test]
fn damaged_blocks_format_when_they_parse() {
    let complete = std::cell::Cell::new(0);
    mutation::for_damaged(&corpus(), 1_500, |text| {
        complete.set(complete.get() + usize::from(parse(text).1.complete));
        assert_formats(text);
    });
    assert!(complete.get() > 100, "only {} parsed", complete.get());
}
