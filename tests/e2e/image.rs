//! An image's archive, as `type=oci` writes it or `docker save` → its config, and its files once all layers are applied.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path};

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tar::{Archive, EntryType};

/// How many links a path may lead through.
const MOST_LINKS: usize = 20;

/// An image, read whole.
pub struct Image {
    /// The manifest's digest; the config's name where there is no manifest.
    pub digest: String,
    pub config: Value,
    /// The layers' tars, unpacked, from the lowest.
    pub layers: Vec<Vec<u8>>,
    files: Files,
}

/// Paths without a leading slash.
type Files = BTreeMap<String, File>;

/// What lies at a path.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub kind: Kind,
    /// Permissions, with the bits for set-id and sticky.
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    File(Vec<u8>),
    Folder,
    Link(String),
    Other,
}

impl Image {
    /// Reads an archive. Of several images in it, the one that is no attestation.
    pub fn read(archive: &Path) -> Self {
        let parts = parts(archive);
        let json = |name: &str| serde_json::from_slice::<Value>(&parts[name]).unwrap();
        if !parts.contains_key("index.json") {
            return Self::of_docker(&json("manifest.json"), &parts);
        }
        for (name, data) in &parts {
            if let Some(digest) = name.strip_prefix("blobs/sha256/") {
                assert_eq!(hex(&Sha256::digest(data)), digest, "a blob does not have its digest");
            }
        }
        let blob = |digest: &Value| format!("blobs/{}", digest.as_str().unwrap().replacen(':', "/", 1));
        let mut indexes = vec![json("index.json")];
        let mut found = Vec::new();
        while let Some(index) = indexes.pop() {
            for entry in list(&index["manifests"]).filter(|entry| !is_attestation(entry)) {
                let document = json(&blob(&entry["digest"]));
                match document.get("manifests") {
                    Some(_) => indexes.push(document),
                    None => found.push((entry["digest"].as_str().unwrap().to_owned(), document)),
                }
            }
        }
        assert_eq!(found.len(), 1, "images in {}", archive.display());
        let (digest, manifest) = found.remove(0);
        let layers = list(&manifest["layers"]).map(|layer| unpacked(&parts[&blob(&layer["digest"])])).collect();
        Self::new(digest, json(&blob(&manifest["config"]["digest"])), layers)
    }

    /// What Docker Engines before 25 save: a list of images, with the layers as they are.
    fn of_docker(manifest: &Value, parts: &BTreeMap<String, Vec<u8>>) -> Self {
        let name = manifest[0]["Config"].as_str().unwrap();
        let layers = list(&manifest[0]["Layers"]).map(|layer| unpacked(&parts[layer.as_str().unwrap()])).collect();
        Self::new(name.to_owned(), serde_json::from_slice(&parts[name]).unwrap(), layers)
    }

    fn new(digest: String, config: Value, layers: Vec<Vec<u8>>) -> Self {
        let mut files = Files::new();
        for layer in &layers {
            apply(layer, &mut files);
        }
        Self { digest, config, layers, files }
    }

    /// Every path and what lies there.
    pub fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// What lies at a path, through links in its folders but not at its end.
    pub fn find(&self, path: &str) -> Option<&File> {
        let mut at = String::new();
        let mut rest: Vec<String> = path.split('/').filter(|part| !part.is_empty()).rev().map(str::to_owned).collect();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            at = normal(&format!("{at}/{part}"));
            if let Some(Kind::Link(target)) = self.files.get(&at).map(|file| &file.kind)
                && !rest.is_empty()
            {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                rest.extend(target.split('/').filter(|part| !part.is_empty()).rev().map(str::to_owned));
                at = if target.starts_with('/') { String::new() } else { folder_of(&at) };
            }
        }
        self.files.get(&at)
    }
}

/// The members of an archive, unpacked: of each image and of all that is said about it.
pub fn members(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    parts(archive).into_iter().map(|(name, data)| (name, unpacked(&data))).collect()
}

/// The members of a tar, or the files of a folder's archive, by name.
fn parts(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut parts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in Archive::new(std::fs::File::open(archive).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = normal(&entry.path().unwrap().to_string_lossy());
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        if entry.header().entry_type().is_symlink() {
            // `docker save` of 20.10 links a layer that two images have.
            let target =
                normal(&format!("{}/{}", folder_of(&name), entry.link_name().unwrap().unwrap().to_string_lossy()));
            data = parts[&target].clone();
        }
        parts.insert(name, data);
    }
    parts
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is_attestation(entry: &Value) -> bool {
    entry["platform"]["os"] == "unknown" || entry["annotations"].get("vnd.docker.reference.type").is_some()
}

/// What is packed with gzip, unpacked; anything else as it is.
pub fn unpacked(layer: &[u8]) -> Vec<u8> {
    assert!(!layer.starts_with(b"\x28\xb5\x2f\xfd"), "a layer is packed with zstd, which is not read here");
    if !layer.starts_with(b"\x1f\x8b") {
        return layer.to_vec();
    }
    let mut tar = Vec::new();
    MultiGzDecoder::new(layer).read_to_end(&mut tar).unwrap();
    tar
}

/// Lays a layer over the files below it: what it hides first, then what it brings (OCI image specification, layer.md).
fn apply(layer: &[u8], files: &mut Files) {
    let mut brought = Vec::new();
    for entry in Archive::new(layer).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = normal(&entry.path().unwrap().to_string_lossy());
        let name = path.rsplit('/').next().unwrap();
        if name == ".wh..wh..opq" {
            hide_below(&folder_of(&path), files);
        } else if let Some(hidden) = name.strip_prefix(".wh.") {
            hide(&normal(&format!("{}/{hidden}", folder_of(&path))), files);
        } else if !path.is_empty() {
            let link = entry.link_name().unwrap().map(|link| link.to_string_lossy().into_owned());
            let header = entry.header();
            let numbers = (header.mode().unwrap() & 0o7777, header.uid().unwrap(), header.gid().unwrap());
            let kind = header.entry_type();
            let mut data = Vec::new();
            entry.read_to_end(&mut data).unwrap();
            brought.push((path, kind, link, numbers, data));
        }
    }
    for (path, kind, link, (mode, uid, gid), data) in brought {
        let of = |kind| File { kind, mode, uid, gid };
        let file = match kind {
            EntryType::Directory => of(Kind::Folder),
            EntryType::Symlink => of(Kind::Link(link.unwrap())),
            EntryType::Link => files[&normal(&link.unwrap())].clone(),
            EntryType::Regular | EntryType::Continuous => of(Kind::File(data)),
            _ => of(Kind::Other),
        };
        if file.kind != Kind::Folder || files.get(&path).is_some_and(|known| known.kind != Kind::Folder) {
            hide(&path, files);
        }
        files.insert(path, file);
    }
}

fn hide(path: &str, files: &mut Files) {
    files.remove(path);
    hide_below(path, files);
}

fn hide_below(path: &str, files: &mut Files) {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    files.retain(|path, _| !path.starts_with(&prefix));
}

fn folder_of(path: &str) -> String {
    path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
}

/// A path without `.`, `..` and a leading slash; above the root is the root.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    parts.join("/")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
