//! Step 1: the stack.

use crate::check::hir::{Expr, Stack};
use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::eval::Evaluator;
use crate::project::glob;
use crate::resolve::trace::{Decision, Trace};
use crate::resolve::{Inputs, error, params};
use crate::source::{SourceMap, shipped};

/// The stack that was named, else the first whose `detect` holds: the project's, then the shipped ones.
pub fn choose<'a>(inputs: &Inputs<'a>, trace: &mut Trace, sink: &mut Sink) -> Option<&'a Stack> {
    let stacks = &inputs.hir.stacks;
    let setting = inputs.project.settings.stack.as_ref();
    let named = match (&inputs.choices.stack, setting) {
        (Some(name), _) => Some((name.as_str(), None)),
        (None, Some(setting)) => Some((setting.value.as_str(), Some(setting.span))),
        (None, None) => None,
    };
    if let Some((name, span)) = named {
        let found = stacks.get(name);
        match found {
            Some(_) => trace.stacks.push(chosen_by_name(name)),
            None => sink.push(error::unknown_stack(name, stacks.keys().map(String::as_str), span)),
        }
        return found;
    }
    let (own, shipped): (Vec<_>, Vec<_>) = stacks.values().partition(|stack| stack.from_project);
    for stack in own.into_iter().chain(shipped) {
        let evaluator = Evaluator::new(inputs.hir, inputs.facts(), &stack.lets, stack.frame);
        params::set(inputs, &stack.name.text, &stack.params, &evaluator, sink)?;
        let mut decision = detect(&stack.name.text, stack.detect.as_ref(), &evaluator, inputs.sources, sink);
        if stack.from_project && shipped::STACKS.iter().any(|shipped| shipped.folder() == stack.name.text) {
            decision.reason.push_str("; it stands instead of the shipped one");
        }
        let chosen = decision.chosen;
        trace.stacks.push(decision);
        if chosen {
            return Some(stack);
        }
    }
    let about = |decision: &Decision| {
        let doc = stacks.get(&decision.name).and_then(|stack| stack.doc.as_deref()).unwrap_or_default();
        doc.trim().lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
    };
    let tried: Vec<(&Decision, String)> = trace.stacks.iter().map(|decision| (decision, about(decision))).collect();
    sink.push(error::no_stack(&tried, &glob::glob(inputs.project.tree(), "*").unwrap_or_default()));
    None
}

fn chosen_by_name(name: &str) -> Decision {
    let reason = "it was named".into();
    Decision { name: name.into(), chosen: true, reason, predicate: None, place: None, files: Vec::new() }
}

/// Whether a `detect` holds, and why. What goes wrong in it is a warning, and the answer is no: the file may be none of
/// this block's business.
pub fn detect(
    name: &str,
    predicate: Option<&Expr>,
    evaluator: &Evaluator<'_>,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Decision {
    let Some(predicate) = predicate else {
        let reason = "it has no detect".into();
        return Decision { name: name.into(), chosen: true, reason, predicate: None, place: None, files: Vec::new() };
    };
    evaluator.take_evidence();
    let (chosen, reason) = match evaluator.bool(predicate) {
        Ok(true) => (true, "its detect holds"),
        Ok(false) => (false, "its detect does not hold"),
        Err(found) => {
            sink.push(Diagnostic { severity: Severity::Warning, ..*found });
            (false, "its detect could not be evaluated")
        }
    };
    let file = sources.file(predicate.span.file);
    Decision {
        name: name.into(),
        chosen,
        reason: reason.into(),
        predicate: Some(file.text.get(predicate.span.range()).unwrap_or_default().to_owned()),
        place: Some(format!("{}:{}", file.name, file.position(predicate.span.start).line)),
        files: evaluator.take_evidence(),
    }
}
