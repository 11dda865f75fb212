//! [`Resolution`](crate::resolve) → [`model::Plan`]; Plan JSON, its validation, and the difference of two plans.

pub mod compose;
pub mod model;
