//! Mistakes in `cog.yaml`, `cogpack.toml` and Python requirements → diagnostics, one constructor a code. What can be wrong
//! with a file as such is in [`crate::project::error`].

use std::ops::RangeInclusive;

use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::diagnostic::{Diagnostic, code};
use crate::project::config::BUILD_KEYS;
use crate::project::data::{Data, DataKind};
use crate::source::Span;

/// A text from a file as messages show it: short, with control characters written out.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown.replace("\\'", "'").replace("\\\"", "\"")
}

/// A path that is absolute or leads out of the project.
pub fn path_outside(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::PATH_OUTSIDE, format!("`{}` is not a path in the project", shown(path)))
        .at(span, "leads out of the project")
        .help("name a file in the project, by its path from the file that names it; no `/` at the start")
}

/// A file that must be there and is not.
pub fn file_missing(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::FILE_MISSING, format!("there is no file `{}` in the project", shown(path)))
        .at(span, "named here")
        .help("add the file, or mend its name")
}

/// Code that is not there: the project can still be looked at.
pub fn code_missing(path: &str, span: Span) -> Diagnostic {
    Diagnostic { severity: crate::diagnostic::Severity::Warning, ..file_missing(path, span) }
}

/// A key that nothing reads.
pub fn key_unknown(path: &str, key: &str, known: &[&str], span: Span) -> Diagnostic {
    Diagnostic::error(code::KEY_UNKNOWN, format!("unknown key `{}`", shown(path))).at(span, "not known here").help(
        match known.contains(&"build") && BUILD_KEYS.contains(&key) {
            true => format!("it stands in `build`: write `{key}` below `build:`, indented"),
            false => did_you_mean(key, known.iter().copied(), || {
                format!("the keys here are: {}", listing(known.iter().copied()))
            }),
        },
    )
}

/// A value of another type than its key has.
pub fn value_type(path: &str, wanted: &str, found: &Data) -> Diagnostic {
    let path = if path.is_empty() { "the file".to_owned() } else { format!("`{}`", shown(path)) };
    Diagnostic::error(code::VALUE_TYPE, format!("{path} is {}, but must be {wanted}", found.kind_name()))
        .at(found.span, format!("must be {wanted}"))
        .help(match (wanted, &found.kind) {
            ("a boolean", _) => "write `true` or `false`, without quotes".to_owned(),
            ("an integer", _) => "write a whole number, without quotes".to_owned(),
            ("a string", DataKind::Bool(_) | DataKind::Int { .. } | DataKind::Number(_)) => {
                "put the value in quotes".to_owned()
            }
            ("a list", DataKind::String(_)) => "put the value in `[` and `]`".to_owned(),
            _ => format!("write {wanted} here, or leave it out"),
        })
}

/// A key that its table must have.
pub fn key_missing(path: &str, table: Span) -> Diagnostic {
    let key = path.rsplit('.').next().unwrap_or(path);
    Diagnostic::error(code::KEY_MISSING, format!("`{}` is missing", shown(path)))
        .at(table, format!("has no `{key}`"))
        .help(format!("add `{key}` here"))
}

/// A character that has no place in a value.
pub fn control_character(path: &str, character: char, span: Span) -> Diagnostic {
    let number = u32::from(character);
    Diagnostic::error(code::CONTROL_CHARACTER, format!("`{}` holds the control character U+{number:04X}", shown(path)))
        .at(span, "holds a control character")
        .help("take the character out: it has no meaning here and can hide what the value says")
}

/// A text that is not a version or a constraint.
pub fn constraint_invalid(written: &str, reason: &str, span: Span) -> Diagnostic {
    // A reason about one part names it; said of the whole text it would be the same words twice.
    let reason = reason.strip_prefix(&format!("`{written}` is not a version: ")).unwrap_or(reason);
    Diagnostic::error(code::CONSTRAINT_INVALID, format!("`{}` is not a version: {reason}", shown(written)))
        .at(span, "not a version")
        .help("write a version such as `3.12`, or a range such as `>=3.10,<3.13`")
}

/// A number outside its range.
pub fn number_range(path: &str, range: &RangeInclusive<i64>, span: Span) -> Diagnostic {
    let wanted = if *range.end() == i64::MAX {
        format!("{} or more", range.start())
    } else {
        format!("from {} to {}", range.start(), range.end())
    };
    Diagnostic::error(code::NUMBER_RANGE, format!("`{}` must be {wanted}", shown(path)))
        .at(span, "out of range")
        .help(format!("write a whole number, {wanted}"))
}

/// An empty text where something must stand.
pub fn value_empty(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::VALUE_EMPTY, format!("`{}` is empty", shown(path)))
        .at(span, "empty")
        .help("write a value, or leave it out")
}

/// A value that a command would take for an option.
pub fn value_like_option(path: &str, value: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::VALUE_LIKE_OPTION, format!("`{}` begins with `-`: `{}`", shown(path), shown(value)))
        .at(span, "a command would take it for an option")
        .help("name a package; options belong into a block")
}

/// A text that cannot name an image.
pub fn image_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::IMAGE_NAME, format!("`{}` is not the name of an image", shown(name)))
        .at(span, "not an image name")
        .help("write lower-case letters, digits, `.`, `_`, `-` and `/`, such as `registry.example/team/model:1`")
}

/// A text that cannot name a model.
pub fn model_name(name: &str, span: Span, tagged: bool) -> Diagnostic {
    let why = if tagged { " without a tag or digest" } else { "" };
    Diagnostic::error(code::MODEL_NAME, format!("`{}` is not the name of a repository{why}", shown(name)))
        .at(span, "not a bare repository")
        .help("write `registry.example/team/model`; tags are given when the model is pushed")
}

/// A text that does not point at code.
pub fn code_reference(key: &str, value: &str, example: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CODE_REFERENCE, format!("`{key}` does not point at code: `{}`", shown(value)))
        .at(span, "not `FILE.py:NAME`")
        .help(format!("write a Python file in the project and a name in it, such as `{example}`"))
}

/// An entry of `environment` that is not `NAME=VALUE`.
pub fn environment_entry(entry: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::ENVIRONMENT_ENTRY, format!("`{}` is not `NAME=VALUE`", shown(entry)))
        .at(span, "not `NAME=VALUE`")
        .help("a name is letters, digits and `_`, and does not begin with a digit: `HF_HOME=/src/.cache`")
}

/// A variable that Cog and its platform set themselves.
pub fn environment_reserved(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::ENVIRONMENT_RESERVED, format!("the variable `{}` cannot be set here", shown(name)))
        .at(span, "reserved")
        .help("it is set during the build or when the model runs; use a variable of another name")
}

/// A name that stands twice where each may stand once.
pub fn name_twice(what: &str, name: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(code::NAME_TWICE, format!("{what} `{}` stands twice", shown(name)))
        .at(again, "again here")
        .related(first, "first here")
        .help("take one of the two out, or give it another name")
}

/// Two keys that exclude each other.
pub fn keys_conflict(first: (&str, Span), second: (&str, Span), help: &str) -> Diagnostic {
    Diagnostic::error(code::KEYS_CONFLICT, format!("`{}` and `{}` cannot both be set", first.0, second.0))
        .at(second.1, "set here")
        .related(first.1, "and here")
        .help(help)
}

/// A key that Cog reads and warns about.
pub fn key_deprecated(key: &str, instead: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(code::KEY_DEPRECATED, format!("`{key}` is deprecated"))
        .at(span, "deprecated")
        .help(format!("use {instead} instead"))
}

/// A name that weights cannot have.
pub fn weight_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::WEIGHT_NAME, format!("`{}` cannot name weights", shown(name)))
        .at(span, "not a name of weights")
        .help("write lower-case letters and digits, with single `.`, `_` or `-` between them, such as `base-v1.5`")
}

/// A path of the image that is not absolute, leads above the root, or is the root.
pub fn image_path(path: &str, value: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        code::IMAGE_PATH,
        format!("`{}` is not a usable path in the image: `{}`", shown(path), shown(value)),
    )
    .at(span, "not a path in the image")
    .help("write an absolute path without `..`, such as `/src/weights`")
}

/// Weights that would lie in other weights.
pub fn weight_overlap(target: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(code::WEIGHT_OVERLAP, format!("the target `{}` overlaps with another target", shown(target)))
        .at(again, "overlaps")
        .related(first, "with this")
        .help("give each of the weights a folder of its own")
}

/// A pattern that `include` and `exclude` do not know.
pub fn weight_pattern(pattern: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::WEIGHT_PATTERN, format!("`{}` is not a pattern for weights", shown(pattern)))
        .at(span, "not a pattern")
        .help("write a glob with `/`, such as `*.safetensors`; to leave files out, use `exclude` instead of `!`")
}

/// How many large files are named.
const NAMED: usize = 3;

/// Large files that are sent with each build, and are no weights; the largest first.
pub fn large_files(files: &[(String, u64)]) -> Diagnostic {
    let one = |(path, size): &(String, u64)| format!("`{}` ({:.1} GB)", shown(path), gigabytes(*size));
    let mut named: Vec<String> = files.iter().take(NAMED).map(one).collect();
    if files.len() > NAMED {
        named.push(format!("{} more", files.len() - NAMED));
    }
    let (are, them) = if files.len() == 1 { ("a large file is", "it") } else { ("large files are", "them") };
    let message = format!("{are} stored again whenever the project's code changes: {}", named.join(", "));
    Diagnostic::warning(code::FILES_LARGE, message).help(format!(
        "declare {them} under `weights` in `cog.yaml`, which makes layers of their own, or name {them} in `.dockerignore`"
    ))
}

/// A size as people say it: a tenth decides nothing.
#[expect(clippy::cast_precision_loss, reason = "it is shown with one digit")]
fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

/// Weights that do not lie in the project.
pub fn weights_elsewhere(uri: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::WEIGHTS_ELSEWHERE, format!("the weights `{}` are not files of the project", shown(uri)))
        .at(span, "nothing fetches this")
        .help(format!(
            "download them into a folder of the project, such as `weights/{name}`, and write that folder as `uri`; or take the entry out, \
             and let `setup` download them"
        ))
}

/// Weights in a project that names no model.
pub fn weights_without_model(weights: Span, image: Option<Span>) -> Diagnostic {
    let found =
        Diagnostic::error(code::WEIGHTS_WITHOUT_MODEL, "`weights` needs `model`").at(weights, "belongs to a model");
    match image {
        Some(span) => found.related(span, "an image has no weights").help("rename `image` to `model`"),
        None => found.help("say which repository they belong to: `model: registry.example/team/model`"),
    }
}

/// Concurrent predictions on a Python that has no task groups.
pub fn concurrency_python(max: Span, python: Span) -> Diagnostic {
    Diagnostic::error(code::CONCURRENCY_PYTHON, "concurrent predictions need Python 3.11 or newer")
        .at(max, "more than one at a time")
        .related(python, "an older Python")
        .help("raise `build.python_version` to `3.11` or more, or set `concurrency.max` to 1")
}

/// A mount of a kind that `build.run` does not have.
pub fn mount_type(kind: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::MOUNT_TYPE, format!("`{}` is not a kind of mount that `build.run` has", shown(kind)))
        .at(span, "not `secret`")
        .help("write `type: secret`; other mounts can be had in a block of the project")
}

/// A text that cannot name a block, a stack or a parameter.
pub fn block_name(what: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::BLOCK_NAME, format!("`{}` cannot name a {what}", shown(name)))
        .at(span, format!("not a name of a {what}"))
        .help("a name is letters, digits, `_` and `-`, and begins with a letter or `_`")
}

/// A text that is not `OS/ARCH`.
pub fn platform(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::PLATFORM, format!("`{}` is not a platform", shown(text)))
        .at(span, "not a platform")
        .help("write `OS/ARCH` in OCI's words, such as `linux/amd64`")
}

/// An image that is named and not described.
pub fn image_unknown(name: &str, known: &[&str], span: Span) -> Diagnostic {
    Diagnostic::error(code::IMAGE_UNKNOWN, format!("no `[[image]]` is called `{}`", shown(name)))
        .at(span, "not described here")
        .help(did_you_mean(name, known.iter().copied(), || "describe it with `[[image]]`".into()))
}

/// An index that is no URL.
pub fn index_url(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::INDEX_URL, format!("`{}` is not the URL of an index", shown(text)))
        .at(span, "not a URL")
        .help("write a URL that begins with `https://`, without blanks")
}

/// A block that shall take part and shall not.
pub fn with_and_without(name: &str, without: Span, with: Span) -> Diagnostic {
    Diagnostic::error(code::WITH_AND_WITHOUT, format!("the block `{}` is in both `with` and `without`", shown(name)))
        .at(without, "shall not take part")
        .related(with, "shall take part")
        .help("keep it in one of the two")
}

/// A key that cannot name an environment variable.
pub fn env_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::ENV_NAME, format!("`{}` cannot name an environment variable", shown(name)))
        .at(span, "not a name of a variable")
        .help("a name is letters, digits and `_`, and does not begin with a digit")
}

/// A URL that carries a user name or a password.
pub fn url_credentials(span: Span) -> Diagnostic {
    Diagnostic::error(code::URL_CREDENTIALS, "a URL must not hold a user name or a password")
        .at(span, "holds a user name or a password")
        .help("take it out, and give the secret to the step that needs it: `mount secret netrc to \"/root/.netrc\"`")
}

/// A text that looks like a secret (a warning). It is not repeated.
pub fn looks_secret(what: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(code::LOOKS_SECRET, format!("{what} looks like a secret, and gets into the image for all to read"))
        .at(span, "holds a secret?")
        .help("keep it out of the file: give it to the step that needs it as a secret mount, or to the container when it starts")
}

/// A line of a requirements file that is not a requirement.
pub fn requirement_invalid(written: &str, reason: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::REQUIREMENT_INVALID, format!("`{}` is not a requirement: {reason}", shown(written)))
        .at(span, "not understood")
        .help("write a package and its versions, such as `torch==2.8.0`, `name @ URL`, or a path in the project")
}

/// Requirements files that include each other.
pub fn include_cycle(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::INCLUDE_CYCLE, format!("`{}` includes itself", shown(path)))
        .at(span, "closes the circle")
        .help("take one of the `-r` or `-c` lines out")
}

/// Requirements files that include each other too deep.
pub fn include_depth(path: &str, most: usize, span: Span) -> Diagnostic {
    Diagnostic::error(code::INCLUDE_DEPTH, format!("`{}` is included through more than {most} files", shown(path)))
        .at(span, "too deep")
        .help("include the file from one nearer to the first")
}

/// An option that requirements files do not have.
pub fn option_unknown(option: &str, known: &[&str], span: Span) -> Diagnostic {
    Diagnostic::error(code::OPTION_UNKNOWN, format!("unknown option `{}`", shown(option)))
        .at(span, "not known here")
        .help(did_you_mean(option, known.iter().copied(), || {
            format!("the options here are: {}", listing(known.iter().copied()))
        }))
}

/// An option without the value that it takes, or with one that it does not take.
pub fn option_value(option: &str, takes: bool, span: Span) -> Diagnostic {
    let (message, help) = if takes {
        ("needs a value", format!("write `{option} VALUE`"))
    } else {
        ("takes no value", format!("write `{option}` alone"))
    };
    Diagnostic::error(code::OPTION_VALUE, format!("the option `{}` {message}", shown(option)))
        .at(span, message)
        .help(help)
}

/// A line of `.python-version` that names no version of Python.
pub fn python_version_file(written: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::PYTHON_VERSION_FILE, format!("`{}` is not a version of Python", shown(written)))
        .at(span, "not a version")
        .help("write one version on a line of its own, such as `3.12`; a comment begins with `#`")
}

/// A version in a lock that is not one.
pub fn version_invalid(name: &str, version: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        code::VERSION_INVALID,
        format!("`{}` is not a version (locked for `{}`)", shown(version), shown(name)),
    )
    .at(span, "not a version")
    .help("write the lock file again with the tool that made it")
}

/// A dependency in a form that Poetry does not have.
pub fn poetry_dependency(name: &str, reason: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::POETRY_DEPENDENCY, format!("the dependency `{}` is not understood: {reason}", shown(name)))
        .at(span, "not understood")
        .help("write a version, such as `\"^2.1\"`, or a table with `version`, `git`, `url` or `path`")
}
