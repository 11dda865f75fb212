//! `run`: shell text with interpolations that are quoted by type, or a list that is run as it is.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::{is_leavable, texts};
use crate::check::hir::{Clause, Command, Elem, Expr, ExprKind, OperationKind, ShellPart};
use crate::check::path;
use crate::check::shell::{self, Lexed, Piece, Place, Slot};
use crate::check::stage::habit;
use crate::check::types::Type;
use crate::source::Span;
use crate::syntax::ast::{self, StrLit, StrPart};

impl Checker<'_, '_> {
    pub(super) fn run(&mut self, run: &ast::Run) -> OperationKind {
        let command = match &run.command.kind {
            ast::ExprKind::Str(literal) => Command::Shell(self.shell(literal)),
            _ => Command::Exec(self.exec(&run.command)),
        };
        let clauses = self.clauses(&run.clauses);
        if !self.network && !clauses.iter().any(|clause| matches!(clause, Clause::NetworkNone)) {
            self.report_network_tool(&command, run.command.span);
        }
        OperationKind::Run { command, clauses }
    }

    fn exec(&mut self, written: &ast::Expr) -> Expr {
        let checked = self.expr(written, Some(&texts()));
        if checked.ty == Type::String {
            return self.refuse(checked.span, error::run_needs_literal(checked.span));
        }
        if let ExprKind::List(elements) = &checked.kind
            && elements.is_empty()
        {
            self.report(error::empty_command(checked.span));
        }
        let checked = self.coerce(checked, &texts());
        self.words(&checked);
        checked
    }

    fn shell(&mut self, literal: &StrLit) -> Vec<ShellPart> {
        if literal.literal().is_some_and(|text| text.trim().is_empty()) {
            self.report(error::empty_command(literal.span));
        }
        let pieces: Vec<Piece<'_>> = literal.parts.iter().map(piece).collect();
        let Lexed { slots, problems } = shell::lex(&pieces);
        for problem in &problems {
            let span = place_of(problem.piece, problem.offset, literal);
            self.report(error::shell_problem(&problem.message, span));
        }
        if let Some(text) = written_text(literal) {
            self.report_lost_cd(&text, literal.span);
        }
        let mut slots = slots.into_iter();
        let mut parts = Vec::new();
        for (part, piece) in literal.parts.iter().zip(&pieces) {
            let slot = if *piece == Piece::Slot { slots.next() } else { None };
            parts.push(self.shell_part(part, slot.as_ref()));
        }
        parts
    }

    fn shell_part(&mut self, part: &StrPart, slot: Option<&Slot>) -> ShellPart {
        match part {
            StrPart::Text { value, .. } => ShellPart::Text(value.clone()),
            StrPart::Interp { raw: true, expr, span } => ShellPart::Raw(self.raw(expr, *span)),
            StrPart::Interp { raw: false, expr, span } => {
                // The lexer gives a slot for every interpolation; without one nothing is known of its place.
                let unknown = Place::Unclear("its place is not known");
                let unknown = Slot { place: unknown, alone: false, leads: true, command: false };
                self.interpolation(expr, *span, slot.unwrap_or(&unknown))
            }
        }
    }

    fn interpolation(&mut self, expr: &ast::Expr, span: Span, slot: &Slot) -> ShellPart {
        let value = self.interpolated(expr, span);
        let is_list = matches!(value.ty, Type::List(_));
        let words = is_list || is_leavable(&value);
        if value.ty != Type::Error {
            let found = match &slot.place {
                Place::Word => self.misfit(&value, slot, span),
                place => Some(error::interpolation_place(place, &value, span)),
            };
            found.into_iter().for_each(|diagnostic| self.report(diagnostic));
        }
        if words { ShellPart::Words(value) } else { ShellPart::Word { value, leads: slot.leads } }
    }

    /// What is wrong with a value at a place where a word may stand.
    fn misfit(&self, value: &Expr, slot: &Slot, span: Span) -> Option<crate::diagnostic::Diagnostic> {
        match &value.ty {
            Type::List(element) if !is_word(element) => Some(error::no_shell_word(value)),
            Type::List(_) if !slot.alone => Some(error::list_not_alone(value, span)),
            Type::List(_) => None,
            ty if !is_word(ty) => Some(error::no_shell_word(value)),
            _ if is_leavable(value) && !slot.alone => Some(error::optional_not_alone(span)),
            _ => None,
        }
    }

    /// `${raw x}`: a literal, or a command of `cog.yaml`.
    fn raw(&mut self, expr: &ast::Expr, span: Span) -> Expr {
        let value = self.expr(expr, None);
        let is_text = value.ty == Type::String;
        match &value.kind {
            _ if value.ty == Type::Error => value,
            ExprKind::Str(_) => value,
            _ if is_text && self.is_command(&value) => value,
            _ => self.refuse(span, error::raw_not_allowed(&value, span)),
        }
    }

    /// A `run` that only changes the directory: the next one does not know of it.
    fn report_lost_cd(&mut self, text: &str, span: Span) {
        let text = text.trim();
        let is_cd = text == "cd" || text.strip_prefix("cd").is_some_and(|rest| rest.starts_with([' ', '\t']));
        if is_cd && !text.contains(['\n', ';', '&', '|']) {
            self.report(error::lost_cd(text, span));
        }
    }

    fn report_network_tool(&mut self, command: &Command, span: Span) {
        let tool = match command {
            Command::Shell(parts) => habit::network_tool_of_shell(parts),
            Command::Exec(list) => {
                let words = match &list.kind {
                    ExprKind::List(elements) => leading_words(elements),
                    _ => path::literals(list).into_iter().map(|(text, _)| text).collect(),
                };
                habit::network_tool(&words.iter().map(String::as_str).collect::<Vec<_>>())
            }
        };
        if let Some(tool) = tool {
            self.report(error::network_undeclared(&tool, span));
        }
    }
}

/// The literal words that a command certainly starts with.
fn leading_words(elements: &[Elem]) -> Vec<String> {
    let literal = |element: &Elem| match element {
        Elem::Expr(Expr { kind: ExprKind::Str(text), .. }) => Some(text.clone()),
        _ => None,
    };
    elements.iter().map_while(literal).collect()
}

fn is_word(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Int | Type::Version | Type::Constraint | Type::Never | Type::Error)
}

/// A raw literal is shell text like the rest; what else is interpolated is a slot.
fn piece(part: &StrPart) -> Piece<'_> {
    match part {
        StrPart::Text { value, .. } => Piece::Text(value),
        StrPart::Interp { raw: true, expr, .. } => match &expr.kind {
            ast::ExprKind::Str(literal) => literal.literal().map_or(Piece::Slot, Piece::Text),
            _ => Piece::Slot,
        },
        StrPart::Interp { .. } => Piece::Slot,
    }
}

/// The text of a literal; each interpolation is one character that is no blank.
fn written_text(literal: &StrLit) -> Option<String> {
    let text = literal.parts.iter().map(|part| match part {
        StrPart::Text { value, .. } => value.as_str(),
        StrPart::Interp { .. } => "\u{1}",
    });
    Some(text.collect::<String>()).filter(|text| !text.is_empty())
}

/// Where a byte of a piece is written. Escapes and indents make text shorter than it is written: then, the whole piece.
fn place_of(piece: usize, offset: usize, literal: &StrLit) -> Span {
    match literal.parts.get(piece) {
        Some(StrPart::Text { value, span }) if span.range().len() == value.len() && offset < value.len() => {
            let start = span.start as usize + offset;
            let width = value.get(offset..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            Span::new(span.file, start, start + width)
        }
        Some(StrPart::Text { span, .. } | StrPart::Interp { span, .. }) => *span,
        None => literal.span,
    }
}
