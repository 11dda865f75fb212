//! The daemon's reports of a job → events.

use bollard_buildkit_proto::moby::buildkit::v1::StatusRequest;
use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use tonic::Status;
use tonic::transport::Channel;

use crate::build::progress::{Event, Events};

/// Hands reports on until the daemon has told all of a job that ended.
pub(super) async fn follow(mut control: ControlClient<Channel>, job: String, events: Events) -> Result<(), Status> {
    let mut reports = control.status(StatusRequest { r#ref: job }).await?.into_inner();
    while let Some(report) = reports.message().await? {
        if events.send(Event::Status(Box::new(report))).is_err() {
            break;
        }
    }
    Ok(())
}
