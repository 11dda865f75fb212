//! An item that does not fit the grammar → as much of it as does, and one report for each statement that does not.
//!
//! The grammar reads statement after statement; behind one that it cannot read, the next is looked for at the start of
//! a line, outside of the brackets that the bad one opened.

use std::ops::Range;

use pest::iterators::Pair;

use crate::source::Span;
use crate::syntax::ast::{BlockDecl, BlockMember, Export, Item, Phase, StackDecl, StackMember, Stage, StageStmt};
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::{Lexer, Token, TokenKind};
use crate::syntax::mistake::words;
use crate::syntax::parse::{MAX_MISTAKES, Misfit, Reader};

/// The braces whose statements are read one by one: from behind the opening brace to the closing one.
struct Body {
    at: usize,
    close: usize,
    /// Where the item begins.
    item: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn recover_item(&mut self, range: Range<usize>, misfit: Misfit) -> Option<Item> {
        let word = self.text[range.clone()].split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let head = match word {
            "block" => Rule::block_head,
            "stack" => Rule::stack_head,
            _ => {
                self.report(range.clone(), range.start, &misfit);
                return None;
            }
        };
        let (pair, mut body) = self.recover_head(head, range.clone(), range.start, misfit)?;
        let span = Span::new(self.file, range.start, range.end);
        let name = self.ident(&pair.into_inner().nth(1)?);
        let doc = self.doc(span.start);
        if head == Rule::block_head {
            let members = self.recover(
                &mut body,
                (Rule::block_stmt, Rule::rest_of_block),
                Self::block_member,
                Self::recover_block_member,
            );
            self.end_of_item(&body, &range);
            return Some(Item::Block(BlockDecl { doc, name, members, span }));
        }
        let members = self.recover(
            &mut body,
            (Rule::stack_stmt, Rule::rest_of_stack),
            Self::stack_member,
            Self::recover_stack_member,
        );
        self.end_of_item(&body, &range);
        Some(Item::Stack(StackDecl { doc, name, members, span }))
    }

    /// Text behind the closing brace of an item.
    fn end_of_item(&mut self, body: &Body, range: &Range<usize>) {
        let behind = (body.close + 1).min(range.end);
        let rest = self.text[behind..range.end].trim_start();
        if !rest.is_empty() {
            let at = range.end - rest.len();
            self.report(at..range.end, range.start, &Misfit { at, expected: vec![Rule::EOI] });
        }
    }

    /// Reads the head up to its `{`; what does not fit there is reported.
    fn recover_head(
        &mut self,
        head: Rule,
        range: Range<usize>,
        item: usize,
        misfit: Misfit,
    ) -> Option<(Pair<'t, Rule>, Body)> {
        let pair = self.read(head, range.clone()).ok().and_then(|mut pairs| pairs.next());
        let Some(pair) = pair else {
            self.report(range, item, &misfit);
            return None;
        };
        let at = range.start + pair.as_span().end();
        // The lexer begins behind the brace, so the brace that closes the body is one that nothing opens.
        let close = Lexer::new(&self.text[..range.end], at)
            .find(|token| token.kind == TokenKind::Stray)
            .map_or(range.end, |token| token.start);
        Some((pair, Body { at, close, item }))
    }

    /// Reads statements one by one. `rules` are one statement, and the rest of the braces up to their end: a statement
    /// may fit and yet not be meant to end where it does, so how far the grammar gets is asked of the rest.
    fn recover<T>(
        &mut self,
        body: &mut Body,
        rules: (Rule, Rule),
        build: impl Fn(&mut Self, Pair<'t, Rule>) -> Option<T>,
        retry: impl Fn(&mut Self, Range<usize>, &Body, Misfit) -> Option<T>,
    ) -> Vec<T> {
        let (statement, rest) = rules;
        let mut built = Vec::new();
        let mut misfit = self.read(rest, body.at..body.close).err();
        while let Some(start) = self.next_token(body).map(|token| token.start) {
            if self.mistakes >= MAX_MISTAKES {
                break;
            }
            let range = start..body.close;
            let read = self.read(statement, range.clone());
            match read.map(|mut pairs| pairs.next()) {
                Ok(Some(pair)) if self.ends_well(range.start + pair.as_span().end(), body.close) => {
                    body.at = range.start + pair.as_span().end();
                    let node = build(self, pair);
                    self.complete &= node.is_some();
                    built.extend(node);
                }
                Ok(None) => break,
                own => {
                    let own = own.err().unwrap_or(Misfit { at: start, expected: Vec::new() });
                    let furthest = match misfit.take() {
                        Some(misfit) if misfit.at >= own.at => misfit,
                        _ => own,
                    };
                    let end = self.border(&range, furthest.at);
                    body.at = end;
                    built.extend(retry(self, start..end, body, furthest));
                    misfit = self.read(rest, end..body.close).err();
                }
            }
        }
        built
    }

    fn next_token(&self, body: &Body) -> Option<Token> {
        Lexer::new(&self.text[..body.close], body.at).find(|token| token.kind != TokenKind::Comment)
    }

    /// Whether what follows a statement can begin another.
    fn ends_well(&self, end: usize, close: usize) -> bool {
        let Some(next) = Lexer::new(&self.text[..close], end).find(|token| token.kind != TokenKind::Comment) else {
            return true;
        };
        let word = &self.text[next.start..next.end];
        // Not the end as the grammar sees it: it reads the blanks behind a statement too.
        let own_line = self.text[..next.start].trim_end_matches([' ', '\t']).ends_with('\n');
        let known = words::begins_statement(word) && word != "else";
        next.kind == TokenKind::Word && (known || own_line && !words::continues_a_statement(word))
    }

    /// Where the statement after the one that does not fit at `at` begins.
    fn border(&self, range: &Range<usize>, at: usize) -> usize {
        // The grammar may have read further than what is wrong.
        let trouble = self.trouble.iter().copied().filter(|trouble| range.start <= *trouble).min();
        let at = trouble.map_or(at, |trouble| trouble.min(at));
        let has_input = matches!(words::first(&self.text[range.clone()]), "copy" | "run" | "layer");
        let mut before = range.start;
        let mut closed = false;
        for token in Lexer::new(&self.text[..range.end], range.start) {
            let gap = self.text.get(before..token.start).unwrap_or_default();
            let first = closed || gap.contains('\n');
            let word = &self.text[token.start..token.end];
            let continues = words::continues_a_statement(word) && (word != "from" || has_input);
            let starts = token.kind == TokenKind::Word && !continues;
            if token.depth == 0 && token.start > at.max(range.start) && first && starts {
                return token.start;
            }
            closed = token.kind == TokenKind::Close && token.depth == 0 && word == "}";
            before = token.end;
        }
        range.end
    }

    fn recover_block_member(&mut self, range: Range<usize>, body: &Body, misfit: Misfit) -> Option<BlockMember> {
        match words::first(&self.text[range.clone()]) {
            "phase" => self.recover_phase(range, body, misfit).map(BlockMember::Phase),
            "export" => self.recover_export(range, body, misfit).map(BlockMember::Export),
            _ => {
                self.report(range, body.item, &misfit);
                None
            }
        }
    }

    fn recover_stack_member(&mut self, range: Range<usize>, body: &Body, misfit: Misfit) -> Option<StackMember> {
        if words::first(&self.text[range.clone()]) == "export" {
            return self.recover_export(range, body, misfit).map(StackMember::Export);
        }
        self.report(range, body.item, &misfit);
        None
    }

    fn recover_export(&mut self, range: Range<usize>, outer: &Body, misfit: Misfit) -> Option<Export> {
        let start = range.start;
        let (_, mut body) = self.recover_head(Rule::export_head, range, outer.item, misfit)?;
        let statements =
            self.recover(&mut body, (Rule::export_stmt, Rule::rest_of_export), Self::export_stmt, Self::give_up);
        Some(Export { body: statements, span: self.braced(start, &body) })
    }

    fn recover_phase(&mut self, range: Range<usize>, outer: &Body, misfit: Misfit) -> Option<Phase> {
        let start = range.start;
        let (pair, mut body) = self.recover_head(Rule::phase_head, range, outer.item, misfit)?;
        let key = self.ident(&pair.into_inner().nth(1)?);
        let stages = self.recover(&mut body, (Rule::stage, Rule::rest_of_phase), Self::stage, Self::recover_stage);
        Some(Phase { key, stages, span: self.braced(start, &body) })
    }

    fn recover_stage(&mut self, range: Range<usize>, outer: &Body, misfit: Misfit) -> Option<Stage> {
        let start = range.start;
        let (pair, mut body) = self.recover_head(Rule::stage_head, range, outer.item, misfit)?;
        let mut stage = self.stage_head(pair, self.braced(start, &body))?;
        stage.body = self.recover(
            &mut body,
            (Rule::stage_stmt, Rule::rest_of_stage),
            Self::stage_stmt,
            Self::give_up::<StageStmt>,
        );
        Some(stage)
    }

    /// From the start of a statement to the brace that closes its body.
    fn braced(&self, start: usize, body: &Body) -> Span {
        Span::new(self.file, start, (body.close + 1).min(self.text.len()))
    }

    fn give_up<T>(&mut self, range: Range<usize>, body: &Body, misfit: Misfit) -> Option<T> {
        self.report(range, body.item, &misfit);
        None
    }
}
