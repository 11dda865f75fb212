//! The checked form of blocks and stacks: names are bound, types are known, what is refused is gone.
//!
//! `eval` may rely on it: a condition is a `bool`, a mount target a `string`, an interpolation never optional.

use indexmap::IndexMap;

pub use crate::syntax::ast::BinaryOp;

use crate::check::phase::{Phase, Side};
use crate::check::types::{Builtin, Method, Type};
use crate::source::{FileId, Span};
use crate::version::{Constraint, Version};

/// Everything that was checked.
#[derive(Clone, Debug, Default)]
pub struct Hir {
    /// By name.
    pub blocks: IndexMap<String, Block>,
    /// By name.
    pub stacks: IndexMap<String, Stack>,
    /// Called by [`FunctionId`].
    pub functions: Vec<Function>,
}

/// Index into [`Hir::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionId(pub usize);

/// Index of a value in the frame of the block, stack or function: its `let`s, loop names and parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalId(pub usize);

/// `fn name(a: T) -> T { expr }`: parameter `i` is `LocalId(i)`.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The names and types of its parameters.
    pub params: Vec<(String, Type)>,
    /// What it computes.
    pub body: Expr,
    /// How many locals its frame has.
    pub frame: usize,
}

/// A name and where it stands.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A checked block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its name, at its declaration.
    pub name: Name,
    /// The file it stands in.
    pub file: FileId,
    /// Whether it lies in the project, not among those that ship.
    pub from_project: bool,
    /// Its doc comment.
    pub doc: Option<String>,
    /// In the order written.
    pub params: Vec<Param>,
    /// The block's own `let`s, in the order written: each is evaluated when first read.
    pub lets: Vec<Let>,
    /// What must be there on which side.
    pub needs: Vec<Need>,
    /// What others may need.
    pub provides: Vec<Provide>,
    /// Whether `run` steps have the network.
    pub network: bool,
    /// Blocks that come before this one.
    pub after: Vec<Name>,
    /// Blocks that come after this one.
    pub before: Vec<Name>,
    /// Absent: it always takes part.
    pub detect: Option<Expr>,
    /// `depends { name = expr }`; each value is a constraint or an optional one.
    pub depends: Vec<(Name, Expr)>,
    /// In the order written; one phase may come more than once.
    pub stages: Vec<Stage>,
    /// What the image's config gets.
    pub export: Vec<ExportStmt>,
    /// How many locals its frame has.
    pub frame: usize,
}

impl Block {
    /// Whether the block says `needs same-base`, if only on a condition.
    pub fn needs_same_base(&self) -> bool {
        self.needs.iter().any(|need| need.name.text == "same-base")
    }
}

/// A checked stack.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its name, at its declaration.
    pub name: Name,
    /// The file it stands in.
    pub file: FileId,
    /// Whether it lies in the project.
    pub from_project: bool,
    /// Its doc comment.
    pub doc: Option<String>,
    /// In the order written.
    pub params: Vec<Param>,
    /// The stack's own `let`s.
    pub lets: Vec<Let>,
    /// Absent: it always fits.
    pub detect: Option<Expr>,
    /// The blocks it lists.
    pub blocks: Vec<Name>,
    /// What the image's config gets.
    pub export: Vec<ExportStmt>,
    /// How many locals its frame has.
    pub frame: usize,
}

/// `param name: type = default`
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its doc comment.
    pub doc: Option<String>,
    /// Its type: `bool`, `int`, `string`, `version`, `constraint`, a list of strings, or an optional of these.
    pub ty: Type,
    /// Absent: `none`.
    pub default: Option<Expr>,
    /// Where its value lies in the frame.
    pub local: LocalId,
}

/// `let name = value`
#[derive(Clone, Debug)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Expr,
    /// Where the value lies in the frame.
    pub local: LocalId,
}

/// One capability of `needs`.
#[derive(Clone, Debug)]
pub struct Need {
    /// The capability.
    pub name: Name,
    /// Absent: on both.
    pub side: Option<Side>,
    /// A `bool` known from the project alone; absent: always.
    pub condition: Option<Expr>,
}

/// One `provides`.
#[derive(Clone, Debug)]
pub struct Provide {
    /// The capability.
    pub name: Name,
    /// Its value, a `string` known before resolution.
    pub value: Option<Expr>,
}

/// A checked stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name, unique in the block.
    pub name: Name,
    /// What progress shows; absent: made of block and stage name.
    pub title: Option<String>,
    /// The phase it stands in.
    pub phase: Phase,
    /// Where it starts; absent: it is on the main line.
    pub from: Option<Input>,
    /// The paths of `writes`, each a `string` or a list of strings.
    pub writes: Vec<Expr>,
    /// What it does.
    pub body: Vec<Stmt>,
    /// The whole stage.
    pub span: Span,
}

/// One statement of a stage.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "trees are small, and a box for each node would cost more")]
pub enum Stmt {
    /// Binds a local.
    Let(Let),
    /// `when`
    When {
        /// A `bool`.
        condition: Expr,
        /// When it holds.
        then: Vec<Stmt>,
        /// When it does not.
        otherwise: Vec<Stmt>,
    },
    /// `for`
    For {
        /// Where each element lies in the frame.
        local: LocalId,
        /// A list.
        list: Expr,
        /// What is repeated.
        body: Vec<Stmt>,
    },
    /// An operation.
    Op(Operation),
}

/// An operation and where it stands.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// The whole statement.
    pub span: Span,
}

/// The operations. Paths, owners and values are `string`s unless said otherwise.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "trees are small, and a box for each node would cost more")]
pub enum OperationKind {
    /// `run`
    Run {
        /// What is run.
        command: Command,
        /// Its mounts, variables and network.
        clauses: Vec<Clause>,
    },
    /// `copy`
    Copy {
        /// A `string` or a list of strings.
        source: Expr,
        /// Where it is copied from.
        input: Input,
        /// Where it is copied to.
        target: Expr,
        /// `USER:GROUP`
        chown: Option<Expr>,
        /// Octal bits.
        chmod: Option<u32>,
        /// A list of strings.
        include: Option<Expr>,
        /// A list of strings.
        exclude: Option<Expr>,
        /// The content of a directory, not the directory.
        contents_only: bool,
        /// Nothing to copy is no error.
        optional: bool,
    },
    /// `env`
    Env(EnvSetting),
    /// `workdir`
    Workdir(Expr),
    /// `user`
    User(Expr),
    /// `mkfile`
    Mkfile {
        /// The file.
        path: Expr,
        /// Octal bits; absent: 0644.
        mode: Option<u32>,
        /// What it holds.
        content: Expr,
    },
    /// `mkdir`
    Mkdir {
        /// The directory.
        path: Expr,
        /// Octal bits; absent: 0755.
        mode: Option<u32>,
        /// `USER:GROUP`
        chown: Option<Expr>,
    },
    /// `rm`
    Rm {
        /// The path.
        path: Expr,
        /// Nothing to remove is no error.
        optional: bool,
    },
    /// `layer from stage NAME`
    Layer {
        /// A stage of the same block.
        stage: Name,
    },
}

/// `env NAME = value`, `env NAME prepend value`
#[derive(Clone, Debug)]
pub struct EnvSetting {
    /// The variable.
    pub name: Name,
    /// Whether the value goes before the present one.
    pub prepend: bool,
    /// A `string`.
    pub value: Expr,
}

/// What `run` runs.
#[derive(Clone, Debug)]
pub enum Command {
    /// A text for `/bin/sh -c`, interpolations quoted by type.
    Shell(Vec<ShellPart>),
    /// A list of strings, run as they are.
    Exec(Expr),
}

/// A piece of a shell command.
#[derive(Clone, Debug)]
pub enum ShellPart {
    /// The block's own shell text.
    Text(String),
    /// A `string`, `int`, `version` or `constraint`: becomes one word or a part of one.
    Word {
        /// The value.
        value: Expr,
        /// Whether it stands at the start of its word, where a `-` would make it an option.
        leads: bool,
    },
    /// A list: each element one word. An [`ExprKind::If`] without `otherwise` that does not hold: none; else the words
    /// of its value, which may be a list too.
    Words(Expr),
    /// `${raw x}`: the text as it is.
    Raw(Expr),
}

/// A clause of `run`.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "trees are small, and a box for each node would cost more")]
pub enum Clause {
    /// A mount.
    Mount {
        /// Which.
        kind: MountKind,
        /// The whole clause.
        span: Span,
    },
    /// `env`
    Env(EnvSetting),
    /// `network none`
    NetworkNone,
    /// `when`
    When {
        /// A `bool`.
        condition: Expr,
        /// When it holds.
        then: Vec<Clause>,
        /// When it does not.
        otherwise: Vec<Clause>,
    },
    /// `for`
    For {
        /// Where each element lies in the frame.
        local: LocalId,
        /// A list.
        list: Expr,
        /// What is repeated.
        body: Vec<Clause>,
    },
}

/// The mounts. Values are `string`s unless said otherwise.
#[derive(Clone, Debug)]
pub enum MountKind {
    /// A directory that outlives the build.
    Cache {
        /// Where.
        target: Expr,
        /// Absent: the target.
        id: Option<Expr>,
        /// How users share it.
        sharing: Sharing,
    },
    /// Another file tree.
    Bind {
        /// A path in the input; absent: its root.
        source: Option<Expr>,
        /// What is mounted.
        input: Input,
        /// Where.
        target: Expr,
        /// Whether it can be written (what is written is thrown away).
        writable: bool,
    },
    /// Memory.
    Tmpfs {
        /// Where.
        target: Expr,
        /// An `int`, bytes.
        size: Option<Expr>,
    },
    /// A secret as a file or a variable.
    Secret {
        /// Its name.
        id: Expr,
        /// A file.
        target: Option<Expr>,
        /// A variable.
        env: Option<String>,
        /// Its absence is no error.
        optional: bool,
    },
    /// The ssh agent.
    Ssh {
        /// Absent: `default`.
        id: Option<Expr>,
    },
}

/// How builds that run at the same time share a cache mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// All at once; the default.
    Shared,
    /// Each its own.
    Private,
    /// One after the other.
    Locked,
}

/// Where a stage, a copy or a mount reads from.
#[derive(Clone, Debug)]
pub struct Input {
    /// Which kind.
    pub kind: InputKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of inputs. Values are `string`s unless said otherwise.
#[derive(Clone, Debug)]
pub enum InputKind {
    /// A stage of the same block.
    Stage(String),
    /// The last main-line stage of a phase before the reader.
    Phase(Phase),
    /// An image.
    Image(Expr),
    /// The project; `only` is a list of strings.
    Context {
        /// The patterns that are sent.
        only: Option<Expr>,
    },
    /// A download.
    Url {
        /// The address.
        url: Expr,
        /// Its checksum, 64 hex digits.
        sha256: Option<Expr>,
    },
    /// A repository.
    Git {
        /// The address.
        url: Expr,
        /// A branch, tag or commit.
        reference: Option<Expr>,
    },
    /// Nothing.
    Scratch,
}

/// One statement of `export`.
#[derive(Clone, Debug)]
pub enum ExportStmt {
    /// A setting.
    Set {
        /// Which.
        kind: ExportKind,
        /// The whole statement.
        span: Span,
    },
    /// `when`
    When {
        /// A `bool`.
        condition: Expr,
        /// When it holds.
        then: Vec<ExportStmt>,
        /// When it does not.
        otherwise: Vec<ExportStmt>,
    },
}

/// The settings of `export`.
#[derive(Clone, Debug)]
pub enum ExportKind {
    /// A list of strings.
    Cmd(Expr),
    /// A list of strings.
    Entrypoint(Expr),
    /// A `string`.
    Workdir(Expr),
    /// A `string`.
    User(Expr),
    /// An `int`.
    Expose(Expr),
    /// A `string` under a name.
    Label(String, Expr),
    /// A variable.
    Env(EnvSetting),
}

/// A checked expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Of which type.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `5000`
    Int(i64),
    /// A string without interpolation.
    Str(String),
    /// A string literal that was written where a version is asked for.
    Version(Version),
    /// A string literal that was written where a constraint is asked for.
    Constraint(Constraint),
    /// A string with interpolations, outside a shell: the pieces' texts, joined. An [`ExprKind::If`] without
    /// `otherwise` that does not hold is no text.
    Template(Vec<Expr>),
    /// `[…]`
    List(Vec<Elem>),
    /// A `let`, loop name or parameter of the frame.
    Local(LocalId),
    /// The value of a capability that the block needs.
    Capability(String),
    /// A record that is always there: `config`, `packages`, `platform`, `base`, `dep.NAME` (its type says which).
    Root,
    /// `schema`: a `string?`
    Schema,
    /// `base.name` of a record.
    Field {
        /// The record.
        base: Box<Expr>,
        /// The field.
        name: String,
    },
    /// A built-in function.
    Builtin {
        /// Which.
        function: Builtin,
        /// Its arguments, as many as it takes.
        args: Vec<Expr>,
    },
    /// A method, or a field of a version.
    Method {
        /// What it is called on.
        base: Box<Expr>,
        /// Which.
        method: Method,
        /// Its arguments, as many as it takes.
        args: Vec<Expr>,
    },
    /// A function written in the language.
    Call {
        /// Which.
        function: FunctionId,
        /// Its arguments, as many as it takes.
        args: Vec<Expr>,
    },
    /// `not`
    Not(Box<Expr>),
    /// An operator.
    Binary {
        /// Which.
        op: BinaryOp,
        /// Its left side.
        left: Box<Expr>,
        /// Its right side.
        right: Box<Expr>,
    },
    /// `a if c else b`; without `else` the value is left out of its list or command.
    If {
        /// When the condition holds.
        then: Box<Expr>,
        /// A `bool`.
        condition: Box<Expr>,
        /// When it does not.
        otherwise: Option<Box<Expr>>,
    },
}

/// An element of a list.
#[derive(Clone, Debug)]
pub enum Elem {
    /// A value; an [`ExprKind::If`] without `otherwise` may be left out.
    Expr(Expr),
    /// `when`
    When {
        /// A `bool`.
        condition: Expr,
        /// When it holds.
        then: Vec<Elem>,
        /// When it does not.
        otherwise: Vec<Elem>,
    },
    /// `for`
    For {
        /// Where each element lies in the frame.
        local: LocalId,
        /// A list.
        list: Expr,
        /// What is repeated.
        body: Vec<Elem>,
    },
}
