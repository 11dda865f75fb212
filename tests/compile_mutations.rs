//! Mutated files of whole projects → never a panic, and never a bug that the compiler admits to.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use cogpack::compile::{self, Options};
use cogpack::diagnostic::{Sink, code};
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;
use support::fixture;

/// Mutations of each project.
const ROUNDS: usize = 12;

/// What may stand somewhere in a project's files; put where it does not belong.
const WORDS: &[&str] = &[
    "none",
    "[]",
    "{",
    "}",
    "\"",
    "${",
    "}\"",
    "-",
    "\0",
    "é",
    "\u{202e}",
    "..",
    "/",
    "stage",
    "from",
    "layer from stage",
    "phase build.base",
    "phase export.config",
    "needs same-base",
    "when true {",
    "for x in [] {",
    "exists",
    "config.build",
    "dep.python.version",
    "base.has(\"python\")",
    "packages.pinned([\"a\"])",
    "schema ?? \"\"",
    "-1",
    "99999999999999999999",
    ">=3.9",
    "https://a:b@c.example/",
    "\n",
    "$HOME",
    "raw ",
    "to_json(config)",
    "provides x",
    "after x",
    "=",
    ":",
    "  ",
];

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

fn boundary(text: &str, dice: &mut Dice) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn mutated(text: &str, dice: &mut Dice) -> String {
    let (one, other) = (boundary(text, dice), boundary(text, dice));
    let (start, end) = (one.min(other), one.max(other));
    let word = WORDS[dice.below(WORDS.len())];
    let lines: Vec<&str> = text.lines().collect();
    match dice.below(6) {
        0 => text[..start].to_owned(),
        1 => format!("{}{}", &text[..start], &text[end..]),
        2 | 3 => format!("{}{word}{}", &text[..start], &text[start..]),
        4 if !lines.is_empty() => {
            let mut lines = lines;
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            lines.swap(from, to);
            lines.join("\n")
        }
        _ => {
            let mut words: Vec<&str> = text.split(' ').collect();
            let (from, to) = (dice.below(words.len()), dice.below(words.len()));
            words[to] = words[from];
            words.join(" ")
        }
    }
}

#[test]
fn no_mutation_of_a_project_makes_the_compiler_panic() {
    let mut dice = Dice(7);
    let mut compiled_anyway = 0;
    let rooms = ["models", "fail/eval", "fail/resolve", "fail/compose"];
    for folder in rooms.iter().flat_map(|room| fixture::folders(&support::root().join("tests").join(room))) {
        let files = fixture::files(&folder);
        let rounds = if folder.to_string_lossy().contains("models") { ROUNDS } else { 2 };
        for _ in 0..rounds {
            let chosen = dice.below(files.len());
            let mut project = files.clone();
            for _ in 0..=dice.below(2) {
                project[chosen].1 = mutated(&project[chosen].1, &mut dice);
            }
            let tree: MemoryTree = project.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            let mut sink = Sink::new();
            let sources = SourceMap::new();
            let compiled = compile::compile(Box::new(tree), &Options::default(), &sources, &mut sink);
            compiled_anyway += usize::from(compiled.as_ref().is_some_and(|compiled| compile::lower(compiled).is_ok()));
            let (path, text) = &project[chosen];
            assert_eq!(compiled.is_none(), sink.has_errors(), "{folder:?}: {path}\n{text}\n{:?}", sink.diagnostics());
            let bug = sink.diagnostics().iter().find(|found| found.code == code::BUG);
            assert!(bug.is_none(), "{folder:?}: {path}\n{text}\n{bug:?}");
        }
    }
    assert!(compiled_anyway > 20, "nearly nothing compiles: the mutations are too wild ({compiled_anyway})");
}
