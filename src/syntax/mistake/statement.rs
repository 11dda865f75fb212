//! Mistakes in the shape of statements that have a code of their own.

use crate::diagnostic::suggest::closest;
use crate::diagnostic::{Diagnostic, code};
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::TokenKind;
use crate::syntax::mistake::around::Around;
use crate::syntax::mistake::expected::one_of;
use crate::syntax::mistake::foreign;
use crate::syntax::mistake::words::{self, Site};

const DOCKERFILE: &[(&str, &str)] = &[
    ("FROM", "a stage begins with `from image \"…\"`; without `from` it follows the stage before it"),
    ("RUN", "write `run \"…\"` in a stage"),
    ("COPY", "write `copy \"SRC\" from context to \"/PATH\"` in a stage"),
    ("ADD", "write `copy \"SRC\" from context to \"/PATH\"`, or `from url \"…\" sha256 \"…\"` for a download"),
    ("ENV", "write `env NAME = \"…\"` in a stage"),
    ("ARG", "write `param name: string = \"…\"` in a block"),
    ("WORKDIR", "write `workdir \"/PATH\"` in a stage or in `export`"),
    ("USER", "write `user \"…\"` in a stage or in `export`"),
    ("CMD", "write `cmd [\"…\"]` in `export`"),
    ("ENTRYPOINT", "write `entrypoint [\"…\"]` in `export`"),
    ("EXPOSE", "write `expose 8080` in `export`"),
    ("LABEL", "write `label \"NAME\" = \"…\"` in `export`"),
    ("SHELL", "a `run` string is read by `/bin/sh`; write a list to run a program without a shell"),
    ("VOLUME", "volumes are not part of an image here; remove the line"),
    ("HEALTHCHECK", "health checks are not part of an image here; remove the line"),
    ("STOPSIGNAL", "stop signals are not part of an image here; remove the line"),
    ("ONBUILD", "triggers are not part of an image here; remove the line"),
];

/// E0119: a line of a Dockerfile.
pub fn dockerfile_line(around: &Around<'_>) -> Option<Diagnostic> {
    let word = around.text(0);
    let (_, help) = DOCKERFILE.iter().find(|(name, _)| *name == word)?;
    if around.expects(&[Rule::name, Rule::variable, Rule::ident]) {
        return None;
    }
    let line = around.slice(around.line(around.span(0)));
    let command = line.split(" #").next().and_then(|line| line.strip_prefix("RUN ")).map(str::trim);
    let command = command.filter(|command| is_plain(command));
    let help = command.map_or_else(|| (*help).to_owned(), |command| format!("write `run \"{command}\"` in a stage"));
    Some(
        Diagnostic::error(code::SYNTAX_DOCKERFILE, format!("`{word}` is a word of Dockerfiles, not of blocks"))
            .at(around.span(0), "")
            .help(help),
    )
}

/// Whether a command can be quoted as it is.
fn is_plain(command: &str) -> bool {
    !command.is_empty() && !command.contains(['"', '\\', '$']) && !command.starts_with(['-', '[', '<'])
}

/// E0127: `//` and `/* … */`.
pub fn foreign_comment(around: &Around<'_>) -> Option<Diagnostic> {
    let rest = around.rest();
    let found = rest.starts_with("//") || (rest.starts_with("/*") && (rest.contains("*/") || around.begins_line(0)));
    found.then(|| {
        Diagnostic::error(code::SYNTAX_FOREIGN_COMMENT, "comments begin with `#`")
            .at(around.span(0).to(around.span(1)), "")
            .help("write `# …` on each line of the comment, or `## …` for documentation")
    })
}

/// E0128: `import` and its like at the top level.
pub fn foreign_import(around: &Around<'_>) -> Option<Diagnostic> {
    let word = around.text(0);
    let imports = matches!(word, "import" | "include" | "require" | "load" | "source" | "from" | "extends");
    (imports && around.is_word(0) && around.site(0) == Site::File && around.behind_item()).then(|| {
        Diagnostic::error(code::SYNTAX_FOREIGN_IMPORT, format!("`{word}` does not bring in other files"))
            .at(around.span(0), "write `use`")
            .help("write `use \"./file.block\"` for functions; blocks need no import")
    })
}

/// E0123: `elif`, `else if`, `else when`.
pub fn else_if(around: &Around<'_>) -> Option<Diagnostic> {
    let word = around.text(0);
    let one = around.is_word(0) && matches!(word, "elif" | "elsif" | "elseif");
    let two = matches!(word, "if" | "when") && around.text(-1) == "else";
    if !one && !two {
        return None;
    }
    let span = if two { around.span(-1).to(around.span(0)) } else { around.span(0) };
    let written = around.slice(span);
    Some(
        Diagnostic::error(code::SYNTAX_ELSE_IF, format!("there is no `{written}`"))
            .at(span, "")
            .help("write a `when` in the braces of `else`: `else { when condition { … } }`"),
    )
}

/// E0122: `if` where `when` is meant. An `if` behind a statement is read as part of its value, so that the grammar
/// stops later: at the brace, or in it.
pub fn if_statement(around: &Around<'_>) -> Option<Diagnostic> {
    let brace =
        if around.text(0) == "{" { Some(0) } else { around.opener(0).filter(|opener| around.text(*opener) == "{") };
    let at = if around.text(0) == "if" && !around.site(0).statements().is_empty() && around.begins_line(0) {
        0
    } else {
        around.line_first_if(brace?)?
    };
    Some(
        Diagnostic::error(code::SYNTAX_IF_STATEMENT, "`if` chooses between values; statements are chosen with `when`")
            .at(around.span(at), "write `when`")
            .help(match around.site(at) {
                Site::Phase => foreign::NOT_CONDITIONAL,
                _ => "write `when condition { … } else { … }`",
            }),
    )
}

/// E0130: `phase build.04-app-deps`, `phase app-deps`.
pub fn phase_key(around: &Around<'_>) -> Option<Diagnostic> {
    if !around.expects(&[Rule::phase_key]) {
        return None;
    }
    let span = around.span_of_run(0);
    let written = around.slice(span);
    let numbered = written.split_once('.').filter(|(_, name)| name.starts_with(|c: char| c.is_ascii_digit()));
    let (message, help) = match numbered {
        Some((side, name)) => (
            "phases are written without their number".to_owned(),
            format!("write `{side}.{}`", name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-')),
        ),
        None => (
            "a phase begins with `build.` or `export.`".to_owned(),
            "write a phase such as `build.app-deps` or `export.runtime`".to_owned(),
        ),
    };
    Some(Diagnostic::error(code::SYNTAX_PHASE_KEY, message).at(span, "").help(help))
}

/// E0118: `copy` in the order of other tools, or with a part left out.
pub fn copy_shape(around: &Around<'_>) -> Option<Diagnostic> {
    let statement = around.statement()?;
    if around.text(statement) != "copy" || around.site(0) == Site::List {
        return None;
    }
    let expects_from = around.expects(&[Rule::k_from]);
    let expects_to = around.expects(&[Rule::k_to]);
    let message = match around.text(0) {
        "from" if statement == -1 => "`copy` begins with what is copied".to_owned(),
        "-" if statement == -1 => "`copy` has no flags".to_owned(),
        "to" if expects_from => "`copy` does not say where it copies from".to_owned(),
        // An operator that does not exist has its own words.
        _ if around.token(0).is_some_and(|token| token.kind == TokenKind::Symbol) => return None,
        _ if expects_from && around.behind_value() => "`copy` does not say where it copies from".to_owned(),
        _ if expects_to && around.behind_value() => "`copy` does not say where it copies to".to_owned(),
        _ => return None,
    };
    Some(
        Diagnostic::error(code::SYNTAX_COPY, message)
            .at(around.span(0), "")
            .related(around.span(statement), "this `copy`")
            .help("write `copy \"SRC\" from context to \"/PATH\"`; instead of `context`: `stage NAME`, `phase KEY`, `image REF`"),
    )
}

/// E0120: `:` where `=` stands, `=` where `:` stands, `==` for `=`.
pub fn assignment(around: &Around<'_>) -> Option<Diagnostic> {
    let written = match (around.text(0), around.text(1)) {
        ("=", "=") => "==",
        (":", "=") => ":=",
        ("+", "=") => "+=",
        (">", "=") => ">=",
        ("<", "=") => "<=",
        ("~", "=") => "~=",
        (one @ (":" | "=" | ">" | "<" | "~" | "^"), _) => one,
        _ => return None,
    };
    let word = around.statement_word();
    let (ours, help) = if around.expects(&[Rule::colon]) && written.contains('=') {
        (":", "a parameter has a type: `param name: string = \"…\"`")
    } else if around.expects(&[Rule::equals]) && written != "=" {
        match (around.site(0), word) {
            (Site::Depends, _) => ("=", "a dependency's constraint is a string: `name = \">=1.2\"`"),
            (_, "env") => ("=", "write `env NAME = \"…\"`, or `env NAME prepend \"…\"` to put it in front"),
            (_, "let") => ("=", "write `let name = value`; what it is follows from its value"),
            _ => ("=", "write `=` before the value"),
        }
    } else {
        return None;
    };
    let span = around.span(0).to(around.span(isize::from(written.len() == 2)));
    Some(
        Diagnostic::error(code::SYNTAX_ASSIGNMENT, format!("expected `{ours}`, found `{written}`"))
            .at(span, format!("write `{ours}`"))
            .help(help),
    )
}

/// E0129: `;`, and `,` between statements.
pub fn separator(around: &Around<'_>) -> Option<Diagnostic> {
    let written = around.text(0);
    let between = !around.site(0).statements().is_empty() || around.site(0) == Site::Depends;
    let found = written == ";" || (written == "," && between);
    found.then(|| {
        Diagnostic::error(code::SYNTAX_SEPARATOR, format!("nothing stands between statements, not even `{written}`"))
            .at(around.span(0), "remove it")
            .help("remove it; a new line is enough")
    })
}

/// E0135: a statement whose `{` is missing.
pub fn missing_braces(around: &Around<'_>) -> Option<Diagnostic> {
    const BRACED: &[&str] =
        &["block", "stack", "fn", "phase", "stage", "when", "for", "else", "detect", "depends", "export"];
    let statement = around.statement()?;
    let word = around.text(statement);
    if !BRACED.contains(&word) || around.text(0) == "{" {
        return None;
    }
    let directly = matches!(word, "detect" | "depends" | "export" | "else") && statement == -1;
    let other = around.is_word(0) && words::begins_statement(around.text(0))
        || around.text(0) == "}"
        || around.token(0).is_none();
    let equals = directly && around.text(0) == "=";
    let head_done = around.behind_value() && statement < -1 && other && !around.expects(&[Rule::name, Rule::ident]);
    if !(directly && !around.brace_on_line() || equals || head_done) {
        return None;
    }
    let shape = match word {
        "detect" => "detect { exists(\"main.py\") }",
        "depends" => "depends { name = \">=1.2\" }",
        "export" => "export { … }",
        "else" => "else { … }",
        "when" => "when condition { … }",
        "for" => "for name in list { … }",
        "stage" => "stage name \"Title\" { … }",
        "phase" => "phase build.app-deps { … }",
        "fn" => "fn name(a: string) -> string { … }",
        "stack" => "stack name { … }",
        _ => "block name { … }",
    };
    Some(
        Diagnostic::error(code::SYNTAX_MISSING_BRACES, format!("`{word}` needs braces"))
            .at(around.span(0), "expected `{`")
            .related(around.span(statement), format!("this `{word}`"))
            .help(match around.text(0) {
                "from" => "`from` stands in the braces, before the other statements".to_owned(),
                _ => format!("write `{shape}`"),
            }),
    )
}

/// Whether a new statement could begin at the place, and a word stands there.
fn begins_statement(around: &Around<'_>) -> bool {
    let before = around.behind_value() || matches!(around.text(-1), "" | "{" | "}") || around.begins_line(0);
    around.is_word(0) && before && !around.expects_value() && !around.site(0).statements().is_empty()
        || around.site(0) == Site::Depends && around.is_word(0) && words::begins_statement(around.text(0))
}

/// E0111: a statement that stands somewhere else.
pub fn misplaced(around: &Around<'_>) -> Option<Diagnostic> {
    let word = around.text(0);
    let site = around.site(0);
    let homes = words::sites_of(word);
    if !begins_statement(around) || homes.is_empty() || site.statements().contains(&word) {
        return None;
    }
    let homes: Vec<&str> = homes.iter().map(|home| home.words()).collect();
    let homes = homes.join(" or ");
    Some(
        Diagnostic::error(code::SYNTAX_MISPLACED, format!("`{word}` does not stand in {}", site.words()))
            .at(around.span(0), "")
            .help(match (site, word) {
                (Site::Phase, "when") => foreign::NOT_CONDITIONAL.to_owned(),
                _ => format!("`{word}` stands in {homes}; what can stand here: {}", one_of(site.statements())),
            }),
    )
}

/// E0110: a word that begins no statement.
pub fn unknown(around: &Around<'_>) -> Option<Diagnostic> {
    const MODIFIERS: &[&str] = &[
        "chown",
        "chmod",
        "include",
        "exclude",
        "contents_only",
        "optional",
        "rw",
        "id",
        "sharing",
        "size",
        "to",
        "from",
        "mode",
        "only",
        "prepend",
        "sha256",
        "ref",
        "in",
    ];
    let word = around.text(0);
    let declared = around.expects(&[Rule::name, Rule::ident, Rule::colon]);
    if !begins_statement(around) || words::begins_statement(word) || declared {
        return None;
    }
    let site = around.site(0);
    let statement = around.statement_word();
    let on_line = !around.begins_line(0) && !statement.is_empty() && around.text(-1) != "{";
    let mut candidates = site.statements().to_vec();
    if on_line {
        candidates.extend(MODIFIERS.iter().filter(|modifier| **modifier != word));
    }
    let message = match on_line {
        true => format!("`{word}` does not fit behind this `{statement}`"),
        false => format!("`{word}` is not a statement of {}", site.words()),
    };
    let foreign = match on_line {
        true => foreign::behind(statement, word),
        false => foreign::statement(site, word, around.text(1)),
    };
    let similar = closest(word, candidates.iter().copied()).map(|similar| format!("did you mean `{similar}`?"));
    let help = match foreign.map(str::to_owned).or(similar) {
        Some(help) => help,
        None if matches!(statement, "needs" | "after" | "before") && on_line => "separate names with `,`".to_owned(),
        None => format!("what can stand here: {}", one_of(site.statements())),
    };
    Some(Diagnostic::error(code::SYNTAX_UNKNOWN_STATEMENT, message).at(around.span(0), "").help(help))
}
