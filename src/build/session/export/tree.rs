//! File systems: the daemon sends a context, in the protocol that [`crate::build::context`] speaks from the other side,
//! → files in a directory.
//!
//! Entries are made as they come, and every file is asked for. Files are in their place when they are whole; second names
//! of files, and the permissions and times of directories, come last.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use bollard_buildkit_proto::moby::filesync::packet::file_send_server::FileSend;
use rustix::io::Errno;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::build::session::export::place::{Meta, Place, Unfinished};
use crate::build::session::export::{Outputs, error};
use crate::build::session::{Findings, messages};
use crate::diagnostic::Diagnostic;

/// How many packets may wait for the disk.
const WAITING: usize = 16;

/// More files than any daemon sends at once.
const MOST_OPEN: usize = 128;

/// Takes file systems.
pub struct Trees {
    outputs: Arc<Outputs>,
    findings: Findings,
}

impl Trees {
    /// For these outputs.
    pub fn new(outputs: Arc<Outputs>, findings: Findings) -> Self {
        Self { outputs, findings }
    }
}

type Answers = mpsc::UnboundedSender<Result<Packet, Status>>;

#[tonic::async_trait]
impl FileSend for Trees {
    type DiffCopyStream = UnboundedReceiverStream<Result<Packet, Status>>;

    async fn diff_copy(&self, request: Request<Streaming<Packet>>) -> Result<Response<Self::DiffCopyStream>, Status> {
        let (told, _, incoming) = request.into_parts();
        let (_, destination) = self.outputs.find(&told.into_headers())?;
        let (answers, outgoing) = mpsc::unbounded_channel();
        let findings = self.findings.clone();
        let packets = messages(incoming, WAITING);
        tokio::task::spawn_blocking(move || write(destination, packets, &answers, &findings));
        Ok(Response::new(UnboundedReceiverStream::new(outgoing)))
    }
}

fn write(destination: PathBuf, mut packets: mpsc::Receiver<Packet>, answers: &Answers, findings: &Findings) {
    let answer = |packet| drop(answers.send(Ok(packet)));
    let done = Tree::open(destination).and_then(|mut tree| {
        while let Some(packet) = packets.blocking_recv() {
            match tree.take(packet)? {
                Next::Ask(id) => answer(Packet { id, ..of_type(PacketType::PacketReq) }),
                Next::More => {}
                Next::Finish => {
                    tree.finish()?;
                    answer(of_type(PacketType::PacketFin));
                }
                Next::End => return Ok(()),
            }
        }
        Ok(())
    });
    let status = match done {
        Ok(()) => return,
        Err(Broken::Daemon(words)) => Status::invalid_argument(words),
        Err(Broken::Writing(found)) => {
            let status = Status::unknown(found.message.clone());
            findings.push(*found);
            status
        }
    };
    answer(Packet { data: status.message().as_bytes().to_vec(), ..of_type(PacketType::PacketErr) });
    drop(answers.send(Err(status)));
}

pub fn of_type(kind: PacketType) -> Packet {
    Packet { r#type: kind.into(), ..Packet::default() }
}

/// Why a tree is not complete.
enum Broken {
    /// The daemon does not keep to the protocol, or gave up.
    Daemon(String),
    /// Something cannot be written.
    Writing(Box<Diagnostic>),
}

/// What follows a packet.
enum Next {
    Ask(u32),
    More,
    Finish,
    End,
}

/// A tree that comes in.
struct Tree {
    destination: PathBuf,
    place: Place,
    /// How many entries were told.
    told: u32,
    all_told: bool,
    /// Files that were asked for, until they are whole.
    asked: BTreeMap<u32, (String, Meta)>,
    open: BTreeMap<u32, Unfinished>,
    files: BTreeSet<String>,
    directories: Vec<(String, Meta)>,
    /// Second names, with the first ones.
    names: Vec<(String, String)>,
    /// The directories that the entry before lies in, and itself if it is one.
    ancestors: Vec<String>,
}

impl Tree {
    fn open(destination: PathBuf) -> Result<Self, Broken> {
        let place =
            Place::open(&destination).map_err(|error| Broken::Writing(Box::new(error::write(&destination, &error))))?;
        Ok(Self {
            destination,
            place,
            told: 0,
            all_told: false,
            asked: BTreeMap::new(),
            open: BTreeMap::new(),
            files: BTreeSet::new(),
            directories: Vec::new(),
            names: Vec::new(),
            ancestors: Vec::new(),
        })
    }

    fn take(&mut self, packet: Packet) -> Result<Next, Broken> {
        match packet.r#type() {
            PacketType::PacketStat => match packet.stat {
                Some(stat) if !self.all_told => {
                    let id = self.told;
                    self.told = id.checked_add(1).ok_or_else(|| Broken::Daemon("too many entries".to_owned()))?;
                    let asks = self.entry(stat, id)?;
                    return Ok(if asks { Next::Ask(id) } else { Next::More });
                }
                Some(_) => return Err(Broken::Daemon("an entry comes behind the last one".to_owned())),
                None if self.all_told => return Err(Broken::Daemon("it ends twice".to_owned())),
                None => self.all_told = true,
            },
            PacketType::PacketData => self.data(packet.id, &packet.data)?,
            PacketType::PacketErr => {
                return Err(Broken::Daemon(String::from_utf8_lossy(&packet.data).into_owned()));
            }
            PacketType::PacketFin => return Ok(Next::End),
            PacketType::PacketReq => return Err(Broken::Daemon("it asks where it has to answer".to_owned())),
        }
        let whole = self.all_told && self.asked.is_empty();
        Ok(if whole { Next::Finish } else { Next::More })
    }

    /// Makes an entry, or notes it; true if its content is to be asked for.
    fn entry(&mut self, stat: Stat, id: u32) -> Result<bool, Broken> {
        let Stat { path, mode, mod_time, linkname, .. } = stat;
        self.follow_order(&path)?;
        let meta = Meta { mode, modified: mod_time };
        let refused = |reason: &str| Err(Broken::Writing(Box::new(error::entry(&path, reason))));
        let made = match mode & KINDS {
            DIRECTORY => {
                let made = self.place.directory(&path);
                self.directories.push((path.clone(), meta));
                self.ancestors.push(path.clone());
                made
            }
            SYMLINK => self.place.link(&path, &linkname, meta),
            PIPE => self.place.pipe(&path, meta),
            0 if linkname.is_empty() => {
                self.files.insert(path.clone());
                self.asked.insert(id, (path, meta));
                return Ok(true);
            }
            0 if self.files.contains(&linkname) => {
                self.names.push((path.clone(), linkname));
                Ok(())
            }
            0 => return refused("a second name of a file that did not come"),
            _ => return refused("which is a device"),
        };
        made.map(|()| false).map_err(|error| self.unwritable(&path, error))
    }

    /// Entries that are out of order, or lie in what is no directory of this tree, are not what a daemon sends.
    fn follow_order(&mut self, path: &str) -> Result<(), Broken> {
        let clean =
            !path.is_empty() && !path.contains('\0') && path.split('/').all(|name| !matches!(name, "" | "." | ".."));
        let lies_in =
            |directory: &String| path.strip_prefix(directory.as_str()).is_some_and(|rest| rest.starts_with('/'));
        while self.ancestors.last().is_some_and(|last| !lies_in(last)) {
            self.ancestors.pop();
        }
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if clean && self.ancestors.last().map_or("", String::as_str) == parent {
            return Ok(());
        }
        Err(Broken::Writing(Box::new(error::entry(path, "which lies outside of what it exports"))))
    }

    fn data(&mut self, id: u32, data: &[u8]) -> Result<(), Broken> {
        let Some((path, meta)) = self.asked.get(&id) else {
            return Err(Broken::Daemon(format!("content comes for {id}, which was not asked for")));
        };
        let (path, meta) = (path.clone(), *meta);
        let file = match self.open.remove(&id) {
            Some(file) => Ok(file),
            None if self.open.len() >= MOST_OPEN => {
                return Err(Broken::Daemon("too many files come at once".to_owned()));
            }
            None => self.place.file(&path),
        };
        let file = file.map_err(|error| self.unwritable(&path, error))?;
        if data.is_empty() {
            self.asked.remove(&id);
            return file.finish(meta).map_err(|error| self.unwritable(&path, error));
        }
        file.write(data).map_err(|error| self.unwritable(&path, error))?;
        self.open.insert(id, file);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Broken> {
        for (path, first) in std::mem::take(&mut self.names) {
            self.place.second_name(&path, &first).map_err(|error| self.unwritable(&path, error))?;
        }
        // From within: what a directory holds changes its time.
        for (path, meta) in std::mem::take(&mut self.directories).into_iter().rev() {
            self.place.finish_directory(&path, meta).map_err(|error| self.unwritable(&path, error))?;
        }
        self.place.keep();
        Ok(())
    }

    fn unwritable(&self, path: &str, error: Errno) -> Broken {
        Broken::Writing(Box::new(error::write(&Path::new(&self.destination).join(path), &error.into())))
    }
}

// Go's `FileMode`.
const DIRECTORY: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;
const PIPE: u32 = 1 << 25;
/// Directory, link, device, pipe, socket, character device, irregular.
const KINDS: u32 = DIRECTORY | SYMLINK | 1 << 26 | PIPE | 1 << 24 | 1 << 21 | 1 << 19;
