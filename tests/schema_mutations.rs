//! Python that was damaged → never a panic, every place lies in its file, and the same document in every run.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::{Arc, LazyLock};

use cogpack::diagnostic::{Diagnostic, Severity, Sink};
use cogpack::project::Project;
use cogpack::project::memory::MemoryTree;
use cogpack::schema::{self, Schema};
use cogpack::source::SourceMap;
use proptest::prelude::*;
use support::fixture;

/// What is put into a file.
const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "\n    ",
    "\t",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "=",
    ".",
    "|",
    "->",
    "@",
    "*",
    "**",
    "/",
    "#",
    "\\",
    "\"",
    "'",
    "\"\"\"",
    "f\"{",
    "r'",
    "b'x'",
    "lambda: ",
    "not ",
    "-",
    "await ",
    "yield ",
    "import x",
    "from x import *",
    "*args",
    "**kwargs",
    "None",
    "str",
    "int | None",
    "list[",
    "Optional[",
    "Literal['a', 1]",
    "Input(",
    "Input(default=",
    "ge=1, ",
    "choices=",
    "class A(A): pass\n",
    "X = X\n",
    "global X\n",
    "del x\n",
    "if x:\n",
    "try:\n",
    "for x in y:\n",
    "[x for x in ",
    "1 if 2 else ",
    "10**100",
    "9",
    "99999999999999999999999999999999999999999999",
    "0x",
    "1e999",
    "1e",
    "\u{feff}",
    "\u{0}",
    "é",
    "🦀",
    "\r",
    "\u{2028}",
    "(((((((((((((((((((((((((((((((((((((((((((((((((",
    "match x:\n  case {'a': [*b]}:\n    pass\n",
    "type X = int\n",
    "_ = ",
    "0",
    ":=",
];

/// A project's files, by their paths.
type Files = Vec<(String, String)>;

static PROJECTS: LazyLock<Vec<Files>> = LazyLock::new(|| {
    let folders = ["tests/schema", "tests/fail/schema"].map(|folder| fixture::folders(&support::root().join(folder)));
    folders.into_iter().flatten().filter(|path| path.is_dir()).map(|path| fixture::files(&path)).collect()
});

/// One change of one file: where, how much of it goes, and what comes instead.
#[derive(Clone, Debug)]
struct Edit {
    file: usize,
    at: f64,
    removed: usize,
    piece: usize,
    times: usize,
}

fn edit() -> impl Strategy<Value = Edit> {
    let times = prop_oneof![9 => Just(1_usize), 1 => 1..400_usize];
    (0..8_usize, 0.0..1.0_f64, 0..20_usize, 0..PIECES.len(), times).prop_map(|(file, at, removed, piece, times)| Edit {
        file,
        at,
        removed,
        piece,
        times,
    })
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap()
}

fn edited(files: &Files, edits: &[Edit]) -> Files {
    let mut files = files.clone();
    let python: Vec<usize> = (0..files.len()).filter(|index| files[*index].0.ends_with(".py")).collect();
    for edit in edits {
        let text = &mut files[python[edit.file % python.len()]].1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "any place will do"
        )]
        let start = boundary(text, (text.len() as f64 * edit.at) as usize);
        let end = boundary(text, start + edit.removed).max(start);
        text.replace_range(start..end, &PIECES[edit.piece].repeat(edit.times));
    }
    files
}

fn read(files: &Files) -> (Option<Schema>, Vec<Diagnostic>, SourceMap) {
    let tree: MemoryTree = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let project = Project::read(Box::new(tree), &sources, &mut Sink::new());
    let schema = schema::read(&project, &sources, &mut sink);
    (schema, sink.into_diagnostics(), sources)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_python_is_too_odd(project in 0..PROJECTS.len(), edits in prop::collection::vec(edit(), 1..5)) {
        let files = edited(&PROJECTS[project], &edits);
        let (schema, found, sources) = read(&files);
        for found in &found {
            prop_assert!(found.primary.is_some() || found.code.alias == "E1102", "{:?}", found);
            for label in found.primary.iter().chain(&found.related) {
                let text = Arc::clone(&sources.file(label.span.file).text);
                prop_assert!(label.span.start <= label.span.end && text.get(label.span.range()).is_some(), "{:?}", found);
            }
            prop_assert!(!found.message.contains('\n') && !found.message.is_empty());
        }
        let errors = found.iter().any(|found| found.severity == Severity::Error);
        prop_assert!(!(errors && schema.is_some()), "a schema, and errors: {:?}", found);
        if let Some(schema) = &schema {
            let document: serde_json::Value = serde_json::from_str(&schema.text).unwrap();
            prop_assert!(document["paths"].is_object());
            prop_assert_eq!(&document.to_string(), &schema.text);
        }
        prop_assert_eq!(schema, read(&files).0);
    }
}

#[test]
fn what_just_nests_within_the_limit_is_walked_on_a_small_stack() {
    let links =
        ["-", "not ", "lambda: ", "1 + ", "1 ** ", "a.b.", "f(", "[", "1 if 1 else ", "x and ", "a[0].", "'a' 'b' + "];
    let nests_too_deeply = |link: &str, times: usize| {
        let text = link.repeat(times);
        let closing = |open, close: &str| close.repeat(text.matches(open).count() - text.matches(close).count());
        let files = deep(&format!("{text}1{}{}", closing('(', ")"), closing('[', "]")));
        let tells = |found: &Diagnostic| found.help.as_ref().is_some_and(|help| help.contains("several statements"));
        read(&files).1.iter().any(|found| found.code.alias == "E1102" && tells(found))
    };
    for link in links {
        let (mut fits, mut fails) = (1, 4_000);
        while fits + 1 < fails {
            let middle = usize::midpoint(fits, fails);
            if nests_too_deeply(link, middle) { fails = middle } else { fits = middle }
        }
        assert!((150..4_000).contains(&fits), "{link}: {fits}");
    }
}

/// A predictor that has an expression as a value, as a default, in an annotation, in quotes, and in a function.
fn deep(expr: &str) -> Files {
    let predict = format!(
        "from cog import Input\nX = {expr}\ndef run(a: {expr}, b: int = {expr}, c: int = Input(choices=[{expr}]), d: \"{}\" = X) -> X:\n    return {expr}\n",
        expr.replace('\'', "")
    );
    [("cog.yaml", "run: predict.py:run\n".to_owned()), ("predict.py", predict)]
        .map(|(name, text)| (name.to_owned(), text))
        .into()
}
