//! [`Plan`](crate::plan::model::Plan) → BuildKit's LLB definition and the image's config.

pub mod definition;
mod git_url;
pub mod graph;
pub mod json;
mod path;
mod reference;
pub mod wire;
