//! The findings of this room, one constructor a code.

use crate::diagnostic::{Diagnostic, code};
use crate::plan::model::{Origin, Stage};

/// The config of `image` is no OCI image config.
pub(super) fn image_config(image: &str, why: &serde_json::Error) -> Diagnostic {
    Diagnostic::error(code::LLB_IMAGE_CONFIG, format!("the config of image `{image}` cannot be read: {why}"))
        .help("it has to be JSON in the form of the OCI image specification")
}

/// `chown` is no `USER[:GROUP]`.
pub(super) fn owner(at: Place, chown: &str) -> Diagnostic {
    Diagnostic::error(code::LLB_OWNER, format!("`{chown}` is no owner, {at}"))
        .help("write `USER` or `USER:GROUP`, each a name or a number up to 2147483647")
}

/// `chmod` is not octal.
pub(super) fn mode(at: Place, chmod: &str) -> Diagnostic {
    Diagnostic::error(code::LLB_MODE, format!("`{chmod}` are no permissions, {at}"))
        .help("write octal digits from `0` to `7777`, such as `0755`")
}

/// `image` is no reference.
pub(super) fn image_reference(at: Place, image: &str) -> Diagnostic {
    Diagnostic::error(code::LLB_IMAGE_REFERENCE, format!("`{image}` is no image reference, {at}"))
        .help("write `[HOST/]PATH[:TAG][@DIGEST]`, the path in lower case")
}

/// A stage is read that was not built.
pub(super) fn unknown_stage(at: Place, stage: &str) -> Diagnostic {
    Diagnostic::error(code::LLB_UNKNOWN_STAGE, format!("stage `{stage}` is not built yet, {at}"))
        .help("a stage reads only stages that stand before it in the plan")
}

/// A step has nothing to run.
pub(super) fn no_command(at: Place) -> Diagnostic {
    Diagnostic::error(code::LLB_NO_COMMAND, format!("a step has no command, {at}"))
        .help("give it `command`, a text for the shell, or `args`, a program and its arguments")
}

/// What commands start from comes to more than an engine takes.
pub(super) fn too_many_variables(at: Place, most: usize) -> Diagnostic {
    let message = format!("the variables of all commands come to more than {} MiB, {at}", most >> 20);
    Diagnostic::error(code::LLB_TOO_MANY_VARIABLES, message)
        .help("each command carries every variable: set fewer, set them later, or give them to the one command that reads them")
}

/// Where in a plan, and in the block that caused it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) stage: &'a Stage,
    pub(super) origin: Option<&'a Origin>,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "in stage `{}`", self.stage.id)?;
        match self.origin.or(self.stage.origin.as_ref()) {
            Some(origin) => write!(f, " ({}:{}:{})", origin.file, origin.line, origin.column),
            None => Ok(()),
        }
    }
}
