//! `--secret` → [`Secret`]s by id. Values are not read here, and never shown.
#![expect(clippy::disallowed_methods, reason = "the files of secrets are looked at here")]

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::build::request::{MOST_SECRET_BYTES, Secret};
use crate::cli::build::environment::Environment;
use crate::cli::build::fields::Fields;
use crate::cli::exit::Problem;
use crate::source::disk::words;

/// How a secret is written.
const HELP: &str = "write `--secret id=ID,src=FILE` or `--secret id=ID,env=VARIABLE`";

const KEYS: &[&str] = &["id", "type", "src", "source", "env"];

/// Reads all values of `--secret`.
pub fn secrets(specs: &[String], environment: &Environment) -> Result<IndexMap<String, Secret>, Problem> {
    let mut secrets = IndexMap::new();
    for text in specs {
        let fields = Fields::parse("--secret", text)?;
        let (id, secret) = secret(&fields, environment)?;
        if secrets.contains_key(&id) {
            return Err(fields
                .problem(&format!("the secret `{id}` is given twice"))
                .help("give each an id of its own"));
        }
        secrets.insert(id, secret);
    }
    Ok(secrets)
}

fn secret(fields: &Fields<'_>, environment: &Environment) -> Result<(String, Secret), Problem> {
    let mut attributes = fields.attributes(HELP)?;
    if let Some(key) = attributes.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(fields.unknown("option of a secret", key, KEYS));
    }
    fields.word(&attributes, "type", &["file", "env"])?;
    let kind = attributes.shift_remove("type");
    let id = attributes.shift_remove("id").filter(|id| !id.is_empty());
    let Some(id) = id else { return Err(fields.problem("its id is missing").help(HELP)) };
    let (src, source) = (attributes.shift_remove("src"), attributes.shift_remove("source"));
    if src.is_some() && source.is_some() {
        return Err(fields.problem("`src` and `source` are the same").help(HELP));
    }
    let (file, variable) = match (kind.as_deref(), src.or(source), attributes.shift_remove("env")) {
        (_, Some(_), Some(_)) => return Err(fields.problem("a secret comes from a file or a variable").help(HELP)),
        (Some("file"), None, Some(_)) => {
            return Err(fields.problem("a secret of type `file` has no `env`").help(HELP));
        }
        // As Docker reads it: `type=env,src=NAME` names a variable.
        (Some("env"), Some(name), None) => (None, Some(name)),
        (_, file, variable) => (file, variable),
    };
    let secret = match (file, variable) {
        (Some(path), _) => of_file(fields, path.into())?,
        (None, Some(name)) => of_variable(fields, name, environment)?,
        (None, None) if kind.as_deref() != Some("file") && environment.has(&id) => Secret::Environment(id.clone()),
        (None, None) if kind.as_deref() == Some("env") => of_variable(fields, id.clone(), environment)?,
        (None, None) if Path::new(&id).exists() => of_file(fields, PathBuf::from(&id))?,
        (None, None) => {
            let what = format!("there is no variable and no file called `{id}`");
            return Err(fields.problem(&what).help(HELP));
        }
    };
    Ok((id, secret))
}

fn of_file(fields: &Fields<'_>, path: PathBuf) -> Result<Secret, Problem> {
    let refused = |reason: &str| fields.problem(&format!("cannot read `{}`: {reason}", path.display()));
    // Opened, not only looked at: rights show when it is. A pipe is left to the one who reads it.
    let metadata = std::fs::metadata(&path).map_err(|error| refused(&words(&error)).help(HELP))?;
    if metadata.is_dir() {
        return Err(refused("it is a directory").help("give the path of a file"));
    }
    if metadata.is_file() {
        std::fs::File::open(&path).map_err(|error| refused(&words(&error)))?;
    }
    if metadata.len() > MOST_SECRET_BYTES {
        return Err(refused(&format!("a secret has at most {} KiB", MOST_SECRET_BYTES >> 10))
            .help("what is larger is no secret: add it to the project"));
    }
    Ok(Secret::File(path))
}

fn of_variable(fields: &Fields<'_>, name: String, environment: &Environment) -> Result<Secret, Problem> {
    if !environment.has(&name) {
        let what = format!("the variable `{name}` is not set");
        return Err(fields.problem(&what).help("set it, or give the secret's file with `src=FILE`"));
    }
    Ok(Secret::Environment(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_as_docker_writes_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a,b");
        std::fs::write(&path, "canary").unwrap();
        let environment = Environment::from([("TOKEN", "canary"), ("EMPTY", "")]);
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "canary").unwrap();
        let file = |path: &Path| Secret::File(path.to_owned());
        let variable = |name: &str| Secret::Environment(name.to_owned());
        let cases = [
            (format!("id=x,src={}", plain.display()), "x", file(&plain)),
            (format!("type=file,id=x,source={}", plain.display()), "x", file(&plain)),
            (format!("id=x,\"src={}\"", path.display()), "x", file(&path)),
            ("id=x,env=TOKEN".into(), "x", variable("TOKEN")),
            ("id=x,env=EMPTY".into(), "x", variable("EMPTY")),
            ("type=env,id=x,src=TOKEN".into(), "x", variable("TOKEN")),
            ("id=TOKEN".into(), "TOKEN", variable("TOKEN")),
            (format!("id={}", plain.display()), plain.to_str().unwrap(), file(&plain)),
            ("id=x,src=/dev/null".into(), "x", file(Path::new("/dev/null"))),
        ];
        for (text, id, want) in cases {
            let secrets = secrets(std::slice::from_ref(&text), &environment).unwrap();
            assert_eq!(secrets, IndexMap::from([(id.to_owned(), want)]), "{text}");
        }
    }

    #[test]
    fn wrong_secrets_are_refused_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let large = folder.path().join("large");
        std::fs::write(&large, vec![b'x'; 500 * 1024 + 1]).unwrap();
        let environment = Environment::from([("TOKEN", "canary")]);
        let cases = [
            ("id=x".to_owned(), "no variable and no file called `x`"),
            ("x".into(), "not `KEY=VALUE`"),
            ("src=x".into(), "its id is missing"),
            ("id=,src=x".into(), "its id is missing"),
            ("id=x,src=no-such-file".into(), "no such file"),
            (format!("id=x,src={}", folder.path().display()), "it is a directory"),
            (format!("id=x,src={}", large.display()), "at most 500 KiB"),
            ("id=x,env=NOT_SET".into(), "is not set"),
            ("id=x,src=a,env=TOKEN".into(), "a file or a variable"),
            ("id=x,type=vault".into(), "`vault` is no type"),
            ("id=x,evn=TOKEN".into(), "`evn` is no option"),
            ("id=x,type=file,env=TOKEN".into(), "has no `env`"),
        ];
        for (text, what) in cases {
            let problem = secrets(std::slice::from_ref(&text), &environment).expect_err(&text);
            assert!(problem.message.contains(what) && problem.help.is_some(), "{text}: {problem:?}");
            assert!(!format!("{problem:?}").contains("canary"));
        }
        let twice = ["id=a,env=TOKEN".to_owned(), "id=a,env=TOKEN".to_owned()];
        assert!(secrets(&twice, &environment).unwrap_err().message.contains("given twice"));
    }
}
