//! Checked statements → operations of the plan.

use indexmap::IndexMap;

use crate::check::address::{has_credentials, is_download, is_image, is_repository};
use crate::check::hir::{self, Clause, Expr, InputKind, MountKind, OperationKind as Checked};
use crate::eval::command::Invocation;
use crate::eval::value::{Value, ValueKind};
use crate::eval::{Evaluated, error as eval_error};
use crate::plan::compose::stages::{Scope, phase_reference, stage_id};
use crate::plan::compose::{PROJECT_CONTEXT, error};
use crate::plan::model::{
    Copy, Env, Exec, Input, Layer, Mkdir, Mkfile, Mount, Network, OperationKind, Patterns, Rm, Sharing, User, Workdir,
};
use crate::source::Span;

/// The operation that a statement becomes; `None` when nothing is left of it.
pub fn operation(scope: &Scope<'_, '_>, operation: &hir::Operation) -> Evaluated<Option<OperationKind>> {
    Ok(Some(match &operation.kind {
        Checked::Run { command, clauses } => {
            let Some(exec) = exec(scope, command, clauses, operation.span)? else { return Ok(None) };
            OperationKind::Exec(exec)
        }
        Checked::Copy { .. } => {
            let Some(copy) = copy(scope, &operation.kind)? else { return Ok(None) };
            OperationKind::Copy(copy)
        }
        Checked::Env(setting) => {
            let value = plain(scope, &setting.value)?;
            let name = setting.name.text.clone();
            OperationKind::Env(if setting.prepend {
                Env { vars: IndexMap::new(), prepend: IndexMap::from([(name, vec![value])]) }
            } else {
                Env { vars: IndexMap::from([(name, value)]), prepend: IndexMap::new() }
            })
        }
        Checked::Workdir(path) => OperationKind::Workdir(Workdir { path: image_path(scope, path)? }),
        Checked::User(user) => OperationKind::User(User { user: plain(scope, user)? }),
        Checked::Mkfile { path, mode, content } => OperationKind::Mkfile(Mkfile {
            dest: image_path(scope, path)?,
            data: scope.evaluator.content(content)?.into_bytes(),
            mode: mode.unwrap_or(0o644),
        }),
        Checked::Mkdir { path, mode, chown } => OperationKind::Mkdir(Mkdir {
            path: image_path(scope, path)?,
            mode: mode.unwrap_or(0o755),
            chown: chown.as_ref().map(|owner| plain(scope, owner)).transpose()?,
        }),
        Checked::Rm { path, optional } => OperationKind::Rm(Rm { path: image_path(scope, path)?, optional: *optional }),
        Checked::Layer { stage } => OperationKind::Layer(Layer { stage: stage_id(scope.block, &stage.text) }),
    }))
}

/// Where something reads from.
pub fn input(scope: &Scope<'_, '_>, input: &hir::Input) -> Evaluated<Input> {
    Ok(match &input.kind {
        InputKind::Stage(name) => Input::Stage { stage: stage_id(scope.block, name) },
        InputKind::Phase(phase) => phase_reference(*phase),
        InputKind::Image(reference) => {
            let image = plain(scope, reference)?;
            if !is_image(&image) {
                let origin = scope.evaluator.string(reference)?.origin;
                return Err(Box::new(error::image(&image, origin, reference.span)));
            }
            Input::Image { image }
        }
        InputKind::Context { only } => {
            let mut include = Vec::new();
            for pattern in
                only.iter().map(|only| scope.evaluator.strings(only)).collect::<Evaluated<Vec<_>>>()?.concat()
            {
                include.push(project_path(&pattern, input.span)?);
            }
            Input::Local { local: PROJECT_CONTEXT.into(), include }
        }
        InputKind::Url { url, sha256 } => Input::Url {
            url: address(scope, url, is_download, "it does not start with `https://` or `http://`")?,
            sha256: sha256.as_ref().map(|sum| plain(scope, sum)).transpose()?,
        },
        InputKind::Git { url, reference } => Input::Git {
            git: address(scope, url, is_repository, "it is no address of a repository")?,
            reference: reference.as_ref().map(|reference| git_reference(scope, reference)).transpose()?,
        },
        InputKind::Scratch => Input::Scratch { scratch: Default::default() },
    })
}

/// One absolute path of the image, or several.
pub fn image_paths(scope: &Scope<'_, '_>, paths: &Expr) -> Evaluated<Vec<String>> {
    let values = scope.evaluator.strings(paths)?;
    values.iter().map(|value| absolute(value, paths)).collect()
}

fn image_path(scope: &Scope<'_, '_>, path: &Expr) -> Evaluated<String> {
    absolute(&scope.evaluator.string(path)?, path)
}

fn absolute(value: &Value, used: &Expr) -> Evaluated<String> {
    let text = value.text().ok_or_else(|| Box::new(eval_error::mistyped("string", used.span)))?;
    let refuse = |reason: &str| Box::new(error::path(&text, reason, value.origin, used.span));
    if text.contains('\0') {
        return Err(refuse("it holds a NUL character"));
    }
    if !text.starts_with('/') {
        return Err(refuse("it is not absolute"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(refuse("it holds `..`"));
    }
    Ok(text.to_string())
}

/// A path or pattern in the project: relative, and nothing outside.
fn project_path(value: &Value, used: Span) -> Evaluated<String> {
    let text = value.text().ok_or_else(|| Box::new(eval_error::mistyped("string", used)))?;
    let refuse = |reason: &str| Box::new(error::path(&text, reason, value.origin, used));
    if text.contains('\0') {
        return Err(refuse("it holds a NUL character"));
    }
    if text.starts_with('/') {
        return Err(refuse("it is not relative to the project"));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(refuse("it leads out of the project"));
    }
    Ok(text.to_string())
}

/// A text without NUL, for a variable, an owner, a name.
fn plain(scope: &Scope<'_, '_>, expr: &Expr) -> Evaluated<String> {
    scope.evaluator.plain(expr)
}

fn address(scope: &Scope<'_, '_>, expr: &Expr, is_known: fn(&str) -> bool, wanted: &str) -> Evaluated<String> {
    let value = scope.evaluator.string(expr)?;
    let text = value.text().unwrap_or_default();
    let refuse = |what: &str, reason: &str| Box::new(error::address(what, reason, value.origin, expr.span));
    // The address may hold a secret, so it is not repeated.
    if has_credentials(&text) {
        return Err(refuse("this address", "it holds a user name or password"));
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(refuse("this address", "it holds blanks or control characters"));
    }
    if !is_known(&text) {
        return Err(refuse(&format!("`{text}`"), wanted));
    }
    Ok(text.to_string())
}

/// A branch, a tag or a commit: git would read one that begins with `-` as an option.
fn git_reference(scope: &Scope<'_, '_>, expr: &Expr) -> Evaluated<String> {
    let value = scope.evaluator.string(expr)?;
    let text = value.text().unwrap_or_default();
    if text.is_empty() || text.starts_with('-') || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Box::new(error::git_reference(&text, value.origin, expr.span)));
    }
    Ok(text.to_string())
}

fn exec(scope: &Scope<'_, '_>, command: &hir::Command, clauses: &[Clause], span: Span) -> Evaluated<Option<Exec>> {
    let (command, args) = match scope.evaluator.command(command, span)? {
        None => return Ok(None),
        Some(Invocation::Shell(text)) => (Some(text), Vec::new()),
        Some(Invocation::Exec(args)) => (None, args),
    };
    let network = (!scope.block.network).then_some(Network::None);
    let mut exec = Exec { command, args, env: Vec::new(), network, mounts: Vec::new() };
    apply_clauses(scope, clauses, &mut exec)?;
    Ok(Some(exec))
}

fn apply_clauses(scope: &Scope<'_, '_>, clauses: &[Clause], exec: &mut Exec) -> Evaluated<()> {
    for clause in clauses {
        match clause {
            Clause::Mount { kind, .. } => exec.mounts.push(mount(scope, kind)?),
            Clause::Env(setting) => {
                exec.env.push(format!("{}={}", setting.name.text, plain(scope, &setting.value)?));
            }
            Clause::NetworkNone => exec.network = Some(Network::None),
            Clause::When { condition, then, otherwise } => {
                let chosen = if scope.evaluator.bool(condition)? { then } else { otherwise };
                apply_clauses(scope, chosen, exec)?;
            }
            Clause::For { local, list, body } => {
                for value in scope.evaluator.list(list)? {
                    scope.evaluator.set(*local, value);
                    apply_clauses(scope, body, exec)?;
                }
            }
        }
    }
    Ok(())
}

fn mount(scope: &Scope<'_, '_>, kind: &MountKind) -> Evaluated<Mount> {
    let optional = |expr: &Option<Expr>| expr.as_ref().map(|expr| plain(scope, expr)).transpose();
    Ok(match kind {
        MountKind::Cache { target, id, sharing } => Mount::Cache {
            id: optional(id)?,
            target: image_path(scope, target)?,
            sharing: match sharing {
                hir::Sharing::Shared => Sharing::Shared,
                hir::Sharing::Private => Sharing::Private,
                hir::Sharing::Locked => Sharing::Locked,
            },
        },
        MountKind::Bind { source, input: from, target, writable } => Mount::Bind {
            source: input(scope, from)?,
            path: source.as_ref().map(|path| source_path(scope, &from.kind, path)).transpose()?,
            target: image_path(scope, target)?,
            readonly: !writable,
        },
        MountKind::Tmpfs { target, size } => Mount::Tmpfs {
            target: image_path(scope, target)?,
            size: size.as_ref().map(|size| bytes(scope, size)).transpose()?,
        },
        MountKind::Secret { id, target, env, optional } => Mount::Secret {
            id: plain(scope, id)?,
            target: target.as_ref().map(|path| image_path(scope, path)).transpose()?,
            env: env.clone(),
            optional: *optional,
        },
        MountKind::Ssh { id } => Mount::Ssh { id: optional(id)? },
    })
}

fn bytes(scope: &Scope<'_, '_>, size: &Expr) -> Evaluated<u64> {
    let value = scope.evaluator.value(size)?;
    match value.kind {
        ValueKind::Int(bytes) => {
            u64::try_from(bytes).map_err(|_| Box::new(error::size(bytes, value.origin, size.span)))
        }
        _ => Err(Box::new(eval_error::mistyped("int", size.span))),
    }
}

fn source_path(scope: &Scope<'_, '_>, from: &InputKind, path: &Expr) -> Evaluated<String> {
    from_path(&scope.evaluator.string(path)?, from, path)
}

/// A path in an input: relative in the project; elsewhere from the root, written with or without its `/`.
fn from_path(value: &Value, from: &InputKind, used: &Expr) -> Evaluated<String> {
    if matches!(from, InputKind::Context { .. }) {
        return project_path(value, used.span);
    }
    let text = value.text().unwrap_or_default();
    if text.starts_with('/') {
        return absolute(value, used);
    }
    let rooted = format!("/{}", text.trim_start_matches("./"));
    absolute(&Value { kind: ValueKind::String(rooted.into()), origin: value.origin }, used)
}

fn copy(scope: &Scope<'_, '_>, checked: &Checked) -> Evaluated<Option<Copy>> {
    let Checked::Copy { source, input: from, target, chown, chmod, include, exclude, contents_only, optional } =
        checked
    else {
        return Ok(None);
    };
    let mut src = Vec::new();
    for value in scope.evaluator.strings(source)? {
        src.push(from_path(&value, &from.kind, source)?);
    }
    if src.is_empty() {
        return Ok(None);
    }
    let patterns = |list: &Option<Expr>| -> Evaluated<Vec<String>> {
        let Some(list) = list else { return Ok(Vec::new()) };
        scope.evaluator.strings(list)?.iter().map(|pattern| project_path(pattern, list.span)).collect()
    };
    Ok(Some(Copy {
        from: input(scope, from)?,
        src,
        dest: image_path(scope, target)?,
        chown: chown.as_ref().map(|owner| plain(scope, owner)).transpose()?,
        chmod: chmod.map(|bits| format!("{bits:04o}")),
        patterns: Patterns { include: patterns(include)?, exclude: patterns(exclude)? },
        create_dest_path: true,
        contents_only: *contents_only,
        optional: *optional,
    }))
}
