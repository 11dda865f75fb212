//! A status's details → the step that failed and its place in a source.
//!
//! Details are `google.protobuf.Any`s whose values are JSON: `github.com/moby/buildkit/errdefs.Vertex+json` and others.
//! Daemons differ in what they send, and what is not understood is left out.

use bollard_buildkit_proto::google::rpc;
use prost::Message as _;
use serde_json::Value;
use tonic::Status;

/// What of a status's details helps.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Details {
    /// The digest of the step.
    pub vertex: Option<String>,
    /// Where the step is written.
    pub place: Option<Place>,
}

/// Lines of a file. Lines count from 1, characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub file: String,
    pub start: (u32, u32),
    pub end: (u32, u32),
}

impl Details {
    pub fn of(status: &Status) -> Self {
        let mut all = Self::default();
        let Ok(message) = rpc::Status::decode(status.details()) else { return all };
        for detail in message.details {
            let Ok(value) = serde_json::from_slice::<Value>(&detail.value) else { continue };
            let kind = detail.type_url.rsplit('/').next().unwrap_or_default();
            match kind {
                "errdefs.Vertex+json" => all.vertex = all.vertex.or(text(&value["digest"])),
                "errdefs.Source+json" => all.place = all.place.or(place(&value)),
                _ => {}
            }
        }
        all
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn place(source: &Value) -> Option<Place> {
    let range = source["ranges"].get(0)?;
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    let position = |value: &Value| (number(&value["line"]), number(&value["character"]));
    Some(Place {
        file: text(&source["info"]["filename"])?,
        start: position(&range["start"]),
        end: position(&range["end"]),
    })
}
