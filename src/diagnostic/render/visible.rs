//! Text from the user's files → text that is safe to show: nothing in it moves the cursor, hides, or reorders.

use std::borrow::Cow;

/// Whether a terminal would act on this character, hide it, or reorder its neighbours, instead of showing it.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Writes one character so that it is seen: `␛` for an escape, `\u{202e}` for a bidi control, any other as it is.
pub(super) fn push_visible(out: &mut String, c: char, unicode: bool) {
    let picture = match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) if unicode => out.push(picture),
        _ if is_hidden(c) => out.extend(c.escape_unicode()),
        _ => out.push(c),
    }
}

/// How many columns [`push_visible`] takes for a character, at most.
pub(super) fn columns(c: char) -> usize {
    match c {
        '\t' => 4,
        ' '..='~' => 1,
        _ if is_hidden(c) => c.escape_unicode().len(),
        _ => 2,
    }
}

/// The mark that stands where text was left out.
pub(super) fn ellipsis(unicode: bool) -> &'static str {
    if unicode { "…" } else { "..." }
}

/// One line: every hidden character made visible, line ends too, and the rest cut after `limit` characters.
pub(super) fn one_line(text: &str, limit: usize, unicode: bool) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            out.push_str(ellipsis(unicode));
            break;
        }
        match c {
            '\t' => out.push(' '),
            _ => push_visible(&mut out, c, unicode),
        }
    }
    out
}

/// As [`one_line`], but line ends stay.
pub(super) fn many_lines(text: &str, limit: usize, unicode: bool) -> String {
    let (kept, rest) = split_after(text, limit);
    let lines: Vec<String> = kept.lines().map(|line| one_line(line, limit, unicode)).collect();
    lines.join("\n") + if rest.is_empty() { "" } else { ellipsis(unicode) }
}

/// For machines: hidden characters stay (the format escapes them), what is too long is cut.
pub(super) fn capped(text: &str, limit: usize) -> Cow<'_, str> {
    match split_after(text, limit) {
        (_, "") => Cow::Borrowed(text),
        (kept, _) => Cow::Owned(format!("{kept}…")),
    }
}

fn split_after(text: &str, limit: usize) -> (&str, &str) {
    let end = text.char_indices().nth(limit).map_or(text.len(), |(at, _)| at);
    text.split_at(end)
}

/// A JSON document in which hidden characters are written as `\u` escapes. They can only stand inside its strings, so
/// the document means the same.
pub(super) fn json_document(document: &serde_json::Value) -> String {
    let plain = format!("{document:#}\n");
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        if c != '\n' && is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_shown_as_pictures_or_as_escapes() {
        assert_eq!(
            one_line("a\u{1b}[31m\rb\n\u{7f}\u{9b}\u{202e}\u{200b}", 99, true),
            "a␛[31m␍b␊␡\\u{9b}\\u{202e}\\u{200b}"
        );
        assert_eq!(one_line("a\u{1b}[31m\u{7f}", 99, false), "a\\u{1b}[31m\\u{7f}");
    }

    #[test]
    fn letters_of_every_script_stay() {
        let text = "naïve 依存関係 שלום e\u{301} 🦀";
        assert_eq!(one_line(text, 99, true), text);
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(one_line("ééééé", 3, true), "ééé…");
        assert_eq!(many_lines("aa\nbbbb", 5, false), "aa\nbb...");
        assert_eq!(capped("ééééé", 3), "ééé…");
        assert_eq!(capped("ééé", 3), "ééé");
    }

    #[test]
    fn a_json_document_keeps_its_meaning() {
        let value = serde_json::json!({"a": "\u{1b}\u{7f}\u{202e}\u{e0001}é"});
        let text = json_document(&value);
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
