//! An image as a folder: the daemon brings its blobs as it brings those of a cache, and the folder's index is ours to write.

use crate::build::failure::Failure;
use crate::build::request::Request;
use crate::build::session::Folder;
use crate::build::solve::Built;

/// The id that daemons have for the folder. There is one a build.
const ID: &str = "export";

/// The folder that the image goes to, if it goes to one.
pub(super) struct Layout(Option<Export>);

struct Export {
    folder: Folder,
    names: Vec<String>,
}

impl Layout {
    /// Looks at it: what cannot be written is refused.
    pub fn open(request: &Request) -> Result<Self, Failure> {
        let Some(output) = request.outputs.iter().find(|output| output.is_layout()) else { return Ok(Self(None)) };
        let Some(destination) = &output.destination else { return Ok(Self(None)) };
        let folder = Folder::to_export(destination).map_err(|found| Failure::refused(*found))?;
        Ok(Self(Some(Export { folder, names: output.names().map(str::to_owned).collect() })))
    }

    /// The folder that a session offers, by its id.
    pub fn folder(&self) -> Option<(String, Folder)> {
        self.0.as_ref().map(|export| (ID.to_owned(), export.folder.clone()))
    }

    /// Makes what came the image of the folder, after a build that went well.
    pub async fn keep(&self, built: &Built) -> Result<(), Failure> {
        let Some(Export { folder, names }) = &self.0 else { return Ok(()) };
        let (folder, names, digest) = (folder.clone(), names.clone(), built.digest.clone().unwrap_or_default());
        let keeping = tokio::task::spawn_blocking(move || {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            folder.keep_image(&digest, &names)
        });
        match keeping.await {
            Ok(Err(found)) => Err(Failure::build(*found)),
            // A thread that ends early has nothing to tell.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }
}
