//! What is checked together, what the checker knows of the world, and the tables that every block shares.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::check::hir::FunctionId;
use crate::check::level::Late;
use crate::check::types::Type;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Ast, BlockDecl, FnDecl, Item, StackDecl};

/// A file whose blocks and stacks are checked.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The file.
    pub ast: &'a Ast,
    /// Whether it lies in the project, not among those that ship.
    pub from_project: bool,
}

/// All files of one run.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The files with blocks and stacks, in the order they are listed.
    pub units: &'a [Unit<'a>],
    /// Files that are only reached by `use`: their functions count, their blocks do not.
    pub libraries: &'a [&'a Ast],
    /// The files whose functions are visible everywhere.
    pub prelude: &'a [&'a Ast],
    /// Which file `use "path"` in a file means: one of `units` or `libraries`. A pair that is not here was not found.
    pub uses: &'a BTreeMap<(FileId, String), FileId>,
}

/// What the checker must know of the world besides the files.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Names for `depends`, each with the columns of `dep.NAME` besides `version`.
    pub catalogs: IndexMap<String, Vec<(String, Type)>>,
    /// Packages of base images: names for `depends` and `needs`.
    pub image_packages: BTreeSet<String>,
    /// Capabilities of blocks that ship but are not among the units.
    pub known_capabilities: BTreeSet<String>,
    /// Blocks that ship but are not among the units.
    pub known_blocks: BTreeSet<String>,
}

/// A function's head, with what else calls need to know.
pub(super) struct Function<'a> {
    pub decl: &'a FnDecl,
    pub file: FileId,
    pub params: Vec<(String, Type)>,
    pub result: Type,
    /// Set once its body is checked.
    pub late: Option<Late>,
}

/// One `provides` of some block.
#[derive(Clone, Copy)]
pub(super) struct Provider {
    pub valued: bool,
    pub span: Span,
}

/// A declaration and the unit it stands in.
pub(super) struct Declared<'a, T> {
    pub decl: &'a T,
    pub file: FileId,
    pub from_project: bool,
}

impl<T> Clone for Declared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Declared<'_, T> {}

/// The tables that every block shares.
pub(super) struct Program<'a> {
    pub environment: &'a Environment,
    pub functions: Vec<Function<'a>>,
    /// By file: which functions it sees under which name. The prelude's are in every file's.
    pub visible: BTreeMap<FileId, BTreeMap<&'a str, FunctionId>>,
    /// By capability.
    pub providers: BTreeMap<&'a str, Vec<Provider>>,
    /// By name; a project's block hides one that ships.
    pub blocks: IndexMap<&'a str, Declared<'a, BlockDecl>>,
    /// By name; a project's stack hides one that ships.
    pub stacks: IndexMap<&'a str, Declared<'a, StackDecl>>,
    /// By file: what statements with a syntax error may have declared.
    pub lost: BTreeMap<FileId, BTreeSet<&'a str>>,
}

impl Program<'_> {
    /// The function that `name` means in `file`.
    pub(super) fn function(&self, file: FileId, name: &str) -> Option<FunctionId> {
        self.visible.get(&file)?.get(name).copied()
    }

    /// Whether a statement that was refused may have declared the name: that was said, and using it is no mistake.
    pub(super) fn is_lost(&self, file: FileId, name: &str) -> bool {
        self.lost.get(&file).is_some_and(|names| names.contains(name))
    }
}

impl<'a> Sources<'a> {
    /// Every file once: the units, what they use, the prelude.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a Ast> {
        let units = self.units.iter().map(|unit| unit.ast);
        units.chain(self.libraries.iter().copied()).chain(self.prelude.iter().copied())
    }
}

/// The functions of a file.
pub(super) fn functions(ast: &Ast) -> impl Iterator<Item = &FnDecl> {
    ast.items.iter().filter_map(|item| match item {
        Item::Fn(decl) => Some(decl),
        _ => None,
    })
}
