//! One text of a plan → why it may not stand there, if so. Knows nothing of stages.

/// Why a path may not stand where an absolute one must.
pub fn path(path: &str) -> Option<&'static str> {
    if path.contains('\0') {
        Some("holds a NUL character")
    } else if !path.starts_with('/') {
        Some("is not absolute")
    } else {
        inner_path(path)
    }
}

/// Why a path inside another file tree may not stand there; it may be relative.
pub fn inner_path(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("is empty")
    } else if path.contains('\0') {
        Some("holds a NUL character")
    } else if path.split('/').any(|part| part == "..") {
        Some("goes up with `..`")
    } else {
        None
    }
}

/// A path without doubled and trailing slashes and `.`, so that equal places are equal texts.
pub fn normal_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("/{}", parts.join("/"))
}

/// Why an entry is not `NAME=VALUE`.
pub fn env_entry(entry: &str) -> Option<&'static str> {
    match entry.split_once('=') {
        None => Some("is not `NAME=VALUE`"),
        Some((name, value)) => env_name(name).or_else(|| env_value(value)),
    }
}

/// Why a variable may not be called so.
pub fn env_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("has no name")
    } else if name.contains(|c: char| c == '=' || c.is_whitespace() || c.is_control()) {
        Some("has a name that no variable can have")
    } else {
        None
    }
}

/// Why a variable may not hold this.
pub fn env_value(value: &str) -> Option<&'static str> {
    value.contains('\0').then_some("holds a NUL character")
}

/// Whether a text is `USER` or `USER:GROUP`.
pub fn is_user(user: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && !name.contains(|c: char| c == ':' || c == '/' || c.is_whitespace() || c.is_control())
    };
    match user.split_once(':') {
        Some((name, group)) => is_name(name) && is_name(group),
        None => is_name(user),
    }
}

/// Why an address is not downloaded.
pub fn url(url: &str) -> Option<&'static str> {
    match scheme(url) {
        Some(("http" | "https", rest)) => address(rest),
        Some(_) => Some("is fetched in a way that is not known"),
        None => Some("is no address"),
    }
}

/// Why a repository is not fetched: `https://…`, `ssh://…` and `git@HOST:PATH` are.
pub fn git(url: &str) -> Option<&'static str> {
    match scheme(url) {
        Some(("http" | "https" | "git", rest)) => address(rest),
        Some(("ssh", rest)) => {
            let (user, host) = authority(rest).rsplit_once('@').unwrap_or(("", authority(rest)));
            if user.contains(':') { Some("has a password in it") } else { host_of(host, rest) }
        }
        Some(_) => Some("is fetched in a way that is not known"),
        None => match url.split_once('@').and_then(|(user, rest)| Some((user, rest.split_once(':')?))) {
            Some((user, (host, path))) if !user.contains([':', '/']) && !path.is_empty() => host_of(host, url),
            _ => Some("is no address"),
        },
    }
}

fn scheme(url: &str) -> Option<(&str, &str)> {
    url.split_once("://").filter(|(scheme, _)| !scheme.is_empty() && !scheme.contains(['/', '@', ' ']))
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn address(rest: &str) -> Option<&'static str> {
    let host = authority(rest);
    if host.contains('@') { Some("has a user name or password in it") } else { host_of(host, rest) }
}

fn host_of(host: &str, rest: &str) -> Option<&'static str> {
    if host.is_empty() {
        Some("has no host")
    } else if rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Some("has blanks in it")
    } else {
        None
    }
}

/// Whether a text is a SHA-256 checksum.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a text is `PORT/tcp` or `PORT/udp`.
pub fn is_port(port: &str) -> bool {
    port.split_once('/').is_some_and(|(number, protocol)| {
        matches!(protocol, "tcp" | "udp")
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && number.parse::<u16>().is_ok_and(|number| number > 0)
    })
}

/// Whether a text is permission bits in octal.
pub fn is_octal_mode(mode: &str) -> bool {
    (1..=5).contains(&mode.len())
        && mode.bytes().all(|byte| matches!(byte, b'0'..=b'7'))
        && u32::from_str_radix(mode, 8).is_ok_and(|mode| mode <= 0o7777)
}

/// Whether a text can be a part of a platform.
pub fn is_platform_word(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-');
    !word.is_empty() && word.bytes().all(fits) && better_platform_word(word).is_none()
}

/// OCI's word for a platform that is often called otherwise.
pub fn better_platform_word(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "x86_64" | "x86-64" | "x64" => Some("amd64"),
        "aarch64" | "armv8" => Some("arm64"),
        "i386" | "i686" | "x86" => Some("386"),
        "armhf" | "armv7" | "armv7l" => Some("arm"),
        "macos" => Some("darwin"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_env_has_a_name_and_an_equals_sign() {
        for good in ["A=1", "A=", "A=b=c", "npm_config.x-y=1", "Ü=ü"] {
            assert_eq!(env_entry(good), None, "{good}");
        }
        for bad in ["", "NOEQUALS", "=1", "A B=1", "A\0=1", "A=\0", "A\n=1"] {
            assert!(env_entry(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn a_path_is_absolute_and_never_goes_up() {
        for good in ["/", "/a", "/a/", "/a//b", "/a/./b", "/..a", "/a..", "/ü b"] {
            assert_eq!(path(good), None, "{good}");
        }
        for bad in ["", "a", "./a", "../a", "/..", "/a/..", "/a/../b", "/a\0"] {
            assert!(path(bad).is_some(), "{bad:?}");
        }
        assert_eq!(normal_path("//a/.//b/"), "/a/b");
        assert_eq!(normal_path("/"), "/");
    }

    #[test]
    fn an_address_holds_no_user() {
        for good in ["https://a.example", "http://a.example:80/x?y=a@b", "https://a.example/@scope/pkg"] {
            assert_eq!(url(good), None, "{good}");
        }
        for bad in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https:///x",
            "https://user@a.example",
            "https://user:pw@a.example/",
            "https://a.example/x y",
            "file:///etc/passwd",
        ] {
            assert!(url(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_repository_over_ssh_may_name_its_user() {
        for good in ["https://a.example/r.git", "ssh://git@a.example/r", "git@a.example:org/r.git"] {
            assert_eq!(git(good), None, "{good}");
        }
        for bad in
            ["https://token@a.example/r", "ssh://git:pw@a.example/r", "u:p@a.example:r", "/srv/r.git", "", "git@a:"]
        {
            assert!(git(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn users_ports_modes_checksums_and_platforms_have_a_form() {
        for good in ["0", "1000:1000", "app", "app:staff", "_apt", "user.name"] {
            assert!(is_user(good), "{good}");
        }
        for bad in ["", ":", "a:", ":b", "a:b:c", "a b", "a\0"] {
            assert!(!is_user(bad), "{bad}");
        }
        assert!(is_port("5000/tcp") && is_port("1/udp") && is_port("65535/tcp"));
        for bad in ["5000", "0/tcp", "65536/tcp", "+1/tcp", "x/tcp", "5000/http", "/tcp", ""] {
            assert!(!is_port(bad), "{bad}");
        }
        assert!(is_octal_mode("0755") && is_octal_mode("600") && is_octal_mode("01777"));
        for bad in ["", "0888", "u+x", "10000", "077777", "+755", "-1"] {
            assert!(!is_octal_mode(bad), "{bad}");
        }
        assert!(is_sha256(&"0a".repeat(32)) && !is_sha256(&"0A".repeat(32)) && !is_sha256("abc"));
        assert!(is_platform_word("riscv64") && is_platform_word("windows") && is_platform_word("v7"));
        assert!(!is_platform_word("x86_64") && !is_platform_word("Linux") && !is_platform_word("linux/amd64"));
    }
}
