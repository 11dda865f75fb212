//! Python, pip and uv: where they are, and which.

use indexmap::IndexMap;

use crate::image::find::{Package, package, upstream};
use crate::image::tree::Tree;

/// Where uv is besides the search path: its own image, and its installer.
const UV: &[&str] = &["/uv", "/root/.local/bin/uv", "/root/.cargo/bin/uv"];

/// Finds them.
pub fn find(
    tree: &Tree,
    program: &dyn Fn(&str) -> Option<String>,
    debian: &IndexMap<String, String>,
    found: &mut IndexMap<String, Package>,
) {
    let python = program("python3").or_else(|| program("python"));
    let home = python.as_ref().and_then(|path| home(tree, path));
    if let Some(path) = python {
        let (version, source) = match &home {
            Some((prefix, line)) => version(tree, prefix, line, debian),
            None => (None, "its program"),
        };
        found.insert("python".to_owned(), package(version, Some(path), source));
    }
    let installed = |name: &str| distribution(tree, home.as_ref()?, name);
    if let Some(path) = program("pip").or_else(|| program("pip3")) {
        let version = installed("pip").or_else(|| debian.get("python3-pip").map(|full| upstream(full)));
        found.insert("pip".to_owned(), package(version, Some(path), "its program"));
    }
    let known = || UV.iter().find(|path| tree.is_file(path)).map(|path| (*path).to_owned());
    if let Some(path) = program("uv").or_else(known) {
        let version = installed("uv").or_else(|| debian.get("uv").map(|full| upstream(full)));
        found.insert("uv".to_owned(), package(version, Some(path), "its program"));
    }
}

/// What a Python's program belongs to: `usr/bin/python3.13` to (`usr`, `3.13`).
fn home(tree: &Tree, path: &str) -> Option<(String, String)> {
    let real = tree.real(path)?;
    let (folder, name) = real.rsplit_once('/')?;
    let line = name.strip_prefix("python").filter(|line| line.contains('.'))?;
    Some((folder.rsplit_once('/').map_or("", |(prefix, _)| prefix).to_owned(), line.to_owned()))
}

fn version(tree: &Tree, prefix: &str, line: &str, debian: &IndexMap<String, String>) -> (Option<String>, &'static str) {
    let header = tree.text(&format!("{prefix}/include/python{line}/patchlevel.h"));
    let told = header.as_deref().and_then(|text| text.split_once("define PY_VERSION")?.1.split('"').nth(1));
    if let Some(version) = told {
        return (Some(version.trim_end_matches('+').to_owned()), "patchlevel.h");
    }
    let names = [format!("python{line}"), format!("python{line}-minimal"), format!("libpython{line}-minimal")];
    if prefix == "usr"
        && let Some(full) = names.iter().find_map(|name| debian.get(name))
    {
        return (Some(upstream(full)), "dpkg");
    }
    let library = tree.real(&format!("{prefix}/lib/python{line}"));
    (library.map(|_| line.to_owned()), "its library")
}

/// The version of a distribution that pip or uv installed, by the name of its folder.
fn distribution(tree: &Tree, (prefix, line): &(String, String), name: &str) -> Option<String> {
    let start = format!("{name}-");
    let folders = [format!("{prefix}/lib/python{line}"), format!("{prefix}/local/lib/python{line}")];
    let folders =
        folders.iter().flat_map(|folder| [format!("{folder}/site-packages"), format!("{folder}/dist-packages")]);
    folders.into_iter().find_map(|folder| {
        let folder = tree.real(&folder)?;
        let version = |name: &str| name.strip_prefix(start.as_str())?.strip_suffix(".dist-info").map(str::to_owned);
        tree.names(&folder).find_map(version)
    })
}
