//! Docker's `config.json` → the credentials in it, and the helpers that have the others.
//!
//! The rules are those of `docker/cli`: a helper for a host, else the store for all, else `auths`; keys may be old ones with
//! a scheme and a path.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::Login;

/// What Docker Hub is called in a config.
const HUB: &str = "https://index.docker.io/v1/";

/// What Docker Hub's hosts are called.
const HUB_HOSTS: &[&str] = &["docker.io", "index.docker.io", "registry-1.docker.io"];

/// With padding or without, as both are written.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A config, as far as it is about credentials.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    auths: Option<BTreeMap<String, Entry>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    /// `NAME:PASSWORD` in base64.
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

/// What a registry is called in configs and by helpers.
pub(super) fn server_of(host: &str) -> &str {
    if HUB_HOSTS.contains(&host) { HUB } else { host }
}

impl Config {
    /// Reads a config. The error says where it is none, and repeats nothing of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(text)
            .map_err(|error| format!("line {}, column {} is not as Docker writes it", error.line(), error.column()))
    }

    /// The helper that has a server's credentials.
    pub fn helper(&self, server: &str) -> Option<&str> {
        let own = self.cred_helpers.as_ref().and_then(|helpers| entry(helpers, server));
        own.or(self.creds_store.as_ref()).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The credentials that the config holds itself.
    pub fn login(&self, server: &str) -> Result<Option<Login>, &'static str> {
        let Some(found) = self.auths.as_ref().and_then(|auths| entry(auths, server)) else { return Ok(None) };
        let is_given = |text: &&String| !text.is_empty();
        if let Some(token) = found.identitytoken.as_ref().filter(is_given) {
            return Ok(Some(Login { username: String::new(), secret: token.clone() }));
        }
        let Some(auth) = found.auth.as_ref().filter(is_given) else {
            let password = found.password.as_ref().filter(is_given);
            return Ok(password.map(|password| Login {
                username: found.username.clone().unwrap_or_default(),
                secret: password.clone(),
            }));
        };
        let text = BASE64.decode(auth.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or("is not base64")?;
        let (username, password) = text.split_once(':').ok_or("is not `NAME:PASSWORD`")?;
        let secret = password.trim_matches('\0').to_owned();
        Ok(Some(Login { username: username.to_owned(), secret }))
    }
}

/// The entry of a server: its own key, else an old one that names its host.
fn entry<'m, T>(map: &'m BTreeMap<String, T>, server: &str) -> Option<&'m T> {
    let is_same = |key: &str| {
        let host = host_of(key);
        if server == HUB { HUB_HOSTS.contains(&host) } else { host == server }
    };
    map.get(server).or_else(|| map.iter().find(|(key, _)| is_same(key)).map(|(_, value)| value))
}

/// `https://HOST/v1/` → `HOST`
fn host_of(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    key.split('/').next().unwrap_or(key)
}
