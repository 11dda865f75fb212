//! [`Resolution`](crate::resolve) → [`model::Plan`]; Plan JSON, its validation, and the difference of two plans.

pub mod compose;
pub mod describe;
pub mod diff;
pub mod error;
pub mod inputs;
pub mod lock;
pub mod metadata;
pub mod model;
pub mod order;
pub mod place;
pub mod read;
pub mod schema;
pub mod validate;
pub mod visit;
pub mod why;
pub mod write;
