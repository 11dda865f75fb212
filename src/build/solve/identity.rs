//! Names that nobody else has, and one that stays the same for a user's project.

use std::io;
use std::path::Path;

use indexmap::IndexMap;

use crate::build::context::Context;
use crate::llb::definition::Digest;

/// A random name of 32 hex digits: of a job, a session, a build.
pub(super) fn random() -> io::Result<String> {
    let mut bytes = [0u8; 16];
    let mut filled = 0;
    while filled < bytes.len() {
        filled += rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty())?;
    }
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The key under which the daemon keeps what was sent before. Two projects, or the same path on two machines, must not
/// share it: the daemon compares files by size and time alone.
pub(super) fn shared_key(contexts: &IndexMap<String, Context>) -> String {
    let mut text = machine();
    for (name, context) in contexts {
        let directory = std::path::absolute(&context.directory).unwrap_or_else(|_| context.directory.clone());
        text.push_str(&format!("\0{name}\0{}", directory.display()));
    }
    Digest::of(text.as_bytes()).to_string().trim_start_matches("sha256:").to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the machine's own id tells two machines apart that use one daemon")]
fn machine() -> String {
    let id = std::fs::read_to_string(Path::new("/etc/machine-id")).unwrap_or_default();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{}\0{host}", id.trim())
}
