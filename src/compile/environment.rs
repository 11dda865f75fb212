//! What the checker must know of the world, made of catalogs and image metadata.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::check::Environment;
use crate::check::types::Type;
use crate::llb::config::{ImageConfig, RunConfig};
use crate::plan::model::{Input, Plan, Platform};
use crate::plan::visit;
use crate::resolve::Library;
use crate::resolve::image::Image;
use crate::source::shipped;

/// The names and types that the library brings into the language. Of the catalogs in `columns_asked` the columns are
/// known, of the others the names alone.
pub fn of(library: &Library, columns_asked: &BTreeSet<String>) -> Environment {
    let optional = Type::Optional(Box::new(Type::String));
    let catalogs = library.catalogs.names().map(|name| {
        let catalog = columns_asked.get(name).and_then(|name| library.catalogs.get(name));
        let columns = catalog.into_iter().flat_map(|catalog| &catalog.columns);
        (name.to_owned(), columns.map(|column| (column.clone(), optional.clone())).collect())
    });
    Environment {
        catalogs: catalogs.collect(),
        image_packages: library.images.package_names().map(str::to_owned).collect(),
        known_blocks: shipped::BLOCKS.iter().map(|block| block.stem().to_owned()).collect(),
        known_capabilities: shipped::CAPABILITIES.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// The OCI configs of the images that a plan names, as far as metadata tells them, by reference. Those of `known` are at
/// hand.
pub fn image_configs(library: &Library, plan: &Plan, known: &[&Image]) -> IndexMap<String, ImageConfig> {
    let inputs = plan.stages.iter().enumerate().flat_map(|(index, stage)| visit::inputs(index, stage));
    let mut configs = IndexMap::new();
    for (input, _) in inputs {
        let Input::Image { image: reference } = input else { continue };
        let at_hand = known.iter().copied().find(|image| image.reference == *reference);
        let image = at_hand.or_else(|| library.images.by_reference(reference));
        // Of an image that is known by its name alone the engine knows the config.
        if let Some(image) = image.filter(|image| image.has_config()) {
            configs.entry(reference.clone()).or_insert_with(|| image_config(image, &plan.platform));
        }
    }
    configs
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
