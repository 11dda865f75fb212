//! Rules of the grammar → what they are in words; and E0101, for what has no words of its own.

use crate::diagnostic::Diagnostic;
use crate::syntax::error;
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::TokenKind;
use crate::syntax::mistake::around::Around;
use crate::syntax::mistake::words;

/// How many alternatives a message lists.
const MAX_ALTERNATIVES: usize = 5;

/// E0101 with what was expected.
pub fn unexpected(around: &Around<'_>) -> Diagnostic {
    let found = found(around);
    let expected = expected(around);
    let diagnostic = error::unexpected(around.span(0), &found, &expected);
    match help(around) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn found(around: &Around<'_>) -> String {
    match around.token(0) {
        None => "the end of the file".to_owned(),
        Some(token) => match token.kind {
            TokenKind::QuoteOpen | TokenKind::Raw | TokenKind::UnclosedString => "a string".to_owned(),
            TokenKind::QuoteClose => "the end of the string".to_owned(),
            _ => format!("`{}`", around.text(0)),
        },
    }
}

/// What would have fitted, in words.
pub fn expected(around: &Around<'_>) -> String {
    let mut phrases: Vec<&str> = Vec::new();
    if around.expects_value() {
        phrases.push("a value");
    }
    for rule in around.expected() {
        let Some(phrase) = phrase(*rule) else { continue };
        let covered = phrase == "a string" && phrases.contains(&"a value");
        if !covered && !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    let site = around.site(0);
    if !around.expects_value() && (phrases.is_empty() || phrases.len() > MAX_ALTERNATIVES) {
        let statements = site.statements();
        return match around.statement_word() {
            _ if statements.is_empty() => "the end of the expression".to_owned(),
            "" => one_of(statements),
            statement if around.behind_value() => format!("the end of `{statement}`, or more of it"),
            statement => format!("more of `{statement}`"),
        };
    }
    match phrases.split_last() {
        None => "something else".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// `a`, `b` or `c`
pub fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

fn help(around: &Around<'_>) -> Option<&'static str> {
    if let Some(help) = shape(around) {
        return Some(help);
    }
    if around.expects(&[Rule::input, Rule::k_scratch]) {
        return Some(
            "an input is `stage NAME`, `phase KEY`, `image REF`, `context`, `url U sha256 H`, `git U ref R` or `scratch`",
        );
    }
    if around.expects(&[Rule::mount_cache, Rule::mount_bind]) {
        return Some("a mount is `cache`, `bind`, `tmpfs`, `secret` or `ssh`");
    }
    if around.text(0) == "not" && around.text(1) == "in" {
        return Some("write `not a in b`");
    }
    if around.text(0) == "." && around.begins_line(0) {
        return Some("write the dot directly behind the name, on the same line");
    }
    if around.text(0) == "(" && around.behind_value() {
        return Some("write the parenthesis directly behind the name of the function");
    }
    if around.text(0) == "=" && around.text(-2) == "(" || around.text(0) == ":" && around.text(-2) == "(" {
        return Some("arguments have no names: write their values in order");
    }
    if around.expects_value() { Some("a value is a string, a number, a list, a name or a call") } else { None }
}

/// How a statement is written of which a part is missing.
fn shape(around: &Around<'_>) -> Option<&'static str> {
    let statement = around.statement_word();
    let string = around.token(0).is_some_and(|token| matches!(token.kind, TokenKind::QuoteOpen | TokenKind::Raw));
    let input = around.expects(&[Rule::input, Rule::k_scratch]);
    Some(match statement {
        "fn" if around.expects(&[Rule::arrow]) => "say what it gives: `fn name(a: string) -> string { … }`",
        "fn" if around.expects(&[Rule::colon]) => "a parameter has a type: `fn name(a: string) -> string { … }`",
        "blocks" if around.expects(&[Rule::lbracket]) => "write a list: `blocks [one, other]`",
        "param" if around.expects(&[Rule::colon]) => "a param has a type: `param name: string = \"…\"`",
        "mount" if around.text(-1) == "cache" => {
            "the path comes first: `mount cache \"/PATH\" id \"NAME\" sharing locked`"
        }
        "mount" if around.text(-1) == "tmpfs" => "the path comes first: `mount tmpfs \"/PATH\" size 1073741824`",
        _ if around.expects(&[Rule::k_as]) => {
            "say where it is seen: `mount secret ID to \"/PATH\"` or `mount secret ID as env NAME`"
        }
        "uses" => "there is only `uses network`",
        "label" if around.expects(&[Rule::plain]) => "write `label \"NAME\" = \"…\"`",
        "env" if around.expects(&[Rule::equals]) => "write `env NAME = \"…\"`",
        "layer" if around.expects(&[Rule::k_stage]) => "write `layer from stage NAME`",
        _ if input && around.is_word(0) && !words::begins_statement(around.text(0)) => {
            "say what it is: `stage NAME`, `phase KEY` or `image \"…\"`; the project's files are `context`"
        }
        _ if input && string => "say what it is: `image \"…\"`, `url \"…\" sha256 \"…\"` or `git \"…\" ref \"…\"`",
        _ => return None,
    })
}

/// A rule in words; none for what only makes messages longer.
fn phrase(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name | Rule::ident => "a name",
        Rule::variable => "a variable's name",
        Rule::plain | Rule::multi | Rule::raw => "a string",
        Rule::ty => "a type",
        Rule::fn_param => "a parameter",
        Rule::lbrace => "`{`",
        Rule::lbracket => "`[`",
        Rule::lparen => "`(`",
        Rule::equals => "`=`",
        Rule::colon => "`:`",
        Rule::arrow => "`->`",
        Rule::octal => "a mode such as `0644`",
        Rule::side => "`build` or `runtime`",
        Rule::sharing => "`shared`, `private` or `locked`",
        Rule::network_mode => "`none`",
        Rule::phase_key => "a phase such as `build.app-deps`",
        Rule::input => "an input",
        _ => return word(rule),
    })
}

/// A rule that begins with a word, as that word.
fn word(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::k_use | Rule::import => "`use`",
        Rule::k_fn | Rule::func => "`fn`",
        Rule::k_block | Rule::block => "`block`",
        Rule::k_stack | Rule::stack => "`stack`",
        Rule::k_let | Rule::let_stmt => "`let`",
        Rule::k_param | Rule::param => "`param`",
        Rule::k_detect | Rule::detect => "`detect`",
        Rule::k_depends | Rule::depends => "`depends`",
        Rule::k_needs | Rule::needs => "`needs`",
        Rule::k_provides | Rule::provides => "`provides`",
        Rule::k_uses | Rule::uses => "`uses`",
        Rule::k_network | Rule::network => "`network`",
        Rule::k_after | Rule::after => "`after`",
        Rule::k_before | Rule::before => "`before`",
        Rule::k_blocks | Rule::blocks => "`blocks`",
        Rule::k_export | Rule::export => "`export`",
        Rule::k_cmd | Rule::cmd => "`cmd`",
        Rule::k_entrypoint | Rule::entrypoint => "`entrypoint`",
        Rule::k_expose | Rule::expose => "`expose`",
        Rule::k_label | Rule::label => "`label`",
        Rule::k_phase | Rule::phase | Rule::input_phase => "`phase`",
        Rule::k_stage | Rule::stage | Rule::input_stage => "`stage`",
        Rule::k_when | Rule::when_stage | Rule::when_run | Rule::when_export => "`when`",
        Rule::k_for | Rule::for_stage | Rule::for_run => "`for`",
        Rule::k_in => "`in`",
        Rule::k_from | Rule::from => "`from`",
        Rule::k_to => "`to`",
        Rule::k_as => "`as`",
        Rule::k_only => "`only`",
        Rule::k_writes | Rule::writes => "`writes`",
        Rule::k_layer | Rule::layer => "`layer`",
        Rule::k_run | Rule::run => "`run`",
        Rule::k_copy | Rule::copy => "`copy`",
        Rule::k_env | Rule::env => "`env`",
        Rule::k_prepend => "`prepend`",
        Rule::k_workdir | Rule::workdir => "`workdir`",
        Rule::k_user | Rule::user => "`user`",
        Rule::k_mkfile | Rule::mkfile => "`mkfile`",
        Rule::k_mkdir | Rule::mkdir => "`mkdir`",
        Rule::k_rm | Rule::rm => "`rm`",
        Rule::k_mode | Rule::mode => "`mode`",
        Rule::k_chown | Rule::chown => "`chown`",
        Rule::k_chmod | Rule::chmod => "`chmod`",
        Rule::k_include | Rule::include => "`include`",
        Rule::k_exclude | Rule::exclude => "`exclude`",
        Rule::k_contents_only => "`contents_only`",
        Rule::k_optional => "`optional`",
        Rule::k_rw => "`rw`",
        Rule::k_mount | Rule::mount => "`mount`",
        Rule::k_cache | Rule::mount_cache => "`cache`",
        Rule::k_bind | Rule::mount_bind => "`bind`",
        Rule::k_tmpfs | Rule::mount_tmpfs => "`tmpfs`",
        Rule::k_secret | Rule::mount_secret => "`secret`",
        Rule::k_ssh | Rule::mount_ssh => "`ssh`",
        Rule::k_id | Rule::cache_id => "`id`",
        Rule::k_sharing | Rule::cache_sharing => "`sharing`",
        Rule::k_size => "`size`",
        Rule::k_image | Rule::input_image => "`image`",
        Rule::k_context | Rule::input_context => "`context`",
        Rule::k_url | Rule::input_url => "`url`",
        Rule::k_sha256 => "`sha256`",
        Rule::k_git | Rule::input_git => "`git`",
        Rule::k_ref => "`ref`",
        Rule::k_scratch => "`scratch`",
        _ => return None,
    })
}
