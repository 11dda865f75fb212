//! What the checker must know of the world, made of catalogs and image metadata.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::check::Environment;
use crate::check::types::Type;
use crate::llb::config::{ImageConfig, RunConfig};
use crate::plan::model::Platform;
use crate::resolve::Library;
use crate::resolve::catalog::Catalog;
use crate::resolve::image::Image;
use crate::source::shipped;

/// The names and types that the library brings into the language. Of the catalogs in `columns_asked` the columns are
/// known, of the others the names alone.
pub fn of(library: &Library, columns_asked: &BTreeSet<String>) -> Environment {
    let optional = Type::Optional(Box::new(Type::String));
    let catalogs = library.catalogs.names().map(|name| {
        let catalog = columns_asked.get(name).and_then(|name| library.catalogs.get(name));
        let columns = catalog.into_iter().flat_map(Catalog::columns);
        (name.to_owned(), columns.map(|column| (column.to_owned(), optional.clone())).collect())
    });
    Environment {
        catalogs: catalogs.collect(),
        image_packages: library.images.package_names().map(str::to_owned).collect(),
        known_blocks: shipped::BLOCKS.iter().map(|block| block.stem().to_owned()).collect(),
        known_capabilities: shipped::CAPABILITIES.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// The OCI configs of all images, as far as their metadata tells them, by reference.
pub fn image_configs(library: &Library, platform: &Platform) -> IndexMap<String, ImageConfig> {
    let images = library.images.by_name.values();
    images.map(|image| (image.reference.clone(), image_config(image, platform))).collect()
}

fn image_config(image: &Image, platform: &Platform) -> ImageConfig {
    ImageConfig {
        os: platform.os.clone(),
        architecture: platform.arch.clone(),
        config: RunConfig {
            env: image.env.clone(),
            working_dir: image.workdir.clone().unwrap_or_default(),
            user: image.user.clone().unwrap_or_default(),
            entrypoint: image.entrypoint.clone(),
            cmd: image.cmd.clone(),
            ..RunConfig::default()
        },
        ..ImageConfig::default()
    }
}
