//! What the grammar read as an expression → [`Expr`]: precedence, `if`/`else`, calls, lists.

use std::iter::Peekable;
use std::vec::IntoIter;

use pest::iterators::Pair;

use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Elem, Expr, ExprKind, For, When};
use crate::syntax::error;
use crate::syntax::grammar::Rule;
use crate::syntax::parse::Reader;

/// How high the tree of an expression may be. Every pass over a tree may recurse that deep.
const MAX_HEIGHT: usize = 128;

/// Words of other languages, and ours for them.
const FOREIGN_LITERALS: &[(&str, &str)] = &[
    ("None", "none"),
    ("null", "none"),
    ("nil", "none"),
    ("undefined", "none"),
    ("True", "true"),
    ("TRUE", "true"),
    ("False", "false"),
    ("FALSE", "false"),
];

enum Piece {
    Value(Expr),
    Not(Span),
    Operator(BinaryOp, Span),
    If(Span),
    Else(Span),
}

impl Reader<'_> {
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        self.expr_at(pair, 0)
    }

    /// `height` is how many expressions are around this one. A chain of operators may lean to either side, so all its
    /// operands count as being as deep as the chain is long.
    pub(super) fn expr_at(&mut self, pair: Pair<'_, Rule>, height: usize) -> Option<Expr> {
        let mut inner = pair.clone().into_inner();
        let height = height + inner.len();
        if height > MAX_HEIGHT {
            self.too_deep(self.trimmed(&pair));
            return None;
        }
        if inner.len() == 1 {
            return self.postfix(inner.next()?, height);
        }
        let mut operands = vec![Vec::new()];
        let mut words = Vec::new();
        for part in inner {
            let piece = self.piece(part, height)?;
            match piece {
                Piece::If(_) | Piece::Else(_) => {
                    words.push(piece);
                    operands.push(Vec::new());
                }
                _ => operands.last_mut()?.push(piece),
            }
        }
        let mut values = Vec::with_capacity(operands.len());
        for operand in operands {
            values.push(self.climb(&mut operand.into_iter().peekable(), 0)?);
        }
        self.choose(values, &words)
    }

    fn piece(&mut self, part: Pair<'_, Rule>, height: usize) -> Option<Piece> {
        let span = self.span(&part);
        Some(match part.as_rule() {
            Rule::k_not => Piece::Not(span),
            Rule::operator => match part.as_str() {
                "if" => Piece::If(span),
                "else" => Piece::Else(span),
                text => Piece::Operator(operator(text)?, span),
            },
            _ => Piece::Value(self.postfix(part, height)?),
        })
    }

    /// `values` with `if` and `else` between them: `a if b else c if d`.
    fn choose(&mut self, mut values: Vec<Expr>, words: &[Piece]) -> Option<Expr> {
        for (index, word) in words.iter().enumerate() {
            let wrong = match (word, index % 2) {
                (Piece::Else(span), 0) => error::else_without_if(*span),
                (Piece::If(span), 1) => match words.get(index - 1) {
                    Some(Piece::If(first)) => error::if_without_else(*first, *span),
                    _ => error::else_without_if(*span),
                },
                _ => continue,
            };
            self.error(wrong);
            values.truncate(1);
            return values.pop();
        }
        let mut otherwise = if values.len() % 2 == 1 { values.pop() } else { None };
        while let Some(condition) = values.pop() {
            let then = values.pop()?;
            let end = otherwise.as_ref().map_or(condition.span, |expr| expr.span);
            let span = then.span.to(end);
            let kind = ExprKind::If {
                then: Box::new(then),
                condition: Box::new(condition),
                otherwise: otherwise.take().map(Box::new),
            };
            otherwise = Some(Expr { kind, span });
        }
        otherwise
    }

    /// Precedence climbing: reads operators that bind at least as tightly as `least`.
    fn climb(&mut self, pieces: &mut Peekable<IntoIter<Piece>>, least: u8) -> Option<Expr> {
        let mut left = match pieces.next()? {
            Piece::Value(value) => value,
            Piece::Not(span) => {
                if least > NOT {
                    self.error(error::not_after_operator(span));
                }
                let operand = self.climb(pieces, NOT)?;
                let span = span.to(operand.span);
                Expr { kind: ExprKind::Not(Box::new(operand)), span }
            }
            Piece::Operator(..) | Piece::If(_) | Piece::Else(_) => return None,
        };
        let mut compared: Option<Span> = None;
        while let Some(Piece::Operator(op, op_span)) = pieces.peek() {
            let (op, op_span) = (*op, *op_span);
            let binds = precedence(op);
            if binds < least {
                break;
            }
            pieces.next();
            if binds == COMPARISON {
                if let Some(first) = compared {
                    self.error(error::chained_comparison(first, op_span));
                }
                compared = Some(op_span);
            }
            let right = self.climb(pieces, binds + 1)?;
            let span = left.span.to(right.span);
            let kind = ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) };
            left = Expr { kind, span };
        }
        Some(left)
    }

    fn postfix(&mut self, pair: Pair<'_, Rule>, height: usize) -> Option<Expr> {
        let mut inner = pair.clone().into_inner();
        let height = height + inner.len() - 1;
        if height > MAX_HEIGHT {
            self.too_deep(self.span(&pair));
            return None;
        }
        let mut expr = self.primary(inner.next()?, height)?;
        for part in inner {
            let span = expr.span.to(self.span(&part));
            let kind = if part.as_rule() == Rule::field {
                let name = self.ident(&part.into_inner().next()?);
                ExprKind::Field { base: Box::new(expr), name }
            } else {
                let args = part.into_inner().map(|arg| self.expr_at(arg, height)).collect::<Option<Vec<_>>>()?;
                ExprKind::Call { callee: Box::new(expr), args }
            };
            expr = Expr { kind, span };
        }
        Some(expr)
    }

    fn primary(&mut self, pair: Pair<'_, Rule>, height: usize) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::ident => self.name(pair.as_str(), span),
            Rule::plain | Rule::multi | Rule::raw => ExprKind::Str(self.string_at(pair, height)?),
            Rule::int => self.int(pair.as_str(), span),
            Rule::bool => ExprKind::Bool(pair.as_str() == "true"),
            Rule::none => ExprKind::None,
            Rule::paren => ExprKind::Paren(Box::new(self.expr_at(pair.into_inner().next()?, height)?)),
            Rule::list => ExprKind::List(self.elements(pair, height)?),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    fn name(&mut self, name: &str, span: Span) -> ExprKind {
        if let Some((_, ours)) = FOREIGN_LITERALS.iter().find(|(foreign, _)| *foreign == name) {
            self.error(error::foreign_literal(span, name, ours));
            return match *ours {
                "none" => ExprKind::None,
                word => ExprKind::Bool(word == "true"),
            };
        }
        ExprKind::Name(name.to_owned())
    }

    fn int(&mut self, text: &str, span: Span) -> ExprKind {
        let value = text.parse::<i64>().ok().filter(|_| text == "0" || !text.starts_with('0'));
        if value.is_none() {
            self.error(error::number(span, text));
        }
        ExprKind::Int(value.unwrap_or_default())
    }

    fn elements(&mut self, pair: Pair<'_, Rule>, height: usize) -> Option<Vec<Elem>> {
        pair.into_inner().map(|element| self.element(element, height)).collect()
    }

    fn element(&mut self, pair: Pair<'_, Rule>, height: usize) -> Option<Elem> {
        let span = self.trimmed(&pair);
        let rule = pair.as_rule();
        if rule == Rule::expr {
            return Some(Elem::Expr(self.expr_at(pair, height)?));
        }
        let mut inner =
            pair.into_inner().filter(|part| !matches!(part.as_rule(), Rule::k_in | Rule::k_else | Rule::lbrace));
        inner.next()?;
        if rule == Rule::when_list {
            let condition = self.expr_at(inner.next()?, height)?;
            let then = self.elements(inner.next()?, height)?;
            let otherwise = match inner.next() {
                Some(part) => Some(self.elements(part, height)?),
                None => None,
            };
            return Some(Elem::When(When { condition, then, otherwise, span }));
        }
        let name = self.ident(&inner.next()?);
        let list = self.expr_at(inner.next()?, height)?;
        let body = self.elements(inner.next()?, height)?;
        Some(Elem::For(For { name, list, body, span }))
    }
}

const NOT: u8 = 3;
const COMPARISON: u8 = 4;

fn precedence(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Coalesce => 0,
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::In => {
            COMPARISON
        }
    }
}

fn operator(text: &str) -> Option<BinaryOp> {
    Some(match text {
        "??" => BinaryOp::Coalesce,
        "or" => BinaryOp::Or,
        "and" => BinaryOp::And,
        "==" => BinaryOp::Eq,
        "!=" => BinaryOp::Ne,
        "<" => BinaryOp::Lt,
        "<=" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        "in" => BinaryOp::In,
        _ => return None,
    })
}
