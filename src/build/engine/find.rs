//! [`Choice`] → [`Engine`], or all that could be one.

use futures_util::future::join_all;

use crate::build::engine::candidates::{self, Candidate, Place, Refusal};
use crate::build::engine::probe::probe;
use crate::build::engine::{Choice, Engine, error};
use crate::build::failure::Failure;

/// Finds the engine to build on: the one chosen, else in the order of the documentation. When there is none, the failure says
/// what was tried.
pub async fn find(choice: &Choice) -> Result<Engine, Failure> {
    let mut tried = Vec::new();
    for candidate in candidates::list(choice).await {
        match probe(&candidate).await {
            Ok(engine) => return Ok(engine),
            Err(refusal) => {
                tracing::info!("{} ({}): {}", candidate.source, candidate.shown, refusal.why);
                let last = candidate.last;
                tried.push((candidate, refusal));
                if last {
                    break;
                }
            }
        }
    }
    Err(error::none_found(&tried))
}

/// A place where an engine may be, and what is there.
#[derive(Debug)]
pub struct Sighting {
    /// What named it: `` `DOCKER_HOST` ``.
    pub source: String,
    /// How a user would write it.
    pub place: String,
    /// What is there.
    pub verdict: Verdict,
}

/// What is at a place.
#[derive(Debug)]
pub enum Verdict {
    /// An engine, and a build would take it.
    Chosen(Box<Engine>),
    /// An engine that a build would not take, as one before it is there.
    Usable(Box<Engine>),
    /// A daemon that could be started.
    Startable,
    /// Nothing of use.
    Useless {
        /// Why.
        why: String,
        /// What to do about it.
        advice: Option<String>,
    },
}

/// Looks at every place, at all of them at once. A daemon of our own is started only when a build would take it.
pub async fn survey(choice: &Choice) -> Vec<Sighting> {
    let candidates = candidates::list(choice).await;
    let probes = candidates.iter().map(async |candidate| match candidate.place {
        Ok(Place::Own(_)) => None,
        _ => Some(probe(candidate).await),
    });
    let answers = join_all(probes).await;
    let mut decided = false;
    let mut sightings = Vec::new();
    for (candidate, answer) in candidates.into_iter().zip(answers) {
        let answer = match answer {
            None if !decided => Some(probe(&candidate).await),
            answer => answer,
        };
        let verdict = match answer {
            Some(Ok(engine)) if decided => Verdict::Usable(Box::new(engine)),
            Some(Ok(engine)) => Verdict::Chosen(Box::new(engine)),
            Some(Err(Refusal { why, advice })) => Verdict::Useless { why, advice },
            None => Verdict::Startable,
        };
        decided = decided || candidate.last || matches!(verdict, Verdict::Chosen(_));
        let Candidate { source, shown: place, .. } = candidate;
        sightings.push(Sighting { source, place, verdict });
    }
    sightings
}
