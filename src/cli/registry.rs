//! The name of an image → how its registry is asked: with which credentials, and whether with TLS.

use std::net::IpAddr;
use std::path::Path;

use serde::Deserialize;

use crate::build;
use crate::cli::build::{Environment, docker_config};
use crate::cli::files;
use crate::image::registry::{Login, Place};

/// Where Docker's daemon is told of registries without TLS.
const DAEMON: &str = "/etc/docker/daemon.json";

/// Docker's settings, as far as they are about registries.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Daemon {
    insecure_registries: Vec<String>,
}

/// How the registry of a full reference is asked.
pub async fn place(reference: String, environment: &Environment) -> Place {
    let host = reference.split('/').next().unwrap_or_default();
    let login = build::login(docker_config(environment), host).await;
    let login = login.map(|login| Login { username: login.username, secret: login.secret });
    Place { plain: is_local(host) || is_insecure(host), login, reference }
}

/// Whether a registry is on this machine: Docker asks such ones without TLS.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_insecure(host: &str) -> bool {
    let told = files::read(Path::new(DAEMON)).ok();
    let daemon: Daemon = told.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    daemon.insecure_registries.iter().any(|named| named == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_of_this_machine_are_asked_without_tls() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.8.0.1", "[::1]:5000"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["docker.io", "localhost.example", "10.0.0.1:5000", "[fe80::1]:5000", "127.0.0.1.example"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
