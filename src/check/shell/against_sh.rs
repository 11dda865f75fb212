//! The lexer against the real `/bin/sh`: hostile values, quoted, at every slot that it calls a word.

use crate::check::shell::tests::lexed;
use crate::check::shell::{Place, quote};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What would run `touch canary` if it were not plain text.
const HOSTILE: [&str; 24] = [
    "$(touch canary)",
    "`touch canary`",
    ";touch canary;",
    "'; touch canary; '",
    "\"; touch canary; \"",
    "\n touch canary\n",
    "& touch canary &",
    "| touch canary |",
    ") touch canary (",
    "} ; touch canary",
    "E\ntouch canary\n",
    "*",
    "~",
    "a b",
    "\\",
    "#x",
    "1",
    "A",
    "A=b",
    "=b",
    "if",
    "-c",
    "é\t",
    "",
];

/// Text in the shell around a word, and what it adds to the word.
const GLUE: [(&str, &str); 9] = [
    ("", ""),
    ("a", "a"),
    ("'b c'", "b c"),
    ("\"d\\\"e'\"", "d\"e'"),
    ("\\$", "$"),
    ("--x=", "--x="),
    ("\\\n", ""),
    ("\"$(printf %s \"f'\")\"", "f'"),
    ("${nothing#'}'}", ""),
];

/// What may stand around a command on one line, shown as `W`.
const NEAR: [&str; 4] =
    ["W", "W", "cat <<'E' >/dev/null; W\nbody ' \" $( `\nE\n", "cat <<-E <<F >/dev/null; W\n\tit's\n\tE\n\"\nF\n"];

/// What may stand around commands, shown as `W`.
const AROUND: [&str; 18] = [
    "(W\n)",
    "{ W\n}",
    "if true; then W\nfi",
    "x=\"$(W\n)\"",
    "case a in (b) :;; a) W\nesac",
    "case \"it's\" in *\\)) :;; *) W\n;;\nesac",
    "for i in 1; do W\ndone",
    "true && { W\n}",
    "# it's \"\nW",
    "f() { W\n}; f",
    ": a\\\n; W",
    ": '\\'; W\n # '",
    ": ${x#'}'}; W",
    ": \"${x:-\\\"}\" $((1 + (2))); W",
    "while W\ndo break; done",
    "! { W\n}",
    "for i\nin 'a;' ; do W\ndone",
    ": $(case x in y) ;; esac; # )\n); W",
];

const PARTS: [&str; 46] = [
    "@",
    "@",
    "@",
    " @ ",
    "=@",
    " ",
    " ",
    " ",
    "\n",
    ";",
    "; ",
    "|",
    "&",
    "( ",
    ") ",
    "'",
    "'",
    "\"",
    "\"",
    "`",
    "$",
    "$x",
    "$(",
    "${x:-",
    "$((",
    "))",
    "}",
    "{ ",
    "\\",
    "#",
    " #",
    "<",
    ">",
    "<<E ",
    "<<'E' ",
    "\nE\n",
    "A=",
    "[",
    "echo ",
    "printf %s ",
    "case x in ",
    "x) ",
    ";;",
    " esac ",
    "if true; then ",
    "; fi ",
];

/// Runs a script in a folder of its own: what it wrote to the file `out`, and whether the canary appeared.
#[expect(clippy::disallowed_types, reason = "the shell itself is what is compared with")]
fn run(script: &str) -> (Vec<u8>, bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = std::process::Command::new("timeout")
        .args(["5", "/bin/sh", "-c", "/bin/sh -c \"$1\" >/dev/null 2>&1; test ! -f out || cat out", "sh", script])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .expect("a shell");
    (output.stdout, folder.path().join("canary").exists())
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_global_rejects: 100_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn a_value() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(HOSTILE.to_vec());
    prop_oneof![
        hostile.clone().prop_map(str::to_owned),
        (hostile, "[ -~\n\t]{0,6}").prop_map(|(hostile, more)| format!("{more}{hostile}")),
    ]
}

/// Puts the quoted value into every slot.
fn filled(template: &str, value: &str) -> String {
    template.replace('@', &quote(value))
}

#[test]
fn a_quoted_value_stays_one_word() {
    let glue = || prop::sample::select(GLUE.to_vec());
    let near = prop::sample::select(NEAR.to_vec());
    let around = prop::collection::vec(prop::sample::select(AROUND.to_vec()), 0..3);
    let strategy = (a_value(), glue(), glue(), near, around);
    let checked = std::cell::Cell::new(0);
    runner(400)
        .run(&strategy, |(value, before, after, near, around)| {
            let command = format!("printf '%s\\0' {}@{} >>out", before.0, after.0);
            let template = around.iter().fold(near.replace('W', &command), |inner, around| around.replace('W', &inner));
            let lexed = lexed(&template);
            prop_assert!(lexed.problems.is_empty(), "{:?}", lexed.problems);
            if lexed.slots.iter().any(|slot| slot.place != Place::Word) {
                return Ok(());
            }
            checked.set(checked.get() + 1);
            let script = filled(&template, &value);
            let (out, canary) = run(&script);
            let expected = format!("{}{value}{}\0", before.1, after.1);
            prop_assert_eq!(String::from_utf8_lossy(&out), expected, "{}", script);
            prop_assert!(!canary, "{script}");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(checked.get() > 250, "only {} templates had a slot that is a word", checked.get());
}

#[test]
fn no_value_runs_in_any_text() {
    let parts = prop::collection::vec(prop::sample::select(PARTS.to_vec()), 2..14);
    let strategy = (parts, prop::sample::select(HOSTILE.to_vec()));
    runner(600)
        .run(&strategy, |(parts, value)| {
            let template = parts.concat();
            let lexed = lexed(&template);
            prop_assert_eq!(lexed.slots.len(), template.matches('@').count());
            let refused = lexed.slots.iter().any(|slot| slot.place != Place::Word);
            prop_assume!(!refused && lexed.problems.is_empty() && !lexed.slots.is_empty());
            let script = filled(&template, value);
            prop_assert!(!run(&script).1, "{template:?} -> {script:?}");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[ -~\n\té]{0,60}", like in "[@'\"`$(){}\\\\<;&|#a\n-]{0,60}") {
        for text in [text, like] {
            prop_assert_eq!(lexed(&text).slots.len(), text.matches('@').count());
        }
    }
}
