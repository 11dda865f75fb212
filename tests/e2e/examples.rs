//! The examples are built, and what they make runs.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine, skip};

/// How long a server may take until it answers.
const STARTING: Duration = Duration::from_secs(60);

#[test]
fn the_examples_build_and_run_on_docker_20() {
    check(engine::docker_20(), "20");
}

#[test]
fn the_examples_build_and_run_on_docker_26() {
    check(engine::docker_26(), "26");
}

/// A BuildKit daemon runs nothing, so its image goes to the Docker Engine it belongs to.
#[test]
fn the_examples_build_and_run_on_buildkit() {
    check(engine::buildkit(), "bk");
}

fn check(engine: Option<Engine>, name: &str) {
    let Some(engine) = engine else { return };
    if engine.registry.is_none() {
        return skip(&format!("the examples: {} has no registry with their base images", engine.name));
    }
    let hello = built(&engine, &example("hello-world"), &format!("hello-world-{name}"));
    predicts(&engine, &hello, &json!({ "s": "ann :wave:" }), &json!("hello ann \u{1f44b}"));
    let sounds = built(&engine, &example("apt-and-run"), &format!("apt-and-run-{name}"));
    predicts(&engine, &sounds, &json!({}), &json!(1.5));
    has_its_tool(&engine, &built(&engine, &example("custom-block"), &format!("custom-block-{name}")));
    service_starts(&engine, &built(&engine, &example("service"), &format!("service-{name}")));
    counts_words(&engine, &built(&engine, &example("uv-project"), &format!("uv-project-{name}")));
    let work = TempDir::new().unwrap();
    let project = locked(&engine, work.path());
    has_what_is_locked(&engine, &built(&engine, &project, &format!("locked-{name}")));
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// The name of an image that goes with the last of its users.
struct Built<'a> {
    engine: &'a Engine,
    tag: String,
}

impl Drop for Built<'_> {
    fn drop(&mut self) {
        let _ = self.engine.docker().args(["rmi", "-f", &self.tag]).output();
    }
}

fn built<'a>(engine: &'a Engine, project: &Path, name: &str) -> Built<'a> {
    let tag = format!("docker.io/cogpack-test/{name}:latest");
    let ended = command(engine).arg("build").arg(project).args(["-t", &tag, "--progress", "plain"]).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{}: {} ended with {:?}: {said}", engine.name, project.display(), ended.status);
    Built { engine, tag }
}

/// A project whose lock names packages of PyPI. It is made by the uv of a base image, so nothing but the engine is needed.
fn locked(engine: &Engine, work: &Path) -> PathBuf {
    let project = work.join("project");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("main.py"), "import h11\n\nprint(h11.__version__)\n").unwrap();
    let about = "[project]\nname = \"locked\"\nversion = \"1\"\nrequires-python = \">=3.11\"\n";
    fs::write(project.join("pyproject.toml"), format!("{about}dependencies = [\"h11==0.14.0\"]\n")).unwrap();
    let mount = format!("{}:/project", project.display());
    let mut run = engine.docker();
    run.args(["run", "--rm", "--network", "host", "-v", &mount, "-w", "/project"]);
    let ran = run.args(["docker.io/library/python:3.11", "uv", "lock", "-q"]).output().unwrap();
    assert!(ran.status.success(), "{}: {}", engine.name, String::from_utf8_lossy(&ran.stderr));
    assert!(project.join("uv.lock").exists());
    project
}

/// A container that runs, and is removed whatever comes.
struct Container<'a> {
    engine: &'a Engine,
    id: String,
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        let _ = self.engine.docker().args(["rm", "-f", &self.id]).output();
    }
}

impl<'a> Container<'a> {
    fn run(image: &'a Built<'_>, options: &[&str]) -> Self {
        let ran = image.engine.docker().args(["run", "-d"]).args(options).arg(&image.tag).output().unwrap();
        assert!(ran.status.success(), "{}: {}", image.engine.name, String::from_utf8_lossy(&ran.stderr));
        Self { engine: image.engine, id: String::from_utf8(ran.stdout).unwrap().trim().to_owned() }
    }

    /// Where a port of it is published.
    fn address(&self, port: &str) -> String {
        let told = self.engine.docker().args(["port", &self.id, port]).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        told.lines().next().unwrap_or_else(|| panic!("{}: it ended: {}", self.engine.name, self.log())).to_owned()
    }

    fn log(&self) -> String {
        let told = self.engine.docker().args(["logs", &self.id]).output().unwrap();
        [told.stdout, told.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
    }

    /// Asks until the answer is one to wait for.
    fn wait(&self, address: &str, request: &str, is_ready: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + STARTING;
        loop {
            match ask(address, request) {
                Some(answer) if is_ready(&answer) => return answer,
                answer => assert!(Instant::now() < end, "{}: {answer:?}\n{}", self.engine.name, self.log()),
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Sends an HTTP request → the body of the answer.
fn ask(address: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer.split_once("\r\n\r\n")?.1.to_owned())
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")
}

fn post(path: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn predicts(engine: &Engine, image: &Built<'_>, input: &Value, output: &Value) {
    let container = Container::run(image, &["-p", "127.0.0.1::5000"]);
    let address = container.address("5000");
    container.wait(&address, &get("/health-check"), |answer| answer.contains(r#""status":"READY""#));
    let request = post("/predictions", "application/json", &json!({ "input": input }).to_string());
    let answer = container.wait(&address, &request, |answer| !answer.is_empty());
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|why| panic!("{}: {why}: {answer}", engine.name));
    assert_eq!(answer["status"], "succeeded", "{}: {answer}", engine.name);
    assert_eq!(&answer["output"], output, "{}", engine.name);
}

fn has_its_tool(engine: &Engine, image: &Built<'_>) {
    let script = "printf 'a b\\nc\\n' | /usr/local/bin/count";
    let ran = engine.docker().args(["run", "--rm", &image.tag, "sh", "-c", script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), "3", "{}: {ran:?}", engine.name);
}

/// The page that it asks for does not exist, so it gets as far as asking.
fn service_starts(engine: &Engine, image: &Built<'_>) {
    let ran = engine.docker().args(["run", "--rm", "--network", "none", &image.tag]).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("httpx.ConnectError"), "{}: {said}", engine.name);
    let ran =
        engine.docker().args(["run", "--rm", &image.tag, "sh", "-c", "id -u; echo $TICKER_URL"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "1000\nhttps://status.example/\n", "{}", engine.name);
}

fn has_what_is_locked(engine: &Engine, image: &Built<'_>) {
    let ran = engine.docker().args(["run", "--rm", &image.tag]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "0.14.0\n", "{}: {ran:?}", engine.name);
}

fn counts_words(engine: &Engine, image: &Built<'_>) {
    let container = Container::run(image, &["-p", "127.0.0.1::8000"]);
    let address = container.address("8000");
    let answer = container.wait(&address, &post("/", "text/plain", "one two three"), |answer| !answer.is_empty());
    assert_eq!(answer, r#"{"words": 3}"#, "{}", engine.name);
}
