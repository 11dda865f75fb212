//! What goes wrong with secrets, ssh and credentials here → findings, one constructor a code. Values are in none of them.

use std::io::ErrorKind;
use std::path::Path;

use crate::diagnostic::{Diagnostic, code};

/// A secret was given, and cannot be read now that a step asks for it.
pub(super) fn secret(id: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(code::SECRET_UNREADABLE, format!("the secret `{id}` cannot be read: {reason}"))
        .help("a secret is read when a step asks for it: leave its file in place until the build ends")
}

/// An ssh agent does not answer.
pub(super) fn agent(id: &str, socket: &Path, reason: &str) -> Diagnostic {
    let message = format!("the ssh agent `{id}` does not answer at `{}`: {reason}", socket.display());
    Diagnostic::error(code::SSH_AGENT, message)
        .help("`ssh-add -l` shows whether your agent runs; `eval $(ssh-agent)` starts one")
}

/// A private key is not taken.
pub(super) fn key(id: &str, path: &Path, reason: &str) -> Diagnostic {
    let path = path.display();
    Diagnostic::error(code::SSH_KEY, format!("the key `{path}` of `--ssh {id}` cannot be used: {reason}"))
        .help(format!("load it into your own agent with `ssh-add {path}`, and write `--ssh {id}`"))
}

/// A credential helper did not give credentials, so the registry is asked without (a warning). The helper's own words are
/// not repeated: they may hold what must not be shown.
pub(super) fn helper(program: &str, server: &str, reason: &str) -> Diagnostic {
    let message = format!("`{program}` gave no credentials for `{server}`: {reason}");
    Diagnostic::warning(code::CREDENTIAL_HELPER, message)
        .help(format!("try it: `echo {server} | {program} get`; the registry is asked without credentials"))
}

/// Docker's config is of no use (a warning).
pub(super) fn docker_config(name: &str, reason: &str) -> Diagnostic {
    Diagnostic::warning(code::DOCKER_CONFIG, format!("`{name}` gives no credentials: {reason}"))
        .help("correct it, or let `docker login` write it; registries are asked without credentials")
}

/// An error's text as messages hold it: lower case, without the system's number.
pub(super) fn text(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The system's reason in words.
pub(super) fn words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => kind.to_string(),
    }
}
