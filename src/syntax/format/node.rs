//! [`Ast`] → [`Node`]s: every statement as a line of segments, with what stands in its braces.

use std::ops::Range;

use crate::source::Span;
use crate::syntax::ast::{
    Ast, BlockMember, Copy, Depend, Elem, Env, Export, ExportStmt, Expr, FnDecl, For, Ident, Input, InputKind, Item,
    Let, Mkdir, Mkfile, Mode, Mount, MountKind, Param, Phase, Run, RunClause, Setting, StackMember, Stage, StageStmt,
    StrLit, When,
};
use crate::syntax::dump;
use crate::syntax::lexer::{Lexer, TokenKind};

/// A statement.
#[derive(Debug)]
pub struct Node<'a> {
    /// All of it.
    pub span: Span,
    /// What stands before its braces, or all of it.
    pub segments: Vec<Segment<'a>>,
    /// What stands in its braces: none, one, or a second for `else`.
    pub bodies: Vec<Vec<Node<'a>>>,
    /// From each opening brace to its closing one.
    pub braces: Vec<Range<usize>>,
    /// Whether a blank line stands around it.
    pub stands_apart: bool,
}

/// A part of a line.
#[derive(Clone, Debug)]
pub enum Segment<'a> {
    /// Words.
    Text(String),
    /// Punctuation that follows without a blank.
    Glued(&'static str),
    /// A value.
    Expr(&'a Expr),
    /// A string where only a string may stand.
    Str(&'a StrLit),
    /// `[a, b]` of names, with the span of what is in the brackets.
    Names(&'a [Ident], Range<usize>),
    /// A place where a line that is too long may break.
    Soft,
}

/// What stands in a list.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// An element.
    Elem(&'a Elem),
    /// An argument.
    Expr(&'a Expr),
    /// A name.
    Name(&'a Ident),
}

impl Entry<'_> {
    /// Where it stands.
    pub fn range(self) -> Range<usize> {
        match self {
            Entry::Elem(Elem::Expr(expr)) | Entry::Expr(expr) => expr.span.range(),
            Entry::Elem(Elem::When(when)) => when.span.range(),
            Entry::Elem(Elem::For(each)) => each.span.range(),
            Entry::Name(name) => name.span.range(),
        }
    }
}

/// The outermost braces in a part of the text, each from the opening to the closing one.
pub fn braces(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for token in Lexer::new(&text[..range.end], range.start).filter(|token| token.depth == 0) {
        match token.kind {
            TokenKind::Open if &text[token.start..token.end] == "{" => open = Some(token.start),
            TokenKind::Close => found.extend(open.take().map(|open| open..token.start)),
            _ => {}
        }
    }
    found
}

/// The items of a file.
pub fn items<'a>(text: &'a str, ast: &'a Ast) -> Vec<Node<'a>> {
    let nodes = Nodes { text };
    ast.items.iter().map(|item| nodes.item(item)).collect()
}

struct Nodes<'a> {
    text: &'a str,
}

fn text<'a>(words: impl Into<String>) -> Segment<'a> {
    Segment::Text(words.into())
}

fn leaf<'a>(span: Span, segments: Vec<Segment<'a>>) -> Node<'a> {
    Node { span, segments, bodies: Vec::new(), braces: Vec::new(), stands_apart: false }
}

impl<'a> Nodes<'a> {
    fn braced(&self, span: Span, segments: Vec<Segment<'a>>, bodies: Vec<Vec<Node<'a>>>) -> Node<'a> {
        let braces = braces(self.text, span.range());
        // `run "…" {}` has braces and no body.
        let bodies = if braces.len() < bodies.len() { Vec::new() } else { bodies };
        Node { span, segments, bodies, braces, stands_apart: false }
    }

    fn item(&self, item: &'a Item) -> Node<'a> {
        match item {
            Item::Use(import) => leaf(import.span, vec![text("use"), Segment::Str(&import.path)]),
            Item::Fn(function) => self.function(function),
            Item::Block(block) => {
                let members = block.members.iter().map(|member| self.block_member(member)).collect();
                let head = vec![text(format!("block {}", block.name.name))];
                Node { stands_apart: true, ..self.braced(block.span, head, vec![members]) }
            }
            Item::Stack(stack) => {
                let members = stack.members.iter().map(|member| self.stack_member(member)).collect();
                let head = vec![text(format!("stack {}", stack.name.name))];
                Node { stands_apart: true, ..self.braced(stack.span, head, vec![members]) }
            }
        }
    }

    fn function(&self, function: &'a FnDecl) -> Node<'a> {
        let params = function.params.iter().map(|param| format!("{}: {}", param.name.name, dump::ty(&param.ty)));
        let params: Vec<String> = params.collect();
        let head = format!("fn {}({}) -> {}", function.name.name, params.join(", "), dump::ty(&function.result));
        let body = vec![leaf(function.body.span, vec![Segment::Expr(&function.body)])];
        self.braced(function.span, vec![text(head)], vec![body])
    }

    fn block_member(&self, member: &'a BlockMember) -> Node<'a> {
        match member {
            BlockMember::Let(bound) => bind(bound),
            BlockMember::Param(declared) => param(declared),
            BlockMember::Detect(detect) => self.detect(detect.span, &detect.predicate),
            BlockMember::Depends(depends) => {
                let entries = depends.entries.iter().map(depend).collect();
                self.braced(depends.span, vec![text("depends")], vec![entries])
            }
            BlockMember::Needs(needs) => {
                let mut segments = name_list("needs", &needs.names);
                if let Some(side) = &needs.side {
                    segments.push(text(format!("in {}", side.name)));
                }
                segments.extend(option("when", needs.condition.as_ref()));
                leaf(needs.span, segments)
            }
            BlockMember::Provides(provides) => {
                let mut segments = vec![text(format!("provides {}", provides.name.name))];
                if let Some(value) = &provides.value {
                    segments.extend([text("="), Segment::Expr(value)]);
                }
                leaf(provides.span, segments)
            }
            BlockMember::UsesNetwork(span) => leaf(*span, vec![text("uses network")]),
            BlockMember::After(order) => leaf(order.span, name_list("after", &order.names)),
            BlockMember::Before(order) => leaf(order.span, name_list("before", &order.names)),
            BlockMember::Phase(phase) => self.phase(phase),
            BlockMember::Export(export) => self.export(export),
        }
    }

    fn stack_member(&self, member: &'a StackMember) -> Node<'a> {
        match member {
            StackMember::Let(bound) => bind(bound),
            StackMember::Param(declared) => param(declared),
            StackMember::Detect(detect) => self.detect(detect.span, &detect.predicate),
            StackMember::Blocks(blocks) => {
                let range = blocks.span.range();
                let open = Lexer::new(&self.text[..range.end], range.start)
                    .find(|token| token.kind == TokenKind::Open)
                    .map_or(range.start, |token| token.end);
                let names = Segment::Names(&blocks.names, open..range.end.saturating_sub(1));
                leaf(blocks.span, vec![text("blocks"), names])
            }
            StackMember::Export(export) => self.export(export),
        }
    }

    fn detect(&self, span: Span, predicate: &'a Expr) -> Node<'a> {
        let body = vec![leaf(predicate.span, vec![Segment::Expr(predicate)])];
        self.braced(span, vec![text("detect")], vec![body])
    }

    fn phase(&self, phase: &'a Phase) -> Node<'a> {
        let stages = phase.stages.iter().map(|stage| self.stage(stage)).collect();
        self.braced(phase.span, vec![text(format!("phase {}", phase.key.name))], vec![stages])
    }

    fn stage(&self, stage: &'a Stage) -> Node<'a> {
        let mut head = vec![text(format!("stage {}", stage.name.name))];
        head.extend(stage.title.as_ref().map(Segment::Str));
        let body = stage.body.iter().map(|statement| self.stage_stmt(statement)).collect();
        self.braced(stage.span, head, vec![body])
    }

    fn export(&self, export: &'a Export) -> Node<'a> {
        let body = export.body.iter().map(|statement| self.export_stmt(statement)).collect();
        self.braced(export.span, vec![text("export")], vec![body])
    }

    fn when<S>(&self, when: &'a When<S>, each: impl Fn(&'a S) -> Node<'a>) -> Node<'a> {
        let mut bodies = vec![when.then.iter().map(&each).collect()];
        bodies.extend(when.otherwise.as_ref().map(|otherwise| otherwise.iter().map(&each).collect()));
        self.braced(when.span, vec![text("when"), Segment::Expr(&when.condition)], bodies)
    }

    fn repeat<S>(&self, repeat: &'a For<S>, each: impl Fn(&'a S) -> Node<'a>) -> Node<'a> {
        let head = vec![text(format!("for {} in", repeat.name.name)), Segment::Expr(&repeat.list)];
        self.braced(repeat.span, head, vec![repeat.body.iter().map(each).collect()])
    }

    fn stage_stmt(&self, statement: &'a StageStmt) -> Node<'a> {
        match statement {
            StageStmt::From(from) => leaf(from.span, input("from", &from.input)),
            StageStmt::Writes(writes) => {
                let mut segments = vec![text("writes")];
                for (index, path) in writes.paths.iter().enumerate() {
                    if index > 0 {
                        segments.extend([Segment::Glued(","), Segment::Soft]);
                    }
                    segments.push(Segment::Expr(path));
                }
                leaf(writes.span, segments)
            }
            StageStmt::Let(bound) => bind(bound),
            StageStmt::Run(run) => self.run(run),
            StageStmt::Copy(copy) => leaf(copy.span, copy_segments(copy)),
            StageStmt::Env(variable) => env(variable),
            StageStmt::Workdir(value) => setting("workdir", value),
            StageStmt::User(value) => setting("user", value),
            StageStmt::Mkfile(file) => mkfile(file),
            StageStmt::Mkdir(dir) => mkdir(dir),
            StageStmt::Rm(rm) => {
                let mut segments = vec![text("rm"), Segment::Expr(&rm.path)];
                segments.extend(rm.optional.map(|_| text("optional")));
                leaf(rm.span, segments)
            }
            StageStmt::Layer(layer) => leaf(layer.span, vec![text(format!("layer from stage {}", layer.stage.name))]),
            StageStmt::When(when) => self.when(when, |statement| self.stage_stmt(statement)),
            StageStmt::For(each) => self.repeat(each, |statement| self.stage_stmt(statement)),
        }
    }

    fn run(&self, run: &'a Run) -> Node<'a> {
        let head = vec![text("run"), Segment::Expr(&run.command)];
        if run.clauses.is_empty() {
            return leaf(run.span, head);
        }
        let clauses = run.clauses.iter().map(|clause| self.clause(clause)).collect();
        self.braced(run.span, head, vec![clauses])
    }

    fn clause(&self, clause: &'a RunClause) -> Node<'a> {
        match clause {
            RunClause::Mount(part) => leaf(part.span, mount(part)),
            RunClause::Env(variable) => env(variable),
            RunClause::Network { mode, span } => leaf(*span, vec![text(format!("network {}", mode.name))]),
            RunClause::When(when) => self.when(when, |clause| self.clause(clause)),
            RunClause::For(each) => self.repeat(each, |clause| self.clause(clause)),
        }
    }

    fn export_stmt(&self, statement: &'a ExportStmt) -> Node<'a> {
        match statement {
            ExportStmt::Cmd(value) => setting("cmd", value),
            ExportStmt::Entrypoint(value) => setting("entrypoint", value),
            ExportStmt::Workdir(value) => setting("workdir", value),
            ExportStmt::User(value) => setting("user", value),
            ExportStmt::Expose(value) => setting("expose", value),
            ExportStmt::Label { name, value, span } => {
                leaf(*span, vec![text("label"), Segment::Str(name), text("="), Segment::Expr(value)])
            }
            ExportStmt::Env(variable) => env(variable),
            ExportStmt::When(when) => self.when(when, |statement| self.export_stmt(statement)),
        }
    }
}

fn name_list<'a>(word: &str, names: &[Ident]) -> Vec<Segment<'a>> {
    let mut segments = vec![text(word)];
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            segments.extend([Segment::Glued(","), Segment::Soft]);
        }
        segments.push(text(&name.name));
    }
    segments
}

fn bind(bound: &Let) -> Node<'_> {
    leaf(bound.span, vec![text(format!("let {} =", bound.name.name)), Segment::Expr(&bound.value)])
}

fn param(param: &Param) -> Node<'_> {
    let mut segments = vec![text(format!("param {}: {}", param.name.name, dump::ty(&param.ty)))];
    if let Some(default) = &param.default {
        segments.extend([text("="), Segment::Expr(default)]);
    }
    leaf(param.span, segments)
}

fn depend(entry: &Depend) -> Node<'_> {
    let span = entry.name.span.to(entry.constraint.span);
    leaf(span, vec![text(format!("{} =", entry.name.name)), Segment::Expr(&entry.constraint)])
}

fn setting<'a>(word: &str, setting: &'a Setting) -> Node<'a> {
    leaf(setting.span, vec![text(word), Segment::Expr(&setting.value)])
}

fn env(env: &Env) -> Node<'_> {
    let word = if env.prepend { "prepend" } else { "=" };
    leaf(env.span, vec![text(format!("env {} {word}", env.name.name)), Segment::Expr(&env.value)])
}

fn octal<'a>(word: &str, mode: Mode) -> Segment<'a> {
    text(format!("{word} 0{:03o}", mode.bits))
}

fn mkfile(file: &Mkfile) -> Node<'_> {
    let mut segments = vec![text("mkfile"), Segment::Expr(&file.path)];
    segments.extend(file.mode.map(|mode| octal("mode", mode)));
    segments.extend([text("="), Segment::Expr(&file.content)]);
    leaf(file.span, segments)
}

fn mkdir(dir: &Mkdir) -> Node<'_> {
    let mut segments = vec![text("mkdir"), Segment::Expr(&dir.path)];
    segments.extend(dir.mode.map(|mode| octal("mode", mode)));
    segments.extend(option("chown", dir.chown.as_ref()));
    leaf(dir.span, segments)
}

/// A word and its value, when there is one.
fn option<'a>(word: &str, value: Option<&'a Expr>) -> Vec<Segment<'a>> {
    value.map(|value| vec![text(word), Segment::Expr(value)]).unwrap_or_default()
}

fn copy_segments(copy: &Copy) -> Vec<Segment<'_>> {
    let mut segments = vec![text("copy"), Segment::Expr(&copy.source), Segment::Soft];
    segments.extend(input("from", &copy.input));
    segments.extend([Segment::Soft, text("to"), Segment::Expr(&copy.target), Segment::Soft]);
    segments.extend(option("chown", copy.chown.as_ref()));
    segments.extend(copy.chmod.map(|mode| octal("chmod", mode)));
    segments.extend(option("include", copy.include.as_ref()));
    segments.extend(option("exclude", copy.exclude.as_ref()));
    segments.extend(copy.contents_only.map(|_| text("contents_only")));
    segments.extend(copy.optional.map(|_| text("optional")));
    if matches!(segments.last(), Some(Segment::Soft)) {
        segments.pop();
    }
    segments
}

fn input<'a>(word: &str, input: &'a Input) -> Vec<Segment<'a>> {
    let mut segments = Vec::new();
    match &input.kind {
        InputKind::Stage(name) => segments.push(text(format!("{word} stage {}", name.name))),
        InputKind::Phase(key) => segments.push(text(format!("{word} phase {}", key.name))),
        InputKind::Image(image) => segments.extend([text(format!("{word} image")), Segment::Expr(image)]),
        InputKind::Context { only } => {
            segments.push(text(format!("{word} context")));
            segments.extend(option("only", only.as_ref()));
        }
        InputKind::Url { url, sha256 } => {
            segments.extend([text(format!("{word} url")), Segment::Expr(url)]);
            segments.extend(option("sha256", sha256.as_ref()));
        }
        InputKind::Git { url, reference } => {
            segments.extend([text(format!("{word} git")), Segment::Expr(url)]);
            segments.extend(option("ref", reference.as_ref()));
        }
        InputKind::Scratch => segments.push(text(format!("{word} scratch"))),
    }
    segments
}

fn mount(mount: &Mount) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    match &mount.kind {
        MountKind::Cache { target, id, sharing } => {
            segments.extend([text("mount cache"), Segment::Expr(target)]);
            segments.extend(option("id", id.as_ref()));
            segments.extend(sharing.as_ref().map(|sharing| text(format!("sharing {}", sharing.name))));
        }
        MountKind::Bind { source, input: from, target, rw } => {
            segments.push(text("mount bind"));
            segments.extend(source.as_ref().map(Segment::Expr));
            segments.push(Segment::Soft);
            segments.extend(input("from", from));
            segments.extend([Segment::Soft, text("to"), Segment::Expr(target)]);
            segments.extend(rw.map(|_| text("rw")));
        }
        MountKind::Tmpfs { target, size } => {
            segments.extend([text("mount tmpfs"), Segment::Expr(target)]);
            segments.extend(option("size", size.as_ref()));
        }
        MountKind::Secret { id, target, env, optional } => {
            segments.extend([text("mount secret"), Segment::Expr(id)]);
            segments.extend(option("to", target.as_ref()));
            segments.extend(env.as_ref().map(|env| text(format!("as env {}", env.name))));
            segments.extend(optional.map(|_| text("optional")));
        }
        MountKind::Ssh { id } => {
            segments.push(text("mount ssh"));
            segments.extend(option("id", id.as_ref()));
        }
    }
    segments
}
