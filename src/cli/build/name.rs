//! The names of an image: `-t model` → `docker.io/library/model:latest`.

use crate::cli::exit::Problem;
use crate::llb::reference;

/// Writes the name of `-t` out.
pub fn tag(text: &str) -> Result<String, Problem> {
    named("--tag", text)
}

/// Writes the names of `name=a,b` out.
pub fn list(text: &str) -> Result<Vec<String>, Problem> {
    text.split(',').map(|name| named("name=", name.trim())).collect()
}

/// Writes the names of what is pushed by its digest out: they have no tag.
pub fn list_without_tags(text: &str) -> Result<Vec<String>, Problem> {
    let without = |name: String| match name.strip_suffix(":latest") {
        Some(bare) if !text.contains(":latest") => Ok(bare.to_owned()),
        _ => Err(Problem::usage(format!("`{name}` has a tag, and `push-by-digest` pushes without one"))
            .help("leave the tag out")),
    };
    list(text)?.into_iter().map(without).collect()
}

/// The full reference of an image that may be there; none for what is no reference.
pub fn normalized(text: &str) -> Option<String> {
    reference::normalize(text)
}

fn named(option: &str, text: &str) -> Result<String, Problem> {
    if let Some((name, _)) = text.split_once('@') {
        return Err(Problem::usage(format!("`{text}` has a digest, which an image gets only when it is built"))
            .help(format!("write `{name}`, or `{name}:TAG`")));
    }
    reference::normalize(text).ok_or_else(|| {
        let lower = text.to_lowercase();
        let help = match reference::normalize(&lower) {
            Some(_) if lower != text => format!("names are in lower case: `{lower}`"),
            _ => "write a name such as `model`, `team/model:1.0` or `registry.example/team/model:1.0`".to_owned(),
        };
        let text = if text.is_empty() { "an empty text".to_owned() } else { format!("`{text}`") };
        Problem::usage(format!("{text} is no name of an image (`{option}`)")).help(help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_out() {
        for (text, want) in [
            ("model", "docker.io/library/model:latest"),
            ("team/model:1", "docker.io/team/model:1"),
            ("localhost:5000/m", "localhost:5000/m:latest"),
            ("R.example/m", "R.example/m:latest"),
        ] {
            assert_eq!(tag(text).unwrap(), want, "{text}");
        }
        assert_eq!(list("a, b:1").unwrap(), ["docker.io/library/a:latest", "docker.io/library/b:1"]);
        assert_eq!(list_without_tags("r.example:5000/a,b").unwrap(), ["r.example:5000/a", "docker.io/library/b"]);
    }

    #[test]
    fn what_names_no_image_is_refused_with_what_to_write() {
        let digest = format!("model@sha256:{}", "1".repeat(64));
        for (text, help) in [
            ("Model", "`model`"),
            ("", "such as `model`"),
            ("a b", "such as `model`"),
            ("a:b:c", "such as"),
            ("a,b", "such as"),
            (digest.as_str(), "write `model`"),
        ] {
            let problem = tag(text).unwrap_err();
            assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{text}: {problem:?}");
        }
        for text in ["a:1", "a:latest", "a,b:2"] {
            assert!(list_without_tags(text).unwrap_err().message.contains("has a tag"), "{text}");
        }
    }
}
