//! The daemon's reports of a job → events.

use std::sync::Arc;

use bollard_buildkit_proto::moby::buildkit::v1::StatusRequest;
use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use tonic::Status;
use tonic::transport::Channel;

use crate::build::progress::{Event, Events};
use crate::build::solve::failure::Known;

/// Hands reports on until the daemon has told all of a job that ended.
pub(super) async fn follow(
    mut control: ControlClient<Channel>,
    job: String,
    events: Events,
    known: Arc<Known>,
) -> Result<(), Status> {
    let mut reports = control.status(StatusRequest { r#ref: job }).await?.into_inner();
    while let Some(mut report) = reports.message().await? {
        known.complete(&mut report);
        let event = Event::Status(Box::new(report));
        known.model().fold(&event);
        if events.send(event).is_err() {
            break;
        }
    }
    Ok(())
}
