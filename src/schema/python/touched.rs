//! The statements of a module → the names whose values may be changed after they were bound: [`Touched`].
//!
//! `NAMES.append("x")`, `TABLE["x"] = 1`, `fill(NAMES)`, and a `global NAME` anywhere.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

/// Names that are not only bound once and read.
#[derive(Debug, Default)]
pub struct Touched {
    /// Those whose list, table or set may be changed while the module is imported.
    changed: BTreeSet<String>,
    /// Those that a function binds anew.
    global: BTreeSet<String>,
}

/// Functions that leave their arguments as they are.
const HARMLESS: &[&str] = &[
    "Input",
    "all",
    "any",
    "dict",
    "enumerate",
    "filter",
    "frozenset",
    "hash",
    "id",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "print",
    "range",
    "repr",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
];

/// Methods that leave their object as it is.
const READING: &[&str] = &["copy", "count", "get", "index", "items", "join", "keys", "values", "format"];

impl Touched {
    /// Looks through a module.
    pub fn of(body: &[Stmt]) -> Self {
        let mut walk = Walk { found: Self::default(), same: Vec::new(), functions: 0 };
        walk.visit_body(body);
        walk.spread();
        walk.found
    }

    /// Whether the value of `name` may be changed, or another be bound to it.
    pub fn has(&self, name: &str, mutable: bool) -> bool {
        self.global.contains(name) || mutable && self.changed.contains(name)
    }
}

struct Walk {
    found: Touched,
    /// Two names for one value: what is done to one is done to the other.
    same: Vec<(String, String)>,
    /// How many functions are around: what stands in one does not run when the module is imported.
    functions: usize,
}

impl Walk {
    /// Once forwards and once backwards: chains of names are short, and written in order.
    fn spread(&mut self) {
        let changed = &mut self.found.changed;
        for (one, two) in self.same.iter().chain(self.same.iter().rev()) {
            if changed.contains(one) || changed.contains(two) {
                changed.extend([one.clone(), two.clone()]);
            }
        }
    }

    fn change(&mut self, expr: &Expr) {
        match expr {
            Expr::Name(name) => drop(self.found.changed.insert(name.id.to_string())),
            Expr::Attribute(found) => {
                self.found.changed.insert(found.attr.as_str().to_owned());
                self.change(&found.value);
            }
            Expr::Subscript(found) => self.change(&found.value),
            Expr::Starred(found) => self.change(&found.value),
            Expr::Tuple(found) => found.elts.iter().for_each(|element| self.change(element)),
            Expr::List(found) => found.elts.iter().for_each(|element| self.change(element)),
            _ => {}
        }
    }

    /// An assignment to an element changes the whole; one to a name does not.
    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(_) => {}
            Expr::Tuple(found) => found.elts.iter().for_each(|element| self.target(element)),
            _ => self.change(target),
        }
    }
}

impl<'a> Visitor<'a> for Walk {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(global) => {
                self.found.global.extend(global.names.iter().map(|name| name.as_str().to_owned()));
            }
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&function.parameters);
                self.functions += 1;
                self.visit_body(&function.body);
                self.functions -= 1;
                return;
            }
            Stmt::Assign(assign) if self.functions == 0 => {
                assign.targets.iter().for_each(|target| self.target(target));
                let names = assign.targets.iter().filter_map(Expr::as_name_expr);
                if let Expr::Name(value) = &*assign.value {
                    self.same.extend(names.map(|name| (name.id.to_string(), value.id.to_string())));
                }
            }
            Stmt::AugAssign(assign) if self.functions == 0 => self.change(&assign.target),
            Stmt::Delete(delete) if self.functions == 0 => {
                delete.targets.iter().for_each(|target| self.target(target));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.functions > 0 {
            return;
        }
        if let Expr::Call(call) = expr {
            let harmless = match &*call.func {
                Expr::Name(name) => HARMLESS.contains(&name.id.as_str()),
                Expr::Attribute(method) => {
                    let reads = READING.contains(&method.attr.as_str());
                    if !reads {
                        self.change(&method.value);
                    }
                    reads || method.attr.as_str() == "Input"
                }
                _ => false,
            };
            if !harmless {
                call.arguments.args.iter().for_each(|argument| self.change(argument));
                call.arguments.keywords.iter().for_each(|keyword| self.change(&keyword.value));
            }
        }
        walk_expr(self, expr);
    }
}
