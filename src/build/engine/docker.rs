//! The Docker Engine's API, as far as BuildKit needs it: asking, and taking a connection over.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use crate::build::engine::duplex::Connection;

/// The longest answer that is read: `/info` of a large host is some 20 KB.
const MOST_ANSWER_BYTES: usize = 4 << 20;

/// What is not as it should be with an answer, in a few words.
pub(super) type Wrong = Box<dyn std::error::Error + Send + Sync>;

/// An answer: its headers, and its body.
pub(super) struct Answer {
    /// How it went.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// All of it.
    pub body: Bytes,
}

/// Asks with GET.
pub(super) async fn get(connection: Connection, path: &str) -> Result<Answer, Wrong> {
    let mut sender = start(connection).await?;
    let response = sender.send_request(request(Method::GET, path, HeaderMap::new())?).await?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MOST_ANSWER_BYTES).collect().await?.to_bytes();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

/// Takes the connection over: what follows is BuildKit's. Bytes that came right behind the answer are not lost.
pub(super) async fn hijack(connection: Connection, path: &str, headers: HeaderMap) -> Result<Connection, Wrong> {
    let mut sender = start(connection).await?;
    let mut request = request(Method::POST, path, headers)?;
    request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    request.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("h2c"));
    let response = sender.send_request(request).await?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let status = response.status();
        let body = Limited::new(response.into_body(), MOST_ANSWER_BYTES).collect().await?.to_bytes();
        return Err(format!("POST {path} is answered with {status}: {}", message(&body)).into());
    }
    Ok(Box::pin(TokioIo::new(hyper::upgrade::on(response).await?)))
}

/// What an error's body says: Docker's are `{"message": …}`.
fn message(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|json| json.get("message")?.as_str());
    let text = said.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

async fn start(connection: Connection) -> Result<SendRequest<Empty<Bytes>>, Wrong> {
    let (sender, connection) = http1::handshake(TokioIo::new(connection)).await?;
    // It ends with the sender, or hands the stream over.
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!("the connection to the engine ended: {error}");
        }
    });
    Ok(sender)
}

fn request(method: Method, path: &str, headers: HeaderMap) -> Result<Request<Empty<Bytes>>, Wrong> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "docker").body(Empty::new())?;
    request.headers_mut().extend(headers);
    Ok(request)
}
