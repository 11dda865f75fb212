//! A checked expression and the project's facts → a [`Value`].
//!
//! Before resolution only facts can be read; [`Resolved`] answers for versions and base images afterwards. The checker
//! has seen to it that nothing is asked too early.

mod budget;
pub mod command;
pub mod error;
mod facts;
mod functions;
pub mod value;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::check::hir::{BinaryOp, Elem, Expr, ExprKind, Hir, Let, LocalId};
use crate::check::phase::Side;
use crate::check::types::{Record, Type};
use crate::diagnostic::Diagnostic;
use crate::eval::budget::Budget;
use crate::eval::value::{RecordValue, Value, ValueKind};
use crate::project::Project;
use crate::schema::Predictor;
use crate::source::{SourceMap, Span};
use crate::version::Version;

/// The steps of one operation of a plan, which takes far more room than a value.
const OPERATION: usize = 50;

/// What evaluation gives: a value, or the finding that stopped it.
pub type Evaluated<T> = Result<T, Box<Diagnostic>>;

/// What is known after resolution.
pub trait Resolved {
    /// The version that was chosen; `None` when the dependency asks for nothing.
    fn version(&self, dependency: &str) -> Option<&Version>;
    /// A column of the chosen release's catalog row.
    fn column(&self, dependency: &str, column: &str) -> Option<&str>;
    /// The reference of a base image.
    fn image(&self, side: Side) -> &str;
    /// Whether one base image has a package.
    fn image_has(&self, side: Side, package: &str) -> bool;
    /// Whether both base images have a package, at the resolved version and the same path.
    fn base_has(&self, package: &str) -> bool;
    /// The lines that install these packages at the versions that were chosen; a package nobody asked for has none.
    fn pinned(&self, packages: &[String]) -> Vec<String>;
    /// The lines that install the project's requirements and what blocks ask for, each at its version where that is known.
    fn lines(&self) -> &[String];
}

/// The facts that expressions read.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The project.
    pub project: &'a Project,
    /// Where documents that are read on demand are added.
    pub sources: &'a SourceMap,
    /// `linux`, `amd64`.
    pub platform: (&'a str, &'a str),
    /// The predictor, whose schema is read when it is asked for.
    pub predictor: Option<&'a Predictor<'a>>,
    /// The answers of resolution; absent before it.
    pub resolved: Option<&'a dyn Resolved>,
}

/// Evaluates the expressions of one block or stack.
pub struct Evaluator<'a> {
    hir: &'a Hir,
    facts: Facts<'a>,
    lets: BTreeMap<usize, &'a Let>,
    capabilities: BTreeMap<String, Value>,
    frame: RefCell<Vec<Option<Value>>>,
    evidence: RefCell<Vec<String>>,
    seen: RefCell<BTreeSet<String>>,
    budget: Rc<Budget>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for a scope with `frame` locals, of which `lets` are computed when first read.
    pub fn new(hir: &'a Hir, facts: Facts<'a>, lets: &'a [Let], frame: usize) -> Self {
        Self {
            hir,
            facts,
            lets: lets.iter().map(|binding| (binding.local.0, binding)).collect(),
            capabilities: BTreeMap::new(),
            frame: RefCell::new(vec![None; frame]),
            evidence: RefCell::new(Vec::new()),
            seen: RefCell::new(BTreeSet::new()),
            budget: Rc::default(),
        }
    }

    /// Gives the value of a capability that the block needs.
    pub fn set_capability(&mut self, name: String, value: Value) {
        self.capabilities.insert(name, value);
    }

    /// Gives a local its value: a param, or a loop's name.
    pub fn set(&self, local: LocalId, value: Value) {
        let mut frame = self.frame.borrow_mut();
        if frame.len() <= local.0 {
            frame.resize(local.0 + 1, None);
        }
        frame[local.0] = Some(value);
    }

    /// The files that decided the predicates evaluated so far, in the order they were found; empties the list.
    pub fn take_evidence(&self) -> Vec<String> {
        self.seen.borrow_mut().clear();
        self.evidence.take()
    }

    /// The value of an expression.
    pub fn value(&self, expr: &Expr) -> Evaluated<Value> {
        self.spend(1, expr.span)?;
        let _inside = self.budget.enter().map_err(|what| Box::new(error::too_much(what, expr.span)))?;
        match &expr.kind {
            ExprKind::Field { .. } | ExprKind::Builtin { .. } | ExprKind::Method { .. } => {
                let value = self.made(expr)?;
                self.spend(value.weight(), expr.span)?;
                self.write(value.bytes(), expr.span)?;
                Ok(value)
            }
            _ => self.made(expr),
        }
    }

    fn made(&self, expr: &Expr) -> Evaluated<Value> {
        match &expr.kind {
            ExprKind::None => Ok(Value::none()),
            ExprKind::Bool(value) => Ok(Value::bool(*value)),
            ExprKind::Int(value) => Ok(ValueKind::Int(*value).into()),
            ExprKind::Str(text) => Ok(Value::string(text.as_str())),
            ExprKind::Version(version) => Ok(ValueKind::Version(version.clone()).into()),
            ExprKind::Constraint(constraint) => Ok(ValueKind::Constraint(constraint.clone()).into()),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::List(elements) => {
                let mut values = Vec::new();
                self.elements(elements, &mut values)?;
                Ok(ValueKind::List(values).into())
            }
            ExprKind::Local(local) => self.local(*local, expr),
            ExprKind::Capability(name) => {
                let value = self.capabilities.get(name);
                let value = value.ok_or_else(|| Box::new(error::mistyped("capability with a value", expr.span)))?;
                self.spend(value.weight(), expr.span)?;
                Ok(value.clone())
            }
            ExprKind::Root => self.root(expr),
            ExprKind::Schema => {
                let schema = self.facts.predictor.and_then(Predictor::schema);
                Ok(schema.map_or_else(Value::none, |schema| Value::string(schema.text.as_str())))
            }
            ExprKind::Field { base, name } => self.field(base, name, expr),
            ExprKind::Builtin { function, args } => self.builtin(*function, args, expr.span),
            ExprKind::Method { base, method, args } => self.method(base, *method, args, expr.span),
            ExprKind::Call { function, args } => self.call(function.0, args, expr),
            ExprKind::Not(operand) => Ok(Value::bool(!self.bool(operand)?)),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expr),
            ExprKind::If { then, condition, otherwise } => {
                if self.bool(condition)? {
                    self.value(then)
                } else if let Some(otherwise) = otherwise {
                    self.value(otherwise)
                } else {
                    Ok(ValueKind::Omitted.into())
                }
            }
        }
    }

    /// The value of a condition.
    pub fn bool(&self, expr: &Expr) -> Evaluated<bool> {
        match self.value(expr)?.kind {
            ValueKind::Bool(value) => Ok(value),
            _ => Err(Box::new(error::mistyped("bool", expr.span))),
        }
    }

    /// The value of a text.
    pub fn string(&self, expr: &Expr) -> Evaluated<Value> {
        let value = self.value(expr)?;
        match value.text() {
            Some(_) => Ok(value),
            None => Err(Box::new(error::mistyped("string", expr.span))),
        }
    }

    /// The values of a list of texts, or of one text.
    pub fn strings(&self, expr: &Expr) -> Evaluated<Vec<Value>> {
        let value = self.value(expr)?;
        match value.kind {
            ValueKind::List(values) => Ok(values),
            ValueKind::Omitted | ValueKind::None => Ok(Vec::new()),
            _ => Ok(vec![value]),
        }
    }

    /// The elements of a list.
    pub fn list(&self, expr: &Expr) -> Evaluated<Vec<Value>> {
        match self.value(expr)?.kind {
            ValueKind::List(values) => Ok(values),
            _ => Err(Box::new(error::mistyped("list", expr.span))),
        }
    }

    fn template(&self, parts: &[Expr]) -> Evaluated<Value> {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            let value = self.value(part)?;
            if value.is_omitted() {
                continue;
            }
            let piece = value.text().ok_or_else(|| Box::new(error::mistyped("string", part.span)))?;
            self.write(piece.len(), part.span)?;
            pieces.push((piece, value.origin));
        }
        Ok(Value::concat(pieces))
    }

    fn elements(&self, elements: &[Elem], into: &mut Vec<Value>) -> Evaluated<()> {
        for element in elements {
            match element {
                Elem::Expr(expr) => {
                    let value = self.value(expr)?;
                    if !value.is_omitted() {
                        into.push(value);
                    }
                }
                Elem::When { condition, then, otherwise } => {
                    let chosen = if self.bool(condition)? { then } else { otherwise };
                    self.elements(chosen, into)?;
                }
                Elem::For { local, list, body } => {
                    for value in self.list(list)? {
                        self.set(*local, value);
                        self.elements(body, into)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn local(&self, local: LocalId, expr: &Expr) -> Evaluated<Value> {
        if let Some(Some(value)) = self.frame.borrow().get(local.0) {
            self.spend(value.weight(), expr.span)?;
            return Ok(value.clone());
        }
        let Some(binding) = self.lets.get(&local.0) else {
            return Err(Box::new(error::mistyped("value", expr.span)));
        };
        let value = self.value(&binding.value)?;
        self.set(local, value.clone());
        Ok(value)
    }

    fn root(&self, expr: &Expr) -> Evaluated<Value> {
        let record = match &expr.ty {
            Type::Record(Record::Config) => RecordValue::Config,
            Type::Record(Record::Packages) => RecordValue::Packages,
            Type::Record(Record::Platform) => RecordValue::Platform,
            Type::Record(Record::Base) => RecordValue::Base,
            Type::Record(Record::Dependency { name, .. }) => RecordValue::Dependency(name.clone()),
            _ => return Err(Box::new(error::mistyped("record", expr.span))),
        };
        Ok(ValueKind::Record(record).into())
    }

    fn call(&self, function: usize, args: &[Expr], expr: &Expr) -> Evaluated<Value> {
        let Some(function) = self.hir.functions.get(function) else {
            return Err(Box::new(error::mistyped("function", expr.span)));
        };
        let mut inner = Evaluator::new(self.hir, self.facts, &[], function.frame);
        inner.budget = Rc::clone(&self.budget);
        for (index, arg) in args.iter().enumerate() {
            inner.set(LocalId(index), self.value(arg)?);
        }
        let value = inner.value(&function.body);
        for file in inner.take_evidence() {
            self.note(file);
        }
        value
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, expr: &Expr) -> Evaluated<Value> {
        let truth = match op {
            BinaryOp::And => self.bool(left)? && self.bool(right)?,
            BinaryOp::Or => self.bool(left)? || self.bool(right)?,
            BinaryOp::Coalesce => {
                let value = self.value(left)?;
                return if matches!(value.kind, ValueKind::None) { self.value(right) } else { Ok(value) };
            }
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::In => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.write(left.bytes().min(right.bytes()), expr.span)?;
                match op {
                    BinaryOp::Eq => left.same(&right),
                    BinaryOp::Ne => !left.same(&right),
                    _ => right.holds(&left),
                }
            }
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                let order = self
                    .value(left)?
                    .order(&self.value(right)?)
                    .ok_or_else(|| Box::new(error::mistyped("int or version", expr.span)))?;
                match op {
                    BinaryOp::Lt => order.is_lt(),
                    BinaryOp::Le => order.is_le(),
                    BinaryOp::Gt => order.is_gt(),
                    _ => order.is_ge(),
                }
            }
        };
        Ok(Value::bool(truth))
    }

    /// Counts an operation of a plan.
    pub fn spend_on_operation(&self, at: Span) -> Evaluated<()> {
        self.spend(OPERATION, at)
    }

    /// Counts work, so that no block takes longer than anyone waits.
    fn spend(&self, steps: usize, at: Span) -> Evaluated<()> {
        self.budget.spend(steps).map_err(|what| Box::new(error::too_much(what, at)))
    }

    /// Counts the bytes of a text that is made.
    fn write(&self, bytes: usize, at: Span) -> Evaluated<()> {
        self.budget.spend_on_text(bytes).map_err(|what| Box::new(error::too_much(what, at)))
    }

    fn note(&self, file: String) {
        if self.seen.borrow_mut().insert(file.clone()) {
            self.evidence.borrow_mut().push(file);
        }
    }
}
