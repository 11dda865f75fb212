//! A block as written → a checked block.

use std::collections::BTreeMap;

use crate::check::checker::{Checker, Owner, report};
use crate::check::declare::Declarations;
use crate::check::error;
use crate::check::hir::{self, Name, Need, Provide};
use crate::check::level::Level;
use crate::check::phase::{Phase, Side};
use crate::check::program::{Declared, Program};
use crate::check::scope::Capability;
use crate::check::stage::structure;
use crate::check::types::Type;
use crate::diagnostic::Sink;
use crate::source::Span;
use crate::syntax::ast::{self, BlockDecl, BlockMember, Ident};

/// The members of a block, sorted by kind; what may come once is there once.
#[derive(Default)]
struct Members<'a> {
    declarations: Declarations<'a>,
    detect: Option<&'a ast::Detect>,
    depends: Option<Span>,
    needs: Vec<&'a ast::Needs>,
    provides: Vec<&'a ast::Provides>,
    uses_network: Option<Span>,
    after: Vec<Name>,
    before: Vec<Name>,
    phases: Vec<&'a ast::Phase>,
    export: Option<&'a ast::Export>,
}

/// Checks a block.
pub(super) fn check_block(declared: Declared<'_, BlockDecl>, program: &Program<'_>, sink: &mut Sink) -> hir::Block {
    let decl = declared.decl;
    let members = sort(decl, sink);
    let mut checker = Checker::new(program, declared.file, Owner::Block, sink);
    checker.network = members.uses_network.is_some();
    let needs = checker.needs(&members);
    let names = checker.declare(&members.declarations);
    let needs = checker.conditions(needs);
    let detect = members.detect.map(|detect| checker.detect(detect));
    let provides = checker.provides(&members.provides);
    let (stages, unplaced) = checker.stages(&members.phases);
    let export = members.export.map(|export| checker.export(&export.body)).unwrap_or_default();
    checker.report_unused();
    let frame = checker.scope.locals().len();
    let block = hir::Block {
        name: name(&decl.name),
        file: declared.file,
        from_project: declared.from_project,
        doc: decl.doc.clone(),
        params: names.params,
        lets: names.lets,
        needs,
        provides,
        network: members.uses_network.is_some(),
        after: members.after,
        before: members.before,
        detect,
        depends: names.depends,
        stages,
        export,
        frame,
    };
    structure::check(&block, &unplaced, sink);
    block
}

/// An identifier as a name of the HIR.
pub(super) fn name(ident: &Ident) -> Name {
    Name { text: ident.name.clone(), span: ident.span }
}

fn sort<'a>(decl: &'a BlockDecl, sink: &mut Sink) -> Members<'a> {
    let mut members = Members::default();
    let (mut after, mut before) = (Vec::new(), Vec::new());
    for member in &decl.members {
        match member {
            BlockMember::Let(binding) => members.declarations.lets.push(binding),
            BlockMember::Param(param) => members.declarations.params.push(param),
            BlockMember::Detect(detect) => match members.detect {
                Some(first) => report(error::duplicate_member("detect", detect.span, first.span), sink),
                None => members.detect = Some(detect),
            },
            BlockMember::Depends(depends) => match members.depends {
                Some(first) => report(error::duplicate_member("depends", depends.span, first), sink),
                None => {
                    members.depends = Some(depends.span);
                    sort_depends(depends, &mut members, sink);
                }
            },
            BlockMember::Needs(needs) => members.needs.push(needs),
            BlockMember::Provides(provides) => members.provides.push(provides),
            BlockMember::UsesNetwork(span) => match members.uses_network {
                Some(first) => report(error::duplicate_member("uses network", *span, first), sink),
                None => members.uses_network = Some(*span),
            },
            BlockMember::After(written) => after.extend(&written.names),
            BlockMember::Before(written) => before.extend(&written.names),
            BlockMember::Phase(phase) => members.phases.push(phase),
            BlockMember::Export(export) => match members.export {
                Some(first) => report(error::duplicate_member("export", export.span, first.span), sink),
                None => members.export = Some(export),
            },
        }
    }
    members.after = sort_order(decl, &after, "after", sink);
    members.before = sort_order(decl, &before, "before", sink);
    report_order_both_ways(&members, sink);
    members
}

fn sort_depends<'a>(depends: &'a ast::Depends, members: &mut Members<'a>, sink: &mut Sink) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for entry in &depends.entries {
        match seen.get(entry.name.name.as_str()) {
            Some(first) => report(error::duplicate_entry("depends", &entry.name, *first), sink),
            None => {
                seen.insert(&entry.name.name, entry.name.span);
                members.declarations.depends.push(entry);
            }
        }
    }
}

fn sort_order(decl: &BlockDecl, written: &[&Ident], word: &str, sink: &mut Sink) -> Vec<Name> {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut known = Vec::new();
    for named in written {
        if named.name == decl.name.name {
            report(error::order_with_itself(word, named), sink);
        } else if let Some(first) = seen.get(named.name.as_str()) {
            report(error::duplicate_entry(word, named, *first), sink);
        } else {
            seen.insert(&named.name, named.span);
            known.push(name(named));
        }
    }
    known
}

fn report_order_both_ways(members: &Members<'_>, sink: &mut Sink) {
    let after: BTreeMap<&str, &Name> = members.after.iter().map(|after| (after.text.as_str(), after)).collect();
    for before in &members.before {
        if let Some(after) = after.get(before.text.as_str()) {
            report(error::order_both_ways(before, after), sink);
        }
    }
}

impl Checker<'_, '_> {
    /// `needs a, b in build`: every capability must be known; those with a value become names. The condition of each is
    /// checked later, since it may use names that are not declared yet.
    fn needs<'a>(&mut self, members: &Members<'a>) -> Vec<(Need, Option<&'a ast::Expr>)> {
        let own: BTreeMap<&str, Span> =
            members.provides.iter().map(|own| (own.name.name.as_str(), own.name.span)).collect();
        let mut seen: BTreeMap<&str, Vec<(Option<Side>, Span)>> = BTreeMap::new();
        let mut known = Vec::new();
        for needs in &members.needs {
            let side = needs.side.as_ref().and_then(side_of);
            for capability in &needs.names {
                let before = seen.entry(&capability.name).or_default();
                let overlaps = |(other, _): &&(Option<Side>, Span)| *other == side || other.is_none() || side.is_none();
                if let Some((_, first)) = before.iter().find(overlaps) {
                    self.report(error::duplicate_entry("needs", capability, *first));
                    continue;
                }
                before.push((side, capability.span));
                if let Some(own) = own.get(capability.name.as_str()) {
                    self.report(error::needs_what_it_provides(capability, *own));
                }
                let meaning = match self.meaning(capability) {
                    Capability::Valued if needs.condition.is_some() => Capability::Conditional(capability.span),
                    meaning => meaning,
                };
                // What is needed without a condition on another side stays a name.
                let known_already = self.scope.capabilities.contains_key(&capability.name);
                if needs.condition.is_none() || !known_already {
                    self.scope.capabilities.insert(capability.name.clone(), meaning);
                }
                known.push((Need { name: name(capability), side, condition: None }, needs.condition.as_ref()));
            }
        }
        known
    }

    /// The same, with the condition of each.
    fn conditions(&mut self, needs: Vec<(Need, Option<&ast::Expr>)>) -> Vec<Need> {
        let mut condition = |written: &ast::Expr| {
            self.known_by(Level::Facts, "the condition of `needs`", |it| it.condition(written, "when"))
        };
        needs.into_iter().map(|(need, written)| Need { condition: written.map(&mut condition), ..need }).collect()
    }

    /// What a needed capability is as a name.
    fn meaning(&mut self, capability: &Ident) -> Capability {
        let program = self.program;
        let name = capability.name.as_str();
        if name == "same-base" {
            return Capability::Plain;
        }
        let of_image = program.environment.image_packages.contains(name) || name.starts_with("apt:");
        let elsewhere = program.environment.known_capabilities.contains(name);
        let providers = program.providers.get(name).map(Vec::as_slice).unwrap_or_default();
        if providers.is_empty() && !of_image && !elsewhere {
            self.report(error::unknown_capability(capability, program));
            return Capability::Valued;
        }
        let plain = providers.iter().find(|provider| !provider.valued).map(|provider| Some(provider.span));
        let plain = plain.or(of_image.then_some(None));
        let valued = providers.iter().any(|provider| provider.valued) || (providers.is_empty() && elsewhere);
        match (valued, plain) {
            (true, None) => Capability::Valued,
            (true, Some(span)) => Capability::Mixed(span),
            (false, _) => Capability::Plain,
        }
    }

    fn provides(&mut self, written: &[&ast::Provides]) -> Vec<Provide> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut known = Vec::new();
        for provides in written {
            let capability = &provides.name;
            if let Some(first) = seen.get(capability.name.as_str()) {
                self.report(error::duplicate_entry("provides", capability, *first));
            }
            if capability.name == "same-base" {
                self.report(error::provides_same_base(capability));
            }
            seen.entry(&capability.name).or_insert(capability.span);
            let value = provides.value.as_ref();
            let value = value.map(|value| self.known_by(Level::Selection, "`provides`", |it| it.text(value)));
            known.push(Provide { name: name(capability), value });
        }
        known
    }

    /// `detect { … }` of a block or a stack.
    pub(super) fn detect(&mut self, detect: &ast::Detect) -> hir::Expr {
        self.known_by(Level::Facts, "`detect`", |it| it.condition(&detect.predicate, "detect"))
    }

    /// Every stage of a known phase; the names of the others are kept, so that mentioning them is no second mistake.
    fn stages(&mut self, phases: &[&ast::Phase]) -> (Vec<hir::Stage>, Vec<String>) {
        let (mut stages, mut unplaced) = (Vec::new(), Vec::new());
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for written in phases {
            let phase = Phase::from_name(&written.key.name);
            if phase.is_none() {
                self.report(error::unknown_phase(&written.key));
            }
            for stage in &written.stages {
                match seen.get(stage.name.name.as_str()) {
                    Some(first) => self.report(error::duplicate_stage(&stage.name, *first)),
                    None => {
                        seen.insert(&stage.name.name, stage.name.span);
                    }
                }
                let checked = self.stage(stage, phase.unwrap_or(Phase::BuildComplete));
                match phase {
                    Some(_) => stages.push(checked),
                    None => unplaced.push(checked.name.text),
                }
            }
        }
        (stages, unplaced)
    }

    /// Whether a value is a command of `cog.yaml`, or a list of them: what `${raw x}` takes.
    pub(super) fn is_command(&self, value: &hir::Expr) -> bool {
        use crate::check::types::Record;
        match &value.kind {
            hir::ExprKind::Local(id) => self.scope.local(*id).command,
            hir::ExprKind::Field { base, name } => match &base.ty {
                Type::Record(Record::RunCommand) => name == "command",
                Type::Record(Record::ConfigBuild) => name == "pre_install",
                _ => false,
            },
            _ => false,
        }
    }
}

/// The grammar lets only these two words through.
fn side_of(written: &Ident) -> Option<Side> {
    match written.name.as_str() {
        "build" => Some(Side::Build),
        "runtime" => Some(Side::Runtime),
        _ => None,
    }
}
