//! Literal paths: what is wrong with one, before anything is run.

use crate::check::hir::{Elem, Expr, ExprKind};
use crate::source::Span;

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// Nothing in it.
    Empty,
    /// It does not start at `/`.
    NotAbsolute,
    /// It starts at `/` and must lie in the project.
    NotRelative,
    /// It goes up.
    Parent,
    /// It holds a NUL.
    Nul,
}

/// A path in an image: absolute, without `..`.
pub(super) fn absolute(path: &str) -> Result<(), Problem> {
    plain(path)?;
    if path.starts_with('/') { Ok(()) } else { Err(Problem::NotAbsolute) }
}

/// A path in the project: relative, without `..`.
pub(super) fn in_project(path: &str) -> Result<(), Problem> {
    plain(path)?;
    if path.starts_with('/') { Err(Problem::NotRelative) } else { Ok(()) }
}

/// A path in a file tree that is not the project: from its root, with or without a `/` in front.
pub(super) fn in_tree(path: &str) -> Result<(), Problem> {
    plain(path)
}

fn plain(path: &str) -> Result<(), Problem> {
    if path.is_empty() {
        Err(Problem::Empty)
    } else if path.contains('\0') {
        Err(Problem::Nul)
    } else if path.split('/').any(|part| part == "..") {
        Err(Problem::Parent)
    } else {
        Ok(())
    }
}

/// Whether a path lies in what belongs to a base image: `/etc /var /usr /lib* /bin /sbin`, but not `/usr/local`; or is
/// all of it.
pub fn is_of_the_system(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    match (parts.next(), parts.next()) {
        (None, _) => true,
        (Some("usr"), Some("local")) => false,
        (Some(first), _) => matches!(first, "etc" | "var" | "usr" | "bin" | "sbin") || first.starts_with("lib"),
    }
}

/// Whether one path lies in the other, or they are the same.
pub(super) fn touches(one: &str, other: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    parts(one).iter().zip(&parts(other)).all(|(one, other)| one == other)
}

/// Whether a path holds wildcards.
pub(super) fn has_wildcards(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// The strings that an expression certainly gives, each where it is written: of a literal, of a list of literals, of
/// both sides of a choice.
pub(super) fn literals(expr: &Expr) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    collect(expr, &mut found);
    found
}

fn collect(expr: &Expr, found: &mut Vec<(String, Span)>) {
    match &expr.kind {
        ExprKind::Str(text) => found.push((text.clone(), expr.span)),
        ExprKind::List(elements) => collect_elements(elements, found),
        ExprKind::If { then, otherwise, .. } => {
            collect(then, found);
            if let Some(otherwise) = otherwise {
                collect(otherwise, found);
            }
        }
        _ => {}
    }
}

fn collect_elements(elements: &[Elem], found: &mut Vec<(String, Span)>) {
    for element in elements {
        match element {
            Elem::Expr(expr) => collect(expr, found),
            Elem::When { then, otherwise, .. } => {
                collect_elements(then, found);
                collect_elements(otherwise, found);
            }
            Elem::For { body, .. } => collect_elements(body, found),
        }
    }
}

/// The written parts of the strings that an expression gives: as [`literals`], and the text between interpolations.
pub(super) fn written(expr: &Expr) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    collect_written(expr, &mut found);
    found
}

fn collect_written(expr: &Expr, found: &mut Vec<(String, Span)>) {
    match &expr.kind {
        ExprKind::Str(text) => found.push((text.clone(), expr.span)),
        ExprKind::Template(parts) => parts.iter().for_each(|part| collect_written(part, found)),
        ExprKind::List(elements) => collect_written_elements(elements, found),
        ExprKind::If { then, otherwise, .. } => {
            collect_written(then, found);
            otherwise.iter().for_each(|otherwise| collect_written(otherwise, found));
        }
        ExprKind::Binary { left, right, op: crate::syntax::ast::BinaryOp::Coalesce } => {
            collect_written(left, found);
            collect_written(right, found);
        }
        _ => {}
    }
}

fn collect_written_elements(elements: &[Elem], found: &mut Vec<(String, Span)>) {
    for element in elements {
        match element {
            Elem::Expr(expr) => collect_written(expr, found),
            Elem::When { then, otherwise, .. } => {
                collect_written_elements(then, found);
                collect_written_elements(otherwise, found);
            }
            Elem::For { body, .. } => collect_written_elements(body, found),
        }
    }
}

/// What a string with interpolations certainly starts with, and whether a written part of it goes up.
pub(super) fn template_start(expr: &Expr) -> Option<(&str, bool)> {
    let ExprKind::Template(parts) = &expr.kind else { return None };
    let texts = parts.iter().map(|part| match &part.kind {
        ExprKind::Str(text) => Some(text.as_str()),
        _ => None,
    });
    let texts: Vec<Option<&str>> = texts.collect();
    // An interpolation may hold anything, so a `..` that touches one is not certainly a part of its own.
    let shown: String = texts.iter().map(|text| text.unwrap_or("\u{1}")).collect();
    let up = shown.split('/').any(|part| part == "..");
    Some((texts.first().copied().flatten().unwrap_or_default(), up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_operations_are_absolute_and_do_not_go_up() {
        assert_eq!(absolute("/src/a"), Ok(()));
        assert_eq!(absolute("src"), Err(Problem::NotAbsolute));
        assert_eq!(absolute("/src/../etc"), Err(Problem::Parent));
        assert_eq!(absolute(""), Err(Problem::Empty));
        assert_eq!(absolute("/a\0b"), Err(Problem::Nul));
        assert_eq!(absolute("/..data"), Ok(()));
    }

    #[test]
    fn system_directories_belong_to_the_base_image() {
        for path in ["/", "/etc", "/usr/bin", "/usr", "/lib64/x", "/var/lib/apt", "//usr//share"] {
            assert!(is_of_the_system(path), "{path}");
        }
        for path in ["/usr/local", "/usr/local/bin/x", "/venv", "/opt/lib", "/etcetera"] {
            assert!(!is_of_the_system(path), "{path}");
        }
    }

    #[test]
    fn a_path_touches_what_is_in_it_and_what_it_is_in() {
        assert!(touches("/a", "/a/b"));
        assert!(touches("/a/b/", "/a"));
        assert!(touches("/", "/x"));
        assert!(!touches("/ab", "/a"));
    }
}
