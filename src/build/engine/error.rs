//! The findings about engines, one constructor a code.

use std::error::Error;

use crate::build::engine::Features;
use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, code};

/// There is no engine.
pub(super) fn none_found(tried: &[String]) -> Failure {
    let list: String = tried.iter().map(|line| format!("\n  {line}")).collect();
    Failure::engine(
        Diagnostic::error(code::ENGINE_NONE, format!("there is no BuildKit to build with{list}"))
            .help("start Docker, or name a BuildKit with `--engine` or `BUILDKIT_HOST`"),
    )
}

/// It was there, and broke.
pub(super) fn broken(name: &str, error: &(dyn Error + 'static)) -> Failure {
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

/// An introduction that cannot be sent.
pub(super) fn bad_session() -> Failure {
    Failure::engine(Diagnostic::bug("a session's introduction is no text for a header"))
}

/// The form of an output that the engine has no exporter for.
pub(super) fn cannot_export(form: &str, features: &Features) -> Diagnostic {
    Diagnostic::error(
        code::ENGINE_NO_EXPORTER,
        format!("this engine cannot write the output `{form}`: it is {}", features.title()),
    )
    .help(format!(
        "it can write {}. {TURN_ON_CONTAINERD}",
        listed(features.exporters.iter().copied().filter(|name| *name != "moby"))
    ))
}

/// An engine whose images have to be pushed with `docker push`.
pub(super) fn cannot_push() -> Diagnostic {
    Diagnostic::error(code::ENGINE_NO_PUSH, "this engine does not push what it builds: Docker's own image store cannot")
        .help(format!("build with `-t NAME`, then `docker push NAME`. {TURN_ON_CONTAINERD}"))
}

/// A kind of cache that the engine cannot write.
pub(super) fn cannot_cache(kind: &str, features: &Features) -> Diagnostic {
    Diagnostic::error(
        code::ENGINE_NO_CACHE,
        format!("this engine cannot write a cache of type `{kind}`: it is {}", features.title()),
    )
    .help(format!("it can write {}. {TURN_ON_CONTAINERD}", listed(features.caches.iter().copied())))
}

/// What gives a Docker Engine the exporters it lacks.
const TURN_ON_CONTAINERD: &str =
    "Docker's containerd image store can do more, and so can a `buildkitd`: `cogpack doctor` shows what there is";

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
