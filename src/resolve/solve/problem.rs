//! What is to be solved: things with releases, what is asked of them, and the base images that go with them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::resolve::catalog::{Catalog, Details};
use crate::resolve::solve::Node;
use crate::resolve::solve::set::Set;
use crate::resolve::{Inputs, Requirement};
use crate::version::{Constraint, Version};

/// Things whose releases depend on each other.
#[derive(Clone)]
pub struct Problem<'a> {
    /// What is chosen, those first that are decided first.
    pub things: Vec<Thing<'a>>,
    /// What is asked.
    pub asks: Vec<Ask>,
    /// What the base images of this platform have of things that only they bring.
    pub bases: Vec<Base>,
    /// Whether the project asks for a GPU.
    pub gpu: bool,
    /// Whether it asks for a build by its label, which says more than a GPU does.
    pub names_build: bool,
    effort: Effort,
    /// Whether a release that brings something may be beside another of that.
    loose: bool,
    fitting: RefCell<BTreeMap<(usize, String), Set>>,
}

/// How much is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// What is needed to solve it.
    Solve,
    /// What is needed to solve it with fewer asks, too.
    Explain,
}

/// Something with releases.
#[derive(Clone)]
pub struct Thing<'a> {
    /// Its catalog.
    pub catalog: &'a Catalog,
    /// The places of releases that go before the newest, best first.
    pub preferred: Vec<usize>,
    /// The extras that the project asks for with the package.
    pub extras: Vec<String>,
}

/// Something that is asked of a thing.
#[derive(Clone)]
pub struct Ask {
    /// The thing.
    pub thing: usize,
    /// Who asks for what, and where.
    pub requirement: Requirement,
    /// What is asked.
    pub kind: AskKind,
    /// The releases, and the base images, that fit.
    pub limits: Vec<(Node, Set)>,
    /// The thing, and its releases, for which it is asked; with others it is not. `None`: always.
    pub when: Option<(usize, Set)>,
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskKind {
    /// A version.
    Version,
    /// A build for GPUs, because the project says `gpu: true`.
    Gpu,
    /// A build without CUDA, because the project does not.
    NoGpu,
    /// A build from an index that the project names.
    Index,
}

/// What a base image has, by the thing's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// Versions as far as the image tells them.
    pub has: BTreeMap<usize, Version>,
}

impl Ask {
    /// Whether it is more exact than the catalog, so that images have to tell.
    pub fn is_of_image(&self, problem: &Problem<'_>) -> bool {
        let Some(known) = problem.things[self.thing].catalog.precision else { return false };
        let mut versions = self.requirement.constraint.clauses().iter().flatten().flatten().map(|one| &one.version);
        versions.any(|version| version.release().len() > known)
    }
}

impl<'a> Problem<'a> {
    /// All things that are asked for and what these need. `asked` holds no thing that depends on no other.
    pub fn new(inputs: &Inputs<'a>, asked: &IndexMap<String, Vec<Requirement>>, effort: Effort) -> Self {
        let gpu = inputs.project.config.build.gpu;
        let mut problem = Self {
            things: things(inputs, asked, gpu),
            asks: Vec::new(),
            bases: Vec::new(),
            gpu,
            names_build: asked.values().flatten().any(|asked| asked.constraint.names_label()),
            effort,
            loose: false,
            fitting: RefCell::default(),
        };
        problem.bases = bases(inputs, &problem.things);
        for at in 0..problem.things.len() {
            let requirements = asked.get(&problem.things[at].catalog.name).map(Vec::as_slice).unwrap_or_default();
            for requirement in requirements {
                let limits = problem.limits(at, &requirement.constraint);
                let when = problem.when(inputs, requirement);
                let requirement = requirement.clone();
                problem.asks.push(Ask { thing: at, requirement, kind: AskKind::Version, limits, when });
            }
            if !requirements.is_empty() {
                problem.ask_for_builds(inputs, at);
            }
        }
        problem
    }

    /// Whether a release of a thing has another in itself.
    pub fn brings(&self, thing: usize, details: &Details, name: &String) -> bool {
        let Thing { catalog, extras, .. } = &self.things[thing];
        let with_extra = details.brings_with.as_ref().is_some_and(|extra| extras.contains(extra));
        catalog.brings.contains(name) || with_extra && details.gpu.contains_key(name)
    }

    /// Whether something that is asked for needs what only images bring, and another thing brings it itself: both need not
    /// agree.
    fn may_loosen(&self) -> bool {
        let of_images = |name: &String| self.thing(name).is_some_and(|at| self.things[at].catalog.images);
        let mut asked = self.asks.iter().map(|ask| self.things[ask.thing].catalog);
        self.gpu
            && self.things.iter().any(|thing| !thing.catalog.brings.is_empty())
            && asked.any(|catalog| catalog.package && catalog.brings.is_empty() && catalog.needs.iter().any(of_images))
    }

    /// The problem in which a release that brings something may be beside another of that.
    pub fn loosened(self) -> Self {
        Self { loose: self.may_loosen(), ..self }
    }

    /// The place of a thing.
    pub fn thing(&self, name: &str) -> Option<usize> {
        self.things.iter().position(|thing| thing.catalog.name == name)
    }

    /// The releases of a thing that fit.
    pub fn fitting(&self, thing: usize, constraint: &Constraint) -> Set {
        let key = (thing, constraint.as_str().to_owned());
        if let Some(known) = self.fitting.borrow().get(&key) {
            return known.clone();
        }
        let catalog = self.things[thing].catalog;
        let set = Set::of(catalog.all_fitting(constraint));
        self.fitting.borrow_mut().insert(key, set.clone());
        set
    }

    /// What a release of a thing needs, by the places of things that are in play.
    pub fn needs<'d>(&self, thing: usize, details: &'d Details) -> impl Iterator<Item = (usize, &'d Constraint)> {
        let gpu = details.gpu.iter().filter(|(name, _)| self.gpu && !self.brings(thing, details, name));
        let catalog = self.things[thing].catalog;
        let is_brought = |name: &String| self.loose && catalog.brings.contains(name);
        let all: Vec<_> = details.requires.iter().chain(gpu).filter(|(name, _)| !is_brought(name)).collect();
        all.into_iter()
            .filter_map(|(name, constraint)| Some((self.thing(name)?, constraint)))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The base images that have a thing at one of these releases.
    pub fn bases_with(&self, thing: usize, release: usize) -> Set {
        let catalog = self.things[thing].catalog;
        let Some(version) = catalog.releases.get(release).and_then(|release| release.version()) else {
            return Set::of([]);
        };
        let begins = |base: &Base| base.has.get(&thing).is_some_and(|had| begins_with(had, version, catalog.precision));
        Set::of(self.bases.iter().enumerate().filter(|(_, base)| begins(base)).map(|(at, _)| at))
    }

    /// For which releases of Python a requirement is asked; `None` when for all, or when Python takes no part.
    fn when(&self, inputs: &Inputs<'_>, requirement: &Requirement) -> Option<(usize, Set)> {
        let marker = requirement.when.as_ref()?;
        let python = self.thing("python")?;
        let releases = &self.things[python].catalog.releases;
        let holds =
            |place: &usize| releases[*place].version().is_some_and(|version| marker.holds(version, inputs.platform.1));
        let places: Vec<usize> = (0..releases.len()).filter(holds).collect();
        (places.len() < releases.len()).then(|| (python, Set::of(places)))
    }

    /// What a constraint leaves of a thing's releases, and of the base images that have it.
    fn limits(&self, thing: usize, constraint: &Constraint) -> Vec<(Node, Set)> {
        let mut limits = vec![(Node::Thing(thing), self.fitting(thing, constraint))];
        let catalog = self.things[thing].catalog;
        if catalog.images && catalog.precision.is_some() {
            let fits = |base: &Base| {
                base.has.get(&thing).is_none_or(|had| constraint.contains(had) || constraint.allows_some_of(had))
            };
            limits.push((Node::Base, Set::of((0..self.bases.len()).filter(|at| fits(&self.bases[*at])))));
        }
        limits
    }

    /// Asks for builds of a package: those for GPUs where the project asks for one, those of an index that it names.
    fn ask_for_builds(&mut self, inputs: &Inputs<'_>, at: usize) {
        let catalog = self.things[at].catalog;
        let is_built = |name: &String| inputs.library.catalogs.get(name).is_some_and(|needed| needed.images);
        let Some(with) = catalog.needs.iter().find(|name| is_built(name)).filter(|_| catalog.package) else { return };
        let Some(first) = self.asks.iter().find(|ask| ask.thing == at).map(|ask| ask.requirement.clone()) else {
            return;
        };
        if let Some(ask) = self.index_ask(inputs, at, &first) {
            self.asks.push(ask);
        } else if !self.names_build {
            let for_gpu = |details: &Details| details.requires.contains_key(with) || !details.gpu.is_empty();
            let fits =
                |details: &Details| if self.gpu { for_gpu(details) } else { !details.requires.contains_key(with) };
            let places =
                (0..catalog.releases.len()).filter(|place| self.effort == Effort::Explain || self.allows(at, *place));
            let set = Set::of(places.filter(|place| fits(catalog.releases[*place].details())));
            let kind = if self.gpu { AskKind::Gpu } else { AskKind::NoGpu };
            let build = &inputs.project.config.build;
            let span = build.gpu_at.unwrap_or(first.span);
            let by = inputs.called(span);
            let requirement = Requirement { constraint: Constraint::any(), span, by, when: None };
            self.asks.push(Ask { thing: at, requirement, kind, limits: vec![(Node::Thing(at), set)], when: None });
        }
    }

    /// Whether all that is asked of a thing so far leaves a release.
    fn allows(&self, thing: usize, place: usize) -> bool {
        let asks = self.asks.iter().filter(|ask| ask.thing == thing && ask.when.is_none()).flat_map(|ask| &ask.limits);
        asks.filter(|(node, _)| *node == Node::Thing(thing)).all(|(_, set)| set.has(place))
    }

    /// Asks for the builds of an index that the project names, if there are any at the versions that are asked for.
    fn index_ask(&self, inputs: &Inputs<'_>, at: usize, first: &Requirement) -> Option<Ask> {
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        let packages = &inputs.project.packages;
        let named = packages.own_indexes.get(&self.things[at].catalog.name).unwrap_or(&packages.indexes);
        if named.is_empty() {
            return None;
        }
        let releases = &self.things[at].catalog.releases;
        let index = named.iter().find(|index| {
            releases
                .iter()
                .any(|release| release.details().columns.get("index").is_some_and(|own| same(own, &index.value)))
        })?;
        let of_index = |place: &usize| {
            let own = releases[*place].details().columns.get("index");
            own.is_some_and(|own| named.iter().any(|index| same(own, &index.value)))
        };
        let set = Set::of((0..releases.len()).filter(of_index));
        if !set.places(releases.len()).any(|place| self.allows(at, place)) {
            return None;
        }
        let by = inputs.called(index.span);
        let requirement = Requirement { constraint: first.constraint.clone(), span: index.span, by, when: None };
        Some(Ask { thing: at, requirement, kind: AskKind::Index, limits: vec![(Node::Thing(at), set)], when: None })
    }
}

/// Whether an image that has `had` has the release `version`, of which the catalog knows so many numbers.
pub fn begins_with(had: &Version, version: &Version, precision: Option<usize>) -> bool {
    match precision {
        Some(count) => {
            let numbers = |version: &Version| {
                version.release().into_iter().chain(std::iter::repeat(0)).take(count).collect::<Vec<_>>()
            };
            numbers(had) == numbers(version)
        }
        None => had == version,
    }
}

/// What is asked for and what that may need, things before what they need.
fn things<'a>(inputs: &Inputs<'a>, asked: &IndexMap<String, Vec<Requirement>>, gpu: bool) -> Vec<Thing<'a>> {
    let mut names: Vec<&str> = asked.keys().map(String::as_str).collect();
    let mut at = 0;
    while let Some(name) = names.get(at) {
        at += 1;
        let Some(catalog) = inputs.library.catalogs.get(name) else { continue };
        for needed in &catalog.needs {
            let wanted = |needed: &Catalog| gpu || !needed.images;
            if !names.contains(&needed.as_str()) && inputs.library.catalogs.get(needed).is_some_and(wanted) {
                names.push(needed);
            }
        }
    }
    let catalogs = names.into_iter().filter_map(|name| inputs.library.catalogs.get(name));
    let mut catalogs: Vec<&Catalog> = catalogs.collect();
    catalogs.sort_by_key(|catalog| (catalog.needs.is_empty(), !catalog.images));
    let thing = |catalog| Thing { catalog, preferred: preferred(inputs, catalog), extras: extras(inputs, catalog) };
    catalogs.into_iter().map(thing).collect()
}

/// The extras that the project asks for with a package.
fn extras(inputs: &Inputs<'_>, catalog: &Catalog) -> Vec<String> {
    let package = inputs.project.packages.by_name.get(&catalog.name).filter(|_| catalog.package);
    let asked = package.into_iter().flat_map(|package| &package.requirements);
    asked.flat_map(|requirement| requirement.extras.iter().cloned()).collect()
}

/// The release that a catalog prefers, and those that base images have.
fn preferred(inputs: &Inputs<'_>, catalog: &Catalog) -> Vec<usize> {
    let releases = || catalog.releases.iter().enumerate();
    if let Some(prefer) = &catalog.prefer {
        return releases().filter(|(_, release)| catalog.fits(release, prefer)).map(|(at, _)| at).collect();
    }
    if catalog.images {
        return Vec::new();
    }
    let known = inputs.library.images.versions(&catalog.name);
    releases().filter(|(_, release)| known.contains(&release.written())).map(|(at, _)| at).collect()
}

/// What base images of the platform have of things that only they bring.
fn bases(inputs: &Inputs<'_>, things: &[Thing<'_>]) -> Vec<Base> {
    let of_images: Vec<usize> = (0..things.len()).filter(|at| things[*at].catalog.images).collect();
    let names: Vec<&str> = of_images.iter().map(|at| things[*at].catalog.name.as_str()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let platform = inputs.platform();
    let families = inputs.library.images.families(|package| names.contains(&package));
    let combinations = families.flat_map(|family| family.combinations(&names, &platform));
    combinations
        .map(|versions| {
            let had = of_images.iter().zip(versions);
            Base { has: had.filter_map(|(at, version)| Some((*at, Version::parse(version?).ok()?))).collect() }
        })
        .collect()
}
