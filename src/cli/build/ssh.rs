//! `--ssh` → [`Ssh`]s by id.
#![expect(clippy::disallowed_methods, reason = "sockets and keys are looked at here")]

use std::os::unix::fs::FileTypeExt as _;
use std::path::PathBuf;

use indexmap::IndexMap;

use crate::build::request::Ssh;
use crate::cli::build::environment::Environment;
use crate::cli::exit::Problem;
use crate::source::disk::words;

/// The agent that steps get when they name none.
const DEFAULT: &str = "default";

/// Where the user's agent listens.
const AGENT: &str = "SSH_AUTH_SOCK";

/// Reads all values of `--ssh`.
pub fn agents(specs: &[String], environment: &Environment) -> Result<IndexMap<String, Ssh>, Problem> {
    let mut agents = IndexMap::new();
    for text in specs {
        let (id, paths) = text.split_once('=').map_or((text.as_str(), None), |(id, paths)| (id, Some(paths)));
        let id = if id.is_empty() { DEFAULT } else { id };
        let problem = |what: &str| Problem::usage(format!("`--ssh {text}`: {what}"));
        let agent = match paths {
            Some(paths) => of_paths(paths, &problem)?,
            None => match environment.text(AGENT) {
                Some(socket) => of_paths(socket, &|what| problem(&format!("${AGENT}: {what}")))?,
                None => {
                    return Err(problem("no ssh agent is running: $SSH_AUTH_SOCK is not set")
                        .help(format!("start one with `eval $(ssh-agent)`, or write `--ssh {id}=KEY`")));
                }
            },
        };
        if agents.insert(id.to_owned(), agent).is_some() {
            return Err(problem(&format!("`{id}` is given twice")).help("give each an id of its own"));
        }
    }
    Ok(agents)
}

/// One socket, or keys.
fn of_paths(paths: &str, problem: &dyn Fn(&str) -> Problem) -> Result<Ssh, Problem> {
    let paths: Vec<PathBuf> = paths.split(',').map(PathBuf::from).collect();
    let mut sockets = 0_usize;
    for path in &paths {
        let metadata = std::fs::metadata(path).map_err(|error| {
            problem(&format!("cannot read `{}`: {}", path.display(), words(&error)))
                .help("give the path of an agent's socket or of a private key")
        })?;
        if metadata.is_dir() {
            return Err(problem(&format!("`{}` is a directory", path.display()))
                .help("give the path of an agent's socket or of a private key"));
        }
        sockets += usize::from(metadata.file_type().is_socket());
    }
    match (sockets, paths.as_slice()) {
        (0, _) => Ok(Ssh::Keys(paths)),
        (1, [socket]) => Ok(Ssh::Agent(socket.clone())),
        _ => Err(problem("it is one socket, or keys").help("give each agent an id of its own: `--ssh ID=SOCKET`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_agents_and_files_are_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let _listener = std::os::unix::net::UnixListener::bind(path("agent")).unwrap();
        for name in ["one", "two"] {
            std::fs::write(path(name), "key").unwrap();
        }
        let socket = path("agent").display().to_string();
        let environment = Environment::from([("SSH_AUTH_SOCK", socket.as_str())]);
        let keys = format!("git={},{}", path("one").display(), path("two").display());
        let cases = [
            ("default".to_owned(), "default", Ssh::Agent(path("agent"))),
            (String::new(), "default", Ssh::Agent(path("agent"))),
            ("git".into(), "git", Ssh::Agent(path("agent"))),
            (format!("git={socket}"), "git", Ssh::Agent(path("agent"))),
            (format!("={socket}"), "default", Ssh::Agent(path("agent"))),
            (keys, "git", Ssh::Keys(vec![path("one"), path("two")])),
        ];
        for (text, id, want) in cases {
            let agents = agents(std::slice::from_ref(&text), &environment).unwrap();
            assert_eq!(agents, IndexMap::from([(id.to_owned(), want)]), "{text}");
        }
        let mixed = format!("git={socket},{}", path("one").display());
        assert!(agents(&[mixed], &environment).unwrap_err().message.contains("one socket, or keys"));
        assert!(agents(&["a".into(), "a".into()], &environment).unwrap_err().message.contains("given twice"));
    }

    #[test]
    fn what_is_not_there_is_told() {
        for (text, what) in [
            ("default", "$SSH_AUTH_SOCK is not set"),
            ("a=/no/such/socket", "no such file"),
            ("a=", "no such file"),
            ("a=/tmp", "is a directory"),
        ] {
            let problem = agents(&[text.into()], &Environment::default()).unwrap_err();
            assert!(problem.message.contains(what) && problem.help.is_some(), "{text}: {problem:?}");
        }
        let stale = Environment::from([("SSH_AUTH_SOCK", "/no/such/socket")]);
        assert!(agents(&["default".into()], &stale).unwrap_err().message.contains("SSH_AUTH_SOCK: cannot read"));
    }
}
