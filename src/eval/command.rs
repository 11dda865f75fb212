//! What `run` runs: shell text with every interpolation quoted by its type, or a list of arguments.

use crate::check::address::has_credentials;
use crate::check::hir::{Command, Expr, ShellPart};
use crate::check::shell;
use crate::eval::value::{Origin, Value};
use crate::eval::{Evaluated, Evaluator, error};
use crate::source::Span;

/// A command that is ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// A text for `/bin/sh -c`.
    Shell(String),
    /// A program and its arguments.
    Exec(Vec<String>),
}

impl Evaluator<'_> {
    /// The command of the `run` at `span`; `None` when nothing is left of it.
    pub fn command(&self, command: &Command, span: Span) -> Evaluated<Option<Invocation>> {
        match command {
            Command::Shell(parts) => {
                let text = self.shell_text(parts)?;
                if has_credentials(&text) {
                    return Err(Box::new(error::credentials("this command", Origin::default(), span)));
                }
                Ok((!text.trim().is_empty()).then_some(Invocation::Shell(text)))
            }
            Command::Exec(list) => {
                let args = self.arguments(list)?;
                Ok((!args.is_empty()).then_some(Invocation::Exec(args)))
            }
        }
    }

    /// The words of a list that becomes a command.
    pub fn arguments(&self, list: &Expr) -> Evaluated<Vec<String>> {
        self.strings(list)?.iter().map(|value| self.argument(value, list)).collect()
    }

    /// A text that a file or a setting gets.
    pub fn content(&self, expr: &Expr) -> Evaluated<String> {
        let value = self.string(expr)?;
        let text = value.text().unwrap_or_default();
        self.write(text.len(), expr.span)?;
        refuse_credentials("this value", &text, value.origin, expr)?;
        Ok(text.to_string())
    }

    /// The same without NUL, which only files can hold.
    pub fn plain(&self, expr: &Expr) -> Evaluated<String> {
        let value = self.string(expr)?;
        let text = value.text().unwrap_or_default();
        self.write(text.len(), expr.span)?;
        if text.contains('\0') {
            return Err(Box::new(error::nul("this value", value.origin, expr.span)));
        }
        refuse_credentials("this value", &text, value.origin, expr)?;
        Ok(text.to_string())
    }

    fn argument(&self, value: &Value, expr: &Expr) -> Evaluated<String> {
        self.write(value.bytes(), expr.span)?;
        argument(value, expr)
    }

    fn shell_text(&self, parts: &[ShellPart]) -> Evaluated<String> {
        let mut text = String::new();
        for part in parts {
            match part {
                ShellPart::Text(own) => text.push_str(own),
                ShellPart::Raw(expr) => {
                    text.push_str(&self.plain(expr)?);
                }
                ShellPart::Word { value: expr, leads } => {
                    let mut value = self.string(expr)?;
                    value.origin.leads &= leads;
                    text.push_str(&shell::quote(&self.argument(&value, expr)?));
                }
                ShellPart::Words(expr) => {
                    let mut words = Vec::new();
                    for value in self.strings(expr)? {
                        words.push(shell::quote(&self.argument(&value, expr)?));
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
    refuse_credentials("this argument", &text, value.origin, expr)?;
    if value.origin.leads && text.starts_with('-') {
        return Err(Box::new(error::leading_dash(&text, value.origin, expr.span)));
    }
    Ok(text.to_string())
}

/// What is written into an image or its history, everyone can read who has the image.
fn refuse_credentials(what: &str, text: &str, origin: Origin, expr: &Expr) -> Evaluated<()> {
    if has_credentials(text) { Err(Box::new(error::credentials(what, origin, expr.span))) } else { Ok(()) }
}
