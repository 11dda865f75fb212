//! A text that may be a URL → whether a user name or a password stands in it.

/// Whether `text` holds a URL whose part before the host names a user or a password, as `https://user:key@host/`.
pub fn are_in(text: &str) -> bool {
    text.match_indices("://").any(|(at, separator)| {
        let rest = &text[at + separator.len()..];
        let authority = rest.split(|character: char| matches!(character, '/' | '?' | '#') || character.is_whitespace());
        authority.take(1).any(|authority| authority.contains('@'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_or_a_password_is_seen() {
        for url in ["https://u:p@x.example/", "https://token@x.example", "x @ git+ssh://git@x.example/a", "a://:p@x"] {
            assert!(are_in(url), "{url}");
        }
    }

    #[test]
    fn an_at_sign_elsewhere_is_none() {
        for url in
            ["git+https://x.example/a.git@v1", "https://x.example/@scope/a", "a @ https://x.example", "me@x.example"]
        {
            assert!(!are_in(url), "{url}");
        }
    }
}
