//! Caches in folders here. The daemon reads blobs and adds them by their digests, as it does with containerd's content store;
//! which of them are a cache, the folder's index says, and that is ours to write when the build went well.
//!
//! ```text
//!  Folder ─┬─ store: blobs by digest, each there whole or not at all
//!          └─ index: tags, and what a cache's manifest names
//!  service ── the daemon's calls; incoming: one blob on its way
//! ```

mod error;
mod folder;
mod incoming;
mod index;
mod message;
mod remote;
mod service;
mod store;
mod unfinished;

pub(in crate::build) use folder::Folder;
pub(in crate::build) use remote::read_blob;
pub(in crate::build) use service::Stores;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests read the files that come")]
mod tests;
