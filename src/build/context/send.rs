//! A context and what the daemon wants of it → packets; the daemon's requests → files.
//!
//! One blocking task walks and tells of entries. The daemon may ask for files from the first entry on: its requests are
//! read at all times, and a few blocking tasks send the files. Each waits when the daemon does not take what it sends, so
//! memory is bounded: by what is on the way, and by a path for each file.
//!
//! What goes wrong is kept as a finding, and ends all of it: a daemon never gets a part of a context for the whole.

use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, ready};

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use rustix::fs::FileType;
use rustix::io::Errno;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tonic::{Status, Streaming};

use crate::build::context::entry::Look;
use crate::build::context::filter::{Asked, Filter};
use crate::build::context::follow::{follow, without_nested};
use crate::build::context::report::{Report, Sizes};
use crate::build::context::root::Root;
use crate::build::context::table::{Table, Told};
use crate::build::context::walk::{Stop, Take, Walk};
use crate::build::context::{Context, error};
use crate::build::session::Findings;
use crate::diagnostic::Diagnostic;

/// How much of a file travels in a packet.
const CHUNK: usize = 32 << 10;

/// How many entries are told of at once.
const BATCH: usize = 64;

/// How many batches may be on the way.
const ON_THE_WAY: usize = 16;

/// How many files are read at once.
const READERS: usize = 4;

/// Sends what is asked of a context.
pub fn send(
    context: Context,
    asked: Asked,
    incoming: Streaming<Packet>,
    report: Arc<Report>,
    findings: Findings,
) -> Packets {
    let (out, receiver) = mpsc::channel(ON_THE_WAY);
    let transfer = Transfer { report, findings, table: Table::default(), failed: AtomicBool::new(false), out };
    tokio::spawn(answer(transfer, context, asked, incoming));
    Packets { receiver, batch: Vec::new().into_iter() }
}

type Batch = Result<Vec<Packet>, Status>;

/// What the tasks of one transfer share.
struct Transfer {
    report: Arc<Report>,
    findings: Findings,
    table: Table,
    failed: AtomicBool,
    out: mpsc::Sender<Batch>,
}

/// Opens the context, starts the other tasks and listens to the daemon.
async fn answer(transfer: Transfer, context: Context, asked: Asked, incoming: Streaming<Packet>) {
    let transfer = Arc::new(transfer);
    let opening = Arc::clone(&transfer);
    let opened = tokio::task::spawn_blocking(move || {
        opening.open(&context, &asked).map_err(|found| opening.fail(*found)).ok().map(Arc::new)
    });
    let Ok(Some(opened)) = opened.await else { return };
    let (jobs, waiting) = mpsc::unbounded_channel();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..READERS {
        let (transfer, opened, waiting) = (Arc::clone(&transfer), Arc::clone(&opened), Arc::clone(&waiting));
        tokio::task::spawn_blocking(move || transfer.send_files(&opened.0, &waiting));
    }
    let walking = Arc::clone(&transfer);
    tokio::task::spawn_blocking(move || walking.tell(&opened.0, &opened.1));
    transfer.listen(incoming, jobs).await;
}

impl Transfer {
    fn open(&self, context: &Context, asked: &Asked) -> Result<(Root, Filter), Box<Diagnostic>> {
        let name = self.report.context();
        let directory = || context.directory.display().to_string();
        let root =
            Root::open(&context.directory).map_err(|error| Box::new(error::directory(name, &directory(), error)))?;
        let mut include = asked.include.clone();
        if !asked.follow.is_empty() {
            let followed = follow(&root, &asked.follow)
                .map_err(|(path, error)| Box::new(error::unreadable(name, &path, error)))?;
            if !followed.is_empty() {
                include.extend(followed);
                include = without_nested(include);
            }
        }
        let filter = Filter::new(context.ignore.clone(), &context.named, &include, &asked.exclude)
            .map_err(|invalid| Box::new(error::pattern(name, &invalid)))?;
        Ok((root, filter))
    }

    /// Reads what the daemon asks for, until it has what it wants, or it or we give up.
    async fn listen(&self, mut incoming: Streaming<Packet>, jobs: mpsc::UnboundedSender<Told>) {
        loop {
            let packet = tokio::select! {
                packet = incoming.message() => packet,
                () = self.out.closed() => return,
            };
            let Ok(Some(packet)) = packet else { return };
            match packet.r#type() {
                PacketType::PacketReq => match self.table.take(packet.id) {
                    Some(told) => drop(jobs.send(told)),
                    None => {
                        let status = Status::invalid_argument(format!("there is no file to send as {}", packet.id));
                        return drop(self.out.send(Err(status)).await);
                    }
                },
                PacketType::PacketFin => {
                    self.report.say();
                    return drop(self.out.send(Ok(vec![of_type(PacketType::PacketFin)])).await);
                }
                PacketType::PacketErr => {
                    let words = String::from_utf8_lossy(&packet.data);
                    return drop(self.out.send(Err(Status::cancelled(words))).await);
                }
                PacketType::PacketStat | PacketType::PacketData => {}
            }
        }
    }

    /// Tells the daemon of all entries.
    fn tell(&self, root: &Root, filter: &Filter) {
        let mut telling = Telling { transfer: self, batch: Vec::with_capacity(BATCH), sizes: Sizes::default() };
        let walked = Walk::new(self.report.context(), root, filter, &mut telling).run();
        let done = walked.and_then(|()| {
            telling.batch.push(of_type(PacketType::PacketStat));
            telling.flush()
        });
        match done {
            Ok(()) => self.report.say_sizes(telling.sizes),
            Err(Stop::Unwanted) => {}
            Err(Stop::Failed(found)) => self.fail(*found),
        }
    }

    /// Sends files as they are asked for, until no more can be.
    fn send_files(&self, root: &Root, waiting: &Mutex<mpsc::UnboundedReceiver<Told>>) {
        loop {
            let told = waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            let Some(told) = told else { return };
            match self.send_file(root, &told) {
                Ok(()) => {}
                Err(Stop::Unwanted) => return,
                Err(Stop::Failed(found)) => return self.fail(*found),
            }
        }
    }

    /// Sends the content of a file that is still what it was told to be, before and after.
    fn send_file(&self, root: &Root, told: &Told) -> Result<(), Stop> {
        let name = self.report.context();
        let unreadable = |error| Stop::Failed(Box::new(error::unreadable(name, &told.path, error)));
        let changed = || Stop::Failed(Box::new(error::changed(name, &told.path)));
        let file = match root.file(&told.path) {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NXIO) => return Err(changed()),
            Err(error) => return Err(unreadable(error)),
        };
        let check = |file: &OwnedFd| match rustix::fs::fstat(file) {
            Ok(look) if Look::of(&look).is_same_file(&told.look) => Ok(()),
            Ok(_) => Err(changed()),
            Err(error) => Err(unreadable(error)),
        };
        check(&file)?;
        let (mut sent, size) = (0, told.look.size);
        let mut batch = Vec::with_capacity(2);
        while sent < size {
            let chunk = usize::try_from(size - sent).map_or(CHUNK, |left| left.min(CHUNK));
            let data = read(&file, sent, chunk).map_err(unreadable)?;
            if data.len() < chunk {
                return Err(changed());
            }
            sent += chunk as u64;
            self.report.add_bytes(chunk as u64);
            batch.push(Packet { id: told.id, data, ..of_type(PacketType::PacketData) });
            if sent < size {
                self.put(std::mem::replace(&mut batch, Vec::with_capacity(2)))?;
            }
        }
        // The end is only sent when all before it is sure.
        check(&file)?;
        batch.push(Packet { id: told.id, ..of_type(PacketType::PacketData) });
        self.put(batch)
    }

    fn put(&self, batch: Vec<Packet>) -> Result<(), Stop> {
        self.out.blocking_send(Ok(batch)).map_err(|_| Stop::Unwanted)
    }

    /// Keeps the first finding, and ends the transfer with its words.
    fn fail(&self, found: Diagnostic) {
        if self.failed.swap(true, Relaxed) {
            return;
        }
        let words = found.message.clone();
        self.findings.push(found);
        let packet = Packet { data: words.clone().into_bytes(), ..of_type(PacketType::PacketErr) };
        let _ = self.out.blocking_send(Ok(vec![packet]));
        let _ = self.out.blocking_send(Err(Status::unknown(words)));
    }
}

/// Tells the daemon of entries.
struct Telling<'t> {
    transfer: &'t Transfer,
    batch: Vec<Packet>,
    sizes: Sizes,
}

impl Telling<'_> {
    fn flush(&mut self) -> Result<(), Stop> {
        self.transfer.report.add_entries(self.batch.len() as u64);
        self.transfer.put(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH)))
    }
}

impl Take for Telling<'_> {
    fn entry(&mut self, stat: Stat, look: Look) -> Result<(), Stop> {
        // Whatever is told of can be asked for at once, so it has to be in the table before.
        if look.kind() == FileType::RegularFile {
            if stat.linkname.is_empty() {
                self.sizes.add(&stat.path, look.size);
            }
            self.transfer.table.add_file(stat.path.clone(), look);
        } else {
            self.transfer.table.add();
        }
        self.batch.push(Packet { stat: Some(stat), ..of_type(PacketType::PacketStat) });
        if self.batch.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn warn(&mut self, found: Diagnostic) {
        self.transfer.report.warn(found);
    }
}

fn of_type(kind: PacketType) -> Packet {
    Packet { r#type: kind.into(), ..Packet::default() }
}

/// Reads so many bytes from a place in a file, fewer only at its end.
fn read(file: &OwnedFd, from: u64, most: usize) -> Result<Vec<u8>, Errno> {
    let mut data = Vec::with_capacity(most);
    while data.len() < most {
        let place = from.saturating_add(data.len() as u64);
        match rustix::io::pread(file, rustix::buffer::spare_capacity(&mut data), place) {
            Ok(0) => break,
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    data.truncate(most);
    Ok(data)
}

/// The packets of a transfer.
pub struct Packets {
    receiver: mpsc::Receiver<Batch>,
    batch: std::vec::IntoIter<Packet>,
}

impl Stream for Packets {
    type Item = Result<Packet, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(packet) = self.batch.next() {
                return Poll::Ready(Some(Ok(packet)));
            }
            match ready!(self.receiver.poll_recv(context)) {
                Some(Ok(batch)) => self.batch = batch.into_iter(),
                Some(Err(status)) => {
                    // Whoever still sends has to hear that nobody listens.
                    self.receiver.close();
                    return Poll::Ready(Some(Err(status)));
                }
                None => return Poll::Ready(None),
            }
        }
    }
}
