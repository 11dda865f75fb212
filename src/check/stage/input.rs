//! Where stages, copies and mounts read from: images, downloads, repositories, the project.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::hir::{Expr, ExprKind, Input, InputKind};
use crate::check::path;
use crate::check::phase::Phase;
use crate::syntax::ast;

impl Checker<'_, '_> {
    pub(super) fn input(&mut self, input: &ast::Input) -> Input {
        let kind = match &input.kind {
            ast::InputKind::Stage(stage) => InputKind::Stage(stage.name.clone()),
            ast::InputKind::Phase(key) => match Phase::from_name(&key.name) {
                Some(phase) => InputKind::Phase(phase),
                None => {
                    self.report(error::unknown_phase(key));
                    InputKind::Scratch
                }
            },
            ast::InputKind::Image(image) => InputKind::Image(self.image(image)),
            ast::InputKind::Context { only } => {
                InputKind::Context { only: only.as_ref().map(|only| self.patterns(only)) }
            }
            ast::InputKind::Url { url, sha256 } => self.url_input(url, sha256.as_ref()),
            ast::InputKind::Git { url, reference } => self.git_input(url, reference.as_ref()),
            ast::InputKind::Scratch => InputKind::Scratch,
        };
        Input { kind, span: input.span }
    }

    fn image(&mut self, image: &ast::Expr) -> Expr {
        let checked = self.text(image);
        for (text, span) in path::literals(&checked) {
            if !is_image(&text) {
                self.report(error::invalid_image(&text, span));
            }
        }
        checked
    }

    fn url_input(&mut self, url: &ast::Expr, sha256: Option<&ast::Expr>) -> InputKind {
        let url = self.text(url);
        self.address(&url, |text| text.starts_with("https://") || text.starts_with("http://"));
        let sha256 = sha256.map(|sum| {
            let sum = self.text(sum);
            for (text, span) in path::literals(&sum) {
                if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    self.report(error::invalid_checksum(&text, span));
                }
            }
            sum
        });
        InputKind::Url { url, sha256 }
    }

    fn git_input(&mut self, url: &ast::Expr, reference: Option<&ast::Expr>) -> InputKind {
        let url = self.text(url);
        self.address(&url, is_repository);
        let reference = reference.map(|reference| {
            let reference = self.text(reference);
            for (text, span) in path::literals(&reference) {
                if text.is_empty() || text.starts_with('-') || text.contains(|c: char| c.is_whitespace() || c == '\0') {
                    self.report(error::invalid_reference(&text, span));
                }
            }
            reference
        });
        InputKind::Git { url, reference }
    }

    /// Refuses addresses that certainly are of no known kind, or hold a user name or password.
    fn address(&mut self, url: &Expr, is_known: impl Fn(&str) -> bool) {
        let mut written = path::literals(url);
        if let ExprKind::Template(parts) = &url.kind {
            let text = parts.iter().map(|part| match &part.kind {
                ExprKind::Str(text) => text.as_str(),
                _ => "x",
            });
            written.push((text.collect(), url.span));
        }
        let starts_unknown = path::template_start(url).is_some_and(|(start, _)| start.is_empty());
        for (text, span) in written {
            if has_credentials(&text) {
                self.report(error::credentials_in_url(span));
            } else if !starts_unknown && (!is_known(&text) || text.contains(char::is_whitespace)) {
                self.report(error::invalid_url(&text, span));
            }
        }
    }
}

/// `user@` or `user:password@` before the host. `git@` over ssh names an account that everyone shares, no secret.
fn has_credentials(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, _)) => scheme != "ssh" || user.contains(':'),
        None => false,
    }
}

fn is_repository(url: &str) -> bool {
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

/// The basic form of an image reference: `[host[:port]/]name[/name…][:tag][@algorithm:hex]`.
fn is_image(reference: &str) -> bool {
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
    fn repositories_are_addresses_or_the_short_form_of_ssh() {
        for good in ["https://host.example/a.git", "git@host.example:a/b.git", "ssh://git@host.example/a"] {
            assert!(is_repository(good), "{good}");
        }
        for bad in ["", "/srv/repo", "./repo", "file:///srv/repo", "--upload-pack=x:y", "https://"] {
            assert!(!is_repository(bad), "{bad}");
        }
    }
}
