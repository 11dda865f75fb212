//! What resolution finds wrong.

use crate::check::hir::{Name, Need};
use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::diagnostic::{Diagnostic, code};
use crate::resolve::catalog::{Catalog, Release};
use crate::resolve::trace::Decision;
use crate::resolve::{Requirement, order::Edge};
use crate::source::Span;
use crate::version::Version;

/// Names as people look for them, each once.
fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> std::collections::BTreeSet<&'a str> {
    names.collect()
}

/// E0701: no stack's `detect` holds. `stacks` are those that were tried, each with what it is for; `present` what lies in the
/// project.
pub fn no_stack(stacks: &[(&Decision, String)], present: &[String]) -> Diagnostic {
    let mut help: Vec<String> = stacks
        .iter()
        .map(|(decision, about)| {
            let about = if about.is_empty() { String::new() } else { format!(", “{about}”,") };
            match &decision.predicate {
                Some(predicate) => {
                    let words: Vec<&str> = predicate.split_whitespace().collect();
                    format!("`{}`{about} wants {}", decision.name, words.join(" "))
                }
                None => format!("`{}`{about}: {}", decision.name, decision.reason),
            }
        })
        .collect();
    help.push("add the files that a stack looks for, or choose one with `--stack NAME`".into());
    help.push(
        "a project of another kind needs a stack of its own, in `blocks/`: `cogpack explain E0701` shows one".into(),
    );
    let has = match present {
        [] => "there is nothing in it".to_owned(),
        present => format!("it has {}", few(present)),
    };
    Diagnostic::error(code::RESOLVE_NO_STACK, format!("no stack fits this project: {has}")).help(help.join("\n"))
}

/// `` `a`, `b` and 3 more ``
fn few(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}

/// E0702: the stack that was named does not exist.
pub fn unknown_stack<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone, span: Option<Span>) -> Diagnostic {
    let help = did_you_mean(name, known.clone(), || format!("the stacks are {}", listing(sorted(known).into_iter())));
    let diagnostic = Diagnostic::error(code::RESOLVE_UNKNOWN_STACK, format!("no stack is called `{name}`")).help(help);
    place(diagnostic, span)
}

/// E0703: a block that was named does not exist.
pub fn unknown_block<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone, span: Option<Span>) -> Diagnostic {
    let help = did_you_mean(name, known.clone(), || format!("the blocks are {}", listing(sorted(known).into_iter())));
    let diagnostic = Diagnostic::error(code::RESOLVE_UNKNOWN_BLOCK, format!("no block is called `{name}`")).help(help);
    place(diagnostic, span)
}

fn set_at(diagnostic: Diagnostic, span: Option<Span>) -> Diagnostic {
    match span {
        Some(span) => diagnostic.at(span, "set here"),
        None => diagnostic,
    }
}

fn place(diagnostic: Diagnostic, span: Option<Span>) -> Diagnostic {
    match span {
        Some(span) => diagnostic.at(span, "named here"),
        None => diagnostic,
    }
}

/// What is told of a need that nothing provides.
pub struct Unprovided<'a> {
    /// The block that needs it.
    pub block: &'a str,
    /// The need.
    pub need: &'a Need,
    /// Blocks that provide it and take no part.
    pub out: Vec<Decision>,
    /// Where `cogpack.toml` leaves such a block out.
    pub without: Vec<Span>,
    /// What of the project the condition of the need holds for.
    pub cause: Option<Span>,
}

/// E0704: nothing that takes part provides what a block needs.
pub fn unprovided(told: &Unprovided<'_>) -> Diagnostic {
    let Unprovided { block, need, out, without, cause } = told;
    let name = &need.name.text;
    let side = need.side.map(|side| format!(" in {side}")).unwrap_or_default();
    let mut help: Vec<String> = Vec::new();
    for decision in out {
        help.push(format!("`{}` provides it, and takes no part: {}", decision.name, decision.reason));
    }
    help.push(match out.is_empty() {
        true => "add a block that provides it, or choose a base image that has it".to_owned(),
        false => format!(
            "let one take part, or a block of yours that says `provides {name}`; \
             or leave `{block}` out as well with `--without {block}`"
        ),
    });
    let message = format!("`{block}` needs `{name}`{side}, and nothing that takes part provides it");
    let diagnostic = Diagnostic::error(code::RESOLVE_UNPROVIDED, message).at(need.name.span, "needed here");
    let places = cause.iter().map(|span| (*span, "because of this"));
    let places = places.chain(without.iter().map(|span| (*span, "left out here")));
    places.fold(diagnostic, |diagnostic, (span, text)| diagnostic.related(span, text)).help(help.join("\n"))
}

/// E0705: two blocks provide some of the same capabilities and each some of its own.
pub fn overlap(block: &Name, other: &Name, shared: &[&str], own: &[&str]) -> Diagnostic {
    Diagnostic::error(
        code::RESOLVE_OVERLAP,
        format!("`{}` and `{}` both provide {}", block.text, other.text, listing(shared.iter().copied())),
    )
    .at(block.span, format!("alone provides {}", listing(own.iter().copied())))
    .related(other.span, "comes first")
    .help(format!("leave one of them out with `--without {}` or `--without {}`", block.text, other.text))
}

/// E0706: blocks that wait for each other.
pub fn cycle(edges: &[Edge<'_>]) -> Diagnostic {
    let steps: Vec<String> =
        edges.iter().map(|edge| format!("`{}` {} `{}`", edge.block, edge.because, edge.waits_for)).collect();
    let diagnostic =
        Diagnostic::error(code::RESOLVE_CYCLE, format!("blocks wait for each other: {}", steps.join(", ")))
            .help("take away one `after`, `before` or `needs`");
    let mut places = edges.iter();
    let Some(first) = places.next() else { return diagnostic };
    places.fold(diagnostic.at(first.span, "this waits"), |diagnostic, edge| diagnostic.related(edge.span, "and this"))
}

/// E0707: no release fits all that is asked of it.
pub fn no_version(catalog: &Catalog, conflict: &[&Requirement], nearest: Option<String>) -> Diagnostic {
    let name = &catalog.name;
    let asked: Vec<String> = conflict
        .iter()
        .map(|requirement| format!("{} asks for `{}`", requirement.by, requirement.constraint))
        .collect();
    let diagnostic =
        Diagnostic::error(code::RESOLVE_NO_VERSION, format!("no release of `{name}` fits: {}", asked.join(", and ")));
    let places = conflict.iter().map(|one| (one.span, format!("asks for `{}`", one.constraint)));
    let known = || if conflict.len() == 1 { known(catalog) } else { "loosen one of them".into() };
    let help = match nearest {
        Some(nearest) if conflict.len() == 1 => format!("{}\n{nearest}", known()),
        Some(nearest) => nearest,
        None => known(),
    };
    at_all(diagnostic, places).help(help)
}

/// `` `torch` is known from 1.11.0 to 2.11.0 ``
fn known(catalog: &Catalog) -> String {
    let told = |release: Option<&Release>| release.and_then(Release::version).map(Version::without_label);
    let (newest, oldest) = (told(catalog.releases.first()), told(catalog.releases.last()));
    format!("`{}` is known from {} to {}", catalog.name, oldest.unwrap_or_default(), newest.unwrap_or_default())
}

/// E0707: no releases of several things fit together. Each of `asked` has its place, what it says in a sentence, and what
/// stands beside its place.
pub fn conflict(asked: &[(Span, String, String)], facts: &[String], nearest: Option<String>) -> Diagnostic {
    let said: Vec<&str> = asked.iter().map(|(_, said, _)| said.as_str()).collect();
    let message = match said.as_slice() {
        [only] => format!("{only}, which cannot be had"),
        said => format!("what is asked for does not fit together: {}", said.join(", and ")),
    };
    let diagnostic = Diagnostic::error(code::RESOLVE_NO_VERSION, message);
    let mut help = facts.to_vec();
    help.push(nearest.unwrap_or_else(|| "loosen one of them".into()));
    let places = asked.iter().map(|(span, _, short)| (*span, short.clone()));
    at_all(diagnostic, places).help(help.join("\n"))
}

/// E0707: no base image has something at all.
pub fn not_on(span: Span, said: String, name: &str, help: &[String]) -> Diagnostic {
    Diagnostic::error(code::RESOLVE_NO_VERSION, said).at(span, format!("needs `{name}`")).help(help.join("\n"))
}

fn at_all(diagnostic: Diagnostic, places: impl Iterator<Item = (Span, String)>) -> Diagnostic {
    places.fold(diagnostic, |diagnostic, (span, text)| match diagnostic.primary {
        None => diagnostic.at(span, text),
        Some(_) => diagnostic.related(span, text),
    })
}

/// What somebody must say of a release that is not listed.
#[derive(Clone, Copy)]
pub enum Unsaid<'a> {
    /// Which CUDA it needs.
    Cuda,
    /// Which release of this package it needs.
    Package(&'a str),
}

/// E0711: a release is asked for that the catalog does not list. It is an error when somebody must say what it needs.
pub fn unlisted(catalog: &Catalog, version: &Version, span: Option<Span>, unsaid: Option<Unsaid<'_>>) -> Diagnostic {
    let name = &catalog.name;
    let known = known(catalog);
    let (diagnostic, help) = match unsaid {
        Some(unsaid) => {
            let (needed, say) = match unsaid {
                Unsaid::Cuda => ("cuda", "say the CUDA with `build.cuda` in `cog.yaml`".to_owned()),
                Unsaid::Package(package) => (package, format!("ask for one release of `{package}`, with `==`")),
            };
            let message =
                format!("`{name}` {version} is not in the catalog, and nothing says which `{needed}` it needs");
            let help = format!("{known}: ask for one of these, or {say}");
            (Diagnostic::error(code::RESOLVE_UNLISTED, message), help)
        }
        None => {
            let message = format!("`{name}` {version} is not in the catalog, so what it needs is not known");
            (Diagnostic::warning(code::RESOLVE_UNLISTED, message), known)
        }
    };
    let diagnostic = diagnostic.help(help);
    match span {
        Some(span) => diagnostic.at(span, "asked for here"),
        None => diagnostic,
    }
}

/// E0712: a row is added to a catalog that there is not.
pub fn unknown_catalog(name: &str, known: &[&str], span: Span) -> Diagnostic {
    let known = known.iter().copied();
    let help = did_you_mean(name, known.clone(), || format!("the catalogs are {}", listing(sorted(known).into_iter())));
    Diagnostic::error(code::RESOLVE_ROW, format!("no catalog is called `{name}`")).at(span, "named here").help(help)
}

/// E0712: a row has a column that its catalog has not.
pub fn unknown_column(catalog: &Catalog, column: &str, span: Span) -> Diagnostic {
    let known = ["version", "requires", "gpu"].into_iter().chain(catalog.columns.iter().map(String::as_str));
    let help = did_you_mean(column, known.clone(), || format!("the keys of a release are {}", listing(known)));
    Diagnostic::error(code::RESOLVE_ROW, format!("a release of `{}` has no `{column}`", catalog.name))
        .at(span, "not known here")
        .help(help)
}

/// E0712: a row needs something that releases of its catalog do not need.
pub fn unknown_need(catalog: &Catalog, name: &str, span: Span) -> Diagnostic {
    let known = catalog.needs.iter().map(String::as_str);
    let help = did_you_mean(name, known.clone(), || match catalog.needs.as_slice() {
        [] => format!("releases of `{}` need nothing", catalog.name),
        _ => format!("releases of `{}` may need {}", catalog.name, listing(known)),
    });
    Diagnostic::error(code::RESOLVE_ROW, format!("a release of `{}` cannot need `{name}`", catalog.name))
        .at(span, "not known here")
        .help(help)
}

/// So many longer names are suggested.
const MOST_SUGGESTED: usize = 6;

/// E0712: a base image is named that nothing describes, and that is no reference either.
pub fn unknown_image(name: &str, known: &[&str], span: Option<Span>) -> Diagnostic {
    // A part of a name is what people remember: `cuda-12.4.1`.
    let longer: Vec<&str> = known.iter().copied().filter(|known| known.contains(name)).take(MOST_SUGGESTED).collect();
    let help = match longer.as_slice() {
        [] => did_you_mean(name, known.iter().copied(), || {
            "name an image that Cogpack knows, or write a reference with its tag, such as `registry.example/base:1`"
                .into()
        }),
        longer => format!("did you mean one of these: {}?", listing(longer.iter().copied())),
    };
    let diagnostic = Diagnostic::error(code::RESOLVE_ROW, format!("no base image is called `{name}`")).help(help);
    place(diagnostic, span)
}

/// E0713: the NVIDIA driver of the machines that the image runs on is too old. The places are those of the driver and of what
/// asks for the release.
pub fn old_driver(
    name: &str,
    version: &Version,
    smallest: &Version,
    driver: &Version,
    newest: Option<String>,
    (span, asked): (Option<Span>, Option<Span>),
) -> Diagnostic {
    let help = match newest {
        Some(newest) => format!("`{name}` {newest} and older run on it; else install driver {smallest} or newer"),
        None => format!("install driver {smallest} or newer"),
    };
    let message = format!("`{name}` {version} needs NVIDIA's driver {smallest} or newer, and it is {driver}");
    let places = [(span, "the driver"), (asked, "asked for here")];
    let places = places.into_iter().filter_map(|(span, text)| Some((span?, text.to_owned())));
    at_all(Diagnostic::error(code::RESOLVE_DRIVER, message), places).help(help)
}

/// E0713: the NVIDIA driver is older than the release that it has to run, and not all of it will.
pub fn older_driver(
    name: &str,
    version: &Version,
    own: &Version,
    driver: &Version,
    (span, asked): (Option<Span>, Option<Span>),
) -> Diagnostic {
    let message = format!("`{name}` {version} came with NVIDIA's driver {own}, and it is {driver}");
    let places = [(span, "the driver"), (asked, "asked for here")];
    let places = places.into_iter().filter_map(|(span, text)| Some((span?, text.to_owned())));
    at_all(Diagnostic::warning(code::RESOLVE_DRIVER, message), places)
        .help("what is compiled for the GPU while it runs (PTX) needs that driver; all else runs")
}

/// E0708: no base image has what is needed.
pub fn no_base(reasons: &[String], span: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::RESOLVE_NO_BASE, "no base image has what is needed")
        .help(format!("{}\nadd a block that brings what is missing, or ask for less", reasons.join("\n")));
    match span {
        Some(span) => diagnostic.at(span, "needed here"),
        None => diagnostic,
    }
}

/// E0709: a param that was set does not exist.
pub fn unknown_param<'a>(
    block: &str,
    param: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    span: Option<Span>,
) -> Diagnostic {
    let help = did_you_mean(param, known.clone(), || {
        if known.clone().next().is_none() {
            format!("`{block}` has no params")
        } else {
            format!("the params of `{block}` are {}", listing(sorted(known).into_iter()))
        }
    });
    let diagnostic =
        Diagnostic::error(code::RESOLVE_UNKNOWN_PARAM, format!("`{block}` has no param `{param}`")).help(help);
    set_at(diagnostic, span)
}

/// E0710: a param was set to a value of another type.
pub fn bad_param(block: &str, param: &str, wanted: &str, found: &str, span: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        code::RESOLVE_BAD_PARAM,
        format!("`{block}.{param}` is of type `{wanted}`, and {found} is not"),
    )
    .help(format!("give it a value of type `{wanted}`"));
    set_at(diagnostic, span)
}
