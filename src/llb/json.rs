//! [`Definition`] → JSON, for people: what `--emit=llb-json` prints.
//!
//! Ops stand depth first from the result. Fields have their names in BuildKit's `ops.proto` and are sorted; what is
//! unset, zero or empty is left out. Bytes are base64, with a `_utf8` twin where they are text.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use bollard_buildkit_proto::pb;
use prost::Message as _;
use serde::Serialize as _;
use serde_json::{Map, Value, json};

use crate::llb::definition::{Definition, Digest, Metadata};
use crate::llb::wire::{self, Body};

mod file;

/// The decoded graph, indented, with a newline at its end. An op that cannot be decoded is shown without its content.
pub fn to_json(definition: &Definition) -> String {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    // Writing a value into memory does not fail.
    let _ = decoded(definition).serialize(&mut serializer);
    text.push(b'\n');
    String::from_utf8(text).unwrap_or_default()
}

/// An op with what is known about it.
struct Decoded<'a> {
    digest: String,
    bytes: &'a [u8],
    op: wire::Op,
}

fn decoded(definition: &Definition) -> Value {
    let ops: Vec<Decoded> = definition
        .ops
        .iter()
        .map(|bytes| Decoded {
            digest: Digest::of(bytes).to_string(),
            bytes,
            op: wire::Op::decode(bytes.as_slice()).unwrap_or_default(),
        })
        .collect();
    let (terminal, root) = match ops.split_last() {
        Some((last, _)) if last.op.body.is_none() => (Some(last), last.op.inputs.first()),
        _ => (None, None),
    };
    let mut top = Map::new();
    if let Some(root) = root {
        top.insert("root".to_owned(), json!({ "digest": root.digest, "index": root.index }));
    }
    let ordered = depth_first(&ops, root.map(|it| it.digest.as_str()));
    top.insert("ops".to_owned(), ordered.into_iter().map(|it| entry(definition, it)).collect());
    if let Some(terminal) = terminal {
        top.insert("terminal".to_owned(), entry(definition, terminal));
    }
    let infos = definition.source.iter().flat_map(|source| &source.infos);
    top.insert("source_infos".to_owned(), infos.map(source_info).collect());
    top.insert("has_source".to_owned(), definition.source.is_some().into());
    Value::Object(top)
}

/// The ops that `root` needs and `root`, inputs in op order before users.
fn depth_first<'a>(ops: &'a [Decoded<'a>], root: Option<&str>) -> Vec<&'a Decoded<'a>> {
    let by_digest: BTreeMap<&str, &Decoded> = ops.iter().map(|op| (op.digest.as_str(), op)).collect();
    let mut seen = BTreeSet::new();
    let mut order = Vec::new();
    let mut open: Vec<(&Decoded, usize)> = Vec::new();
    let mut enter = |digest: &str, open: &mut Vec<(&'a Decoded<'a>, usize)>| {
        if let Some(op) = by_digest.get(digest)
            && seen.insert(op.digest.as_str())
        {
            open.push((op, 0));
        }
    };
    enter(root.unwrap_or_default(), &mut open);
    while let Some((op, next)) = open.last_mut() {
        match op.op.inputs.get(*next) {
            Some(input) => {
                *next += 1;
                enter(&input.digest, &mut open);
            }
            None => {
                order.push(*op);
                open.pop();
            }
        }
    }
    order
}

fn entry(definition: &Definition, decoded: &Decoded) -> Value {
    let mut entry = Map::new();
    let kind = decoded.op.body.as_ref().map_or("terminal", kind);
    entry.insert("digest".to_owned(), decoded.digest.clone().into());
    entry.insert("kind".to_owned(), kind.into());
    entry.insert("bytes".to_owned(), decoded.bytes.len().into());
    entry.insert("op".to_owned(), op(&decoded.op));
    if let Some(it) = definition.metadata.get(&decoded.digest) {
        entry.insert("metadata".to_owned(), metadata(it));
    }
    if let Some(it) = definition.source.as_ref().and_then(|source| source.locations.get(&decoded.digest)) {
        entry.insert("locations".to_owned(), locations(it));
    }
    Value::Object(entry)
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Exec(_) => "exec",
        Body::Source(_) => "source",
        Body::File(_) => "file",
        Body::Build(_) => "build",
        Body::Merge(_) => "merge",
        Body::Diff(_) => "diff",
        Body::Passthrough(_) => "passthrough",
    }
}

/// The fields of a message; sorted by name when it is done.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    /// A field that is left out when it is zero, false or empty.
    fn scalar(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let is_default = match &value {
            Value::Null => true,
            Value::Bool(it) => !it,
            Value::Number(it) => it.as_i64() == Some(0),
            Value::String(it) => it.is_empty(),
            Value::Array(it) => it.is_empty(),
            Value::Object(it) => it.is_empty(),
        };
        if !is_default {
            self.0.insert(name, value);
        }
        self
    }

    /// A message, which stands even when it is empty.
    fn message(mut self, name: &'static str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            self.0.insert(name, value);
        }
        self
    }

    fn list<T>(self, name: &'static str, items: &[T], each: impl Fn(&T) -> Value) -> Self {
        self.scalar(name, items.iter().map(each).collect::<Vec<_>>())
    }

    fn bytes(mut self, name: &'static str, text_name: &'static str, data: &[u8]) -> Self {
        if !data.is_empty() {
            self.0.insert(name, base64::engine::general_purpose::STANDARD.encode(data).into());
            if let Ok(text) = std::str::from_utf8(data) {
                self.0.insert(text_name, text.into());
            }
        }
        self
    }

    fn done(self) -> Value {
        Value::Object(self.0.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

fn op(op: &wire::Op) -> Value {
    let fields = Fields::default()
        .list("inputs", &op.inputs, |it| {
            Fields::default().scalar("digest", it.digest.as_str()).scalar("index", it.index).done()
        })
        .message("platform", op.platform.as_ref().map(platform))
        .message(
            "constraints",
            op.constraints.as_ref().map(|it| Fields::default().scalar("filter", it.filter.clone()).done()),
        );
    match &op.body {
        None => fields,
        Some(body) => fields.message(kind(body), Some(self::body(body))),
    }
    .done()
}

fn platform(it: &pb::Platform) -> Value {
    Fields::default()
        .scalar("Architecture", it.architecture.as_str())
        .scalar("OS", it.os.as_str())
        .scalar("Variant", it.variant.as_str())
        .scalar("OSVersion", it.os_version.as_str())
        .scalar("OSFeatures", it.os_features.clone())
        .done()
}

fn body(body: &Body) -> Value {
    match body {
        Body::Exec(it) => exec(it),
        Body::Source(it) => {
            Fields::default().scalar("identifier", it.identifier.as_str()).scalar("attrs", texts(&it.attrs)).done()
        }
        Body::File(it) => Fields::default().list("actions", &it.actions, file::action).done(),
        Body::Build(it) => build(it),
        Body::Merge(it) => {
            Fields::default().list("inputs", &it.inputs, |it| Fields::default().scalar("input", it.input).done()).done()
        }
        Body::Diff(it) => {
            let side = |input: i64| Fields::default().scalar("input", input).done();
            Fields::default()
                .message("lower", it.lower.map(|it| side(it.input)))
                .message("upper", it.upper.map(|it| side(it.input)))
                .done()
        }
        Body::Passthrough(it) => {
            Fields::default().scalar("id", it.id.as_str()).scalar("outputs", it.outputs.clone()).done()
        }
    }
}

fn build(it: &wire::BuildOp) -> Value {
    let inputs: BTreeMap<&str, Value> = it
        .inputs
        .iter()
        .map(|it| {
            let input = it.value.map_or(0, |value| value.input);
            (it.key.as_deref().unwrap_or_default(), Fields::default().scalar("input", input).done())
        })
        .collect();
    Fields::default()
        .scalar("builder", it.builder)
        .scalar("inputs", object(inputs))
        .scalar("attrs", texts(&it.attrs))
        .done()
}

fn exec(it: &pb::ExecOp) -> Value {
    Fields::default()
        .message("meta", it.meta.as_ref().map(exec_meta))
        .list("mounts", &it.mounts, mount)
        .scalar("network", name_of(it.network, it.network().as_str_name()))
        .scalar("security", name_of(it.security, it.security().as_str_name()))
        .list("secretenv", &it.secretenv, |it| {
            Fields::default()
                .scalar("ID", it.id.as_str())
                .scalar("name", it.name.as_str())
                .scalar("optional", it.optional)
                .done()
        })
        .list("cdiDevices", &it.cdi_devices, |it| {
            Fields::default().scalar("name", it.name.as_str()).scalar("optional", it.optional).done()
        })
        .done()
}

fn exec_meta(it: &pb::Meta) -> Value {
    Fields::default()
        .scalar("args", it.args.clone())
        .scalar("env", it.env.clone())
        .scalar("cwd", it.cwd.as_str())
        .scalar("user", it.user.as_str())
        .message("proxy_env", it.proxy_env.as_ref().map(proxy))
        .list("extraHosts", &it.extra_hosts, |it| {
            Fields::default().scalar("Host", it.host.as_str()).scalar("IP", it.ip.as_str()).done()
        })
        .scalar("hostname", it.hostname.as_str())
        .list("ulimit", &it.ulimit, |it| {
            Fields::default().scalar("Name", it.name.as_str()).scalar("Soft", it.soft).scalar("Hard", it.hard).done()
        })
        .scalar("cgroupParent", it.cgroup_parent.as_str())
        .scalar("removeMountStubsRecursive", it.remove_mount_stubs_recursive)
        .scalar("validExitCodes", it.valid_exit_codes.clone())
        .done()
}

fn proxy(it: &pb::ProxyEnv) -> Value {
    Fields::default()
        .scalar("http_proxy", it.http_proxy.as_str())
        .scalar("https_proxy", it.https_proxy.as_str())
        .scalar("ftp_proxy", it.ftp_proxy.as_str())
        .scalar("no_proxy", it.no_proxy.as_str())
        .scalar("all_proxy", it.all_proxy.as_str())
        .done()
}

fn mount(it: &pb::Mount) -> Value {
    let cache = |it: &pb::CacheOpt| {
        Fields::default()
            .scalar("ID", it.id.as_str())
            .scalar("sharing", name_of(it.sharing, it.sharing().as_str_name()))
            .done()
    };
    Fields::default()
        .scalar("input", it.input)
        .scalar("selector", it.selector.as_str())
        .scalar("dest", it.dest.as_str())
        .scalar("output", it.output)
        .scalar("readonly", it.readonly)
        .scalar("mountType", name_of(it.mount_type, it.mount_type().as_str_name()))
        .message("TmpfsOpt", it.tmpfs_opt.map(|it| Fields::default().scalar("size", it.size).done()))
        .message("cacheOpt", it.cache_opt.as_ref().map(cache))
        .message("secretOpt", it.secret_opt.as_ref().map(|it| owned(&it.id, (it.uid, it.gid, it.mode), it.optional)))
        .message("SSHOpt", it.ssh_opt.as_ref().map(|it| owned(&it.id, (it.uid, it.gid, it.mode), it.optional)))
        .scalar("resultID", it.result_id.as_str())
        .scalar("contentCache", name_of(it.content_cache, it.content_cache().as_str_name()))
        .done()
}

/// A secret or an agent: who owns it, and with which permissions.
fn owned(id: &str, (uid, gid, mode): (u32, u32, u32), optional: bool) -> Value {
    Fields::default()
        .scalar("ID", id)
        .scalar("uid", uid)
        .scalar("gid", gid)
        .scalar("mode", mode)
        .scalar("optional", optional)
        .done()
}

/// An enum's value by name; the first one is left out as zeros are.
fn name_of(value: i32, name: &'static str) -> &'static str {
    if value == 0 { "" } else { name }
}

fn metadata(it: &Metadata) -> Value {
    let description: BTreeMap<&str, Value> =
        it.description.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let caps: BTreeMap<&str, Value> = it.caps.iter().map(|cap| (cap.as_ref(), true.into())).collect();
    let group = it.progress_group.as_ref().map(|it| {
        Fields::default().scalar("id", it.id.as_str()).scalar("name", it.name.as_str()).scalar("weak", it.weak).done()
    });
    Fields::default()
        .scalar("ignore_cache", it.ignore_cache)
        .scalar("description", object(description))
        .message("export_cache", it.export_cache.map(|value| Fields::default().scalar("Value", value).done()))
        .scalar("caps", object(caps))
        .message("progress_group", group)
        .message("linux_resources", it.resources.as_ref().map(resources))
        .done()
}

fn resources(it: &wire::LinuxResources) -> Value {
    Fields::default()
        .scalar("memory", it.memory)
        .scalar("memorySwap", it.memory_swap)
        .scalar("cpuShares", it.cpu_shares)
        .scalar("cpuPeriod", it.cpu_period)
        .scalar("cpuQuota", it.cpu_quota)
        .scalar("cpusetCpus", it.cpuset_cpus.as_str())
        .scalar("cpusetMems", it.cpuset_mems.as_str())
        .done()
}

fn locations(it: &pb::Locations) -> Value {
    let position =
        |it: pb::Position| Fields::default().scalar("line", it.line).scalar("character", it.character).done();
    let range = |it: &pb::Range| {
        Fields::default().message("start", it.start.map(position)).message("end", it.end.map(position)).done()
    };
    Fields::default()
        .list("locations", &it.locations, |it| {
            Fields::default().scalar("sourceIndex", it.source_index).list("ranges", &it.ranges, range).done()
        })
        .done()
}

fn source_info(it: &pb::SourceInfo) -> Value {
    Fields::default()
        .scalar("filename", it.filename.as_str())
        .bytes("data", "data_utf8", &it.data)
        .scalar("language", it.language.as_str())
        .done()
}

fn texts(entries: &[wire::TextEntry]) -> Value {
    let entries = entries.iter();
    object(
        entries
            .map(|it| (it.key.as_deref().unwrap_or_default(), it.value.as_deref().unwrap_or_default().into()))
            .collect(),
    )
}

fn object(entries: BTreeMap<&str, Value>) -> Value {
    Value::Object(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
