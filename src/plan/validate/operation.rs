//! One operation of a plan → what is wrong with what it says.

use std::collections::BTreeSet;

use super::{Checker, rules};
use crate::plan::error;
use crate::plan::model::{Copy, Env, Exec, Layer, Mount, OperationKind};
use crate::plan::place::Place;

const MOST_MODE: u32 = 0o7777;

impl Checker<'_> {
    /// Checks an operation, which messages call `owner`.
    pub(super) fn operation(&mut self, owner: &str, kind: &OperationKind, place: &Place) {
        let at = |field: &'static str| place.clone().field(field);
        match kind {
            OperationKind::Exec(exec) => self.exec(owner, exec, place),
            OperationKind::Copy(copy) => self.copy(owner, copy, place),
            OperationKind::Env(env) => self.env(owner, env, place),
            OperationKind::Mkfile(mkfile) => {
                self.path(&format!("`dest` of {owner}"), &mkfile.dest, &at("dest"));
                self.mode(owner, mkfile.mode, place);
            }
            OperationKind::Mkdir(mkdir) => {
                self.path(&format!("`path` of {owner}"), &mkdir.path, &at("path"));
                self.mode(owner, mkdir.mode, place);
                if let Some(chown) = &mkdir.chown {
                    self.user(&format!("`chown` of {owner}"), chown, &at("chown"));
                }
            }
            OperationKind::Rm(rm) => self.path(&format!("`path` of {owner}"), &rm.path, &at("path")),
            OperationKind::Workdir(workdir) => self.path(&format!("`path` of {owner}"), &workdir.path, &at("path")),
            OperationKind::User(user) => self.user(&format!("`user` of {owner}"), &user.user, &at("user")),
            OperationKind::Layer(layer) => self.layer(owner, layer, place),
        }
    }

    fn exec(&mut self, owner: &str, exec: &Exec, place: &Place) {
        let at = |field: &'static str| place.clone().field(field);
        match (&exec.command, exec.args.as_slice()) {
            (Some(_), [_, ..]) => {
                let finding = error::command_or_args(owner, "both `command` and `args`");
                self.report(finding, &at("args"), "beside a `command`");
            }
            (None, []) => {
                self.report(error::command_or_args(owner, "neither `command` nor `args`"), place, "runs nothing")
            }
            (Some(command), []) => self.no_nul(&format!("`command` of {owner}"), command, &at("command")),
            (None, args) => {
                for (number, word) in args.iter().enumerate() {
                    self.no_nul(&format!("`args` of {owner}"), word, &at("args").item(number));
                }
                if args.first().is_some_and(String::is_empty) {
                    self.report(error::empty_text(&format!("the program of {owner}")), &at("args").item(0), "empty");
                }
            }
        }
        self.env_entries(&format!("`env` of {owner}"), &exec.env, &at("env"));
        let mut taken = BTreeSet::new();
        for (number, mount) in exec.mounts.iter().enumerate() {
            let what = format!("mount {} of {owner}", number + 1);
            self.mount(&what, mount, &at("mounts").item(number), &mut taken);
        }
    }

    fn mount(&mut self, what: &str, mount: &Mount, place: &Place, taken: &mut BTreeSet<String>) {
        let at = |field: &'static str| place.clone().field(field);
        let target = match mount {
            Mount::Bind { path, target, .. } => {
                if let Some(path) = path
                    && let Some(why) = rules::inner_path(path)
                {
                    self.report(error::bad_path(&format!("`path` of {what}"), path, why), &at("path"), why);
                }
                Some(target)
            }
            Mount::Cache { target, .. } | Mount::Tmpfs { target, .. } => Some(target),
            Mount::Secret { id, target, env, .. } => {
                if id.is_empty() {
                    self.report(error::empty_text(&format!("the id of {what}")), &at("id"), "empty");
                }
                if target.is_none() && env.is_none() {
                    self.report(error::secret_goes_nowhere(what, id), &at("id"), "goes nowhere");
                }
                if let Some(name) = env
                    && let Some(why) = rules::env_name(name)
                {
                    self.report(error::bad_env(&format!("`env` of {what}"), name, why), &at("env"), why);
                }
                target.as_ref()
            }
            Mount::Ssh { .. } => None,
        };
        if let Some(target) = target {
            self.mount_target(what, target, &at("target"), taken);
        }
    }

    fn mount_target(&mut self, what: &str, target: &str, place: &Place, taken: &mut BTreeSet<String>) {
        if let Some(why) = rules::path(target) {
            self.report(error::bad_path(&format!("`target` of {what}"), target, why), place, why);
            return;
        }
        let normal = rules::normal_path(target);
        if normal == "/" {
            self.report(error::bad_mount_target(what, target, "which is the file system itself"), place, "the root");
        } else if taken.contains(&normal) {
            self.report(error::bad_mount_target(what, target, "where another mount is"), place, "again");
        }
        taken.insert(normal);
    }

    fn copy(&mut self, owner: &str, copy: &Copy, place: &Place) {
        let at = |field: &'static str| place.clone().field(field);
        if copy.src.is_empty() {
            self.report(error::empty_text(&format!("`src` of {owner}")), &at("src"), "nothing to copy");
        }
        for (number, path) in copy.src.iter().enumerate() {
            if let Some(why) = rules::inner_path(path) {
                self.report(error::bad_path(&format!("`src` of {owner}"), path, why), &at("src").item(number), why);
            }
        }
        self.path(&format!("`dest` of {owner}"), &copy.dest, &at("dest"));
        if let Some(chown) = &copy.chown {
            self.user(&format!("`chown` of {owner}"), chown, &at("chown"));
        }
        if let Some(chmod) = &copy.chmod
            && !rules::is_octal_mode(chmod)
        {
            self.report(
                error::bad_mode(&format!("`chmod` of {owner}"), chmod),
                &at("chmod"),
                "no octal permission bits",
            );
        }
    }

    fn env(&mut self, owner: &str, env: &Env, place: &Place) {
        for (name, value) in &env.vars {
            let why = rules::env_name(name).or_else(|| rules::env_value(value));
            self.variable(owner, name, why, &place.clone().field("vars").name(name));
        }
        for (name, values) in &env.prepend {
            let why = rules::env_name(name).or_else(|| values.iter().find_map(|value| rules::env_value(value)));
            self.variable(owner, name, why, &place.clone().field("prepend").name(name));
        }
    }

    fn variable(&mut self, owner: &str, name: &str, why: Option<&'static str>, place: &Place) {
        if let Some(why) = why {
            self.report(error::bad_env(owner, name, why), place, why);
        }
    }

    fn mode(&mut self, owner: &str, mode: u32, place: &Place) {
        if mode > MOST_MODE {
            let finding = error::bad_mode(&format!("`mode` of {owner}"), &format!("{mode:#o}"));
            self.report(finding, &place.clone().field("mode"), "too many bits");
        }
    }

    fn layer(&mut self, owner: &str, layer: &Layer, place: &Place) {
        let Some(&index) = self.by_id.get(layer.stage.as_str()) else { return };
        if self.plan.stages[index].writes.is_empty() {
            let mut finding = error::layer_without_writes(owner, &layer.stage);
            if let Some(span) = self.places.span(&Place::stage(index)) {
                finding = finding.related(span, "has no `writes`");
            }
            self.report(finding, &place.clone().field("stage"), "has no `writes`");
        }
    }
}
