//! A folder that steps come from, or go to, while a build runs.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::build::session::content::index;
use crate::build::session::content::store::{Digest, Store};
use crate::build::session::content::{error, error::words};
use crate::diagnostic::Diagnostic;

/// A folder with a cache.
#[derive(Clone, Debug)]
pub(in crate::build) struct Folder {
    pub(super) path: PathBuf,
    pub(super) store: Arc<Store>,
    /// How it is written; a folder that is only read from has none.
    pub(super) writing: Option<Writing>,
}

/// How a folder is written.
#[derive(Clone, Debug)]
pub(super) struct Writing {
    /// What the new cache is called.
    tag: String,
    /// Whether the build goes on when it cannot be written.
    pub(super) ignores_errors: bool,
    /// The last blob that the daemon had for us, whether it was there already or not.
    last: Arc<Mutex<Option<Digest>>>,
}

impl Folder {
    /// A folder that steps come from, and the digest of the cache in it that has this tag, or is this one. A cache that is not
    /// there, or not whole, is a warning: the steps run.
    pub fn to_read(path: &Path, tag: &str, digest: Option<&str>) -> Result<(Self, String), Box<Diagnostic>> {
        let found = Self::found(path, tag, digest);
        found.map_err(|reason| Box::new(error::unusable(path, &reason)))
    }

    fn found(path: &Path, tag: &str, digest: Option<&str>) -> Result<(Self, String), String> {
        let io = |error: std::io::Error| words(&error);
        let store = Store::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => "there is no such folder".to_owned(),
            _ => words(&error),
        })?;
        let named = match digest {
            Some(digest) => digest.to_owned(),
            None => {
                let index = index::read(&store).map_err(io)?.ok_or("it has no `index.json`")?;
                index::find(&index, tag).ok_or_else(|| format!("it has nothing with the tag `{tag}`"))?.to_owned()
            }
        };
        let digest = Digest::parse(&named).ok_or_else(|| format!("`{named}` is no digest of a blob"))?;
        let manifest = index::manifest(&store, &digest).map_err(io)?.ok_or_else(|| format!("it has no `{digest}`"))?;
        for (blob, size) in &manifest.blobs {
            let there = Digest::parse(blob).map(|blob| store.size(&blob)).transpose().map_err(io)?;
            if there.flatten() != Some(*size) {
                return Err(format!("it is not whole: `{blob}` is missing"));
            }
        }
        let folder = Self { path: path.to_owned(), store: Arc::new(store), writing: None };
        Ok((folder, named))
    }

    /// A folder that steps go to; it is made if it is missing.
    pub fn to_write(path: &Path, tag: &str, ignores_errors: bool) -> Result<Self, Box<Diagnostic>> {
        let unwritable = |error: std::io::Error| Box::new(error::write(path, &words(&error)));
        let store = Store::create(path).map_err(unwritable)?;
        index::read(&store).map_err(unwritable)?;
        let writing = Writing { tag: tag.to_owned(), ignores_errors, last: Arc::default() };
        Ok(Self { path: path.to_owned(), store: Arc::new(store), writing: Some(writing) })
    }

    /// Makes what the daemon brought the cache of this folder: until then, the one before is. The manifest is what comes last;
    /// a daemon that found nothing to keep brings none.
    pub fn keep(&self) -> Result<(), Box<Diagnostic>> {
        let Some(writing) = &self.writing else { return Ok(()) };
        let last = writing.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(last) = last else { return Ok(()) };
        let kept = match index::manifest(&self.store, &last) {
            Ok(Some(manifest)) if manifest.is_cache => index::put(&self.store, &manifest, &writing.tag),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        kept.map_err(|error| Box::new(error::write(&self.path, &words(&error))))
    }

    /// Whether the build goes on when it cannot be written.
    pub fn ignores_errors(&self) -> bool {
        self.writing.as_ref().is_some_and(|writing| writing.ignores_errors)
    }
}

impl Writing {
    /// The daemon had this blob for us.
    pub fn note(&self, digest: Digest) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
    }
}
