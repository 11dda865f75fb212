//! Sources: ops that fetch a file tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::llb::definition::Cap;
use crate::llb::git_url::GitUrl;
use crate::llb::graph::{Graph, Meta, Output, Parts, State, caps};
use crate::llb::path;
use crate::llb::reference::{normalize, normalize_blob};
use crate::llb::wire;

/// The secret that holds a token for git over HTTP, where nothing else is said.
pub const GIT_AUTH_TOKEN: &str = "GIT_AUTH_TOKEN";
/// The secret that holds a header for git over HTTP, where nothing else is said.
pub const GIT_AUTH_HEADER: &str = "GIT_AUTH_HEADER";

/// How an image is fetched.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// Where its reference is looked up.
    pub resolve_mode: ResolveMode,
    /// Kept out of the daemon's records.
    pub internal: bool,
    /// Only so many layers.
    pub layer_limit: Option<i64>,
    /// The digest it has to have.
    pub checksum: Option<String>,
}

/// Where an image's reference is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResolveMode {
    /// As the daemon does.
    #[default]
    Default,
    /// Always in the registry.
    Pull,
    /// In the daemon, if it is there.
    Local,
}

/// How a file of a registry or a download is stored.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Its name; empty: from the address.
    pub filename: String,
    /// Its permissions; 0: 0600.
    pub perm: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

/// Where an OCI layout lies.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// The session that has it; empty: any.
    pub session: String,
    /// The store's name.
    pub id: String,
}

/// How files of the client are fetched.
#[derive(Clone, Debug, Default)]
pub struct Local {
    /// Only what matches; empty: all.
    pub include: Vec<String>,
    /// But not what matches.
    pub exclude: Vec<String>,
    /// Only these, with what they link to.
    pub follow_paths: Vec<String>,
    /// What makes two contexts share what was sent before.
    pub shared_key_hint: String,
    /// The session that has them; empty: any.
    pub session: String,
    /// Keeps it apart from those of other builds; absent or empty: as the graph says.
    pub unique: Option<String>,
    /// How files are compared: `none` or `metadata`; empty: as the daemon does.
    pub differ: String,
    /// The daemon has to know `differ`.
    pub differ_required: bool,
    /// Sends no content.
    pub metadata_only: bool,
    /// But that of these.
    pub metadata_only_except: Vec<String>,
}

/// How a file is downloaded.
#[derive(Clone, Debug, Default)]
pub struct Http {
    /// The digest it has to have, with its algorithm.
    pub checksum: Option<String>,
    /// How it is stored.
    pub stored: Stored,
    /// The secret that holds a header.
    pub auth_header_secret: String,
    /// Request headers; absent: none.
    pub header: Option<HttpHeader>,
    /// A signature to check; absent: none.
    pub signature: Option<Signature>,
}

/// Request headers.
#[derive(Clone, Debug, Default)]
pub struct HttpHeader {
    /// `Accept`
    pub accept: String,
    /// `User-Agent`
    pub user_agent: String,
}

/// An OpenPGP signature and the key to check it with, both armored.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// The key.
    pub public_key: String,
    /// The signature.
    pub signature: String,
}

/// How a repository is fetched.
#[derive(Clone, Debug, Default)]
pub struct Git {
    /// A branch, tag or commit; empty: the default branch.
    pub reference: String,
    /// Only this folder.
    pub subdir: String,
    /// Keeps `.git`.
    pub keep_git_dir: bool,
    /// The secret that holds a token; absent: [`GIT_AUTH_TOKEN`], empty: none.
    pub auth_token_secret: Option<String>,
    /// The secret that holds a header; absent: [`GIT_AUTH_HEADER`], empty: none.
    pub auth_header_secret: Option<String>,
    /// Keys of hosts, for ssh. Unlike the Go client this one does not ask the host for them.
    pub known_ssh_hosts: String,
    /// The agent, for ssh; empty: `default`.
    pub mount_ssh_sock: String,
    /// The commit it has to be.
    pub checksum: String,
    /// Leaves submodules out.
    pub skip_submodules: bool,
    /// Which time files get.
    pub mtime: String,
    /// Fetches `checksum` without asking for the reference.
    pub fetch_by_commit: bool,
}

impl Git {
    /// Takes a reference and a folder from `REF[:FOLDER]`, the part of an old-style address after `#`.
    pub fn with_fragment(mut self, fragment: &str) -> Self {
        let (reference, subdir) = fragment.split_once(':').unwrap_or((fragment, ""));
        if !reference.is_empty() {
            self.reference = reference.to_owned();
        }
        let subdir = path::join("/", subdir);
        if subdir != "/" {
            self.subdir = subdir[1..].to_owned();
        }
        self
    }
}

/// Attributes and caps as they are put together.
#[derive(Default)]
struct Attributes {
    attrs: BTreeMap<String, String>,
    caps: BTreeSet<Cap>,
}

impl Attributes {
    /// With the cap of its kind.
    fn of(cap: &'static str) -> Self {
        Self { attrs: BTreeMap::new(), caps: caps([cap]) }
    }

    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.attrs.insert(name.to_owned(), value.into());
    }

    /// Sets what is not empty, and the cap that it needs.
    fn set_some(&mut self, name: &str, value: &str, cap: Option<&'static str>) {
        if !value.is_empty() {
            self.set(name, value);
            self.caps.extend(cap.map(Cap::Borrowed));
        }
    }

    fn set_flag(&mut self, name: &str, value: bool, cap: &'static str) {
        self.set_some(name, if value { "true" } else { "" }, Some(cap));
    }

    fn set_list(&mut self, name: &str, values: &[String], cap: &'static str) {
        if !values.is_empty() {
            self.set_some(name, &go_json(values), Some(cap));
        }
    }

    fn set_stored(&mut self, stored: &Stored, perm_cap: Option<&'static str>, owner_cap: Option<&'static str>) {
        let perm = stored.perm & 0o777;
        let number = |value: u32| if value == 0 { String::new() } else { value.to_string() };
        self.set_some("http.filename", &stored.filename, None);
        self.set_some("http.perm", &if perm == 0 { String::new() } else { format!("0{perm:o}") }, perm_cap);
        self.set_some("http.uid", &number(stored.uid), owner_cap);
        self.set_some("http.gid", &number(stored.gid), owner_cap);
    }
}

impl Graph {
    /// An image of a registry. Absent: `reference` is none.
    pub fn image(&mut self, reference: &str, image: &Image, meta: Meta) -> Option<State> {
        let reference = normalize(reference)?;
        let mut it = Attributes::of("source.image");
        match image.resolve_mode {
            ResolveMode::Default => {}
            ResolveMode::Pull => it.set_some("image.resolvemode", "pull", Some("source.image.resolvemode")),
            ResolveMode::Local => it.set("image.resolvemode", "local"),
        }
        if image.internal {
            it.set("image.recordtype", "internal");
        }
        if let Some(limit) = image.layer_limit {
            it.set_some("image.layerlimit", &limit.to_string(), Some("source.image.layerlimit"));
        }
        let checksum = image.checksum.as_deref().unwrap_or_default();
        it.set_some("image.checksum", checksum, Some("source.image.checksum"));
        Some(self.source(format!("docker-image://{reference}"), it, meta))
    }

    /// A blob of a registry, as a file. Absent: `reference` is none with a digest and no tag.
    pub fn image_blob(&mut self, reference: &str, stored: &Stored, meta: Meta) -> Option<State> {
        let mut it = Attributes::of("source.imageblob");
        it.set_stored(stored, None, None);
        Some(self.source(format!("docker-image+blob://{}", normalize_blob(reference)?), it, meta))
    }

    /// An image of an OCI layout. The reference is taken as it is.
    pub fn oci_layout(&mut self, reference: &str, store: &Store, layer_limit: Option<i64>, meta: Meta) -> State {
        let mut it = Attributes::of("source.ocilayout");
        it.set_some("oci.session", &store.session, None);
        it.set_some("oci.store", &store.id, None);
        if let Some(limit) = layer_limit {
            it.set("oci.layerlimit", limit.to_string());
        }
        self.source(format!("oci-layout://{reference}"), it, meta)
    }

    /// A blob of an OCI layout, as a file. Absent: `reference` is none with a digest and no tag.
    pub fn oci_layout_blob(&mut self, reference: &str, store: &Store, stored: &Stored, meta: Meta) -> Option<State> {
        let mut it = Attributes::of("source.imageblob");
        it.set_stored(stored, None, None);
        it.set_some("oci.session", &store.session, None);
        it.set_some("oci.store", &store.id, None);
        Some(self.source(format!("oci-layout+blob://{}", normalize_blob(reference)?), it, meta))
    }

    /// Files of the client.
    pub fn local(&mut self, name: &str, local: &Local, meta: Meta) -> State {
        let mut it = Attributes::of("source.local");
        it.set_some("local.session", &local.session, Some("source.local.sessionid"));
        it.set_list("local.includepattern", &local.include, "source.local.includepatterns");
        it.set_list("local.followpaths", &local.follow_paths, "source.local.followpaths");
        it.set_list("local.excludepatterns", &local.exclude, "source.local.excludepatterns");
        it.set_some("local.sharedkeyhint", &local.shared_key_hint, Some("source.local.sharedkeyhint"));
        it.set_some("local.differ", &local.differ, local.differ_required.then_some("source.local.differ"));
        if local.metadata_only {
            it.set_flag("local.metadatatransfer", true, "source.local.metadatatransfer");
            it.set_list("local.metadatatransferexclude", &local.metadata_only_except, "source.local.metadatatransfer");
        }
        let own = local.unique.as_ref().filter(|unique| !unique.is_empty());
        let unique = own.or(self.constraints.local_unique.as_ref());
        if let Some(unique) = unique.filter(|_| local.session.is_empty()) {
            it.set("local.unique", unique);
            it.caps.insert("source.local.unique".into());
        }
        self.source(format!("local://{name}"), it, meta)
    }

    /// A download, as a file.
    pub fn http(&mut self, url: &str, http: &Http, meta: Meta) -> State {
        let mut it = Attributes::of("source.http");
        it.set_some("http.checksum", http.checksum.as_deref().unwrap_or_default(), Some("source.http.checksum"));
        // The cap's name is misspelt in BuildKit, and has to be so here.
        it.set_stored(&http.stored, Some("source.http.perm"), Some("soruce.http.uidgid"));
        it.set_some("http.authheadersecret", &http.auth_header_secret, Some("source.http.auth"));
        if let Some(header) = &http.header {
            it.set_some("http.header.accept", &header.accept, None);
            it.set_some("http.header.user-agent", &header.user_agent, None);
            it.caps.insert("source.http.header".into());
        }
        if let Some(signature) = &http.signature {
            it.set_some("http.sig.pubkey", &signature.public_key, None);
            it.set_some("http.sig.signature", &signature.signature, None);
            it.caps.insert("source.http.signatureverify".into());
        }
        self.source(url.to_owned(), it, meta)
    }

    /// A repository. An address without a protocol is one over HTTPS.
    pub fn git(&mut self, url: &str, git: &Git, meta: Meta) -> State {
        let mut it = Attributes::of("source.git");
        let remote = GitUrl::parse(url);
        let full = remote.as_ref().map_or_else(String::as_str, |remote| &remote.remote);
        it.set_flag("git.keepgitdir", git.keep_git_dir, "source.git.keepgitdir");
        it.set_some("git.fullurl", full, Some("source.git.fullurl"));
        // Who names one of the two secrets needs a daemon that knows both.
        let names_secret = git.auth_token_secret.is_some() || git.auth_header_secret.is_some();
        let cap = names_secret.then_some("source.git.httpauth");
        for (name, given, usual) in [
            ("git.authtokensecret", &git.auth_token_secret, GIT_AUTH_TOKEN),
            ("git.authheadersecret", &git.auth_header_secret, GIT_AUTH_HEADER),
        ] {
            it.set_some(name, given.as_deref().unwrap_or(usual), cap);
        }
        if remote.as_ref().is_ok_and(GitUrl::is_ssh) {
            it.set_some("git.knownsshhosts", &git.known_ssh_hosts, None);
            it.caps.insert("source.git.knownsshhosts".into());
            let agent = if git.mount_ssh_sock.is_empty() { "default" } else { &git.mount_ssh_sock };
            it.set_some("git.mountsshsock", agent, Some("source.git.mountsshsock"));
        }
        it.set_some("git.checksum", &git.checksum, Some("source.git.checksum"));
        it.set_flag("git.skipsubmodules", git.skip_submodules, "source.git.skipsubmodules");
        it.set_some("git.mtime", &git.mtime, Some("source.git.mtime"));
        it.set_flag("git.fetchbycommit", git.fetch_by_commit, "source.git.fetchbycommit");
        let id = remote.map_or_else(|url| url, |remote| remote.id(&git.reference, &git.subdir));
        self.source(format!("git://{id}"), it, meta)
    }

    fn source(&mut self, identifier: String, attributes: Attributes, meta: Meta) -> State {
        let is_of_a_platform = ["docker-image://", "oci-layout://"].iter().any(|kind| identifier.starts_with(kind));
        let platform = if is_of_a_platform { self.platform_or_default(meta.platform.as_ref()) } else { None };
        let attrs = attributes.attrs.into_iter().map(|(name, value)| wire::TextEntry::new(name, value)).collect();
        let parts = Parts {
            body: wire::Body::Source(wire::SourceOp { identifier, attrs }),
            inputs: Vec::new(),
            walk: Vec::new(),
            platform,
            caps: attributes.caps,
        };
        let vertex = self.push(parts, meta);
        self.fresh(Some(Output { vertex, index: 0 }))
    }
}

/// A list of texts as Go's `encoding/json` writes it, which escapes what HTML would trip over.
fn go_json(values: &[String]) -> String {
    let mut json = String::from("[");
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        json.push('"');
        for it in value.chars() {
            match it {
                '"' => json.push_str("\\\""),
                '\\' => json.push_str("\\\\"),
                '\u{8}' => json.push_str("\\b"),
                '\u{c}' => json.push_str("\\f"),
                '\n' => json.push_str("\\n"),
                '\r' => json.push_str("\\r"),
                '\t' => json.push_str("\\t"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                    json.push_str(&format!("\\u{:04x}", u32::from(it)));
                }
                _ => json.push(it),
            }
        }
        json.push('"');
    }
    json.push(']');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_escaped_as_go_does() {
        let values = ["<a>&\"q\"\\".to_owned(), "\u{1}\n\u{2028}é".to_owned()];
        let want = "[\"\\u003ca\\u003e\\u0026\\\"q\\\"\\\\\",\"\\u0001\\n\\u2028é\"]";
        assert_eq!(go_json(&values), want);
    }

    #[test]
    fn a_fragment_holds_a_reference_and_a_folder() {
        let git = Git::default().with_fragment("v1:a/./b/");
        assert_eq!((git.reference.as_str(), git.subdir.as_str()), ("v1", "a/b"));
    }
}
