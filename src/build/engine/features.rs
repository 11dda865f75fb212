//! [`Features`]: what an engine says it can do. Asked, never guessed.

use std::collections::BTreeSet;

use crate::build::request::Output;
use crate::diagnostic::Diagnostic;

/// What an engine can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// The daemon's version: `26.1.5`, `v0.32.0`.
    pub version: Option<String>,
    /// The version of BuildKit in it.
    pub buildkit: Option<String>,
    /// Its exporters: `moby`, `image`, `oci`, `docker`, `tar`, `local`.
    pub exporters: BTreeSet<String>,
    /// What of LLB it knows: ids of capabilities such as `mergeop`.
    pub llb: BTreeSet<String>,
    /// What its gateway knows.
    pub gateway: BTreeSet<String>,
    /// The platforms it builds for: `linux/amd64`.
    pub platforms: Vec<String>,
}

impl Features {
    /// Whether one build can have several outputs, which came with BuildKit 0.13.
    pub fn has_several_exports(&self) -> bool {
        todo!()
    }

    /// The exporter for an output, or why there is none.
    pub fn exporter(&self, output: &Output) -> Result<String, Diagnostic> {
        todo!()
    }

    /// Whether it has merge and diff.
    pub fn merge_diff(&self) -> bool {
        self.llb.contains("mergeop") && self.llb.contains("diffop")
    }
}
