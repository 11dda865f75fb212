//! Checked expressions as text: `%3` is a local of the frame.

use crate::check::hir::{Elem, Expr, ExprKind, Function, Let};
use crate::check::signature;
use crate::check::types::Type;
use crate::syntax::ast::BinaryOp;

/// Writes expressions.
pub(super) struct Values<'h> {
    pub functions: &'h [Function],
}

impl Values<'_> {
    pub(super) fn binding(&self, binding: &Let) -> String {
        let (local, name) = (binding.local.0, &binding.name.text);
        format!("let %{local} {name}: {} = {}", binding.value.ty, self.expr(&binding.value))
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::None => "none".into(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Version(version) => format!("version {:?}", version.as_str()),
            ExprKind::Constraint(constraint) => format!("constraint {:?}", constraint.as_str()),
            ExprKind::Template(parts) => format!("text({})", self.all(parts)),
            ExprKind::List(elements) => format!("[{}]", self.elements(elements)),
            ExprKind::Local(id) => format!("%{}", id.0),
            ExprKind::Capability(name) => format!("capability {name}"),
            ExprKind::Root => match &expr.ty {
                Type::Record(record) => record.to_string(),
                ty => ty.to_string(),
            },
            ExprKind::Schema => "schema".into(),
            ExprKind::Field { base, name } => format!("{}.{name}", self.expr(base)),
            ExprKind::Builtin { function, args } => {
                let found = signature::FUNCTIONS.iter().find(|signature| signature.function == *function);
                format!("{}({})", found.map_or("?", |signature| signature.name), self.all(args))
            }
            ExprKind::Method { base, method, args } => {
                let found = signature::methods(&base.ty).iter().find(|signature| signature.method == *method);
                let name = found.map_or("?", |signature| signature.name);
                match found.and_then(|signature| signature.params) {
                    Some(_) => format!("{}.{name}({})", self.expr(base), self.all(args)),
                    None => format!("{}.{name}", self.expr(base)),
                }
            }
            ExprKind::Call { function, args } => {
                let name = self.functions.get(function.0).map_or("?", |function| function.name.as_str());
                format!("{name}({})", self.all(args))
            }
            ExprKind::Not(inner) => format!("(not {})", self.expr(inner)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {} {})", self.expr(left), sign(*op), self.expr(right))
            }
            ExprKind::If { then, condition, otherwise } => {
                let otherwise = otherwise.as_ref().map(|other| format!(" else {}", self.expr(other)));
                format!("({} if {}{})", self.expr(then), self.expr(condition), otherwise.unwrap_or_default())
            }
        }
    }

    fn all(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn elements(&self, elements: &[Elem]) -> String {
        let written = elements.iter().map(|element| match element {
            Elem::Expr(expr) => self.expr(expr),
            Elem::When { condition, then, otherwise } => {
                let then = format!("when {} {{ {} }}", self.expr(condition), self.elements(then));
                match otherwise.as_slice() {
                    [] => then,
                    otherwise => format!("{then} else {{ {} }}", self.elements(otherwise)),
                }
            }
            Elem::For { local, list, body } => {
                format!("for %{} in {} {{ {} }}", local.0, self.expr(list), self.elements(body))
            }
        });
        written.collect::<Vec<_>>().join(", ")
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Coalesce => "??",
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
    }
}
