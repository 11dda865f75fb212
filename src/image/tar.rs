//! A stream of bytes in tar's form → its entries, one at a time. What is not asked for is passed over, and nothing is kept.
//!
//! Names come from GNU's and POSIX's extensions too. They are bounded, whatever a header says of their size.

use std::io::{self, Read};

use tar::{EntryType, Header};

use crate::image::wrong::Wrong;

/// The size of a header, of which all sizes are multiples.
const BLOCK: u64 = 512;
/// The most bytes of an extension: a name, or the attributes of one entry.
const MOST_EXTENSION: u64 = 1 << 20;
/// The most bytes of a path.
const LONGEST_PATH: usize = 4096;
/// The most folders in each other.
const DEEPEST: usize = 256;

/// What entries are read from.
pub trait Source: Read {
    /// Passes over bytes.
    fn skip(&mut self, bytes: u64) -> io::Result<()>;
}

/// An entry's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies, without `/` at the start or end; empty: the root itself.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// How many bytes it has.
    pub size: u64,
    /// Where they begin in the stream.
    pub at: u64,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, and what it says.
    Link(String),
    /// Another name of the file at that path.
    Same(String),
    /// A device, a pipe.
    Other,
}

/// The entries of a stream.
pub struct Entries<S> {
    from: S,
    at: u64,
    /// Where the next header begins.
    next: u64,
    /// How much of the entry's bytes were not read.
    unread: u64,
}

/// What extensions say of the entry after them.
#[derive(Default)]
struct Extended {
    path: Option<String>,
    link: Option<String>,
    size: Option<u64>,
}

impl<S: Source> Entries<S> {
    /// From the start of a stream.
    pub fn new(from: S) -> Self {
        Self { from, at: 0, next: 0, unread: 0 }
    }

    /// What they were read from.
    pub fn into_inner(self) -> S {
        self.from
    }

    /// The next entry, or none at the end.
    pub fn advance(&mut self) -> Result<Option<Entry>, Wrong> {
        let mut extended = Extended::default();
        while let Some(header) = self.header()? {
            let kind = header.entry_type();
            let size = header.entry_size().map_err(|_| Wrong::broken("a header of it has no size"))?;
            match kind {
                EntryType::GNULongName => extended.path = Some(self.name(size)?),
                EntryType::GNULongLink => extended.link = Some(self.name(size)?),
                EntryType::XHeader => extended.read(&self.extension(size)?)?,
                EntryType::XGlobalHeader => self.begin(size)?,
                _ => return self.entry(&header, kind, size, extended).map(Some),
            }
        }
        Ok(None)
    }

    /// The bytes of the entry that came last.
    pub fn read(&mut self, most: u64, what: &str) -> Result<Vec<u8>, Wrong> {
        if self.unread > most {
            return Err(Wrong::TooLarge(format!("`{what}` in it has {} bytes, and {most} are read", self.unread)));
        }
        let mut bytes = Vec::new();
        let read = self.from.by_ref().take(self.unread).read_to_end(&mut bytes).map_err(Wrong::from)? as u64;
        self.at += read;
        self.unread -= read;
        if self.unread > 0 { Err(Wrong::broken(format!("it ends within `{what}`"))) } else { Ok(bytes) }
    }

    fn entry(&mut self, header: &Header, kind: EntryType, size: u64, extended: Extended) -> Result<Entry, Wrong> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let path = extended.path.unwrap_or_else(|| text(&header.path_bytes()));
        let link = extended.link.or_else(|| header.link_name_bytes().map(|bytes| text(&bytes))).unwrap_or_default();
        let is_folder = kind.is_dir() || path.ends_with('/') && kind.is_file();
        let kind = match kind {
            _ if is_folder => Kind::Folder,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
            EntryType::Symlink if link.len() <= LONGEST_PATH => Kind::Link(link),
            EntryType::Symlink => return Err(Wrong::TooLarge("a link in it is longer than paths can be".to_owned())),
            EntryType::Link => Kind::Same(within(&link)?),
            _ => Kind::Other,
        };
        let is_sparse = header.entry_type() == EntryType::GNUSparse;
        if is_sparse && header.as_gnu().is_some_and(|gnu| gnu.is_extended()) {
            self.skip_maps()?;
        }
        let has_bytes = matches!(kind, Kind::File | Kind::Other);
        let size = if has_bytes { extended.size.unwrap_or(size) } else { 0 };
        self.begin(size)?;
        Ok(Entry { path: within(&path)?, kind, size, at: self.at })
    }

    /// The maps of a sparse file, which come before its bytes.
    fn skip_maps(&mut self) -> Result<(), Wrong> {
        loop {
            let mut block = [0; BLOCK as usize];
            self.from.read_exact(&mut block).map_err(Wrong::from)?;
            self.at += BLOCK;
            if block[504] == 0 {
                return Ok(());
            }
        }
    }

    /// The next header, or none at the end: blocks of zeros, or nothing at all.
    fn header(&mut self) -> Result<Option<Header>, Wrong> {
        self.from.skip(self.next - self.at).map_err(Wrong::from)?;
        (self.at, self.unread) = (self.next, 0);
        let mut block = [0; BLOCK as usize];
        let mut filled = 0;
        while filled < block.len() {
            match self.from.read(&mut block[filled..]).map_err(Wrong::from)? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(Wrong::broken("it ends within a header")),
                read => filled += read,
            }
        }
        self.at += BLOCK;
        self.next = self.at;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let header = Header::from_byte_slice(&block).clone();
        let sum: u32 = block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
        if header.cksum().ok() != Some(sum) {
            return Err(Wrong::broken("it is no archive: a header has another checksum"));
        }
        Ok(Some(header))
    }

    /// Goes on with an entry's bytes.
    fn begin(&mut self, size: u64) -> Result<(), Wrong> {
        let padded = size.checked_next_multiple_of(BLOCK).and_then(|padded| self.at.checked_add(padded));
        self.next = padded.ok_or_else(|| Wrong::TooLarge("a header of it says more bytes than there can be".into()))?;
        self.unread = size;
        Ok(())
    }

    fn extension(&mut self, size: u64) -> Result<Vec<u8>, Wrong> {
        self.begin(size)?;
        self.read(MOST_EXTENSION, "an extended header")
    }

    fn name(&mut self, size: u64) -> Result<String, Wrong> {
        let bytes = self.extension(size)?;
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }
}

impl Extended {
    /// Reads POSIX's records: `LENGTH KEY=VALUE\n`.
    fn read(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        let broken = || Wrong::broken("an extended header of it cannot be read");
        let mut rest = bytes;
        while !rest.is_empty() {
            let digits = rest.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
            let length = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse::<usize>().ok());
            let length = length.filter(|length| *length > digits + 1 && *length <= rest.len()).ok_or_else(broken)?;
            let record = String::from_utf8_lossy(&rest[digits + 1..length - 1]);
            let (key, value) = record.split_once('=').ok_or_else(broken)?;
            match key {
                "path" | "GNU.sparse.name" => self.path = Some(value.to_owned()),
                "linkpath" => self.link = Some(value.to_owned()),
                "size" => self.size = Some(value.parse().map_err(|_| broken())?),
                _ => {}
            }
            rest = &rest[length..];
        }
        Ok(())
    }
}

/// A path without `.` and empty parts. One that leads out, or is longer than any, is refused.
pub fn within(path: &str) -> Result<String, Wrong> {
    if path.len() > LONGEST_PATH {
        return Err(Wrong::TooLarge("a path in it is longer than paths can be".to_owned()));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(Wrong::broken(format!("it has a path that leads out of it, `{}`", path.escape_debug())));
    }
    if parts.len() > DEEPEST {
        return Err(Wrong::TooLarge(format!("a path in it is more than {DEEPEST} folders deep")));
    }
    Ok(parts.join("/"))
}
