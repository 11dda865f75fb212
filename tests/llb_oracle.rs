//! The same graphs built with the crate `buildkit-llb` and with ours: the decoded operations are equal.
//!
//! `buildkit-llb` was written by others from BuildKit's protocol, so a mistake that we made in reading it does not repeat there.
//! Its bytes differ from run to run, and it cannot say all that we can: `tests/llb/tree.rs` says what is compared.
//! `docs/decisions/0003-buildkit-llb-is-a-test-oracle.md` says why it does not ship.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "a graph that cannot be built or decoded is a failure")]

#[path = "llb/tree.rs"]
mod tree;

use bollard_buildkit_proto::pb::CacheSharingOpt;
use buildkit_llb::ops::OperationBuilder as _;
use buildkit_llb::ops::{MultiBorrowedLastOutput as _, MultiBorrowedOutput as _, SingleBorrowedOutput as _};
use buildkit_llb::prelude::ResolveMode as TheirMode;
use buildkit_llb::prelude::{
    Command, FileSystem, LayerPath, Mount as TheirMount, OperationOutput, OutputIdx, OwnOutputIdx, Source, Terminal,
};
use cogpack::llb::graph::exec::{Exec, Mount, MountKind, Ssh};
use cogpack::llb::graph::file::{Action, Copy, CopyFrom, Mkdir, Mkfile};
use cogpack::llb::graph::source::{Git, Http, Image, Local, ResolveMode, Stored};
use cogpack::llb::graph::{Caps, Constraints, Graph, Meta, State};
use cogpack::plan::model::Platform;
use tree::tree;

fn theirs(result: OperationOutput<'_>) -> String {
    let mut bytes = Vec::new();
    Terminal::with(result).write_definition(&mut bytes).expect("a definition");
    tree(&bytes)
}

fn ours(build: impl FnOnce(&mut Graph) -> State) -> String {
    let mut graph = Graph::new(Constraints {
        platform: Platform { os: "linux".to_owned(), arch: "amd64".to_owned(), variant: None },
        filters: Vec::new(),
        local_unique: None,
        caps: Caps::Unknown,
    });
    let result = build(&mut graph);
    tree(&graph.finish(&result).to_bytes())
}

fn image(graph: &mut Graph, reference: &str) -> State {
    graph.image(reference, &Image::default(), Meta::default()).expect("a reference")
}

fn project(graph: &mut Graph) -> State {
    graph.local("context", &Local::default(), Meta::default())
}

fn command(args: &[&str]) -> Exec {
    Exec { args: args.iter().map(|it| (*it).to_owned()).collect(), ..Exec::default() }
}

fn readonly(target: &str, source: State) -> Mount {
    Mount { readonly: true, ..Mount::bind(target, source) }
}

#[test]
fn images() {
    let digest = format!("sha256:{}", "a".repeat(64));
    for reference in [
        "alpine",
        "alpine:3.20",
        "tool/image",
        "registry.example/a/b:v1.2",
        "localhost:5000/x",
        "docker.io/library/debian:12",
    ] {
        let source = Source::image(reference).custom_name("base");
        let own = ours(|graph| {
            graph.image(reference, &Image::default(), Meta::default().named("base")).expect("a reference")
        });
        assert_eq!(own, theirs(source.output()), "{reference}");
    }
    let pinned = format!("alpine:3.20@{digest}");
    assert_eq!(ours(|graph| image(graph, &pinned)), theirs(Source::image(pinned.as_str()).output()));
    for (mode, their_mode) in [(ResolveMode::Pull, TheirMode::ForcePull), (ResolveMode::Local, TheirMode::PreferLocal)]
    {
        let own = ours(|graph| {
            let options = Image { resolve_mode: mode, ..Image::default() };
            graph.image("alpine", &options, Meta::default()).expect("a reference")
        });
        assert_eq!(own, theirs(Source::image("alpine").with_resolve_mode(their_mode).output()));
    }
}

#[test]
fn local_files() {
    let their = Source::local("context")
        .add_include_pattern("*.py")
        .add_include_pattern("a \"b\"\\")
        .add_exclude_pattern("**/target")
        .ignore_cache(true);
    let own = ours(|graph| {
        let options = Local {
            include: vec!["*.py".to_owned(), "a \"b\"\\".to_owned()],
            exclude: vec!["**/target".to_owned()],
            ..Local::default()
        };
        graph.local("context", &options, Meta { ignore_cache: true, ..Meta::default() })
    });
    assert_eq!(own, theirs(their.output()));
}

#[test]
fn downloads_and_repositories() {
    let url = "https://h.example/a/b.tar.gz?x=1";
    let stored = Stored { filename: "c.tar.gz".to_owned(), ..Stored::default() };
    let own = ours(|graph| graph.http(url, &Http { stored, ..Http::default() }, Meta::default()));
    assert_eq!(own, theirs(Source::http(url).with_file_name("c.tar.gz").output()));
    let url = "https://h.example/owner/tool.git";
    let plain = ours(|graph| graph.git(url, &Git::default(), Meta::default()));
    assert_eq!(plain, theirs(Source::git(url).output()));
    let git = Git { reference: "v1".to_owned(), ..Git::default() };
    let own = ours(|graph| graph.git(url, &git, Meta::default()));
    assert_eq!(own, theirs(Source::git(url).with_reference("v1").output()));
}

/// A command with an environment, a directory and a user, on an image that it changes.
fn their_command(env: &str) -> String {
    let base = Source::image("alpine");
    let command = Command::run("/bin/sh")
        .args(["-c", "make all"])
        .env("A", "1")
        .env("B", env)
        .cwd("/src")
        .user("builder")
        .custom_name("builds")
        .mount(TheirMount::Layer(OutputIdx(0), base.output(), "/"));
    theirs(command.output(0))
}

fn our_command(env: &str) -> String {
    ours(|graph| {
        let base = image(graph, "alpine").with(|values| {
            values.env.set("A", "1");
            values.env.set("B", env);
            values.enter("/src");
            values.user = "builder".to_owned();
        });
        graph.exec(&base, command(&["/bin/sh", "-c", "make all"]), Meta::default().named("builds")).root
    })
}

#[test]
fn a_command() {
    assert_eq!(our_command("2 3"), their_command("2 3"));
}

#[test]
fn graphs_that_differ_are_told_apart() {
    assert_ne!(our_command("2"), their_command("3"));
    let on = |reference: &'static str| ours(move |graph| image(graph, reference));
    assert_ne!(on("alpine"), theirs(Source::image("debian").output()));
}

#[test]
fn a_command_with_mounts() {
    let base = Source::image("alpine");
    let context = Source::local("context");
    let their = Command::run("build")
        .user("")
        .mount(TheirMount::Layer(OutputIdx(0), base.output(), "/"))
        .mount(TheirMount::SharedCache("/cache"))
        .mount(TheirMount::ReadOnlySelector(context.output(), "/one", "/sub/one"))
        .mount(TheirMount::Scratch(OutputIdx(1), "/out"))
        .mount(TheirMount::OptionalSshAgent("/run/agent"))
        .mount(TheirMount::ReadOnlyLayer(context.output(), "/src"))
        .env("SSH_AUTH_SOCK", "/run/agent");
    let build = |graph: &mut Graph| {
        let base = image(graph, "alpine").with(|values| values.env.set("SSH_AUTH_SOCK", "/run/agent"));
        let context = project(graph);
        let cache = MountKind::Cache { id: "/cache".to_owned(), sharing: CacheSharingOpt::Shared };
        let agent = Ssh { target: Some("/run/agent".to_owned()), optional: true, ..Ssh::default() };
        let mounts = vec![
            readonly("/src", context.clone()),
            Mount::bind("/out", State::scratch()),
            Mount { selector: "/sub/one".to_owned(), ..readonly("/one", context) },
            Mount { kind: cache, ..Mount::bind("/cache", State::scratch()) },
        ];
        graph.exec(&base, Exec { mounts, ssh: vec![agent], ..command(&["build"]) }, Meta::default())
    };
    assert_eq!(ours(|graph| build(graph).root), theirs(their.output(0)));
    assert_eq!(ours(|graph| build(graph).mount("/out").expect("an output")), theirs(their.output(1)));
}

#[test]
fn a_command_whose_root_is_not_writable() {
    let base = Source::image("alpine");
    let their = Command::run("build")
        .user("")
        .mount(TheirMount::ReadOnlyLayer(base.output(), "/"))
        .mount(TheirMount::Scratch(OutputIdx(0), "/out"));
    let own = ours(|graph| {
        let base = image(graph, "alpine");
        let mounts = vec![Mount::bind("/out", State::scratch())];
        let exec = Exec { mounts, readonly_root: true, ..command(&["build"]) };
        graph.exec(&base, exec, Meta::default()).mount("/out").expect("an output")
    });
    assert_eq!(own, theirs(their.output(0)));
}

#[test]
fn commands_one_after_the_other_share_what_they_read() {
    let base = Source::image("alpine");
    let context = Source::local("context");
    let first = Command::run("first")
        .user("")
        .mount(TheirMount::Layer(OutputIdx(0), base.output(), "/"))
        .mount(TheirMount::ReadOnlyLayer(context.output(), "/c"));
    let second = Command::run("second")
        .user("")
        .mount(TheirMount::Layer(OutputIdx(0), first.output(0), "/"))
        .mount(TheirMount::ReadOnlyLayer(base.output(), "/b"))
        .mount(TheirMount::ReadOnlyLayer(context.output(), "/c"));
    let own = ours(|graph| {
        let (base, context) = (image(graph, "alpine"), project(graph));
        let first = Exec { mounts: vec![readonly("/c", context.clone())], ..command(&["first"]) };
        let first = graph.exec(&base, first, Meta::default()).root;
        let mounts = vec![readonly("/c", context), readonly("/b", base)];
        graph.exec(&first, Exec { mounts, ..command(&["second"]) }, Meta::default()).root
    });
    assert_eq!(own, theirs(second.output(0)));
}

#[test]
fn files_are_made_and_copied() {
    let base = Source::image("alpine");
    let context = Source::local("context");
    let other = Source::image("debian:12");
    let their = FileSystem::sequence()
        .append(FileSystem::mkdir(OutputIdx(0), LayerPath::Other(base.output(), "/a/b")).make_parents(true))
        .append(
            FileSystem::mkfile(OutputIdx(1), LayerPath::Own(OwnOutputIdx(0), "/a/b/c")).data(b"text\0\xff".to_vec()),
        )
        .append(
            FileSystem::copy()
                .from(LayerPath::Other(context.output(), "/src/*.py"))
                .to(OutputIdx(2), LayerPath::Own(OwnOutputIdx(1), "/dest/"))
                .wildcard(true)
                .create_path(true),
        )
        .append(
            FileSystem::copy()
                .from(LayerPath::Other(other.output(), "/etc"))
                .to(OutputIdx(3), LayerPath::Own(OwnOutputIdx(2), "/etc2"))
                .recursive(true)
                .follow_symlinks(true),
        );
    let own = ours(|graph| {
        let (base, context, other) = (image(graph, "alpine"), project(graph), image(graph, "debian:12"));
        let copy = |from, src, dest| Copy::new(CopyFrom::State(from), src, dest);
        let actions = [
            Action::Mkdir(Mkdir { path: "/a/b".to_owned(), parents: true, mode: 0o755, ..Mkdir::default() }),
            Action::Mkfile(Mkfile { path: "/a/b/c".to_owned(), data: b"text\0\xff".to_vec(), ..Mkfile::default() }),
            Action::Copy(Box::new(Copy { wildcard: true, create_dest: true, ..copy(context, "/src/*.py", "/dest/") })),
            Action::Copy(Box::new(Copy { contents_only: true, follow_symlinks: true, ..copy(other, "/etc", "/etc2") })),
        ];
        graph.file(&base, &actions, Meta::default())
    });
    assert_eq!(own, theirs(their.last_output().expect("an output")));
}

#[test]
fn files_on_the_empty_tree() {
    let context = Source::local("context");
    let their = FileSystem::sequence()
        .append(
            FileSystem::copy()
                .from(LayerPath::Other(context.output(), "/a"))
                .to(OutputIdx(0), LayerPath::Scratch("/a")),
        )
        .append(
            FileSystem::copy()
                .from(LayerPath::Other(context.output(), "/b"))
                .to(OutputIdx(1), LayerPath::Own(OwnOutputIdx(0), "/b")),
        )
        .custom_name("files");
    let own = ours(|graph| {
        let context = project(graph);
        let copy = |path: &str| Action::Copy(Box::new(Copy::new(CopyFrom::State(context.clone()), path, path)));
        graph.file(&State::scratch(), &[copy("/a"), copy("/b")], Meta::default().named("files"))
    });
    assert_eq!(own, theirs(their.last_output().expect("an output")));
}

#[test]
fn what_a_command_leaves_is_copied_into_an_image() {
    let (base, runtime) = (Source::image("alpine"), Source::image("debian:12"));
    let build = Command::run("build")
        .user("")
        .mount(TheirMount::ReadOnlyLayer(base.output(), "/"))
        .mount(TheirMount::Scratch(OutputIdx(0), "/out"));
    let their = FileSystem::copy()
        .from(LayerPath::Other(build.output(0), "/tool"))
        .to(OutputIdx(0), LayerPath::Other(runtime.output(), "/usr/local/bin/tool"))
        .into_operation();
    let own = ours(|graph| {
        let (base, runtime) = (image(graph, "alpine"), image(graph, "debian:12"));
        let mounts = vec![Mount::bind("/out", State::scratch())];
        let exec = Exec { mounts, readonly_root: true, ..command(&["build"]) };
        let out = graph.exec(&base, exec, Meta::default()).mount("/out").expect("an output");
        let copy = Copy::new(CopyFrom::State(out), "/tool", "/usr/local/bin/tool");
        graph.file(&runtime, &[Action::Copy(Box::new(copy))], Meta::default())
    });
    assert_eq!(own, theirs(their.last_output().expect("an output")));
}
