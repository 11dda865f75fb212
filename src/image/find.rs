//! What lies in an image → what is known of it: Python, uv, CUDA, tools and Debian packages, with versions where something tells them.

mod python;

use indexmap::IndexMap;

use crate::image::contents::Contents;
use crate::image::tree::Tree;
use crate::project::settings::world::described::Described;

/// The search path of an image that sets none.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Tools that are found by their name alone.
const TOOLS: &[&str] = &["gcc", "git", "make", "curl", "node", "npm"];

/// What is known of a real image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// What metadata say, too.
    pub image: Described<Package>,
    /// The digest of its manifest, or of its index.
    pub digest: Option<String>,
    /// What lies where.
    pub tree: TreeOf,
}

/// The files of a description. Two are always equal: descriptions are compared by what they say.
#[derive(Clone, Debug, Default)]
pub struct TreeOf(pub Tree);

impl PartialEq for TreeOf {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Something in an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its version, where something tells it.
    pub version: Option<String>,
    /// The program or directory.
    pub path: Option<String>,
    /// What told of it.
    pub source: String,
}

/// Whether the bytes of a file tell of packages.
pub fn matters(path: &str) -> bool {
    path == "var/lib/dpkg/status"
        || path.strip_prefix("var/lib/dpkg/status.d/").is_some_and(|name| !name.ends_with(".md5sums"))
        || path.ends_with("/patchlevel.h") && path.contains("include/python")
        || path.ends_with("/version.json") && path.contains("usr/local/cuda")
}

/// Says what is in an image, which is called `fallback` where it does not say itself.
pub fn describe(contents: &Contents, fallback: &str) -> Description {
    let run = contents.config.run();
    let env = run.env.unwrap_or_default();
    let has = |text: Option<String>| text.filter(|text| !text.is_empty());
    let reference = contents.reference.clone().filter(|name| name.contains('/')).unwrap_or_else(|| fallback.to_owned());
    let last = reference.rsplit('/').next().unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    Description {
        image: Described {
            name: last.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).take(128).collect(),
            platforms: contents.platforms.clone(),
            packages: packages(&contents.tree, &env),
            env,
            workdir: has(run.working_dir),
            user: has(run.user),
            entrypoint: run.entrypoint.unwrap_or_default(),
            cmd: run.cmd.unwrap_or_default(),
            reference,
        },
        digest: contents.digest.clone(),
        tree: TreeOf(contents.tree.clone()),
    }
}

/// The value of a variable.
pub fn variable<'e>(env: &'e [String], name: &str) -> Option<&'e str> {
    env.iter().rev().find_map(|entry| entry.strip_prefix(name)?.strip_prefix('='))
}

fn packages(tree: &Tree, env: &[String]) -> IndexMap<String, Package> {
    let debian = debian(tree);
    let path: Vec<&str> = variable(env, "PATH").unwrap_or(PATH).split(':').collect();
    let program = |name: &str| {
        let places = path.iter().map(|folder| format!("{folder}/{name}"));
        places.into_iter().find(|place| place.starts_with('/') && tree.is_file(place))
    };
    let mut found = IndexMap::new();
    cuda(tree, env, &debian, &mut found);
    python::find(tree, &program, &debian, &mut found);
    for name in TOOLS {
        if let Some(path) = program(name) {
            let version = debian.get(*name).filter(|_| path.starts_with("/usr/bin/")).map(|full| upstream(full));
            found.insert((*name).to_owned(), package(version, Some(path), "its program"));
        }
    }
    found.sort_keys();
    for (name, version) in debian {
        found.insert(format!("apt:{name}"), package(Some(version), None, "dpkg"));
    }
    found
}

fn package(version: Option<String>, path: Option<String>, source: &str) -> Package {
    Package { version, path, source: source.to_owned() }
}

fn cuda(tree: &Tree, env: &[String], debian: &IndexMap<String, String>, found: &mut IndexMap<String, Package>) {
    let link = "/usr/local/cuda";
    if let Some(real) = tree.real(link) {
        let told = tree.text("/usr/local/cuda/version.json").and_then(|text| {
            let json: serde_json::Value = serde_json::from_str(&text).ok()?;
            Some(json.pointer("/cuda/version")?.as_str()?.to_owned())
        });
        let said = variable(env, "CUDA_VERSION").map(str::to_owned);
        let named = real.rsplit_once("cuda-").map(|(_, version)| version.to_owned());
        let (version, source) = match (told, said, named) {
            (Some(version), ..) => (Some(version), "version.json"),
            (None, Some(version), _) => (Some(version), "CUDA_VERSION"),
            (None, None, version) => (version, "its folder"),
        };
        let nvcc = "/usr/local/cuda/bin/nvcc";
        if tree.is_file(nvcc) {
            found.insert("nvcc".to_owned(), package(version.clone(), Some(nvcc.to_owned()), source));
        }
        found.insert("cuda".to_owned(), package(version, Some(link.to_owned()), source));
    }
    let said = variable(env, "NV_CUDNN_VERSION").map(|version| (upstream(version), "NV_CUDNN_VERSION"));
    let is_cudnn = |name: &str| name.strip_prefix("libcudnn").is_some_and(|rest| rest.starts_with(['8', '9']));
    let installed = debian.iter().find(|(name, _)| is_cudnn(name));
    if let Some((version, source)) = said.or_else(|| Some((upstream(installed?.1), "dpkg"))) {
        found.insert("cudnn".to_owned(), package(Some(version), None, source));
    }
}

/// Debian's packages that are installed, by name.
fn debian(tree: &Tree) -> IndexMap<String, String> {
    let mut found = IndexMap::new();
    let folder = "var/lib/dpkg/status.d";
    let files = tree.names(folder).map(|name| format!("{folder}/{name}"));
    for file in std::iter::once("var/lib/dpkg/status".to_owned()).chain(files) {
        for paragraph in tree.text(&file).unwrap_or_default().split("\n\n") {
            let field = |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let is_there = field("Status").is_none_or(|status| status.trim().ends_with(" installed"));
            if let (Some(name), Some(version), true) = (field("Package"), field("Version"), is_there) {
                found.insert(name.trim().to_owned(), version.trim().to_owned());
            }
        }
    }
    found.sort_keys();
    found
}

/// The version that a Debian package's is of: `1:2.39.5-0+deb12u2` is `2.39.5`.
fn upstream(version: &str) -> String {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let version = version.rsplit_once('-').map_or(version, |(rest, _)| rest);
    version.split(['+', '~']).next().unwrap_or_default().to_owned()
}
