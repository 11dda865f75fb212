//! Inputs: what a stage, copy or mount reads from → a state. Equal inputs are one vertex.

use crate::llb::definition::Digest;
use crate::llb::error::{self, Place};
use crate::llb::graph::source::{Git, Http, Image, Local, ResolveMode, Stored};
use crate::llb::graph::state::Values;
use crate::llb::graph::{Meta, State};
use crate::llb::lower::Lowering;
use crate::llb::lower::label::words_for;
use crate::plan::model::Input;

impl<'a> Lowering<'a> {
    /// The file tree of an input, with fresh values: paths in it start at its root.
    pub(super) fn tree(&mut self, input: &'a Input, at: Place<'a>) -> State {
        State::scratch().with_tree_of(&self.input(input, at))
    }

    /// The state of an input: a stage's carries its values.
    pub(super) fn input(&mut self, input: &'a Input, at: Place<'a>) -> State {
        match input {
            Input::Scratch { .. } => State::scratch(),
            Input::Stage { stage } => match self.stages.get(stage.as_str()) {
                Some(built) => built.result.clone(),
                None => {
                    self.sink.push(error::unknown_stage(at, stage));
                    State::scratch()
                }
            },
            _ => self.source(input, at),
        }
    }

    fn source(&mut self, input: &'a Input, at: Place<'a>) -> State {
        if let Some(state) = self.sources.get(input) {
            return state.clone();
        }
        let words = match input {
            Input::Url { url, .. } => format!("download {url}"),
            _ => words_for(input),
        };
        let meta = self.source_meta(at.origin.or(at.stage.origin.as_ref()), &words);
        let state = match input {
            Input::Image { image } => self.image(image, at, meta),
            Input::Local { local, include } => self.local(local, include, &[], meta),
            Input::Url { url, sha256 } => self.url(url, sha256.as_deref(), meta),
            Input::Git { git, reference } => self.git(git, reference.as_deref(), meta),
            Input::Stage { .. } | Input::Scratch { .. } => State::scratch(),
        };
        self.sources.insert(input, state.clone());
        state
    }

    fn image(&mut self, image: &str, at: Place<'a>, meta: Meta) -> State {
        let resolve_mode = if self.options.pull { ResolveMode::Pull } else { ResolveMode::Default };
        let Some(state) = self.graph.image(image, &Image { resolve_mode, ..Image::default() }, meta) else {
            self.sink.push(error::image_reference(at, image));
            return State::scratch();
        };
        match self.options.image_configs.get(image) {
            Some(config) => state.with(|values: &mut Values| config.apply(values)),
            None => state,
        }
    }

    /// The part of a context that patterns leave, with fresh values.
    pub(super) fn part_of_context(
        &mut self,
        local: &str,
        include: &[String],
        exclude: &[String],
        at: Place<'a>,
    ) -> State {
        let meta = self.source_meta(at.origin.or(at.stage.origin.as_ref()), &format!("context {local}, filtered"));
        self.local(local, include, exclude, meta)
    }

    fn local(&mut self, local: &str, include: &[String], exclude: &[String], meta: Meta) -> State {
        // The daemon keeps what was sent by this key. Parts of a context would displace each other under one key, and
        // be sent again each time.
        let patterns: Vec<&str> = include.iter().map(String::as_str).collect();
        let excluded = exclude.iter().map(|pattern| format!("\0!{pattern}")).collect::<String>();
        let shared_key_hint = if include.is_empty() && exclude.is_empty() {
            String::new()
        } else {
            format!("{local}:{}", Digest::of((patterns.join("\0") + &excluded).as_bytes()))
        };
        let (include, exclude) = (include.to_vec(), exclude.to_vec());
        self.graph.local(local, &Local { include, exclude, shared_key_hint, ..Local::default() }, meta)
    }

    fn url(&mut self, url: &str, sha256: Option<&str>, meta: Meta) -> State {
        let stored = Stored { filename: filename(url).unwrap_or_default().to_owned(), ..Stored::default() };
        let checksum = sha256.map(|hex| format!("sha256:{}", hex.to_ascii_lowercase()));
        self.graph.http(url, &Http { checksum, stored, ..Http::default() }, meta)
    }

    fn git(&mut self, url: &str, reference: Option<&str>, meta: Meta) -> State {
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        let git = Git::default().with_fragment(fragment);
        let git = Git { reference: reference.map_or(git.reference, str::to_owned), ..git };
        self.graph.git(url, &git, meta)
    }
}

/// The last part of an address's path, if it is a plain name; else the engine finds one.
fn filename(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.find(['?', '#']).map_or(rest, |end| &rest[..end]);
    let (_, path) = rest.split_once('/')?;
    let name = path.rsplit('/').next()?;
    let is_plain = !matches!(name, "" | "." | "..") && !name.contains(['%', '\\', '\0']);
    is_plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::filename;

    #[test]
    fn a_download_is_named_after_its_address() {
        let cases = [
            ("https://h.example/a/b.tar.gz?x=/y#z", Some("b.tar.gz")),
            ("https://h.example/", None),
            ("https://h.example", None),
            ("https://h.example/a%2Fb", None),
            ("https://h.example/..", None),
        ];
        for (url, want) in cases {
            assert_eq!(filename(url), want, "{url}");
        }
    }
}
