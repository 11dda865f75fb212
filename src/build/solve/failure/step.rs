//! The step that failed: its op in the definition, its output in the model, its place in a block.

use std::collections::BTreeMap;

use bollard_buildkit_proto::pb;
use bollard_buildkit_proto::pb::op::Op;
use prost::Message as _;

use crate::build::progress::{Model, Vertex};
use crate::build::request::{Places, Target};
use crate::build::solve::failure::details::{Details, Place};
use crate::diagnostic::Label;
use crate::llb::definition::{Definition, Digest};
use crate::llb::reference::normalize;
use crate::plan::model::{Input, Origin};

/// The name that progress shows, in an op's description.
const CUSTOM_NAME: &str = "llb.customname";
/// What the daemon calls looking up an image's config.
const LOOK_UP: &str = "[internal] load metadata for ";
/// How many lines of a command are shown.
const MOST_COMMAND_LINES: usize = 8;

/// The step that failed, as far as it is known.
#[derive(Default)]
pub(super) struct Step<'a> {
    definition: Option<&'a Definition>,
    digest: String,
    op: Option<pb::Op>,
    vertex: Option<&'a Vertex>,
}

impl<'a> Step<'a> {
    pub fn find(details: &Details, definitions: &'a [Definition], model: &'a Model) -> Self {
        let told = details.vertex.as_deref();
        let vertex = told.and_then(|digest| model.vertex(digest)).or_else(|| model.failed());
        let Some(digest) = told.or(vertex.map(|vertex| vertex.digest.as_str())) else { return Self::default() };
        let by_digest = definitions.iter().find_map(|definition| {
            let bytes = definition.ops.iter().find(|op| Digest::of(op).to_string() == digest)?;
            Some((definition, digest.to_owned(), bytes))
        });
        // A daemon that does not use its cache may give a step another digest. Its name stays.
        let name = vertex.map(|vertex| vertex.name.as_str()).filter(|name| !name.is_empty());
        let by_name = || name.and_then(|name| definitions.iter().find_map(|definition| named(definition, name)));
        match by_digest.or_else(by_name) {
            Some((definition, digest, bytes)) => {
                Self { definition: Some(definition), digest, op: pb::Op::decode(bytes.as_slice()).ok(), vertex }
            }
            None => Self { digest: digest.to_owned(), vertex, ..Self::default() },
        }
    }

    /// What it was to do, for a sentence.
    pub fn words(&self) -> Option<&'a str> {
        let name = self.vertex?.name.as_str();
        let words = name.split_once("] ").map_or(name, |(_, words)| words);
        Some(words.strip_prefix("run ").unwrap_or(words)).filter(|words| !words.is_empty())
    }

    /// The stage it belongs to.
    pub fn stage(&self) -> Option<&'a str> {
        self.vertex?.group.as_ref().map(|group| group.id.as_str())
    }

    /// Whether it runs a program.
    pub fn is_exec(&self) -> bool {
        matches!(self.op.as_ref().and_then(|op| op.op.as_ref()), Some(Op::Exec(_)))
    }

    /// Whether it copies and writes files.
    pub fn is_copy(&self) -> bool {
        matches!(self.op.as_ref().and_then(|op| op.op.as_ref()), Some(Op::File(_)))
    }

    /// Whether its program can reach a network.
    pub fn has_network(&self) -> bool {
        match self.op.as_ref().and_then(|op| op.op.as_ref()) {
            Some(Op::Exec(exec)) => exec.network() != pb::NetMode::None,
            _ => true,
        }
    }

    /// How many steps it lies on.
    pub fn depth(&self) -> usize {
        let Some(definition) = self.definition else { return 0 };
        let ops: BTreeMap<String, &Vec<u8>> =
            definition.ops.iter().map(|bytes| (Digest::of(bytes).to_string(), bytes)).collect();
        // The first input is what the files of a step start from.
        let below = |digest: &String| {
            let op = pb::Op::decode(ops.get(digest)?.as_slice()).ok()?;
            op.inputs.first().map(|input| input.digest.clone()).filter(|digest| !digest.is_empty())
        };
        std::iter::successors(Some(self.digest.clone()), below).take(ops.len()).count().saturating_sub(1)
    }

    /// The program, after `$`.
    pub fn command(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(command) = self.program() {
            let all = command.trim_end().lines().count();
            for (index, line) in command.trim_end().lines().take(MOST_COMMAND_LINES).enumerate() {
                lines.push(format!("{} {line}", if index == 0 { '$' } else { '>' }));
            }
            if all > MOST_COMMAND_LINES {
                lines.push(format!("> … {} more lines", all - MOST_COMMAND_LINES));
            }
        }
        lines
    }

    /// What it wrote last.
    pub fn log(&self) -> impl Iterator<Item = &'a str> {
        self.vertex.into_iter().flat_map(|vertex| vertex.log())
    }

    /// What it wrote last, in lower case.
    pub fn said(&self) -> String {
        self.log().collect::<Vec<_>>().join("\n").to_lowercase()
    }

    fn program(&self) -> Option<String> {
        let Op::Exec(exec) = self.op.as_ref()?.op.as_ref()? else { return None };
        let args = &exec.meta.as_ref()?.args;
        match args.as_slice() {
            [shell, flag, command] if shell == "/bin/sh" && flag == "-c" => Some(command.clone()),
            [] => None,
            args => Some(args.join(" ")),
        }
    }

    /// The image that it reads, complete.
    pub fn image(&self) -> Option<String> {
        if let Some(Op::Source(source)) = self.op.as_ref().and_then(|op| op.op.as_ref()) {
            return source.identifier.strip_prefix("docker-image://").map(str::to_owned);
        }
        self.vertex?.name.strip_prefix(LOOK_UP).map(str::to_owned)
    }

    /// Whether it copies from a directory of the user's.
    pub fn copies_from_context(&self) -> bool {
        let Some((definition, op)) = self.definition.zip(self.op.as_ref()) else { return false };
        let is_context = |bytes: &Vec<u8>| {
            let source = pb::Op::decode(bytes.as_slice()).ok().and_then(|op| op.op);
            matches!(source, Some(Op::Source(source)) if source.identifier.starts_with("local://"))
        };
        let inputs: Vec<&str> = op.inputs.iter().map(|input| input.digest.as_str()).collect();
        let mut read = definition.ops.iter().filter(|bytes| inputs.contains(&Digest::of(bytes).to_string().as_str()));
        read.any(is_context)
    }

    /// Where it is written: as the daemon says, as the definition says, or where the plan names the image.
    pub fn label(&self, details: &Details, targets: &[Target], places: &Places) -> Option<Label> {
        let place = self.place().or_else(|| details.place.clone());
        if let Some(label) = place.and_then(|place| places.label(&origin(&place))) {
            return Some(label);
        }
        let image = self.image()?;
        let stages = targets.iter().flat_map(|target| &target.plan.stages);
        let reads =
            |written: &String| *written == image || normalize(written).is_some_and(|complete| complete == image);
        let mut places = stages
            .filter(|stage| matches!(&stage.source, Input::Image { image } if reads(image)))
            .filter_map(|stage| places.label(stage.origin.as_ref()?));
        places.next()
    }

    fn place(&self) -> Option<Place> {
        let source = self.definition?.source.as_ref()?;
        let location = source.locations.get(&self.digest)?.locations.first()?;
        let info = source.infos.get(usize::try_from(location.source_index).ok()?)?;
        let range = location.ranges.first()?;
        let number = |value: i32| u32::try_from(value).unwrap_or(0);
        let position = |it: pb::Position| (number(it.line), number(it.character));
        Some(Place { file: info.filename.clone(), start: position(range.start?), end: position(range.end?) })
    }
}

/// The op of this name.
fn named<'a>(definition: &'a Definition, name: &str) -> Option<(&'a Definition, String, &'a Vec<u8>)> {
    let (digest, _) = definition
        .metadata
        .iter()
        .find(|(_, metadata)| metadata.description.get(CUSTOM_NAME).is_some_and(|other| other == name))?;
    let bytes = definition.ops.iter().find(|op| Digest::of(op).to_string() == *digest)?;
    Some((definition, digest.clone(), bytes))
}

/// Plans count both lines and columns from 1.
fn origin(place: &Place) -> Origin {
    Origin {
        block: String::new(),
        file: place.file.clone(),
        line: place.start.0,
        column: place.start.1.saturating_add(1),
        end_line: place.end.0,
        end_column: place.end.1.saturating_add(1),
    }
}
