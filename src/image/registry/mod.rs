//! An image of a registry → [`Files`]. Blobs are read as they come: no layer is held, in the memory or on a disk.

mod client;

#[cfg(test)]
mod tests;

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use reqwest::Response;
use serde_json::json;
use tokio::runtime::Handle;

use crate::image::contents::Files;
use crate::image::layer::Blob;
use crate::image::wrong::Wrong;
pub use client::{Client, Login, Place};

/// What an index is called that names an image, in OCI's layout.
const INDEX: &str = "index.json";
/// Where blobs lie in it.
const BLOBS: &str = "blobs/sha256/";

/// An image of a registry, as if its parts lay in a folder.
pub struct Registry {
    client: Client,
    runtime: Handle,
    digest: String,
}

impl Registry {
    /// Asks which image a name is of now.
    pub fn open(place: Place, runtime: &Handle) -> Result<Self, Wrong> {
        let client = Client::new(place)?;
        let digest = runtime.block_on(client.digest())?;
        Ok(Self { client, runtime: runtime.clone(), digest })
    }
}

impl Files for Registry {
    fn open(&self, name: &str) -> Result<Option<Blob<'_>>, Wrong> {
        if name == INDEX {
            let names = json!({ "io.containerd.image.name": self.client.place.reference });
            let index = json!({ "manifests": [{ "digest": self.digest, "annotations": names }] });
            return Ok(Some(whole(index.to_string().into())));
        }
        let Some(hex) = name.strip_prefix(BLOBS) else { return Ok(None) };
        let Some(response) = there(self.runtime.block_on(self.client.blob(&format!("sha256:{hex}"))))? else {
            return Ok(None);
        };
        let unsized_blob = || Wrong::Unreachable(format!("`{}` does not say how large a blob is", self.client.host()));
        let size = response.content_length().ok_or_else(unsized_blob)?;
        let from = Streamed { client: &self.client, runtime: &self.runtime, response, piece: Bytes::new() };
        Ok(Some(Blob { from: Box::new(from), size, digest: None }))
    }

    fn manifest(&self, digest: &str) -> Result<Option<Blob<'_>>, Wrong> {
        let bytes = self.runtime.block_on(self.client.manifest(digest));
        let bytes = if digest == self.digest { bytes.map(Some) } else { there(bytes) };
        Ok(bytes?.map(whole))
    }
}

/// What an image names and its registry does not have is no other image that is missing.
fn there<T>(part: Result<T, Wrong>) -> Result<Option<T>, Wrong> {
    match part {
        Ok(part) => Ok(Some(part)),
        Err(Wrong::Missing(_)) => Ok(None),
        Err(wrong) => Err(wrong),
    }
}

fn whole(bytes: Vec<u8>) -> Blob<'static> {
    Blob { size: bytes.len() as u64, from: Box::new(io::Cursor::new(bytes)), digest: None }
}

/// The bytes of an answer, as they come.
struct Streamed<'a> {
    client: &'a Client,
    runtime: &'a Handle,
    response: Response,
    piece: Bytes,
}

impl Read for Streamed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.runtime.block_on(self.response.chunk()) {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => return Ok(0),
                Err(error) => {
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, self.client.words(&error)));
                }
            }
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
