//! An engine → what its LLB and its gateway know, which it tells inside a job only: one that builds nothing.

use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::SolveRequest;

use crate::build::engine::{Capabilities, Engine, control_client};
use crate::build::failure::Failure;
use crate::build::solve::gateway::{self, Gateway};
use crate::build::solve::{failure, random};

/// How long the daemon may take to end the job.
const ENDING: Duration = Duration::from_secs(5);

/// Asks an engine what it knows.
pub async fn ask(engine: &Engine) -> Result<Capabilities, Failure> {
    let channel = engine.control().await?;
    let name = random()?;
    let mut control = control_client(channel.clone());
    let mut gateway = Gateway::new(channel, &name).map_err(|status| failure::of(&status))?;
    let job = control.solve(SolveRequest { r#ref: name, internal: true, ..SolveRequest::default() });
    tokio::pin!(job);
    let answer = tokio::select! {
        // A job without a result ends only when it fails.
        ended = &mut job => return Err(ended.map_or_else(|status| failure::of(&status), |_| failure::of(&gateway::gave_up()))),
        answer = gateway.capabilities() => answer,
    };
    let _ = gateway.give_up(&gateway::gave_up()).await;
    let _ = tokio::time::timeout(ENDING, job).await;
    answer.map_err(|status| failure::of(&status))
}
