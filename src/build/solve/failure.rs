//! What the daemon says went wrong → [`Failure`].

use tonic::{Code, Status};

use crate::build::error;
use crate::build::failure::Failure;

/// Why a build stopped.
pub(super) fn of(status: &Status) -> Failure {
    match status.code() {
        Code::Unavailable => Failure::engine(error::solve(status.message())),
        _ => Failure::build(error::solve(status.message())),
    }
}
