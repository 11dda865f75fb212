//! [`Address`]: where a daemon listens.

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
    },
}

impl Address {
    /// Reads an address; what is wrong with it is told in a few words.
    pub fn read(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(PathBuf::from(path))),
            Some(("unix", _)) => {
                Err("the path of a socket has to be absolute: `unix:///run/buildkit/buildkitd.sock`".to_owned())
            }
            Some(("tcp", rest)) => {
                let (host, port) = rest.rsplit_once(':').ok_or("a port is missing: `tcp://HOST:PORT`")?;
                let port = port.parse().map_err(|_| "the port is no number: `tcp://HOST:PORT`")?;
                Ok(Self::Tcp { host: host.trim_matches(['[', ']']).to_owned(), port })
            }
            _ => Err("it is no address: `unix:///PATH` or `tcp://HOST:PORT`".to_owned()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
        }
    }
}
