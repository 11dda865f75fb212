//! `scenario.json`: the graph of a vector in plain terms, as data.

use std::collections::BTreeMap;

use cogpack::plan::model::Platform;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    #[serde(rename = "about")]
    _about: Option<String>,
    pub kind: String,
    pub marshal: Marshal,
    #[serde(rename = "notes")]
    _notes: Option<Value>,
    #[serde(default)]
    pub nodes: Vec<Node>,
    pub root: Option<String>,
    #[serde(default)]
    pub source_maps: Vec<SourceMap>,
    pub plan: Option<super::go_plan::Plan>,
    #[serde(default)]
    pub translate: super::go_plan::Translate,
    #[serde(default)]
    pub image_configs: BTreeMap<String, Value>,
    #[serde(rename = "solve")]
    _solve: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marshal {
    pub platform: String,
    pub local_unique_id: Option<String>,
    #[serde(default)]
    pub filters: Vec<String>,
    pub caps: Option<KnownCaps>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum KnownCaps {
    All(String),
    But { without: Vec<String> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceMap {
    pub filename: String,
    #[serde(default)]
    pub language: String,
    #[serde(default)]
    pub data: String,
}

/// A node of any kind; which fields mean something depends on `op`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Node {
    pub id: String,
    pub op: String,
    pub meta: NodeMeta,
    // where it starts
    pub base: Option<String>,
    pub source: Option<String>,
    pub inputs: Vec<String>,
    pub lower: Option<String>,
    pub upper: Option<String>,
    // values
    pub reset: Option<String>,
    pub image_config: Option<Value>,
    pub env: Vec<(String, String)>,
    pub dir: Option<String>,
    pub user: Option<String>,
    pub hostname: Option<String>,
    pub network: Option<String>,
    pub security: Option<String>,
    pub extra_hosts: Vec<(String, std::net::IpAddr)>,
    pub ulimits: Vec<Ulimit>,
    pub cgroup_parent: Option<String>,
    pub platform: Option<String>,
    // exec
    pub args: Option<Vec<String>>,
    pub sh: Option<String>,
    pub shlex: Option<String>,
    pub mounts: Vec<Mount>,
    pub secrets: Vec<Owned>,
    pub ssh: Vec<Owned>,
    pub readonly_root: bool,
    pub proxy: Option<BTreeMap<String, String>>,
    pub valid_exit_codes: Option<Vec<i32>>,
    pub cdi_devices: Vec<Device>,
    // file
    pub actions: Vec<Action>,
    // build, passthrough
    pub filename: Option<String>,
    pub passthrough_id: String,
    pub outputs: Vec<usize>,
    pub output: usize,
    // sources
    #[serde(rename = "ref")]
    pub reference: String,
    pub resolve_mode: Option<String>,
    pub internal: bool,
    pub layer_limit: Option<i64>,
    pub checksum: Option<String>,
    pub session: String,
    pub store: String,
    pub name: String,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub follow_paths: Vec<String>,
    pub shared_key_hint: String,
    pub unique_id: Option<String>,
    pub differ: String,
    pub differ_required: bool,
    pub metadata_only: bool,
    pub metadata_only_except: Vec<String>,
    pub url: String,
    pub perm: Option<String>,
    pub uid: u32,
    pub gid: u32,
    pub auth_header_secret: Option<String>,
    pub auth_token_secret: Option<String>,
    pub header_accept: Option<String>,
    pub header_user_agent: Option<String>,
    pub pgp_pubkey: Option<String>,
    pub pgp_signature: Option<String>,
    pub fragment: Option<String>,
    pub git_ref: Option<String>,
    pub git_subdir: Option<String>,
    pub keep_git_dir: bool,
    pub known_ssh_hosts: Vec<String>,
    pub mount_ssh_sock: String,
    pub skip_submodules: bool,
    pub mtime: String,
    pub fetch_by_commit: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NodeMeta {
    pub platform: Option<String>,
    pub filters: Vec<String>,
    pub description: BTreeMap<String, String>,
    pub custom_name: Option<String>,
    pub ignore_cache: bool,
    pub export_cache: Option<bool>,
    pub progress_group: Option<Group>,
    pub resources: Option<Resources>,
    pub locations: Vec<Location>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub weak: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Resources {
    pub memory: i64,
    pub memory_swap: i64,
    pub cpu_shares: u64,
    pub cpu_period: u64,
    pub cpu_quota: i64,
    pub cpuset_cpus: String,
    pub cpuset_mems: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub source_map: usize,
    #[serde(default)]
    pub ranges: Vec<[i32; 4]>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Ulimit {
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    pub target: String,
    #[serde(default = "scratch")]
    pub source: String,
    pub cache: Option<Cache>,
    pub tmpfs: Option<Tmpfs>,
    #[serde(default)]
    pub readonly: bool,
    #[serde(default)]
    pub no_output: bool,
    #[serde(default)]
    pub selector: String,
    pub content_cache: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    pub id: String,
    pub sharing: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tmpfs {
    #[serde(default)]
    pub size: i64,
}

/// A secret or an agent.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Owned {
    pub id: String,
    pub target: Option<String>,
    pub env: Option<String>,
    pub uid: u32,
    pub gid: u32,
    pub mode: Option<String>,
    pub optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    pub name: String,
    #[serde(default)]
    pub optional: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Mkdir(Made),
    Mkfile(Made),
    Symlink(Link),
    Rm(Rm),
    Copy(Box<Copy>),
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Made {
    pub path: String,
    pub mode: String,
    pub parents: bool,
    pub data: Option<String>,
    pub data_b64: Option<String>,
    pub owner: Option<String>,
    pub created_ns: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub old: String,
    pub new: String,
    pub owner: Option<String>,
    pub created_ns: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rm {
    pub path: String,
    #[serde(default)]
    pub allow_not_found: bool,
    #[serde(default)]
    pub wildcard: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Copy {
    pub from: String,
    pub from_actions: Option<Vec<Action>>,
    pub src: String,
    pub dest: String,
    pub owner: Option<String>,
    pub mode: Option<String>,
    pub mode_str: Option<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub required: Vec<String>,
    pub wildcard: bool,
    pub empty_wildcard: bool,
    pub follow_symlinks: bool,
    pub contents_only: bool,
    pub attempt_unpack: bool,
    pub create_dest: bool,
    pub replace_existing: bool,
    pub created_ns: Option<i64>,
}

/// What a mount of a cache or of memory starts at.
fn scratch() -> String {
    "scratch".to_owned()
}

pub fn octal(text: &str) -> u32 {
    u32::from_str_radix(text, 8).unwrap_or_else(|_| panic!("{text:?} is not octal"))
}

pub fn platform(text: &str) -> Platform {
    let mut parts = text.split('/').map(str::to_owned);
    let os = parts.next().unwrap_or_default();
    let arch = parts.next().unwrap_or_default();
    Platform { os, arch, variant: parts.next() }
}
