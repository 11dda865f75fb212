//! A [`PlanDiff`] → lines for people, each with its kind. Whoever prints them may colour them by it.

use serde_json::Value;

use crate::diagnostic::render::visible_whole;

use super::fields::shown;
use super::{Change, FieldChange, OperationChange, PlanDiff, StageChange};

/// A value longer than this is cut.
const LONGEST: usize = 100;

/// A line for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it tells of.
    pub change: Change,
    /// How far in it stands, two blanks each.
    pub level: usize,
    /// The text, with nothing hidden in it.
    pub text: String,
}

impl Line {
    /// The sign in front of it: `+`, `-`, `~` or a blank.
    pub fn marker(&self) -> char {
        match self.change {
            Change::Added => '+',
            Change::Removed => '-',
            Change::Changed | Change::Moved => '~',
            Change::Same => ' ',
        }
    }

    /// The line with its marker, without a line end.
    pub fn plain(&self) -> String {
        format!("{} {}{}", self.marker(), "  ".repeat(self.level), self.text).trim_end().to_owned()
    }
}

/// The difference as lines; none when there is none.
pub fn lines(diff: &PlanDiff) -> Vec<Line> {
    let mut page = Page::default();
    page.part("platform", &diff.platform);
    for stage in &diff.stages {
        page.stage(stage);
    }
    page.part("contexts", &diff.contexts);
    page.part("export", &diff.export);
    page.lines
}

/// The difference as plain text.
pub fn to_text(diff: &PlanDiff) -> String {
    lines(diff).iter().map(|line| line.plain() + "\n").collect()
}

#[derive(Default)]
struct Page {
    lines: Vec<Line>,
}

impl Page {
    fn line(&mut self, change: Change, level: usize, text: &str) {
        let text = visible_whole(text).replace('\n', "\\n").replace('\t', "\\t");
        self.lines.push(Line { change, level, text });
    }

    fn part(&mut self, name: &str, fields: &[FieldChange]) {
        if !fields.is_empty() {
            self.line(Change::Changed, 0, name);
            self.fields(1, fields);
        }
    }

    fn stage(&mut self, stage: &StageChange) {
        let moved = if stage.moved { " moved" } else { "" };
        self.line(stage.change, 0, &format!("stage {}{moved}", stage.id));
        self.fields(1, &stage.fields);
        for operation in &stage.operations {
            self.operation(operation);
        }
    }

    fn operation(&mut self, operation: &OperationChange) {
        self.line(operation.change, 1, &cut(&operation.summary));
        self.fields(2, &operation.fields);
    }

    fn fields(&mut self, level: usize, fields: &[FieldChange]) {
        for change in fields {
            let name = &change.field;
            match (&change.old, &change.new) {
                (Some(_), Some(_)) if !change.text.is_empty() => {
                    self.line(Change::Changed, level, name);
                    for line in &change.text {
                        self.line(line.change, level + 1, &line.text);
                    }
                }
                (Some(old), Some(new)) => {
                    self.line(Change::Changed, level, &format!("{name} {} → {}", value(old), value(new)));
                }
                (Some(old), None) => self.line(Change::Removed, level, &format!("{name} {}", value(old))),
                (None, Some(new)) => self.line(Change::Added, level, &format!("{name} {}", value(new))),
                (None, None) => {}
            }
        }
    }
}

/// A value on one line: an input or a list without the signs of JSON, where that can be read.
fn value(value: &Value) -> String {
    let told = match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().map(|(name, value)| format!("{name} {}", shown(value))).collect::<Vec<_>>().join(" ")
        }
        Value::Array(entries) => entries.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        other => shown(other),
    };
    cut(&told)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
