//! An engine → what its LLB and its gateway know, which it tells inside a job only: one that builds nothing.

use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::SolveRequest;
use tonic::transport::Channel;

use crate::build::engine::{Capabilities, Engine, control_client};
use crate::build::failure::Failure;
use crate::build::request::Places;
use crate::build::solve::failure::{Known, Stopped};
use crate::build::solve::gateway::{self, Gateway};
use crate::build::solve::random;

/// How long the daemon may take to end the job.
const ENDING: Duration = Duration::from_secs(5);

/// Asks an engine what it knows.
pub async fn ask(engine: &Engine) -> Result<Capabilities, Failure> {
    let channel = engine.control().await?;
    let answer = capabilities(channel).await;
    answer.map_err(|stopped| stopped.explain(&Known::default(), &[], &Places::default()))
}

async fn capabilities(channel: Channel) -> Result<Capabilities, Stopped> {
    let name = random()?;
    let mut control = control_client(channel.clone());
    let mut gateway = Gateway::new(channel, &name)?;
    let job = control.solve(SolveRequest { r#ref: name, internal: true, ..SolveRequest::default() });
    tokio::pin!(job);
    let answer = tokio::select! {
        // A job without a result ends only when it fails.
        ended = &mut job => return Err(ended.err().unwrap_or_else(gateway::gave_up).into()),
        answer = gateway.capabilities() => answer,
    };
    let _ = gateway.give_up(&gateway::gave_up()).await;
    let _ = tokio::time::timeout(ENDING, job).await;
    Ok(answer?)
}
