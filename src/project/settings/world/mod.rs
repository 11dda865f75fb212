//! What `cogpack.toml` adds to what Cogpack knows of the world: releases of catalogs, base images, and which of these to take.
//!
//! What is wrong in a row is told, and the row is left out whole.

pub mod described;
mod image;
mod release;

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::project::config::Located;
use crate::project::data::DataKind;
use crate::project::decode::{Table, Value};
use crate::project::mistake;
use crate::project::settings::world::described::{Described, Written};
use crate::source::Span;
use crate::version::{Constraint, Version};

pub use image::is_reference;

/// The most rows of one kind.
const MOST_ROWS: usize = 1000;

/// The longest text in a row, in bytes.
const LONGEST: usize = 4096;

/// `[[catalog.NAME.release]]`
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRow {
    /// The catalog.
    pub catalog: Located<String>,
    /// Its version.
    pub version: Located<Version>,
    /// The further columns; where the key stands, and the value.
    pub columns: IndexMap<String, (Span, String)>,
    /// What it needs.
    pub requires: IndexMap<String, (Span, Constraint)>,
    /// What it needs besides where the project asks for a GPU.
    pub gpu: IndexMap<String, (Span, Constraint)>,
    /// The row.
    pub span: Span,
}

/// `[[pair]]`: the places of images in the list.
pub type PairRow = (usize, usize);

/// `base = "IMAGE"` or `base = { build = "IMAGE", runtime = "IMAGE" }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseSetting {
    /// A name or a reference.
    pub build: Located<String>,
    /// The same; absent: what goes with the first.
    pub runtime: Option<Located<String>>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// `[[catalog.NAME.release]]`
    pub releases: Vec<ReleaseRow>,
    /// `[[image]]`
    pub images: Vec<Described<Written>>,
    /// `[[pair]]`
    pub pairs: Vec<PairRow>,
    /// `base`
    pub base: Option<BaseSetting>,
    /// `driver`: the NVIDIA driver of the machines that the image runs on
    pub driver: Option<Located<Version>>,
}

/// Reads `catalog`, `image`, `pair`, `base` and `driver`.
pub fn read(table: &Table, sink: &mut Sink) -> World {
    let images = image::read_images(table, sink);
    World {
        releases: table.value("catalog").map(|value| release::read(&value, sink)).unwrap_or_default(),
        pairs: image::read_pairs(table, &images, sink),
        images,
        base: table.value("base").and_then(|value| read_base(&value, sink)),
        driver: table.value("driver").and_then(|value| release::version(&value, sink)),
    }
}

fn read_base(value: &Value, sink: &mut Sink) -> Option<BaseSetting> {
    let image = |value: &Value, sink: &mut Sink| value.filled(sink).filter(|text| image::is_named(text, sink));
    if matches!(value.data.kind, DataKind::String(_)) {
        return Some(BaseSetting { build: image(value, sink)?, runtime: None });
    }
    let table = Table::read(value, &["build", "runtime"], sink)?;
    let build = table.required("build", sink).and_then(|value| image(&value, sink));
    let runtime = match table.value("runtime") {
        Some(value) => Some(image(&value, sink)?),
        None => None,
    };
    Some(BaseSetting { build: build?, runtime })
}

/// The rows of a list, unless there are too many.
fn rows<'a>(value: &Value<'a>, sink: &mut Sink) -> Vec<Value<'a>> {
    let rows = value.items(sink);
    if rows.len() > MOST_ROWS {
        sink.push(mistake::number_range(
            &format!("the rows of {}", value.path),
            &(0..=MOST_ROWS as i64),
            value.data.span,
        ));
        return Vec::new();
    }
    rows
}

/// A text of one line that is neither empty nor endless.
fn text(value: &Value, sink: &mut Sink) -> Option<Located<String>> {
    let text = value.filled(sink)?;
    if text.value.len() > LONGEST {
        sink.push(mistake::number_range(&format!("the length of {}", value.path), &(1..=LONGEST as i64), text.span));
        return None;
    }
    Some(text)
}

/// The texts of a list; nothing when one of them is wrong.
fn texts(table: &Table, key: &str, sink: &mut Sink) -> Option<Vec<Located<String>>> {
    let Some(value) = table.value(key) else { return Some(Vec::new()) };
    if !matches!(value.data.kind, DataKind::List(_)) {
        return value.refuse("a list of strings", sink);
    }
    let read: Vec<Option<Located<String>>> = rows(&value, sink).iter().map(|item| text(item, sink)).collect();
    read.into_iter().collect()
}
