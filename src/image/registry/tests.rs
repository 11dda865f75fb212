//! A registry of this process → what is read of it, and what is found.

mod server;

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::image::find::Description;
use crate::image::registry::{Login, Place};
use crate::image::tests::{archive, base, gzip, version};
use crate::image::{fetch, read};
use crate::project::settings::world::described::Described;
use server::{Answer, Asked, Server, Store, text};

/// An index of two platforms and an attestation, as `base:3`.
fn store() -> Store {
    let mut store = Store::default();
    let attestation = {
        let mut entry = store.image("amd64", archive(&[("attestation", b"")]));
        entry["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
        entry
    };
    let entries =
        [attestation, store.image("arm64", archive(&[("usr/bin/git", b"ELF")])), store.image("amd64", gzip(&base()))];
    let index = store.manifest(&json!({ "schemaVersion": 2, "manifests": entries }));
    store.tag("3", &index);
    store
}

fn inspect(server: &Server, name: &str, login: Option<(&str, &str)>) -> Result<Description, Box<Diagnostic>> {
    let login = login.map(|(username, secret)| Login { username: username.into(), secret: secret.into() });
    let place = Place { reference: format!("{}/{name}", server.host), login, plain: true };
    fetch(place, server.runtime.handle(), "linux/amd64")
}

#[test]
fn an_index_leads_to_the_image_of_the_platform() {
    let answers = store();
    let server = Server::start(move |asked| answers.answer(asked.line));
    let real = inspect(&server, "base:3", None).unwrap();
    assert_eq!(real.image.reference, format!("{}/base:3", server.host));
    assert_eq!(real.image.name, "base-3");
    assert_eq!(real.image.platforms, ["linux/arm64", "linux/amd64"]);
    assert_eq!(real.digest, Some(text(&server::descriptor(&store().manifests["3"]))));
    assert_eq!(version(&real, "python"), Some("3.13.5"));
    assert_eq!(version(&real, "apt:netbase"), Some("6.4"));
    // The tag's digest, the index, the manifest, the config, one layer: nothing twice, nothing of others.
    assert_eq!(server.asked().len(), 5, "{:?}", server.asked());
    assert_eq!(server.asked()[0], "HEAD /v2/base/manifests/3");

    let digest = real.digest.unwrap();
    assert_eq!(version(&inspect(&server, &format!("base@{digest}"), None).unwrap(), "python"), Some("3.13.5"));
    let place = Place { reference: format!("{}/base:3", server.host), login: None, plain: true };
    let other = fetch(place.clone(), server.runtime.handle(), "linux/arm64").unwrap();
    assert_eq!(other.image.packages.keys().collect::<Vec<_>>(), ["git"]);
    let none = fetch(place, server.runtime.handle(), "linux/s390x").unwrap_err();
    assert_eq!(none.code.alias, "E1305");
    assert!(none.help.unwrap().contains("there is linux/arm64, linux/amd64"));
}

#[test]
fn a_folder_in_ocis_layout_is_read_as_the_registry_is() {
    let folder = tempfile::tempdir().unwrap();
    store().write(folder.path(), "3");
    let real = read(folder.path(), "linux/amd64").unwrap();
    let answers = store();
    let server = Server::start(move |asked| answers.answer(asked.line));
    let fetched = inspect(&server, "base:3", None).unwrap();
    assert_eq!(real.image.reference, folder.path().display().to_string());
    let Described { name, reference, .. } = fetched.image.clone();
    assert_eq!(Description { image: Described { name, reference, ..real.image }, ..real }, fetched);
}

const TOKEN: &str = "Bearer t0ken";
/// `me:secret`
const BASIC: &str = "Basic bWU6c2VjcmV0";

/// A registry that wants a token of its own.
fn with_tokens(store: &Store, asked: &Asked<'_>) -> Answer {
    if asked.line.starts_with("GET /token?") {
        let is_right = asked.line.contains("repository%3Abase%3Apull") && asked.line.contains("service=here");
        return match asked.authorization {
            Some(BASIC) if is_right => (200, Vec::new(), br#"{"token":"t0ken"}"#.to_vec()),
            _ => (401, Vec::new(), b"{}".to_vec()),
        };
    }
    let challenge = format!("Bearer realm=\"http://{}/token\",service=\"here\"", asked.host);
    match asked.authorization {
        Some(TOKEN) => store.answer(asked.line),
        _ => (401, vec![("www-authenticate", challenge)], b"{}".to_vec()),
    }
}

/// A registry that wants the password itself.
fn with_passwords(store: &Store, asked: &Asked<'_>) -> Answer {
    match asked.authorization {
        Some(BASIC) => store.answer(asked.line),
        _ => (401, vec![("www-authenticate", "Basic realm=\"here\"".to_owned())], b"{}".to_vec()),
    }
}

#[test]
fn a_registry_that_wants_a_login_is_told_it_and_no_other_gives_anything() {
    for of in [with_tokens, with_passwords] {
        let answers = store();
        let server = Server::start(move |asked| of(&answers, asked));
        let real = inspect(&server, "base:3", Some(("me", "secret"))).unwrap();
        assert_eq!(version(&real, "python"), Some("3.13.5"));
        for (login, why) in [
            (None, "gives it only to those who are logged in"),
            (Some(("me", "wrong")), "refuses the credentials of Docker's config"),
            (Some(("", "token")), "has an identity token in Docker's config, which only Docker can use"),
        ] {
            let found = inspect(&server, "base:3", login).unwrap_err();
            assert_eq!(found.code.alias, "E1307");
            assert!(found.message.ends_with(&format!("`{}` {why}", server.host)), "{}", found.message);
            assert!(found.help.unwrap().contains(&format!("docker login {}", server.host)));
        }
    }
}

#[test]
fn credentials_are_not_shown_to_a_registry_that_does_not_ask() {
    let answers = store();
    let server = Server::start(move |asked| {
        assert_eq!(asked.authorization, None);
        answers.answer(asked.line)
    });
    inspect(&server, "base:3", Some(("me", "secret"))).unwrap();
}

#[test]
fn layers_that_lie_elsewhere_are_read_there_without_what_the_registry_was_shown() {
    let answers = store();
    let elsewhere = Server::start(move |asked| {
        assert_eq!(asked.authorization, None);
        answers.answer(asked.line)
    });
    let (answers, host) = (store(), elsewhere.host.clone());
    let server = Server::start(move |asked| match asked.line.strip_prefix("GET /v2/base/blobs/") {
        Some(_) if asked.authorization == Some(BASIC) => {
            (307, vec![("location", asked.line.replace("GET ", &format!("http://{host}")))], Vec::new())
        }
        _ => with_passwords(&answers, asked),
    });
    let real = inspect(&server, "base:3", Some(("me", "secret"))).unwrap();
    assert_eq!(version(&real, "python"), Some("3.13.5"));
    assert_eq!(elsewhere.asked().len(), 2, "a config and a layer");
}

/// What is found when a registry answers otherwise to the requests whose line has `part`.
fn found(part: &'static str, answer: impl Fn(&Asked<'_>) -> Answer + Send + Sync + 'static) -> Box<Diagnostic> {
    let answers = store();
    let server = Server::start(move |asked| {
        let is_meant = asked.line.contains(part);
        if is_meant { answer(asked) } else { answers.answer(asked.line) }
    });
    inspect(&server, "base:3", None).unwrap_err()
}

#[test]
fn what_a_registry_answers_otherwise_is_found() {
    let plain = |status: u16, body: &[u8]| (status, Vec::new(), body.to_vec());
    let layer = text(&server::descriptor(&gzip(&base())));
    let at_layer: &'static str = Box::leak(format!("/blobs/{layer}").into_boxed_str());
    let mut other = gzip(&base());
    let middle = other.len() / 2;
    other[middle] ^= 1;
    let mut longer = gzip(&base());
    longer.push(0);
    let cut = gzip(&base())[..100].to_vec();
    let challenge = |asked: &Asked<'_>| format!("Bearer realm=\"http://{}/token\"", asked.host);
    let bad_token = move |asked: &Asked<'_>| match asked.line.starts_with("GET /token") {
        true => (200, Vec::new(), br#"{"token":"a\nb"}"#.to_vec()),
        false => (401, vec![("www-authenticate", challenge(asked))], Vec::new()),
    };
    let cases = [
        ("no such tag", found("HEAD", move |_| plain(404, b"")), "E1309"),
        ("it is forbidden", found("HEAD", move |_| plain(403, b"{}")), "E1307"),
        ("it is unwell", found("HEAD", move |_| plain(503, b"later")), "E1308"),
        ("it is no registry", found("manifests", move |_| plain(200, b"<html>")), "E1302"),
        ("another manifest", found("GET /v2/base/manifests", move |_| plain(200, b"{}")), "E1302"),
        ("an endless manifest", found("GET /v2/base/manifests", move |_| plain(200, &[b' '; 9 << 20])), "E1303"),
        ("no layer", found(at_layer, move |_| plain(404, b"")), "E1302"),
        ("another layer", found(at_layer, move |_| plain(200, &other)), "E1302"),
        ("a longer layer", found(at_layer, move |_| plain(200, &longer)), "E1302"),
        ("half a layer", found(at_layer, move |_| plain(200, &cut)), "E1302"),
        ("a token that none can be", found("", bad_token), "E1308"),
    ];
    for (what, found, code) in cases {
        assert_eq!(found.code.alias, code, "{what}: {}", found.message);
        assert!(found.help.is_some(), "{what}");
    }
}

#[test]
fn a_registry_that_is_away_is_found_with_the_reason() {
    let server = Server::start(|_| (200, Vec::new(), Vec::new()));
    let place = |reference: &str, plain| Place { reference: reference.into(), login: None, plain };
    let away = fetch(place("127.0.0.1:9/base:3", true), server.runtime.handle(), "linux/amd64").unwrap_err();
    assert_eq!(away.code.alias, "E1308");
    assert!(away.message.ends_with("`127.0.0.1:9` cannot be reached: connection refused"), "{}", away.message);
    let unencrypted = format!("{}/base:3", server.host);
    let no_tls = fetch(place(&unencrypted, false), server.runtime.handle(), "linux/amd64").unwrap_err();
    assert_eq!(no_tls.code.alias, "E1308");
}
