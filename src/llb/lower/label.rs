//! What progress and errors show of an operation: its name, its group, the place in the block.

use std::rc::Rc;

use bollard_buildkit_proto::pb;

use crate::llb::definition::ProgressGroup;
use crate::llb::graph::{Location, Meta, SourceFile};
use crate::llb::lower::Lowering;
use crate::plan::model::{Input, Origin, Stage};

/// How many characters of a name are shown.
const LONGEST: usize = 100;

/// What the operations of a stage share.
#[derive(Clone)]
pub(super) struct Labels<'a> {
    stage: &'a Stage,
    group: Rc<ProgressGroup>,
}

impl<'a> Labels<'a> {
    pub(super) fn of(stage: &'a Stage) -> Self {
        let name = if stage.name.is_empty() { stage.id.clone() } else { format!("{}: {}", stage.id, stage.name) };
        Self { stage, group: Rc::new(ProgressGroup { id: stage.id.clone(), name, weak: false }) }
    }

    pub(super) fn stage(&self) -> &'a Stage {
        self.stage
    }
}

impl<'a> Lowering<'a> {
    /// For an operation of a stage: `[STAGE] WORDS`.
    pub(super) fn meta(&mut self, labels: &Labels<'a>, origin: Option<&'a Origin>, words: &str) -> Meta {
        let meta = self.located(origin.or(labels.stage.origin.as_ref()));
        Meta { progress_group: Some(Rc::clone(&labels.group)), ..meta }.named(format!(
            "[{}] {}",
            labels.stage.id,
            shortened(words)
        ))
    }

    /// For a source, which may serve many stages.
    pub(super) fn source_meta(&mut self, origin: Option<&'a Origin>, words: &str) -> Meta {
        self.located(origin).named(shortened(words))
    }

    fn located(&mut self, origin: Option<&'a Origin>) -> Meta {
        let locations = origin.map(|origin| self.location(origin)).into_iter().collect();
        Meta { locations, ..Meta::default() }
    }

    fn location(&mut self, origin: &'a Origin) -> Location {
        let (graph, sources) = (&mut self.graph, &self.options.sources);
        let file = *self.files.entry(origin.file.as_str()).or_insert_with(|| {
            let text = sources.get(&origin.file).map_or("", |text| text);
            let language = if origin.file.ends_with(".block") { "Block" } else { "" };
            let data = text.as_bytes().to_vec();
            graph.add_file(SourceFile { filename: origin.file.clone(), language: language.to_owned(), data })
        });
        Location { file, ranges: vec![range(origin)] }
    }
}

/// BuildKit counts lines from 1 and characters from 0.
fn range(origin: &Origin) -> pb::Range {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let position =
        |line: u32, column: u32| pb::Position { line: number(line), character: number(column.saturating_sub(1)) };
    let start = position(origin.line, origin.column);
    let end = if origin.end_column <= 1 && origin.end_line > origin.line {
        // It ends where a line begins: that line is not part of it, and BuildKit would quote it.
        position(origin.end_line - 1, if origin.end_line - 1 == origin.line { origin.column } else { 1 })
    } else {
        position(origin.end_line, origin.end_column)
    };
    pb::Range { start: Some(start), end: Some(end) }
}

/// An input in words.
pub(super) fn words_for(input: &Input) -> String {
    match input {
        Input::Stage { stage } => format!("stage {stage}"),
        Input::Image { image } => format!("image {image}"),
        Input::Local { local, include } if include.is_empty() => format!("context {local}"),
        Input::Local { local, include } => format!("context {local} ({})", include.join(", ")),
        Input::Url { url, .. } => url.clone(),
        Input::Git { git, reference } => match reference {
            Some(reference) => format!("git {git} {reference}"),
            None => format!("git {git}"),
        },
        Input::Scratch { .. } => "scratch".to_owned(),
    }
}

/// The first line of a command that says what it does.
pub(super) fn words_for_command(command: &str) -> &str {
    let mut lines = command.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.find(|line| *line != "set -e").unwrap_or("true")
}

fn shortened(words: &str) -> String {
    let one_line = words.lines().next().unwrap_or_default();
    match one_line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(end_line: u32, end_column: u32) -> Origin {
        Origin { block: "b".to_owned(), file: "b.block".to_owned(), line: 3, column: 5, end_line, end_column }
    }

    fn ends_at(origin: &Origin) -> Option<(i32, i32)> {
        range(origin).end.map(|end| (end.line, end.character))
    }

    #[test]
    fn a_range_that_ends_where_a_line_begins_leaves_that_line_out() {
        assert_eq!(ends_at(&origin(3, 9)), Some((3, 8)));
        assert_eq!(ends_at(&origin(4, 1)), Some((3, 4)));
        assert_eq!(ends_at(&origin(6, 1)), Some((5, 0)));
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        let words = "é".repeat(LONGEST + 1);
        assert_eq!(shortened(&words).chars().count(), LONGEST + 1);
        assert_eq!(shortened("a\nb"), "a");
    }

    #[test]
    fn a_command_is_named_after_its_first_line_that_does_something() {
        assert_eq!(words_for_command("set -e\n# fetch\n  uv sync\nuv clean"), "uv sync");
    }
}
