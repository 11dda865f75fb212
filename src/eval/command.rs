//! What `run` runs: shell text with every interpolation quoted by its type, or a list of arguments.

use crate::check::hir::{Command, Expr, ShellPart};
use crate::check::shell;
use crate::eval::value::Value;
use crate::eval::{Evaluated, Evaluator, error};

/// A command that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// A text for `/bin/sh -c`.
    Shell(String),
    /// A program and its arguments.
    Exec(Vec<String>),
}

impl Evaluator<'_> {
    /// The command of a `run`; `None` when nothing is left of it.
    pub fn command(&self, command: &Command) -> Evaluated<Option<Invocation>> {
        match command {
            Command::Shell(parts) => {
                let text = self.shell_text(parts)?;
                Ok((!text.trim().is_empty()).then_some(Invocation::Shell(text)))
            }
            Command::Exec(list) => {
                let mut args = Vec::new();
                for value in self.strings(list)? {
                    args.push(argument(&value, list)?);
                }
                Ok((!args.is_empty()).then_some(Invocation::Exec(args)))
            }
        }
    }

    fn shell_text(&self, parts: &[ShellPart]) -> Evaluated<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                ShellPart::Text(own) => text.push_str(own),
                ShellPart::Raw(expr) => {
                    let value = self.string(expr)?;
                    let raw = value.text().unwrap_or_default();
                    if raw.contains('\0') {
                        return Err(Box::new(error::nul("this command", value.origin, expr.span)));
                    }
                    text.push_str(&raw);
                }
                ShellPart::Word { value: expr, leads } => {
                    let mut value = self.string(expr)?;
                    value.origin.leads &= leads;
                    text.push_str(&shell::quote(&argument(&value, expr)?));
                }
                ShellPart::Words(expr) => {
                    let mut words = Vec::new();
                    for value in self.strings(expr)? {
                        words.push(shell::quote(&argument(&value, expr)?));
                    }
                    text.push_str(&words.join(" "));
                }
            }
        }
        // A failing line of several would go unnoticed without it.
        let text = text.trim_end();
        Ok(if text.contains('\n') { format!("set -e\n{text}") } else { text.to_owned() })
    }
}

/// A value as one argument: no NUL, and no option where the project chose its first character.
fn argument(value: &Value, expr: &Expr) -> Evaluated<String> {
    let text = value.text().ok_or_else(|| Box::new(error::mistyped("string", expr.span)))?;
    if text.contains('\0') {
        return Err(Box::new(error::nul("this argument", value.origin, expr.span)));
    }
    if value.origin.leads && text.starts_with('-') {
        return Err(Box::new(error::leading_dash(&text, value.origin, expr.span)));
    }
    Ok(text.to_string())
}
