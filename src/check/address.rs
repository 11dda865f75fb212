//! Texts that name something elsewhere: images, downloads, repositories → whether they may be used.

/// Whether `text` holds a URL with a user name or a password before its host. An account that everyone shares, as
/// `ssh://git@host`, and a shell's variable, as `https://$TOKEN@host`, are none.
pub fn has_credentials(text: &str) -> bool {
    text.match_indices("://").any(|(at, separator)| {
        let rest = &text[at + separator.len()..];
        let ends = |c: char| matches!(c, '/' | '?' | '#' | '"' | '\'' | '`') || c.is_whitespace();
        let authority = rest.split(ends).next().unwrap_or_default();
        let is_ssh = text[..at].ends_with("ssh");
        authority.rsplit_once('@').is_some_and(|(user, _)| !user.contains('$') && (!is_ssh || user.contains(':')))
    })
}

/// Whether a file can be downloaded from `url`.
pub fn is_download(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Whether a repository can be fetched from `url`: a known scheme, or the short form of ssh.
pub fn is_repository(url: &str) -> bool {
    let schemes = ["https://", "http://", "ssh://", "git://"];
    schemes.iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
        || (!url.contains("://") && is_scp_like(url))
}

/// `git@host.example:team/repo.git`
fn is_scp_like(url: &str) -> bool {
    !url.starts_with('-')
        && url.split_once(':').is_some_and(|(host, path)| {
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            !host.is_empty() && !host.contains('/') && !path.is_empty()
        })
}

/// Whether it has the basic form of an image reference: `[host[:port]/]name[/name…][:tag][@algorithm:hex]`.
pub fn is_image(reference: &str) -> bool {
    let (named, digest) = match reference.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (reference, None),
    };
    let is_digest = |digest: &str| {
        digest.split_once(':').is_some_and(|(algorithm, hex)| {
            !algorithm.is_empty() && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    let (path, tag) = match named.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (named, None),
    };
    let is_tag = |tag: &str| {
        !tag.is_empty()
            && tag.len() <= 128
            && !tag.starts_with(['.', '-'])
            && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    is_image_path(path) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

fn is_image_path(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost";
    if parts.len() > 1 && is_host(parts[0]) {
        let host = parts.remove(0);
        if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte)) {
            return false;
        }
    }
    parts.iter().all(|part| {
        let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends_well(part.chars().next())
            && ends_well(part.chars().last())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_references_have_a_basic_form() {
        let digest = format!("python@sha256:{}", "a".repeat(64));
        for good in
            ["python", "python:3.12-slim", "registry.example:5000/team/app:v1", "docker.io/library/node:20", &digest]
        {
            assert!(is_image(good), "{good}");
        }
        for bad in ["", "Python", "python:", "python 3", "https://registry.example/x", "python@sha256:12", "a//b", "-x"]
        {
            assert!(!is_image(bad), "{bad}");
        }
    }

    #[test]
    fn a_user_name_in_an_address_is_a_credential_and_git_over_ssh_is_not() {
        assert!(has_credentials("https://me@host.example/x"));
        assert!(has_credentials("https://me:secret@host.example/x"));
        assert!(has_credentials("ssh://git:secret@host.example/x"));
        assert!(!has_credentials("ssh://git@host.example/x"));
        assert!(!has_credentials("https://host.example/a@b"));
        assert!(!has_credentials("https://host.example?mail=a@b"));
    }

    #[test]
    fn credentials_are_found_anywhere_in_a_text() {
        assert!(has_credentials("git clone https://host.example/a && curl -L http://me:secret@host.example/b"));
        assert!(has_credentials("[\"https://me@host.example\"]"));
        assert!(!has_credentials("git clone https://x:$TOKEN@host.example/a"));
        assert!(!has_credentials("pip install git+ssh://git@host.example/a.git@v1"));
        assert!(!has_credentials("curl 'https://host.example' me@host.example"));
    }

    #[test]
    fn repositories_are_addresses_or_the_short_form_of_ssh() {
        for good in ["https://host.example/a.git", "git@host.example:a/b.git", "ssh://git@host.example/a"] {
            assert!(is_repository(good), "{good}");
        }
        for bad in ["", "/srv/repo", "./repo", "file:///srv/repo", "--upload-pack=x:y", "https://"] {
            assert!(!is_repository(bad), "{bad}");
        }
    }
}
