//! What was decided on the way to a plan: the `metadata` of `plan --json`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use crate::resolve::trace::Trace;
use crate::resolve::{Inputs, Resolution};
use crate::source::Span;
use crate::version::Version;

/// What was decided on the way to a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    /// The compiler's version.
    pub version: String,
    /// The stack.
    pub stack: String,
    /// The blocks that take part, in the order they build.
    pub blocks: Vec<String>,
    /// The base images.
    pub base_image: BaseImages,
    /// Everything that was resolved to a version, by name.
    pub dependencies: IndexMap<String, DependencyMetadata>,
    /// What the project asks of Python packages.
    pub python_packages: PythonPackages,
    /// Why all this was chosen.
    pub trace: Trace,
}

/// The references of the base images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BaseImages {
    /// What `build.*` starts from.
    pub build: String,
    /// What `export.*` starts from.
    pub runtime: String,
}

/// A version, and all that was asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DependencyMetadata {
    /// Absent when the catalogs do not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The label of the build, where releases have several: `cu124`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// All that was asked of it.
    pub requirements: Vec<RequirementMetadata>,
    /// Whether only a base image brings it.
    #[serde(skip)]
    pub of_image: bool,
}

/// One requirement and where it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequirementMetadata {
    /// As it was written.
    pub constraint: String,
    /// `FILE:LINE`
    pub origin: String,
    /// Who asks: a file, a block, a release of something else.
    pub by: String,
}

/// What the project asks of Python packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PythonPackages {
    /// Extra indexes: those of the builds that were chosen, then the project's.
    pub index_urls: Vec<String>,
    /// The lines that are installed, each at its version where a lock or a catalog fixes one.
    pub requirements: Vec<String>,
    /// What asks for each package, by normalized name: the line, and its place as `FILE:LINE`.
    #[serde(skip)]
    pub asked: BTreeMap<String, Vec<(String, String)>>,
}

/// What asks for each package. A place may ask without a line: a lock.
fn asked(inputs: &Inputs<'_>) -> BTreeMap<String, Vec<(String, String)>> {
    let place = |span: Span| {
        let file = inputs.sources.file(span.file);
        format!("{}:{}", file.name, file.position(span.start).line)
    };
    let packages = &inputs.project.packages.by_name;
    packages
        .iter()
        .map(|(name, package)| {
            let lines = package.requirements.iter().map(|one| {
                let constraint = one.constraint.as_ref().map(|constraint| constraint.as_str()).unwrap_or_default();
                (format!("{name} {constraint}").trim_end().to_owned(), place(one.span))
            });
            let locked =
                package.locked.iter().map(|locked| (format!("{name} {} as locked", locked.value), place(locked.span)));
            (name.clone(), lines.chain(locked).collect())
        })
        .collect()
}

impl Metadata {
    /// Tells what a resolution holds.
    pub fn new(inputs: &Inputs<'_>, resolution: &Resolution<'_>) -> Self {
        let dependencies = resolution.dependencies.iter().filter(|(_, dependency)| !dependency.requirements.is_empty());
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            stack: resolution.stack.name.text.clone(),
            blocks: resolution.blocks.iter().map(|participant| participant.block.name.text.clone()).collect(),
            base_image: BaseImages {
                build: resolution.base.build.reference.clone(),
                runtime: resolution.base.runtime.reference.clone(),
            },
            dependencies: dependencies
                .map(|(name, dependency)| {
                    let version = dependency.version.as_ref().map(Version::without_label);
                    let build = dependency.version.as_ref().and_then(Version::label);
                    let requirements = dependency.requirements.iter().map(|asked| {
                        let file = inputs.sources.file(asked.span.file);
                        RequirementMetadata {
                            constraint: asked.constraint.as_str().to_owned(),
                            origin: format!("{}:{}", file.name, file.position(asked.span.start).line),
                            by: asked.by.clone(),
                        }
                    });
                    let of_image = inputs.library.catalogs.get(name).is_some_and(|catalog| catalog.images);
                    let requirements = requirements.collect();
                    (name.clone(), DependencyMetadata { version, build, requirements, of_image })
                })
                .collect(),
            python_packages: PythonPackages {
                index_urls: resolution.indexes(inputs),
                requirements: resolution.lines.clone(),
                asked: asked(inputs),
            },
            trace: resolution.trace.clone(),
        }
    }
}
