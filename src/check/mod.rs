//! [`Ast`](crate::syntax::ast::Ast) → [`hir::Hir`]: names, types, knowledge levels, and what may be said where.

pub mod hir;
pub mod phase;
pub mod shell;
pub mod types;
