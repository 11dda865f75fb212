//! [`Config`] → the JSON that Cog writes into an image's label: Cog's key order and shapes.
//!
//! As in Cog's `config.go`: what is empty is left out, `run` is written as `predict`, a command of `build.run` is always
//! a table, and one source of weights is not a list.

use serde_json::{Map, Value, json};

use crate::project::config::{Build, Config, Located, RunCommand, Weight, WeightSource};

impl Config {
    /// The config as Cog's own tools read it, on one line.
    pub fn to_json(&self) -> String {
        let mut object = Map::new();
        object.insert("build".into(), build(&self.build));
        put(&mut object, "image", text(self.image.as_ref()));
        put(&mut object, "model", text(self.model.as_ref()));
        put(&mut object, "predict", text(self.run.as_ref().or(self.predict.as_ref())));
        put(&mut object, "train", text(self.train.as_ref()));
        put(&mut object, "concurrency", self.concurrency());
        put(&mut object, "environment", texts(&self.environment));
        put(&mut object, "weights", self.weights.iter().map(weight).collect());
        Value::Object(object).to_string()
    }

    fn concurrency(&self) -> Value {
        let mut object = Map::new();
        put(&mut object, "max", number(self.concurrency_max.as_ref()));
        put(&mut object, "default_target", number(self.concurrency_default_target.as_ref()));
        if object.is_empty() { Value::Null } else { Value::Object(object) }
    }
}

/// Adds a key, unless its value is empty.
fn put(object: &mut Map<String, Value>, key: &str, value: Value) {
    let empty = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    if !empty {
        object.insert(key.into(), value);
    }
}

fn text(value: Option<&Located<String>>) -> Value {
    value.map_or(Value::Null, |text| json!(text.value))
}

fn number(value: Option<&Located<i64>>) -> Value {
    value.map_or(Value::Null, |number| json!(number.value))
}

fn texts(values: &[Located<String>]) -> Value {
    values.iter().map(|text| json!(text.value)).collect()
}

fn build(build: &Build) -> Value {
    let version = |version: Option<&Located<_>>| {
        version.map_or(Value::Null, |version: &Located<crate::version::Constraint>| json!(version.value.as_str()))
    };
    let mut object = Map::new();
    put(&mut object, "gpu", if build.gpu { json!(true) } else { Value::Null });
    put(&mut object, "python_version", version(build.python_version.as_ref()));
    put(&mut object, "python_requirements", text(build.python_requirements.as_ref()));
    put(&mut object, "python_packages", texts(&build.python_packages));
    put(&mut object, "run", build.run.iter().map(run).collect());
    put(&mut object, "system_packages", texts(&build.system_packages));
    put(&mut object, "pre_install", texts(&build.pre_install));
    put(&mut object, "cuda", version(build.cuda.as_ref()));
    put(&mut object, "cudnn", version(build.cudnn.as_ref()));
    let sdk = if build.sdk_prerelease { json!("prerelease") } else { version(build.sdk_version.as_ref()) };
    put(&mut object, "sdk_version", sdk);
    Value::Object(object)
}

fn run(command: &RunCommand) -> Value {
    let mut object = Map::new();
    object.insert("command".into(), json!(command.command.value));
    let mount = |mount: &crate::project::config::SecretMount| json!({ "type": "secret", "id": mount.id.value, "target": mount.target.value });
    put(&mut object, "mounts", command.mounts.iter().map(mount).collect());
    Value::Object(object)
}

fn weight(weight: &Weight) -> Value {
    let source = |source: &WeightSource| {
        let mut object = Map::new();
        object.insert("uri".into(), json!(source.uri.value));
        put(&mut object, "include", texts(&source.include));
        put(&mut object, "exclude", texts(&source.exclude));
        Value::Object(object)
    };
    let mut sources: Vec<Value> = weight.sources.iter().map(source).collect();
    let sources = if sources.len() == 1 { sources.remove(0) } else { Value::Array(sources) };
    json!({ "name": weight.name.value, "target": weight.target.value, "source": sources })
}
