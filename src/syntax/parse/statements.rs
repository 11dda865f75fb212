//! What the grammar read as a phase, a stage, `export` or their `when` and `for` → the tree.

use pest::iterators::Pair;

use crate::source::Span;
use crate::syntax::ast::{
    Export, ExportStmt, For, From, Input, InputKind, Layer, Phase, RunClause, Setting, Stage, StageStmt, When, Writes,
};
use crate::syntax::grammar::Rule;
use crate::syntax::parse::{Reader, next_if};

impl Reader<'_> {
    pub(super) fn phase(&mut self, pair: Pair<'_, Rule>) -> Option<Phase> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let key = self.ident(&inner.next()?);
        inner.next()?;
        let stages = self.all(inner, Self::stage);
        Some(Phase { key, stages, span })
    }

    pub(super) fn stage(&mut self, pair: Pair<'_, Rule>) -> Option<Stage> {
        let span = self.trimmed(&pair);
        let mut stage = self.stage_head(pair.clone(), span)?;
        let mut inner = pair.into_inner();
        let head = if stage.title.is_some() { 3 } else { 2 };
        inner.nth(head - 1)?;
        stage.body = self.all(inner, Self::stage_stmt);
        Some(stage)
    }

    /// The stage without its body.
    pub(super) fn stage_head(&mut self, pair: Pair<'_, Rule>, span: Span) -> Option<Stage> {
        let mut inner = pair.into_inner();
        inner.next()?;
        let name = self.ident(&inner.next()?);
        let title = match inner.next() {
            Some(part) if matches!(part.as_rule(), Rule::plain | Rule::multi | Rule::raw) => Some(self.string(part)?),
            _ => None,
        };
        Some(Stage { doc: self.doc(span.start), name, title, body: Vec::new(), span })
    }

    pub(super) fn stage_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<StageStmt> {
        Some(match pair.as_rule() {
            Rule::from => StageStmt::From(self.from(pair)?),
            Rule::writes => StageStmt::Writes(self.writes(pair)?),
            Rule::let_stmt => StageStmt::Let(self.let_stmt(pair)?),
            Rule::run => StageStmt::Run(self.run(pair)?),
            Rule::copy => StageStmt::Copy(self.copy(pair)?),
            Rule::env => StageStmt::Env(self.env(pair)?),
            Rule::workdir => StageStmt::Workdir(self.setting(pair)?),
            Rule::user => StageStmt::User(self.setting(pair)?),
            Rule::mkfile => StageStmt::Mkfile(self.mkfile(pair)?),
            Rule::mkdir => StageStmt::Mkdir(self.mkdir(pair)?),
            Rule::rm => StageStmt::Rm(self.rm(pair)?),
            Rule::layer => {
                let span = self.trimmed(&pair);
                StageStmt::Layer(Layer { stage: self.ident(&pair.into_inner().nth(3)?), span })
            }
            Rule::when_stage => StageStmt::When(self.when(pair, Self::stage_stmt)?),
            Rule::for_stage => StageStmt::For(self.for_each(pair, Self::stage_stmt)?),
            _ => return None,
        })
    }

    pub(super) fn clause(&mut self, pair: Pair<'_, Rule>) -> Option<RunClause> {
        Some(match pair.as_rule() {
            Rule::mount => RunClause::Mount(self.mount(pair)?),
            Rule::env => RunClause::Env(self.env(pair)?),
            Rule::network => {
                let span = self.trimmed(&pair);
                RunClause::Network { mode: self.ident(&pair.into_inner().nth(1)?), span }
            }
            Rule::when_run => RunClause::When(self.when(pair, Self::clause)?),
            Rule::for_run => RunClause::For(self.for_each(pair, Self::clause)?),
            _ => return None,
        })
    }

    pub(super) fn export(&mut self, pair: Pair<'_, Rule>) -> Option<Export> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.nth(1)?;
        Some(Export { body: self.all(inner, Self::export_stmt), span })
    }

    pub(super) fn export_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<ExportStmt> {
        Some(match pair.as_rule() {
            Rule::cmd => ExportStmt::Cmd(self.setting(pair)?),
            Rule::entrypoint => ExportStmt::Entrypoint(self.setting(pair)?),
            Rule::workdir => ExportStmt::Workdir(self.setting(pair)?),
            Rule::user => ExportStmt::User(self.setting(pair)?),
            Rule::expose => ExportStmt::Expose(self.setting(pair)?),
            Rule::label => {
                let span = self.trimmed(&pair);
                let mut inner = pair.into_inner().skip(1);
                let name = self.string(inner.next()?)?;
                inner.next()?;
                ExportStmt::Label { name, value: self.expr(inner.next()?)?, span }
            }
            Rule::env => ExportStmt::Env(self.env(pair)?),
            Rule::when_export => ExportStmt::When(self.when(pair, Self::export_stmt)?),
            _ => return None,
        })
    }

    fn when<'i, S>(
        &mut self,
        pair: Pair<'i, Rule>,
        build: impl Fn(&mut Self, Pair<'i, Rule>) -> Option<S>,
    ) -> Option<When<S>> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let condition = self.expr(inner.next()?)?;
        let mut then = Vec::new();
        let mut otherwise: Option<Vec<S>> = None;
        for part in inner {
            if part.as_rule() == Rule::k_else {
                otherwise = Some(Vec::new());
                continue;
            }
            if matches!(part.as_rule(), Rule::lbrace | Rule::rbrace) {
                continue;
            }
            let statement = build(self, part)?;
            otherwise.as_mut().unwrap_or(&mut then).push(statement);
        }
        Some(When { condition, then, otherwise, span })
    }

    fn for_each<'i, S>(
        &mut self,
        pair: Pair<'i, Rule>,
        build: impl Fn(&mut Self, Pair<'i, Rule>) -> Option<S>,
    ) -> Option<For<S>> {
        let span = self.trimmed(&pair);
        let mut inner = pair.into_inner();
        inner.next()?;
        let name = self.ident(&inner.next()?);
        inner.next()?;
        let list = self.expr(inner.next()?)?;
        let statements = inner.filter(|part| part.as_rule() != Rule::rbrace);
        let body = statements.map(|part| build(self, part)).collect::<Option<Vec<_>>>()?;
        Some(For { name, list, body, span })
    }

    fn from(&mut self, pair: Pair<'_, Rule>) -> Option<From> {
        let span = self.trimmed(&pair);
        Some(From { input: self.input(pair.into_inner().nth(1)?)?, span })
    }

    fn writes(&mut self, pair: Pair<'_, Rule>) -> Option<Writes> {
        let span = self.trimmed(&pair);
        let paths = pair.into_inner().skip(1).map(|path| self.expr(path)).collect::<Option<Vec<_>>>()?;
        Some(Writes { paths, span })
    }

    /// A word and one value.
    pub(super) fn setting(&mut self, pair: Pair<'_, Rule>) -> Option<Setting> {
        let span = self.trimmed(&pair);
        Some(Setting { value: self.expr(pair.into_inner().nth(1)?)?, span })
    }

    pub(super) fn input(&mut self, pair: Pair<'_, Rule>) -> Option<Input> {
        let span = self.trimmed(&pair);
        let kind = pair.into_inner().next()?;
        let rule = kind.as_rule();
        let mut inner = kind.into_inner();
        inner.next();
        let kind = match rule {
            Rule::k_scratch => InputKind::Scratch,
            Rule::input_stage => InputKind::Stage(self.ident(&inner.next()?)),
            Rule::input_phase => InputKind::Phase(self.ident(&inner.next()?)),
            Rule::input_image => InputKind::Image(self.expr(inner.next()?)?),
            Rule::input_context => {
                let only = match next_if(&mut inner, Rule::k_only) {
                    Some(_) => Some(self.expr(inner.next()?)?),
                    None => None,
                };
                InputKind::Context { only }
            }
            Rule::input_url => {
                let url = self.expr(inner.next()?)?;
                let sha256 = match next_if(&mut inner, Rule::k_sha256) {
                    Some(_) => Some(self.expr(inner.next()?)?),
                    None => None,
                };
                InputKind::Url { url, sha256 }
            }
            Rule::input_git => {
                let url = self.expr(inner.next()?)?;
                let reference = match next_if(&mut inner, Rule::k_ref) {
                    Some(_) => Some(self.expr(inner.next()?)?),
                    None => None,
                };
                InputKind::Git { url, reference }
            }
            _ => return None,
        };
        Some(Input { kind, span })
    }
}
