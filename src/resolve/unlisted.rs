//! Releases that are asked for exactly and that no catalog lists, and what is asked for beside them.

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::resolve::catalog::{Catalog, Release};
use crate::resolve::{Dependency, Inputs, Requirement, error};
use crate::source::Span;
use crate::version::{Constraint, Version};

/// All that is asked, by the name of the dependency.
type Asked = IndexMap<String, Vec<Requirement>>;

/// The version that is asked for exactly and that the catalog does not list, if it may be another.
pub fn version(catalog: &Catalog, requirements: &[Requirement]) -> Option<Version> {
    let exact = exact(requirements).filter(|_| catalog.others)?;
    let asked = Constraint::exact(&exact);
    let is_listed = catalog.newest(&[&asked]).is_some();
    let fits = requirements.iter().all(|asked| asked.constraint.contains(&exact));
    (!is_listed && fits).then_some(exact)
}

/// Tells that nothing is known of a release. Where the project asks for a GPU, somebody must say which CUDA it needs; and
/// where it needs another package, which release of that.
pub fn tell(inputs: &Inputs<'_>, catalog: &Catalog, version: &Version, asked: &Asked, sink: &mut Sink) {
    let catalogs = &inputs.library.catalogs;
    let build = &inputs.project.config.build;
    let requirements = asked.get(&catalog.name).map(Vec::as_slice).unwrap_or_default();
    let needs_image = catalog.needs.iter().any(|name| catalogs.get(name).is_some_and(|of| of.images));
    let is_open = |name: &&String| {
        catalogs.get(name).is_some_and(|of| of.package)
            && exact(asked.get(*name).map(Vec::as_slice).unwrap_or_default()).is_none()
    };
    let unsaid = match catalog.needs.iter().find(is_open) {
        Some(package) => Some(error::Unsaid::Package(package)),
        None => (needs_image && build.gpu && build.cuda.is_none()).then_some(error::Unsaid::Cuda),
    };
    let span = requirements.iter().find(|asked| asked.constraint.as_exact().is_some()).map(|asked| asked.span);
    sink.push(error::unlisted(catalog, version, span, unsaid));
}

/// What becomes of a package whose releases need another that is asked for at a release that is not listed: one that is asked
/// for exactly is taken if any of its builds is for that version; else whoever installs it knows which one fits. `None` when
/// there is no such other.
pub fn beside(inputs: &Inputs<'_>, catalog: &Catalog, asked: &Asked, sink: &mut Sink) -> Option<Dependency> {
    let requirements = asked.get(&catalog.name).filter(|_| catalog.package)?;
    let (needed, of_needed, version) = catalog.needs.iter().find_map(|name| {
        let of_needed = asked.get(name)?;
        let needed = inputs.library.catalogs.get(name).filter(|needed| needed.package)?;
        Some((needed, of_needed, version(needed, of_needed)?))
    })?;
    let Some(exact) = exact(requirements) else { return Some(Dependency::default()) };
    let needs = needs(catalog, requirements, &needed.name);
    if let Some(first) = needs.first().filter(|_| !needs.contains(&version.without_label())) {
        let fact = format!("`{}` {exact} needs `{}` {first}", catalog.name, needed.name);
        let places = [place(needed, of_needed), place(catalog, requirements)];
        sink.push(error::conflict(&places.into_iter().flatten().collect::<Vec<_>>(), &[fact], None));
    }
    Some(Dependency { version: Some(exact), ..Dependency::default() })
}

/// The one version that is asked for.
fn exact(requirements: &[Requirement]) -> Option<Version> {
    requirements.iter().find_map(|asked| asked.constraint.as_exact())
}

/// The versions of another package that the releases need which fit, without the labels of builds.
fn needs(catalog: &Catalog, requirements: &[Requirement], name: &str) -> Vec<String> {
    let fits = |release: &&Release| requirements.iter().all(|asked| catalog.fits(release, &asked.constraint));
    let needed = |release: &Release| Some(release.details().requires.get(name)?.as_exact()?.without_label());
    catalog.releases.iter().filter(fits).filter_map(needed).collect()
}

/// Where a package is asked for exactly: the place, what is said in a sentence, and beside the place.
fn place(catalog: &Catalog, requirements: &[Requirement]) -> Option<(Span, String, String)> {
    let asked = requirements.iter().find(|asked| asked.constraint.as_exact().is_some())?;
    let short = format!("asks for `{}` {}", catalog.name, asked.constraint);
    Some((asked.span, format!("{} {short}", asked.by), short))
}
