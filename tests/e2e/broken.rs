//! Builds that are broken off: the daemon is killed or hangs, or the user interrupts. None hangs, and none goes on.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine, Own, skip};

/// How many moments are tried, unless `COGPACK_KILLS` and `COGPACK_CANCELS` say so.
const MOMENTS: u32 = 3;
/// How much later each moment is than the one before.
const STEP: Duration = Duration::from_millis(150);
/// How long a step may take to begin, with its image fetched before.
const BEGINNING: Duration = Duration::from_secs(60);
/// How soon a build ends whose daemon was killed.
const AFTER_KILL: Duration = Duration::from_secs(10);
/// How soon a build ends that was interrupted.
const AFTER_INTERRUPT: Duration = Duration::from_secs(2);
/// How soon one ends that was interrupted twice: at once, on a machine that does other things, too.
const AT_ONCE: Duration = Duration::from_millis(500);
/// How long the daemon may take to end a step that nobody waits for: BuildKit gives the first attempt 7 seconds, which one meets that
/// comes while the container starts, and then makes another.
const ENDING: Duration = Duration::from_secs(16);

/// How long no process of a step is seen when it has ended.
const QUIET: Duration = Duration::from_secs(1);

const PLAN: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [
  {"from": {"local": "context"}, "src": ["."], "dest": "/copied/"},
  {"args": ["sleep", "SECONDS"]}
 ]}],
 "contexts": {"context": {"name": "context", "source_block": "suite", "description": "files", "metadata": {}}}
}"#;

/// An image that is its context.
const TO_PIPE: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"scratch": true}, "operations": [
  {"from": {"local": "context"}, "src": ["."], "dest": "/copied/"}
 ]}],
 "contexts": {"context": {"name": "context", "source_block": "suite", "description": "files", "metadata": {}}}
}"#;

#[test]
fn a_killed_docker_20_is_an_error_that_names_the_step() {
    kill(Own::docker_20("killed"));
}

#[test]
fn a_killed_docker_26_is_an_error_that_names_the_step() {
    kill(Own::docker_26("killed"));
}

#[test]
fn a_killed_buildkit_is_an_error_that_names_the_step() {
    kill(Own::buildkit("killed"));
}

#[test]
fn an_interrupted_build_leaves_nothing_on_docker_20() {
    interrupt(engine::docker_20());
}

#[test]
fn an_interrupted_build_leaves_nothing_on_docker_26() {
    interrupt(engine::docker_26());
}

#[test]
fn an_interrupted_build_leaves_nothing_on_buildkit() {
    interrupt(engine::buildkit());
}

#[test]
fn an_interrupt_ends_a_build_on_a_docker_20_that_hangs() {
    hang(Own::docker_20("hung"));
}

#[test]
fn an_interrupt_ends_a_build_on_a_docker_26_that_hangs() {
    hang(Own::docker_26("hung"));
}

#[test]
fn an_interrupt_ends_a_build_on_a_buildkit_that_hangs() {
    hang(Own::buildkit("hung"));
}

/// The last moment is when the step runs.
fn moments(variable: &str) -> impl Iterator<Item = Option<Duration>> {
    let count = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(MOMENTS);
    (1..count).map(|number| Some(STEP * (number - 1))).chain([None])
}

fn kill(own: Option<Own>) {
    let Some(own) = own else { return };
    for moment in moments("COGPACK_KILLS") {
        own.restart();
        let work = TempDir::new().unwrap();
        let mut build = Build::start(&own.engine, work.path());
        let step_ran = build.wait_for(moment);
        kill_process(own.pid(), Signal::KILL).unwrap();
        let (ended, took) = build.end_within(AFTER_KILL);
        let said = build.said();
        let name = format!("{}, killed at {moment:?}, ended after {took:?}", own.engine.name);
        assert_eq!(ended.code(), Some(4), "{name}: {said}");
        let found = said.split("error[").nth(1).unwrap_or_else(|| panic!("{name}: {said}"));
        assert!(!step_ran || found.contains(&build.step()), "{name}: {said}");
        assert_eq!(said.matches("error[").count(), 1, "{name}: {said}");
        report(&format!("{name}: {found}"));
    }
    // So that it ends what it left running.
    own.restart();
}

fn interrupt(engine: Option<Engine>) {
    let Some(engine) = engine else { return };
    if engine.registry.is_none() {
        return skip(&format!("interrupted builds: {} has no registry with base images", engine.name));
    }
    for moment in moments("COGPACK_CANCELS") {
        let work = TempDir::new().unwrap();
        let mut build = Build::start(&engine, work.path());
        let step_ran = build.wait_for(moment);
        build.signal(Signal::INT);
        let (ended, took) = build.end_within(AFTER_INTERRUPT);
        let said = build.said();
        let name = format!("{}, interrupted at {moment:?}, ended after {took:?}", engine.name);
        // Before there is anything to cancel, the signal itself ends the process.
        let is_ended_by_it = !step_ran && said.is_empty() && ended.signal() == Some(2);
        assert!(is_ended_by_it || ended.code() == Some(130), "{name} with {ended:?}: {said}");
        assert!(!said.contains("error["), "{name}: {said}");
        build.assert_step_ends(&name);
        report(&name);
    }
}

fn hang(own: Option<Own>) {
    let Some(own) = own else { return };
    let work = TempDir::new().unwrap();
    let mut build = Build::start(&own.engine, work.path());
    assert!(build.wait_for(None));
    kill_process(own.pid(), Signal::STOP).unwrap();
    build.signal(Signal::INT);
    let (ended, took) = build.end_within(AFTER_INTERRUPT);
    kill_process(own.pid(), Signal::CONT).unwrap();
    let name = format!("{}, hung, ended after {took:?}", own.engine.name);
    assert_eq!(ended.code(), Some(130), "{name}: {}", build.said());
    build.assert_step_ends(&name);
    report(&name);
}

/// It writes to a pipe that nobody reads, and waits for that a while before it ends.
#[test]
fn a_second_interrupt_ends_a_build_at_once() {
    let Some(engine) = engine::docker_26() else { return };
    let work = TempDir::new().unwrap();
    fs::create_dir(work.path().join("context")).unwrap();
    fs::write(work.path().join("context/large"), vec![b'x'; 5 << 20]).unwrap();
    fs::write(work.path().join("plan.json"), TO_PIPE).unwrap();
    let start = || Build::spawn(&engine, work.path(), ["-o", "type=tar,dest=-"], Stdio::piped(), "");

    let mut build = start();
    build.wait_until_said("sending tarball");
    build.signal(Signal::INT);
    let (ended, took) = build.end_within(AFTER_INTERRUPT);
    assert_eq!(ended.code(), Some(130), "{}", build.said());
    assert!(took > AT_ONCE, "it does not wait, so there is nothing to cut short");

    let mut build = start();
    build.wait_until_said("sending tarball");
    build.signal(Signal::INT);
    thread::sleep(Duration::from_millis(200));
    build.signal(Signal::INT);
    let (ended, took) = build.end_within(AT_ONCE);
    assert_eq!(ended.code(), Some(130), "{}", build.said());
    report(&format!("{}, interrupted twice, ended after {took:?}", engine.name));
}

/// With `COGPACK_TIMES`, says what came of a moment.
fn report(what: &str) {
    if std::env::var_os("COGPACK_TIMES").is_some() {
        engine::say(what);
    }
}

/// A build that runs, with a step that sleeps for a time that no other process sleeps for.
struct Build<'a> {
    process: Child,
    folder: &'a Path,
    seconds: String,
}

impl<'a> Build<'a> {
    fn start(engine: &Engine, folder: &'a Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = u64::from(COUNT.fetch_add(1, Relaxed));
        let seconds = (1_000_000_000 + u64::from(std::process::id()) * 1000 + number).to_string();
        fs::create_dir(folder.join("context")).unwrap();
        for number in 0..200 {
            fs::write(folder.join(format!("context/{number}")), number.to_string()).unwrap();
        }
        let plan = PLAN.replace("REGISTRY", engine.registry.as_deref().unwrap()).replace("SECONDS", &seconds);
        fs::write(folder.join("plan.json"), plan).unwrap();
        Self::spawn(engine, folder, ["-t", "cogpack-test/broken"], Stdio::null(), &seconds)
    }

    /// Builds what lies in the folder.
    fn spawn(engine: &Engine, folder: &'a Path, output: [&str; 2], stdout: Stdio, seconds: &str) -> Self {
        let said = fs::File::create(folder.join("said")).unwrap();
        let mut build = command(engine);
        build
            .args(["build", "--plan", "plan.json", "--context", "context=context", "--progress", "plain"])
            .args(output);
        build.current_dir(folder).stdout(stdout).stderr(said);
        Self { process: build.spawn().unwrap(), folder, seconds: seconds.to_owned() }
    }

    /// Waits for these words, and a little more for what they announce.
    fn wait_until_said(&mut self, words: &str) {
        let end = Instant::now() + BEGINNING;
        while !self.said().contains(words) {
            assert!(Instant::now() < end && self.process.try_wait().unwrap().is_none(), "{}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_secs(1));
    }

    fn step(&self) -> String {
        format!("sleep {}", self.seconds)
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("said")).unwrap()).into_owned()
    }

    /// Waits for so long, or until the step runs. Whether it is known to run.
    fn wait_for(&mut self, moment: Option<Duration>) -> bool {
        let Some(moment) = moment else {
            let end = Instant::now() + BEGINNING;
            while self.sleepers().is_empty() || !self.is_shown() {
                assert!(Instant::now() < end && self.process.try_wait().unwrap().is_none(), "{}", self.said());
                thread::sleep(Duration::from_millis(20));
            }
            return true;
        };
        thread::sleep(moment);
        self.is_shown()
    }

    fn is_shown(&self) -> bool {
        self.said().contains(&self.step())
    }

    fn signal(&self, signal: Signal) {
        // What a shell starts in the background ignores interrupts until it listens for them.
        while self.ignores(signal) {
            thread::sleep(Duration::from_millis(1));
        }
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    fn ignores(&self, signal: Signal) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
        ignored & (1 << (signal.as_raw() - 1)) != 0
    }

    /// How it ended, and how long that took.
    fn end_within(&mut self, most: Duration) -> (ExitStatus, Duration) {
        let began = Instant::now();
        loop {
            if let Some(ended) = self.process.try_wait().unwrap() {
                return (ended, began.elapsed());
            }
            assert!(began.elapsed() < most, "it has not ended after {most:?}: {}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The processes of its step.
    fn sleepers(&self) -> Vec<Pid> {
        let wanted = format!("sleep\0{}\0", self.seconds).into_bytes();
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let ours = processes.filter(|entry| fs::read(entry.path().join("cmdline")).is_ok_and(|line| line == wanted));
        ours.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)).collect()
    }

    /// A container that was about to start is ended when it has, so there has to be none for a while.
    fn assert_step_ends(&self, name: &str) {
        let began = Instant::now();
        let mut last_seen = began;
        while last_seen.elapsed() < QUIET {
            if !self.sleepers().is_empty() {
                last_seen = Instant::now();
            }
            assert!(began.elapsed() < ENDING, "{name}: its step runs on");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Build<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        // A daemon that was killed leaves its steps running.
        for pid in self.sleepers() {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}
