//! [`State`]: a file tree of the graph and the values that commands on it start from.
//!
//! States are cheap to clone and change only through methods that give a new one.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::llb::graph::platform::normalize;
use crate::llb::path;
use crate::plan::model::Platform;

/// One output of a vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Output {
    /// The vertex's place in its graph.
    pub(crate) vertex: usize,
    /// Which of its outputs.
    pub(crate) index: i64,
}

/// A file tree and the values that commands on it start from.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) output: Option<Output>,
    values: Rc<Values>,
}

/// What a command starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// Variables.
    pub env: Env,
    /// The working directory, absolute.
    pub dir: String,
    /// The user; empty: root.
    pub user: String,
    /// The host's name; empty: the engine's choice.
    pub hostname: String,
    /// The network.
    pub network: Network,
    /// Whether it may do all.
    pub security: Security,
    /// Lines for `/etc/hosts`.
    pub extra_hosts: Vec<(String, IpAddr)>,
    /// Limits, in the kernel's words.
    pub ulimits: Vec<Ulimit>,
    /// The cgroup it runs under.
    pub cgroup_parent: String,
    /// The platform, normalised; absent: the graph's.
    pub platform: Option<Platform>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            env: Env::default(),
            dir: "/".to_owned(),
            user: String::new(),
            hostname: String::new(),
            network: Network::Sandbox,
            security: Security::Sandbox,
            extra_hosts: Vec::new(),
            ulimits: Vec::new(),
            cgroup_parent: String::new(),
            platform: None,
        }
    }
}

/// The network of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Its own, with a way out.
    #[default]
    Sandbox,
    /// The host's.
    Host,
    /// None.
    None,
}

/// Whether a command may do all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// It may not.
    #[default]
    Sandbox,
    /// It may.
    Insecure,
}

/// A limit in the kernel's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ulimit {
    /// Such as `nofile`.
    pub name: String,
    /// -1 is no limit.
    pub soft: i64,
    /// -1 is no limit.
    pub hard: i64,
}

/// Variables, in the order of their last assignment.
#[derive(Clone, Debug, Default)]
pub struct Env {
    next: u64,
    by_name: BTreeMap<String, (u64, String)>,
    bytes: usize,
}

impl Env {
    /// Sets a variable; one that is set already moves to the end.
    pub fn set(&mut self, name: &str, value: &str) {
        self.next += 1;
        let before = self.by_name.insert(name.to_owned(), (self.next, value.to_owned()));
        self.bytes += line_length(name, value);
        self.bytes -= before.map_or(0, |(_, before)| line_length(name, &before));
    }

    /// How many bytes the variables have as `NAME=VALUE`.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|(_, value)| value.as_str())
    }

    /// Name and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut entries: Vec<_> = self.by_name.iter().collect();
        entries.sort_unstable_by_key(|(_, (order, _))| *order);
        entries.into_iter().map(|(name, (_, value))| (name.as_str(), value.as_str()))
    }

    /// `NAME=VALUE`, in order.
    pub fn to_lines(&self) -> Vec<String> {
        self.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }
}

/// `NAME=VALUE`
fn line_length(name: &str, value: &str) -> usize {
    name.len() + 1 + value.len()
}

impl PartialEq for Env {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Env {}

impl State {
    /// The empty file tree.
    pub fn scratch() -> Self {
        Self { output: None, values: Rc::default() }
    }

    /// Whether it is the empty file tree.
    pub fn is_scratch(&self) -> bool {
        self.output.is_none()
    }

    /// Whether both are the same file tree of the same graph.
    pub fn is_same_tree(&self, other: &Self) -> bool {
        self.output == other.output
    }

    /// What commands on it start from.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Another file tree with the values of this one.
    pub fn with_tree_of(&self, tree: &Self) -> Self {
        Self { output: tree.output, values: Rc::clone(&self.values) }
    }

    /// With these changes to its values.
    pub fn with(mut self, change: impl FnOnce(&mut Values)) -> Self {
        change(Rc::make_mut(&mut self.values));
        self
    }

    pub(crate) fn at(&self, output: Output, platform: Option<&Platform>) -> Self {
        let moved = Self { output: Some(output), values: Rc::clone(&self.values) };
        match platform {
            Some(platform) => moved.with(|values| values.platform = Some(normalize(platform))),
            None => moved,
        }
    }
}

impl Values {
    /// Changes the working directory; a relative one is below the present one.
    pub fn enter(&mut self, dir: &str) {
        self.dir = if dir.starts_with('/') { dir.to_owned() } else { path::join(&self.dir, dir) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_a_variable_again_moves_it_to_the_end() {
        let mut env = Env::default();
        for (name, value) in [("A", "1"), ("B", "2"), ("A", "3")] {
            env.set(name, value);
        }
        assert_eq!(env.to_lines(), ["B=2", "A=3"]);
        assert_eq!(env.bytes(), 6);
        env.set("A", "");
        assert_eq!(env.bytes(), 5);
    }

    #[test]
    fn changing_a_clone_leaves_the_original() {
        let before = State::scratch();
        let after = before.clone().with(|values| values.enter("a/../b"));
        assert_eq!((before.values().dir.as_str(), after.values().dir.as_str()), ("/", "/b"));
    }
}
