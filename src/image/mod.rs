//! Real images → the metadata of base images, and what differs from metadata that are there.
//!
//! [`read`] takes a folder or an archive, [`fetch`] what a registry has, [`find::describe`] says what is in it, [`mod@write`] prints it, [`compare`] compares. Nothing of the
//! image is run, and nothing is written to a disk.

pub mod compare;
pub mod contents;
pub mod disk;
pub mod error;
pub mod find;
pub mod layer;
pub mod registry;
pub mod tar;
pub mod tree;
pub mod write;
pub mod wrong;

#[cfg(test)]
mod tests;

use std::path::Path;

use tokio::runtime::Handle;

use crate::diagnostic::Diagnostic;
use crate::image::contents::Files;
use crate::image::find::Description;
use crate::image::registry::{Client, Place, Registry};
use crate::image::wrong::Wrong;

/// Describes the image that lies in a folder or an archive.
pub fn read(path: &Path, platform: &str) -> Result<Description, Box<Diagnostic>> {
    let name = path.display().to_string();
    described(disk::open(path), &name, platform)
}

/// Describes an image of a registry. It waits, so it is not called from within the runtime.
pub fn fetch(place: Place, runtime: &Handle, platform: &str) -> Result<Description, Box<Diagnostic>> {
    let name = place.reference.clone();
    let registry = Registry::open(place, runtime).map(|registry| -> Box<dyn Files> { Box::new(registry) });
    described(registry, &name, platform)
}

/// The digest that an image's name has in its registry now.
pub async fn digest(place: Place) -> Result<String, Box<Diagnostic>> {
    let name = place.reference.clone();
    let digest = match Client::new(place) {
        Ok(client) => client.digest().await,
        Err(wrong) => Err(wrong),
    };
    digest.map_err(|wrong| Box::new(error::unreadable(&name, &wrong)))
}

fn described(files: Result<Box<dyn Files>, Wrong>, name: &str, platform: &str) -> Result<Description, Box<Diagnostic>> {
    let contents = files.and_then(|files| contents::read(&*files, platform));
    let contents = contents.map_err(|wrong| Box::new(error::unreadable(name, &wrong)))?;
    Ok(find::describe(&contents, name))
}
