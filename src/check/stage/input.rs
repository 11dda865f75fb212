//! Where stages, copies and mounts read from: images, downloads, repositories, the project.

use crate::check::address::{has_credentials, is_download, is_image, is_repository};
use crate::check::checker::Checker;
use crate::check::error;
use crate::check::hir::{Expr, ExprKind, Input, InputKind};
use crate::check::path;
use crate::check::phase::Phase;
use crate::syntax::ast;

impl Checker<'_, '_> {
    pub(super) fn input(&mut self, input: &ast::Input) -> Input {
        let kind = match &input.kind {
            ast::InputKind::Stage(stage) => InputKind::Stage(stage.name.clone()),
            ast::InputKind::Phase(key) => match Phase::from_name(&key.name) {
                Some(phase) => InputKind::Phase(phase),
                None => {
                    self.report(error::unknown_phase(key));
                    InputKind::Scratch
                }
            },
            ast::InputKind::Image(image) => InputKind::Image(self.image(image)),
            ast::InputKind::Context { only } => {
                InputKind::Context { only: only.as_ref().map(|only| self.patterns(only)) }
            }
            ast::InputKind::Url { url, sha256 } => self.url_input(url, sha256.as_ref()),
            ast::InputKind::Git { url, reference } => self.git_input(url, reference.as_ref()),
            ast::InputKind::Scratch => InputKind::Scratch,
        };
        Input { kind, span: input.span }
    }

    fn image(&mut self, image: &ast::Expr) -> Expr {
        let checked = self.text(image);
        for (text, span) in path::literals(&checked) {
            if !is_image(&text) {
                self.report(error::invalid_image(&text, span));
            }
        }
        checked
    }

    fn url_input(&mut self, url: &ast::Expr, sha256: Option<&ast::Expr>) -> InputKind {
        let url = self.text(url);
        self.address(&url, is_download);
        let sha256 = sha256.map(|sum| {
            let sum = self.text(sum);
            for (text, span) in path::literals(&sum) {
                if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    self.report(error::invalid_checksum(&text, span));
                }
            }
            sum
        });
        InputKind::Url { url, sha256 }
    }

    fn git_input(&mut self, url: &ast::Expr, reference: Option<&ast::Expr>) -> InputKind {
        let url = self.text(url);
        self.address(&url, is_repository);
        let reference = reference.map(|reference| {
            let reference = self.text(reference);
            for (text, span) in path::literals(&reference) {
                if text.is_empty() || text.starts_with('-') || text.contains(|c: char| c.is_whitespace() || c == '\0') {
                    self.report(error::invalid_reference(&text, span));
                }
            }
            reference
        });
        InputKind::Git { url, reference }
    }

    /// Refuses addresses that certainly are of no known kind, or hold a user name or password.
    fn address(&mut self, url: &Expr, is_known: impl Fn(&str) -> bool) {
        let mut written = path::literals(url);
        if let ExprKind::Template(parts) = &url.kind {
            let text = parts.iter().map(|part| match &part.kind {
                ExprKind::Str(text) => text.as_str(),
                _ => "x",
            });
            written.push((text.collect(), url.span));
        }
        let starts_unknown = path::template_start(url).is_some_and(|(start, _)| start.is_empty());
        for (text, span) in written {
            if has_credentials(&text) {
                self.report(error::credentials_in_url(span));
            } else if !starts_unknown && (!is_known(&text) || text.contains(char::is_whitespace)) {
                self.report(error::invalid_url(&text, span));
            }
        }
    }
}
