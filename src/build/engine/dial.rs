//! An [`Address`] → a [`Connection`].

use std::io;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpStream, UnixStream};

use crate::build::engine::address::Address;
use crate::build::engine::duplex::Connection;
use crate::build::engine::program::Program;
use crate::build::engine::tls;

/// How long a connection may take; one that a program opens passes other machines on its way.
const PATIENCE: Duration = Duration::from_secs(5);
/// When a silent machine is asked whether it is there, how often again, and how many times: gone after 9 seconds.
const SILENCE: Duration = Duration::from_secs(5);
const REPEAT: Duration = Duration::from_secs(2);
const REPEATS: u32 = 2;
/// How long what was sent may stay unconfirmed.
const UNCONFIRMED: Duration = Duration::from_secs(9);

/// What will be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// HTTP/1.1, which Docker's API is.
    Http,
    /// HTTP/2, which gRPC is.
    Grpc,
}

/// Opens a connection.
pub(super) async fn dial(address: &Address, protocol: Protocol) -> io::Result<Connection> {
    match tokio::time::timeout(PATIENCE, open(address, protocol)).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer within 5 seconds")),
    }
}

async fn open(address: &Address, protocol: Protocol) -> io::Result<Connection> {
    match address {
        Address::Unix(path) => Ok(Box::pin(UnixStream::connect(path).await?)),
        Address::Program { program, arguments, .. } => Ok(Box::pin(Program::start(program, arguments)?)),
        Address::Tcp { host, port, tls } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            notice_silence(&stream)?;
            match (tls, protocol) {
                (None, _) => Ok(Box::pin(stream)),
                (Some(tls), Protocol::Http) => Ok(Box::pin(tls::wrap(stream, host, tls, &["http/1.1"]).await?)),
                (Some(tls), Protocol::Grpc) => Ok(Box::pin(tls::wrap(stream, host, tls, &["h2"]).await?)),
            }
        }
    }
}

/// A machine that is gone says nothing: the connection to it has to break by itself.
fn notice_silence(stream: &TcpStream) -> io::Result<()> {
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, SILENCE)?;
    sockopt::set_tcp_keepintvl(stream, REPEAT)?;
    sockopt::set_tcp_keepcnt(stream, REPEATS)?;
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(stream, u32::try_from(UNCONFIRMED.as_millis()).unwrap_or(u32::MAX))?;
    Ok(())
}
