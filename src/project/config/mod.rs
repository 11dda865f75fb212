//! `cog.yaml` as the compiler uses it: every key that cog accepts, each value with its place.
//!
//! The keys, and what their values may be, are those of Cog's `config_schema_v1.0.json` and `validate.go`. Two things
//! differ: `build.python_version` may be left out, and which versions exist is for the catalogs to say.

mod image;
mod json;
mod read;
mod weights;

pub(in crate::project) use read::BUILD_KEYS;
pub use read::{is_variable, split_reference};

/// Whether a text can be the reference of an image.
pub fn is_image(text: &str) -> bool {
    image::parse(text).is_some()
}

use crate::project::path;
use crate::source::{FileId, Span};
use crate::version::Constraint;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

/// `cog.yaml`. Absent lists are empty, absent scalars `None`, absent flags false.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file; absent when the project has none.
    pub file: Option<FileId>,
    /// `build:`
    pub build: Build,
    /// `image:`
    pub image: Option<Located<String>>,
    /// `model:`
    pub model: Option<Located<String>>,
    /// `run:`
    pub run: Option<Located<String>>,
    /// `predict:`
    pub predict: Option<Located<String>>,
    /// `train:`
    pub train: Option<Located<String>>,
    /// `concurrency.max`
    pub concurrency_max: Option<Located<i64>>,
    /// `concurrency.default_target`
    pub concurrency_default_target: Option<Located<i64>>,
    /// `environment:`, `NAME=VALUE` each
    pub environment: Vec<Located<String>>,
    /// `weights:`
    pub weights: Vec<Weight>,
}

/// `build:` in `cog.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// `gpu`
    pub gpu: bool,
    /// Where `gpu` is said, if it is
    pub gpu_at: Option<Span>,
    /// `python_version`, as written
    pub python_version: Option<Located<Constraint>>,
    /// `python_requirements`
    pub python_requirements: Option<Located<String>>,
    /// `python_packages`
    pub python_packages: Vec<Located<String>>,
    /// `system_packages`
    pub system_packages: Vec<Located<String>>,
    /// `run`
    pub run: Vec<RunCommand>,
    /// `pre_install`
    pub pre_install: Vec<Located<String>>,
    /// `cuda`, as written
    pub cuda: Option<Located<Constraint>>,
    /// `cudnn`, as written
    pub cudnn: Option<Located<Constraint>>,
    /// `sdk_version`, as written; for `prerelease`, any version
    pub sdk_version: Option<Located<Constraint>>,
    /// Whether `sdk_version` is `prerelease`: the newest, be it a pre-release.
    pub sdk_prerelease: bool,
}

/// An element of `build.run`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCommand {
    /// Shell text.
    pub command: Located<String>,
    /// Secrets that are mounted while it runs.
    pub mounts: Vec<SecretMount>,
}

/// `type: secret` in the `mounts` of a run command.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretMount {
    /// The secret's name.
    pub id: Located<String>,
    /// The file it becomes.
    pub target: Located<String>,
}

/// An element of `weights`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Its name.
    pub name: Located<String>,
    /// Where it lies in the image.
    pub target: Located<String>,
    /// Where they come from: one, unless `source` is a list.
    pub sources: Vec<WeightSource>,
}

/// A `source` of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSource {
    /// Where it comes from.
    pub uri: Located<String>,
    /// Patterns of what is taken.
    pub include: Vec<Located<String>>,
    /// Patterns of what is left.
    pub exclude: Vec<Located<String>>,
}

impl Config {
    /// Every source of weights, with what it belongs to.
    pub fn weight_sources(&self) -> impl Iterator<Item = (&Weight, &WeightSource)> {
        self.weights.iter().flat_map(|weight| weight.sources.iter().map(move |source| (weight, source)))
    }
}

impl WeightSource {
    /// Where it lies in the project. `None`: elsewhere.
    pub fn path(&self) -> Option<String> {
        match self.uri.value.strip_prefix("file://") {
            Some(path) => path::inside("", path),
            None if self.uri.value.contains("://") => None,
            None => path::inside("", &self.uri.value),
        }
    }
}

#[cfg(test)]
mod tests;
