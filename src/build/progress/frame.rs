//! What happened so far → the lines that a terminal shows of it now.
//!
//! Steps of one stage are one row. Rows that ended come first and take one line; those that run show their steps, their
//! transfers and the last lines they wrote, as far as there is room.

use indexmap::IndexMap;
use unicode_width::UnicodeWidthChar;

use crate::build::progress::model::{Model, Period, Vertex, union};
use crate::build::progress::text::{bytes, one_line};
use crate::build::progress::time::{Time, short};
use crate::diagnostic::render::Style;

/// How many last lines are shown of a step when there is room.
const MOST_LOG: usize = 6;
/// How many steps, and how many transfers, of one row.
const MOST_STEPS: usize = 3;
/// Times stand no further right.
const WIDEST: usize = 110;

/// What a line says, in the terminal's words for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Plain,
    Dim,
    Good,
    Bad,
    Active,
}

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub rows: usize,
    pub columns: usize,
}

/// Lines for a terminal.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Rows that ended, by their key.
    pub ended: IndexMap<String, String>,
    /// What runs, and how far it is.
    pub live: Vec<String>,
}

/// A row: a stage, or a step that belongs to none.
struct Row<'a> {
    key: &'a str,
    name: &'a str,
    steps: Vec<&'a Vertex>,
}

/// The frame at `now`.
pub(super) fn frame(model: &Model, now: Option<Time>, room: Room, style: &Style) -> Frame {
    let painter = Painter { columns: room.columns.saturating_sub(1), style, now };
    let rows = rows(model);
    let mut ended: Vec<(&Row<'_>, Option<Time>)> =
        rows.iter().filter(|row| row.has_ended()).map(|row| (row, row.end())).collect();
    ended.sort_by_key(|(_, end)| *end);
    let mut running: Vec<&Row<'_>> = rows.iter().filter(|row| row.is_running()).collect();
    running.sort_by_key(|row| row.start());
    let ended = ended.into_iter().filter(|(row, _)| !row.is_hidden());
    Frame {
        ended: ended.map(|(row, _)| (row.key.to_owned(), painter.ended(row))).collect(),
        live: painter.live(model, &running, room.rows),
    }
}

fn rows(model: &Model) -> Vec<Row<'_>> {
    let mut rows: IndexMap<(bool, &str), Row<'_>> = IndexMap::new();
    for vertex in model.vertices() {
        let (key, name) = match &vertex.group {
            Some(group) if !group.id.is_empty() => ((true, group.id.as_str()), group.name.as_str()),
            _ => ((false, vertex.digest.as_str()), vertex.name.as_str()),
        };
        rows.entry(key).or_insert_with(|| Row { key: key.1, name, steps: Vec::new() }).steps.push(vertex);
    }
    rows.into_values().collect()
}

impl Row<'_> {
    fn is_running(&self) -> bool {
        self.steps.iter().any(|step| step.is_running())
    }

    /// Whether all of its steps ended, or it failed and none runs.
    fn has_ended(&self) -> bool {
        let all = self.steps.iter().all(|step| step.is_completed());
        let some = self.steps.iter().any(|step| !step.error.is_empty());
        !self.is_running() && (all || some)
    }

    /// What the daemon does for itself is of no interest once it is done.
    fn is_hidden(&self) -> bool {
        self.steps.iter().all(|step| step.is_internal() && step.error.is_empty())
    }

    fn start(&self) -> Option<Time> {
        self.periods().iter().map(Period::start).min()
    }

    fn end(&self) -> Option<Time> {
        self.periods().iter().filter_map(Period::end).max()
    }

    fn periods(&self) -> Vec<Period> {
        self.steps.iter().flat_map(|step| step.periods()).copied().collect()
    }
}

struct Painter<'a> {
    columns: usize,
    style: &'a Style,
    now: Option<Time>,
}

impl Painter<'_> {
    fn ended(&self, row: &Row<'_>) -> String {
        let (sign, tone) = if row.steps.iter().any(|step| step.has_failed()) {
            (self.sign("✗", "x"), Tone::Bad)
        } else if row.steps.iter().any(|step| step.was_cancelled()) {
            (self.sign("–", "-"), Tone::Dim)
        } else {
            (self.sign("✔", "+"), Tone::Good)
        };
        let cached = row.steps.iter().all(|step| step.cached);
        let time = if cached { "cached".to_owned() } else { short(union(row.periods(), self.now)) };
        self.row(sign, tone, row.name, &time)
    }

    fn live(&self, model: &Model, running: &[&Row<'_>], rows: usize) -> Vec<String> {
        // One line for how far all is.
        let room = rows.saturating_sub(1);
        let logs = match running.len() {
            0 | 1 => MOST_LOG,
            2 => 4,
            _ => 2,
        };
        let mut lines = (0..=logs).rev().map(|most| self.running(running, most)).find(|lines| lines.len() <= room);
        if lines.is_none() {
            let mut headers: Vec<String> = running.iter().map(|row| self.header(row)).collect();
            if headers.len() > room {
                let hidden = headers.len() - room.saturating_sub(1);
                headers.truncate(room.saturating_sub(1));
                headers.push(self.line(Tone::Dim, &format!("  and {hidden} more")));
            }
            lines = Some(headers);
        }
        let mut lines = lines.unwrap_or_default();
        lines.truncate(room);
        lines.push(self.line(Tone::Plain, &total(model, self.now)));
        lines
    }

    fn running(&self, rows: &[&Row<'_>], logs: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for row in rows {
            lines.push(self.header(row));
            let steps: Vec<&&Vertex> = row.steps.iter().filter(|step| step.is_running()).collect();
            let (shown, hidden) = steps.split_at(steps.len().min(MOST_STEPS));
            for step in shown {
                self.step(row, step, logs, &mut lines);
            }
            if !hidden.is_empty() {
                lines.push(self.line(Tone::Dim, &format!("    and {} more", hidden.len())));
            }
        }
        lines
    }

    fn step(&self, row: &Row<'_>, step: &Vertex, logs: usize, lines: &mut Vec<String>) {
        if step.group.is_some() {
            let name = step.name.strip_prefix(&format!("[{}] ", row.key)).unwrap_or(&step.name);
            lines.push(self.line(Tone::Plain, &format!("    {name}")));
        }
        let open = step.statuses.iter().filter(|(_, status)| status.completed.is_none());
        for (id, status) in open.take(MOST_STEPS) {
            let so_far = match (status.current, status.total) {
                (0, 0) => String::new(),
                (current, 0) => format!(" {}", bytes(current)),
                (current, total) => format!(" {} / {}", bytes(current), bytes(total)),
            };
            lines.push(self.line(Tone::Dim, &format!("    {}{so_far}", one_line(id))));
        }
        let partial = step.partial_line();
        let all = step.log().map(str::to_owned).chain(partial).collect::<Vec<_>>();
        let bar = self.sign("│", "|");
        for line in &all[all.len().saturating_sub(logs)..] {
            lines.push(self.line(Tone::Dim, &format!("    {bar} {line}")));
        }
    }

    fn header(&self, row: &Row<'_>) -> String {
        let turn = self.now.map_or(0, |now| now.tenths());
        let signs = if self.style.unicode {
            ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
        } else {
            ["|", "/", "-", "\\", "|", "/", "-", "\\", "|", "/"]
        };
        let sign = signs[usize::try_from(turn.rem_euclid(10)).unwrap_or(0)];
        let tone = if row.is_hidden() { Tone::Dim } else { Tone::Active };
        self.row(sign, tone, row.name, &short(union(row.periods(), self.now)))
    }

    /// A sign, a name, and a time at the right.
    fn row(&self, sign: &str, tone: Tone, name: &str, time: &str) -> String {
        let width = self.columns.min(WIDEST);
        let room = width.saturating_sub(time.len() + 1);
        let left = self.cut(&format!("{sign} {name}"), room);
        if room < 8 {
            return self.line(tone, &format!("{sign} {name}"));
        }
        let gap = " ".repeat(width - time.len() - columns(&left));
        let (sign, name) = left.split_at(sign.len());
        format!("{}{name}{gap}{}", self.paint(tone, sign), self.paint(Tone::Dim, time))
    }

    fn line(&self, tone: Tone, text: &str) -> String {
        self.paint(tone, &self.cut(text, self.columns))
    }

    fn cut(&self, text: &str, room: usize) -> String {
        let text = text.replace('\t', "    ");
        if columns(&text) <= room {
            return text;
        }
        let mark = self.sign("…", ">");
        let mut left = room.saturating_sub(1);
        let mut kept = String::new();
        for c in text.chars() {
            let width = c.width().unwrap_or(0);
            if width > left {
                break;
            }
            left -= width;
            kept.push(c);
        }
        if room > 0 { kept + mark } else { String::new() }
    }

    fn sign<'a>(&self, unicode: &'a str, ascii: &'a str) -> &'a str {
        if self.style.unicode { unicode } else { ascii }
    }

    fn paint(&self, tone: Tone, text: &str) -> String {
        let sgr = match tone {
            Tone::Plain => return text.to_owned(),
            _ if !self.style.colour => return text.to_owned(),
            Tone::Dim => "2",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Active => "36",
        };
        format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
    }
}

/// How far all is: `12.3s, 5 of 9 steps done, 3 cached, 20.48kB sent`.
fn total(model: &Model, now: Option<Time>) -> String {
    let steps = model.vertices().filter(|step| !step.is_internal());
    let (mut all, mut done, mut cached) = (0, 0, 0);
    for step in steps {
        all += 1;
        done += usize::from(step.is_completed());
        cached += usize::from(step.is_completed() && step.cached);
    }
    let mut words = vec![short(model.elapsed_until(now))];
    if all > 0 {
        words.push(format!("{done} of {all} steps done"));
    }
    if cached > 0 {
        words.push(format!("{cached} cached"));
    }
    let sent: u64 = model.sent.values().fold(0, |sum, sent| sum.saturating_add(sent.bytes));
    if sent > 0 {
        words.push(format!("{} sent", bytes(sent)));
    }
    words.join(", ")
}

/// How many columns a text takes; colours take none.
pub(super) fn columns(text: &str) -> usize {
    let mut total: usize = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            // Only our own: `ESC [ … m`.
            rest.find(|c| *c == 'm');
        } else {
            total += c.width().unwrap_or(0);
        }
    }
    total
}
