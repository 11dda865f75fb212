//! Addresses of git repositories: text → [`GitUrl`].

use crate::llb::path;
use crate::llb::percent::{Part, decode, path_as_written};

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
    /// HTTPS. When it is none, or of another protocol, what git is given all the same.
    pub fn parse(text: &str) -> Result<Self, String> {
        if has_protocol(text) {
            return Self::from_url(text).ok_or_else(|| text.to_owned());
        }
        let over_https = format!("https://{text}");
        Self::from_scp(text).or_else(|| Self::from_url(&over_https)).ok_or(over_https)
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
        if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git") || text.bytes().any(|it| it.is_ascii_control())
        {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        decode(fragment)?;
        // A `?` with nothing behind it stays.
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let mark = if query == Some("") { "?" } else { "" };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let shown_user = match user {
            Some(user) => format!("{}@", user_as_written(user)?),
            None => String::new(),
        };
        if !is_host(&scheme, host) {
            return None;
        }
        let has_authority = !(shown_user.is_empty() && host.is_empty() && path.is_empty());
        let slashes = if has_authority { "//" } else { "" };
        let (shown_host, shown_path) = (Part::Host.encode(host), path_as_written(path)?);
        let remote = format!("{scheme}:{slashes}{shown_user}{shown_host}{shown_path}{mark}");
        Some(Self { host: host.to_owned(), path: decode(path)?, remote, scheme })
    }

    fn from_scp(text: &str) -> Option<Self> {
        let (user, rest) = text.split_once('@')?;
        let (host, path) = rest.split_once(':')?;
        let is_word = |text: &str, mark: char| {
            !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == mark)
        };
        if !is_word(user, '_') || !is_word(host, '.') || text.contains('\n') {
            return None;
        }
        let (path, after) = path.find(['?', '#']).map_or((path, ""), |end| path.split_at(end));
        let query = after.strip_prefix('?').map_or("", |query| query.split('#').next().unwrap_or_default());
        if query.contains(';') || decode(query).is_none() {
            return None;
        }
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

/// `USER` or `USER:PASSWORD`, each encoded anew. Absent: it has characters that may not stand there.
fn user_as_written(user: &str) -> Option<String> {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    if !user.bytes().all(may_stand) {
        return None;
    }
    let parts = user.splitn(2, ':').map(|part| Some(Part::User.encode(&decode(part)?)));
    Some(parts.collect::<Option<Vec<_>>>()?.join(":"))
}

/// Whether a text is a host, perhaps with a port, or an IPv6 address in brackets.
fn is_host(scheme: &str, text: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((before, address)) = text.rsplit_once('[') {
        let Some((address, port)) = address.rsplit_once(']') else { return false };
        let is_address = before.is_empty() && address.parse::<std::net::Ipv6Addr>().is_ok();
        return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let is_name = text.bytes().all(|byte| !byte.is_ascii() || Part::Host.keeps(byte));
    // Over HTTP there is one colon at most.
    let port = if scheme.starts_with("http") { text.split_once(':') } else { text.rsplit_once(':') };
    is_name && port.is_none_or(|(_, port)| is_port(port))
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
    }

    #[test]
    fn the_name_ends_with_reference_and_folder() {
        let url = GitUrl::parse("https://h.example/a%20b").expect("an address");
        assert_eq!(url.id("v1", "sub"), "h.example/a b#v1:sub");
        assert_eq!(url.id("", "sub"), "h.example/a b#:sub");
    }

    #[test]
    fn what_is_no_address_is_handed_on() {
        for (text, want) in [
            ("ftp://h.example/a", "ftp://h.example/a"),
            ("h.example:a/b", "https://h.example:a/b"),
            ("https://h.example/%zz", "https://h.example/%zz"),
            ("https://u\"x@h.example/a", "https://u\"x@h.example/a"),
            ("https://h.example:1:2/a", "https://h.example:1:2/a"),
            ("https://h ost/a", "https://h ost/a"),
            ("git@h_x.example:a", "https://git@h_x.example:a"),
            ("git@h.example:a?x=%zz", "https://git@h.example:a?x=%zz"),
        ] {
            assert_eq!(GitUrl::parse(text).err().as_deref().unwrap_or("an address"), want, "{text}");
        }
    }

    #[test]
    fn git_is_given_an_address_that_is_encoded() {
        for (text, want) in [
            ("HTTPS://H.example/a b", "https://H.example/a%20b"),
            ("https://u!:p:w@h.example/", "https://u%21:p%3Aw@h.example/"),
            ("https://[::1]:80/p", "https://[::1]:80/p"),
            ("https://h.example/a?", "https://h.example/a?"),
            ("ssh://é.example/é", "ssh://%C3%A9.example/%C3%A9"),
            ("", "https:"),
        ] {
            assert_eq!(GitUrl::parse(text).map(|url| url.remote).as_deref(), Ok(want), "{text}");
        }
    }
}
