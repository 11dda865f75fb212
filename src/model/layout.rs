//! An archive or a folder in OCI's layout, or an archive of Docker's → an image in the engine.
//!
//! Docker before 25 reads no OCI layouts. It reads the same blobs when a `manifest.json` of its own names them, so one is
//! sent before the rest.
#![expect(clippy::disallowed_methods, reason = "archives that the command line names are read here")]

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::path::{Path, PathBuf};

use bollard::query_parameters::ImportImageOptions;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::build::failure::Failure;
use crate::model::docker::Docker;
use crate::model::error;
use crate::model::find::said;
use crate::model::image::Model;
use crate::model::name::Source;

/// The most bytes of an index or a manifest.
const MOST_BYTES: u64 = 4 << 20;
/// How large the pieces are that are sent.
const PIECE: usize = 1 << 20;

/// Why an archive cannot be used, in a few words.
type Wrong = String;

/// Loads the image that lies there, unless the engine has it already.
pub async fn load(docker: &Docker, path: &Path, say: &(dyn Fn(&str) + Sync)) -> Result<Model, Failure> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || Contents::read(&owned)).await;
    let contents = read.unwrap_or_else(|why| Err(why.to_string())).map_err(|why| error::layout(path, &why))?;
    let reference = path.display().to_string();
    let named = |model: Model| Model { reference: reference.clone(), ..model };
    if let Some(model) = contents.find(docker).await? {
        return Ok(named(model));
    }
    say(&format!("loading {reference}"));
    send(docker, path, &contents).await.map_err(|why| error::layout(path, &why))?;
    let found = contents.find(docker).await?;
    found.map(named).ok_or_else(|| error::layout(path, "the engine loaded something else"))
}

/// What lies in an archive.
struct Contents {
    /// What an engine may call the image: digests of its manifest, or of its config.
    ids: Vec<String>,
    /// Docker's `manifest.json`, where the archive has none.
    manifest: Option<Vec<u8>>,
}

impl Contents {
    async fn find(&self, docker: &Docker) -> Result<Option<Model>, Failure> {
        for id in &self.ids {
            if let Some(model) = Model::inspect(docker, id, Source::Archive).await? {
                return Ok(Some(model));
            }
        }
        Ok(None)
    }

    fn read(path: &Path) -> Result<Self, Wrong> {
        let files = Files { path };
        if let Some(bytes) = files.find("index.json")? {
            return Self::of_layout(&files, &json_of("index.json", &bytes)?);
        }
        let Some(bytes) = files.find("manifest.json")? else {
            return Err("it has neither an `index.json` nor a `manifest.json`".to_owned());
        };
        let manifest = json_of("manifest.json", &bytes)?;
        let config =
            manifest.pointer("/0/Config").and_then(Json::as_str).ok_or("its `manifest.json` names no config")?;
        let digest = Path::new(config).file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self { ids: vec![format!("sha256:{digest}")], manifest: None })
    }

    fn of_layout(files: &Files<'_>, index: &Json) -> Result<Self, Wrong> {
        let mut ids = Vec::new();
        let mut digest = chosen(index)?;
        // An index of several platforms lies in that of the layout.
        for _ in 0..3 {
            ids.push(digest.clone());
            let blob = files.blob(&digest)?;
            if let Some(config) = blob.pointer("/config/digest").and_then(Json::as_str) {
                ids.push(config.to_owned());
                let manifest = files.find("manifest.json")?.is_none().then(|| docker_manifest(config, &blob));
                return Ok(Self { ids, manifest: manifest.transpose()? });
            }
            digest = chosen(&blob)?;
        }
        Err("its indexes lie too deep in each other".to_owned())
    }
}

/// The image of an index that is for this machine, else the first that is an image.
fn chosen(index: &Json) -> Result<String, Wrong> {
    let all = index.get("manifests").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let architecture = |one: &Json| one.pointer("/platform/architecture").and_then(Json::as_str).map(str::to_owned);
    let here = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let found = all.iter().find(|one| architecture(one).as_deref() == Some(here));
    let found = found.or_else(|| all.iter().find(|one| architecture(one).as_deref() != Some("unknown")));
    let digest = found.and_then(|one| one.get("digest")?.as_str()).ok_or("its index names no image")?;
    Ok(digest.to_owned())
}

fn docker_manifest(config: &str, manifest: &Json) -> Result<Vec<u8>, Wrong> {
    let layers = manifest.get("layers").and_then(Json::as_array).ok_or("its manifest names no layers")?;
    let digests = layers.iter().map(|layer| blob_path(layer.get("digest")?.as_str()?));
    let layers: Vec<String> = digests.collect::<Option<_>>().ok_or("its manifest names a layer without a digest")?;
    let config = blob_path(config).ok_or("its config has no digest")?;
    Ok(json!([{ "Config": config, "RepoTags": null, "Layers": layers }]).to_string().into_bytes())
}

/// Where a blob lies; none for what is no digest.
fn blob_path(digest: &str) -> Option<String> {
    let (algorithm, hex) = digest.split_once(':')?;
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_plain(algorithm) && is_plain(hex)).then(|| format!("blobs/{algorithm}/{hex}"))
}

fn json_of(name: &str, bytes: &[u8]) -> Result<Json, Wrong> {
    serde_json::from_slice(bytes).map_err(|why| format!("its `{name}` is no JSON: {why}"))
}

/// The files of an archive or a folder.
struct Files<'a> {
    path: &'a Path,
}

impl Files<'_> {
    fn blob(&self, digest: &str) -> Result<Json, Wrong> {
        let name = blob_path(digest).ok_or_else(|| format!("`{digest}` is no digest"))?;
        let bytes = self.find(&name)?.ok_or_else(|| format!("`{name}` is missing"))?;
        json_of(&name, &bytes)
    }

    fn find(&self, name: &str) -> Result<Option<Vec<u8>>, Wrong> {
        if self.path.is_dir() {
            let path = self.path.join(name);
            return if path.is_file() { File::open(path).and_then(all).map(Some).map_err(words) } else { Ok(None) };
        }
        match Opened::open(self.path).map_err(words)? {
            Opened::Plain(file) => found(tar::Archive::new(file).entries_with_seek(), name),
            Opened::Packed(file) => found(tar::Archive::new(file).entries(), name),
        }
    }
}

fn found<R: Read>(entries: io::Result<tar::Entries<'_, R>>, name: &str) -> Result<Option<Vec<u8>>, Wrong> {
    for entry in entries.map_err(words)? {
        let entry = entry.map_err(|why| format!("it is no archive: {}", words(why)))?;
        let path = entry.path().map_err(words)?;
        if path.strip_prefix("./").unwrap_or(&path) == Path::new(name) {
            return all(entry).map(Some).map_err(words);
        }
    }
    Ok(None)
}

/// An archive, as it is or packed by gzip.
enum Opened {
    Plain(File),
    Packed(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Opened {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut magic = Vec::new();
        Read::by_ref(&mut file).take(2).read_to_end(&mut magic)?;
        file.rewind()?;
        Ok(if magic == [0x1f, 0x8b] {
            Self::Packed(Box::new(MultiGzDecoder::new(BufReader::new(file))))
        } else {
            Self::Plain(file)
        })
    }
}

fn all(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn words(why: io::Error) -> Wrong {
    crate::source::disk::words(&why)
}

/// Sends the archive to the engine; the error is what went wrong.
async fn send(docker: &Docker, path: &Path, contents: &Contents) -> Result<(), Wrong> {
    let (pieces, received) = mpsc::channel::<io::Result<Bytes>>(4);
    let (owned, manifest) = (path.to_owned(), contents.manifest.clone());
    tokio::task::spawn_blocking(move || {
        let mut out = Pieces { pieces: pieces.clone(), filled: Vec::with_capacity(PIECE) };
        if let Err(why) = write(&mut out, &owned, manifest.as_deref()) {
            let _ = pieces.blocking_send(Err(why));
        }
    });
    let sent = ReceiverStream::new(received);
    let mut steps = std::pin::pin!(docker.patient.import_image_stream(ImportImageOptions::default(), sent, None));
    while let Some(step) = steps.next().await {
        let step = step.map_err(|why| said(&why))?;
        if let Some(why) = step.error_detail.and_then(|detail| detail.message) {
            return Err(why);
        }
    }
    Ok(())
}

fn write(out: &mut Pieces, path: &Path, manifest: Option<&[u8]>) -> io::Result<()> {
    use std::io::Write as _;
    if let Some(manifest) = manifest {
        let mut head = tar::Builder::new(&mut *out);
        let mut header = tar::Header::new_gnu();
        header.set_size(manifest.len().try_into().map_err(io::Error::other)?);
        header.set_mode(0o644);
        head.append_data(&mut header, "manifest.json", manifest)?;
        // Not finished: the rest follows.
        std::mem::forget(head);
    }
    if path.is_dir() {
        let mut archive = tar::Builder::new(&mut *out);
        archive.follow_symlinks(false);
        archive.append_dir_all(".", path)?;
        archive.finish()?;
    } else {
        match Opened::open(path)? {
            Opened::Plain(mut file) => io::copy(&mut file, out)?,
            Opened::Packed(mut file) => io::copy(&mut file, out)?,
        };
    }
    out.flush()
}

/// Writes in pieces to whoever sends them.
struct Pieces {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    filled: Vec<u8>,
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.filled.extend_from_slice(bytes);
        if self.filled.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.filled, Vec::with_capacity(PIECE));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        if piece.is_empty() { Ok(()) } else { self.pieces.blocking_send(Ok(piece.into())).map_err(gone) }
    }
}

/// Whether a path is an OCI layout.
pub fn is_layout(path: &Path) -> bool {
    let marker: PathBuf = path.join("oci-layout");
    marker.is_file()
}
