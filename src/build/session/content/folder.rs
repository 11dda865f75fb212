//! A folder that steps come from, or go to, while a build runs.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::build::session::content::index::{self, Called};
use crate::build::session::content::store::{Digest, Store};
use crate::build::session::content::{error, error::words};
use crate::build::session::export::unwritable as export_unwritable;
use crate::diagnostic::Diagnostic;

/// The tag of an image that has no name.
const LATEST: &str = "latest";

/// A folder with a cache, or with an image.
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
    what: What,
    /// Whether the build goes on when it cannot be written.
    pub(super) ignores_errors: bool,
    /// The last blob that the daemon had for us, whether it was there already or not.
    last: Arc<Mutex<Option<Digest>>>,
}

/// What is written.
#[derive(Clone, Debug)]
enum What {
    /// A cache, with its tag.
    Cache(String),
    /// An image.
    Image,
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
        Self::writable(path, What::Cache(tag.to_owned()), ignores_errors)
    }

    /// A folder that an image goes to; it is made if it is missing, and goes again unless the image is [kept](Self::keep_image).
    pub fn to_export(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let folder = Self::writable(path, What::Image, false)?;
        folder.store.set_half_done(true);
        Ok(folder)
    }

    fn writable(path: &Path, what: What, ignores_errors: bool) -> Result<Self, Box<Diagnostic>> {
        let open = || {
            let store = Store::create(path)?;
            index::read(&store)?;
            Ok(store)
        };
        let store = open().map_err(|error: std::io::Error| Box::new(what.unwritable(path, &error)))?;
        let writing = Writing { what, ignores_errors, last: Arc::default() };
        Ok(Self { path: path.to_owned(), store: Arc::new(store), writing: Some(writing) })
    }

    /// Makes what the daemon brought the cache of this folder: until then, the one before is. The manifest is what comes last;
    /// a daemon that found nothing to keep brings none.
    pub fn keep(&self) -> Result<(), Box<Diagnostic>> {
        let Some(writing @ Writing { what: What::Cache(tag), .. }) = &self.writing else { return Ok(()) };
        let last = writing.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(last) = last else { return Ok(()) };
        let kept = match index::manifest(&self.store, &last) {
            Ok(Some(manifest)) if manifest.is_cache => index::put(&self.store, &manifest, &[Called::Tag(tag)]),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        kept.map_err(|error| Box::new(self.unwritable(&error)))
    }

    /// Makes what the daemon brought the image of this folder, under these names.
    pub fn keep_image(&self, digest: &str, names: &[&str]) -> Result<(), Box<Diagnostic>> {
        let put = || {
            let digest = Digest::parse(digest).ok_or_else(|| Error::other("the engine named no digest"))?;
            let manifest = index::manifest(&self.store, &digest)?;
            let manifest = manifest.ok_or_else(|| Error::other(format!("the engine did not bring `{digest}`")))?;
            let called: Vec<Called<'_>> = names.iter().map(|name| Called::Name(name)).collect();
            index::put(&self.store, &manifest, if called.is_empty() { &[Called::Tag(LATEST)] } else { &called })
        };
        put().map_err(|error| Box::new(self.unwritable(&error)))?;
        self.store.set_half_done(false);
        Ok(())
    }

    /// It cannot be written.
    pub(super) fn unwritable(&self, error: &Error) -> Diagnostic {
        self.writing.as_ref().map_or(&What::Image, |writing| &writing.what).unwritable(&self.path, error)
    }

    /// Whether the build goes on when it cannot be written.
    pub fn ignores_errors(&self) -> bool {
        self.writing.as_ref().is_some_and(|writing| writing.ignores_errors)
    }
}

impl What {
    fn unwritable(&self, path: &Path, error: &Error) -> Diagnostic {
        match self {
            Self::Cache(_) => error::write(path, &words(error)),
            Self::Image => export_unwritable(path, error),
        }
    }
}

impl Writing {
    /// The daemon had this blob for us.
    pub fn note(&self, digest: Digest) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest);
    }
}
