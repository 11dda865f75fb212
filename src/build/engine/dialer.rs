//! [`Dialer`]: connections to a Docker Engine's API, for whoever speaks it.

use std::io;

use crate::build::engine::address::Address;
use crate::build::engine::dial::{Protocol, dial};
use crate::build::engine::duplex::Connection;

/// Opens connections to the API of a Docker Engine.
#[derive(Clone, Debug)]
pub struct Dialer {
    address: Address,
}

/// On which machine an engine runs, as far as its address tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// This one: it has a socket here, or listens on a loopback address.
    Here,
    /// Another one.
    Elsewhere,
}

impl Dialer {
    pub(super) fn new(address: Address) -> Self {
        Self { address }
    }

    /// A connection on which HTTP/1.1 is spoken.
    pub async fn connect(&self) -> io::Result<Connection> {
        dial(&self.address, Protocol::Http).await
    }

    /// Where the engine runs.
    pub fn host(&self) -> Host {
        match &self.address {
            Address::Unix(_) => Host::Here,
            Address::Tcp { host, .. } if is_loopback(host) => Host::Here,
            Address::Tcp { .. } | Address::Program { .. } => Host::Elsewhere,
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::engine::address::Expected;

    #[test]
    fn a_socket_and_a_loopback_address_are_here() {
        for (text, want) in [
            ("unix:///run/docker.sock", Host::Here),
            ("tcp://127.0.0.1:2375", Host::Here),
            ("tcp://localhost:2375", Host::Here),
            ("tcp://[::1]:2375", Host::Here),
            ("tcp://docker.example:2375", Host::Elsewhere),
            ("ssh://user@docker.example", Host::Elsewhere),
        ] {
            let address = Address::read(text, Expected::Docker, None).unwrap();
            assert_eq!(Dialer::new(address).host(), want, "{text}");
        }
    }
}
