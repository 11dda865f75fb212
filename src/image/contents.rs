//! The files of a layout, an archive or a registry → an image: its config, and what lies in its layers.

use indexmap::IndexSet;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::image::find;
use crate::image::layer::{self, Blob};
use crate::image::tree::Tree;
use crate::image::wrong::Wrong;

/// The most bytes of an index, a manifest or a config.
pub const MOST_JSON: u64 = 8 << 20;
/// The most layers of an image.
const MOST_LAYERS: usize = 1000;
/// How many indexes may lie in each other.
const MOST_INDEXES: usize = 4;

/// Files by name, as an OCI layout or an archive of Docker's has them.
pub trait Files {
    /// Opens one; none when there is none of that name.
    fn open(&self, name: &str) -> Result<Option<Blob<'_>>, Wrong>;

    /// Opens the manifest or index of a digest, which only a registry keeps apart from other blobs.
    fn manifest(&self, digest: &str) -> Result<Option<Blob<'_>>, Wrong> {
        self.open(&path_of(digest)?)
    }
}

/// A real image.
#[derive(Debug)]
pub struct Contents {
    /// What it calls itself, if it does.
    pub reference: Option<String>,
    /// The digest of its manifest, or of its index.
    pub digest: Option<String>,
    /// The platform that was read.
    pub platform: String,
    /// All platforms that there are.
    pub platforms: Vec<String>,
    /// Its config.
    pub config: Config,
    /// What lies in it.
    pub tree: Tree,
}

/// What an image's config says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    architecture: String,
    os: String,
    config: Option<Run>,
}

/// How an image is run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Run {
    /// `NAME=VALUE`
    pub env: Option<Vec<String>>,
    /// Its working directory.
    pub working_dir: Option<String>,
    /// Its user.
    pub user: Option<String>,
    /// Its entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Its command.
    pub cmd: Option<Vec<String>>,
}

impl Config {
    /// How the image is run.
    pub fn run(&self) -> Run {
        self.config.clone().unwrap_or_default()
    }
}

/// Where the parts of an image are.
struct Parts {
    reference: Option<String>,
    digest: Option<String>,
    platforms: Vec<String>,
    config: (String, Option<String>),
    layers: Vec<(String, Option<String>)>,
}

/// Reads an image for a platform.
pub fn read(files: &dyn Files, platform: &str) -> Result<Contents, Wrong> {
    let named = |name: &str| parsed(files.open(name)?, name, None);
    let parts = match named("index.json")? {
        Some(index) => of_index(files, &index, platform)?,
        None => match named("manifest.json")? {
            Some(manifest) => of_docker(&manifest)?,
            None => return Err(Wrong::broken("it has neither an `index.json` nor a `manifest.json`")),
        },
    };
    let (name, digest) = &parts.config;
    let config = parsed(files.open(name)?, name, digest.as_deref())?.ok_or_else(|| missing(name))?;
    let config = Config::deserialize(config).map_err(|error| Wrong::broken(format!("its config is wrong: {error}")))?;
    let own = format!("{}/{}", config.os, config.architecture);
    if own != platform {
        return Err(Wrong::Platform(vec![own]));
    }
    if parts.layers.len() > MOST_LAYERS {
        return Err(Wrong::TooLarge(format!("it has more than {MOST_LAYERS} layers")));
    }
    let mut tree = Tree::default();
    for (name, digest) in parts.layers {
        let blob = files.open(&name)?.ok_or_else(|| missing(&name))?;
        tree.apply(layer::read(Blob { digest, ..blob }, &find::matters)?)?;
    }
    let platforms = if parts.platforms.is_empty() { vec![own.clone()] } else { parts.platforms };
    Ok(Contents { reference: parts.reference, digest: parts.digest, platform: own, platforms, config, tree })
}

fn of_index(files: &dyn Files, index: &Json, platform: &str) -> Result<Parts, Wrong> {
    let (mut reference, mut first) = (None, None);
    let mut platforms = Vec::new();
    let mut index = index.clone();
    for _ in 0..MOST_INDEXES {
        let all = index.get("manifests").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let told: IndexSet<String> = all.iter().filter_map(platform_of).collect();
        let told: Vec<String> = told.into_iter().collect();
        let found = match all {
            // An image with several names is there once for each.
            [one, others @ ..] if others.iter().all(|other| other.get("digest") == one.get("digest")) => Some(one),
            _ => all.iter().find(|one| platform_of(one).as_deref() == Some(platform)),
        };
        let found = match found {
            Some(found) => found,
            None if told.is_empty() && all.is_empty() => return Err(Wrong::broken("its index names no image")),
            None if told.is_empty() => return Err(Wrong::broken("it has several images, and none tells its platform")),
            None => return Err(Wrong::Platform(told)),
        };
        reference = reference.or_else(|| reference_of(found));
        if !told.is_empty() {
            platforms = told;
        }
        let digest =
            found.get("digest").and_then(Json::as_str).ok_or_else(|| Wrong::broken("its index has no digest"))?;
        first = first.or_else(|| Some(digest.to_owned()));
        let name = path_of(digest)?;
        let blob = parsed(files.manifest(digest)?, &name, Some(digest))?.ok_or_else(|| missing(&name))?;
        if blob.get("config").is_some() {
            let (config, layers) = of_manifest(&blob)?;
            return Ok(Parts { reference, digest: first, platforms, config, layers });
        }
        index = blob;
    }
    Err(Wrong::broken("its indexes lie too deep in each other"))
}

/// A part of an image: its file, and the digest that it must have.
type Part = (String, Option<String>);

fn of_manifest(manifest: &Json) -> Result<(Part, Vec<Part>), Wrong> {
    let part = |one: &Json| {
        let digest = one.get("digest").and_then(Json::as_str);
        let digest = digest.ok_or_else(|| Wrong::broken("its manifest has a part without a digest"))?;
        Ok((path_of(digest)?, Some(digest.to_owned())))
    };
    let layers = manifest.get("layers").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok((part(&manifest["config"])?, layers.iter().map(part).collect::<Result<_, Wrong>>()?))
}

/// Docker's `manifest.json`: a list of images, whose parts are files of the archive.
fn of_docker(manifest: &Json) -> Result<Parts, Wrong> {
    let image = manifest.get(0).ok_or_else(|| Wrong::broken("its `manifest.json` names no image"))?;
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let config = image.get("Config").and_then(text);
    let config = config.ok_or_else(|| Wrong::broken("its `manifest.json` names no config"))?;
    let layers = image.get("Layers").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let layers: Option<Vec<String>> = layers.iter().map(text).collect();
    let layers = layers.ok_or_else(|| Wrong::broken("its `manifest.json` has a layer without a name"))?;
    Ok(Parts {
        reference: image.pointer("/RepoTags/0").and_then(text),
        digest: None,
        platforms: Vec::new(),
        config: (config, None),
        layers: layers.into_iter().map(|name| (name, None)).collect(),
    })
}

fn parsed(blob: Option<Blob<'_>>, name: &str, digest: Option<&str>) -> Result<Option<Json>, Wrong> {
    let Some(blob) = blob else { return Ok(None) };
    let bytes = Blob { digest: digest.map(str::to_owned), ..blob }.bytes(MOST_JSON, name)?;
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|error| Wrong::broken(format!("its `{name}` is no JSON: {error}")))
}

fn missing(name: &str) -> Wrong {
    Wrong::broken(format!("`{}` is missing in it", name.escape_debug()))
}

fn reference_of(descriptor: &Json) -> Option<String> {
    let named = |key: &str| descriptor.get("annotations")?.get(key)?.as_str().map(str::to_owned);
    named("io.containerd.image.name").or_else(|| named("org.opencontainers.image.ref.name"))
}

/// The platform of a descriptor; attestations have one that is none.
fn platform_of(descriptor: &Json) -> Option<String> {
    let told = |key: &str| descriptor.get("platform")?.get(key)?.as_str();
    let (os, architecture) = (told("os")?, told("architecture")?);
    (os != "unknown").then(|| format!("{os}/{architecture}"))
}

/// Where the blob of a digest lies.
pub fn path_of(digest: &str) -> Result<String, Wrong> {
    let hex = digest.strip_prefix("sha256:");
    let hex = hex.filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hex = hex.ok_or_else(|| Wrong::broken(format!("`{}` is no digest of sha256", digest.escape_debug())))?;
    Ok(format!("blobs/sha256/{hex}"))
}
