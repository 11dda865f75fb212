//! What the daemon said and the step wrote → the finding that helps most.
//!
//! Texts are all there is to go by: daemons and programs have no codes for these. A text that fits nothing is shown as
//! it is.

use crate::build::error;
use crate::build::solve::failure::finding::{self, Said};
use crate::build::solve::failure::step::Step;
use crate::diagnostic::{Diagnostic, Label};

/// A program that has no network, or whose network does not work.
const OFFLINE: &[&str] = &[
    "temporary failure in name resolution",
    "temporary failure resolving",
    "could not resolve host",
    "could not resolve '",
    "unable to resolve host address",
    "name or service not known",
    "nodename nor servname provided",
    "failed to lookup address information",
    "dns error",
    "network is unreachable",
    "no route to host",
    "failed to establish a new connection",
    "getaddrinfo eai_again",
    "getaddrinfo enotfound",
    "bad address '",
];
/// A program that found no versions which fit together.
const UNRESOLVED: &[&str] = &[
    "no matching distribution found",
    "could not find a version that satisfies",
    "resolutionimpossible",
    "no solution found when resolving",
    "version solving failed",
    "because these package versions have conflicting dependencies",
    "unable to find a resolution",
];
/// A registry, or who stands before it, with a certificate that the engine does not trust.
const TLS: &[&str] =
    &["x509:", "certificate signed by unknown authority", "tls:", "server gave http response to https"];
/// A registry that does not answer, or not now.
const UNREACHABLE: &[&str] = &[
    "toomanyrequests",
    "429 too many requests",
    "no such host",
    "i/o timeout",
    "connection refused",
    "connection reset",
    "network is unreachable",
    "tls handshake timeout",
    "bad gateway",
    "503 service unavailable",
    "gateway timeout",
    "server misbehaving",
    "temporary failure in name resolution",
];
/// A registry that does not give.
const REFUSED: &[&str] = &[
    "pull access denied",
    "push access denied",
    "insufficient_scope",
    "unauthorized",
    "401 ",
    "403 ",
    "forbidden",
    "denied:",
    "failed to authorize",
    "no basic auth credentials",
];
const MISSING_IMAGE: &[&str] = &["not found", "manifest unknown", "name unknown", "no match for platform"];

/// As many layers as every kernel mounts on each other.
const MOST_LAYERS: usize = 300;

/// What gRPC and BuildKit write in front of what went wrong.
pub(super) fn without_prefixes(message: &str) -> &str {
    let mut rest = message.trim();
    loop {
        let before = rest;
        for prefix in ["failed to solve with frontend gateway.v0: ", "failed to solve: ", "rpc error: "] {
            rest = rest.strip_prefix(prefix).unwrap_or(rest);
        }
        if rest.starts_with("code = ") {
            rest = rest.split_once(" desc = ").map_or(rest, |(_, words)| words);
        }
        if rest == before {
            return rest;
        }
    }
}

/// The finding about a step that failed.
pub(super) fn finding(message: &str, step: &Step<'_>, label: Option<Label>) -> Diagnostic {
    let said = Said { message, step };
    let text = message.to_lowercase();
    let code = exit_code(&text);
    let found = if has(&text, &["no space left on device"]) || has(&step.said(), &["no space left on device"]) {
        finding::no_space(&said)
    } else if is_too_deep(step, &text) {
        finding::too_deep(&said)
    } else if step.is_exec() || code.is_some() {
        program(&said, &text, code)
    } else if has(&text, &["failed to push", "push access denied"]) {
        push(&said, &text)
    } else if let Some(image) = step.image() {
        image_source(&said, &text, &image)
    } else if step.is_copy() && has(&text, &["not found", "no such file or directory"]) {
        match message_after(message, "failed to stat ") {
            Some(dest) => finding::missing_directory(&said, dest),
            None => finding::missing_file(&said, quoted_path(message)),
        }
    } else if let Some((size, most)) = too_large(message) {
        error::too_large(size, most)
    } else if has(&text, &["is not allowed by build daemon"]) {
        finding::not_allowed(&said)
    } else if let Some(image) = looked_up(message).or_else(|| asked_for(message)) {
        image_source(&said, &text, &image)
    } else {
        error::solve(message)
    };
    match label {
        Some(label) => found.at(label.span, label.text),
        None => found,
    }
}

/// Whether a step has more layers below it than can be mounted. Docker says so; a kernel finds no place for the list of them,
/// and says what it also says of a missing file, without a name.
fn is_too_deep(step: &Step<'_>, message: &str) -> bool {
    let names_nothing = || has(message, &["no such file or directory"]) && quoted_path(message).is_none();
    let is_at_a_loss = || step.is_copy() && names_nothing() && step.depth() > MOST_LAYERS;
    has(message, &["max depth exceeded"]) || is_at_a_loss()
}

fn program(said: &Said<'_>, message: &str, code: Option<i64>) -> Diagnostic {
    let output = said.step.said();
    if has(message, &["exec format error"]) || has(&output, &["exec format error"]) {
        return finding::other_platform(said);
    }
    let is_missing = has(message, &["executable file not found", "exec: \"", "no such file or directory"]);
    // Newer daemons end with 1 then, and write the reason where the program would write.
    let never_began = has(&output, &["unable to start container process: exec"]);
    let is_denied = never_began && has(&output, &["permission denied"])
        || code.is_none() && has(message, &["\": permission denied"]);
    let code = if is_denied { Some(126) } else { code };
    if code == Some(127) || code == Some(126) || never_began || code.is_none() && is_missing {
        return finding::command(said, code);
    }
    if code == Some(137) || has(message, &["signal: killed", "oom"]) {
        return finding::memory(said);
    }
    if has(&output, OFFLINE) || !said.step.has_network() && has(&output, &["connection refused"]) {
        return finding::offline(said);
    }
    if has(&output, UNRESOLVED) {
        return finding::unresolved(said);
    }
    finding::failed(said, code)
}

fn push(said: &Said<'_>, message: &str) -> Diagnostic {
    let target = message_after(said.message, "failed to push ").or_else(|| message_after(said.message, "push "));
    let target = target.unwrap_or("the image");
    if has(message, TLS) {
        finding::tls(said, target)
    } else if has(message, REFUSED) {
        finding::push_refused(said, target)
    } else if has(message, UNREACHABLE) {
        finding::unreachable(said, target)
    } else {
        error::solve(said.message)
    }
}

fn image_source(said: &Said<'_>, message: &str, image: &str) -> Diagnostic {
    // A registry that is not reached at all is not asked either: look for that first.
    if has(message, TLS) && !has(message, &["tls handshake timeout"]) {
        finding::tls(said, image)
    } else if has(message, UNREACHABLE) {
        finding::unreachable(said, image)
    } else if has(message, REFUSED) || has(message, MISSING_IMAGE) {
        finding::no_image(said, image)
    } else {
        error::solve(said.message)
    }
}

/// What a message has, and what the engine takes: `received message larger than max (6000468 vs. 4194304)`.
fn too_large(message: &str) -> Option<(u64, u64)> {
    let (_, rest) = message.split_once("received message larger than max (")?;
    let (size, most) = rest.split_once(')')?.0.split_once(" vs. ")?;
    Some((size.parse().ok()?, most.parse().ok()?))
}

/// The image whose config could not be looked up: one that no plan names, such as the scanner of `--sbom`.
fn looked_up(message: &str) -> Option<String> {
    message_after(message, "failed to resolve source metadata for ").map(str::to_owned)
}

/// What a registry was asked for, by the address: `https://HOST/v2/NAME/blobs/DIGEST`. Caches are no images of a step.
fn asked_for(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("failed to do request: ")?;
    let (host, rest) = rest.split_once("://")?.1.split_once("/v2/")?;
    let end = ["/blobs/", "/manifests/", "\""].iter().filter_map(|mark| rest.find(mark)).min()?;
    Some(format!("{host}/{}", rest.get(..end)?))
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// `exit code: 1`, at the end of what daemons say of programs.
fn exit_code(message: &str) -> Option<i64> {
    let rest = &message[message.rfind("exit code: ")? + "exit code: ".len()..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    digits.parse().ok()
}

/// The word after these words, without the colon after it.
fn message_after<'a>(message: &'a str, words: &str) -> Option<&'a str> {
    let rest = &message[message.find(words)? + words.len()..];
    rest.split_whitespace().next().map(|word| word.trim_end_matches(':')).filter(|word| !word.is_empty())
}

/// The path that is missing: in quotes, or after `lstat`; without the place where the daemon has the source mounted.
fn quoted_path(message: &str) -> Option<&str> {
    let in_quotes = message.split('"').skip(1).step_by(2).find(|part| part.starts_with('/'));
    let after_word = || ["lstat ", "stat ", "open "].iter().find_map(|words| message_after(message, words));
    let path = in_quotes.or_else(after_word)?;
    let mounted = path.find("/buildkit-mount").map(|at| &path[at + 1..]);
    Some(mounted.and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path))
}
