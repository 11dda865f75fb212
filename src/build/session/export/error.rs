//! What is wrong with an export, one constructor a code.

use std::path::Path;

use crate::build::session::error::text;
use crate::diagnostic::{Diagnostic, code};

/// Writing failed on the way.
pub fn write(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot write `{}`: {}", path.display(), text(error));
    Diagnostic::error(code::EXPORT_WRITE, message).help("make room, or give another `dest`")
}

/// The engine wants something written that we do not write.
pub fn entry(path: &str, reason: &str) -> Diagnostic {
    let message = format!("the engine exports `{}`, {reason}", path.escape_debug());
    Diagnostic::error(code::EXPORT_ENTRY, message).help("export an archive instead: `-o type=tar,dest=FILE`")
}
