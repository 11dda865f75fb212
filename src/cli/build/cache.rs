//! `--cache-to` and `--cache-from` → [`Cache`]s.

use crate::build::request::Cache;
use crate::cli::build::environment::Environment;
use crate::cli::build::fields::{Attributes, Fields};
use crate::cli::build::output::COMPRESSIONS;
use crate::cli::exit::Problem;
use crate::llb::reference;

/// What a type of cache can be told.
struct Kind {
    name: &'static str,
    /// What it must be told to keep steps, and to bring them back.
    needs: [&'static [&'static str]; 2],
    /// What it can be told besides, for both.
    knows: &'static [&'static str],
    /// What it can be told besides, to keep steps.
    knows_to: &'static [&'static str],
    /// What it can be told besides, to bring them back.
    knows_from: &'static [&'static str],
    example: &'static str,
}

const OF_BLOBS: &[&str] =
    &["mode", "ignore-error", "compression", "compression-level", "force-compression", "oci-mediatypes"];

const OF_IMAGES: &[&str] = &[
    "mode",
    "ignore-error",
    "compression",
    "compression-level",
    "force-compression",
    "oci-mediatypes",
    "image-manifest",
    "oci-artifact",
];

const KINDS: &[Kind] = &[
    Kind {
        name: "registry",
        needs: [&["ref"], &["ref"]],
        knows: &["registry.insecure"],
        knows_to: OF_IMAGES,
        knows_from: &[],
        example: "type=registry,ref=registry.example/team/cache",
    },
    Kind {
        name: "local",
        needs: [&["dest"], &["src"]],
        knows: &["tag"],
        knows_to: OF_IMAGES,
        knows_from: &["digest"],
        example: "type=local,dest=FOLDER to keep steps, type=local,src=FOLDER to bring them back",
    },
    Kind { name: "inline", needs: [&[], &[]], knows: &[], knows_to: &[], knows_from: &[], example: "type=inline" },
    Kind {
        name: "gha",
        needs: [&[], &[]],
        knows: &["url", "url_v2", "token", "scope", "timeout", "version", "repository", "ghtoken"],
        knows_to: OF_BLOBS,
        knows_from: &[],
        example: "type=gha,scope=NAME",
    },
    Kind {
        name: "s3",
        needs: [&["bucket", "region"], &["bucket", "region"]],
        knows: &[
            "name",
            "prefix",
            "blobs_prefix",
            "manifests_prefix",
            "endpoint_url",
            "use_path_style",
            "access_key_id",
            "secret_access_key",
            "session_token",
            "upload_parallelism",
            "touch_refresh",
        ],
        knows_to: OF_BLOBS,
        knows_from: &[],
        example: "type=s3,bucket=NAME,region=NAME",
    },
    Kind {
        name: "azblob",
        needs: [&["account_url"], &["account_url"]],
        knows: &[
            "account_name",
            "secret_access_key",
            "container",
            "name",
            "prefix",
            "blobs_prefix",
            "manifests_prefix",
        ],
        knows_to: OF_BLOBS,
        knows_from: &[],
        example: "type=azblob,account_url=ADDRESS",
    },
];

/// What the environment says of caches outside, as Docker reads it: the type, the attribute, the variable.
const FROM_ENVIRONMENT: &[(&str, &str, &str)] = &[
    ("gha", "url", "ACTIONS_CACHE_URL"),
    ("gha", "url_v2", "ACTIONS_RESULTS_URL"),
    ("gha", "token", "ACTIONS_RUNTIME_TOKEN"),
    ("s3", "region", "AWS_REGION"),
    ("s3", "access_key_id", "AWS_ACCESS_KEY_ID"),
    ("s3", "secret_access_key", "AWS_SECRET_ACCESS_KEY"),
    ("s3", "session_token", "AWS_SESSION_TOKEN"),
];

/// Which way steps go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `--cache-to`
    To,
    /// `--cache-from`
    From,
}

impl Way {
    fn option(self) -> &'static str {
        match self {
            Self::To => "--cache-to",
            Self::From => "--cache-from",
        }
    }
}

/// Reads all values of an option.
pub fn caches(way: Way, specs: &[String], environment: &Environment) -> Result<Vec<Cache>, Problem> {
    let mut caches = Vec::new();
    for text in specs {
        let fields = Fields::parse(way.option(), text)?;
        if fields.is_bare() {
            for field in &fields.all {
                caches.push(registry(&fields, field)?);
            }
        } else {
            caches.push(cache(way, &fields, environment)?);
        }
    }
    Ok(caches)
}

/// A reference alone.
fn registry(fields: &Fields<'_>, text: &str) -> Result<Cache, Problem> {
    if let Some(kind) = KINDS.iter().find(|kind| kind.name == text) {
        let help = format!("write `{}` for the type", kind.example);
        return Err(fields.problem("this would be an image of that name").help(help));
    }
    let attributes = Attributes::from([("ref".to_owned(), full(fields, text)?)]);
    Ok(Cache { kind: "registry".into(), attributes })
}

fn cache(way: Way, fields: &Fields<'_>, environment: &Environment) -> Result<Cache, Problem> {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let mut attributes = fields.attributes("write `type=registry,ref=REF`, for example, or a reference alone")?;
    let Some(name) = attributes.shift_remove("type") else {
        return Err(fields.problem("its type is missing").help("write `type=registry,ref=REF`, for example"));
    };
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
        return Err(fields.unknown("type of cache", &name, &names));
    };
    if kind.name == "inline" && way == Way::From {
        return Err(fields
            .problem("an inline cache lies in an image, and is read from there")
            .help("write `--cache-from IMAGE`, with the image's name"));
    }
    check(way, fields, kind, &attributes)?;
    for (_, key, variable) in FROM_ENVIRONMENT.iter().filter(|(of, ..)| *of == name) {
        if let Some(value) = environment.text(variable).filter(|_| !attributes.contains_key(*key)) {
            attributes.insert((*key).to_owned(), value.to_owned());
        }
    }
    if name == "gha" && environment.has("ACTIONS_CACHE_SERVICE_V2") && !attributes.contains_key("version") {
        attributes.insert("version".into(), "2".into());
    }
    let has_address = ["url", "url_v2"].iter().any(|key| attributes.contains_key(*key));
    if name == "gha" && !(has_address && attributes.contains_key("token")) {
        return Err(fields
            .problem(
                "GitHub's cache is reached from its workflows only: `ACTIONS_RUNTIME_TOKEN` and an address are not set",
            )
            .help(
                "an action has to hand both to the step that builds; elsewhere, take `type=registry` or `type=local`",
            ));
    }
    for key in kind.needs[way as usize] {
        if attributes.get(*key).is_none_or(String::is_empty) {
            return Err(fields.problem(&format!("`{key}` is missing")).help(format!("write `{}`", kind.example)));
        }
    }
    if let Some(text) = attributes.get("ref") {
        let full = full(fields, text)?;
        attributes.insert("ref".into(), full);
    }
    Ok(Cache { kind: name, attributes })
}

/// Whether the type knows its attributes, and their values are such. A wrong `mode` is `min` to the daemon, without a word.
fn check(way: Way, fields: &Fields<'_>, kind: &Kind, attributes: &Attributes) -> Result<(), Problem> {
    let known: Vec<&str> = match way {
        Way::To => [kind.needs[0], kind.knows, kind.knows_to].concat(),
        Way::From => [kind.needs[1], kind.knows, kind.knows_from].concat(),
    };
    for key in attributes.keys() {
        if !known.contains(&key.as_str()) {
            if kind.name == "local" && matches!(key.as_str(), "src" | "dest") {
                let other = format!("`{}` takes `{}`", way.option(), kind.needs[way as usize].concat());
                return Err(fields.problem(&format!("`{key}` is for the other way")).help(other));
            }
            return Err(match (known.is_empty(), way) {
                (true, _) => fields.problem(&format!("`{key}`: a cache of type `{}` has no options", kind.name)),
                (_, Way::From) if kind.knows_to.contains(&key.as_str()) => fields
                    .problem(&format!("`{key}` says how steps are kept"))
                    .help(format!("leave it out here; it belongs to `--cache-to type={}`", kind.name)),
                _ => fields.unknown("option of this type", key, &known),
            });
        }
    }
    fields.word(attributes, "mode", &["min", "max"])?;
    fields.word(attributes, "compression", COMPRESSIONS)?;
    fields.number(attributes, "compression-level")?;
    if let Some(digest) = attributes.get("digest").filter(|digest| !is_digest(digest)) {
        let help = "write `digest=sha256:` and the 64 digits that the folder's `index.json` has";
        return Err(fields.problem(&format!("`{digest}` is no digest of a cache")).help(help));
    }
    for flag in ["image-manifest", "oci-mediatypes", "oci-artifact", "ignore-error", "force-compression"] {
        fields.flag(attributes, flag)?;
    }
    for flag in ["registry.insecure", "use_path_style"] {
        fields.flag(attributes, flag)?;
    }
    Ok(())
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn full(fields: &Fields<'_>, text: &str) -> Result<String, Problem> {
    reference::normalize(text).ok_or_else(|| {
        fields
            .problem(&format!("`{text}` is no reference of an image"))
            .help("write `registry.example/team/cache`, for example")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(way: Way, text: &str) -> Result<Vec<Cache>, Problem> {
        let environment = Environment::from([
            ("ACTIONS_CACHE_URL", "https://cache.example/"),
            ("ACTIONS_RUNTIME_TOKEN", "canary"),
            ("AWS_SECRET_ACCESS_KEY", "canary"),
        ]);
        caches(way, &[text.to_owned()], &environment)
    }

    fn shown(caches: &[Cache]) -> Vec<String> {
        let attributes = |cache: &Cache| -> String {
            cache.attributes.iter().map(|(key, value)| format!(" {key}={value}")).collect()
        };
        caches.iter().map(|cache| cache.kind.clone() + &attributes(cache)).collect()
    }

    #[test]
    fn caches_are_read_as_docker_writes_them() {
        let cases: &[(Way, &str, &[&str])] = &[
            (Way::From, "r.example/c", &["registry ref=r.example/c:latest"]),
            (Way::From, "a,b:1", &["registry ref=docker.io/library/a:latest", "registry ref=docker.io/library/b:1"]),
            (
                Way::To,
                "type=registry,ref=r.example/c,mode=max,image-manifest=true",
                &["registry ref=r.example/c:latest mode=max image-manifest=true"],
            ),
            (Way::To, "type=local,dest=cache,mode=min", &["local dest=cache mode=min"]),
            (Way::From, "type=local,src=cache,tag=x", &["local src=cache tag=x"]),
            (Way::To, "type=inline", &["inline"]),
            (Way::To, "type=gha,scope=x,mode=max", &["gha scope=x mode=max url=https://cache.example/ token=canary"]),
            (Way::From, "type=gha,token=own,url=u", &["gha token=own url=u"]),
            (Way::To, "type=s3,bucket=b,region=r", &["s3 bucket=b region=r secret_access_key=canary"]),
        ];
        for (way, text, want) in cases {
            let caches = read(*way, text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
            assert_eq!(shown(&caches), *want, "{text}");
        }
    }

    #[test]
    fn wrong_caches_are_refused_with_what_to_write() {
        let cases = [
            (Way::To, "type=registry,ref=a,mode=maximum", "`min`, `max`"),
            (Way::To, "type=registry,ref=a,mode=mx", "`min`, `max`"),
            (Way::To, "type=registery,ref=a", "did you mean `registry`?"),
            (Way::To, "type=registry", "type=registry,ref="),
            (Way::To, "type=registry,ref=Bad Name", "registry.example/team/cache"),
            (Way::To, "type=local,src=x", "`--cache-to` takes `dest`"),
            (Way::To, "type=local", "type=local,dest="),
            (Way::From, "type=local,dest=x", "`--cache-from` takes `src`"),
            (Way::From, "type=local,src=", "src=FOLDER"),
            (Way::From, "type=local,src=x,digest=sha256:../../x", "digest=sha256:"),
            (Way::To, "type=local,dest=x,digest=sha256:0", "`dest`"),
            (Way::From, "type=registry,ref=a,mode=max", "--cache-to"),
            (Way::From, "type=inline", "--cache-from IMAGE"),
            (Way::To, "type=s3,bucket=x", "region"),
            (Way::To, "ref=a", "type=registry,ref=REF"),
            (Way::To, "inline", "type=inline"),
            (Way::To, "type=registry,ref=a,ignore-error=perhaps", "ignore-error=true"),
        ];
        for (way, text, help) in cases {
            let problem = read(way, text).expect_err(text);
            assert!(problem.help.as_ref().is_some_and(|it| it.contains(help)), "{text}: {problem:?}");
            assert!(problem.message.starts_with(&format!("`{} {text}`", way.option())), "{problem}");
        }
        let elsewhere = caches(Way::To, &["type=gha".to_owned()], &Environment::default()).unwrap_err();
        assert!(elsewhere.message.contains("from its workflows only"), "{elsewhere}");
        assert!(read(Way::To, "type=inline,mode=max").unwrap_err().message.contains("has no options"));
    }
}
