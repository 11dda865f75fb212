//! Copies and other file operations of a plan → actions of the graph.

use crate::llb::error::{self, Place};
use crate::llb::graph::file::{self as graph, Action, CopyFrom, Mode, Owner};
use crate::llb::graph::{COPY_PATTERNS, Meta, State};
use crate::llb::lower::Lowering;
use crate::llb::path::{absolute, parent};
use crate::plan::model::{self, Input, Mkdir, Mkfile, Patterns, Rm};

/// Folders at the top that are links in some base images, or that have permissions of their own. What is copied below
/// them by itself and merged would replace the link or the permissions.
const NOT_LINKED: [&str; 14] =
    ["bin", "dev", "home", "lib", "lib32", "lib64", "libx32", "proc", "root", "run", "sbin", "sys", "tmp", "var"];

/// What a copy is made onto.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Onto {
    /// What the stage has so far.
    State,
    /// Nothing: it is merged later.
    Nothing,
}

impl<'a> Lowering<'a> {
    /// The actions of a copy, one for each path. On a file tree of its own there is nothing yet, so the directories of
    /// the destination are always made.
    pub(super) fn copy_actions(&mut self, copy: &'a model::Copy, at: Place<'a>, onto: Onto) -> Vec<Action> {
        let filtered = self.filtered_context(copy, at);
        let patterns = if filtered.is_some() { Patterns::default() } else { copy.patterns.clone() };
        let from = filtered.unwrap_or_else(|| self.tree(&copy.from, at));
        let owner = copy.chown.as_deref().and_then(|chown| self.owner(chown, at));
        let mode = copy.chmod.as_deref().and_then(|chmod| self.mode(chmod, at));
        let one = |src: &String| {
            Action::Copy(Box::new(graph::Copy {
                owner: owner.clone(),
                mode: mode.clone(),
                include: patterns.include.clone(),
                exclude: patterns.exclude.clone(),
                wildcard: true,
                empty_wildcard: copy.optional,
                // As `COPY` does: a link that is named is followed, links inside a directory stay.
                follow_symlinks: true,
                // A destination without `/` at its end is what the source becomes, whether or not it is there already.
                contents_only: copy.contents_only || !copy.dest.ends_with('/'),
                create_dest: copy.create_dest_path || onto == Onto::Nothing,
                ..graph::Copy::new(
                    CopyFrom::State(from.clone()),
                    if copy.optional { matching_nothing_too(src) } else { src.clone() },
                    &copy.dest,
                )
            }))
        };
        copy.src.iter().map(one).collect()
    }

    /// For an engine whose copies have no patterns: the context without the files that the patterns leave out. Such an engine is
    /// not sent these. Patterns are those of the folder that is copied, the sender's those of the context.
    fn filtered_context(&mut self, copy: &'a model::Copy, at: Place<'a>) -> Option<State> {
        let (Input::Local { local, include }, patterns) = (&copy.from, &copy.patterns) else { return None };
        let has_patterns = !(patterns.include.is_empty() && patterns.exclude.is_empty());
        // What two lists both include is no list.
        let is_one_list = include.is_empty() || patterns.include.is_empty();
        if !self.options.caps.lacks(COPY_PATTERNS) || !has_patterns || !is_one_list {
            return None;
        }
        let below = |pattern: &'a String| copy.src.iter().map(|src| pattern_below(src, pattern));
        let include =
            if include.is_empty() { patterns.include.iter().flat_map(below).collect() } else { include.clone() };
        // What is to stay behind everywhere is told so: a folder that is a link leads to files of another folder.
        let is_everywhere = |pattern: &String| pattern.starts_with("**/");
        let mut exclude = Vec::new();
        for pattern in &patterns.exclude {
            if is_everywhere(pattern) { exclude.push(pattern.clone()) } else { exclude.extend(below(pattern)) }
        }
        Some(self.part_of_context(local, &include, &exclude, at))
    }

    /// Engines write a file with what their umask leaves of its mode, and leave the mode of one that is there. So it is made
    /// by itself and copied, with the directories above it.
    pub(super) fn mkfile_action(mkfile: &Mkfile, state: &State) -> Action {
        let path = absolute(&state.values().dir, &mkfile.dest);
        let data = mkfile.data.clone();
        made_and_copied(&path, mkfile.mode, None, |path| {
            Action::Mkfile(graph::Mkfile { path, mode: mkfile.mode, data, ..graph::Mkfile::default() })
        })
    }

    pub(super) fn mkdir_action(&mut self, mkdir: &'a Mkdir, at: Place<'a>, state: &State) -> Action {
        let owner = mkdir.chown.as_deref().and_then(|chown| self.owner(chown, at));
        let path = absolute(&state.values().dir, &mkdir.path);
        let mode = mkdir.mode;
        let make = |path| Action::Mkdir(graph::Mkdir { path, mode, parents: true, owner: None, created: None });
        if mode & LOST_BITS != 0 && path != "/" {
            return made_and_copied(&path, mode, owner, make);
        }
        Action::Mkdir(graph::Mkdir { path, mode, parents: true, owner, created: None })
    }

    fn owner(&mut self, chown: &str, at: Place) -> Option<Owner> {
        let is_part = |part: &str| {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let is_name = part.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
                && part.chars().all(|it| it.is_ascii_alphanumeric() || "._-$@".contains(it));
            if is_number { part.parse::<i32>().is_ok() } else { is_name }
        };
        let is_owner =
            chown.split_once(':').map_or_else(|| is_part(chown), |(user, group)| is_part(user) && is_part(group));
        if !is_owner {
            self.sink.push(error::owner(at, chown));
            return None;
        }
        Some(Owner::parse(chown))
    }

    fn mode(&mut self, chmod: &str, at: Place) -> Option<Mode> {
        let bits = u32::from_str_radix(chmod, 8).ok().filter(|bits| *bits <= 0o7777 && !chmod.starts_with('+'));
        if bits.is_none() {
            self.sink.push(error::mode(at, chmod));
        }
        bits.map(Mode::Bits)
    }
}

/// Permission bits that an engine does not set when it makes something: its umask takes the right to write from all but
/// the owner, and the bits above are no permissions to it.
const LOST_BITS: u32 = 0o7022;

/// Makes something in an empty file tree and copies it to `path`, with this mode. What is there has to be of the same kind.
fn made_and_copied(path: &str, mode: u32, owner: Option<Owner>, make: impl FnOnce(String) -> Action) -> Action {
    let name = path.rsplit('/').next().unwrap_or_default();
    let folder = parent(path);
    let alone = format!("/{name}");
    let into = if folder == "/" { "/".to_owned() } else { format!("{folder}/") };
    Action::Copy(Box::new(graph::Copy {
        owner,
        mode: Some(Mode::Bits(mode)),
        create_dest: true,
        ..graph::Copy::new(CopyFrom::Actions(State::scratch(), vec![make(alone.clone())]), alone, into)
    }))
}

pub(super) fn rm_action(rm: &Rm) -> Action {
    let wildcard = is_pattern(&rm.path);
    Action::Rm(graph::Rm { path: rm.path.clone(), allow_not_found: rm.optional, wildcard })
}

/// With what an engine has to know for these actions. The Go client leaves it out, and an old engine then copies what
/// patterns exclude.
pub(super) fn with_caps(meta: Meta, actions: &[Action]) -> Meta {
    let has_patterns = |it: &Action| match it {
        Action::Copy(it) => !it.include.is_empty() || !it.exclude.is_empty(),
        _ => false,
    };
    let has_wildcard = |it: &Action| matches!(it, Action::Rm(rm) if rm.wildcard);
    meta.needing(actions.iter().any(has_patterns), COPY_PATTERNS)
        .needing(actions.iter().any(has_wildcard), "file.rm.wildcard")
}

/// Whether Go's `filepath.Match` reads more into a path than the path.
fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

/// Whether a copy may be made by itself and merged: the same files then come out on any base.
///
/// Names of owners are looked up in the base, so they stand against it.
pub(super) fn is_linkable(copy: &model::Copy, dir: &str) -> bool {
    let dest = absolute(dir, &copy.dest);
    let top = dest.trim_start_matches('/').split('/').next().unwrap_or_default();
    let has_name = copy.chown.as_deref().is_some_and(|chown| Owner::parse(chown).has_name());
    !top.is_empty() && !NOT_LINKED.contains(&top) && !has_name
}

/// A pattern of what lies in a folder, as a pattern of where the folder lies.
fn pattern_below(folder: &str, pattern: &str) -> String {
    let parts = folder.split('/').filter(|part| !matches!(*part, "" | "."));
    let (turned, pattern) = pattern.strip_prefix('!').map_or(("", pattern), |pattern| ("!", pattern));
    let parts: Vec<&str> = parts.chain([pattern.trim_start_matches('/')]).collect();
    format!("{turned}{}", parts.join("/"))
}

/// A path that is also a pattern, as only patterns may match nothing: its first plain letter is put in brackets.
///
/// The letter has to be in the first part, because the folder before the first pattern has to exist.
pub(super) fn matching_nothing_too(path: &str) -> String {
    match path.find(|it: char| it.is_ascii_alphanumeric()) {
        Some(at) if !is_pattern(path) => format!("{}[{}]{}", &path[..at], &path[at..=at], &path[at + 1..]),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{matching_nothing_too, pattern_below};

    #[test]
    fn patterns_of_a_folder_become_those_of_the_context() {
        let cases = [(".", "*.a", "*.a"), ("./w/x/", "**/*.a", "w/x/**/*.a"), ("/w", "/a", "w/a"), ("w", "!a", "!w/a")];
        for (folder, pattern, want) in cases {
            assert_eq!(pattern_below(folder, pattern), want);
        }
    }

    #[test]
    fn an_optional_path_becomes_a_pattern_of_itself() {
        let cases = [("/a/b.txt", "/[a]/b.txt"), (".env", ".[e]nv"), ("*.whl", "*.whl"), ("é1", "é[1]"), (".", ".")];
        for (path, want) in cases {
            assert_eq!(matching_nothing_too(path), want);
        }
    }
}
