//! [`Address`]: where a daemon listens, from what users write. Pure.
//!
//! Addresses go into the arguments of other programs, never through a shell here; what a program could take for an option, and
//! what a shell on another machine could take for anything but a word, is refused.

use std::fmt;
use std::path::PathBuf;

/// Where a daemon listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A port of a machine.
    Tcp {
        /// Its name or number.
        host: String,
        /// The port.
        port: u16,
        /// The files of its TLS; none: it is spoken to in the clear.
        tls: Option<Tls>,
    },
    /// A program that passes its stdin and stdout on to the daemon.
    Program {
        /// How a user writes it.
        shown: String,
        /// The program, looked for on PATH.
        program: &'static str,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

/// The files of TLS, in PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tls {
    /// Who vouches for the daemon; none: those that the system trusts.
    pub ca: Option<PathBuf>,
    /// Who we are: a certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// The name that the daemon's certificate has, if not that of its host.
    pub server_name: Option<String>,
}

/// Which daemon is meant to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A Docker Engine.
    Docker,
    /// A `buildkitd`.
    BuildKit,
    /// Whichever answers.
    Either,
}

/// How long `ssh` lets a connection be silent: it asks every 3 seconds, and gives up after two unanswered ones.
const SSH_OPTIONS: [&str; 7] =
    ["-T", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=3", "-o", "ServerAliveCountMax=2"];

impl Address {
    /// Reads an address; what is wrong with it is told in a few words. `files` are for a port that names none itself.
    pub fn read(text: &str, expected: Expected, files: Option<Tls>) -> Result<Self, String> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("there is a blank or a control character in it".to_owned());
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(format!("it is no address; write {FORMS}"));
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let query = Query::read(query)?;
        match scheme {
            "unix" => query.nothing_else(&[]).and_then(|()| unix(place)),
            "tcp" => tcp(place, &query, expected, files),
            "ssh" => query.nothing_else(&[]).and_then(|()| ssh(place, expected)),
            "docker-container" => container("docker", text, place, &query, &["context"]),
            "podman-container" => container("podman", text, place, &query, &[]),
            "nerdctl-container" => container("nerdctl", text, place, &query, &["namespace"]),
            "kube-pod" => pod(text, place, &query),
            "npipe" => Err("named pipes are of Windows".to_owned()),
            _ => Err(format!("`{scheme}` is no kind of address; write {FORMS}")),
        }
    }

    /// Whether it is spoken to with TLS.
    pub fn has_tls(&self) -> bool {
        matches!(self, Self::Tcp { tls: Some(_), .. })
    }
}

/// What an address may be.
const FORMS: &str = "`unix:///PATH`, `tcp://HOST:PORT`, `ssh://USER@HOST`, `docker-container://NAME`, `podman-container://NAME` or \
                     `kube-pod://POD`";

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port, .. } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port, .. } => write!(f, "tcp://{host}:{port}"),
            Self::Program { shown, .. } => f.write_str(shown),
        }
    }
}

fn unix(path: &str) -> Result<Address, String> {
    if path.starts_with('/') {
        Ok(Address::Unix(PathBuf::from(path)))
    } else {
        Err("the path of a socket is absolute, with three slashes: `unix:///run/buildkit/buildkitd.sock`".to_owned())
    }
}

fn tcp(place: &str, query: &Query, expected: Expected, files: Option<Tls>) -> Result<Address, String> {
    query.nothing_else(&["cacert", "cert", "key", "servername", "tls"])?;
    let tls = query.tls()?.or(files);
    let (host, port) = host_and_port(place)?;
    let port = port.unwrap_or(match (expected, &tls) {
        (Expected::Docker, None) => 2375,
        (Expected::Docker, Some(_)) => 2376,
        _ => 1234,
    });
    Ok(Address::Tcp { host, port, tls })
}

/// `HOST`, `HOST:PORT`, `[::1]:PORT`, each with or without a slash behind it.
fn host_and_port(place: &str) -> Result<(String, Option<u16>), String> {
    if place.contains('@') {
        return Err("a user name or password does not belong here".to_owned());
    }
    let place = place.strip_suffix('/').unwrap_or(place);
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or("what follows `]` is no `:PORT`")?)),
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let may_be = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    if host.is_empty() || host.starts_with('-') || !host.chars().all(may_be) {
        return Err(format!("`{host}` is no name of a host"));
    }
    let number = |port: &str| port.parse().ok().filter(|port| *port != 0).ok_or(format!("`{port}` is no port"));
    Ok((host.to_owned(), port.map(number).transpose()?))
}

fn ssh(place: &str, expected: Expected) -> Result<Address, String> {
    let (authority, path) = match place.find('/') {
        Some(at) => place.split_at(at),
        None => (place, ""),
    };
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = host_and_port(host)?;
    let mut arguments: Vec<String> = SSH_OPTIONS.map(str::to_owned).to_vec();
    if let Some(user) = user {
        let may_be = |c: char| c.is_ascii_alphanumeric() || "._-+@".contains(c);
        if user.is_empty() || user.starts_with('-') || !user.chars().all(may_be) {
            return Err(format!("`{user}` is no name of a user; passwords do not belong here"));
        }
        arguments.extend(["-l".to_owned(), user.to_owned()]);
    }
    if let Some(port) = port {
        arguments.extend(["-p".to_owned(), port.to_string()]);
    }
    arguments.extend(["--".to_owned(), host]);
    // The other machine's shell reads these words.
    let socket = path.trim_end_matches('/');
    if !socket.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) {
        return Err(format!("`{socket}` is no path of a socket"));
    }
    let (program, option, command): (_, _, &[&str]) = match expected {
        Expected::BuildKit => ("buildctl", "--addr", &["dial-stdio"]),
        _ => ("docker", "--host", &["system", "dial-stdio"]),
    };
    arguments.push(program.to_owned());
    if !socket.is_empty() {
        arguments.push(format!("{option}=unix://{socket}"));
    }
    arguments.extend(command.iter().map(|word| (*word).to_owned()));
    Ok(Address::Program { shown: format!("ssh://{place}"), program: "ssh", arguments })
}

fn container(
    program: &'static str,
    text: &str,
    name: &str,
    query: &Query,
    options: &[&str],
) -> Result<Address, String> {
    query.nothing_else(options)?;
    let may_be = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.chars().all(may_be) {
        return Err(format!("`{name}` is no name of a container"));
    }
    let mut arguments = Vec::new();
    for option in options {
        arguments.extend(query.get(option).map(|value| format!("--{option}={value}")));
    }
    arguments.extend(["exec", "-i", name, "buildctl", "dial-stdio"].map(str::to_owned));
    Ok(Address::Program { shown: text.to_owned(), program, arguments })
}

fn pod(text: &str, name: &str, query: &Query) -> Result<Address, String> {
    query.nothing_else(&["context", "namespace", "container"])?;
    let wrong = |what: &str, name: &str| {
        let may_be = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        let good = name.starts_with(|c: char| c != '-' && may_be(c)) && name.chars().all(may_be);
        if good { Ok(()) } else { Err(format!("`{name}` is no name of a {what}")) }
    };
    wrong("pod", name)?;
    let mut arguments = Vec::new();
    for option in ["context", "namespace"] {
        arguments.extend(query.get(option).map(|value| format!("--{option}={value}")));
    }
    if let Some(namespace) = query.get("namespace") {
        wrong("namespace", namespace)?;
    }
    arguments.push("exec".to_owned());
    if let Some(container) = query.get("container") {
        wrong("container", container)?;
        arguments.push(format!("--container={container}"));
    }
    arguments.extend(["-i", name, "--", "buildctl", "dial-stdio"].map(str::to_owned));
    Ok(Address::Program { shown: text.to_owned(), program: "kubectl", arguments })
}

/// What stands behind the `?`.
struct Query(Vec<(String, String)>);

impl Query {
    fn read(text: &str) -> Result<Self, String> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value).ok_or_else(|| format!("`{pair}` is not well encoded"))?;
            Ok((name.to_owned(), value))
        });
        Ok(Self(pairs.collect::<Result<_, String>>()?))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(is, _)| is == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn nothing_else(&self, known: &[&str]) -> Result<(), String> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) if known.is_empty() => Err(format!("it takes no `?{name}`")),
            Some((name, _)) => Err(format!("it takes no `?{name}`, only `{}`", known.join("`, `"))),
        }
    }

    fn tls(&self) -> Result<Option<Tls>, String> {
        let path = |name| self.get(name).map(PathBuf::from);
        let identity = match (path("cert"), path("key")) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err("`cert` and `key` go together".to_owned()),
        };
        let tls = Tls { ca: path("cacert"), identity, server_name: self.get("servername").map(str::to_owned) };
        let wanted = tls != Tls::default() || self.0.iter().any(|(name, value)| name == "tls" && value != "false");
        Ok(wanted.then_some(tls))
    }
}

/// `%2F` → `/`. No plus for a blank: paths have pluses. What control characters come of it are refused.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = rest.get(2..)?;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Address, String> {
        Address::read(text, Expected::Either, None)
    }

    fn command(text: &str, expected: Expected) -> String {
        match Address::read(text, expected, None) {
            Ok(Address::Program { program, arguments, .. }) => format!("{program} {}", arguments.join(" ")),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_kind_of_address_is_written_as_it_is_read() {
        for text in [
            "unix:///run/user/1000/buildkit/buildkitd.sock",
            "tcp://buildkit.example:1234",
            "tcp://[::1]:2375",
            "ssh://me@host.example:22",
            "docker-container://buildx_buildkit_default0",
            "podman-container://b.1",
            "kube-pod://builder-0?namespace=ci",
        ] {
            assert_eq!(read(text).map(|address| address.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_port_that_is_not_written_is_that_of_the_daemon() {
        let port = |text, expected| match Address::read(text, expected, None) {
            Ok(Address::Tcp { port, .. }) => port,
            other => panic!("{other:?}"),
        };
        assert_eq!(port("tcp://h", Expected::BuildKit), 1234);
        assert_eq!(port("tcp://h", Expected::Docker), 2375);
        assert_eq!(port("tcp://h?tls", Expected::Docker), 2376);
        assert_eq!(port("tcp://h:80/", Expected::Docker), 80);
    }

    #[test]
    fn programs_are_given_names_as_single_words() {
        insta::assert_snapshot!([
            command("docker-container://b0", Expected::Either),
            command("docker-container://b0?context=far", Expected::Either),
            command("podman-container://b0", Expected::Either),
            command("kube-pod://p", Expected::Either),
            command("kube-pod://p?context=c&namespace=n&container=k", Expected::Either),
            command("ssh://h", Expected::Docker),
            command("ssh://me@h:2222/run/docker.sock", Expected::Docker),
            command("ssh://me@h/run/buildkitd.sock", Expected::BuildKit),
        ].join("\n"), @r"
        docker exec -i b0 buildctl dial-stdio
        docker --context=far exec -i b0 buildctl dial-stdio
        podman exec -i b0 buildctl dial-stdio
        kubectl exec -i p -- buildctl dial-stdio
        kubectl --context=c --namespace=n exec --container=k -i p -- buildctl dial-stdio
        ssh -T -o ConnectTimeout=10 -o ServerAliveInterval=3 -o ServerAliveCountMax=2 -- h docker system dial-stdio
        ssh -T -o ConnectTimeout=10 -o ServerAliveInterval=3 -o ServerAliveCountMax=2 -l me -p 2222 -- h docker --host=unix:///run/docker.sock system dial-stdio
        ssh -T -o ConnectTimeout=10 -o ServerAliveInterval=3 -o ServerAliveCountMax=2 -l me -- h buildctl --addr=unix:///run/buildkitd.sock dial-stdio
        ");
    }

    #[test]
    fn what_a_program_or_a_shell_could_misread_is_refused() {
        for text in [
            "docker-container://-v",
            "docker-container://a;b",
            "docker-container://a b",
            "docker-container://",
            "podman-container://--privileged",
            "kube-pod://-n",
            "kube-pod://UPPER",
            "kube-pod://p?namespace=-x",
            "kube-pod://p?container=a%20b",
            "kube-pod://p?context=a%0ab",
            "kube-pod://p?user=root",
            "ssh://-oProxyCommand=x",
            "ssh://-x@h",
            "ssh://a:secret@h",
            "ssh://h/run/$(id)",
            "ssh://h/run/a;b",
            "ssh://h:0",
            "tcp://user:secret@h:1",
            "tcp://h:99999",
            "tcp://h:1/path",
            "tcp://:1",
            "tcp://[::1",
            "tcp://h:1?cert=/a",
            "tcp://h:1?cacert=%zz",
            "tcp://h:1?insecure=1",
            "unix://relative.sock",
            "unix://",
            "npipe:////./pipe/docker_engine",
            "http://h:1",
            "docker",
            "",
            "unix:///a\n",
        ] {
            assert!(read(text).is_err(), "{text:?} is read as {:?}", read(text));
        }
    }

    #[test]
    fn tls_files_are_named_in_the_query() {
        let address = read("tcp://h:1?cacert=/tls/c%41.pem&cert=/tls/cert.pem&key=/tls/key.pem&servername=other");
        let Ok(Address::Tcp { tls: Some(tls), .. }) = address else { panic!("{address:?}") };
        assert_eq!(tls.ca, Some(PathBuf::from("/tls/cA.pem")));
        assert_eq!(tls.identity, Some(("/tls/cert.pem".into(), "/tls/key.pem".into())));
        assert_eq!(tls.server_name.as_deref(), Some("other"));
        let Ok(Address::Tcp { tls, .. }) = read("tcp://h:1") else { panic!() };
        assert_eq!(tls, None);
    }
}
