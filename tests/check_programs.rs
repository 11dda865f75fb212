//! Several files at once: what they see of each other, and that no input makes the checker panic or slow.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot read its fixtures fails")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cogpack::check::hir::Hir;
use cogpack::check::{self, Sources, Unit};
use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::source::{FileId, SourceMap};
use cogpack::syntax;
use cogpack::syntax::ast::Ast;
use proptest::prelude::*;

#[path = "world/mod.rs"]
mod world;

/// Files by name: those with a leading `+` are the project's, with `~` libraries, with `^` the prelude, others ship.
fn check_files(files: &[(&str, &str)]) -> (Hir, Vec<Diagnostic>, SourceMap) {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let asts: Vec<(&str, Ast)> = files
        .iter()
        .map(|(name, text)| (*name, syntax::parse(&sources, sources.add(*name, *text), &mut sink)))
        .collect();
    let of =
        |mark: char| -> Vec<&Ast> { asts.iter().filter(|(name, _)| name.starts_with(mark)).map(|(_, a)| a).collect() };
    let units: Vec<Unit<'_>> = asts
        .iter()
        .filter(|(name, _)| !name.starts_with(['~', '^']))
        .map(|(name, ast)| Unit { ast, from_project: name.starts_with('+') })
        .collect();
    let mut uses: BTreeMap<(FileId, String), FileId> = BTreeMap::new();
    for (_, user) in &asts {
        for (name, used) in &asts {
            uses.insert((user.file, format!("./{}", name.trim_start_matches(['+', '~', '^']))), used.file);
        }
    }
    let (libraries, prelude) = (of('~'), of('^'));
    let all = Sources { units: &units, libraries: &libraries, prelude: &prelude, uses: &uses };
    let hir = check::check(&all, &world::environment(), &mut sink);
    (hir, sink.into_diagnostics(), sources)
}

fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
    check_files(files).1.iter().map(|found| found.code.alias).collect()
}

/// What a statement that does not parse would have declared is not unknown as well.
#[test]
fn one_mistake_in_a_declaration_is_one_finding() {
    let within = |member: &str, used: &str| {
        let text =
            format!("block a {{\n{member}\nphase build.app-build {{ stage s {{ run [\"echo\", {used}] }} }}\n}}");
        codes(&[("+a.block", &text)])
    };
    assert_eq!(within("let x = exists(\"a\") ? \"b\" : \"c\"", "x"), ["E0112"]);
    assert_eq!(within("param x = \"c\"", "x"), ["E0120"]);
    assert_eq!(within("x = \"c\"", "x"), ["E0110"]);
    assert_eq!(within("locals {\n  x = 1\n}", "local.x"), ["E0110"]);
    assert_eq!(within("let x = exists(\"a\") ? \"b\" : \"c\"", "y"), ["E0112", "E0201"]);
    assert_eq!(codes(&[("+a.block", "def f(x):\n  x\n\nblock a { detect { f(\"a\") } }")]), ["E0110"]);
}

#[test]
fn functions_of_a_used_file_and_of_the_prelude_are_seen() {
    let (hir, found, _) = check_files(&[
        ("+app.block", "use \"./tools.block\"\nblock app { detect { wanted(\"a\") and always() } }"),
        (
            "~tools.block",
            "fn wanted(name: string) -> bool { exists(name) and always() }\nblock hidden { detect { oops } }",
        ),
        ("^prelude.block", "fn always() -> bool { true }"),
    ]);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(hir.functions.len(), 2);
    assert_eq!(hir.blocks.keys().collect::<Vec<_>>(), ["app"]);
}

#[test]
fn functions_of_another_file_are_not_seen_without_use() {
    let found =
        codes(&[("+app.block", "block app { detect { wanted() } }"), ("+b.block", "fn wanted() -> bool { true }")]);
    assert_eq!(found, ["E0209"]);
}

#[test]
fn what_a_used_file_uses_is_not_seen() {
    let found = codes(&[
        ("+a.block", "use \"./b.block\"\nblock app { detect { one() and two() } }"),
        ("~b.block", "use \"./c.block\"\nfn one() -> bool { two() }"),
        ("~c.block", "fn two() -> bool { true }"),
    ]);
    assert_eq!(found, ["E0209"]);
}

#[test]
fn a_function_that_two_used_files_have_is_an_error() {
    let found = codes(&[
        ("+a.block", "use \"./b.block\"\nuse \"./c.block\"\nblock app { detect { one() } }"),
        ("~b.block", "fn one() -> bool { true }"),
        ("~c.block", "fn one() -> bool { false }"),
    ]);
    assert_eq!(found, ["E0205"]);
}

#[test]
fn the_preludes_functions_cannot_be_declared_again() {
    let found = codes(&[
        ("+a.block", "fn always() -> bool { false }\nblock app { detect { always() } }"),
        ("^prelude.block", "fn always() -> bool { true }"),
    ]);
    assert_eq!(found, ["E0203"]);
}

#[test]
fn files_that_use_each_other_are_reported_once() {
    let found = codes(&[
        ("+a.block", "use \"./b.block\"\nblock app { detect { one() } }"),
        ("~b.block", "use \"./a.block\"\nfn one() -> bool { true }"),
    ]);
    assert_eq!(found, ["E0213"]);
}

#[test]
fn a_block_of_the_project_replaces_one_that_ships() {
    let (hir, found, _) = check_files(&[
        ("uv.block", "block uv { provides old = \"/old\" }"),
        ("+uv.block", "block uv { detect { exists(\"mine\") } }"),
    ]);
    assert!(found.is_empty(), "{found:?}");
    assert!(hir.blocks["uv"].from_project);
}

#[test]
fn what_a_replaced_block_provided_is_gone() {
    let found = codes(&[
        ("uv.block", "block uv { provides old = \"/old\" }"),
        ("+uv.block", "block uv { detect { exists(\"mine\") } }"),
        ("+app.block", "block app { needs old }"),
    ]);
    assert_eq!(found, ["E0214"]);
}

#[test]
fn a_capability_of_another_file_is_a_name_with_its_value() {
    let (hir, found, _) = check_files(&[
        ("store.block", "block store { provides storage = \"/s\" }"),
        ("+app.block", "block app { needs storage  export { workdir storage } }"),
    ]);
    assert!(found.is_empty(), "{found:?}");
    assert!(check::dump(&hir).contains("workdir capability storage"));
}

#[test]
fn the_place_and_the_let_that_carries_it_are_shown_when_a_value_is_known_too_late() {
    let text = "block app {\n  let v = dep.python.version\n  depends { python = \"*\" }\n  detect { v > \"3\" }\n}";
    let (_, found, sources) = check_files(&[("+app.block", text)]);
    let [late] = found.as_slice() else { panic!("{found:?}") };
    let at = |span: cogpack::source::Span| sources.text(span);
    assert_eq!(at(late.primary.as_ref().unwrap().span), "v");
    assert_eq!(at(late.related[0].span), "dep.python");
    assert!(late.message.contains("`detect`") && late.message.contains("`dep.python`"), "{}", late.message);
}

#[test]
fn a_circle_of_lets_does_not_hide_other_mistakes() {
    let found = codes(&[("+a.block", "block a { let x = y  let y = x  let z = w  detect { z == x } }")]);
    assert_eq!(found, ["E0211", "E0201"]);
}

/// Text that is as deep as the parser lets through.
fn deepest() -> String {
    let nest = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(55), close.repeat(55));
    let lists = format!("{}1{}", "[".repeat(15), "]".repeat(15));
    let chain = vec!["exists(\"a\")"; 60].join(" or ");
    format!(
        "block a {{\n  let p = {}\n  let l = {}\n  let s = {}\n  let c = {chain}\n  detect {{ p and l != [] and s != \"\" and c }}\n  \
         phase build.runtime {{ stage s {{ {} }} }}\n}}",
        nest("(", "true", ")"),
        lists,
        nest("trim(", "\"x\"", ")"),
        nest("when p { ", "run \"true\"", " }"),
    )
}

#[test]
fn what_is_as_deep_as_can_be_is_checked_on_a_small_stack() {
    let checked = std::thread::Builder::new().stack_size(1 << 20).spawn(|| {
        let (hir, found, _) = check_files(&[("+a.block", &deepest())]);
        assert!(found.is_empty(), "{:?}", found[0]);
        check::dump(&hir).len()
    });
    assert!(checked.unwrap().join().unwrap() > 1_000);
}

/// A block of `count` lines made by `line`.
fn long(count: usize, line: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (0..count).map(line).collect();
    format!("block a {{\n{}\n}}", lines.join("\n"))
}

#[test]
fn many_mistakes_take_no_more_than_linear_time() {
    let cases = [
        long(3_000, |n| format!("let x{n} = y{n}")),
        long(3_000, |n| format!("let x{n} = [x{}, x0]", n + 1)),
        long(3_000, |n| format!("needs c{n}")),
        long(3_000, |n| format!("after b{n}\nbefore b{n}")),
        long(3_000, |_| "let same = f()".to_owned()),
        long(2_000, |n| {
            format!("phase build.runtime {{ stage s{n} {{ copy \"/x\" from stage s{} to \"/x\" }} }}", n + 1)
        }),
        long(2_000, |n| format!("depends {{ d{n} = dep.d{n} }}")),
        long(2_000, |n| {
            format!(
                "phase build.runtime {{ stage s{n} {{ from scratch mkfile \"/{n}\" = \"x\" copy \"/y\" from stage s0 to \"/z\" }} }}"
            )
        }),
    ];
    for text in cases {
        let started = Instant::now();
        check_files(&[("+a.block", &text)]);
        let head: String = text.chars().take(60).collect();
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}: {head}", started.elapsed());
    }
}

fn fixtures() -> Vec<String> {
    let mut texts = Vec::new();
    for folder in ["tests/pass/check", "tests/fail/check"] {
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        texts.extend(paths.iter().map(|path| std::fs::read_to_string(path).unwrap()));
    }
    texts
}

/// The text in pieces: words, runs of blanks, single other characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for c in text.chars() {
        let joins = tokens.last().and_then(|last: &String| last.chars().next()).is_some_and(|first| {
            (first.is_alphanumeric() && (c.is_alphanumeric() || "_-".contains(c))) || (first == ' ' && c == ' ')
        });
        match tokens.last_mut() {
            Some(last) if joins => last.push(c),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}

/// Changes tokens: each change removes, doubles, or takes one from elsewhere.
fn mutated(text: &str, other: &str, changes: &[(u8, prop::sample::Index, prop::sample::Index)]) -> String {
    let mut tokens = tokens(text);
    let others = self::tokens(other);
    for (kind, at, from) in changes {
        if tokens.is_empty() || others.is_empty() {
            break;
        }
        let at = at.index(tokens.len());
        match kind % 3 {
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, tokens[at].clone()),
            _ => tokens[at] = others[from.index(others.len())].clone(),
        }
    }
    tokens.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutation_of_a_fixture_makes_the_checker_panic(
        one in any::<prop::sample::Index>(),
        two in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
    ) {
        let texts = fixtures();
        let text = mutated(&texts[one.index(texts.len())], &texts[two.index(texts.len())], &changes);
        let (hir, found, sources) = check_files(&[("+a.block", &text)]);
        check::dump(&hir);
        for label in found.iter().flat_map(|found| found.primary.iter().chain(&found.related)) {
            let file = sources.file(label.span.file);
            prop_assert!(file.text.get(label.span.range()).is_some(), "{label:?} in {text}");
        }
        for found in &found {
            prop_assert!(!found.message.is_empty() && !found.message.ends_with('.'), "{found:?}");
        }
    }
}
