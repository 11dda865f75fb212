//! Metadata and a description of the real image → every difference, in words.

use crate::image::find::{Description, variable};
use crate::resolve::image::{Image, Package};
use crate::version::Version;

/// Everything that metadata say and that is otherwise. What they leave open is no difference.
pub fn compare(known: &Image, real: &Description) -> Vec<String> {
    let mut found = Vec::new();
    // An archive often holds one platform of several, and says nothing of the others.
    let is_one = real.image.platforms.len() == 1
        && real.image.platforms.iter().all(|platform| known.platforms.contains(platform));
    for platform in known.platforms.iter().filter(|platform| !is_one && !real.image.platforms.contains(platform)) {
        found.push(format!("it is for {}, not for {platform}", real.image.platforms.join(" and ")));
    }
    for entry in &known.env {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        match variable(&real.image.env, name) {
            Some(is) if is == value => {}
            Some(is) => found.push(format!("`{name}` is `{is}`, not `{value}`")),
            None => found.push(format!("it has no variable `{name}`")),
        }
    }
    if known.has_config() {
        for (what, said, is) in
            [("entrypoint", &known.entrypoint, &real.image.entrypoint), ("cmd", &known.cmd, &real.image.cmd)]
        {
            if said != is {
                found.push(format!("its {what} is {is:?}, not {said:?}"));
            }
        }
        let of = |text: &Option<String>, same: &[&str]| text.clone().filter(|text| !same.contains(&text.as_str()));
        let workdir = (of(&known.workdir, &["/"]), of(&real.image.workdir, &["/"]));
        let user = (of(&known.user, &["root", "0"]), of(&real.image.user, &["root", "0"]));
        for (what, (said, is), none) in [("working directory", workdir, "/"), ("user", user, "root")] {
            if said != is {
                let or = |text: Option<String>| text.unwrap_or_else(|| none.to_owned());
                found.push(format!("its {what} is `{}`, not `{}`", or(is), or(said)));
            }
        }
    }
    for (name, package) in &known.packages {
        found.extend(of_package(name, package, real));
    }
    found
}

fn of_package(name: &str, known: &Package, real: &Description) -> Option<String> {
    let there = known.path.as_ref().map(|path| real.tree.0.real(path).is_some());
    if let (Some(path), Some(false)) = (&known.path, there) {
        let elsewhere = real.image.packages.get(name).and_then(|package| package.path.as_ref());
        return Some(match elsewhere {
            Some(other) => format!("`{name}` is at `{other}`, and `{path}` is not there"),
            None => format!("it has no `{name}`: `{path}` is not there"),
        });
    }
    let found = real.image.packages.get(name).or_else(|| real.image.packages.get(&format!("apt:{name}")));
    let Some(found) = found else {
        return (there != Some(true)).then(|| format!("it has no `{name}`"));
    };
    let said = known.version.as_ref()?;
    match &found.version {
        Some(is) if is_of(said.as_str(), is) => None,
        Some(is) => Some(format!("`{name}` is {is}, not {said} (by {})", found.source)),
        None => Some(format!("the version of `{name}` cannot be told; the metadata say {said}")),
    }
}

/// Whether a version is the one that was said, as far as both tell: `9` is said of `9.1.0`.
fn is_of(said: &str, is: &str) -> bool {
    let equal = match (Version::parse(said), Version::parse(is)) {
        (Ok(said), Ok(is)) => said == is,
        _ => said == is,
    };
    equal || is.strip_prefix(said).is_some_and(|rest| rest.starts_with('.'))
}
