//! Files in PEM and an open connection → a connection with TLS, where both sides say who they are.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::build::engine::address::Tls;

/// Where systems keep the certificates that they trust: Debian, Fedora, SUSE, Alpine and macOS.
const SYSTEM_ROOTS: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Agrees on TLS. `protocols` are offered in this order; gRPC servers want `h2`.
pub(super) async fn wrap(
    stream: TcpStream,
    host: &str,
    tls: &Tls,
    protocols: &[&str],
) -> io::Result<TlsStream<TcpStream>> {
    let roots = roots(tls.ca.as_deref()).await?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots);
    let mut config = match &tls.identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates(certificate).await?;
            let key_bytes = read(key).await?;
            let key_der = PrivateKeyDer::from_pem_slice(&key_bytes).map_err(|error| wrong(key, &error))?;
            builder.with_client_auth_cert(chain, key_der).map_err(|error| wrong(certificate, &error))?
        }
    };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = tls.server_name.as_deref().unwrap_or(host);
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn roots(ca: Option<&Path>) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    if let Some(ca) = ca {
        for certificate in certificates(ca).await? {
            roots.add(certificate).map_err(|error| wrong(ca, &error))?;
        }
        return Ok(roots);
    }
    for path in SYSTEM_ROOTS.map(Path::new) {
        if let Ok(found) = certificates(path).await {
            // Systems trust some that are too old to be read.
            roots.add_parsable_certificates(found);
            return Ok(roots);
        }
    }
    Err(io::Error::other("no file of trusted certificates was found on this machine: name one with `?cacert=FILE`"))
}

async fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let bytes = read(path).await?;
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(|error| wrong(path, &error))?;
    if found.is_empty() { Err(wrong(path, &"there is no certificate in it")) } else { Ok(found) }
}

async fn read(path: &Path) -> io::Result<Vec<u8>> {
    tokio::fs::read(path).await.map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("TLS file `{}`: {error}", path.display()))
}
