//! [`Plan`](crate::plan::model::Plan) → BuildKit's LLB [`definition`] and the image's [`config`].
//!
//! ```text
//!  Plan ─lower→ Graph ─finish→ Definition ─to_bytes→ what BuildKit is sent
//!                                         └to_json→ what people read
//! ```

pub mod config;
pub mod definition;
mod error;
mod git_url;
pub mod graph;
pub mod json;
pub mod layers;
pub mod lower;
mod path;
mod percent;
pub mod reference;
pub mod wire;

pub use lower::lower;
