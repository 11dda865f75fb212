//! The repository's own rules, checked on its files: who imports whom, what every file and every code must have, and
//! what may stand nowhere. `docs/architecture.md` gives the reasons.

#![expect(clippy::disallowed_methods, reason = "the rules are about files, so the files are read")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cogpack::diagnostic::code::{ALL, Code};

/// Which rooms a room may import. `version` imports nothing, and every room may import it. `ignore` imports nothing either.
const ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("version", &[]),
    ("ignore", &[]),
    ("diagnostic", &["source"]),
    ("syntax", &["source", "diagnostic"]),
    ("check", &["source", "diagnostic", "syntax"]),
    ("project", &["source", "diagnostic", "ignore"]),
    ("schema", &["source", "diagnostic", "project"]),
    ("eval", &["source", "diagnostic", "check", "project", "schema"]),
    ("resolve", &["source", "diagnostic", "syntax", "check", "project", "schema", "eval"]),
    ("plan", &["source", "diagnostic", "syntax", "check", "project", "schema", "eval", "resolve"]),
    ("llb", &["diagnostic", "plan"]),
    ("build", &["diagnostic", "ignore", "plan", "llb"]),
    // Inputs are checked by the schema that an image carries, before anything is started.
    ("model", &["source", "diagnostic", "schema", "build"]),
    ("image", &["source", "diagnostic", "project", "resolve"]),
    (
        "cli",
        &[
            "source",
            "diagnostic",
            "ignore",
            "syntax",
            "check",
            "project",
            "schema",
            "eval",
            "resolve",
            "plan",
            "llb",
            "build",
            "model",
            "image",
            "compile",
        ],
    ),
];

/// Files of `src/` that are no room and may import all.
const FREE: &[&str] = &["lib", "main", "compile"];

/// A file of `src/` has at most this many lines.
const MOST_LINES: usize = 700;

/// Codes that no file under `tests/fail/` can show, and why not.
const WITHOUT_FIXTURE: &[(&str, &str)] = &[
    ("E0001", "it tells of a bug, which no input may show"),
    ("E0102", "the file would be too large to keep; tests/hostile.rs makes it"),
    ("E0501", "a checkout cannot hold a file that nobody may read, and root reads all"),
    ("E0502", "the file would be too large to keep; src/project/disk.rs tests it"),
    ("E0503", "fixtures are read as text; tests/hostile.rs makes it"),
    ("E0504", "a checkout may not hold links out of it; src/project/disk.rs tests it"),
    ("E0512", "a checkout may not hold such a name; src/project/disk.rs tests it"),
    ("E0513", "a checkout may not hold such files; src/project/large.rs makes them"),
    ("E0901", "it is about a file of the command line; tests/cli.rs makes it"),
    ("E0902", "a plan that was validated has no such owner"),
    ("E0903", "a plan that was validated has no such mode"),
    ("E0904", "src/llb/reference.rs tests it"),
    ("E0905", "a plan that was validated names no such stage"),
    ("E0906", "a plan that was validated has no such command"),
    ("E1001", "it is about the engines of a machine; src/build/engine/tests.rs makes it"),
    ("E1002", "an engine has to break for it; src/build/engine/tests.rs ends one"),
    ("E1003", "it is about what an engine can do; src/build/engine/tests.rs makes it"),
    ("E1004", "it is about what an engine can do; src/build/engine/tests.rs makes it"),
    ("E1005", "it is about what an engine can do; src/build/engine/tests.rs makes it"),
    ("E1035", "it is about what a build sends; src/build/session/files/tests.rs makes it"),
    ("E1036", "it is about what a build sends; src/build/session/files/tests.rs makes it"),
    ("E1037", "it is about what a build sends; src/build/session/files/tests.rs makes it"),
    ("E1038", "it is about what a build sends; src/build/session/files/tests.rs makes it"),
    ("E1039", "it is about what a build sends; src/build/session/files/tests.rs makes it"),
    ("E1040", "it is about what a build sends; src/build/session/files/tests/filters.rs makes it"),
    ("E1020", "it is found while an engine builds; src/build/session/tests.rs makes it"),
    ("E1021", "it is found while an engine builds; src/build/session/tests.rs makes it"),
    ("E1022", "it is found while an engine builds; src/build/session/tests.rs makes it"),
    ("E1023", "it is found while an engine builds; src/build/session/credentials/tests.rs makes it"),
    ("E1024", "it is found while an engine builds; src/build/session/credentials/tests.rs makes it"),
    ("E1025", "it is about what a build writes; src/build/session/content/tests.rs makes it"),
    ("E1026", "it is about what a build reads; src/build/session/content/tests.rs makes it"),
    ("E1041", "it is about what a build writes; src/build/session/export/tests.rs makes it"),
    ("E1042", "it is about what an engine sends; src/build/session/export/tests.rs makes it"),
    ("E0907", "the file would be too large to keep; tests/llb_lower.rs makes it"),
    ("E1050", "an engine has to fail in a way that nothing else tells of"),
    ("E1051", "an engine has to have another image; src/build/solve/target.rs finds it"),
    ("E1052", "an old engine has to refuse; it is found while an engine builds"),
    ("E1053", "an old engine has to refuse; it is found while an engine builds"),
    ("E1070", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1071", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1072", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1073", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1074", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1075", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1076", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1077", "a registry has to answer; tests/progress/failure.rs tells of it"),
    ("E1078", "a registry has to answer; tests/progress/failure.rs tells of it"),
    ("E1079", "a registry has to answer; tests/progress/failure.rs tells of it"),
    ("E1080", "a step has to run; tests/progress/failure.rs tells of it"),
    ("E1081", "an engine has to end; tests/progress/failure.rs tells of it"),
    ("E1082", "a registry has to answer; tests/progress/failure.rs tells of it"),
    ("E1083", "an engine has to hang up; tests/progress/failure.rs tells of it"),
    ("E1201", "it is about the engines of a machine; tests/e2e/predict.rs makes it"),
    ("E1202", "it is about the command line; src/model/input/tests.rs makes it"),
    ("E1203", "it is about the command line; src/model/input/tests.rs makes it"),
    ("E1204", "an engine has to run on another machine; src/build/engine/dialer.rs tells where one runs"),
    ("E1205", "a container has to run; tests/e2e/predict.rs makes it"),
    ("E1206", "a container has to run; tests/e2e/predict.rs makes it"),
    ("E1207", "a container has to run; tests/e2e/predict.rs makes it"),
    ("E1208", "a container has to run; tests/e2e/predict.rs makes it"),
    ("E1209", "an engine has to look for it; tests/e2e/predict.rs makes it"),
    ("E1210", "a whole project has to be read; tests/cli.rs makes it"),
    ("E1211", "it is about a file of the command line; tests/e2e/predict.rs makes it"),
    ("E1212", "an engine has to refuse; tests/e2e/predict.rs makes it"),
    ("E1213", "a server has to refuse; src/model/server.rs tests it"),
    ("E1214", "a server has to break; src/model/server.rs tests it"),
    ("E1216", "a registry has to refuse; tests/e2e/predict.rs makes it"),
    ("E1215", "an engine has to refuse; it is told at the end of a run"),
    ("E1301", "it is about a file of the command line; src/image/tests.rs makes it"),
    ("E1302", "it is about a file of the command line; src/image/tests.rs makes it"),
    ("E1303", "it is about a file of the command line; src/image/tests.rs makes it"),
    ("E1304", "it is about a file of the command line; src/image/tests.rs makes it"),
    ("E1305", "it is about a file of the command line; src/image/tests.rs makes it"),
    ("E1306", "it is about a file of the command line; src/image/tests.rs makes it"),
    ("E1307", "a registry has to refuse; src/image/registry/tests.rs makes it"),
    ("E1308", "a registry has to be away; src/image/registry/tests.rs makes it"),
    ("E1309", "a registry has to answer; src/image/registry/tests.rs makes it"),
];

// ---------------------------------------------------------------------------------------------------- the repository

#[test]
fn rooms_import_only_what_they_may() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        wrong.extend(forbidden_imports(&path, &text));
    }
    assert_none(&wrong);
}

#[test]
fn rooms_import_each_other_in_no_circle() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in rust_files("src") {
        let room = room_of(&path);
        if !FREE.contains(&room.as_str()) {
            let imported = imports(&path, &text).into_iter().map(|(_, other)| other).filter(|other| *other != room);
            graph.entry(room.clone()).or_default().extend(imported);
        }
    }
    assert_eq!(circle(&graph), None, "these rooms import each other in a circle: move what they share to the first");
}

#[test]
fn the_table_of_rooms_has_no_circle_and_knows_its_rooms() {
    let graph = ROOMS.iter().map(|(room, may)| ((*room).to_owned(), may.iter().map(|r| (*r).to_owned()).collect()));
    assert_eq!(circle(&graph.collect()), None);
    for (room, may) in ROOMS {
        for other in *may {
            let known = ROOMS.iter().any(|(name, _)| name == other) || FREE.contains(other);
            assert!(known, "`{room}` may import `{other}`, which is no room");
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_and_is_short() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        wrong.extend(misshapen(&path, &text));
    }
    assert_none(&wrong);
}

#[test]
fn nothing_unfinished_or_unordered_is_in_the_code() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src").into_iter().chain(rust_files("tests")) {
        wrong.extend(unwanted(&path, &text));
    }
    assert_none(&wrong);
}

#[test]
fn no_file_names_a_package_registry_or_a_path_of_one_machine() {
    let mut wrong = Vec::new();
    for (path, text) in text_files() {
        // Cargo writes its registry's address into the lock file itself.
        if path != "Cargo.lock" {
            wrong.extend(places_of_one_machine(&path, &text));
        }
    }
    assert_none(&wrong);
}

#[test]
fn every_code_has_its_own_name_and_a_complete_page() {
    let mut wrong = wrong_codes(ALL);
    wrong.extend(ALL.iter().flat_map(wrong_page));
    assert_none(&wrong);
}

#[test]
fn every_page_belongs_to_a_code() {
    let aliases: BTreeSet<String> = ALL.iter().map(|code| format!("docs/diagnostics/{}.md", code.alias)).collect();
    let pages = files("docs/diagnostics");
    let orphans: Vec<_> = pages.iter().filter(|path| !aliases.contains(*path)).collect();
    assert!(orphans.is_empty(), "no code in src/diagnostic/code.rs has these pages: {orphans:?}");
}

#[test]
fn every_code_has_a_fixture_that_fails_with_it() {
    // Until the first fixture lies there, the rule has nothing to hold on to.
    let fixtures = files("tests/fail");
    if !fixtures.is_empty() {
        assert_none(&without_fixture(ALL, &fixtures, WITHOUT_FIXTURE));
    }
}

// --------------------------------------------------------------------------------------------------------- the rules

/// The imports of a file that its room may not have, one message each.
fn forbidden_imports(path: &str, text: &str) -> Vec<String> {
    let room = room_of(path);
    if FREE.contains(&room.as_str()) {
        return Vec::new();
    }
    let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!(
            "{path}: the room `{room}` is not in the table: add it to ROOMS, with what it may import"
        )];
    };
    let allowed = |other: &str| other == room || other == "version" && room != "source" || may.contains(&other);
    imports(path, text)
        .into_iter()
        .filter(|(_, other)| !allowed(other))
        .map(|(line, other)| {
            format!(
                "{path}:{line}: `{room}` may not import `{other}`, only version {may:?}: move the shared type into a \
                 room that both may import, or pass the value in"
            )
        })
        .collect()
}

/// The room of a file: `src/check/hir.rs` and `src/check.rs` are `check`.
fn room_of(path: &str) -> String {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// Every `crate::room` of a file outside comments and strings, with its line; also `crate::{a, b}`, and `super::` that
/// climbs out of the room.
fn imports(path: &str, text: &str) -> Vec<(usize, String)> {
    let code = code_only(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = line_of(&code, at);
        let rest = code[at + "crate::".len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group).into_iter().map(|head| (line, head))),
            None => found.push((line, first_word(rest))),
        }
    }
    found.extend(climbing(path, &code));
    found
}

/// The rooms that chains of `super::` reach. `src/a/b.rs` is two deep, so `super::super::c` there is `crate::c`.
fn climbing(path: &str, code: &str) -> Vec<(usize, String)> {
    let inside = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    let depth = inside.trim_end_matches("/mod").split('/').count();
    let own = format!("src/{}/", room_of(path));
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].find("super::").map(|at| from + at) {
        let mut rest = &code[at..];
        let mut climbed = 0;
        while let Some(next) = rest.strip_prefix("super::") {
            (rest, climbed) = (next, climbed + 1);
        }
        let word = first_word(rest);
        let is_room = ROOMS.iter().any(|(room, _)| *room == word);
        // A module of its own may be called like a room: `plan::model`.
        let is_own = exists(&format!("{own}{word}.rs")) || exists(&format!("{own}{word}"));
        if climbed >= depth && is_room && !is_own {
            found.push((line_of(code, at), word));
        }
        from = code.len() - rest.len();
    }
    found
}

/// The first names in `a::b, c::{d, e}, f}`: `a`, `c`, `f`.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut found = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => found.push(String::new()),
            _ => {}
        }
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    let words = found.iter().map(|item| first_word(item.trim_start_matches([',', ' ', '\n'])));
    words.filter(|word| !word.is_empty()).collect()
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || "_*".contains(*c)).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// A circle in a graph, as the rooms on it, or none.
fn circle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut left = graph.clone();
    // What imports nothing that is left is on no circle.
    while let Some(room) =
        left.iter().find(|(_, to)| !to.iter().any(|other| left.contains_key(other))).map(|(room, _)| room.clone())
    {
        left.remove(&room);
    }
    let mut walk = vec![left.keys().next()?.clone()];
    while let Some(next) = left[&walk[walk.len() - 1]].iter().find(|other| left.contains_key(*other)) {
        if let Some(start) = walk.iter().position(|room| room == next) {
            return Some(walk.split_off(start));
        }
        walk.push(next.clone());
    }
    None
}

/// Whether a file has its first line, and not too many.
fn misshapen(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if !text.starts_with("//!") {
        wrong.push(format!("{path}:1: the first line must be `//! …`: what comes in, what goes out"));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        wrong.push(format!("{path}: {lines} lines, the limit is {MOST_LINES}: split it by subject"));
    }
    wrong
}

/// Left-overs, and what makes order random.
fn unwanted(path: &str, text: &str) -> Vec<String> {
    let words = [
        (concat!("FIX", "ME"), "do it, or write down elsewhere that it is to be done"),
        (concat!("XX", "X"), "do it, or write down elsewhere that it is to be done"),
    ];
    let code = [
        (concat!("to", "do!"), "write the code"),
        (concat!("unimple", "mented!"), "write the code"),
        (concat!("db", "g!"), "take it out"),
        (concat!("#[al", "low"), "write `#[expect(…, reason = \"…\")]`"),
        (concat!("#![al", "low"), "write `#![expect(…, reason = \"…\")]`"),
        (concat!("Hash", "Map"), "its order is random: use IndexMap or BTreeMap"),
        (concat!("Hash", "Set"), "its order is random: use IndexSet or BTreeSet"),
    ];
    let mut wrong = found_in(path, text, &words);
    wrong.extend(found_in(path, &code_only(text), &code));
    wrong
}

/// Addresses and paths that hold only somewhere.
fn places_of_one_machine(path: &str, text: &str) -> Vec<String> {
    let registry = "say the registry's name (PyPI, npm), and use `.example` hosts in fixtures";
    let hosts = [
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("npmjs", ".org"),
        concat!("npmjs", ".com"),
        concat!("yarnpkg", ".com"),
        concat!("anaconda", ".org"),
        concat!("anaconda", ".com"),
        concat!("rubygems", ".org"),
    ];
    let mut needles: Vec<_> = hosts.into_iter().map(|host| (host, registry)).collect();
    for needle in [concat!("/work/", "main"), concat!("/work/", "shared"), concat!("..", "/shared")] {
        needles.push((needle, "a path of one machine: write it relative to the repository"));
    }
    found_in(path, text, &needles)
}

/// Where a text holds one of the needles as a whole word, one message each.
fn found_in(path: &str, text: &str, needles: &[(&str, &str)]) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (needle, advice) in needles {
            let whole = line.match_indices(needle).any(|(at, _)| {
                let before = line[..at].chars().next_back().is_some_and(is_word);
                let after = line[at + needle.len()..].chars().next().is_some_and(is_word);
                !(before && needle.starts_with(is_word) || after && needle.ends_with(is_word))
            });
            if whole {
                wrong.push(format!("{path}:{}: holds `{needle}`: {advice}", number + 1));
            }
        }
    }
    wrong
}

/// Codes that share a name or an alias, or whose name has another form than `cogpack::room::some-words`.
fn wrong_codes(codes: &[Code]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for code in codes {
        for name in [code.alias, code.name] {
            if !seen.insert(name) {
                wrong.push(format!("src/diagnostic/code.rs: two codes are called `{name}`: rename one"));
            }
        }
        let number = code.alias.strip_prefix('E').unwrap_or_default();
        if number.len() != 4 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
            wrong.push(format!("src/diagnostic/code.rs: `{}` is not `E` and four digits", code.alias));
        }
        let parts: Vec<&str> = code.name.split("::").collect();
        let is_kebab = |words: &str| words.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let [cogpack, room, name] = parts[..] else {
            wrong.push(format!("src/diagnostic/code.rs: `{}` is not `cogpack::room::some-words`", code.name));
            continue;
        };
        if cogpack != "cogpack" || !ROOMS.iter().any(|(known, _)| *known == room) || name.is_empty() || !is_kebab(name)
        {
            wrong.push(format!("src/diagnostic/code.rs: `{}` is not `cogpack::room::some-words`", code.name));
        }
    }
    wrong
}

/// What a code's page lacks.
fn wrong_page(code: &Code) -> Vec<String> {
    let page = format!("docs/diagnostics/{}.md", code.alias);
    let mut wrong = Vec::new();
    let title = code.page.lines().next().unwrap_or_default();
    let words = title.strip_prefix(&format!("# {}: ", code.alias)).unwrap_or_default();
    if words.trim().is_empty() {
        wrong.push(format!("{page}:1: the title must be `# {}: a few words`", code.alias));
    }
    for section in ["## Example", "## What to do"] {
        if !code.page.lines().any(|line| line == section) {
            wrong.push(format!("{page}: has no section `{section}`"));
        }
    }
    if code.page.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1 {
        wrong.push(format!("{page}: a fence is not closed"));
    }
    wrong
}

/// Codes that no fixture shows, and entries of the list of exceptions that are none.
fn without_fixture(codes: &[Code], fixtures: &[String], excepted: &[(&str, &str)]) -> Vec<String> {
    let has = |alias: &str| fixtures.iter().any(|path| path.split('/').any(|part| starts_with_code(part, alias)));
    let is_excepted = |alias: &str| excepted.iter().any(|(other, _)| *other == alias);
    let mut wrong = Vec::new();
    for code in codes.iter().filter(|code| !has(code.alias) && !is_excepted(code.alias)) {
        wrong.push(format!(
            "{}: no file or folder under tests/fail/ starts with its alias: add tests/fail/ROOM/{}_case.block, or \
             enter the code in WITHOUT_FIXTURE with the reason",
            code.name, code.alias
        ));
    }
    for (alias, reason) in excepted {
        if reason.is_empty() || has(alias) || !codes.iter().any(|code| code.alias == *alias) {
            wrong.push(format!("WITHOUT_FIXTURE: {alias} has a fixture, or no reason, or is no code: take it out"));
        }
    }
    wrong
}

/// Whether a file's name is a code's alias, or begins with it and something that continues no number.
fn starts_with_code(name: &str, alias: &str) -> bool {
    name.strip_prefix(alias).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// A Rust text in which comments and what stands in strings are blank. Lines and offsets stay.
fn code_only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => 1 + quoted(&rest[1..]),
            'r' | 'b' | 'c' if !after_word => raw_string(rest).unwrap_or(0),
            '\'' => character(rest),
            _ => 0,
        };
        let (blank, next) = rest.split_at(length.max(if length == 0 { c.len_utf8() } else { 0 }));
        if length == 0 {
            out.push(c);
        } else {
            // A byte for a byte, so that offsets stay.
            out.extend(blank.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
        rest = next;
    }
    out
}

/// The length of a nested block comment.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += 1;
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a string after its opening quote, with the closing one.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"`, `br#"…"#` and the like, if it is one.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = text.len() - text.trim_start_matches(['b', 'c']).len();
    let raw = text.get(prefix..)?.strip_prefix('r').filter(|_| prefix <= 1)?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let inside = raw[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inside.find(&close).map_or(inside.len(), |at| at + close.len());
    Some(prefix + 1 + hashes + 1 + end)
}

/// The length of a character literal, or 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let after = at + escaped.len_utf8();
            text[after..].find('\'').map_or(0, |end| after + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 0,
    }
}

// --------------------------------------------------------------------------------------------------------- the files

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// Every file under a folder, by its path from the root, in order. No folder: no files.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else { continue };
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            // What git does not track: itself, what cargo builds, snapshots that wait for a decision.
            if name == ".git" || path == "target" || name.ends_with(".snap.new") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn rust_files(folder: &str) -> Vec<(String, String)> {
    let paths = files(folder).into_iter().filter(|path| path.ends_with(".rs"));
    paths.map(|path| (path.clone(), fs::read_to_string(root().join(path)).unwrap())).collect()
}

/// Every file of the repository that is text.
fn text_files() -> Vec<(String, String)> {
    files("").into_iter().filter_map(|path| Some((path.clone(), fs::read_to_string(root().join(path)).ok()?))).collect()
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n"));
}

// ------------------------------------------------------------------------------------------- the rules on made-up input

#[test]
fn a_forbidden_import_is_found_with_its_line() {
    let text = "//! x\nuse crate::source::Span;\nuse crate::plan::model::Plan;\nuse crate::version::Version;\n";
    let wrong = forbidden_imports("src/check/names.rs", text);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("src/check/names.rs:3: `check` may not import `plan`"), "{wrong:?}");
    assert!(forbidden_imports("src/compile.rs", text).is_empty());
    assert!(forbidden_imports("src/plan/mod.rs", text).is_empty());
    assert_eq!(forbidden_imports("src/llb/mod.rs", text).len(), 1, "llb may not import source");
    assert_eq!(forbidden_imports("src/version/mod.rs", text).len(), 2);
    assert_eq!(forbidden_imports("src/source/disk.rs", "use crate::version::Version;").len(), 1);
    assert!(forbidden_imports("src/cache/mod.rs", "")[0].contains("not in the table"));
}

#[test]
fn inline_paths_groups_and_climbing_are_imports_too() {
    let rooms = |text| imports("src/check/a.rs", text).into_iter().map(|(_, room)| room).collect::<Vec<_>>();
    assert_eq!(rooms("fn f(x: crate::plan::Plan) { crate::eval::eval() }"), ["plan", "eval"]);
    assert_eq!(rooms("use crate::{source::{Span, FileId}, llb,\n  plan::model};"), ["source", "llb", "plan"]);
    assert_eq!(rooms("use crate::*;"), ["*"]);
    assert_eq!(rooms("use super::super::plan::Plan; use super::hir; use super::super::types;"), ["plan"]);
    assert_eq!(rooms("use my_crate::plan; let x = \"crate::plan\"; // crate::llb\n/* crate::eval */"), [""; 0]);
    assert!(imports("src/plan/mod.rs", "mod tests { use super::model::Plan; }").is_empty());
}

#[test]
fn comments_and_strings_are_no_code() {
    let code = |text| code_only(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code("a // b\nc /* d /* e */ f */ g"), "a c g");
    assert_eq!(code(r##"a "b \" c" d r#"e " f"# g br"h" i"##), "a d g i");
    assert_eq!(code(r#"'"' a '\'' b 'c' d '\u{1b}' e"#), "a b d e");
    assert_eq!(code("fn f<'a>(x: &'a str) -> Bar<'a> {}"), "fn f<'a>(x: &'a str) -> Bar<'a> {}");
    assert_eq!(code("'é' a '/' b"), "a b");
    assert_eq!(code("for_r\"x\" y"), "for_r y");
    assert_eq!(code_only("é \"é\"\nx").len(), "é \"é\"\nx".len());
    for text in ["\"a", "/* a", "r#\"a", "'", "'\\", "'\\é", "b", "/"] {
        assert!(code_only(text).len() <= text.len());
    }
}

#[test]
fn a_circle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        circle(&graph)
    };
    assert_eq!(graph(&[("a", "b"), ("b", "c"), ("a", "c")]), None);
    assert_eq!(graph(&[("a", "b"), ("b", "c"), ("c", "b")]), Some(vec!["b".to_owned(), "c".to_owned()]));
    assert_eq!(graph(&[("a", "a")]), Some(vec!["a".to_owned()]));
}

#[test]
fn a_file_without_its_first_line_or_too_long_is_found() {
    assert!(misshapen("src/a.rs", "//! a\n").is_empty());
    assert_eq!(misshapen("src/a.rs", "use x;\n").len(), 1);
    assert_eq!(misshapen("src/a.rs", &"//! a\n".repeat(MOST_LINES + 1)).len(), 1);
}

#[test]
fn left_overs_are_found() {
    for text in [
        concat!("to", "do!()"),
        concat!("std::db", "g!(x)"),
        concat!("#[al", "low(dead_code)]"),
        concat!("#![al", "low(unused)]"),
        concat!("// FIX", "ME: later"),
        concat!("/// XX", "X"),
        concat!("let x: Hash", "Map<u8, u8>;"),
    ] {
        assert_eq!(unwanted("src/a.rs", text).len(), 1, "{text}");
    }
    for text in [concat!("mktemp XX", "XXXX"), "#[expect(x, reason = \"y\")]", concat!("\"say to", "do! twice\"")] {
        assert!(unwanted("src/a.rs", text).is_empty(), "{text}");
    }
}

#[test]
fn hosts_and_paths_of_one_machine_are_found() {
    for text in [
        concat!("https://pypi", ".org/simple"),
        concat!("files.pythonhosted", ".org"),
        concat!("cd /wo", "rk/main"),
        concat!("registry.npmjs", ".org"),
    ] {
        assert_eq!(places_of_one_machine("docs/a.md", text).len(), 1, "{text}");
    }
    for text in ["https://pypi.example/simple", "PyPI", "/network/", "framework/a"] {
        assert!(places_of_one_machine("docs/a.md", text).is_empty(), "{text}");
    }
}

#[test]
fn wrong_codes_and_pages_are_found() {
    let page = "# E0201: a title\n\n## Example\n\n```block\n```\n\n## What to do\n";
    let good = Code { name: "cogpack::check::unknown-name", alias: "E0201", page };
    assert!(wrong_codes(&[good]).is_empty() && wrong_page(&good).is_empty());
    assert_eq!(wrong_codes(&[good, Code { alias: "E0202", ..good }]).len(), 1);
    assert_eq!(wrong_codes(&[good, Code { name: "cogpack::check::other", ..good }]).len(), 1);
    for name in ["check::x", "cogpack::nowhere::x", "cogpack::check::Two_Words", "cogpack::check::", "cogpack::check"] {
        assert_eq!(wrong_codes(&[Code { name, ..good }]).len(), 1, "{name}");
    }
    for alias in ["E201", "X0201", "E02011", "E02a1"] {
        assert_eq!(wrong_codes(&[Code { alias, ..good }]).len(), 1, "{alias}");
    }
    assert_eq!(wrong_page(&Code { page: "# E0202: a title\n", ..good }).len(), 3);
    assert_eq!(wrong_page(&Code { page: "", ..good }).len(), 3);
    let open = format!("{page}```\n");
    assert_eq!(wrong_page(&Code { page: Box::leak(open.into_boxed_str()), ..good }).len(), 1);
}

#[test]
fn a_code_without_a_fixture_is_found() {
    let code = |alias| Code { name: "cogpack::check::x", alias, page: "" };
    let codes = [code("E0201"), code("E0202"), code("E0203")];
    let fixtures = ["tests/fail/check/E0201_case.block", "tests/fail/check/E0202/cog.yaml", "tests/fail/E02030.block"];
    let fixtures = fixtures.map(str::to_owned);
    let wrong = without_fixture(&codes, &fixtures, &[]);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].contains("E0203"));
    assert!(without_fixture(&codes, &fixtures, &[("E0203", "needs a broken disk")]).is_empty());
    assert_eq!(without_fixture(&codes, &fixtures, &[("E0203", "x"), ("E0201", "stale"), ("E9999", "none")]).len(), 2);
}
