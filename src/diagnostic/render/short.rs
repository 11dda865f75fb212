//! A finding → one line: `blocks/uv.block:3:7: error[E0201]: message`.

use super::visible::one_line;
use super::{LONGEST_LABEL, LONGEST_MESSAGE, Style, word};
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// One line with its end. A finding without a place has no `file:line:column:` in front.
pub(super) fn line(found: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let mut out = String::new();
    if let Some(label) = &found.primary {
        let file = sources.file(label.span.file);
        let at = file.position(label.span.start);
        out += &format!("{}:{}:{}: ", one_line(&file.name, LONGEST_LABEL, style.unicode), at.line, at.column);
    }
    let message = one_line(&found.message, LONGEST_MESSAGE, style.unicode);
    out + &format!("{}[{}]: {message}\n", word(found.severity), found.code.alias)
}
