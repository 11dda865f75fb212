//! Base images: what is in them, told by metadata.
//!
//! [`docs/catalogs.md`](../../../docs/catalogs.md) has the shape of the files. A file is a [`Family`]: descriptions of images,
//! which may stand for several, one for each row of columns. It is read when something is asked for that its images have.

pub mod family;
mod shipped;

use std::sync::OnceLock;

use crate::project::settings::world::described::Described;
use crate::resolve::image::family::Family;
use crate::source::shipped::{IMAGES, ShippedImages};
use crate::version::Version;

/// All base images, in the order they are declared.
#[derive(Clone, Debug, Default)]
pub struct Images {
    files: Vec<Shelved>,
    /// The only ones to start from, when somebody names them.
    taken: Option<Family>,
}

/// A file of metadata, and what it says once it was read.
#[derive(Clone, Debug)]
struct Shelved {
    /// What it is about, without reading it; absent for a project's own.
    about: Option<&'static ShippedImages>,
    family: OnceLock<Option<Family>>,
    images: OnceLock<Vec<Image>>,
}

/// A base image.
pub type Image = Described<Package>;

/// Something that a base image holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    /// Its version, if that is known.
    pub version: Option<Version>,
    /// The program or directory.
    pub path: Option<String>,
}

impl Images {
    /// Those that ship.
    pub fn shipped() -> Self {
        let shelved = |about| Shelved { about: Some(about), family: OnceLock::new(), images: OnceLock::new() };
        Self { files: IMAGES.iter().map(shelved).collect(), taken: None }
    }

    /// Those of a family alone.
    pub fn of(family: Family) -> Self {
        let file = Shelved { about: None, family: OnceLock::from(Some(family)), images: OnceLock::new() };
        Self { files: vec![file], taken: None }
    }

    /// Adds a family before all others.
    pub fn add(&mut self, family: Family) {
        self.files.splice(0..0, Self::of(family).files);
    }

    /// Leaves one family to start from.
    pub fn take(&mut self, family: Family) {
        self.taken = Some(family);
    }

    /// Whether somebody named the images to start from.
    pub fn is_taken(&self) -> bool {
        self.taken.is_some()
    }

    /// The pairs that are declared for an image to build on, and it alone.
    pub fn pairs_of(&self, image: &Image) -> Family {
        let mut family = Family {
            templates: vec![family::Template::of(image)],
            rows: vec![family::Columns::new()],
            pairs: Vec::new(),
        };
        let families =
            self.files.iter().filter(|file| file.may_be_called(&image.reference)).filter_map(Shelved::family);
        for pair in families.flat_map(Family::pairs).filter(|pair| pair.build().name == image.name) {
            family.templates.push(family::Template::of(&pair.runtime()));
            family.pairs.push((0, family.templates.len() - 1));
        }
        family
    }

    /// Every package name, of all images.
    pub fn package_names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(Shelved::package_names)
    }

    /// The families of images that may have one of these packages, or that have none of them and nothing that needs a
    /// reason.
    pub fn families(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &Family> {
        let files = if self.taken.is_some() { &[] } else { self.files.as_slice() };
        let named = files.iter().filter(move |file| file.may_have(&wanted)).filter_map(Shelved::family);
        self.taken.iter().chain(named)
    }

    /// The versions of a package that images have, those of images declared first first.
    pub fn versions(&self, package: &str) -> Vec<&str> {
        self.families(|name| name == package).flat_map(|family| family.versions(package)).collect()
    }

    /// The image of that reference.
    pub fn by_reference(&self, reference: &str) -> Option<&Image> {
        let files = self.files.iter().filter(|file| file.may_be_called(reference));
        files.flat_map(Shelved::images).find(|image| image.reference == reference)
    }

    /// The image of a name, or of a reference in any of the forms that Docker Hub's may have: `python:3.13-slim`.
    pub fn called(&self, text: &str) -> Option<&Image> {
        self.all().find(|image| image.name == text || short(&image.reference) == short(text))
    }

    /// All images.
    pub fn all(&self) -> impl Iterator<Item = &Image> {
        self.files.iter().flat_map(Shelved::images)
    }
}

/// A reference without what Docker adds to it.
fn short(reference: &str) -> &str {
    let path = reference.strip_prefix("docker.io/").unwrap_or(reference);
    path.strip_prefix("library/").unwrap_or(path)
}

impl Shelved {
    fn family(&self) -> Option<&Family> {
        self.family.get_or_init(|| Family::shipped(self.about?.file.text)).as_ref()
    }

    fn images(&self) -> &[Image] {
        self.images.get_or_init(|| self.family().map(Family::images).unwrap_or_default())
    }

    fn package_names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self.about {
            Some(about) => Box::new(about.packages.iter().copied()),
            None => Box::new(self.family().into_iter().flat_map(Family::package_names)),
        }
    }

    /// A plain image has nothing that could be asked for, and always may be what is wanted.
    fn may_have(&self, wanted: impl Fn(&str) -> bool) -> bool {
        let mut named = self.package_names().filter(|name| !name.starts_with("apt:")).peekable();
        named.peek().is_none() || named.any(wanted)
    }

    fn may_be_called(&self, reference: &str) -> bool {
        self.about.is_none_or(|about| reference.starts_with(about.reference))
    }
}
