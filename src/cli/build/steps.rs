//! What the command line says of steps → the plan that is built, and what it is given.

use std::path::Path;
use std::sync::Arc;

use crate::build::request::{Hidden, Request, Secret};
use crate::cli::build::Network;
use crate::cli::exit::Problem;
use crate::cli::files;
use crate::plan::model::{self, Exec, Mount, OperationKind, Plan};

/// The certificates that steps trust are a secret to the daemon: mounted while a step runs, and in no layer and no cache key.
const CA: &str = "cogpack-ca";
const CA_TARGET: &str = "/run/cogpack/ca.pem";

/// The privilege to use the network of the engine's host.
pub const HOST: &str = "network.host";

/// The variables by which OpenSSL, Python, pip, curl, Node and git are told of certificates.
const CA_VARIABLES: [&str; 6] =
    ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO"];

/// Where systems keep the certificates that they trust.
const OF_THE_SYSTEM: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Gives steps that have a network this one.
pub fn set_network(plan: &mut Plan, network: Network) {
    let network = match network {
        Network::Default => return,
        Network::None => model::Network::None,
        Network::Host => model::Network::Host,
    };
    networked(plan).for_each(|exec| exec.network = Some(network));
}

/// Lets steps that have a network trust `certificates`, and what this machine trusts.
pub fn trust(plan: &mut Plan, request: &mut Request, certificates: &str) {
    let system = OF_THE_SYSTEM.iter().find_map(|path| files::read(Path::new(path)).ok()).unwrap_or_default();
    let bundle: Arc<str> = format!("{}\n{certificates}", system.trim_end()).into();
    request.secrets.insert(CA.to_owned(), Secret::Text(Hidden(bundle)));
    for exec in networked(plan) {
        exec.mounts.push(Mount::Secret {
            id: CA.to_owned(),
            target: Some(CA_TARGET.to_owned()),
            env: None,
            optional: false,
        });
        for name in CA_VARIABLES {
            if !exec.env.iter().any(|line| line.split('=').next() == Some(name)) {
                exec.env.push(format!("{name}={CA_TARGET}"));
            }
        }
    }
}

/// Refuses a build whose steps would fail for want of a secret, an ssh agent or a privilege.
pub fn check_given(plan: &Plan, request: &Request) -> Result<(), Problem> {
    let wants_host = execs(plan).any(|exec| exec.network == Some(model::Network::Host));
    if wants_host && !request.entitlements.iter().any(|privilege| privilege == HOST) {
        return Err(Problem::usage("a step needs the network of the engine's host, and may not use it")
            .help(format!("add `--allow {HOST}`")));
    }
    for mount in execs(plan).flat_map(|exec| &exec.mounts) {
        match mount {
            Mount::Secret { id, optional: false, .. } if !request.secrets.contains_key(id) => {
                return Err(Problem::usage(format!("a step needs the secret `{id}`, and it is not given"))
                    .help(format!("add `--secret id={id},src=FILE` or `--secret id={id},env=VARIABLE`")));
            }
            Mount::Ssh { id } => {
                let id = id.as_deref().unwrap_or("default");
                if !request.ssh.contains_key(id) {
                    return Err(Problem::usage(format!("a step needs the ssh agent `{id}`, and it is not given"))
                        .help(format!("add `--ssh {id}`")));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn networked(plan: &mut Plan) -> impl Iterator<Item = &mut Exec> {
    let operations = plan.stages.iter_mut().flat_map(|stage| &mut stage.operations);
    operations.filter_map(|operation| match &mut operation.kind {
        OperationKind::Exec(exec) if exec.network != Some(model::Network::None) => Some(exec),
        _ => None,
    })
}

fn execs(plan: &Plan) -> impl Iterator<Item = &Exec> {
    plan.stages.iter().flat_map(|stage| &stage.operations).filter_map(|operation| match &operation.kind {
        OperationKind::Exec(exec) => Some(exec),
        _ => None,
    })
}
