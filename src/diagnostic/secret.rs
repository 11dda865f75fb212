//! A text → what in it looks like a secret: tokens of well-known services, and values of variables that are called so.
//!
//! It is a guess that leaves out rather than invents. It serves a warning, and keeps secrets out of what is printed.

use std::ops::Range;

/// How tokens begin, and how many characters they have at least.
const TOKENS: &[(&str, usize)] = &[
    ("AIza", 39),
    ("AKIA", 20),
    ("ghp_", 40),
    ("gho_", 40),
    ("ghs_", 40),
    ("github_pat_", 60),
    ("glpat-", 26),
    ("hf_", 30),
    ("npm_", 40),
    ("pypi-", 80),
    ("r8_", 35),
    ("sk-", 30),
    ("xoxb-", 30),
    ("xoxp-", 30),
];

/// How the names of variables that hold secrets end, after `_` or alone.
const NAMES: &[&str] =
    &["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "ACCESS_KEY", "SECRET_KEY", "PRIVATE_KEY"];

/// A shorter value is a setting: `MAX_TOKEN=4096`.
const SHORTEST: usize = 8;

/// Whether a variable seems to hold a secret itself, and not where one lies.
pub fn is_in_variable(name: &str, value: &str) -> bool {
    names_secret(name) && is_value(value) || !find(value).is_empty()
}

/// The secrets in a text, in order: tokens, and the values in `NAME=VALUE` and `NAME = "VALUE"`.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while let Some(at) = text[start..].find(is_word) {
        let from = start + at;
        let to = text[from..].find(|c| !is_word(c)).map_or(text.len(), |length| from + length);
        let word = &text[from..to];
        let secret = if is_token(word) { Some(from..to) } else { assigned(text, word, to) };
        start = secret.as_ref().map_or(to, |secret| secret.end);
        found.extend(secret);
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_token(word: &str) -> bool {
    TOKENS.iter().any(|(prefix, length)| word.len() >= *length && word.starts_with(prefix))
}

fn names_secret(name: &str) -> bool {
    let name = name.as_bytes();
    NAMES.iter().any(|end| {
        let Some(at) = name.len().checked_sub(end.len()) else { return false };
        name[at..].eq_ignore_ascii_case(end.as_bytes()) && (at == 0 || name[at - 1] == b'_')
    })
}

/// Not a reference to a variable or secret, a placeholder, a path or an address.
fn is_value(value: &str) -> bool {
    value.len() >= SHORTEST
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && !value.starts_with(['/', '.', '~', '<', '[', '('])
        && !value.contains(['$', '{', '%'])
        && !value.contains("://")
}

/// The value behind a name that ends at `end`.
fn assigned(text: &str, name: &str, end: usize) -> Option<Range<usize>> {
    if !names_secret(name) {
        return None;
    }
    let rest = text[end..].trim_start_matches(' ').strip_prefix('=')?;
    let is_spaced = rest.len() + 1 < text.len() - end || rest.starts_with(' ');
    let rest = rest.trim_start_matches(' ');
    let quoted = rest.strip_prefix(['"', '\'']);
    if is_spaced && quoted.is_none() {
        return None;
    }
    let value = quoted.unwrap_or(rest);
    let length = value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '&' | '|' | ')'));
    let value = &value[..length.unwrap_or(value.len())];
    let from = text.len() - quoted.unwrap_or(rest).len();
    is_value(value).then(|| from..from + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|secret| &text[secret]).collect()
    }

    #[test]
    fn tokens_and_values_of_secret_variables_are_found() {
        let token = format!("hf_{}", "aB3".repeat(12));
        assert_eq!(found(&format!("curl -H 'Bearer {token}' é")), [token.as_str()]);
        assert_eq!(found("export DB_PASSWORD=hunter2hunter2 && run"), ["hunter2hunter2"]);
        assert_eq!(found("api_key='abcdefgh' TOKEN=12345678"), ["abcdefgh", "12345678"]);
        assert_eq!(found("HF_TOKEN = \"abcdefgh\""), ["abcdefgh"]);
    }

    #[test]
    fn references_settings_and_code_are_none() {
        for text in [
            "TOKEN=$HF_TOKEN run",
            "PASSWORD=\"$(cat /run/secrets/password)\"",
            "MAX_TOKEN=4096",
            "TOKENIZERS_PARALLELISM=enabled-always",
            "SECRET=/run/secrets/one",
            "EOS_TOKEN=<|endoftext|>",
            "let token = read(\"token.txt\")",
            "hf_transfer sk-learn AKIA",
            "PASSWORD=",
            "token é=abcdefghijk",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
