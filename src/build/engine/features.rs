//! What BuildKit's workers say of themselves → [`Features`]; what a gateway answers → [`Capabilities`].
//!
//! BuildKit has no list of its exporters and caches to ask for. They follow from the kind of its worker, which its labels tell:
//! they are `worker.Exporter` and `newController` in the Docker Engine's `builder-next`, `worker/base` in BuildKit.

use std::collections::BTreeSet;

use bollard_buildkit_proto::moby::buildkit::v1::apicaps::ApiCap;
use bollard_buildkit_proto::moby::buildkit::v1::frontend::PongResponse;
use bollard_buildkit_proto::moby::buildkit::v1::types::WorkerRecord;
use bollard_buildkit_proto::pb::Platform;

use crate::build::engine::{Kind, error};
use crate::build::failure::Failure;
use crate::build::request::{Output, OutputKind};

/// The label of a worker that keeps its files with one of containerd's snapshotters, as all but the Docker Engine's own do.
const SNAPSHOTTER: &str = "org.mobyproject.buildkit.worker.snapshotter";

/// The label of the Docker Engine's workers since 23.
const OF_DOCKER: &str = "org.mobyproject.buildkit.worker.moby.host-gateway-ip";

/// The outputs, in the order in which they are listed.
const OUTPUTS: [OutputKind; 5] =
    [OutputKind::Image, OutputKind::Docker, OutputKind::Oci, OutputKind::Tar, OutputKind::Local];

/// What an engine can do, as far as it tells outside a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// The Docker Engine's version: `26.1.5`.
    pub version: Option<String>,
    /// The version of BuildKit in it: `v0.32.0`. Daemons before 0.11 do not tell.
    pub buildkit: Option<String>,
    /// Where it keeps images.
    pub store: Store,
    /// Its exporters: `moby`, `image`, `oci`, `docker`, `tar`, `local`.
    pub exporters: BTreeSet<&'static str>,
    /// The kinds of cache that it exports: `inline`, `registry`, `local`…
    pub caches: BTreeSet<&'static str>,
    /// The platforms it builds for: `linux/amd64`.
    pub platforms: Vec<String>,
}

/// Where an engine keeps images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Store {
    /// Nowhere: they are exported, or they stay in the build cache. A `buildkitd`.
    #[default]
    Nowhere,
    /// The Docker Engine's own store, of a graph driver such as `overlay2`.
    Docker,
    /// The Docker Engine's containerd image store.
    Containerd,
}

impl Store {
    /// How it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nowhere => "none",
            Self::Docker => "docker",
            Self::Containerd => "containerd",
        }
    }

    fn exporters(self) -> &'static [&'static str] {
        match self {
            Self::Nowhere => &["docker", "image", "local", "oci", "tar"],
            Self::Docker => &["local", "moby", "tar"],
            Self::Containerd => &["docker", "image", "local", "moby", "oci", "tar"],
        }
    }

    fn caches(self) -> &'static [&'static str] {
        match self {
            Self::Nowhere => &["azblob", "gha", "inline", "local", "registry", "s3"],
            Self::Docker => &["inline"],
            Self::Containerd => &["gha", "inline", "local", "registry"],
        }
    }

    /// The kinds of cache that it imports. An inline cache is one of a registry, then.
    fn caches_used(self) -> &'static [&'static str] {
        match self {
            Self::Nowhere => &["azblob", "gha", "local", "registry", "s3"],
            Self::Docker => &["local", "registry"],
            Self::Containerd => &["gha", "local", "registry"],
        }
    }
}

impl Features {
    /// What the workers of a daemon of this kind say.
    pub(super) fn from_workers(kind: Kind, workers: &[WorkerRecord]) -> Self {
        let store = store(kind, workers);
        let mut platforms = Vec::new();
        for name in workers.iter().flat_map(|worker| &worker.platforms).map(platform) {
            if !platforms.contains(&name) {
                platforms.push(name);
            }
        }
        let told = workers.iter().find_map(|worker| worker.buildkit_version.as_ref());
        Self {
            version: None,
            buildkit: told.and_then(|told| known_version(&told.version)),
            store,
            exporters: store.exporters().iter().copied().collect(),
            caches: store.caches().iter().copied().collect(),
            platforms,
        }
    }

    /// The exporter for an output, or why there is none.
    pub fn exporter(&self, output: &Output) -> Result<String, Failure> {
        if output.is_set("push") {
            self.can_push()?;
        }
        self.can_export(output.kind, output.destination.is_some()).map(str::to_owned)
    }

    /// The exporter for a form, into a file here or not; or why there is none.
    pub fn can_export(&self, kind: OutputKind, to_a_file: bool) -> Result<&'static str, Failure> {
        self.find_exporter(kind, to_a_file).ok_or_else(|| error::cannot_export(word(kind), self))
    }

    fn find_exporter(&self, kind: OutputKind, to_a_file: bool) -> Option<&'static str> {
        let has = |name: &'static str| self.exporters.get(name).copied();
        match kind {
            // `moby` is `image` into the Docker Engine's store, unpacked and announced.
            OutputKind::Image => has("moby").or(has("image")),
            OutputKind::Docker if !to_a_file && self.store != Store::Nowhere => has("moby"),
            OutputKind::Docker => has("docker"),
            OutputKind::Oci => has("oci"),
            OutputKind::Tar => has("tar"),
            OutputKind::Local => has("local"),
        }
    }

    /// Whether anything of a build is left afterwards, besides the cache of its steps.
    pub fn keeps(&self, outputs: &[Output]) -> bool {
        let leaves = |output: &Output| output.destination.is_some() || output.is_set("push");
        self.store != Store::Nowhere || outputs.iter().any(leaves)
    }

    /// Whether it pushes images; or why not.
    pub fn can_push(&self) -> Result<(), Failure> {
        if self.store == Store::Docker { Err(error::cannot_push(self)) } else { Ok(()) }
    }

    /// Whether an image in its store can have several platforms; or why not.
    pub fn can_keep_platforms(&self) -> Result<(), Failure> {
        if self.store == Store::Docker { Err(error::one_platform(self)) } else { Ok(()) }
    }

    /// Whether it attests what it builds; or why not.
    pub fn can_attest(&self, capabilities: &Capabilities) -> Result<(), Failure> {
        let can = self.store != Store::Docker && capabilities.llb.contains("exporter.image.attestations");
        if can { Ok(()) } else { Err(error::cannot_attest(self)) }
    }

    /// Whether a kind of cache can be exported; or why not.
    pub fn can_cache(&self, kind: &str) -> Result<(), Failure> {
        if self.caches.contains(kind) { Ok(()) } else { Err(error::cannot_cache(kind, self)) }
    }

    /// Whether a kind of cache can be imported; or why not. A daemon passes over what it does not know.
    pub fn can_use_cache(&self, kind: &str) -> Result<(), Failure> {
        let used = self.store.caches_used();
        if used.contains(&kind) { Ok(()) } else { Err(error::cannot_use_cache(kind, used, self)) }
    }

    /// The outputs that it can write, as they are written on the command line; `docker` is the archive.
    pub fn outputs(&self) -> Vec<&'static str> {
        let can = |kind: &OutputKind| self.find_exporter(*kind, *kind == OutputKind::Docker).is_some();
        OUTPUTS.iter().filter(|kind| can(kind)).map(|kind| word(*kind)).collect()
    }

    /// How its kind is called: `Docker 26.1.5 with the containerd image store`.
    pub fn title(&self) -> String {
        let store = match self.store {
            Store::Nowhere => "",
            Store::Docker => " with its own image store",
            Store::Containerd => " with the containerd image store",
        };
        match (&self.version, &self.buildkit) {
            (Some(version), _) => format!("Docker {version}{store}"),
            (None, Some(buildkit)) if self.store == Store::Nowhere => format!("BuildKit {buildkit}"),
            (None, None) if self.store == Store::Nowhere => "BuildKit of an unknown version".to_owned(),
            (None, _) => format!("BuildKit of a Docker Engine{store}"),
        }
    }
}

/// A version of BuildKit; those that distributions build often do not know theirs, and say `v0.0.0+unknown`.
pub(super) fn known_version(told: &str) -> Option<String> {
    (!told.is_empty() && !told.starts_with("v0.0.0")).then(|| told.to_owned())
}

/// How a form is written on the command line.
fn word(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Image => "image",
        OutputKind::Docker => "docker",
        OutputKind::Oci => "oci",
        OutputKind::Tar => "tar",
        OutputKind::Local => "local",
    }
}

fn store(kind: Kind, workers: &[WorkerRecord]) -> Store {
    let labelled = |label: &str| workers.iter().any(|worker| worker.labels.contains_key(label));
    match (labelled(SNAPSHOTTER), kind == Kind::Docker || labelled(OF_DOCKER)) {
        (true, true) => Store::Containerd,
        (true, false) => Store::Nowhere,
        // A standalone daemon always has a snapshotter: behind this socket there is a Docker Engine.
        (false, _) => Store::Docker,
    }
}

/// `linux/arm/v7`.
fn platform(platform: &Platform) -> String {
    let parts = [&platform.os, &platform.architecture, &platform.variant];
    parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("/")
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

    /// Whether one build can have several outputs; an engine that cannot writes the first and says nothing.
    pub fn has_several_exports(&self) -> bool {
        self.llb.contains("exporter.multiple")
    }
}

fn enabled(caps: &[ApiCap]) -> BTreeSet<String> {
    caps.iter().filter(|cap| cap.enabled).map(|cap| cap.id.clone()).collect()
}
