//! A stack as written → a checked stack.

use std::collections::BTreeMap;

use crate::check::block::name;
use crate::check::checker::{Checker, Owner, report};
use crate::check::declare::Declarations;
use crate::check::error;
use crate::check::hir::{self, Name};
use crate::check::program::{Declared, Program};
use crate::diagnostic::Sink;
use crate::source::Span;
use crate::syntax::ast::{self, StackDecl, StackMember};

#[derive(Default)]
struct Members<'a> {
    declarations: Declarations<'a>,
    detect: Option<&'a ast::Detect>,
    blocks: Option<&'a ast::Blocks>,
    export: Option<&'a ast::Export>,
}

/// Checks a stack.
pub(super) fn check_stack(declared: Declared<'_, StackDecl>, program: &Program<'_>, sink: &mut Sink) -> hir::Stack {
    let decl = declared.decl;
    let members = sort(decl, sink);
    let mut checker = Checker::new(program, declared.file, Owner::Stack, sink);
    let names = checker.declare(&members.declarations);
    let detect = members.detect.map(|detect| checker.detect(detect));
    let blocks = members.blocks.map(|blocks| checker.listed(blocks)).unwrap_or_default();
    let export = members.export.map(|export| checker.export(&export.body)).unwrap_or_default();
    checker.report_unused();
    let frame = checker.scope.locals().len();
    hir::Stack {
        name: name(&decl.name),
        file: declared.file,
        from_project: declared.from_project,
        doc: decl.doc.clone(),
        params: names.params,
        lets: names.lets,
        detect,
        blocks,
        export,
        frame,
    }
}

fn sort<'a>(decl: &'a StackDecl, sink: &mut Sink) -> Members<'a> {
    let mut members = Members::default();
    for member in &decl.members {
        match member {
            StackMember::Let(binding) => members.declarations.lets.push(binding),
            StackMember::Param(param) => members.declarations.params.push(param),
            StackMember::Detect(detect) => match members.detect {
                Some(first) => report(error::duplicate_member("detect", detect.span, first.span), sink),
                None => members.detect = Some(detect),
            },
            StackMember::Blocks(blocks) => match members.blocks {
                Some(first) => report(error::duplicate_member("blocks", blocks.span, first.span), sink),
                None => members.blocks = Some(blocks),
            },
            StackMember::Export(export) => match members.export {
                Some(first) => report(error::duplicate_member("export", export.span, first.span), sink),
                None => members.export = Some(export),
            },
        }
    }
    members
}

impl Checker<'_, '_> {
    fn listed(&mut self, blocks: &ast::Blocks) -> Vec<Name> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut known = Vec::new();
        for block in &blocks.names {
            if let Some(first) = seen.get(block.name.as_str()) {
                self.report(error::duplicate_entry("blocks", block, *first));
                continue;
            }
            seen.insert(&block.name, block.span);
            let program = self.program;
            if !program.blocks.contains_key(block.name.as_str())
                && !program.environment.known_blocks.contains(&block.name)
            {
                self.report(error::unknown_block(block, program));
            }
            known.push(name(block));
        }
        known
    }
}
