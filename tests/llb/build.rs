//! A [`Scenario`] → a graph, built through the public builder.

use std::collections::BTreeMap;
use std::rc::Rc;

use base64::Engine as _;
use bollard_buildkit_proto::pb;
use cogpack::llb::definition::{Definition, ProgressGroup};
use cogpack::llb::graph::exec::{Device, Exec, ExecResult, Mount, MountKind, Secret, Ssh};
use cogpack::llb::graph::file::{Action, Copy, CopyFrom, Mkdir, Mkfile, Mode, Owner, Rm, Symlink};
use cogpack::llb::graph::merge::PassthroughInput;
use cogpack::llb::graph::source::{Git, Http, HttpHeader, Image, Local, ResolveMode, Signature, Store, Stored};
use cogpack::llb::graph::state::{Network, Security, Ulimit, Values};
use cogpack::llb::graph::{Caps, Constraints, FileRef, Graph, Location, Meta, SourceFile, State};
use cogpack::llb::wire::LinuxResources;

use super::scenario::{self, KnownCaps, Node, NodeMeta, Scenario, octal, platform};
use super::shlex;

/// What a node stands for.
enum Built {
    State(State),
    Exec(ExecResult),
}

pub fn new_graph(marshal: &scenario::Marshal) -> Graph {
    Graph::new(Constraints {
        platform: platform(&marshal.platform),
        filters: marshal.filters.clone(),
        local_unique: marshal.local_unique_id.clone(),
        caps: match &marshal.caps {
            None => Caps::Unknown,
            Some(KnownCaps::All(word)) => {
                assert_eq!(word, "all");
                Caps::AllBut(std::collections::BTreeSet::new())
            }
            Some(KnownCaps::But { without }) => Caps::AllBut(without.iter().cloned().collect()),
        },
    })
}

pub fn definition(scenario: &Scenario) -> Definition {
    let mut graph = new_graph(&scenario.marshal);
    let files = scenario
        .source_maps
        .iter()
        .map(|it| {
            graph.add_file(SourceFile {
                filename: it.filename.clone(),
                language: it.language.clone(),
                data: it.data.clone().into_bytes(),
            })
        })
        .collect();
    let mut builder = Builder { graph, files, built: BTreeMap::new() };
    for node in &scenario.nodes {
        let built = builder.node(node);
        builder.built.insert(node.id.clone(), built);
    }
    let root = builder.state(scenario.root.as_deref().expect("a graph has a root"));
    builder.graph.finish(&root)
}

struct Builder {
    graph: Graph,
    files: Vec<FileRef>,
    built: BTreeMap<String, Built>,
}

impl Builder {
    /// A ref: a node, `scratch`, or `NODE@TARGET`.
    fn state(&self, reference: &str) -> State {
        if reference == "scratch" {
            return State::scratch();
        }
        let (id, target) = match reference.split_once('@') {
            Some((id, target)) => (id, Some(target)),
            None => (reference, None),
        };
        match (self.built.get(id).unwrap_or_else(|| panic!("no node {id}")), target) {
            (Built::State(state), None) => state.clone(),
            (Built::Exec(exec), None) => exec.root.clone(),
            (Built::Exec(exec), Some(target)) => exec.mount(target).expect("the mount has an output"),
            (Built::State(_), Some(_)) => panic!("{id} has no mounts"),
        }
    }

    fn base(&self, node: &Node) -> State {
        self.state(node.base.as_deref().expect("the node has a base"))
    }

    fn node(&mut self, node: &Node) -> Built {
        let meta = self.meta(&node.meta);
        let stored = Stored {
            filename: node.filename.clone().unwrap_or_default(),
            perm: node.perm.as_deref().map_or(0, octal),
            uid: node.uid,
            gid: node.gid,
        };
        let store = Store { session: node.session.clone(), id: node.store.clone() };
        Built::State(match node.op.as_str() {
            "exec" => return Built::Exec(self.exec(node, meta)),
            "state" => self.change(node),
            "file" => {
                let actions = node.actions.iter().map(|it| self.action(it)).collect::<Vec<_>>();
                self.graph.file(&self.base(node), &actions, meta)
            }
            "merge" => {
                let inputs = node.inputs.iter().map(|it| self.state(it)).collect::<Vec<_>>();
                self.graph.merge(&inputs, meta)
            }
            "diff" => {
                let lower = self.state(node.lower.as_deref().expect("a diff has a lower"));
                let upper = self.state(node.upper.as_deref().expect("a diff has an upper"));
                self.graph.diff(&lower, &upper, meta)
            }
            "build" => {
                let source = self.state(node.source.as_deref().expect("a build has a source"));
                self.graph.build(&source, node.filename.as_deref(), meta)
            }
            "passthrough" => {
                let inputs = node
                    .inputs
                    .iter()
                    .enumerate()
                    .map(|(at, it)| PassthroughInput { state: self.state(it), is_output: node.outputs.contains(&at) })
                    .collect::<Vec<_>>();
                self.graph.passthrough(&node.passthrough_id, &inputs, meta).swap_remove(node.output)
            }
            "image" => self.graph.image(&node.reference, &image(node), meta).expect("a reference"),
            "image_blob" => self.graph.image_blob(&node.reference, &stored, meta).expect("a reference"),
            "oci_layout" => self.graph.oci_layout(&node.reference, &store, node.layer_limit, meta),
            "oci_layout_blob" => {
                self.graph.oci_layout_blob(&node.reference, &store, &stored, meta).expect("a reference")
            }
            "local" => self.graph.local(&node.name, &local(node), meta),
            "http" => self.graph.http(&node.url, &http(node, stored), meta),
            "git" => self.graph.git(&node.url, &git(node), meta),
            other => panic!("no such op: {other}"),
        })
    }

    fn meta(&self, meta: &NodeMeta) -> Meta {
        let mut description = meta.description.clone();
        description.extend(meta.custom_name.clone().map(|name| ("llb.customname".to_owned(), name)));
        Meta {
            platform: meta.platform.as_deref().map(platform),
            filters: meta.filters.clone(),
            description,
            ignore_cache: meta.ignore_cache,
            export_cache: meta.export_cache,
            progress_group: meta
                .progress_group
                .as_ref()
                .map(|it| Rc::new(ProgressGroup { id: it.id.clone(), name: it.name.clone(), weak: it.weak })),
            resources: meta.resources.as_ref().map(|it| LinuxResources {
                memory: it.memory,
                memory_swap: it.memory_swap,
                cpu_shares: it.cpu_shares,
                cpu_period: it.cpu_period,
                cpu_quota: it.cpu_quota,
                cpuset_cpus: it.cpuset_cpus.clone(),
                cpuset_mems: it.cpuset_mems.clone(),
            }),
            locations: meta
                .locations
                .iter()
                .map(|it| Location { file: self.files[it.source_map], ranges: it.ranges.iter().map(range).collect() })
                .collect(),
            caps: Vec::new(),
        }
    }

    /// A `state` node: reset first, then what changes.
    fn change(&self, node: &Node) -> State {
        let mut state = self.base(node);
        if let Some(other) = &node.reset {
            let own = self.graph.output_platform(&state);
            state = self.state(other).with_tree_of(&state).with(|values| match own {
                Some(own) => values.platform = Some(own),
                None => values.dir = "/".to_owned(),
            });
        }
        if let Some(config) = &node.image_config {
            state = with_image_config(state, config);
        }
        let changed = changed_values(state.values().clone(), node);
        state.with(|values| *values = changed)
    }

    fn exec(&mut self, node: &Node, meta: Meta) -> ExecResult {
        let base = self.base(node);
        let args = match (&node.args, &node.sh, &node.shlex) {
            (Some(args), None, None) => args.clone(),
            (None, Some(text), None) => vec!["/bin/sh".to_owned(), "-c".to_owned(), text.clone()],
            (None, None, Some(text)) => shlex::split(text),
            _ => panic!("{}: one of args, sh and shlex", node.id),
        };
        let exec = Exec {
            args,
            values: Some(changed_values(base.values().clone(), node)),
            mounts: node.mounts.iter().map(|it| self.mount(it)).collect(),
            secrets: node.secrets.iter().map(secret).collect(),
            ssh: node.ssh.iter().map(ssh).collect(),
            readonly_root: node.readonly_root,
            proxy: node.proxy.as_ref().map(proxy),
            valid_exit_codes: node.valid_exit_codes.clone(),
            devices: node
                .cdi_devices
                .iter()
                .map(|it| Device { name: it.name.clone(), optional: it.optional })
                .collect(),
        };
        self.graph.exec(&base, exec, meta)
    }

    fn mount(&self, it: &scenario::Mount) -> Mount {
        let kind = match (&it.cache, &it.tmpfs) {
            (Some(cache), None) => MountKind::Cache {
                id: cache.id.clone(),
                sharing: sharing(cache.sharing.as_deref().unwrap_or("shared")),
            },
            (None, Some(tmpfs)) => MountKind::Tmpfs { size: tmpfs.size },
            _ => MountKind::Bind,
        };
        Mount {
            target: it.target.clone(),
            source: self.state(&it.source),
            selector: it.selector.clone(),
            readonly: it.readonly,
            no_output: it.no_output,
            content_cache: match it.content_cache.as_deref() {
                None => pb::MountContentCache::Default,
                Some("on") => pb::MountContentCache::On,
                Some("off") => pb::MountContentCache::Off,
                Some(other) => panic!("no such content cache: {other}"),
            },
            kind,
        }
    }

    fn action(&self, action: &scenario::Action) -> Action {
        let owner = |text: &Option<String>| text.as_deref().map(Owner::parse);
        match action {
            scenario::Action::Mkdir(it) => Action::Mkdir(Mkdir {
                path: it.path.clone(),
                mode: octal(&it.mode),
                parents: it.parents,
                owner: owner(&it.owner),
                created: it.created_ns,
            }),
            scenario::Action::Mkfile(it) => Action::Mkfile(Mkfile {
                path: it.path.clone(),
                mode: octal(&it.mode),
                data: match &it.data_b64 {
                    Some(text) => base64::engine::general_purpose::STANDARD.decode(text).expect("base64"),
                    None => it.data.clone().unwrap_or_default().into_bytes(),
                },
                owner: owner(&it.owner),
                created: it.created_ns,
            }),
            scenario::Action::Symlink(it) => Action::Symlink(Symlink {
                old: it.old.clone(),
                new: it.new.clone(),
                owner: owner(&it.owner),
                created: it.created_ns,
            }),
            scenario::Action::Rm(it) => {
                Action::Rm(Rm { path: it.path.clone(), allow_not_found: it.allow_not_found, wildcard: it.wildcard })
            }
            scenario::Action::Copy(it) => Action::Copy(Box::new(self.copy(it))),
        }
    }

    fn copy(&self, it: &scenario::Copy) -> Copy {
        let from = self.state(&it.from);
        let from = match &it.from_actions {
            None => CopyFrom::State(from),
            Some(actions) => CopyFrom::Actions(from, actions.iter().map(|it| self.action(it)).collect()),
        };
        Copy {
            owner: it.owner.as_deref().map(Owner::parse),
            mode: match (&it.mode, &it.mode_str) {
                (_, Some(text)) => Some(Mode::Symbolic(text.clone())),
                (Some(bits), None) => Some(Mode::Bits(octal(bits))),
                (None, None) => None,
            },
            include: it.include.clone(),
            exclude: it.exclude.clone(),
            required: it.required.clone(),
            wildcard: it.wildcard,
            empty_wildcard: it.empty_wildcard,
            follow_symlinks: it.follow_symlinks,
            contents_only: it.contents_only,
            attempt_unpack: it.attempt_unpack,
            create_dest: it.create_dest,
            replace_existing: it.replace_existing,
            created: it.created_ns,
            ..Copy::new(from, &it.src, &it.dest)
        }
    }
}

/// Env, dir and platform of an OCI image config.
pub fn with_image_config(state: State, config: &serde_json::Value) -> State {
    if let Some(text) = config.as_str() {
        return with_image_config(state, &serde_json::from_str(text).expect("JSON"));
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let inner = &config["config"];
    state.with(|values| {
        for line in inner["Env"].as_array().into_iter().flatten() {
            let line = text(line);
            let (name, value) = line.split_once('=').unwrap_or((&line, ""));
            if !name.is_empty() {
                values.env.set(name, value);
            }
        }
        values.enter(&text(&inner["WorkingDir"]));
        let (os, arch, variant) = (text(&config["os"]), text(&config["architecture"]), text(&config["variant"]));
        if !os.is_empty() && !arch.is_empty() {
            let platform = platform(&format!("{os}/{arch}/{variant}"));
            values.platform = Some(cogpack::llb::graph::platform::normalize(&platform));
        }
    })
}

fn changed_values(mut values: Values, node: &Node) -> Values {
    if let Some(dir) = &node.dir {
        values.enter(dir);
    }
    for (name, value) in &node.env {
        values.env.set(name, value);
    }
    values.user = node.user.clone().unwrap_or(values.user);
    values.hostname = node.hostname.clone().unwrap_or(values.hostname);
    values.cgroup_parent = node.cgroup_parent.clone().unwrap_or(values.cgroup_parent);
    values.network = match node.network.as_deref() {
        None => values.network,
        Some("sandbox") => Network::Sandbox,
        Some("host") => Network::Host,
        Some("none") => Network::None,
        Some(other) => panic!("no such network: {other}"),
    };
    values.security = match node.security.as_deref() {
        None => values.security,
        Some("sandbox") => Security::Sandbox,
        Some("insecure") => Security::Insecure,
        Some(other) => panic!("no such security: {other}"),
    };
    values.extra_hosts.extend(node.extra_hosts.iter().cloned());
    values.ulimits.extend(node.ulimits.iter().map(|it| Ulimit { name: it.name.clone(), soft: it.soft, hard: it.hard }));
    if let Some(text) = &node.platform {
        values.platform = Some(cogpack::llb::graph::platform::normalize(&platform(text)));
    }
    values
}

fn range(&[start_line, start_character, end_line, end_character]: &[i32; 4]) -> pb::Range {
    let position = |line, character| Some(pb::Position { line, character });
    pb::Range { start: position(start_line, start_character), end: position(end_line, end_character) }
}

pub fn sharing(word: &str) -> pb::CacheSharingOpt {
    match word {
        "shared" | "" => pb::CacheSharingOpt::Shared,
        "private" => pb::CacheSharingOpt::Private,
        "locked" => pb::CacheSharingOpt::Locked,
        other => panic!("no such sharing: {other}"),
    }
}

pub fn secret(it: &scenario::Owned) -> Secret {
    Secret {
        id: it.id.clone(),
        target: it.target.clone(),
        env: it.env.clone(),
        uid: it.uid,
        gid: it.gid,
        mode: it.mode.as_deref().map(octal),
        optional: it.optional,
    }
}

pub fn ssh(it: &scenario::Owned) -> Ssh {
    Ssh {
        id: it.id.clone(),
        target: it.target.clone(),
        uid: it.uid,
        gid: it.gid,
        mode: it.mode.as_deref().map(octal),
        optional: it.optional,
    }
}

fn proxy(keys: &BTreeMap<String, String>) -> pb::ProxyEnv {
    let get = |name: &str| keys.get(name).cloned().unwrap_or_default();
    pb::ProxyEnv {
        http_proxy: get("http"),
        https_proxy: get("https"),
        ftp_proxy: get("ftp"),
        no_proxy: get("no"),
        all_proxy: get("all"),
    }
}

fn image(node: &Node) -> Image {
    Image {
        resolve_mode: match node.resolve_mode.as_deref() {
            None | Some("default") => ResolveMode::Default,
            Some("pull") => ResolveMode::Pull,
            Some("local") => ResolveMode::Local,
            Some(other) => panic!("no such resolve mode: {other}"),
        },
        internal: node.internal,
        layer_limit: node.layer_limit,
        checksum: node.checksum.clone(),
    }
}

fn local(node: &Node) -> Local {
    Local {
        include: node.include.clone(),
        exclude: node.exclude.clone(),
        follow_paths: node.follow_paths.clone(),
        shared_key_hint: node.shared_key_hint.clone(),
        session: node.session.clone(),
        unique: node.unique_id.clone(),
        differ: node.differ.clone(),
        differ_required: node.differ_required,
        metadata_only: node.metadata_only,
        metadata_only_except: node.metadata_only_except.clone(),
    }
}

fn http(node: &Node, stored: Stored) -> Http {
    let header = node.header_accept.is_some() || node.header_user_agent.is_some();
    let signature = node.pgp_pubkey.is_some() || node.pgp_signature.is_some();
    Http {
        checksum: node.checksum.clone(),
        stored,
        auth_header_secret: node.auth_header_secret.clone().unwrap_or_default(),
        header: header.then(|| HttpHeader {
            accept: node.header_accept.clone().unwrap_or_default(),
            user_agent: node.header_user_agent.clone().unwrap_or_default(),
        }),
        signature: signature.then(|| Signature {
            public_key: node.pgp_pubkey.clone().unwrap_or_default(),
            signature: node.pgp_signature.clone().unwrap_or_default(),
        }),
    }
}

fn git(node: &Node) -> Git {
    let git = Git {
        keep_git_dir: node.keep_git_dir,
        auth_token_secret: node.auth_token_secret.clone(),
        auth_header_secret: node.auth_header_secret.clone(),
        known_ssh_hosts: node
            .known_ssh_hosts
            .iter()
            .map(|it| format!("{}\n", it.strip_suffix('\n').unwrap_or(it)))
            .collect(),
        mount_ssh_sock: node.mount_ssh_sock.clone(),
        checksum: node.checksum.clone().unwrap_or_default(),
        skip_submodules: node.skip_submodules,
        mtime: node.mtime.clone(),
        fetch_by_commit: node.fetch_by_commit,
        ..Git::default()
    }
    .with_fragment(node.fragment.as_deref().unwrap_or_default());
    Git {
        reference: node.git_ref.clone().unwrap_or(git.reference),
        subdir: node.git_subdir.clone().unwrap_or(git.subdir),
        ..git
    }
}
