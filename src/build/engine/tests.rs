//! Finding engines and speaking with them; the daemons are in this process.

mod daemon;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::SolveRequest;
use indexmap::IndexMap;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use crate::build::engine::program::Program;
use crate::build::engine::tests::daemon::{Daemon, worker};
use crate::build::engine::{
    Choice, Connection, Engine, Features, Introduction, Kind, Store, Verdict, Way, candidates, control_client, find,
    survey,
};
use crate::build::failure::Failure;
use crate::build::request::{Output, OutputKind};

/// What every message about engines ends with.
const DOCTOR: &str = "`cogpack doctor` shows all places where one may be";

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn choice(variables: &[(&str, &str)]) -> Choice {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Choice { engine: None, environment: environment.collect() }
}

fn at(address: &str) -> Choice {
    Choice { engine: Some(address.to_owned()), environment: BTreeMap::new() }
}

fn socket_in(folder: &TempDir) -> String {
    format!("unix://{}", folder.path().join("s").display())
}

fn message(failed: Result<Engine, Failure>) -> String {
    let failure = failed.map(|engine| engine.name).unwrap_err();
    let Failure::Engine(found) = &failure else { panic!("{failure:?}") };
    let shown = found
        .iter()
        .map(|found| format!("{:?} {} / {}", found.code, found.message, found.help.as_deref().unwrap_or("")));
    shown.collect()
}

async fn found_with(daemon: Daemon, choose: impl FnOnce(&str) -> Choice) -> Result<Engine, Failure> {
    let folder = TempDir::new().unwrap();
    let _listening = daemon.listen(&folder.path().join("s"));
    find(&choose(&socket_in(&folder))).await
}

// --------------------------------------------------------------------------------------------------------- discovery

#[tokio::test]
async fn a_buildkit_is_found_where_its_variable_says() {
    let engine = found_with(Daemon::buildkit(), |socket| choice(&[("BUILDKIT_HOST", socket)])).await.unwrap();
    assert_eq!((engine.kind, engine.way, engine.features.store), (Kind::BuildKit, Way::Direct, Store::Nowhere));
    assert_eq!(engine.features.platforms, ["linux/arm/v7"]);
}

#[tokio::test]
async fn a_docker_engine_is_taken_over_and_loses_no_bytes_behind_the_101() {
    let daemon = Daemon::docker("1.41", "20.10.24");
    let engine = found_with(daemon, |socket| choice(&[("DOCKER_HOST", socket)])).await.unwrap();
    assert_eq!((engine.kind, engine.way, engine.features.store), (Kind::Docker, Way::Hijack, Store::Docker));
    assert_eq!(engine.features.version.as_deref(), Some("20.10.24"));
}

#[tokio::test]
async fn a_docker_engine_that_speaks_grpc_needs_no_hijack() {
    let daemon = Daemon { direct: true, hijack: false, ..Daemon::docker("1.53", "29.2.0") };
    let engine = found_with(daemon, at).await.unwrap();
    assert_eq!((engine.kind, engine.way), (Kind::Docker, Way::Direct));
}

#[tokio::test]
async fn a_docker_engine_that_only_seems_to_speak_grpc_is_taken_over() {
    let engine = found_with(Daemon::docker("1.53", "29.2.0"), at).await.unwrap();
    assert_eq!(engine.way, Way::Hijack);
}

#[tokio::test]
async fn a_socket_is_asked_what_it_is_whatever_named_it() {
    let engine = found_with(Daemon::docker("1.45", "26.1.5"), |socket| choice(&[("BUILDKIT_HOST", socket)])).await;
    assert_eq!(engine.unwrap().kind, Kind::Docker);
    let engine = found_with(Daemon::buildkit(), |socket| choice(&[("DOCKER_HOST", socket)])).await;
    assert_eq!(engine.unwrap().kind, Kind::BuildKit);
}

#[tokio::test]
async fn what_was_asked_for_is_used_or_nothing_is() {
    let folder = TempDir::new().unwrap();
    let socket = socket_in(&folder);
    let _listening = Daemon::buildkit().listen(&folder.path().join("s"));
    let asked = choice(&[("BUILDKIT_HOST", "unix:///nowhere/at/all"), ("DOCKER_HOST", &socket)]);
    insta::assert_snapshot!(message(find(&asked).await), @"E1001 the engine that was asked for cannot be used: `BUILDKIT_HOST` (`unix:///nowhere/at/all`): there is no such socket / `cogpack doctor` shows all places where one may be");
    let sightings = survey(&asked).await;
    assert!(matches!(sightings[0].verdict, Verdict::Useless { .. }));
    assert!(matches!(sightings[1].verdict, Verdict::Usable(_)), "{:?}", sightings[1]);
}

#[tokio::test]
async fn every_engine_that_is_of_no_use_says_why() {
    let mut shown = Vec::new();
    let podman = r#"{"Version":"4.3.1","ApiVersion":"1.41","Os":"linux","Components":[{"Name":"Podman Engine"}]}"#;
    for (name, daemon) in [
        ("too old", Daemon::docker("1.39", "18.09.1")),
        ("podman", Daemon { version: Some(podman.to_owned()), ..Daemon::docker("1.41", "") }),
        ("no BuildKit", Daemon { hijack: false, ..Daemon::docker("1.41", "20.10.0") }),
    ] {
        let said = message(found_with(daemon, at).await);
        let (_, why) = said.split_once("/s`): ").unwrap();
        shown.push(format!("{name}: {}", why.trim_end_matches(DOCTOR).trim_end()));
    }
    for address in ["unix://x", "docker-container://-v", "tcp://127.0.0.1:1", "not-a-context"] {
        let said = message(find(&at(address)).await);
        let (_, why) = said.split_once("`): ").unwrap();
        shown.push(format!("{address}: {}", why.trim_end_matches(DOCTOR).trim_end()));
    }
    let hangs_up = message(found_with(Daemon::default(), at).await);
    assert!(hangs_up.contains("no Docker Engine and no BuildKit answers there: "), "{hangs_up}");
    assert!(!hangs_up.contains("tonic"), "{hangs_up}");
    insta::assert_snapshot!(shown.join("\n"), @r"
    too old: it is Docker 18.09.1, which is too old / update Docker to 20.10 or newer;
    podman: it is Podman 4.3.1, which has no BuildKit / run BuildKit in a container of Podman, and name it: `--engine podman-container://NAME`;
    no BuildKit: it is Docker 20.10.0, and its BuildKit does not answer: transport error: POST /grpc is answered with 404 Not Found: page not found /
    unix://x: the path of a socket is absolute, with three slashes: `unix:///run/buildkit/buildkitd.sock` /
    docker-container://-v: `-v` is no name of a container /
    tcp://127.0.0.1:1: connection refused: nothing listens there /
    not-a-context: `HOME` is not set, so Docker's config is not known /
    ");
}

#[tokio::test]
async fn places_are_tried_in_the_order_of_the_documentation() {
    let places = async |choice: &Choice| {
        let list = candidates::list(choice).await;
        list.iter().map(|place| format!("{} {}", place.source, place.shown)).collect::<Vec<_>>().join("\n")
    };
    let folder = TempDir::new().unwrap();
    let home = folder.path().to_str().unwrap();
    let bare = choice(&[("HOME", home), ("XDG_RUNTIME_DIR", "/run/user/7")]);
    let mut all = choice(&[
        ("HOME", home),
        ("XDG_RUNTIME_DIR", "/run/user/7"),
        ("BUILDKIT_HOST", "tcp://b"),
        ("DOCKER_HOST", "ssh://d"),
    ]);
    all.engine = Some("docker-container://c".to_owned());
    let docker = Choice { engine: Some("docker".to_owned()), ..bare.clone() };
    let shown = [places(&bare).await, places(&all).await, places(&docker).await].join("\n\n").replace(home, "HOME");
    insta::assert_snapshot!(shown, @r"
    Docker's socket unix:///var/run/docker.sock
    Docker's socket unix:///run/user/7/docker.sock
    Docker's socket unix://HOME/.docker/run/docker.sock
    BuildKit's socket unix:///run/buildkit/buildkitd.sock
    BuildKit's socket unix:///run/user/7/buildkit/buildkitd.sock
    a daemon for this build buildkitd

    `--engine` docker-container://c
    `BUILDKIT_HOST` tcp://b:1234
    `DOCKER_HOST` ssh://d
    BuildKit's socket unix:///run/buildkit/buildkitd.sock
    BuildKit's socket unix:///run/user/7/buildkit/buildkitd.sock
    a daemon for this build buildkitd

    Docker's socket unix:///var/run/docker.sock
    Docker's socket unix:///run/user/7/docker.sock
    Docker's socket unix://HOME/.docker/run/docker.sock
    BuildKit's socket unix:///run/buildkit/buildkitd.sock
    BuildKit's socket unix:///run/user/7/buildkit/buildkitd.sock
    a daemon for this build buildkitd
    ");
}

#[tokio::test]
async fn a_context_of_docker_names_an_engine_and_its_tls() {
    let folder = TempDir::new().unwrap();
    let docker = folder.path().join(".docker");
    write(&docker.join("config.json"), r#"{"auths": {}, "currentContext": "far"}"#);
    let context = |name: &str, endpoint: &str| {
        let id: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
        let meta = format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{endpoint}}}}}"#);
        write(&docker.join("contexts/meta").join(&id).join("meta.json"), &meta);
        docker.join("contexts/tls").join(id).join("docker")
    };
    let tls = context("far", r#"{"Host":"tcp://far.example"}"#);
    write(&tls.join("ca.pem"), "");
    context("near", r#"{"Host":"unix:///near.sock","SkipTLSVerify":false}"#);
    context("careless", r#"{"Host":"tcp://far.example:2376","SkipTLSVerify":true}"#);
    let home = folder.path().to_str().unwrap();
    let place = async |choice: Choice| {
        let list = candidates::list(&choice).await;
        let place = list[0].place.as_ref().map_or_else(|refusal| refusal.why.as_str(), |_| "found");
        format!("{} {}: {}", list[0].source, list[0].shown, place)
    };
    let mut named = choice(&[("HOME", home)]);
    named.engine = Some("near".to_owned());
    let shown = [
        place(choice(&[("HOME", home)])).await,
        place(choice(&[("HOME", home), ("DOCKER_CONTEXT", "near")])).await,
        place(choice(&[("HOME", home), ("DOCKER_CONTEXT", "careless")])).await,
        place(choice(&[("HOME", home), ("DOCKER_CONTEXT", "../../etc")])).await,
        place(choice(&[("HOME", home), ("DOCKER_CONTEXT", "default")])).await,
        place(choice(&[("HOME", home), ("DOCKER_HOST", "tcp://d"), ("DOCKER_TLS_VERIFY", "1")])).await,
        place(choice(&[("HOME", home), ("BUILDKIT_HOST", "tcp://d"), ("BUILDKIT_TLS_DIR", home)])).await,
        place(named).await,
    ];
    write(&docker.join("config.json"), "{");
    let broken = place(choice(&[("HOME", home)])).await;
    insta::assert_snapshot!(format!("{}\n{broken}", shown.join("\n")).replace(home, "HOME"), @r"
    Docker's context far: tcp://far.example:2376: found
    `DOCKER_CONTEXT` near: unix:///near.sock: found
    `DOCKER_CONTEXT` careless: the context does not check who the daemon is (`SkipTLSVerify`), and secrets would be sent to it
    `DOCKER_CONTEXT` ../../etc: there is no Docker context `../../etc`
    Docker's socket unix:///var/run/docker.sock: found
    `DOCKER_HOST` tcp://d:2376: found
    `BUILDKIT_HOST` tcp://d: in `HOME`, which `BUILDKIT_TLS_DIR` names, TLS files are missing
    `--engine` near: unix:///near.sock: found
    Docker's config HOME/.docker/config.json: `HOME/.docker/config.json` cannot be read: EOF while parsing an object at line 1 column 1
    ");
}

#[expect(clippy::disallowed_methods, reason = "the test makes the files that it reads")]
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

// ------------------------------------------------------------------------------------------------------- connections

fn introduction() -> Introduction {
    let methods = ["/moby.filesync.v1.FileSync/DiffCopy", "/grpc.health.v1.Health/Check"].map(str::to_owned);
    Introduction { id: "id1".to_owned(), shared_key: "key1".to_owned(), methods: methods.to_vec() }
}

async fn exchange(mut stream: Connection) -> String {
    let big = vec![b'x'; 300_000];
    let (mut from, mut to) = tokio::io::split(&mut stream);
    let sent = async {
        to.write_all(&big).await.unwrap();
        to.write_all(b"!").await.unwrap();
        to.flush().await.unwrap();
    };
    let mut text = Vec::new();
    let received = async {
        while !text.ends_with(b"!") {
            from.read_buf(&mut text).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(sent, received) }).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.rsplit_once(';').unwrap();
    assert_eq!(body.len(), big.len() + 1);
    head.replace(';', "\n")
}

#[tokio::test]
async fn sessions_introduce_themselves_and_carry_bytes_both_ways() {
    let folder = TempDir::new().unwrap();
    let listening = Daemon::docker("1.45", "26.1.5").listen(&folder.path().join("s"));
    let docker = find(&at(&socket_in(&folder))).await.unwrap();
    let hijacked = exchange(docker.session(&introduction()).await.unwrap()).await;
    listening.abort();

    let folder = TempDir::new().unwrap();
    let _listening = Daemon::buildkit().listen(&folder.path().join("s"));
    let buildkit = find(&at(&socket_in(&folder))).await.unwrap();
    let tunnelled = exchange(buildkit.session(&introduction()).await.unwrap()).await;
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(&hijacked), sorted(&tunnelled));
    insta::assert_snapshot!(tunnelled, @r"
    x-docker-expose-session-uuid: id1
    x-docker-expose-session-sharedkey: key1
    x-docker-expose-session-grpc-method: /moby.filesync.v1.FileSync/DiffCopy
    x-docker-expose-session-grpc-method: /grpc.health.v1.Health/Check
    ");

    let refused = Introduction { id: "refuse-me".to_owned(), ..introduction() };
    let error = buildkit.session(&refused).await.unwrap().read_u8().await.unwrap_err();
    assert!(error.to_string().contains("no session for you"), "{error}");
}

#[tokio::test]
async fn what_is_under_way_ends_with_the_daemon() {
    for daemon in [Daemon::buildkit(), Daemon::docker("1.41", "20.10.24")] {
        let folder = TempDir::new().unwrap();
        let listening = daemon.listen(&folder.path().join("s"));
        let engine = find(&at(&socket_in(&folder))).await.unwrap();
        let mut session = engine.session(&introduction()).await.unwrap();
        let mut control = control_client(engine.control().await.unwrap());
        let solve = tokio::spawn(async move { control.solve(SolveRequest::default()).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!solve.is_finished());
        listening.abort();
        let ended = tokio::time::timeout(Duration::from_secs(5), solve).await.unwrap().unwrap();
        assert!(ended.is_err());
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), session.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "the session ends too");
        assert!(engine.control().await.is_err());
    }
}

#[tokio::test]
async fn a_program_that_reaches_nothing_gives_its_words_as_the_reason() {
    let words = ["-c", "echo 'Error: No such container: b0' >&2; exit 1"].map(str::to_owned);
    let mut program = Program::start("sh", &words).unwrap();
    let error = program.read_u8().await.unwrap_err();
    assert_eq!(error.to_string(), "`sh` ended: Error: No such container: b0");
    let error = loop {
        // It may end before or after it is written to.
        if let Err(error) = program.write_all(b"PRI * HTTP/2.0").await {
            break error;
        }
    };
    assert_eq!(error.to_string(), "`sh` ended: Error: No such container: b0");
    let missing = Program::start("no-such-program-anywhere", &[]).err().unwrap();
    assert_eq!(missing.to_string(), "the program `no-such-program-anywhere` is not on PATH");
    assert_eq!(exchange_words(Program::start("cat", &[]).unwrap()).await, "hello");
}

async fn exchange_words(mut program: Program) -> String {
    program.write_all(b"hello").await.unwrap();
    let mut bytes = [0; 5];
    program.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

// --------------------------------------------------------------------------------------------------------------- TLS

/// A BuildKit on a port, which takes clients with a certificate only.
async fn tls_daemon() -> u16 {
    let file = |name: &str| format!("{HERE}/tests/tls/{name}");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()],
            PrivateKeyDer::from_pem_file(file("server-key.pem")).unwrap(),
        )
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    Daemon::buildkit().answer(stream).await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn tls_is_mutual() {
    let port = tls_daemon().await;
    let ca = format!("cacert={HERE}/tests/tls/ca.pem");
    let identity = format!("cert={HERE}/tests/tls/client.pem&key={HERE}/tests/tls/client-key.pem");
    let name = "servername=buildkit.example";
    let address = |query: &[&str]| at(&format!("tcp://127.0.0.1:{port}?{}", query.join("&")));

    let engine = find(&address(&[&ca, &identity, name])).await.unwrap();
    assert_eq!(engine.kind, Kind::BuildKit);
    assert_eq!(engine.name, format!("tcp://127.0.0.1:{port}"));
    exchange(engine.session(&introduction()).await.unwrap()).await;

    let without_identity = message(find(&address(&[&ca, name])).await);
    assert!(without_identity.contains("CertificateRequired"), "{without_identity}");
    assert!(without_identity.contains("add `&cert=FILE&key=FILE`"), "{without_identity}");
    let wrong_name = message(find(&address(&[&ca, &identity])).await);
    assert!(wrong_name.contains("certificate not valid for name \"127.0.0.1\""), "{wrong_name}");
    let untrusted = message(find(&address(&[&format!("cacert={HERE}/tests/tls/client.pem"), &identity, name])).await);
    assert!(untrusted.contains("invalid peer certificate"), "{untrusted}");
    let no_file = message(find(&address(&["cacert=/nowhere/ca.pem"])).await);
    assert!(no_file.contains("TLS file `/nowhere/ca.pem`"), "{no_file}");
    let in_the_clear = message(find(&at(&format!("tcp://127.0.0.1:{port}"))).await);
    assert!(in_the_clear.contains("if it wants TLS, name the files"), "{in_the_clear}");
}

// ---------------------------------------------------------------------------------------------------------- features

#[test]
fn what_an_engine_can_export_follows_from_its_worker() {
    let standalone = Features::from_workers(Kind::BuildKit, &[worker(&["executor", "snapshotter"])]);
    let containerd = Features::from_workers(Kind::Docker, &[worker(&["snapshotter", "moby.host-gateway-ip"])]);
    let graph_driver = Features::from_workers(Kind::Docker, &[worker(&[])]);
    let proxied = Features::from_workers(Kind::BuildKit, &[worker(&["snapshotter", "moby.host-gateway-ip"])]);
    assert_eq!(proxied.store, Store::Containerd);
    let output = |kind, push: Option<&str>| Output {
        kind,
        attributes: push.map(|value| ("push".to_owned(), value.to_owned())).into_iter().collect(),
        destination: None,
    };
    let shown = [&standalone, &containerd, &graph_driver].map(|features| {
        let exporter = |output: &Output| {
            features.exporter(output).unwrap_or_else(|refused| format!("{:?}", refused.diagnostics()[0].code))
        };
        [
            exporter(&output(OutputKind::Image, None)),
            exporter(&output(OutputKind::Image, Some("true"))),
            exporter(&output(OutputKind::Image, Some("false"))),
            exporter(&output(OutputKind::Docker, None)),
            exporter(&output(OutputKind::Oci, None)),
            exporter(&output(OutputKind::Local, None)),
            format!("{:?}", features.outputs()),
            format!("{:?}", features.can_cache("registry").map_err(|refused| refused.diagnostics()[0].message.clone())),
        ]
        .join(" ")
    });
    insta::assert_snapshot!(shown.join("\n"), @r#"
    image image image docker oci local ["image", "docker", "oci", "tar", "local"] Ok(())
    moby moby moby moby oci local ["image", "docker", "oci", "tar", "local"] Ok(())
    moby E1004 moby moby E1003 local ["image", "tar", "local"] Err("this engine cannot write a cache of type `registry`: it is BuildKit of a Docker Engine with its own image store")
    "#);
}

#[test]
fn a_daemon_without_a_store_keeps_what_is_pushed_or_written() {
    let standalone = Features::from_workers(Kind::BuildKit, &[worker(&["executor", "snapshotter"])]);
    let docker = Features::from_workers(Kind::Docker, &[worker(&[])]);
    let named = Output { kind: OutputKind::Image, attributes: IndexMap::new(), destination: None };
    let pushed = Output { attributes: [("push".to_owned(), "true".to_owned())].into(), ..named.clone() };
    let written = Output { kind: OutputKind::Oci, destination: Some("image.tar".into()), ..named.clone() };
    assert!(docker.keeps(&[]));
    assert!(!standalone.keeps(&[]));
    assert!(!standalone.keeps(std::slice::from_ref(&named)));
    assert!(standalone.keeps(&[named.clone(), pushed]));
    assert!(standalone.keeps(&[named, written]));
}
