//! Stages, what they read, and where statements may stand (E0206, E0218–E0223, E0227, E0229, E0232).

use crate::check::hir::Stage;
use crate::check::phase::Phase;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::code;
use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::source::Span;
use crate::syntax::ast::Ident;

/// E0206
pub(in crate::check) fn duplicate_stage(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_STAGE, format!("this block has two stages called `{}`", name.name))
        .at(name.span, "declared again")
        .related(first, "declared here")
        .help("a stage's name is unique in its block, across all phases: rename one")
}

/// E0206
pub(in crate::check) fn equal_stage_ids(id: &str, stage: &Stage, first: &Stage) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_STAGE, format!("two stages of the plan would be called `{id}`"))
        .at(stage.name.span, "one of them")
        .related(first.name.span, "the other")
        .help("a stage is called by its block's name and its own, joined with `-`: rename one")
}

/// E0218
pub(in crate::check) fn unknown_stage<'n>(
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let otherwise = || match listing(known.clone()) {
        stages if stages.is_empty() => "this block has no stages".to_owned(),
        stages => format!(
            "this block has {stages}; what another block made is read by `phase` or by the value of a capability"
        ),
    };
    Diagnostic::error(code::CHECK_UNKNOWN_STAGE, format!("this block has no stage `{name}`"))
        .at(span, "not found")
        .help(did_you_mean(name, known.clone(), otherwise))
}

/// E0219
pub(in crate::check) fn stage_reads_itself(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_LATER_STAGE, format!("stage `{name}` reads itself"))
        .at(span, "this stage")
        .help("what the stage has made so far is simply there; name another stage")
}

/// E0219
pub(in crate::check) fn later_stage(stage: &Stage, reader: &Stage, span: Span, reads_back: bool) -> Diagnostic {
    let (name, reader_name) = (&stage.name.text, &reader.name.text);
    let message = match reads_back {
        true => format!("stages `{name}` and `{reader_name}` read each other"),
        false => format!("stage `{name}` comes after `{reader_name}`, which reads it"),
    };
    Diagnostic::error(code::CHECK_LATER_STAGE, message)
        .at(span, "not there yet")
        .related(stage.name.span, format!("runs in phase `{}`", stage.phase.name()))
        .help(format!("a stage reads only earlier ones: move `{name}` before `{reader_name}`, or to an earlier phase"))
}

/// E0220
pub(in crate::check) fn later_phase(phase: Phase, reader: &Stage, span: Span) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_LATER_PHASE,
        format!("phase `{}` comes after `{}`, where it is read", phase.name(), reader.phase.name()),
    )
    .at(span, "not there yet")
    .related(reader.name.span, format!("runs in phase `{}`", reader.phase.name()))
    .help("a stage reads its own phase or an earlier one")
}

/// E0221
pub(in crate::check) fn layer_without_writes(stage: &Stage, span: Span) -> Diagnostic {
    let name = &stage.name.text;
    Diagnostic::error(code::CHECK_LAYER_WITHOUT_WRITES, format!("stage `{name}` does not say what it writes"))
        .at(span, "cannot be layered")
        .related(stage.name.span, "no `writes` in this stage")
        .help(format!("add `writes \"/path\"` to `{name}`: all that the stage changes"))
}

/// E0222
pub(in crate::check) fn layer_of_the_system(path: &str, span: Span, written: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_LAYER_OF_SYSTEM, format!("`{path}` belongs to the base image and cannot be layered"))
        .at(span, "would mix two images")
        .related(written, "written here")
        .help(
            "install it on both sides, write somewhere else, or say `needs same-base` so that both sides are one image",
        )
}

/// E0223
pub(in crate::check) fn second_from(span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_MISPLACED_STATEMENT, "a stage starts from one input")
        .at(span, "a second `from`")
        .related(first, "the first")
        .help("put each into a stage of its own, and copy from one to the other")
}

/// E0223
pub(in crate::check) fn late_from(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_MISPLACED_STATEMENT, "`from` must come first in its stage")
        .at(span, "something stands before it")
        .help("move it to the start: it says what the other statements work on")
}

/// E0223
pub(in crate::check) fn nested_from(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_MISPLACED_STATEMENT, "`from` cannot depend on a condition or a list")
        .at(span, "inside `when` or `for`")
        .help("move it to the start of the stage; to choose an image, write `from image a if c else b`")
}

/// E0223
pub(in crate::check) fn nested_writes(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_MISPLACED_STATEMENT, "`writes` cannot depend on a condition or a list")
        .at(span, "inside `when` or `for`")
        .help("move it to the stage: it says all that the stage may change, whatever conditions hold")
}

/// E0227
pub(in crate::check) fn duplicate_setting(setting: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_SETTING, format!("`{setting}` is set twice"))
        .at(span, "again")
        .related(first, "set here")
        .help("keep one of them")
}

/// E0229
pub(in crate::check) fn copy_from_nowhere(path: &str, span: Span, stage: &Stage, made: &[String]) -> Diagnostic {
    let help = match made {
        [] => "nothing is made in it".to_owned(),
        _ => format!("it makes {}", listing(made.iter().map(String::as_str))),
    };
    Diagnostic::error(
        code::CHECK_COPY_FROM_NOWHERE,
        format!("stage `{}` starts from nothing and does not make `{path}`", stage.name.text),
    )
    .at(span, "not there")
    .related(stage.name.span, "this stage")
    .help(help)
}

/// E0232
pub(in crate::check) fn mount_target_twice(path: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_MOUNT, format!("two mounts are on `{path}`"))
        .at(span, "again")
        .related(first, "mounted here")
        .help("only one of them could be seen: mount the other somewhere else")
}
