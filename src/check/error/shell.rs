//! What may stand in a command, and what must not get into a build (E0401–E0418).

use std::ops::Range;

use crate::check::error::{an, shown};
use crate::check::hir::{Expr, ExprKind};
use crate::check::shell::Place;
use crate::check::types::Type;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::code;
use crate::source::Span;

/// E0401–E0405, E0418: an interpolation where quoting by type cannot keep it one word.
pub(in crate::check) fn interpolation_place(place: &Place, value: &Expr, span: Span) -> Diagnostic {
    let by_env = "give it to the command as a variable: `run … { env NAME = x }`, and write `$NAME` here";
    let (code, message, help) = match place {
        Place::SingleQuotes | Place::DoubleQuotes => (
            code::CHECK_INTERPOLATION_IN_QUOTES,
            "an interpolation stands within shell quotes".to_owned(),
            match &value.ty {
                Type::List(_) => "remove the quotes: each element is quoted for you".to_owned(),
                _ => "remove the quotes: the value is quoted for you; text beside it may touch it, as in `--x=${x}`"
                    .to_owned(),
            },
        ),
        Place::HereDocument => (
            code::CHECK_INTERPOLATION_IN_HERE_DOCUMENT,
            "an interpolation stands in a here-document".to_owned(),
            "write the file with `mkfile PATH = \"…${x}…\"`, where values stay as they are".to_owned(),
        ),
        Place::Comment => (
            code::CHECK_INTERPOLATION_IN_COMMENT,
            "an interpolation stands in a shell comment".to_owned(),
            "remove it: a value with a line break would end the comment".to_owned(),
        ),
        Place::Backquotes => (
            code::CHECK_INTERPOLATION_IN_EXPANSION,
            "an interpolation stands within backquotes".to_owned(),
            "write `$(…)` in place of the backquotes".to_owned(),
        ),
        Place::ParameterExpansion => (
            code::CHECK_INTERPOLATION_IN_EXPANSION,
            "an interpolation stands within the shell's own `${…}`".to_owned(),
            by_env.to_owned(),
        ),
        Place::Arithmetic => (
            code::CHECK_INTERPOLATION_IN_EXPANSION,
            "an interpolation stands in the shell's arithmetic".to_owned(),
            by_env.to_owned(),
        ),
        Place::CodeArgument(runner) => (
            code::CHECK_INTERPOLATION_IN_CODE,
            format!("an interpolation stands in what `{}` runs as code", shown(runner)),
            by_env.to_owned(),
        ),
        Place::Word => {
            (code::CHECK_INTERPOLATION_UNCLEAR, "an interpolation cannot stand here".to_owned(), by_env.to_owned())
        }
        Place::Unclear(reason) => (
            code::CHECK_INTERPOLATION_UNCLEAR,
            format!("it is not certain what the shell makes of this interpolation: {reason}"),
            by_env.to_owned(),
        ),
    };
    Diagnostic::error(code, message).at(span, "would not be one word").help(help)
}

/// E0405
pub(in crate::check) fn exec_code(runner: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_INTERPOLATION_IN_CODE,
        format!("a value stands in what `{}` runs as code", shown(runner)),
    )
    .at(span, "not only text of the block")
    .help("for a shell write `run \"…\"`, where values are quoted; else give the value as a variable: `env NAME = x`")
}

/// E0406
pub(in crate::check) fn list_not_alone(value: &Expr, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_LIST_NOT_ALONE, "a list must stand between blanks")
        .at(span, value.ty.to_string())
        .help("each element becomes a word of its own: put blanks around it, or make one word: `join(list, \",\")`")
}

/// E0407
pub(in crate::check) fn optional_not_alone(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_OPTIONAL_NOT_ALONE, "what may be left out must stand between blanks")
        .at(span, "an `if` without `else`")
        .help("put the whole word into it: `${\"--level=9\" if c}`; or add `else \"\"`")
}

/// E0408
pub(in crate::check) fn no_shell_word(value: &Expr) -> Diagnostic {
    let help = match &value.ty {
        Type::Bool => "choose a word: `${\"--flag\" if c}`",
        Type::Data => "read a text out of it: `.string(\"key\")`",
        _ => "only a `string`, `int`, `version`, `constraint` or a list of them becomes words",
    };
    Diagnostic::error(code::CHECK_NO_SHELL_WORD, format!("{} does not become a shell word", an(&value.ty)))
        .at(value.span, value.ty.to_string())
        .help(help)
}

/// E0409
pub(in crate::check) fn raw_not_allowed(value: &Expr, span: Span) -> Diagnostic {
    let help = match value.kind {
        ExprKind::Template(_) => "write the text into the command itself, with `${…}` where values go",
        _ => "write `${…}` without `raw`: the value is quoted; a text of your own is written into the command itself",
    };
    Diagnostic::error(
        code::CHECK_RAW_NOT_ALLOWED,
        "`raw` takes only a string literal or a command of `config.build.run`",
    )
    .at(span, "would be run as code")
    .help(help)
}

/// E0409
pub(in crate::check) fn raw_outside_shell(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_RAW_NOT_ALLOWED, "`raw` has a meaning only in a `run` string")
        .at(span, "nothing is quoted here")
        .help("write `${…}` without `raw`")
}

/// E0410
pub(in crate::check) fn run_needs_literal(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_RUN_NEEDS_LITERAL, "`run` takes a string literal or a list, not a computed string")
        .at(span, "its text is not written here")
        .help("write the command here, with `${…}` where values go; to choose between commands use `when` or a list")
}

/// E0411
pub(in crate::check) fn unexpanded_variable(
    text: &str,
    range: Range<usize>,
    span: Span,
    variable: Option<&str>,
) -> Diagnostic {
    let written = text.get(range.clone()).unwrap_or_default();
    let name = written.trim_start_matches(['$', '{']).trim_end_matches('}');
    let help = match variable {
        Some(variable) if variable == name && text.get(range.end..).is_some_and(|rest| rest.is_empty()) => {
            let before = text.get(..range.start).unwrap_or_default().trim_end_matches(':');
            let before = if before.is_empty() { "…" } else { before };
            format!("to put something before the present value write `env {variable} prepend \"{before}\"`")
        }
        Some(variable) if variable == name => {
            format!("to put something before the present value: `env {variable} prepend \"…\"`")
        }
        Some(_) => "write the value itself; what a block knows is put in with `${…}`".to_owned(),
        None => "write the value itself, or use a string, which a shell reads: `run \"…\"`".to_owned(),
    };
    let start = span.start as usize;
    // The text starts after a quote when it has as many bytes as are written; else the whole of it is shown.
    let written_length = span.range().len();
    let place = match written_length.checked_sub(text.len()) {
        Some(0) => Span::new(span.file, start + range.start, start + range.end),
        Some(2) => Span::new(span.file, start + 1 + range.start, start + 1 + range.end),
        _ => span,
    };
    Diagnostic::error(code::CHECK_UNEXPANDED_VARIABLE, format!("nothing replaces `{}` here", shown(written)))
        .at(place, "no shell reads this")
        .help(help)
}

/// E0412
pub(in crate::check) fn shell_variable_in_braces(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_SHELL_VARIABLE_IN_BRACES, format!("`{name}` is not known to the block"))
        .at(span, "a name of the block is asked for")
        .help(format!("write `${name}` for the shell's own variable, or `\\${{{name}}}` for just this text"))
}

/// E0413
pub(in crate::check) fn lost_cd(text: &str, span: Span) -> Diagnostic {
    let directory = text.strip_prefix("cd").map(str::trim).filter(|rest| !rest.contains('\u{1}'));
    let help = match directory {
        Some(directory) if directory.starts_with('/') => format!("write `workdir \"{directory}\"`"),
        _ => "use `workdir`, which holds for the rest of the stage".to_owned(),
    };
    Diagnostic::warning(code::CHECK_LOST_CD, "this `cd` ends with its own `run`")
        .at(span, "changes nothing for the next `run`")
        .help(help)
}

/// E0414
pub(in crate::check) fn network_undeclared(tool: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(code::CHECK_NETWORK_UNDECLARED, format!("`{tool}` needs the network, which this block does not have"))
        .at(span, "runs without network")
        .help("add `uses network` to the block, or fetch with `copy … from url … sha256 …`; `network none` here says that it is meant")
}

/// E0415
pub(in crate::check) fn credentials_in_url(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_CREDENTIALS_IN_URL, "an address holds a user name or a password")
        .at(span, "would be stored in the plan")
        .help("remove it; give the secret to a `run` with `mount secret ID to PATH`")
}

/// E0416
pub(in crate::check) fn shell_problem(message: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_SHELL_SYNTAX, message)
        .at(span, "starts here")
        .help("the shell would refuse this command: close it, or put a `\\` before a character that is meant as it is")
}

/// E0417
pub(in crate::check) fn empty_command(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_EMPTY_COMMAND, "`run` has nothing to run")
        .at(span, "empty")
        .help("write a command, or remove the statement")
}
