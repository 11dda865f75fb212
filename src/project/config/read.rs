//! [`Data`] of `cog.yaml` → [`Config`], with everything that is wrong in it.

use std::collections::BTreeMap;

use crate::diagnostic::{Sink, secret};
use crate::project::config::{Build, Config, Located, RunCommand, SecretMount, image, weights};
use crate::project::data::{Data, DataKind};
use crate::project::decode::{Table, Value};
use crate::project::{mistake, path};
use crate::source::{FileId, Span};
use crate::version::Constraint;

const KEYS: &[&str] = &["build", "image", "model", "run", "predict", "train", "concurrency", "environment", "weights"];

/// The keys of `build`.
pub(in crate::project) const BUILD_KEYS: &[&str] = &[
    "gpu",
    "python_version",
    "python_requirements",
    "python_packages",
    "system_packages",
    "run",
    "cuda",
    "cudnn",
    "sdk_version",
    "pre_install",
];

/// Variables that a model's platform or its base images set; a `*` at the end stands for any rest. From Cog's `env.go`.
const RESERVED_VARIABLES: &[&str] = &[
    "PATH",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PYTHONUNBUFFERED",
    "R8_*",
    "REPLICATE_*",
    "LIBRARY_PATH",
    "CUDA_*",
    "NVIDIA_*",
    "NV_*",
    "PGET_*",
    "HF_ENDPOINT",
    "HF_HUB_ENABLE_HF_TRANSFER",
    "KUBERNETES_*",
];

impl Config {
    /// Reads `cog.yaml`. An empty file is an empty config; null is as good as absent, and so is an empty text where one
    /// text stands.
    pub fn read(data: &Data, file: FileId, sink: &mut Sink) -> Self {
        let mut config = Self { file: Some(file), ..Self::default() };
        if data.kind == DataKind::Null {
            return config;
        }
        let Some(table) = Table::read(&Value::root(data), KEYS, sink) else {
            return config;
        };
        if let Some(build) = table.table("build", BUILD_KEYS, sink) {
            config.build = read_build(&build, sink);
        }
        read_names(&mut config, &table, sink);
        read_code(&mut config, &table, sink);
        read_concurrency(&mut config, &table, sink);
        config.environment = read_environment(&table, sink);
        config.weights = weights::read(&table, sink);
        if let Some(span) = table.key_span("weights").filter(|_| config.model.is_none() && !config.weights.is_empty()) {
            sink.push(mistake::weights_without_model(span, config.image.as_ref().map(|image| image.span)));
        }
        config
    }
}

/// A key's string; Cog takes an empty one for none.
fn optional(table: &Table, key: &str, sink: &mut Sink) -> Option<Located<String>> {
    table.string(key, sink).filter(|string| !string.value.is_empty())
}

fn read_build(table: &Table, sink: &mut Sink) -> Build {
    let requirements = optional(table, "python_requirements", sink);
    let mut build = Build {
        gpu: table.value("gpu").is_some_and(|value| read_flag(&value, sink)),
        gpu_at: table.value("gpu").map(|value| value.data.span),
        python_version: read_version(table, "python_version", sink),
        python_requirements: requirements.and_then(|requirements| read_path(requirements, sink)),
        python_packages: table.strings("python_packages", sink),
        system_packages: table.strings("system_packages", sink),
        run: table.items("run", sink).iter().filter_map(|item| read_run(item, sink)).collect(),
        pre_install: read_commands(table, "pre_install", sink),
        cuda: read_version(table, "cuda", sink),
        cudnn: read_version(table, "cudnn", sink),
        sdk_version: None,
        sdk_prerelease: false,
    };
    read_sdk(&mut build, table, sink);
    for package in &build.system_packages {
        if package.value.starts_with('-') {
            sink.push(mistake::value_like_option("build.system_packages", &package.value, package.span));
        }
    }
    check_build(&build, table, sink);
    build
}

/// The package lists that exclude each other, and the keys that Cog warns about.
fn check_build(build: &Build, table: &Table, sink: &mut Sink) {
    let packages = table.key_span("python_packages").filter(|_| !build.python_packages.is_empty());
    if let Some(span) = packages {
        sink.push(mistake::key_deprecated("build.python_packages", "`build.python_requirements`", span));
    }
    if let (Some(packages), Some(requirements)) = (packages, table.key_span("python_requirements"))
        && build.python_requirements.is_some()
    {
        sink.push(mistake::keys_conflict(
            ("build.python_packages", packages),
            ("build.python_requirements", requirements),
            "write the packages into the requirements file, and take `python_packages` out",
        ));
    }
    if let Some(span) = table.key_span("pre_install").filter(|_| !build.pre_install.is_empty()) {
        sink.push(mistake::key_deprecated("build.pre_install", "`build.run`", span));
    }
}

/// A boolean, in the words that Cog takes too.
fn read_flag(value: &Value, sink: &mut Sink) -> bool {
    match &value.data.kind {
        DataKind::String(word) if matches!(word.as_str(), "y" | "Y" | "yes" | "on") => true,
        DataKind::String(word) if matches!(word.as_str(), "n" | "N" | "no" | "off") => false,
        _ => value.bool(sink).unwrap_or(false),
    }
}

fn read_version(table: &Table, key: &str, sink: &mut Sink) -> Option<Located<Constraint>> {
    let value = table.value(key)?;
    if matches!(&value.data.kind, DataKind::String(text) if text.is_empty()) {
        return None;
    }
    value.constraint(sink)
}

fn read_sdk(build: &mut Build, table: &Table, sink: &mut Sink) {
    if let Some(value) = table.value("sdk_version")
        && matches!(&value.data.kind, DataKind::String(text) if text == "prerelease")
    {
        build.sdk_prerelease = true;
        build.sdk_version = Constraint::parse("*").ok().map(|any| Located { value: any, span: value.data.span });
        return;
    }
    build.sdk_version = read_version(table, "sdk_version", sink);
}

fn read_path(named: Located<String>, sink: &mut Sink) -> Option<Located<String>> {
    match path::inside("", &named.value) {
        Some(inside) if !inside.is_empty() => Some(named),
        _ => {
            sink.push(mistake::path_outside(&named.value, named.span));
            None
        }
    }
}

fn read_commands(table: &Table, key: &str, sink: &mut Sink) -> Vec<Located<String>> {
    let items = table.items(key, sink);
    items.iter().filter_map(|item| read_command(item, sink)).collect()
}

fn read_command(value: &Value, sink: &mut Sink) -> Option<Located<String>> {
    let command = value.text(sink)?;
    if command.value.trim().is_empty() {
        sink.push(mistake::value_empty(&value.path, command.span));
        return None;
    }
    if !secret::find(&command.value).is_empty() {
        sink.push(mistake::looks_secret("something in this command", command.span));
    }
    Some(command)
}

fn read_run(value: &Value, sink: &mut Sink) -> Option<RunCommand> {
    if matches!(value.data.kind, DataKind::String(_)) {
        return Some(RunCommand { command: read_command(value, sink)?, mounts: Vec::new() });
    }
    if !matches!(value.data.kind, DataKind::Map(_)) {
        return value.refuse("a string or a table", sink);
    }
    let table = Table::read(value, &["command", "mounts"], sink)?;
    let mounts = table.items("mounts", sink).iter().filter_map(|mount| read_mount(mount, sink)).collect();
    let command = table.required("command", sink)?;
    Some(RunCommand { command: read_command(&command, sink)?, mounts })
}

fn read_mount(value: &Value, sink: &mut Sink) -> Option<SecretMount> {
    let table = Table::read(value, &["type", "id", "target"], sink)?;
    let kind = table.required("type", sink).and_then(|kind| kind.string(sink));
    let id = table.required("id", sink).and_then(|id| id.filled(sink));
    let target = table.required("target", sink).and_then(|target| target.filled(sink));
    if let Some(kind) = kind.filter(|kind| kind.value != "secret") {
        sink.push(mistake::mount_type(&kind.value, kind.span));
        return None;
    }
    let (id, target) = (id?, target?);
    if path::in_image(&target.value).is_none_or(|path| path == "/") {
        sink.push(mistake::image_path(&format!("{}.target", value.path), &target.value, target.span));
        return None;
    }
    Some(SecretMount { id, target })
}

fn read_names(config: &mut Config, table: &Table, sink: &mut Sink) {
    config.image = optional(table, "image", sink);
    config.model = optional(table, "model", sink);
    if let Some(name) = config.image.take_if(|name| image::parse(&name.value).is_none()) {
        sink.push(mistake::image_name(&name.value, name.span));
    }
    if let Some(name) = &config.model {
        match image::parse(&name.value) {
            Some(image::Reference::Bare) => {}
            reference => sink.push(mistake::model_name(&name.value, name.span, reference.is_some())),
        }
    }
    if let (Some(image), Some(model)) = (table.key_span("image"), table.key_span("model"))
        && config.image.is_some()
        && config.model.is_some()
    {
        sink.push(mistake::keys_conflict(("image", image), ("model", model), "keep `model`, and take `image` out"));
    }
}

fn read_code(config: &mut Config, table: &Table, sink: &mut Sink) {
    config.run = read_reference(table, "run", "run.py:Runner", sink);
    config.predict = read_reference(table, "predict", "predict.py:Predictor", sink);
    config.train = read_reference(table, "train", "train.py:train", sink);
    let Some(predict) = table.key_span("predict").filter(|_| config.predict.is_some()) else {
        return;
    };
    if let Some(run) = table.key_span("run").filter(|_| config.run.is_some()) {
        sink.push(mistake::keys_conflict(("run", run), ("predict", predict), "keep `run`, and take `predict` out"));
    }
}

/// `FILE.py:NAME`: a file in the project and a Python name in it.
fn read_reference(table: &Table, key: &str, example: &str, sink: &mut Sink) -> Option<Located<String>> {
    let reference = optional(table, key, sink)?;
    let valid = split_reference(&reference.value).is_some_and(|(file, name)| {
        path::inside("", file).is_some() && file.ends_with(".py") && file != ".py" && is_identifier(name)
    });
    if !valid {
        sink.push(mistake::code_reference(key, &reference.value, example, reference.span));
        return None;
    }
    Some(reference)
}

/// The file and the name of `FILE.py:NAME`.
pub fn split_reference(reference: &str) -> Option<(&str, &str)> {
    reference.rsplit_once(':')
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_numeric())
        && !name.is_empty()
        && name.chars().all(|character| character.is_alphanumeric() || character == '_')
}

fn read_concurrency(config: &mut Config, table: &Table, sink: &mut Sink) {
    let Some(concurrency) = table.table("concurrency", &["max", "default_target"], sink) else {
        return;
    };
    concurrency.required("max", sink);
    config.concurrency_max = concurrency.int("max", 1..=i64::MAX, sink);
    config.concurrency_default_target = concurrency.int("default_target", 1..=i64::MAX, sink);
    let (Some(max), Some(key)) = (&config.concurrency_max, concurrency.key_span("max")) else {
        return;
    };
    sink.push(mistake::key_deprecated("concurrency.max", "`@cog.concurrent(max=N)` on the model's method", key));
    if let Some(python) = config.build.python_version.as_ref().filter(|python| is_before_3_11(python.value.as_str()))
        && max.value > 1
    {
        sink.push(mistake::concurrency_python(max.span, python.span));
    }
}

fn is_before_3_11(version: &str) -> bool {
    let mut parts = version.trim().split('.');
    let minor = parts.next().filter(|major| *major == "3").and_then(|_| parts.next());
    minor.and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor < 11)
}

fn read_environment(table: &Table, sink: &mut Sink) -> Vec<Located<String>> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut environment = Vec::new();
    for item in table.items("environment", sink) {
        let Some(entry) = item.text(sink) else {
            continue;
        };
        let Some((name, value)) = entry.value.split_once('=').filter(|(name, _)| is_variable(name)) else {
            sink.push(mistake::environment_entry(&entry.value, entry.span));
            continue;
        };
        if is_reserved(name) {
            sink.push(mistake::environment_reserved(name, entry.span));
        } else if let Some(earlier) = first.get(name) {
            sink.push(mistake::name_twice("the variable", name, entry.span, *earlier));
        } else {
            first.insert(name.to_owned(), entry.span);
            if secret::is_in_variable(name, value) {
                sink.push(mistake::looks_secret(&format!("the value of `{name}`"), entry.span));
            }
            environment.push(entry);
        }
    }
    environment
}

/// Whether a text can name an environment variable.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_reserved(name: &str) -> bool {
    RESERVED_VARIABLES.iter().any(|reserved| match reserved.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *reserved,
    })
}
