//! The names that a block or stack declares itself: its `let`s and `param`s, in an order in which each is checked after
//! what it is made of.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::hir::{Expr, Let, LocalId, Name, Param};
use crate::check::level::{Level, latest};
use crate::check::mention::{Mention, mentions};
use crate::check::order::order;
use crate::check::scope::{Dependency, LocalKind};
use crate::check::type_name;
use crate::check::types::Type;
use crate::syntax::ast::{self, Depend};

/// What a block or stack declares, as written.
#[derive(Default)]
pub(super) struct Declarations<'a> {
    pub lets: Vec<&'a ast::Let>,
    pub params: Vec<&'a ast::Param>,
    pub depends: Vec<&'a Depend>,
}

/// The same, checked.
#[derive(Default)]
pub(super) struct Checked {
    pub lets: Vec<Let>,
    pub params: Vec<Param>,
    pub depends: Vec<(Name, Expr)>,
}

/// One thing to check, as an index into its own list.
#[derive(Clone, Copy)]
enum Node {
    Depend(usize),
    Param(usize, LocalId),
    Let(usize, LocalId),
}

impl Checker<'_, '_> {
    /// Binds and checks all declarations.
    pub(super) fn declare(&mut self, written: &Declarations<'_>) -> Checked {
        let nodes = self.bind_declarations(written);
        let needs: Vec<Vec<usize>> = nodes.iter().map(|node| needed(*node, written, &nodes, self)).collect();
        let ordered = order(&needs);
        for circle in &ordered.circles {
            self.report_circle(circle, &nodes, written);
        }
        let mut lets: Vec<Option<Let>> = written.lets.iter().map(|_| None).collect();
        let mut params: Vec<Option<Param>> = written.params.iter().map(|_| None).collect();
        let mut depends: Vec<Option<(Name, Expr)>> = written.depends.iter().map(|_| None).collect();
        for index in ordered.order {
            match nodes[index] {
                Node::Depend(at) => depends[at] = Some(self.depend(written.depends[at])),
                Node::Param(at, local) => params[at] = Some(self.param(written.params[at], local)),
                Node::Let(at, local) => lets[at] = Some(self.let_value(written.lets[at], local)),
            }
        }
        Checked {
            lets: lets.into_iter().flatten().collect(),
            params: params.into_iter().flatten().collect(),
            depends: depends.into_iter().flatten().collect(),
        }
    }

    /// Binds the names. `depends` comes first: what a `dep.NAME` is follows from it.
    fn bind_declarations(&mut self, written: &Declarations<'_>) -> Vec<Node> {
        for (index, depend) in written.depends.iter().enumerate() {
            let dependency = Dependency { index, optional: false };
            self.scope.dependencies.entry(depend.name.name.clone()).or_insert(dependency);
        }
        let mut nodes: Vec<Node> = (0..written.depends.len()).map(Node::Depend).collect();
        for (at, param) in written.params.iter().enumerate() {
            nodes.push(Node::Param(at, self.bind(&param.name, LocalKind::Param)));
        }
        for (at, binding) in written.lets.iter().enumerate() {
            nodes.push(Node::Let(at, self.bind(&binding.name, LocalKind::Let)));
        }
        nodes
    }

    fn report_circle(&mut self, circle: &[usize], nodes: &[Node], written: &Declarations<'_>) {
        let names = circle.iter().map(|index| match nodes[*index] {
            Node::Depend(_) => None,
            Node::Param(at, _) => Some(&written.params[at].name),
            Node::Let(at, _) => Some(&written.lets[at].name),
        });
        // A circle through `depends` is a value that is known too late: said where it is used.
        if let Some(names) = names.collect::<Option<Vec<_>>>() {
            self.report(error::let_cycle(&names));
        }
    }

    fn depend(&mut self, depend: &Depend) -> (Name, Expr) {
        let constraint = Type::Optional(Box::new(Type::Constraint));
        let value = self.known_by(Level::Selection, "`depends`", |it| it.expect(&depend.constraint, &constraint));
        let optional = matches!(value.ty, Type::Optional(_) | Type::Never);
        let environment = self.program.environment;
        let name = &depend.name.name;
        if !environment.catalogs.contains_key(name) && !environment.image_packages.contains(name) {
            self.report(error::unknown_dependency(&depend.name, environment));
        }
        if let Some(dependency) = self.scope.dependencies.get_mut(name) {
            dependency.optional = optional;
        }
        (Name { text: name.clone(), span: depend.name.span }, value)
    }

    fn param(&mut self, param: &ast::Param, local: LocalId) -> Param {
        let mut ty = type_name::resolve(&param.ty, self.sink);
        if !is_settable(&ty) {
            self.report(error::param_type(&ty, param.ty.span));
            ty = Type::Error;
        }
        let default = param.default.as_ref();
        let default = default
            .map(|default| self.known_by(Level::Facts, "the default of a `param`", |it| it.expect(default, &ty)));
        if default.is_none() && !matches!(ty, Type::Optional(_) | Type::Error) {
            self.report(error::param_without_value(&param.name, &ty, param.ty.span));
        }
        self.scope.local_mut(local).ty = ty.clone();
        let name = Name { text: param.name.name.clone(), span: param.name.span };
        Param { name, doc: param.doc.clone(), ty, default, local }
    }

    /// Notes the type of a local, and what is known of it from the value that it is made of.
    pub(super) fn settle(&mut self, local: LocalId, value: &Expr, ty: Type) {
        let late = latest(value, &self.scope, self.program);
        let command = self.is_command(value);
        let entry = self.scope.local_mut(local);
        entry.ty = ty;
        entry.late = late;
        entry.command = command;
    }

    /// Checks the value of a `let` whose name is bound to `local`.
    pub(super) fn let_value(&mut self, binding: &ast::Let, local: LocalId) -> Let {
        let value = self.expr(&binding.value, None);
        self.settle(local, &value, value.ty.clone());
        Let { name: Name { text: binding.name.name.clone(), span: binding.name.span }, value, local }
    }
}

fn is_settable(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::String | Type::Version | Type::Constraint | Type::Error => true,
        Type::List(element) => matches!(**element, Type::String | Type::Error),
        Type::Optional(inner) => is_settable(inner),
        Type::Data | Type::Record(_) | Type::Never => false,
    }
}

/// The indices of the nodes that `node` mentions.
fn needed(node: Node, written: &Declarations<'_>, nodes: &[Node], checker: &Checker<'_, '_>) -> Vec<usize> {
    let expr = match node {
        Node::Depend(at) => Some(&written.depends[at].constraint),
        Node::Param(at, _) => written.params[at].default.as_ref(),
        Node::Let(at, _) => Some(&written.lets[at].value),
    };
    let mut found = std::collections::BTreeSet::new();
    let first_local = written.depends.len();
    if let Some(expr) = expr {
        mentions(expr, &mut |mention| match mention {
            Mention::Name(name) | Mention::Call(name) => {
                found.extend(checker.scope.find(name).map(|local| first_local + local.0));
            }
            Mention::Dependency(name) => {
                found.extend(checker.scope.dependencies.get(name).map(|dependency| dependency.index));
            }
        });
    }
    found.into_iter().filter(|index| *index < nodes.len()).collect()
}
