//! Stages, operations and exports as text.

use crate::check::dump::Text;
use crate::check::dump::expr::Values;
use crate::check::hir::{
    Clause, Command, EnvSetting, ExportKind, ExportStmt, Expr, Input, InputKind, MountKind, OperationKind, ShellPart,
    Stage, Stmt,
};

pub(super) fn dump_stage(stage: &Stage, values: &Values<'_>, out: &mut Text) {
    let title = stage.title.as_ref().map(|title| format!(" {title:?}")).unwrap_or_default();
    out.nested(&format!("stage {} {}{title}", stage.phase.key(), stage.name.text), |out| {
        if let Some(from) = &stage.from {
            out.line(&format!("from {}", input(from, values)));
        }
        stage.writes.iter().for_each(|path| out.line(&format!("writes {}", values.expr(path))));
        dump_statements(&stage.body, values, out);
    });
}

fn dump_statements(statements: &[Stmt], values: &Values<'_>, out: &mut Text) {
    for statement in statements {
        match statement {
            Stmt::Let(binding) => out.line(&values.binding(binding)),
            Stmt::When { condition, then, otherwise } => {
                out.nested(&format!("when {}", values.expr(condition)), |out| dump_statements(then, values, out));
                if !otherwise.is_empty() {
                    out.nested("else", |out| dump_statements(otherwise, values, out));
                }
            }
            Stmt::For { local, list, body } => {
                let head = format!("for %{} in {}", local.0, values.expr(list));
                out.nested(&head, |out| dump_statements(body, values, out));
            }
            Stmt::Op(operation) => dump_operation(&operation.kind, values, out),
        }
    }
}

fn dump_operation(operation: &OperationKind, values: &Values<'_>, out: &mut Text) {
    let value = |expr: &Expr| values.expr(expr);
    match operation {
        OperationKind::Run { command, clauses } => {
            let head = match command {
                Command::Shell(parts) => format!("run shell {}", shell(parts, values)),
                Command::Exec(list) => format!("run exec {}", value(list)),
            };
            match clauses.as_slice() {
                [] => out.line(&head),
                clauses => out.nested(&head, |out| dump_clauses(clauses, values, out)),
            }
        }
        OperationKind::Copy {
            source,
            input: from,
            target,
            chown,
            chmod,
            include,
            exclude,
            contents_only,
            optional,
        } => {
            let mut line = format!("copy {} from {} to {}", value(source), input(from, values), value(target));
            for (word, option) in [("chown", chown), ("include", include), ("exclude", exclude)] {
                line.extend(option.as_ref().map(|option| format!(" {word} {}", value(option))));
            }
            line.extend(chmod.map(|mode| format!(" chmod {mode:04o}")));
            line.extend(contents_only.then_some(" contents_only"));
            line.extend(optional.then_some(" optional"));
            out.line(&line);
        }
        OperationKind::Env(env) => out.line(&setting(env, values)),
        OperationKind::Workdir(path) => out.line(&format!("workdir {}", value(path))),
        OperationKind::User(user) => out.line(&format!("user {}", value(user))),
        OperationKind::Mkfile { path, mode, content } => {
            out.line(&format!("mkfile {}{} = {}", value(path), octal(*mode), value(content)));
        }
        OperationKind::Mkdir { path, mode, chown } => {
            let chown = chown.as_ref().map(|owner| format!(" chown {}", value(owner))).unwrap_or_default();
            out.line(&format!("mkdir {}{}{chown}", value(path), octal(*mode)));
        }
        OperationKind::Rm { path, optional } => {
            out.line(&format!("rm {}{}", value(path), if *optional { " optional" } else { "" }));
        }
        OperationKind::Layer { stage } => out.line(&format!("layer from stage {}", stage.text)),
    }
}

fn octal(mode: Option<u32>) -> String {
    mode.map(|mode| format!(" mode {mode:04o}")).unwrap_or_default()
}

fn shell(parts: &[ShellPart], values: &Values<'_>) -> String {
    let parts = parts.iter().map(|part| match part {
        ShellPart::Text(text) => format!("{text:?}"),
        ShellPart::Word { value, leads: true } => format!("<leading word {}>", values.expr(value)),
        ShellPart::Word { value, leads: false } => format!("<word {}>", values.expr(value)),
        ShellPart::Words(value) => format!("<words {}>", values.expr(value)),
        ShellPart::Raw(value) => format!("<raw {}>", values.expr(value)),
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn setting(env: &EnvSetting, values: &Values<'_>) -> String {
    let sign = if env.prepend { "prepend" } else { "=" };
    format!("env {} {sign} {}", env.name.text, values.expr(&env.value))
}

fn dump_clauses(clauses: &[Clause], values: &Values<'_>, out: &mut Text) {
    for clause in clauses {
        match clause {
            Clause::Mount { kind, .. } => out.line(&format!("mount {}", mount(kind, values))),
            Clause::Env(env) => out.line(&setting(env, values)),
            Clause::NetworkNone => out.line("network none"),
            Clause::When { condition, then, otherwise } => {
                out.nested(&format!("when {}", values.expr(condition)), |out| dump_clauses(then, values, out));
                if !otherwise.is_empty() {
                    out.nested("else", |out| dump_clauses(otherwise, values, out));
                }
            }
            Clause::For { local, list, body } => {
                let head = format!("for %{} in {}", local.0, values.expr(list));
                out.nested(&head, |out| dump_clauses(body, values, out));
            }
        }
    }
}

fn mount(kind: &MountKind, values: &Values<'_>) -> String {
    let value = |expr: &Expr| values.expr(expr);
    let option = |word: &str, expr: &Option<Expr>| match expr {
        Some(expr) => format!(" {word} {}", values.expr(expr)),
        None => String::new(),
    };
    match kind {
        MountKind::Cache { target, id, sharing } => {
            let sharing = format!("{sharing:?}").to_lowercase();
            format!("cache {}{} sharing {sharing}", value(target), option("id", id))
        }
        MountKind::Bind { source, input: from, target, writable } => {
            let source = source.as_ref().map(|source| format!("{} ", value(source))).unwrap_or_default();
            let rw = if *writable { " rw" } else { "" };
            format!("bind {source}from {} to {}{rw}", input(from, values), value(target))
        }
        MountKind::Tmpfs { target, size } => format!("tmpfs {}{}", value(target), option("size", size)),
        MountKind::Secret { id, target, env, optional } => {
            let env = env.as_ref().map(|env| format!(" as env {env}")).unwrap_or_default();
            let optional = if *optional { " optional" } else { "" };
            format!("secret {}{}{env}{optional}", value(id), option("to", target))
        }
        MountKind::Ssh { id } => format!("ssh{}", option("id", id)),
    }
}

fn input(input: &Input, values: &Values<'_>) -> String {
    let option = |word: &str, expr: &Option<Expr>| match expr {
        Some(expr) => format!(" {word} {}", values.expr(expr)),
        None => String::new(),
    };
    match &input.kind {
        InputKind::Stage(name) => format!("stage {name}"),
        InputKind::Phase(phase) => format!("phase {}", phase.key()),
        InputKind::Image(image) => format!("image {}", values.expr(image)),
        InputKind::Context { only } => format!("context{}", option("only", only)),
        InputKind::Url { url, sha256 } => format!("url {}{}", values.expr(url), option("sha256", sha256)),
        InputKind::Git { url, reference } => format!("git {}{}", values.expr(url), option("ref", reference)),
        InputKind::Scratch => "scratch".into(),
    }
}

pub(super) fn dump_export(statements: &[ExportStmt], values: &Values<'_>, out: &mut Text) {
    if !statements.is_empty() {
        out.nested("export", |out| dump_export_statements(statements, values, out));
    }
}

fn dump_export_statements(statements: &[ExportStmt], values: &Values<'_>, out: &mut Text) {
    for statement in statements {
        match statement {
            ExportStmt::Set { kind, .. } => out.line(&export(kind, values)),
            ExportStmt::When { condition, then, otherwise } => {
                let head = format!("when {}", values.expr(condition));
                out.nested(&head, |out| dump_export_statements(then, values, out));
                if !otherwise.is_empty() {
                    out.nested("else", |out| dump_export_statements(otherwise, values, out));
                }
            }
        }
    }
}

fn export(kind: &ExportKind, values: &Values<'_>) -> String {
    match kind {
        ExportKind::Cmd(value) => format!("cmd {}", values.expr(value)),
        ExportKind::Entrypoint(value) => format!("entrypoint {}", values.expr(value)),
        ExportKind::Workdir(value) => format!("workdir {}", values.expr(value)),
        ExportKind::User(value) => format!("user {}", values.expr(value)),
        ExportKind::Expose(value) => format!("expose {}", values.expr(value)),
        ExportKind::Label(name, value) => format!("label {name:?} = {}", values.expr(value)),
        ExportKind::Env(env) => setting(env, values),
    }
}
