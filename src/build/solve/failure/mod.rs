//! What the daemon says went wrong → [`Failure`]: which step it was, where it is written, what it wrote, what to try.
//!
//! The daemon's status has the step's digest. The definition has that step, the model its output, the plan its place.

mod cause;
mod details;
mod finding;
mod step;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bollard_buildkit_proto::moby::buildkit::v1::StatusResponse;
use tonic::{Code, Status};

use crate::build::failure::Failure;
use crate::build::progress::Model;
use crate::build::request::{Places, Target};
use crate::build::solve::failure::details::Details;
use crate::build::solve::failure::step::Step;
use crate::llb::definition::{Definition, ProgressGroup};

/// What is known of a build that runs.
#[derive(Debug, Default)]
pub(super) struct Known {
    definitions: Mutex<Vec<Definition>>,
    model: Mutex<Model>,
}

impl Known {
    /// The daemon is asked to build this.
    pub fn asked(&self, definition: &Definition) {
        lock(&self.definitions).push(definition.clone());
    }

    /// Says which stages the steps of a report are of, where the daemon does not: those before BuildKit 0.10 know no groups.
    pub fn complete(&self, report: &mut StatusResponse) {
        let without = report.vertexes.iter_mut().filter(|vertex| vertex.progress_group.is_none());
        for vertex in without {
            let definitions = lock(&self.definitions);
            let known = definitions.iter().find_map(|definition| definition.metadata.get(&vertex.digest));
            let group = known.and_then(|known| known.progress_group.as_ref());
            vertex.progress_group = group.map(ProgressGroup::to_message);
        }
    }

    /// What happened so far.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        lock(&self.model)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a build stopped.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The daemon said so, or there is no daemon any more.
    Said(Box<Status>),
    /// We found out.
    Found(Failure),
}

impl From<Status> for Stopped {
    fn from(status: Status) -> Self {
        Self::Said(Box::new(status))
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Found(failure)
    }
}

impl Stopped {
    /// Whether the engine lost a snapshot between two builds of one image: its containerd collects what the older image
    /// had while the newer one is unpacked onto it (containerd issue 10835). Another try does not meet that again.
    pub fn lost_race(&self) -> bool {
        let Self::Said(status) = self else { return false };
        let words = ["failed to prepare extraction snapshot", "does not exist: not found"];
        words.iter().all(|words| status.message().contains(words))
    }

    /// In the user's words.
    pub fn explain(self, known: &Known, targets: &[Target], places: &Places) -> Failure {
        match self {
            Self::Found(failure) => failure,
            Self::Said(status) => explain(&status, &lock(&known.definitions), &known.model(), targets, places),
        }
    }
}

/// What the daemon says of a build → why there is no image. `definitions` is what it was asked to build, `model` what
/// happened, `targets` and `places` say where that is written.
pub fn explain(
    status: &Status,
    definitions: &[Definition],
    model: &Model,
    targets: &[Target],
    places: &Places,
) -> Failure {
    let details = Details::of(status);
    if has_ended_session(status.message()) {
        return Failure::engine(finding::session_ended());
    }
    if is_broken(status, &details) {
        return Failure::engine(finding::engine_gone(status.message(), model));
    }
    let step = Step::find(&details, definitions, model);
    let message = cause::without_prefixes(status.message());
    Failure::build(cause::finding(message, &step, step.label(&details, targets, places)))
}

/// Whether the daemon hung up on the session, as it does when two of its questions whether we are well get no answer in time.
/// Steps that wanted something from us then fail with words about a connection that they do not name.
fn has_ended_session(message: &str) -> bool {
    ["the client connection is closing", "session healthcheck failed", "no active session for"]
        .iter()
        .any(|words| message.contains(words))
}

/// Whether the status is about the connection, or about a daemon that ends. A step's error is neither.
fn is_broken(status: &Status, details: &Details) -> bool {
    let is_ours = std::error::Error::source(status).is_some();
    let is_end = matches!(status.code(), Code::Unavailable | Code::Cancelled);
    details.vertex.is_none() && (is_ours || is_end)
}

#[cfg(test)]
mod tests {
    use bollard_buildkit_proto::moby::buildkit::v1::Vertex;

    use super::*;
    use crate::llb::definition::Metadata;

    #[test]
    fn steps_of_a_daemon_that_knows_no_groups_are_those_of_their_stage() {
        let known = Known::default();
        let group = ProgressGroup { id: "one".into(), name: "one: First".into(), weak: false };
        let metadata = Metadata { progress_group: Some(group), ..Metadata::default() };
        let metadata = [("sha256:1".to_owned(), metadata)].into_iter().collect();
        known.asked(&Definition { metadata, ..Definition::default() });
        let vertex = |digest: &str| Vertex { digest: digest.to_owned(), ..Vertex::default() };
        let mut report =
            StatusResponse { vertexes: vec![vertex("sha256:1"), vertex("sha256:2")], ..StatusResponse::default() };
        known.complete(&mut report);
        let groups: Vec<_> = report.vertexes.iter().map(|it| Some(&it.progress_group.as_ref()?.name[..])).collect();
        assert_eq!(groups, [Some("one: First"), None]);
    }

    #[test]
    fn a_snapshot_that_the_engine_lost_is_tried_again_and_nothing_else() {
        let said = |message: &str| Stopped::from(Status::unknown(message)).lost_race();
        assert!(said(
            "failed to prepare extraction snapshot \"extract-613059980-pyYe sha256:9e05\": parent snapshot \
             sha256:573d does not exist: not found"
        ));
        assert!(!said("failed to calculate checksum of ref a::b: \"/src\": not found"));
        assert!(!said("failed to prepare extraction snapshot \"extract-1\": no space left on device"));
        assert!(!Stopped::from(Failure::Interrupted).lost_race());
    }
}
