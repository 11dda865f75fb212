//! A daemon in this process reads and writes caches in folders.

use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

use super::message::*;
use super::*;
use crate::build::progress::Event;
use crate::build::session::Findings;
use crate::build::session::tests::daemon;
use crate::diagnostic::{Diagnostic, code};

/// A daemon, connected, for which the folder `c` of a directory is the store `local:0`.
struct Daemon {
    grpc: Grpc<Channel>,
    directory: TempDir,
    folder: Folder,
    findings: Findings,
    events: mpsc::UnboundedReceiver<Event>,
}

fn digest(data: &[u8]) -> String {
    store::Digest::of_hash(&Sha256::digest(data)).to_string()
}

impl Daemon {
    async fn writing() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::to_write(&directory.path().join("c"), "latest", false).unwrap();
        Self::with(directory, folder).await
    }

    async fn with(directory: TempDir, folder: Folder) -> Self {
        let findings = Findings::default();
        let (sender, events) = mpsc::unbounded_channel();
        let folders = IndexMap::from([("local:0".to_owned(), folder.clone())]);
        let routes = Routes::new(Stores::new(folders, sender, findings.clone()));
        Self { grpc: Grpc::new(daemon(routes).await), directory, folder, findings, events }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join("c").join(path)
    }

    /// All files of the folder.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.path("")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path.strip_prefix(self.path("")).unwrap().display().to_string());
                }
            }
        }
        files.sort();
        files
    }

    fn request<T>(message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("buildkit-attachable-store-id", "local:0".parse().unwrap());
        request
    }

    fn method(name: &str) -> PathAndQuery {
        format!("/containerd.services.content.v1.Content/{name}").parse().unwrap()
    }

    async fn size(&mut self, digest: &str) -> Result<i64, Status> {
        self.grpc.ready().await.unwrap();
        let request = Self::request(InfoRequest { digest: digest.to_owned() });
        let codec: ProstCodec<InfoRequest, InfoResponse> = ProstCodec::default();
        let answer = self.grpc.unary(request, Self::method("Info"), codec).await?.into_inner();
        Ok(answer.info.unwrap().size)
    }

    async fn read(&mut self, digest: &str, offset: i64, size: i64) -> Result<Vec<u8>, Status> {
        self.grpc.ready().await.unwrap();
        let request = Self::request(ReadContentRequest { digest: digest.to_owned(), offset, size });
        let codec: ProstCodec<ReadContentRequest, ReadContentResponse> = ProstCodec::default();
        let mut pieces = self.grpc.server_streaming(request, Self::method("Read"), codec).await?.into_inner();
        let mut all = Vec::new();
        while let Some(piece) = pieces.message().await? {
            assert_eq!(piece.offset, all.len() as i64);
            all.extend(piece.data);
        }
        Ok(all)
    }

    async fn write(&mut self, messages: Vec<WriteContentRequest>) -> Result<Vec<WriteContentResponse>, Status> {
        self.grpc.ready().await.unwrap();
        let request = Self::request(tokio_stream::iter(messages));
        let codec: ProstCodec<WriteContentRequest, WriteContentResponse> = ProstCodec::default();
        let mut answers = self.grpc.streaming(request, Self::method("Write"), codec).await?.into_inner();
        let mut all = Vec::new();
        while let Some(answer) = answers.message().await? {
            all.push(answer);
        }
        Ok(all)
    }

    /// Brings a blob as BuildKit does: a question, content, the end of it.
    async fn bring(&mut self, data: &[u8]) -> Result<(), Status> {
        let messages = vec![stat(data), write(0, data), commit(data)];
        let answers = self.write(messages).await?;
        let offsets: Vec<i64> = answers.iter().map(|answer| answer.offset).collect();
        assert_eq!(offsets, [0, data.len() as i64, data.len() as i64]);
        assert_eq!(answers[2].digest, digest(data));
        Ok(())
    }

    /// Brings a cache of one layer. Its digest.
    async fn bring_cache(&mut self, layer: &[u8]) -> String {
        let config = format!(r#"{{"layers":["{}"]}}"#, digest(layer)).into_bytes();
        let manifest = manifest(layer, &config);
        for blob in [layer, &config, &manifest] {
            match self.bring(blob).await {
                Err(status) if status.code() == Code::AlreadyExists => {}
                done => done.unwrap(),
            }
        }
        digest(&manifest)
    }

    fn found(&self) -> Diagnostic {
        let [found] = self.findings.take().try_into().unwrap();
        found
    }
}

fn manifest(layer: &[u8], config: &[u8]) -> Vec<u8> {
    serde_json::json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
        {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(layer), "size": layer.len()},
        {"mediaType": "application/vnd.buildkit.cacheconfig.v0", "digest": digest(config), "size": config.len()},
    ]})
    .to_string()
    .into_bytes()
}

fn message(action: WriteAction) -> WriteContentRequest {
    WriteContentRequest { action: action.into(), r#ref: "layer".to_owned(), ..WriteContentRequest::default() }
}

fn stat(data: &[u8]) -> WriteContentRequest {
    WriteContentRequest { total: data.len() as i64, expected: digest(data), ..message(WriteAction::Stat) }
}

fn write(offset: i64, data: &[u8]) -> WriteContentRequest {
    WriteContentRequest { offset, data: data.to_vec(), ..message(WriteAction::Write) }
}

fn commit(data: &[u8]) -> WriteContentRequest {
    let (total, expected) = (data.len() as i64, digest(data));
    WriteContentRequest { offset: total, total, expected, ..message(WriteAction::Commit) }
}

fn read(path: &Path, tag: &str) -> Result<String, String> {
    Folder::to_read(path, tag, None).map(|(_, digest)| digest).map_err(|found| found.message)
}

// ----------------------------------------------------------------------------------------------------------- blobs

#[tokio::test]
async fn a_blob_that_came_is_read_whole_and_in_parts() {
    let mut daemon = Daemon::writing().await;
    let data: Vec<u8> = (0..3_000_000u32).map(|at| (at % 251) as u8).collect();
    let name = digest(&data);
    assert_eq!(daemon.size(&name).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(daemon.read(&name, 0, 0).await.unwrap_err().code(), Code::NotFound);
    daemon.bring(&data).await.unwrap();
    assert_eq!(daemon.files(), [format!("blobs/{}", name.replacen(':', "/", 1))]);
    assert_eq!(daemon.size(&name).await.unwrap(), 3_000_000);
    assert_eq!(daemon.read(&name, 0, 0).await.unwrap(), data);
    assert_eq!(daemon.read(&name, 10, 20).await.unwrap(), data[10..30]);
    assert_eq!(daemon.read(&name, 2_999_990, 500).await.unwrap(), data[2_999_990..]);
    assert_eq!(daemon.read(&name, 3_000_001, 1).await.unwrap_err().code(), Code::OutOfRange);
    daemon.bring(b"").await.unwrap();
    assert_eq!(daemon.read(&digest(b""), 0, 0).await.unwrap(), b"");
}

#[tokio::test]
async fn what_is_not_as_it_was_told_is_not_kept() {
    let mut daemon = Daemon::writing().await;
    let others = WriteContentRequest { expected: digest(b"other"), total: 3, offset: 3, ..commit(b"abc") };
    let longer = WriteContentRequest { total: 4, ..commit(b"abc") };
    for wrong in [others, longer] {
        let status = daemon.write(vec![write(0, b"abc"), wrong]).await.unwrap_err();
        assert_eq!(status.code(), Code::FailedPrecondition);
    }
    let status = daemon.write(vec![write(0, b"abc"), write(2, b"d")]).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange);
    let no_digest = WriteContentRequest { expected: "sha256:../../../index.json".into(), ..stat(b"abc") };
    assert_eq!(daemon.write(vec![no_digest]).await.unwrap_err().code(), Code::InvalidArgument);
    // A daemon that goes away in between.
    daemon.write(vec![stat(b"abc"), write(0, b"abc")]).await.unwrap();
    assert_eq!(daemon.files(), [""; 0]);
    assert!(daemon.findings.take().is_empty(), "the daemon knows what to do");
}

#[tokio::test]
async fn writing_from_0_on_is_all_over_again() {
    let mut daemon = Daemon::writing().await;
    let messages = vec![stat(b"abcdef"), write(0, b"xyz"), write(0, b"abc"), write(3, b"def"), commit(b"abcdef")];
    let answers = daemon.write(messages).await.unwrap();
    assert_eq!(answers.iter().map(|answer| answer.offset).collect::<Vec<_>>(), [0, 3, 3, 6, 6]);
    assert_eq!(daemon.read(&digest(b"abcdef"), 0, 0).await.unwrap(), b"abcdef");
}

#[tokio::test]
async fn a_blob_that_is_there_is_not_taken_again_and_one_that_was_cut_off_is() {
    let mut daemon = Daemon::writing().await;
    daemon.bring(b"abc").await.unwrap();
    assert_eq!(daemon.bring(b"abc").await.unwrap_err().code(), Code::AlreadyExists);
    let path = daemon.path(&format!("blobs/{}", digest(b"abc").replacen(':', "/", 1)));
    fs::write(&path, "a").unwrap();
    daemon.bring(b"abc").await.unwrap();
    assert_eq!(fs::read(path).unwrap(), b"abc");
}

#[tokio::test]
async fn a_cache_that_is_read_is_not_written_and_others_are_not_known() {
    let mut writer = Daemon::writing().await;
    let name = writer.bring_cache(b"layer").await;
    writer.folder.keep().unwrap();
    let (folder, found) = Folder::to_read(&writer.path(""), "latest", None).unwrap();
    assert_eq!(found, name);
    let mut daemon = Daemon::with(tempfile::tempdir().unwrap(), folder).await;
    assert_eq!(daemon.read(&digest(b"layer"), 0, 0).await.unwrap(), b"layer");
    assert_eq!(daemon.bring(b"abc").await.unwrap_err().code(), Code::PermissionDenied);
    daemon.grpc.ready().await.unwrap();
    let codec: ProstCodec<InfoRequest, InfoResponse> = ProstCodec::default();
    let unnamed = Request::new(InfoRequest { digest: name });
    let status = daemon.grpc.unary(unnamed, Daemon::method("Info"), codec).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    daemon.grpc.ready().await.unwrap();
    let codec: ProstCodec<InfoRequest, InfoResponse> = ProstCodec::default();
    let delete = Daemon::request(InfoRequest { digest: digest(b"layer") });
    let status = daemon.grpc.unary(delete, Daemon::method("Delete"), codec).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn links_in_a_folder_lead_nowhere() {
    let mut daemon = Daemon::writing().await;
    let outside = daemon.directory.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let (secret, name) = (outside.join("secret"), digest(b"secret"));
    fs::write(&secret, "secret").unwrap();
    let hex = name.strip_prefix("sha256:").unwrap();
    std::os::unix::fs::symlink(&secret, daemon.path("blobs/sha256").join(hex)).unwrap();
    assert_eq!(daemon.read(&name, 0, 0).await.unwrap_err().code(), Code::Unknown);
    fs::remove_dir_all(daemon.path("blobs/sha256")).unwrap();
    std::os::unix::fs::symlink(&outside, daemon.path("blobs/sha256")).unwrap();
    fs::rename(&secret, outside.join(hex)).unwrap();
    assert_eq!(daemon.read(&name, 0, 0).await.unwrap_err().code(), Code::Unknown);
    daemon.bring(b"abc").await.unwrap_err();
    assert_eq!(daemon.found().code, code::CACHE_WRITE);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert!(Folder::to_write(&daemon.path(""), "latest", false).is_err());
}

#[tokio::test]
async fn a_disk_that_takes_no_more_is_told_unless_errors_are_to_be_ignored() {
    for ignores in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::to_write(&directory.path().join("c"), "latest", ignores).unwrap();
        let mut daemon = Daemon::with(directory, folder).await;
        fs::remove_dir(daemon.path("blobs/sha256")).unwrap();
        fs::write(daemon.path("blobs/sha256"), "no folder").unwrap();
        let status = daemon.bring(b"abc").await.unwrap_err();
        assert!(status.message().contains("cannot be written: not a directory"), "{status}");
        if ignores {
            let Some(Event::Warning(found)) = daemon.events.recv().await else { panic!("it is told") };
            assert_eq!(found.code, code::CACHE_WRITE);
            assert!(daemon.findings.take().is_empty());
        } else {
            assert_eq!(daemon.found().code, code::CACHE_WRITE);
        }
        assert_eq!(daemon.files(), ["blobs/sha256"]);
    }
}

// ----------------------------------------------------------------------------------------------------------- index

#[tokio::test]
async fn the_cache_before_is_that_of_the_folder_until_the_new_one_is_kept() {
    let mut daemon = Daemon::writing().await;
    let folder = daemon.path("");
    let first = daemon.bring_cache(b"first").await;
    assert_eq!(read(&folder, "latest").unwrap_err().split(": ").nth(1), Some("it has no `index.json`"));
    daemon.folder.keep().unwrap();
    assert_eq!(read(&folder, "latest"), Ok(first.clone()));
    assert_eq!(fs::read(daemon.path("oci-layout")).unwrap(), br#"{"imageLayoutVersion":"1.0.0"}"#);
    let second = daemon.bring_cache(b"second").await;
    assert_eq!(read(&folder, "latest"), Ok(first.clone()));
    daemon.folder.keep().unwrap();
    assert_eq!(read(&folder, "latest"), Ok(second));
    // All of it is there already.
    daemon.bring_cache(b"first").await;
    daemon.folder.keep().unwrap();
    assert_eq!(read(&folder, "latest"), Ok(first));
    assert!(!daemon.path("index.json.lock").exists());
}

#[tokio::test]
async fn what_a_daemon_left_undone_is_no_cache() {
    let mut daemon = Daemon::writing().await;
    daemon.folder.keep().unwrap();
    daemon.bring(b"layer").await.unwrap();
    daemon.folder.keep().unwrap();
    daemon.bring(br#"{"mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}"#).await.unwrap();
    daemon.folder.keep().unwrap();
    assert!(!daemon.path("index.json").exists());
}

#[tokio::test]
async fn other_tags_and_images_stay_in_the_index() {
    let mut daemon = Daemon::writing().await;
    let image = serde_json::json!({"digest": digest(b"image"), "annotations":
        {"org.opencontainers.image.ref.name": "latest", "io.containerd.image.name": "docker.io/library/x:latest"}});
    let other =
        serde_json::json!({"digest": digest(b"other"), "annotations": {"org.opencontainers.image.ref.name": "b"}});
    let old =
        serde_json::json!({"digest": digest(b"old"), "annotations": {"org.opencontainers.image.ref.name": "latest"}});
    let index = serde_json::json!({"schemaVersion": 2, "x": 1, "manifests": [image, old, other]}).to_string();
    fs::write(daemon.path("index.json"), index).unwrap();
    let new = daemon.bring_cache(b"layer").await;
    daemon.folder.keep().unwrap();
    let index: serde_json::Value = serde_json::from_slice(&fs::read(daemon.path("index.json")).unwrap()).unwrap();
    let digests: Vec<_> =
        index["manifests"].as_array().unwrap().iter().map(|it| it["digest"].as_str().unwrap()).collect();
    assert_eq!(digests, [digest(b"image"), digest(b"other"), new]);
    assert_eq!(index["x"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_that_write_at_the_same_time_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("c");
    let builds = (0..8).map(|number| {
        let path = path.clone();
        tokio::spawn(async move {
            let folder = Folder::to_write(&path, &format!("tag-{number}"), false).unwrap();
            let mut daemon = Daemon::with(tempfile::tempdir().unwrap(), folder).await;
            for round in 0..4 {
                // The same layer comes from all of them.
                daemon.bring_cache(format!("layer {round}").as_bytes()).await;
                let folder = daemon.folder.clone();
                tokio::task::spawn_blocking(move || folder.keep()).await.unwrap().unwrap();
            }
        })
    });
    futures_util::future::try_join_all(builds).await.unwrap();
    for number in 0..8 {
        read(&path, &format!("tag-{number}")).unwrap();
    }
    assert_eq!(fs::read_dir(path.join("blobs/sha256")).unwrap().count(), 12);
    assert_eq!(fs::read_dir(&path).unwrap().count(), 3, "nothing is left");
}

#[tokio::test]
async fn what_a_killed_build_left_is_removed_and_what_another_writes_is_not() {
    let daemon = Daemon::writing().await;
    fs::write(daemon.path(".cogpack-cache-1-1"), "left").unwrap();
    fs::write(daemon.path("own"), "the user's").unwrap();
    let under_way = daemon.folder.store.begin().unwrap();
    Folder::to_write(&daemon.path(""), "latest", false).unwrap();
    let files = daemon.files();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files[0].starts_with(".cogpack-cache-") && !files[0].ends_with("-1-1") && files[1] == "own", "{files:?}");
    drop(under_way);
    assert_eq!(daemon.files(), ["own"]);
}

#[tokio::test]
async fn a_cache_that_is_not_there_or_not_whole_is_a_warning() {
    let mut daemon = Daemon::writing().await;
    let (folder, name) = (daemon.path(""), daemon.bring_cache(b"layer").await);
    daemon.folder.keep().unwrap();
    let reason = |tag: &str, digest: Option<&str>| {
        let found = Folder::to_read(&folder, tag, digest).unwrap_err();
        assert_eq!((found.code, found.severity), (code::CACHE_UNUSABLE, crate::diagnostic::Severity::Warning));
        found.message.split("is not used: ").nth(1).unwrap().to_owned()
    };
    assert_eq!(Folder::to_read(&folder, "none", Some(&name)).unwrap().1, name);
    assert_eq!(reason("none", None), "it has nothing with the tag `none`");
    assert_eq!(reason("latest", Some(&digest(b"x"))), format!("it has no `{}`", digest(b"x")));
    assert_eq!(reason("latest", Some("sha256:x")), "`sha256:x` is no digest of a blob");
    fs::remove_file(daemon.path(&format!("blobs/{}", digest(b"layer").replacen(':', "/", 1)))).unwrap();
    assert_eq!(reason("latest", None), format!("it is not whole: `{}` is missing", digest(b"layer")));
    fs::write(daemon.path("index.json"), "[]").unwrap();
    assert_eq!(reason("latest", None), "its `index.json` is no index of images");
    assert_eq!(Folder::to_write(&folder, "latest", false).unwrap_err().code, code::CACHE_WRITE);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(reason("latest", None), "there is no such folder");
}

// ---------------------------------------------------------------------------------------------------------- the folder

#[tokio::test]
async fn a_folder_that_nothing_came_into_goes_and_one_that_was_there_stays() {
    let directory = tempfile::tempdir().unwrap();
    let at = |path: &str| directory.path().join(path);
    let open = |path: &str| Folder::to_write(&at(path), "latest", false).unwrap();
    let (first, second) = (open("a/b"), open("a/b"));
    drop(first);
    assert!(at("a/b/blobs/sha256").is_dir(), "another build writes to it");
    drop(second);
    assert!(
        at("a/b").is_dir() && at("a/b/blobs").is_dir(),
        "the first one left it to the second, which did not make it"
    );
    drop(open("c/d"));
    assert!(!at("c").exists());
    fs::create_dir(at("e")).unwrap();
    drop(open("e"));
    assert_eq!(fs::read_dir(at("e")).unwrap().count(), 0);
    let mut daemon = Daemon::writing().await;
    daemon.bring(b"layer").await.unwrap();
    let Daemon { directory, folder, .. } = daemon;
    drop(folder);
    assert!(directory.path().join("c/blobs/sha256").is_dir(), "a blob came");
}

#[test]
fn a_folder_that_somebody_keeps_from_others_is_written_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("c");
    fs::create_dir(&path).unwrap();
    let held = fs::File::open(&path).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    drop(Folder::to_write(&path, "latest", false).unwrap());
    assert!(path.is_dir());
}

#[test]
fn builds_that_make_and_remove_a_folder_at_the_same_time_do_not_disturb_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b");
    std::thread::scope(|scope| {
        for number in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for round in 0..50 {
                    let folder = Folder::to_write(path, "latest", false).unwrap();
                    let mut blob = folder.store.begin().unwrap();
                    blob.write(format!("{number} {round}").as_bytes()).unwrap();
                    if round == 49 {
                        folder.store.put(blob).unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(fs::read_dir(path.join("blobs/sha256")).unwrap().count(), 4);
}

#[tokio::test]
async fn an_image_is_one_when_the_index_names_it_and_until_then_its_folder_goes() {
    for is_kept in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::to_export(&directory.path().join("c")).unwrap();
        let mut daemon = Daemon::with(directory, folder).await;
        let config = b"{}";
        let manifest = serde_json::json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(config), "size": 2}})
        .to_string();
        daemon.bring(config).await.unwrap();
        let missing = daemon.folder.keep_image(&digest(manifest.as_bytes()), &[]).unwrap_err();
        assert!(missing.code == code::EXPORT_WRITE && missing.message.contains("did not bring"), "{missing:?}");
        daemon.bring(manifest.as_bytes()).await.unwrap();
        daemon.folder.keep().unwrap();
        assert!(!daemon.path("index.json").exists(), "it is no cache");
        if is_kept {
            let names = ["docker.io/library/x:1", "localhost:5000/x"];
            daemon.folder.keep_image(&digest(manifest.as_bytes()), &names).unwrap();
            daemon.folder.keep_image(&digest(manifest.as_bytes()), &names[..1]).unwrap();
            let index: serde_json::Value =
                serde_json::from_slice(&fs::read(daemon.path("index.json")).unwrap()).unwrap();
            let called: Vec<_> =
                index["manifests"].as_array().unwrap().iter().map(|it| it["annotations"].to_string()).collect();
            assert_eq!(
                called,
                [
                    r#"{"io.containerd.image.name":"localhost:5000/x"}"#,
                    r#"{"io.containerd.image.name":"docker.io/library/x:1","org.opencontainers.image.ref.name":"1"}"#
                ]
            );
        }
        let path = daemon.path("");
        let Daemon { directory, grpc, folder, .. } = daemon;
        drop((grpc, folder));
        for _ in 0..500 {
            if path.exists() == is_kept {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(path.exists(), is_kept);
        drop(directory);
    }
}
