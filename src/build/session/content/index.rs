//! What the layout says of its blobs: `index.json` has a digest for each tag, and a cache's manifest names what it is made of.
//!
//! `index.json` is replaced whole, under the lock that `docker buildx` takes too, so those that write at the same time do not lose
//! each other's tags.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use serde_json::{Map, Value, json};

use crate::build::session::content::store::{Digest, Store};

const INDEX: &str = "index.json";
const LAYOUT: &str = "oci-layout";
const LOCK: &str = "index.json.lock";

/// What a tag is written as, and the name of an image, which goes before.
const TAG: &str = "org.opencontainers.image.ref.name";
const NAME: &str = "io.containerd.image.name";

/// What a cache is made of, as a daemon writes it.
const CACHE_CONFIG: &str = "application/vnd.buildkit.cacheconfig.v0";

/// The largest index and manifest that are read; a daemon reads manifests up to a quarter of it.
const MOST_BYTES: u64 = 4 << 20;

/// How long another one may write the index.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// The index; none if there is no such file.
pub fn read(store: &Store) -> io::Result<Option<Map<String, Value>>> {
    let Some((file, size)) = store.file(INDEX)? else { return Ok(None) };
    if size == 0 {
        return Ok(None);
    }
    let broken = |_| io::Error::other("its `index.json` is no index of images");
    serde_json::from_slice(&limited(file)?).map(Some).map_err(broken)
}

/// The digest that has a tag.
pub fn find<'i>(index: &'i Map<String, Value>, tag: &str) -> Option<&'i str> {
    let manifests = || index.get("manifests").and_then(Value::as_array).into_iter().flatten();
    let tagged = |key| manifests().find(|it| annotation(it, key) == Some(tag));
    tagged(NAME).or_else(|| tagged(TAG))?.get("digest")?.as_str()
}

fn annotation<'v>(descriptor: &'v Value, key: &str) -> Option<&'v str> {
    descriptor.get("annotations")?.get(key)?.as_str()
}

/// What a manifest is, and what it names.
pub struct Manifest {
    media_type: String,
    size: u64,
    digest: Digest,
    /// Digests and sizes.
    pub blobs: Vec<(String, u64)>,
    /// Whether it is that of a cache, and not of an image.
    pub is_cache: bool,
}

/// Reads a manifest; none if this blob is none.
pub fn manifest(store: &Store, digest: &Digest) -> io::Result<Option<Manifest>> {
    let Some((file, size)) = store.blob(digest)?.filter(|(_, size)| *size <= MOST_BYTES) else { return Ok(None) };
    let Ok(text) = serde_json::from_slice::<Value>(&limited(file)?) else { return Ok(None) };
    let Some(media_type) = text.get("mediaType").and_then(Value::as_str) else { return Ok(None) };
    let list = |key: &str| text.get(key).and_then(Value::as_array).into_iter().flatten();
    let named: Vec<&Value> = text.get("config").into_iter().chain(list("manifests")).chain(list("layers")).collect();
    let is_config = |it: &&Value| it.get("mediaType").and_then(Value::as_str) == Some(CACHE_CONFIG);
    let blob = |it: &&Value| Some((it.get("digest")?.as_str()?.to_owned(), it.get("size")?.as_u64()?));
    Ok(Some(Manifest {
        media_type: media_type.to_owned(),
        size,
        digest: digest.clone(),
        is_cache: named.iter().any(is_config),
        blobs: named.iter().filter_map(blob).collect(),
    }))
}

fn limited(file: impl io::Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MOST_BYTES { Err(io::Error::other("its `index.json` is too large")) } else { Ok(text) }
}

/// What a manifest is called in an index.
#[derive(Clone, Copy, Debug)]
pub enum Called<'a> {
    /// By a tag alone.
    Tag(&'a str),
    /// By the full name of an image, which ends in its tag.
    Name(&'a str),
}

impl Called<'_> {
    fn annotations(self) -> Value {
        match self {
            Self::Tag(tag) => json!({ TAG: tag }),
            Self::Name(name) => match name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
                Some((_, tag)) => json!({ NAME: name, TAG: tag }),
                None => json!({ NAME: name }),
            },
        }
    }

    fn is_of(self, descriptor: &Value) -> bool {
        let named = annotation(descriptor, NAME);
        match self {
            Self::Tag(tag) => annotation(descriptor, TAG) == Some(tag) && named.is_none(),
            Self::Name(name) => named == Some(name),
        }
    }
}

/// Gives a manifest tags and names, which nothing else has afterwards. It takes a moment, or longer when others write too.
pub fn put(store: &Store, manifest: &Manifest, called: &[Called<'_>]) -> io::Result<()> {
    let _lock = Lock::take(store)?;
    if store.file(LAYOUT)?.is_none() {
        store.put_file(LAYOUT, br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    }
    let index = with(read(store)?.unwrap_or_default(), manifest, called);
    store.put_file(INDEX, Value::Object(index).to_string().as_bytes())
}

fn with(mut index: Map<String, Value>, manifest: &Manifest, called: &[Called<'_>]) -> Map<String, Value> {
    index.entry("schemaVersion").or_insert(json!(2));
    index.entry("mediaType").or_insert(json!("application/vnd.oci.image.index.v1+json"));
    let mut manifests = match index.remove("manifests") {
        Some(Value::Array(manifests)) => manifests,
        _ => Vec::new(),
    };
    for called in called {
        manifests.retain(|it| !called.is_of(it));
        manifests.push(json!({
            "mediaType": manifest.media_type,
            "digest": manifest.digest.to_string(),
            "size": manifest.size,
            "annotations": called.annotations(),
        }));
    }
    index.insert("manifests".to_owned(), Value::Array(manifests));
    index
}

/// The right to write the index. The file is taken away again while it is held, so it counts only as long as it has its name.
struct Lock {
    directory: OwnedFd,
    _file: Option<OwnedFd>,
}

impl Lock {
    fn take(store: &Store) -> io::Result<Self> {
        let directory = store.root().directory("")?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut waited = Duration::ZERO;
        while waited < PATIENCE {
            let file = rustix::fs::openat(&directory, LOCK, flags, Mode::from_raw_mode(0o666))?;
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) if has_name(&directory, &file) => return Ok(Self { directory, _file: Some(file) }),
                Ok(()) => continue,
                Err(Errno::WOULDBLOCK | Errno::INTR) => {}
                // Where files cannot be locked, the last one wins.
                Err(_) => return Ok(Self { directory, _file: None }),
            }
            std::thread::sleep(PAUSE);
            waited += PAUSE;
        }
        Err(io::Error::other("another build writes its `index.json` and does not end"))
    }
}

fn has_name(directory: impl AsFd, file: &OwnedFd) -> bool {
    let (here, there) = (rustix::fs::fstat(file), rustix::fs::statat(directory, LOCK, AtFlags::SYMLINK_NOFOLLOW));
    here.ok().zip(there.ok()).is_some_and(|(a, b)| (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino))
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = rustix::fs::unlinkat(&self.directory, LOCK, AtFlags::empty());
    }
}
