//! The JSON of an operation → [`Operation`]. Without `op` its fields tell what it is.

use base64::Engine as _;

use super::fields::{Fields, list, text, texts};
use super::input::{Reader, input};
use super::origin;
use crate::diagnostic::{Sink, suggest};
use crate::plan::error;
use crate::plan::model::{
    Copy, Env, Exec, Input, Layer, Mkdir, Mkfile, Mount, Network, Operation, OperationKind, Patterns, Rm, Sharing,
    User, Workdir,
};
use crate::project::data::Data;

/// Each operation and its fields, beside `op` and `origin`.
const OPERATIONS: [(&str, &[&str]); 9] = [
    ("exec", &["command", "args", "env", "network", "mounts"]),
    ("copy", &["from", "src", "dest", "chown", "chmod", "patterns", "createDestPath", "contentsOnly", "optional"]),
    ("env", &["vars", "prepend"]),
    ("mkfile", &["dest", "data", "mode"]),
    ("mkdir", &["path", "mode", "chown"]),
    ("rm", &["path", "optional"]),
    ("workdir", &["path"]),
    ("user", &["user"]),
    ("layer", &["stage"]),
];

/// The fields that tell what an operation without `op` is: those of Go's plans.
const TELLING: [(&str, &str); 7] = [
    ("command", "exec"),
    ("args", "exec"),
    ("from", "copy"),
    ("src", "copy"),
    ("vars", "env"),
    ("prepend", "env"),
    ("data", "mkfile"),
];

const MOST_MODE: u64 = 0o7777;
const MODE: &str = "permission bits, which go from 0 to 4095";

/// Reads an operation; `what` is what messages call it.
pub fn operation(data: &Data, what: &str, reader: Reader<'_>, sink: &mut Sink) -> Option<Operation> {
    let fields = Fields::of(data, what, sink)?;
    let kind = told_kind(&fields, sink)?;
    if !belongs(&fields, kind, sink) {
        return None;
    }
    let origin = origin(&fields, sink);
    let kind = match kind {
        "exec" => OperationKind::Exec(exec(&fields, reader, sink)),
        "copy" => OperationKind::Copy(copy(&fields, reader, sink)?),
        "env" => OperationKind::Env(Env {
            vars: fields.table("vars", sink, text),
            prepend: fields.table("prepend", sink, |data, what, sink| Some(texts(data, what, sink))),
        }),
        "mkfile" => OperationKind::Mkfile(Mkfile {
            dest: fields.need_text("dest", sink)?,
            data: base64(&fields, sink)?,
            mode: mode(&fields, 0o644, sink),
        }),
        "mkdir" => OperationKind::Mkdir(Mkdir {
            path: fields.need_text("path", sink)?,
            mode: mode(&fields, 0o755, sink),
            chown: fields.text("chown", sink),
        }),
        "rm" => {
            OperationKind::Rm(Rm { path: fields.need_text("path", sink)?, optional: fields.flag("optional", sink) })
        }
        "workdir" => OperationKind::Workdir(Workdir { path: fields.need_text("path", sink)? }),
        "user" => OperationKind::User(User { user: fields.need_text("user", sink)? }),
        _ => OperationKind::Layer(Layer { stage: fields.need_text("stage", sink)? }),
    };
    Some(Operation { kind, origin })
}

/// What `op` says, else what the fields tell.
fn told_kind(fields: &Fields<'_>, sink: &mut Sink) -> Option<&'static str> {
    if fields.get("op").is_some() {
        let names = OPERATIONS.map(|(name, _)| name);
        let word = fields.word("op", &names, sink)?;
        return names.into_iter().find(|name| *name == word);
    }
    let filled = TELLING.iter().find(|(name, _)| fields.get(name).is_some());
    let told = filled.or_else(|| TELLING.iter().find(|(name, _)| fields.names().any(|(present, _)| present == *name)));
    if told.is_none() {
        let telling = || TELLING.iter().map(|(name, _)| *name);
        let near = fields.names().find_map(|(name, _)| suggest::suggestion(name, telling()));
        sink.push(error::untold_operation(&fields.owner, near).at(fields.place(), "what is this?"));
    }
    told.map(|(_, kind)| *kind)
}

/// Whether every field is one of this kind of operation; the others are reported.
fn belongs(fields: &Fields<'_>, kind: &str, sink: &mut Sink) -> bool {
    let own = OPERATIONS.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, own)| own);
    let mut fits = true;
    for (name, entry) in fields.names() {
        if matches!(name, "op" | "origin") || own.contains(&name) {
            continue;
        }
        fits = false;
        let other = OPERATIONS.iter().find(|(_, others)| others.contains(&name));
        let finding = match other {
            Some((other, _)) => error::mixed_operation(&fields.owner, name, kind, other)
                .at(entry.key_span, format!("belongs to `{other}`")),
            None => error::unknown_field(name, &fields.owner, own).at(entry.key_span, "unknown field"),
        };
        sink.push(finding);
    }
    fits
}

fn exec(fields: &Fields<'_>, reader: Reader<'_>, sink: &mut Sink) -> Exec {
    let network = fields.word("network", &["none", "host", "default"], sink).map(|word| match word.as_str() {
        "none" => Network::None,
        "host" => Network::Host,
        _ => Network::Default,
    });
    let mounts = fields.list("mounts", sink).iter().enumerate();
    Exec {
        command: fields.text("command", sink),
        args: fields.texts("args", sink),
        env: fields.texts("env", sink),
        network,
        mounts: mounts
            .filter_map(|(at, data)| mount(data, &format!("mount {} of {}", at + 1, fields.owner), reader, sink))
            .collect(),
    }
}

fn mount(data: &Data, what: &str, reader: Reader<'_>, sink: &mut Sink) -> Option<Mount> {
    let fields = Fields::of(data, what, sink)?;
    let kinds = ["bind", "cache", "tmpfs", "secret", "ssh"];
    let kind = match fields.get("type") {
        Some(_) => fields.word("type", &kinds, sink)?,
        None => "bind".to_owned(),
    };
    match kind.as_str() {
        "cache" => {
            fields.only(&["type", "id", "target", "sharing"], sink);
            let sharing = match fields.word("sharing", &["shared", "private", "locked"], sink).as_deref() {
                Some("private") => Sharing::Private,
                Some("locked") => Sharing::Locked,
                _ => Sharing::Shared,
            };
            Some(Mount::Cache { id: fields.text("id", sink), target: fields.need_text("target", sink)?, sharing })
        }
        "tmpfs" => {
            fields.only(&["type", "target", "size"], sink);
            let size = fields.number("size", i64::MAX as u64, "a number of bytes", sink);
            Some(Mount::Tmpfs { target: fields.need_text("target", sink)?, size })
        }
        "secret" => {
            fields.only(&["type", "id", "target", "env", "optional"], sink);
            Some(Mount::Secret {
                id: fields.need_text("id", sink)?,
                target: fields.text("target", sink),
                env: fields.text("env", sink),
                optional: fields.flag("optional", sink),
            })
        }
        "ssh" => {
            fields.only(&["type", "id"], sink);
            Some(Mount::Ssh { id: fields.text("id", sink) })
        }
        _ => {
            fields.only(&["type", "source", "path", "target", "readonly"], sink);
            let source = needed_input(&fields, "source", reader, sink);
            let target = fields.need_text("target", sink);
            let (path, readonly) = (fields.text("path", sink), fields.flag("readonly", sink));
            Some(Mount::Bind { source: source?, path, target: target?, readonly })
        }
    }
}

/// Without `op` it is a copy as Go's plans mean it: of a directory the content, and no error where wildcards find nothing.
fn copy(fields: &Fields<'_>, reader: Reader<'_>, sink: &mut Sink) -> Option<Copy> {
    let from = needed_input(fields, "from", reader, sink);
    let src = fields.need("src", sink).map(|data| texts(data, &fields.called("src"), sink));
    let dest = fields.need_text("dest", sink);
    let is_of_go = fields.get("op").is_none();
    let holds_wildcards_only = src.iter().flatten().all(|path| path.contains(['*', '?', '[']));
    Some(Copy {
        from: from?,
        src: src?,
        dest: dest?,
        chown: fields.text("chown", sink),
        chmod: fields.text("chmod", sink),
        patterns: patterns(fields, sink),
        create_dest_path: fields.flag("createDestPath", sink),
        contents_only: flag_or("contentsOnly", is_of_go, fields, sink),
        optional: flag_or("optional", is_of_go && holds_wildcards_only, fields, sink),
    })
}

/// A flag, or what holds where it is not written.
fn flag_or(name: &str, unsaid: bool, fields: &Fields<'_>, sink: &mut Sink) -> bool {
    if fields.get(name).is_some() { fields.flag(name, sink) } else { unsaid }
}

fn needed_input(fields: &Fields<'_>, name: &str, reader: Reader<'_>, sink: &mut Sink) -> Option<Input> {
    let data = fields.need(name, sink)?;
    input(data, &fields.called(name), reader, sink)
}

fn patterns(fields: &Fields<'_>, sink: &mut Sink) -> Patterns {
    let Some(data) = fields.get("patterns") else { return Patterns::default() };
    let Some(patterns) = Fields::of(data, fields.called("patterns"), sink) else { return Patterns::default() };
    patterns.only(&["include", "exclude"], sink);
    Patterns { include: patterns.texts("include", sink), exclude: patterns.texts("exclude", sink) }
}

/// File contents; `null`, as Go writes no bytes, is an empty file.
fn base64(fields: &Fields<'_>, sink: &mut Sink) -> Option<Vec<u8>> {
    let Some(data) = fields.get("data") else {
        if fields.names().all(|(name, _)| name != "data") {
            fields.need("data", sink)?;
        }
        return Some(Vec::new());
    };
    let what = fields.called("data");
    let written = text(data, &what, sink)?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(written);
    if decoded.is_err() {
        sink.push(error::bad_base64(&what).at(data.span, "not base64"));
    }
    decoded.ok()
}

fn mode(fields: &Fields<'_>, unsaid: u32, sink: &mut Sink) -> u32 {
    let mode = fields.number("mode", MOST_MODE, MODE, sink);
    mode.and_then(|mode| u32::try_from(mode).ok()).unwrap_or(unsaid)
}

/// The operations of a stage, which messages call `owner`.
pub fn operations(data: &Data, owner: &str, reader: Reader<'_>, sink: &mut Sink) -> Vec<Operation> {
    let entries = list(data, &format!("`operations` of {owner}"), sink).iter().enumerate();
    entries
        .filter_map(|(at, data)| operation(data, &format!("operation {} of {owner}", at + 1), reader, sink))
        .collect()
}
