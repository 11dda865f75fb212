//! What the system tells of an entry → what BuildKit is told of it.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd};

use bollard_buildkit_proto::fsutil::types;
use rustix::fs::{FileType, Mode, Stat};
use rustix::io::Errno;

/// What makes a file the same as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The file system and the number on it.
    pub inode: Inode,
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i64,
    /// Type and permissions, as the system writes them.
    pub mode: u32,
    /// How many names it has.
    pub links: u64,
}

/// A file, whatever its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inode(u64, u64);

impl Look {
    /// Takes what matters.
    pub fn of(stat: &Stat) -> Self {
        let seconds: i64 = wide(stat.st_mtime);
        Self {
            inode: Inode(wide(stat.st_dev), wide(stat.st_ino)),
            size: wide(stat.st_size),
            modified: seconds.saturating_mul(1_000_000_000).saturating_add(wide(stat.st_mtime_nsec)),
            mode: wide(stat.st_mode),
            links: wide(stat.st_nlink),
        }
    }

    /// What kind of entry it is.
    pub fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// Whether its content is still the same: how many names it has does not matter.
    pub fn is_same_file(&self, other: &Self) -> bool {
        Self { links: 0, ..*self } == Self { links: 0, ..*other }
    }

    /// Its type and permissions as Go's `FileMode`, which BuildKit uses.
    pub fn go_mode(&self) -> u32 {
        let mode = Mode::from_raw_mode(self.mode);
        let kind = match self.kind() {
            FileType::Directory => 1 << 31,
            FileType::Symlink => 1 << 27,
            FileType::Fifo => 1 << 25,
            _ => 0,
        };
        let special = [(Mode::SUID, 1 << 23), (Mode::SGID, 1 << 22), (Mode::SVTX, 1 << 20)];
        let special = special.into_iter().filter(|(bit, _)| mode.contains(*bit)).map(|(_, bit)| bit).sum::<u32>();
        kind | special | (self.mode & 0o777)
    }

    /// As BuildKit is told: everything belongs to root, because who owns it here means nothing there.
    pub fn to_stat(self, path: String) -> types::Stat {
        let size = if self.kind() == FileType::Directory { 0 } else { self.size };
        types::Stat { path, mode: self.go_mode(), size: wide(size), mod_time: self.modified, ..types::Stat::default() }
    }
}

/// The numbers of a `Stat` have another size on each system.
fn wide<From, To: TryFrom<From> + Default>(number: From) -> To {
    To::try_from(number).unwrap_or_default()
}

/// The extended attributes of an entry that mean the same elsewhere: file capabilities and the user's own. Those of this
/// system (labels, access lists, overlays) are left out; BuildKit does not look at them either.
#[cfg(target_os = "linux")]
pub fn attributes(directory: &OwnedFd, name: &CStr) -> Vec<(String, Vec<u8>)> {
    let Ok(name) = name.to_str() else { return Vec::new() };
    // There is no call that takes a directory and a name; this path goes by the open directory.
    let path = format!("/proc/self/fd/{}/{name}", directory.as_raw_fd());
    let mut found = Vec::new();
    for attribute in attribute_names(&path) {
        let Ok(attribute) = String::from_utf8(attribute) else { continue };
        if is_portable(&attribute)
            && let Some(value) = attribute_value(&path, &attribute)
        {
            found.push((attribute, value));
        }
    }
    found.sort();
    found
}

/// Other systems have none that Linux understands.
#[cfg(not(target_os = "linux"))]
pub fn attributes(_: &OwnedFd, _: &CStr) -> Vec<(String, Vec<u8>)> {
    Vec::new()
}

fn is_portable(attribute: &str) -> bool {
    attribute == "security.capability" || attribute.starts_with("user.") && !attribute.starts_with("user.overlay.")
}

#[cfg(target_os = "linux")]
fn attribute_names(path: &str) -> Vec<Vec<u8>> {
    let mut list = Vec::with_capacity(256);
    let read = loop {
        match rustix::fs::llistxattr(path, rustix::buffer::spare_capacity(&mut list)) {
            Err(Errno::RANGE) if list.capacity() < MOST_ATTRIBUTES => list.reserve(list.capacity() * 4),
            read => break read,
        }
    };
    if read.is_err() {
        return Vec::new();
    }
    list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()
}

#[cfg(target_os = "linux")]
fn attribute_value(path: &str, attribute: &str) -> Option<Vec<u8>> {
    let mut value = Vec::with_capacity(256);
    loop {
        match rustix::fs::lgetxattr(path, attribute, rustix::buffer::spare_capacity(&mut value)) {
            Ok(_) => return Some(value),
            Err(Errno::RANGE) if value.capacity() < MOST_ATTRIBUTES => value.reserve(value.capacity() * 4),
            Err(_) => return None,
        }
    }
}

/// More than Linux allows for the names, or for a value.
#[cfg(target_os = "linux")]
const MOST_ATTRIBUTES: usize = 128 << 10;
