//! What the grammar read as an operation or a mount → the tree.

use pest::iterators::{Pair, Pairs};

use crate::source::Span;
use crate::syntax::ast::{Copy, Env, Expr, Mkdir, Mkfile, Mode, Mount, MountKind, Rm, Run};
use crate::syntax::error;
use crate::syntax::grammar::Rule;
use crate::syntax::parse::{Reader, next_if};

impl Reader<'_> {
    pub(super) fn run(&mut self, pair: Pair<'_, Rule>) -> Option<Run> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let command = self.expr(inner.next()?)?;
        Some(Run { command, clauses: self.all(inner, Self::clause), span })
    }

    pub(super) fn copy(&mut self, pair: Pair<'_, Rule>) -> Option<Copy> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let source = self.expr(inner.next()?)?;
        inner.next()?;
        let input = self.input(inner.next()?)?;
        inner.next()?;
        let target = self.expr(inner.next()?)?;
        let mut copy = Copy {
            source,
            input,
            target,
            chown: None,
            chmod: None,
            include: None,
            exclude: None,
            contents_only: None,
            optional: None,
            span,
        };
        for option in inner {
            self.copy_option(&mut copy, option)?;
        }
        Some(copy)
    }

    fn copy_option(&mut self, copy: &mut Copy, option: Pair<'_, Rule>) -> Option<()> {
        let span = self.trimmed(&option);
        let repeated = match option.as_rule() {
            Rule::chown => copy.chown.replace(self.option_value(option)?).is_some(),
            Rule::chmod => copy.chmod.replace(self.octal(&option.into_inner().nth(1)?)).is_some(),
            Rule::include => copy.include.replace(self.option_value(option)?).is_some(),
            Rule::exclude => copy.exclude.replace(self.option_value(option)?).is_some(),
            Rule::k_contents_only => copy.contents_only.replace(span).is_some(),
            Rule::k_optional => copy.optional.replace(span).is_some(),
            _ => return None,
        };
        self.refuse_repeated(repeated, span);
        Some(())
    }

    fn option_value(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        self.expr(pair.into_inner().nth(1)?)
    }

    fn refuse_repeated(&mut self, repeated: bool, span: Span) {
        if repeated {
            let text = self.text.get(span.range()).unwrap_or_default();
            let word = text.split_ascii_whitespace().next().unwrap_or_default();
            self.error(error::repeated_option(span, word));
        }
    }

    /// The grammar lets only octal digits through, four at most after the zero.
    fn octal(&self, pair: &Pair<'_, Rule>) -> Mode {
        Mode { bits: u32::from_str_radix(pair.as_str(), 8).unwrap_or_default(), span: self.span(pair) }
    }

    pub(super) fn env(&mut self, pair: Pair<'_, Rule>) -> Option<Env> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let name = self.ident(&inner.next()?);
        let prepend = inner.next()?.as_rule() == Rule::k_prepend;
        Some(Env { name, prepend, value: self.expr(inner.next()?)?, span })
    }

    pub(super) fn mkfile(&mut self, pair: Pair<'_, Rule>) -> Option<Mkfile> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let path = self.expr(inner.next()?)?;
        let mode = match next_if(&mut inner, Rule::k_mode) {
            Some(_) => Some(self.octal(&inner.next()?)),
            None => None,
        };
        inner.next()?;
        Some(Mkfile { path, mode, content: self.expr(inner.next()?)?, span })
    }

    pub(super) fn mkdir(&mut self, pair: Pair<'_, Rule>) -> Option<Mkdir> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let mut mkdir = Mkdir { path: self.expr(inner.next()?)?, mode: None, chown: None, span };
        for option in inner {
            let span = self.trimmed(&option);
            let repeated = if option.as_rule() == Rule::mode {
                mkdir.mode.replace(self.octal(&option.into_inner().nth(1)?)).is_some()
            } else {
                mkdir.chown.replace(self.option_value(option)?).is_some()
            };
            self.refuse_repeated(repeated, span);
        }
        Some(mkdir)
    }

    pub(super) fn rm(&mut self, pair: Pair<'_, Rule>) -> Option<Rm> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let path = self.expr(inner.next()?)?;
        Some(Rm { path, optional: inner.next().map(|word| self.span(&word)), span })
    }

    pub(super) fn mount(&mut self, pair: Pair<'_, Rule>) -> Option<Mount> {
        let span = self.trimmed(&pair);
        let kind = pair.into_inner().nth(1)?;
        let rule = kind.as_rule();
        let mut inner = kind.into_inner();
        inner.next()?;
        let kind = match rule {
            Rule::mount_cache => self.cache(inner)?,
            Rule::mount_bind => self.bind(inner)?,
            Rule::mount_tmpfs => {
                let target = self.expr(inner.next()?)?;
                MountKind::Tmpfs { target, size: self.after_word(inner)? }
            }
            Rule::mount_secret => self.secret(inner)?,
            Rule::mount_ssh => MountKind::Ssh { id: self.after_word(inner)? },
            _ => return None,
        };
        Some(Mount { kind, span })
    }

    /// The value after a word, when there is a word.
    #[expect(clippy::option_option, reason = "the outer one says that the value could not be built")]
    fn after_word(&mut self, mut inner: Pairs<'_, Rule>) -> Option<Option<Expr>> {
        match inner.next() {
            Some(_) => Some(Some(self.expr(inner.next()?)?)),
            None => Some(None),
        }
    }

    fn cache(&mut self, mut inner: Pairs<'_, Rule>) -> Option<MountKind> {
        let target = self.expr(inner.next()?)?;
        let mut id = None;
        let mut sharing = None;
        for option in inner {
            let span = self.trimmed(&option);
            let repeated = if option.as_rule() == Rule::cache_id {
                id.replace(self.option_value(option)?).is_some()
            } else {
                sharing.replace(self.ident(&option.into_inner().nth(1)?)).is_some()
            };
            self.refuse_repeated(repeated, span);
        }
        Some(MountKind::Cache { target, id, sharing })
    }

    fn bind(&mut self, mut inner: Pairs<'_, Rule>) -> Option<MountKind> {
        let source = match next_if(&mut inner, Rule::expr) {
            Some(source) => Some(self.expr(source)?),
            None => None,
        };
        inner.next()?;
        let input = self.input(inner.next()?)?;
        inner.next()?;
        let target = self.expr(inner.next()?)?;
        Some(MountKind::Bind { source, input, target, rw: inner.next().map(|word| self.span(&word)) })
    }

    fn secret(&mut self, mut inner: Pairs<'_, Rule>) -> Option<MountKind> {
        let id = self.expr(inner.next()?)?;
        let word = inner.next()?;
        let (target, env) = if word.as_rule() == Rule::k_to {
            (Some(self.expr(inner.next()?)?), None)
        } else {
            inner.next()?;
            (None, Some(self.ident(&inner.next()?)))
        };
        Some(MountKind::Secret { id, target, env, optional: inner.next().map(|word| self.span(&word)) })
    }
}
