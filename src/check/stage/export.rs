//! `export { … }`: what the image's config gets.

use std::collections::BTreeMap;

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::{shows, texts};
use crate::check::hir::{ExportKind, ExportStmt, Expr, ExprKind};
use crate::check::types::Type;
use crate::source::Span;
use crate::syntax::ast;

impl Checker<'_, '_> {
    /// The statements of `export`; what is set twice at one level is refused.
    pub(in crate::check) fn export(&mut self, statements: &[ast::ExportStmt]) -> Vec<ExportStmt> {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut checked = Vec::new();
        for statement in statements {
            let span = export_span(statement);
            if let Some(setting) = setting(statement) {
                match seen.get(&setting) {
                    Some(first) => self.report(error::duplicate_setting(&setting, span, *first)),
                    None => {
                        seen.insert(setting, span);
                    }
                }
            }
            checked.push(self.export_statement(statement, span));
        }
        checked
    }

    fn export_statement(&mut self, statement: &ast::ExportStmt, span: Span) -> ExportStmt {
        let kind = match statement {
            ast::ExportStmt::Cmd(setting) => ExportKind::Cmd(self.exported_command(&setting.value)),
            ast::ExportStmt::Entrypoint(setting) => ExportKind::Entrypoint(self.exported_command(&setting.value)),
            ast::ExportStmt::Workdir(setting) => ExportKind::Workdir(self.path(&setting.value)),
            ast::ExportStmt::User(setting) => ExportKind::User(self.user(&setting.value)),
            ast::ExportStmt::Expose(setting) => ExportKind::Expose(self.port(&setting.value)),
            ast::ExportStmt::Label { name, value, .. } => self.label(name, value),
            ast::ExportStmt::Env(env) => ExportKind::Env(self.env(env)),
            ast::ExportStmt::When(when) => {
                let condition = self.condition(&when.condition, "when");
                let shown = shows(&condition);
                let then = self.knowing(&shown.when_true, |checker| checker.export(&when.then));
                let otherwise = when.otherwise.as_deref().unwrap_or_default();
                let otherwise = self.knowing(&shown.when_false, |checker| checker.export(otherwise));
                return ExportStmt::When { condition, then, otherwise };
            }
        };
        ExportStmt::Set { kind, span }
    }

    /// `cmd` and `entrypoint`: a list, so that nobody wonders whether a shell reads it.
    fn exported_command(&mut self, written: &ast::Expr) -> Expr {
        let checked = self.expr(written, Some(&texts()));
        if checked.ty == Type::String {
            return self.refuse(checked.span, error::command_not_a_list(checked.span));
        }
        let checked = self.coerce(checked, &texts());
        self.words(&checked);
        checked
    }

    fn port(&mut self, written: &ast::Expr) -> Expr {
        let port = self.expect(written, &Type::Int);
        if let ExprKind::Int(number) = port.kind
            && !(1..=65535).contains(&number)
        {
            self.report(error::invalid_port(number, port.span));
        }
        port
    }

    fn label(&mut self, name: &ast::StrLit, value: &ast::Expr) -> ExportKind {
        let text = name.literal();
        match text {
            None => self.report(error::interpolated_name("the name of a label", name.span)),
            Some("") => self.report(error::empty_label(name.span)),
            Some(_) => {}
        }
        let value = self.text(value);
        self.expanded_by_nobody(&value, None);
        ExportKind::Label(text.unwrap_or_default().to_owned(), value)
    }
}

/// What a statement sets, as it is called in messages; nothing for what may come more than once.
fn setting(statement: &ast::ExportStmt) -> Option<String> {
    Some(match statement {
        ast::ExportStmt::Cmd(_) => "cmd".into(),
        ast::ExportStmt::Entrypoint(_) => "entrypoint".into(),
        ast::ExportStmt::Workdir(_) => "workdir".into(),
        ast::ExportStmt::User(_) => "user".into(),
        ast::ExportStmt::Expose(setting) => match setting.value.kind {
            ast::ExprKind::Int(port) => format!("expose {port}"),
            _ => return None,
        },
        ast::ExportStmt::Label { name, .. } => format!("label \"{}\"", name.literal()?),
        ast::ExportStmt::Env(env) if !env.prepend => format!("env {}", env.name.name),
        ast::ExportStmt::Env(_) | ast::ExportStmt::When(_) => return None,
    })
}

fn export_span(statement: &ast::ExportStmt) -> Span {
    match statement {
        ast::ExportStmt::Cmd(setting)
        | ast::ExportStmt::Entrypoint(setting)
        | ast::ExportStmt::Workdir(setting)
        | ast::ExportStmt::User(setting)
        | ast::ExportStmt::Expose(setting) => setting.span,
        ast::ExportStmt::Label { span, .. } => *span,
        ast::ExportStmt::Env(env) => env.span,
        ast::ExportStmt::When(when) => when.span,
    }
}
