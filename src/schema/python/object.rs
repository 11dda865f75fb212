//! What a name stands for: [`Object`], and where it is looked up: [`Place`].

use ruff_python_ast::{Expr, StmtClassDef, StmtFunctionDef};

use crate::schema::python::files::Module;
use crate::schema::python::library::Known;

/// Where an expression stands, which decides what its names mean.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file.
    pub module: &'a Module,
    /// The class whose body it stands in.
    pub class: Option<&'a StmtClassDef>,
    /// What was bound before this offset counts.
    pub at: u32,
}

impl<'a> Place<'a> {
    /// Where everything in a file has been bound.
    pub fn end(module: &'a Module) -> Self {
        Self { module, class: None, at: u32::MAX }
    }

    /// The same, inside a class.
    pub fn in_class(self, class: &'a StmtClassDef) -> Self {
        Self { class: Some(class), ..self }
    }

    /// The same, at an offset.
    pub fn at(self, at: u32) -> Self {
        Self { at, ..self }
    }
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Object<'a> {
    /// Something of a library that is understood.
    Known(Known),
    /// A library some of whose names are understood.
    Library(&'static str),
    /// A file of the project.
    Module(&'a Module),
    /// A directory of the project that has no `__init__.py`.
    Package(String),
    /// Something of a library that is not understood: what it is called.
    Foreign(String),
    /// A class of the project.
    Class(&'a Module, &'a StmtClassDef),
    /// A function of the project.
    Function(&'a Module, &'a StmtFunctionDef),
    /// What an expression gives.
    Value(Place<'a>, &'a Expr),
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(two)) => one == two,
            (Self::Library(one), Self::Library(two)) => one == two,
            (Self::Module(one), Self::Module(two)) => one == two,
            (Self::Package(one), Self::Package(two)) | (Self::Foreign(one), Self::Foreign(two)) => one == two,
            (Self::Class(_, one), Self::Class(_, two)) => std::ptr::eq(*one, *two),
            (Self::Function(_, one), Self::Function(_, two)) => std::ptr::eq(*one, *two),
            (Self::Value(_, one), Self::Value(_, two)) => std::ptr::eq(*one, *two),
            _ => false,
        }
    }
}
