//! The catalogs and base images that ship.
//!
//! A catalog is read when it is first asked for: a project depends on few of the things that releases are known of.

use std::sync::OnceLock;

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::resolve::catalog::Catalog;
use crate::resolve::image::Images;
use crate::resolve::{Library, error};
use crate::source::{SourceMap, shipped};

/// Catalogs by name.
#[derive(Clone, Debug, Default)]
pub struct Catalogs {
    by_name: IndexMap<&'static str, Shelved>,
}

/// A catalog that ships, and what its text says once it was read: nothing when there is a mistake in it, which the tests
/// of this file rule out.
#[derive(Clone, Debug)]
struct Shelved {
    text: &'static str,
    read: OnceLock<Option<Catalog>>,
}

impl Catalogs {
    /// All that ship; a catalog's file is called after it.
    fn shipped() -> Self {
        let shelved = |text| Shelved { text, read: OnceLock::new() };
        Self { by_name: shipped::CATALOGS.iter().map(|shipped| (shipped.stem(), shelved(shipped.text))).collect() }
    }

    /// The catalog of that name.
    pub fn get(&self, name: &str) -> Option<&Catalog> {
        let shelved = self.by_name.get(name)?;
        shelved.read.get_or_init(|| Catalog::parse(shelved.text).ok()).as_ref()
    }

    /// Whether there is one of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The names, in the order the catalogs are declared.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().copied()
    }
}

impl Library {
    /// What ships. A mistake in the images is reported like one in any input.
    pub fn shipped(sources: &SourceMap, sink: &mut Sink) -> Self {
        let mut images = Images::default();
        for shipped in shipped::IMAGES {
            if let Err(problem) = images.add(shipped.text) {
                sink.push(error::malformed(sources.add(shipped.path, shipped.text), &problem));
            }
        }
        Self { catalogs: Catalogs::shipped(), images }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_ships_can_be_read() {
        let mut sink = Sink::new();
        let library = Library::shipped(&SourceMap::new(), &mut sink);
        assert_eq!(sink.diagnostics(), []);
        for shipped in shipped::CATALOGS {
            let catalog = Catalog::parse(shipped.text);
            let catalog = catalog.unwrap_or_else(|problem| panic!("{}: {}", shipped.path, problem.message));
            assert_eq!(catalog.name, shipped.stem(), "a catalog's file is called after it");
            assert_eq!(
                library.catalogs.get(&catalog.name).map(|read| read.releases.len()),
                Some(catalog.releases.len())
            );
        }
        assert_eq!(library.catalogs.names().count(), shipped::CATALOGS.len());
        assert!(library.catalogs.get("no such thing").is_none());
        assert!(library.images.by_name.contains_key("python-3.12-slim"));
    }
}
