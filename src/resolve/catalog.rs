//! Catalogs: the releases that exist of a thing, and what each needs.
//!
//! The shape of `stdlib/catalog/NAME.toml`: `name`, `package = true` for a Python package that the project itself may ask
//! for, `versions` (a list, newest first), and for releases of which more is known `[[release]]` with `version` and further
//! columns, each a string.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::version::Version;

/// The releases of one thing.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// What `depends` calls it.
    pub name: String,
    /// Whether it is the Python package of this name, so that what the project asks of the package is asked of it. A tool
    /// is not: one that builds may be another than one that the project installs.
    pub package: bool,
    /// Newest first.
    pub releases: Vec<Release>,
}

/// One release and what is known of it.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its version.
    pub version: Version,
    /// The further columns.
    pub columns: IndexMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogFile {
    name: String,
    #[serde(default)]
    package: bool,
    #[serde(default)]
    versions: Vec<toml::Spanned<String>>,
    #[serde(default)]
    release: Vec<ReleaseRow>,
}

#[derive(Deserialize)]
struct ReleaseRow {
    version: toml::Spanned<String>,
    #[serde(flatten)]
    columns: IndexMap<String, String>,
}

/// What is wrong with a catalog or with image metadata, and at which bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// In words.
    pub message: String,
    /// Where in the text.
    pub range: std::ops::Range<usize>,
}

impl From<toml::de::Error> for Malformed {
    fn from(error: toml::de::Error) -> Self {
        Self { message: error.message().to_owned(), range: error.span().unwrap_or(0..0) }
    }
}

impl Catalog {
    /// Reads a catalog.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let file: CatalogFile = toml::from_str(text)?;
        let plain = file.versions.iter().map(|version| (version, IndexMap::new()));
        let rows = file.release.iter().map(|row| (&row.version, row.columns.clone()));
        let mut releases = plain
            .chain(rows)
            .map(|(written, columns)| {
                let version = Version::parse(written.get_ref()).map_err(|invalid| Malformed {
                    message: format!("`{}` is not a version: {}", written.get_ref(), invalid.reason),
                    range: written.span(),
                })?;
                Ok(Release { version, columns })
            })
            .collect::<Result<Vec<_>, Malformed>>()?;
        releases.sort_by(|a, b| b.version.cmp(&a.version));
        Ok(Self { name: file.name, package: file.package, releases })
    }

    /// The names of the further columns, in the order they are first written.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for column in self.releases.iter().flat_map(|release| release.columns.keys()) {
            if !names.contains(&column.as_str()) {
                names.push(column);
            }
        }
        names
    }
}
