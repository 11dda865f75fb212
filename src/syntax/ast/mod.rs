//! The tree of a `.block` file as it was written: every node has its [`Span`], comments are kept beside the tree.

mod expression;

pub use expression::{BinaryOp, Elem, Expr, ExprKind, StrLit, StrPart, StrStyle};

use crate::source::{FileId, Span};

/// One file.
#[derive(Clone, Debug)]
pub struct Ast {
    /// The text it was parsed from.
    pub file: FileId,
    /// The items, in order. A statement with a syntax error is left out, and an item whose head does not parse.
    pub items: Vec<Item>,
    /// Every comment of the file, in order.
    pub comments: Vec<Comment>,
    /// Whether the whole text is in the tree: nothing was left out because of an error.
    pub complete: bool,
    /// Words near the start of statements that were left out: names that they may have declared, so that uses of them
    /// need no second message.
    pub lost: Vec<String>,
}

/// A `#` or `##` comment: from its `#` to the end of its line, without the line break.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Whether it begins with `##`.
    pub doc: bool,
}

/// A name where it is written.
#[derive(Clone, Debug)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// What stands at the top level of a file.
#[derive(Clone, Debug)]
pub enum Item {
    /// `use "./file.block"`
    Use(Use),
    /// `fn name(a: T) -> T { expr }`
    Fn(FnDecl),
    /// `block name { … }`
    Block(BlockDecl),
    /// `stack name { … }`
    Stack(StackDecl),
}

/// `use "./file.block"`: brings the functions of another file.
#[derive(Clone, Debug)]
pub struct Use {
    /// The path as it was written.
    pub path: StrLit,
    /// The whole statement.
    pub span: Span,
}

/// A function declaration.
#[derive(Clone, Debug)]
pub struct FnDecl {
    /// Its doc comment's text without `##`, lines joined with a line break.
    pub doc: Option<String>,
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<FnParam>,
    /// The type of its result.
    pub result: TypeExpr,
    /// What it computes.
    pub body: Expr,
    /// The whole declaration.
    pub span: Span,
}

/// `name: type` in a function's head.
#[derive(Clone, Debug)]
pub struct FnParam {
    /// The parameter's name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
}

/// A type as written: `string`, `list<string>`, `version?`.
#[derive(Clone, Debug)]
pub struct TypeExpr {
    /// `list`, `string`, …
    pub name: Ident,
    /// What stands in `<…>`.
    pub argument: Option<Box<TypeExpr>>,
    /// Whether a `?` follows.
    pub optional: bool,
    /// The whole type.
    pub span: Span,
}

/// `block name { … }`
#[derive(Clone, Debug)]
pub struct BlockDecl {
    /// Its doc comment's text without `##`, lines joined with a line break.
    pub doc: Option<String>,
    /// Its name.
    pub name: Ident,
    /// What stands in its braces, in order.
    pub members: Vec<BlockMember>,
    /// The whole declaration.
    pub span: Span,
}

/// `stack name { … }`
#[derive(Clone, Debug)]
pub struct StackDecl {
    /// Its doc comment's text without `##`, lines joined with a line break.
    pub doc: Option<String>,
    /// Its name.
    pub name: Ident,
    /// What stands in its braces, in order.
    pub members: Vec<StackMember>,
    /// The whole declaration.
    pub span: Span,
}

/// One statement of a block.
#[derive(Clone, Debug)]
pub enum BlockMember {
    /// `let name = expr`
    Let(Let),
    /// `param name: type = expr`
    Param(Param),
    /// `detect { expr }`
    Detect(Detect),
    /// `depends { name = expr … }`
    Depends(Depends),
    /// `needs a, b in build`
    Needs(Needs),
    /// `provides a = expr`
    Provides(Provides),
    /// `uses network`
    UsesNetwork(Span),
    /// `after a, b`
    After(Order),
    /// `before a, b`
    Before(Order),
    /// `phase build.app-deps { … }`
    Phase(Phase),
    /// `export { … }`
    Export(Export),
}

/// One statement of a stack.
#[derive(Clone, Debug)]
pub enum StackMember {
    /// `let name = expr`
    Let(Let),
    /// `param name: type = expr`
    Param(Param),
    /// `detect { expr }`
    Detect(Detect),
    /// `blocks [a, b]`
    Blocks(Blocks),
    /// `export { … }`
    Export(Export),
}

/// `let name = expr`
#[derive(Clone, Debug)]
pub struct Let {
    /// The name it binds.
    pub name: Ident,
    /// Its value.
    pub value: Expr,
    /// The whole statement.
    pub span: Span,
}

/// `param name: type = expr`
#[derive(Clone, Debug)]
pub struct Param {
    /// Its doc comment's text, if one stands above it.
    pub doc: Option<String>,
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default; none: the type must be optional.
    pub default: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// `detect { expr }`
#[derive(Clone, Debug)]
pub struct Detect {
    /// The predicate.
    pub predicate: Expr,
    /// The whole statement.
    pub span: Span,
}

/// `depends { name = expr … }`
#[derive(Clone, Debug)]
pub struct Depends {
    /// Each `name = expr`.
    pub entries: Vec<Depend>,
    /// The whole statement.
    pub span: Span,
}

/// `name = expr` in `depends`.
#[derive(Clone, Debug)]
pub struct Depend {
    /// The dependency.
    pub name: Ident,
    /// The constraint on its version.
    pub constraint: Expr,
}

/// `needs a, b in build when expr`
#[derive(Clone, Debug)]
pub struct Needs {
    /// The capabilities.
    pub names: Vec<Ident>,
    /// `build` or `runtime`; absent: both.
    pub side: Option<Ident>,
    /// Absent: always.
    pub condition: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// `provides a = expr`
#[derive(Clone, Debug)]
pub struct Provides {
    /// The capability.
    pub name: Ident,
    /// Its value.
    pub value: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// `after a, b` or `before a, b`
#[derive(Clone, Debug)]
pub struct Order {
    /// The blocks named.
    pub names: Vec<Ident>,
    /// The whole statement.
    pub span: Span,
}

/// `blocks [a, b]`
#[derive(Clone, Debug)]
pub struct Blocks {
    /// The blocks named, in order.
    pub names: Vec<Ident>,
    /// The whole statement.
    pub span: Span,
}

/// `phase build.app-deps { … }`
#[derive(Clone, Debug)]
pub struct Phase {
    /// `build.app-deps`
    pub key: Ident,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// The whole statement.
    pub span: Span,
}

/// `stage name "Title" { … }`
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its doc comment's text, if one stands above it.
    pub doc: Option<String>,
    /// Its name, unique in the block.
    pub name: Ident,
    /// What progress shows.
    pub title: Option<StrLit>,
    /// What stands in its braces, in order.
    pub body: Vec<StageStmt>,
    /// The whole statement.
    pub span: Span,
}

/// One statement of a stage.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and a box would be in the way of every match")]
pub enum StageStmt {
    /// `from INPUT`
    From(From),
    /// `writes "/venv", "/x"`
    Writes(Writes),
    /// `let name = expr`
    Let(Let),
    /// `run "…" { … }`
    Run(Run),
    /// `copy SRC from INPUT to PATH …`
    Copy(Copy),
    /// `env NAME = expr`
    Env(Env),
    /// `workdir expr`
    Workdir(Setting),
    /// `user expr`
    User(Setting),
    /// `mkfile PATH mode 0644 = expr`
    Mkfile(Mkfile),
    /// `mkdir PATH mode 0755 chown "1:1"`
    Mkdir(Mkdir),
    /// `rm PATH optional`
    Rm(Rm),
    /// `layer from stage NAME`
    Layer(Layer),
    /// `when cond { … } else { … }`
    When(When<StageStmt>),
    /// `for x in list { … }`
    For(For<StageStmt>),
}

/// `when cond { … } else { … }` over statements, clauses or list elements.
#[derive(Clone, Debug)]
pub struct When<S> {
    /// The condition.
    pub condition: Expr,
    /// What holds when it is true.
    pub then: Vec<S>,
    /// What holds when it is false, if an `else` is written.
    pub otherwise: Option<Vec<S>>,
    /// The whole statement.
    pub span: Span,
}

/// `for x in list { … }` over statements, clauses or list elements.
#[derive(Clone, Debug)]
pub struct For<S> {
    /// The name each element gets.
    pub name: Ident,
    /// The list.
    pub list: Expr,
    /// What is repeated.
    pub body: Vec<S>,
    /// The whole statement.
    pub span: Span,
}

/// `from INPUT` in a stage.
#[derive(Clone, Debug)]
pub struct From {
    /// Where the stage starts.
    pub input: Input,
    /// The whole statement.
    pub span: Span,
}

/// `writes "/venv"`
#[derive(Clone, Debug)]
pub struct Writes {
    /// The paths.
    pub paths: Vec<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// `run "…" { … }`
#[derive(Clone, Debug)]
pub struct Run {
    /// A string literal for the shell, or a list for exec.
    pub command: Expr,
    /// What stands in its braces.
    pub clauses: Vec<RunClause>,
    /// The whole statement.
    pub span: Span,
}

/// One statement in the braces of `run`.
#[derive(Clone, Debug)]
pub enum RunClause {
    /// `mount …`
    Mount(Mount),
    /// `env NAME = expr`
    Env(Env),
    /// `network none`
    Network {
        /// `none`
        mode: Ident,
        /// The whole clause.
        span: Span,
    },
    /// `when cond { … } else { … }`
    When(When<RunClause>),
    /// `for x in list { … }`
    For(For<RunClause>),
}

/// `mount KIND …`
#[derive(Clone, Debug)]
pub struct Mount {
    /// Which kind.
    pub kind: MountKind,
    /// The whole clause.
    pub span: Span,
}

/// The kinds of mounts.
#[derive(Clone, Debug)]
pub enum MountKind {
    /// `cache PATH id ID sharing MODE`
    Cache {
        /// Where it is mounted.
        target: Expr,
        /// The cache's name; absent: the target.
        id: Option<Expr>,
        /// `shared`, `private` or `locked`.
        sharing: Option<Ident>,
    },
    /// `bind SRC from INPUT to PATH rw`
    Bind {
        /// A path in the input; absent: its root.
        source: Option<Expr>,
        /// What is mounted.
        input: Input,
        /// Where it is mounted.
        target: Expr,
        /// Where `rw` stands.
        rw: Option<Span>,
    },
    /// `tmpfs PATH size BYTES`
    Tmpfs {
        /// Where it is mounted.
        target: Expr,
        /// Its size in bytes.
        size: Option<Expr>,
    },
    /// `secret ID to PATH` or `secret ID as env NAME`
    Secret {
        /// The secret's name.
        id: Expr,
        /// The file it becomes.
        target: Option<Expr>,
        /// The variable it becomes.
        env: Option<Ident>,
        /// Where `optional` stands.
        optional: Option<Span>,
    },
    /// `ssh id ID`
    Ssh {
        /// The agent's name; absent: `default`.
        id: Option<Expr>,
    },
}

/// `copy SRC from INPUT to PATH …`
#[derive(Clone, Debug)]
pub struct Copy {
    /// A string or a list of strings.
    pub source: Expr,
    /// Where it is copied from.
    pub input: Input,
    /// Where it is copied to.
    pub target: Expr,
    /// `chown expr`
    pub chown: Option<Expr>,
    /// `chmod 0755`
    pub chmod: Option<Mode>,
    /// `include expr`
    pub include: Option<Expr>,
    /// `exclude expr`
    pub exclude: Option<Expr>,
    /// Where `contents_only` stands.
    pub contents_only: Option<Span>,
    /// Where `optional` stands.
    pub optional: Option<Span>,
    /// The whole statement.
    pub span: Span,
}

/// An octal mode as written.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// Its bits.
    pub bits: u32,
    /// Where it stands.
    pub span: Span,
}

/// `env NAME = expr` or `env NAME prepend expr`
#[derive(Clone, Debug)]
pub struct Env {
    /// The variable.
    pub name: Ident,
    /// Whether the value goes before the present one, joined with `:`.
    pub prepend: bool,
    /// The value.
    pub value: Expr,
    /// The whole statement.
    pub span: Span,
}

/// A word and one value: `workdir "/app"`, `user "1000"`.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The value.
    pub value: Expr,
    /// The whole statement.
    pub span: Span,
}

/// `mkfile PATH mode 0644 = expr`
#[derive(Clone, Debug)]
pub struct Mkfile {
    /// The file.
    pub path: Expr,
    /// Its mode.
    pub mode: Option<Mode>,
    /// What it holds.
    pub content: Expr,
    /// The whole statement.
    pub span: Span,
}

/// `mkdir PATH mode 0755 chown "1:1"`
#[derive(Clone, Debug)]
pub struct Mkdir {
    /// The directory; its parents are made too.
    pub path: Expr,
    /// Its mode.
    pub mode: Option<Mode>,
    /// Its owner.
    pub chown: Option<Expr>,
    /// The whole statement.
    pub span: Span,
}

/// `rm PATH optional`
#[derive(Clone, Debug)]
pub struct Rm {
    /// The path; may hold wildcards.
    pub path: Expr,
    /// Where `optional` stands.
    pub optional: Option<Span>,
    /// The whole statement.
    pub span: Span,
}

/// `layer from stage NAME`
#[derive(Clone, Debug)]
pub struct Layer {
    /// The stage.
    pub stage: Ident,
    /// The whole statement.
    pub span: Span,
}

/// Where a stage, a copy or a mount reads from.
#[derive(Clone, Debug)]
pub struct Input {
    /// Which kind.
    pub kind: InputKind,
    /// The whole input.
    pub span: Span,
}

/// The kinds of inputs.
#[derive(Clone, Debug)]
pub enum InputKind {
    /// `stage NAME`
    Stage(Ident),
    /// `phase build.app-deps`
    Phase(Ident),
    /// `image REF`
    Image(Expr),
    /// `context` or `context only [patterns]`
    Context {
        /// The patterns of `only`.
        only: Option<Expr>,
    },
    /// `url U sha256 H`
    Url {
        /// The address.
        url: Expr,
        /// The checksum in hex.
        sha256: Option<Expr>,
    },
    /// `git U ref R`
    Git {
        /// The repository.
        url: Expr,
        /// A branch, tag or commit.
        reference: Option<Expr>,
    },
    /// `scratch`
    Scratch,
}

/// `export { … }`
#[derive(Clone, Debug)]
pub struct Export {
    /// What stands in its braces.
    pub body: Vec<ExportStmt>,
    /// The whole statement.
    pub span: Span,
}

/// One statement of `export`.
#[derive(Clone, Debug)]
pub enum ExportStmt {
    /// `cmd […]`
    Cmd(Setting),
    /// `entrypoint […]`
    Entrypoint(Setting),
    /// `workdir "/src"`
    Workdir(Setting),
    /// `user "1000"`
    User(Setting),
    /// `expose 5000`
    Expose(Setting),
    /// `label "name" = expr`
    Label {
        /// The label's name.
        name: StrLit,
        /// Its value.
        value: Expr,
        /// The whole statement.
        span: Span,
    },
    /// `env NAME = expr`
    Env(Env),
    /// `when cond { … } else { … }`
    When(When<ExportStmt>),
}
