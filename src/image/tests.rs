//! Images that are made here, whole and broken → what is said of them.
#![expect(clippy::disallowed_methods, reason = "tests make the archives they read")]

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tar::{Builder, EntryType, Header};

use crate::diagnostic::Diagnostic;
use crate::image::find::Description;
use crate::image::{compare, read, write};
use crate::resolve::image::{Image, Package};
use crate::version::Version;

const STATUS: &str = "Package: netbase\nStatus: install ok installed\nVersion: 6.4\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";

pub(super) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        let field = &mut header.as_old_mut().name[..path.len()];
        field.copy_from_slice(path.as_bytes());
        if let Some(target) = bytes.strip_prefix(b"-> ") {
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            header.set_link_name(std::str::from_utf8(target).unwrap()).unwrap();
        }
        header.set_cksum();
        let bytes = if header.entry_type() == EntryType::Symlink { &[] } else { *bytes };
        builder.append(&header, bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of Docker's, of these layers.
fn docker(layers: &[Vec<u8>]) -> Vec<u8> {
    let names: Vec<String> = (0..layers.len()).map(|at| format!("{at}/layer.tar")).collect();
    let manifest = json!([{ "Config": "config.json", "RepoTags": ["registry.example/base:3"], "Layers": names }]);
    let config = json!({
        "os": "linux", "architecture": "amd64",
        "config": { "Env": ["PATH=/usr/local/bin:/usr/bin", "CUDA_VERSION=12.4.1", "NV_CUDNN_VERSION=9.1.0.70-1"], "Cmd": ["python3"] },
    });
    let (manifest, config) = (manifest.to_string(), config.to_string());
    let mut files: Vec<(&str, &[u8])> =
        vec![("manifest.json", manifest.as_bytes()), ("config.json", config.as_bytes())];
    files.extend(names.iter().zip(layers).map(|(name, layer)| (name.as_str(), layer.as_slice())));
    archive(&files)
}

fn inspect(bytes: &[u8]) -> Result<Description, Box<Diagnostic>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    read(file.path(), "linux/amd64")
}

pub(super) fn base() -> Vec<u8> {
    archive(&[
        ("var/lib/dpkg/status", STATUS.as_bytes()),
        ("usr/local/bin/python3.13", b"ELF"),
        ("usr/local/bin/python3", b"-> python3.13"),
        ("usr/local/bin/pip", b"#!"),
        ("usr/local/include/python3.13/patchlevel.h", b"#define PY_VERSION      \"3.13.5\"\n"),
        ("usr/local/lib/python3.13/site-packages/pip-25.1.dist-info/METADATA", b""),
        ("usr/local/lib/python3.13/site-packages/uv-0.8.0.dist-info/METADATA", b""),
        ("usr/local/lib/python3.13/site-packages/uv-0.8.0.dist-info", b""),
        ("usr/local/lib/python3.13/site-packages/pip-25.1.dist-info", b""),
        ("usr/local/cuda", b"-> cuda-12.4"),
        ("usr/local/cuda-12.4/bin/nvcc", b"ELF"),
        ("usr/bin/uv", b"ELF"),
    ])
}

pub(super) fn version<'d>(real: &'d Description, name: &str) -> Option<&'d str> {
    real.image.packages.get(name)?.version.as_deref()
}

#[test]
fn packages_are_found_in_layers_of_every_kind() {
    for layer in [base(), gzip(&base())] {
        let real = inspect(&docker(&[layer])).unwrap();
        assert_eq!(real.image.reference, "registry.example/base:3");
        for (name, said) in [
            ("python", "3.13.5"),
            ("pip", "25.1"),
            ("uv", "0.8.0"),
            ("cuda", "12.4.1"),
            ("cudnn", "9.1.0.70"),
            ("nvcc", "12.4.1"),
            ("apt:netbase", "6.4"),
        ] {
            assert_eq!(version(&real, name), Some(said), "{name}");
        }
        assert_eq!(real.image.packages.len(), 7, "{:?}", real.image.packages.keys());
    }
}

#[test]
fn what_a_later_layer_takes_away_is_not_found() {
    let later = archive(&[
        ("usr/local/bin/.wh.python3", b""),
        ("usr/local/.wh.cuda", b""),
        ("var/lib/dpkg/.wh..wh..opq", b""),
        ("usr/bin/.wh.uv", b""),
    ]);
    let real = inspect(&docker(&[base(), later])).unwrap();
    assert_eq!(real.image.packages.keys().collect::<Vec<_>>(), ["cudnn", "pip"]);
}

#[test]
fn what_is_printed_is_read_as_metadata() {
    let real = inspect(&docker(&[base()])).unwrap();
    let table: toml::Table = toml::from_str(&write::toml(&real)).unwrap();
    let packages = &table["image"][0]["packages"];
    assert_eq!(packages["python"]["version"].as_str(), Some("3.13.5"));
    assert_eq!(packages["apt:netbase"]["version"].as_str(), Some("6.4"));
    assert_eq!(write::json(&real)["packages"]["python"]["source"], "patchlevel.h");
}

#[test]
fn every_difference_is_named() {
    let real = inspect(&docker(&[base()])).unwrap();
    let package = |version: &str, path: Option<&str>| Package {
        version: Version::parse(version).ok(),
        path: path.map(str::to_owned),
    };
    let mut known = Image {
        platforms: real.image.platforms.clone(),
        env: real.image.env.clone(),
        cmd: real.image.cmd.clone(),
        ..Image::default()
    };
    known.packages.insert("python".into(), package("3.13", Some("/usr/local/bin/python3")));
    known.packages.insert("cudnn".into(), package("9", None));
    assert_eq!(compare::compare(&known, &real), Vec::<String>::new());
    known.platforms.push("linux/arm64".into());
    assert_eq!(compare::compare(&known, &real), Vec::<String>::new(), "an archive may hold one of several platforms");
    known.platforms = vec!["linux/arm64".into()];
    known.env.push("LANG=C.UTF-8".into());
    known.cmd.clear();
    known.user = Some("me".into());
    known.packages.insert("python".into(), package("3.12.1", None));
    known.packages.insert("pip".into(), package("", Some("/usr/bin/pip")));
    known.packages.insert("apt:tzdata".into(), Package::default());
    let found = compare::compare(&known, &real);
    assert_eq!(
        found,
        [
            "it is for linux/amd64, not for linux/arm64",
            "it has no variable `LANG`",
            "its cmd is [\"python3\"], not []",
            "its user is `root`, not `me`",
            "`python` is 3.13.5, not 3.12.1 (by patchlevel.h)",
            "`pip` is at `/usr/local/bin/pip`, and `/usr/bin/pip` is not there",
            "it has no `apt:tzdata`",
        ]
    );
}

/// A layer with one header that says this of itself.
fn header(kind: EntryType, size: u64) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn broken_images_are_refused_with_a_code() {
    let whole = docker(&[base()]);
    let mut flipped = gzip(&base());
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    let zeros = gzip(&vec![0; 100 << 20]);
    let mut bomb = header(EntryType::Regular, 100 << 20);
    bomb.resize(100 << 20, 0);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "E1302"),
        ("no archive", b"hello".repeat(200), "E1302"),
        ("cut off", whole[..whole.len() / 2].to_vec(), "E1302"),
        ("no image", archive(&[("a", b"b")]), "E1302"),
        ("no JSON", archive(&[("index.json", b"{")]), "E1302"),
        ("no manifests", archive(&[("index.json", b"{}")]), "E1302"),
        (
            "a digest that leads out",
            archive(&[("index.json", br#"{"manifests":[{"digest":"sha256:../../x"}]}"#)]),
            "E1302",
        ),
        ("no layer", docker(&[]).into_iter().collect(), ""),
        ("a layer that is damaged", docker(&[flipped]), "E1302"),
        ("a path that leads out", docker(&[archive(&[("usr/../../etc/passwd", b"")])]), "E1302"),
        ("a link of the archive that leads out", archive(&[("manifest.json", b"-> ../../etc/passwd")]), "E1302"),
        ("a giant file", docker(&[header(EntryType::Regular, 1 << 62)]), "E1302"),
        ("a giant name", docker(&[header(EntryType::GNULongName, 1 << 40)]), "E1303"),
        ("giant attributes", docker(&[header(EntryType::XHeader, 1 << 40)]), "E1303"),
        ("a size that overflows", docker(&[header(EntryType::Regular, u64::MAX)]), "E1303"),
        ("zeros", docker(&[zeros]), "E1303"),
        ("a bomb", docker(&[gzip(&bomb)]), "E1303"),
        ("zstd", docker(&[vec![0x28, 0xb5, 0x2f, 0xfd, 0]]), "E1304"),
    ];
    for (what, bytes, code) in cases {
        let said = inspect(&bytes).map_or_else(|found| found.code.alias, |_| "");
        assert_eq!(said, code, "{what}");
    }
    assert_eq!(read(Path::new("/no/such/image"), "linux/amd64").unwrap_err().code.alias, "E1301");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), whole).unwrap();
    assert_eq!(read(file.path(), "linux/arm64").unwrap_err().code.alias, "E1305");
}
