//! Texts and numbers that cannot be what they are written as (E0230–E0231, E0233–E0240).

use crate::check::error::shown;
use crate::check::path::Problem;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::code;
use crate::source::Span;

/// E0230
pub(in crate::check) fn invalid_path(path: &str, span: Span, problem: Problem) -> Diagnostic {
    let path = shown(path);
    let (message, label, help) = match problem {
        Problem::Empty => ("a path is empty".to_owned(), "empty", "write where it is".to_owned()),
        Problem::NotAbsolute => (
            format!("the path `{path}` is not absolute"),
            "does not start with `/`",
            match path.trim_start_matches("./") {
                "" | "." => "write the whole path, such as `/src`: `workdir` does not change it".to_owned(),
                home if home.starts_with('~') => "write the whole path, such as `/root`: no shell reads `~`".to_owned(),
                rest => format!("write the whole path, such as `/{rest}`: `workdir` does not change it"),
            },
        ),
        Problem::NotRelative => (
            format!("the path `{path}` does not lie in the project"),
            "starts with `/`",
            match path.trim_start_matches('/') {
                "" => "paths in the project are relative to it: write `\".\"` for all of it".to_owned(),
                rest => format!("paths in the project are relative to it: write `{rest}`"),
            },
        ),
        Problem::Parent => (
            format!("the path `{path}` goes up with `..`"),
            "leaves its folder",
            "write where it leads to; what lies outside of the project cannot be read".to_owned(),
        ),
        Problem::Nul => ("a path holds a NUL character".to_owned(), "no path can", "remove it".to_owned()),
    };
    Diagnostic::error(code::CHECK_INVALID_PATH, message).at(span, label).help(help)
}

/// E0231
pub(in crate::check) fn invalid_port(port: i64, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_INVALID_PORT, format!("`{port}` is no port"))
        .at(span, "not from 1 to 65535")
        .help("write the number that the server listens on, from 1 to 65535")
}

/// E0233
pub(in crate::check) fn invalid_image(reference: &str, span: Span) -> Diagnostic {
    let help = if reference.contains("://") {
        "write it without `https://`, such as `registry.example/team/app:1.0`"
    } else if reference.chars().any(|c| c.is_ascii_uppercase()) {
        "names are lower case: only the tag after `:` may have capitals"
    } else {
        "write `name:tag` or `registry.example/team/name:tag`"
    };
    Diagnostic::error(code::CHECK_INVALID_IMAGE, format!("`{}` is no image", shown(reference)))
        .at(span, "not an image reference")
        .help(help)
}

/// E0234
pub(in crate::check) fn invalid_url(url: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_INVALID_URL, format!("`{}` is no address", shown(url)))
        .at(span, "not an address that can be read")
        .help("write the whole address, starting with `https://`")
}

/// E0235
pub(in crate::check) fn invalid_checksum(sum: &str, span: Span) -> Diagnostic {
    let help = match sum.strip_prefix("sha256:") {
        Some(_) => "write the digits without `sha256:`".to_owned(),
        None if sum.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("it has {} digits, a SHA-256 has 64: `sha256sum FILE` prints it", sum.len())
        }
        None => "it is 64 digits and letters from `a` to `f`: `sha256sum FILE` prints it".to_owned(),
    };
    Diagnostic::error(code::CHECK_INVALID_CHECKSUM, format!("`{}` is no SHA-256", shown(sum)))
        .at(span, "not 64 hex digits")
        .help(help)
}

/// E0236
pub(in crate::check) fn invalid_reference(reference: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_INVALID_REFERENCE, format!("`{}` is no branch, tag or commit", shown(reference)))
        .at(span, "git would not read it as one")
        .help("write a name such as `v1.2` or a commit; it cannot be empty, hold blanks or start with `-`")
}

/// E0237
pub(in crate::check) fn invalid_user(user: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_INVALID_USER, format!("`{}` is no user", shown(user)))
        .at(span, "not `USER` or `USER:GROUP`")
        .help("write a name or a number, and after a `:` a group, such as `\"1000:1000\"`")
}

/// E0238
pub(in crate::check) fn invalid_id(id: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_INVALID_ID, format!("`{}` cannot be an id", shown(id)))
        .at(span, "empty, or more than one line")
        .help("write a short name")
}

/// E0239
pub(in crate::check) fn interpolated_name(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_NAME_NOT_LITERAL, format!("{what} must be plain text"))
        .at(span, "holds `${…}`")
        .help("write it without an interpolation")
}

/// E0239
pub(in crate::check) fn empty_label(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_NAME_NOT_LITERAL, "a label needs a name")
        .at(span, "empty")
        .help("write one such as `\"org.opencontainers.image.title\"`")
}

/// E0240
pub(in crate::check) fn removes_everything(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_REMOVES_EVERYTHING, "`rm` of `/` would remove the whole image")
        .at(span, "everything")
        .help("write what is to be removed, or start an empty stage with `from scratch`")
}
