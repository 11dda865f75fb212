//! Steps 3 and 4: all that is asked of each dependency, and the one version that is chosen.
//!
//! What depends on nothing else is chosen alone: the newest release that fits, one that a base image has before others. The
//! rest is solved together.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::check::hir::Expr;
use crate::diagnostic::Sink;
use crate::eval::value::ValueKind;
use crate::eval::{Evaluated, Evaluator};
use crate::project::packages::normalize;
use crate::resolve::catalog::{Catalog, Release};
use crate::resolve::solve::problem::{Effort, Problem};
use crate::resolve::{Dependency, Inputs, Participant, Requirement, lone, solve, unlisted};
use crate::source::Span;
use crate::version::Constraint;

/// The name under which the project's own files ask for a version of Python.
const PYTHON: &str = "python";

/// All that is asked, by the name of the dependency.
type Asked = IndexMap<String, Vec<Requirement>>;

/// Chooses a version for everything that the blocks depend on. `None` after errors.
pub fn resolve(
    inputs: &Inputs<'_>,
    participants: &[Participant<'_>],
    sink: &mut Sink,
) -> Option<IndexMap<String, Dependency>> {
    let asked = collect(inputs, participants, sink);
    if sink.has_errors() {
        return None;
    }
    let mut chosen: IndexMap<String, Dependency> = IndexMap::new();
    let mut together = Asked::new();
    for (name, requirements) in &asked {
        let Some(catalog) = inputs.library.catalogs.get(name).filter(|_| !requirements.is_empty()) else { continue };
        if let Some(version) = unlisted::version(catalog, requirements) {
            unlisted::tell(inputs, catalog, &version, &asked, sink);
            chosen.insert(name.clone(), Dependency { version: Some(version), ..Dependency::default() });
        } else if let Some(dependency) = unlisted::beside(inputs, catalog, &asked, sink) {
            chosen.insert(name.clone(), dependency);
        } else if depends(inputs, catalog, &asked) {
            together.insert(name.clone(), requirements.clone());
        } else {
            match lone::choose(inputs, catalog, requirements) {
                Some(release) => drop(chosen.insert(name.clone(), dependency(catalog, release))),
                None => sink.push(lone::no_version(catalog, requirements)),
            }
        }
    }
    if !together.is_empty() {
        chosen.extend(solved(inputs, &together, sink)?);
    }
    if sink.has_errors() {
        return None;
    }
    Some(in_order(asked, chosen))
}

/// Dependencies in the order the blocks ask for them, then those that others need.
fn in_order(asked: Asked, mut chosen: IndexMap<String, Dependency>) -> IndexMap<String, Dependency> {
    let mut dependencies = IndexMap::new();
    for (name, requirements) in asked {
        let found = chosen.shift_remove(&name).unwrap_or_default();
        let requirements = requirements.into_iter().chain(found.requirements).collect();
        dependencies.insert(name, Dependency { requirements, ..found });
    }
    dependencies.extend(chosen);
    dependencies
}

/// A release and what is known of it.
fn dependency(catalog: &Catalog, release: &Release) -> Dependency {
    Dependency {
        version: release.version().cloned(),
        precision: catalog.precision,
        columns: release.details().columns.clone(),
        ..Dependency::default()
    }
}

/// Whether a catalog's releases need others, or others need them.
fn depends(inputs: &Inputs<'_>, catalog: &Catalog, asked: &Asked) -> bool {
    let needed =
        |name: &String| inputs.library.catalogs.get(name).is_some_and(|other| other.needs.contains(&catalog.name));
    catalog.images || !catalog.needs.is_empty() || asked.iter().any(|(name, asks)| !asks.is_empty() && needed(name))
}

/// One release of each, such that all that is asked holds. `None` after errors.
fn solved(inputs: &Inputs<'_>, asked: &Asked, sink: &mut Sink) -> Option<IndexMap<String, Dependency>> {
    let mut problem = Problem::new(inputs, asked, Effort::Solve);
    let all: Vec<usize> = (0..problem.asks.len()).collect();
    let mut solution = solve::solve(&problem, &all);
    if solution.is_err() {
        problem = Problem::new(inputs, asked, Effort::Explain).loosened();
        solution = solve::solve(&problem, &all);
    }
    let Ok(solution) = solution else {
        sink.push(solve::explain(inputs, &problem));
        return None;
    };
    let places = solution.iter().enumerate();
    let chosen: Vec<(usize, &Release)> =
        places.filter_map(|(at, place)| Some((at, problem.things[at].catalog.releases.get((*place)?)?))).collect();
    let of = |at: usize| problem.things[at].catalog;
    let mut dependencies: IndexMap<String, Dependency> =
        chosen.iter().map(|(at, release)| (of(*at).name.clone(), dependency(of(*at), release))).collect();
    for (at, release) in &chosen {
        for (needed, constraint) in problem.needs(*at, release.details()) {
            let found = dependencies.get_mut(&of(needed).name);
            let asks = inputs.library.release(inputs.sources, of(*at), release);
            if let (Some(found), Some((by, span))) = (found, asks) {
                let when = None;
                found.requirements.push(Requirement { constraint: constraint.clone(), span, by, when });
            }
        }
    }
    mark_newer(&problem, &chosen, &mut dependencies);
    mark_brought(inputs, &problem, &chosen, &mut dependencies);
    Some(dependencies)
}

/// Finds what has to run in a newer release than the image has: a package brings that itself. Its columns are told then.
fn mark_newer(problem: &Problem<'_>, chosen: &[(usize, &Release)], dependencies: &mut IndexMap<String, Dependency>) {
    for (thing, release) in chosen {
        for (name, constraint) in &release.details().requires {
            let of = problem.thing(name).filter(|_| problem.brings(*thing, release.details(), name));
            let Some(catalog) = of.map(|of| problem.things[of].catalog) else { continue };
            let (Some(dependency), Some(brought)) = (dependencies.get_mut(name), catalog.newest(&[constraint])) else {
                continue;
            };
            let known = dependency.newer.as_ref().or(dependency.version.as_ref());
            if brought.version() > known {
                dependency.newer = brought.version().cloned();
                dependency.columns.clone_from(&brought.details().columns);
            }
        }
    }
}

/// Finds what the image that runs need not have: what needs it brings it, and no package that the project asks for looks for
/// it in the image. Of CUDA and cuDNN neither is left out without the other.
fn mark_brought(
    inputs: &Inputs<'_>,
    problem: &Problem<'_>,
    chosen: &[(usize, &Release)],
    dependencies: &mut IndexMap<String, Dependency>,
) {
    let of_images: Vec<&Catalog> =
        chosen.iter().map(|(thing, _)| problem.things[*thing].catalog).filter(|catalog| catalog.images).collect();
    let brings = |name: &String| chosen.iter().any(|(thing, release)| problem.brings(*thing, release.details(), name));
    let is_needed = |name: &String| {
        chosen.iter().any(|(thing, release)| {
            let mut needs = problem.needs(*thing, release.details());
            !problem.brings(*thing, release.details(), name)
                && needs.any(|(of, _)| problem.things[of].catalog.name == *name)
        })
    };
    let packages = &inputs.project.packages;
    let is_used = of_images.iter().flat_map(|catalog| &catalog.used_by).any(|package| packages.has(package));
    let build = &inputs.project.config.build;
    let all_brought = of_images.iter().all(|catalog| brings(&catalog.name) && !is_needed(&catalog.name));
    if is_used || build.cuda.is_some() || build.cudnn.is_some() || !all_brought {
        return;
    }
    for catalog in of_images {
        if let Some(dependency) = dependencies.get_mut(&catalog.name) {
            dependency.brought = true;
        }
    }
}

/// What the blocks ask for, then what the project's files say of it.
fn collect(inputs: &Inputs<'_>, participants: &[Participant<'_>], sink: &mut Sink) -> Asked {
    let mut requirements = Asked::new();
    for participant in participants {
        let block = participant.block;
        let evaluator = participant.evaluator(inputs.hir, inputs.facts());
        for (name, expr) in &block.depends {
            let asked = requirements.entry(name.text.clone()).or_default();
            match requirement(inputs, &block.name.text, expr, &evaluator) {
                Ok(requirement) => asked.extend(requirement),
                Err(found) => sink.push(*found),
            }
        }
    }
    for (name, asked) in &mut requirements {
        let own = of_project(inputs, name);
        // A block may have read one of them already.
        let told: BTreeSet<Span> = own.iter().map(|requirement| requirement.span).collect();
        asked.retain(|requirement| !told.contains(&requirement.span));
        asked.extend(own);
    }
    requirements
}

/// What the project's own files ask of a dependency.
fn of_project(inputs: &Inputs<'_>, name: &str) -> Vec<Requirement> {
    let build = &inputs.project.config.build;
    let of_config = match name {
        PYTHON => &build.python_version,
        "cuda" => &build.cuda,
        "cudnn" => &build.cudnn,
        "cog" => &build.sdk_version,
        _ => &None,
    };
    let asked = |constraint: &Constraint, span| {
        let by = inputs.called(span);
        Requirement { constraint: constraint.clone(), span, by, when: None }
    };
    let mut requirements: Vec<Requirement> =
        of_config.iter().map(|constraint| asked(&constraint.value, constraint.span)).collect();
    if name == PYTHON {
        requirements.extend(python(inputs));
    }
    if let Some(package) = inputs.project.packages.by_name.get(&normalize(name))
        && inputs.library.catalogs.get(name).is_some_and(|catalog| catalog.package)
    {
        let constraints = package.requirements.iter();
        let any = Constraint::any();
        requirements.extend(constraints.map(|one| {
            let requirement = asked(one.constraint.as_ref().unwrap_or(&any), one.span);
            Requirement { when: one.marker.clone(), ..requirement }
        }));
        requirements.extend(package.locked.iter().map(|locked| asked(&Constraint::exact(&locked.value), locked.span)));
    }
    requirements
}

fn requirement(
    inputs: &Inputs<'_>,
    block: &str,
    expr: &Expr,
    evaluator: &Evaluator<'_>,
) -> Evaluated<Option<Requirement>> {
    let value = evaluator.value(expr)?;
    let (span, by) = match value.origin.span {
        Some(span) => (span, inputs.called(span)),
        None => (expr.span, format!("the block `{block}`")),
    };
    Ok(match value.kind {
        ValueKind::Constraint(constraint) => Some(Requirement { constraint, span, by, when: None }),
        ValueKind::Version(version) => {
            Some(Requirement { constraint: Constraint::exact(&version), span, by, when: None })
        }
        _ => None,
    })
}

/// What limits Python, and `.python-version`, which chooses within the limits where `cog.yaml` does not.
fn python(inputs: &Inputs<'_>) -> Vec<Requirement> {
    let chosen_by_config = inputs.project.config.build.python_version.is_some();
    let said = &inputs.project.packages.python;
    said.iter()
        .filter(|requirement| !(requirement.chooses && chosen_by_config))
        .map(|requirement| Requirement {
            constraint: requirement.constraint.clone(),
            span: requirement.span,
            by: inputs.called(requirement.span),
            when: None,
        })
        .collect()
}
