//! The indent of `"""…"""`: its parts as written → its parts as meant.
//!
//! The first line break after the quotes and the blanks before the closing quotes are not part of the text. Of the
//! other lines, what all that are not blank begin with alike is taken off. Text that follows the opening quotes directly
//! is no line of its own here, and lines of blanks become empty.

use crate::syntax::ast::StrPart;

/// Takes the indent off.
pub fn strip(parts: &mut Vec<StrPart>) {
    let begins_line = strip_first_break(parts);
    strip_last_blanks(parts, begins_line);
    let indent = common_indent(parts, begins_line);
    let count = parts.len();
    for (index, part) in parts.iter_mut().enumerate() {
        if let StrPart::Text { value, .. } = part {
            let last = index + 1 == count;
            *value = stripped(value, &indent, begins_line && index == 0, last);
        }
    }
    parts.retain(|part| !matches!(part, StrPart::Text { value, .. } if value.is_empty()));
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether the first text begins a line after it.
fn strip_first_break(parts: &mut [StrPart]) -> bool {
    let Some(StrPart::Text { value, .. }) = parts.first_mut() else { return false };
    let Some((_, rest)) = value.split_once('\n').filter(|(first, _)| is_blank(first)) else { return false };
    *value = rest.to_owned();
    true
}

fn strip_last_blanks(parts: &mut [StrPart], begins_line: bool) {
    let only = parts.len() == 1;
    let Some(StrPart::Text { value, .. }) = parts.last_mut() else { return };
    let line = value.rfind('\n').map(|at| at + 1).or((only && begins_line).then_some(0));
    if let Some(line) = line.filter(|line| is_blank(&value[*line..])) {
        value.truncate(line);
    }
}

/// What every line that is not blank begins with.
fn common_indent(parts: &[StrPart], begins_line: bool) -> String {
    let mut common: Option<&str> = None;
    for (index, part) in parts.iter().enumerate() {
        let StrPart::Text { value, .. } = part else { continue };
        let first = !(begins_line && index == 0);
        let lines = value.split('\n').skip(usize::from(first));
        let count = value.matches('\n').count() + usize::from(!first);
        for (number, line) in lines.enumerate() {
            // A line that ends with an interpolation is not blank.
            let goes_on = number + 1 == count && index + 1 < parts.len();
            if is_blank(line) && !goes_on {
                continue;
            }
            let blanks = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
            common = Some(common.map_or(blanks, |common| shared_start(common, blanks)));
        }
    }
    common.unwrap_or_default().to_owned()
}

fn shared_start<'a>(left: &'a str, right: &str) -> &'a str {
    let len = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    &left[..len]
}

fn stripped(value: &str, indent: &str, begins_line: bool, last: bool) -> String {
    let mut text = String::with_capacity(value.len());
    let mut lines = value.split('\n').enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let ends = lines.peek().is_none();
        if number > 0 {
            text.push('\n');
        }
        let starts_line = number > 0 || begins_line;
        if !starts_line {
            text.push_str(line);
        } else if is_blank(line) && (!ends || last) {
            continue;
        } else {
            text.push_str(line.strip_prefix(indent).unwrap_or(line));
        }
    }
    text
}
