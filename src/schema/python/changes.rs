//! What the modules that were read do while they are imported → what is certain about their names: [`Changes`].

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::schema::python::touched::{Effects, Touched};
use crate::source::FileId;

/// The most names for one value, and functions that it is given, that are looked at: with more, it is taken for changed.
pub const MOST_NAMES: usize = 200;

/// What is done to names and members after they were bound.
#[derive(Debug, Default)]
pub struct Changes {
    modules: BTreeMap<FileId, Module>,
    /// Members of modules and classes whose values are changed, by any module.
    members: BTreeSet<String>,
    /// Members of modules and classes that are set, by any module.
    set: BTreeSet<String>,
    /// Members of `self` that are set.
    own: BTreeSet<String>,
    own_changed: BTreeSet<String>,
}

/// What is done to a module's own names.
#[derive(Debug, Default)]
struct Module {
    changed: BTreeSet<String>,
    rebound: BTreeSet<String>,
    given: BTreeMap<String, BTreeSet<String>>,
    same: BTreeMap<String, Vec<String>>,
    anything: bool,
}

impl Changes {
    /// Puts together what the modules do, and their functions that may be called by them.
    pub fn of(all: &[(FileId, Rc<Touched>)]) -> Self {
        let called = called(all);
        let mut changes = Self::default();
        for (file, touched) in all {
            let functions = || touched.functions.iter().filter(|(name, _)| called.contains(name.as_str()));
            let effects: Vec<&Effects> =
                std::iter::once(&touched.import).chain(functions().map(|(_, effects)| effects)).collect();
            let mut module = Module::default();
            for (_, effects) in functions().filter(|(name, _)| name != "__init__") {
                changes.own.extend(effects.own.iter().cloned());
                changes.own_changed.extend(effects.own_changed.iter().cloned());
            }
            for effects in &effects {
                module.changed.extend(effects.changed.iter().cloned());
                module.rebound.extend(effects.rebound.iter().cloned());
                module.anything |= effects.anything;
                changes.members.extend(effects.members.iter().cloned());
                changes.set.extend(effects.set.iter().cloned());
                for (function, value) in &effects.given {
                    module.given.entry(value.clone()).or_default().insert(function.clone());
                }
            }
            for (one, two) in effects.iter().flat_map(|effects| &effects.same) {
                module.same.entry(one.clone()).or_default().push(two.clone());
                module.same.entry(two.clone()).or_default().push(one.clone());
            }
            changes.modules.insert(*file, module);
        }
        changes
    }

    /// All names that a module has for the value of one, and for what is in it.
    pub fn names(&self, file: FileId, name: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::from([name.to_owned()]);
        let mut next = vec![name];
        let same = self.modules.get(&file).map(|module| &module.same);
        while let Some(name) = next.pop().filter(|_| names.len() <= MOST_NAMES) {
            for other in same.and_then(|same| same.get(name)).into_iter().flatten() {
                if names.insert(other.clone()) {
                    next.push(other);
                }
            }
        }
        names
    }

    /// Whether a module binds `name` in other ways than by its statements.
    pub fn rebinds(&self, file: FileId, name: &str) -> bool {
        let module = self.modules.get(&file);
        self.sets(name) || module.is_some_and(|module| module.anything || module.rebound.contains(name))
    }

    /// Whether a member of that name is set somewhere.
    pub fn sets(&self, name: &str) -> bool {
        self.set.contains(name)
    }

    /// Whether an object's field may be another than the one that the object was made with.
    pub fn changes_field(&self, name: &str) -> bool {
        self.sets(name) || self.own.contains(name) || self.members.contains(name) || self.own_changed.contains(name)
    }

    /// Whether an object of a class may change what the class has under that name.
    pub fn changes_class(&self, name: &str) -> bool {
        self.own_changed.contains(name)
    }

    /// Whether a module may change the value that it calls `name`.
    pub fn changes(&self, file: FileId, name: &str) -> bool {
        self.members.contains(name) || self.modules.get(&file).is_some_and(|module| module.changed.contains(name))
    }

    /// The functions that a module gives the value that it calls `name`.
    pub fn given(&self, file: FileId, name: &str) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        self.modules.get(&file).and_then(|module| module.given.get(name)).unwrap_or(&NONE)
    }
}

/// The functions that may be called while the modules are imported: their names are read, or Python calls them itself.
fn called(all: &[(FileId, Rc<Touched>)]) -> BTreeSet<&str> {
    let mut functions: BTreeMap<&str, Vec<&Effects>> = BTreeMap::new();
    for (name, effects) in all.iter().flat_map(|(_, touched)| &touched.functions) {
        functions.entry(name).or_default().push(effects);
    }
    let mut called = BTreeSet::new();
    let mentioned = all.iter().flat_map(|(_, touched)| &touched.import.mentioned).map(String::as_str);
    let mut next: Vec<&str> =
        functions.keys().copied().filter(|name| name.starts_with("__")).chain(mentioned).collect();
    while let Some(name) = next.pop() {
        if let Some(found) = functions.get(name)
            && called.insert(name)
        {
            next.extend(found.iter().flat_map(|effects| &effects.mentioned).map(String::as_str));
        }
    }
    called
}
