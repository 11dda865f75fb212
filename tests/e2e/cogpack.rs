//! Runs `cogpack build` on an engine and reads the image it makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::engine::Engine;
use crate::image::Image;

/// What a build ended with.
pub struct Build {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote, to stderr and stdout.
    pub output: String,
    /// The archive, when it succeeded and the engine could write one.
    archive: Option<PathBuf>,
    /// It succeeded, and the engine writes no archive of an image without layers.
    pub has_no_archive: bool,
}

impl Build {
    /// Whether the engine lacks something that the plan needs. Only those refuse that are older than Docker 23.
    pub fn is_refused(&self) -> bool {
        self.code == Some(1) && self.output.contains("error[E1052]")
    }

    pub fn image(&self) -> Option<Image> {
        self.archive.as_deref().map(Image::read)
    }
}

/// `cogpack` on an engine, whatever this process was started with.
pub fn command(engine: &Engine) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cogpack"));
    command.stdin(Stdio::null());
    for variable in ["BUILDKIT_HOST", "BUILDKIT_PROGRESS", "DOCKER_HOST", "DOCKER_CONTEXT", "SOURCE_DATE_EPOCH"] {
        command.env_remove(variable);
    }
    command.env(engine.variable.0, &engine.variable.1).env("NO_COLOR", "1");
    command
}

/// Runs `cogpack build` with these arguments, and asks for an archive in `folder`. `name` is the image's on engines that
/// write no archives themselves.
pub fn build(engine: &Engine, folder: &Path, name: &str, arguments: &[String], env: &[(String, String)]) -> Build {
    let archive = folder.join("image.tar");
    let tag = format!("docker.io/cogpack-test/{name}:latest");
    let output = if engine.writes_oci {
        ["-o".to_owned(), format!("type=oci,dest={}", archive.display())]
    } else {
        ["-t".to_owned(), tag.clone()]
    };
    let mut command = command(engine);
    command.arg("build").args(arguments).args(output).current_dir(folder).envs(env.iter().cloned());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let output = [stderr, stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let is_saved = status.success() && (engine.writes_oci || save(engine, &tag, &archive));
    Build {
        code: status.code(),
        output,
        archive: is_saved.then_some(archive),
        has_no_archive: status.success() && !is_saved,
    }
}

/// Writes an image of the engine's store to an archive, and takes it out of the store. False when the image has no layers,
/// which Docker 20.10 does not write.
pub fn save(engine: &Engine, tag: &str, archive: &Path) -> bool {
    let saved = engine.docker().arg("save").arg("-o").arg(archive).arg(tag).output().unwrap();
    engine.docker().args(["rmi", tag]).output().unwrap();
    let said = String::from_utf8_lossy(&saved.stderr);
    let is_empty = said.contains("empty export - not implemented");
    assert!(saved.status.success() || is_empty, "{}: {said}", engine.name);
    saved.status.success()
}
