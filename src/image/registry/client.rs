//! A reference → what its registry answers: digests, manifests, blobs.
//!
//! `oci-client` reads challenges and fetches tokens. What is large is asked for here, because it reads answers whole, whatever their size.

use std::error::Error;
use std::io;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::{
    IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE,
};
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use reqwest::header::ACCEPT;
use reqwest::{Method, Response, StatusCode};
use sha2::{Digest as _, Sha256};
use tokio::sync::RwLock;
use tokio::time::timeout;

use crate::image::contents::{MOST_JSON, path_of};
use crate::image::wrong::Wrong;
use crate::source::disk;

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long nothing may come.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a small answer may take as a whole.
const SMALL: Duration = Duration::from_secs(60);

/// A proxy that nobody is sent through: names and addresses of both kinds are excepted.
const NO_PROXY: &str = "http://127.0.0.1:9";
const FOR_NOBODY: &str = "*,0.0.0.0/0,::/0";
/// Who asks.
const AGENT: &str = concat!("cogpack/", env!("CARGO_PKG_VERSION"));
/// What a manifest may be.
const MANIFESTS: [&str; 4] =
    [OCI_IMAGE_INDEX_MEDIA_TYPE, IMAGE_MANIFEST_LIST_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE];
/// What a registry calls a manifest's digest.
const DIGEST: &str = "docker-content-digest";

/// What a registry is told of who asks. It has no `Debug`: it is secret.
#[derive(Clone)]
pub struct Login {
    /// Empty: the secret is an identity token.
    pub username: String,
    /// A password or a token.
    pub secret: String,
}

/// Which image, and how its registry is asked.
#[derive(Clone)]
pub struct Place {
    /// The full reference: `docker.io/library/debian:bookworm`.
    pub reference: String,
    /// What the registry is told when it asks; absent: nothing is known.
    pub login: Option<Login>,
    /// Whether it is spoken to without TLS.
    pub plain: bool,
}

/// What a registry is shown.
enum Authorization {
    Bearer(String),
    Basic(String, String),
}

/// One image of a registry.
pub struct Client {
    /// Which it is.
    pub place: Place,
    reference: Reference,
    http: reqwest::Client,
    /// What the registry wants to see, once it has said so.
    authorization: RwLock<Option<Authorization>>,
}

impl Client {
    /// Asks nothing yet.
    pub fn new(place: Place) -> Result<Self, Wrong> {
        let reference = Reference::try_from(place.reference.as_str())
            .map_err(|error| Wrong::Unreadable(format!("it is no name of an image: {error}")))?;
        // It fails when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECTING)
            .read_timeout(SILENCE)
            .https_only(!place.plain)
            .user_agent(AGENT);
        if place.plain {
            // On this machine: proxies are for others, and a machine without certificates will do.
            http = http.no_proxy().tls_certs_only([]);
        }
        let http = http.build().map_err(|error| Wrong::Unreachable(format!("TLS cannot be used: {}", root(&error))))?;
        Ok(Self { place, reference, http, authorization: RwLock::default() })
    }

    /// The registry, as its images are called.
    pub fn host(&self) -> &str {
        self.place.reference.split('/').next().unwrap_or_default()
    }

    /// The digest that the name has now.
    pub async fn digest(&self) -> Result<String, Wrong> {
        if let Some(digest) = self.reference.digest() {
            return Ok(digest.to_owned());
        }
        let tag = self.reference.tag().unwrap_or("latest");
        let answer = self.within(self.send(Method::HEAD, "manifests", tag)).await?;
        let told = answer.headers().get(DIGEST).and_then(|digest| digest.to_str().ok());
        if let Some(digest) = told.filter(|digest| path_of(digest).is_ok()) {
            return Ok(digest.to_owned());
        }
        let bytes = self.manifest(tag).await?;
        let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("sha256:{hex}"))
    }

    /// The bytes of a manifest or index, by its digest or a tag. Whose digest they have is not looked at.
    pub async fn manifest(&self, name: &str) -> Result<Vec<u8>, Wrong> {
        let whole = async {
            let mut answer = self.send(Method::GET, "manifests", name).await?;
            let mut bytes = Vec::new();
            while let Some(piece) = answer.chunk().await.map_err(|error| self.away(&error))? {
                if (bytes.len() + piece.len()) as u64 > MOST_JSON {
                    return Err(Wrong::TooLarge(format!("a manifest of it has more than {MOST_JSON} bytes")));
                }
                bytes.extend_from_slice(&piece);
            }
            Ok(bytes)
        };
        self.within(whole).await
    }

    /// The answer that has a blob's bytes.
    pub async fn blob(&self, digest: &str) -> Result<Response, Wrong> {
        self.send(Method::GET, "blobs", digest).await
    }

    /// Asks, and once more with what the registry wants to see.
    async fn send(&self, method: Method, kind: &str, name: &str) -> Result<Response, Wrong> {
        let mut answer = self.once(method.clone(), kind, name).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            self.authorize().await?;
            answer = self.once(method, kind, name).await?;
        }
        match answer.status() {
            StatusCode::OK => Ok(answer),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(self.refused()),
            StatusCode::NOT_FOUND => Err(Wrong::Missing(self.host().to_owned())),
            status => Err(Wrong::Unreachable(format!("`{}` answers {status}", self.host()))),
        }
    }

    async fn once(&self, method: Method, kind: &str, name: &str) -> Result<Response, Wrong> {
        let scheme = if self.place.plain { "http" } else { "https" };
        let (registry, repository) = (self.reference.resolve_registry(), self.reference.repository());
        let mut request = self.http.request(method, format!("{scheme}://{registry}/v2/{repository}/{kind}/{name}"));
        if kind == "manifests" {
            request = request.header(ACCEPT, MANIFESTS.join(", "));
        }
        request = match &*self.authorization.read().await {
            None => request,
            Some(Authorization::Bearer(token)) => request.bearer_auth(token),
            Some(Authorization::Basic(username, secret)) => request.basic_auth(username, Some(secret)),
        };
        request.send().await.map_err(|error| self.away(&error))
    }

    /// Does what the registry's challenge says.
    async fn authorize(&self) -> Result<(), Wrong> {
        let auth = match &self.place.login {
            None => RegistryAuth::Anonymous,
            Some(Login { username, .. }) if username.is_empty() => {
                let why = "has an identity token in Docker's config, which only Docker can use".to_owned();
                return Err(Wrong::Refused(self.host().to_owned(), why));
            }
            Some(Login { username, secret }) => RegistryAuth::Basic(username.clone(), secret.clone()),
        };
        let authority = self.authority()?;
        let asked = authority.auth(&self.reference, &auth, RegistryOperation::Pull);
        let token = match timeout(SMALL, asked).await {
            Ok(Ok(token)) => token,
            Ok(Err(OciDistributionError::RequestError(error))) => return Err(self.away(&error)),
            Ok(Err(_)) => return Err(self.refused()),
            Err(_) => return Err(self.slow()),
        };
        let made = match (token, auth) {
            (Some(token), _) => Authorization::Bearer(token),
            (None, RegistryAuth::Basic(username, secret)) => Authorization::Basic(username, secret),
            (None, _) => return Err(self.refused()),
        };
        *self.authorization.write().await = Some(made);
        Ok(())
    }

    /// What fetches tokens.
    fn authority(&self) -> Result<oci_client::Client, Wrong> {
        // Making one ends the process where TLS cannot be used, such as without certificates: this finds it first.
        let tls = reqwest::Client::builder().build();
        tls.map_err(|error| Wrong::Unreachable(format!("TLS cannot be used: {}", root(&error))))?;
        let mut config = ClientConfig {
            connect_timeout: Some(CONNECTING),
            read_timeout: Some(SILENCE),
            user_agent: AGENT,
            ..ClientConfig::default()
        };
        if self.place.plain {
            config.protocol = ClientProtocol::Http;
            // One for nobody takes the place of those that the environment names.
            (config.http_proxy, config.no_proxy) = (Some(NO_PROXY.to_owned()), Some(FOR_NOBODY.to_owned()));
        }
        oci_client::Client::try_from(config).map_err(|_| self.refused())
    }

    async fn within<T>(&self, asked: impl Future<Output = Result<T, Wrong>>) -> Result<T, Wrong> {
        timeout(SMALL, asked).await.unwrap_or_else(|_| Err(self.slow()))
    }

    fn refused(&self) -> Wrong {
        let why = match &self.place.login {
            Some(_) => "refuses the credentials of Docker's config",
            None => "gives it only to those who are logged in",
        };
        Wrong::Refused(self.host().to_owned(), why.to_owned())
    }

    fn slow(&self) -> Wrong {
        Wrong::Unreachable(format!("`{}` does not answer in time", self.host()))
    }

    fn away(&self, error: &reqwest::Error) -> Wrong {
        Wrong::Unreachable(self.words(error))
    }

    /// What became of a request.
    pub fn words(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("`{}` does not answer in time", self.host());
        }
        let what = if error.is_connect() { "cannot be reached" } else { "breaks off" };
        format!("`{}` {what}: {}", self.host(), root(error))
    }
}

/// The first cause of an error, in the system's words.
fn root(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    disk::words(&io::Error::other(cause.to_string()))
}
