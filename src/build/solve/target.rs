//! A [`Target`] → what this engine is asked to build: its bases looked up, its plan lowered for what the engine can do.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use crate::build::engine::Capabilities;
use crate::build::error;
use crate::build::failure::Failure;
use crate::build::progress::{Event, Events};
use crate::build::request::{Request, Target};
use crate::build::solve::failure::Stopped;
use crate::build::solve::gateway::Gateway;
use crate::build::solve::history;
use crate::llb;
use crate::llb::config::ImageConfig;
use crate::llb::definition::Definition;
use crate::llb::graph::platform::normalize as normalize_platform;
use crate::llb::graph::{COPY_PATTERNS, Caps, SETS_DEFAULT_PATH};
use crate::llb::reference::normalize;
use crate::plan::model::{Input, Plan, Platform};

/// The largest message that any engine takes. Some take less, and say so; above it they hang up.
const MOST_BYTES: u64 = 16 << 20;

/// What the engine is asked to build.
pub(super) struct Prepared {
    /// The graph.
    pub definition: Definition,
    /// How the image runs.
    pub config: ImageConfig,
    /// The config of the image that the last stage started at: JSON, as the engine has it.
    pub base: Option<Vec<u8>>,
    /// What it runs on.
    pub platform: Platform,
}

/// One build of a target.
pub(super) struct Preparation<'a> {
    pub request: &'a Request,
    pub capabilities: &'a Capabilities,
    pub engine: &'a str,
    /// Keeps this build's contexts apart from those of others.
    pub unique: &'a str,
    pub events: &'a Events,
}

impl Preparation<'_> {
    pub(super) async fn prepare(&self, gateway: &mut Gateway, target: &Target) -> Result<Prepared, Stopped> {
        let resolved = self.resolve_bases(gateway, &target.plan).await?;
        let mut image_configs = IndexMap::new();
        for (reference, found) in &resolved {
            let text = String::from_utf8_lossy(found);
            let config = ImageConfig::from_json(reference, &text).map_err(Failure::build)?;
            self.compare_platform(reference, &target.plan.platform, &config);
            if let Some(known) = target.image_configs.get(reference) {
                self.compare(reference, known, &config);
            }
            image_configs.insert(reference.clone(), config);
        }
        // What lowering does in another way where it is not known.
        let unknown = BTreeSet::from([SETS_DEFAULT_PATH, COPY_PATTERNS].map(str::to_owned));
        let options = llb::lower::Options {
            image_configs,
            sources: target.sources.clone(),
            local_unique: Some(self.unique.to_owned()),
            merge_diff: self.capabilities.merge_diff(),
            caps: Caps::AllBut(unknown.difference(&self.capabilities.llb).cloned().collect()),
            pull: self.request.pull,
        };
        let mut lowered = llb::lower(&target.plan, &options).map_err(Failure::Refused)?;
        self.check_capabilities(&lowered.definition)?;
        let size = lowered.definition.ops.iter().map(|op| op.len() as u64).sum();
        if size > MOST_BYTES {
            return Err(Failure::refused(error::too_large(size, MOST_BYTES)).into());
        }
        if self.request.no_cache {
            lowered.definition.ignore_cache();
        }
        let base = lowered.base.as_ref().and_then(|base| resolved.get(base)).cloned();
        history::complete(
            &mut lowered.config,
            base.as_deref(),
            &llb::layers::of(&lowered.definition),
            self.request.epoch,
        );
        let platform = normalize_platform(&target.plan.platform);
        Ok(Prepared { definition: lowered.definition, config: lowered.config, base, platform })
    }

    /// The configs of all images that stages start at.
    async fn resolve_bases(&self, gateway: &Gateway, plan: &Plan) -> Result<IndexMap<String, Vec<u8>>, Stopped> {
        let references: IndexSet<&String> = plan
            .stages
            .iter()
            .filter_map(|stage| match &stage.source {
                Input::Image { image } => Some(image),
                _ => None,
            })
            .collect();
        let lookups = references.into_iter().map(|reference| {
            let mut gateway = gateway.clone();
            async move {
                // What is no reference is refused when the plan is lowered.
                let complete = normalize(reference).unwrap_or_else(|| reference.clone());
                let found = gateway.resolve(&complete, &plan.platform, self.request.pull).await;
                found.map(|found| (reference.clone(), found)).map_err(Stopped::from)
            }
        });
        futures_util::future::try_join_all(lookups).await.map(|found| found.into_iter().collect())
    }

    /// Says when a base image runs on something else than what is built: one that is there for a single platform is given for every
    /// other one too.
    fn compare_platform(&self, reference: &str, wanted: &Platform, found: &ImageConfig) {
        let has = Platform { os: found.os.clone(), arch: found.architecture.clone(), variant: found.variant.clone() };
        let (wanted, has) = (normalize_platform(wanted), normalize_platform(&has));
        if !has.arch.is_empty() && (&has.os, &has.arch) != (&wanted.os, &wanted.arch) {
            let warning = error::base_of_other_platform(reference, &wanted, &has);
            // Nobody listens any more when the build is being stopped.
            let _ = self.events.send(Event::Warning(Box::new(warning)));
        }
    }

    /// Says where the engine's image is not what metadata says: the plan was made from that.
    fn compare(&self, reference: &str, known: &ImageConfig, found: &ImageConfig) {
        let variables = |config: &ImageConfig| -> BTreeMap<String, String> {
            let split = |line: &String| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            config.config.env.iter().filter_map(split).collect()
        };
        let actual = variables(found);
        let mut differences: Vec<String> = variables(known)
            .into_iter()
            .filter(|(name, value)| actual.get(name) != Some(value))
            .map(|(name, value)| match actual.get(&name) {
                Some(other) => format!("`{name}` is `{other}`, not `{value}`"),
                None => format!("`{name}` is not set, and should be `{value}`"),
            })
            .collect();
        let (wanted, has) = (&known.config.working_dir, &found.config.working_dir);
        if !wanted.is_empty() && wanted != has {
            differences.push(format!("the working directory is `{has}`, not `{wanted}`"));
        }
        if !differences.is_empty() {
            let warning = error::base_differs(reference, &differences);
            // Nobody listens any more when the build is being stopped.
            let _ = self.events.send(Event::Warning(Box::new(warning)));
        }
    }

    /// An old daemon ignores what it does not know, and would build something else.
    fn check_capabilities(&self, definition: &Definition) -> Result<(), Failure> {
        let needed: BTreeSet<&str> = definition.metadata.values().flat_map(|it| &it.caps).map(|cap| &**cap).collect();
        let missing: Vec<&str> = needed.into_iter().filter(|cap| !self.capabilities.llb.contains(*cap)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failure::refused(error::lacks(self.engine, &missing))) }
    }
}
