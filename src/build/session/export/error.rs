//! What is wrong with an export, one constructor a code.

use std::io::ErrorKind;
use std::path::Path;

use crate::build::session::error::text;
use crate::diagnostic::{Diagnostic, code};

/// The destination that is this process's output.
pub(super) const STDOUT: &str = "-";

/// Writing failed on the way.
pub fn write(path: &Path, error: &std::io::Error) -> Diagnostic {
    let place = if path == Path::new(STDOUT) { "standard output".to_owned() } else { format!("`{}`", path.display()) };
    let help = match error.kind() {
        ErrorKind::BrokenPipe => "whoever reads it ended before the archive did",
        ErrorKind::PermissionDenied => "see to it that you may write there, or give another `dest`",
        _ => "make room, or give another `dest`",
    };
    Diagnostic::error(code::EXPORT_WRITE, format!("cannot write {place}: {}", text(error))).help(help)
}

/// A folder is asked for, and an engine that is older sends an archive.
pub fn no_layout(path: &Path) -> Diagnostic {
    let message =
        format!("the engine exports an archive, and cannot write an image as the folder `{}`", path.display());
    Diagnostic::error(code::EXPORT_ENTRY, message)
        .help("leave out `tar=false`, or take an engine with BuildKit 0.11 or newer")
}

/// The engine wants something written that we do not write.
pub fn entry(path: &str, reason: &str) -> Diagnostic {
    let message = format!("the engine exports `{}`, {reason}", path.escape_debug());
    Diagnostic::error(code::EXPORT_ENTRY, message).help("export an archive instead: `-o type=tar,dest=FILE`")
}
