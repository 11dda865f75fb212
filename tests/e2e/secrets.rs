//! A canary is given to steps as a secret, and is looked for everywhere else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::cogpack::{command, save};
use crate::engine::{self, Engine, skip};
use crate::image::{Image, Kind, members, unpacked};

/// What each canary contains; the rest says which it is.
const CANARY: &str = "canary-5e6f1c9d-";
/// The same in base 64, when it stands at the start.
const IN_BASE_64: &str = "Y2FuYXJ5LTVlNmYxYzlk";

/// The repository of the cache.
const CACHE: &str = "cogpack-test/secrets";

const PLAN: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [
  {"command": ": BUILD; sleep 1; wc -c < /run/secrets/file > /file; wc -c < /run/secrets/shown > /shown",
   "mounts": [{"type": "secret", "id": "file", "target": "/run/secrets/file"},
              {"type": "secret", "id": "shown", "target": "/run/secrets/shown"}]}VARIABLE,
  {"from": {"local": "context"}, "src": ["a.txt"], "dest": "/a.txt"}
 ]}],
 "contexts": {"context": {"name": "context", "source_block": "suite", "description": "files", "metadata": {}}}
}"#;

/// A secret as a variable of the step.
const VARIABLE: &str = r#",
  {"command": ": BUILD; sleep 1; printf %s \"$TOKEN\" | wc -c > /variable",
   "mounts": [{"type": "secret", "id": "variable", "env": "TOKEN"}]}"#;

#[test]
fn a_secret_is_nowhere_on_docker_20() {
    check(engine::docker_20());
}

#[test]
fn a_secret_is_nowhere_on_docker_26() {
    check(engine::docker_26());
}

#[test]
fn a_secret_is_nowhere_on_buildkit() {
    check(engine::buildkit());
}

/// What a build left and said, by where it was.
type Traces = BTreeMap<String, Vec<u8>>;

fn check(engine: Option<Engine>) {
    let Some(engine) = engine else { return };
    let Some(registry) = &engine.registry else {
        return skip(&format!("secrets: {} has no registry with base images", engine.name));
    };
    // Engines before Docker 23 have no secrets in variables.
    let variable = if engine.writes_oci { VARIABLE } else { "" };
    let work = TempDir::new().unwrap();
    let folder = work.path();
    fs::create_dir(folder.join("context")).unwrap();
    fs::write(folder.join("context/a.txt"), "a\n").unwrap();
    fs::write(folder.join("secret"), format!("{CANARY}file\n")).unwrap();
    // Builds at the same time with the same step run it once, and one of them would not see it run.
    let plan = PLAN.replace("VARIABLE", variable).replace("REGISTRY", registry).replace("BUILD", engine.name);
    fs::write(folder.join("plan.json"), plan).unwrap();

    let mut traces = Traces::new();
    for form in ["plan", "llb", "llb-json", "image-config"] {
        let mut compile = command(&engine);
        let ended =
            given(&mut compile, folder).args(["compile", "--plan", "plan.json", "--emit", form]).output().unwrap();
        let is_known = ended.status.success() || form != "plan";
        assert!(is_known, "{}: {form}: {}", engine.name, String::from_utf8_lossy(&ended.stderr));
        traces.insert(form.to_owned(), [ended.stdout, ended.stderr].concat());
    }
    for progress in ["plain", "rawjson"] {
        traces.extend(built(&engine, folder, progress));
    }
    assert_nowhere(&engine, &traces);
}

/// A command with the canaries at hand.
fn given<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let shown = (format!("{CANARY}shown"), format!("{CANARY}variable"));
    command.current_dir(folder).env("COGPACK_TEST_SHOWN", shown.0).env("COGPACK_TEST_VARIABLE", shown.1)
}

fn built(engine: &Engine, folder: &Path, progress: &str) -> Traces {
    let tag = format!("docker.io/cogpack-test/secrets-{}-{progress}:latest", std::process::id());
    let archive = folder.join(format!("{progress}.tar"));
    // The same for the Docker Engine and its BuildKit would be one for both.
    let tag_of_cache = format!("{progress}-{}", engine.variable.0.to_lowercase());
    let mut build = command(engine);
    given(&mut build, folder).args(["build", "--plan", "plan.json", "--context", "context=context", "--no-cache"]);
    build.args(["--progress", progress, "--metadata-file", "metadata.json", "-v"]);
    build.args(["--secret", "id=file,src=secret", "--secret", "id=shown,env=COGPACK_TEST_SHOWN"]);
    if engine.writes_oci {
        build.args(["--secret", "id=variable,env=COGPACK_TEST_VARIABLE", "--provenance=mode=max"]);
        build.args(["-o", &format!("type=oci,dest={}", archive.display())]);
        let registry = engine.registry.as_deref().unwrap();
        build.args(["--cache-to", &format!("type=registry,mode=max,ref={registry}/{CACHE}:{tag_of_cache}")]);
    } else {
        build.args(["-t", &tag]);
    }
    let build = build.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (ended, commands) = watched(|| build.wait_with_output().unwrap());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{}: {said}", engine.name);
    let mut traces = Traces::new();
    if !engine.writes_oci {
        let history = engine.docker().args(["history", "--no-trunc", &tag]).output().unwrap();
        traces.insert("history".to_owned(), history.stdout);
        assert!(save(engine, &tag, &archive));
    }
    let image = Image::read(&archive);
    let lengths = [("/file", "21\n"), ("/shown", "21\n"), ("/variable", "24\n")];
    for (path, length) in lengths.iter().take(if engine.writes_oci { 3 } else { 2 }) {
        // It was there: a secret that reached nothing is nowhere, too.
        assert_eq!(image.find(path).map(|file| &file.kind), Some(&Kind::File(length.as_bytes().to_vec())), "{path}");
    }
    traces.extend(members(&archive).into_iter().map(|(name, data)| (format!("{progress}: image: {name}"), data)));
    if let Some(registry) = engine.registry.as_deref().filter(|_| engine.writes_oci) {
        let cache = cached(registry, CACHE, &tag_of_cache);
        traces.extend(cache.into_iter().map(|(name, data)| (format!("{progress}: cache: {name}"), data)));
    }
    traces.insert(format!("{progress}: stdout"), ended.stdout);
    traces.insert(format!("{progress}: stderr"), ended.stderr);
    traces.insert(format!("{progress}: metadata"), fs::read(folder.join("metadata.json")).unwrap());
    traces.insert(format!("{progress}: argv"), commands);
    traces
}

/// Runs something → its outcome, and the command lines of every process meanwhile.
fn watched<T>(run: impl FnOnce() -> T) -> (T, Vec<u8>) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(Relaxed) {
                for entry in fs::read_dir("/proc").unwrap().flatten() {
                    seen.extend(fs::read(entry.path().join("cmdline")).ok());
                }
                thread::sleep(Duration::from_millis(20));
            }
            seen.into_iter().collect::<Vec<_>>().join(&b'\n')
        });
        let outcome = run();
        done.store(true, Relaxed);
        (outcome, watch.join().unwrap())
    })
}

/// What a cache in the registry holds, unpacked.
fn cached(registry: &str, name: &str, tag: &str) -> Traces {
    let index = fetched(registry, &format!("/v2/{name}/manifests/{tag}"));
    let list: Value = serde_json::from_slice(&index).unwrap();
    let entries = ["manifests", "layers"].into_iter().flat_map(|key| list[key].as_array().into_iter().flatten());
    let mut traces = Traces::new();
    for entry in entries.chain([&list["config"]]).filter_map(|entry| entry["digest"].as_str()) {
        let blob = unpacked(&fetched(registry, &format!("/v2/{name}/blobs/{entry}")));
        traces.insert(entry.to_owned(), blob);
    }
    traces.insert("index".to_owned(), index);
    traces
}

/// The body of what a registry answers.
fn fetched(registry: &str, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(registry).unwrap();
    let accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, */*";
    stream
        .write_all(format!("GET {path} HTTP/1.0\r\nHost: {registry}\r\nAccept: {accept}\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    assert!(answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"), "{path}: {answer:?}");
    answer.split_off(head + 4)
}

fn assert_nowhere(engine: &Engine, traces: &Traces) {
    let has = |data: &[u8], word: &str| data.windows(word.len()).any(|part| part == word.as_bytes());
    let found: Vec<&String> = traces
        .iter()
        .filter(|(name, data)| has(name.as_bytes(), CANARY) || has(data, CANARY) || has(data, IN_BASE_64))
        .map(|(name, _)| name)
        .collect();
    assert!(found.is_empty(), "{}: the canary is in {found:?}", engine.name);
    // What is looked through is what it should be.
    let argv = &traces["plain: argv"];
    assert!(has(argv, "id=file,src=secret") && has(argv, "wc -c < /run/secrets/file"), "{}: argv", engine.name);
    assert!(has(&traces["plain: stderr"], "/run/secrets/file"), "{}: progress", engine.name);
    assert!(traces.keys().any(|name| name.starts_with("plain: image: ")));
    assert_eq!(engine.writes_oci, traces.keys().any(|name| name.starts_with("plain: cache: ")));
}
