//! `MODEL|DIR` → what is meant.

use std::path::{Path, PathBuf};

use crate::cli::build::normalized;
use crate::cli::exit::Problem;
use crate::cli::{files, project};
use crate::diagnostic::Sink;
use crate::model::{Named, is_layout};
use crate::project::Project;
use crate::project::config::Config;
use crate::project::disk::find_root;
use crate::source::SourceMap;

/// What is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A project, by its directory: it is built.
    Project(PathBuf),
    /// Something that is there.
    Named(Named),
}

/// A directory or a file that is there is meant before an image of that name; nothing is the project that this folder is in.
pub fn what(text: Option<&str>) -> Result<What, Problem> {
    let Some(text) = text else { return Ok(What::Project(find_root(&files::here()?))) };
    let path = Path::new(text);
    if path.is_dir() {
        let is_layout = is_layout(path);
        return Ok(if is_layout { What::Named(Named::Archive(path.into())) } else { What::Project(path.into()) });
    }
    if path.is_file() {
        return Ok(What::Named(Named::Archive(path.into())));
    }
    let is_path = ["./", "../", "/", "~"].iter().any(|start| text.starts_with(start)) || [".", ".."].contains(&text);
    if is_path {
        return Err(Problem::usage(format!("there is no file or directory `{text}`"))
            .help("give a project's directory, an archive, or the name of an image"));
    }
    let reference = normalized(text);
    if reference.is_none() && !is_id(text) {
        return Err(Problem::usage(format!("`{text}` is no directory, no archive, and no name of an image"))
            .help("names of images are in lower case: `team/model:1.0`, `registry.example/team/model`"));
    }
    // A few hex digits may be an id or a name; only the engine knows.
    let reference = reference.filter(|_| !text.starts_with("sha256:"));
    Ok(What::Named(Named::Image { shown: text.to_owned(), reference }))
}

fn is_id(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    (4..=64).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A project's `cog.yaml`. What is wrong with it is found when it is compiled.
pub(super) fn config(directory: &Path) -> Result<Config, Problem> {
    let tree = project::open(Some(directory))?;
    Ok(Project::read(Box::new(tree), &SourceMap::new(), &mut Sink::new()).config)
}

/// The name of a project's image: what `cog.yaml` says, else that of its folder, as Cog does.
pub fn image_name(directory: &Path, config: &Config) -> String {
    let named = config.image.as_ref().or(config.model.as_ref()).map(|name| name.value.clone());
    named.filter(|name| normalized(name).is_some()).unwrap_or_else(|| {
        let folder = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let folder = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
        let name: String = folder.chars().map(plain).collect();
        let name: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
        format!("cog-{}", if name.is_empty() { "model".to_owned() } else { name.join("-") })
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write the files that are named")]
mod tests {
    use super::*;

    fn image(text: &str) -> (String, Option<String>) {
        match what(Some(text)) {
            Ok(What::Named(Named::Image { shown, reference })) => (shown, reference),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_there_is_meant_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::create_dir(path("project")).unwrap();
        std::fs::create_dir(path("layout")).unwrap();
        std::fs::write(path("layout/oci-layout"), "{}").unwrap();
        std::fs::write(path("model.tar"), "").unwrap();
        assert_eq!(what(Some(&path("project"))).unwrap(), What::Project(path("project").into()));
        for name in ["layout", "model.tar"] {
            assert_eq!(what(Some(&path(name))).unwrap(), What::Named(Named::Archive(path(name).into())));
        }
        assert!(what(Some(&path("missing"))).unwrap_err().message.contains("no file or directory"));
    }

    #[test]
    fn other_names_are_those_of_images() {
        let full = |name: &str| Some(format!("docker.io/library/{name}"));
        assert_eq!(
            image("model-that-is-not-there"),
            ("model-that-is-not-there".into(), full("model-that-is-not-there:latest"))
        );
        assert_eq!(image("r.example/a/b:1").1, Some("r.example/a/b:1".into()));
        assert_eq!(image("a1b2c3d4").1, full("a1b2c3d4:latest"));
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(image(&digest), (digest.clone(), None));
        assert!(what(Some("My Model")).is_err());
    }

    #[test]
    fn an_image_is_called_like_its_folder() {
        let name = |folder: &str| image_name(Path::new(folder), &Config::default());
        assert_eq!(name("/nowhere/My_Model v2"), "cog-my-model-v2");
        assert_eq!(name("/"), "cog-model");
    }
}
