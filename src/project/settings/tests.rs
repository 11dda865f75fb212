//! Texts of `cogpack.toml` → [`Settings`].

use super::*;
use crate::diagnostic::Sink;
use crate::project::data::parse_toml;
use crate::source::SourceMap;

fn read(text: &str) -> Settings {
    let file = SourceMap::new().add("cogpack.toml", text);
    let mut sink = Sink::new();
    let settings = Settings::read(&parse_toml(file, text).unwrap(), file, &mut sink);
    assert!(sink.diagnostics().is_empty(), "{:?}", sink.diagnostics());
    settings
}

#[test]
fn every_key_is_read() {
    let settings = read(
        r#"
stack = "python"
with = ["torch", "my-block"]
without = ["pip"]
blocks = ["tools/blocks"]

[params.uv]
link_mode = "hardlink"
flags = ["-q"]

[export]
cmd = ["python", "main.py"]
entrypoint = []
workdir = "/src"
user = "1000"
expose = [5000, 8080]
env = { HF_HOME = "/cache" }
labels = { "org.example.title" = "x" }
"#,
    );
    let values = |list: &[Located<String>]| list.iter().map(|item| item.value.clone()).collect::<Vec<_>>();
    assert_eq!(settings.stack.unwrap().value, "python");
    assert_eq!(values(&settings.with), ["torch", "my-block"]);
    assert_eq!(values(&settings.without), ["pip"]);
    assert_eq!(values(&settings.block_paths.unwrap()), ["tools/blocks"]);
    assert_eq!(settings.params["uv"].values.keys().collect::<Vec<_>>(), ["link_mode", "flags"]);
    let export = settings.export;
    assert_eq!(export.cmd.unwrap().value, ["python", "main.py"]);
    assert_eq!(export.entrypoint.unwrap().value, [""; 0]);
    assert_eq!((export.workdir.unwrap().value, export.user.unwrap().value), ("/src".into(), "1000".into()));
    assert_eq!(export.expose.iter().map(|port| port.value).collect::<Vec<_>>(), [5000, 8080]);
    assert_eq!(export.env["HF_HOME"].value, "/cache");
    assert_eq!(export.labels["org.example.title"].value, "x");
}

#[test]
fn absent_blocks_and_no_blocks_differ() {
    assert_eq!(read("").block_paths, None);
    assert_eq!(read("blocks = []").block_paths, Some(Vec::new()));
}
