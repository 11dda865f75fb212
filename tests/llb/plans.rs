//! Short ways to write plans.

use cogpack::check::phase::Phase;
use cogpack::plan::model::*;
use indexmap::IndexMap;

pub fn plan(stages: impl IntoIterator<Item = Stage>) -> Plan {
    Plan {
        version: PLAN_VERSION,
        platform: Platform { os: "linux".to_owned(), arch: "amd64".to_owned(), variant: None },
        stages: stages.into_iter().collect(),
        export: Export::default(),
        contexts: IndexMap::from([(
            "project".to_owned(),
            Context { name: "project".to_owned(), ..Context::default() },
        )]),
    }
}

pub fn stage(id: &str, source: Input, operations: impl IntoIterator<Item = Operation>) -> Stage {
    Stage {
        id: id.to_owned(),
        name: String::new(),
        phase: None,
        source,
        operations: operations.into_iter().collect(),
        env: Vec::new(),
        dir: None,
        provides: Vec::new(),
        writes: Vec::new(),
        origin: None,
    }
}

pub fn phase(key: &str) -> Option<Phase> {
    Phase::from_key(key)
}

pub fn op(kind: OperationKind) -> Operation {
    Operation { kind, origin: None }
}

pub fn scratch() -> Input {
    Input::Scratch { scratch: True }
}

pub fn image(reference: &str) -> Input {
    Input::Image { image: reference.to_owned() }
}

pub fn from_stage(id: &str) -> Input {
    Input::Stage { stage: id.to_owned() }
}

pub fn context() -> Input {
    context_only(&[])
}

pub fn context_only(include: &[&str]) -> Input {
    Input::Local { local: "project".to_owned(), include: include.iter().map(|it| (*it).to_owned()).collect() }
}

pub fn command(text: &str) -> Exec {
    Exec { command: Some(text.to_owned()), args: Vec::new(), env: Vec::new(), network: None, mounts: Vec::new() }
}

pub fn run(text: &str) -> Operation {
    op(OperationKind::Exec(command(text)))
}

pub fn copying(from: Input, src: &[&str], dest: &str) -> Copy {
    Copy {
        from,
        src: src.iter().map(|it| (*it).to_owned()).collect(),
        dest: dest.to_owned(),
        chown: None,
        chmod: None,
        patterns: Patterns::default(),
        create_dest_path: false,
        contents_only: false,
        optional: false,
    }
}

pub fn copy(copy: Copy) -> Operation {
    op(OperationKind::Copy(copy))
}

pub fn env(vars: &[(&str, &str)]) -> Operation {
    let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    op(OperationKind::Env(Env { vars, ..Env::default() }))
}

pub fn mkfile(dest: &str, data: &[u8]) -> Operation {
    op(OperationKind::Mkfile(Mkfile { dest: dest.to_owned(), data: data.to_vec(), mode: 0o644 }))
}

pub fn mkdir(path: &str, chown: Option<&str>) -> Operation {
    op(OperationKind::Mkdir(Mkdir { path: path.to_owned(), mode: 0o755, chown: chown.map(str::to_owned) }))
}

pub fn rm(path: &str, optional: bool) -> Operation {
    op(OperationKind::Rm(Rm { path: path.to_owned(), optional }))
}

pub fn workdir(path: &str) -> Operation {
    op(OperationKind::Workdir(Workdir { path: path.to_owned() }))
}

pub fn user(user: &str) -> Operation {
    op(OperationKind::User(User { user: user.to_owned() }))
}

pub fn layer(stage: &str) -> Operation {
    op(OperationKind::Layer(Layer { stage: stage.to_owned() }))
}
