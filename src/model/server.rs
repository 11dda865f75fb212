//! [`Server`]: Cog's HTTP server in a container. It is waited for, and asked for a prediction.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
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

/// How often the server is asked whether it is ready.
const AGAIN: Duration = Duration::from_millis(50);
/// How many times as long as an answer took it is not asked again how far it is: the answer is all of the output so far.
const PAUSES: u32 = 4;
/// How often it may not tell before it is asked no more: servers before Cog 0.17 never do.
const MOST_MISSED: usize = 20;
/// How long one such answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The most bytes of an answer: outputs may be files.
const MOST_BYTES: usize = 2 << 30;

/// The most bytes that Cog's server takes, since 0.17.
const MOST_ASKED: usize = 100 << 20;

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
        // A limit beyond all time is none.
        let end = Instant::now().checked_add(limit);
        let mut answered = false;
        loop {
            let left = end.map_or(ANSWER, |end| end.saturating_duration_since(Instant::now()));
            match timeout(left.min(ANSWER), self.health()).await {
                Ok(Ok(Health::Ready)) => return Ok(()),
                Ok(Ok(Health::Failed(logs))) => return Err(error::setup_failed(&logs)),
                Ok(Ok(Health::Waiting)) => answered = true,
                Ok(Err(why)) => tracing::debug!(%why, "the server does not answer yet"),
                Err(_) => {}
            }
            if end.is_some_and(|end| Instant::now() >= end) {
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

    /// Asks for a prediction. Where its output comes piece by piece, `watch` is told of each.
    pub async fn predict(&self, asked: &Asked, watch: &mut dyn Watch) -> Result<Answer, Failure> {
        let body = asked.body();
        let bytes = body.len();
        let answer = match &asked.id {
            Some(id) => self.followed(asked.path, body, id, watch).await,
            None => self.ask(Method::POST, asked.path, body).await.map(|told| told.answer),
        };
        // It says so, or hangs up before it has read all.
        let is_too_large = match &answer {
            Ok(Answer::Refused(said)) => said.starts_with(StatusCode::PAYLOAD_TOO_LARGE.as_str()),
            Ok(_) => false,
            Err(_) => bytes > MOST_ASKED,
        };
        if is_too_large {
            return Err(error::too_large(bytes));
        }
        answer.map_err(|why| error::no_answer(why.as_ref()))
    }

    /// Asks for it, and again and again how far it is.
    async fn followed(&self, path: &str, body: String, id: &str, watch: &mut dyn Watch) -> Result<Answer, Wrong> {
        let path = format!("{path}/{id}");
        let mut taken = 0;
        let told = tokio::select! {
            told = self.ask(Method::PUT, &path, body) => told?,
            () = self.follow(&path, id, &mut taken, watch) => return Ok(Answer::Output(Json::Null)),
        };
        told.pieces.iter().skip(taken).all(|piece| watch.piece(piece));
        Ok(told.answer)
    }

    /// Ends when nobody wants more.
    async fn follow(&self, path: &str, id: &str, taken: &mut usize, watch: &mut dyn Watch) {
        let (mut pause, mut missed) = (AGAIN, 0);
        while missed < MOST_MISSED {
            sleep(pause).await;
            let began = Instant::now();
            let told = self.ask(Method::PUT, path, nothing(id)).await.ok().filter(|told| told.goes_on);
            let Some(told) = told else {
                missed += 1;
                continue;
            };
            missed = 0;
            for piece in told.pieces.iter().skip(*taken) {
                *taken += 1;
                if !watch.piece(piece) {
                    return;
                }
            }
            pause = AGAIN.max(began.elapsed() * PAUSES);
        }
        std::future::pending().await
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Result<Told, Wrong> {
        let mut request = self.request(method, path, body.into())?;
        request.headers_mut().insert(CONTENT_TYPE, "application/json".parse()?);
        let response = self.send(request).await?;
        let status = response.status();
        Ok(Told::read(status, &whole(response).await?))
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

/// A prediction that is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `/predictions` or `/trainings`.
    pub path: &'static str,
    /// The inputs.
    pub input: Map<String, Json>,
    /// What the model finds in its scope: tokens.
    pub context: Map<String, Json>,
    /// How it is called, where the output is wanted piece by piece.
    pub id: Option<String>,
}

impl Asked {
    fn body(&self) -> String {
        let mut body = Map::from_iter([("input".to_owned(), Json::Object(self.input.clone()))]);
        if let Some(id) = &self.id {
            body.insert("id".into(), Json::String(id.clone()));
        }
        if !self.context.is_empty() {
            body.insert("context".into(), Json::Object(self.context.clone()));
        }
        json!(body).to_string()
    }
}

async fn whole(response: Response<Incoming>) -> Result<Bytes, Wrong> {
    Ok(Limited::new(response.into_body(), MOST_BYTES).collect().await?.to_bytes())
}

/// What a server says of a prediction.
struct Told {
    answer: Answer,
    /// Whether it goes on.
    goes_on: bool,
    /// The elements of the output so far.
    pieces: Vec<Json>,
}

impl Told {
    fn read(status: StatusCode, body: &[u8]) -> Self {
        let output = serde_json::from_slice(body).ok().and_then(|mut json: Json| Some(json.get_mut("output")?.take()));
        let pieces = match output {
            Some(Json::Array(pieces)) => pieces,
            _ => Vec::new(),
        };
        Self { answer: outcome(status, body), goes_on: status == StatusCode::ACCEPTED, pieces }
    }
}

/// A request that starts nothing: inputs are never a list. Of a prediction that goes on, the server tells how far it is before it
/// looks at them.
fn nothing(id: &str) -> String {
    json!({ "id": id, "input": [] }).to_string()
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

    /// What a server was asked, and the first connection, which it keeps.
    type Served = std::thread::JoinHandle<(Vec<String>, Box<dyn std::io::Write + Send>)>;

    /// A server that gives its first answer when it has given the others.
    fn answers(whole: &'static str, told: &'static [&'static str]) -> (Server, Served) {
        use std::io::Read as _;
        use std::net::TcpListener;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let hear = move |listener: &TcpListener| {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut part) = (Vec::new(), [0; 1 << 12]);
            while !asked.ends_with(b"}") {
                let length = stream.read(&mut part).unwrap();
                asked.extend_from_slice(&part[..length]);
            }
            (stream, String::from_utf8_lossy(&asked).to_lowercase())
        };
        let say = |stream: &mut dyn std::io::Write, text: &str| {
            let Some((status, body)) = text.split_once('|') else { return };
            let head = "content-type: application/json\r\nconnection: close";
            write!(stream, "HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        };
        let serving = std::thread::spawn(move || {
            let (mut first, asked) = hear(&listener);
            let mut heard = vec![asked];
            for text in told {
                let (mut stream, asked) = hear(&listener);
                heard.push(asked);
                say(&mut stream, text);
            }
            say(&mut first, whole);
            let kept: Box<dyn std::io::Write + Send> = Box::new(first);
            (heard, kept)
        });
        (Server::new(port), serving)
    }

    #[derive(Default)]
    struct Pieces(Vec<Json>);

    impl Watch for Pieces {
        fn piece(&mut self, piece: &Json) -> bool {
            self.0.push(piece.clone());
            piece != "last"
        }
    }

    /// What comes of a prediction that a server tells of in these words: of the prediction itself, then each time it is asked.
    async fn followed(whole: &'static str, told: &'static [&'static str]) -> (Option<Answer>, Vec<Json>, Vec<String>) {
        let (server, serving) = answers(whole, told);
        let asked = Asked { path: "/predictions", input: Map::new(), context: Map::new(), id: Some("a1".to_owned()) };
        let mut pieces = Pieces::default();
        let answer = server.predict(&asked, &mut pieces).await.ok();
        (answer, pieces.0, serving.join().unwrap().0)
    }

    #[tokio::test]
    async fn pieces_are_told_once_and_the_last_with_the_answer() {
        let whole = r#"200 OK|{"status":"succeeded","output":["a","b","c"]}"#;
        let told = [
            r#"202 Accepted|{"status":"starting"}"#,
            r#"202 Accepted|{"status":"processing","output":["a"]}"#,
            r#"422 Unprocessable Entity|{"detail":"not now"}"#,
            r#"202 Accepted|{"status":"processing","output":["a","b"]}"#,
        ];
        let (answer, pieces, asked) = followed(whole, Box::leak(Box::new(told))).await;
        assert_eq!(
            (answer, pieces),
            (Some(Answer::Output(json!(["a", "b", "c"]))), vec![json!("a"), json!("b"), json!("c")])
        );
        assert!(
            asked[0].starts_with("put /predictions/a1 ") && asked[0].contains(r#"{"input":{},"id":"a1"}"#),
            "{asked:?}"
        );
        assert!(
            asked[1..].iter().all(|it| it.starts_with("put ") && it.contains(r#"{"id":"a1","input":[]}"#)),
            "{asked:?}"
        );
    }

    #[tokio::test]
    async fn a_failure_keeps_its_pieces_and_a_reader_that_has_enough_ends_it() {
        let failed = r#"200 OK|{"status":"failed","error":"no","output":["a"]}"#;
        assert_eq!(followed(failed, &[]).await.0, Some(Answer::Failed("no".into())));
        assert_eq!(followed(failed, &[]).await.1, [json!("a")]);
        let told = &[r#"202 Accepted|{"status":"processing","output":["last","more"]}"#];
        let (answer, pieces, _) = followed("", told).await;
        assert_eq!((answer, pieces), (Some(Answer::Output(Json::Null)), vec![json!("last")]));
    }
}
