//! The JSON of an input → [`Input`]. `auto` and `phase` become the stage they mean.

use super::fields::{Fields, text};
use crate::check::phase::Phase;
use crate::diagnostic::Sink;
use crate::plan::error;
use crate::plan::inputs::Lineup;
use crate::plan::model::{Input, True};
use crate::project::data::{Data, DataKind};

const KINDS: [&str; 8] = ["stage", "phase", "image", "local", "url", "git", "scratch", "auto"];

/// The details that only one kind of input has.
const DETAILS: [(&str, &str); 3] = [("sha256", "url"), ("include", "local"), ("ref", "git")];

/// The stage that reads: what `auto` and `phase` mean depends on where it stands.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// All stages.
    pub lineup: &'a Lineup<'a>,
    /// The reader's position in [`Lineup::order`].
    pub position: usize,
}

impl Reader<'_> {
    /// The reader's position in the file.
    pub fn listed(self) -> usize {
        self.lineup.order.get(self.position).copied().unwrap_or(self.position)
    }
}

/// Reads an input; `what` is what messages call it.
pub fn input(data: &Data, what: &str, reader: Reader<'_>, sink: &mut Sink) -> Option<Input> {
    let fields = Fields::of(data, what, sink)?;
    let known: Vec<&str> = KINDS.into_iter().chain(DETAILS.iter().map(|(detail, _)| *detail)).collect();
    fields.only(&known, sink);
    let kind = only_kind(&fields, data, sink)?;
    for (detail, owner) in DETAILS {
        if owner != kind && fields.get(detail).is_some_and(|data| !is_empty(data)) {
            let message = format!("{what} has `{detail}` beside `{kind}`, and it goes with `{owner}`");
            sink.push(error::input(message).at(data.span, format!("`{detail}` does not belong here")));
            return None;
        }
    }
    let value = || fields.get(kind);
    match kind {
        "auto" => auto(value().map_or(data.span, |data| data.span), what, reader, sink),
        "phase" => phase(value()?, what, reader, sink),
        "scratch" => fields.flag(kind, sink).then_some(Input::Scratch { scratch: True }),
        "stage" => Some(Input::Stage { stage: fields.need_text(kind, sink)? }),
        "image" => Some(Input::Image { image: fields.need_text(kind, sink)? }),
        "local" => Some(Input::Local { local: fields.need_text(kind, sink)?, include: fields.texts("include", sink) }),
        "url" => Some(Input::Url { url: fields.need_text(kind, sink)?, sha256: fields.text("sha256", sink) }),
        _ => Some(Input::Git { git: fields.need_text(kind, sink)?, reference: fields.text("ref", sink) }),
    }
}

/// What `auto`, or no source, means.
pub fn auto(span: crate::source::Span, what: &str, reader: Reader<'_>, sink: &mut Sink) -> Option<Input> {
    let before = reader.lineup.before(reader.position);
    if before.is_none() {
        sink.push(error::no_stage_before(what).at(span, "nothing comes before it"));
    }
    Some(Input::Stage { stage: before?.to_owned() })
}

fn phase(data: &Data, what: &str, reader: Reader<'_>, sink: &mut Sink) -> Option<Input> {
    let key = text(data, &format!("`phase` of {what}"), sink)?;
    let phase = known_phase(&key, data, what, sink)?;
    let last = reader.lineup.last_of(phase);
    if last.is_none() {
        sink.push(error::empty_phase(what, phase.key()).at(data.span, "no stage here or before"));
    }
    Some(Input::Stage { stage: last?.to_owned() })
}

/// The phase with a key; an unknown one is reported.
pub fn known_phase(key: &str, data: &Data, owner: &str, sink: &mut Sink) -> Option<Phase> {
    let found = Phase::from_key(key);
    if found.is_none() {
        let known: Vec<&str> = Phase::ALL.iter().map(|phase| phase.key()).collect();
        sink.push(error::unknown_phase(key, owner, &known).at(data.span, "unknown phase"));
    }
    found
}

/// The one kind that an input is. Empty texts and `false` are how Go writes a kind that it is not.
fn only_kind(fields: &Fields<'_>, data: &Data, sink: &mut Sink) -> Option<&'static str> {
    let present: Vec<&str> =
        KINDS.into_iter().filter(|kind| fields.get(kind).is_some_and(|data| !is_empty(data))).collect();
    let message = match present.as_slice() {
        [only] => return Some(only),
        [] => format!("{} has no input, and takes exactly one", fields.owner),
        several => {
            let several = several.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" and ");
            format!("{} has more than one input, {several}, and takes exactly one", fields.owner)
        }
    };
    sink.push(error::input(message).at(data.span, "exactly one input goes here"));
    None
}

fn is_empty(data: &Data) -> bool {
    match &data.kind {
        DataKind::Null | DataKind::Bool(false) => true,
        DataKind::String(text) => text.is_empty(),
        DataKind::List(entries) => entries.is_empty(),
        _ => false,
    }
}
