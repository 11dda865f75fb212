//! A registry of this process: images that are made here, and what it answers to a request.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What is asked for.
pub struct Asked<'a> {
    pub host: &'a str,
    pub line: &'a str,
    pub authorization: Option<&'a str>,
}

/// Status, headers, body.
pub type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

/// A registry that answers.
pub struct Server {
    pub runtime: Runtime,
    pub host: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers from now on.
    pub fn start(answer: impl Fn(&Asked<'_>) -> Answer + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answer, log, name) = (Arc::new(answer), Arc::clone(&asked), host.clone());
        let respond = move |request: Request<Incoming>| {
            let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let line = format!("{} {}", request.method(), request.uri());
            let authorization = header("authorization");
            log.lock().unwrap().push(line.clone());
            let (status, headers, body) =
                answer(&Asked { host: &name, line: &line, authorization: authorization.as_deref() });
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            let response = response.body(Full::new(Bytes::from(body))).unwrap();
            async move { Ok::<_, Infallible>(response) }
        };
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(respond.clone()));
                tokio::spawn(connection);
            }
        });
        Self { runtime, host, asked }
    }

    /// The requests so far: method and path.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Images: manifests by tag and digest, blobs by digest.
#[derive(Clone, Default)]
pub struct Store {
    pub manifests: BTreeMap<String, Vec<u8>>,
    pub blobs: BTreeMap<String, Vec<u8>>,
}

impl Store {
    /// Adds an image of one layer; what an index says of it.
    pub fn image(&mut self, architecture: &str, layer: Vec<u8>) -> Json {
        let config = json!({ "os": "linux", "architecture": architecture, "config": { "Cmd": ["python3"] } });
        let manifest = json!({
            "schemaVersion": 2,
            "config": self.blob(config.to_string().into_bytes()),
            "layers": [self.blob(layer)],
        });
        let mut entry = self.manifest(&manifest);
        entry["platform"] = json!({ "os": "linux", "architecture": architecture });
        entry
    }

    /// Adds a manifest or an index.
    pub fn manifest(&mut self, manifest: &Json) -> Json {
        let bytes = manifest.to_string().into_bytes();
        let descriptor = descriptor(&bytes);
        self.manifests.insert(text(&descriptor), bytes);
        descriptor
    }

    /// Gives a manifest a tag.
    pub fn tag(&mut self, tag: &str, descriptor: &Json) {
        let bytes = self.manifests[&text(descriptor)].clone();
        self.manifests.insert(tag.to_owned(), bytes);
    }

    /// What a registry answers that has it.
    pub fn answer(&self, line: &str) -> Answer {
        let name = line.rsplit('/').next().unwrap();
        if line.contains(" /v2/base/manifests/") {
            let Some(bytes) = self.manifests.get(name) else { return (404, Vec::new(), Vec::new()) };
            return (200, vec![("docker-content-digest", text(&descriptor(bytes)))], bytes.clone());
        }
        match self.blobs.get(name).filter(|_| line.contains(" /v2/base/blobs/")) {
            Some(bytes) => (200, Vec::new(), bytes.clone()),
            None => (404, Vec::new(), Vec::new()),
        }
    }

    /// Writes it as a folder in OCI's layout, whose image is the one of a tag.
    #[expect(clippy::disallowed_methods, reason = "the test makes the folder it reads")]
    pub fn write(&self, folder: &Path, tag: &str) {
        let blobs = folder.join("blobs/sha256");
        std::fs::create_dir_all(&blobs).unwrap();
        for (digest, bytes) in self.manifests.iter().chain(&self.blobs) {
            if let Some(hex) = digest.strip_prefix("sha256:") {
                std::fs::write(blobs.join(hex), bytes).unwrap();
            }
        }
        let index = json!({ "schemaVersion": 2, "manifests": [descriptor(&self.manifests[tag])] });
        std::fs::write(folder.join("index.json"), index.to_string()).unwrap();
        std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    }

    fn blob(&mut self, bytes: Vec<u8>) -> Json {
        let descriptor = descriptor(&bytes);
        self.blobs.insert(text(&descriptor), bytes);
        descriptor
    }
}

/// What a manifest says of a blob.
pub fn descriptor(bytes: &[u8]) -> Json {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "digest": format!("sha256:{hex}"), "size": bytes.len() })
}

/// The digest of a descriptor.
pub fn text(descriptor: &Json) -> String {
    descriptor["digest"].as_str().unwrap().to_owned()
}
