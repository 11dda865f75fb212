//! The names of one block, stack or function: what they are bound to, and what a condition has shown about them.

use std::collections::BTreeMap;

use crate::check::hir::LocalId;
use crate::check::level::Late;
use crate::check::types::Type;
use crate::source::Span;

/// How a local came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalKind {
    /// `let`
    Let,
    /// `param`
    Param,
    /// `for`
    Loop,
    /// A function's parameter.
    Argument,
}

/// A value of the frame.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub name: String,
    pub span: Span,
    pub kind: LocalKind,
    pub ty: Type,
    /// Set when its value is not known from the project alone.
    pub late: Option<Late>,
    /// Whether its value, or each element of it, is a command of `cog.yaml`: what `${raw x}` takes.
    pub command: bool,
    pub used: bool,
    /// It has the name of something built in, which was reported: what is done with it is not looked at.
    pub misnamed: bool,
}

/// What a capability that the block needs is, as a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Capability {
    /// Every provider gives it a value.
    Valued,
    /// No provider does.
    Plain,
    /// Some do and some do not; where one does not.
    Mixed(Option<Span>),
    /// It is needed on a condition only; where that is said.
    Conditional(Span),
}

/// A name that a condition can say something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A `let`, loop name or parameter.
    Local(LocalId),
    /// `schema`
    Schema,
}

/// What the block says about a dependency.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    /// Its place in `depends`.
    pub index: usize,
    /// Whether `depends` may ask for nothing.
    pub optional: bool,
}

/// The names of one block, stack or function.
#[derive(Debug, Default)]
pub(super) struct Scope {
    locals: Vec<Local>,
    names: BTreeMap<String, LocalId>,
    /// Names in the order they were bound, to take them back.
    bound: Vec<String>,
    /// Names that are known not to be `none` here.
    present: Vec<Place>,
    /// The capabilities that the block needs.
    pub capabilities: BTreeMap<String, Capability>,
    /// The entries of `depends`.
    pub dependencies: BTreeMap<String, Dependency>,
}

impl Scope {
    /// Adds a local without a type yet. A name that is taken keeps its first meaning.
    pub(super) fn add(&mut self, name: &str, span: Span, kind: LocalKind) -> LocalId {
        let id = LocalId(self.locals.len());
        self.locals.push(Local {
            name: name.into(),
            span,
            kind,
            ty: Type::Error,
            late: None,
            command: false,
            used: false,
            misnamed: false,
        });
        if !self.names.contains_key(name) {
            self.names.insert(name.into(), id);
            self.bound.push(name.into());
        }
        id
    }

    /// The local that `name` means here.
    pub(super) fn find(&self, name: &str) -> Option<LocalId> {
        self.names.get(name).copied()
    }

    /// The names that mean something here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().chain(self.capabilities.keys()).map(String::as_str)
    }

    /// A local of this frame.
    pub(super) fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.0]
    }

    /// A local of this frame, to be changed.
    pub(super) fn local_mut(&mut self, id: LocalId) -> &mut Local {
        &mut self.locals[id.0]
    }

    /// Every local of the frame, in the order it was added.
    pub(super) fn locals(&self) -> &[Local] {
        &self.locals
    }

    /// Where the names stand now, for [`Scope::leave`].
    pub(super) fn enter(&self) -> usize {
        self.bound.len()
    }

    /// Takes back the names bound since `mark`.
    pub(super) fn leave(&mut self, mark: usize) {
        for name in self.bound.split_off(mark) {
            self.names.remove(&name);
        }
    }

    /// Whether a condition has shown that `place` is not `none`.
    pub(super) fn is_present(&self, place: Place) -> bool {
        self.present.contains(&place)
    }

    /// Notes that `places` are not `none`; returns a mark for [`Scope::forget`].
    pub(super) fn note_present(&mut self, places: &[Place]) -> usize {
        let mark = self.present.len();
        self.present.extend_from_slice(places);
        mark
    }

    /// Takes back what was noted since `mark`.
    pub(super) fn forget(&mut self, mark: usize) {
        self.present.truncate(mark);
    }
}
