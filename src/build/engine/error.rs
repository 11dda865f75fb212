//! The findings about engines, one constructor a code.

use std::error::Error;

use tonic::Status;

use crate::build::engine::Features;
use crate::build::engine::candidates::{Candidate, Refusal};
use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, code};

/// There is no engine: what was tried, and why each is of no use.
pub(super) fn none_found(tried: &[(Candidate, Refusal)]) -> Failure {
    let list: Vec<String> = tried
        .iter()
        .map(|(candidate, refusal)| format!("{} (`{}`): {}", candidate.source, candidate.shown, refusal.why))
        .collect();
    let list = list.join("; ");
    let asked_for = tried.last().is_some_and(|(candidate, _)| candidate.last);
    let message = if asked_for {
        format!("the engine that was asked for cannot be used: {list}")
    } else {
        format!("there is no engine to build on: {list}")
    };
    let mut advice: Vec<String> = Vec::new();
    for given in tried.iter().filter_map(|(_, refusal)| refusal.advice.clone()) {
        if !advice.contains(&given) {
            advice.push(given);
        }
    }
    if advice.is_empty() && !asked_for {
        advice.push(GET_ONE.to_owned());
    }
    advice.push("`cogpack doctor` shows all places where one may be".to_owned());
    Failure::engine(Diagnostic::error(code::ENGINE_NONE, message).help(advice.join("; ")))
}

/// How to get an engine.
const GET_ONE: &str = "start Docker (20.10 or newer), put `buildkitd` on PATH, or name a BuildKit with `--engine` or \
                       `BUILDKIT_HOST`, as `tcp://HOST:1234`";

/// It was there, and broke.
pub fn broken(name: &str, error: &(dyn Error + 'static)) -> Failure {
    let why = causes(error);
    Failure::engine(
        Diagnostic::error(code::ENGINE_BROKEN, format!("the engine `{name}` does not answer: {why}"))
            .help("see whether it still runs: `cogpack doctor`"),
    )
}

/// An error and what caused it, each said once.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

/// What a daemon answered, or why it did not.
pub(super) fn said(status: &Status) -> String {
    status.source().map_or_else(|| status.message().to_owned(), causes)
}

/// An introduction that cannot be sent.
pub(super) fn bad_session() -> Failure {
    Failure::engine(Diagnostic::bug("a session's introduction is no text for a header"))
}

/// The form of an output that the engine has no exporter for.
pub(super) fn cannot_export(form: &str, features: &Features) -> Failure {
    let message = format!("this engine cannot write the output `{form}`: it is {}", features.title());
    let help = format!("it can write {}; {MORE}", listed(&features.outputs()));
    Failure::refused(Diagnostic::error(code::ENGINE_NO_EXPORTER, message).help(help))
}

/// An image for several platforms, which the engine keeps one of.
pub(super) fn one_platform(features: &Features) -> Failure {
    let message =
        format!("this engine keeps images of one platform, and several are built: it is {}", features.title());
    let help = format!("name one `--platform`, or write `-o type=local` or `type=tar`; {MORE}");
    Failure::refused(Diagnostic::error(code::ENGINE_NO_EXPORTER, message).help(help))
}

/// Attestations, which the engine leaves out without a word.
pub(super) fn cannot_attest(features: &Features) -> Failure {
    let message = format!("this engine does not attest what it builds: it is {}", features.title());
    let help = format!("leave out `--provenance` and `--sbom`; {MORE}");
    Failure::refused(Diagnostic::error(code::ENGINE_LACKS, message).help(help))
}

/// An engine whose images have to be pushed with `docker push`.
pub(super) fn cannot_push(features: &Features) -> Failure {
    let message = format!("this engine does not push what it builds: it is {}", features.title());
    let help = format!("build with `-t NAME`, then `docker push NAME`; {MORE}");
    Failure::refused(Diagnostic::error(code::ENGINE_NO_PUSH, message).help(help))
}

/// A kind of cache that the engine cannot write.
pub(super) fn cannot_cache(kind: &str, features: &Features) -> Failure {
    let message = format!("this engine cannot write a cache of type `{kind}`: it is {}", features.title());
    let caches: Vec<&str> = features.caches.iter().copied().collect();
    let help = format!("it can write {}; {MORE}", listed(&caches));
    Failure::refused(Diagnostic::error(code::ENGINE_NO_CACHE, message).help(help))
}

/// A kind of cache that the engine cannot read.
pub(super) fn cannot_use_cache(kind: &str, used: &[&str], features: &Features) -> Failure {
    let message = format!("this engine cannot read a cache of type `{kind}`: it is {}", features.title());
    let help = format!("it can read {}; {MORE}", listed(used));
    Failure::refused(Diagnostic::error(code::ENGINE_NO_CACHE, message).help(help))
}

/// What can do what a Docker Engine of the usual kind cannot.
const MORE: &str = "Docker's containerd image store and a `buildkitd` can do more";

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
