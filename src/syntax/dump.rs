//! [`Ast`] → a text with one statement a line and expressions in parentheses, without places: what `--emit=ast` prints.

use std::fmt::Write as _;

use crate::syntax::ast::{
    Ast, BinaryOp, BlockMember, Elem, Env, Export, ExportStmt, Expr, ExprKind, FnDecl, Ident, Input, InputKind, Item,
    Let, Mount, MountKind, Param, Phase, RunClause, StackMember, Stage, StageStmt, StrLit, StrPart, StrStyle, TypeExpr,
    When,
};

/// The tree as text. Equal trees give equal texts, wherever their nodes stand.
pub fn dump(ast: &Ast) -> String {
    let mut dump = Dump { out: String::new(), depth: 0 };
    for item in &ast.items {
        dump.item(item);
    }
    dump.out
}

struct Dump {
    out: String,
    depth: usize,
}

/// `(word a b)`, without what is absent.
fn node(word: &str, parts: impl IntoIterator<Item = Option<String>>) -> String {
    let mut text = format!("({word}");
    for part in parts.into_iter().flatten() {
        let _ = write!(text, " {part}");
    }
    text.push(')');
    text
}

fn field(word: &str, value: Option<String>) -> Option<String> {
    value.map(|value| format!("({word} {value})"))
}

fn names(names: &[Ident]) -> Vec<Option<String>> {
    names.iter().map(|name| Some(name.name.clone())).collect()
}

impl Dump {
    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn nested<T>(&mut self, head: &str, doc: Option<&String>, body: &[T], each: impl Fn(&mut Self, &T)) {
        self.line(&format!("({head}"));
        self.depth += 1;
        if let Some(doc) = doc {
            self.line(&format!("(doc {doc:?})"));
        }
        for part in body {
            each(self, part);
        }
        self.depth -= 1;
        self.line(")");
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Use(import) => self.line(&node("use", [Some(string(&import.path))])),
            Item::Fn(function) => self.function(function),
            Item::Block(block) => {
                let head = format!("block {}", block.name.name);
                self.nested(&head, block.doc.as_ref(), &block.members, Self::block_member);
            }
            Item::Stack(stack) => {
                let head = format!("stack {}", stack.name.name);
                self.nested(&head, stack.doc.as_ref(), &stack.members, Self::stack_member);
            }
        }
    }

    fn function(&mut self, function: &FnDecl) {
        let params = function.params.iter().map(|param| format!("({} {})", param.name.name, ty(&param.ty)));
        let params: Vec<String> = params.collect();
        let doc = field("doc", function.doc.as_ref().map(|doc| format!("{doc:?}")));
        self.line(&node(
            "fn",
            [
                Some(function.name.name.clone()),
                doc,
                Some(format!("({})", params.join(" "))),
                Some(ty(&function.result)),
                Some(expr(&function.body)),
            ],
        ));
    }

    fn block_member(&mut self, member: &BlockMember) {
        let text = match member {
            BlockMember::Let(bound) => bind(bound),
            BlockMember::Param(declared) => param(declared),
            BlockMember::Detect(detect) => node("detect", [Some(expr(&detect.predicate))]),
            BlockMember::Depends(depends) => {
                let entry = |entry: &crate::syntax::ast::Depend| {
                    Some(format!("({} {})", entry.name.name, expr(&entry.constraint)))
                };
                node("depends", depends.entries.iter().map(entry))
            }
            BlockMember::Needs(needs) => {
                let side = field("in", needs.side.as_ref().map(|side| side.name.clone()));
                let condition = field("when", needs.condition.as_ref().map(expr));
                node("needs", names(&needs.names).into_iter().chain([side, condition]))
            }
            BlockMember::Provides(provides) => {
                node("provides", [Some(provides.name.name.clone()), provides.value.as_ref().map(expr)])
            }
            BlockMember::UsesNetwork(_) => "(uses network)".to_owned(),
            BlockMember::After(order) => node("after", names(&order.names)),
            BlockMember::Before(order) => node("before", names(&order.names)),
            BlockMember::Phase(phase) => return self.phase(phase),
            BlockMember::Export(export) => return self.export(export),
        };
        self.line(&text);
    }

    fn stack_member(&mut self, member: &StackMember) {
        let text = match member {
            StackMember::Let(bound) => bind(bound),
            StackMember::Param(declared) => param(declared),
            StackMember::Detect(detect) => node("detect", [Some(expr(&detect.predicate))]),
            StackMember::Blocks(blocks) => node("blocks", names(&blocks.names)),
            StackMember::Export(export) => return self.export(export),
        };
        self.line(&text);
    }

    fn phase(&mut self, phase: &Phase) {
        self.nested(&format!("phase {}", phase.key.name), None, &phase.stages, Self::stage);
    }

    fn stage(&mut self, stage: &Stage) {
        let title = stage.title.as_ref().map(|title| format!(" {}", string(title))).unwrap_or_default();
        let head = format!("stage {}{title}", stage.name.name);
        self.nested(&head, stage.doc.as_ref(), &stage.body, Self::stage_stmt);
    }

    fn export(&mut self, export: &Export) {
        self.nested("export", None, &export.body, Self::export_stmt);
    }

    fn when<S>(&mut self, when: &When<S>, each: impl Fn(&mut Self, &S) + Copy) {
        self.nested(&format!("when {}", expr(&when.condition)), None, &when.then, each);
        if let Some(otherwise) = &when.otherwise {
            self.nested("else", None, otherwise, each);
        }
    }

    fn stage_stmt(&mut self, statement: &StageStmt) {
        let text = match statement {
            StageStmt::From(from) => node("from", [Some(input(&from.input))]),
            StageStmt::Writes(writes) => node("writes", writes.paths.iter().map(|path| Some(expr(path)))),
            StageStmt::Let(bound) => bind(bound),
            StageStmt::Run(run) => {
                return self.nested(&format!("run {}", expr(&run.command)), None, &run.clauses, Self::clause);
            }
            StageStmt::Copy(copy) => node(
                "copy",
                [
                    Some(expr(&copy.source)),
                    field("from", Some(input(&copy.input))),
                    field("to", Some(expr(&copy.target))),
                    field("chown", copy.chown.as_ref().map(expr)),
                    field("chmod", copy.chmod.map(|mode| format!("{:04o}", mode.bits))),
                    field("include", copy.include.as_ref().map(expr)),
                    field("exclude", copy.exclude.as_ref().map(expr)),
                    copy.contents_only.map(|_| "contents_only".to_owned()),
                    copy.optional.map(|_| "optional".to_owned()),
                ],
            ),
            StageStmt::Env(variable) => env(variable),
            StageStmt::Workdir(setting) => node("workdir", [Some(expr(&setting.value))]),
            StageStmt::User(setting) => node("user", [Some(expr(&setting.value))]),
            StageStmt::Mkfile(file) => {
                let mode = field("mode", file.mode.map(|mode| format!("{:04o}", mode.bits)));
                node("mkfile", [Some(expr(&file.path)), mode, Some(expr(&file.content))])
            }
            StageStmt::Mkdir(dir) => {
                let mode = field("mode", dir.mode.map(|mode| format!("{:04o}", mode.bits)));
                node("mkdir", [Some(expr(&dir.path)), mode, field("chown", dir.chown.as_ref().map(expr))])
            }
            StageStmt::Rm(rm) => node("rm", [Some(expr(&rm.path)), rm.optional.map(|_| "optional".to_owned())]),
            StageStmt::Layer(layer) => node("layer", [Some(layer.stage.name.clone())]),
            StageStmt::When(when) => return self.when(when, Self::stage_stmt),
            StageStmt::For(each) => {
                let head = format!("for {} {}", each.name.name, expr(&each.list));
                return self.nested(&head, None, &each.body, Self::stage_stmt);
            }
        };
        self.line(&text);
    }

    fn clause(&mut self, clause: &RunClause) {
        let text = match clause {
            RunClause::Mount(part) => mount(part),
            RunClause::Env(variable) => env(variable),
            RunClause::Network { mode, .. } => node("network", [Some(mode.name.clone())]),
            RunClause::When(when) => return self.when(when, Self::clause),
            RunClause::For(each) => {
                let head = format!("for {} {}", each.name.name, expr(&each.list));
                return self.nested(&head, None, &each.body, Self::clause);
            }
        };
        self.line(&text);
    }

    fn export_stmt(&mut self, statement: &ExportStmt) {
        let text = match statement {
            ExportStmt::Cmd(setting) => node("cmd", [Some(expr(&setting.value))]),
            ExportStmt::Entrypoint(setting) => node("entrypoint", [Some(expr(&setting.value))]),
            ExportStmt::Workdir(setting) => node("workdir", [Some(expr(&setting.value))]),
            ExportStmt::User(setting) => node("user", [Some(expr(&setting.value))]),
            ExportStmt::Expose(setting) => node("expose", [Some(expr(&setting.value))]),
            ExportStmt::Label { name, value, .. } => node("label", [Some(string(name)), Some(expr(value))]),
            ExportStmt::Env(variable) => env(variable),
            ExportStmt::When(when) => return self.when(when, Self::export_stmt),
        };
        self.line(&text);
    }
}

fn bind(bound: &Let) -> String {
    node("let", [Some(bound.name.name.clone()), Some(expr(&bound.value))])
}

fn param(param: &Param) -> String {
    let doc = field("doc", param.doc.as_ref().map(|doc| format!("{doc:?}")));
    node("param", [Some(param.name.name.clone()), doc, Some(ty(&param.ty)), param.default.as_ref().map(expr)])
}

fn env(env: &Env) -> String {
    let prepend = env.prepend.then(|| "prepend".to_owned());
    node("env", [Some(env.name.name.clone()), prepend, Some(expr(&env.value))])
}

fn mount(mount: &Mount) -> String {
    match &mount.kind {
        MountKind::Cache { target, id, sharing } => {
            let sharing = field("sharing", sharing.as_ref().map(|sharing| sharing.name.clone()));
            node("mount-cache", [Some(expr(target)), field("id", id.as_ref().map(expr)), sharing])
        }
        MountKind::Bind { source, input: from, target, rw } => node(
            "mount-bind",
            [
                source.as_ref().map(expr),
                field("from", Some(input(from))),
                field("to", Some(expr(target))),
                rw.map(|_| "rw".to_owned()),
            ],
        ),
        MountKind::Tmpfs { target, size } => {
            node("mount-tmpfs", [Some(expr(target)), field("size", size.as_ref().map(expr))])
        }
        MountKind::Secret { id, target, env, optional } => node(
            "mount-secret",
            [
                Some(expr(id)),
                field("to", target.as_ref().map(expr)),
                field("env", env.as_ref().map(|env| env.name.clone())),
                optional.map(|_| "optional".to_owned()),
            ],
        ),
        MountKind::Ssh { id } => node("mount-ssh", [field("id", id.as_ref().map(expr))]),
    }
}

fn input(input: &Input) -> String {
    match &input.kind {
        InputKind::Stage(name) => node("stage", [Some(name.name.clone())]),
        InputKind::Phase(key) => node("phase", [Some(key.name.clone())]),
        InputKind::Image(image) => node("image", [Some(expr(image))]),
        InputKind::Context { only } => node("context", [field("only", only.as_ref().map(expr))]),
        InputKind::Url { url, sha256 } => node("url", [Some(expr(url)), field("sha256", sha256.as_ref().map(expr))]),
        InputKind::Git { url, reference } => node("git", [Some(expr(url)), field("ref", reference.as_ref().map(expr))]),
        InputKind::Scratch => "(scratch)".to_owned(),
    }
}

/// A type as it is written.
pub fn ty(ty: &TypeExpr) -> String {
    let argument = ty.argument.as_ref().map(|argument| format!("<{}>", self::ty(argument))).unwrap_or_default();
    format!("{}{argument}{}", ty.name.name, if ty.optional { "?" } else { "" })
}

fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::None => "none".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Str(literal) => string(literal),
        ExprKind::Name(name) => name.clone(),
        ExprKind::List(elements) => node("list", elements.iter().map(|element| Some(elem(element)))),
        ExprKind::Paren(inner) => node("paren", [Some(expr(inner))]),
        ExprKind::Not(inner) => node("not", [Some(expr(inner))]),
        ExprKind::Binary { op, left, right, .. } => node(operator(*op), [Some(expr(left)), Some(expr(right))]),
        ExprKind::If { then, condition, otherwise } => {
            node("if", [Some(expr(condition)), Some(expr(then)), otherwise.as_ref().map(|other| expr(other))])
        }
        ExprKind::Field { base, name } => node(".", [Some(expr(base)), Some(name.name.clone())]),
        ExprKind::Call { callee, args } => {
            node("call", [Some(expr(callee))].into_iter().chain(args.iter().map(|arg| Some(expr(arg)))))
        }
    }
}

fn elem(element: &Elem) -> String {
    let elements = |elements: &[Elem]| format!("({})", elements.iter().map(elem).collect::<Vec<_>>().join(" "));
    match element {
        Elem::Expr(value) => expr(value),
        Elem::When(when) => node(
            "when",
            [Some(expr(&when.condition)), Some(elements(&when.then)), when.otherwise.as_ref().map(|e| elements(e))],
        ),
        Elem::For(each) => {
            node("for", [Some(each.name.name.clone()), Some(expr(&each.list)), Some(elements(&each.body))])
        }
    }
}

/// The operator as it is written.
pub fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Coalesce => "??",
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
    }
}

fn string(literal: &StrLit) -> String {
    let style = match literal.style {
        StrStyle::Plain => "str",
        StrStyle::Raw => "raw-str",
        StrStyle::Multi => "multi-str",
    };
    let part = |part: &StrPart| match part {
        StrPart::Text { value, .. } => format!("{value:?}"),
        StrPart::Interp { raw, expr: inner, .. } => {
            node(if *raw { "interpolate-raw" } else { "interpolate" }, [Some(expr(inner))])
        }
    };
    node(style, literal.parts.iter().map(|each| Some(part(each))))
}
