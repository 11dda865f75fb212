//! A daemon in this process exports to us.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use bollard_buildkit_proto::moby::filesync::{packet, v1};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::*;
use crate::build::session::serve;
use crate::diagnostic::code;

/// A daemon, connected.
struct Daemon {
    channel: Channel,
    findings: Findings,
}

fn output(kind: OutputKind, destination: Option<&Path>) -> Output {
    Output { kind, attributes: Default::default(), destination: destination.map(Path::to_owned) }
}

impl Daemon {
    fn new(outputs: Vec<Output>) -> Self {
        let findings = Findings::default();
        let service = Exports::new(outputs, findings.clone()).into_service();
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        tokio::spawn(serve(Box::pin(ours), tonic::service::Routes::new(service)));
        let mut theirs = Some(TokioIo::new(theirs));
        let connect = tower::service_fn(move |_| {
            std::future::ready(theirs.take().ok_or(std::io::Error::from(std::io::ErrorKind::NotConnected)))
        });
        let channel = Endpoint::from_static("http://session.example").connect_with_connector_lazy(connect);
        Self { channel, findings }
    }

    fn code(&self) -> crate::diagnostic::Code {
        let found = self.findings.take();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].code
    }

    async fn archive(&self, id: Option<&str>, pieces: &[Vec<u8>]) -> Result<(), Status> {
        let messages: Vec<_> = pieces.iter().map(|data| v1::BytesMessage { data: data.clone() }).collect();
        let mut request = Request::new(tokio_stream::iter(messages));
        if let Some(id) = id {
            request.metadata_mut().append(EXPORTER_ID, id.parse().unwrap());
        }
        let mut client = v1::file_send_client::FileSendClient::new(self.channel.clone());
        let mut answer = client.diff_copy(request).await?.into_inner();
        assert!(answer.message().await?.is_none());
        Ok(())
    }

    /// Sends entries, and for each file that is asked for its path as its content.
    async fn tree(&self, stats: Vec<Stat>) -> Result<(), Status> {
        let (sender, outgoing) = mpsc::unbounded_channel();
        for stat in &stats {
            sender.send(Packet { stat: Some(stat.clone()), ..Packet::default() }).unwrap();
        }
        sender.send(Packet::default()).unwrap();
        let mut client = packet::file_send_client::FileSendClient::new(self.channel.clone());
        let mut incoming = client.diff_copy(UnboundedReceiverStream::new(outgoing)).await?.into_inner();
        while let Some(packet) = incoming.next().await {
            let packet = packet?;
            match packet.r#type() {
                PacketType::PacketReq => {
                    for data in [stats[packet.id as usize].path.clone().into_bytes(), Vec::new()] {
                        let data = Packet { id: packet.id, data, ..super::tree::of_type(PacketType::PacketData) };
                        // A receiver that refuses something hangs up.
                        let _ = sender.send(data);
                    }
                }
                PacketType::PacketFin => {
                    let _ = sender.send(super::tree::of_type(PacketType::PacketFin));
                }
                PacketType::PacketErr => {}
                other => panic!("{other:?}"),
            }
        }
        Ok(())
    }
}

const DIR: u32 = 1 << 31 | 0o755;
const LINK: u32 = 1 << 27 | 0o777;

fn entry(path: &str, mode: u32, linkname: &str) -> Stat {
    Stat { path: path.into(), mode, linkname: linkname.into(), mod_time: 1_000_000_000_500_000_000, ..Stat::default() }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

// -------------------------------------------------------------------------------------------------------------- archives

#[tokio::test]
async fn an_archive_is_there_when_all_of_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, "old").unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Image, None), output(OutputKind::Oci, Some(&path))]);
    let pieces = [b"one ".to_vec(), vec![b'x'; 3 << 20], b" two".to_vec()];
    for id in [None, Some("1")] {
        daemon.archive(id, &pieces).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), pieces.concat());
        assert_eq!(names(directory.path()), ["image.tar"]);
        std::fs::write(&path, "old").unwrap();
    }
    assert_eq!(daemon.archive(Some("0"), &pieces).await.unwrap_err().code(), tonic::Code::NotFound);
    assert_eq!(daemon.archive(Some("2"), &pieces).await.unwrap_err().code(), tonic::Code::NotFound);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
}

#[tokio::test]
async fn an_archive_that_ends_early_leaves_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, "old").unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Docker, Some(&path))]);
    let (sender, outgoing) = mpsc::unbounded_channel();
    sender.send(v1::BytesMessage { data: vec![b'x'; 100_000] }).unwrap();
    let mut client = v1::file_send_client::FileSendClient::new(daemon.channel.clone());
    let call = client.diff_copy(UnboundedReceiverStream::new(outgoing));
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), call).await.is_err());
    for _ in 0..500 {
        if names(directory.path()).len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(names(directory.path()), ["image.tar"]);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
}

#[tokio::test]
async fn a_new_archive_is_as_readable_as_the_old_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, "old").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    Daemon::new(vec![output(OutputKind::Tar, Some(&path))]).archive(None, &[b"new".to_vec()]).await.unwrap();
    let mode = std::fs::metadata(&path).unwrap().mode();
    assert_eq!((std::fs::read(&path).unwrap(), mode & 0o777), (b"new".to_vec(), 0o600));
}

#[tokio::test]
async fn an_archive_is_not_taken_for_a_folder() {
    let directory = tempfile::tempdir().unwrap();
    let mut folder = output(OutputKind::Oci, Some(&directory.path().join("image")));
    folder.attributes.insert("tar".into(), "false".into());
    let daemon = Daemon::new(vec![folder]);
    assert!(daemon.archive(None, &[b"archive".to_vec()]).await.is_err());
    assert_eq!(daemon.code(), code::EXPORT_ENTRY);
    assert!(names(directory.path()).is_empty());
}

#[tokio::test]
async fn an_archive_goes_through_a_link_and_into_what_is_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir(at("real")).unwrap();
    std::fs::write(at("real/image.tar"), "old").unwrap();
    symlink("real/image.tar", at("link")).unwrap();
    Daemon::new(vec![output(OutputKind::Tar, Some(&at("link")))]).archive(None, &[b"new".to_vec()]).await.unwrap();
    assert_eq!(std::fs::read(at("real/image.tar")).unwrap(), b"new");
    assert_eq!(names(directory.path()), ["link", "real"]);
    Daemon::new(vec![output(OutputKind::Tar, Some(Path::new("/dev/null")))])
        .archive(None, &[b"x".to_vec()])
        .await
        .unwrap();
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told() {
    let full = Daemon::new(vec![output(OutputKind::Tar, Some(Path::new("/dev/full")))]);
    assert!(full.archive(None, &[vec![b'x'; 3 << 20]]).await.is_err());
    assert_eq!(full.code(), code::EXPORT_WRITE);
    let missing = Daemon::new(vec![output(OutputKind::Tar, Some(Path::new("/none/at/all.tar")))]);
    assert!(missing.archive(None, &[]).await.is_err());
    assert_eq!(missing.code(), code::EXPORT_WRITE);
}

// ----------------------------------------------------------------------------------------------------------------- trees

#[tokio::test]
async fn a_tree_is_written_as_it_is_sent() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("made/out");
    let daemon = Daemon::new(vec![output(OutputKind::Local, Some(&out))]);
    let stats = || {
        vec![
            entry("bin", LINK, "usr/bin"),
            entry("closed", 1 << 31 | 0o555, ""),
            entry("closed/file", 0o444, ""),
            entry("closed/inner", DIR, ""),
            entry("empty", DIR, ""),
            entry("passwd", LINK, "/etc/passwd"),
            entry("run", 1 << 23 | 0o755, ""),
            entry("second", 1 << 23 | 0o755, "run"),
        ]
    };
    // The second time, everything is there.
    for _ in 0..2 {
        daemon.tree(stats()).await.unwrap();
        assert_eq!(names(&out), ["bin", "closed", "empty", "passwd", "run", "second"]);
        assert_eq!(std::fs::read_to_string(out.join("closed/file")).unwrap(), "closed/file");
        assert_eq!(std::fs::read_link(out.join("passwd")).unwrap(), Path::new("/etc/passwd"));
        let mode = |path: &str| std::fs::symlink_metadata(out.join(path)).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode("closed"), mode("closed/file"), mode("run")), (0o555, 0o444, 0o4755));
        let inode = |path: &str| std::fs::metadata(out.join(path)).unwrap().ino();
        assert_eq!(inode("run"), inode("second"));
        for path in ["bin", "closed", "closed/file", "run"] {
            let there = std::fs::symlink_metadata(out.join(path)).unwrap();
            assert_eq!((there.mtime(), there.mtime_nsec()), (1_000_000_000, 500_000_000), "{path}");
        }
    }
    assert!(daemon.findings.take().is_empty());
}

#[tokio::test]
async fn what_lies_in_the_way_gives_way_and_links_are_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir_all(at("out/kept")).unwrap();
    std::fs::create_dir_all(at("out/c")).unwrap();
    std::fs::create_dir_all(at("outside")).unwrap();
    std::fs::write(at("outside/file"), "mine").unwrap();
    symlink("../outside", at("out/a")).unwrap();
    symlink("../outside/file", at("out/b")).unwrap();
    std::fs::write(at("out/d"), "old").unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Local, Some(&at("out")))]);
    let stats = vec![
        entry("a", DIR, ""),
        entry("a/file", 0o644, ""),
        entry("b", 0o644, ""),
        entry("c", 0o644, ""),
        entry("d", DIR, ""),
        entry("d/x", LINK, "y"),
    ];
    daemon.tree(stats).await.unwrap();
    assert_eq!(std::fs::read_to_string(at("outside/file")).unwrap(), "mine");
    assert_eq!(names(&at("outside")), ["file"]);
    assert_eq!(names(&at("out")), ["a", "b", "c", "d", "kept"]);
    assert_eq!(std::fs::read_to_string(at("out/a/file")).unwrap(), "a/file");
    assert_eq!(std::fs::read_to_string(at("out/b")).unwrap(), "b");
}

#[tokio::test]
async fn nothing_is_written_outside_whatever_the_daemon_sends() {
    let cases: Vec<Vec<Stat>> = vec![
        vec![entry("../evil", 0o644, "")],
        vec![entry("..", DIR, "")],
        vec![entry("/tmp/evil", 0o644, "")],
        vec![entry("", 0o644, "")],
        vec![entry(".", DIR, "")],
        vec![entry("a", DIR, ""), entry("a/../../evil", 0o644, "")],
        vec![entry("a", DIR, ""), entry("a//evil", 0o644, "")],
        vec![entry("a\0b", 0o644, "")],
        vec![entry("a", LINK, ".."), entry("a/evil", 0o644, "")],
        vec![entry("a", LINK, "/tmp"), entry("a/b", DIR, "")],
        vec![entry("a", 0o644, ""), entry("a/evil", 0o644, "")],
        vec![entry("missing/evil", 0o644, "")],
        vec![entry("evil", 0o644, "../outside")],
        vec![entry("evil", 0o644, "/etc/passwd")],
        vec![entry("evil", 1 << 26 | 1 << 21 | 0o666, "")],
    ];
    for stats in cases {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("outside"), "mine").unwrap();
        let out = directory.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let daemon = Daemon::new(vec![output(OutputKind::Local, Some(&out))]);
        let told = format!("{stats:?}");
        assert!(daemon.tree(stats).await.is_err(), "{told}");
        assert_eq!(daemon.code(), code::EXPORT_ENTRY, "{told}");
        assert_eq!(names(directory.path()), ["out", "outside"], "{told}");
        assert!(names(&out).iter().all(|name| name == "a"), "{told}");
    }
}

#[tokio::test]
async fn a_link_that_is_put_in_the_way_meanwhile_is_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Local, Some(&out))]);
    let (sender, outgoing) = mpsc::unbounded_channel();
    for stat in [entry("a", DIR, ""), entry("a/evil", 0o644, "")] {
        sender.send(Packet { stat: Some(stat), ..Packet::default() }).unwrap();
    }
    let mut client = packet::file_send_client::FileSendClient::new(daemon.channel.clone());
    let mut incoming = client.diff_copy(UnboundedReceiverStream::new(outgoing)).await.unwrap().into_inner();
    assert_eq!(incoming.next().await.unwrap().unwrap().id, 1);
    std::fs::remove_dir(out.join("a")).unwrap();
    symlink("..", out.join("a")).unwrap();
    sender.send(Packet { id: 1, ..super::tree::of_type(PacketType::PacketData) }).unwrap();
    while let Some(Ok(_)) = incoming.next().await {}
    assert_eq!(daemon.code(), code::EXPORT_WRITE);
    assert_eq!(names(directory.path()), ["out"]);
}

#[tokio::test]
async fn a_tree_that_ends_early_leaves_nothing_half_written() {
    let directory = tempfile::tempdir().unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Local, Some(directory.path()))]);
    let (sender, outgoing) = mpsc::unbounded_channel();
    sender.send(Packet { stat: Some(entry("file", 0o644, "")), ..Packet::default() }).unwrap();
    let mut client = packet::file_send_client::FileSendClient::new(daemon.channel.clone());
    let mut incoming = client.diff_copy(UnboundedReceiverStream::new(outgoing)).await.unwrap().into_inner();
    incoming.next().await.unwrap().unwrap();
    sender.send(Packet { data: vec![b'x'; 10], ..super::tree::of_type(PacketType::PacketData) }).unwrap();
    drop((incoming, sender));
    for _ in 0..500 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        if daemon.findings.held() <= 2 + 1 && names(directory.path()).is_empty() {
            return;
        }
    }
    panic!("{:?}", names(directory.path()));
}

#[tokio::test]
async fn a_folder_that_was_made_goes_when_the_tree_does_not_come_whole() {
    let directory = tempfile::tempdir().unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Local, Some(&directory.path().join("a/b")))]);
    let mut client = packet::file_send_client::FileSendClient::new(daemon.channel.clone());
    let stat = |stat| Packet { stat, ..super::tree::of_type(PacketType::PacketStat) };
    let gives_up = vec![stat(Some(entry("d", DIR, ""))), super::tree::of_type(PacketType::PacketErr)];
    let mut incoming = client.diff_copy(tokio_stream::iter(gives_up)).await.unwrap().into_inner();
    while let Some(Ok(_)) = incoming.next().await {}
    for _ in 0..500 {
        if names(directory.path()).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(names(directory.path()).is_empty(), "{:?}", names(directory.path()));
    daemon.tree(vec![entry("d", DIR | 0o755, "")]).await.unwrap();
    assert_eq!(names(&directory.path().join("a/b")), ["d"]);
}

#[tokio::test]
async fn a_daemon_that_does_not_keep_to_the_protocol_is_told_so() {
    let directory = tempfile::tempdir().unwrap();
    let daemon = Daemon::new(vec![output(OutputKind::Local, Some(directory.path()))]);
    let stat = || Packet { stat: Some(entry("a", DIR, "")), ..Packet::default() };
    let of_type = super::tree::of_type;
    let cases = [
        vec![of_type(PacketType::PacketData)],
        vec![stat(), of_type(PacketType::PacketData)],
        vec![of_type(PacketType::PacketReq)],
        vec![of_type(PacketType::PacketStat), stat()],
        vec![of_type(PacketType::PacketStat), of_type(PacketType::PacketStat)],
        vec![of_type(PacketType::PacketErr)],
    ];
    for packets in cases {
        let told = format!("{packets:?}");
        let mut client = packet::file_send_client::FileSendClient::new(daemon.channel.clone());
        let mut incoming = client.diff_copy(tokio_stream::iter(packets)).await.unwrap().into_inner();
        let mut last = incoming.next().await;
        while let Some(Ok(_)) = last {
            last = incoming.next().await;
        }
        assert_eq!(last.unwrap().unwrap_err().code(), tonic::Code::InvalidArgument, "{told}");
    }
    assert!(daemon.findings.take().is_empty());
}
