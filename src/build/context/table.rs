//! Which file has which id, from the moment the daemon is told of it until it asks for it.

use std::sync::{Mutex, PoisonError};

use crate::build::context::entry::Look;

/// A file as it was told of.
#[derive(Debug)]
pub struct Told {
    /// Its id.
    pub id: u32,
    /// Where it is in the context.
    pub path: String,
    /// What it was.
    pub look: Look,
}

/// What was told. An id is the place in it.
#[derive(Debug, Default)]
pub struct Table(Mutex<Vec<Unasked>>);

/// A file that was not asked for; absent when it was, and for what has no content.
type Unasked = Option<Box<(String, Look)>>;

impl Table {
    /// Takes up an entry that has no content.
    pub fn add(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(None);
    }

    /// Takes up a file.
    pub fn add_file(&self, path: String, look: Look) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Some(Box::new((path, look))));
    }

    /// Hands out a file, once.
    pub fn take(&self, id: u32) -> Option<Told> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (path, look) = *told.get_mut(usize::try_from(id).ok()?)?.take()?;
        Some(Told { id, path, look })
    }
}
