//! The environment variables of this process, read once.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::build::engine::Choice;

/// Variables by name. They hold secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// The process's own.
    pub fn read() -> Self {
        Self(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect())
    }

    /// A variable that is text and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// Whether a variable is set, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What finding an engine looks at.
    pub fn of_engines(&self) -> BTreeMap<String, String> {
        Choice::VARIABLES.iter().filter_map(|name| Some(((*name).to_owned(), self.text(name)?.to_owned()))).collect()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
    }
}
