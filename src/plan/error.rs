//! What can be wrong with a plan: one constructor a code. Places are added by the caller.

use crate::diagnostic::suggest::{listing, suggestion};
use crate::diagnostic::{Diagnostic, code};

/// A field that nothing reads.
pub fn unknown_field(field: &str, owner: &str, known: &[&str]) -> Diagnostic {
    let help = suggestion(field, known.iter().copied())
        .unwrap_or_else(|| format!("the fields here are {}", listing(known.iter().copied())));
    Diagnostic::error(code::PLAN_UNKNOWN_FIELD, format!("{owner} has an unknown field `{field}`")).help(help)
}

/// A value of the wrong type.
pub fn wrong_type(what: &str, found: &str, expected: &str) -> Diagnostic {
    Diagnostic::error(code::PLAN_WRONG_TYPE, format!("{what} is {found}, not {expected}"))
}

/// A field that must be there.
pub fn missing_field(field: &str, owner: &str) -> Diagnostic {
    Diagnostic::error(code::PLAN_MISSING_FIELD, format!("{owner} has no `{field}`"))
        .help(format!("add the field `{field}`"))
}

/// A shape that this version does not know.
pub fn version(found: &str, ours: u32) -> Diagnostic {
    let message = format!("the plan has version {found}, and this Cogpack reads version {ours}");
    Diagnostic::error(code::PLAN_VERSION, message).help("use the Cogpack that wrote the plan, or a newer one")
}

/// No input, several, or a detail of another kind of input.
pub fn input(message: String) -> Diagnostic {
    Diagnostic::error(code::PLAN_INPUT, message).help(
        "an input is exactly one of `stage`, `phase`, `image`, `local`, `url`, `git`, `scratch`, `auto`; \
         `sha256` goes with `url`, `include` with `local`, `ref` with `git`",
    )
}

/// A phase that does not exist.
pub fn unknown_phase(phase: &str, owner: &str, known: &[&str]) -> Diagnostic {
    let help = suggestion(phase, known.iter().copied())
        .unwrap_or_else(|| format!("the phases are {}", listing(known.iter().copied())));
    Diagnostic::error(code::PLAN_UNKNOWN_PHASE, format!("{owner} names an unknown phase `{phase}`")).help(help)
}

/// A word where only some words may stand.
pub fn unknown_word(what: &str, word: &str, known: &[&str]) -> Diagnostic {
    let help = suggestion(word, known.iter().copied())
        .unwrap_or_else(|| format!("it is one of {}", listing(known.iter().copied())));
    Diagnostic::error(code::PLAN_UNKNOWN_WORD, format!("{what} is `{word}`, which nothing is called")).help(help)
}

/// An operation whose fields do not tell what it is.
pub fn untold_operation(owner: &str, suggestion: Option<String>) -> Diagnostic {
    Diagnostic::error(code::PLAN_UNTOLD_OPERATION, format!("the fields of {owner} do not tell what it does"))
        .help(suggestion.unwrap_or_else(|| "say it with `op`, such as `\"op\": \"mkdir\"`".to_owned()))
}

/// An operation with fields of another.
pub fn mixed_operation(owner: &str, field: &str, kind: &str, other: &str) -> Diagnostic {
    let message = format!("{owner} mixes two operations: it is `{kind}`, and `{field}` belongs to `{other}`");
    Diagnostic::error(code::PLAN_MIXED_OPERATION, message).help("write two operations, one after the other")
}

/// Data that is not base64.
pub fn bad_base64(what: &str) -> Diagnostic {
    Diagnostic::error(code::PLAN_BAD_BASE64, format!("{what} is not base64"))
        .help("file contents are written in base64, with the padding `=`")
}

/// A number that does not fit.
pub fn bad_number(what: &str, written: &str, expected: &str) -> Diagnostic {
    Diagnostic::error(code::PLAN_BAD_NUMBER, format!("{what} is {written}, not {expected}"))
}

/// `auto` with nothing before it.
pub fn no_stage_before(what: &str) -> Diagnostic {
    Diagnostic::error(code::PLAN_NO_STAGE_BEFORE, format!("{what} is `auto`, and there is no previous stage"))
        .help("say where it starts, such as {\"image\": \"debian:12\"} or {\"scratch\": true}")
}

/// A phase with no stage in it or before it.
pub fn empty_phase(what: &str, phase: &str) -> Diagnostic {
    let message = format!("{what} is phase `{phase}`, and no stage is in it or in a phase before it");
    Diagnostic::error(code::PLAN_EMPTY_PHASE, message).help("name a phase that has stages, a stage or an image")
}

/// A stage that reads the image.
pub fn after_image(stage: &str, last: &str) -> Diagnostic {
    let message = format!("stage `{stage}` is left out: it reads `{last}`, the last stage, which is the image");
    Diagnostic::warning(code::PLAN_AFTER_IMAGE, message)
        .help(format!("put `{stage}` at the end of the list if it is to be the image"))
}

/// A stage id that is used twice.
pub fn duplicate_stage(id: &str) -> Diagnostic {
    Diagnostic::error(code::DUPLICATE_STAGE, format!("duplicate stage id `{id}`"))
        .help("give each stage an id of its own")
}

/// A stage that does not exist.
pub fn unknown_stage(what: &str, id: &str, suggestion: Option<String>) -> Diagnostic {
    let help = suggestion.unwrap_or_else(|| "name a stage of this plan".to_owned());
    Diagnostic::error(code::UNKNOWN_STAGE, format!("{what} reads an unknown stage `{id}`")).help(help)
}

/// Stages that read each other.
pub fn stage_cycle(ids: &[&str]) -> Diagnostic {
    let shown = ids.iter().take(8).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" → ");
    let message = match ids {
        [only] => format!("stage `{only}` reads itself"),
        [first, ..] if ids.len() <= 8 => format!("stages read each other in a circle: {shown} → `{first}`"),
        _ => format!("{} stages read each other in a circle: {shown} → …", ids.len()),
    };
    Diagnostic::error(code::STAGE_CYCLE, message).help("start one of them somewhere else")
}

/// A context that is read and not declared.
pub fn unknown_context(what: &str, name: &str, suggestion: Option<String>) -> Diagnostic {
    let help = suggestion.unwrap_or_else(|| format!("declare `{name}` in `contexts`"));
    Diagnostic::error(code::UNKNOWN_CONTEXT, format!("{what} reads an unknown context `{name}`")).help(help)
}

/// A variable that cannot be set so.
pub fn bad_env(what: &str, entry: &str, why: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_ENV, format!("{what}: `{}` {why}", entry.escape_debug()))
        .help("write `NAME=VALUE`, the name without blanks")
}

/// A path that may not stand there.
pub fn bad_path(what: &str, path: &str, why: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_PATH, format!("{what} is `{}`, which {why}", path.escape_debug()))
        .help("paths in a plan are absolute and without `..`, such as `/src/app`")
}

/// A user that cannot be one.
pub fn bad_user(what: &str, user: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_USER, format!("{what} is `{}`, which is no user", user.escape_debug()))
        .help("write a name or number, and after a `:` the group, such as `1000:1000`")
}

/// A mount at the root, or two at one place.
pub fn bad_mount_target(what: &str, target: &str, why: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_MOUNT_TARGET, format!("{what} mounts at `{}`, {why}", target.escape_debug()))
        .help("give each mount of a command a directory of its own")
}

/// A command without text, or with two.
pub fn command_or_args(what: &str, found: &str) -> Diagnostic {
    Diagnostic::error(code::COMMAND_OR_ARGS, format!("{what} has {found}, and takes exactly one of them"))
        .help("`command` is a text for the shell, `args` a program and its arguments")
}

/// A layer of a stage that does not say what it changes.
pub fn layer_without_writes(what: &str, stage: &str) -> Diagnostic {
    Diagnostic::error(code::LAYER_WITHOUT_WRITES, format!("{what} layers stage `{stage}`, which has no `writes`"))
        .help(format!("list all that `{stage}` changes in its `writes`"))
}

/// A secret that nothing can read.
pub fn secret_goes_nowhere(what: &str, id: &str) -> Diagnostic {
    Diagnostic::error(
        code::SECRET_GOES_NOWHERE,
        format!("{what} mounts secret `{id}` neither as a file nor as a variable"),
    )
    .help("give it a `target`, an `env` or both")
}

/// An address that is not fetched.
pub fn bad_url(what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_URL, format!("{what} {why}"))
        .help("write an http or https address without user and password; secrets are mounted, never written down")
}

/// A checksum that is none.
pub fn bad_sha256(what: &str, found: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_SHA256, format!("{what} is `{}`, not a SHA-256 checksum", found.escape_debug()))
        .help("a checksum is 64 of the digits 0-9 and a-f, without a prefix")
}

/// A text that may not be empty.
pub fn empty_text(what: &str) -> Diagnostic {
    Diagnostic::error(code::EMPTY_TEXT, format!("{what} is empty"))
}

/// A port that is none.
pub fn bad_port(port: &str) -> Diagnostic {
    let message = format!("the export exposes `{}`, which is no port", port.escape_debug());
    Diagnostic::error(code::BAD_PORT, message).help("write a number from 1 to 65535 and `/tcp` or `/udp`: `5000/tcp`")
}

/// A plan that makes nothing.
pub fn no_stages() -> Diagnostic {
    Diagnostic::error(code::NO_STAGES, "the plan has no stages, so there is no image")
        .help("add a stage; the last one is the image")
}

/// Permission bits that are none.
pub fn bad_mode(what: &str, found: &str) -> Diagnostic {
    Diagnostic::error(code::BAD_MODE, format!("{what} is `{}`, which are no permission bits", found.escape_debug()))
        .help("`chmod` is an octal text such as `\"0755\"`, `mode` the same bits as a JSON number: 493; at most 0o7777")
}

/// A platform that OCI has no words for.
pub fn bad_platform(what: &str, word: &str, better: Option<&str>) -> Diagnostic {
    let help = match better {
        Some(better) => format!("OCI calls it `{better}`"),
        None => "write OCI's words in lower case, such as `linux` and `amd64`".to_owned(),
    };
    Diagnostic::error(code::BAD_PLATFORM, format!("{what} is `{}`, which no platform is called", word.escape_debug()))
        .help(help)
}

/// A NUL where a program or file name could never have one.
pub fn nul_in_text(what: &str) -> Diagnostic {
    Diagnostic::error(code::NUL_IN_TEXT, format!("{what} holds a NUL character")).help("no program can be given one")
}

/// A stage with commands that the image has nothing of.
pub fn stage_never_runs(id: &str) -> Diagnostic {
    Diagnostic::warning(
        code::STAGE_NEVER_RUNS,
        format!("stage `{id}` never runs: nothing on the way to the image reads it"),
    )
    .help("read it from a stage that leads to the image, or remove it")
}
