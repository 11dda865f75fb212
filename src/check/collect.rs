//! All files → the tables that every block shares: functions, what each file sees, who provides what, blocks, stacks.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::check::checker::report;
use crate::check::error;
use crate::check::hir::FunctionId;
use crate::check::order::order;
use crate::check::program::{Declared, Environment, Function, Program, Provider, Sources, functions};
use crate::check::type_name;
use crate::diagnostic::Sink;
use crate::source::FileId;
use crate::syntax::ast::{Ast, BlockMember, Ident, Item, Use};

/// Builds the tables.
pub(super) fn collect<'a>(sources: &Sources<'a>, environment: &'a Environment, sink: &mut Sink) -> Program<'a> {
    let mut program = Program {
        environment,
        functions: Vec::new(),
        visible: BTreeMap::new(),
        providers: BTreeMap::new(),
        blocks: IndexMap::new(),
        stacks: IndexMap::new(),
        lost: sources.files().map(|ast| (ast.file, ast.lost.iter().map(String::as_str).collect())).collect(),
    };
    let own = collect_functions(sources, &mut program, sink);
    see_functions(sources, &own, &mut program, sink);
    check_use_cycles(sources, sink);
    collect_items(sources, &mut program, sink);
    collect_providers(&mut program);
    program
}

type OwnFunctions<'a> = BTreeMap<FileId, BTreeMap<&'a str, FunctionId>>;

/// Every function's head; returns which functions each file declares itself.
fn collect_functions<'a>(sources: &Sources<'a>, program: &mut Program<'a>, sink: &mut Sink) -> OwnFunctions<'a> {
    let mut own: OwnFunctions<'a> = BTreeMap::new();
    for ast in sources.files() {
        if own.contains_key(&ast.file) {
            continue;
        }
        let names = own.entry(ast.file).or_default();
        for decl in functions(ast) {
            let id = FunctionId(program.functions.len());
            let params = decl.params.iter();
            let params = params.map(|param| (param.name.name.clone(), type_name::resolve(&param.ty, sink))).collect();
            let result = type_name::resolve(&decl.result, sink);
            program.functions.push(Function { decl, file: ast.file, params, result, late: None });
            if crate::check::signature::is_builtin_name(&decl.name.name) {
                report(error::shadows_builtin(&decl.name), sink);
            } else if let Some(first) = names.get(decl.name.name.as_str()) {
                let first = program.functions[first.0].decl.name.span;
                report(error::duplicate_item("function", &decl.name, first), sink);
            } else {
                names.insert(&decl.name.name, id);
            }
        }
    }
    own
}

/// What each file sees: the prelude, its own functions, those it uses.
fn see_functions<'a>(sources: &Sources<'a>, own: &OwnFunctions<'a>, program: &mut Program<'a>, sink: &mut Sink) {
    let mut everywhere: BTreeMap<&'a str, FunctionId> = BTreeMap::new();
    for ast in sources.prelude {
        everywhere.extend(own.get(&ast.file).into_iter().flatten().map(|(name, id)| (*name, *id)));
    }
    for ast in sources.files() {
        if program.visible.contains_key(&ast.file) {
            continue;
        }
        let mut seen = everywhere.clone();
        for (name, id) in own.get(&ast.file).into_iter().flatten() {
            if everywhere.get(name).is_some_and(|other| other != id) {
                report(error::shadows_builtin(&program.functions[id.0].decl.name), sink);
            }
            seen.insert(*name, *id);
        }
        for used in uses(ast) {
            let Some(file) = used_file(sources, ast.file, used) else {
                report(error::unknown_use(used), sink);
                continue;
            };
            for (name, id) in own.get(&file).into_iter().flatten() {
                match seen.get(name) {
                    Some(other) if other != id && !everywhere.contains_key(name) => {
                        let first = program.functions[other.0].decl.name.span;
                        report(error::duplicate_through_use(name, used, first), sink);
                    }
                    _ => {
                        seen.insert(*name, *id);
                    }
                }
            }
        }
        program.visible.insert(ast.file, seen);
    }
}

fn uses(ast: &Ast) -> impl Iterator<Item = &Use> {
    ast.items.iter().filter_map(|item| match item {
        Item::Use(used) => Some(used),
        _ => None,
    })
}

fn used_file(sources: &Sources<'_>, user: FileId, used: &Use) -> Option<FileId> {
    sources.uses.get(&(user, used.path.literal()?.to_owned())).copied()
}

fn check_use_cycles(sources: &Sources<'_>, sink: &mut Sink) {
    let files: IndexMap<FileId, &Ast> = sources.files().map(|ast| (ast.file, ast)).collect();
    let needs: Vec<Vec<usize>> = files
        .values()
        .map(|ast| uses(ast).filter_map(|used| files.get_index_of(&used_file(sources, ast.file, used)?)).collect())
        .collect();
    for circle in order(&needs).circles {
        let next = circle.get(1).or(circle.first()).copied();
        let Some((user, next)) = circle.first().zip(next) else { continue };
        let closing = uses(files[*user]).find(|used| {
            used_file(sources, files[*user].file, used).and_then(|file| files.get_index_of(&file)) == Some(next)
        });
        if let Some(closing) = closing {
            report(error::use_cycle(closing, circle.len()), sink);
        }
    }
}

fn collect_items<'a>(sources: &Sources<'a>, program: &mut Program<'a>, sink: &mut Sink) {
    for unit in sources.units {
        for item in &unit.ast.items {
            let (file, from_project) = (unit.ast.file, unit.from_project);
            match item {
                Item::Block(decl) => {
                    if decl.name.name == "base" {
                        report(error::block_named_base(&decl.name), sink);
                    }
                    let declared = Declared { decl, file, from_project };
                    add(&mut program.blocks, "block", &decl.name, declared, |decl| &decl.name, sink);
                }
                Item::Stack(decl) => {
                    let declared = Declared { decl, file, from_project };
                    add(&mut program.stacks, "stack", &decl.name, declared, |decl| &decl.name, sink);
                }
                Item::Use(_) | Item::Fn(_) => {}
            }
        }
    }
}

/// A project's declaration replaces one that ships; two of one origin are an error.
fn add<'a, T>(
    known: &mut IndexMap<&'a str, Declared<'a, T>>,
    kind: &str,
    name: &'a Ident,
    declared: Declared<'a, T>,
    name_of: impl Fn(&'a T) -> &'a Ident,
    sink: &mut Sink,
) {
    match known.entry(&name.name) {
        Entry::Vacant(entry) => {
            entry.insert(declared);
        }
        Entry::Occupied(mut entry) => {
            let present = entry.get();
            if present.from_project == declared.from_project {
                report(error::duplicate_item(kind, name, name_of(present.decl).span), sink);
            } else if declared.from_project {
                entry.insert(declared);
            }
        }
    }
}

fn collect_providers(program: &mut Program<'_>) {
    for declared in program.blocks.values() {
        for member in &declared.decl.members {
            if let BlockMember::Provides(provides) = member {
                let provider = Provider { valued: provides.value.is_some(), span: provides.name.span };
                program.providers.entry(&provides.name.name).or_default().push(provider);
            }
        }
    }
}
