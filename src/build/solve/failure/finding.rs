//! The findings about steps that failed, one constructor a code.

use crate::build::progress::Model;
use crate::build::solve::failure::step::Step;
use crate::diagnostic::{Diagnostic, code};

/// What is known of a step that failed.
pub(super) struct Said<'a> {
    /// What the daemon says.
    pub message: &'a str,
    pub step: &'a Step<'a>,
}

impl Said<'_> {
    /// The step, to begin a sentence with.
    fn subject(&self) -> String {
        let words = self.step.words().map_or("a step".to_owned(), |words| format!("`{words}`"));
        match self.step.stage() {
            Some(stage) => format!("in stage `{stage}`, {words}"),
            None => words,
        }
    }

    /// The program, and what it wrote last; else what the daemon says of it.
    fn output(&self) -> Vec<String> {
        let mut lines = self.step.command();
        let before = lines.len();
        lines.extend(self.step.log().map(str::to_owned));
        if lines.len() == before {
            lines.extend(self.message.lines().map(str::to_owned));
        }
        lines
    }
}

/// A program ended with an error.
pub(super) fn failed(said: &Said<'_>, exit: Option<i64>) -> Diagnostic {
    let how = exit.map_or_else(|| format!("failed: {}", said.message), |exit| format!("failed with exit code {exit}"));
    Diagnostic::error(code::STEP_FAILED, format!("{} {how}", said.subject()))
        .output(said.output())
        .help("what the step wrote says why; the steps before it are cached, so trying again is quick")
}

/// A program is not there, or may not be run.
pub(super) fn command(said: &Said<'_>, exit: Option<i64>) -> Diagnostic {
    let (what, help) = if exit == Some(126) {
        (
            "names a file that cannot be run",
            "give the file the right to run, as with `chmod +x`, or run it with its program: `sh FILE`",
        )
    } else {
        (
            "names a command that is not in the image",
            "let the block need what has it, install it in an earlier stage, or correct its name; `PATH` says where \
             commands are looked for",
        )
    };
    Diagnostic::error(code::STEP_COMMAND, format!("{} {what}", said.subject())).output(said.output()).help(help)
}

/// There are more layers below a step than can be mounted.
pub(super) fn too_deep(said: &Said<'_>) -> Diagnostic {
    let depth = said.step.depth();
    let message = format!("{} lies on {depth} others, which are more layers than the engine can mount", said.subject());
    Diagnostic::error(code::BUILD_FAILED, message)
        .help("let a step do more at once, or let some of them start at an image and copy what they made")
}

/// The engine gives nobody a privilege that was asked for.
pub(super) fn not_allowed(said: &Said<'_>) -> Diagnostic {
    Diagnostic::error(code::BUILD_FAILED, format!("the engine does not give steps this privilege: {}", said.message))
        .help("a `buildkitd` gives those that it was started with: `--allow-insecure-entitlement security.insecure`")
}

/// A program wants the network.
pub(super) fn offline(said: &Said<'_>) -> Diagnostic {
    let (what, help) = if said.step.has_network() {
        (
            "does not reach the network",
            "see whether this machine and its engine are online, and whether a proxy is needed; `--network host` \
             gives steps the machine's own network",
        )
    } else {
        (
            "wants the network, and has none",
            "write `uses network` in its block: without it, steps have no network; `--network none` takes it from all",
        )
    };
    Diagnostic::error(code::STEP_OFFLINE, format!("{} {what}", said.subject())).output(said.output()).help(help)
}

/// The engine's disk is full.
pub(super) fn no_space(said: &Said<'_>) -> Diagnostic {
    Diagnostic::error(code::STEP_SPACE, format!("{} found no space left on the engine's disk", said.subject()))
        .output(said.output())
        .help("free some: `docker builder prune` removes what is cached, `docker system df` shows what takes the space")
}

/// A program was killed.
pub(super) fn memory(said: &Said<'_>) -> Diagnostic {
    Diagnostic::error(code::STEP_MEMORY, format!("{} was killed, most likely for want of memory", said.subject()))
        .output(said.output())
        .help("give the engine more memory, or let the step take less: fewer jobs at once, ready-made packages")
}

/// Packages do not fit together.
pub(super) fn unresolved(said: &Said<'_>) -> Diagnostic {
    Diagnostic::error(
        code::STEP_PACKAGES,
        format!("{} found no versions of its packages that fit together", said.subject()),
    )
    .output(said.output())
    .help(
        "loosen or correct the requirement it names; a version may also be missing for this Python, this platform or \
         in this index",
    )
}

/// A file that is copied is not there.
pub(super) fn missing_file(said: &Said<'_>, path: Option<&str>) -> Diagnostic {
    let what =
        path.map_or_else(|| "a file that is not there".to_owned(), |path| format!("`{path}`, which is not there"));
    let help = if said.step.copies_from_context() {
        "see whether the file is in the project, spelled so, and whether `.dockerignore` leaves it out"
    } else {
        "see whether an earlier stage makes the file, at this very path"
    };
    Diagnostic::error(code::STEP_MISSING_FILE, format!("{} needs {what}", said.subject())).help(help)
}

/// The directory that something is copied into is not there. A copy of a block makes it; one of a plan may not.
pub(super) fn missing_directory(said: &Said<'_>, dest: &str) -> Diagnostic {
    let message = format!("{} writes `{dest}`, and the directory above it is not there", said.subject());
    Diagnostic::error(code::STEP_MISSING_FILE, message).help("write `\"createDestPath\": true` in the copy")
}

/// A registry does not have an image, or does not give it: many say the same of both.
pub(super) fn no_image(said: &Said<'_>, image: &str) -> Diagnostic {
    Diagnostic::error(code::IMAGE_REFUSED, format!("image `{image}` is not there, or needs a login: {}", said.message))
        .help(format!(
            "see whether the name, the tag and the platform are right; for a private image: `docker login {}`",
            host(image)
        ))
}

/// A registry does not answer, or not now.
pub(super) fn unreachable(said: &Said<'_>, image: &str) -> Diagnostic {
    let text = said.message.to_lowercase();
    let help = if text.contains("toomanyrequests") || text.contains("429 too many") {
        format!(
            "it limits how much it gives: `docker login {}` raises the limit, or wait, or use a mirror",
            host(image)
        )
    } else {
        "see whether the engine is online, whether the registry's name is right, and whether a proxy is needed"
            .to_owned()
    };
    Diagnostic::error(
        code::REGISTRY_UNREACHABLE,
        format!("the registry of `{image}` does not answer as it should: {}", said.message),
    )
    .help(help)
}

/// A registry's certificate is not trusted.
pub(super) fn tls(said: &Said<'_>, image: &str) -> Diagnostic {
    Diagnostic::error(
        code::REGISTRY_TLS,
        format!("the engine does not trust the registry of `{image}`: {}", said.message),
    )
    .help(format!(
        "give the engine the registry's certificate, in `/etc/docker/certs.d/{}/ca.crt` for Docker; a registry without \
         TLS has to be named as insecure in the engine's config",
        host(image)
    ))
}

/// A registry does not take an image.
pub(super) fn push_refused(said: &Said<'_>, image: &str) -> Diagnostic {
    Diagnostic::error(code::PUSH_REFUSED, format!("the registry does not take `{image}`: {}", said.message)).help(
        format!(
            "log in with `docker login {}` as someone who may write there, and see whether the name is right",
            host(image)
        ),
    )
}

/// A program is made for another kind of processor.
pub(super) fn other_platform(said: &Said<'_>) -> Diagnostic {
    Diagnostic::error(
        code::STEP_PLATFORM,
        format!("{} runs a program that is made for another kind of processor", said.subject()),
    )
    .output(said.output())
    .help(
        "build for the engine's own platform, or teach it the other one: \
         `docker run --privileged --rm tonistiigi/binfmt --install all`",
    )
}

/// The engine went away.
pub(super) fn engine_gone(message: &str, model: &Model) -> Diagnostic {
    let running: Vec<String> = model.running().iter().rev().take(3).map(|step| format!("`{}`", step.name)).collect();
    let during = if running.is_empty() { String::new() } else { format!(" while {} ran", running.join(" and ")) };
    Diagnostic::error(code::ENGINE_GONE, format!("the engine went away{during}: {message}"))
        .help("see whether it runs and what its log says; `cogpack doctor` shows the engines there are")
}

/// The engine hung up on this process, and not on the build.
pub(super) fn session_ended() -> Diagnostic {
    let message = "the engine hung up: it ended, or this process did not answer it for half a minute";
    Diagnostic::error(code::SESSION_ENDED, message)
        .help("build again, what was done is cached: a machine that sleeps or has no time for a build cannot finish it")
}

/// Whom to log in at: Docker Hub has no name in `docker login`.
fn host(image: &str) -> &str {
    let (first, rest) = image.split_once('/').unwrap_or(("", image));
    let is_host = !rest.is_empty() && (first.contains(['.', ':']) || first == "localhost");
    if is_host { first } else { "docker.io" }
}
