//! [`Named`] → [`Model`]: in the engine, or brought there.

use std::path::PathBuf;

use bollard::auth::DockerCredentials;
use bollard::query_parameters::{CreateImageOptionsBuilder, PushImageOptionsBuilder};
use futures_util::StreamExt as _;

use crate::build::failure::Failure;
use crate::build::{self, Login};
use crate::model::docker::Docker;
use crate::model::error;
use crate::model::image::Model;
use crate::model::layout;
use crate::model::name::{Named, Source};

/// What finding a model needs to know.
pub struct Finder<'a> {
    /// Where it is looked for, and brought to.
    pub docker: &'a Docker,
    /// Docker's config folder, which has the credentials of registries.
    pub docker_config: Option<PathBuf>,
    /// Told of what takes a while.
    pub say: &'a (dyn Fn(&str) + Sync),
}

impl Finder<'_> {
    /// Finds what is named.
    pub async fn find(&self, named: &Named) -> Result<Model, Failure> {
        match named {
            Named::Archive(path) => layout::load(self.docker, path, self.say).await,
            Named::Image { shown, reference } => self.image(shown, reference.as_deref()).await,
        }
    }

    /// An image that was built: by the first of these names that the engine knows.
    pub async fn built(&self, ids: &[&str], reference: &str) -> Result<Model, Failure> {
        for id in ids {
            if let Some(model) = Model::inspect(self.docker, id, Source::Project).await? {
                return Ok(Model { reference: reference.to_owned(), ..model });
            }
        }
        Err(error::not_found(reference, "it has none of what was built"))
    }

    async fn image(&self, shown: &str, reference: Option<&str>) -> Result<Model, Failure> {
        if let Some(model) = Model::inspect(self.docker, shown, Source::Engine).await? {
            return Ok(model);
        }
        let Some(reference) = reference else {
            return Err(error::not_found(shown, "it is the id of an image, not its name"));
        };
        (self.say)(&format!("fetching {reference}"));
        self.pull(reference).await.map_err(|why| error::not_found(shown, &why))?;
        let found = Model::inspect(self.docker, reference, Source::Registry).await?;
        found.ok_or_else(|| error::not_found(shown, "it was fetched, and is not there"))
    }

    /// Lets the engine push an image that it has.
    pub async fn push(&self, reference: &str) -> Result<(), Failure> {
        (self.say)(&format!("pushing {reference}"));
        self.send(reference).await.map_err(|why| error::not_pushed(reference, &why))
    }

    async fn send(&self, reference: &str) -> Result<(), String> {
        let host = reference.split('/').next().unwrap_or_default();
        let login = build::login(self.docker_config.clone(), host).await;
        let name_starts = reference.rfind('/').unwrap_or_default();
        let tag_starts = reference[name_starts..].find(':').map_or(reference.len(), |at| name_starts + at);
        let (name, tag) = reference.split_at(tag_starts);
        let options = PushImageOptionsBuilder::default().tag(tag.trim_start_matches(':')).build();
        let credentials = login.map(|it| credentials(it, host));
        let mut steps = std::pin::pin!(self.docker.patient.push_image(name, Some(options), credentials));
        while let Some(step) = steps.next().await {
            let step = step.map_err(|why| said(&why))?;
            if let Some(why) = step.error_detail.and_then(|detail| detail.message) {
                return Err(why);
            }
        }
        Ok(())
    }

    /// Lets the engine fetch an image; the error is what it says.
    async fn pull(&self, reference: &str) -> Result<(), String> {
        let host = reference.split('/').next().unwrap_or_default();
        let login = build::login(self.docker_config.clone(), host).await;
        let options = CreateImageOptionsBuilder::default().from_image(reference).build();
        let mut steps = std::pin::pin!(self.docker.patient.create_image(
            Some(options),
            None,
            login.map(|it| credentials(it, host))
        ));
        while let Some(step) = steps.next().await {
            let step = step.map_err(|why| said(&why))?;
            if let Some(why) = step.error_detail.and_then(|detail| detail.message) {
                return Err(why);
            }
        }
        Ok(())
    }
}

fn credentials(login: Login, host: &str) -> DockerCredentials {
    let server = Some(host.to_owned());
    if login.username.is_empty() {
        return DockerCredentials { identitytoken: Some(login.secret), serveraddress: server, ..Default::default() };
    }
    DockerCredentials {
        username: Some(login.username),
        password: Some(login.secret),
        serveraddress: server,
        ..Default::default()
    }
}

/// What the engine said, without the status of its answer.
pub(super) fn said(why: &bollard::errors::Error) -> String {
    match why {
        bollard::errors::Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        bollard::errors::Error::DockerStreamError { error } => error.trim().to_owned(),
        why => why.to_string(),
    }
}
