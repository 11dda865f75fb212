//! The ssh agents of steps.

mod keys;

use std::path::PathBuf;
use std::pin::Pin;

use bollard_buildkit_proto::moby::sshforward::v1::ssh_server::{Ssh, SshServer};
use bollard_buildkit_proto::moby::sshforward::v1::{BytesMessage, CheckAgentRequest, CheckAgentResponse};
use indexmap::IndexMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{OnceCell, mpsc};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::build::request;
use crate::build::session::{Findings, error};
use keys::KeyAgent;

/// The agent that is meant when none is named.
const DEFAULT: &str = "default";

/// The header that names the agent.
const ID: &str = "buildkit.ssh.id";

/// The most bytes of a message.
const MOST_BYTES: usize = 32 << 10;

/// How many messages wait for the daemon.
const MOST_WAITING: usize = 8;

/// The agents of a build.
pub(in crate::build) struct Agents {
    agents: IndexMap<String, Agent>,
    findings: Findings,
}

enum Agent {
    /// The user's own.
    Socket(PathBuf),
    /// One that holds these keys, started when a step asks for it.
    Keys(Vec<PathBuf>, OnceCell<Option<KeyAgent>>),
}

impl From<request::Ssh> for Agent {
    fn from(given: request::Ssh) -> Self {
        match given {
            request::Ssh::Agent(socket) => Self::Socket(socket),
            request::Ssh::Keys(keys) => Self::Keys(keys, OnceCell::new()),
        }
    }
}

impl Agents {
    /// Answers with these.
    pub fn new(agents: IndexMap<String, request::Ssh>, findings: Findings) -> Self {
        Self { agents: agents.into_iter().map(|(id, given)| (id, given.into())).collect(), findings }
    }

    pub(super) fn into_service(self) -> SshServer<Self> {
        SshServer::new(self)
    }

    /// A connection to an agent.
    pub(super) async fn connect(&self, id: &str) -> Result<UnixStream, Status> {
        let id = if id.is_empty() { DEFAULT } else { id };
        // Not found, so that a step whose agent is optional goes on without it.
        let Some(agent) = self.agents.get(id) else {
            return Err(Status::not_found(format!("ssh {id}: not given to this build")));
        };
        let socket = match agent {
            Agent::Socket(socket) => socket,
            Agent::Keys(keys, started) => {
                let agent = started.get_or_init(|| self.start(id, keys)).await;
                let failed = || Status::failed_precondition(format!("ssh {id}: its keys cannot be used"));
                &agent.as_ref().ok_or_else(failed)?.socket
            }
        };
        UnixStream::connect(socket).await.map_err(|error| {
            let reason = error::words(&error);
            self.findings.push(error::agent(id, socket, &reason));
            Status::failed_precondition(format!("ssh {id}: the agent does not answer: {reason}"))
        })
    }

    /// Starts an agent of our own; what stands against it is found once.
    async fn start(&self, id: &str, keys: &[PathBuf]) -> Option<KeyAgent> {
        match KeyAgent::start(keys).await {
            Ok(agent) => Some(agent),
            Err((key, reason)) => {
                self.findings.push(error::key(id, &key, reason));
                None
            }
        }
    }
}

#[tonic::async_trait]
impl Ssh for Agents {
    async fn check_agent(&self, request: Request<CheckAgentRequest>) -> Result<Response<CheckAgentResponse>, Status> {
        self.connect(&request.get_ref().id).await?;
        Ok(Response::new(CheckAgentResponse {}))
    }

    type ForwardAgentStream = Pin<Box<dyn Stream<Item = Result<BytesMessage, Status>> + Send>>;

    async fn forward_agent(
        &self,
        request: Request<Streaming<BytesMessage>>,
    ) -> Result<Response<Self::ForwardAgentStream>, Status> {
        let id = request.metadata().get(ID).and_then(|value| value.to_str().ok()).unwrap_or(DEFAULT).to_owned();
        let (from_agent, to_agent) = self.connect(&id).await?.into_split();
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        tokio::spawn(forward(request.into_inner(), to_agent, from_agent, sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

type Sender = mpsc::Sender<Result<BytesMessage, Status>>;

/// Copies both ways, until the agent has said all or the daemon is gone.
async fn forward(
    requests: Streaming<BytesMessage>,
    to_agent: OwnedWriteHalf,
    from_agent: OwnedReadHalf,
    sender: Sender,
) {
    let asking = async {
        if ask(requests, to_agent).await.is_ok() {
            // What was asked is answered: the other side ends this.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = asking => {}
        () = answer(from_agent, &sender) => {}
        () = sender.closed() => {}
    }
}

async fn ask(mut requests: Streaming<BytesMessage>, mut agent: OwnedWriteHalf) -> Result<(), Status> {
    while let Some(message) = requests.message().await? {
        agent.write_all(&message.data).await?;
    }
    Ok(agent.shutdown().await?)
}

async fn answer(mut agent: OwnedReadHalf, sender: &Sender) {
    let mut buffer = vec![0; MOST_BYTES];
    loop {
        let message = match agent.read(&mut buffer).await {
            Ok(0) => return,
            Ok(read) => Ok(BytesMessage { data: buffer[..read].to_vec() }),
            Err(error) => Err(Status::unavailable(format!("the ssh agent: {}", error::words(&error)))),
        };
        let is_last = message.is_err();
        if sender.send(message).await.is_err() || is_last {
            return;
        }
    }
}
