//! Docker's config folder → the address that a context names.
//!
//! The layout is that of `docker/cli`: `config.json` has `currentContext`; a context lies in `contexts/meta/ID/meta.json` and its
//! TLS files in `contexts/tls/ID/docker`, where ID is the SHA-256 of its name.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::build::engine::address::{Address, Expected, Tls};
use crate::build::engine::candidates::Refusal;

/// The part of `config.json` that matters here.
#[derive(Deserialize)]
struct Config {
    #[serde(default, rename = "currentContext")]
    current_context: Option<String>,
}

/// `meta.json`.
#[derive(Deserialize)]
struct Meta {
    #[serde(default, rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(default, rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

/// The context that is in use, if one is.
pub(super) async fn current(folder: &Path) -> Result<Option<String>, Refusal> {
    let path = folder.join("config.json");
    let Some(bytes) = read_file(&path).await? else { return Ok(None) };
    let config: Config = parse(&path, &bytes)?;
    Ok(config.current_context.filter(|name| !name.is_empty()))
}

/// The address of a context.
pub(super) async fn read(folder: &Path, name: &str) -> Result<Address, Refusal> {
    let id: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join("contexts/meta").join(&id).join("meta.json");
    let Some(bytes) = read_file(&path).await? else {
        return Err(Refusal::new(format!("there is no Docker context `{name}`"))
            .advise("`docker context ls` lists them; an address has a scheme, as `unix://` or `tcp://`"));
    };
    let meta: Meta = parse(&path, &bytes)?;
    let endpoint = meta.endpoints.docker.ok_or_else(|| Refusal::new("the context names no Docker Engine"))?;
    if endpoint.skip_tls_verify {
        let why = "the context does not check who the daemon is (`SkipTLSVerify`), and secrets would be sent to it";
        return Err(Refusal::new(why).advise("give the context the CA of the daemon: `docker context update`"));
    }
    let tls = tls_files(&folder.join("contexts/tls").join(&id).join("docker")).await;
    Address::read(&endpoint.host, Expected::Docker, tls).map_err(Refusal::new)
}

async fn tls_files(folder: &Path) -> Option<Tls> {
    let ca = existing(folder.join("ca.pem")).await;
    let certificate = existing(folder.join("cert.pem")).await;
    let key = existing(folder.join("key.pem")).await;
    let tls = Tls { ca, identity: certificate.zip(key), server_name: None };
    (tls != Tls::default()).then_some(tls)
}

async fn existing(path: PathBuf) -> Option<PathBuf> {
    tokio::fs::try_exists(&path).await.unwrap_or(true).then_some(path)
}

async fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Refusal::new(format!("`{}` cannot be read: {error}", path.display()))),
    }
}

fn parse<'a, T: Deserialize<'a>>(path: &Path, bytes: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::new(format!("`{}` cannot be read: {error}", path.display())))
}
