//! [`Ast`] → the text of the file in its standard form: same tree, same comments, two blanks an indent, 100 columns.
//!
//! [`node`] turns the tree into lines of segments with bodies in braces; this module places them, their comments and
//! blank lines; [`layout`] finds where a line that is too long breaks; [`expression`] and [`string`] write values.

mod expression;
mod layout;
mod node;
mod string;

use std::ops::Range;

use crate::source::SourceMap;
use crate::syntax::ast::{Ast, Comment};
use crate::syntax::format::node::Node;

/// How wide a line may be.
const WIDTH: usize = 100;

/// Writes a file in its standard form. A file with errors is given back as it is.
pub fn format(sources: &SourceMap, ast: &Ast) -> String {
    let source = sources.file(ast.file);
    if !ast.complete {
        return source.text.to_string();
    }
    let mut formatter = Formatter { text: &source.text, comments: &ast.comments, out: String::new() };
    let nodes = node::items(&source.text, ast);
    formatter.body(&nodes, 0..source.text.len(), 0);
    formatter.end_line();
    formatter.out
}

struct Formatter<'a> {
    text: &'a str,
    comments: &'a [Comment],
    out: String,
}

fn indent(level: usize) -> String {
    "  ".repeat(level)
}

impl<'a> Formatter<'a> {
    /// The comments that begin in a part of the text.
    fn comments_in(&self, range: Range<usize>) -> &'a [Comment] {
        let first = self.comments.partition_point(|comment| (comment.span.start as usize) < range.start);
        let last = self.comments.partition_point(|comment| (comment.span.start as usize) < range.end);
        &self.comments[first..last.max(first)]
    }

    fn comment_text(&self, comment: &Comment) -> &'a str {
        self.text[comment.span.range()].trim_end()
    }

    fn breaks_between(&self, range: Range<usize>) -> usize {
        self.text.get(range).map_or(0, |gap| gap.matches('\n').count())
    }

    fn end_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn line(&mut self, level: usize, text: &str) {
        self.end_line();
        self.out.push_str(&indent(level));
        self.out.push_str(text);
    }

    fn blank_line(&mut self) {
        self.end_line();
        self.out.push('\n');
    }

    /// Writes what stands in braces; `range` is from behind the opening to the closing one.
    fn body(&mut self, nodes: &[Node<'a>], range: Range<usize>, level: usize) {
        let mut end = range.start;
        let mut first = true;
        for (index, node) in nodes.iter().enumerate() {
            let start = node.span.start as usize;
            let own_line = self.trailing(end..start, &mut end);
            let stranded = self.stranded(node);
            let begins = own_line.first().map_or(start, |comment| comment.span.start as usize);
            let apart = index > 0 && (node.stands_apart || nodes[index - 1].stands_apart);
            if !first && (apart || self.breaks_between(end..begins) > 1) {
                self.blank_line();
            }
            for comment in &stranded {
                self.line(level, self.comment_text(comment));
            }
            if stranded.last().is_some_and(|comment| comment.doc) {
                self.blank_line();
            }
            self.own_lines(own_line, start, level);
            self.node(node, level);
            end = node.span.end as usize;
            first = false;
        }
        let own_line = self.trailing(end..range.end, &mut end);
        if let Some(comment) = own_line.first()
            && !first
            && self.breaks_between(end..comment.span.start as usize) > 1
        {
            self.blank_line();
        }
        self.own_lines(own_line, range.end, level);
        // What stands behind the last comment is the closing brace.
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
    }

    /// Comments with a line of their own, with the blank lines between them and before `next`.
    fn own_lines(&mut self, comments: &[Comment], next: usize, level: usize) {
        for (index, comment) in comments.iter().enumerate() {
            self.line(level, self.comment_text(comment));
            let following = comments.get(index + 1).map_or(next, |comment| comment.span.start as usize);
            if self.breaks_between(comment.span.end as usize..following) > 1 {
                self.blank_line();
            }
        }
    }

    /// Writes the comment that stands behind what was written last, on its line; gives back those that follow.
    fn trailing(&mut self, range: Range<usize>, end: &mut usize) -> &'a [Comment] {
        let comments = self.comments_in(range.clone());
        let Some((comment, others)) = comments.split_first() else { return comments };
        let start = comment.span.start as usize;
        if self.breaks_between(range.start..start) > 0 || self.out.is_empty() {
            return comments;
        }
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        let here = line.chars().count();
        let now = line.len() - line.trim_start().len();
        let source_line = &self.text[self.text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
        let before = source_line.len() - source_line.trim_start().len();
        // Comments that stood below each other still do, where the lines did not grow.
        let column = (source_line.chars().count() + now).saturating_sub(before);
        let pad = column.saturating_sub(here).max(1);
        self.out.push_str(&" ".repeat(if pad > WIDTH { 1 } else { pad }));
        self.out.push_str(self.comment_text(comment));
        *end = comment.span.end as usize;
        others
    }

    /// The comments in the head of a node that have no place there; they go above it.
    fn stranded(&self, node: &Node<'a>) -> Vec<&'a Comment> {
        let mut found = Vec::new();
        let mut start = node.span.start as usize;
        let head_end = node.braces.first().map_or(node.span.end as usize, |braces| braces.start);
        for comment in self.comments_in(start..head_end) {
            if !node.segments.iter().any(|segment| self.segment_holds(segment, comment)) {
                found.push(comment);
            }
        }
        // `run "…" { # nothing }`: the tree does not know of empty braces.
        if node.bodies.is_empty() {
            return found;
        }
        start = node.braces.last().map_or(node.span.end as usize, |braces| braces.end + 1);
        found.extend(self.comments_in(start..node.span.end as usize));
        found
    }

    fn node(&mut self, node: &Node<'a>, level: usize) {
        let free = WIDTH.saturating_sub(level * 2);
        if let Some(text) = self.on_one_line(node, level)
            && text.chars().count() <= free
        {
            return self.line(level, &text);
        }
        let tail = if node.bodies.is_empty() { 0 } else { 2 };
        let head = self.segments(&node.segments, level, tail);
        self.line(level, &head);
        let mut before = None;
        for (body, braces) in node.bodies.iter().zip(&node.braces) {
            match before {
                None => self.out.push_str(if head.is_empty() { "{" } else { " {" }),
                Some(_) => {
                    self.line(level, "} else {");
                }
            }
            let start = before.unwrap_or(braces.start + 1);
            self.body(body, start..braces.end, level + 1);
            before = Some(braces.end + 1);
        }
        if !node.bodies.is_empty() {
            self.line(level, "}");
        }
    }

    /// The node on one line, when it was written so: at most one statement in each of its braces, and no comment.
    fn on_one_line(&self, node: &Node<'a>, level: usize) -> Option<String> {
        let range = node.span.range();
        if node.bodies.is_empty() || node.stands_apart {
            return None;
        }
        if self.text[range.clone()].contains('\n') || !self.comments_in(range).is_empty() {
            return None;
        }
        let mut text = self.flat_segments(&node.segments, level);
        for (index, body) in node.bodies.iter().enumerate() {
            text.push_str(if index == 0 { " {" } else { " else {" });
            match body.as_slice() {
                [] => {}
                [only] if only.bodies.is_empty() => {
                    text.push(' ');
                    text.push_str(&self.flat_segments(&only.segments, level));
                    text.push(' ');
                }
                [only] => {
                    text.push(' ');
                    text.push_str(&self.on_one_line(only, level)?);
                    text.push(' ');
                }
                _ => return None,
            }
            text.push('}');
        }
        (!text.contains('\n')).then_some(text)
    }
}
