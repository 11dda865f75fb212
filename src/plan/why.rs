//! Why something is in a build: a name → the chain from what is done, over the block's line, to the file that asks for it.

use crate::diagnostic::suggest::did_you_mean;
use crate::plan::describe;
use crate::plan::metadata::Metadata;
use crate::plan::model::{Input, Operation, OperationKind, Origin, Plan, Stage};
use crate::plan::visit;
use crate::project::packages::normalize;

/// What is told of a package, a block, a path, a stage or a phase. `None` when nothing of this name is in the build.
pub fn why(plan: &Plan, metadata: &Metadata, name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return None;
    }
    let asked = dependency(metadata, name).or_else(|| package(metadata, name));
    let parts = [asked, block(plan, metadata, name), stages(plan, name), base(metadata, name)];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// All names that can be asked for: for suggestions.
fn names(plan: &Plan, metadata: &Metadata) -> Vec<String> {
    let stages = plan.stages.iter().map(|stage| stage.id.clone());
    let blocks = metadata.trace.blocks.iter().map(|decision| decision.name.clone());
    metadata.dependencies.keys().cloned().chain(blocks).chain(stages).collect()
}

/// What to do instead of asking for a name of which nothing is told.
pub fn instead(plan: &Plan, metadata: &Metadata, name: &str) -> String {
    if is_path(name) {
        let base = &metadata.base_image.runtime;
        return format!("no stage writes it by name: it is in the base image {base}, or made by a command");
    }
    let folder = plan.export.working_dir.as_deref().unwrap_or_default();
    let path = format!("{}/{}", folder.trim_end_matches('/'), name.trim_start_matches("./"));
    if name.contains(['/', '.']) && why(plan, metadata, &path).is_some() {
        return format!("in the image a path is absolute: did you mean `{path}`?");
    }
    did_you_mean(name, names(plan, metadata).iter().map(String::as_str), || {
        "name a package, a block, a stage, a phase, or an absolute path in the image".into()
    })
}

/// The version of a dependency and who asks for it.
fn dependency(metadata: &Metadata, name: &str) -> Option<String> {
    let found = metadata.dependencies.iter().find(|(known, _)| normalize(known) == normalize(name));
    let (name, dependency) = found?;
    let version = dependency.version.as_deref().unwrap_or("at any version");
    let build = dependency.build.as_ref().map(|build| format!(", build {build}")).unwrap_or_default();
    let mut text = format!("{name} {version}{build}\n");
    for asked in &dependency.requirements {
        text.push_str(&format!(
            "  asked for: {} by {}, {}\n",
            asked.constraint,
            asked.by.replace('`', ""),
            asked.origin
        ));
    }
    Some(text)
}

/// What asks for a Python package that no catalog knows.
fn package(metadata: &Metadata, name: &str) -> Option<String> {
    let name = normalize(name);
    let asked = metadata.python_packages.asked.get(&name)?;
    let lines: Vec<String> = asked.iter().map(|(line, place)| format!("  asked for: {line}, {place}\n")).collect();
    Some(format!("{name}\n{}", lines.concat()))
}

/// Whether a block takes part, what decided it, and its stages.
fn block(plan: &Plan, metadata: &Metadata, name: &str) -> Option<String> {
    let decision = metadata.trace.blocks.iter().find(|decision| decision.name == name)?;
    let verdict = if decision.chosen { "takes part" } else { "takes no part" };
    let mut text = format!("block {name} {verdict}: {}\n", decision.reason);
    if let (Some(predicate), Some(place)) = (&decision.predicate, &decision.place) {
        let words: Vec<&str> = predicate.split_whitespace().collect();
        text.push_str(&format!("  {}, {place}\n", words.join(" ")));
    }
    if !decision.files.is_empty() {
        text.push_str(&format!("  found: {}\n", decision.files.join(", ")));
    }
    let is_of = |stage: &&Stage| stage.origin.as_ref().is_some_and(|origin| origin.block == name);
    for stage in plan.stages.iter().filter(is_of) {
        text.push_str(&format!("  {}", head(stage)));
    }
    Some(text)
}

/// The base image that has it.
fn base(metadata: &Metadata, name: &str) -> Option<String> {
    let chosen = metadata.trace.images.iter().find(|decision| decision.chosen)?;
    let images = &metadata.base_image;
    let is_image = name == images.build || name == images.runtime || chosen.name.split(" + ").any(|it| it == name);
    let is_of_image = metadata.dependencies.get(name).is_some_and(|dependency| dependency.of_image);
    if !is_image && !is_of_image {
        return None;
    }
    Some(format!(
        "base image {} to build, {} to run\n  taken because: {}\n",
        images.build, images.runtime, chosen.reason
    ))
}

/// The stages and operations that a name is about.
fn stages(plan: &Plan, name: &str) -> Option<String> {
    let mut text = String::new();
    for stage in &plan.stages {
        let is_phase = stage.phase.is_some_and(|phase| phase.key() == name || phase.name() == name);
        let is_stage = stage.id == name || is_phase;
        let about: Vec<&Operation> =
            stage.operations.iter().filter(|operation| is_stage || is_about(operation, name)).collect();
        let writes = stage.writes.iter().any(|path| is_path(name) && is_within(name, path));
        if !is_stage && about.is_empty() && !writes {
            continue;
        }
        text.push_str(&head(stage));
        for operation in about {
            text.push_str(&format!("  {}{}\n", one_line(operation), place(operation.origin.as_ref())));
        }
        if writes {
            text.push_str(&format!("  writes {}\n", stage.writes.join(", ")));
        }
        for reader in plan.stages.iter().filter(|reader| reads(reader, &stage.id)) {
            text.push_str(&format!("  read by stage {}{}\n", reader.id, place(reader.origin.as_ref())));
        }
    }
    (!text.is_empty()).then_some(text)
}

fn head(stage: &Stage) -> String {
    let phase = stage.phase.map_or("no phase", |phase| phase.key());
    let title = if stage.name.is_empty() { String::new() } else { format!(" “{}”", stage.name) };
    format!("stage {}{title} in {phase}{}\n", stage.id, place(stage.origin.as_ref()))
}

/// An operation in one line.
fn one_line(operation: &Operation) -> String {
    let summary = describe::summary(&operation.kind);
    let mut lines = summary.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default().to_owned();
    if lines.next().is_some() { format!("{first} …") } else { first }
}

fn place(origin: Option<&Origin>) -> String {
    origin.map(|origin| format!(", {}:{}", origin.file, origin.line)).unwrap_or_default()
}

/// Whether a stage takes something out of another: as a layer, a copy or a mount.
fn reads(reader: &Stage, id: &str) -> bool {
    // The first input is where the stage starts.
    let inputs = visit::inputs(0, reader);
    let taken = inputs.iter().skip(1).any(|(input, _)| matches!(input, Input::Stage { stage } if stage == id));
    let layers = |operation: &Operation| matches!(&operation.kind, OperationKind::Layer(layer) if layer.stage == *id);
    taken || reader.operations.iter().any(layers)
}

fn is_path(name: &str) -> bool {
    name.starts_with('/')
}

fn is_within(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether an operation writes a path, or names a package.
fn is_about(operation: &Operation, name: &str) -> bool {
    if is_path(name) {
        return match &operation.kind {
            OperationKind::Copy(copy) => is_within(name, &copy.dest),
            OperationKind::Mkfile(file) => file.dest == name,
            OperationKind::Mkdir(directory) => is_within(name, &directory.path),
            _ => false,
        };
    }
    let exec = match &operation.kind {
        OperationKind::Exec(exec) => exec,
        // A requirements file.
        OperationKind::Mkfile(file) => {
            let text = std::str::from_utf8(&file.data).unwrap_or_default();
            return text.lines().any(|line| names_package(line, name));
        }
        _ => return false,
    };
    let words =
        exec.args.iter().map(String::as_str).chain(exec.command.iter().flat_map(|text| text.split_whitespace()));
    words.map(|word| word.trim_matches(['\'', '"'])).any(|word| names_package(word, name))
}

/// Whether a requirement is one of a package.
fn names_package(requirement: &str, name: &str) -> bool {
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    normalize(&requirement[..end.unwrap_or(requirement.len())]) == normalize(name)
}
