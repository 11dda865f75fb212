//! Names → what they stand for, through the imports of a project's files: [`World`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::StmtClassDef;
use ruff_text_size::{Ranged, TextRange};

use crate::project::tree;
use crate::schema::python::changes::{Changes, MOST_NAMES};
use crate::schema::python::files::{Files, Module};
use crate::schema::python::library;
use crate::schema::python::object::{Object, Place};
use crate::schema::python::scope::{Binding, Bound, Import, Scope};
use crate::schema::python::touched::Touched;
use crate::schema::types::class::{Base, linear};
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::{FileId, Span};

/// How deep names, types and values may lead to one another.
const MOST_DEPTH: u32 = 120;

/// How many expressions are looked at for one schema.
const MOST_STEPS: u32 = 200_000;

/// The files, the names in them, and how much work was done.
pub struct World<'a> {
    files: &'a Files<'a>,
    scopes: RefCell<BTreeMap<(FileId, u32), Rc<Scope<'a>>>>,
    touched: RefCell<BTreeMap<FileId, Rc<Touched>>>,
    /// What all modules do, and how many had been loaded.
    changes: RefCell<(usize, Rc<Changes>)>,
    depth: Cell<u32>,
    steps: Cell<u32>,
}

impl<'a> World<'a> {
    /// Nothing looked up yet.
    pub fn new(files: &'a Files<'a>) -> Self {
        Self {
            files,
            scopes: RefCell::default(),
            touched: RefCell::default(),
            changes: RefCell::default(),
            depth: Cell::new(0),
            steps: Cell::new(MOST_STEPS),
        }
    }

    /// The files.
    pub fn files(&self) -> &'a Files<'a> {
        self.files
    }

    /// Does `work` one level deeper; beyond the limits, says so at `span`.
    pub fn deeper<T>(&self, span: Span, work: impl FnOnce() -> Found<T>) -> Found<T> {
        self.spend(1, span)?;
        if self.depth.get() >= MOST_DEPTH {
            return Err(error::too_long_a_way(span));
        }
        self.depth.set(self.depth.get() + 1);
        let done = work();
        self.depth.set(self.depth.get() - 1);
        done
    }

    /// Counts work.
    pub fn spend(&self, steps: usize, span: Span) -> Found<()> {
        let left = u32::try_from(steps).ok().and_then(|steps| self.steps.get().checked_sub(steps));
        self.steps.set(left.unwrap_or(0));
        if left.is_some() { Ok(()) } else { Err(error::too_much_work(span)) }
    }

    /// Whether the work that one schema may take is done: what is found after that says no more.
    pub fn is_spent(&self) -> bool {
        self.steps.get() == 0
    }

    /// The names that a file binds.
    pub fn scope(&self, module: &'a Module) -> Rc<Scope<'a>> {
        let mut scopes = self.scopes.borrow_mut();
        Rc::clone(scopes.entry((module.file, u32::MAX)).or_insert_with(|| Rc::new(Scope::of(&module.syntax.body))))
    }

    /// The names that a class binds.
    pub fn class_scope(&self, module: &'a Module, class: &'a StmtClassDef) -> Rc<Scope<'a>> {
        let key = (module.file, class.start().to_u32());
        Rc::clone(self.scopes.borrow_mut().entry(key).or_insert_with(|| Rc::new(Scope::of(&class.body))))
    }

    /// Whether the value that `user` calls `name`, and which `home` binds, may be another when it is used.
    pub fn is_changed(&self, (home, user): (&'a Module, &'a Module), name: &str, is_mutable: bool) -> bool {
        let changes = self.changes();
        let changed = |module: &'a Module| {
            let names = changes.names(module.file, name);
            let is_given = |name: &String| {
                let functions = changes.given(module.file, name);
                functions.len() > MOST_NAMES || functions.iter().any(|function| !self.leaves(module, function))
            };
            names.len() > MOST_NAMES
                || names.iter().any(|name| changes.changes(module.file, name))
                || names.iter().any(is_given)
        };
        changes.rebinds(home.file, name) || is_mutable && (changed(home) || home != user && changed(user))
    }

    /// What the files that were loaded do to names.
    pub fn changes(&self) -> Rc<Changes> {
        let files = self.files;
        let loaded = files.loaded().count();
        let mut changes = self.changes.borrow_mut();
        if changes.0 != loaded {
            let all: Vec<_> = files.loaded().map(|module| (module.file, self.touched(module))).collect();
            *changes = (loaded, Rc::new(Changes::of(&all)));
        }
        Rc::clone(&changes.1)
    }

    /// Whether something that is called leaves its arguments as they are.
    fn leaves(&self, module: &'a Module, called: &str) -> bool {
        let span = module.span(TextRange::default());
        match self.module_name(module, u32::MAX, called, span) {
            Ok(Some(Object::Known(_))) => true,
            Ok(Some(Object::Function(module, function))) => {
                let touched = self.touched(module);
                touched
                    .function(function.name.as_str())
                    .all(|effects| effects.changed.is_empty() && effects.members.is_empty() && effects.given.is_empty())
            }
            Ok(Some(Object::Class(module, class))) => {
                let scope = self.class_scope(module, class);
                ["__init__", "__new__", "__post_init__"].iter().all(|name| !scope.names.contains_key(name))
            }
            _ => false,
        }
    }

    fn touched(&self, module: &'a Module) -> Rc<Touched> {
        let mut touched = self.touched.borrow_mut();
        Rc::clone(touched.entry(module.file).or_insert_with(|| Rc::new(Touched::of(&module.syntax.body))))
    }

    /// What `name`, written at `span`, stands for.
    pub fn name(&self, place: Place<'a>, name: &str, span: Span) -> Found<Object<'a>> {
        if let Some(class) = place.class
            && let Some(found) = self.class_name(place, class, name, span)?
        {
            return Ok(found);
        }
        if let Some(found) = self.module_name(place.module, place.at, name, span)? {
            return Ok(found);
        }
        library::member("builtins", name).map(Object::Known).ok_or_else(|| error::unknown_name(name, span))
    }

    /// What a class itself binds `name` to.
    pub fn class_name(
        &self,
        place: Place<'a>,
        class: &'a StmtClassDef,
        name: &str,
        span: Span,
    ) -> Found<Option<Object<'a>>> {
        let scope = self.class_scope(place.module, class);
        match scope.names.get(name) {
            Some(bindings) => self.choose(place.in_class(class), bindings, name, span),
            None => Ok(None),
        }
    }

    /// What a file binds `name` to, before `at`.
    pub fn module_name(&self, module: &'a Module, at: u32, name: &str, span: Span) -> Found<Option<Object<'a>>> {
        let scope = self.scope(module);
        let place = Place { module, class: None, at };
        let found = match scope.names.get(name) {
            Some(bindings) => self.choose(place, bindings, name, span)?,
            None => None,
        };
        let bound = scope.names.get(name).and_then(|all| all.iter().rev().find(|binding| binding.at <= at));
        let after = bound.map_or(0, |binding| binding.at);
        for (_, star) in scope.stars.iter().rev().filter(|(star, _)| *star <= at && *star > after) {
            if let Some(starred) = self.starred(module, *star, name, span)? {
                return Ok(Some(starred));
            }
        }
        Ok(found)
    }

    /// What `from … import *` binds `name` to.
    fn starred(&self, module: &'a Module, star: Import<'a>, name: &str, span: Span) -> Found<Option<Object<'a>>> {
        match self.deeper(span, || self.imported(module, star, span))? {
            Object::Library(library) => Ok(library::member(library, name).map(Object::Known)),
            Object::Module(from) => {
                let found = self.deeper(span, || self.module_name(from, u32::MAX, name, span))?;
                let is_exported = match (&found, self.scope(from).names.contains_key("__all__")) {
                    (None, _) => false,
                    (_, true) => self.exported(from, span)?.iter().any(|exported| exported == name),
                    _ => !name.starts_with('_'),
                };
                Ok(found.filter(|_| is_exported))
            }
            // That a library gives another meaning to `str` is not to be feared.
            _ if library::member("builtins", name).is_some() => Ok(None),
            _ => Err(error::star(name, star.module, span)),
        }
    }

    /// What `__all__` of a module lists.
    fn exported(&self, module: &'a Module, span: Span) -> Found<Vec<String>> {
        let evaluator = Evaluator::new(self, Place::end(module));
        let names = self.deeper(span, || evaluator.iterate(&evaluator.name("__all__", span)?, span))?;
        names.iter().map(|name| name.as_text().map(str::to_owned).ok_or_else(|| error::unknown_value(span))).collect()
    }

    /// The one thing that the bindings before a place agree on.
    fn choose(&self, place: Place<'a>, all: &[Binding<'a>], name: &str, span: Span) -> Found<Option<Object<'a>>> {
        let before: Vec<&Binding<'a>> = all.iter().filter(|binding| binding.at <= place.at).collect();
        let Some(last) = before.len().checked_sub(1) else {
            return Ok(None);
        };
        let certain = before.iter().rposition(|binding| !binding.conditional).unwrap_or(0).min(last);
        let mut chosen: Option<(Object<'a>, TextRange)> = None;
        for binding in &before[certain..] {
            let found = self.bound(place, binding, name, span)?;
            match &chosen {
                None => chosen = Some((found, binding.range)),
                Some((one, _)) if *one == found => {}
                Some((_, first)) => {
                    let places = [*first, binding.range].map(|range| place.module.span(range));
                    return Err(error::bound_twice(name, span, places));
                }
            }
        }
        Ok(chosen.map(|(found, _)| found))
    }

    fn bound(&self, place: Place<'a>, binding: &Binding<'a>, name: &str, span: Span) -> Found<Object<'a>> {
        Ok(match binding.bound {
            Bound::Class(class) => Object::Class(place.module, class),
            Bound::Function(function) => Object::Function(place.module, function),
            Bound::Value(value) => Object::Value(place.at(value.start().to_u32()), value),
            Bound::Import(import) => {
                let found = self.deeper(span, || self.imported(place.module, import, span));
                // A file that cannot be read has no place of its own.
                found.map_err(|found| {
                    if found.primary.is_none() { Box::new(found.at(span, "needed for this")) } else { found }
                })?
            }
            Bound::Unknown => return Err(error::computed(name, span, place.module.span(binding.range))),
        })
    }

    /// What an import in `importer` brings.
    fn imported(&self, importer: &'a Module, import: Import<'a>, span: Span) -> Found<Object<'a>> {
        let module = self.module(importer, import)?;
        match import.name {
            None => Ok(module),
            Some(name) => {
                // `from . import name` in the package itself: what is not there yet is a module of it.
                if let Object::Module(package) = &module
                    && *package == importer
                    && let Some(directory) = package.path.strip_suffix("__init__.py")
                    && let Some(found) = self.project_module(&format!("{directory}{name}"))?
                {
                    return Ok(found);
                }
                self.member(&module, name, span)
            }
        }
    }

    /// The module that an import names.
    fn module(&self, importer: &'a Module, import: Import<'a>) -> Found<Object<'a>> {
        let path = import.module.replace('.', "/");
        if import.level == 0 {
            if let Some(library) = library::module(import.module) {
                return Ok(Object::Library(library));
            }
            let found = self.project_module(&path)?;
            return Ok(found.unwrap_or_else(|| Object::Foreign(import.module.to_owned())));
        }
        let mut directory = importer.directory();
        for _ in 1..import.level {
            directory = tree::split(directory).0;
        }
        let path = if path.is_empty() { directory.to_owned() } else { tree::join(directory, &path) };
        let dots = ".".repeat(usize::try_from(import.level).unwrap_or(1).min(8));
        Ok(self.project_module(&path)?.unwrap_or_else(|| Object::Foreign(format!("{dots}{}", import.module))))
    }

    /// A module of the project: `a/b.py`, `a/b/__init__.py`, or the directory.
    fn project_module(&self, path: &str) -> Found<Option<Object<'a>>> {
        if path.is_empty() {
            return Ok(Some(Object::Package(String::new())));
        }
        for file in [format!("{path}/__init__.py"), format!("{path}.py")] {
            if let Some(module) = self.files.load(&file)? {
                return Ok(Some(Object::Module(module)));
            }
        }
        Ok(self.files.has_directory(path).then(|| Object::Package(path.to_owned())))
    }

    /// `object.name`, where the object is a module or a class.
    pub fn member(&self, object: &Object<'a>, name: &str, span: Span) -> Found<Object<'a>> {
        self.deeper(span, || match object {
            Object::Library(library) => Ok(library_member(library, name)),
            Object::Foreign(path) => Ok(Object::Foreign(format!("{path}.{name}"))),
            Object::Package(path) => {
                let found = self.project_module(&tree::join(path, name))?;
                found.ok_or_else(|| error::unknown_member(name, path, span))
            }
            Object::Module(module) => {
                if let Some(found) = self.module_name(module, u32::MAX, name, span)? {
                    return Ok(found);
                }
                let package = module.path.strip_suffix("/__init__.py");
                let found = package.map(|package| self.project_module(&tree::join(package, name))).transpose()?;
                found.flatten().ok_or_else(|| error::unknown_member(name, &module.path, span))
            }
            Object::Class(module, class) => {
                if let Some(found) = self.class_name(Place::end(module), class, name, span)? {
                    return Ok(found);
                }
                for base in linear(self, module, class)?.into_iter().skip(1) {
                    match base {
                        Base::Class(module, class) => {
                            if let Some(found) = self.class_name(Place::end(module), class, name, span)? {
                                return Ok(found);
                            }
                        }
                        Base::Foreign(_) => return Err(error::unknown_value(span)),
                        Base::Known(_) => {}
                    }
                }
                Err(error::unknown_member(name, class.name.as_str(), span))
            }
            _ => Err(error::unknown_value(span)),
        })
    }
}

fn library_member(library: &'static str, name: &str) -> Object<'static> {
    if let Some(known) = library::member(library, name) {
        return Object::Known(known);
    }
    let path = format!("{library}.{name}");
    library::module(&path).map_or(Object::Foreign(path), Object::Library)
}
