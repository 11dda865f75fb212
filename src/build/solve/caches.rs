//! Where steps come from and go to → what the daemon is told of it, and the folders here that it reads and writes.

use std::path::Path;

use bollard_buildkit_proto::moby::buildkit::v1::frontend;
use bollard_buildkit_proto::moby::buildkit::v1::{CacheOptions, CacheOptionsEntry};
use indexmap::IndexMap;

use crate::build::engine::Features;
use crate::build::failure::Failure;
use crate::build::progress::{Event, Events};
use crate::build::request::{Cache, Request};
use crate::build::session::Folder;
use crate::diagnostic::Diagnostic;

/// The type of caches in folders here.
const LOCAL: &str = "local";

/// What a cache in a folder is called that nobody gave a name.
const TAG: &str = "latest";

/// The caches of a build, looked at.
pub(super) struct Caches {
    from: Vec<Cache>,
    to: Vec<Cache>,
    folders: IndexMap<String, Folder>,
}

impl Caches {
    /// Looks at them: what the engine cannot do and what cannot be written is refused, what cannot be read is a warning.
    pub fn open(features: &Features, request: &Request, events: &Events) -> Result<Self, Failure> {
        let mut caches = Self { from: Vec::new(), to: Vec::new(), folders: IndexMap::new() };
        for cache in &request.cache_to {
            features.can_cache(&cache.kind)?;
        }
        for cache in &request.cache_from {
            features.can_use_cache(&cache.kind)?;
        }
        for cache in &request.cache_from {
            match caches.readable(cache) {
                Ok(readable) => caches.from.push(readable),
                Err(warning) => drop(events.send(Event::Warning(warning))),
            }
        }
        for cache in &request.cache_to {
            let writable = caches.writable(cache)?;
            caches.to.push(writable);
        }
        Ok(caches)
    }

    fn readable(&mut self, cache: &Cache) -> Result<Cache, Box<Diagnostic>> {
        if cache.kind != LOCAL {
            return Ok(cache.clone());
        }
        let (path, tag) = (attribute(cache, "src"), tag(cache));
        let digest = cache.attributes.get("digest").map(String::as_str);
        let (folder, digest) = Folder::to_read(Path::new(path), tag, digest)?;
        let mut readable = self.offered(cache, "src", folder);
        readable.attributes.insert("digest".to_owned(), digest);
        Ok(readable)
    }

    fn writable(&mut self, cache: &Cache) -> Result<Cache, Failure> {
        if cache.kind != LOCAL {
            return Ok(cache.clone());
        }
        let ignores_errors = attribute(cache, "ignore-error") == "true";
        let folder = Folder::to_write(Path::new(attribute(cache, "dest")), tag(cache), ignores_errors);
        let folder = folder.map_err(|found| Failure::refused(*found))?;
        Ok(self.offered(cache, "dest", folder))
    }

    /// The folder under a number: its path is nobody else's business.
    fn offered(&mut self, cache: &Cache, key: &str, folder: Folder) -> Cache {
        let number = self.folders.len().to_string();
        self.folders.insert(format!("{LOCAL}:{number}"), folder);
        let mut offered = cache.clone();
        offered.attributes.insert(key.to_owned(), number);
        offered.attributes.shift_remove("tag");
        offered
    }

    /// What a job is told.
    pub fn message(&self) -> CacheOptions {
        let entry = |cache: &Cache| CacheOptionsEntry {
            r#type: cache.kind.clone(),
            attrs: cache.attributes.clone().into_iter().collect(),
        };
        CacheOptions {
            exports: self.to.iter().map(entry).collect(),
            imports: self.from.iter().map(entry).collect(),
            ..CacheOptions::default()
        }
    }

    /// What a solve of the gateway reads.
    pub fn imports(&self) -> Vec<frontend::CacheOptionsEntry> {
        let entry = |cache: &Cache| frontend::CacheOptionsEntry {
            r#type: cache.kind.clone(),
            attrs: cache.attributes.clone().into_iter().collect(),
        };
        self.from.iter().map(entry).collect()
    }

    /// The folders that a session offers, by the ids that the daemon has for them.
    pub fn folders(&self) -> IndexMap<String, Folder> {
        self.folders.clone()
    }

    /// Ends the writing of folders, after a build that went well.
    pub async fn keep(&self, events: &Events) -> Result<(), Failure> {
        for folder in self.folders.values() {
            let keeping = folder.clone();
            match tokio::task::spawn_blocking(move || keeping.keep()).await {
                Ok(Err(found)) if folder.ignores_errors() => {
                    let _ = events.send(Event::Warning(Box::new(found.into_warning())));
                }
                Ok(Err(found)) => return Err(Failure::build(*found)),
                // A thread that ends early has nothing to tell.
                Ok(Ok(())) | Err(_) => {}
            }
        }
        Ok(())
    }
}

fn attribute<'c>(cache: &'c Cache, key: &str) -> &'c str {
    cache.attributes.get(key).map_or("", String::as_str)
}

fn tag(cache: &Cache) -> &str {
    Some(attribute(cache, "tag")).filter(|tag| !tag.is_empty()).unwrap_or(TAG)
}
