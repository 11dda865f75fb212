//! Paths that files of a project name → the same path from the project's directory, or nothing when it leads out.

/// The path `path`, named by a file that lies in `directory` (`""` is the project), from the project's directory:
/// without `.`, `..` and doubled slashes. `None`: it is absolute or leads out of the project.
pub fn inside(directory: &str, path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if drive || path.starts_with(['/', '\\', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The directory that a file lies in; `""` is the project.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A path in the image: absolute, without `.`, `..` and doubled slashes; `/` is the root. `None`: it is not absolute or
/// leads above the root, or is longer than Linux allows.
pub fn in_image(path: &str) -> Option<String> {
    let rest = path.strip_prefix('/').filter(|rest| rest.len() < 4096)?;
    rest.split('/')
        .all(|part| part != "..")
        .then(|| inside("", rest.trim_start_matches('/')))?
        .map(|path| format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_the_file_that_names_it() {
        assert_eq!(inside("deploy", "../base.txt").as_deref(), Some("base.txt"));
        assert_eq!(inside("", "./a//b/./c.txt").as_deref(), Some("a/b/c.txt"));
        assert_eq!(inside("a/b", "c/../d").as_deref(), Some("a/b/d"));
    }

    #[test]
    fn a_path_that_leads_out_is_none() {
        for path in ["..", "../x", "a/../../x", "/etc/passwd", "~/x", "C:\\x", "\\\\host\\x"] {
            assert_eq!(inside("", path), None, "{path}");
        }
    }

    #[test]
    fn a_path_of_the_image_is_absolute() {
        assert_eq!(in_image("/src//weights/").as_deref(), Some("/src/weights"));
        assert_eq!(in_image("//").as_deref(), Some("/"));
        assert_eq!(in_image("/a/../b"), None);
        assert_eq!(in_image("src"), None);
    }
}
