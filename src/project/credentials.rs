//! A text that may be a URL → whether a user name or a password stands in it.

/// Whether `text` holds a URL whose part before the host names a user or a password, as `https://user:key@host/` and
/// pip's and Poetry's `git+user@host:path`.
pub fn are_in(text: &str) -> bool {
    let ends = |character: char| matches!(character, '/' | '?' | '#' | '"' | '\'') || character.is_whitespace();
    let in_url = |(at, start): (usize, &str)| {
        let authority = text[at + start.len()..].split(ends).next();
        authority.is_some_and(|authority| authority.contains('@'))
    };
    let in_scp = |(at, start): (usize, &str)| {
        let user = text[at + start.len()..].split(|character| ends(character) || matches!(character, ':' | '+')).next();
        user.is_some_and(|user| user.contains('@'))
    };
    text.match_indices("://").any(in_url) || text.match_indices("git+").any(in_scp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_or_a_password_is_seen() {
        for url in [
            "https://u:p@x.example/",
            "https://token@x.example",
            "x @ git+ssh://git@x.example/a",
            "a://:p@x",
            "git+git@x.example:a/b",
        ] {
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
