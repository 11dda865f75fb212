//! Every example in `docs/` does what the page says: blocks check, or fail with the code they name; expressions have the
//! types they show; commands print what they show.
//!
//! The word after `block` on a fence says what it holds: nothing, a whole file; `fragment`, statements of a block; `stage`,
//! statements of a stage; `expr`, one expression a line, with its type after `#`; `error=CODE`, a whole file with exactly
//! this error. A fence after "In `FILE`:" is that file, and `console` fences run in the folder where these files lie.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use cogpack::check::hir::Hir;
use cogpack::compile::{self, Options};
use cogpack::diagnostic::render::{Format, Style, render};
use cogpack::diagnostic::{Severity, Sink, code};
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;
use support::{cogpack, root};

/// A piece of a page between two lines of backticks.
struct Fence {
    /// The page and line it begins at.
    place: String,
    /// The words after the backticks.
    info: String,
    /// The file that "In `FILE`:" before it names.
    file: Option<String>,
    /// The last heading of second level before it.
    section: String,
    text: String,
}

fn fences(path: &str) -> Vec<Fence> {
    let text = read(path);
    let mut found: Vec<Fence> = Vec::new();
    let (mut section, mut before, mut open) = (String::new(), "", false);
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                let file = before.strip_prefix("In `").and_then(|rest| rest.strip_suffix("`:")).map(str::to_owned);
                let place = format!("{path}:{number}");
                before = "";
                found.push(Fence { place, info: info.into(), file, section: section.clone(), text: String::new() });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => found.last_mut().unwrap().text.extend([line, "\n"]),
            (None, false) => {}
        }
        if !open && line.starts_with("## ") {
            section = line.to_owned();
        }
        if !open && !line.trim().is_empty() && !line.starts_with("```") {
            before = line;
        }
    }
    assert!(!open, "{path}: a fence is not closed");
    found
}

#[expect(clippy::disallowed_methods, reason = "the pages are read")]
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pages of a folder, sorted.
#[expect(clippy::disallowed_methods, reason = "the pages are listed")]
fn pages(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut pages: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    pages.sort();
    pages
}

/// What checking a text finds.
struct Checked {
    hir: Hir,
    errors: BTreeSet<&'static str>,
    all: BTreeSet<&'static str>,
    report: String,
}

/// Checks a text as a file in a project's `blocks` folder, beside the blocks that ship.
fn check(text: &str) -> Checked {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let library = "fn shout(text: string) -> string { replace(text, \".\", \"!\") }\n";
    let tree = MemoryTree::new().with("blocks/self.block", text).with("blocks/names.block", library);
    let hir = compile::all_blocks(Box::new(tree), &Options::default(), &sources, &mut sink);
    let found = sink.diagnostics();
    let errors = found.iter().filter(|found| found.severity == Severity::Error).map(|found| found.code.alias);
    Checked {
        hir,
        errors: errors.collect(),
        all: found.iter().map(|found| found.code.alias).collect(),
        report: render(found, &sources, Format::Short, &Style::PLAIN),
    }
}

/// A fence's text as a whole file.
fn whole_file(kind: &str, text: &str) -> String {
    match kind {
        "fragment" => format!("block example {{\n{text}\n}}\n"),
        "stage" => format!(
            "block example {{\n  uses network\n  phase build.app-build {{\n    stage example {{\n{text}\n    }}\n  }}\n}}\n"
        ),
        _ => text.to_owned(),
    }
}

/// What stands for itself in the examples of expressions.
const NAMES: &[(&str, &str)] = &[
    ("manifest", "toml(\"pyproject.toml\")"),
    ("locked", "exists(\"uv.lock\")"),
    ("name", "manifest.string(\"project.name\")"),
    ("items", "[\"a\", \"b\"]"),
];

/// What is wrong with a fence of expressions.
fn wrong_expressions(fence: &Fence) -> Vec<String> {
    let lines: Vec<(&str, &str)> = fence.text.lines().filter_map(|line| line.rsplit_once("# ")).collect();
    assert_eq!(lines.len(), fence.text.lines().count(), "{}: a line has no type", fence.place);
    let mut text = String::from("block example {\n  depends { python = \">=3.10\" }\n");
    for (name, value) in NAMES {
        text += &format!("  let {name} = {value}\n");
    }
    for (number, (expression, _)) in lines.iter().enumerate() {
        text += &format!("  let example-{number} = {expression}\n");
    }
    let checked = check(&(text + "}\n"));
    if !checked.errors.is_empty() {
        return vec![format!("{}: {}", fence.place, checked.report)];
    }
    let lets = &checked.hir.blocks["example"].lets[NAMES.len()..];
    lets.iter()
        .zip(lines)
        .filter(|(binding, (_, ty))| binding.value.ty.to_string() != ty.trim())
        .map(|(binding, (text, _))| format!("{}: `{}` is {}", fence.place, text.trim(), binding.value.ty))
        .collect()
}

/// What is wrong with a fence of blocks.
fn wrong_blocks(fence: &Fence) -> Vec<String> {
    let Some(kind) = fence.info.strip_prefix("block") else { return Vec::new() };
    let kind = kind.trim();
    if kind == "expr" {
        return wrong_expressions(fence);
    }
    let wanted: BTreeSet<&str> = kind.strip_prefix("error=").into_iter().collect();
    assert!(matches!(kind, "" | "fragment" | "stage") || !wanted.is_empty(), "{}: `{kind}`?", fence.place);
    let checked = check(&whole_file(kind, &fence.text));
    if checked.errors == wanted {
        return Vec::new();
    }
    vec![format!("{}: {:?} is expected, found\n{}", fence.place, wanted, checked.report)]
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn blocks_in_the_docs_check_or_fail_as_they_say() {
    let fences: Vec<Fence> = pages("docs").iter().chain(&["README.md".into()]).flat_map(|page| fences(page)).collect();
    let blocks = fences.iter().filter(|fence| fence.info.starts_with("block")).count();
    assert!(blocks > 25, "only {blocks} fences of blocks were found");
    assert_none(&fences.iter().flat_map(wrong_blocks).collect::<Vec<_>>());
}

#[test]
fn pages_of_the_codes_show_the_mistake_and_then_none() {
    let mut wrong = Vec::new();
    for code in code::ALL {
        let page = format!("docs/diagnostics/{}.md", code.alias);
        for fence in fences(&page).iter().filter(|fence| fence.info == "block") {
            // What is found only in a project is no error of the block alone.
            let found_by_check = ("E0100".."E0500").contains(&code.alias);
            let checked = check(&fence.text);
            let is_right = match fence.section.as_str() {
                "## Example" if found_by_check => checked.all.contains(code.alias),
                _ => checked.errors.is_empty(),
            };
            if !is_right {
                wrong.push(format!("{}: {}", fence.place, checked.report));
            }
        }
    }
    assert_none(&wrong);
}

/// The files that a part of a page shows: those that are named, and blocks in the project's folder.
fn shown_files(fences: &[Fence], section: &str) -> Vec<(String, String)> {
    let fences = fences.iter().filter(|fence| fence.section == section).enumerate();
    let named = fences.filter_map(|(number, fence)| {
        let block = (fence.info == "block").then(|| format!("blocks/{number}.block"));
        Some((fence.file.clone().or(block)?, fence.text.clone()))
    });
    named.collect()
}

/// The codes of the errors of a project, and `code` if that is a warning of it.
fn errors(files: &[(String, String)], code: &str) -> (BTreeSet<&'static str>, String) {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let tree: MemoryTree = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    compile::compile(Box::new(tree), &Options::default(), &sources, &mut sink);
    let found = sink.diagnostics().iter().filter(|found| found.severity == Severity::Error || found.code.alias == code);
    (found.map(|found| found.code.alias).collect(), render(sink.diagnostics(), &sources, Format::Short, &Style::PLAIN))
}

#[test]
fn pages_about_projects_show_one_that_fails_and_one_that_compiles() {
    let is_about_projects = |alias: &str| ["E06", "E07", "E085", "E11"].iter().any(|start| alias.starts_with(start));
    let mut wrong = Vec::new();
    for code in code::ALL.iter().filter(|code| is_about_projects(code.alias)) {
        let page = format!("docs/diagnostics/{}.md", code.alias);
        let fences = fences(&page);
        let mut project = shown_files(&fences, "## Example");
        if code.alias != "E0701" {
            project.push(("main.py".into(), String::new()));
        }
        let (found, report) = errors(&project, code.alias);
        if !found.contains(code.alias) {
            wrong.push(format!("{page}: the example gives {found:?}\n{report}"));
        }
        let mended = shown_files(&fences, "## What to do");
        project.retain(|(path, _)| !mended.iter().any(|(other, _)| other == path));
        project.extend(mended);
        let (found, report) = errors(&project, code.alias);
        if !found.is_empty() {
            wrong.push(format!("{page}: what is to be done gives\n{report}"));
        }
    }
    assert_none(&wrong);
}

/// Runs the commands of a page, in a folder with the files that the page shows.
#[expect(clippy::disallowed_methods, reason = "the page's files are written")]
fn run_page(page: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let mut here = folder.path().to_owned();
    let mut commands = 0;
    for fence in fences(page) {
        if let Some(file) = &fence.file {
            let path = here.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &fence.text).unwrap();
        }
        if fence.info != "console" {
            continue;
        }
        for command in fence.text.strip_prefix("$ ").expect("a console fence begins with `$ `").split("\n$ ") {
            let (line, expected) = command.split_once('\n').unwrap_or((command, ""));
            if let Some(folder) = line.strip_prefix("cd ") {
                here.push(folder);
                continue;
            }
            commands += 1;
            let printed = printed(line, &here, &fence.place);
            assert!(
                shows(expected.trim_end(), printed.trim_end()),
                "{}: `{line}` is shown to print\n{expected}\nand prints\n{printed}",
                fence.place
            );
        }
    }
    commands
}

/// What a command prints: findings first, then its output.
fn printed(line: &str, here: &Path, place: &str) -> String {
    let args = line.strip_prefix("cogpack ").unwrap_or_else(|| panic!("{place}: `{line}` is no command of Cogpack"));
    let output = cogpack().args(args.split_whitespace()).current_dir(here).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let here = here.canonicalize().unwrap();
    (text(output.stderr) + &text(output.stdout)).replace(&*here.to_string_lossy(), "/home/you/greeter")
}

/// Whether a text is what a page shows; a line that is `…` stands for any lines.
fn shows(expected: &str, printed: &str) -> bool {
    let same = |shown: &str, line: &str| shown.trim_end() == line.trim_end();
    let printed: Vec<&str> = printed.lines().collect();
    let mut from = 0;
    let mut skips = false;
    for chunk in expected.lines().collect::<Vec<_>>().split(|line| line.trim() == "…") {
        let starts: Vec<usize> = if skips { (from..=printed.len()).collect() } else { vec![from] };
        let fits = |&start: &usize| {
            let lines = printed.get(start..start + chunk.len()).unwrap_or_default();
            lines.len() == chunk.len() && chunk.iter().zip(lines).all(|(shown, line)| same(shown, line))
        };
        let Some(start) = starts.into_iter().find(fits) else { return false };
        from = start + chunk.len();
        skips = true;
    }
    from == printed.len() || expected.lines().last().is_some_and(|line| line.trim() == "…")
}

#[test]
fn commands_of_the_tutorial_print_what_it_shows() {
    assert!(run_page("docs/writing-blocks.md") > 10);
}

#[test]
fn commands_of_the_other_pages_print_what_they_show() {
    for page in ["docs/cli.md", "docs/cogpack-toml.md", "docs/testing-plans.md"] {
        run_page(page);
    }
}

#[test]
fn the_plan_in_the_readme_is_the_one_of_its_example() {
    for fence in fences("README.md").iter().filter(|fence| fence.info == "console") {
        let (line, expected) = fence.text.strip_prefix("$ ").and_then(|rest| rest.split_once('\n')).unwrap();
        let printed = printed(line, root(), &fence.place);
        assert!(shows(expected.trim_end(), printed.trim_end()), "{}: it prints\n{printed}", fence.place);
    }
}

#[test]
fn a_shown_output_may_leave_lines_out_but_not_change_them() {
    assert!(shows("a\nb", "a\nb"));
    assert!(shows("a\n…\nd", "a\nb\nc\nd"));
    assert!(shows("…\nb\n…", "a\nb\nc"));
    assert!(!shows("a\nb", "a\nb\nc"));
    assert!(!shows("a\n…\nd", "a\nb\nc"));
    assert!(!shows("b\n…", "a\nb\nc"));
}

#[test]
fn the_page_about_testing_shows_a_test_that_runs() {
    let shown: Vec<Fence> =
        fences("docs/testing-plans.md").into_iter().filter(|f| f.info.starts_with("rust")).collect();
    assert_eq!(
        shown[0].text,
        read("tests/testing_plans.rs"),
        "docs/testing-plans.md and tests/testing_plans.rs differ"
    );
}

#[test]
fn the_reference_lists_exactly_the_reserved_words() {
    let page = read("docs/language.md");
    let (_, rest) = page.split_once("\n`after` ").unwrap();
    let listed: BTreeSet<&str> =
        rest.split_once("\n\n").unwrap().0.split('`').skip(1).step_by(2).chain(["after"]).collect();
    assert_eq!(listed, cogpack::syntax::RESERVED.iter().copied().collect::<BTreeSet<_>>());
}

#[test]
fn the_reference_shows_every_field_of_every_record() {
    use cogpack::check::types::{Record, fields};
    let page = read("docs/language.md");
    let records = [
        Record::Config,
        Record::ConfigBuild,
        Record::ConfigConcurrency,
        Record::RunCommand,
        Record::SecretMount,
        Record::Weight,
        Record::Packages,
        Record::Platform,
        Record::Base,
        Record::BaseImage,
    ];
    let named = records.iter().flat_map(|record| fields(record).into_iter().map(move |(name, _)| (record, name)));
    let missing: Vec<String> = named
        .filter(|(_, name)| !page.contains(&format!(".{name}")))
        .map(|(record, name)| format!("{record}: {name}"))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn files_that_the_architecture_names_are_there() {
    let page = read("docs/architecture.md");
    let named =
        page.split('`').skip(1).step_by(2).filter(|word| word.contains('/') && !word.contains(char::is_whitespace));
    let place = |word: &&str| !word.contains("CODE") && !word.contains("NAME") && !word.contains('*');
    let is_there = |word: &&str| ["", "src"].iter().any(|folder| root().join(folder).join(word).exists());
    let missing: Vec<&str> = named.filter(place).filter(|word| !is_there(word)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    let pages = pages("docs").into_iter().chain(["README.md".into(), "CONTRIBUTING.md".into()]);
    for page in pages {
        let text = read(&page);
        let folder = Path::new(&page).parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let linked = if file.is_empty() { page.clone() } else { folder.join(file).to_string_lossy().into_owned() };
            if target.contains("://") {
                continue;
            }
            if !root().join(&linked).exists() {
                wrong.push(format!("{page}: `{target}` is not there"));
            } else if !anchor.is_empty() && !anchors(&read(&linked)).contains(anchor) {
                wrong.push(format!("{page}: `{target}` has no such heading"));
            }
        }
    }
    assert_none(&wrong);
}

/// The headings of a page, as links name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>())
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

#[test]
fn the_page_about_commands_names_every_command_and_option() {
    let page = read("docs/cli.md");
    let help = |args: &[&str]| String::from_utf8(support::run(args).stdout).unwrap();
    let listed = help(&["--help"]);
    let commands = listed.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut missing = Vec::new();
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        if !page.contains(&format!("cogpack {command}")) {
            missing.push(command.to_owned());
        }
        let help = help(&[command, "--help"]);
        let words = help.split(|c: char| c.is_whitespace() || "[]<>=,`".contains(c));
        let options = words.filter(|word| word.starts_with("--") && word.len() > 2);
        missing.extend(options.filter(|option| !page.contains(*option)).map(|option| format!("{command} {option}")));
    }
    assert_eq!(missing, Vec::<String>::new(), "docs/cli.md does not name these");
}
