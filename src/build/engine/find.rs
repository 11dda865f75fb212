//! [`Choice`] → [`Engine`]: what is tried, in which order.

use std::path::PathBuf;

use bollard_buildkit_proto::moby::buildkit::v1::ListWorkersRequest;

use crate::build::engine::address::Address;
use crate::build::engine::{Choice, Engine, Features, Kind, control_client, dial, docker, error};
use crate::build::failure::Failure;

/// Finds the engine to build on: the one chosen, else in the order of the documentation. When there is none, the failure says
/// what was tried.
pub async fn find(choice: &Choice) -> Result<Engine, Failure> {
    let variable = |name: &str| choice.environment.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let named = choice.engine.as_deref().or(variable("BUILDKIT_HOST")).or(variable("DOCKER_HOST"));
    let address = match named {
        Some(text) => Address::read(text).map_err(|why| error::none_found(&[format!("`{text}`: {why}")]))?,
        None => Address::Unix(PathBuf::from("/var/run/docker.sock")),
    };
    let name = address.to_string();
    let why =
        |error: &(dyn std::error::Error + 'static)| error::none_found(&[format!("`{name}`: {}", error::causes(error))]);
    let connection = dial::dial(&address).await.map_err(|error| why(&error))?;
    // A BuildKit hangs up on HTTP/1.
    let kind = match docker::get(connection, "/_ping").await {
        Ok(answer) if answer.status.is_success() => Kind::Docker,
        _ => Kind::BuildKit,
    };
    let mut engine = Engine { name: name.clone(), kind, features: Features::default(), address };
    let mut client = control_client(engine.control().await?);
    let workers = client.list_workers(ListWorkersRequest::default()).await.map_err(|status| why(&status))?.into_inner();
    engine.features = Features::from_workers(kind, &workers.record);
    Ok(engine)
}
