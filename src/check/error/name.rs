//! Names: unknown, taken, in a circle, known to nobody (E0201–E0228).

use crate::check::checker::Owner;
use crate::check::hir::Name;
use crate::check::phase::Phase;
use crate::check::program::{Environment, Program};
use crate::check::scope::{Local, LocalKind};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::code;
use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::source::Span;
use crate::syntax::ast::{Ident, Use};

/// E0201
pub(in crate::check) fn unknown_name(name: &str, span: Span, meant: Option<String>, is_capability: bool) -> Diagnostic {
    let found =
        Diagnostic::error(code::CHECK_UNKNOWN_NAME, format!("unknown name `{name}`")).at(span, "not known here");
    let foreign = match name {
        "True" => Some("`true`"),
        "False" => Some("`false`"),
        "None" | "null" | "nil" | "undefined" => Some("`none`"),
        _ => None,
    };
    if let Some(word) = foreign {
        return found.help(format!("write {word}"));
    }
    if is_capability {
        return found.help(format!("`{name}` is a capability: add `needs {name}` to use its value"));
    }
    let otherwise = || match name {
        "var" | "local" => "there is no `var.` or `local.`: a `let` or `param` is used by its plain name".to_owned(),
        "env" | "ENV" | "ARG" => "a block cannot read the environment of the machine: use a `param`".to_owned(),
        _ => "declare it with `let` or `param`, or put quotes around it if it is text".to_owned(),
    };
    found.help(meant.map_or_else(otherwise, |meant| format!("did you mean `{meant}`?")))
}

/// E0202
pub(in crate::check) fn duplicate_name(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_NAME, format!("the name `{}` is taken", name.name))
        .at(name.span, "declared again")
        .related(first, "declared here")
        .help("choose another name: a name means one thing wherever it can be seen")
}

/// E0202
pub(in crate::check) fn name_of_capability(name: &Ident) -> Diagnostic {
    let name_text = &name.name;
    Diagnostic::error(code::CHECK_DUPLICATE_NAME, format!("the name `{name_text}` is taken by a capability"))
        .at(name.span, "declared again")
        .help(format!("`needs {name_text}` already makes it a name here: choose another"))
}

/// E0203
pub(in crate::check) fn shadows_builtin(name: &Ident) -> Diagnostic {
    Diagnostic::error(code::CHECK_SHADOWS_BUILTIN, format!("`{}` is built in", name.name))
        .at(name.span, "cannot be declared")
        .help("choose another name, so that the built-in one keeps its meaning")
}

/// E0205
pub(in crate::check) fn duplicate_item(kind: &str, name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_ITEM, format!("there are two {kind}s called `{}`", name.name))
        .at(name.span, "declared again")
        .related(first, "declared here")
        .help("rename one of them or remove it")
}

/// E0205
pub(in crate::check) fn duplicate_through_use(name: &str, used: &Use, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_ITEM, format!("there are two functions called `{name}`"))
        .at(used.span, "this file brings another")
        .related(first, "declared here")
        .help("rename one of them: all functions that a file can see share one set of names")
}

/// E0207
pub(in crate::check) fn duplicate_member(word: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_ENTRY, format!("`{word}` is written twice"))
        .at(again, "again")
        .related(first, "written here")
        .help("put both together into one")
}

/// E0207
pub(in crate::check) fn duplicate_entry(word: &str, name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DUPLICATE_ENTRY, format!("`{}` is listed twice in `{word}`", name.name))
        .at(name.span, "again")
        .related(first, "listed here")
        .help("remove one of them")
}

/// E0208
pub(in crate::check) fn unused(local: &Local) -> Diagnostic {
    let word = if local.kind == LocalKind::Param { "param" } else { "let" };
    Diagnostic::warning(code::CHECK_UNUSED, format!("the `{word}` called `{}` is never used", local.name))
        .at(local.span, "never used")
        .help("remove it, or use it where it was meant to be used")
}

/// E0209
pub(in crate::check) fn unknown_function(name: &str, span: Span, known: &[&str]) -> Diagnostic {
    let otherwise = || match name {
        "len" | "length" => "compare a list with `[]` to know whether it is empty".to_owned(),
        "format" | "concat" => "put values into a string: `\"${a}/${b}\"`".to_owned(),
        "file" => "use `read(\"path\")`".to_owned(),
        "env" | "getenv" => "a block cannot read the environment of the machine: use a `param`".to_owned(),
        "lower" | "upper" => "there is no function for it; the functions are in the reference".to_owned(),
        _ => format!("there are {}", listing(known.iter().copied())),
    };
    Diagnostic::error(code::CHECK_UNKNOWN_FUNCTION, format!("unknown function `{name}`"))
        .at(span, "not known here")
        .help(did_you_mean(name, known.iter().copied(), otherwise))
}

/// E0210
pub(in crate::check) fn recursion<'a>(circle: impl Iterator<Item = &'a Ident>) -> Diagnostic {
    let circle: Vec<&Ident> = circle.collect();
    let mut found = Diagnostic::error(code::CHECK_RECURSION, format!("a function calls itself: {}", chain(&circle)))
        .help("every program ends: use `for` over a list in place of recursion");
    for (index, name) in circle.iter().take(LONGEST_CHAIN).enumerate() {
        found =
            if index == 0 { found.at(name.span, "calls itself") } else { found.related(name.span, "by way of this") };
    }
    found
}

/// E0211
pub(in crate::check) fn let_cycle(circle: &[&Ident]) -> Diagnostic {
    let mut found = Diagnostic::error(code::CHECK_LET_CYCLE, format!("a value is made of itself: {}", chain(circle)))
        .help("break the circle: one of them needs a value that does not depend on the others");
    for (index, name) in circle.iter().take(LONGEST_CHAIN).enumerate() {
        let label = if index == 0 { "its value needs itself" } else { "by way of this" };
        found = if index == 0 { found.at(name.span, label) } else { found.related(name.span, label) };
    }
    found
}

/// More names of a circle than this are not shown.
const LONGEST_CHAIN: usize = 8;

/// `` `a` → `b` → `a` ``
fn chain(circle: &[&Ident]) -> String {
    let shown = circle.iter().take(LONGEST_CHAIN).map(|name| format!("`{}`", name.name));
    let cut = (circle.len() > LONGEST_CHAIN).then(|| "…".to_owned());
    let back = circle.first().map(|name| format!("`{}`", name.name));
    shown.chain(cut).chain(back).collect::<Vec<_>>().join(" → ")
}

/// E0212
pub(in crate::check) fn unknown_use(used: &Use) -> Diagnostic {
    let path = used.path.literal();
    let message = match path {
        Some(path) => format!("there is no file `{path}` to use"),
        None => "the path of `use` must be plain text".to_owned(),
    };
    let help = match path {
        Some(path) if !path.starts_with("./") && !path.starts_with("../") => {
            format!("paths start at this file: write `use \"./{path}\"`")
        }
        Some(_) => "the path starts at this file's folder and must stay in the project".to_owned(),
        None => "write it without `${…}`".to_owned(),
    };
    Diagnostic::error(code::CHECK_UNKNOWN_USE, message).at(used.path.span, "not found").help(help)
}

/// E0213
pub(in crate::check) fn use_cycle(used: &Use, files: usize) -> Diagnostic {
    let message = match files {
        1 => "this file uses itself".to_owned(),
        _ => format!("{files} files use each other in a circle"),
    };
    Diagnostic::error(code::CHECK_USE_CYCLE, message)
        .at(used.span, "leads back to this file")
        .help("move the functions that both need into a file of their own")
}

/// E0214
pub(in crate::check) fn unknown_capability(name: &Ident, program: &Program<'_>) -> Diagnostic {
    let environment = program.environment;
    let provided = program.providers.keys().copied();
    let elsewhere = environment.known_capabilities.iter().chain(&environment.image_packages).map(String::as_str);
    let known: Vec<&str> = provided.chain(elsewhere).chain(["same-base"]).collect();
    let is_block = program.blocks.contains_key(name.name.as_str()) || environment.known_blocks.contains(&name.name);
    let otherwise = || match is_block {
        true => format!("`{0}` is a block: to come after it, write `after {0}`", name.name),
        false => format!("a block must say `provides {}`, or a base image have a package of that name", name.name),
    };
    Diagnostic::error(code::CHECK_UNKNOWN_CAPABILITY, format!("nothing provides `{}`", name.name))
        .at(name.span, "provided by no block and no base image")
        .help(did_you_mean(&name.name, known, otherwise))
}

/// E0215
pub(in crate::check) fn unknown_block(name: &Ident, program: &Program<'_>) -> Diagnostic {
    let elsewhere = program.environment.known_blocks.iter().map(String::as_str);
    let known: Vec<&str> = program.blocks.keys().copied().chain(elsewhere).collect();
    Diagnostic::error(code::CHECK_UNKNOWN_BLOCK, format!("there is no block `{}`", name.name))
        .at(name.span, "not found")
        .help(did_you_mean(&name.name, known, || "a stack lists blocks that ship or lie in the project".to_owned()))
}

/// E0216
pub(in crate::check) fn order_with_itself(word: &str, name: &Ident) -> Diagnostic {
    Diagnostic::error(code::CHECK_CONTRADICTORY_ORDER, format!("block `{}` cannot come {word} itself", name.name))
        .at(name.span, "this block")
        .help("remove the name")
}

/// E0216
pub(in crate::check) fn needs_what_it_provides(name: &Ident, provides: Span) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_CONTRADICTORY_ORDER,
        format!("this block needs `{}` and provides it itself", name.name),
    )
    .at(name.span, "needed here")
    .related(provides, "provided here")
    .help("who provides a thing comes before those who need it: remove one of the two")
}

/// E0216
pub(in crate::check) fn order_both_ways(before: &Name, after: &Name) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_CONTRADICTORY_ORDER,
        format!("this block cannot come both before and after `{}`", before.text),
    )
    .at(before.span, "before it")
    .related(after.span, "after it")
    .help("keep one of the two")
}

/// E0217
pub(in crate::check) fn unknown_phase(key: &Ident) -> Diagnostic {
    let names: Vec<String> = Phase::ALL.into_iter().map(Phase::name).collect();
    let numbered = Phase::from_key(&key.name).map(Phase::name);
    let position = key.name.split('.').next_back().unwrap_or_default();
    let same_position = || names.iter().find(|name| name.split('.').next_back() == Some(position)).cloned();
    let help = match numbered.or_else(same_position) {
        Some(name) => format!("did you mean `{name}`?"),
        None => did_you_mean(&key.name, names.iter().map(String::as_str), || {
            format!("the phases are {}", listing(names.iter().map(String::as_str)))
        }),
    };
    Diagnostic::error(code::CHECK_UNKNOWN_PHASE, format!("there is no phase `{}`", key.name))
        .at(key.span, "not a phase")
        .help(help)
}

/// E0204
pub(in crate::check) fn block_named_base(name: &Ident) -> Diagnostic {
    Diagnostic::error(code::CHECK_RESERVED_NAME, "a block cannot be called `base`")
        .at(name.span, "reserved")
        .help("the stages that start from the base images are called so: choose another name")
}

/// E0204
pub(in crate::check) fn provides_same_base(name: &Ident) -> Diagnostic {
    Diagnostic::error(code::CHECK_RESERVED_NAME, "a block cannot provide `same-base`")
        .at(name.span, "reserved")
        .help("it is provided when build and runtime are one image: a block can only need it")
}

/// E0225
pub(in crate::check) fn undeclared_dependency(name: &Ident, declared: &[String]) -> Diagnostic {
    let declare = || format!("add it to this block: `depends {{ {} = \"*\" }}`", name.name);
    Diagnostic::error(code::CHECK_UNDECLARED_DEPENDENCY, format!("this block does not depend on `{}`", name.name))
        .at(name.span, "not in this block's `depends`")
        .help(did_you_mean(&name.name, declared.iter().map(String::as_str), declare))
}

/// E0225
pub(in crate::check) fn dep_outside_block(name: &Ident, span: Span, owner: Owner) -> Diagnostic {
    let (place, help) = match owner {
        Owner::Stack => ("a stack", "a stack depends on nothing: move this into a block"),
        _ => ("a function", "give the value to the function as an argument"),
    };
    Diagnostic::error(code::CHECK_UNDECLARED_DEPENDENCY, format!("`dep.{}` is not known in {place}", name.name))
        .at(span, "only blocks have dependencies")
        .help(help)
}

/// E0225
pub(in crate::check) fn bare_dep(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_UNDECLARED_DEPENDENCY, "`dep` alone is no value")
        .at(span, "which dependency?")
        .help("name one: `dep.python.version`")
}

/// E0226
pub(in crate::check) fn unknown_dependency(name: &Ident, environment: &Environment) -> Diagnostic {
    let known: Vec<&str> = environment.catalogs.keys().chain(&environment.image_packages).map(String::as_str).collect();
    let otherwise = || {
        let catalogs = listing(environment.catalogs.keys().map(String::as_str));
        format!("there are catalogs for {catalogs}; a package of a base image may be named too")
    };
    Diagnostic::error(code::CHECK_UNKNOWN_DEPENDENCY, format!("nothing is known of `{}`", name.name))
        .at(name.span, "no catalog and no base image has it")
        .help(did_you_mean(&name.name, known, otherwise))
}

/// E0228
pub(in crate::check) fn capability_without_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_CAPABILITY_WITHOUT_VALUE, format!("the capability `{name}` has no value"))
        .at(span, "used as a value")
        .help(format!("whoever provides it only says that it is there; a value is given by `provides {name} = \"…\"`"))
}

/// E0228
pub(in crate::check) fn capability_on_a_condition(name: &str, span: Span, need: Span) -> Diagnostic {
    let message = format!("`{name}` is needed on a condition only, so it may have no value");
    Diagnostic::error(code::CHECK_CAPABILITY_WITHOUT_VALUE, message)
        .at(span, "used as a value")
        .related(need, "needed when a condition holds")
        .help(format!("write `needs {name}` without `when` to use its value"))
}

/// E0228
pub(in crate::check) fn capability_with_some_values(name: &str, span: Span, plain: Option<Span>) -> Diagnostic {
    let found = Diagnostic::error(
        code::CHECK_CAPABILITY_WITHOUT_VALUE,
        format!("not everyone who provides `{name}` gives it a value"),
    )
    .at(span, "used as a value");
    let found = match plain {
        Some(plain) => found.related(plain, "provided without a value"),
        None => found,
    };
    found.help(format!("`{name}` is only a name here when every block that provides it gives it a value"))
}
