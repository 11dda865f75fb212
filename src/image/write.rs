//! A description → TOML as `stdlib/images/` and `cogpack.toml` have it, and JSON.

use serde_json::{Value as Json, json};

use crate::image::find::{Description, Package};
use crate::version::Version;

/// As `[[image]]`. What cannot stand there, such as Debian's own versions, stands beside it as a comment.
pub fn toml(description: &Description) -> String {
    let image = &description.image;
    let mut text = String::new();
    if let Some(digest) = &description.digest {
        text.push_str(&format!("# digest: {digest}\n"));
    }
    text.push_str(&format!("[[image]]\nname = {}\nreference = {}\n", quoted(&image.name), quoted(&image.reference)));
    text.push_str(&format!("platforms = {}\n", list(&image.platforms)));
    for (key, items) in [("env", &image.env), ("entrypoint", &image.entrypoint), ("cmd", &image.cmd)] {
        if !items.is_empty() {
            text.push_str(&format!("{key} = {}\n", list(items)));
        }
    }
    for (key, value) in [("workdir", &image.workdir), ("user", &image.user)] {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {}\n", quoted(value)));
        }
    }
    text.push_str("\n[image.packages]\n");
    for (name, package) in &image.packages {
        text.push_str(&row(name, package));
    }
    text
}

fn row(name: &str, package: &Package) -> String {
    let is_bare = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let key = if is_bare(name) { name.to_owned() } else { quoted(name) };
    let version = package.version.as_deref();
    let read = version.filter(|version| Version::parse(version).is_ok());
    let fields = [("version", read), ("path", package.path.as_deref())];
    let fields: Vec<String> =
        fields.iter().filter_map(|(key, value)| Some(format!("{key} = {}", quoted((*value)?)))).collect();
    let value = if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) };
    let aside = version.filter(|_| read.is_none()).map(|version| format!(" # {}", version.escape_debug()));
    format!("{key} = {value}{}\n", aside.unwrap_or_default())
}

/// As a JSON document.
pub fn json(description: &Description) -> Json {
    let image = &description.image;
    let package = |(name, it): (&String, &Package)| {
        (name.clone(), json!({ "version": it.version, "path": it.path, "source": it.source }))
    };
    let packages: serde_json::Map<String, Json> = image.packages.iter().map(package).collect();
    json!({
        "name": image.name,
        "reference": image.reference,
        "digest": description.digest,
        "platforms": image.platforms,
        "env": image.env,
        "workdir": image.workdir,
        "user": image.user,
        "entrypoint": image.entrypoint,
        "cmd": image.cmd,
        "packages": packages,
    })
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A text as TOML quotes it: as JSON does, and one character more.
fn quoted(text: &str) -> String {
    Json::from(text).to_string().replace('\u{7f}', "\\u007f")
}
