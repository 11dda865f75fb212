//! Texts of `cog.yaml` → [`Config`] and its JSON.

use super::*;
use crate::diagnostic::{Severity, Sink};
use crate::project::data::parse_yaml;
use crate::source::SourceMap;

fn read(text: &str) -> Config {
    let sources = SourceMap::new();
    let file = sources.add("cog.yaml", text);
    let mut sink = Sink::new();
    let config = Config::read(&parse_yaml(file, text).unwrap(), file, &mut sink);
    let errors: Vec<_> = sink.diagnostics().iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    config
}

const FULL: &str = r#"
build:
  gpu: yes
  python_version: 3.10
  python_packages: [torch==2.8.0]
  system_packages: [ffmpeg]
  run:
    - echo <one>
    - command: |
        make
        make install
      mounts:
        - {type: secret, id: pip, target: /etc/pip.conf}
  pre_install: [echo two]
  cuda: 11.8
  cudnn: 8
  sdk_version: prerelease
model: registry.example/me/model
run: run.py:Runner
train: pkg/train.py:train
concurrency: {max: 1, default_target: 1}
environment: [A=1, B=]
weights:
  - name: base
    target: /src/base
    source: {uri: hf://me/base, include: ["*.bin"]}
  - name: merged
    target: /src/merged
    source: [{uri: hf://me/one}, {uri: hf://me/two, exclude: ["*.onnx"]}]
"#;

#[test]
fn every_key_is_read_and_written_as_cog_writes_it() {
    let config = read(FULL);
    let pretty: serde_json::Value = serde_json::from_str(&config.to_json()).unwrap();
    insta::assert_snapshot!(format!("{FULL}---\n{}", serde_json::to_string_pretty(&pretty).unwrap()));
    assert_eq!(config.run.map(|run| run.value).as_deref(), Some("run.py:Runner"));
    assert!(config.build.sdk_version.is_some_and(|version| version.value.is_any()));
    assert_eq!(config.weights[1].sources.len(), 2);
}

#[test]
fn a_version_is_kept_as_it_is_written() {
    for text in ["3.10", "'3.10'", "\"3.10\""] {
        let config = read(&format!("build: {{python_version: {text}}}"));
        assert_eq!(config.build.python_version.unwrap().value.as_str(), "3.10");
    }
}

#[test]
fn null_and_empty_texts_are_absent() {
    let nulls = "build: {gpu: null, python_version: ~, python_requirements: '', run: null, cuda: ''}\nimage:\nrun: ''\n\
                 predict: null\nconcurrency: null\nenvironment:\nweights: ~\n";
    let absent = Config { file: read(nulls).file, ..Config::default() };
    assert_eq!(read(nulls), absent);
    assert_eq!(read(""), absent);
    assert_eq!(read("build:"), absent);
    assert_eq!(absent.to_json(), r#"{"build":{}}"#);
}
