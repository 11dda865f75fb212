//! Images that are described together: templates, and the rows that fill them.

use std::borrow::Cow;

use crate::project::settings::world::described::{Described, Written};
use crate::resolve::image::{Image, Package};
use crate::version::Version;

/// The columns of a row, by name.
pub type Columns = Vec<(Cow<'static, str>, Cow<'static, str>)>;

/// What a file of metadata describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The descriptions of images, in which `${COLUMN}` may stand.
    pub templates: Vec<Template>,
    /// The columns. A family without rows has one that is empty.
    pub rows: Vec<Columns>,
    /// The templates of images that belong together.
    pub pairs: Vec<(usize, usize)>,
}

/// An image, or one for each row.
pub type Template = Described<Written>;

/// A pair of images, not yet filled in.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    family: &'a Family,
    build: usize,
    runtime: usize,
    row: usize,
}

impl Family {
    /// All pairs: those that are declared, each row in its turn, then each image with itself.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        let declared =
            (0..self.rows.len()).flat_map(|row| self.pairs.iter().map(move |(build, runtime)| (*build, *runtime, row)));
        declared.map(|(build, runtime, row)| Pair { family: self, build, runtime, row })
    }

    /// Each image with itself.
    pub fn alone(&self) -> impl Iterator<Item = Pair<'_>> {
        let filled = self.templates.iter().enumerate().flat_map(|(at, template)| {
            let rows = if template.is_filled_in() { 0..self.rows.len() } else { 0..1 };
            rows.map(move |row| (at, row))
        });
        filled.map(|(at, row)| Pair { family: self, build: at, runtime: at, row })
    }

    /// What images have of some packages, those that differ, in the order of the rows; of images for a platform, if they
    /// have any of them.
    pub fn combinations<'f>(&'f self, packages: &[&str], platform: &String) -> Vec<Vec<Option<&'f str>>> {
        let told = |template: &'f Template, name: &&str| template.packages.get(*name)?.0.as_deref();
        let mut alike: Vec<Vec<Option<&str>>> = Vec::new();
        for template in self.templates.iter().filter(|template| template.platforms.contains(platform)) {
            let written: Vec<Option<&str>> = packages.iter().map(|name| told(template, name)).collect();
            if written.iter().any(Option::is_some) && !alike.contains(&written) {
                alike.push(written);
            }
        }
        let mut combinations: Vec<Vec<Option<&str>>> = Vec::new();
        for row in &self.rows {
            for written in &alike {
                let filled: Vec<Option<&str>> =
                    written.iter().map(|version| version.map(|version| column(version, row))).collect();
                // Rows that have the same stand together.
                if combinations.last() != Some(&filled) {
                    combinations.push(filled);
                }
            }
        }
        combinations
    }

    /// The versions of a package, in the order of the rows.
    pub fn versions(&self, package: &str) -> Vec<&str> {
        let mut versions: Vec<&str> = Vec::new();
        for template in &self.templates {
            let Some((Some(version), _)) = template.packages.get(package) else { continue };
            for row in &self.rows {
                let version = column(version, row);
                if !versions.contains(&version) {
                    versions.push(version);
                }
            }
        }
        versions
    }

    /// The names of all packages.
    pub fn package_names(&self) -> impl Iterator<Item = &str> {
        self.templates.iter().flat_map(|template| template.packages.keys().map(String::as_str))
    }

    /// All images.
    pub fn images(&self) -> Vec<Image> {
        self.alone().map(|pair| pair.build()).collect()
    }
}

impl Template {
    /// That of one image.
    pub fn of(image: &Image) -> Self {
        let package = |package: &Package| {
            (package.version.as_ref().map(|version| version.as_str().to_owned()), package.path.clone())
        };
        image.map(str::to_owned, package)
    }

    /// Whether it stands for an image of each row.
    pub fn is_filled_in(&self) -> bool {
        self.name.contains("${")
    }

    fn image(&self, row: &Columns) -> Image {
        self.map(
            |text| filled(text, row),
            |(version, path)| Package {
                version: version.as_ref().and_then(|version| Version::parse(column(version, row)).ok()),
                path: path.as_ref().map(|path| filled(path, row)),
            },
        )
    }
}

impl<'a> Pair<'a> {
    /// The image to build on.
    pub fn build(&self) -> Image {
        self.family.templates[self.build].image(&self.family.rows[self.row])
    }

    /// The image that the result starts from.
    pub fn runtime(&self) -> Image {
        self.family.templates[self.runtime].image(&self.family.rows[self.row])
    }

    /// Whether both are one image.
    pub fn is_one(&self) -> bool {
        self.build == self.runtime
    }

    /// Both names.
    pub fn name(&self) -> String {
        let name = |at: usize| filled(&self.family.templates[at].name, &self.family.rows[self.row]);
        if self.is_one() { name(self.build) } else { format!("{} + {}", name(self.build), name(self.runtime)) }
    }

    /// The descriptions of both, to build on and to start from.
    pub fn templates(&self) -> [&'a Template; 2] {
        [&self.family.templates[self.build], &self.family.templates[self.runtime]]
    }

    /// The version of a package as it is written.
    pub fn version(&self, template: &'a Template, package: &str) -> Option<&'a str> {
        let (version, _) = template.packages.get(package)?;
        version.as_ref().map(|version| column(version, &self.family.rows[self.row]))
    }
}

fn value<'a>(row: &'a Columns, name: &str) -> Option<&'a str> {
    row.iter().find(|(column, _)| column == name).map(|(_, value)| value.as_ref())
}

/// A text that is one column, or has none.
fn column<'a>(text: &'a str, row: &'a Columns) -> &'a str {
    let named = text.strip_prefix("${").and_then(|name| name.strip_suffix('}'));
    named.and_then(|name| value(row, name)).unwrap_or(text)
}

/// A text with its columns filled in.
fn filled(text: &str, row: &Columns) -> String {
    let mut pieces = text.split("${");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        whole.push_str(value(row, name).unwrap_or_default());
        whole.push_str(rest);
    }
    whole
}
