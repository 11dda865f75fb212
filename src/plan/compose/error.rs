//! What composing finds wrong.

use crate::check::hir::Name;
use crate::diagnostic::{Diagnostic, code};
use crate::eval::value::Origin;
use crate::source::Span;

/// Points at the project's file if the value came from one, and at the block's expression.
fn at_value(diagnostic: Diagnostic, origin: Origin, used: Span) -> Diagnostic {
    match origin.span {
        Some(span) => diagnostic.at(span, "this value").related(used, "is used here"),
        None => diagnostic.at(used, "this value"),
    }
}

/// E0851: a path that an operation may not use.
pub fn path(text: &str, reason: &str, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::COMPOSE_PATH, format!("`{text}` cannot be used as a path: {reason}"))
        .help("paths in the image are absolute and paths in the project relative, both without `..`");
    at_value(diagnostic, origin, used)
}

/// E0852: an address that an input may not use.
pub fn address(text: &str, reason: &str, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::COMPOSE_ADDRESS, format!("{text} cannot be fetched: {reason}"))
        .help("give an address such as `https://host.example/file`, without a user name or password");
    at_value(diagnostic, origin, used)
}

/// E0852: a text that names no state of a repository.
pub fn git_reference(text: &str, origin: Origin, used: Span) -> Diagnostic {
    let text = text.escape_debug();
    let diagnostic = Diagnostic::error(code::COMPOSE_ADDRESS, format!("`{text}` is no branch, tag or commit"))
        .help("name a branch, a tag or a commit, without blanks and without `-` in front");
    at_value(diagnostic, origin, used)
}

/// E0852: a text that names no image.
pub fn image(text: &str, origin: Origin, used: Span) -> Diagnostic {
    let text = text.escape_debug();
    let diagnostic = Diagnostic::error(code::COMPOSE_ADDRESS, format!("`{text}` is no image reference"))
        .help("an image is called as in `docker.io/library/debian:bookworm-slim`, with small letters");
    at_value(diagnostic, origin, used)
}

/// E0853: an input names a stage that was left out.
pub fn left_out(stage: &str, used: Span, declared: Span) -> Diagnostic {
    Diagnostic::error(code::COMPOSE_LEFT_OUT, format!("the stage `{stage}` has no operations here, so it is left out"))
        .at(used, "is read here")
        .related(declared, "does nothing for this project")
        .help("put what reads it into a `when` with the same condition")
}

/// E0854: a layer of a stage that changed what belongs to its base image.
pub fn system_layer(stage: &str, path: &str, used: Span, declared: Span) -> Diagnostic {
    Diagnostic::error(
        code::COMPOSE_SYSTEM_LAYER,
        format!("`{stage}` writes `{path}`, which belongs to its base image and cannot be layered onto another"),
    )
    .at(used, "is layered here")
    .related(declared, "writes it")
    .help("write below another directory, or say `needs same-base` in the block")
}

/// E0855: a stage in an earlier phase than what it needs.
pub fn too_early(need: &Name, stage: Span, phase: &str, provider: &str, provider_phase: &str, at: Span) -> Diagnostic {
    Diagnostic::error(
        code::COMPOSE_TOO_EARLY,
        format!("this stage stands in `{phase}`, and `{}` is there only from `{provider_phase}` on", need.text),
    )
    .at(stage, "comes too early")
    .related(need.span, "is needed here")
    .related(at, format!("the first stage of `{provider}`"))
    .help(format!("move the stage to `{provider_phase}` or a later phase"))
}

/// E0856: two blocks give the image different settings.
pub fn export_conflict(what: &str, (block, here): (&str, Span), (other, there): (&str, Span)) -> Diagnostic {
    let message = format!("`{other}` and `{block}` set {what} of the image to different values");
    Diagnostic::error(code::COMPOSE_EXPORT, message).at(here, "set here").related(there, "and set here").help(format!(
        "set it in `[export]` of cogpack.toml, or leave one out with `--without {other}` or `--without {block}`"
    ))
}

/// E0857: a value that a setting of the image's config cannot have.
pub fn export_value(message: String, origin: Origin, used: Span) -> Diagnostic {
    at_value(Diagnostic::error(code::COMPOSE_EXPORT_VALUE, message), origin, used).help("give it another value")
}

/// E0859: a size of the project that is none.
pub fn size(bytes: i64, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::COMPOSE_SIZE, format!("`{bytes}` is no size"))
        .help("give the number of bytes, such as `67108864`");
    at_value(diagnostic, origin, used)
}
