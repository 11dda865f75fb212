//! Text → [`Ast`]: the grammar reads each item; one that does not fit is read again statement by statement.

mod expressions;
mod items;
mod operations;
mod recovery;
mod statements;
mod strings;

use std::ops::Range;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use crate::diagnostic::{Diagnostic, Sink, code};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Ast, Comment, Ident, Item};
use crate::syntax::error;
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::mistake;
use crate::syntax::scan;

/// How many places that do not fit the grammar are reported for one file.
const MAX_MISTAKES: usize = 25;

/// Reads one file. What does not fit is reported to `sink` and left out of the tree; the rest is there.
pub fn parse(sources: &SourceMap, file: FileId, sink: &mut Sink) -> Ast {
    let source = sources.file(file);
    let text: &str = &source.text;
    let mut found = Sink::new();
    let scan = scan::scan(file, text, &mut found);
    let mut reader = Reader {
        file,
        text,
        base: 0,
        comments: &scan.comments,
        trouble: &scan.trouble,
        sink: &mut found,
        mistakes: 0,
        complete: scan.trouble.is_empty() && !scan.refused,
        lost: Vec::new(),
    };
    let items = scan.items.iter().filter_map(|range| reader.item(range.clone())).collect();
    let (complete, lost) = (reader.complete, reader.lost);
    let mut found = found.into_diagnostics();
    found.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
    for diagnostic in without_echoes(found) {
        sink.push(diagnostic);
    }
    Ast { file, items, comments: scan.comments, complete, lost }
}

/// A forgotten brace shows twice: where it is missing, and where everything behind it seems to be in the wrong place.
/// The second is left out. `found` is in the order of the text.
fn without_echoes(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let (mut unclosed, mut unopened) = (false, false);
    let mut kept = Vec::new();
    for diagnostic in found {
        unclosed |= diagnostic.code == code::SYNTAX_UNCLOSED_BRACKET;
        let echo = unclosed && diagnostic.code == code::SYNTAX_MISPLACED
            || unopened && diagnostic.code == code::SYNTAX_STRAY_BRACKET;
        // One brace that is missing leaves one too many.
        unopened &= !(echo && diagnostic.code == code::SYNTAX_STRAY_BRACKET);
        unopened |= diagnostic.code == code::SYNTAX_MISSING_BRACES;
        if !echo {
            kept.push(diagnostic);
        }
    }
    kept
}

/// Turns what the grammar read into the tree.
struct Reader<'t> {
    file: FileId,
    text: &'t str,
    /// Where the text that the grammar is reading begins in the file.
    base: usize,
    comments: &'t [Comment],
    trouble: &'t [usize],
    sink: &'t mut Sink,
    mistakes: usize,
    complete: bool,
    lost: Vec<String>,
}

/// Text that does not fit: the furthest place that was reached, and what would have fitted there.
struct Misfit {
    at: usize,
    expected: Vec<Rule>,
}

impl<'t> Reader<'t> {
    fn item(&mut self, range: Range<usize>) -> Option<Item> {
        if self.mistakes >= MAX_MISTAKES {
            self.complete = false;
            return None;
        }
        match self.read(Rule::whole_item, range.clone()) {
            Ok(mut pairs) => {
                let item = pairs.next().and_then(|pair| self.build_item(pair));
                self.complete &= item.is_some();
                item
            }
            Err(misfit) => self.recover_item(range, misfit),
        }
    }

    /// Lets the grammar read a part of the file that begins with `rule`.
    fn read(&mut self, rule: Rule, range: Range<usize>) -> Result<Pairs<'t, Rule>, Misfit> {
        self.base = range.start;
        let text: &'t str = self.text;
        let part = text.get(range.clone()).unwrap_or_default();
        Grammar::parse(rule, part).map_err(|error| {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
            };
            let expected = match error.variant {
                pest::error::ErrorVariant::ParsingError { positives, .. } => positives,
                pest::error::ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Misfit { at: range.start + at, expected }
        })
    }

    /// Says what is wrong at a misfit, unless something else was said about the same statement.
    fn report(&mut self, statement: Range<usize>, item: usize, misfit: &Misfit) {
        self.complete = false;
        self.lose(self.text.get(statement.clone()).unwrap_or_default());
        let known = self.trouble.iter().any(|at| statement.start <= *at && *at <= statement.end.max(misfit.at));
        if known {
            return;
        }
        self.mistakes += 1;
        let place = mistake::Place { file: self.file, text: self.text, item, at: misfit.at };
        self.sink.push(mistake::explain(place, &misfit.expected));
    }

    /// Notes what a statement that is left out may have declared: `let NAME`, `NAME = …`, `locals { NAME = … }`.
    fn lose(&mut self, statement: &str) {
        let first_line = statement.lines().next().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut words = first_line.split(|c: char| !is_name(c)).filter(|word| !word.is_empty());
        let Some(first) = words.next() else { return };
        let name = match first {
            "let" | "param" | "fn" | "for" | "def" | "function" | "func" | "stage" | "const" => words.next(),
            // Whoever writes these uses a name that they make elsewhere.
            "locals" => Some("local"),
            "variable" => Some("var"),
            "for_each" => Some("each"),
            _ => Some(first),
        };
        self.lost.extend(name.map(str::to_owned));
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        self.complete = false;
        self.sink.push(diagnostic);
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.file, self.base + span.start(), self.base + span.end())
    }

    /// The span without the blanks and comments that the grammar read behind its last token.
    fn trimmed(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = self.span(pair);
        let mut end = span.end as usize;
        loop {
            let text = self.text[..end].trim_end();
            end = text.len();
            let before = self.comments.partition_point(|comment| (comment.span.start as usize) < end);
            match before.checked_sub(1).and_then(|index| self.comments.get(index)) {
                Some(comment) if comment.span.end as usize >= end => end = comment.span.start as usize,
                _ => return Span::new(self.file, span.start as usize, end),
            }
        }
    }

    fn ident(&self, pair: &Pair<'_, Rule>) -> Ident {
        Ident { name: pair.as_str().to_owned(), span: self.span(pair) }
    }

    /// The doc comment that ends on the line above `start`: its lines without `##`.
    fn doc(&self, start: u32) -> Option<String> {
        let mut lines = Vec::new();
        let mut below = start as usize;
        let mut index = self.comments.partition_point(|comment| comment.span.start < start);
        while let Some(comment) = index.checked_sub(1).and_then(|index| self.comments.get(index)) {
            let range = comment.span.range();
            let gap = self.text.get(range.end..below)?;
            let own_line = self.text[..range.start].trim_end_matches([' ', '\t']);
            let alone = own_line.is_empty() || own_line.ends_with('\n');
            if !comment.doc || !alone || !gap.trim().is_empty() || gap.matches('\n').count() != 1 {
                break;
            }
            let line = self.text[range.clone()].trim_start_matches('#').trim_end();
            lines.push(line.strip_prefix(' ').unwrap_or(line));
            below = range.start;
            index -= 1;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn too_deep(&mut self, span: Span) {
        self.error(error::nested_too_deeply(span));
    }
}

/// The next pair, when it is of this rule.
fn next_if<'i>(pairs: &mut Pairs<'i, Rule>, rule: Rule) -> Option<Pair<'i, Rule>> {
    if pairs.peek()?.as_rule() == rule { pairs.next() } else { None }
}
