//! Mutated files of a project → never a panic, and every place that is told lies in its file.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixtures fails")]

use cogpack::diagnostic::Sink;
use cogpack::project::Project;
use cogpack::project::memory::MemoryTree;
use cogpack::source::{SourceMap, Span};

const ROUNDS: usize = 3000;

const COG: &str = r#"# é
build:
  gpu: true
  python_version: 3.10
  python_requirements: "requirements.txt"
  system_packages: [ffmpeg, "git"]
  run:
    - echo one
    - command: pip install
      mounts:
        - {type: secret, id: pip, target: /etc/pip.conf}
  cuda: "11.8"
model: registry.example/me/model
run: run.py:Runner
concurrency: {max: 1, default_target: 1}
environment:
  - HF_HOME=/src/.cache
weights:
  - name: base
    target: /src/base
    source: {uri: weights/base, include: ["*.bin"], exclude: ['a/*']}
"#;

const SETTINGS: &str = r#"stack = "python"
with = ["torch"]
without = ["pip"]
blocks = ["tools/blocks"]

[params.uv]
link_mode = "copy"
n = 3 # é

[export]
cmd = ["python", "main.py"]
workdir = "/src"
expose = [5000]
env = { HF_HOME = "/src/.cache" }
labels = { "org.example.title" = "x" }
"#;

const PYPROJECT: &str = r#"[project]
requires-python = ">=3.10,<4"
dependencies = ["torch>=2 ; sys_platform == 'linux'", "uvicorn[standard]>=0.3", "é @ https://x.example/a.whl"]

[tool.poetry.dependencies]
python = "^3.10"
flask = "^3.1 || ~2.0"
code = { git = "https://x.example/a.git", rev = "v1", extras = ["x"], python = ">=3.11" }
lib = [{ path = "./lib" }, { version = "1.*", markers = "os_name == 'posix'" }]

[[tool.uv.index]]
url = "https://x.example/simple"
explicit = true
"#;

const REQUIREMENTS: &str = r#"# é
--extra-index-url https://x.example/simple
-r base.txt
-c limits.txt
torch==2.8.0 ; python_version >= "3.9" and (os_name == 'posix' or extra == 'x') \
    --hash=sha256:aa \
    --hash=sha256:bb  # two
uvicorn[standard]>=0.3,<1
name @ https://x.example/${VAR}/a.whl#sha256=00 ; sys_platform != 'win32'
git+https://x.example/a.git@v1#egg=a&subdirectory=b
-e ./lib[dev]
./dist/é-1.0-py3-none-any.whl
"#;

const PIECES: &[&str] = &[
    "\0",
    "\u{1b}",
    "\\",
    "\\\n",
    "\r\n",
    "\n",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ":",
    "=",
    "==",
    "~=",
    "^",
    "||",
    "#",
    " # ",
    ";",
    "@",
    "-",
    "--",
    "-r ",
    "-c requirements.txt",
    "-e ",
    "../",
    "/",
    "${X}",
    "é",
    "🦀",
    "\u{feff}",
    "\u{2028}",
    "null",
    "~",
    "1.*",
    "99999999999999999999",
    "https://u:p@h/",
    "extra == 'a' or ",
    "(((((((((",
    "&a ",
    "*a",
    "!!x ",
    ",",
    "...",
    "\t",
    "[[package]]",
];

/// A xorshift generator: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

fn mutate(text: &str, dice: &mut Dice) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(4) {
        let (first, second) = (dice.place(&text), dice.place(&text));
        let (start, end) = (first.min(second), first.max(second));
        let near = (start + dice.below(12)).min(end);
        let near = (start..=near).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
        match dice.below(6) {
            0 => text.replace_range(start..near, ""),
            1 => text.insert_str(start, PIECES[dice.below(PIECES.len())]),
            2 => text.replace_range(start..near, PIECES[dice.below(PIECES.len())]),
            3 => {
                let again = text[start..near].to_owned();
                text.insert_str(end, &again);
            }
            4 => text.insert_str(first, &PIECES[dice.below(PIECES.len())].repeat(dice.below(40))),
            _ if end > text.len() / 2 => text.truncate(end),
            _ => {}
        }
    }
    text
}

fn check(files: &[(&str, &str)]) {
    let tree: MemoryTree = files.iter().copied().collect();
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let project = Project::read(Box::new(tree), &sources, &mut sink);
    let in_file = |span: Span| {
        let text = std::sync::Arc::clone(&sources.file(span.file).text);
        assert!(span.start <= span.end && text.get(span.range()).is_some(), "{span:?} in {files:?}");
    };
    for found in sink.diagnostics() {
        found.primary.iter().chain(&found.related).for_each(|label| in_file(label.span));
        assert!(!found.message.contains('\n') && !found.message.is_empty());
    }
    let packages = &project.packages;
    packages.lines.iter().chain(&packages.indexes).chain(&packages.constraints).for_each(|line| in_file(line.span));
    packages.by_name.values().flat_map(|package| &package.requirements).for_each(|asked| in_file(asked.span));
    assert!(packages.lines.iter().all(|line| !line.value.contains(['\n', '\r', '\0'])));
    assert!(project.config.to_json().starts_with('{'));
}

fn mutations_of(file: &str, text: &str, seed: u64) {
    let mut dice = Dice(seed);
    for _ in 0..ROUNDS {
        let mutated = mutate(text, &mut dice);
        let files = [("base.txt", "numpy\n"), ("limits.txt", "numpy<2\n"), ("run.py", ""), (file, mutated.as_str())];
        check(&files);
    }
}

#[test]
fn no_cog_yaml_is_too_odd() {
    mutations_of("cog.yaml", COG, 1);
}

#[test]
fn no_cogpack_toml_is_too_odd() {
    mutations_of("cogpack.toml", SETTINGS, 2);
}

#[test]
fn no_pyproject_is_too_odd() {
    mutations_of("pyproject.toml", PYPROJECT, 3);
}

#[test]
fn no_requirements_file_is_too_odd() {
    mutations_of("requirements.txt", REQUIREMENTS, 4);
}

#[test]
fn the_files_that_are_mutated_are_right() {
    let files = [
        ("cog.yaml", COG),
        ("cogpack.toml", SETTINGS),
        ("pyproject.toml", &PYPROJECT.replace('é', "e")),
        ("requirements.txt", REQUIREMENTS),
        ("base.txt", ""),
        ("limits.txt", ""),
        ("run.py", ""),
    ];
    let mut sink = Sink::new();
    Project::read(Box::new(files.into_iter().collect::<MemoryTree>()), &SourceMap::new(), &mut sink);
    let errors: Vec<_> = sink.diagnostics().iter().map(|found| &found.message).collect();
    assert!(!sink.has_errors(), "{errors:?}");
}
