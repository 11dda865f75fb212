//! The statements of a module → what they do to values after they were bound: [`Touched`].
//!
//! `NAMES.append("x")`, `TABLE["x"] = 1`, `fill(NAMES)`, `Config.SIZE = 3`, and a `global NAME` anywhere. What a function
//! does is kept apart, as it may never be called while the module is imported.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_comprehension, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, Expr, ExprAttribute, ExprCall, ExprContext, Parameters, Stmt, StmtFunctionDef};

use crate::schema::python::alias::{elements, same, targets};
use crate::schema::python::harmless::{CHANGING, HARMLESS, LOOKING, READING};
use crate::schema::python::scope::{Scope, is_script};

/// What statements do.
#[derive(Debug, Default)]
pub struct Effects {
    /// Names whose list, table or set they may change.
    pub changed: BTreeSet<String>,
    /// Members of modules and classes whose list, table or set they may change.
    pub members: BTreeSet<String>,
    /// Pairs of names for one value: what is done to one is done to the other.
    pub same: Vec<(String, String)>,
    /// Functions, and names whose values they are given.
    pub given: Vec<(String, String)>,
    /// Names that are bound in another way than by a statement of the module.
    pub rebound: BTreeSet<String>,
    /// Members of modules and classes that they set.
    pub set: BTreeSet<String>,
    /// Members of `self` that they set.
    pub own: BTreeSet<String>,
    /// Members of `self` whose list, table or set they may change.
    pub own_changed: BTreeSet<String>,
    /// Every name that is read.
    pub mentioned: BTreeSet<String>,
    /// Whether any name of the module may be bound anew.
    pub anything: bool,
}

/// What a module does.
#[derive(Debug, Default)]
pub struct Touched {
    /// While it is imported.
    pub import: Effects,
    /// When one of its functions is called, by the function's name. Those inside it belong to it.
    pub functions: Vec<(String, Effects)>,
    /// Where those of a name are.
    places: BTreeMap<String, Vec<usize>>,
}

impl Touched {
    /// Looks through a module.
    pub fn of(body: &[Stmt]) -> Self {
        let mut walk = Walk {
            found: Self::default(),
            frames: Vec::new(),
            names: Vec::new(),
            giving: BTreeSet::new(),
            functions: 0,
            count: 0,
        };
        walk.visit_body(body);
        let mut found = walk.found;
        for (at, (name, _)) in found.functions.iter().enumerate() {
            found.places.entry(name.clone()).or_default().push(at);
        }
        found
    }

    /// What the functions of a name do.
    pub fn function(&self, name: &str) -> impl Iterator<Item = &Effects> {
        let places = self.places.get(name).into_iter().flatten();
        places.filter_map(|at| self.functions.get(*at)).map(|(_, effects)| effects)
    }
}

/// A function that is gone through.
struct Frame {
    number: usize,
    locals: BTreeSet<String>,
}

struct Walk {
    found: Touched,
    frames: Vec<Frame>,
    /// The functions around.
    names: Vec<String>,
    /// Functions that return a value that has another name, too.
    giving: BTreeSet<String>,
    /// How many functions are around.
    functions: usize,
    count: usize,
}

impl Walk {
    fn effects(&mut self) -> &mut Effects {
        match self.found.functions.last_mut() {
            Some((_, effects)) if self.functions > 0 => effects,
            _ => &mut self.found.import,
        }
    }

    /// The name, unless it is one of a function: those have a dot.
    fn own(&self, name: &str) -> String {
        let frame = self.frames.iter().rev().find(|frame| frame.locals.contains(name));
        frame.map_or_else(|| name.to_owned(), |frame| format!("{}.{name}", frame.number))
    }

    /// The names whose values an expression gives.
    fn values(&self, expr: Option<&Expr>) -> Vec<String> {
        let mut values = Vec::new();
        expr.iter().for_each(|expr| same(expr, &mut values));
        let called = match expr {
            Some(Expr::Call(call)) => call.func.as_name_expr().map(|name| name.id.as_str()),
            _ => None,
        };
        values.extend(called.filter(|name| self.giving.contains(*name)));
        values.into_iter().map(|name| self.own(name)).collect()
    }

    fn link(&mut self, target: &Expr, values: &[String]) {
        let mut names = Vec::new();
        targets(target, &mut names);
        let Some((first, others)) = names.split_first() else { return };
        let first = self.own(first);
        let others: Vec<String> = others.iter().map(|other| self.own(other)).collect();
        let pairs = values.iter().chain(&others).map(|other| (first.clone(), other.clone()));
        self.effects().same.extend(pairs);
    }

    fn assign(&mut self, target: &Expr, value: Option<&Expr>) {
        self.target(target);
        let values = self.values(value);
        self.link(target, &values);
    }

    fn loops(&mut self, target: &Expr, over: &Expr) {
        let mut values = Vec::new();
        elements(over, &mut values);
        let values: Vec<String> = values.into_iter().map(|name| self.own(name)).collect();
        self.link(target, &values);
    }

    fn change(&mut self, expr: &Expr) {
        match expr {
            Expr::Name(name) => {
                let name = self.own(&name.id);
                self.effects().changed.insert(name);
            }
            Expr::Attribute(found) => {
                let name = found.attr.as_str().to_owned();
                let effects = self.effects();
                if is_self(&found.value) {
                    effects.own_changed.insert(name)
                } else {
                    effects.members.insert(name)
                };
            }
            Expr::Subscript(found) => self.change(&found.value),
            Expr::Starred(found) => self.change(&found.value),
            Expr::Tuple(found) => found.elts.iter().for_each(|element| self.change(element)),
            Expr::List(found) => found.elts.iter().for_each(|element| self.change(element)),
            // `globals()["X"]`
            Expr::Call(found) => {
                let inside = matches!(&*found.func, Expr::Name(name) if ["globals", "locals", "vars"].contains(&name.id.as_str()));
                self.effects().anything |= inside && found.arguments.is_empty();
                if let Expr::Name(name) = &*found.func
                    && self.giving.contains(name.id.as_str())
                {
                    self.effects().changed.insert(name.id.to_string());
                }
            }
            _ => {}
        }
    }

    /// An assignment to an element changes the whole; one to a name does not.
    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(_) => {}
            Expr::Tuple(found) => found.elts.iter().for_each(|element| self.target(element)),
            Expr::List(found) => found.elts.iter().for_each(|element| self.target(element)),
            Expr::Attribute(found) => {
                let name = found.attr.as_str().to_owned();
                let effects = self.effects();
                if is_self(&found.value) {
                    effects.own.insert(name)
                } else {
                    effects.set.insert(name)
                };
            }
            _ => self.change(target),
        }
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        self.visit_parameters(&function.parameters);
        if self.functions == 0 {
            self.found.functions.push((function.name.as_str().to_owned(), Effects::default()));
        }
        let mut locals: BTreeSet<String> = names(&function.parameters).map(str::to_owned).collect();
        locals.extend(Scope::of(&function.body).names.keys().map(|name| (*name).to_owned()));
        for statement in &function.body {
            if let Stmt::Global(global) = statement {
                locals.retain(|local| global.names.iter().all(|name| name.as_str() != local));
            }
        }
        let defaults: Vec<(&str, Vec<String>)> = function
            .parameters
            .iter_non_variadic_params()
            .map(|parameter| (parameter.name().as_str(), self.values(parameter.default())))
            .collect();
        self.functions += 1;
        self.inside(locals, |walk| {
            for (name, values) in defaults {
                let name = walk.own(name);
                walk.effects().same.extend(values.into_iter().map(|value| (name.clone(), value)));
            }
            walk.names.push(function.name.as_str().to_owned());
            walk.visit_body(&function.body);
            walk.names.pop();
        });
        self.functions -= 1;
    }

    /// Goes through something with names of its own.
    fn inside(&mut self, locals: BTreeSet<String>, work: impl FnOnce(&mut Self)) {
        self.count += 1;
        self.frames.push(Frame { number: self.count, locals });
        work(self);
        self.frames.pop();
    }

    fn call(&mut self, call: &ExprCall) {
        let arguments = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        match &*call.func {
            Expr::Name(name) if name.id.as_str() == "exec" => self.effects().anything = true,
            Expr::Name(name) if name.id.as_str() == "setattr" => match call.arguments.args.get(1) {
                Some(Expr::StringLiteral(text)) => drop(self.effects().set.insert(text.value.to_str().to_owned())),
                _ => self.effects().anything = true,
            },
            Expr::Name(name) if HARMLESS.contains(&name.id.as_str()) => {}
            Expr::Name(name) => {
                let mut values = Vec::new();
                arguments.for_each(|argument| same(argument, &mut values));
                for value in values {
                    let pair = (name.id.to_string(), self.own(value));
                    self.effects().given.push(pair);
                }
            }
            Expr::Attribute(method) if READING.contains(&method.attr.as_str()) => {}
            Expr::Attribute(ExprAttribute { value, .. }) if matches!(&**value, Expr::Name(name) if LOOKING.contains(&name.id.as_str())) =>
                {}
            // What is put into a list may be changed through it.
            Expr::Attribute(method) if CHANGING.contains(&method.attr.as_str()) => {
                let values: Vec<String> = arguments.flat_map(|argument| self.values(Some(argument))).collect();
                self.link(&method.value, &values);
            }
            Expr::Attribute(_) => arguments.for_each(|argument| self.change(argument)),
            _ => arguments.for_each(|argument| self.change(argument)),
        }
    }
}

fn is_self(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id.as_str() == "self")
}

fn names(parameters: &Parameters) -> impl Iterator<Item = &str> {
    parameters.iter().map(|parameter| parameter.name().as_str())
}

impl<'a> Visitor<'a> for Walk {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => return self.function(function),
            Stmt::If(found) if is_script(&found.test) => {
                return found.elif_else_clauses.iter().for_each(|clause| self.visit_body(&clause.body));
            }
            Stmt::Global(global) => {
                self.found.import.rebound.extend(global.names.iter().map(|name| name.as_str().to_owned()));
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.assign(target, Some(&assign.value))),
            Stmt::AnnAssign(assign) => self.assign(&assign.target, assign.value.as_deref()),
            Stmt::For(found) => {
                self.loops(&found.target, &found.iter);
            }
            Stmt::AugAssign(assign) => {
                self.target(&assign.target);
                self.change(&assign.target);
            }
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.target(target)),
            Stmt::Return(found) => {
                let values = self.values(found.value.as_deref());
                if let Some(name) = self.names.last().filter(|_| !values.is_empty()).cloned() {
                    self.giving.insert(name.clone());
                    self.effects().same.extend(values.into_iter().map(|value| (name.clone(), value)));
                }
            }
            Stmt::ImportFrom(import) if self.functions == 0 => {
                let renamed = import.names.iter().filter_map(|alias| Some((alias.asname.as_ref()?, &alias.name)));
                self.found.import.same.extend(renamed.map(|(new, old)| (new.to_string(), old.to_string())));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Named(found) => {
                let name = found.target.as_name_expr().map(|name| self.own(&name.id));
                self.effects().rebound.extend(name);
            }
            Expr::Name(name) if name.ctx == ExprContext::Load => {
                self.effects().mentioned.insert(name.id.to_string());
            }
            Expr::Attribute(found) if found.ctx == ExprContext::Load => {
                // Also without a call: `add = NAMES.append`.
                if CHANGING.contains(&found.attr.as_str()) {
                    self.change(&found.value);
                }
                self.effects().mentioned.insert(found.attr.to_string());
            }
            _ => {}
        }
        let generators = match expr {
            Expr::ListComp(found) => &found.generators,
            Expr::SetComp(found) => &found.generators,
            Expr::DictComp(found) => &found.generators,
            Expr::Generator(found) => &found.generators,
            _ => return walk_expr(self, expr),
        };
        let mut names = Vec::new();
        generators.iter().for_each(|one| targets(&one.target, &mut names));
        self.inside(names.into_iter().map(str::to_owned).collect(), |walk| walk_expr(walk, expr));
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.loops(&comprehension.target, &comprehension.iter);
        walk_comprehension(self, comprehension);
    }
}
