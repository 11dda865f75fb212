//! A [`Tree`] → [`Project`]: `cog.yaml`, `cogpack.toml` and the Python requirements; all else is read on demand.

#![expect(clippy::result_large_err, reason = "a finding is rare, and made once for a file")]

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Sink};
use crate::ignore::Ignore;
use crate::project::config::{Config, split_reference};
use crate::project::data::{Data, Format};
use crate::project::documents::Documents;
use crate::project::packages::{self, Packages};
use crate::project::settings::Settings;
use crate::project::tree::Tree;
use crate::project::{error, mistake, path};
use crate::source::SourceMap;

/// Cog's config file.
pub const CONFIG_FILE: &str = "cog.yaml";

/// What a project says to the compiler itself.
pub const SETTINGS_FILE: &str = "cogpack.toml";

/// What is not sent to the engine, by moby's rules.
pub const IGNORE_FILE: &str = ".dockerignore";

/// The directory being packaged, as far as the compiler looks at it.
pub struct Project {
    /// `cog.yaml`; empty when there is none.
    pub config: Config,
    /// `cogpack.toml`; empty when there is none.
    pub settings: Settings,
    /// Every Python requirement.
    pub packages: Packages,
    /// What `.dockerignore` keeps out of the context.
    pub ignore: Ignore,
    documents: Documents,
}

impl Project {
    /// Reads what every compilation needs; what is wrong in it goes to `sink`, and the rest is there.
    pub fn read(tree: Box<dyn Tree>, sources: &SourceMap, sink: &mut Sink) -> Self {
        let documents = Documents::new(tree);
        let config = read_document(&documents, sources, Format::Yaml, CONFIG_FILE, sink)
            .map(|data| Config::read(&data, data.span.file, sink))
            .unwrap_or_default();
        let settings = read_document(&documents, sources, Format::Toml, SETTINGS_FILE, sink)
            .map(|data| Settings::read(&data, data.span.file, sink))
            .unwrap_or_default();
        check_code(&config, &documents, sink);
        check_weights(&config, sink);
        let packages = packages::read(&documents, sources, &config, sink);
        let ignore = read_ignore(&documents, sources, sink);
        Self { config, settings, packages, ignore, documents }
    }

    /// Its files.
    pub fn tree(&self) -> &dyn Tree {
        self.documents.tree()
    }

    /// A file as a document, parsed at most once; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read, the path leads out of the project, or the file is not a document of this format.
    pub fn document(&self, sources: &SourceMap, format: Format, path: &str) -> Result<Option<Rc<Data>>, Diagnostic> {
        self.documents.document(sources, format, path)
    }

    /// The text of a file; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not text, or the path leads out of the project.
    pub fn text(&self, path: &str) -> Result<Option<Arc<str>>, Diagnostic> {
        self.documents.text(path)
    }
}

impl fmt::Debug for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Project")
            .field("config", &self.config)
            .field("settings", &self.settings)
            .field("packages", &self.packages)
            .finish_non_exhaustive()
    }
}

fn read_document(
    documents: &Documents,
    sources: &SourceMap,
    format: Format,
    path: &str,
    sink: &mut Sink,
) -> Option<Rc<Data>> {
    match documents.document(sources, format, path) {
        Ok(data) => data,
        Err(found) => {
            sink.push(found);
            None
        }
    }
}

/// The files that `run`, `predict` and `train` name should be there.
fn check_code(config: &Config, documents: &Documents, sink: &mut Sink) {
    for reference in [&config.run, &config.predict, &config.train].into_iter().flatten() {
        let file = split_reference(&reference.value).and_then(|(file, _)| path::inside("", file));
        match file.map(|file| (documents.text(&file), file)) {
            Some((Ok(None), file)) => sink.push(mistake::code_missing(&file, reference.span)),
            Some((Err(found), _)) => sink.push(found.at(reference.span, "named here")),
            _ => {}
        }
    }
}

/// Weights are files of the project: nothing says which bytes lie behind an address, so none is fetched.
fn check_weights(config: &Config, sink: &mut Sink) {
    for (weight, source) in config.weight_sources().filter(|(_, source)| source.path().is_none()) {
        sink.push(mistake::weights_elsewhere(&source.uri.value, &weight.name.value, source.uri.span));
    }
}

fn read_ignore(documents: &Documents, sources: &SourceMap, sink: &mut Sink) -> Ignore {
    let (file, text) = match documents.file(sources, IGNORE_FILE) {
        Ok(Some(found)) => found,
        Ok(None) => return Ignore::default(),
        Err(found) => {
            sink.push(found);
            return Ignore::default();
        }
    };
    Ignore::parse(&text).unwrap_or_else(|invalid| {
        invalid.iter().for_each(|line| sink.push(error::ignore_pattern(file, line)));
        Ignore::default()
    })
}
