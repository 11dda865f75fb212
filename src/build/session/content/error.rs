//! What is wrong with a cache in a folder, one constructor a code.

use std::path::Path;

pub(super) use crate::build::session::error::text as words;
use crate::diagnostic::{Diagnostic, code};

/// It cannot be written.
pub(super) fn write(folder: &Path, reason: &str) -> Diagnostic {
    let message = format!("the cache in `{}` cannot be written: {reason}", folder.display());
    Diagnostic::error(code::CACHE_WRITE, message)
        .help("make room or give another `dest`; with `ignore-error=true` the build goes on without it")
}

/// It is of no use (a warning).
pub(super) fn unusable(folder: &Path, reason: &str) -> Diagnostic {
    let message = format!("the cache in `{}` is not used: {reason}", folder.display());
    Diagnostic::warning(code::CACHE_UNUSABLE, message)
        .help("`--cache-to type=local,dest=FOLDER` writes one; without it the steps run")
}
