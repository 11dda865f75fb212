//! Built-in functions and methods.

use std::rc::Rc;

use crate::check::hir::Expr;
use crate::check::phase::Side;
use crate::check::shell;
use crate::check::types::{Builtin, Method};
use crate::eval::facts::project_strings;
use crate::eval::value::{Origin, RecordValue, Value, ValueKind};
use crate::eval::{Evaluated, Evaluator, error};
use crate::project::data::{Data, DataKind, Format};
use crate::project::glob;
use crate::project::packages::normalize;
use crate::source::Span;
use crate::version::Constraint;

impl Evaluator<'_> {
    /// A call of a built-in function.
    pub(super) fn builtin(&self, function: Builtin, args: &[Expr], span: Span) -> Evaluated<Value> {
        let arg = |index: usize| args.get(index).ok_or_else(|| Box::new(error::mistyped("argument", span)));
        let text = |index: usize| {
            let value = self.string(arg(index)?)?;
            let text = value.text().unwrap_or_default();
            self.write(text.len(), span)?;
            Ok::<_, Box<crate::diagnostic::Diagnostic>>((text, value.origin))
        };
        Ok(match function {
            Builtin::Exists => self.exists(arg(0)?, span)?,
            Builtin::Glob => self.glob(arg(0)?, span)?,
            Builtin::Read => self.read(arg(0)?)?,
            Builtin::Toml => self.document(Format::Toml, arg(0)?)?,
            Builtin::Yaml => self.document(Format::Yaml, arg(0)?)?,
            Builtin::Json => self.document(Format::Json, arg(0)?)?,
            Builtin::Join => {
                let values = self.list(arg(0)?)?;
                let separator = text(1)?;
                let mut pieces = Vec::with_capacity(2 * values.len());
                for value in &values {
                    if !pieces.is_empty() {
                        pieces.push(separator.clone());
                    }
                    pieces.push((value.text().unwrap_or_default(), value.origin));
                }
                self.write(pieces.iter().map(|(piece, _)| piece.len()).sum(), span)?;
                Value::concat(pieces)
            }
            Builtin::Split => {
                let (whole, origin) = text(0)?;
                let separator = text(1)?.0;
                self.spend(whole.matches(&*separator).count(), span)?;
                let piece = |(index, piece): (usize, &str)| {
                    let origin = if index == 0 { origin } else { origin.of_a_part() };
                    Value { kind: ValueKind::String(piece.into()), origin }
                };
                let pieces = if separator.is_empty() {
                    vec![piece((0, &whole))]
                } else {
                    whole.split(&*separator).enumerate().map(piece).collect()
                };
                ValueKind::List(pieces).into()
            }
            Builtin::Trim => {
                let (whole, origin) = text(0)?;
                let starts_later = whole.starts_with(char::is_whitespace);
                let origin = if starts_later { origin.of_a_part() } else { origin };
                Value { kind: ValueKind::String(whole.trim().into()), origin }
            }
            Builtin::Replace => {
                let (whole, origin) = text(0)?;
                let from = text(1)?.0;
                let (to, of_to) = text(2)?;
                if from.is_empty() || !whole.contains(&*from) {
                    return Ok(Value { kind: ValueKind::String(whole), origin });
                }
                let within = origin.within || of_to.within;
                let leads = if whole.starts_with(&*from) { within } else { origin.leads };
                let origin = Origin { leads, within, span: origin.span.or(of_to.span) };
                self.write(whole.len().saturating_mul(to.len().max(1)) / from.len().max(1), span)?;
                Value { kind: ValueKind::String(whole.replace(&*from, &to).into()), origin }
            }
            Builtin::StartsWith => Value::bool(text(0)?.0.starts_with(&*text(1)?.0)),
            Builtin::EndsWith => Value::bool(text(0)?.0.ends_with(&*text(1)?.0)),
            Builtin::ToJson => {
                let value = self.value(arg(0)?)?;
                let origin = match value.kind {
                    ValueKind::Data(_) | ValueKind::Record(_) => Origin::project(value.origin.span),
                    _ => value.origin,
                };
                Value { kind: ValueKind::String(self.json(&value, span)?.into()), origin }
            }
            Builtin::Quote => {
                let (word, origin) = text(0)?;
                Value { kind: ValueKind::String(shell::quote(&word).into()), origin }
            }
        })
    }

    /// A call of a method.
    pub(super) fn method(&self, base: &Expr, method: Method, args: &[Expr], span: Span) -> Evaluated<Value> {
        let receiver = self.value(base)?;
        let text = |index: usize| {
            let arg = args.get(index).ok_or_else(|| Box::new(error::mistyped("argument", span)))?;
            Ok::<_, Box<crate::diagnostic::Diagnostic>>(self.string(arg)?.text().unwrap_or_default())
        };
        let packages = &self.facts.project.packages;
        Ok(match (method, receiver.kind) {
            (Method::VersionMajor, ValueKind::Version(version)) => {
                ValueKind::Int(i64::try_from(version.major()).unwrap_or(i64::MAX)).into()
            }
            (Method::VersionMinor, ValueKind::Version(version)) => {
                ValueKind::Int(i64::try_from(version.minor().unwrap_or(0)).unwrap_or(i64::MAX)).into()
            }
            (Method::VersionMajorMinor, ValueKind::Version(version)) => Value::string(version.major_minor()),
            (Method::PackagesHas, _) => Value::bool(packages.has(&text(0)?)),
            (Method::PackagesConstraint, _) => match packages.constraint(&text(0)?) {
                Some(constraint) => {
                    let asked = packages.by_name.get(&normalize(&text(0)?));
                    // Each requirement is joined to the text of all before it.
                    let count = asked.map_or(0, |package| package.requirements.len());
                    self.spend(count * (count / 2 + 4), span)?;
                    let span = asked.and_then(|package| Some(package.requirements.first()?.span));
                    Value { kind: ValueKind::Constraint(constraint), origin: Origin::project(span) }
                }
                None => Value::none(),
            },
            (Method::PackagesPinned, _) => {
                let names: Vec<String> = match args.first() {
                    Some(names) => {
                        self.list(names)?.iter().filter_map(|name| name.text().map(|t| t.to_string())).collect()
                    }
                    None => Vec::new(),
                };
                let lines = self.facts.resolved.map(|resolved| resolved.pinned(&names)).unwrap_or_default();
                project_strings(lines)
            }
            (Method::BaseHas, _) => {
                let name = text(0)?;
                Value::bool(self.facts.resolved.is_some_and(|resolved| resolved.base_has(&name)))
            }
            (Method::BaseImageHas, ValueKind::Record(RecordValue::BaseImage(side))) => {
                let name = text(0)?;
                Value::bool(self.image_has(side, &name))
            }
            (method, ValueKind::Data(data)) => return data_method(data.as_ref(), method, &text(0)?, span),
            _ => return Err(Box::new(error::mistyped("method", span))),
        })
    }

    fn image_has(&self, side: Side, name: &str) -> bool {
        self.facts.resolved.is_some_and(|resolved| resolved.image_has(side, name))
    }

    fn exists(&self, patterns: &Expr, span: Span) -> Evaluated<Value> {
        for pattern in self.strings(patterns)? {
            let text = pattern.text().unwrap_or_default();
            let found = glob::search(self.facts.project.tree(), &text)
                .map_err(|problem| Box::new(error::bad_path(&problem.to_string(), pattern.origin, span)))?;
            self.spend(found.looked_at, span)?;
            if let Some(path) = found.paths.into_iter().next() {
                self.note(path);
                return Ok(Value::bool(true));
            }
        }
        Ok(Value::bool(false))
    }

    fn glob(&self, pattern: &Expr, span: Span) -> Evaluated<Value> {
        let mut paths = Vec::new();
        for pattern in self.strings(pattern)? {
            let text = pattern.text().unwrap_or_default();
            let found = glob::search(self.facts.project.tree(), &text)
                .map_err(|problem| Box::new(error::bad_path(&problem.to_string(), pattern.origin, span)))?;
            self.spend(found.looked_at, span)?;
            paths.extend(found.paths);
        }
        Ok(project_strings(paths))
    }

    fn read(&self, path: &Expr) -> Evaluated<Value> {
        let path = self.string(path)?.text().unwrap_or_default();
        let text = self.facts.project.text(&path).map_err(Box::new)?;
        Ok(text.map_or_else(Value::none, |text| {
            self.note(path.to_string());
            Value::project_string(text, None)
        }))
    }

    fn document(&self, format: Format, path: &Expr) -> Evaluated<Value> {
        let path = self.string(path)?.text().unwrap_or_default();
        let data = self.facts.project.document(self.facts.sources, format, &path).map_err(Box::new)?;
        if data.is_some() {
            self.note(path.to_string());
        }
        Ok(ValueKind::Data(data).into())
    }

    /// JSON text with the key order of the source, as `to_json` writes it.
    fn json(&self, value: &Value, span: Span) -> Evaluated<String> {
        let text = match &value.kind {
            ValueKind::None | ValueKind::Omitted => "null".into(),
            ValueKind::Bool(value) => value.to_string(),
            ValueKind::Int(value) => value.to_string(),
            ValueKind::List(values) => {
                let items = values.iter().map(|value| self.json(value, span)).collect::<Evaluated<Vec<String>>>()?;
                format!("[{}]", items.join(","))
            }
            ValueKind::Data(data) => data.as_ref().map_or_else(|| "null".into(), |data| data_json(data)),
            ValueKind::Record(RecordValue::Config) => self.facts.project.config.to_json(),
            ValueKind::Record(_) => "null".into(),
            ValueKind::String(_) | ValueKind::Version(_) | ValueKind::Constraint(_) => {
                serde_json::Value::from(&*value.text().unwrap_or_default()).to_string()
            }
        };
        self.write(text.len(), span)?;
        Ok(text)
    }
}

fn data_method(data: Option<&Rc<Data>>, method: Method, key: &str, used: Span) -> Evaluated<Value> {
    let found = data.and_then(|data| data.get(key)).filter(|found| found.kind != DataKind::Null);
    if method == Method::DataHas {
        return Ok(Value::bool(found.is_some()));
    }
    let Some(found) = found else { return Ok(Value::none()) };
    let wrong = |wanted: &str| Box::new(error::wrong_data_type(key, wanted, found.kind_name(), found.span, used));
    let origin = Origin::project(Some(found.span));
    let kind = match (method, &found.kind) {
        (Method::DataString, DataKind::String(text)) => ValueKind::String(text.as_str().into()),
        (Method::DataString, _) => return Err(wrong("a string")),
        (Method::DataInt, DataKind::Int { value, .. }) => ValueKind::Int(*value),
        (Method::DataInt, _) => return Err(wrong("an integer")),
        (Method::DataBool, DataKind::Bool(value)) => ValueKind::Bool(*value),
        (Method::DataBool, _) => return Err(wrong("a boolean")),
        (Method::DataStrings, DataKind::List(items)) => ValueKind::List(
            items
                .iter()
                .map(|item| match &item.kind {
                    DataKind::String(text) => Ok(Value::project_string(text.as_str(), Some(item.span))),
                    _ => {
                        let kind = item.kind_name();
                        Err(Box::new(error::wrong_data_type(key, "a list of strings", kind, item.span, used)))
                    }
                })
                .collect::<Evaluated<_>>()?,
        ),
        (Method::DataStrings, _) => return Err(wrong("a list of strings")),
        (Method::DataKeys, DataKind::Map(entries)) => ValueKind::List(
            entries.iter().map(|(name, entry)| Value::project_string(name.as_str(), Some(entry.key_span))).collect(),
        ),
        (Method::DataKeys, _) => return Err(wrong("a table")),
        (
            Method::DataConstraint,
            DataKind::String(text) | DataKind::Number(text) | DataKind::Int { written: text, .. },
        ) => {
            let constraint = Constraint::parse(text)
                .map_err(|invalid| Box::new(error::bad_constraint(text, &invalid.reason, found.span, used)))?;
            ValueKind::Constraint(constraint)
        }
        (Method::DataConstraint, _) => return Err(wrong("a version constraint")),
        _ => return Err(Box::new(error::mistyped("method", used))),
    };
    Ok(Value { kind, origin })
}

/// Whether JSON writes a number so: dates of TOML, `inf` and `0x1f` of YAML become texts.
fn is_json_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// Documents nest no deeper than `project::data` lets them.
fn data_json(data: &Data) -> String {
    match &data.kind {
        DataKind::Null => "null".into(),
        DataKind::Bool(value) => value.to_string(),
        DataKind::Int { value, .. } => value.to_string(),
        DataKind::Number(text) if is_json_number(text) => text.clone(),
        DataKind::Number(text) | DataKind::String(text) => serde_json::Value::from(text.as_str()).to_string(),
        DataKind::List(items) => {
            let items: Vec<String> = items.iter().map(data_json).collect();
            format!("[{}]", items.join(","))
        }
        DataKind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(name, entry)| format!("{}:{}", serde_json::Value::from(name.as_str()), data_json(&entry.value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}
