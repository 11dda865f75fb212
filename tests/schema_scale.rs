//! Long predictors: a schema takes time in proportion to the text.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod python;

use std::time::{Duration, Instant};

use cogpack::diagnostic::Sink;
use cogpack::project::Project;
use cogpack::project::memory::MemoryTree;
use cogpack::schema::{self, Schema};
use cogpack::source::SourceMap;

/// The fastest of several, and the schema.
fn read(lines: usize) -> (Duration, Schema) {
    let files = python::project(lines);
    let tree: MemoryTree = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let project = Project::read(Box::new(tree), &SourceMap::new(), &mut Sink::new());
    let once = || {
        let mut sink = Sink::new();
        let start = Instant::now();
        let schema = schema::read(&project, &SourceMap::new(), &mut sink);
        (start.elapsed(), schema.unwrap_or_else(|| panic!("{:?}", sink.diagnostics())))
    };
    (0..7).map(|_| once()).min_by_key(|(time, _)| *time).unwrap()
}

#[test]
fn double_the_lines_take_about_double_the_time() {
    let ((once, one), (twice, two)) = (read(5_000), read(10_000));
    assert_eq!(one, two, "what does not matter does not change the schema");
    assert!(twice < once * 4 + Duration::from_millis(50), "{once:?}, then {twice:?}");
}

#[test]
fn the_long_predictor_has_the_inputs_that_it_declares() {
    let (_, schema) = read(5_000);
    let inputs = schema.inputs.unwrap();
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["prompt", "image", "size", "style", "steps", "guidance", "seed"]);
    assert_eq!(inputs[0].default.as_ref().unwrap(), "a picture of a house, in the style of a painting, with 4 windows");
    assert_eq!(inputs[4].default.as_ref().unwrap(), 20);
}
