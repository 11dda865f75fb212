//! Findings → one JSON document, as `docs/diagnostics-format.md` describes it.

use serde_json::{Value, json};

use super::visible::capped;
use super::{LONGEST_LABEL, LONGEST_MESSAGE, count, output, word};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{SourceFile, SourceMap};

/// The shape's version: raised when a field changes its meaning or goes away, not when one is added.
const VERSION: u32 = 1;

/// The whole document.
pub(super) fn document(diagnostics: &[Diagnostic], sources: &SourceMap) -> Value {
    let (errors, warnings) = count(diagnostics);
    json!({
        "version": VERSION,
        "diagnostics": diagnostics.iter().map(|found| finding(found, sources)).collect::<Vec<_>>(),
        "summary": { "errors": errors, "warnings": warnings },
    })
}

fn finding(found: &Diagnostic, sources: &SourceMap) -> Value {
    let mut finding = json!({
        "code": found.code.alias,
        "name": found.code.name,
        "severity": word(found.severity),
        "message": capped(&found.message, LONGEST_MESSAGE),
        "help": found.help.as_deref().map(|help| capped(help, LONGEST_MESSAGE)),
        "span": found.primary.as_ref().map(|label| place(label, sources)),
        "related": found.related.iter().map(|label| place(label, sources)).collect::<Vec<_>>(),
        "doc": format!("docs/diagnostics/{}.md", found.code.alias),
    });
    if !found.output.is_empty() {
        finding["output"] = output(found).map(|line| capped(line, LONGEST_MESSAGE)).collect();
    }
    finding
}

fn place(label: &Label, sources: &SourceMap) -> Value {
    let file = sources.file(label.span.file);
    json!({
        "file": file.name,
        "start": point(&file, label.span.start),
        "end": point(&file, label.span.end.max(label.span.start)),
        "label": capped(&label.text, LONGEST_LABEL),
    })
}

fn point(file: &SourceFile, offset: u32) -> Value {
    let at = file.position(offset);
    let inside = (offset as usize).min(file.text.len());
    json!({ "line": at.line, "column": at.column, "offset": file.text.floor_char_boundary(inside) })
}
