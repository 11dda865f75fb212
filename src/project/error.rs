//! What is wrong with the files of a project → diagnostics, one constructor a code. Those of documents are beside them,
//! in [`crate::project::data::DataError`].

use crate::diagnostic::{Diagnostic, code};
use crate::ignore::InvalidPattern;
use crate::project::tree::TreeError;
use crate::source::{FileId, Span};

/// A file of the project cannot be used. `asked_by` is the place that names the file, where there is one.
pub fn file(error: &TreeError, asked_by: Option<Span>) -> Diagnostic {
    let found = match error {
        TreeError::Unreadable { .. } => unreadable(error),
        TreeError::TooLarge { .. } => too_large(error),
        TreeError::NotText { .. } => not_text(error),
        TreeError::Outside { .. } => outside(error),
    };
    match asked_by {
        Some(span) => found.at(span, "asked for here"),
        None => found,
    }
}

fn unreadable(error: &TreeError) -> Diagnostic {
    Diagnostic::error(code::FILE_UNREADABLE, error.to_string()).help("make it a file that you may read, or remove it")
}

fn too_large(error: &TreeError) -> Diagnostic {
    Diagnostic::error(code::FILE_TOO_LARGE, error.to_string())
        .help("split the file, or keep what the build needs in a smaller one")
}

fn not_text(error: &TreeError) -> Diagnostic {
    Diagnostic::error(code::FILE_NOT_TEXT, error.to_string()).help("save it as UTF-8")
}

fn outside(error: &TreeError) -> Diagnostic {
    Diagnostic::error(code::FILE_OUTSIDE, error.to_string())
        .help("only what lies in the project's directory can be used: copy the file into it")
}

/// Lines of `.dockerignore` that are no patterns.
pub fn ignore_pattern(file: FileId, invalid: &InvalidPattern) -> Diagnostic {
    let span = Span::new(file, invalid.range.start, invalid.range.end);
    Diagnostic::error(code::IGNORE_PATTERN, invalid.to_string())
        .at(span, "not a pattern")
        .help("to match a special character itself, write `\\` before it")
}

/// A block file that declares nothing (a warning).
pub fn empty_block_file(file: FileId) -> Diagnostic {
    Diagnostic::warning(code::BLOCK_FILE_EMPTY, "this file has no `block`, `stack`, `fn` or `use`")
        .at(Span::new(file, 0, 0), "nothing is declared")
        .help("write a block in it, or remove the file")
}

/// A file whose name is not UTF-8 (a warning); `name` has its bytes written out.
pub fn name_not_text(name: &str) -> Diagnostic {
    Diagnostic::warning(code::FILE_NAME_NOT_TEXT, format!("the name of `{name}` is not UTF-8, so no block can see it"))
        .help("rename the file, or leave it if the build does not need it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::ignore::Ignore;
    use crate::project::data::{self, Format};
    use crate::source::SourceMap;

    #[test]
    fn every_finding_about_files_has_its_code() {
        let sources = SourceMap::new();
        let span = Span::new(sources.add("a.block", "glob(\"[\")"), 5, 8);
        let path = "a".to_owned();
        let files = [
            TreeError::Unreadable { path: path.clone(), reason: "permission denied".into() },
            TreeError::TooLarge { path: path.clone(), limit: 9 },
            TreeError::NotText { path: path.clone(), offset: 3 },
            TreeError::Outside { path },
        ];
        let mut found: Vec<Diagnostic> = files.iter().map(|error| file(error, Some(span))).collect();
        let documents = [
            (Format::Toml, "a = "),
            (Format::Json, "{\"a\": 1, \"a\": 2}"),
            (Format::Yaml, &"[".repeat(100)),
            (Format::Yaml, "a: !x 1"),
            (Format::Yaml, &format!("- &a [{}]\n- *a\n- *a", "1, ".repeat(4000))),
        ];
        for (format, text) in documents {
            let file = sources.add("document", text);
            found.push(data::parse(format, file, text).unwrap_err().diagnostic());
        }
        let ignored = Ignore::parse("ok\n[\n").unwrap_err();
        let file = sources.add(".dockerignore", "ok\n[\n");
        found.extend(ignored.iter().map(|invalid| ignore_pattern(file, invalid)));
        found.push(name_not_text("a\\xff"));

        let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code.alias).collect();
        let expected: Vec<String> = (501..=510).chain([512]).map(|number| format!("E0{number}")).collect();
        assert_eq!(codes, expected);
        let lines = found.iter().map(|found| {
            let label = found.primary.as_ref().map(|label| format!("{:?} {}", sources.text(label.span), label.text));
            let kind = if found.severity == Severity::Error { "error" } else { "warning" };
            let help = found.help.as_deref().unwrap_or("-");
            format!("{kind} {:?}: {}\n  at {}\n  help: {help}\n", found.code, found.message, label.unwrap_or_default())
        });
        insta::assert_snapshot!(lines.collect::<String>());
    }

    /// The text in the first fence after a heading, and its language.
    fn fence<'p>(page: &'p str, heading: &str) -> (&'p str, &'p str) {
        let (_, section) = page.split_once(&format!("## {heading}\n")).unwrap();
        let (_, opened) = section.split_once("```").unwrap();
        let (language, body) = opened.split_once('\n').unwrap();
        (language, body.split_once("\n```").unwrap().0)
    }

    #[test]
    fn the_examples_of_the_pages_show_what_they_say() {
        let mut checked = 0;
        for code in code::ALL.iter().filter(|code| ("E0505".."E0511").contains(&code.alias)) {
            let found = |heading| {
                let (language, text) = fence(code.page, heading);
                let format = match language {
                    "toml" => Format::Toml,
                    "yaml" => Format::Yaml,
                    "json" => Format::Json,
                    _ => return Ignore::parse(text).err().map(|_| code::IGNORE_PATTERN),
                };
                data::parse(format, SourceMap::new().add("example", text), text).err().map(|error| error.code())
            };
            assert_eq!(found("Example"), Some(*code));
            assert_eq!(found("What to do"), None, "{code:?}");
            checked += 1;
        }
        assert_eq!(checked, 6);
    }
}
