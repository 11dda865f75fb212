//! A definition's bytes → the decoded operations as a tree from the result down, in a form that does not depend on how a client
//! numbers, orders and digests them.

use std::collections::BTreeMap;

use bollard_buildkit_proto::pb;
use cogpack::llb::definition::Digest;
use pb::file_action::Action;
use prost::Message;

/// The operations of a definition as text: an operation, then, further right, what it reads.
///
/// Left out is what `buildkit-llb` cannot say: platforms and worker filters, permissions of directories and files that are
/// made, the removal of mount stubs, how a repository is fetched, caps.
pub fn tree(definition: &[u8]) -> String {
    let definition = pb::Definition::decode(definition).expect("a definition");
    let ops: BTreeMap<String, pb::Op> = definition
        .def
        .iter()
        .map(|bytes| (Digest::of(bytes).to_string(), pb::Op::decode(bytes.as_slice()).expect("an op")))
        .collect();
    let last = definition.def.last().expect("a terminal");
    let terminal = pb::Op::decode(last.as_slice()).expect("an op");
    assert!(terminal.op.is_none() && terminal.inputs.len() == 1, "the last op is a terminal: {terminal:?}");
    let mut trees = Trees { ops, metadata: definition.metadata, text: String::new() };
    trees.add("result", &terminal.inputs[0], 0);
    trees.text
}

struct Trees {
    ops: BTreeMap<String, pb::Op>,
    metadata: BTreeMap<String, pb::OpMetadata>,
    text: String,
}

impl Trees {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.push_str(&format!("{:depth$}{text}\n", "", depth = 2 * depth));
    }

    /// Adds what `input` is, under the name of what it is for.
    fn add(&mut self, role: &str, input: &pb::Input, depth: usize) {
        let op = self.ops.get(&input.digest).unwrap_or_else(|| panic!("{role} reads an op that is not there")).clone();
        let body = op.op.expect("only the terminal has no body");
        let output = output_name(&body, input.index);
        self.line(depth, &format!("{role}: {output}"));
        let metadata = self.metadata.get(&input.digest).cloned().unwrap_or_default();
        for (name, value) in &metadata.description {
            self.line(depth + 1, &format!("{name} = {value}"));
        }
        if metadata.ignore_cache {
            self.line(depth + 1, "ignores the cache");
        }
        match body {
            pb::op::Op::Source(source) => self.source(&source, depth + 1),
            pb::op::Op::Exec(exec) => self.exec(exec, &op.inputs, depth + 1),
            pb::op::Op::File(file) => self.file(file, &op.inputs, depth + 1),
            other => panic!("{role} is an op that is not compared: {other:?}"),
        }
    }

    fn source(&mut self, source: &pb::SourceOp, depth: usize) {
        self.line(depth, &source.identifier);
        for (name, value) in source.attrs.iter().filter(|(name, _)| !name.starts_with("git.")) {
            self.line(depth, &format!("{name} = {value}"));
        }
    }

    fn exec(&mut self, mut exec: pb::ExecOp, inputs: &[pb::Input], depth: usize) {
        let mut mounts = std::mem::take(&mut exec.mounts);
        mounts.sort_by(|a, b| a.dest.cmp(&b.dest));
        if let Some(meta) = &mut exec.meta {
            meta.remove_mount_stubs_recursive = false;
        }
        self.line(depth, &format!("{exec:?}"));
        for mount in mounts {
            // Only a bind has an output, and which number it has is the client's choice.
            let is_kept = mount.mount_type == i32::from(pb::MountType::Bind) && mount.output >= 0;
            let kept = if is_kept { "kept" } else { "not kept" };
            let shown = pb::Mount { input: 0, output: 0, ..mount.clone() };
            self.line(depth, &format!("{kept} {shown:?}"));
            self.slot(mount.input, inputs, "holds", depth + 1);
        }
    }

    fn file(&mut self, file: pb::FileOp, inputs: &[pb::Input], depth: usize) {
        for (place, action) in file.actions.into_iter().enumerate() {
            let mut body = action.action.expect("an action does something");
            match &mut body {
                Action::Mkdir(it) => it.mode = 0,
                Action::Mkfile(it) => it.mode = 0,
                _ => {}
            }
            self.line(depth, &format!("action {place} {body:?}"));
            self.slot(action.input, inputs, "on", depth + 1);
            self.slot(action.secondary_input, inputs, "from", depth + 1);
        }
    }

    /// What an index of a mount or an action means: nothing, an input, or an earlier action.
    fn slot(&mut self, index: i64, inputs: &[pb::Input], role: &str, depth: usize) {
        let Ok(index) = usize::try_from(index) else { return self.line(depth, &format!("{role}: nothing")) };
        match inputs.get(index) {
            Some(input) => self.add(role, input, depth),
            None => self.line(depth, &format!("{role}: action {}", index - inputs.len())),
        }
    }
}

/// Which of an op's outputs an index means.
fn output_name(body: &pb::op::Op, index: i64) -> String {
    match body {
        pb::op::Op::Exec(exec) => match exec.mounts.iter().find(|it| it.output == index && it.mount_type == 0) {
            Some(mount) => format!("`{}` of a command", mount.dest),
            None => panic!("no mount has the output {index}: {exec:?}"),
        },
        pb::op::Op::File(file) => match file.actions.iter().rposition(|it| it.output == index) {
            Some(place) => format!("action {place} of file actions"),
            None => panic!("no action has the output {index}: {file:?}"),
        },
        _ => format!("output {index}"),
    }
}
