//! `cogpack explain`

use std::path::Path;

use crate::cli::args::ExplainArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::project;
use crate::compile::{self, Options};
use crate::diagnostic::{Sink, code, explain};
use crate::resolve::trace::Decision;
use crate::source::SourceMap;

/// Prints the page of a code, or the list of all codes.
pub fn run(args: &ExplainArgs, output: &Output) -> Result<Exit, Problem> {
    if let Some(directory) = &args.detect {
        return detect(directory.as_deref(), output);
    }
    let text = match &args.code {
        Some(asked) => {
            let code = explain::explain(asked).map_err(|unknown| {
                Problem::usage(unknown.to_string()).help("`cogpack explain` alone lists the codes")
            })?;
            explain::page(code, &output.stdout)
        }
        None => code::ALL.iter().map(|code| format!("{}  {}\n", code.alias, code.name)).collect(),
    };
    output.machine(text.as_bytes());
    Ok(Exit::Success)
}

/// Prints every stack and block that was looked at, and what decided about it.
fn detect(directory: Option<&Path>, output: &Output) -> Result<Exit, Problem> {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let tree = project::open(directory)?;
    let compiled = compile::compile(Box::new(tree), &Options::default(), &sources, &mut sink);
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let Some(compiled) = compiled else { return Ok(Exit::stopped_by(sink.diagnostics())) };
    let trace = &compiled.metadata.trace;
    let mut text = String::new();
    for (title, decisions) in [("stacks", &trace.stacks), ("blocks", &trace.blocks)] {
        text.push_str(&format!("{title}\n"));
        decisions.iter().for_each(|decision| text.push_str(&told(decision)));
    }
    output.machine(text.as_bytes());
    Ok(Exit::Success)
}

fn told(decision: &Decision) -> String {
    let verdict = if decision.chosen { "yes" } else { "no" };
    let mut text = format!("  {:<14} {verdict:<3} {}\n", decision.name, decision.reason);
    if let Some(predicate) = &decision.predicate {
        let words: Vec<&str> = predicate.split_whitespace().collect();
        let place = decision.place.as_deref().unwrap_or_default();
        text.push_str(&format!("                     {}, {place}\n", words.join(" ")));
    }
    if !decision.files.is_empty() {
        text.push_str(&format!("                     found: {}\n", decision.files.join(", ")));
    }
    text
}
