//! How long a context takes to a daemon, and how much memory the sender needs.
//!
//! `cargo bench --bench transfer`: 100,000 files of 1 KiB and one of 1 GiB. The daemon is this process; the sender is a
//! second one, so that its memory is its own. What a real daemon does with the files is not in these figures.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "the bench makes files, starts itself and prints"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use bollard_buildkit_proto::fsutil::types::Packet;
use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::moby::filesync::packet::file_sync_client::FileSyncClient;
use cogpack::build::context::Context;
use cogpack::build::progress::Event;
use cogpack::ignore::Ignore;
use hyper_util::rt::TokioIo;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::Request;
use tonic::transport::{Channel, Endpoint};

/// Set for the second process: the socket, and the directory.
const SENDER: &str = "COGPACK_BENCH_SENDER";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    match std::env::var(SENDER) {
        Ok(given) => send(&given).await,
        Err(_) => measure().await,
    }
}

async fn send(given: &str) -> Outcome<()> {
    let (socket, directory) = given.split_once(':').ok_or("SOCKET:DIRECTORY")?;
    let (stream, _) = UnixListener::bind(socket)?.accept().await?;
    let (events, mut told) = mpsc::unbounded_channel();
    let context = Context::new(directory, Ignore::default());
    let count = tokio::spawn(async move {
        let mut last = None;
        while let Some(event) = told.recv().await {
            if let Event::Sent { entries, bytes, .. } = event {
                last = Some((entries, bytes));
            }
        }
        last
    });
    cogpack::build::offer(Box::pin(stream), [("context".to_owned(), context)].into_iter().collect(), events).await;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default().trim().to_owned();
    println!("    sender: {:?} entries and bytes, at most {most}", count.await?);
    Ok(())
}

async fn measure() -> Outcome<()> {
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("transfer");
    let (many, large) = (work.join("many"), work.join("large"));
    if !many.is_dir() {
        for number in 0..100_000 {
            let directory = many.join(format!("package-{:03}/module", number / 250));
            std::fs::create_dir_all(&directory)?;
            std::fs::write(directory.join(format!("file-number-{number}.py")), [b'x'; 1024])?;
        }
        std::fs::create_dir_all(&large)?;
        std::fs::File::create(large.join("file"))?.set_len(1 << 30)?;
    }
    for (what, directory, everything) in
        [("100,000 files, cold", &many, true), ("100,000 files, warm", &many, false), ("1 GiB", &large, true)]
    {
        for _ in 0..3 {
            let socket = work.join("socket");
            let _ = std::fs::remove_file(&socket);
            let given = format!("{}:{}", socket.display(), directory.display());
            let mut sender = std::process::Command::new(std::env::current_exe()?).env(SENDER, given).spawn()?;
            let channel = connect(&socket).await?;
            let before = Instant::now();
            let (files, bytes) = receive(channel, everything).await?;
            println!("{what}: {files} files, {bytes} bytes in {:?}", before.elapsed());
            sender.wait()?;
        }
    }
    Ok(())
}

async fn connect(socket: &Path) -> Outcome<Channel> {
    while !socket.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let mut stream = Some(TokioIo::new(UnixStream::connect(socket).await?));
    let connect = tower::service_fn(move |_| {
        std::future::ready(stream.take().ok_or(std::io::Error::from(std::io::ErrorKind::NotConnected)))
    });
    Ok(Endpoint::from_static("http://session.example").connect_with_connector(connect).await?)
}

/// Takes a context as a daemon does that has nothing, or all of it.
async fn receive(channel: Channel, everything: bool) -> Outcome<(usize, usize)> {
    let (requests, outgoing) = mpsc::unbounded_channel();
    let mut request = Request::new(UnboundedReceiverStream::new(outgoing));
    request.metadata_mut().append("dir-name", "context".parse()?);
    let mut incoming = FileSyncClient::new(channel).diff_copy(request).await?.into_inner();
    let (mut id, mut missing, mut all_told) = (0, 0, false);
    let (mut files, mut bytes) = (0, 0);
    let of_type = |kind: PacketType, id| Packet { r#type: kind.into(), id, ..Packet::default() };
    while let Some(packet) = incoming.message().await? {
        match (packet.r#type(), packet.stat) {
            (PacketType::PacketStat, Some(stat)) => {
                if everything && stat.mode & (1 << 31) == 0 {
                    requests.send(of_type(PacketType::PacketReq, id))?;
                    missing += 1;
                }
                id += 1;
            }
            (PacketType::PacketStat, None) => all_told = true,
            (PacketType::PacketData, _) if packet.data.is_empty() => {
                files += 1;
                missing -= 1;
            }
            (PacketType::PacketData, _) => bytes += packet.data.len(),
            _ => {}
        }
        if all_told && missing == 0 {
            all_told = false;
            requests.send(of_type(PacketType::PacketFin, 0))?;
        }
    }
    Ok((files, bytes))
}
