//! Findings → a SARIF 2.1.0 log (OASIS, "Static Analysis Results Interchange Format"), as code hosts and editors read.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::visible::capped;
use super::{LONGEST_LABEL, LONGEST_MESSAGE, output, word};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::source::SourceMap;

/// The log: one run, whose driver knows the rules that were broken.
pub(super) fn log(diagnostics: &[Diagnostic], sources: &SourceMap) -> Value {
    let mut rules: IndexMap<&str, Code> = IndexMap::new();
    let mut results = Vec::with_capacity(diagnostics.len());
    for found in diagnostics {
        let entry = rules.entry(found.code.alias);
        let index = entry.index();
        entry.or_insert(found.code);
        results.push(result(found, index, sources));
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cogpack",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.alias,
        "name": code.name,
        "shortDescription": { "text": title(code) },
        "help": { "text": code.page, "markdown": code.page },
    })
}

/// The words of a page's first line: `# E0101: unexpected text` → `unexpected text`.
fn title(code: &Code) -> &'static str {
    let line = code.page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']);
    line.split_once(": ").map_or(line, |(_, words)| words)
}

fn result(found: &Diagnostic, rule: usize, sources: &SourceMap) -> Value {
    let mut text = capped(&found.message, LONGEST_MESSAGE).into_owned();
    if !found.output.is_empty() {
        text.push('\n');
    }
    for line in output(found) {
        text += &format!("\n  {}", capped(line, LONGEST_MESSAGE));
    }
    if let Some(help) = &found.help {
        text += "\n\nhelp: ";
        text += &capped(help, LONGEST_MESSAGE);
    }
    let mut result = json!({
        "ruleId": found.code.alias,
        "ruleIndex": rule,
        "level": word(found.severity),
        "message": { "text": text },
        "locations": found.primary.iter().map(|label| location(label, sources)).collect::<Vec<_>>(),
    });
    if !found.related.is_empty() {
        let related = found.related.iter().enumerate().map(|(id, label)| {
            let mut location = location(label, sources);
            location["id"] = json!(id);
            location
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(label: &Label, sources: &SourceMap) -> Value {
    let file = sources.file(label.span.file);
    let (start, end) = (file.position(label.span.start), file.position(label.span.end.max(label.span.start)));
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&file.name) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": capped(&label.text, LONGEST_LABEL) });
    }
    location
}

/// A file's name as a relative URI reference (RFC 3986): all bytes that may not stand in a path are percent-encoded,
/// and `:` too, so that no name looks like a scheme.
fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_a_relative_uri() {
        assert_eq!(uri("blocks/a b.block"), "blocks/a%20b.block");
        assert_eq!(uri("c:é\u{1b}%"), "c%3A%C3%A9%1B%25");
    }
}
