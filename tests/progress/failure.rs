//! What a daemon says when a step fails → what the user reads.

use bollard_buildkit_proto::google::{protobuf, rpc};
use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex, VertexLog};
use cogpack::build::explain;
use cogpack::build::failure::Failure;
use cogpack::build::progress::{Event, Model};
use cogpack::build::request::{Places, Target};
use cogpack::diagnostic::render::{Format, Style, render};
use cogpack::diagnostic::{Label, Sink};
use cogpack::llb;
use cogpack::llb::definition::Definition;
use cogpack::plan::model::Plan;
use cogpack::plan::place::span_of;
use cogpack::source::SourceMap;
use prost::Message as _;
use serde_json::{Value, json};
use std::sync::Arc;
use tonic::{Code, Status};

const BLOCK: &str = "block tool {
  uses network
  phase build.app-deps {
    stage online {
      from image \"registry.example/base:1\"
      run \"pip install torch\"
    }
    stage offline {
      run \"\"\"
        set -e
        fetch-weights --all
      \"\"\"
      copy \"weights\" from context to \"/weights\"
    }
  }
}
";

/// A build that failed.
struct Build {
    sources: Arc<SourceMap>,
    target: Target,
    definition: Definition,
}

impl Build {
    fn new() -> Self {
        let sources = Arc::new(SourceMap::new());
        sources.add("blocks/tool.block", BLOCK);
        let plan = plan();
        let options = llb::lower::Options {
            sources: [("blocks/tool.block".to_owned(), Arc::from(BLOCK))].into_iter().collect(),
            ..Default::default()
        };
        let definition = llb::lower(&plan, &options).unwrap().definition;
        let target = Target { plan, image_configs: Default::default(), sources: Default::default() };
        Self { sources, target, definition }
    }

    /// The step whose name has this in it, with its digest.
    fn step(&self, part: &str) -> (String, String) {
        let name = |(digest, it): (&String, &llb::definition::Metadata)| {
            Some((digest.clone(), it.description.get("llb.customname").filter(|name| name.contains(part))?.clone()))
        };
        self.definition.metadata.iter().find_map(name).unwrap()
    }

    /// The report, when this step says this and the daemon that.
    fn report(&self, part: &str, output: &str, message: &str) -> String {
        let (digest, name) = self.step(part);
        let stage = name.strip_prefix('[').and_then(|name| name.split_once(']')).map(|(stage, _)| stage);
        let group = stage.map(|id| bollard_buildkit_proto::pb::ProgressGroup {
            id: id.to_owned(),
            name: id.to_owned(),
            weak: false,
        });
        let vertex = Vertex {
            digest: digest.clone(),
            name,
            started: Some(protobuf::Timestamp { seconds: 1, nanos: 0 }),
            error: message.to_owned(),
            progress_group: group,
            ..Vertex::default()
        };
        let log = VertexLog { vertex: digest.clone(), msg: output.as_bytes().to_vec(), ..VertexLog::default() };
        let mut model = Model::default();
        model.fold(&Event::Status(Box::new(StatusResponse {
            vertexes: vec![vertex],
            logs: vec![log],
            ..StatusResponse::default()
        })));
        let details = [("github.com/moby/buildkit/errdefs.Vertex+json", json!({ "digest": digest }))];
        self.shown(&status(message, &details), &model)
    }

    fn shown(&self, status: &Status, model: &Model) -> String {
        let sources = Arc::clone(&self.sources);
        let places = Places::new(move |origin| Some(Label { span: span_of(origin, &sources)?, text: String::new() }));
        let definitions = std::slice::from_ref(&self.definition);
        let failure = explain(status, definitions, model, std::slice::from_ref(&self.target), &places);
        let kind = match &failure {
            Failure::Refused(_) => "refused",
            Failure::Build(_) => "build",
            Failure::Engine(_) => "engine",
            Failure::Interrupted => "interrupted",
        };
        let report = render(failure.diagnostics(), &self.sources, Format::Full, &Style::PLAIN);
        assert!(!report.contains('\u{1b}'), "{report:?}");
        format!("{kind}\n{report}")
    }
}

fn status(message: &str, details: &[(&str, Value)]) -> Status {
    let details = details
        .iter()
        .map(|(kind, value)| protobuf::Any { type_url: (*kind).to_owned(), value: value.to_string().into_bytes() });
    let message_of_details = rpc::Status { code: 2, message: message.to_owned(), details: details.collect() };
    Status::with_details(Code::Unknown, message, message_of_details.encode_to_vec().into())
}

fn plan() -> Plan {
    let exec = |part: &str, command: &str, network: &str| json!({ "op": "exec", "command": command, "network": network, "origin": origin(part) });
    let written = json!({
        "version": 1,
        "platform": { "os": "linux", "arch": "amd64" },
        "contexts": { "context": { "name": "context" } },
        "stages": [
            {
                "id": "tool-online",
                "source": { "image": "registry.example/base:1" },
                "origin": origin("stage online"),
                "operations": [exec("run \"pip install torch\"", "pip install torch", "default")],
            },
            {
                "id": "tool-offline",
                "source": { "stage": "tool-online" },
                "operations": [
                    exec("run \"\"\"\n        set -e\n        fetch-weights --all\n      \"\"\"", "set -e\nfetch-weights --all\n", "none"),
                    {
                        "op": "copy", "from": { "local": "context" }, "src": ["weights"], "dest": "/weights",
                        "origin": origin("copy \"weights\" from context to \"/weights\""),
                    },
                ],
            },
        ],
    });
    let sources = SourceMap::new();
    let text = written.to_string();
    let mut sink = Sink::new();
    let file = sources.add("plan.json", text.as_str());
    let read = cogpack::plan::read::read(file, &text, &mut sink);
    assert!(read.is_some(), "{}", render(sink.diagnostics(), &sources, Format::Full, &Style::PLAIN));
    read.unwrap().plan
}

fn origin(part: &str) -> Value {
    let sources = SourceMap::new();
    let file = sources.file(sources.add("", BLOCK));
    let start = u32::try_from(BLOCK.find(part).unwrap()).unwrap();
    let end = file.position(start + u32::try_from(part.len()).unwrap());
    let start = file.position(start);
    json!({
        "block": "tool", "file": "blocks/tool.block",
        "line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column,
    })
}

/// A name, the step, what it wrote, what the daemon says.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "exit",
        "pip",
        "Collecting torch\n\x1b[31mERROR\x1b[0m: it broke\n",
        "process \"/bin/sh -c pip install torch\" did not complete successfully: exit code: 1",
    ),
    (
        "exit_of_an_old_daemon",
        "fetch",
        "boom\n",
        "executor failed running [/bin/sh -c set -e\nfetch-weights --all\n]: exit code: 3",
    ),
    (
        "command_not_found",
        "fetch",
        "/bin/sh: 2: fetch-weights: not found\n",
        "process \"/bin/sh -c set -e\" did not complete successfully: exit code: 127",
    ),
    (
        "command_not_executable",
        "fetch",
        "/bin/sh: 2: ./x: Permission denied\n",
        "process \"/bin/sh -c ./x\" did not complete successfully: exit code: 126",
    ),
    (
        "program_not_executable",
        "fetch",
        "runc run failed: unable to start container process: exec: \"/x\": permission denied\n",
        "process \"/x\" did not complete successfully: exit code: 1",
    ),
    ("too_many_layers", "copy weights", "", "failed to prepare vxtcogud1hn3i8m7xcofs7r5x: max depth exceeded"),
    (
        "no_shell",
        "fetch",
        "",
        "failed to solve: rpc error: code = Unknown desc = runc run failed: unable to start container process: exec: \"/bin/sh\": stat /bin/sh: no such file or directory: unknown",
    ),
    (
        "no_program",
        "fetch",
        "runc run failed: unable to start container process: exec: \"/nope\": stat /nope: no such file or directory\n",
        "process \"/nope x\" did not complete successfully: exit code: 1",
    ),
    (
        "no_network",
        "fetch",
        "curl: (6) Could not resolve host: weights.example\n",
        "process \"/bin/sh -c set -e\" did not complete successfully: exit code: 6",
    ),
    (
        "broken_network",
        "pip",
        "WARNING: Retrying: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution\nERROR: No matching distribution found for torch\n",
        "process \"/bin/sh -c pip install torch\" did not complete successfully: exit code: 1",
    ),
    (
        "packages",
        "pip",
        "ERROR: No matching distribution found for torch==99\n",
        "process \"/bin/sh -c pip install torch\" did not complete successfully: exit code: 1",
    ),
    (
        "memory",
        "pip",
        "Collecting\n",
        "process \"/bin/sh -c pip install torch\" did not complete successfully: exit code: 137",
    ),
    (
        "space",
        "pip",
        "OSError: [Errno 28] No space left on device\n",
        "process \"/bin/sh -c pip install torch\" did not complete successfully: exit code: 1",
    ),
    ("platform", "pip", "", "exec /bin/sh: exec format error"),
    ("missing_file", "copy weights", "", "failed to calculate checksum of ref m7p::xk2: \"/weights\": not found"),
    (
        "missing_file_of_an_old_daemon",
        "copy weights",
        "",
        "lstat /var/lib/docker/tmp/buildkit-mount1/weights: no such file or directory",
    ),
    (
        "no_image",
        "image registry",
        "",
        "failed to resolve source metadata for registry.example/base:1: registry.example/base:1: not found",
    ),
    (
        "private_image",
        "image registry",
        "",
        "registry.example/base:1: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    ),
    (
        "rate_limit",
        "image registry",
        "",
        "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example/v2/base/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit",
    ),
    (
        "no_registry",
        "image registry",
        "",
        "failed to do request: Head \"https://registry.example/v2/base/manifests/1\": dial tcp: lookup registry.example: no such host",
    ),
    (
        "certificate",
        "image registry",
        "",
        "failed to do request: Head \"https://registry.example/v2/base/manifests/1\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ),
    ("anything_else", "image registry", "", "something nobody has heard of"),
];

#[test]
fn every_failure_says_what_to_try() {
    let build = Build::new();
    for (name, step, output, message) in CASES {
        let report = build.report(step, output, message);
        insta::assert_snapshot!(
            format!("failure_{name}"),
            format!("step wrote: {output:?}\ndaemon says: {message}\n\n{report}")
        );
    }
}

#[test]
fn a_push_that_is_refused_names_the_registry() {
    let message = "failed to push registry.example:5000/x/y:1: push access denied, repository does not exist or may require authorization";
    insta::assert_snapshot!(Build::new().shown(&status(message, &[]), &Model::default()));
}

#[test]
fn a_registry_that_no_step_asked_is_named() {
    for (message, what) in [
        (
            "error writing layer blob: failed to do request: Head \"https://registry.example/v2/team/cache/blobs/sha256:86754f\": Bad Gateway",
            "E1078] cogpack::build::registry-unreachable\n\n  × the registry of `registry.example/team/cache` does not",
        ),
        (
            "failed to resolve source metadata for docker.io/docker/scanner:1: pull access denied, repository does not exist",
            "E1077] cogpack::build::image-refused\n\n  × image `docker.io/docker/scanner:1` is not there",
        ),
        ("failed to do request: Head \"https://nowhere", "E1050]"),
        (
            "grpc: received message larger than max (6000468 vs. 4194304)",
            "the build has 6.00MB of steps, and the engine takes 4.19MB",
        ),
        (
            "granting entitlement security.insecure is not allowed by build daemon configuration",
            "does not give steps this",
        ),
    ] {
        let shown = Build::new().shown(&status(message, &[]), &Model::default());
        assert!(shown.contains(what), "{shown}");
    }
}

#[test]
fn a_daemon_that_goes_away_is_an_engine_that_broke_and_names_the_step() {
    let build = Build::new();
    let (digest, name) = build.step("pip");
    let started = Some(protobuf::Timestamp { seconds: 1, nanos: 0 });
    let vertex = Vertex { digest, name, started, ..Vertex::default() };
    let mut model = Model::default();
    model.fold(&Event::Status(Box::new(StatusResponse { vertexes: vec![vertex], ..StatusResponse::default() })));
    let gone = [
        Status::unavailable("closing"),
        Status::from_error(Box::new(std::io::Error::new(std::io::ErrorKind::BrokenPipe, "broken pipe"))),
    ];
    let reports: Vec<String> = gone.iter().map(|status| build.shown(status, &model)).collect();
    insta::assert_snapshot!(reports.join("\n"));
}

#[test]
fn a_daemon_that_hangs_up_on_a_silent_client_says_so_whatever_step_was_waiting() {
    let build = Build::new();
    let (digest, _) = build.step("copy weights");
    let details = [("github.com/moby/buildkit/errdefs.Vertex+json", json!({ "digest": digest }))];
    let said = [
        "rpc error: code = Canceled desc = grpc: the client connection is closing",
        "no active session for x1y2: context deadline exceeded",
    ];
    let reports = said.map(|message| build.shown(&status(message, &details), &Model::default()));
    assert_eq!(reports[0], reports[1]);
    insta::assert_snapshot!(reports[0]);
}

#[test]
fn without_details_the_step_that_failed_is_found_in_what_happened() {
    let build = Build::new();
    let (digest, name) = build.step("pip");
    let message = "process \"/bin/sh -c pip install torch\" did not complete successfully: exit code: 1";
    let started = Some(protobuf::Timestamp { seconds: 1, nanos: 0 });
    // The digest is another one when the cache is not used.
    let vertex = Vertex { digest: format!("{digest}0"), name, started, error: message.to_owned(), ..Vertex::default() };
    let mut model = Model::default();
    model.fold(&Event::Status(Box::new(StatusResponse { vertexes: vec![vertex], ..StatusResponse::default() })));
    let report = build.shown(&Status::unknown(message), &model);
    assert!(report.contains("blocks/tool.block:6:7") && report.contains("E1070"), "{report}");
}

#[test]
fn details_that_are_no_details_are_left_out() {
    let build = Build::new();
    for details in [b"\xff\xff\xff".as_slice(), b"", b"\x0a"] {
        let status = Status::with_details(Code::Unknown, "odd", details.to_vec().into());
        assert!(build.shown(&status, &Model::default()).contains("odd"));
    }
    let odd = [
        ("github.com/moby/buildkit/errdefs.Vertex+json", json!([1])),
        ("github.com/moby/buildkit/errdefs.Source+json", json!({ "info": 3, "ranges": [{ "start": { "line": -1 } }] })),
        ("nothing", json!(null)),
    ];
    assert!(build.shown(&status("odd", &odd), &Model::default()).contains("odd"));
}
