//! Catalogs: the releases that exist of a thing, and what each needs.
//!
//! [`docs/catalogs.md`](../../../docs/catalogs.md) has the shape of the files. A release is read when it is first asked for:
//! of the hundreds that a catalog lists, a project needs few.

mod shipped;

use std::borrow::Cow;
use std::sync::OnceLock;

use indexmap::IndexMap;

use crate::source::Span;
use crate::version::{Constraint, Version};

/// The releases of one thing.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// What `depends` calls it.
    pub name: String,
    /// Whether it is the Python package of this name, so that what the project asks of the package is asked of it. A tool
    /// is not: one that builds may be another than one that the project installs.
    pub package: bool,
    /// Whether releases that are not listed may be asked for exactly. Nothing is known of them.
    pub others: bool,
    /// Whether only a base image brings it.
    pub images: bool,
    /// How many numbers of its releases are known. A release stands for all that begin with them.
    pub precision: Option<usize>,
    /// Which release is taken where nothing says more.
    pub prefer: Option<Constraint>,
    /// The catalogs that its releases need something of.
    pub needs: Vec<String>,
    /// The catalogs of what each release has in itself, so that an image need not have it where it runs.
    pub brings: Vec<String>,
    /// Python packages that look for it in the image.
    pub used_by: Vec<String>,
    /// The names of the further columns.
    pub columns: Vec<String>,
    /// Newest first.
    pub releases: Vec<Release>,
}

/// One release.
#[derive(Clone, Debug)]
pub struct Release {
    written: Cow<'static, str>,
    /// The row of a file that ships, or nothing.
    row: &'static str,
    version: OnceLock<Option<Version>>,
    // Apart, because most releases are never asked for theirs.
    details: OnceLock<Box<Details>>,
    /// Where a project adds it.
    pub span: Option<Span>,
}

/// What is known of a release besides its version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// The further columns.
    pub columns: IndexMap<String, String>,
    /// What it needs, by the names of catalogs.
    pub requires: IndexMap<String, Constraint>,
    /// What it needs besides where the project asks for a GPU.
    pub gpu: IndexMap<String, Constraint>,
    /// The extra with which it brings that itself.
    pub brings_with: Option<String>,
}

impl Catalog {
    /// Whether a release fits: it, or one that it stands for.
    pub fn fits(&self, release: &Release, constraint: &Constraint) -> bool {
        let Some(version) = release.version() else { return false };
        match self.precision {
            Some(_) => constraint.contains(version) || constraint.allows_some_of(version),
            None => constraint.contains(version),
        }
    }

    /// The places of all releases that fit.
    pub fn all_fitting(&self, constraint: &Constraint) -> Vec<usize> {
        let places = 0..self.releases.len();
        if self.precision.is_some() {
            return places.filter(|place| self.fits(&self.releases[*place], constraint)).collect();
        }
        // A file that ships holds no version that cannot be read, which the tests see to.
        let versions = self.releases.iter().filter_map(Release::version);
        places.zip(constraint.all_of(versions)).filter(|(_, fits)| *fits).map(|(place, _)| place).collect()
    }

    /// The newest release that fits all constraints.
    pub fn newest<'c>(&'c self, constraints: &[&Constraint]) -> Option<&'c Release> {
        self.releases.iter().find(|release| constraints.iter().all(|constraint| self.fits(release, constraint)))
    }
}

impl Release {
    /// One of a project.
    pub fn new(version: Version, details: Details, span: Span) -> Self {
        let written = Cow::Owned(version.as_str().to_owned());
        let (version, details) = (OnceLock::from(Some(version)), OnceLock::from(Box::new(details)));
        Self { written, row: "", version, details, span: Some(span) }
    }

    /// Its version as it is written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The row of a file that ships in which it stands; empty when there is none.
    pub fn row(&self) -> &'static str {
        self.row
    }

    /// Its version. A file that ships holds none that cannot be read, which the tests see to.
    pub fn version(&self) -> Option<&Version> {
        self.version.get_or_init(|| Version::parse(&self.written).ok()).as_ref()
    }

    /// What is known of it besides.
    pub fn details(&self) -> &Details {
        self.details.get_or_init(|| Box::new(shipped::details(self.row).unwrap_or_default()))
    }
}

/// Whether a row that ships can be read.
#[cfg(test)]
pub fn is_read(row: &str) -> bool {
    shipped::details(row).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_stands_for_all_that_begin_with_its_numbers() {
        let catalog = Catalog::shipped("name = \"tool\"\nprecision = 2\nversions = [\"12.4\", \"11.8\"]\n").unwrap();
        let newest = |text: &str| {
            let constraint = Constraint::parse(text).unwrap();
            catalog.newest(&[&constraint]).map(|release| release.written().to_owned())
        };
        for text in ["12.4", "12.4.1", "==12.4.1", ">=12.4.1", "~=12.4.0", "12", ">11.8"] {
            assert_eq!(newest(text).as_deref(), Some("12.4"), "{text}");
        }
        assert_eq!(newest("<12.4").as_deref(), Some("11.8"));
        assert_eq!(newest("11.7.1"), None);
        assert_eq!(newest(">=12.5"), None);
    }
}
