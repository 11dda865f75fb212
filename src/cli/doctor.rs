//! `cogpack doctor`

use serde::Serialize;

use crate::build;
use crate::build::engine::{self, Capabilities, Choice, Engine, Features, Sighting, Store, Verdict};
use crate::build::failure::Failure;
use crate::cli::args::DoctorArgs;
use crate::cli::build::Environment;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::runtime;
use crate::source::SourceMap;

/// Shows the engines that there are, and what the chosen one can do.
pub fn run(args: &DoctorArgs, output: &Output) -> Result<Exit, Problem> {
    let choice = Choice { engine: args.engine.clone(), environment: Environment::read().of_engines() };
    let (sightings, asked) = runtime::block_on(look(&choice))?;
    let text = if args.json { json(&sightings, asked.as_ref())? } else { readable(&sightings, asked.as_ref()) };
    output.machine(text.as_bytes());
    match asked {
        Some(Ok(_)) => Ok(Exit::Success),
        Some(Err(failure)) => {
            output.findings(failure.diagnostics(), &SourceMap::new());
            Ok(Exit::Engine)
        }
        None => Ok(Exit::Engine),
    }
}

/// What the chosen engine answers.
type Asked = Result<Capabilities, Failure>;

async fn look(choice: &Choice) -> (Vec<Sighting>, Option<Asked>) {
    let sightings = engine::survey(choice).await;
    let asked = match chosen(&sightings) {
        Some(engine) => Some(build::ask(engine).await),
        None => None,
    };
    (sightings, asked)
}

fn chosen(sightings: &[Sighting]) -> Option<&Engine> {
    sightings.iter().find_map(|sighting| match &sighting.verdict {
        Verdict::Chosen(engine) => Some(&**engine),
        _ => None,
    })
}

// -------------------------------------------------------------------------------------------------------- for people

fn readable(sightings: &[Sighting], asked: Option<&Asked>) -> String {
    let mut text = "Places where an engine may be, in the order in which they are tried:\n\n".to_owned();
    for sighting in sightings {
        let (mark, words) = match &sighting.verdict {
            Verdict::Chosen(engine) => ("→", engine.features.title()),
            Verdict::Usable(engine) => ("✓", engine.features.title()),
            Verdict::Startable => ("✓", "on PATH; it is started when nothing else is there".to_owned()),
            Verdict::Useless { why, advice } => ("✗", with_advice(why, advice.as_deref())),
        };
        text.push_str(&format!("  {mark} {} ({})\n      {words}\n", sighting.place, plain(&sighting.source)));
    }
    match (chosen(sightings), asked) {
        (Some(engine), Some(Ok(capabilities))) => text.push_str(&report(engine, capabilities)),
        (Some(engine), _) => text.push_str(&format!("\nBuilds would go to {}, which does not build.\n", engine.name)),
        (None, _) if sightings.iter().any(|sighting| matches!(sighting.verdict, Verdict::Usable(_))) => {
            // What is named is used, or nothing is.
            let named = sightings.first().map_or(String::new(), |first| plain(&first.source));
            text.push_str(&format!("\nBuilds would go to what {named} names, which cannot be used: correct it, or leave it out.\n"));
        }
        (None, _) => text.push_str(
            "\nThere is no engine to build on. Start Docker (20.10 or newer), put `buildkitd` on PATH, or name a BuildKit\n\
             with `--engine` or `BUILDKIT_HOST`.\n",
        ),
    }
    text
}

/// What names a place, without the quotes that messages have.
fn plain(source: &str) -> String {
    source.replace('`', "")
}

fn with_advice(why: &str, advice: Option<&str>) -> String {
    advice.map_or_else(|| why.to_owned(), |advice| format!("{why}\n      {advice}"))
}

/// What one engine can do, and what it cannot.
fn report(engine: &Engine, capabilities: &Capabilities) -> String {
    let Features { buildkit, caches, platforms, store, .. } = &engine.features;
    let mut text = format!("\nBuilds go to {}\n\n", engine.name);
    let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<18}{value}\n"));
    row("engine", &engine.features.title());
    row("BuildKit", buildkit.as_deref().unwrap_or("of a version that it does not tell"));
    row(
        "images are kept",
        match store {
            Store::Nowhere => "nowhere: push them, or write them to a file",
            Store::Docker => "in Docker, `docker run` starts them",
            Store::Containerd => "in Docker's containerd store, `docker run` starts them",
        },
    );
    row("outputs", &engine.features.outputs().join(", "));
    row("several at once", yes(capabilities.has_several_exports()));
    row("push", yes(engine.features.can_push().is_ok()));
    row("merge and diff", yes(capabilities.merge_diff()));
    row("caches", &caches.iter().copied().collect::<Vec<_>>().join(", "));
    row("platforms", &platforms.join(", "));
    let missing = missing(&engine.features, capabilities);
    if !missing.is_empty() {
        text.push_str("\nWhat is missing\n\n");
        for (what, help) in missing {
            text.push_str(&format!("  {what}\n      {help}\n"));
        }
    }
    text
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// What the engine cannot do, and what to do about it.
fn missing(features: &Features, capabilities: &Capabilities) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let outputs = features.outputs();
    let without: Vec<&str> = ["docker", "oci"].into_iter().filter(|output| !outputs.contains(output)).collect();
    if !without.is_empty() {
        let what = format!("archives: `-o type=FORM,dest=FILE` with {}", without.join(" and "));
        found.push((what, "build with `-t NAME`, then `docker save NAME -o FILE`"));
    }
    if features.can_push().is_err() {
        found.push(("`--push`".to_owned(), "build with `-t NAME`, then `docker push NAME`"));
    }
    if features.can_cache("registry").is_err() {
        found
            .push(("`--cache-to` a registry or a folder".to_owned(), "keep it in the image: `--cache-to type=inline`"));
    }
    if !capabilities.merge_diff() {
        let help = "layers are copied instead; a new base image, or a change before them, sends them again";
        found.push(("merge and diff".to_owned(), help));
    }
    if !capabilities.has_several_exports() {
        found.push(("several outputs of one build".to_owned(), "build once for each, the later ones are cached"));
    }
    if !found.is_empty() && features.store == Store::Docker {
        let what = "Most of these come with Docker's containerd image store, in Docker 24 or newer".to_owned();
        found.push((what, r#"in /etc/docker/daemon.json: { "features": { "containerd-snapshotter": true } }"#));
    }
    found
}

// ------------------------------------------------------------------------------------------------------ for machines

#[derive(Serialize)]
struct Document<'a> {
    /// The address of the engine that builds go to.
    chosen: Option<&'a str>,
    engines: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    source: String,
    place: &'a str,
    /// `chosen`, `usable`, `startable`, `useless`.
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<Facts<'a>>,
}

#[derive(Serialize)]
struct Facts<'a> {
    kind: &'static str,
    version: Option<&'a str>,
    buildkit: Option<&'a str>,
    store: &'static str,
    outputs: Vec<&'static str>,
    push: bool,
    caches: Vec<&'static str>,
    platforms: &'a [String],
    /// This and what follows is known of the chosen engine only.
    several_outputs: Option<bool>,
    merge_diff: Option<bool>,
    capabilities: Option<Vec<&'a str>>,
}

fn json(sightings: &[Sighting], asked: Option<&Asked>) -> Result<String, Problem> {
    let capabilities = asked.and_then(|asked| asked.as_ref().ok());
    let engines = sightings.iter().map(|sighting| entry(sighting, capabilities)).collect();
    let document = Document { chosen: chosen(sightings).map(|engine| engine.name.as_str()), engines };
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n").map_err(|error| Problem { message: error.to_string(), help: None, exit: Exit::Bug })
}

fn entry<'a>(sighting: &'a Sighting, capabilities: Option<&'a Capabilities>) -> Entry<'a> {
    let (verdict, why, advice, engine) = match &sighting.verdict {
        Verdict::Chosen(engine) => ("chosen", None, None, Some(facts(engine, capabilities))),
        Verdict::Usable(engine) => ("usable", None, None, Some(facts(engine, None))),
        Verdict::Startable => ("startable", None, None, None),
        Verdict::Useless { why, advice } => ("useless", Some(why.as_str()), advice.as_deref(), None),
    };
    Entry { source: plain(&sighting.source), place: &sighting.place, verdict, why, advice, engine }
}

fn facts<'a>(engine: &'a Engine, capabilities: Option<&'a Capabilities>) -> Facts<'a> {
    let features = &engine.features;
    Facts {
        kind: match engine.kind {
            engine::Kind::Docker => "docker",
            engine::Kind::BuildKit => "buildkit",
        },
        version: features.version.as_deref(),
        buildkit: features.buildkit.as_deref(),
        store: features.store.name(),
        outputs: features.outputs(),
        push: features.can_push().is_ok(),
        caches: features.caches.iter().copied().collect(),
        platforms: &features.platforms,
        several_outputs: capabilities.map(Capabilities::has_several_exports),
        merge_diff: capabilities.map(Capabilities::merge_diff),
        capabilities: capabilities.map(|known| known.llb.iter().map(String::as_str).collect()),
    }
}
