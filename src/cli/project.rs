//! The project that a command is about: finding it, and what the command line says of it.

use std::path::{Path, PathBuf};

use crate::cli::args::ProjectArgs;
use crate::cli::exit::Problem;
use crate::cli::files;
use crate::compile::{BlockFile, Options};
use crate::diagnostic::Sink;
use crate::llb::graph::platform::normalize;
use crate::plan::model::Platform;
use crate::project::disk::{DiskTree, find_root};
use crate::project::large;
use crate::resolve::{BaseChoice, Choices, ParamChoice};
use crate::version::Version;

/// Opens the project's directory.
pub fn open(directory: Option<&Path>) -> Result<DiskTree, Problem> {
    let root = root(directory)?;
    DiskTree::open(&root).map_err(|error| {
        Problem::usage(format!("cannot open the project `{}`: {error}", root.display())).help(other_directory(&root))
    })
}

/// What to name in place of what is no project.
fn other_directory(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_remote = text.contains("://") || text.starts_with("git@") || text.starts_with("github.com/");
    match path.parent() {
        _ if is_remote => "a project is a directory here: clone or unpack it first, and name that".to_owned(),
        _ if text == "-" => "a project is a directory; a plan is read from standard input with `--plan -`".to_owned(),
        Some(parent) if files::is_file(path) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            format!("give the directory that it is in: `{}`", parent.display())
        }
        _ => "give the path of a directory that can be read".to_owned(),
    }
}

/// Tells of large files that are sent and are no weights.
pub fn hint_at_large_files(directory: Option<&Path>, sink: &mut Sink) -> Result<(), Problem> {
    large::hint(Box::new(open(directory)?)).into_iter().for_each(|found| sink.push(found));
    Ok(())
}

/// The directory that was named, else the nearest one upwards that is a project.
pub fn root(directory: Option<&Path>) -> Result<PathBuf, Problem> {
    match directory {
        Some(directory) => Ok(directory.to_owned()),
        None => Ok(find_root(&files::here()?)),
    }
}

/// What the command line says of the project.
pub fn options(args: &ProjectArgs) -> Result<Options, Problem> {
    options_on(args, one_platform(args)?)
}

/// What the command line says of the project, on one of its platforms.
pub fn options_on(args: &ProjectArgs, platform: (String, String)) -> Result<Options, Problem> {
    let mut blocks = Vec::new();
    for path in &args.choices.blocks {
        for file in files::block_files(path)? {
            blocks.push(BlockFile { name: file.display().to_string(), text: files::read(&file)? });
        }
    }
    let set = args.choices.set.iter().map(|text| param_choice(text)).collect::<Result<_, _>>()?;
    let driver = args.choices.driver.as_deref().map(driver).transpose()?;
    let base = args.choices.base.as_deref().map(base_choice).transpose()?;
    let choices = Choices {
        stack: args.choices.stack.clone(),
        with: args.choices.with.clone(),
        without: args.choices.without.clone(),
        set,
        base,
        driver,
    };
    Ok(Options { choices, platform, blocks, locked: args.choices.locked, pinned: true })
}

/// Where the kernel tells the version of NVIDIA's driver.
const HOST_DRIVER: &str = "/proc/driver/nvidia/version";

/// A version; or `host`, which is read off this machine.
fn driver(text: &str) -> Result<Version, Problem> {
    if text == "host" {
        let told = files::read(Path::new(HOST_DRIVER)).ok();
        return told.and_then(|told| driver_told(&told)).ok_or_else(|| {
            Problem::usage(format!("this machine tells no version of NVIDIA's driver in `{HOST_DRIVER}`"))
                .help("name the driver of the machines that the image runs on, such as `--driver 550.54.15`")
        });
    }
    Version::parse(text).map_err(|invalid| {
        Problem::usage(format!("`{text}` is not the version of a driver: {}", invalid.reason))
            .help("write it as `nvidia-smi` shows it, such as `--driver 550.54.15`")
    })
}

/// `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 …`: the first word after `Module` that is a version.
fn driver_told(told: &str) -> Option<Version> {
    let line = told.lines().find(|line| line.starts_with("NVRM version:"))?;
    let is_version = |word: &&str| word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit());
    Version::parse(line.split_whitespace().find(is_version)?).ok()
}

fn base_choice(text: &str) -> Result<BaseChoice, Problem> {
    let (build, runtime) = match text.split_once(',') {
        Some((build, runtime)) => (build.trim(), Some(runtime.trim())),
        None => (text.trim(), None),
    };
    if build.is_empty() || runtime.is_some_and(str::is_empty) {
        return Err(Problem::usage(format!("`{text}` names no base image"))
            .help("write `--base BUILD` or `--base BUILD,RUNTIME`"));
    }
    Ok(BaseChoice { build: build.into(), runtime: runtime.map(str::to_owned) })
}

fn param_choice(text: &str) -> Result<ParamChoice, Problem> {
    let parsed = text.split_once('=').and_then(|(name, value)| {
        let (block, param) = name.split_once('.')?;
        (!block.is_empty() && !param.is_empty()).then(|| ParamChoice {
            block: block.into(),
            param: param.into(),
            value: value.into(),
        })
    });
    parsed
        .ok_or_else(|| Problem::usage(format!("`{text}` does not set a param")).help("write `--set BLOCK.PARAM=VALUE`"))
}

/// The platforms, each once; the default where none is named.
pub fn platforms(args: &ProjectArgs) -> Result<Vec<(String, String)>, Problem> {
    let mut platforms = Vec::new();
    for text in &args.choices.platform {
        let platform = platform(text.trim())?;
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    Ok(if platforms.is_empty() { vec![Options::default().platform] } else { platforms })
}

fn one_platform(args: &ProjectArgs) -> Result<(String, String), Problem> {
    let platforms = platforms(args)?;
    match platforms.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(Problem::usage("several platforms are named, and a plan is for one").help("name one `--platform`")),
    }
}

fn platform(text: &str) -> Result<(String, String), Problem> {
    // As Docker reads them: the operating system may be left out, and there are other names for the same.
    let (os, rest) = text.split_once('/').filter(|(os, _)| *os == "linux").unwrap_or(("linux", text));
    let (arch, variant) = rest.split_once('/').map_or((rest, None), |(arch, variant)| (arch, Some(variant.to_owned())));
    let platform = normalize(&Platform { os: os.into(), arch: arch.into(), variant });
    match (platform.arch.as_str(), &platform.variant) {
        ("amd64" | "arm64", None) => Ok((platform.os, platform.arch)),
        _ => Err(Problem::usage(format!("`{text}` is not a platform that images are made for"))
            .help("the platforms are linux/amd64 and linux/arm64")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_read_as_docker_reads_them() {
        for (text, arch) in [
            ("linux/amd64", "amd64"),
            ("linux/arm64/v8", "arm64"),
            ("linux/aarch64", "arm64"),
            ("linux/x86_64", "amd64"),
            ("arm64", "arm64"),
        ] {
            assert_eq!(platform(text), Ok(("linux".into(), arch.into())), "{text}");
        }
        for text in
            ["", "linux", "linux/", "windows/amd64", "linux/arm/v7", "linux/amd64/v3", "linux/arm64/v9", "amd64/x/y"]
        {
            assert!(platform(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_project_says_what_to_name() {
        let help = |text: &str| other_directory(Path::new(text));
        for remote in ["https://git.example/a.git", "git@git.example:a/b.git", "github.com/a/b"] {
            assert!(help(remote).contains("clone"), "{remote}");
        }
        assert!(help("-").contains("--plan -"));
        assert!(help("Cargo.toml").ends_with("`.`") && help("./src/lib.rs").ends_with("`./src`"));
        assert!(help("none").contains("can be read"));
    }

    #[test]
    fn the_drivers_version_is_read_where_the_kernel_tells_it() {
        let told = |text: &str| driver_told(text).map(|version| version.to_string());
        let proprietary = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n\
                           GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n";
        assert_eq!(told(proprietary).as_deref(), Some("535.104.05"));
        let open = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\n";
        assert_eq!(told(open).as_deref(), Some("570.86.15"));
        assert_eq!(told("GCC version:  gcc version 12.2.0\n"), None);
        assert_eq!(told("NVRM version: something else\n"), None);
    }
}
