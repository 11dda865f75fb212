//! Fields of records: `config.…`, `packages.…`, `platform.…`, `base.…`, `dep.NAME.…`.

use crate::check::hir::Expr;
use crate::check::phase::Side;
use crate::eval::value::{Origin, RecordValue, Value, ValueKind};
use crate::eval::{Evaluated, Evaluator, error};
use crate::project::config::{Config, Located};
use crate::version::{Constraint, Version};

impl Evaluator<'_> {
    /// `base.name`, where `base` is a record.
    pub(super) fn field(&self, base: &Expr, name: &str, expr: &Expr) -> Evaluated<Value> {
        let record = match self.value(base)?.kind {
            ValueKind::Record(record) => record,
            _ => return Err(Box::new(error::mistyped("record", base.span))),
        };
        self.record_field(&record, name).ok_or_else(|| Box::new(error::mistyped(name, expr.span)))
    }

    /// The fields that `check::types::fields` declares; a test holds both lists together.
    fn record_field(&self, record: &RecordValue, name: &str) -> Option<Value> {
        let config = &self.facts.project.config;
        Some(match record {
            RecordValue::Config => return config_field(config, name),
            RecordValue::ConfigBuild => return build_field(config, name),
            RecordValue::ConfigConcurrency => match name {
                "max" => optional_int(config.concurrency_max.as_ref()),
                "default_target" => optional_int(config.concurrency_default_target.as_ref()),
                _ => return None,
            },
            RecordValue::RunCommand(index) => {
                let command = config.build.run.get(*index)?;
                match name {
                    "command" => string(&command.command),
                    "mounts" => records(command.mounts.len(), |mount| RecordValue::SecretMount(*index, mount)),
                    _ => return None,
                }
            }
            RecordValue::SecretMount(command, index) => {
                let mount = config.build.run.get(*command)?.mounts.get(*index)?;
                match name {
                    "id" => string(&mount.id),
                    "target" => string(&mount.target),
                    _ => return None,
                }
            }
            RecordValue::Weight(index) => {
                let (weight, source) = config.weight_sources().nth(*index)?;
                match name {
                    "name" => string(&weight.name),
                    "target" => string(&weight.target),
                    "uri" => string(&source.uri),
                    "include" => strings(&source.include),
                    "exclude" => strings(&source.exclude),
                    _ => return None,
                }
            }
            RecordValue::Packages => match name {
                "lines" => match self.facts.resolved {
                    Some(resolved) => project_strings(resolved.lines().iter().cloned()),
                    None => strings(&self.facts.project.packages.lines),
                },
                "indexes" => strings(&self.facts.project.packages.indexes),
                "options" => strings(&self.facts.project.packages.options),
                "constraints" => strings(&self.facts.project.packages.constraints),
                _ => return None,
            },
            RecordValue::Platform => match name {
                "os" => Value::string(self.facts.platform.0),
                "arch" => Value::string(self.facts.platform.1),
                _ => return None,
            },
            RecordValue::Base => match name {
                "build" => ValueKind::Record(RecordValue::BaseImage(Side::Build)).into(),
                "runtime" => ValueKind::Record(RecordValue::BaseImage(Side::Runtime)).into(),
                _ => return None,
            },
            RecordValue::BaseImage(side) => match name {
                "image" => Value::string(self.facts.resolved?.image(*side)),
                _ => return None,
            },
            RecordValue::Dependency(dependency) => {
                let resolved = self.facts.resolved?;
                match name {
                    "version" => resolved.version(dependency).map_or_else(Value::none, version),
                    column => resolved.column(dependency, column).map_or_else(Value::none, Value::string),
                }
            }
        })
    }
}

fn config_field(config: &Config, name: &str) -> Option<Value> {
    Some(match name {
        "build" => ValueKind::Record(RecordValue::ConfigBuild).into(),
        "image" => optional_string(config.image.as_ref()),
        "model" => optional_string(config.model.as_ref()),
        "run" => optional_string(config.run.as_ref()),
        "predict" => optional_string(config.predict.as_ref()),
        "train" => optional_string(config.train.as_ref()),
        "concurrency" => ValueKind::Record(RecordValue::ConfigConcurrency).into(),
        "environment" => strings(&config.environment),
        "weights" => records(config.weight_sources().count(), RecordValue::Weight),
        _ => return None,
    })
}

fn build_field(config: &Config, name: &str) -> Option<Value> {
    let build = &config.build;
    Some(match name {
        "gpu" => Value::bool(build.gpu),
        "python_version" => optional_constraint(build.python_version.as_ref()),
        "python_requirements" => optional_string(build.python_requirements.as_ref()),
        "python_packages" => strings(&build.python_packages),
        "system_packages" => strings(&build.system_packages),
        "run" => records(build.run.len(), RecordValue::RunCommand),
        "pre_install" => strings(&build.pre_install),
        "cuda" => optional_constraint(build.cuda.as_ref()),
        "cudnn" => optional_constraint(build.cudnn.as_ref()),
        "sdk_version" => optional_constraint(build.sdk_version.as_ref()),
        _ => return None,
    })
}

fn string(text: &Located<String>) -> Value {
    Value::project_string(text.value.as_str(), Some(text.span))
}

fn strings(texts: &[Located<String>]) -> Value {
    ValueKind::List(texts.iter().map(string).collect()).into()
}

/// Texts of the project of which no place is known.
pub(super) fn project_strings(texts: impl IntoIterator<Item = String>) -> Value {
    ValueKind::List(texts.into_iter().map(|text| Value::project_string(text, None)).collect()).into()
}

fn records(count: usize, record: impl Fn(usize) -> RecordValue) -> Value {
    ValueKind::List((0..count).map(|index| ValueKind::Record(record(index)).into()).collect()).into()
}

fn optional_string(text: Option<&Located<String>>) -> Value {
    text.map_or_else(Value::none, string)
}

fn optional_int(number: Option<&Located<i64>>) -> Value {
    number.map_or_else(Value::none, |number| Value {
        kind: ValueKind::Int(number.value),
        origin: Origin::project(Some(number.span)),
    })
}

fn optional_constraint(constraint: Option<&Located<Constraint>>) -> Value {
    constraint.map_or_else(Value::none, |constraint| Value {
        kind: ValueKind::Constraint(constraint.value.clone()),
        origin: Origin::project(Some(constraint.span)),
    })
}

fn version(version: &Version) -> Value {
    ValueKind::Version(version.clone()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::hir::Hir;
    use crate::check::types::{Record, Type, fields};
    use crate::diagnostic::Sink;
    use crate::eval::{Facts, Resolved};
    use crate::project::Project;
    use crate::project::memory::MemoryTree;
    use crate::source::SourceMap;

    const COG: &str = "
build:
  python_version: '3.12'
  run:
    - command: echo one
      mounts:
        - {type: secret, id: a, target: /run/a}
model: registry.example/me/model
run: run.py:Runner
weights:
  - {name: base, target: /src/base, source: {uri: weights/base}}
";

    /// Knows one dependency.
    struct One(Version);

    impl Resolved for One {
        fn version(&self, dependency: &str) -> Option<&Version> {
            (dependency == "one").then_some(&self.0)
        }

        fn column(&self, _: &str, column: &str) -> Option<&str> {
            (column == "index").then_some("https://index.example")
        }

        fn image(&self, _: Side) -> &str {
            "image"
        }

        fn image_has(&self, _: Side, _: &str) -> bool {
            false
        }

        fn base_has(&self, _: &str) -> bool {
            false
        }

        fn pinned(&self, _: &[String]) -> Vec<String> {
            Vec::new()
        }

        fn lines(&self) -> &[String] {
            &[]
        }
    }

    /// Every record of the language, as a type and as a value.
    fn records() -> Vec<(Record, RecordValue)> {
        let dependency = |name: &str, optional| {
            (Record::Dependency { name: name.into(), optional }, RecordValue::Dependency(name.into()))
        };
        vec![
            (Record::Config, RecordValue::Config),
            (Record::ConfigBuild, RecordValue::ConfigBuild),
            (Record::ConfigConcurrency, RecordValue::ConfigConcurrency),
            (Record::RunCommand, RecordValue::RunCommand(0)),
            (Record::SecretMount, RecordValue::SecretMount(0, 0)),
            (Record::Weight, RecordValue::Weight(0)),
            (Record::Packages, RecordValue::Packages),
            (Record::Platform, RecordValue::Platform),
            (Record::Base, RecordValue::Base),
            (Record::BaseImage, RecordValue::BaseImage(Side::Build)),
            dependency("one", false),
            dependency("other", true),
        ]
    }

    fn is_of(value: &Value, ty: &Type) -> bool {
        match (&value.kind, ty) {
            (ValueKind::None, Type::Optional(_))
            | (ValueKind::Bool(_), Type::Bool)
            | (ValueKind::Int(_), Type::Int)
            | (ValueKind::String(_), Type::String)
            | (ValueKind::Version(_), Type::Version)
            | (ValueKind::Constraint(_), Type::Constraint)
            | (ValueKind::Record(_), Type::Record(_)) => true,
            (ValueKind::List(values), Type::List(element)) => values.iter().all(|value| is_of(value, element)),
            (_, Type::Optional(inner)) => is_of(value, inner),
            _ => false,
        }
    }

    #[test]
    fn every_declared_field_has_a_value_of_its_type() {
        let sources = SourceMap::new();
        let mut sink = Sink::new();
        let tree: MemoryTree = [("cog.yaml", COG), ("run.py", "")].into_iter().collect();
        let project = Project::read(Box::new(tree), &sources, &mut sink);
        assert!(!sink.has_errors(), "{:?}", sink.diagnostics());
        let one = One(Version::parse("1.2").unwrap());
        let facts = Facts {
            project: &project,
            sources: &sources,
            platform: ("linux", "amd64"),
            predictor: None,
            resolved: Some(&one),
        };
        let hir = Hir::default();
        let evaluator = Evaluator::new(&hir, facts, &[], 0);
        for (record, value) in records() {
            let fields = fields(&record);
            assert!(!fields.is_empty(), "{record}");
            for (name, ty) in fields {
                let found = evaluator.record_field(&value, name);
                assert!(found.as_ref().is_some_and(|found| is_of(found, &ty)), "{record}.{name}: {ty}, {found:?}");
            }
        }
    }
}
