//! [`Server`]: Cog's HTTP server in a container. It is waited for, and asked for a prediction.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::build::failure::Failure;
use crate::model::error;
use crate::model::stream::{Event, Events};

/// How often the server is asked whether it is ready.
const AGAIN: Duration = Duration::from_millis(50);
/// How long one such answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The most bytes of an answer: outputs may be files.
const MOST_BYTES: usize = 2 << 30;

/// How long a model may take until it is ready.
pub type SetupLimit = Duration;

/// What went wrong with a request, in a few words.
type Wrong = Box<dyn std::error::Error + Send + Sync>;

/// A server on a port of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    address: SocketAddr,
}

/// How a prediction ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// With an output.
    Output(Json),
    /// The model failed: what it said.
    Failed(String),
    /// The server took it for wrong: what it said.
    Refused(String),
}

/// What comes while a prediction runs.
pub trait Watch: Send {
    /// A piece of the output. False: nobody wants more.
    fn piece(&mut self, piece: &Json) -> bool;
}

/// What a server says of itself.
enum Health {
    Ready,
    Waiting,
    Failed(String),
}

impl Server {
    /// The server behind a port.
    pub fn new(port: u16) -> Self {
        Self { address: (Ipv4Addr::LOCALHOST, port).into() }
    }

    /// Waits until it is ready; `Err`: it will not be, or not in time.
    pub async fn ready(&self, limit: SetupLimit) -> Result<(), Failure> {
        let end = Instant::now() + limit;
        let mut answered = false;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match timeout(left.min(ANSWER), self.health()).await {
                Ok(Ok(Health::Ready)) => return Ok(()),
                Ok(Ok(Health::Failed(logs))) => return Err(error::setup_failed(&logs)),
                Ok(Ok(Health::Waiting)) => answered = true,
                Ok(Err(why)) => tracing::debug!(%why, "the server does not answer yet"),
                Err(_) => {}
            }
            if Instant::now() >= end {
                return Err(error::not_ready(limit, answered));
            }
            sleep(AGAIN).await;
        }
    }

    async fn health(&self) -> Result<Health, Wrong> {
        let request = self.request(Method::GET, "/health-check", Bytes::new())?;
        let response = self.send(request).await?;
        let status = response.status();
        let body = whole(response).await?;
        let Ok(told) = serde_json::from_slice::<Json>(&body) else {
            // A server that is not Cog's, and answers.
            return Ok(if status.is_success() { Health::Ready } else { Health::Waiting });
        };
        let text = |pointer: &str| told.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        Ok(match text("/status") {
            "SETUP_FAILED" | "DEFUNCT" => Health::Failed(text("/setup/logs").to_owned()),
            "STARTING" | "UNKNOWN" => Health::Waiting,
            _ if text("/setup/status") == "failed" => Health::Failed(text("/setup/logs").to_owned()),
            _ => Health::Ready,
        })
    }

    /// Asks for a prediction. Where the model sends its output piece by piece, `watch` is told of each.
    pub async fn predict(&self, asked: &Asked, watch: &mut dyn Watch) -> Result<Answer, Failure> {
        self.answer(asked, watch).await.map_err(|why| error::no_answer(why.as_ref()))
    }

    async fn answer(&self, asked: &Asked, watch: &mut dyn Watch) -> Result<Answer, Wrong> {
        let mut request = json_of(self.request(Method::POST, asked.path, asked.body().into())?)?;
        if asked.streaming {
            request.headers_mut().insert(ACCEPT, "text/event-stream".parse()?);
        }
        let mut response = self.send(request).await?;
        if asked.streaming && response.status() == StatusCode::NOT_ACCEPTABLE {
            // It sends nothing but the whole of it.
            let whole = self.request(Method::POST, asked.path, asked.body().into())?;
            response = self.send(json_of(whole)?).await?;
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            return follow(response, watch).await;
        }
        let status = response.status();
        let body = whole(response).await?;
        Ok(outcome(status, &body))
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, Wrong> {
        let request = Request::builder().method(method).uri(path).header(HOST, "localhost");
        Ok(request.body(Full::new(body))?)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Wrong> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(why) = connection.await {
                tracing::debug!(%why, "a connection to the server ended");
            }
        });
        Ok(sender.send_request(request).await?)
    }
}

fn json_of(mut request: Request<Full<Bytes>>) -> Result<Request<Full<Bytes>>, Wrong> {
    request.headers_mut().insert(CONTENT_TYPE, "application/json".parse()?);
    Ok(request)
}

/// A prediction that is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `/predictions` or `/trainings`.
    pub path: &'static str,
    /// The inputs.
    pub input: Map<String, Json>,
    /// What the model finds in its scope: tokens.
    pub context: Map<String, Json>,
    /// Whether the server may send the output piece by piece.
    pub streaming: bool,
}

impl Asked {
    fn body(&self) -> String {
        let mut body = Map::from_iter([("input".to_owned(), Json::Object(self.input.clone()))]);
        if !self.context.is_empty() {
            body.insert("context".into(), Json::Object(self.context.clone()));
        }
        json!(body).to_string()
    }
}

async fn whole(response: Response<Incoming>) -> Result<Bytes, Wrong> {
    Ok(Limited::new(response.into_body(), MOST_BYTES).collect().await?.to_bytes())
}

async fn follow(response: Response<Incoming>, watch: &mut dyn Watch) -> Result<Answer, Wrong> {
    let mut events = Events::default();
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        for event in events.take(&piece).ok_or("an event is too long")? {
            if let Some(answer) = told(&event, watch)? {
                return Ok(answer);
            }
        }
    }
    Err("it stopped in the middle of the output".into())
}

/// What an event tells; the answer, if it is the last.
fn told(event: &Event, watch: &mut dyn Watch) -> Result<Option<Answer>, Wrong> {
    match event.kind.as_str() {
        "output" => {
            let data: Json = serde_json::from_str(&event.data)?;
            let goes_on = watch.piece(data.get("chunk").unwrap_or(&data));
            Ok((!goes_on).then_some(Answer::Output(Json::Null)))
        }
        "completed" | "done" => Ok(Some(outcome(StatusCode::OK, event.data.as_bytes()))),
        "error" => Ok(Some(Answer::Failed(said(event.data.as_bytes())))),
        _ => Ok(None),
    }
}

/// What an answer says.
fn outcome(status: StatusCode, body: &[u8]) -> Answer {
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let text = |key: &str| json.as_ref().and_then(|json| json.get(key)?.as_str());
    match text("status") {
        Some("succeeded") => {
            Answer::Output(json.as_ref().and_then(|json| json.get("output")).cloned().unwrap_or_default())
        }
        Some("failed") => Answer::Failed(text("error").unwrap_or("it does not say why").to_owned()),
        Some("canceled") => Answer::Failed("it was cancelled".to_owned()),
        _ if status == StatusCode::UNPROCESSABLE_ENTITY => Answer::Refused(said(body)),
        _ => Answer::Refused(format!("{status}: {}", said(body))),
    }
}

/// An error's words: `{"detail": [{"loc": […, "FIELD"], "msg"}]}`, `{"detail": …}`, `{"error": …}`, or a text.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return text };
    let one = |item: &Json| {
        let field = item.get("loc").and_then(|loc| loc.as_array()?.last()?.as_str());
        let message = item.get("msg").and_then(Json::as_str)?;
        Some(field.map_or_else(|| message.to_owned(), |field| format!("`{field}`: {message}")))
    };
    match json.get("detail") {
        Some(Json::Array(items)) => items.iter().filter_map(one).collect::<Vec<_>>().join("; "),
        Some(Json::String(detail)) => detail.clone(),
        _ => json.get("error").and_then(Json::as_str).map_or(text, str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_output_a_failure_or_a_refusal() {
        let ok = StatusCode::OK;
        assert_eq!(outcome(ok, br#"{"status":"succeeded","output":[1]}"#), Answer::Output(json!([1])));
        assert_eq!(outcome(ok, br#"{"status":"succeeded"}"#), Answer::Output(Json::Null));
        assert_eq!(outcome(ok, br#"{"status":"failed","error":"no"}"#), Answer::Failed("no".into()));
        let detail = br#"{"detail":[{"loc":["body","input","n"],"msg":"0 is less than the minimum"}]}"#;
        let refused = Answer::Refused("`n`: 0 is less than the minimum".into());
        assert_eq!(outcome(StatusCode::UNPROCESSABLE_ENTITY, detail), refused);
        let busy = outcome(StatusCode::CONFLICT, br#"{"error":"busy"}"#);
        assert_eq!(busy, Answer::Refused("409 Conflict: busy".into()));
        assert!(
            matches!(outcome(StatusCode::BAD_GATEWAY, b"<html>"), Answer::Refused(text) if text.contains("<html>"))
        );
    }

    /// A server that gives these answers one after the other, and tells what it was asked.
    fn answers<const COUNT: usize>(texts: [&'static str; COUNT]) -> (Server, std::thread::JoinHandle<Vec<String>>) {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let answer = |text: &&str| {
                use std::io::{Read as _, Write as _};
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 1 << 12];
                let length = stream.read(&mut asked).unwrap();
                let (status, body) = text.split_once('|').unwrap();
                let head = "content-type: application/json\r\nconnection: close";
                write!(stream, "HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
                String::from_utf8_lossy(&asked[..length]).to_lowercase()
            };
            texts.iter().map(answer).collect()
        });
        (Server::new(port), serving)
    }

    #[tokio::test]
    async fn a_server_that_cannot_send_pieces_is_asked_for_the_whole() {
        struct Nothing;
        impl Watch for Nothing {
            fn piece(&mut self, piece: &Json) -> bool {
                panic!("{piece}")
            }
        }
        let whole = r#"200 OK|{"status":"succeeded","output":["a"]}"#;
        let (server, serving) = answers([r#"406 Not Acceptable|{"error":"no streaming"}"#, whole]);
        let asked = Asked { path: "/predictions", input: Map::new(), context: Map::new(), streaming: true };
        assert_eq!(server.predict(&asked, &mut Nothing).await.unwrap(), Answer::Output(json!(["a"])));
        let streams: Vec<bool> = serving.join().unwrap().iter().map(|it| it.contains("text/event-stream")).collect();
        assert_eq!(streams, [true, false]);
    }

    #[test]
    fn events_end_with_the_answer() {
        struct Pieces(Vec<Json>);
        impl Watch for Pieces {
            fn piece(&mut self, piece: &Json) -> bool {
                self.0.push(piece.clone());
                piece != "last"
            }
        }
        let mut pieces = Pieces(Vec::new());
        let event = |kind: &str, data: &str| Event { kind: kind.into(), data: data.into() };
        assert_eq!(told(&event("output", r#"{"chunk":"a","index":0}"#), &mut pieces).unwrap(), None);
        assert_eq!(told(&event("log", r#"{"data":"x"}"#), &mut pieces).unwrap(), None);
        let enough = told(&event("output", r#"{"chunk":"last"}"#), &mut Pieces(Vec::new()));
        assert_eq!(enough.unwrap(), Some(Answer::Output(Json::Null)));
        let last = told(&event("completed", r#"{"status":"succeeded","output":["a"]}"#), &mut pieces).unwrap();
        assert_eq!((pieces.0, last), (vec![json!("a")], Some(Answer::Output(json!(["a"])))));
        assert!(told(&event("output", "{"), &mut Pieces(Vec::new())).is_err());
    }
}
