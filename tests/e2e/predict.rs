//! Predictions of projects and images, and everything that can go wrong with them. No container stays, whatever happens.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine, Own, skip};
use crate::image::Image;

/// How long a model may take until it does what a test waits for, with its image built.
const BEGINNING: Duration = Duration::from_secs(60);
/// How soon everything has ended that was interrupted or broken: a container is removed, and that takes a moment.
const ENDING: Duration = Duration::from_secs(10);
/// How many moments of a prediction are interrupted, unless `COGPACK_CANCELS` says so.
const MOMENTS: u32 = 5;
/// How much later each moment is than the one before.
const STEP: Duration = Duration::from_millis(300);
/// How long a first prediction may take on an engine that has nothing, and a later one.
const COLD: Duration = Duration::from_secs(20);
const WARM: Duration = Duration::from_secs(3);

const CONFIG: &str = "build:\n  python_version: \"3.11\"\nrun: run.py:Runner\ntrain: train.py:train\n";

const RUNNER: &str = r#"
import os
import time
from typing import Optional

import cog
from cog import BaseRunner, ConcatenateIterator, Input, Path


class Runner(BaseRunner):
    def setup(self):
        print("setting up", flush=True)
        time.sleep(float(os.environ.get("SLOW", "0")))
        if "BROKEN" in os.environ:
            raise ValueError("no weights")

    def run(
        self,
        text: str,
        image: Optional[Path] = None,
        images: list[Path] = [],
        count: int = Input(default=1, ge=1),
        wait: float = 0,
        fail: bool = False,
    ) -> list[Path]:
        print("predicting", flush=True)
        time.sleep(wait)
        if fail:
            raise RuntimeError("it was asked to fail\nin two lines")
        made = []
        for number, path in enumerate(([image] if image else []) + images):
            target = f"/tmp/{number}.txt"
            with open(path) as source, open(target, "w") as out:
                out.write(text + source.read() * count)
            made.append(Path(target))
        return made
"#;

const TRAINER: &str = r#"
from cog import Path


def train(steps: int = 1) -> Path:
    with open("/tmp/weights.bin", "wb") as out:
        out.write(b"w" * steps)
    return Path("/tmp/weights.bin")
"#;

/// Nothing marks it as streaming.
const STREAMING: &str = r#"
import time

from cog import BaseRunner, ConcatenateIterator


class Runner(BaseRunner):
    def run(self, words: str) -> ConcatenateIterator[str]:
        for word in words.split():
            if word == "fail":
                raise ValueError("no more words")
            yield word + " "
            time.sleep(1)
"#;

/// It is marked, and its items are no text.
const MARKED: &str = r#"
import time
from typing import Iterator

import cog
from cog import BaseRunner


class Runner(BaseRunner):
    @cog.streaming
    def run(self, count: int) -> Iterator[int]:
        for number in range(count):
            yield number
            time.sleep(1)
"#;

/// Its server waits for all of it before it sends any.
const WAITING: &str = r#"
from typing import AsyncIterator

from cog import BaseRunner


class Runner(BaseRunner):
    async def run(self, count: int) -> AsyncIterator[str]:
        for number in range(count):
            yield f"item {number}"
"#;

/// Files with unusual names, and none.
const ODD: &str = r#"
import os
from typing import Any

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self, what: str) -> Path:
        if what == "crash":
            os._exit(3)
        if what == "one":
            with open("/tmp/made.png", "wb") as out:
                out.write(b"\x89PNG")
        return Path("/tmp/made.png")


class Several(BaseRunner):
    def run(self) -> Any:
        for name in ["a.txt", "b.txt"]:
            with open(f"/tmp/{name}", "w") as out:
                out.write(name)
        return {"x/y": Path("/tmp/a.txt"), "x_y": Path("/tmp/b.txt")}
"#;

/// A project whose image and containers have a name of their own.
struct Model<'a> {
    engine: &'a Engine,
    folder: TempDir,
    name: String,
}

impl<'a> Model<'a> {
    fn new(engine: &'a Engine, name: &str, files: &[(&str, &str)]) -> Self {
        let name = format!("cogpack-test/{name}-{}", std::process::id());
        let folder = TempDir::new().unwrap();
        for (path, text) in files {
            fs::write(folder.path().join(path), text).unwrap();
        }
        let config = fs::read_to_string(folder.path().join("cog.yaml")).unwrap_or_else(|_| CONFIG.to_owned());
        let image = if config.contains("NAME") { String::new() } else { format!("image: {name}\n") };
        fs::write(folder.path().join("cog.yaml"), config.replace("NAME", &name) + &image).unwrap();
        Self { engine, folder, name }
    }

    fn usual(engine: &'a Engine, name: &str) -> Self {
        Self::new(engine, name, &[("run.py", RUNNER), ("train.py", TRAINER)])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.engine);
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that goes well; what it wrote to stdout.
    fn good(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert!(ended.status.success(), "{}: {arguments:?}: {}", self.engine.name, said(&ended));
        String::from_utf8(ended.stdout).unwrap()
    }

    /// Runs a command that fails with a code; what it wrote to stderr.
    fn bad(&self, exit: i32, code: &str, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        let told = said(&ended);
        assert_eq!(ended.status.code(), Some(exit), "{}: {arguments:?}: {told}", self.engine.name);
        assert!(told.contains(&format!("error[{code}]")), "{}: {arguments:?}: {told}", self.engine.name);
        told
    }

    /// The ids of containers that somebody started for this model.
    fn containers(&self) -> Vec<String> {
        let filter = format!("label=run.cogpack.run={}", self.name);
        let listed = self.engine.docker().args(["ps", "-aq", "--filter", &filter]).output().unwrap();
        assert!(listed.status.success(), "{}", said(&listed));
        String::from_utf8(listed.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
    }

    fn has_image(&self) -> bool {
        self.engine.docker().args(["image", "inspect", &self.name]).output().unwrap().status.success()
    }

    fn assert_nothing_is_left(&self) {
        assert_eq!(self.containers(), Vec::<String>::new(), "{}: containers of {}", self.engine.name, self.name);
    }
}

impl Drop for Model<'_> {
    fn drop(&mut self) {
        let _ = self.engine.docker().args(["rmi", "-f", &self.name]).output();
    }
}

fn said(ended: &Output) -> String {
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

/// A command that goes on while the test does something else.
struct Started<'a> {
    model: &'a Model<'a>,
    process: Child,
    said: PathBuf,
}

impl<'a> Started<'a> {
    fn new(model: &'a Model<'_>, arguments: &[&str]) -> Self {
        let said = model.path("said");
        let mut command = model.command(arguments);
        command.stdout(Stdio::null()).stderr(fs::File::create(&said).unwrap());
        Self { model, process: command.spawn().unwrap(), said }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.said).unwrap()).into_owned()
    }

    fn wait_for(&mut self, words: &str) {
        let end = Instant::now() + BEGINNING;
        while !self.said().contains(words) {
            assert!(Instant::now() < end && self.process.try_wait().unwrap().is_none(), "{}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn interrupt(&self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
    }

    /// How it ended, and what it had said.
    fn end(&mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        loop {
            if let Some(ended) = self.process.try_wait().unwrap() {
                assert_eq!(ended.signal(), None, "{}", self.said());
                return (ended.code(), self.said());
            }
            assert!(began.elapsed() < ENDING, "{}: it has not ended: {}", self.model.engine.name, self.said());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn on(engine: Option<Engine>, check: impl Fn(&Engine)) {
    let Some(engine) = engine else { return };
    if engine.registry.is_none() {
        return skip(&format!("predictions: {} has no registry with base images", engine.name));
    }
    check(&engine);
}

// ---------------------------------------------------------------------------------------------------- what goes well

#[test]
fn a_project_predicts_on_docker_20() {
    on(engine::docker_20(), predicts);
}

#[test]
fn a_project_predicts_on_docker_26() {
    on(engine::docker_26(), predicts);
}

fn predicts(engine: &Engine) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello-world");
    let text = |name: &str| fs::read_to_string(example.join(name)).unwrap();
    let files = ["cog.yaml", "requirements.txt", "run.py"].map(|name| (name, text(name)));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let model = Model::new(engine, "hello", &files);
    assert_eq!(model.good(&["predict", "-i", "s=ann"]), "hello ann\n");
    // The image alone is enough, and nothing is built.
    let elsewhere = TempDir::new().unwrap();
    let mut of_image = model.command(&["predict", &model.name, "-i", "s=bob"]);
    let ended = of_image.current_dir(elsewhere.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "hello bob\n", "{}: {}", engine.name, said(&ended));
    assert!(!said(&ended).contains("Built"), "{}", said(&ended));
    fs::write(model.path("inputs.json"), r#"{"s": "eve"}"#).unwrap();
    assert_eq!(model.good(&["predict", "--json", "inputs.json"]), "hello eve\n");
    assert_eq!(model.good(&["predict", &model.name, "--json", "inputs.json", "-o", "out.txt"]), "");
    assert_eq!(fs::read_to_string(model.path("out.txt")).unwrap(), "hello eve\n");
    model.assert_nothing_is_left();
    shows_what_it_is(&model);
}

fn shows_what_it_is(model: &Model<'_>) {
    let shown: Value = serde_json::from_str(&model.good(&["inspect", &model.name, "--json"])).unwrap();
    assert_eq!(shown["source"], "engine");
    assert_eq!(shown["config"]["build"]["python_version"], "3.13");
    assert_eq!(shown["schema"]["components"]["schemas"]["Input"]["required"][0], "s");
    assert!(shown["sizes"]["bytes"].as_u64().unwrap() > 1_000_000, "{shown}");
    let by_id = model.good(&["inspect", shown["id"].as_str().unwrap()]);
    assert!(by_id.contains("What is greeted"), "{by_id}");
    let archive = if model.engine.writes_oci {
        model.good(&["build", "-o", "type=oci,dest=model.tar"]);
        fs::create_dir(model.path("layout")).unwrap();
        let mut unpack = Command::new("tar");
        unpack.args(["-xf", "model.tar", "-C", "layout"]).current_dir(model.folder.path());
        assert!(unpack.status().unwrap().success());
        let _ = model.engine.docker().args(["rmi", "-f", &model.name]).output();
        assert_eq!(model.good(&["predict", "layout", "-i", "s=ann"]), "hello ann\n");
        "model.tar"
    } else {
        model.engine.docker().args(["save", "-o"]).arg(model.path("saved.tar")).arg(&model.name).output().unwrap();
        "saved.tar"
    };
    let packed = Command::new("gzip").args(["-k", archive]).current_dir(model.folder.path()).status().unwrap();
    assert!(packed.success());
    assert_eq!(model.good(&["predict", archive, "-i", "s=ann"]), "hello ann\n");
    let _ = model.engine.docker().args(["rmi", "-f", &model.name, shown["id"].as_str().unwrap()]).output();
    let packed = format!("{archive}.gz");
    assert_eq!(model.good(&["predict", &packed, "-i", "s=ann"]), "hello ann\n", "{}", model.engine.name);
}

#[test]
fn files_go_in_and_out_on_docker_20() {
    on(engine::docker_20(), files);
}

#[test]
fn files_go_in_and_out_on_docker_26() {
    on(engine::docker_26(), files);
}

fn files(engine: &Engine) {
    let model = Model::usual(engine, "files");
    for (name, text) in [("a.txt", "a"), ("b.txt", "b")] {
        fs::write(model.path(name), text).unwrap();
    }
    let read = |name: &str| fs::read_to_string(model.path(name)).unwrap();
    let list = ["predict", "-i", "text=x", "-i", "image=@a.txt", "-i", "images=@b.txt", "-i", "images=@a.txt"];
    assert_eq!(model.good(&list), "output.0.txt\noutput.1.txt\noutput.2.txt\n");
    assert_eq!([read("output.0.txt"), read("output.1.txt"), read("output.2.txt")], ["xa", "xb", "xa"]);
    let inputs = r#"{"text": "", "images": ["@a.txt"], "count": 3}"#;
    fs::write(model.path("inputs.json"), inputs).unwrap();
    assert_eq!(model.good(&["predict", &model.name, "--json", "inputs.json", "-o", "made.md"]), "made.0.md\n");
    assert_eq!(read("made.0.md"), "aaa");
    let trained = ["train", &model.name, "-i", "steps=4", "-o", "weights.bin"];
    assert_eq!(model.good(&trained), "weights.bin\n");
    assert_eq!(read("weights.bin"), "wwww");
    let ran = model.run(&["run", "--model", &model.name, "sh", "-c", "echo out; echo err >&2; exit 7"]);
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stdout).as_ref()), (Some(7), "out\n"));
    assert_eq!(said(&ran), "err\n", "{}", engine.name);
    model.assert_nothing_is_left();
}

#[test]
fn odd_files_come_out_whole_or_are_told() {
    on(engine::docker_20(), odd_files);
    on(engine::docker_26(), odd_files);
}

fn odd_files(engine: &Engine) {
    let model = Model::new(engine, "odd", &[("cog.yaml", RUN_ALONE), ("run.py", ODD)]);
    let read = |name: &str| fs::read(model.path(name)).unwrap();
    // The name is the one that was asked for, and standard output gets the file alone.
    assert_eq!(model.good(&["predict", "-i", "what=one", "-o", "made"]), "made\n");
    assert_eq!(read("made"), b"\x89PNG");
    for place in ["-", "/dev/stdout"] {
        let out = fs::File::options().append(true).open(model.path("made")).unwrap();
        let mut printed = model.command(&["predict", &model.name, "-i", "what=one", "-o", place]);
        assert!(printed.stdout(out).status().unwrap().success());
    }
    assert_eq!(read("made"), b"\x89PNG\x89PNG\x89PNG", "{}", engine.name);
    let missing = model.run(&["predict", &model.name, "-i", "what=none", "-o", "none"]);
    assert!(missing.status.success() && said(&missing).contains("the model gave no output"), "{}", said(&missing));
    assert!(!model.path("none").exists());
    let told = model.bad(1, "E1206", &["predict", &model.name, "-i", "what=crash"]);
    assert!(told.contains("it crashed, exited, or was killed"), "{told}");
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        let mut printed = model.command(&["predict", &model.name, "-i", "what=one"]);
        assert_eq!(printed.stdout(full).status().unwrap().code(), Some(2), "{}", engine.name);
    }
    fs::write(model.path("cog.yaml"), format!("{RUN_ALONE}image: {}\n", model.name).replace("Runner", "Several"))
        .unwrap();
    model.good(&["predict"]);
    assert_eq!([read("output.x_y.txt"), read("output.x_y.2.txt")], [b"a.txt", b"b.txt"], "{}", engine.name);
    model.assert_nothing_is_left();
}

#[test]
fn weights_are_a_layer_that_edits_leave_alone() {
    on(engine::docker_20(), weights);
    on(engine::docker_26(), weights);
}

/// Weights in the form that has everything: two sources, patterns, a file.
const WEIGHTS: &str = r#"model: NAME
weights:
- name: base
  target: /src/weights
  source:
  - {uri: weights/base, include: ["*.bin", "deep/**"], exclude: ["**/draft*"]}
  - {uri: weights/vocab.txt}
- name: lora
  target: /opt/lora
  source: {uri: "file://./lora.bin"}
"#;

/// The digests of an image's layers, each with the files in it.
fn layers(model: &Model<'_>) -> Vec<(String, BTreeSet<String>)> {
    model.good(&["build", "-t", &model.name, "--progress", "quiet"]);
    let archive = model.path("saved.archive");
    let saved = model.engine.docker().args(["save", "-o"]).arg(&archive).arg(&model.name).output().unwrap();
    assert!(saved.status.success(), "{}", said(&saved));
    let image = Image::read(&archive);
    let digests = image.config["rootfs"]["diff_ids"].as_array().unwrap().clone();
    let files = |layer: &[u8]| {
        let mut archive = tar::Archive::new(layer);
        let paths = archive.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            if entry.header().entry_type().is_dir() { String::new() } else { path.trim_start_matches("./").to_owned() }
        });
        paths.filter(|path| !path.is_empty()).collect()
    };
    fs::remove_file(archive).unwrap();
    digests.iter().map(|it| it.as_str().unwrap().to_owned()).zip(image.layers.iter().map(|it| files(it))).collect()
}

fn weights(engine: &Engine) {
    let config = format!("{CONFIG}{WEIGHTS}");
    let ignored = (".dockerignore", "*.archive\n");
    let files = [("cog.yaml", config.as_str()), ("run.py", RUNNER), ("train.py", TRAINER), ignored, ("lora.bin", "l")];
    let model = Model::new(engine, "weights", &files);
    fs::create_dir_all(model.path("weights/base/deep")).unwrap();
    for name in ["base/w.bin", "base/draft.bin", "base/notes.md", "base/deep/x.json", "base/deep/draft", "vocab.txt"] {
        fs::write(model.path("weights").join(name), name).unwrap();
    }
    let before = layers(&model);
    fs::write(model.path("run.py"), format!("{RUNNER}# edited\n")).unwrap();
    let after = layers(&model);
    let having = |layers: &[(String, BTreeSet<String>)], path: &str| {
        let found: Vec<usize> = (0..layers.len()).filter(|at| layers[*at].1.contains(path)).collect();
        assert!(found.len() == 1, "{}: {path} is in {found:?} of {layers:?}", engine.name);
        found[0]
    };
    let wanted = [
        ("src/weights/w.bin", &["src/weights/w.bin", "src/weights/deep/x.json"][..]),
        ("src/weights/vocab.txt", &["src/weights/vocab.txt"]),
        ("opt/lora/lora.bin", &["opt/lora/lora.bin"]),
    ];
    for (path, alone) in wanted {
        let (old, new) = (having(&before, path), having(&after, path));
        let alone: BTreeSet<String> = alone.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(before[old].1, alone, "{}", engine.name);
        assert_eq!((old, &before[old].0), (new, &after[new].0), "{}: {path}", engine.name);
        assert!(old < having(&before, "src/run.py"), "{}: {path}", engine.name);
    }
    assert_ne!(before[having(&before, "src/run.py")].0, after[having(&after, "src/run.py")].0, "{}", engine.name);
    let left_out = ["draft", "notes", "src/lora.bin"];
    let found: Vec<&String> = after.iter().flat_map(|(_, files)| files).collect();
    assert!(!found.iter().any(|path| left_out.iter().any(|it| path.contains(it))), "{}: {found:?}", engine.name);
    let there = "cat /src/weights/w.bin /src/weights/vocab.txt /opt/lora/lora.bin && test -f /src/run.py";
    let there = model.good(&["run", "--model", &model.name, "sh", "-c", there]);
    assert_eq!(there, "base/w.binvocab.txtl", "{}", engine.name);
    model.assert_nothing_is_left();
}

#[test]
fn a_new_project_goes_to_a_registry_and_predicts_from_there() {
    on(engine::docker_20(), registry);
    on(engine::docker_26(), registry);
}

fn registry(engine: &Engine) {
    let folder = TempDir::new().unwrap();
    let cogpack = |arguments: &[&str]| {
        let ended = command(engine).args(arguments).current_dir(folder.path()).output().unwrap();
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned(), said(&ended))
    };
    let name = format!("{}/cogpack-test/new-{}:1", engine.registry.as_deref().unwrap(), std::process::id());
    assert_eq!(cogpack(&["init"]).0, Some(0));
    let pushed = cogpack(&["push", &name, "--progress", "quiet"]);
    assert_eq!(pushed.0, Some(0), "{}: {}", engine.name, pushed.2);
    engine.docker().args(["rmi", "-f", &name]).output().unwrap();
    let (code, output, told) = cogpack(&["predict", &name, "-i", "s=ann"]);
    assert_eq!((code, output.as_str()), (Some(0), "hello ann\n"), "{}: {told}", engine.name);
    assert!(told.contains("fetching"), "{told}");
    engine.docker().args(["rmi", "-f", &name]).output().unwrap();
    let refused = cogpack(&["push", "127.0.0.1:1/cogpack-test/new", "--progress", "quiet"]);
    assert_ne!(refused.0, Some(0), "{}", engine.name);
    assert_eq!(refused.2.contains("error[E1216]"), !engine.writes_oci, "{}: {}", engine.name, refused.2);
}

#[test]
fn an_output_is_printed_as_it_comes_on_docker_20() {
    on(engine::docker_20(), streams);
}

#[test]
fn an_output_is_printed_as_it_comes_on_docker_26() {
    on(engine::docker_26(), streams);
}

const RUN_ALONE: &str = "build:\n  python_version: \"3.11\"\nrun: run.py:Runner\n";

/// What was printed whenever it was more than before, and how the command ended.
fn watched(model: &Model<'_>, input: &str) -> (Vec<String>, Option<i32>) {
    let out = model.path("out");
    let mut command = model.command(&["predict", &model.name, "-i", input]);
    let mut process = command.stdout(fs::File::create(&out).unwrap()).stderr(Stdio::null()).spawn().unwrap();
    let mut seen: Vec<String> = Vec::new();
    let mut look = || {
        let text = fs::read_to_string(&out).unwrap();
        if !text.is_empty() && seen.last() != Some(&text) {
            seen.push(text);
        }
    };
    while process.try_wait().unwrap().is_none() {
        look();
        thread::sleep(Duration::from_millis(20));
    }
    look();
    (seen, process.wait().unwrap().code())
}

/// As it was written before runners.
const OLD: &str = r#"
from cog import BasePredictor, ConcatenateIterator


class Predictor(BasePredictor):
    def predict(self, words: str) -> ConcatenateIterator[str]:
        for word in words.split():
            yield word + " "
"#;

#[test]
fn an_older_sdk_predicts_with_a_server_of_its_age() {
    on(engine::docker_26(), |engine| {
        for version in ["0.16.10", "0.19.3"] {
            let config = CONFIG.replace("run: run.py:Runner\ntrain: train.py:train", "predict: predict.py:Predictor");
            let config = config.replace("\"3.11\"\n", &format!("\"3.11\"\n  sdk_version: {version}\n"));
            let model = Model::new(engine, "old", &[("cog.yaml", &config), ("predict.py", OLD)]);
            let ended = model.run(&["predict", "-i", "words=one two", "--progress", "quiet"]);
            assert_eq!(String::from_utf8_lossy(&ended.stdout), "one two \n", "{version}: {}", said(&ended));
            // What its server says of itself is left out, whatever it writes it in.
            assert!(!said(&ended).contains("\"logger\""), "{version}: {}", said(&ended));
            model.assert_nothing_is_left();
        }
    });
}

fn streams(engine: &Engine) {
    let model = Model::new(engine, "streaming", &[("cog.yaml", RUN_ALONE), ("run.py", STREAMING)]);
    model.good(&["build", "-t", &model.name]);
    let (seen, code) = watched(&model, "words=one two three");
    assert_eq!(seen, ["one ", "one two ", "one two three ", "one two three \n"], "{}", engine.name);
    assert_eq!(code, Some(0));
    let (seen, code) = watched(&model, "words=one fail");
    assert_eq!((seen.first().map(String::as_str), code), (Some("one "), Some(1)), "{}: {seen:?}", engine.name);
    assert_eq!(model.good(&["predict", &model.name, "-i", "words=a b", "-o", "out.txt"]), "");
    assert_eq!(fs::read_to_string(model.path("out.txt")).unwrap(), "a b \n");
    has_readers_that_leave(&model);
    model.assert_nothing_is_left();
    let marked = Model::new(engine, "marked", &[("cog.yaml", RUN_ALONE), ("run.py", MARKED)]);
    marked.good(&["build", "-t", &marked.name]);
    assert_eq!(watched(&marked, "count=3"), (["0\n", "0\n1\n", "0\n1\n2\n"].map(str::to_owned).to_vec(), Some(0)));
    marked.assert_nothing_is_left();
    let waiting = Model::new(engine, "waiting", &[("cog.yaml", RUN_ALONE), ("run.py", WAITING)]);
    assert_eq!(waiting.good(&["predict", "-i", "count=2"]), "item 0\nitem 1\n");
    // A long output, to a reader that takes its time.
    let cogpack = env!("CARGO_BIN_EXE_cogpack");
    let predict = format!("'{cogpack}' predict {} -i count=50000 -q | (sleep 3; tail -n 1)", waiting.name);
    let variable = &engine.variable;
    let piped = Command::new("sh").args(["-c", &predict]).env(variable.0, &variable.1).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&piped.stdout), "item 49999\n", "{}", said(&piped));
    waiting.assert_nothing_is_left();
}

/// A reader that has enough is no failure, and ends it.
fn has_readers_that_leave(model: &Model<'_>) {
    let cogpack = env!("CARGO_BIN_EXE_cogpack");
    let predict = format!("'{cogpack}' predict {} -i words='a b c d e f g h' -q | head -c 1", model.name);
    let mut shell = Command::new("sh");
    let variable = &model.engine.variable;
    let piped = shell.args(["-c", &predict]).env(variable.0, &variable.1).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&piped.stdout), "a", "{}", said(&piped));
}

#[test]
fn a_first_prediction_is_quick_and_a_second_one_quicker() {
    let Some(own) = Own::docker_26("cold-predict") else { return };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello-world");
    for (which, most) in [("cold", COLD), ("warm", WARM)] {
        let began = Instant::now();
        let ended = command(&own.engine).arg("predict").arg(&example).args(["-i", "s=ann"]).output().unwrap();
        let took = began.elapsed();
        assert!(ended.status.success(), "{}", said(&ended));
        if std::env::var_os("COGPACK_TIMES").is_some() {
            engine::say(&format!("a {which} prediction took {took:?}"));
        }
        // Tests run beside this one, on the same machine.
        assert!(took < most * 2, "a {which} prediction took {took:?}: {}", said(&ended));
    }
}

// --------------------------------------------------------------------------------------------------- what goes wrong

#[test]
fn a_wrong_input_is_told_before_anything_is_built() {
    on(engine::docker_26(), |engine| {
        let model = Model::usual(engine, "wrong");
        for (given, field) in [
            (&["-i", "count=1"][..], "`text` is missing"),
            (&["-i", "text=a", "-i", "count=x"], "`count` must be a whole number"),
            (&["-i", "text=a", "-i", "count=0"], "`count` must be at least 1"),
            (&["-i", "text=a", "-i", "cuont=1"], "did you mean `count`?"),
        ] {
            let told = model.bad(1, "E1202", &[&["predict"], given].concat());
            assert!(told.contains(field) && !told.contains("transferring context"), "{given:?}: {told}");
        }
        model.bad(1, "E1203", &["predict", "-i", "text=a", "-i", "image=@missing.png"]);
        model.bad(1, "E1203", &["predict", "--json", r#"{"text": "a", "image": "b.png"}"#]);
        assert!(!model.has_image());
        // No engine is looked for either.
        let ended =
            model.command(&["predict", "-i", "x=1"]).env("DOCKER_HOST", "unix:///nowhere.sock").output().unwrap();
        assert!(said(&ended).contains("error[E1202]"), "{}", said(&ended));
        model.good(&["build", "-t", &model.name, "--progress", "quiet"]);
        let told = model.bad(1, "E1202", &["predict", &model.name, "-i", "text=a", "-i", "count=0"]);
        assert!(told.contains("`count` must be at least 1"), "{told}");
        model.bad(1, "E1209", &["predict", "cogpack-test/there-is-no-such-model", "-i", "text=a"]);
        fs::File::create(model.path("large")).unwrap().set_len(90 << 20).unwrap();
        let told = model.bad(1, "E1213", &["predict", &model.name, "-i", "text=a", "-i", "image=@large"]);
        assert!(told.contains("they are 125 MB as a request"), "{told}");
        let told = model.bad(1, "E1212", &["run", "--model", &model.name, "there-is-no-such-command"]);
        assert!(told.contains("the image has no program of this name"), "{told}");
        let forever = u64::MAX.to_string();
        assert_eq!(model.good(&["predict", &model.name, "-i", "text=a", "--setup-timeout", &forever]), "[]\n");
        fs::write(model.path("notes.zip"), "no archive").unwrap();
        model.bad(1, "E1211", &["inspect", "notes.zip"]);
        model.bad(1, "E1212", &["predict", &model.name, "--gpus", "all", "-i", "text=a"]);
        model.assert_nothing_is_left();
    });
}

#[test]
fn a_buildkit_alone_runs_no_models() {
    on(engine::buildkit(), |engine| {
        let model = Model::usual(engine, "buildkit");
        let told = model.bad(4, "E1201", &["predict", "-i", "text=a"]);
        assert!(told.contains("Docker Engine"), "{told}");
    });
}

#[test]
fn what_only_trains_is_not_served() {
    on(engine::docker_26(), |engine| {
        let config = "build:\n  python_version: \"3.11\"\ntrain: train.py:train\n";
        let model = Model::new(engine, "trains", &[("cog.yaml", config), ("train.py", TRAINER)]);
        assert_eq!(model.good(&["train", "-i", "steps=2"]), "output\n");
        model.bad(1, "E1210", &["serve", &model.name, "--port", "0"]);
        model.bad(1, "E1210", &["predict", &model.name]);
        model.assert_nothing_is_left();
    });
}

#[test]
fn failures_are_told_and_nothing_stays_on_docker_20() {
    on(engine::docker_20(), fails);
}

#[test]
fn failures_are_told_and_nothing_stays_on_docker_26() {
    on(engine::docker_26(), fails);
}

fn fails(engine: &Engine) {
    let model = Model::usual(engine, "fails");
    model.good(&["build", "-t", &model.name, "--progress", "quiet"]);
    let predict = |more: &[&'static str]| [&["predict", &model.name, "-i", "text=a"], more].concat();
    let told = model.bad(1, "E1206", &predict(&["-i", "fail=true"]));
    let whole = "the prediction failed: RuntimeError: it was asked to fail\n  │ in two lines\n";
    assert!(told.contains("predicting\n") && told.contains(whole), "{told}");
    // Cog's server loses the last words of a `setup` that fails at once.
    let told = model.bad(1, "E1205", &predict(&["-e", "BROKEN=1", "-e", "SLOW=1"]));
    assert!(told.contains("setting up\n") && told.contains("failed: ValueError: no weights"), "{told}");
    let began = Instant::now();
    let told = model.bad(1, "E1208", &predict(&["-e", "SLOW=60", "--setup-timeout", "2"]));
    assert!(told.contains("setting up\n") && told.contains("after 2 seconds"), "{told}");
    assert!(began.elapsed() < Duration::from_secs(2) + ENDING);
    model.assert_nothing_is_left();
    for slow in ["-e=SLOW=60", "-i=wait=60"] {
        let mut started = Started::new(&model, &predict(&[slow]));
        started.wait_for(if slow.contains("SLOW") { "setting up" } else { "predicting" });
        let containers = model.containers();
        let [container] = containers.as_slice() else { panic!("{}: {containers:?}", engine.name) };
        engine.docker().args(["kill", container]).output().unwrap();
        let (code, told) = started.end();
        assert!(code == Some(1) && told.contains("error[E1207]") && told.contains("was killed"), "{code:?}: {told}");
        model.assert_nothing_is_left();
    }
}

#[test]
fn an_interrupt_at_any_moment_leaves_nothing_on_docker_20() {
    on(engine::docker_20(), interrupts);
}

#[test]
fn an_interrupt_at_any_moment_leaves_nothing_on_docker_26() {
    on(engine::docker_26(), interrupts);
}

fn interrupts(engine: &Engine) {
    let model = Model::usual(engine, "interrupted");
    model.good(&["build", "-t", &model.name, "--progress", "quiet"]);
    let moments = std::env::var("COGPACK_CANCELS").ok().and_then(|text| text.parse().ok()).unwrap_or(MOMENTS);
    let name = model.name.clone();
    let predict = ["predict", &name, "-i", "text=a", "-i", "wait=60"];
    for moment in (1..=moments).map(|number| STEP * number) {
        let mut started = Started::new(&model, &predict);
        thread::sleep(moment);
        started.interrupt();
        let (code, told) = started.end();
        assert_eq!(code, Some(130), "{}, after {moment:?}: {told}", engine.name);
        model.assert_nothing_is_left();
    }
    for (slow, words) in [("-e=SLOW=60", "setting up"), ("-i=wait=60", "predicting")] {
        let mut started = Started::new(&model, &["predict", &name, "-i", "text=a", slow]);
        started.wait_for(words);
        assert_eq!(model.containers().len(), 1, "{}: {words}", engine.name);
        started.interrupt();
        assert_eq!(started.end().0, Some(130), "{}: {words}", engine.name);
        model.assert_nothing_is_left();
    }
    for pause in [Duration::from_millis(10), Duration::from_millis(100)] {
        let mut twice = Started::new(&model, &predict);
        twice.wait_for("predicting");
        twice.interrupt();
        thread::sleep(pause);
        twice.interrupt();
        assert_eq!(twice.end().0, Some(130), "{}: {pause:?}", engine.name);
        model.assert_nothing_is_left();
    }
    for signal in [Signal::TERM, Signal::HUP] {
        let mut ended = Started::new(&model, &predict);
        ended.wait_for("predicting");
        kill_process(Pid::from_child(&ended.process), signal).unwrap();
        assert_eq!(ended.end().0, Some(130), "{}: {signal:?}", engine.name);
        model.assert_nothing_is_left();
    }
    let nohup = format!("exec nohup '{}' predict {name} -i text=a -i wait=3 2>&1", env!("CARGO_BIN_EXE_cogpack"));
    let variable = &engine.variable;
    let goes_on = Command::new("sh").args(["-c", &nohup]).env(variable.0, &variable.1).stdout(Stdio::piped()).spawn();
    let goes_on = goes_on.unwrap();
    thread::sleep(Duration::from_secs(1));
    kill_process(Pid::from_child(&goes_on), Signal::HUP).unwrap();
    let ended = goes_on.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}: {}", engine.name, String::from_utf8_lossy(&ended.stdout));
    let mut serving = Started::new(&model, &["serve", &name, "--port", "0"]);
    serving.wait_for("on http://127.0.0.1:");
    serving.interrupt();
    assert_eq!(serving.end().0, Some(130));
    model.assert_nothing_is_left();
}

#[test]
fn an_interrupt_while_the_project_is_built_leaves_nothing_on_docker_20() {
    on(engine::docker_20(), interrupts_a_build);
}

#[test]
fn an_interrupt_while_the_project_is_built_leaves_nothing_on_docker_26() {
    on(engine::docker_26(), interrupts_a_build);
}

fn interrupts_a_build(engine: &Engine) {
    let step = format!("  run: [\"echo {}; sleep 60\"]\nrun: run.py", std::process::id());
    let slow = RUN_ALONE.replace("run: run.py", &step);
    // What the command says is written beside the project's files.
    let files = [("cog.yaml", slow.as_str()), ("run.py", STREAMING), (".dockerignore", "said\n")];
    let model = Model::new(engine, "slow-build", &files);
    for command in ["predict", "serve"] {
        let arguments: &[&str] = if command == "predict" { &["predict", "-i", "words=a"] } else { &["serve"] };
        let mut started = Started::new(&model, &[arguments, &["--progress", "plain"]].concat());
        started.wait_for("sleep 60");
        started.interrupt();
        let (code, told) = started.end();
        assert_eq!(code, Some(130), "{}: {command}: {told}", engine.name);
        assert!(!model.has_image());
        model.assert_nothing_is_left();
    }
}
