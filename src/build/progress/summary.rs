//! What happened → what is said of it after the build: what came out, where the time went, what the cache saved.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use crate::build::progress::frame::columns;
use crate::build::progress::model::{Model, Period, Vertex, union};
use crate::build::progress::text::{bytes, one_line};
use crate::build::progress::time::short;
use crate::plan::model::Plan;

/// What came out of a build, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// What the image is called, where it got a name.
    pub names: Vec<String>,
    /// The digest of its manifest, or of the index of several.
    pub digest: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// Steps of stages.
    pub steps: usize,
    /// Those whose result was there already.
    pub cached: usize,
    /// Bytes of contexts that were sent.
    pub sent: u64,
    /// The blocks, in the order in which they began.
    pub blocks: Vec<Part>,
    /// All that belongs to no block: images, contexts, the export.
    pub rest: Part,
}

/// A block's part in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// The block; a stage's id where the plan does not know its block.
    pub name: String,
    /// While at least one of its steps ran.
    pub seconds: f64,
    /// Its steps.
    pub steps: usize,
    /// Those whose result was there already.
    pub cached: usize,
    /// Bytes it adds to the image, when known.
    pub size: Option<u64>,
}

/// What is known besides what happened.
#[derive(Clone, Debug, Default)]
pub struct Outcome<'a> {
    /// What the image is called.
    pub names: Vec<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// What was built: says which stage is whose.
    pub plans: Vec<&'a Plan>,
    /// What stages add to the image, in bytes, by their ids.
    pub sizes: BTreeMap<String, u64>,
    /// What base images have, in bytes.
    pub base: Option<u64>,
}

impl Summary {
    /// Of a build that ended.
    pub fn new(model: &Model, outcome: Outcome<'_>) -> Self {
        let Outcome { names, digest, plans, sizes, base } = outcome;
        let block_of: BTreeMap<&str, &str> = plans
            .iter()
            .flat_map(|plan| &plan.stages)
            .filter_map(|stage| Some((stage.id.as_str(), stage.origin.as_ref()?.block.as_str())))
            .filter(|(_, block)| !block.is_empty())
            .collect();
        let block = |stage: &str| block_of.get(stage).copied().unwrap_or(stage).to_owned();
        let mut blocks: IndexMap<String, Vec<&Vertex>> = IndexMap::new();
        let mut rest = Vec::new();
        let mut vertices: Vec<&Vertex> = model.vertices().filter(|vertex| vertex.is_started()).collect();
        vertices.sort_by_key(|vertex| vertex.periods().iter().map(Period::start).min());
        for vertex in vertices {
            match &vertex.group {
                Some(group) => blocks.entry(block(&group.id)).or_default().push(vertex),
                None => rest.push(vertex),
            }
        }
        let mut size_of: BTreeMap<String, u64> = BTreeMap::new();
        for (stage, size) in &sizes {
            let sum = size_of.entry(block(stage)).or_default();
            *sum = sum.saturating_add(*size);
        }
        let blocks: Vec<Part> =
            blocks.into_iter().map(|(name, steps)| part(model, &name, &steps, size_of.get(&name).copied())).collect();
        Self {
            names,
            digest,
            seconds: rounded(model.elapsed().as_secs_f64()),
            steps: blocks.iter().map(|part| part.steps).sum(),
            cached: blocks.iter().map(|part| part.cached).sum(),
            sent: model.sent.values().fold(0, |sum, sent| sum.saturating_add(sent.bytes)),
            blocks,
            rest: part(model, "", &rest, base),
        }
    }

    /// One line for people: `Built docker.io/x/y:1 in 4.2s (12 of 15 steps cached)`.
    pub fn line(&self) -> String {
        let what = if self.names.is_empty() { self.digest.clone().unwrap_or_default() } else { self.names.join(", ") };
        let what = if what.is_empty() { "Built".to_owned() } else { format!("Built {}", one_line(&what)) };
        let steps = match (self.cached, self.steps) {
            (_, 0) => String::new(),
            (cached, steps) if cached == steps => " (all steps cached)".to_owned(),
            (cached, steps) => format!(" ({cached} of {steps} steps cached)"),
        };
        format!("{what} in {}{steps}", time(self.seconds))
    }

    /// A table of the blocks, for who wants to know more. Lines with their ends.
    pub fn table(&self) -> String {
        let mut rows = vec![["block", "time", "cached", "size"].map(str::to_owned)];
        for part in &self.blocks {
            rows.push(part.cells());
        }
        if self.rest.seconds > 0.0 || self.rest.size.is_some() {
            let mut cells = Part { name: "images, files, export".to_owned(), ..self.rest.clone() }.cells();
            cells[2] = String::new();
            rows.push(cells);
        }
        if self.blocks.iter().all(|part| part.size.is_none()) {
            rows.iter_mut().for_each(|row| row[3].clear());
        }
        let width = |column: usize| rows.iter().map(|row| columns(&row[column])).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        let mut out = String::new();
        if let Some(digest) = &self.digest {
            out += &format!("  digest {}\n", one_line(digest));
        }
        for row in &rows {
            let name = format!("{}{}", row[0], " ".repeat(widths[0].saturating_sub(columns(&row[0]))));
            let numbers = (1..4).map(|column| format!("  {:>1$}", row[column], widths[column]));
            out += format!("  {name}{}", numbers.collect::<String>()).trim_end();
            out.push('\n');
        }
        out
    }
}

impl Part {
    fn cells(&self) -> [String; 4] {
        let size = self.size.map_or(String::new(), bytes);
        [one_line(&self.name), time(self.seconds), format!("{}/{}", self.cached, self.steps), size]
    }
}

fn part(model: &Model, name: &str, steps: &[&Vertex], size: Option<u64>) -> Part {
    let periods = steps.iter().flat_map(|step| step.periods()).copied().collect();
    Part {
        name: name.to_owned(),
        seconds: rounded(union(periods, model.now()).as_secs_f64()),
        steps: steps.len(),
        cached: steps.iter().filter(|step| step.was_cached).count(),
        size,
    }
}

/// Milliseconds are enough.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn time(seconds: f64) -> String {
    short(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default())
}
