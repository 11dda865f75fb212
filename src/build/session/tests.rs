//! Secrets and ssh agents, asked for as a daemon does: over a connection of ours.

use std::path::{Path, PathBuf};

use bollard_buildkit_proto::moby::buildkit::secrets::v1::GetSecretRequest;
use bollard_buildkit_proto::moby::buildkit::secrets::v1::secrets_client::SecretsClient;
use bollard_buildkit_proto::moby::sshforward::v1::ssh_client::SshClient;
use bollard_buildkit_proto::moby::sshforward::v1::{BytesMessage, CheckAgentRequest};
use indexmap::IndexMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::*;
use crate::build::request::{MOST_SECRET_BYTES, Secret, Ssh};

/// A daemon's end of a session that answers with these.
pub(super) async fn daemon(routes: Routes) -> Channel {
    connected(routes).await.0
}

/// The same, and what breaks the connection.
async fn connected(routes: Routes) -> (Channel, tokio::task::AbortHandle) {
    let (ours, theirs) = tokio::io::duplex(64 << 10);
    let serving = tokio::spawn(serve(Box::pin(ours), routes));
    let mut theirs = Some(TokioIo::new(theirs));
    let connect = tower::service_fn(move |_| {
        let stream = theirs.take().ok_or_else(|| std::io::Error::other("one connection"));
        async move { stream }
    });
    let channel = Endpoint::from_static("http://session").connect_with_connector(connect).await.unwrap();
    (channel, serving.abort_handle())
}

// ------------------------------------------------------------------------------------------------------ connection

/// Counts the bytes of a call, but not before it may.
#[derive(Clone)]
struct Slow(std::sync::Arc<tokio::sync::Notify>);

impl tonic::server::NamedService for Slow {
    const NAME: &'static str = "slow.Slow";
}

impl tower::Service<http::Request<tonic::body::Body>> for Slow {
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = tonic::codegen::BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let may = self.0.clone();
        Box::pin(async move {
            may.notified().await;
            let read = http_body_util::BodyExt::collect(request.into_body()).await;
            let count = read.map_or_else(|error| error.to_string(), |all| all.to_bytes().len().to_string());
            Ok(http::Response::builder().header("count", count).body(tonic::body::Body::empty()).unwrap())
        })
    }
}

/// As many as a window holds: a daemon asks for each file of a context in a message of its own, all at once.
#[tokio::test]
async fn small_messages_may_wait_in_any_number() {
    const MESSAGES: usize = 100_000;
    let may = std::sync::Arc::new(tokio::sync::Notify::new());
    let mut channel = daemon(Routes::new(Slow(may.clone()))).await;
    let (sent, mut all_sent) = tokio::sync::oneshot::channel();
    let frames = futures_util::stream::unfold((0, Some(sent)), |(at, mut sent)| async move {
        if at == MESSAGES {
            sent.take().map(|sent| sent.send(()));
            return None;
        }
        let frame = hyper::body::Frame::data(bytes::Bytes::from_static(&[7; 10]));
        Some((Ok::<_, std::io::Error>(frame), (at + 1, sent)))
    });
    let body = tonic::body::Body::new(http_body_util::StreamBody::new(frames));
    let request = http::Request::post("http://session/slow.Slow/Call").body(body).unwrap();
    tower::ServiceExt::<http::Request<tonic::body::Body>>::ready(&mut channel).await.unwrap();
    let answer = tokio::spawn(tower::Service::call(&mut channel, request));
    tokio::time::timeout(std::time::Duration::from_secs(60), &mut all_sent).await.unwrap().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    may.notify_one();
    let answer = answer.await.unwrap().unwrap();
    assert_eq!(answer.headers()["count"], (10 * MESSAGES).to_string());
}

// --------------------------------------------------------------------------------------------------------- secrets

struct Asked {
    client: SecretsClient<Channel>,
    findings: Findings,
}

async fn asked(secrets: &[(&str, Secret)]) -> Asked {
    let findings = Findings::default();
    let secrets = secrets.iter().map(|(id, secret)| ((*id).to_owned(), secret.clone())).collect();
    let service = Secrets::new(secrets, findings.clone()).into_service();
    Asked { client: SecretsClient::new(daemon(Routes::new(service)).await), findings }
}

impl Asked {
    async fn value(&mut self, id: &str) -> Result<Vec<u8>, Status> {
        let request = GetSecretRequest { id: id.to_owned(), ..GetSecretRequest::default() };
        Ok(self.client.get_secret(request).await?.into_inner().data)
    }
}

#[tokio::test]
async fn a_secret_is_read_when_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let secrets = [("file", Secret::File(path.clone())), ("variable", Secret::Environment("PATH".into()))];
    let mut asked = asked(&secrets).await;
    for value in ["first", "second\n", ""] {
        std::fs::write(&path, value).unwrap();
        assert_eq!(asked.value("file").await.unwrap(), value.as_bytes());
    }
    assert_eq!(asked.value("variable").await.unwrap(), std::env::var("PATH").unwrap().as_bytes());
    assert!(asked.findings.take().is_empty());
}

#[tokio::test]
async fn a_secret_that_was_not_given_is_not_found_and_no_finding() {
    let mut asked = asked(&[]).await;
    assert_eq!(asked.value("optional").await.unwrap_err().code(), Code::NotFound);
    assert!(asked.findings.take().is_empty());
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_told_and_not_taken_for_an_optional_one() {
    let folder = tempfile::tempdir().unwrap();
    let (large, most) = (folder.path().join("large"), folder.path().join("most"));
    std::fs::write(&large, vec![b'c'; usize::try_from(MOST_SECRET_BYTES).unwrap() + 1]).unwrap();
    std::fs::write(&most, vec![b'c'; usize::try_from(MOST_SECRET_BYTES).unwrap()]).unwrap();
    let mut asked = asked(&[
        ("gone", Secret::File(folder.path().join("gone"))),
        ("folder", Secret::File(folder.path().to_owned())),
        ("large", Secret::File(large)),
        ("most", Secret::File(most)),
        ("unset", Secret::Environment("COGPACK_NO_SUCH_VARIABLE".into())),
    ])
    .await;
    assert_eq!(asked.value("most").await.unwrap().len() as u64, MOST_SECRET_BYTES);
    for (id, what) in [
        ("gone", "there is no such file"),
        ("folder", "directory"),
        ("large", "more than 500 KiB"),
        ("unset", "`COGPACK_NO_SUCH_VARIABLE` is not set"),
    ] {
        let status = asked.value(id).await.unwrap_err();
        assert_eq!(status.code(), Code::FailedPrecondition, "{id}");
        let [found] = asked.findings.take().try_into().unwrap();
        assert_eq!(found.code.alias, "E1020");
        assert!(found.message.contains(&format!("`{id}`")) && found.message.contains(what), "{found:?}");
    }
}

#[tokio::test]
async fn a_pipe_is_read_once_and_its_value_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, empty) = (folder.path().join("pipe"), folder.path().join("empty"));
    for path in [&path, &empty] {
        rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    }
    let mut asked = asked(&[("pipe", Secret::File(path.clone())), ("empty", Secret::File(empty))]).await;
    // As a shell's `<(command)`: its end for reading stays open, and the command is long gone.
    let reader = tokio::net::unix::pipe::OpenOptions::new().open_receiver(&path).unwrap();
    let mut writer = tokio::net::unix::pipe::OpenOptions::new().open_sender(&path).unwrap();
    writer.write_all(b"canary").await.unwrap();
    drop(writer);
    for _ in 0..2 {
        assert_eq!(asked.value("pipe").await.unwrap(), b"canary");
    }
    drop(reader);
    assert_eq!(asked.value("empty").await.unwrap_err().code(), Code::FailedPrecondition);
    assert!(asked.findings.take()[0].message.contains("nothing is written"));
}

#[test]
fn what_names_a_secret_holds_no_value() {
    let shown = format!("{:?} {:?}", Secret::File("f".into()), Secret::Environment("PATH".into()));
    assert_eq!(shown, "File(\"f\") Environment(\"PATH\")");
    let found = error::secret("id", "it has more than 500 KiB");
    assert_eq!(found.message, "the secret `id` cannot be read: it has more than 500 KiB");
}

// ------------------------------------------------------------------------------------------------------------- ssh

/// An agent that says everything twice, and `bye` when it was told all.
fn echoing_agent(path: &Path) {
    let listener = UnixListener::bind(path).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = vec![0; 8 << 10];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    stream.write_all(&buffer[..read].repeat(2)).await.unwrap();
                }
                stream.write_all(b"bye").await.unwrap();
            });
        }
    });
}

async fn ssh(agents: &[(&str, Ssh)]) -> (SshClient<Channel>, Findings) {
    let findings = Findings::default();
    let agents: IndexMap<String, Ssh> = agents.iter().map(|(id, agent)| ((*id).to_owned(), agent.clone())).collect();
    let service = Agents::new(agents, findings.clone()).into_service();
    (SshClient::new(daemon(Routes::new(service)).await), findings)
}

fn check(id: &str) -> CheckAgentRequest {
    CheckAgentRequest { id: id.to_owned() }
}

/// What an agent answers to some messages.
async fn forwarded(
    client: &mut SshClient<Channel>,
    id: Option<&str>,
    messages: Vec<Vec<u8>>,
) -> Result<Vec<u8>, Status> {
    let messages = messages.into_iter().map(|data| BytesMessage { data }).collect::<Vec<_>>();
    let mut request = Request::new(tokio_stream::iter(messages));
    if let Some(id) = id {
        request.metadata_mut().insert("buildkit.ssh.id", id.parse().unwrap());
    }
    let mut answers = client.forward_agent(request).await?.into_inner();
    let mut all = Vec::new();
    while let Some(message) = answers.message().await? {
        all.extend(message.data);
    }
    Ok(all)
}

#[tokio::test]
async fn bytes_go_both_ways_until_the_agent_has_said_all() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    echoing_agent(&socket);
    let (mut client, findings) =
        ssh(&[("default", Ssh::Agent(socket.clone())), ("git", Ssh::Agent(socket.clone()))]).await;
    for id in ["", "default", "git"] {
        client.check_agent(check(id)).await.unwrap();
    }
    for id in [None, Some(""), Some("git")] {
        assert_eq!(forwarded(&mut client, id, vec![b"ab".to_vec()]).await.unwrap(), b"ababbye");
    }
    let much = vec![vec![b'x'; 32 << 10]; 64];
    assert_eq!(forwarded(&mut client, None, much).await.unwrap().len(), (64 << 16) + 3);
    assert!(findings.take().is_empty());
}

#[tokio::test]
async fn an_agent_that_ends_ends_the_stream_even_when_more_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"no").await.unwrap();
        }
    });
    let (mut client, _) = ssh(&[("default", Ssh::Agent(socket))]).await;
    let request = Request::new(tokio_stream::pending::<BytesMessage>());
    let mut answers = client.forward_agent(request).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().data, b"no");
    assert_eq!(answers.message().await.unwrap(), None);
}

#[tokio::test]
async fn a_daemon_that_goes_away_closes_the_agents_connection() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let listener = UnixListener::bind(&socket).unwrap();
    let agents = IndexMap::from([("default".to_owned(), Ssh::Agent(socket))]);
    let service = Agents::new(agents, Findings::default()).into_service();
    let (channel, connection) = connected(Routes::new(service)).await;
    let request = Request::new(tokio_stream::pending::<BytesMessage>());
    let _answers = SshClient::new(channel).forward_agent(request).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    connection.abort();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(std::time::Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the agent is left waiting");
}

#[tokio::test]
async fn agents_that_are_not_given_or_do_not_answer_are_told_apart() {
    let gone = PathBuf::from("/no/such/agent");
    let (mut client, findings) = ssh(&[("gone", Ssh::Agent(gone))]).await;
    assert_eq!(client.check_agent(check("default")).await.unwrap_err().code(), Code::NotFound);
    assert!(findings.take().is_empty());
    assert_eq!(client.check_agent(check("gone")).await.unwrap_err().code(), Code::FailedPrecondition);
    assert_eq!(forwarded(&mut client, Some("gone"), vec![]).await.unwrap_err().code(), Code::FailedPrecondition);
    let codes: Vec<&str> = findings.take().iter().map(|found| found.code.alias).collect();
    assert_eq!(codes, ["E1021", "E1021"]);
}

/// Whether OpenSSH is here; makes a key without a passphrase.
async fn make_key(path: &Path) -> bool {
    let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "canary", "-f"];
    let made = tokio::process::Command::new("ssh-keygen").args(arguments).arg(path).status().await;
    made.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn keys_are_held_by_an_agent_that_ends_with_the_build() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    if !make_key(&key).await {
        return;
    }
    let agents = IndexMap::from([("git".to_owned(), Ssh::Keys(vec![key.clone()]))]);
    let findings = Findings::default();
    let agents = Agents::new(agents, findings.clone());
    // SSH_AGENTC_REQUEST_IDENTITIES, and a count of one in the answer.
    let mut stream = agents.connect("git").await.unwrap();
    stream.write_all(&[0, 0, 0, 1, 11]).await.unwrap();
    let mut answer = vec![0; 9];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer[4..], [12, 0, 0, 0, 1]);
    let socket = stream.peer_addr().unwrap().as_pathname().unwrap().to_owned();
    drop((agents, stream));
    for _ in 0..100 {
        if !socket.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!socket.exists(), "the agent and its socket are gone");
    assert!(findings.take().is_empty());
}

#[tokio::test]
async fn a_key_that_is_not_taken_is_named_once() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good"), folder.path().join("bad"));
    if !make_key(&good).await {
        return;
    }
    std::fs::write(&bad, "no key").unwrap();
    let (mut client, findings) = ssh(&[("default", Ssh::Keys(vec![good, bad.clone()]))]).await;
    for _ in 0..2 {
        assert_eq!(client.check_agent(check("")).await.unwrap_err().code(), Code::FailedPrecondition);
    }
    let [found] = findings.take().try_into().unwrap();
    assert_eq!(found.code.alias, "E1022");
    assert!(found.message.contains(&bad.display().to_string()), "{found:?}");
}
