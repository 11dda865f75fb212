//! A [`Definition`] → the layers of its result, in order, as an exporter will write them.
//!
//! An image's history has an entry for each layer. What has none gets one from the engine, with the whole command in it;
//! so the entries are made here, from names that are made to be seen.

use std::collections::BTreeMap;
use std::rc::Rc;

use bollard_buildkit_proto::pb;
use prost::Message;

use crate::llb::definition::{Definition, Digest};
use crate::llb::wire::{Body, Op};

/// What one layer, or all layers of an image, come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// All layers of an image, by its complete reference.
    Image(String),
    /// One layer, by the name of the stage that made it.
    Stage(String),
}

/// A file tree as the layers it has; equal pointers are equal trees.
type Chain = Option<Rc<Link>>;

struct Link {
    layer: Layer,
    below: Chain,
}

/// Deep chains are taken apart in a loop: each link would drop the next one otherwise.
impl Drop for Link {
    fn drop(&mut self) {
        let mut next = self.below.take();
        while let Some(link) = next {
            next = Rc::try_unwrap(link).ok().and_then(|mut link| link.below.take());
        }
    }
}

/// The layers of the result, the lowest first. An op that cannot be read has one.
pub fn of(definition: &Definition) -> Vec<Layer> {
    let mut trees: BTreeMap<(String, i64), Chain> = BTreeMap::new();
    let mut result = None;
    for bytes in &definition.ops {
        let Ok(op) = Op::decode(bytes.as_slice()) else { continue };
        let digest = Digest::of(bytes).to_string();
        let inputs: Vec<Chain> =
            op.inputs.iter().map(|input| trees.get(&(input.digest.clone(), input.index)).cloned().flatten()).collect();
        let name = definition.metadata.get(&digest).and_then(|it| it.progress_group.as_ref()).map(|it| it.name.clone());
        let on = |below: Chain| push(below, Layer::Stage(name.clone().unwrap_or_default()));
        match &op.body {
            None => result = inputs.first().cloned().flatten(),
            Some(Body::Exec(exec)) => {
                for mount in exec.mounts.iter().filter(|mount| mount.output >= 0) {
                    trees.insert((digest.clone(), mount.output), on(input(&inputs, mount.input)));
                }
            }
            Some(Body::File(file)) => {
                for (output, below) in file_outputs(file, &inputs) {
                    trees.insert((digest.clone(), output), on(below));
                }
            }
            Some(Body::Merge(_)) => {
                let merged = inputs.iter().fold(None, stack);
                trees.insert((digest, 0), merged);
            }
            Some(Body::Diff(diff)) => {
                let side = |index: Option<i64>| index.and_then(|index| input(&inputs, index));
                let (lower, upper) = (side(diff.lower.map(|it| it.input)), side(diff.upper.map(|it| it.input)));
                let tree = above(&lower, &upper).unwrap_or_else(|| on(None));
                trees.insert((digest, 0), tree);
            }
            Some(Body::Source(source)) => {
                let image = source.identifier.strip_prefix("docker-image://");
                let tree = image.map_or_else(|| on(None), |image| push(None, Layer::Image(image.to_owned())));
                trees.insert((digest, 0), tree);
            }
            Some(Body::Build(_) | Body::Passthrough(_)) => {
                trees.insert((digest, 0), on(None));
            }
        }
    }
    layers(&result)
}

/// The outputs of an op on files, each with the tree that its first action starts at.
fn file_outputs(file: &pb::FileOp, inputs: &[Chain]) -> Vec<(i64, Chain)> {
    let mut bases: Vec<Chain> = Vec::new();
    let mut outputs = Vec::new();
    for action in &file.actions {
        let earlier = usize::try_from(action.input).ok().and_then(|at| at.checked_sub(inputs.len()));
        let base = match earlier {
            Some(at) => bases.get(at).cloned().flatten(),
            None => input(inputs, action.input),
        };
        if action.output >= 0 {
            outputs.push((action.output, base.clone()));
        }
        bases.push(base);
    }
    outputs
}

fn input(inputs: &[Chain], index: i64) -> Chain {
    usize::try_from(index).ok().and_then(|index| inputs.get(index)).cloned().flatten()
}

fn push(below: Chain, layer: Layer) -> Chain {
    Some(Rc::new(Link { layer, below }))
}

fn stack(below: Chain, tree: &Chain) -> Chain {
    match below {
        None => tree.clone(),
        Some(_) => layers(tree).into_iter().fold(below, push),
    }
}

/// What `upper` has above `lower`, if it was built on it.
fn above(lower: &Chain, upper: &Chain) -> Option<Chain> {
    let mut found = Vec::new();
    let mut at = upper.as_ref();
    loop {
        let is_lower = match (at, lower) {
            (Some(link), Some(lower)) => Rc::ptr_eq(link, lower),
            (at, lower) => at.is_none() && lower.is_none(),
        };
        if is_lower {
            return Some(found.into_iter().rev().fold(None, push));
        }
        let link = at?;
        found.push(link.layer.clone());
        at = link.below.as_ref();
    }
}

fn layers(tree: &Chain) -> Vec<Layer> {
    let mut found: Vec<Layer> =
        std::iter::successors(tree.as_ref(), |link| link.below.as_ref()).map(|link| link.layer.clone()).collect();
    found.reverse();
    found
}
