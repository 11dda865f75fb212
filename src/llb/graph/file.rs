//! File operations: one op that chains actions on a file tree.

use bollard_buildkit_proto::pb;
use pb::file_action::Action as Body;

use crate::llb::graph::{EMPTY, Graph, Inputs, Meta, Output, Parts, State, caps, index};
use crate::llb::path::{absolute, absolute_keeping_slash, clean, join};
use crate::llb::wire;

/// An action on a file tree. Relative paths are below the state's working directory.
#[derive(Clone, Debug)]
pub enum Action {
    /// Makes a directory.
    Mkdir(Mkdir),
    /// Writes a file.
    Mkfile(Mkfile),
    /// Makes a symbolic link.
    Symlink(Symlink),
    /// Removes files.
    Rm(Rm),
    /// Copies files.
    Copy(Box<Copy>),
}

/// Makes a directory.
#[derive(Clone, Debug, Default)]
pub struct Mkdir {
    /// Where.
    pub path: String,
    /// Permission bits; only the low nine count.
    pub mode: u32,
    /// Makes its parents too, and takes one that exists.
    pub parents: bool,
    /// Who owns it; absent: root.
    pub owner: Option<Owner>,
    /// Its time, in nanoseconds; absent: now.
    pub created: Option<i64>,
}

/// Writes a file; its directory has to exist.
#[derive(Clone, Debug, Default)]
pub struct Mkfile {
    /// Where.
    pub path: String,
    /// Permission bits; only the low nine count.
    pub mode: u32,
    /// What it holds.
    pub data: Vec<u8>,
    /// Who owns it; absent: root.
    pub owner: Option<Owner>,
    /// Its time, in nanoseconds; absent: now.
    pub created: Option<i64>,
}

/// Makes a symbolic link. Both paths are written as given.
#[derive(Clone, Debug, Default)]
pub struct Symlink {
    /// What it points to.
    pub old: String,
    /// Where it lies.
    pub new: String,
    /// Who owns it; absent: root.
    pub owner: Option<Owner>,
    /// Its time, in nanoseconds; absent: now.
    pub created: Option<i64>,
}

/// Removes files.
#[derive(Clone, Debug, Default)]
pub struct Rm {
    /// Which.
    pub path: String,
    /// Nothing to remove is no error.
    pub allow_not_found: bool,
    /// `path` may hold wildcards.
    pub wildcard: bool,
}

/// Copies files.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Where from.
    pub from: CopyFrom,
    /// A path there; a relative one is below its working directory.
    pub src: String,
    /// Where to; a `/` at its end says that it is a directory.
    pub dest: String,
    /// Who owns the copies; absent: as it was.
    pub owner: Option<Owner>,
    /// Their permissions; absent: as they were.
    pub mode: Option<Mode>,
    /// Only what matches; empty: all.
    pub include: Vec<String>,
    /// But not what matches.
    pub exclude: Vec<String>,
    /// Paths that have to be among what `include` takes.
    pub required: Vec<String>,
    /// `src` may hold wildcards.
    pub wildcard: bool,
    /// No match is no error.
    pub empty_wildcard: bool,
    /// Copies what a link at `src` points to.
    pub follow_symlinks: bool,
    /// Copies the content of a directory, not the directory.
    pub contents_only: bool,
    /// Unpacks archives.
    pub attempt_unpack: bool,
    /// Makes the directories of `dest`.
    pub create_dest: bool,
    /// Replaces what has another type.
    pub replace_existing: bool,
    /// The copies' time, in nanoseconds; absent: as it was.
    pub created: Option<i64>,
}

/// Where a copy reads from.
#[derive(Clone, Debug)]
pub enum CopyFrom {
    /// A state.
    State(State),
    /// What actions on a state make, inside the same op.
    Actions(State, Vec<Action>),
}

impl Copy {
    /// A copy without options.
    pub fn new(from: CopyFrom, src: impl Into<String>, dest: impl Into<String>) -> Self {
        Self {
            from,
            src: src.into(),
            dest: dest.into(),
            owner: None,
            mode: None,
            include: Vec::new(),
            exclude: Vec::new(),
            required: Vec::new(),
            wildcard: false,
            empty_wildcard: false,
            follow_symlinks: false,
            contents_only: false,
            attempt_unpack: false,
            create_dest: false,
            replace_existing: false,
            created: None,
        }
    }
}

/// Permissions of copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Bits, all of them.
    Bits(u32),
    /// Such as `u=rwx,go=rx`.
    Symbolic(String),
}

/// A user and perhaps a group, by number or by the names of the file tree that is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub user: Id,
    /// The group; absent: the user's, or the one with the same number.
    pub group: Option<Id>,
}

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id {
    /// By number.
    Number(i32),
    /// By name.
    Name(String),
}

impl Owner {
    /// Reads `USER[:GROUP]`. A decimal number that fits 32 bits or `root` is a number, and so is an empty part: 0.
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            None => Self { user: Id::parse(text), group: None },
            Some((user, group)) => Self { user: Id::parse(user), group: Some(Id::parse(group)) },
        }
    }

    /// Whether names have to be looked up.
    pub fn has_name(&self) -> bool {
        [Some(&self.user), self.group.as_ref()].into_iter().flatten().any(|id| matches!(id, Id::Name(_)))
    }

    fn to_message(&self, base: i64) -> pb::ChownOpt {
        pb::ChownOpt {
            user: Some(self.user.to_message(base)),
            group: self.group.as_ref().map(|group| group.to_message(base)),
        }
    }
}

impl Id {
    fn parse(text: &str) -> Self {
        match (text, text.parse()) {
            ("" | "root", _) => Self::Number(0),
            (_, Ok(number)) => Self::Number(number),
            (name, Err(_)) => Self::Name(name.to_owned()),
        }
    }

    fn to_message(&self, base: i64) -> pb::UserOpt {
        let user = match self {
            // The field is unsigned, and Go wraps negative numbers just so.
            Self::Number(number) => pb::user_opt::User::ById(number.cast_unsigned()),
            Self::Name(name) => pb::user_opt::User::ByName(pb::NamedUserOpt { name: name.clone(), input: base }),
        };
        pb::UserOpt { user: Some(user) }
    }
}

impl Graph {
    /// Runs actions on a state, one after the other, in one op. Without actions the state stays as it is.
    pub fn file(&mut self, base: &State, actions: &[Action], meta: Meta) -> State {
        if actions.is_empty() {
            return base.clone();
        }
        let mut chain = Chain::default();
        chain.add(self, base, actions);
        let mut walk = Vec::new();
        walk_back(base, actions, &mut walk);
        let (actions, inputs) = chain.into_messages();
        let parts = Parts {
            body: wire::Body::File(pb::FileOp { actions }),
            inputs,
            walk,
            platform: None,
            caps: caps(["file.base"]),
        };
        let vertex = self.push(parts, Meta { platform: None, ..meta });
        base.at(Output { vertex, index: 0 }, None)
    }
}

/// Where an action reads from.
#[derive(Clone, Copy)]
enum Slot {
    /// An input of the op, or none.
    Input(i64),
    /// What an earlier action made.
    Action(usize),
}

/// The actions of an op as they are put together.
#[derive(Default)]
struct Chain {
    inputs: Inputs,
    actions: Vec<(Slot, Slot, Body)>,
}

impl Chain {
    /// Adds actions on `base`, which has to be done before the number of inputs is known; gives the last one's place.
    fn add(&mut self, graph: &Graph, base: &State, actions: &[Action]) -> Slot {
        let mut previous = None;
        for action in actions {
            let base_index = self.inputs.add(graph, base.output);
            let input = previous.unwrap_or(Slot::Input(base_index));
            let secondary = match action {
                Action::Copy(copy) => match &copy.from {
                    CopyFrom::State(from) => Slot::Input(self.inputs.add(graph, from.output)),
                    CopyFrom::Actions(from, nested) => self.add(graph, from, nested),
                },
                _ => Slot::Input(EMPTY),
            };
            self.actions.push((input, secondary, action.to_message(&base.values().dir, base_index)));
            previous = Some(Slot::Action(self.actions.len() - 1));
        }
        previous.unwrap_or_else(|| Slot::Input(self.inputs.add(graph, base.output)))
    }

    fn into_messages(self) -> (Vec<pb::FileAction>, Vec<pb::Input>) {
        let inputs = self.inputs.len();
        let place = |slot| match slot {
            Slot::Input(input) => input,
            Slot::Action(action) => index(inputs + action),
        };
        let last = self.actions.len() - 1;
        let actions = self.actions.into_iter().enumerate().map(|(at, (input, secondary, body))| pb::FileAction {
            input: place(input),
            secondary_input: place(secondary),
            output: if at == last { 0 } else { EMPTY },
            action: Some(body),
        });
        (actions.collect(), self.inputs.into_messages())
    }
}

/// The vertices that actions read, in the Go client's order: from the last action back, the base first each time.
fn walk_back(base: &State, actions: &[Action], walk: &mut Vec<usize>) {
    walk.extend(base.output.filter(|_| !actions.is_empty()).map(|output| output.vertex));
    for action in actions.iter().rev() {
        if let Action::Copy(copy) = action {
            match &copy.from {
                CopyFrom::State(from) => walk.extend(from.output.map(|output| output.vertex)),
                CopyFrom::Actions(from, nested) => walk_back(from, nested, walk),
            }
        }
    }
}

impl Action {
    fn to_message(&self, dir: &str, base: i64) -> Body {
        let owner = |owner: &Option<Owner>| owner.as_ref().map(|owner| owner.to_message(base));
        match self {
            Self::Mkdir(it) => Body::Mkdir(pb::FileActionMkDir {
                path: absolute(dir, &it.path),
                mode: bits(it.mode & 0o777),
                make_parents: it.parents,
                owner: owner(&it.owner),
                timestamp: it.created.unwrap_or(-1),
            }),
            Self::Mkfile(it) => Body::Mkfile(pb::FileActionMkFile {
                path: absolute(dir, &it.path),
                mode: bits(it.mode & 0o777),
                data: it.data.clone(),
                owner: owner(&it.owner),
                timestamp: it.created.unwrap_or(-1),
            }),
            Self::Symlink(it) => Body::Symlink(pb::FileActionSymlink {
                oldpath: it.old.clone(),
                newpath: it.new.clone(),
                owner: owner(&it.owner),
                timestamp: it.created.unwrap_or(-1),
            }),
            Self::Rm(it) => Body::Rm(pb::FileActionRm {
                path: absolute(dir, &it.path),
                allow_not_found: it.allow_not_found,
                allow_wildcard: it.wildcard,
            }),
            Self::Copy(it) => Body::Copy(it.to_message(dir, owner(&it.owner))),
        }
    }
}

impl Copy {
    fn to_message(&self, dir: &str, owner: Option<pb::ChownOpt>) -> pb::FileActionCopy {
        let (CopyFrom::State(from) | CopyFrom::Actions(from, _)) = &self.from;
        let src = clean(&self.src);
        let (mode, mode_str) = match &self.mode {
            None => (-1, String::new()),
            Some(Mode::Bits(mode)) => (bits(*mode), String::new()),
            Some(Mode::Symbolic(text)) => (0, text.clone()),
        };
        pb::FileActionCopy {
            src: if src.starts_with('/') { src } else { join(&from.values().dir, &src) },
            dest: absolute_keeping_slash(dir, &self.dest),
            owner,
            mode,
            follow_symlink: self.follow_symlinks,
            dir_copy_contents: self.contents_only,
            attempt_unpack_docker_compatibility: self.attempt_unpack,
            create_dest_path: self.create_dest,
            allow_wildcard: self.wildcard,
            allow_empty_wildcard: self.empty_wildcard,
            timestamp: self.created.unwrap_or(-1),
            include_patterns: self.include.clone(),
            exclude_patterns: self.exclude.clone(),
            always_replace_existing_dest_paths: self.replace_existing,
            mode_str,
            required_paths: self.required.clone(),
        }
    }
}

fn bits(mode: u32) -> i32 {
    mode.cast_signed()
}
