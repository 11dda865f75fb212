//! The catalogs and base images that ship.

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::resolve::catalog::Catalog;
use crate::resolve::image::Images;
use crate::resolve::{Library, error};
use crate::source::{SourceMap, shipped};

impl Library {
    /// Reads what ships. A mistake in it is reported like one in any input.
    pub fn shipped(sources: &SourceMap, sink: &mut Sink) -> Self {
        let mut catalogs = IndexMap::new();
        for shipped in shipped::CATALOGS {
            match Catalog::parse(shipped.text) {
                Ok(catalog) => {
                    catalogs.insert(catalog.name.clone(), catalog);
                }
                Err(problem) => sink.push(error::malformed(sources.add(shipped.path, shipped.text), &problem)),
            }
        }
        let mut images = Images::default();
        for shipped in shipped::IMAGES {
            if let Err(problem) = images.add(shipped.text) {
                sink.push(error::malformed(sources.add(shipped.path, shipped.text), &problem));
            }
        }
        Self { catalogs, images }
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
        assert_eq!(library.catalogs.len(), shipped::CATALOGS.len());
        assert!(library.images.by_name.contains_key("python-3.12-slim"));
    }
}
