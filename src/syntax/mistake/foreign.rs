//! Words and forms of other tools where a statement stands → what to write in their place.

use crate::diagnostic::{Diagnostic, code};
use crate::syntax::error;
use crate::syntax::lexer::TokenKind;
use crate::syntax::mistake::around::Around;
use crate::syntax::mistake::words::{self, Site};

const VALUES: &str = "write each value as `let NAME = VALUE`; it is used by its plain name";
const FUNCTIONS: &str = "write `fn NAME(PARAMETER: string) -> string { EXPRESSION }` at the top level of the file";
const ORDER: &str = "write `needs NAME` for what another block provides, `after NAME` for order alone, and \
    `depends { NAME = \">=1.2\" }` for versions";
/// What to do about a condition around stages.
pub const NOT_CONDITIONAL: &str = "phases and stages have no conditions: write `when` in the stage; a stage that is left \
    without operations is left out";
const REPEAT: &str = "write `for NAME in LIST { … }` around what is repeated";

/// What to do about a word that begins a statement elsewhere; `next` is the text behind it.
pub fn statement(site: Site, word: &str, next: &str) -> Option<&'static str> {
    Some(match (site, word) {
        (_, "locals" | "const" | "var") => VALUES,
        (_, "variable" | "variables" | "arg" | "args" | "params" | "input" | "inputs") => {
            "write `param NAME: string = \"…\"` in a block"
        }
        (_, "def" | "function" | "func" | "lambda" | "macro") => FUNCTIONS,
        (_, "depends_on" | "dependencies" | "requires" | "require") => ORDER,
        (_, "for_each" | "foreach" | "count" | "while" | "loop") => REPEAT,
        (_, "unless") => "write `when not CONDITION { … }`",
        (_, "return") => "a function's body is one expression; its value is the result",
        (Site::File, "resource" | "module" | "data" | "terraform" | "target" | "rule" | "class") => {
            "write `block NAME { … }`; a file holds blocks, stacks and functions"
        }
        (Site::Block | Site::Stack, "name") => "the name stands behind the word, as in `block NAME { … }`",
        (_, "description" | "doc" | "about" | "help") => "write a comment that begins with `##` above it",
        (Site::Stage, "name" | "title") => "the title stands behind the name: `stage NAME \"TITLE\" { … }`",
        (Site::Stage, "cache" | "secret" | "ssh" | "tmpfs" | "bind") => {
            "mounts stand in the braces of `run`: `run \"…\" { mount cache \"/PATH\" }`"
        }
        (Site::Run, "cache" | "secret" | "ssh" | "tmpfs" | "bind") => "write `mount` before it",
        (Site::Stage, "image" | "base") => "write `from image \"…\"` at the start of the stage",
        (Site::Stage, "environment" | "envs") => "write `env NAME = \"…\"`",
        (Site::Stage, "cd" | "dir" | "cwd" | "working_dir") => "write `workdir \"/PATH\"`",
        (Site::Stage, "command" | "commands" | "script" | "exec" | "shell" | "sh" | "steps" | "execute") => {
            "write `run \"…\"`"
        }
        (Site::Stage, command) if next != "=" && COMMANDS.contains(&command) => {
            "write the whole command in quotes: `run \"…\"`"
        }
        (Site::Block | Site::Stage | Site::Stack, _) if next == "=" => "write `let` before it to give a value a name",
        _ => return None,
    })
}

/// What to do about a word that does not fit behind a statement.
pub fn behind(statement: &str, word: &str) -> Option<&'static str> {
    match (statement, word) {
        ("from", "as") => Some("a stage has its name already: others read it with `from stage NAME`"),
        ("needs", "if") => Some("write `needs NAME when CONDITION`"),
        _ => None,
    }
}

/// What people type at a shell.
const COMMANDS: &[&str] = &[
    "apt", "apt-get", "bash", "bun", "cargo", "cat", "cc", "chmod", "chown", "cmake", "conda", "cp", "curl", "echo",
    "gcc", "git", "go", "ln", "ls", "make", "mv", "node", "npm", "npx", "pip", "pip3", "pnpm", "poetry", "python",
    "python3", "sed", "sudo", "tar", "touch", "unzip", "uv", "wget", "yarn",
];

/// E0124: `run make -j4` without quotes; E0110: `run --mount=…`.
pub fn bare_command(around: &Around<'_>) -> Option<Diagnostic> {
    let statement = around.statement()?;
    let first = statement + 1;
    let token = around.token(first)?;
    let bare = matches!(token.kind, TokenKind::Word | TokenKind::Symbol | TokenKind::Number);
    if around.text(statement) != "run" || !bare || around.begins_line(first) || around.site(0) != Site::Stage {
        return None;
    }
    let start = around.span(first);
    let line = around.line(start);
    let text = around.slice(line);
    if text.starts_with("--") {
        return Some(
            Diagnostic::error(code::SYNTAX_UNKNOWN_STATEMENT, "`run` has no flags")
                .at(start, "")
                .help("what a step may do stands in braces: `run \"…\" { mount cache \"/PATH\" }`"),
        );
    }
    let quoted = match text.contains(['"', '\\', '$']) {
        true => "write `run '…'`, where nothing is escaped, or `run \"…\"`".to_owned(),
        false => format!("write `run \"{text}\"`"),
    };
    Some(Diagnostic::error(code::SYNTAX_MISSING_QUOTES, "the command of `run` needs quotes").at(line, "").help(quoted))
}

/// E0124: quotation marks that a word processor made.
pub fn typographic_quotes(around: &Around<'_>) -> Option<Diagnostic> {
    let mark = around.text(0);
    matches!(mark, "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{2018}" | "\u{2019}" | "\u{ab}" | "\u{bb}").then(|| {
        Diagnostic::error(code::SYNTAX_MISSING_QUOTES, format!("`{mark}` begins no string"))
            .at(around.span(0), "")
            .help("write plain quotes, `\"…\"`; programs for letters change them")
    })
}

/// E0101: `f"…"` and its like.
pub fn string_prefix(around: &Around<'_>) -> Option<Diagnostic> {
    let string = around.token(0).is_some_and(|token| matches!(token.kind, TokenKind::QuoteOpen | TokenKind::Raw));
    let prefix = around.text(-1);
    (string && around.touches(0) && matches!(prefix, "f" | "F" | "r" | "R" | "b" | "fr" | "rf" | "u")).then(|| {
        let help = match prefix {
            "r" | "R" => "write `'…'`: nothing is escaped there",
            _ => "write `\"…${NAME}…\"`: every string in double quotes may hold values",
        };
        Diagnostic::error(code::SYNTAX_UNEXPECTED, format!("strings have no prefix such as `{prefix}`"))
            .at(around.span(-1), "remove it")
            .help(help)
    })
}

/// E0101: `return`.
pub fn return_statement(around: &Around<'_>) -> Option<Diagnostic> {
    let at = if around.text(0) == "return" { 0 } else { -1 };
    let body = matches!(around.site(at), Site::Function | Site::Detect);
    (around.text(at) == "return" && body && around.text(at - 1) == "{").then(|| {
        Diagnostic::error(code::SYNTAX_UNEXPECTED, "there is no `return`")
            .at(around.span(at), "remove it")
            .help("what stands in the braces is one expression; its value is the result")
    })
}

/// E0101: a file in JSON or YAML.
pub fn data_file(around: &Around<'_>) -> Option<Diagnostic> {
    let json = around.site(0) == Site::File && around.behind_item() && matches!(around.text(0), "{" | "[");
    let item = |word| matches!(word, "block" | "stack" | "name" | "version" | "stages" | "phases");
    let yaml = around.text(0) == ":" && around.begins_line(-1) && around.touches(0) && item(around.text(-1));
    let yaml = yaml && around.site(-1) == Site::File;
    if !(json || yaml) {
        return None;
    }
    let found = if json {
        error::unexpected(around.span(0), &format!("`{}`", around.text(0)), "an item")
    } else {
        error::unexpected(around.span(0), "`:`", "a name")
    };
    Some(found.help("block files are neither JSON nor YAML: write `block NAME { phase build.app-build { … } }`"))
}

/// E0138: `block my tool`.
pub fn two_words(around: &Around<'_>) -> Option<Diagnostic> {
    let statement = around.statement()?;
    let named = matches!(around.text(statement), "block" | "stack" | "stage") && statement == -2;
    let words = around.is_word(-1) && around.is_word(0) && !around.begins_line(-1) && !around.begins_line(0);
    let free = !words::RESERVED.contains(&around.text(0)) || around.text(0) == around.text(statement);
    (named && words && free).then(|| {
        Diagnostic::error(code::SYNTAX_NAME, "a name is one word")
            .at(around.span(-1).to(around.span(0)), "")
            .help(format!("write `{}-{}`", around.text(-1), around.text(0)))
    })
}
