//! A blob that the daemon brings, message by message.

use std::io;

use tonic::Status;

use crate::build::session::content::folder::{Folder, Writing};
use crate::build::session::content::message::{WriteAction, WriteContentRequest, WriteContentResponse};
use crate::build::session::content::store::Digest;
use crate::build::session::content::unfinished::Unfinished;

/// Why it is not there.
#[derive(Debug)]
pub enum Broken {
    /// The daemon hears of it, and knows what to do.
    Answer(Status),
    /// The disk.
    Disk(io::Error),
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        Self::Answer(status)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// A blob on its way.
pub struct Incoming<'f> {
    folder: &'f Folder,
    writing: &'f Writing,
    blob: Option<Unfinished>,
    /// How large it will be, as far as is known.
    total: u64,
    /// What it will be, as far as is known.
    expected: Option<Digest>,
}

impl<'f> Incoming<'f> {
    /// Begins one; a folder that is only read from takes none.
    pub fn new(folder: &'f Folder) -> Result<Self, Broken> {
        let no = || Status::permission_denied("this cache is only read from");
        let writing = folder.writing.as_ref().ok_or_else(no)?;
        Ok(Self { folder, writing, blob: Some(folder.store.begin()?), total: 0, expected: None })
    }

    /// Takes a message.
    pub fn take(&mut self, request: WriteContentRequest) -> Result<WriteContentResponse, Broken> {
        let action =
            WriteAction::try_from(request.action).map_err(|_| Status::invalid_argument("an unknown action"))?;
        self.total = u64::try_from(request.total).ok().filter(|total| *total > 0).unwrap_or(self.total);
        if !request.expected.is_empty() {
            let digest = Digest::parse(&request.expected);
            let digest = digest.ok_or_else(|| Status::invalid_argument("blobs have digests of sha256"))?;
            self.refuse_present(&digest)?;
            self.expected = Some(digest);
        }
        let mut blob = self.blob.take().ok_or_else(|| Status::failed_precondition("the blob is whole already"))?;
        if action != WriteAction::Stat {
            add(&mut blob, &request)?;
        }
        let offset = i64::try_from(blob.written()).unwrap_or(i64::MAX);
        let mut digest = String::new();
        if action == WriteAction::Commit {
            digest = self.commit(blob)?.to_string();
        } else {
            self.blob = Some(blob);
        }
        let total = i64::try_from(self.total).unwrap_or(i64::MAX);
        Ok(WriteContentResponse { action: action.into(), offset, total, digest })
    }

    /// Ends the write of a blob that is there. One of another size was not written by us, and is replaced.
    fn refuse_present(&self, digest: &Digest) -> Result<(), Broken> {
        match self.folder.store.size(digest)? {
            Some(size) if self.total == 0 || size == self.total => {
                self.writing.note(digest.clone());
                Err(Status::already_exists(format!("{digest} is there")).into())
            }
            _ => Ok(()),
        }
    }

    fn commit(&mut self, blob: Unfinished) -> Result<Digest, Broken> {
        let (written, digest) = (blob.written(), blob.digest());
        if self.total > 0 && written != self.total {
            return Err(Status::failed_precondition(format!("{written} bytes came of {}", self.total)).into());
        }
        if let Some(expected) = self.expected.as_ref().filter(|expected| **expected != digest) {
            return Err(Status::failed_precondition(format!("{digest} came, not {expected}")).into());
        }
        let digest = self.folder.store.put(blob)?;
        self.writing.note(digest.clone());
        Ok(digest)
    }
}

/// Adds what a message brings. From 0 on means all over again.
fn add(blob: &mut Unfinished, request: &WriteContentRequest) -> Result<(), Broken> {
    match u64::try_from(request.offset).unwrap_or(0) {
        0 if blob.written() > 0 => blob.clear()?,
        at if at != blob.written() => {
            return Err(Status::out_of_range(format!("{} bytes are there, not {at}", blob.written())).into());
        }
        _ => {}
    }
    Ok(blob.write(&request.data)?)
}
