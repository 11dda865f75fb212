//! Real images → the metadata of base images, and what differs from metadata that are there.
//!
//! [`read`] takes a folder or an archive, [`find::describe`] says what is in it, [`write`] prints it, [`compare`] compares. Nothing of the
//! image is run, and nothing is written to a disk.

pub mod compare;
pub mod contents;
pub mod disk;
pub mod error;
pub mod find;
pub mod layer;
pub mod tar;
pub mod tree;
pub mod write;
pub mod wrong;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::image::find::Description;

/// Describes the image that lies in a folder or an archive.
pub fn read(path: &Path, platform: &str) -> Result<Description, Box<Diagnostic>> {
    let name = path.display().to_string();
    let contents = disk::open(path).and_then(|files| contents::read(&*files, platform));
    let contents = contents.map_err(|wrong| Box::new(error::unreadable(&name, &wrong)))?;
    Ok(find::describe(&contents, &name))
}
