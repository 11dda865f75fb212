//! Addresses of git repositories: text → [`GitUrl`].

use crate::llb::path;

/// The address of a repository, without query and fragment.
pub struct GitUrl {
    scheme: String,
    host: String,
    path: String,
    /// What git itself is given.
    pub remote: String,
}

impl GitUrl {
    /// Reads an address with a protocol, one of the form `USER@HOST:PATH`, or a bare `HOST/PATH`, which is one over
    /// HTTPS. Absent: it is none, or of another protocol.
    pub fn parse(text: &str) -> Option<Self> {
        if has_protocol(text) {
            return Self::from_url(text);
        }
        Self::from_scp(text).or_else(|| Self::from_url(&format!("https://{text}")))
    }

    /// Whether it is fetched over ssh.
    pub fn is_ssh(&self) -> bool {
        self.scheme == "ssh"
    }

    /// The name of the source: the same for all protocols.
    pub fn id(&self, reference: &str, subdir: &str) -> String {
        let mut id = format!("{}{}", self.host, path::join("/", &self.path));
        if !reference.is_empty() || !subdir.is_empty() {
            id.push('#');
            id.push_str(reference);
        }
        if !subdir.is_empty() {
            id.push(':');
            id.push_str(subdir);
        }
        id
    }

    fn from_url(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git") {
            return None;
        }
        let rest = rest.find(['?', '#']).map_or(rest, |end| &rest[..end]);
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        Some(Self { host: host.to_owned(), path: decode(path), remote: format!("{scheme}://{rest}"), scheme })
    }

    fn from_scp(text: &str) -> Option<Self> {
        let (user, rest) = text.split_once('@')?;
        let (host, path) = rest.split_once(':')?;
        let is_word = |text: &str, mark: char| {
            !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == mark)
        };
        if !is_word(user, '_') || !is_word(host, '.') {
            return None;
        }
        let path = path.find(['?', '#']).map_or(path, |end| &path[..end]);
        Some(Self {
            scheme: "ssh".to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            remote: format!("{user}@{host}:{path}"),
        })
    }
}

fn has_protocol(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Resolves `%XX`; what is no such escape stays, and so does all where the result is not UTF-8.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_share_a_name() {
        for (text, remote, is_ssh) in [
            ("https://h.example/a/b.git?x#y", "https://h.example/a/b.git", false),
            ("git@h.example:a/b.git", "git@h.example:a/b.git", true),
            ("ssh://git@h.example/a/b.git", "ssh://git@h.example/a/b.git", true),
            ("h.example/a/b.git", "https://h.example/a/b.git", false),
        ] {
            let url = GitUrl::parse(text).expect(text);
            assert_eq!(
                (url.id("", ""), url.remote.as_str(), url.is_ssh()),
                ("h.example/a/b.git".to_owned(), remote, is_ssh)
            );
        }
        assert!(GitUrl::parse("ftp://h.example/a").is_none());
    }

    #[test]
    fn the_name_ends_with_reference_and_folder() {
        let url = GitUrl::parse("https://h.example/a%20b").expect("an address");
        assert_eq!(url.id("v1", "sub"), "h.example/a b#v1:sub");
        assert_eq!(url.id("", "sub"), "h.example/a b#:sub");
    }
}
