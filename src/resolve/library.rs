//! The catalogs and base images that ship.
//!
//! Each is read when it is first asked for: a project depends on few of the things that releases are known of.

use std::sync::OnceLock;

use indexmap::IndexMap;

use crate::resolve::Library;
use crate::resolve::catalog::{Catalog, Release};
use crate::resolve::image::Images;
use crate::source::shipped::{self, Shipped};
use crate::source::{FileId, SourceMap, Span};

/// Catalogs by name.
#[derive(Clone, Debug, Default)]
pub struct Catalogs {
    by_name: IndexMap<String, Shelved>,
}

/// A catalog that ships, and what its text says once it was read: nothing when there is a mistake in it, which the tests
/// of this file rule out.
#[derive(Clone, Debug)]
struct Shelved {
    file: Shipped,
    read: OnceLock<Option<Catalog>>,
    id: OnceLock<FileId>,
}

impl Catalogs {
    /// All that ship; a catalog's file is called after it.
    fn shipped() -> Self {
        let shelved = |file| Shelved { file, read: OnceLock::new(), id: OnceLock::new() };
        Self { by_name: shipped::CATALOGS.iter().map(|file| (file.stem().to_owned(), shelved(*file))).collect() }
    }

    /// The catalog of that name.
    pub fn get(&self, name: &str) -> Option<&Catalog> {
        let shelved = self.by_name.get(name)?;
        shelved.read.get_or_init(|| Catalog::shipped(shelved.file.text)).as_ref()
    }

    /// Puts a catalog in the place of the one of its name.
    pub fn put(&mut self, catalog: Catalog) {
        if let Some(shelved) = self.by_name.get_mut(&catalog.name) {
            shelved.read = OnceLock::from(Some(catalog));
        }
    }

    /// Whether there is one of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The names, in the order the catalogs are declared.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

impl Library {
    /// Where a release stands, and how messages call it.
    pub fn release(&self, sources: &SourceMap, catalog: &Catalog, release: &Release) -> Option<(String, Span)> {
        let by = format!("`{}` {}", catalog.name, release.written());
        if let Some(span) = release.span {
            return Some((by, span));
        }
        let shelved = self.catalogs.by_name.get(&catalog.name)?;
        let file = *shelved.id.get_or_init(|| sources.add(shelved.file.path, shelved.file.text));
        // A row is a part of the file's text.
        let start = (release.row().as_ptr() as usize).checked_sub(shelved.file.text.as_ptr() as usize)?;
        let span = Span::new(file, start, start + release.row().len());
        Some((by, span))
    }

    /// What ships.
    pub fn shipped() -> Self {
        Self { catalogs: Catalogs::shipped(), images: Images::shipped() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::quick::{self, Value};
    use crate::version::Version;

    fn whole(value: &toml::Value) -> String {
        match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// Whether a value that was read fast is the one that a whole parser reads.
    fn same(quick: &Value<'_>, value: &toml::Value) -> bool {
        match (quick, value) {
            (Value::List(items), toml::Value::Array(all)) => {
                items.len() == all.len() && items.iter().zip(all).all(|(item, value)| same(item, value))
            }
            (Value::Rows(rows), toml::Value::Array(all)) => {
                let rows: Vec<_> = quick::rows(rows).map(|row| Value::Table(quick::row(row).unwrap())).collect();
                rows.len() == all.len() && rows.iter().zip(all).all(|(row, value)| same(row, value))
            }
            (Value::Table(entries), toml::Value::Table(all)) => {
                entries.len() == all.len() && entries.iter().all(|(key, value)| same(value, &all[*key]))
            }
            (Value::Text(text), value) => *text == whole(value),
            _ => false,
        }
    }

    #[test]
    fn what_is_read_fast_is_what_a_whole_parser_reads() {
        for shipped in shipped::CATALOGS {
            let all: toml::Table = toml::from_str(shipped.text).unwrap();
            let sections =
                quick::read(shipped.text).unwrap_or_else(|| panic!("{} is written in another way", shipped.path));
            assert_eq!(sections.len(), 1, "{}", shipped.path);
            assert!(same(&Value::Table(sections[0].entries.clone()), &toml::Value::Table(all)), "{}", shipped.path);
        }
        for shipped in shipped::IMAGES {
            let all: toml::Table = toml::from_str(shipped.file.text).unwrap();
            let sections = quick::read(shipped.file.text).unwrap();
            let mut images: Vec<toml::Value> = Vec::new();
            let mut pairs: Vec<toml::Value> = Vec::new();
            if let Some(rows) = all.get("rows") {
                assert!(same(quick::get(&sections[0].entries, "rows").unwrap(), rows), "{}", shipped.file.path);
            }
            for name in ["image", "pair"] {
                let list = all.get(name).and_then(toml::Value::as_array).cloned().unwrap_or_default();
                if name == "image" { images = list } else { pairs = list }
            }
            let mut images = images.into_iter();
            let mut pairs = pairs.into_iter();
            let mut packages = None;
            for section in &sections[1..] {
                let whole = match section.header {
                    "image" => {
                        let toml::Value::Table(mut image) = images.next().unwrap() else { panic!() };
                        packages = image.remove("packages");
                        toml::Value::Table(image)
                    }
                    "image.packages" => packages.take().unwrap(),
                    _ => pairs.next().unwrap(),
                };
                assert!(same(&Value::Table(section.entries.clone()), &whole), "{} {whole}", shipped.file.path);
            }
            assert!(images.next().is_none() && pairs.next().is_none(), "{}", shipped.file.path);
        }
    }

    #[test]
    fn every_catalog_that_ships_is_whole() {
        let library = Library::shipped();
        for shipped in shipped::CATALOGS {
            let catalog = library.catalogs.get(shipped.stem()).unwrap();
            assert_eq!(catalog.name, shipped.stem(), "a catalog's file is called after it");
            let versions: Vec<&Version> = catalog.releases.iter().map(|release| release.version().unwrap()).collect();
            assert!(versions.is_sorted_by(|a, b| a > b), "{}: newest first, each once", shipped.path);
            for release in &catalog.releases {
                let details = release.details();
                assert!(release.row().is_empty() || super::super::catalog::is_read(release.row()), "{}", release.row());
                assert!(details.columns.keys().all(|column| catalog.columns.contains(column)), "{}", release.row());
                let needed = details.requires.keys().chain(details.gpu.keys());
                for name in needed {
                    assert!(catalog.needs.contains(name), "{}: `needs` lacks `{name}`", shipped.path);
                }
            }
            for name in catalog.needs.iter().chain(&catalog.brings) {
                assert!(library.catalogs.contains_key(name), "{}: no catalog `{name}`", shipped.path);
            }
        }
        assert!(library.catalogs.get("no such thing").is_none());
    }

    #[test]
    fn what_is_said_of_images_without_reading_them_is_what_they_say() {
        for shipped in shipped::IMAGES {
            let images = Images::of(super::super::image::family::Family::shipped(shipped.file.text).unwrap());
            let mut names: Vec<&str> = images.package_names().collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names, shipped.packages, "{}", shipped.file.path);
            assert!(images.all().all(|image| image.reference.starts_with(shipped.reference)), "{}", shipped.file.path);
        }
        let library = Library::shipped();
        let names: Vec<&str> = library.images.all().map(|image| image.name.as_str()).collect();
        let unique: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len(), "each image has a name of its own");
        let image = library.images.by_reference("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04").unwrap();
        assert_eq!(image.packages["cuda"].version.as_ref().map(Version::as_str), Some("12.4.1"));
        assert!(library.images.by_reference("docker.io/library/python:3.12-slim").is_some());
        assert!(library.images.by_reference("docker.io/library/python:2").is_none());
    }
}
