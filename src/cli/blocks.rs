//! `cogpack blocks`

use serde::Serialize;

use crate::check::hir::{Block, Expr, Need};
use crate::cli::args::BlocksArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::project;
use crate::compile::{self, Options};
use crate::diagnostic::Sink;
use crate::source::SourceMap;

/// What is said of a block.
#[derive(Serialize)]
struct Entry {
    name: String,
    file: String,
    from_project: bool,
    about: String,
    /// As it is written in the block; absent: it always takes part.
    detect: Option<String>,
    needs: Vec<String>,
    provides: Vec<String>,
    params: Vec<Param>,
    network: bool,
    stages: Vec<Stage>,
}

#[derive(Serialize)]
struct Param {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    /// As it is written in the block; absent: `none`.
    default: Option<String>,
    about: String,
}

#[derive(Serialize)]
struct Stage {
    name: String,
    phase: String,
}

/// Lists the blocks, or shows one.
pub fn run(args: &BlocksArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let tree = project::open(args.directory.as_deref())?;
    let hir = compile::all_blocks(Box::new(tree), &Options::default(), &sources, &mut sink);
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let mut entries: Vec<Entry> = hir.blocks.values().map(|block| entry(block, &sources)).collect();
    entries.sort_by(|a, b| (!a.from_project, &a.name).cmp(&(!b.from_project, &b.name)));
    if let Some(name) = &args.name {
        entries.retain(|entry| entry.name == *name);
        if entries.is_empty() {
            let known = hir.blocks.keys().map(String::as_str);
            let help = crate::diagnostic::suggest::suggestion(name, known);
            let problem = Problem::usage(format!("no block is called `{name}`"));
            return Err(problem.help(help.unwrap_or_else(|| "`cogpack blocks` lists them".into())));
        }
    }
    let text = match (args.json, &args.name) {
        (true, _) => serde_json::to_string_pretty(&entries).map(|text| text + "\n").map_err(|error| Problem {
            message: error.to_string(),
            help: None,
            exit: Exit::Bug,
        })?,
        (false, Some(_)) => entries.iter().map(page).collect(),
        (false, None) => list(&entries),
    };
    output.machine(text.as_bytes());
    Ok(if sink.has_errors() { Exit::Project } else { Exit::Success })
}

fn entry(block: &Block, sources: &SourceMap) -> Entry {
    let written = |value: &Expr| {
        let text = &sources.file(value.span.file).text[value.span.range()];
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let need = |need: &Need| {
        let side = need.side.map(|side| format!(" in {side}")).unwrap_or_default();
        let condition = need.condition.as_ref().map(|it| format!(" when {}", written(it))).unwrap_or_default();
        format!("{}{side}{condition}", need.name.text)
    };
    Entry {
        name: block.name.text.clone(),
        file: sources.file(block.file).name.clone(),
        from_project: block.from_project,
        about: block.doc.clone().unwrap_or_default().trim().to_owned(),
        detect: block.detect.as_ref().map(written),
        needs: block.needs.iter().map(need).collect(),
        provides: block.provides.iter().map(|provide| provide.name.text.clone()).collect(),
        params: block
            .params
            .iter()
            .map(|param| Param {
                name: param.name.text.clone(),
                ty: param.ty.to_string(),
                default: param
                    .default
                    .as_ref()
                    .map(|value| sources.file(value.span.file).text[value.span.range()].to_owned()),
                about: param.doc.clone().unwrap_or_default().trim().to_owned(),
            })
            .collect(),
        network: block.network,
        stages: block
            .stages
            .iter()
            .map(|stage| Stage { name: stage.name.text.clone(), phase: stage.phase.name() })
            .collect(),
    }
}

fn list(entries: &[Entry]) -> String {
    let width = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    let line = |entry: &Entry| {
        let about = first_sentence(&entry.about);
        let own = if entry.from_project { " (this project)" } else { "" };
        format!("{:width$}  {about}{own}\n", entry.name)
    };
    entries.iter().map(line).collect()
}

/// Up to the first full stop, on one line.
fn first_sentence(about: &str) -> String {
    let paragraph = about.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    match paragraph.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => paragraph,
    }
}

fn page(entry: &Entry) -> String {
    let mut text = format!("{}  {}\n{}\n", entry.name, entry.file, entry.about);
    let mut row = |head: &str, values: Vec<String>| {
        if !values.is_empty() {
            text.push_str(&format!("\n{head}\n"));
            values.iter().for_each(|value| text.push_str(&format!("  {value}\n")));
        }
    };
    row("detect", entry.detect.iter().cloned().collect());
    row("needs", entry.needs.clone());
    row("provides", entry.provides.clone());
    let params = entry.params.iter().map(|param| {
        let about =
            if param.about.is_empty() { String::new() } else { format!("  {}", param.about.replace('\n', " ")) };
        let default = param.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
        format!("{}: {}{default}{about}", param.name, param.ty)
    });
    row("params", params.collect());
    row("stages", entry.stages.iter().map(|stage| format!("{}  {}", stage.phase, stage.name)).collect());
    if entry.network {
        row("network", vec!["its run steps may use the network".into()]);
    }
    text
}
