//! Regular expressions as Cog's server reads them: those of JSON Schema, found anywhere in a text.

use regex::RegexBuilder;

/// The most memory that one may take.
const MOST_BYTES: usize = 1 << 20;

/// Whether `pattern` is found in `text`; `None` when it has what is not checked here, such as a look ahead.
pub fn is_found(pattern: &str, text: &str) -> Option<bool> {
    let regex =
        RegexBuilder::new(&translated(pattern)).size_limit(MOST_BYTES).dfa_size_limit(MOST_BYTES).build().ok()?;
    Some(regex.is_match(text))
}

/// Digits and letters are those of ASCII, as in ECMA 262.
fn translated(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            translated.push(character);
            continue;
        }
        match characters.next() {
            Some('d') => translated.push_str("[0-9]"),
            Some('D') => translated.push_str("[^0-9]"),
            Some('w') => translated.push_str("[A-Za-z0-9_]"),
            Some('W') => translated.push_str("[^A-Za-z0-9_]"),
            other => {
                translated.push('\\');
                translated.extend(other);
            }
        }
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_bound() {
        assert_eq!(is_found("b+", "abba"), Some(true));
        assert_eq!(is_found("^b+$", "abba"), Some(false));
        assert_eq!(is_found(r"^[\w.]+@\d+$", "a_b.c@12"), Some(true));
        assert_eq!(is_found(r"^\d$", "٣"), Some(false));
    }

    #[test]
    fn what_is_not_checked_is_not_known() {
        for pattern in ["(?=a)", r"(a)\1", "(", &"(a{1,1000}){1,1000}".repeat(3)] {
            assert_eq!(is_found(pattern, "a"), None, "{pattern}");
        }
    }
}
