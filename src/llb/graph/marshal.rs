//! A graph and the state that is its result → [`Definition`].

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use bollard_buildkit_proto::pb;

use crate::llb::definition::{Cap, Definition, Digest, Metadata, Source};
use crate::llb::graph::{FileRef, Graph, Location, State, caps, index};
use crate::llb::wire;

/// What has been written so far.
#[derive(Default)]
struct Writer {
    definition: Definition,
    /// The place of a file among the infos, in the order of first use.
    places: BTreeMap<FileRef, i32>,
    source: Source,
}

impl Graph {
    /// Everything that `result` needs, inputs before users, equal ops once. An empty `result` gives no ops at all.
    pub fn finish(mut self, result: &State) -> Definition {
        let Some(output) = result.output else { return Definition::default() };
        let terminal = wire::Op { inputs: vec![self.input(output)], ..wire::Op::default() }.to_bytes();
        let mut writer = Writer::default();
        for vertex in self.walk(output.vertex) {
            self.write(vertex, &mut writer);
        }
        let Writer { mut definition, source, .. } = writer;
        let metadata = Metadata { caps: terminal_caps(&definition), ..Metadata::default() };
        definition.metadata.insert(Digest::of(&terminal).to_text(), metadata);
        definition.ops.push(terminal);
        definition.source = Some(source);
        definition
    }

    /// The vertices that `root` needs and `root`, depth first.
    fn walk(&self, root: usize) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.vertices.len()];
        let mut open = vec![(root, 0)];
        seen[root] = true;
        while let Some((vertex, next)) = open.last_mut() {
            let walk = &self.vertices[*vertex].walk;
            match walk.get(*next) {
                Some(&input) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[input], true) {
                        open.push((input, 0));
                    }
                }
                None => {
                    order.push(*vertex);
                    open.pop();
                }
            }
        }
        order
    }

    /// Writes a vertex, which is empty afterwards: graphs are large, and each vertex is written once.
    fn write(&mut self, vertex: usize, writer: &mut Writer) {
        let taken = &mut self.vertices[vertex];
        let (bytes, metadata) = (std::mem::take(&mut taken.bytes), std::mem::take(&mut taken.metadata));
        let (own_digest, locations) = (taken.digest, std::mem::take(&mut taken.locations));
        let digest = own_digest.to_text();
        let locations = locations.iter().map(|it| self.location(it, writer)).collect::<Vec<_>>();
        writer.source.locations.entry(digest.clone()).or_default().locations.extend(locations);
        match writer.definition.metadata.entry(digest) {
            Entry::Vacant(entry) => {
                entry.insert(metadata);
                writer.definition.ops.push(bytes);
            }
            Entry::Occupied(mut entry) => entry.get_mut().merge(&metadata),
        }
    }

    fn location(&self, location: &Location, writer: &mut Writer) -> pb::Location {
        let infos = &mut writer.source.infos;
        let place = *writer.places.entry(location.file).or_insert_with(|| {
            let file = self.files.get_index(location.file.0);
            infos.push(file.map_or_else(pb::SourceInfo::default, |file| pb::SourceInfo {
                filename: file.filename.clone(),
                data: file.data.clone(),
                definition: None,
                language: file.language.clone(),
            }));
            i32::try_from(index(infos.len() - 1)).unwrap_or(i32::MAX)
        });
        pb::Location { source_index: place, ranges: location.ranges.clone() }
    }
}

/// What the terminal needs the daemon to know: all graphs two things, some more by what their ops have.
fn terminal_caps(definition: &Definition) -> BTreeSet<Cap> {
    let mut found = caps(["constraints", "platform"]);
    let mut need = |is_used: fn(&Metadata) -> bool, cap| {
        found.extend(definition.metadata.values().any(is_used).then_some(Cap::Borrowed(cap)));
    };
    need(|it| it.ignore_cache, "meta.ignorecache");
    need(|it| !it.description.is_empty(), "meta.description");
    need(|it| it.export_cache.is_some(), "meta.exportcache");
    found
}
