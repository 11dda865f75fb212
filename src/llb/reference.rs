//! Image references as Docker reads them: text → the full reference.
//!
//! The rules are those of `distribution/reference`: the first part is a host only when it looks like one, and a name
//! without a host is Docker Hub's.

/// The registry of names without a host.
const DEFAULT_HOST: &str = "docker.io";

/// The reference with its host, Docker Hub's `library/`, and `:latest` where neither tag nor digest is given. Absent
/// when the text is no reference.
pub fn normalize(text: &str) -> Option<String> {
    let reference = Reference::parse(text)?;
    let latest = if reference.tag.is_none() && reference.digest.is_none() { ":latest" } else { "" };
    Some(format!("{}{latest}", reference.full()))
}

/// The full reference of a blob: it has a digest and no tag. Absent when it is not so.
pub fn normalize_blob(text: &str) -> Option<String> {
    let reference = Reference::parse(text)?;
    (reference.tag.is_none() && reference.digest.is_some()).then(|| reference.full())
}

struct Reference<'a> {
    host: &'a str,
    path: String,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        // Sixty-four hex digits alone are an image's id, and Docker refuses them as a name.
        if text.len() == 64 && text.bytes().all(is_hex) {
            return None;
        }
        let (host, rest) = match text.split_once('/') {
            Some((host, rest)) if is_host(host) => (host, rest),
            _ => (DEFAULT_HOST, text),
        };
        let host = if host == "index.docker.io" { DEFAULT_HOST } else { host };
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        let is_valid = is_valid_host(host)
            && path.split('/').all(is_path_part)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest)
            && host.len() + 1 + path.len() <= 255;
        let is_official = host == DEFAULT_HOST && !path.contains('/');
        let path = if is_official { format!("library/{path}") } else { path.to_owned() };
        is_valid.then_some(Self { host, path, tag, digest })
    }

    fn full(&self) -> String {
        let mut text = format!("{}/{}", self.host, self.path);
        for (mark, part) in [(':', self.tag), ('@', self.digest)] {
            if let Some(part) = part {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// Whether the first part of a reference is a host and not a part of the path.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost" || part.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_valid_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let is_address =
                !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
        }
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lower-case words, joined by `.`, `_`, `__` or dashes.
fn is_path_part(part: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends_in_words = bytes.first().is_some_and(is_word) && bytes.last().is_some_and(is_word);
    let separators_hold = part
        .split(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit())
        .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-'));
    ends_in_words && separators_hold
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_written_out() {
        let digest = format!("sha256:{}", "1".repeat(64));
        let cases = [
            ("alpine", "docker.io/library/alpine:latest".to_owned()),
            ("busybox:1.36", "docker.io/library/busybox:1.36".to_owned()),
            ("index.docker.io/org/x", "docker.io/org/x:latest".to_owned()),
            ("localhost:5000/x/y", "localhost:5000/x/y:latest".to_owned()),
            ("localhost/x", "localhost/x:latest".to_owned()),
            ("org/img", "docker.io/org/img:latest".to_owned()),
            (&format!("r.example/a:t@{digest}"), format!("r.example/a:t@{digest}")),
            (&format!("alpine@{digest}"), format!("docker.io/library/alpine@{digest}")),
        ];
        for (text, want) in cases {
            assert_eq!(normalize(text), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let hex = "a".repeat(64);
        for text in ["", "Alpine", "a:b:c", "a//b", "a/", "x@sha256:12", "a b", "-a", "a:", "r.example:x/a", "é", &hex]
        {
            assert_eq!(normalize(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_blob_needs_a_digest_and_no_tag() {
        let digest = format!("sha256:{}", "1".repeat(64));
        assert_eq!(normalize_blob("weights"), None);
        assert_eq!(normalize_blob(&format!("weights:1@{digest}")), None);
        assert_eq!(normalize_blob(&format!("weights@{digest}")), Some(format!("docker.io/library/weights@{digest}")));
    }
}
