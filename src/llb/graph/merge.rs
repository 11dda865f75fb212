//! Merge, diff, build and passthrough.

use bollard_buildkit_proto::pb;

use crate::llb::graph::{EMPTY, Graph, Meta, Output, Parts, State, caps, index};
use crate::llb::wire;

/// An input of a passthrough.
#[derive(Clone, Debug)]
pub struct PassthroughInput {
    /// What goes in.
    pub state: State,
    /// Whether it comes out too.
    pub is_output: bool,
}

impl Graph {
    /// Lays file trees over each other; the values are those of the first.
    ///
    /// Empty trees are left out: none left is scratch, one left is that one.
    pub fn merge(&mut self, states: &[State], meta: Meta) -> State {
        let outputs: Vec<(&State, Output)> = states.iter().filter_map(|it| Some((it, it.output?))).collect();
        let first = match outputs.as_slice() {
            [] => return State::scratch(),
            [(only, _)] => return (*only).clone(),
            [(first, _), ..] => (*first).clone(),
        };
        let parts = Parts {
            body: wire::Body::Merge(pb::MergeOp {
                inputs: (0..outputs.len()).map(|place| pb::MergeInput { input: index(place) }).collect(),
            }),
            inputs: outputs.iter().map(|(_, output)| self.input(*output)).collect(),
            walk: outputs.iter().map(|(_, output)| output.vertex).collect(),
            platform: None,
            caps: caps(["mergeop"]),
        };
        let vertex = self.push(parts, Meta { platform: None, ..meta });
        first.at(Output { vertex, index: 0 }, None)
    }

    /// What `upper` has that `lower` has not, and what it removed; the values are those of `lower`.
    ///
    /// From an empty `lower` it is `upper` itself.
    pub fn diff(&mut self, lower: &State, upper: &State, meta: Meta) -> State {
        let Some(lower_output) = lower.output else { return upper.clone() };
        let mut inputs = vec![self.input(lower_output)];
        let mut walk = vec![lower_output.vertex];
        let upper_input = upper.output.map_or(EMPTY, |output| {
            inputs.push(self.input(output));
            walk.push(output.vertex);
            1
        });
        let parts = Parts {
            body: wire::Body::Diff(pb::DiffOp {
                lower: Some(pb::LowerDiffInput { input: 0 }),
                upper: Some(pb::UpperDiffInput { input: upper_input }),
            }),
            inputs,
            walk,
            platform: None,
            caps: caps(["diffop"]),
        };
        let vertex = self.push(parts, Meta { platform: None, ..meta });
        lower.at(Output { vertex, index: 0 }, None)
    }

    /// Builds the LLB that lies in a file of `source`: `filename`, or `buildkit.llb.definition`.
    pub fn build(&mut self, source: &State, filename: Option<&str>, meta: Meta) -> State {
        let filename = filename.filter(|name| !name.is_empty());
        let entry = wire::BuildInputEntry {
            key: Some("buildkit.llb.definition".to_owned()),
            value: Some(pb::BuildInput { input: 0 }),
        };
        let parts = Parts {
            body: wire::Body::Build(wire::BuildOp {
                builder: EMPTY,
                inputs: vec![entry],
                attrs: filename.map(|name| wire::TextEntry::new("llbbuild.filename", name)).into_iter().collect(),
            }),
            inputs: source.output.map(|output| self.input(output)).into_iter().collect(),
            walk: source.output.map(|output| output.vertex).into_iter().collect(),
            platform: self.platform_or_default(meta.platform.as_ref()),
            caps: caps(["source.buildop.llbfilename"]),
        };
        let vertex = self.push(parts, Meta { platform: None, ..meta });
        source.at(Output { vertex, index: 0 }, None)
    }

    /// Hands inputs on under a name; empty ones are left out. The result has one state for each output, starting fresh.
    pub fn passthrough(&mut self, id: &str, inputs: &[PassthroughInput], meta: Meta) -> Vec<State> {
        let present: Vec<(Output, bool)> =
            inputs.iter().filter_map(|it| Some((it.state.output?, it.is_output))).collect();
        let outputs: Vec<i64> = present
            .iter()
            .enumerate()
            .filter(|(_, (_, is_output))| *is_output)
            .map(|(place, _)| index(place))
            .collect();
        let count = outputs.len();
        let parts = Parts {
            body: wire::Body::Passthrough(wire::PassthroughOp { id: id.to_owned(), outputs }),
            inputs: present.iter().map(|(output, _)| self.input(*output)).collect(),
            walk: present.iter().map(|(output, _)| output.vertex).collect(),
            platform: None,
            caps: caps(["passthroughop"]),
        };
        let vertex = self.push(parts, Meta { platform: None, ..meta });
        (0..count).map(|place| self.fresh(Some(Output { vertex, index: index(place) }))).collect()
    }
}
