//! The daemon's own content, which it lets its clients read: the manifests and configs of images that it made.

use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

use crate::build::session::content::message::{ReadContentRequest, ReadContentResponse};

/// The largest blob that is read: it is JSON.
const MOST_BYTES: usize = 4 << 20;

/// A blob of the daemon. Daemons before BuildKit 0.11 have no such call.
pub(in crate::build) async fn read_blob(channel: &Channel, digest: &str) -> Result<Vec<u8>, Status> {
    let mut daemon = Grpc::new(channel.clone());
    daemon.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let request = ReadContentRequest { digest: digest.to_owned(), ..ReadContentRequest::default() };
    let path = PathAndQuery::from_static("/containerd.services.content.v1.Content/Read");
    let codec: ProstCodec<ReadContentRequest, ReadContentResponse> = ProstCodec::default();
    let mut pieces = daemon.server_streaming(Request::new(request), path, codec).await?.into_inner();
    let mut blob = Vec::new();
    while let Some(piece) = pieces.message().await? {
        blob.extend(piece.data);
        if blob.len() > MOST_BYTES {
            return Err(Status::out_of_range("the blob is too large"));
        }
    }
    Ok(blob)
}
