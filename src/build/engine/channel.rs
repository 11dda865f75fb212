//! A [`Connection`](crate::build::engine::duplex::Connection) → the clients of BuildKit's services.

use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use bollard_buildkit_proto::moby::buildkit::v1::frontend::llb_bridge_client::LlbBridgeClient;
use tonic::transport::{Channel, Endpoint};

/// The largest message to and from a daemon, in bytes; tonic's own limit is a quarter of it.
pub(in crate::build) const MOST_MESSAGE_BYTES: usize = 16 << 20;

/// The largest list of headers: an error's details travel in them.
const MOST_HEADER_BYTES: u32 = 4 << 20;

/// What may be under way on a stream before we have read it.
const STREAM_WINDOW: u32 = 4 << 20;

/// What may be under way on a connection: all that there is, since each stream has a bound of its own. A smaller one would also limit
/// how many small messages may wait to be read, of which half of it is a measure to `h2`: it hangs up when a daemon asks for some
/// thousand files at once and we are slow to listen.
pub(in crate::build) const CONNECTION_WINDOW: u32 = (1 << 31) - 1;

/// How connections are spoken on. No HTTP/2 pings: a daemon hangs up on a client that asks more often than every 5 minutes.
pub(super) fn endpoint() -> Endpoint {
    // The name is sent as `:authority` and means nothing.
    Endpoint::from_static("http://localhost")
        .connect_timeout(Duration::from_secs(10))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_max_header_list_size(MOST_HEADER_BYTES)
}

/// The control service, which takes messages as large as BuildKit sends them.
pub fn control_client(channel: Channel) -> ControlClient<Channel> {
    ControlClient::new(channel)
        .max_decoding_message_size(MOST_MESSAGE_BYTES)
        .max_encoding_message_size(MOST_MESSAGE_BYTES)
}

/// The gateway's service, likewise.
pub fn gateway_client(channel: Channel) -> LlbBridgeClient<Channel> {
    LlbBridgeClient::new(channel)
        .max_decoding_message_size(MOST_MESSAGE_BYTES)
        .max_encoding_message_size(MOST_MESSAGE_BYTES)
}
