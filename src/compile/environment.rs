//! What the checker must know of the world, made of catalogs and image metadata.

use crate::check::program::Environment;
use crate::check::types::Type;
use crate::llb::ImageConfig;
use crate::resolve::Library;
use crate::resolve::image::Image;
use crate::source::shipped;

/// The names and types that the library brings into the language.
pub fn of(library: &Library) -> Environment {
    let catalogs = library.catalogs.values().map(|catalog| {
        let optional = Type::Optional(Box::new(Type::String));
        let columns = catalog.columns().into_iter().map(|column| (column.to_owned(), optional.clone()));
        (catalog.name.clone(), columns.collect())
    });
    Environment {
        catalogs: catalogs.collect(),
        image_packages: library.images.package_names().map(str::to_owned).collect(),
        known_blocks: shipped::BLOCKS.iter().map(|block| block.stem().to_owned()).collect(),
        ..Environment::default()
    }
}
