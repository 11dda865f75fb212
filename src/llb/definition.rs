//! [`Definition`]: a marshalled graph, as BuildKit takes it; to bytes and back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use bollard_buildkit_proto::pb;
use prost::{Message, encoding};
use sha2::{Digest as _, Sha256};

use crate::llb::wire;

/// The sha256 of an op's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// `sha256:` and 64 hex digits.
    pub fn to_text(self) -> String {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0u8; 71];
        text[..7].copy_from_slice(b"sha256:");
        for (byte, pair) in self.0.iter().zip(text[7..].chunks_exact_mut(2)) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        std::str::from_utf8(&text).unwrap_or_default().to_owned()
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// A marshalled graph: ops with inputs before users, and what lies beside them.
///
/// The last op is the terminal, whose only input is the result. A result that is an empty file tree is a definition
/// without ops; a plain solve refuses that one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition {
    /// The ops' bytes; the terminal last.
    pub ops: Vec<Vec<u8>>,
    /// By the digest of the op, the terminal included.
    pub metadata: BTreeMap<String, Metadata>,
    /// Where the ops come from; absent when there are no ops.
    pub source: Option<Source>,
}

/// The name of something that a daemon may know. Those of a graph that is built here stand in the program.
pub type Cap = Cow<'static, str>;

/// What lies beside an op and is not in its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Runs even when the cache has it.
    pub ignore_cache: bool,
    /// For people; `llb.customname` is what progress shows.
    pub description: BTreeMap<String, String>,
    /// Whether it is exported with the cache; absent: as the build says.
    pub export_cache: Option<bool>,
    /// What it needs the daemon to know.
    pub caps: BTreeSet<Cap>,
    /// What progress shows it under.
    pub progress_group: Option<ProgressGroup>,
    /// Its limits.
    pub resources: Option<wire::LinuxResources>,
}

impl Metadata {
    /// Takes over what `later`, of an equal op, says; where both say something, `later` wins.
    pub(crate) fn merge(&mut self, later: &Self) {
        self.ignore_cache |= later.ignore_cache;
        self.description.extend(later.description.iter().map(|(name, value)| (name.clone(), value.clone())));
        self.export_cache = later.export_cache.or(self.export_cache);
        self.caps.extend(later.caps.iter().cloned());
        if later.progress_group.is_some() {
            self.progress_group.clone_from(&later.progress_group);
        }
        if later.resources.is_some() {
            self.resources.clone_from(&later.resources);
        }
    }
}

/// Vertices that progress shows as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgressGroup {
    /// What makes two groups the same.
    pub id: String,
    /// What is shown.
    pub name: String,
    /// Shown only when it has more than one vertex.
    pub weak: bool,
}

/// Where the ops come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// The files, in the order of first use.
    pub infos: Vec<pb::SourceInfo>,
    /// By the digest of the op; the terminal has none.
    pub locations: BTreeMap<String, pb::Locations>,
}

impl Source {
    /// Without ops that come from nowhere. An empty message is left out of a map's entry on the wire, and daemons before
    /// 0.17 read that as no message at all: when such an op fails, they crash.
    fn to_message(&self) -> pb::Source {
        let known = self.locations.iter().filter(|(_, it)| !it.locations.is_empty());
        let locations = known.map(|(digest, it)| (digest.clone(), it.clone())).collect();
        pb::Source { locations, infos: self.infos.clone() }
    }
}

/// How many bytes lie beside an op, about: its metadata and its location.
const BESIDE_OP: usize = 640;

impl Definition {
    /// The protobuf bytes: the same graph gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Field by field, as `wire::Definition` has them, so that the ops need not be copied into a message.
        let texts = self.source.iter().flat_map(|source| &source.infos).map(|info| info.data.len());
        let held: usize = self.ops.iter().map(Vec::len).chain(texts).sum();
        let mut bytes = Vec::with_capacity(held + BESIDE_OP * self.ops.len());
        for op in &self.ops {
            encoding::bytes::encode(1, op, &mut bytes);
        }
        for (digest, it) in &self.metadata {
            let entry = wire::MetadataEntry { key: Some(digest.clone()), value: Some(it.to_wire()) };
            encoding::message::encode(2, &entry, &mut bytes);
        }
        if let Some(source) = &self.source {
            encoding::message::encode(3, &source.to_wire(), &mut bytes);
        }
        bytes
    }

    /// Reads what [`Definition::to_bytes`] wrote. Fails when it is not a protobuf message of that shape.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, prost::DecodeError> {
        wire::Definition::decode(bytes).map(Self::from_wire)
    }

    /// The generated message, for a request to the daemon. It has all but resource limits.
    pub fn to_message(&self) -> pb::Definition {
        pb::Definition {
            def: self.ops.clone(),
            metadata: self.metadata.iter().map(|(digest, it)| (digest.clone(), it.to_message())).collect(),
            source: self.source.as_ref().map(Source::to_message),
        }
    }

    /// Lets every op run even when the cache has it.
    pub fn ignore_cache(&mut self) {
        let terminal = self.ops.last().map(|op| Digest::of(op).to_string());
        for (digest, metadata) in &mut self.metadata {
            metadata.ignore_cache |= Some(digest) != terminal.as_ref();
        }
    }

    fn from_wire(wire: wire::Definition) -> Self {
        Self {
            ops: wire.def,
            metadata: wire
                .metadata
                .into_iter()
                .map(|it| (it.key.unwrap_or_default(), Metadata::from_wire(it.value.unwrap_or_default())))
                .collect(),
            source: wire.source.map(|source| Source {
                locations: source
                    .locations
                    .into_iter()
                    .map(|it| (it.key.unwrap_or_default(), it.value.unwrap_or_default()))
                    .collect(),
                infos: source.infos,
            }),
        }
    }
}

impl Source {
    fn to_wire(&self) -> wire::Source {
        wire::Source {
            locations: self
                .locations
                .iter()
                .map(|(digest, it)| wire::LocationsEntry { key: Some(digest.clone()), value: Some(it.clone()) })
                .collect(),
            infos: self.infos.clone(),
        }
    }
}

impl Metadata {
    fn to_wire(&self) -> wire::OpMetadata {
        wire::OpMetadata {
            ignore_cache: self.ignore_cache,
            description: self.description.iter().map(|(key, value)| wire::TextEntry::new(key, value)).collect(),
            export_cache: self.export_cache.map(|value| pb::ExportCache { value }),
            caps: self
                .caps
                .iter()
                .map(|cap| wire::CapEntry { key: Some(cap.to_string()), value: Some(true) })
                .collect(),
            progress_group: self.progress_group.as_ref().map(ProgressGroup::to_message),
            linux_resources: self.resources.clone(),
        }
    }

    fn from_wire(wire: wire::OpMetadata) -> Self {
        Self {
            ignore_cache: wire.ignore_cache,
            description: wire
                .description
                .into_iter()
                .map(|it| (it.key.unwrap_or_default(), it.value.unwrap_or_default()))
                .collect(),
            export_cache: wire.export_cache.map(|it| it.value),
            caps: wire.caps.into_iter().filter_map(|it| it.key).map(Cow::Owned).collect(),
            progress_group: wire.progress_group.map(|it| ProgressGroup { id: it.id, name: it.name, weak: it.weak }),
            resources: wire.linux_resources,
        }
    }

    fn to_message(&self) -> pb::OpMetadata {
        pb::OpMetadata {
            ignore_cache: self.ignore_cache,
            description: self.description.clone(),
            export_cache: self.export_cache.map(|value| pb::ExportCache { value }),
            caps: self.caps.iter().map(|cap| (cap.to_string(), true)).collect(),
            progress_group: self.progress_group.as_ref().map(ProgressGroup::to_message),
        }
    }
}

impl ProgressGroup {
    /// As the daemon knows it.
    pub fn to_message(&self) -> pb::ProgressGroup {
        pb::ProgressGroup { id: self.id.clone(), name: self.name.clone(), weak: self.weak }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_no_op_that_comes_from_nowhere() {
        let somewhere = pb::Locations { locations: vec![pb::Location { source_index: 0, ranges: Vec::new() }] };
        let locations = [("a".to_owned(), pb::Locations::default()), ("b".to_owned(), somewhere)].into_iter().collect();
        let definition = Definition { source: Some(Source { infos: Vec::new(), locations }), ..Definition::default() };
        let source = definition.to_message().source.unwrap_or_default();
        assert_eq!(source.locations.keys().collect::<Vec<_>>(), ["b"]);
        // The bytes are those of BuildKit's Go client, which writes the empty message out.
        assert_eq!(Definition::from_bytes(&definition.to_bytes()), Ok(definition));
    }
}
