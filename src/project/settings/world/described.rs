//! An image that somebody describes: what `[[image]]` says, and what comes of it.

use indexmap::IndexMap;

/// An image, of whose packages `P` is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Described<P> {
    /// What pairs and traces call it.
    pub name: String,
    /// What the engine pulls.
    pub reference: String,
    /// `linux/amd64`, …
    pub platforms: Vec<String>,
    /// `NAME=VALUE`, in order.
    pub env: Vec<String>,
    /// Its working directory.
    pub workdir: Option<String>,
    /// Its user.
    pub user: Option<String>,
    /// Its entrypoint.
    pub entrypoint: Vec<String>,
    /// Its command.
    pub cmd: Vec<String>,
    /// What is in it, by name; Debian packages as `apt:NAME`.
    pub packages: IndexMap<String, P>,
}

/// A package as it is written: version and path, both optional.
pub type Written = (Option<String>, Option<String>);

impl<P> Described<P> {
    /// The same with other packages, and with other texts where columns may stand.
    pub fn map<Q>(&self, text: impl Fn(&str) -> String, package: impl Fn(&P) -> Q) -> Described<Q> {
        let all = |texts: &[String]| texts.iter().map(|one| text(one)).collect();
        Described {
            name: text(&self.name),
            reference: text(&self.reference),
            platforms: self.platforms.clone(),
            env: all(&self.env),
            workdir: self.workdir.clone(),
            user: self.user.clone(),
            entrypoint: all(&self.entrypoint),
            cmd: all(&self.cmd),
            packages: self.packages.iter().map(|(name, had)| (name.clone(), package(had))).collect(),
        }
    }

    /// Whether anything is known of its config.
    pub fn has_config(&self) -> bool {
        !self.env.is_empty()
            || !self.cmd.is_empty()
            || !self.entrypoint.is_empty()
            || self.workdir.is_some()
            || self.user.is_some()
    }
}

impl<P> Default for Described<P> {
    fn default() -> Self {
        Self {
            name: String::new(),
            reference: String::new(),
            platforms: Vec::new(),
            env: Vec::new(),
            workdir: None,
            user: None,
            entrypoint: Vec::new(),
            cmd: Vec::new(),
            packages: IndexMap::new(),
        }
    }
}
