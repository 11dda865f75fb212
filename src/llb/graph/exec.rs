//! Commands: an op that runs a program on a file tree, with mounts.

use std::collections::BTreeSet;
use std::net::IpAddr;

use bollard_buildkit_proto::pb;

use crate::llb::definition::Cap;
use crate::llb::graph::state::{Env, Network, Security, Values};
use crate::llb::graph::{Caps, EMPTY, Graph, Inputs, Meta, Output, Parts, SETS_DEFAULT_PATH, State, caps, index};
use crate::llb::wire;
use crate::plan::model::Platform;

/// What `PATH` is where nothing sets it.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A command.
#[derive(Clone, Debug, Default)]
pub struct Exec {
    /// The program and its arguments.
    pub args: Vec<String>,
    /// What it starts from; absent: the values of the state it runs on.
    pub values: Option<Values>,
    /// What is mounted, beside the root.
    pub mounts: Vec<Mount>,
    /// Secrets, after the mounts.
    pub secrets: Vec<Secret>,
    /// Agents, after the secrets.
    pub ssh: Vec<Ssh>,
    /// The root is not writable, and what comes out is the root that went in.
    pub readonly_root: bool,
    /// Proxies, which are not part of the environment.
    pub proxy: Option<pb::ProxyEnv>,
    /// Which exit codes are a success; absent: 0.
    pub valid_exit_codes: Option<Vec<i32>>,
    /// Devices.
    pub devices: Vec<Device>,
}

/// A mount of a command.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Where.
    pub target: String,
    /// What.
    pub source: State,
    /// A path in it; empty: all.
    pub selector: String,
    /// Writing is refused.
    pub readonly: bool,
    /// What is written is thrown away.
    pub no_output: bool,
    /// Whether the content counts for the cache.
    pub content_cache: pb::MountContentCache,
    /// What kind it is.
    pub kind: MountKind,
}

/// What kind a mount is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// A file tree of the graph.
    Bind,
    /// A directory that outlives the build.
    Cache {
        /// Its name.
        id: String,
        /// How users share it.
        sharing: pb::CacheSharingOpt,
    },
    /// Memory.
    Tmpfs {
        /// In bytes; 0: the engine's choice.
        size: i64,
    },
}

impl Mount {
    /// A writable bind.
    pub fn bind(target: impl Into<String>, source: State) -> Self {
        Self {
            target: target.into(),
            source,
            selector: String::new(),
            readonly: false,
            no_output: false,
            content_cache: pb::MountContentCache::Default,
            kind: MountKind::Bind,
        }
    }

    /// Whether what is written there can be read later.
    fn has_output(&self) -> bool {
        !self.readonly && !self.no_output && self.kind == MountKind::Bind
    }
}

/// A secret of a command: as a file, as a variable, or both.
#[derive(Clone, Debug, Default)]
pub struct Secret {
    /// Its name.
    pub id: String,
    /// The file.
    pub target: Option<String>,
    /// The variable.
    pub env: Option<String>,
    /// The file's owner.
    pub uid: u32,
    /// The file's group.
    pub gid: u32,
    /// The file's permissions; absent: 0400.
    pub mode: Option<u32>,
    /// Its absence is no error.
    pub optional: bool,
}

/// An ssh agent of a command.
#[derive(Clone, Debug, Default)]
pub struct Ssh {
    /// Its name; empty: `default`.
    pub id: String,
    /// The socket; absent: one that counts its place in the list.
    pub target: Option<String>,
    /// The socket's owner.
    pub uid: u32,
    /// The socket's group.
    pub gid: u32,
    /// The socket's permissions; absent: 0600.
    pub mode: Option<u32>,
    /// Its absence is no error.
    pub optional: bool,
}

/// A device in CDI's words.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// Such as `nvidia.com/gpu=all`.
    pub name: String,
    /// Its absence is no error.
    pub optional: bool,
}

/// What a command leaves.
#[derive(Clone, Debug)]
pub struct ExecResult {
    /// The root, with the values of the state it ran on.
    pub root: State,
    mounts: Vec<(String, Left)>,
}

/// What a mount leaves: nothing that can be read, or an output and the platform it carries. No output: an empty tree.
type Left = Option<(Option<Output>, Option<Platform>)>;

impl ExecResult {
    /// What a mount leaves: what was written there, or of a read-only one what was mounted. Absent: no such mount, or
    /// what was written is gone.
    pub fn mount(&self, target: &str) -> Option<State> {
        let (_, left) = self.mounts.iter().find(|(name, _)| name == target)?;
        let (output, platform) = left.as_ref()?;
        Some(output.map_or_else(State::scratch, |output| State::scratch().at(output, platform.as_ref())))
    }
}

impl Graph {
    /// Runs a command on a state.
    pub fn exec(&mut self, base: &State, mut exec: Exec, meta: Meta) -> ExecResult {
        let own_values = exec.values.take();
        let values = own_values.as_ref().unwrap_or_else(|| base.values());
        let mounts = sorted_mounts(base, &mut exec);
        let mut found = caps(["exec.meta.base"]);
        found.extend(caps_of(&exec, values, &meta, &mounts).into_iter().map(Cap::Borrowed));
        let env = self.environment(&values.env, &exec.ssh, &mut found);
        let mut inputs = Inputs::default();
        let messages = self.mount_messages(&mounts, &exec, &mut inputs);
        let platform = self.platform_or_default(meta.platform.as_ref().or(values.platform.as_ref()));
        let body = message(exec, values, env, messages);
        let parts = Parts {
            body: wire::Body::Exec(body),
            inputs: inputs.into_messages(),
            walk: mounts.iter().filter_map(|it| it.source.output).map(|output| output.vertex).collect(),
            platform,
            caps: found,
        };
        let vertex = self.push(parts, meta);
        self.result(base, &mounts, vertex)
    }

    /// Variables and what the client adds to them: the agent's socket, and `PATH` where the daemon is known not to.
    fn environment(&self, env: &Env, ssh: &[Ssh], found: &mut BTreeSet<Cap>) -> Vec<String> {
        let mut lines = env.to_lines();
        if let (Some(first), None) = (ssh.first(), env.get("SSH_AUTH_SOCK")) {
            lines.push(format!("SSH_AUTH_SOCK={}", first.target_at(0)));
        }
        if let Caps::AllBut(unknown) = &self.constraints.caps {
            if !unknown.contains(SETS_DEFAULT_PATH) {
                found.insert(SETS_DEFAULT_PATH.into());
            } else if self.constraints.platform.os != "windows" && env.get("PATH").is_none() {
                lines.push(format!("PATH={DEFAULT_PATH}"));
            }
        }
        lines
    }

    fn mount_messages(&self, mounts: &[Mount], exec: &Exec, inputs: &mut Inputs) -> Vec<pb::Mount> {
        let mut outputs = 0;
        let mut messages: Vec<pb::Mount> = mounts
            .iter()
            .map(|mount| {
                let output = if mount.has_output() { outputs } else { EMPTY };
                outputs += i64::from(mount.has_output());
                mount.to_message(inputs.add(self, mount.source.output), output)
            })
            .collect();
        messages.extend(exec.secrets.iter().filter_map(Secret::to_mount));
        messages.extend(exec.ssh.iter().enumerate().map(|(place, it)| it.to_mount(place)));
        messages
    }

    fn result(&self, base: &State, mounts: &[Mount], vertex: usize) -> ExecResult {
        let platform = self.vertices[vertex].platform.as_ref();
        let mut root = None;
        let mut states = Vec::with_capacity(mounts.len());
        let mut outputs = 0;
        for mount in mounts {
            let output = if mount.has_output() {
                outputs += 1;
                Some(Output { vertex, index: outputs - 1 })
            } else {
                None
            };
            let left = match output {
                Some(output) => Some((Some(output), platform.cloned())),
                None => mount.readonly.then(|| (mount.source.output, self.output_platform(&mount.source))),
            };
            if mount.target == "/" && root.is_none() {
                root = Some(match output.or(mount.source.output) {
                    Some(output) => base.at(output, self.vertices[output.vertex].platform.as_ref()),
                    None => base.clone(),
                });
            }
            states.push((mount.target.clone(), left));
        }
        ExecResult { root: root.unwrap_or_else(|| base.clone()), mounts: states }
    }
}

/// The root and the mounts, sorted by target; those with the same target stay in order.
fn sorted_mounts(base: &State, exec: &mut Exec) -> Vec<Mount> {
    let root = Mount { readonly: exec.readonly_root, ..Mount::bind("/", base.clone()) };
    let mut mounts = vec![root];
    mounts.append(&mut exec.mounts);
    mounts.sort_by(|a, b| a.target.cmp(&b.target));
    mounts
}

fn caps_of(exec: &Exec, values: &Values, meta: &Meta, mounts: &[Mount]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = mounts.iter().flat_map(Mount::caps).collect();
    let used = [
        (exec.valid_exit_codes.is_some(), "exec.validexitcode"),
        (!values.ulimits.is_empty(), "exec.meta.ulimit"),
        (meta.resources.is_some(), "exec.meta.linux.resources"),
        (values.network != Network::Sandbox, "exec.meta.network"),
        (values.security != Security::Sandbox, "exec.meta.security"),
        (exec.proxy.is_some(), "exec.meta.proxyenv"),
        (!exec.secrets.is_empty(), "exec.mount.secret"),
        (exec.secrets.iter().any(|secret| secret.env.is_some()), "exec.secretenv"),
        (!exec.ssh.is_empty(), "exec.mount.ssh"),
        (!exec.devices.is_empty(), "exec.meta.cdi"),
    ];
    found.extend(used.iter().filter(|(is_used, _)| *is_used).map(|(_, cap)| *cap));
    found
}

fn message(exec: Exec, values: &Values, env: Vec<String>, mounts: Vec<pb::Mount>) -> pb::ExecOp {
    let meta = pb::Meta {
        args: exec.args,
        env,
        cwd: values.dir.clone(),
        user: values.user.clone(),
        proxy_env: exec.proxy,
        extra_hosts: values
            .extra_hosts
            .iter()
            .map(|(host, ip)| pb::HostIp { host: host.clone(), ip: ip_text(*ip) })
            .collect(),
        hostname: values.hostname.clone(),
        ulimit: values
            .ulimits
            .iter()
            .map(|it| pb::Ulimit { name: it.name.clone(), soft: it.soft, hard: it.hard })
            .collect(),
        cgroup_parent: values.cgroup_parent.clone(),
        remove_mount_stubs_recursive: true,
        valid_exit_codes: exec.valid_exit_codes.unwrap_or_default(),
    };
    let network = match values.network {
        Network::Sandbox => pb::NetMode::Unset,
        Network::Host => pb::NetMode::Host,
        Network::None => pb::NetMode::None,
    };
    let security = match values.security {
        Security::Sandbox => pb::SecurityMode::Sandbox,
        Security::Insecure => pb::SecurityMode::Insecure,
    };
    pb::ExecOp {
        meta: Some(meta),
        mounts,
        network: network.into(),
        security: security.into(),
        secretenv: exec.secrets.iter().filter_map(Secret::to_variable).collect(),
        cdi_devices: exec
            .devices
            .iter()
            .map(|it| pb::CdiDevice { name: it.name.clone(), optional: it.optional })
            .collect(),
    }
}

/// An address as Go's `net.IP` prints it: IPv4 in IPv6 as IPv4.
fn ip_text(ip: IpAddr) -> String {
    ip.to_canonical().to_string()
}

impl Mount {
    fn caps(&self) -> Vec<&'static str> {
        let mut found = match &self.kind {
            MountKind::Cache { .. } => vec!["exec.mount.cache", "exec.mount.cache.sharing"],
            MountKind::Tmpfs { size } if *size > 0 => vec!["exec.mount.tmpfs", "exec.mount.tmpfs.size"],
            MountKind::Tmpfs { .. } => vec!["exec.mount.tmpfs"],
            MountKind::Bind if self.source.is_scratch() => vec![],
            MountKind::Bind => vec!["exec.mount.bind"],
        };
        if !self.selector.is_empty() {
            found.push("exec.mount.selector");
        }
        if self.content_cache != pb::MountContentCache::Default {
            found.push("exec.mount.cache.content");
        }
        found
    }

    fn to_message(&self, input: i64, output: i64) -> pb::Mount {
        let mut message = pb::Mount {
            input,
            selector: self.selector.clone(),
            dest: self.target.clone(),
            output,
            readonly: self.readonly,
            content_cache: self.content_cache.into(),
            ..pb::Mount::default()
        };
        match &self.kind {
            MountKind::Bind => {}
            MountKind::Cache { id, sharing } => {
                message.mount_type = pb::MountType::Cache.into();
                message.cache_opt = Some(pb::CacheOpt { id: id.clone(), sharing: (*sharing).into() });
            }
            MountKind::Tmpfs { size } => {
                message.mount_type = pb::MountType::Tmpfs.into();
                message.tmpfs_opt = Some(pb::TmpfsOpt { size: *size });
            }
        }
        message
    }
}

impl Secret {
    fn to_variable(&self) -> Option<pb::SecretEnv> {
        let name = self.env.clone()?;
        Some(pb::SecretEnv { id: self.id.clone(), name, optional: self.optional })
    }

    fn to_mount(&self) -> Option<pb::Mount> {
        Some(pb::Mount {
            input: EMPTY,
            dest: self.target.clone()?,
            mount_type: pb::MountType::Secret.into(),
            secret_opt: Some(pb::SecretOpt {
                id: self.id.clone(),
                uid: self.uid,
                gid: self.gid,
                mode: self.mode.unwrap_or(0o400),
                optional: self.optional,
            }),
            ..pb::Mount::default()
        })
    }
}

impl Ssh {
    fn target_at(&self, place: usize) -> String {
        match &self.target {
            Some(target) if !target.is_empty() => target.clone(),
            _ => format!("/run/buildkit/ssh_agent.{}", index(place)),
        }
    }

    fn to_mount(&self, place: usize) -> pb::Mount {
        pb::Mount {
            input: EMPTY,
            dest: self.target_at(place),
            mount_type: pb::MountType::Ssh.into(),
            ssh_opt: Some(pb::SshOpt {
                id: self.id.clone(),
                uid: self.uid,
                gid: self.gid,
                mode: self.mode.unwrap_or(0o600),
                optional: self.optional,
            }),
            ..pb::Mount::default()
        }
    }
}
