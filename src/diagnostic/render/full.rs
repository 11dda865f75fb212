//! Findings → reports for people: miette's graphical frames, with our header, and one hint at the end.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use super::excerpt::Excerpt;
use super::visible::{many_lines, one_line};
use super::{LONGEST_MESSAGE, MOST_LINES, MOST_REPORTS, Style, output, short, summary, word};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// Narrower than this, wrapped text is no longer readable.
const NARROWEST: usize = 40;

/// All reports, the number of findings, and where to read more.
pub(super) fn full(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let Some(first) = diagnostics.iter().find(|found| found.severity == Severity::Error).or(diagnostics.first()) else {
        return String::new();
    };
    let handler = handler(style);
    let (reported, rest) = diagnostics.split_at(diagnostics.len().min(MOST_REPORTS));
    let mut out = String::new();
    for found in reported {
        let report = Report::new(found, sources, style);
        // Writing to a string cannot fail; should miette refuse a report, its one line stands for it.
        let before = out.len();
        if handler.render_report(&mut out, &report).is_err() {
            out.truncate(before);
            out += &short::line(found, sources, style);
        } else if !found.output.is_empty() {
            out += &output_and_help(found, report.help.as_deref(), style);
        }
        out.push('\n');
    }
    let (listed, counted) = rest.split_at(rest.len().min(MOST_LINES));
    out.extend(listed.iter().map(|found| short::line(found, sources, style)));
    if !counted.is_empty() {
        out += &format!("and {}\n", summary(counted));
    }
    if !rest.is_empty() {
        out.push('\n');
    }
    let summary = summary(diagnostics);
    out + &format!("{summary}; run `cogpack explain {}` to read more\n", first.code.alias)
}

/// What a program wrote, and the help after it: what to do stands last, where people look first.
fn output_and_help(found: &Diagnostic, help: Option<&str>, style: &Style) -> String {
    let bar = if style.unicode { "│" } else { "|" };
    let lines = output(found).map(|line| format!("  {bar} {}", one_line(line, LONGEST_MESSAGE, style.unicode)));
    let mut out: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
    if let Some(help) = help {
        let options = textwrap::Options::new(style.width.max(NARROWEST))
            .initial_indent("  help: ")
            .subsequent_indent("        ")
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        let wrapped = textwrap::fill(help, options);
        out += &if style.colour { wrapped.replacen("help:", "\u{1b}[36mhelp:\u{1b}[0m", 1) } else { wrapped };
        out.push('\n');
    }
    out
}

fn handler(style: &Style) -> GraphicalReportHandler {
    let characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .without_syntax_highlighting()
        .with_links(false)
        .with_width(style.width.max(NARROWEST))
        // A name such as `run-commands` stays whole.
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
}

/// A finding as miette reads it. All text in it is safe to print.
#[derive(Debug)]
struct Report {
    severity: Severity,
    code: String,
    message: String,
    help: Option<String>,
    /// The help stands after something that miette does not print.
    is_help_apart: bool,
    excerpt: Excerpt,
}

impl Report {
    fn new(found: &Diagnostic, sources: &SourceMap, style: &Style) -> Self {
        let excerpt = Excerpt::new(found, sources, style);
        let mut help = found.help.as_ref().map(|help| many_lines(help, LONGEST_MESSAGE, style.unicode));
        if excerpt.left_out > 0 {
            let more = format!("{} more related places are not shown", excerpt.left_out);
            help = Some(help.map_or(more.clone(), |help| format!("{help}\n{more}")));
        }
        Self {
            severity: found.severity,
            code: format!("{}[{}] {}", word(found.severity), found.code.alias, found.code.name),
            message: one_line(&found.message, LONGEST_MESSAGE, style.unicode),
            help,
            is_help_apart: !found.output.is_empty(),
            excerpt,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().filter(|_| !self.is_help_apart).map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels.iter().cloned()))
    }
}
