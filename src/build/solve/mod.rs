//! [`Request`] → image: one job of the daemon, steered through its gateway.

use std::collections::BTreeMap;

use crate::build::engine::Engine;
use crate::build::failure::Failure;
use crate::build::progress::Events;
use crate::build::request::Request;

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The digest of the manifest, or of the index of several.
    pub digest: Option<String>,
    /// The digest of the image config, which Docker calls the image's id.
    pub config_digest: Option<String>,
    /// What the exporters answered, by their names for it.
    pub response: BTreeMap<String, String>,
}

/// Builds. Dropping the future cancels the job; what happens meanwhile goes to `events`.
pub async fn solve(engine: &Engine, request: &Request, events: &Events) -> Result<Built, Failure> {
    todo!()
}
