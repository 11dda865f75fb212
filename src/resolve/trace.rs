//! Why things were decided: kept for `plan --json` and for errors.

use serde::Serialize;

/// Every decision, in the order it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Which stack.
    pub stacks: Vec<Decision>,
    /// Which blocks.
    pub blocks: Vec<Decision>,
    /// Which base images.
    pub images: Vec<Decision>,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// What it is about.
    pub name: String,
    /// Whether it was chosen.
    pub chosen: bool,
    /// Why, in a few words.
    pub reason: String,
    /// The predicate of its `detect`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// Where the predicate stands, `FILE:LINE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The files of the project that decided it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}
