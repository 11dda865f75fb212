//! The text of an image reference → its parts. The rules are those of the OCI distribution specification as Docker reads
//! them: `[host[:port]/]path[:tag][@digest]`.

/// What stands behind the name of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Nothing: a repository.
    Bare,
    /// A tag, a digest, or both.
    Tagged,
}

/// Reads an image reference; `None` when it is not one.
pub fn parse(text: &str) -> Option<Reference> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, name),
    };
    let valid = host.is_none_or(is_host)
        && path.len() <= 255
        && path.split('/').all(is_component)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest);
    let reference = if tag.is_some() || digest.is_some() { Reference::Tagged } else { Reference::Bare };
    valid.then_some(reference)
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    name.split('.').all(label) && !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lower-case letters and digits, separated by one `.`, one or two `_`, or any number of `-`.
fn is_component(component: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    let ends = bytes.first().is_some_and(|byte| is_word(*byte)) && bytes.last().is_some_and(|byte| is_word(*byte));
    ends && component
        .split(|character: char| character.is_ascii_lowercase() || character.is_ascii_digit())
        .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    digest.split_once(':').is_some_and(|(algorithm, value)| {
        let length = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return false,
        };
        value.len() == length && value.bytes().all(hex)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_apart() {
        let digest = format!("r8.im/me/model@sha256:{}", "a".repeat(64));
        for bare in ["model", "me/model", "r8.im/me/model", "localhost:5000/model", "a__b/c--d/e.f", "localhost/x"] {
            assert_eq!(parse(bare), Some(Reference::Bare), "{bare}");
        }
        for tagged in ["model:1", "localhost:5000/model:v1.2", digest.as_str()] {
            assert_eq!(parse(tagged), Some(Reference::Tagged), "{tagged}");
        }
    }

    #[test]
    fn what_no_registry_takes_is_none() {
        let long = "a/".repeat(130) + "b";
        for text in
            ["", "Model", "a//b", "/a", "a/", "a b", "a:", "a@sha256:12", "-a", "a...b", "a___b", ":1", "é", &long]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in ["x.example:port/a", "x..example/a", "https://x.example/a", "a@md5:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
