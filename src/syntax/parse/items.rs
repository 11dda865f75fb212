//! What the grammar read as an item → [`Item`], and types.

use pest::iterators::{Pair, Pairs};

use crate::source::Span;
use crate::syntax::ast::{
    BlockDecl, BlockMember, Blocks, Depend, Depends, Detect, FnDecl, FnParam, Ident, Item, Let, Needs, Order, Param,
    Provides, StackDecl, StackMember, TypeExpr, Use,
};
use crate::syntax::error;
use crate::syntax::grammar::Rule;
use crate::syntax::parse::{Reader, next_if};

/// How deep `list<list<…>>` may go.
const MAX_TYPE_DEPTH: usize = 16;

impl Reader<'_> {
    pub(super) fn build_item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.trimmed(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        inner.next()?;
        Some(match rule {
            Rule::import => Item::Use(Use { path: self.string(inner.next()?)?, span }),
            Rule::func => Item::Fn(self.function(inner, span)?),
            Rule::block => {
                let name = self.ident(&inner.next()?);
                inner.next()?;
                let members = self.all(inner, Self::block_member);
                Item::Block(BlockDecl { doc: self.doc(span.start), name, members, span })
            }
            Rule::stack => {
                let name = self.ident(&inner.next()?);
                inner.next()?;
                let members = self.all(inner, Self::stack_member);
                Item::Stack(StackDecl { doc: self.doc(span.start), name, members, span })
            }
            _ => return None,
        })
    }

    /// Builds each; what cannot be built was reported and is left out.
    pub(super) fn all<'i, T>(
        &mut self,
        pairs: Pairs<'i, Rule>,
        build: impl Fn(&mut Self, Pair<'i, Rule>) -> Option<T>,
    ) -> Vec<T> {
        let mut built = Vec::with_capacity(pairs.len());
        for pair in pairs.filter(|pair| pair.as_rule() != Rule::rbrace) {
            match build(self, pair) {
                Some(node) => built.push(node),
                None => self.complete = false,
            }
        }
        built
    }

    fn function(&mut self, mut inner: Pairs<'_, Rule>, span: Span) -> Option<FnDecl> {
        let name = self.ident(&inner.next()?);
        inner.next()?;
        let mut params = Vec::new();
        while let Some(param) = next_if(&mut inner, Rule::fn_param) {
            let mut parts = param.into_inner();
            let name = self.ident(&parts.next()?);
            parts.next()?;
            params.push(FnParam { name, ty: self.ty(parts.next()?)? });
        }
        inner.next()?;
        let result = self.ty(inner.next()?)?;
        let body = self.expr(inner.next()?)?;
        Some(FnDecl { doc: self.doc(span.start), name, params, result, body, span })
    }

    /// Names, `<`, `>` and `?` as written → a type.
    pub(super) fn ty(&mut self, pair: Pair<'_, Rule>) -> Option<TypeExpr> {
        let whole = self.trimmed(&pair);
        let parts: Vec<_> = pair.into_inner().collect();
        let mut names: Vec<Ident> = Vec::new();
        for part in parts.iter().filter(|part| part.as_rule() == Rule::name) {
            names.push(self.ident(part));
        }
        if names.len() > MAX_TYPE_DEPTH {
            self.too_deep(whole);
            return None;
        }
        let innermost = names.pop()?;
        let span = innermost.span;
        let mut ty = TypeExpr { name: innermost, argument: None, optional: false, span };
        for part in parts.iter().skip(names.len() * 2 + 1) {
            let span = self.span(part);
            if part.as_rule() == Rule::ty_optional {
                if ty.optional {
                    self.error(error::unexpected(span, "a second `?`", "one `?` at most"));
                }
                ty.optional = true;
                ty.span = ty.span.to(span);
                continue;
            }
            let Some(name) = names.pop() else {
                self.error(error::unexpected(span, "`>`", "the end of the type"));
                return Some(ty);
            };
            let span = name.span.to(span);
            ty = TypeExpr { name, argument: Some(Box::new(ty)), optional: false, span };
        }
        if names.is_empty() {
            return Some(ty);
        }
        let end = Span { start: whole.end, ..whole };
        self.error(error::unexpected(end, "the end of the type", "`>`"));
        None
    }

    pub(super) fn block_member(&mut self, pair: Pair<'_, Rule>) -> Option<BlockMember> {
        let span = self.trimmed(&pair);
        let rule = pair.as_rule();
        Some(match rule {
            Rule::let_stmt => BlockMember::Let(self.let_stmt(pair)?),
            Rule::param => BlockMember::Param(self.param(pair)?),
            Rule::detect => BlockMember::Detect(self.detect(pair)?),
            Rule::depends => BlockMember::Depends(self.depends(pair)?),
            Rule::needs => BlockMember::Needs(self.needs(pair)?),
            Rule::provides => BlockMember::Provides(self.provides(pair)?),
            Rule::uses => BlockMember::UsesNetwork(span),
            Rule::after => BlockMember::After(Order { names: self.names(pair), span }),
            Rule::before => BlockMember::Before(Order { names: self.names(pair), span }),
            Rule::phase => BlockMember::Phase(self.phase(pair)?),
            Rule::export => BlockMember::Export(self.export(pair)?),
            _ => return None,
        })
    }

    pub(super) fn stack_member(&mut self, pair: Pair<'_, Rule>) -> Option<StackMember> {
        let span = self.trimmed(&pair);
        let rule = pair.as_rule();
        Some(match rule {
            Rule::let_stmt => StackMember::Let(self.let_stmt(pair)?),
            Rule::param => StackMember::Param(self.param(pair)?),
            Rule::detect => StackMember::Detect(self.detect(pair)?),
            Rule::blocks => StackMember::Blocks(Blocks { names: self.names(pair), span }),
            Rule::export => StackMember::Export(self.export(pair)?),
            _ => return None,
        })
    }

    fn names(&self, pair: Pair<'_, Rule>) -> Vec<Ident> {
        pair.into_inner().filter(|part| part.as_rule() == Rule::name).map(|part| self.ident(&part)).collect()
    }

    pub(super) fn let_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<Let> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner().skip(1);
        let name = self.ident(&inner.next()?);
        inner.next()?;
        Some(Let { name, value: self.expr(inner.next()?)?, span })
    }

    fn param(&mut self, pair: Pair<'_, Rule>) -> Option<Param> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner().skip(1);
        let name = self.ident(&inner.next()?);
        inner.next()?;
        let ty = self.ty(inner.next()?)?;
        inner.next();
        let default = match inner.next() {
            Some(value) => Some(self.expr(value)?),
            None => None,
        };
        Some(Param { doc: self.doc(span.start), name, ty, default, span })
    }

    fn detect(&mut self, pair: Pair<'_, Rule>) -> Option<Detect> {
        let span = self.trimmed(&pair);
        let predicate = self.expr(pair.into_inner().nth(2)?)?;
        Some(Detect { predicate, span })
    }

    fn depends(&mut self, pair: Pair<'_, Rule>) -> Option<Depends> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.nth(1)?;
        let entries = self.all(inner, |reader, entry| {
            let mut parts = entry.into_inner();
            let name = reader.ident(&parts.next()?);
            parts.next()?;
            Some(Depend { name, constraint: reader.expr(parts.next()?)? })
        });
        Some(Depends { entries, span })
    }

    fn needs(&mut self, pair: Pair<'_, Rule>) -> Option<Needs> {
        let span = self.trimmed(&pair);
        let part = |rule| pair.clone().into_inner().find(|part| part.as_rule() == rule);
        let side = part(Rule::side).map(|side| self.ident(&side));
        let condition = match part(Rule::expr) {
            Some(condition) => Some(self.expr(condition)?),
            None => None,
        };
        Some(Needs { names: self.names(pair), side, condition, span })
    }

    fn provides(&mut self, pair: Pair<'_, Rule>) -> Option<Provides> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner().skip(1);
        let name = self.ident(&inner.next()?);
        inner.next();
        let value = match inner.next() {
            Some(value) => Some(self.expr(value)?),
            None => None,
        };
        Some(Provides { name, value, span })
    }
}
