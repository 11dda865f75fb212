//! What the image's config gets: `cogpack.toml` wins over blocks, blocks over the stack, `cog.yaml`'s environment comes
//! first of all.

use indexmap::IndexMap;

use crate::check::hir::{ExportKind, ExportStmt};
use crate::diagnostic::Sink;
use crate::eval::value::Origin;
use crate::eval::{Evaluated, Evaluator};
use crate::plan::compose::error;
use crate::plan::model::{Empty, Export};
use crate::project::settings::ExportSettings;
use crate::resolve::{Inputs, Resolution};
use crate::source::Span;

/// Settings by what they set.
#[derive(Default)]
struct Settings<'a> {
    set: IndexMap<String, Set<'a>>,
}

/// A setting, and where it is set.
struct Set<'a> {
    setting: Setting,
    span: Span,
    /// The block or stack.
    owner: &'a str,
}

/// The value of one setting.
#[derive(Clone, Debug, PartialEq)]
enum Setting {
    Text(String),
    Words(Vec<String>),
    Port(u16),
}

/// Merges all `export` settings.
pub fn export(inputs: &Inputs<'_>, resolution: &Resolution<'_>, sink: &mut Sink) -> Export {
    let mut settings = Settings::default();
    let stack = resolution.stack;
    settings.collect(&stack.name.text, &resolution.stack_evaluator(inputs), &stack.export, sink);
    let mut of_blocks = Settings::default();
    for participant in &resolution.blocks {
        let mut of_block = Settings::default();
        let block = participant.block;
        of_block.collect(&block.name.text, &resolution.evaluator(inputs, participant), &block.export, sink);
        of_blocks.join(of_block, &inputs.project.settings.export, sink);
    }
    settings.set.extend(of_blocks.set);
    let mut export = Export::default();
    for entry in &inputs.project.config.environment {
        set_env(&mut export.env, &entry.value);
    }
    for (key, set) in settings.set {
        apply(&mut export, &key, set.setting);
    }
    apply_project(&mut export, &inputs.project.settings.export);
    export
}

impl<'a> Settings<'a> {
    fn collect(&mut self, owner: &'a str, evaluator: &Evaluator<'_>, statements: &[ExportStmt], sink: &mut Sink) {
        for statement in statements {
            match statement {
                ExportStmt::Set { kind, span } => match setting(evaluator, kind, *span) {
                    Ok((key, setting)) => {
                        self.set.insert(key, Set { setting, span: *span, owner });
                    }
                    Err(found) => sink.push(*found),
                },
                ExportStmt::When { condition, then, otherwise } => match evaluator.bool(condition) {
                    Ok(true) => self.collect(owner, evaluator, then, sink),
                    Ok(false) => self.collect(owner, evaluator, otherwise, sink),
                    Err(found) => sink.push(*found),
                },
            }
        }
    }

    /// Adds the settings of another block; two that differ are an error, unless the project's own setting wins anyway.
    fn join(&mut self, other: Self, project: &ExportSettings, sink: &mut Sink) {
        for (key, set) in other.set {
            match self.set.get(&key) {
                Some(known) if known.setting != set.setting && !is_set(project, &key) => {
                    let what = key.replacen(' ', " `", 1) + if key.contains(' ') { "`" } else { "" };
                    sink.push(error::export_conflict(&what, (set.owner, set.span), (known.owner, known.span)));
                }
                _ => {
                    self.set.insert(key, set);
                }
            }
        }
    }
}

fn setting(evaluator: &Evaluator<'_>, kind: &ExportKind, span: Span) -> Evaluated<(String, Setting)> {
    let text = |expr| Evaluated::Ok(Setting::Text(evaluator.plain(expr)?));
    let words = |expr| Evaluated::Ok(Setting::Words(evaluator.arguments(expr)?));
    Ok(match kind {
        ExportKind::Cmd(expr) => ("cmd".into(), words(expr)?),
        ExportKind::Entrypoint(expr) => ("entrypoint".into(), words(expr)?),
        ExportKind::User(expr) => ("user".into(), text(expr)?),
        ExportKind::Label(name, expr) => (format!("label {name}"), text(expr)?),
        ExportKind::Env(env) if env.prepend => {
            let message = format!("`env {} prepend` stands in a stage, not in `export`", env.name.text);
            return Err(Box::new(error::export_value(message, Origin::default(), span)));
        }
        ExportKind::Env(env) => (format!("env {}", env.name.text), text(&env.value)?),
        ExportKind::Workdir(expr) => {
            let value = evaluator.string(expr)?;
            let workdir = value.text().unwrap_or_default();
            if !workdir.starts_with('/') || workdir.split('/').any(|part| part == "..") {
                let message = format!("`{workdir}` is no absolute path without `..`");
                return Err(Box::new(error::export_value(message, value.origin, span)));
            }
            ("workdir".into(), text(expr)?)
        }
        ExportKind::Expose(expr) => {
            let value = evaluator.string(expr)?;
            let text = value.text().unwrap_or_default();
            match text.parse() {
                Ok(port) if port > 0 => (format!("port {port}"), Setting::Port(port)),
                _ => {
                    let message = format!("`{text}` is no port: ports go from 1 to 65535");
                    return Err(Box::new(error::export_value(message, value.origin, span)));
                }
            }
        }
    })
}

fn apply(export: &mut Export, key: &str, setting: Setting) {
    match (key.split_once(' ').map_or((key, ""), |(kind, name)| (kind, name)), setting) {
        (("cmd", _), Setting::Words(words)) => export.cmd = words,
        (("entrypoint", _), Setting::Words(words)) => export.entrypoint = words,
        (("user", _), Setting::Text(text)) => export.user = Some(text),
        (("workdir", _), Setting::Text(text)) => export.working_dir = Some(text),
        (("label", name), Setting::Text(text)) => {
            export.labels.insert(name.into(), text);
        }
        (("env", name), Setting::Text(text)) => set_env(&mut export.env, &format!("{name}={text}")),
        (_, Setting::Port(port)) => {
            export.exposed_ports.insert(format!("{port}/tcp"), Empty {});
        }
        _ => {}
    }
}

fn apply_project(export: &mut Export, settings: &ExportSettings) {
    if let Some(cmd) = &settings.cmd {
        export.cmd.clone_from(&cmd.value);
    }
    if let Some(entrypoint) = &settings.entrypoint {
        export.entrypoint.clone_from(&entrypoint.value);
    }
    if let Some(workdir) = &settings.workdir {
        export.working_dir = Some(workdir.value.clone());
    }
    if let Some(user) = &settings.user {
        export.user = Some(user.value.clone());
    }
    if !settings.expose.is_empty() {
        export.exposed_ports = settings.expose.iter().map(|port| (format!("{}/tcp", port.value), Empty {})).collect();
    }
    for (name, value) in &settings.env {
        set_env(&mut export.env, &format!("{name}={}", value.value));
    }
    for (name, value) in &settings.labels {
        export.labels.insert(name.clone(), value.value.clone());
    }
}

/// Whether `cogpack.toml` says what blocks disagree about.
fn is_set(project: &ExportSettings, key: &str) -> bool {
    match key.split_once(' ').unwrap_or((key, "")) {
        ("cmd", _) => project.cmd.is_some(),
        ("entrypoint", _) => project.entrypoint.is_some(),
        ("user", _) => project.user.is_some(),
        ("workdir", _) => project.workdir.is_some(),
        ("label", name) => project.labels.contains_key(name),
        ("env", name) => project.env.contains_key(name),
        _ => false,
    }
}

/// Sets a variable; one that is set already keeps its place.
fn set_env(env: &mut Vec<String>, entry: &str) {
    let name = entry.split_once('=').map_or(entry, |(name, _)| name);
    match env.iter_mut().find(|known| known.split_once('=').is_some_and(|(known, _)| known == name)) {
        Some(known) => *known = entry.to_owned(),
        None => env.push(entry.to_owned()),
    }
}
