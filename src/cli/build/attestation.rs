//! `--provenance` and `--sbom` → the attestations of a request.

use indexmap::IndexMap;

use crate::cli::build::fields::{Attributes, Fields};
use crate::cli::exit::Problem;
use crate::llb::reference;

const OF_PROVENANCE: &[&str] = &["mode", "inline-only", "version", "builder-id", "filename", "reproducible"];
const OF_SBOM: &[&str] = &["generator", "filename"];

/// The attestations that are asked for, by type.
pub fn attestations(provenance: Option<&str>, sbom: Option<&str>) -> Result<IndexMap<String, Attributes>, Problem> {
    let mut attestations = IndexMap::new();
    if let Some(text) = provenance {
        let fields = Fields::parse("--provenance", text)?;
        if let Some(attributes) = attributes(&fields, OF_PROVENANCE, "write `--provenance=mode=max`, for example")? {
            fields.word(&attributes, "mode", &["min", "max"])?;
            fields.word(&attributes, "version", &["v0.2", "v1"])?;
            for flag in ["inline-only", "reproducible"] {
                fields.flag(&attributes, flag)?;
            }
            attestations.insert("provenance".to_owned(), attributes);
        }
    }
    if let Some(text) = sbom {
        let fields = Fields::parse("--sbom", text)?;
        if let Some(mut attributes) = attributes(&fields, OF_SBOM, "write `--sbom=generator=IMAGE`, for example")? {
            if let Some(text) = attributes.get("generator") {
                let full = reference::normalize(text)
                    .ok_or_else(|| fields.problem(&format!("`{text}` is no reference of an image")))?;
                attributes.insert("generator".into(), full);
            }
            attestations.insert("sbom".to_owned(), attributes);
        }
    }
    Ok(attestations)
}

/// `true`, `false`, or attributes; `None` for no.
fn attributes(fields: &Fields<'_>, known: &[&str], help: &str) -> Result<Option<Attributes>, Problem> {
    if let [only] = fields.all.as_slice()
        && fields.is_bare()
    {
        return match only.as_str() {
            "true" | "1" => Ok(Some(Attributes::new())),
            "false" | "0" => Ok(None),
            "min" | "max" if known.contains(&"mode") => Ok(Some(Attributes::from([("mode".into(), only.clone())]))),
            _ => Err(fields.problem("it is `true`, `false`, or options").help(help)),
        };
    }
    let mut attributes = fields.attributes(help)?;
    let is_off = attributes.contains_key("disabled") && fields.flag(&attributes, "disabled")?;
    attributes.shift_remove("disabled");
    match attributes.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(fields.unknown("option of this attestation", key, known)),
        None => Ok((!is_off).then_some(attributes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attestations_are_read_as_docker_writes_them() {
        let cases = [
            (Some("true"), None, "{\"provenance\": {}}"),
            (Some("false"), Some("false"), "{}"),
            (
                Some("mode=max,inline-only=true"),
                None,
                "{\"provenance\": {\"mode\": \"max\", \"inline-only\": \"true\"}}",
            ),
            (Some("max"), None, "{\"provenance\": {\"mode\": \"max\"}}"),
            (Some("disabled=true"), None, "{}"),
            (None, Some("true"), "{\"sbom\": {}}"),
            (None, Some("generator=x"), "{\"sbom\": {\"generator\": \"docker.io/library/x:latest\"}}"),
            (None, None, "{}"),
        ];
        for (provenance, sbom, want) in cases {
            let found = attestations(provenance, sbom).unwrap();
            assert_eq!(format!("{found:?}"), want, "{provenance:?} {sbom:?}");
        }
    }

    #[test]
    fn wrong_attestations_are_refused() {
        for (provenance, sbom) in [
            (Some("mode=full"), None),
            (Some("modus=max"), None),
            (Some("yes"), None),
            (Some(""), None),
            (Some("version=2"), None),
            (None, Some("generator=No Image")),
            (None, Some("mode=max")),
            (None, Some("max")),
        ] {
            assert!(attestations(provenance, sbom).is_err(), "{provenance:?} {sbom:?}");
        }
    }
}
