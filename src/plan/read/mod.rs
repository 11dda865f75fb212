//! Plan JSON → [`Plan`] and the places of its parts. Plans that have only the fields Go writes are read too.
//!
//! Shape and types are checked here; [`validate`](super::validate::validate) checks what the plan says.

mod fields;
mod input;
mod operation;
mod spans;

use indexmap::IndexMap;

use super::error;
use super::inputs::line_up;
use super::model::{Context, Empty, Export, Input, Origin, PLAN_VERSION, Plan, Platform, Stage};
use super::order::order;
use super::place::{Place, Places as _};
use super::visit::inputs;
use crate::check::phase::Phase;
use crate::diagnostic::{Severity, Sink};
use crate::project::data::{Data, DataKind, parse_written_json};
use crate::source::FileId;
use fields::Fields;
use input::{Reader, auto, input, known_phase};
pub use spans::PlanSpans;

/// A plan that was read: not validated yet.
#[derive(Debug)]
pub struct ReadPlan {
    /// The plan. `auto` and `phase` are resolved, stages stand behind those they read (unless they form a cycle), and
    /// contexts are declared when the file declares none.
    pub plan: Plan,
    /// Where its parts stand in the file.
    pub places: PlanSpans,
}

/// Reads Plan JSON. `None` when something is wrong with its shape: then `sink` has at least one error.
pub fn read(file: FileId, text: &str, sink: &mut Sink) -> Option<ReadPlan> {
    let root = match parse_written_json(file, text) {
        Ok(root) => root,
        Err(error) => {
            sink.push(error.diagnostic());
            return None;
        }
    };
    let before = sink.diagnostics().len();
    let plan = plan(&root, sink);
    if sink.diagnostics()[before..].iter().any(|found| found.severity == Severity::Error) {
        return None;
    }
    let (mut plan, listed) = plan?;
    let places = PlanSpans::new(root, listed);
    let places = settle(&mut plan, places, sink);
    if plan.contexts.is_empty() {
        plan.contexts = contexts_read(&plan);
    }
    Some(ReadPlan { plan, places })
}

/// The plan, its stages in the order of their phases, and for each its position in the file.
fn plan(root: &Data, sink: &mut Sink) -> Option<(Plan, Vec<usize>)> {
    let fields = Fields::of(root, "the plan", sink)?;
    if !known_version(&fields, sink) {
        return None;
    }
    fields.only(&["version", "platform", "stages", "export", "contexts"], sink);
    let platform = fields.need("platform", sink).and_then(|data| platform(data, sink));
    let list = fields.list("stages", sink);
    let listed: Vec<(&str, Option<Phase>)> = list.iter().map(|data| identity(data, sink)).collect();
    let lineup = line_up(&listed);
    let order = lineup.order.clone();
    let stages = order.iter().enumerate().filter_map(|(position, &index)| {
        stage(&list[index], listed[index], Reader { lineup: &lineup, position }, sink)
    });
    let stages: Vec<Stage> = stages.collect();
    let export = fields.get("export").map_or_else(Export::default, |data| export(data, sink));
    let contexts = contexts(&fields, sink);
    Some((Plan { version: PLAN_VERSION, platform: platform?, stages, export, contexts }, order))
}

fn known_version(fields: &Fields<'_>, sink: &mut Sink) -> bool {
    let Some(data) = fields.get("version") else { return true };
    let written = match &data.kind {
        DataKind::Int { value, .. } if *value == i64::from(PLAN_VERSION) => return true,
        DataKind::Int { written, .. } | DataKind::Number(written) => written.clone(),
        _ => {
            sink.push(
                error::wrong_type("`version` of the plan", fields::kind_name(data), "a number")
                    .at(data.span, "not a number"),
            );
            return false;
        }
    };
    sink.push(error::version(&written, PLAN_VERSION).at(data.span, "this version"));
    false
}

fn platform(data: &Data, sink: &mut Sink) -> Option<Platform> {
    let fields = Fields::of(data, "the platform", sink)?;
    fields.only(&["os", "arch", "variant"], sink);
    let (os, arch) = (fields.need_text("os", sink), fields.need_text("arch", sink));
    Some(Platform { os: os?, arch: arch?, variant: fields.text("variant", sink) })
}

/// The id and phase of a stage; what is wrong with the id is reported where the stage is read.
fn identity<'a>(data: &'a Data, sink: &mut Sink) -> (&'a str, Option<Phase>) {
    let DataKind::Map(entries) = &data.kind else { return ("", None) };
    let text = |name: &str| {
        entries.get(name).and_then(|entry| match &entry.value.kind {
            DataKind::String(text) if !text.is_empty() => Some((text.as_str(), &entry.value)),
            _ => None,
        })
    };
    let id = text("id").map_or("", |(id, _)| id);
    let phase = text("phaseKey").and_then(|(key, data)| known_phase(key, data, &format!("stage `{id}`"), sink));
    (id, phase)
}

fn stage(data: &Data, (id, phase): (&str, Option<Phase>), reader: Reader<'_>, sink: &mut Sink) -> Option<Stage> {
    let owner = if id.is_empty() { format!("stage {}", reader.listed() + 1) } else { format!("stage `{id}`") };
    let fields = Fields::of(data, owner, sink)?;
    let known = ["id", "name", "phaseKey", "source", "operations", "env", "dir", "provides", "writes", "origin"];
    fields.only(&known, sink);
    let id = fields.need_text("id", sink);
    fields.text("phaseKey", sink);
    let called = fields.called("source");
    let source = match fields.get("source") {
        Some(data) => input(data, &called, reader, sink),
        None => auto(fields.place(), &called, reader, sink),
    };
    let operations =
        fields.get("operations").map_or_else(Vec::new, |data| operation::operations(data, &fields.owner, reader, sink));
    Some(Stage {
        id: id?,
        name: fields.text("name", sink).unwrap_or_default(),
        phase,
        source: source?,
        operations,
        env: fields.texts("env", sink),
        dir: fields.text("dir", sink),
        provides: fields.texts("provides", sink),
        writes: fields.texts("writes", sink),
        origin: origin(&fields, sink),
    })
}

/// The `origin` of a stage or an operation.
fn origin(fields: &Fields<'_>, sink: &mut Sink) -> Option<Origin> {
    let fields = Fields::of(fields.get("origin")?, fields.called("origin"), sink)?;
    fields.only(&["block", "file", "line", "column", "end_line", "end_column"], sink);
    let number = |name: &str, sink: &mut Sink| {
        fields.need(name, sink)?;
        u32::try_from(fields.number(name, u64::from(u32::MAX), "a line or column", sink)?).ok()
    };
    Some(Origin {
        block: fields.need_text("block", sink)?,
        file: fields.need_text("file", sink)?,
        line: number("line", sink)?,
        column: number("column", sink)?,
        end_line: number("end_line", sink)?,
        end_column: number("end_column", sink)?,
    })
}

fn export(data: &Data, sink: &mut Sink) -> Export {
    let Some(fields) = Fields::of(data, "the export", sink) else { return Export::default() };
    fields.only(&["tags", "labels", "entrypoint", "cmd", "env", "exposed_ports", "working_dir", "user"], sink);
    Export {
        tags: fields.texts("tags", sink),
        labels: fields.table("labels", sink, fields::text),
        entrypoint: fields.texts("entrypoint", sink),
        cmd: fields.texts("cmd", sink),
        env: fields.texts("env", sink),
        exposed_ports: fields.table("exposed_ports", sink, |data, what, sink| {
            if data.kind != DataKind::Null {
                Fields::of(data, what, sink)?.only(&[], sink);
            }
            Some(Empty {})
        }),
        working_dir: fields.text("working_dir", sink),
        user: fields.text("user", sink),
    }
}

fn contexts(fields: &Fields<'_>, sink: &mut Sink) -> IndexMap<String, Context> {
    let mut found = fields.table("contexts", sink, |data, what, sink| {
        let fields = Fields::of(data, what, sink)?;
        fields.only(&["name", "source_block", "description", "metadata"], sink);
        Some(Context {
            name: fields.text("name", sink).unwrap_or_default(),
            source_block: fields.text("source_block", sink),
            description: fields.text("description", sink),
            metadata: fields.table("metadata", sink, fields::text),
        })
    });
    for (key, context) in &mut found {
        if context.name.is_empty() {
            context.name.clone_from(key);
        }
    }
    found
}

/// The contexts that the plan reads, in the order it reads them.
fn contexts_read(plan: &Plan) -> IndexMap<String, Context> {
    let mut found = IndexMap::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        for (input, _) in inputs(index, stage) {
            if let Input::Local { local, .. } = input
                && !found.contains_key(local)
            {
                found.insert(local.clone(), Context { name: local.clone(), ..Context::default() });
            }
        }
    }
    found
}

/// Puts stages behind those they read and leaves out what reads the image. Stages that form a cycle stay as they are:
/// validation reports them.
fn settle(plan: &mut Plan, places: PlanSpans, sink: &mut Sink) -> PlanSpans {
    let found = order(&plan.stages);
    if !found.cycles.is_empty() {
        return places;
    }
    let last = plan.stages.last().map(|stage| stage.id.clone()).unwrap_or_default();
    for &index in &found.after_last {
        let mut finding = error::after_image(&plan.stages[index].id, &last);
        if let Some(span) = places.span(&Place::stage(index)) {
            finding = finding.at(span, "left out");
        }
        sink.push(finding);
    }
    let mut stages: Vec<Option<Stage>> = std::mem::take(&mut plan.stages).into_iter().map(Some).collect();
    plan.stages = found.stages.iter().filter_map(|&index| stages[index].take()).collect();
    places.reordered(&found.stages)
}
