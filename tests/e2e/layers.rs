//! The reader of images itself: a mistake in it would hide mistakes in images.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cogpack::save;
use crate::engine::{self, Engine, skip};
use crate::image::{Image, Kind};

/// Removes, replaces, links and empties, each in a layer of its own.
const STEPS: &str = "
FROM REGISTRY/base/config:latest
USER 0
RUN mkdir -p /d/deep && echo 1 > /d/one && echo 2 > /d/two && echo 3 > /d/deep/three && chown 5:6 /d/two && chmod 4750 /d/two
RUN rm /d/one && ln -s deep /d/link && ln /d/two /d/hard
RUN rm -r /d/deep && mkdir /d/deep && echo 4 > /d/deep/four
RUN rm -r /opt/dir && echo file > /opt/dir
";

fn built(engine: &Engine) -> Option<Image> {
    let Some(registry) = &engine.registry else {
        skip(&format!("reading images: {} has no registry with base images", engine.name));
        return None;
    };
    let work = TempDir::new().unwrap();
    fs::write(work.path().join("Dockerfile"), STEPS.replace("REGISTRY", registry)).unwrap();
    let tag = "docker.io/cogpack-test/layers:latest";
    let built = engine.docker().args(["build", "-t", tag]).arg(work.path()).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let archive = work.path().join("image.tar");
    save(engine, tag, &archive);
    Some(Image::read(&archive))
}

fn check(engine: Option<Engine>) {
    let Some(image) = engine.as_ref().and_then(built) else { return };
    let content = |path: &str| match &image.find(path).unwrap_or_else(|| panic!("{path} is missing")).kind {
        Kind::File(data) => String::from_utf8(data.clone()).unwrap(),
        other => panic!("{path} is {other:?}"),
    };
    for gone in ["/d/one", "/d/deep/three", "/d/link/three", "/opt/dir/a.txt"] {
        assert_eq!(image.find(gone), None, "{gone}");
    }
    assert_eq!(content("/d/link/four"), "4\n");
    assert_eq!(content("/d/hard"), "2\n");
    assert_eq!(content("/opt/dir"), "file\n");
    assert_eq!(image.find("/d/link").unwrap().kind, Kind::Link("deep".to_owned()));
    assert_eq!(image.find("/d/deep").unwrap().kind, Kind::Folder);
    let two = image.find("/d/two").unwrap();
    assert_eq!((two.mode, two.uid, two.gid), (0o4750, 5, 6));
    assert_eq!(image.config["config"]["Labels"]["base.label"], "from base");
    assert_eq!(image.layers.len(), 6);
}

#[test]
fn an_image_of_docker_20_is_read_as_its_layers_make_it() {
    check(engine::docker_20());
}

#[test]
fn an_image_of_docker_26_is_read_as_its_layers_make_it() {
    check(engine::docker_26());
}

/// An archive in a folder, made by hand: `members` are the layers' paths, each with what it holds.
fn archive(layers: &[&[(&str, &str)]], folder: &Path) -> Image {
    let tar = |members: &[(&str, &str)]| {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, data) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(data.len() as u64);
            header.set_mode(0o644);
            header.set_uid(0);
            header.set_gid(0);
            tar.append_data(&mut header, path, data.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap()
    };
    let names: Vec<String> = (0..layers.len()).map(|at| format!("{at}/layer.tar")).collect();
    let mut outer = tar::Builder::new(Vec::new());
    let manifest = serde_json::json!([{ "Config": "config.json", "Layers": names }]).to_string();
    let mut members =
        vec![("manifest.json".to_owned(), manifest.into_bytes()), ("config.json".to_owned(), b"{}".to_vec())];
    members.extend(names.iter().cloned().zip(layers.iter().map(|members| tar(members))));
    for (name, data) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        outer.append_data(&mut header, name, data.as_slice()).unwrap();
    }
    let file = folder.join("image.tar");
    fs::write(&file, outer.into_inner().unwrap()).unwrap();
    Image::read(&file)
}

#[test]
fn an_opaque_folder_hides_what_lower_layers_have_in_it() {
    let work = TempDir::new().unwrap();
    let layers: [&[(&str, &str)]; 2] = [&[("a/old", "1"), ("ab/old", "2")], &[("a/new", "3"), ("a/.wh..wh..opq", "")]];
    let image = archive(&layers, work.path());
    assert_eq!(image.find("/a/old"), None);
    assert!(image.find("/a/new").is_some() && image.find("/ab/old").is_some());
}

#[test]
fn a_whiteout_hides_a_file_and_no_other_that_begins_like_it() {
    let work = TempDir::new().unwrap();
    let layers: [&[(&str, &str)]; 2] = [&[("a", "1"), ("ab", "2")], &[(".wh.a", "")]];
    let image = archive(&layers, work.path());
    assert_eq!(image.find("/a"), None);
    assert!(image.find("/ab").is_some());
}
