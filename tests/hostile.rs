//! Files made to break a compiler: each gives a clear error, quickly, and nothing raw reaches the terminal.

mod support;

use std::time::{Duration, Instant};

/// Generous for a debug build on a busy machine; `benches/process.py` measures the release build.
const MOST_TIME: Duration = Duration::from_secs(5);

struct Case {
    name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    code: &'static str,
}

fn case(name: &'static str, code: &'static str, files: Vec<(&'static str, Vec<u8>)>) -> Case {
    Case { name, files, code }
}

fn cases() -> Vec<Case> {
    let block = |text: &str| vec![("main.py", Vec::new()), ("blocks/hostile.block", text.as_bytes().to_vec())];
    let yaml = |text: String| vec![("cog.yaml", text.into_bytes())];
    let deep = format!("block b {{ let x = {}1{} }}", "[".repeat(10_000), "]".repeat(10_000));
    let bomb = {
        let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in b'b'..=b'k' {
            let (level, below) = (level as char, (level - 1) as char);
            let items = vec![format!("*{below}"); 10].join(", ");
            text.push_str(&format!("{level}: &{level} [{items}]\n"));
        }
        text
    };
    // Texts are shared until something is made of them, so a small file asks for much.
    let much = |lets: &str, operation: &str| {
        let thousand = vec!["\"k\""; 1000].join(", ");
        let text = "x".repeat(200_000);
        let head = format!("block b {{\n let keys = [{thousand}]\n let text = \" {text}\"\n{lets}");
        block(&format!("{head} phase build.runtime {{ stage s {{ {operation} }} }}\n}}\n"))
    };
    let each = |value: &str| format!("for a in keys {{ for b in keys {{ {value} }} }}");
    let list = |value: &str| format!("when [{}] != [] {{ run \"x\" }}", each(value));
    vec![
        case("lists of lists", "E0609", {
            let below = |name: &str| vec![name; 100].join(", ");
            let lets: String = [("a", "keys"), ("b", "a"), ("c", "b"), ("d", "c")]
                .iter()
                .map(|(name, of)| format!(" let {name} = [{}]\n", below(of)))
                .collect();
            much(&lets, "when d != [] and text != \"\" { run \"x\" }")
        }),
        case("many copies of a text", "E0609", much("", &list("trim(text)"))),
        case("a long list as JSON", "E0609", {
            much(" let all = [for a in keys { text }]\n", "when to_json(all) != \"\" { run \"x\" }")
        }),
        case("many comparisons of a text", "E0609", much("", &list("a if starts_with(text, text)"))),
        case("a million operations", "E0609", much("", &format!("env X = trim(text)\n{}", each("run \"x\"")))),
        case("many files of one text", "E0609", much("", "for a in keys { mkfile \"/a\" = text }")),
        case("many long commands", "E0609", much("", "for a in keys { run \"echo ${text}\" }")),
        case("bidi", "E01", block("block b { # \u{202e}evil\n }")),
        case("escape", "E01", block("block b { let x = \"\u{1b}[2J\" }")),
        case("nul", "E01", block("block b { let x = \"\0\" }")),
        case("ten megabytes", "E0", block(&"# filler\n".repeat(10 * 1024 * 1024 / 9 + 1))),
        case("depth 10,000", "E01", block(&deep)),
        case(
            "truncated UTF-8",
            "E0",
            vec![("main.py", Vec::new()), ("blocks/hostile.block", b"block b { # \xe2\x82".to_vec())],
        ),
        case("YAML bomb", "E0509", yaml(bomb)),
        case("duplicate keys", "E0506", yaml("build:\n  gpu: true\n  gpu: false\n".into())),
        case(
            "recursive use",
            "E02",
            vec![
                ("main.py", Vec::new()),
                ("blocks/a.block", b"use \"./b.block\"\nblock a { }".to_vec()),
                ("blocks/b.block", b"use \"./a.block\"\nblock b { }".to_vec()),
            ],
        ),
        case("a path out of the project", "E0", yaml("build:\n  python_requirements: ../../etc/passwd\n".into())),
        case("use out of the project", "E0", block("use \"../../../../etc/passwd\"\nblock b { }")),
        case(
            "a fact out of the project",
            "E0",
            block("block b { let x = read(\"../../etc/passwd\")\n detect { x != none } }"),
        ),
    ]
}

#[test]
fn hostile_files_give_a_clear_error_quickly() {
    for case in cases() {
        let files: Vec<(&str, &[u8])> = case.files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
        let project = support::project(&files);
        let started = Instant::now();
        let output = support::cogpack().arg("compile").arg(project.path()).output().unwrap();
        let took = started.elapsed();
        let stderr = String::from_utf8(output.stderr).unwrap_or_else(|_| panic!("{}: stderr is not UTF-8", case.name));
        assert_eq!(output.status.code(), Some(1), "{}: {stderr}", case.name);
        assert!(output.stdout.is_empty(), "{}: nothing is printed beside the error", case.name);
        assert!(stderr.contains(case.code), "{} should say {}: {stderr}", case.name, case.code);
        assert!(took < MOST_TIME, "{} took {took:?}", case.name);
        let raw = stderr.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(raw, None, "{}: {stderr:?}", case.name);
        assert!(stderr.len() < 64 * 1024, "{}: {} bytes of output", case.name, stderr.len());
    }
}

#[test]
fn nothing_raw_reaches_the_terminal_and_no_password_does() {
    let project = support::project(&[
        ("cog.yaml", b"environment:\n- \"A=\\u202e\\u200b\"\nbuild:\n  run:\n  - \"echo \\u202e\"\n"),
        ("main.py", b""),
        ("other/main.py", b""),
        ("secret/cog.yaml", b"environment:\n- \"A=https://me:hunter2@host.example/\"\n"),
        ("a\u{1b}[2J.block", b"block   b{}"),
    ]);
    let commands: &[&[&str]] = &[
        &["plan", "."],
        &["diff", ".", "other"],
        &["compile", "secret"],
        &["fmt", "--check", "a\u{1b}[2J.block"],
        &["fmt", "--diff", "a\u{1b}[2J.block"],
        &["init", "new\u{1b}[2J\u{202e}"],
        &["word\u{1b}[2J\u{202e}"],
        &["compile", "--emit", "\u{202e}"],
    ];
    for arguments in commands {
        let output = support::cogpack().args(*arguments).current_dir(project.path()).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!text.is_empty(), "{arguments:?} prints something");
        let is_raw = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}');
        assert_eq!(text.chars().find(is_raw), None, "{arguments:?}: {text:?}");
        assert!(!text.contains("hunter2"), "{arguments:?}: {text}");
    }
}
