//! A folder or an archive on this machine → [`Files`]. It is only read, and no link in it leads out of it.
#![expect(clippy::disallowed_methods, reason = "images that the command line names are read here")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::image::contents::Files;
use crate::image::layer::Blob;
use crate::image::tar::{Entries, Kind, Source, within};
use crate::image::wrong::Wrong;

/// The most files of an archive; each layer is one or three.
const MOST_FILES: usize = 100_000;
/// How many links within an archive may lead to another.
const MOST_LINKS: usize = 8;

/// Opens what lies there.
pub fn open(path: &Path) -> Result<Box<dyn Files>, Wrong> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Ok(Box::new(Folder { path: path.to_owned() }));
    }
    if !metadata.is_file() {
        return Err(Wrong::broken("it is neither a folder nor a file"));
    }
    Ok(Box::new(Archive::read(path)?))
}

/// A folder in OCI's layout.
struct Folder {
    path: PathBuf,
}

impl Files for Folder {
    fn open(&self, name: &str) -> Result<Option<Blob<'_>>, Wrong> {
        let root = std::fs::canonicalize(&self.path)?;
        let path = match std::fs::canonicalize(root.join(within(name)?)) {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !path.starts_with(&root) || !std::fs::metadata(&path)?.is_file() {
            return Err(Wrong::broken(format!("`{name}` in it is no file, or leads out of it")));
        }
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Some(Blob { from: Box::new(BufReader::new(file)), size, digest: None }))
    }
}

/// An archive: where its files are.
struct Archive {
    path: PathBuf,
    files: BTreeMap<String, Place>,
}

enum Place {
    /// Where its bytes begin, and how many there are.
    Bytes(u64, u64),
    /// It is that one.
    Same(String),
}

impl Archive {
    fn read(path: &Path) -> Result<Self, Wrong> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut entries = Entries::new(Seeking { file: BufReader::new(file), length });
        let mut files = BTreeMap::new();
        while let Some(entry) = entries.advance()? {
            let folder = entry.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let place = match entry.kind {
                Kind::File if entry.at.checked_add(entry.size).is_none_or(|end| end > length) => {
                    return Err(Wrong::broken(format!("it ends within `{}`", entry.path)));
                }
                Kind::File => Place::Bytes(entry.at, entry.size),
                Kind::Same(other) => Place::Same(other),
                // Docker before 25 writes a layer once that several images have.
                Kind::Link(target) => match joined(folder, &target) {
                    Some(other) => Place::Same(other),
                    None => return Err(Wrong::broken(format!("a link in it leads out of it, `{}`", entry.path))),
                },
                Kind::Folder | Kind::Other => continue,
            };
            files.insert(entry.path, place);
            if files.len() > MOST_FILES {
                return Err(Wrong::TooLarge(format!("it has more than {MOST_FILES} files")));
            }
        }
        Ok(Self { path: path.to_owned(), files })
    }
}

impl Files for Archive {
    fn open(&self, name: &str) -> Result<Option<Blob<'_>>, Wrong> {
        let mut name = within(name)?;
        for _ in 0..MOST_LINKS {
            match self.files.get(&name) {
                None => return Ok(None),
                Some(Place::Same(other)) => name.clone_from(other),
                Some(Place::Bytes(at, size)) => {
                    let mut file = File::open(&self.path)?;
                    file.seek(SeekFrom::Start(*at))?;
                    let from = Box::new(BufReader::new(file).take(*size));
                    return Ok(Some(Blob { from, size: *size, digest: None }));
                }
            }
        }
        Err(Wrong::broken(format!("`{name}` in it is a link that leads in a circle")))
    }
}

/// Where a link in a folder leads; none when it leads out.
fn joined(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    (!target.starts_with('/')).then(|| parts.join("/"))
}

/// A file in which bytes are passed over without reading them.
struct Seeking {
    file: BufReader<File>,
    length: u64,
}

impl Read for Seeking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Source for Seeking {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        if bytes > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.file.seek_relative(i64::try_from(bytes).map_err(io::Error::other)?)
    }
}
