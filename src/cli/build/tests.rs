//! Whole command lines.

use clap::Parser as _;

use serde_json::json;

use super::*;
use crate::build::request::OutputKind;

#[derive(Debug, clap::Parser)]
struct Line {
    #[command(flatten)]
    args: BuildArgs,
}

fn read_with(words: &[&str], environment: &Environment) -> Result<Given, Problem> {
    let line = Line::try_parse_from(std::iter::once(&"build").chain(words)).unwrap();
    given(&line.args, environment, false)
}

fn read(words: &[&str]) -> Result<Given, Problem> {
    read_with(words, &Environment::default())
}

fn refused(result: Result<Given, Problem>) -> Problem {
    result.err().expect("it is refused")
}

#[test]
fn a_name_alone_asks_for_an_image() {
    let given = read(&["-t", "model"]).unwrap();
    let [output] = given.request.outputs.as_slice() else { panic!("{:?}", given.request.outputs) };
    assert_eq!(
        (output.kind, output.attributes["name"].as_str()),
        (OutputKind::Image, "docker.io/library/model:latest")
    );
    assert_eq!(given.platforms, [("linux".to_owned(), "amd64".to_owned())]);
    assert_eq!((given.network, given.progress), (Network::Default, Progress::Auto));
    assert!(given.plan.is_none() && given.request.epoch.is_none() && given.request.attestations.is_empty());
}

#[test]
fn platforms_are_listed_or_repeated_and_there_once() {
    let arm = ("linux".to_owned(), "arm64".to_owned());
    let amd = ("linux".to_owned(), "amd64".to_owned());
    for words in [
        &["--platform", "linux/arm64,linux/amd64"][..],
        &["--platform", "linux/arm64", "--platform=linux/amd64,linux/arm64"],
    ] {
        assert_eq!(read(words).unwrap().platforms, [arm.clone(), amd.clone()], "{words:?}");
    }
    assert!(refused(read(&["--platform", "linux/amd64,linux/mips"])).help.unwrap().contains("linux/arm64"));
}

#[test]
fn the_epoch_is_digits() {
    let at = |text: &str| read_with(&[], &Environment::from([("SOURCE_DATE_EPOCH", text)]));
    assert_eq!(at("1700000000").unwrap().request.epoch, Some(1_700_000_000));
    assert_eq!(at("0").unwrap().request.epoch, Some(0));
    assert_eq!(at("").unwrap().request.epoch, None);
    for text in ["-1", "+1", "1.5", "now", "99999999999999999999", "1 "] {
        assert!(refused(at(text)).help.unwrap().contains("seconds since 1970"), "{text}");
    }
}

#[test]
fn progress_is_that_of_the_option_else_of_the_environment() {
    let plain = Environment::from([("BUILDKIT_PROGRESS", "plain")]);
    assert_eq!(read_with(&[], &plain).unwrap().progress, Progress::Plain);
    assert_eq!(read_with(&["--progress", "rawjson"], &plain).unwrap().progress, Progress::Rawjson);
    let wrong = Environment::from([("BUILDKIT_PROGRESS", "fancy")]);
    assert!(refused(read_with(&[], &wrong)).message.contains("BUILDKIT_PROGRESS=fancy"));
    assert_eq!(read_with(&["--progress=tty"], &wrong).unwrap().progress, Progress::Tty);
}

#[test]
fn privileges_are_known_and_the_hosts_network_is_one() {
    let allowed = |words: &[&str]| read(words).unwrap().request.entitlements;
    assert_eq!(allowed(&["--allow", "network.host,security.insecure"]), ["network.host", "security.insecure"]);
    assert_eq!(allowed(&["--network", "host", "--allow", "network.host"]), ["network.host"]);
    assert_eq!(allowed(&["--network", "none"]), [""; 0]);
    assert_eq!(refused(read(&["--allow", "network.hots"])).help.unwrap(), "did you mean `network.host`?");
}

#[test]
fn attestations_take_a_value_or_none() {
    let asked = |words: &[&str]| format!("{:?}", read(words).unwrap().request.attestations);
    assert_eq!(asked(&["--provenance", "--sbom"]), "{\"provenance\": {}, \"sbom\": {}}");
    assert_eq!(asked(&["--provenance=mode=max", "--sbom=false"]), "{\"provenance\": {\"mode\": \"max\"}}");
}

#[test]
fn files_about_the_build_are_no_outputs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (one, two, output) = (path("one"), path("two"), format!("type=oci,dest={}", path("one")));
    assert!(read(&["--iidfile", &one, "--metadata-file", &two]).is_ok());
    for words in [&["--iidfile", &one, "--metadata-file", &one][..], &["--metadata-file", &one, "-o", &output]] {
        assert!(refused(read(words)).message.contains("something else is written there"), "{words:?}");
    }
    assert!(refused(read(&["--iidfile", &path("a/b")])).message.contains("its folder does not exist"));
}

#[test]
fn objects_that_exporters_answer_with_are_decoded() {
    let answers = [("image.name", "abcd"), ("containerimage.descriptor", "eyJzaXplIjo4fQ=="), ("empty", "e30=")];
    let answers = answers.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let expected = json!({ "containerimage.descriptor": { "size": 8 }, "empty": "e30=", "image.name": "abcd" });
    assert_eq!(run::metadata(&answers.into()), expected);
}

#[test]
fn certificates_are_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, "key").unwrap();
    let words = ["--ca", path.to_str().unwrap()];
    assert!(refused(read(&words)).message.contains("holds no certificate"));
    std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
    assert!(read(&words).unwrap().ca.is_some());
}

#[test]
fn a_plan_excludes_a_project_and_its_contexts_need_it() {
    let refused = |words: &[&str]| Line::try_parse_from(std::iter::once(&"build").chain(words)).is_err();
    assert!(refused(&["--plan", "plan.json", "."]));
    assert!(refused(&["--plan", "plan.json", "--platform", "linux/amd64"]));
    for words in [&["--context", "a=b"][..], &["--context", "a=b", "."]] {
        assert!(read(words).err().expect("it is refused").message.contains("is for a plan"), "{words:?}");
    }
    assert!(!refused(&["--plan", "plan.json", "--context", "a=b"]));
}

#[test]
fn what_engines_are_found_by_is_passed_on() {
    let environment =
        Environment::from([("BUILDKIT_HOST", "unix:///run/b.sock"), ("SECRET", "canary"), ("HOME", "/h")]);
    let choice = read_with(&["--engine", "docker"], &environment).unwrap().choice;
    assert_eq!(choice.engine.as_deref(), Some("docker"));
    assert_eq!(choice.environment.keys().collect::<Vec<_>>(), ["BUILDKIT_HOST", "HOME"]);
}
