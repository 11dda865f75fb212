//! A blob → its bytes, and a layer's bytes → what it does to the files below.
//!
//! Nothing is kept but names and the few files that findings come from. **Architecture Invariant:** the cost is linear in the size of
//! what was given: what unpacks to far more than that is refused.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use crate::image::tar::{Entries, Kind, Source};
use crate::image::tree::{Added, Layer, Node};
use crate::image::wrong::Wrong;

/// What takes away a name of a layer below.
const WHITEOUT: &str = ".wh.";
/// What takes away all that layers below have in its folder.
const OPAQUE: &str = ".wh..wh..opq";
/// How many times its size a layer may unpack to; text of one line repeated comes to 1000.
const MOST_GROWTH: u64 = 300;
/// What any layer may unpack to.
const FREE_GROWTH: u64 = 64 << 20;
/// The most entries of a layer.
const MOST_ENTRIES: usize = 4_000_000;
/// The most bytes of a file that matters.
const MOST_FILE: u64 = 32 << 20;
/// The most bytes of all files of a layer that matter.
const MOST_FILES: usize = 128 << 20;
/// How much is passed over at once.
const PIECE: usize = 64 << 10;

/// A blob: its bytes, how many they are, and the digest that they must have.
pub struct Blob<'a> {
    /// Its bytes.
    pub from: Box<dyn Read + 'a>,
    /// How many there are.
    pub size: u64,
    /// `sha256:HEX`; absent where nothing says it.
    pub digest: Option<String>,
}

impl Blob<'_> {
    /// All its bytes.
    pub fn bytes(self, most: u64, what: &str) -> Result<Vec<u8>, Wrong> {
        if self.size > most {
            return Err(Wrong::TooLarge(format!("`{what}` has {} bytes, and {most} are read", self.size)));
        }
        let mut checked = Checked::new(self, most);
        let mut bytes = Vec::new();
        checked.read_to_end(&mut bytes)?;
        checked.finish()?;
        Ok(bytes)
    }
}

/// Reads a layer, whose files matter that `matters` says.
pub fn read(blob: Blob<'_>, matters: &dyn Fn(&str) -> bool) -> Result<Layer, Wrong> {
    let most = blob.size.saturating_mul(MOST_GROWTH).saturating_add(FREE_GROWTH);
    let size = blob.size;
    let mut checked = Checked::new(blob, size);
    let mut magic = [0; 4];
    let filled = fill(&mut checked, &mut magic)?;
    let head = &magic[..filled];
    let whole = head.chain(&mut checked);
    let layer = match head {
        [0x1f, 0x8b, ..] => entries(Bounded { from: MultiGzDecoder::new(whole), left: most }, matters)?,
        [0x28, 0xb5, 0x2f, 0xfd] => return Err(Wrong::Compression("zstd".to_owned())),
        [b'B', b'Z', b'h', _] => return Err(Wrong::Compression("bzip2".to_owned())),
        [0xfd, b'7', b'z', b'X'] => return Err(Wrong::Compression("xz".to_owned())),
        _ => entries(Bounded { from: whole, left: most }, matters)?,
    };
    checked.finish()?;
    Ok(layer)
}

fn entries(from: impl Read, matters: &dyn Fn(&str) -> bool) -> Result<Layer, Wrong> {
    let mut layer = Layer::default();
    let mut entries = Entries::new(Unpacked { from });
    let (mut count, mut kept) = (0, 0);
    while let Some(entry) = entries.advance()? {
        count += 1;
        if count > MOST_ENTRIES {
            return Err(Wrong::TooLarge(format!("a layer of it has more than {MOST_ENTRIES} files")));
        }
        let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
        if name == OPAQUE {
            layer.opaque.push(folder.to_owned());
            continue;
        }
        if let Some(name) = name.strip_prefix(WHITEOUT) {
            // Others that begin so are the business of the storage that wrote them.
            if !name.is_empty() && !name.starts_with(WHITEOUT) {
                layer.removed.push(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") });
            }
            continue;
        }
        let node = match entry.kind {
            Kind::File if matters(&entry.path) => {
                let bytes = entries.read(MOST_FILE, &entry.path)?;
                kept += bytes.len();
                if kept > MOST_FILES {
                    return Err(Wrong::TooLarge("a layer of it has too many files that tell of packages".to_owned()));
                }
                Node::File(Some(bytes.into()))
            }
            Kind::File => Node::File(None),
            Kind::Folder => Node::Folder,
            Kind::Link(target) => Node::Link(target),
            Kind::Same(other) => {
                layer.added.push(Added::Same(entry.path, other));
                continue;
            }
            Kind::Other => Node::Other,
        };
        layer.added.push(Added::Node(entry.path, node));
    }
    // What follows the end belongs to the blob, and to its digest.
    entries.into_inner().rest()?;
    Ok(layer)
}

fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match from.read(&mut bytes[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// A blob whose size and digest are looked at while it is read.
struct Checked<'a> {
    blob: Blob<'a>,
    left: u64,
    read: u64,
    hash: Sha256,
}

impl<'a> Checked<'a> {
    fn new(blob: Blob<'a>, most: u64) -> Self {
        Self { blob, left: most, read: 0, hash: Sha256::new() }
    }

    /// Reads what is left, and compares.
    fn finish(mut self) -> Result<(), Wrong> {
        io::copy(&mut self, &mut io::sink())?;
        let Some(digest) = &self.blob.digest else { return Ok(()) };
        if self.read != self.blob.size {
            return Err(Wrong::broken(format!("`{digest}` has {} bytes instead of {}", self.read, self.blob.size)));
        }
        let hex: String = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        match digest.strip_prefix("sha256:") {
            Some(said) if said != hex => Err(Wrong::broken(format!("the bytes of `{digest}` have another digest"))),
            _ => Ok(()),
        }
    }
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.blob.from.read(buffer)?;
        self.left =
            self.left.checked_sub(read as u64).ok_or_else(|| too_large("a blob of it is larger than it says"))?;
        self.read += read as u64;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

/// Bytes that are unpacked, up to a limit.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| too_large("a layer of it unpacks to far more than its size"))?;
        Ok(read)
    }
}

fn too_large(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, text.to_owned())
}

/// What can only be read on.
struct Unpacked<R> {
    from: R,
}

impl<R: Read> Unpacked<R> {
    fn rest(mut self) -> Result<(), Wrong> {
        io::copy(&mut self.from, &mut io::sink())?;
        Ok(())
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.from.read(buffer)
    }
}

impl<R: Read> Source for Unpacked<R> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let mut piece = [0; PIECE];
        let mut left = bytes;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            match self.from.read(&mut piece[..most])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => left -= read as u64,
            }
        }
        Ok(())
    }
}
