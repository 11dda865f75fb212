//! Base images: what is in them, told by metadata.
//!
//! The shape of `stdlib/images/NAME.toml`: `[[image]]` with `name`, `reference`, `platforms`, `env`, `workdir`, `user`,
//! `entrypoint`, `cmd` and `[image.packages]` (`NAME = { version, path }`, `"apt:NAME" = {}`); and `[[pair]]` with the names
//! of a `build` and a `runtime` image. Each image pairs with itself too.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::resolve::catalog::Malformed;
use crate::version::Version;

/// All base images, in the order they are declared.
#[derive(Clone, Debug, Default)]
pub struct Images {
    /// By name.
    pub by_name: IndexMap<String, Image>,
    /// Names of build and runtime images that belong together.
    pub pairs: Vec<(String, String)>,
}

/// A base image.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// What pairs and traces call it.
    pub name: String,
    /// What the engine pulls.
    pub reference: String,
    /// `linux/amd64`, …
    pub platforms: Vec<String>,
    /// `NAME=VALUE`, in order.
    #[serde(default)]
    pub env: Vec<String>,
    /// Its working directory.
    #[serde(default)]
    pub workdir: Option<String>,
    /// Its user.
    #[serde(default)]
    pub user: Option<String>,
    /// Its entrypoint.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// Its command.
    #[serde(default)]
    pub cmd: Vec<String>,
    /// What is in it, by name; Debian packages as `apt:NAME`.
    #[serde(default)]
    pub packages: IndexMap<String, Package>,
}

/// Something that a base image holds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its version, if that is known.
    #[serde(default, deserialize_with = "version")]
    pub version: Option<Version>,
    /// The program or directory.
    #[serde(default)]
    pub path: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImagesFile {
    #[serde(default)]
    image: Vec<Image>,
    #[serde(default)]
    pair: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    build: toml::Spanned<String>,
    runtime: toml::Spanned<String>,
}

fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Version>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Version::parse(&text)
        .map(Some)
        .map_err(|invalid| serde::de::Error::custom(format!("`{text}` is not a version: {}", invalid.reason)))
}

impl Images {
    /// Reads a metadata file and adds what it declares.
    pub fn add(&mut self, text: &str) -> Result<(), Malformed> {
        let file: ImagesFile = toml::from_str(text)?;
        for image in file.image {
            let name = image.name.clone();
            if self.by_name.insert(name.clone(), image).is_some() {
                let start = text.rfind(&format!("\"{name}\"")).unwrap_or(0);
                return Err(Malformed {
                    message: format!("the image `{name}` is declared twice"),
                    range: start..start,
                });
            }
        }
        for pair in file.pair {
            for side in [&pair.build, &pair.runtime] {
                if !self.by_name.contains_key(side.get_ref()) {
                    let message = format!("no image is called `{}`", side.get_ref());
                    return Err(Malformed { message, range: side.span() });
                }
            }
            self.pairs.push((pair.build.into_inner(), pair.runtime.into_inner()));
        }
        Ok(())
    }

    /// Every package name, of all images.
    pub fn package_names(&self) -> impl Iterator<Item = &str> {
        self.by_name.values().flat_map(|image| image.packages.keys().map(String::as_str))
    }
}
