//! Step 5: the base images, one to build on and one that the image starts from.

use std::cmp::Reverse;

use indexmap::IndexMap;

use crate::check::hir::Need;
use crate::check::phase::Side;
use crate::diagnostic::Sink;
use crate::resolve::image::{Image, Images};
use crate::resolve::trace::{Decision, Trace};
use crate::resolve::{Dependency, Inputs, Participant, error};
use crate::source::Span;

/// What a pair of one image with itself provides.
pub const SAME_BASE: &str = "same-base";

/// The two base images.
#[derive(Clone, Debug, PartialEq)]
pub struct BasePair {
    /// What `build.*` starts from.
    pub build: Image,
    /// What `export.*` starts from.
    pub runtime: Image,
}

impl BasePair {
    /// One of the two.
    pub fn image(&self, side: Side) -> &Image {
        match side {
            Side::Build => &self.build,
            Side::Runtime => &self.runtime,
        }
    }

    /// Whether both have a package, at the resolved version (if one was resolved) and the same path.
    pub fn has(&self, package: &str, dependencies: &IndexMap<String, Dependency>) -> bool {
        let (Some(build), Some(runtime)) = (self.build.packages.get(package), self.runtime.packages.get(package))
        else {
            return false;
        };
        let fits = match dependencies.get(package).and_then(|dependency| dependency.version.as_ref()) {
            Some(version) => build.version.as_ref() == Some(version) && runtime.version.as_ref() == Some(version),
            None => build.version == runtime.version,
        };
        fits && build.path == runtime.path
    }
}

/// The pair that satisfies most of the resolution; ties by fewer unneeded packages, then by declared order.
pub fn choose(
    inputs: &Inputs<'_>,
    participants: &[Participant<'_>],
    dependencies: &IndexMap<String, Dependency>,
    trace: &mut Trace,
    sink: &mut Sink,
) -> Option<BasePair> {
    let images = &inputs.library.images;
    let needs = unprovided_needs(participants);
    let mut reasons: IndexMap<String, Vec<String>> = IndexMap::new();
    let mut best: Option<(BasePair, (usize, Reverse<usize>), usize)> = None;
    for pair in pairs(images) {
        let name = pair_name(&pair);
        if let Err(reason) = usable(inputs, &pair, &needs, dependencies) {
            reasons.entry(reason.clone()).or_default().push(format!("`{name}`"));
            trace.images.push(decision(name, reason));
            continue;
        }
        let score = score(&pair, &needs, dependencies);
        let (satisfied, Reverse(unneeded)) = score;
        let reason = format!("it has {satisfied} of {} dependencies, and {unneeded} more packages", dependencies.len());
        trace.images.push(decision(name, reason));
        if best.as_ref().is_none_or(|(_, known, _)| score > *known) {
            best = Some((pair, score, trace.images.len() - 1));
        }
    }
    let Some((pair, _, index)) = best else {
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, names)| format!("{reason}: {}", names.join(", "))).collect();
        sink.push(error::no_base(&reasons, place(inputs, images, &needs, dependencies)));
        return None;
    };
    trace.images[index].chosen = true;
    Some(pair)
}

/// Declared pairs, and each image with itself.
fn pairs(images: &Images) -> Vec<BasePair> {
    let declared = images.pairs.iter().filter_map(|(build, runtime)| {
        Some(BasePair { build: images.by_name.get(build)?.clone(), runtime: images.by_name.get(runtime)?.clone() })
    });
    let alone = images.by_name.values().map(|image| BasePair { build: image.clone(), runtime: image.clone() });
    declared.chain(alone).collect()
}

fn pair_name(pair: &BasePair) -> String {
    if pair.build.name == pair.runtime.name {
        pair.build.name.clone()
    } else {
        format!("{} + {}", pair.build.name, pair.runtime.name)
    }
}

/// What no block provides: a base image must.
fn unprovided_needs<'a>(participants: &[Participant<'a>]) -> Vec<&'a Need> {
    participants
        .iter()
        .flat_map(|participant| {
            let block = participant.block;
            block.needs.iter().filter(|need| !participant.providers.contains_key(&need.name.text))
        })
        .collect()
}

fn usable(
    inputs: &Inputs<'_>,
    pair: &BasePair,
    needs: &[&Need],
    dependencies: &IndexMap<String, Dependency>,
) -> Result<(), String> {
    let platform = format!("{}/{}", inputs.platform.0, inputs.platform.1);
    for image in [&pair.build, &pair.runtime] {
        if !image.platforms.contains(&platform) {
            return Err(format!("not made for `{platform}`"));
        }
    }
    for need in needs {
        let name = need.name.text.as_str();
        if name == SAME_BASE {
            if pair.build != pair.runtime {
                return Err("not one image for both sides, which a block needs".into());
            }
            continue;
        }
        for side in [Side::Build, Side::Runtime] {
            let wanted = need.side.is_none_or(|only| only == side);
            if wanted && !pair.image(side).packages.contains_key(name) {
                return Err(format!("no `{name}` in {side}"));
            }
        }
    }
    for (name, dependency) in dependencies {
        if inputs.library.catalogs.contains_key(name) || dependency.requirements.is_empty() {
            continue;
        }
        let has = |image: &Image| {
            let version = image.packages.get(name).and_then(|package| package.version.as_ref());
            version
                .is_some_and(|version| dependency.requirements.iter().all(|asked| asked.constraint.contains(version)))
        };
        if !has(&pair.build) || !has(&pair.runtime) {
            return Err(format!("no `{name}` at the version that is asked for"));
        }
    }
    Ok(())
}

/// Where what no image has is asked for; else where anything is.
fn place(
    inputs: &Inputs<'_>,
    images: &Images,
    needs: &[&Need],
    dependencies: &IndexMap<String, Dependency>,
) -> Option<Span> {
    let of_needs = needs.iter().map(|need| (need.name.text.as_str(), need.name.span));
    let of_images = dependencies
        .iter()
        .filter(|(name, _)| !inputs.library.catalogs.contains_key(name))
        .filter_map(|(name, dependency)| Some((name.as_str(), dependency.requirements.first()?.span)));
    let asked: Vec<(&str, Span)> = of_needs.chain(of_images).collect();
    let is_nowhere = |name: &str| !images.by_name.values().any(|image| image.packages.contains_key(name));
    let first = asked.iter().find(|(name, _)| *name != SAME_BASE && is_nowhere(name)).or(asked.first());
    first.map(|(_, span)| *span)
}

/// How many dependencies the pair has, then how few packages that nobody asked for.
fn score(pair: &BasePair, needs: &[&Need], dependencies: &IndexMap<String, Dependency>) -> (usize, Reverse<usize>) {
    let satisfied = dependencies.keys().filter(|name| pair.has(name, dependencies)).count();
    let is_needed = |package: &str| {
        package.starts_with("apt:")
            || needs.iter().any(|need| need.name.text == package)
            || (dependencies.contains_key(package) && pair.has(package, dependencies))
    };
    let unneeded = [&pair.build, &pair.runtime]
        .into_iter()
        .flat_map(|image| image.packages.keys())
        .filter(|package| !is_needed(package))
        .count();
    (satisfied, Reverse(unneeded))
}

fn decision(name: String, reason: String) -> Decision {
    Decision { name, chosen: false, reason, predicate: None, place: None, files: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    const IMAGES: &str = r#"
[[image]]
name = "large"
reference = "registry.example/large:1"
platforms = ["linux/amd64"]
[image.packages]
python = { version = "3.12.1", path = "/usr/bin/python3" }
gcc = {}

[[image]]
name = "small"
reference = "registry.example/small:1"
platforms = ["linux/amd64"]
[image.packages]
python = { version = "3.12.1", path = "/usr/bin/python3" }
pip = {}

[[image]]
name = "moved"
reference = "registry.example/moved:1"
platforms = ["linux/amd64"]
[image.packages]
python = { version = "3.12.1", path = "/opt/python3" }

[[pair]]
build = "large"
runtime = "small"
"#;

    fn images() -> Images {
        let mut images = Images::default();
        images.add(IMAGES).unwrap();
        images
    }

    fn pair(build: &str, runtime: &str) -> BasePair {
        let images = images();
        BasePair { build: images.by_name[build].clone(), runtime: images.by_name[runtime].clone() }
    }

    fn resolved(version: &str) -> IndexMap<String, Dependency> {
        let version = Some(Version::parse(version).unwrap());
        let dependency = Dependency { version, columns: IndexMap::new(), requirements: Vec::new() };
        IndexMap::from([("python".to_owned(), dependency)])
    }

    #[test]
    fn declared_pairs_come_first_and_each_image_pairs_with_itself() {
        let names: Vec<String> = pairs(&images()).iter().map(pair_name).collect();
        assert_eq!(names, ["large + small", "large", "small", "moved"]);
    }

    #[test]
    fn a_pair_has_what_both_have_at_the_version_and_the_path() {
        let none = IndexMap::new();
        assert!(pair("large", "small").has("python", &resolved("3.12.1")));
        assert!(pair("large", "small").has("python", &none));
        assert!(!pair("large", "small").has("python", &resolved("3.11.0")));
        assert!(!pair("large", "moved").has("python", &none), "another path");
        assert!(!pair("large", "small").has("gcc", &none), "one side only");
        assert!(pair("large", "large").has("gcc", &none));
        assert!(!pair("large", "large").has("rust", &none));
    }

    #[test]
    fn of_pairs_that_have_as_much_the_one_with_less_besides_is_better() {
        let wanted = resolved("3.12.1");
        assert!(score(&pair("moved", "moved"), &[], &wanted) > score(&pair("large", "small"), &[], &wanted));
        assert!(score(&pair("large", "small"), &[], &wanted) > score(&pair("large", "moved"), &[], &wanted));
    }

    #[test]
    fn a_pair_of_an_image_that_is_nowhere_cannot_be_declared() {
        let text = "[[pair]]\nbuild = \"x\"\nruntime = \"x\"\n";
        assert_eq!(Images::default().add(text).unwrap_err().message, "no image is called `x`");
    }
}
