//! The block files of one run: the project's own, those given by path, and those that ship, parsed as far as needed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::check;
use crate::check::hir::Stack;
use crate::compile::Options;
use crate::diagnostic::Sink;
use crate::project::Project;
use crate::project::tree::{self, FileKind, TreeError};
use crate::resolve::{LeftOut, glance};
use crate::source::shipped::{self, Shipped};
use crate::source::{FileId, SourceMap};
use crate::syntax;
use crate::syntax::ast::{Ast, Item};

/// A block file that does not lie in the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockFile {
    /// What messages call it.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Where `blocks` files lie in a project that says nothing else.
const DEFAULT_FOLDER: &str = "blocks";

/// How many files `use` may bring in.
const MOST_USED: usize = 256;

/// The files of one run.
pub struct Program {
    own: Vec<Ast>,
    shipped: Vec<Ast>,
    used: Vec<Ast>,
    prelude: Ast,
    uses: BTreeMap<(FileId, String), FileId>,
}

/// Which of the shipped blocks of a stack are parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// Those that may take part.
    Detected,
}

/// What the checker takes, borrowed from a [`Program`].
pub struct Borrowed<'a> {
    units: Vec<check::Unit<'a>>,
    libraries: Vec<&'a Ast>,
    prelude: [&'a Ast; 1],
    uses: &'a BTreeMap<(FileId, String), FileId>,
}

/// Reads the project's block files, those given by path, the stacks that ship and the prelude.
pub fn read(project: &Project, options: &Options, sources: &SourceMap, sink: &mut Sink) -> Program {
    let prelude = parse(shipped::PRELUDE, sources, sink);
    let mut program =
        Program { own: Vec::new(), shipped: Vec::new(), used: Vec::new(), prelude, uses: BTreeMap::new() };
    let mut paths: IndexMap<String, FileId> = IndexMap::new();
    for path in block_paths(project, sink) {
        if let Some(ast) = parse_project_file(project, &path, sources, sink) {
            paths.insert(path, ast.file);
            program.own.push(ast);
        }
    }
    for given in &options.blocks {
        let file = sources.add(given.name.as_str(), given.text.as_str());
        program.own.push(parse_file(file, sources, sink));
    }
    program.follow_uses(project, paths, sources, sink);
    program.shipped.extend(shipped::STACKS.iter().map(|stack| parse(*stack, sources, sink)));
    program
}

impl Program {
    /// Adds the shipped blocks that a stack lists or the caller names, but for those that the project replaces, and, unless
    /// all are wanted, those that certainly take no part: these come back, with the decisions against them.
    pub fn add_shipped(
        &mut self,
        stack: &Stack,
        project: &Project,
        options: &Options,
        wanted: Wanted,
        sources: &SourceMap,
        sink: &mut Sink,
    ) -> LeftOut {
        let own: BTreeSet<&str> = self.own.iter().flat_map(block_names).collect();
        let (choices, settings) = (&options.choices, &project.settings);
        let named: BTreeSet<&str> = choices
            .with
            .iter()
            .map(String::as_str)
            .chain(settings.with.iter().map(|name| name.value.as_str()))
            .chain(choices.set.iter().map(|set| set.block.as_str()))
            .chain(settings.params.keys().map(String::as_str))
            .collect();
        let listed = stack.blocks.iter().map(|name| name.text.as_str());
        let mut left_out = LeftOut::new();
        let mut provided: BTreeMap<&str, &str> = BTreeMap::new();
        // What is named, and a project's own blocks, may provide before those of a stack, or be left out.
        let in_order = own.is_empty() && named.is_empty() && choices.without.is_empty() && settings.without.is_empty();
        for block in listed.clone().filter_map(shipped::block).filter(|_| wanted == Wanted::Detected) {
            if own.contains(block.stem()) || named.contains(block.stem()) {
                continue;
            }
            let same = || glance::provided_by(block, project, &provided).filter(|_| in_order);
            if let Some(decision) = glance::left_out(block, project).or_else(same) {
                left_out.insert(block.stem().to_owned(), decision);
                continue;
            }
            for name in glance::certain(block, project) {
                provided.entry(name).or_insert(block.stem());
            }
        }
        let with = choices.with.iter().map(String::as_str).chain(settings.with.iter().map(|name| name.value.as_str()));
        let names: BTreeSet<&str> = listed.chain(with).filter(|name| !own.contains(name)).collect();
        let found = names.into_iter().filter_map(shipped::block).filter(|block| !left_out.contains_key(block.stem()));
        let found: Vec<Shipped> = found.collect();
        self.shipped.extend(found.into_iter().map(|block| parse(block, sources, sink)));
        left_out
    }

    /// Adds every shipped block but those that the project replaces.
    pub fn add_all_shipped(&mut self, sources: &SourceMap, sink: &mut Sink) {
        let own: BTreeSet<&str> = self.own.iter().flat_map(block_names).collect();
        let wanted: Vec<Shipped> =
            shipped::BLOCKS.iter().copied().filter(|block| !own.contains(block.stem())).collect();
        self.shipped.extend(wanted.into_iter().map(|block| parse(block, sources, sink)));
    }

    /// The files as the checker takes them.
    pub fn borrow(&self) -> Borrowed<'_> {
        let own = self.own.iter().map(|ast| check::Unit { ast, from_project: true });
        let shipped = self.shipped.iter().map(|ast| check::Unit { ast, from_project: false });
        Borrowed {
            units: own.chain(shipped).collect(),
            libraries: self.used.iter().collect(),
            prelude: [&self.prelude],
            uses: &self.uses,
        }
    }

    /// The catalogs that the blocks may ask for more than a version: each `NAME` in a `dep.NAME` that is not followed by
    /// `.version`, wherever it stands. Reading a catalog costs more than looking for its name.
    pub fn columns_asked(&self, sources: &SourceMap) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for ast in self.own.iter().chain(&self.shipped) {
            let file = sources.file(ast.file);
            for after in file.text.split("dep.").skip(1) {
                let mut words = after.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.'));
                let path = words.next().unwrap_or_default();
                match path.split_once('.') {
                    Some((_, field)) if field.split('.').next() == Some("version") => {}
                    Some((name, _)) => drop(names.insert(name.to_owned())),
                    None => drop(names.insert(path.to_owned())),
                }
            }
        }
        names
    }

    /// All trees, the project's first.
    pub fn into_asts(self) -> Vec<Ast> {
        self.own.into_iter().chain(self.shipped).collect()
    }

    /// The texts of all block files, by name.
    pub fn texts(&self, sources: &SourceMap) -> IndexMap<String, Arc<str>> {
        let files = self.own.iter().chain(&self.shipped).map(|ast| sources.file(ast.file));
        files.map(|file| (file.name.clone(), Arc::clone(&file.text))).collect()
    }

    /// Parses what `use` names, file by file, each once.
    fn follow_uses(
        &mut self,
        project: &Project,
        mut known: IndexMap<String, FileId>,
        sources: &SourceMap,
        sink: &mut Sink,
    ) {
        let mut queue: Vec<(String, FileId, Vec<String>)> =
            known.iter().zip(&self.own).map(|((path, _), ast)| (path.clone(), ast.file, used_paths(ast))).collect();
        while let Some((user, file, paths)) = queue.pop() {
            for written in paths {
                let Some(path) = relative(&user, &written) else { continue };
                if let Some(&target) = known.get(&path) {
                    self.uses.insert((file, written), target);
                } else if self.used.len() < MOST_USED
                    && let Some(ast) = parse_project_file(project, &path, sources, sink)
                {
                    self.uses.insert((file, written), ast.file);
                    known.insert(path.clone(), ast.file);
                    queue.push((path, ast.file, used_paths(&ast)));
                    self.used.push(ast);
                }
            }
        }
    }
}

impl Borrowed<'_> {
    /// The checker's own form.
    pub fn sources(&self) -> check::Sources<'_> {
        check::Sources { units: &self.units, libraries: &self.libraries, prelude: &self.prelude, uses: self.uses }
    }
}

/// The paths of the project's block files, sorted.
fn block_paths(project: &Project, sink: &mut Sink) -> Vec<String> {
    let settings = project.settings.block_paths.as_ref();
    let folders: Vec<(&str, _)> = match settings {
        Some(paths) => paths.iter().map(|path| (path.value.as_str(), Some(path.span))).collect(),
        None => vec![(DEFAULT_FOLDER, None)],
    };
    let mut paths = IndexSet::new();
    for (written, span) in folders {
        match files_at(project, written) {
            Ok(files) if files.is_empty() => {
                if let Some(span) = span {
                    sink.push(crate::project::mistake::file_missing(written, span));
                }
            }
            Ok(files) => paths.extend(files),
            Err(problem) => sink.push(crate::project::error::file(&problem, span)),
        }
    }
    paths.into_iter().collect()
}

/// The block file that a path names, or those in the folder that it names.
fn files_at(project: &Project, written: &str) -> Result<Vec<String>, TreeError> {
    let path = tree::clean(written)?;
    if path.ends_with(".block") {
        let is_there = project.tree().read(&path)?.is_some();
        return Ok(is_there.then_some(path).into_iter().collect());
    }
    let entries = project.tree().list(&path)?;
    let files = entries.iter().filter(|entry| entry.name.ends_with(".block") && entry.kind != FileKind::Directory);
    Ok(files.map(|entry| tree::join(&path, &entry.name)).collect())
}

fn parse(shipped: Shipped, sources: &SourceMap, sink: &mut Sink) -> Ast {
    let file = sources.add(shipped.path, shipped.text);
    syntax::parse(sources, file, sink)
}

/// Parses a file of the project or the caller, which ought to declare something.
fn parse_file(file: FileId, sources: &SourceMap, sink: &mut Sink) -> Ast {
    let ast = syntax::parse(sources, file, sink);
    if ast.complete && ast.items.is_empty() {
        sink.push(crate::project::error::empty_block_file(file));
    }
    ast
}

fn parse_project_file(project: &Project, path: &str, sources: &SourceMap, sink: &mut Sink) -> Option<Ast> {
    match project.text(path) {
        Ok(Some(text)) => {
            let file = sources.add(path, text);
            Some(parse_file(file, sources, sink))
        }
        Ok(None) => None,
        Err(found) => {
            sink.push(found);
            None
        }
    }
}

fn block_names(ast: &Ast) -> impl Iterator<Item = &str> {
    ast.items.iter().filter_map(|item| match item {
        Item::Block(block) => Some(block.name.name.as_str()),
        _ => None,
    })
}

fn used_paths(ast: &Ast) -> Vec<String> {
    let uses = ast.items.iter().filter_map(|item| match item {
        Item::Use(used) => used.path.literal().map(str::to_owned),
        _ => None,
    });
    uses.collect()
}

/// A path as `use` writes it, from the project's root; `None` when it leads out.
fn relative(user: &str, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = user.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!written.starts_with('/')).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn a_used_path_is_relative_to_the_file_that_uses_it() {
        assert_eq!(relative("blocks/a.block", "./lib/b.block").as_deref(), Some("blocks/lib/b.block"));
        assert_eq!(relative("blocks/a.block", "../b.block").as_deref(), Some("b.block"));
    }

    #[test]
    fn a_used_path_never_leaves_the_project() {
        assert_eq!(relative("blocks/a.block", "../../etc/passwd"), None);
        assert_eq!(relative("blocks/a.block", "/etc/passwd"), None);
        assert_eq!(relative("a.block", "../b.block"), None);
    }

    #[test]
    fn a_used_path_has_one_form() {
        for written in ["./b.block", "b.block", ".//b.block", "x/../b.block", "../blocks/b.block"] {
            assert_eq!(relative("blocks/a.block", written).as_deref(), Some("blocks/b.block"), "{written}");
        }
    }
}
