//! A [`Plan`] → what is wrong with what it says, as diagnostics at the places that [`Places`] knows.
//!
//! A plan without errors here can be lowered: its stages exist, stand in order and read what is declared, and its
//! texts have the forms that an engine and an image config want. The last stage is the image.

mod operation;
pub mod rules;

use indexmap::IndexMap;

use super::error;
use super::model::{Export, Input, Plan, Platform, Stage};
use super::order::{edges, order_of};
use super::place::{Place, Places};
use super::visit::{inputs, runs, stages_read};
use crate::check::address::is_image;
use crate::diagnostic::{Diagnostic, Sink, suggest};

/// Checks a plan. It may be lowered when `sink` got no error.
pub fn validate(plan: &Plan, places: &dyn Places, sink: &mut Sink) {
    let mut by_id = IndexMap::with_capacity(plan.stages.len());
    for (index, stage) in plan.stages.iter().enumerate() {
        by_id.entry(stage.id.as_str()).or_insert(index);
    }
    let mut checker = Checker { plan, by_id, places, sink, suggestions: MOST_SUGGESTIONS };
    checker.platform(&plan.platform);
    if plan.stages.is_empty() {
        checker.report(error::no_stages(), &Place::plan().field("stages"), "no stages");
    }
    for (index, stage) in plan.stages.iter().enumerate() {
        checker.identity(index, stage);
        checker.references(index, stage);
        checker.stage(index, stage);
    }
    checker.contexts();
    checker.export(&plan.export);
    let reads = edges(&plan.stages);
    checker.cycles(&reads);
    checker.reach(&reads);
}

struct Checker<'a> {
    plan: &'a Plan,
    /// The first stage with each id.
    by_id: IndexMap<&'a str, usize>,
    places: &'a dyn Places,
    sink: &'a mut Sink,
    /// How many more names are looked for.
    suggestions: usize,
}

/// Suggestions are for mistakes, and a run does not hold more of those than this.
const MOST_SUGGESTIONS: usize = 50;

impl Checker<'_> {
    /// Reports a finding, with a few words beside the place.
    fn report(&mut self, finding: Diagnostic, place: &Place, words: &str) {
        let finding = match self.places.span(place) {
            Some(span) => finding.at(span, words),
            None => finding,
        };
        self.sink.push(finding);
    }

    fn may_suggest(&mut self) -> bool {
        let may = self.suggestions > 0;
        self.suggestions = self.suggestions.saturating_sub(1);
        may
    }

    fn platform(&mut self, platform: &Platform) {
        let words =
            [("os", Some(&platform.os)), ("arch", Some(&platform.arch)), ("variant", platform.variant.as_ref())];
        for (field, word) in words {
            let Some(word) = word else { continue };
            if !rules::is_platform_word(word) {
                let finding =
                    error::bad_platform(&format!("`{field}` of the platform"), word, rules::better_platform_word(word));
                self.report(finding, &Place::plan().field("platform").field(field), "no platform");
            }
        }
    }

    fn identity(&mut self, index: usize, stage: &Stage) {
        let place = Place::stage(index).field("id");
        if stage.id.is_empty() {
            self.report(error::empty_text(&format!("the id of stage {}", index + 1)), &place, "empty");
        }
        let first = self.by_id.get(stage.id.as_str()).copied().unwrap_or(index);
        if first != index {
            let mut finding = error::duplicate_stage(&stage.id);
            if let Some(span) = self.places.span(&Place::stage(first).field("id")) {
                finding = finding.related(span, "the first");
            }
            self.report(finding, &place, "again");
        }
    }

    /// Stages and contexts that are read must exist.
    fn references(&mut self, index: usize, stage: &Stage) {
        for (id, place) in stages_read(index, stage) {
            if !self.by_id.contains_key(id) {
                let suggestion =
                    if self.may_suggest() { suggest::suggestion(id, self.by_id.keys().copied()) } else { None };
                let finding = error::unknown_stage(&format!("stage `{}`", stage.id), id, suggestion);
                self.report(finding, &place, "no stage is called so");
            }
        }
        for (input, place) in inputs(index, stage) {
            self.input(&format!("stage `{}`", stage.id), input, &place);
        }
    }

    /// What an input says of the world outside the plan.
    fn input(&mut self, owner: &str, input: &Input, place: &Place) {
        let at = |field: &'static str| place.clone().field(field);
        match input {
            Input::Stage { .. } | Input::Scratch { .. } => {}
            Input::Image { image } => {
                if !is_image(image) {
                    let finding = error::bad_url(
                        &format!("image `{}` of {owner}", image.escape_debug()),
                        "is no image reference",
                    );
                    let help = "write a reference such as `debian:12`, all of its path in lower case";
                    self.report(finding.help(help), &at("image"), "no image");
                }
            }
            Input::Local { local, .. } => {
                if !self.plan.contexts.contains_key(local) {
                    let names = self.plan.contexts.keys().map(String::as_str);
                    let suggestion = if self.may_suggest() { suggest::suggestion(local, names) } else { None };
                    self.report(error::unknown_context(owner, local, suggestion), &at("local"), "not in `contexts`");
                }
            }
            Input::Url { url, sha256 } => {
                if let Some(why) = rules::url(url) {
                    self.report(error::bad_url(&format!("a `url` that {owner} reads"), why), &at("url"), why);
                }
                if let Some(sum) = sha256
                    && !rules::is_sha256(sum)
                {
                    let finding = error::bad_sha256(&format!("a `sha256` in {owner}"), sum);
                    self.report(finding, &at("sha256"), "no checksum");
                }
            }
            Input::Git { git, .. } => {
                if let Some(why) = rules::git(git) {
                    self.report(error::bad_url(&format!("a `git` that {owner} reads"), why), &at("git"), why);
                }
            }
        }
    }

    fn stage(&mut self, index: usize, stage: &Stage) {
        let owner = format!("stage `{}`", stage.id);
        let place = |field: &'static str| Place::stage(index).field(field);
        self.env_entries(&format!("`env` of {owner}"), &stage.env, &place("env"));
        if let Some(dir) = &stage.dir {
            self.path(&format!("`dir` of {owner}"), dir, &place("dir"));
        }
        for (at, path) in stage.writes.iter().enumerate() {
            self.path(&format!("`writes` of {owner}"), path, &place("writes").item(at));
        }
        for (at, operation) in stage.operations.iter().enumerate() {
            let owner = format!("operation {} of {owner}", at + 1);
            self.operation(&owner, &operation.kind, &Place::stage(index).operation(at));
        }
    }

    fn path(&mut self, what: &str, path: &str, place: &Place) {
        if let Some(why) = rules::path(path) {
            self.report(error::bad_path(what, path, why), place, why);
        }
    }

    fn env_entries(&mut self, what: &str, entries: &[String], place: &Place) {
        for (at, entry) in entries.iter().enumerate() {
            if let Some(why) = rules::env_entry(entry) {
                self.report(error::bad_env(what, entry, why), &place.clone().item(at), why);
            }
        }
    }

    fn user(&mut self, what: &str, user: &str, place: &Place) {
        if !rules::is_user(user) {
            self.report(error::bad_user(what, user), place, "no user");
        }
    }

    fn no_nul(&mut self, what: &str, text: &str, place: &Place) {
        if text.contains('\0') {
            self.report(error::nul_in_text(what), place, "holds a NUL");
        }
    }

    fn contexts(&mut self) {
        for (key, context) in &self.plan.contexts {
            if key.is_empty() || context.name.is_empty() {
                let place = Place::plan().field("contexts").name(key);
                self.report(error::empty_text("the name of a context"), &place, "empty");
            }
        }
    }

    fn export(&mut self, export: &Export) {
        let place = |field: &'static str| Place::plan().field("export").field(field);
        self.env_entries("`env` of the export", &export.env, &place("env"));
        if let Some(dir) = &export.working_dir {
            self.path("`working_dir` of the export", dir, &place("working_dir"));
        }
        if let Some(user) = &export.user {
            self.user("`user` of the export", user, &place("user"));
        }
        for (name, value) in &export.labels {
            if name.is_empty() {
                self.report(error::empty_text("the name of a label"), &place("labels").name(name), "empty");
            }
            self.no_nul(
                &format!("label `{}`", name.escape_debug()),
                &format!("{name}{value}"),
                &place("labels").name(name),
            );
        }
        for port in export.exposed_ports.keys() {
            if !rules::is_port(port) {
                self.report(error::bad_port(port), &place("exposed_ports").name(port), "no port");
            }
        }
        for (at, tag) in export.tags.iter().enumerate() {
            if tag.is_empty() {
                self.report(error::empty_text("a tag of the export"), &place("tags").item(at), "empty");
            }
        }
        for (field, words) in [("entrypoint", &export.entrypoint), ("cmd", &export.cmd)] {
            for (at, word) in words.iter().enumerate() {
                self.no_nul(&format!("`{field}` of the export"), word, &place(field).item(at));
            }
        }
    }

    fn cycles(&mut self, reads: &[Vec<usize>]) {
        for cycle in order_of(reads).cycles {
            let ids: Vec<&str> = cycle.iter().map(|&stage| self.plan.stages[stage].id.as_str()).collect();
            let mut finding = error::stage_cycle(&ids);
            for &stage in cycle.iter().skip(1).take(8) {
                if let Some(span) = self.places.span(&Place::stage(stage)) {
                    finding = finding.related(span, "and this");
                }
            }
            self.report(finding, &Place::stage(cycle[0]), "reads in a circle");
        }
    }

    /// Warns of commands in stages that the image does not reach.
    fn reach(&mut self, reads: &[Vec<usize>]) {
        let Some(last) = reads.len().checked_sub(1) else { return };
        let mut reached = vec![false; reads.len()];
        let mut open = vec![last];
        while let Some(stage) = open.pop() {
            if !std::mem::replace(&mut reached[stage], true) {
                open.extend(reads[stage].iter().filter(|&&read| !reached[read]));
            }
        }
        for (index, stage) in self.plan.stages.iter().enumerate() {
            if !reached[index] && runs(stage) {
                self.report(error::stage_never_runs(&stage.id), &Place::stage(index), "never runs");
            }
        }
    }
}
