//! [`Duplex`]: a two-way stream of bytes, and those that are made of other things.

use std::pin::Pin;
use std::task::{Context, Poll};

use bollard_buildkit_proto::moby::buildkit::v1::BytesMessage;
use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, DuplexStream, ReadBuf};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Extensions, Request, Status};

/// A two-way stream of bytes.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A boxed [`Duplex`].
pub type Connection = Pin<Box<dyn Duplex>>;

/// How much may wait on its way out of a tunnel.
const TUNNEL_BYTES: usize = 1 << 20;

/// The largest message of a tunnel; BuildKit's own are of 32 KiB.
const MESSAGE_BYTES: usize = 64 << 10;

/// A connection inside a call of BuildKit's `Control.Session`. What the call fails with, a read fails with.
pub(super) struct Tunnel {
    incoming: Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>,
    unread: Bytes,
    outgoing: DuplexStream,
}

impl Tunnel {
    /// Makes the call, when it is first read.
    pub fn new(mut client: ControlClient<Channel>, metadata: MetadataMap) -> Self {
        let (near, far) = tokio::io::duplex(TUNNEL_BYTES);
        let request = Request::from_parts(metadata, Extensions::default(), messages(far));
        let answer = stream::once(async move { client.session(request).await.map(tonic::Response::into_inner) });
        let incoming = answer.try_flatten().map_ok(|message: BytesMessage| Bytes::from(message.data)).boxed();
        Self { incoming, unread: Bytes::new(), outgoing: near }
    }
}

/// What is written to the other end, in messages.
fn messages(from: DuplexStream) -> impl Stream<Item = BytesMessage> + Send {
    stream::unfold(from, |mut from| async move {
        let mut data = BytesMut::with_capacity(MESSAGE_BYTES);
        match from.read_buf(&mut data).await {
            Ok(read) if read > 0 => Some((BytesMessage { data: data.into() }, from)),
            _ => None,
        }
    })
}

impl AsyncRead for Tunnel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        while self.unread.is_empty() {
            match std::task::ready!(self.incoming.poll_next_unpin(context)) {
                Some(Ok(data)) => self.unread = data,
                Some(Err(status)) => return Poll::Ready(Err(std::io::Error::other(status))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = self.unread.len().min(into.remaining());
        into.put_slice(&self.unread[..count]);
        self.unread.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.outgoing).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.outgoing).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.outgoing).poll_shutdown(context)
    }
}
