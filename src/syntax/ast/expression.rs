//! The part of the tree that stands inside statements: expressions, lists and strings.

use crate::source::Span;
use crate::syntax::ast::{For, Ident, When};

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `5000`
    Int(i64),
    /// Any string literal.
    Str(StrLit),
    /// A name.
    Name(String),
    /// `[…]`
    List(Vec<Elem>),
    /// `(expr)`
    Paren(Box<Expr>),
    /// `not expr`
    Not(Box<Expr>),
    /// `a and b`, `a == b`, …
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Its left side.
        left: Box<Expr>,
        /// Its right side.
        right: Box<Expr>,
    },
    /// `a if c else b`, `a if c`
    If {
        /// The value when the condition holds.
        then: Box<Expr>,
        /// The condition.
        condition: Box<Expr>,
        /// The value when it does not; absent only where an element or a whole interpolation may be left out.
        otherwise: Option<Box<Expr>>,
    },
    /// `a.name`
    Field {
        /// What is looked into.
        base: Box<Expr>,
        /// The field or method.
        name: Ident,
    },
    /// `f(a, b)`, `a.name(b)`
    Call {
        /// A name or a field.
        callee: Box<Expr>,
        /// The arguments.
        args: Vec<Expr>,
    },
}

/// An element of a list.
#[derive(Clone, Debug)]
pub enum Elem {
    /// A value; with an `if` without `else` it may be left out.
    Expr(Expr),
    /// `when cond { a, b } else { c }`
    When(When<Elem>),
    /// `for x in list { a, b }`
    For(For<Elem>),
}

/// The operators that take two sides, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `??`
    Coalesce,
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
}

/// How a string was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrStyle {
    /// `"…"`
    Plain,
    /// `'…'`
    Raw,
    /// `"""…"""`
    Multi,
}

/// A string literal.
#[derive(Clone, Debug)]
pub struct StrLit {
    /// How it was written.
    pub style: StrStyle,
    /// Text and interpolations in order; neighbouring texts are one, empty texts are left out.
    pub parts: Vec<StrPart>,
    /// With its quotes.
    pub span: Span,
}

/// A piece of a string literal.
#[derive(Clone, Debug)]
pub enum StrPart {
    /// Text with escapes resolved and, in `"""…"""`, common indent removed.
    Text {
        /// The text.
        value: String,
        /// Where it was written.
        span: Span,
    },
    /// `${expr}` or `${raw expr}`
    Interp {
        /// Whether `raw` stands before the expression.
        raw: bool,
        /// The expression.
        expr: Expr,
        /// With `${` and `}`.
        span: Span,
    },
}

impl StrLit {
    /// The text, when nothing is interpolated.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [StrPart::Text { value, .. }] => Some(value),
            _ => None,
        }
    }
}
