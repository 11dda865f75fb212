//! Step 5: the base images, one to build on and one that the image starts from.

use std::cmp::Reverse;

use indexmap::IndexMap;

use crate::check::hir::Need;
use crate::check::phase::Side;
use crate::diagnostic::Sink;
use crate::resolve::image::family::{Pair, Template};
use crate::resolve::image::{Image, Images};
use crate::resolve::trace::{Decision, Trace};
use crate::resolve::{Dependency, Inputs, Participant, error};
use crate::source::Span;
use crate::version::Version;

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

/// What the pair has to have.
struct Wanted<'w> {
    platform: String,
    /// What no block provides.
    needs: Vec<&'w Need>,
    /// Everything that was resolved.
    dependencies: &'w IndexMap<String, Dependency>,
    /// Those that only images bring, by name.
    of_images: Vec<&'w str>,
    /// Those that no catalog has: an image must have them at the version that is asked for.
    uncatalogued: Vec<&'w str>,
}

/// How many dependencies a pair has, then how few packages that nobody asked for.
type Score = (usize, Reverse<usize>);

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
        let fits = match dependencies.get(package) {
            Some(Dependency { version: Some(version), precision, .. }) => [build, runtime]
                .iter()
                .all(|had| had.version.as_ref().is_some_and(|had| is_release(had.as_str(), version, *precision))),
            _ => build.version == runtime.version,
        };
        fits && build.path == runtime.path
    }
}

/// Whether what an image has is this release, of which so many numbers are known.
fn is_release(had: &str, version: &Version, precision: Option<usize>) -> bool {
    let numbers = |text: &str, at: usize| text.split('.').nth(at).map_or(Some(0), |number| number.parse::<u64>().ok());
    match precision {
        Some(count) => (0..count).all(|at| {
            let number = numbers(had, at);
            number.is_some() && number == numbers(version.as_str(), at)
        }),
        None => had == version.as_str() || Version::parse(had).is_ok_and(|had| had == *version),
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
    let wanted = Wanted::new(inputs, participants, dependencies);
    let mut reasons: IndexMap<Unusable<'_>, Vec<Pair<'_>>> = IndexMap::new();
    let mut best: Option<(Pair<'_>, Score, usize)> = None;
    let families = inputs.library.images.families(|name| wanted.is_named(name));
    for pair in families.flat_map(|family| family.pairs().chain(family.alone())) {
        if let Err(reason) = wanted.usable(&pair) {
            reasons.entry(reason).or_default().push(pair);
            continue;
        }
        let score = wanted.score(&pair);
        let (satisfied, Reverse(unneeded)) = score;
        let reason = format!("it has {satisfied} of {} dependencies, and {unneeded} more packages", dependencies.len());
        trace.images.push(decision(pair.name(), reason));
        if best.as_ref().is_none_or(|(_, known, _)| score > *known) {
            best = Some((pair, score, trace.images.len() - 1));
        }
    }
    if let Some((.., index)) = &best {
        trace.images[*index].chosen = true;
    }
    let told = reasons.iter().map(|(reason, pairs)| (wanted.told(*reason), few(pairs)));
    let Some((pair, ..)) = best else {
        let reasons: Vec<String> = told.map(|(reason, names)| format!("{reason}: {names}")).collect();
        sink.push(error::no_base(&reasons, wanted.place(&inputs.library.images)));
        return None;
    };
    trace.images.extend(told.map(|(reason, names)| decision(names.replace('`', ""), reason)));
    Some(BasePair { build: pair.build(), runtime: pair.runtime() })
}

/// Why a pair cannot be built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unusable<'w> {
    /// Made for other platforms.
    Platform,
    /// Two images where a block needs one.
    TwoImages,
    /// Something that no block provides.
    Lacks(&'w str, Side),
    /// The resolved release of something that only images bring.
    LacksRelease(&'w str, Side),
    /// Something that no catalog has.
    LacksVersion(&'w str),
}

/// So many names are listed.
const MOST_LISTED: usize = 8;

fn few(pairs: &[Pair<'_>]) -> String {
    let listed: Vec<String> = pairs.iter().take(MOST_LISTED).map(|pair| format!("`{}`", pair.name())).collect();
    match pairs.len().checked_sub(MOST_LISTED) {
        None | Some(0) => listed.join(", "),
        Some(more) => format!("{} and {more} more", listed.join(", ")),
    }
}

impl<'w> Wanted<'w> {
    fn new(
        inputs: &Inputs<'_>,
        participants: &[Participant<'w>],
        dependencies: &'w IndexMap<String, Dependency>,
    ) -> Self {
        let unprovided = participants.iter().flat_map(|participant| {
            let needs = participant.needs.iter().copied();
            needs.filter(|need| !participant.providers.contains_key(&need.name.text))
        });
        let catalogs = &inputs.library.catalogs;
        let named = |chosen: &dyn Fn(&str, &Dependency) -> bool| {
            let all = dependencies.iter().filter(|(name, dependency)| chosen(name, dependency));
            all.map(|(name, _)| name.as_str()).collect()
        };
        Self {
            platform: inputs.platform(),
            needs: unprovided.collect(),
            dependencies,
            of_images: named(&|name, dependency| {
                dependency.version.is_some() && catalogs.get(name).is_some_and(|catalog| catalog.images)
            }),
            uncatalogued: named(&|name, dependency| {
                !dependency.requirements.is_empty() && !catalogs.contains_key(name)
            }),
        }
    }

    fn is_named(&self, package: &str) -> bool {
        self.dependencies.contains_key(package) || self.needs.iter().any(|need| need.name.text == package)
    }

    /// Why a pair cannot be built on, in words.
    fn told(&self, reason: Unusable<'_>) -> String {
        match reason {
            Unusable::Platform => format!("not made for `{}`", self.platform),
            Unusable::TwoImages => "not one image for both sides, which a block needs".into(),
            Unusable::Lacks(name, side) => format!("no `{name}` in {side}"),
            Unusable::LacksRelease(name, side) => {
                let version = self.dependencies.get(name).and_then(|it| it.version.as_ref());
                format!("no `{name}` {} in {side}", version.map(Version::as_str).unwrap_or_default())
            }
            Unusable::LacksVersion(name) => format!("no `{name}` at the version that is asked for"),
        }
    }

    /// Whether a pair can be built on, or why not.
    fn usable(&self, pair: &Pair<'_>) -> Result<(), Unusable<'w>> {
        let [build, runtime] = pair.templates();
        if [build, runtime].iter().any(|template| !template.platforms.contains(&self.platform)) {
            return Err(Unusable::Platform);
        }
        for need in &self.needs {
            let name = need.name.text.as_str();
            if name == SAME_BASE {
                if !pair.is_one() {
                    return Err(Unusable::TwoImages);
                }
                continue;
            }
            for (side, template) in [(Side::Build, build), (Side::Runtime, runtime)] {
                let wanted = need.side.is_none_or(|only| only == side);
                if wanted && !template.packages.contains_key(name) {
                    return Err(Unusable::Lacks(name, side));
                }
            }
        }
        for name in &self.of_images {
            let Some(dependency) = self.dependencies.get(*name) else { continue };
            for (side, template) in [(Side::Build, build), (Side::Runtime, runtime)] {
                if (side == Side::Build || !dependency.brought) && !has_release(pair, template, name, dependency) {
                    return Err(Unusable::LacksRelease(name, side));
                }
            }
        }
        let lacks = |name: &&&str| {
            let dependency = self.dependencies.get(**name);
            ![build, runtime].iter().all(|template| {
                let version = pair.version(template, name).and_then(|version| Version::parse(version).ok());
                version.is_some_and(|version| {
                    dependency.is_some_and(|it| it.requirements.iter().all(|asked| asked.constraint.contains(&version)))
                })
            })
        };
        match self.uncatalogued.iter().find(lacks) {
            Some(name) => Err(Unusable::LacksVersion(name)),
            None => Ok(()),
        }
    }

    /// Where what no image has is asked for; else where anything is.
    fn place(&self, images: &Images) -> Option<Span> {
        let of_needs = self.needs.iter().map(|need| (need.name.text.as_str(), need.name.span));
        let of_images = self
            .uncatalogued
            .iter()
            .chain(&self.of_images)
            .filter_map(|name| Some((*name, self.dependencies.get(*name)?.requirements.first()?.span)));
        let asked: Vec<(&str, Span)> = of_needs.chain(of_images).collect();
        let is_nowhere = |name: &str| !images.package_names().any(|package| package == name);
        let first = asked.iter().find(|(name, _)| *name != SAME_BASE && is_nowhere(name)).or(asked.first());
        first.map(|(_, span)| *span)
    }

    fn score(&self, pair: &Pair<'_>) -> Score {
        let [build, runtime] = pair.templates();
        let has: Vec<&str> = self.dependencies.keys().map(String::as_str).filter(|name| self.has(pair, name)).collect();
        let is_needed = |side: Side, package: &str| {
            package.starts_with("apt:")
                || self.needs.iter().any(|need| need.name.text == package)
                || (has.contains(&package)
                    && (side == Side::Build || !self.dependencies.get(package).is_some_and(|it| it.brought)))
        };
        let unneeded =
            |side, template: &Template| template.packages.keys().filter(|package| !is_needed(side, package)).count();
        (has.len(), Reverse(unneeded(Side::Build, build) + unneeded(Side::Runtime, runtime)))
    }

    /// Whether a pair has a dependency where it is needed, at its version and at one path.
    fn has(&self, pair: &Pair<'_>, name: &str) -> bool {
        let [build, runtime] = pair.templates();
        let Some(dependency) = self.dependencies.get(name) else { return false };
        if dependency.brought {
            return has_release(pair, build, name, dependency);
        }
        let (Some((_, there)), Some((_, here))) = (build.packages.get(name), runtime.packages.get(name)) else {
            return false;
        };
        let fits = match dependency.version {
            Some(_) => [build, runtime].iter().all(|template| has_release(pair, template, name, dependency)),
            None => pair.version(build, name) == pair.version(runtime, name),
        };
        fits && there == here
    }
}

/// Whether an image has the resolved release of a dependency, as exactly as anything asks for it.
fn has_release<'p>(pair: &Pair<'p>, template: &'p Template, name: &str, dependency: &Dependency) -> bool {
    let (Some(had), Some(version)) = (pair.version(template, name), &dependency.version) else { return false };
    if !is_release(had, version, dependency.precision) {
        return false;
    }
    let allows = |had: &Version| {
        let mut asked = dependency.requirements.iter().map(|asked| &asked.constraint);
        asked.all(|constraint| constraint.contains(had) || constraint.allows_some_of(had))
    };
    dependency.precision.is_none() || Version::parse(had).is_ok_and(|had| allows(&had))
}

fn decision(name: String, reason: String) -> Decision {
    Decision { name, chosen: false, reason, predicate: None, place: None, files: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::image::family::Family;

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

    fn family() -> Family {
        Family::shipped(IMAGES).unwrap()
    }

    fn pair(build: &str, runtime: &str) -> BasePair {
        let images = family().images();
        let image = |name: &str| images.iter().find(|image| image.name == name).unwrap().clone();
        BasePair { build: image(build), runtime: image(runtime) }
    }

    fn resolved(version: &str) -> IndexMap<String, Dependency> {
        let version = Some(Version::parse(version).unwrap());
        IndexMap::from([("python".to_owned(), Dependency { version, ..Dependency::default() })])
    }

    #[test]
    fn declared_pairs_come_first_and_each_image_pairs_with_itself() {
        let family = family();
        let names: Vec<String> = family.pairs().chain(family.alone()).map(|pair| pair.name()).collect();
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
        let dependencies = resolved("3.12.1");
        let wanted = Wanted {
            platform: "linux/amd64".into(),
            needs: Vec::new(),
            dependencies: &dependencies,
            of_images: Vec::new(),
            uncatalogued: Vec::new(),
        };
        let family = family();
        let scores: Vec<Score> = family.pairs().chain(family.alone()).map(|pair| wanted.score(&pair)).collect();
        assert_eq!(scores, [(1, Reverse(2)), (1, Reverse(2)), (1, Reverse(2)), (1, Reverse(0))]);
    }

    #[test]
    fn a_release_is_told_by_as_many_numbers_as_are_known() {
        let is = |had: &str, version: &str, precision| is_release(had, &Version::parse(version).unwrap(), precision);
        assert!(is("12.4.1", "12.4", Some(2)) && is("12.4", "12.4", Some(2)) && is("9.1.0", "9", Some(1)));
        assert!(!is("12.5.1", "12.4", Some(2)) && !is("x", "12.4", Some(2)));
        assert!(is("3.12.1", "3.12.1", None) && !is("3.12.1", "3.12", None) && is("3.12.0", "3.12", None));
    }

    #[test]
    fn a_pair_of_an_image_that_is_nowhere_cannot_be_declared() {
        assert_eq!(Family::shipped("[[pair]]\nbuild = \"x\"\nruntime = \"x\"\n"), None);
    }
}
