//! [`Features`]: what an engine says it can do; [`Capabilities`]: what its LLB and its gateway know. Asked, never guessed.

use std::collections::BTreeSet;

use bollard_buildkit_proto::moby::buildkit::v1::apicaps::ApiCap;
use bollard_buildkit_proto::moby::buildkit::v1::frontend::PongResponse;

/// What an engine can do, as far as it tells outside a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// The daemon's version: `26.1.5`, `v0.32.0`.
    pub version: Option<String>,
    /// The version of BuildKit in it.
    pub buildkit: Option<String>,
    /// Its exporters: `moby`, `image`, `oci`, `docker`, `tar`, `local`.
    pub exporters: BTreeSet<String>,
    /// The platforms it builds for: `linux/amd64`.
    pub platforms: Vec<String>,
}

/// What a gateway answers to a Ping, which it does only inside a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// What of LLB it knows: ids such as `mergeop`.
    pub llb: BTreeSet<String>,
    /// What its gateway knows: ids such as `frontend.return.error`.
    pub gateway: BTreeSet<String>,
}

impl Capabilities {
    /// Those that are enabled.
    pub fn from_pong(pong: &PongResponse) -> Self {
        Self { llb: enabled(&pong.llb_caps), gateway: enabled(&pong.frontend_api_caps) }
    }

    /// Whether it has merge and diff.
    pub fn merge_diff(&self) -> bool {
        self.llb.contains("mergeop") && self.llb.contains("diffop")
    }
}

fn enabled(caps: &[ApiCap]) -> BTreeSet<String> {
    caps.iter().filter(|cap| cap.enabled).map(|cap| cap.id.clone()).collect()
}
