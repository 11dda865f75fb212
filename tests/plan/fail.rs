//! `tests/fail/plan/CODE_case.json`: broken plans; `CODE_case.expect` lists what is found as
//! `CODE LINE:COLUMN-LINE:COLUMN`, in the order it is found.

use cogpack::diagnostic::code::ALL;
use cogpack::source::SourceMap;

use crate::{entries, folder, load, text};

#[test]
fn every_broken_plan_gives_its_errors_at_their_lines() {
    for plan in entries(&folder("fail/plan")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let written = text(&plan);
        let (read, found) = load(&written);
        let sources = SourceMap::new();
        let file = sources.file(sources.add("plan.json", written));
        let found: Vec<String> = found
            .iter()
            .map(|found| {
                let span = found.primary.as_ref().unwrap().span;
                let (start, end) = (file.position(span.start), file.position(span.end));
                format!("{} {}:{}-{}:{}\n", found.code.alias, start.line, start.column, end.line, end.column)
            })
            .collect();
        assert_eq!(found.concat(), text(&plan.with_extension("expect")), "{}", plan.display());
        let code = plan.file_stem().unwrap().to_str().unwrap().split('_').next().unwrap();
        assert!(found.iter().any(|found| found.starts_with(code)), "{} is not about {code}", plan.display());
        let warns = matches!(code, "E0815" | "E0839");
        assert_eq!(read.is_some(), warns, "{}", plan.display());
    }
}

#[test]
fn every_code_of_plans_has_a_broken_plan() {
    let fixtures = entries(&folder("fail/plan"));
    for code in ALL.iter().filter(|code| code.name.starts_with("cogpack::plan::") && code.alias < "E0850") {
        let is_about = |path: &std::path::PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{}_", code.alias)))
        };
        assert!(fixtures.iter().any(is_about), "{} has no fixture", code.alias);
    }
}
