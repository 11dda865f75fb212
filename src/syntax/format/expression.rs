//! An expression → its text, on one line or broken.

use std::ops::Range;

use crate::syntax::ast::{BinaryOp, Elem, Expr, ExprKind, For, When};
use crate::syntax::dump::operator;
use crate::syntax::format::node::{Entry, braces};
use crate::syntax::format::{Formatter, WIDTH, indent};

/// Whether a text fits from a column on, with `tail` behind it. Of `"""…"""`, the lines inside do not count.
pub fn fits(column: usize, text: &str, tail: usize) -> bool {
    match text.split_once('\n') {
        None => column + text.chars().count() + tail <= WIDTH,
        Some((first, rest)) => {
            let last = rest.rsplit('\n').next().unwrap_or_default();
            column + first.chars().count() <= WIDTH && last.chars().count() + tail <= WIDTH
        }
    }
}

impl<'a> Formatter<'a> {
    /// The expression without breaks, but for `"""…"""`.
    pub(super) fn flat(&self, expr: &'a Expr, level: usize) -> String {
        let flat = |expr: &'a Expr| self.flat(expr, level);
        match &expr.kind {
            ExprKind::None => "none".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Str(literal) => self.string(literal, level),
            ExprKind::Name(name) => name.clone(),
            ExprKind::List(elements) => {
                let entries: Vec<Entry<'a>> = elements.iter().map(Entry::Elem).collect();
                format!("[{}]", self.flat_entries(&entries, level))
            }
            ExprKind::Paren(inner) => format!("({})", flat(inner)),
            ExprKind::Not(inner) => format!("not {}", flat(inner)),
            ExprKind::Binary { op, left, right, .. } => format!("{} {} {}", flat(left), operator(*op), flat(right)),
            ExprKind::If { then, condition, otherwise } => match otherwise {
                Some(otherwise) => format!("{} if {} else {}", flat(then), flat(condition), flat(otherwise)),
                None => format!("{} if {}", flat(then), flat(condition)),
            },
            ExprKind::Field { base, name } => format!("{}.{}", flat(base), name.name),
            ExprKind::Call { callee, args } => {
                let entries: Vec<Entry<'a>> = args.iter().map(Entry::Expr).collect();
                format!("{}({})", flat(callee), self.flat_entries(&entries, level))
            }
        }
    }

    pub(super) fn flat_entries(&self, entries: &[Entry<'a>], level: usize) -> String {
        entries.iter().map(|entry| self.flat_entry(*entry, level)).collect::<Vec<_>>().join(", ")
    }

    fn flat_elements(&self, elements: &'a [Elem], level: usize) -> String {
        if elements.is_empty() {
            return "{}".to_owned();
        }
        let entries: Vec<Entry<'a>> = elements.iter().map(Entry::Elem).collect();
        format!("{{ {} }}", self.flat_entries(&entries, level))
    }

    fn flat_entry(&self, entry: Entry<'a>, level: usize) -> String {
        match entry {
            Entry::Elem(Elem::Expr(expr)) | Entry::Expr(expr) => self.flat(expr, level),
            Entry::Name(name) => name.name.clone(),
            Entry::Elem(Elem::When(when)) => {
                let then = self.flat_elements(&when.then, level);
                let head = format!("when {} {then}", self.flat(&when.condition, level));
                match &when.otherwise {
                    Some(otherwise) => format!("{head} else {}", self.flat_elements(otherwise, level)),
                    None => head,
                }
            }
            Entry::Elem(Elem::For(each)) => {
                let body = self.flat_elements(&each.body, level);
                format!("for {} in {} {body}", each.name.name, self.flat(&each.list, level))
            }
        }
    }

    /// Whether breaking it makes lines shorter.
    pub(super) fn breakable(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::List(elements) => !elements.is_empty(),
            ExprKind::Call { callee, args } => !args.is_empty() || self.breakable(callee),
            ExprKind::Paren(_) | ExprKind::Binary { .. } | ExprKind::If { .. } => true,
            ExprKind::Not(inner) => self.breakable(inner),
            ExprKind::Field { base, .. } => self.breakable(base),
            _ => false,
        }
    }

    /// Whether it holds a comment, or a list that its author wrote on several lines.
    pub(super) fn must_break(&self, expr: &'a Expr) -> bool {
        let range = expr.span.range();
        if !self.text[range.clone()].contains('\n') {
            return false;
        }
        match &expr.kind {
            ExprKind::List(elements) => {
                let entries: Vec<Entry<'a>> = elements.iter().map(Entry::Elem).collect();
                self.broken_by_author(&entries, range.start + 1..range.end - 1)
            }
            ExprKind::Call { callee, args } => {
                let entries: Vec<Entry<'a>> = args.iter().map(Entry::Expr).collect();
                self.must_break(callee) || self.broken_by_author(&entries, callee.span.end as usize + 1..range.end - 1)
            }
            ExprKind::Paren(inner) | ExprKind::Not(inner) => self.must_break(inner),
            ExprKind::Field { base, .. } => self.must_break(base),
            ExprKind::Binary { left, right, .. } => self.must_break(left) || self.must_break(right),
            ExprKind::If { then, condition, otherwise } => {
                self.must_break(then)
                    || self.must_break(condition)
                    || otherwise.as_ref().is_some_and(|otherwise| self.must_break(otherwise))
            }
            _ => false,
        }
    }

    /// Whether there is a line break or a comment around the entries, or one of them must break.
    pub(super) fn broken_by_author(&self, entries: &[Entry<'a>], range: Range<usize>) -> bool {
        let mut end = range.start;
        for entry in entries {
            let place = entry.range();
            if self.breaks_between(end..place.start) > 0 || self.entry_must_break(*entry) {
                return true;
            }
            end = place.end;
        }
        !self.comments_in(end..range.end).is_empty()
    }

    fn entry_must_break(&self, entry: Entry<'a>) -> bool {
        let element = match entry {
            Entry::Elem(Elem::Expr(expr)) | Entry::Expr(expr) => return self.must_break(expr),
            Entry::Name(_) => return false,
            Entry::Elem(element) => element,
        };
        let (head, bodies, span) = match element {
            Elem::When(when) => (&when.condition, self.bodies(when), when.span),
            Elem::For(each) => (&each.list, vec![each.body.as_slice()], each.span),
            Elem::Expr(_) => return false,
        };
        let braces = braces(self.text, span.range());
        self.must_break(head)
            || bodies.iter().zip(braces).any(|(body, braces)| {
                let entries: Vec<Entry<'a>> = body.iter().map(Entry::Elem).collect();
                self.broken_by_author(&entries, braces.start + 1..braces.end)
            })
    }

    fn bodies(&self, when: &'a When<Elem>) -> Vec<&'a [Elem]> {
        let mut bodies = vec![when.then.as_slice()];
        bodies.extend(when.otherwise.as_deref());
        bodies
    }

    /// The expression from a column on, broken only if it must be or does not fit.
    fn expr(&self, expr: &'a Expr, level: usize, column: usize, tail: usize) -> String {
        if !self.must_break(expr) {
            let flat = self.flat(expr, level);
            if !self.breakable(expr) || fits(column, &flat, tail) {
                return flat;
            }
        }
        self.broken(expr, level, column, tail)
    }

    /// The expression with a break in its outermost part.
    pub(super) fn broken(&self, expr: &'a Expr, level: usize, column: usize, tail: usize) -> String {
        let range = expr.span.range();
        match &expr.kind {
            ExprKind::List(elements) => {
                let entries: Vec<Entry<'a>> = elements.iter().map(Entry::Elem).collect();
                format!("[{}]", self.entry_lines(&entries, range.start + 1..range.end - 1, level))
            }
            ExprKind::Call { callee, args } => {
                let head = self.expr(callee, level, column, 1);
                let inside = callee.span.end as usize + 1..range.end - 1;
                if let [only] = args.as_slice()
                    && self.breaks_between(inside.start..only.span.start as usize) == 0
                    && self.comments_in(only.span.end as usize..inside.end).is_empty()
                    && matches!(only.kind, ExprKind::List(_))
                {
                    let column = column + head.chars().count() + 1;
                    return format!("{head}({})", self.broken(only, level, column, tail + 1));
                }
                let entries: Vec<Entry<'a>> = args.iter().map(Entry::Expr).collect();
                format!("{head}({})", self.entry_lines(&entries, inside, level))
            }
            ExprKind::Paren(inner) => {
                let (outer, deeper) = (indent(level), indent(level + 1));
                format!("(\n{deeper}{}\n{outer})", self.expr(inner, level + 1, (level + 1) * 2, 0))
            }
            ExprKind::Not(inner) => format!("not {}", self.expr(inner, level, column + 4, tail)),
            ExprKind::Field { base, name } => {
                format!("{}.{}", self.expr(base, level, column, tail + name.name.len() + 1), name.name)
            }
            ExprKind::Binary { .. } => self.broken_chain(expr, level, column),
            ExprKind::If { .. } => self.broken_choice(expr, level, column),
            _ => self.flat(expr, level),
        }
    }

    /// `a` / `or b` / `or c`, each on its line.
    fn broken_chain(&self, expr: &'a Expr, level: usize, column: usize) -> String {
        let mut operands: Vec<(Option<BinaryOp>, &'a Expr)> = Vec::new();
        let mut rest = expr;
        let mut chained: Option<BinaryOp> = None;
        while let ExprKind::Binary { op, left, right, .. } = &rest.kind {
            if chained.is_some_and(|chained| chained != *op) {
                break;
            }
            chained = Some(*op);
            operands.push((Some(*op), right));
            rest = left;
        }
        let mut text = self.expr(rest, level, column, 0);
        for (op, operand) in operands.into_iter().rev() {
            let word = op.map(operator).unwrap_or_default();
            let column = (level + 1) * 2 + word.len() + 1;
            text.push_str(&format!("\n{}{word} {}", indent(level + 1), self.expr(operand, level + 1, column, 0)));
        }
        text
    }

    /// `a if b` / `else c if d` / `else e`, each on its line.
    fn broken_choice(&self, expr: &'a Expr, level: usize, column: usize) -> String {
        let mut text = String::new();
        let mut rest = Some(expr);
        let (mut inner, mut column) = (level, column);
        while let Some(Expr { kind: ExprKind::If { then, condition, otherwise }, .. }) = rest {
            let value = self.expr(then, inner, column, 4);
            let at = if value.contains('\n') { 0 } else { column };
            let at = at + width_of_last(&value) + 4;
            text.push_str(&format!("{value} if {}", self.expr(condition, inner, at, 0)));
            rest = otherwise.as_deref();
            if rest.is_some() {
                inner = level + 1;
                column = inner * 2 + 5;
                text.push_str(&format!("\n{}else ", indent(inner)));
            }
        }
        if let Some(last) = rest {
            text.push_str(&self.expr(last, inner, column, 0));
        }
        text
    }

    /// Entries on lines of their own, as their author grouped them, between a line break behind the opening bracket
    /// and the indent before the closing one.
    pub(super) fn entry_lines(&self, entries: &[Entry<'a>], range: Range<usize>, level: usize) -> String {
        let inner = level + 1;
        let author = self.broken_by_author(entries, range.clone());
        let mut lines: Vec<String> = Vec::new();
        let mut end = range.start;
        let mut fresh = true;
        for entry in entries {
            let place = entry.range();
            let comments = self.entry_comments(end..place.start, &mut lines, inner);
            let breaks = !author || comments || self.breaks_between(end..place.start) > 0;
            let open = lines.last().filter(|_| !breaks && !fresh);
            let column = open.map_or(inner * 2, |line| width_of_last(line) + 1);
            let flat = self.flat_entry(*entry, inner);
            let joins = open.is_some() && !self.entry_must_break(*entry) && fits(column, &flat, 1);
            let text = if joins { flat } else { self.entry(*entry, inner) };
            match lines.last_mut().filter(|_| joins) {
                Some(line) => line.push_str(&format!(" {text},")),
                None => lines.push(format!("{}{text},", indent(inner))),
            }
            fresh = false;
            end = place.end;
        }
        self.entry_comments(end..range.end, &mut lines, inner);
        format!("\n{}\n{}", lines.join("\n"), indent(level))
    }

    /// Writes the comments between two entries; says whether there are any.
    fn entry_comments(&self, range: Range<usize>, lines: &mut Vec<String>, level: usize) -> bool {
        let comments = self.comments_in(range.clone());
        for (index, comment) in comments.iter().enumerate() {
            let text = self.comment_text(comment);
            let behind = index == 0 && self.breaks_between(range.start..comment.span.start as usize) == 0;
            match lines.last_mut().filter(|_| behind) {
                Some(line) => line.push_str(&format!(" {text}")),
                None => lines.push(format!("{}{text}", indent(level))),
            }
        }
        !comments.is_empty()
    }

    fn entry(&self, entry: Entry<'a>, level: usize) -> String {
        let flat = self.flat_entry(entry, level);
        if !self.entry_must_break(entry) && fits(level * 2, &flat, 1) {
            return flat;
        }
        match entry {
            Entry::Elem(Elem::Expr(expr)) | Entry::Expr(expr) => self.expr(expr, level, level * 2, 1),
            Entry::Name(_) => flat,
            Entry::Elem(Elem::When(when)) => self.broken_when(when, level),
            Entry::Elem(Elem::For(each)) => self.broken_for(each, level),
        }
    }

    fn broken_when(&self, when: &'a When<Elem>, level: usize) -> String {
        let braces = braces(self.text, when.span.range());
        let mut text = format!("when {}", self.expr(&when.condition, level, level * 2 + 5, 2));
        for (index, (body, braces)) in self.bodies(when).into_iter().zip(braces).enumerate() {
            text.push_str(if index == 0 { " {" } else { " else {" });
            let entries: Vec<Entry<'a>> = body.iter().map(Entry::Elem).collect();
            text.push_str(&self.entry_lines(&entries, braces.start + 1..braces.end, level));
            text.push('}');
        }
        text
    }

    fn broken_for(&self, each: &'a For<Elem>, level: usize) -> String {
        let head = format!("for {} in ", each.name.name);
        let column = level * 2 + head.chars().count();
        let mut text = format!("{head}{} {{", self.expr(&each.list, level, column, 2));
        for braces in braces(self.text, each.span.range()).into_iter().take(1) {
            let entries: Vec<Entry<'a>> = each.body.iter().map(Entry::Elem).collect();
            text.push_str(&self.entry_lines(&entries, braces.start + 1..braces.end, level));
        }
        text.push('}');
        text
    }

    /// Whether a comment at an offset in an expression stands where [`Formatter::broken`] writes it.
    pub(super) fn holds(&self, expr: &'a Expr, at: usize) -> bool {
        let in_part = |part: &'a Expr| part.span.range().contains(&at) && self.holds(part, at);
        match &expr.kind {
            ExprKind::Str(_) => true,
            ExprKind::List(elements) => self.entries_hold(elements.iter().map(Entry::Elem), at),
            ExprKind::Call { callee, args } => {
                if callee.span.range().contains(&at) {
                    return in_part(callee);
                }
                self.entries_hold(args.iter().map(Entry::Expr), at)
            }
            ExprKind::Paren(inner) | ExprKind::Not(inner) => in_part(inner),
            ExprKind::Field { base, .. } => in_part(base),
            ExprKind::Binary { left, right, .. } => in_part(left) || in_part(right),
            ExprKind::If { then, condition, otherwise } => {
                in_part(then) || in_part(condition) || otherwise.as_deref().is_some_and(in_part)
            }
            _ => false,
        }
    }

    /// A comment between entries has its place there; one in an entry if it has one in that.
    fn entries_hold(&self, mut entries: impl Iterator<Item = Entry<'a>>, at: usize) -> bool {
        let Some(entry) = entries.find(|entry| entry.range().contains(&at)) else { return true };
        let (head, bodies) = match entry {
            Entry::Elem(Elem::Expr(expr)) | Entry::Expr(expr) => return self.holds(expr, at),
            Entry::Name(_) => return false,
            Entry::Elem(Elem::When(when)) => (&when.condition, self.bodies(when)),
            Entry::Elem(Elem::For(each)) => (&each.list, vec![each.body.as_slice()]),
        };
        if head.span.range().contains(&at) {
            return self.holds(head, at);
        }
        let mut bodies = bodies.iter().zip(braces(self.text, entry.range()));
        bodies.any(|(body, braces)| braces.contains(&at) && self.holds_in(body, at))
    }

    fn holds_in(&self, elements: &'a [Elem], at: usize) -> bool {
        // Through `dyn`: the iterator's type would hold itself.
        let mut entries = elements.iter().map(Entry::Elem);
        self.entries_hold(&mut entries as &mut dyn Iterator<Item = Entry<'a>>, at)
    }
}

fn width_of_last(text: &str) -> usize {
    text.rsplit('\n').next().map_or(0, |line| line.chars().count())
}
