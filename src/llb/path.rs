//! Slash paths as Go's `path` package treats them: a path → the same path, cleaned or joined.

/// The shortest path that means the same: no `//`, `.` or inner `..`; the empty path is `.`.
pub fn clean(path: &str) -> String {
    if is_clean(path) {
        return path.to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Whether a path is surely clean, as nearly all are: no part of it is empty or begins with a dot.
fn is_clean(path: &str) -> bool {
    let below = path.strip_prefix('/').unwrap_or(path).as_bytes();
    let mut before = b'/';
    let starts_well = below.iter().all(|byte| {
        let fits = before != b'/' || !matches!(byte, b'/' | b'.');
        before = *byte;
        fits
    });
    starts_well && before != b'/'
}

/// `path` below `dir`, cleaned; an empty side is left out.
pub fn join(dir: &str, path: &str) -> String {
    match (dir.is_empty(), path.is_empty()) {
        (true, true) => String::new(),
        (true, false) => clean(path),
        (false, true) => clean(dir),
        (false, false) => clean(&format!("{dir}/{path}")),
    }
}

/// `path` as it is if it is absolute, else below `dir`; always absolute and clean.
pub fn absolute(dir: &str, path: &str) -> String {
    let path = clean(path);
    if path.starts_with('/') { path } else { join("/", &join(dir, &path)) }
}

/// As [`absolute`], and a `/` or `/.` at the end stays: there it says that the path is a directory.
pub fn absolute_keeping_slash(dir: &str, path: &str) -> String {
    let mut result = absolute(dir, path);
    if path.ends_with('/') && !result.ends_with('/') {
        result.push('/');
    } else if path.ends_with("/.") {
        if result != "/" {
            result.push('/');
        }
        result.push('.');
    }
    result
}

/// The directory that holds `path`, which is absolute and clean.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_follows_go() {
        for (path, want) in [
            ("", "."),
            ("/", "/"),
            ("/a.b/c", "/a.b/c"),
            ("a/.b", "a/.b"),
            ("a/", "a"),
            ("//a//b/", "/a/b"),
            ("./a/../b", "b"),
            ("../../a", "../../a"),
            ("/../a", "/a"),
            ("a/..", "."),
            ("a/../../b", "../b"),
        ] {
            assert_eq!(clean(path), want, "{path:?}");
        }
    }

    #[test]
    fn a_slash_or_dot_at_the_end_of_a_destination_stays() {
        for (path, want) in
            [("sub/", "/app/sub/"), ("/y/.", "/y/."), ("/", "/"), ("/.", "/."), (".", "/app"), ("/q/../r", "/r")]
        {
            assert_eq!(absolute_keeping_slash("/app", path), want, "{path:?}");
        }
    }

    #[test]
    fn the_parent_of_a_top_level_path_is_the_root() {
        assert_eq!([parent("/a/b"), parent("/a"), parent("/")], ["/a", "/", "/"]);
    }
}
