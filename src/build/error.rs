//! The findings of this room, one constructor a code.

use std::io;

use crate::build::progress::bytes;
use crate::diagnostic::{Diagnostic, code};
use crate::plan::model::Platform;

/// The daemon ended the build.
pub(super) fn solve(message: &str) -> Diagnostic {
    Diagnostic::error(code::BUILD_FAILED, format!("the build failed: {message}"))
}

/// A base image is not what metadata says of it.
pub(super) fn base_differs(reference: &str, differences: &[String]) -> Diagnostic {
    Diagnostic::warning(
        code::BASE_DIFFERS,
        format!("image `{reference}` is not what its metadata says: {}", differences.join("; ")),
    )
    .help("the image's own values are used; correct its entry in the base images, or name another image")
}

/// A base image runs on something else.
pub(super) fn base_of_other_platform(reference: &str, wanted: &Platform, has: &Platform) -> Diagnostic {
    let text = |platform: &Platform| format!("{}/{}", platform.os, platform.arch);
    let message = format!("image `{reference}` is for `{}`, and the build is for `{}`", text(has), text(wanted));
    Diagnostic::warning(code::BASE_DIFFERS, message)
        .help("its programs do not run there: name an image that has this platform, or leave the platform out of `--platform`")
}

/// The engine does not know something that the plan needs.
pub(super) fn lacks(engine: &str, capabilities: &[&str]) -> Diagnostic {
    let known: Vec<String> = capabilities.iter().map(|id| needed(id)).collect();
    Diagnostic::error(
        code::ENGINE_LACKS,
        format!("the engine at `{engine}` cannot do this build: it has no {}", known.join(", no ")),
    )
    .help("build on a newer engine: `cogpack doctor` shows what each one can do")
}

/// A capability in words; those that plans seldom need stay as they are called.
fn needed(capability: &str) -> String {
    let words = match capability {
        "exec.secretenv" => "secrets in variables",
        "exec.mount.tmpfs.size" => "`tmpfs` of a given size",
        "file.copy.includeexcludepatterns" | "file.copy.includepatterns" | "file.copy.excludepatterns" => {
            "patterns in a copy"
        }
        "mergeop" => "merging of layers",
        "diffop" => "differences of layers",
        other => return format!("`{other}`"),
    };
    format!("{words} (`{capability}`)")
}

/// The engine exports one form a build.
pub(super) fn one_output(engine: &str) -> Diagnostic {
    Diagnostic::error(
        code::ONE_OUTPUT,
        format!("the engine at `{engine}` writes one output a build, and several are asked for"),
    )
    .help("build once for each output, the later ones are cached; or take an engine with BuildKit 0.13 or newer")
}

/// What is to be built does not fit into a message to the engine.
pub(super) fn too_large(size: u64, most: u64) -> Diagnostic {
    let message = format!("the build has {} of steps, and the engine takes {}", bytes(size), bytes(most));
    Diagnostic::error(code::BUILD_FAILED, message).help(
        "the files that a plan writes are part of its steps: put large ones into a context, and copy them from there",
    )
}

/// An archive for `docker load` is one image, without attestations.
pub(super) fn one_image(has_platforms: bool) -> Diagnostic {
    let what =
        if has_platforms { "one platform, and several are built" } else { "no attestations, and some are asked for" };
    Diagnostic::error(code::ENGINE_NO_EXPORTER, format!("the output `docker` has {what}"))
        .help("write `type=oci`, which has room for all of it")
}

/// The system gave no random bytes.
pub(super) fn no_randomness(why: &io::Error) -> Diagnostic {
    Diagnostic::bug(format!("the system gave no random bytes: {why}"))
}
