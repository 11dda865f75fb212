//! An [`Address`] → a [`Connection`].

use std::io;
use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};

use crate::build::engine::address::Address;
use crate::build::engine::duplex::Connection;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens a connection.
pub(super) async fn dial(address: &Address) -> io::Result<Connection> {
    match tokio::time::timeout(PATIENCE, open(address)).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer within 5 seconds")),
    }
}

async fn open(address: &Address) -> io::Result<Connection> {
    match address {
        Address::Unix(path) => Ok(Box::pin(UnixStream::connect(path).await?)),
        Address::Tcp { host, port } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::pin(stream))
        }
    }
}
