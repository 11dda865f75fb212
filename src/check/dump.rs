//! The checked form as readable, stable text: what `--emit=hir` prints.

mod expr;
mod stage;

use std::fmt::Write as _;

use crate::check::hir::{Block, Function, Hir, Name, Param, Stack};

use self::expr::Values;

/// Everything that was checked, as text. The same input gives the same text.
pub fn dump(hir: &Hir) -> String {
    let values = Values { functions: &hir.functions };
    let mut out = Text::default();
    for function in &hir.functions {
        dump_function(function, &values, &mut out);
    }
    for stack in hir.stacks.values() {
        dump_stack(stack, &values, &mut out);
    }
    for block in hir.blocks.values() {
        dump_block(block, &values, &mut out);
    }
    out.text
}

/// Lines with an indent.
#[derive(Default)]
struct Text {
    text: String,
    depth: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = self.depth * 2);
    }

    fn nested(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }
}

fn dump_function(function: &Function, values: &Values<'_>, out: &mut Text) {
    let params: Vec<String> =
        function.params.iter().enumerate().map(|(id, (name, ty))| format!("%{id} {name}: {ty}")).collect();
    let body = values.expr(&function.body);
    out.line(&format!("fn {}({}) -> {} = {body}", function.name, params.join(", "), function.body.ty));
}

fn dump_stack(stack: &Stack, values: &Values<'_>, out: &mut Text) {
    out.nested(&format!("stack {}", stack.name.text), |out| {
        dump_params(&stack.params, values, out);
        stack.lets.iter().for_each(|binding| out.line(&values.binding(binding)));
        if let Some(detect) = &stack.detect {
            out.line(&format!("detect {}", values.expr(detect)));
        }
        out.line(&format!("blocks {}", names(&stack.blocks)));
        stage::dump_export(&stack.export, values, out);
    });
}

fn dump_block(block: &Block, values: &Values<'_>, out: &mut Text) {
    out.nested(&format!("block {}", block.name.text), |out| {
        dump_params(&block.params, values, out);
        block.lets.iter().for_each(|binding| out.line(&values.binding(binding)));
        dump_relations(block, values, out);
        if let Some(detect) = &block.detect {
            out.line(&format!("detect {}", values.expr(detect)));
        }
        for (name, constraint) in &block.depends {
            out.line(&format!("depends {} = {}", name.text, values.expr(constraint)));
        }
        block.stages.iter().for_each(|stage| stage::dump_stage(stage, values, out));
        stage::dump_export(&block.export, values, out);
    });
}

fn dump_relations(block: &Block, values: &Values<'_>, out: &mut Text) {
    for need in &block.needs {
        let side = need.side.map(|side| format!(" in {side}")).unwrap_or_default();
        let condition = need.condition.as_ref().map(|it| format!(" when {}", values.expr(it))).unwrap_or_default();
        out.line(&format!("needs {}{side}{condition}", need.name.text));
    }
    for provide in &block.provides {
        let value = provide.value.as_ref().map(|value| format!(" = {}", values.expr(value))).unwrap_or_default();
        out.line(&format!("provides {}{value}", provide.name.text));
    }
    if block.network {
        out.line("uses network");
    }
    if !block.after.is_empty() {
        out.line(&format!("after {}", names(&block.after)));
    }
    if !block.before.is_empty() {
        out.line(&format!("before {}", names(&block.before)));
    }
}

fn dump_params(params: &[Param], values: &Values<'_>, out: &mut Text) {
    for param in params {
        let default = param.default.as_ref().map(|value| format!(" = {}", values.expr(value))).unwrap_or_default();
        out.line(&format!("param %{} {}: {}{default}", param.local.0, param.name.text, param.ty));
    }
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(", ")
}
