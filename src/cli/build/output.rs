//! `--output`, `--tag` and `--push` → [`Output`]s.

use std::path::{Path, PathBuf};

use crate::build::request::{Output, OutputKind, is_yes};
use crate::cli::build::fields::{Attributes, Fields};
use crate::cli::build::{destination, name};
use crate::cli::exit::Problem;

/// How an output is written.
const HELP: &str =
    "write `-o type=oci,dest=FILE`, for example, `-o FOLDER`, or `-o -` for an archive on standard output";

const TYPES: &[&str] = &["image", "docker", "oci", "tar", "local", "registry", "cacheonly"];

/// What every exporter of an image knows, besides annotations.
const OF_IMAGES: &[&str] = &[
    "name",
    "compression",
    "compression-level",
    "force-compression",
    "oci-mediatypes",
    "oci-artifact",
    "prefer-nondist-layers",
    "rewrite-timestamp",
    "source-date-epoch",
];

/// What exporters into an image store know besides.
const OF_STORES: &[&str] =
    &["push", "push-by-digest", "registry.insecure", "unpack", "store", "name-canonical", "dangling-name-prefix"];

/// What exporters of files know.
const OF_FILES: &[&str] = &["attestation-prefix", "platform-split", "source-date-epoch"];

/// Attributes that are yes or no.
const FLAGS: &[&str] = &[
    "push",
    "push-by-digest",
    "registry.insecure",
    "unpack",
    "store",
    "name-canonical",
    "force-compression",
    "oci-mediatypes",
    "oci-artifact",
    "prefer-nondist-layers",
    "rewrite-timestamp",
    "platform-split",
    "tar",
];

/// The ways to compress a layer.
pub const COMPRESSIONS: &[&str] = &["uncompressed", "gzip", "estargz", "zstd"];

/// What the command line says of outputs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// `--output`
    pub specs: &'a [String],
    /// `--tag`
    pub tags: &'a [String],
    /// `--push`
    pub push: bool,
    /// Whether there has to be an image: `--iidfile`
    pub needs_image: bool,
    /// Whether bytes on stdout would garble a terminal.
    pub stdout_is_terminal: bool,
}

/// Where the image goes. Empty: into the cache only.
pub fn outputs(asked: Asked<'_>) -> Result<Vec<Output>, Problem> {
    let mut tags = Vec::new();
    for text in asked.tags {
        let tag = name::tag(text)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let mut outputs = Vec::new();
    for text in asked.specs {
        let fields = Fields::parse("--output", text)?;
        if let Some(output) = output(&fields)? {
            refuse_terminal(&fields, &output, asked)?;
            outputs.push(output);
        }
    }
    let has_image = outputs.iter().any(|output| output.kind == OutputKind::Image);
    let wants_image = !tags.is_empty() || asked.needs_image;
    if (asked.push && !has_image) || (asked.specs.is_empty() && wants_image) {
        outputs.push(Output { kind: OutputKind::Image, attributes: Attributes::new(), destination: None });
    }
    if asked.needs_image && outputs.iter().all(|output| matches!(output.kind, OutputKind::Tar | OutputKind::Local)) {
        return Err(Problem::usage("`--iidfile` wants the id of an image, and no output is an image")
            .help("leave it out, or add `-o type=image`"));
    }
    for output in &mut outputs {
        finish(output, &tags, asked)?;
    }
    refuse_same_place(&outputs)?;
    if outputs.iter().filter(|output| output.is_layout()).count() > 1 {
        return Err(Problem::usage("two outputs are images as folders, and a build writes one of them")
            .help("leave out `tar=false` of one, or build twice: the second time all steps are cached"));
    }
    Ok(outputs)
}

/// One output; `None` for `cacheonly`.
fn output(fields: &Fields<'_>) -> Result<Option<Output>, Problem> {
    if let [only] = fields.all.as_slice()
        && fields.is_bare()
    {
        return bare(fields, only).map(Some);
    }
    let mut attributes = fields.attributes(HELP)?;
    let Some(kind) = attributes.shift_remove("type") else {
        return Err(fields.problem("its type is missing").help(HELP));
    };
    let dest = attributes.shift_remove("dest");
    let kind = match kind.as_str() {
        "image" => OutputKind::Image,
        "registry" => {
            attributes.entry("push".into()).or_insert_with(|| "true".into());
            OutputKind::Image
        }
        "docker" => OutputKind::Docker,
        "oci" => OutputKind::Oci,
        "tar" => OutputKind::Tar,
        "local" => OutputKind::Local,
        "cacheonly" if attributes.is_empty() && dest.is_none() => return Ok(None),
        "cacheonly" => return Err(fields.problem("`cacheonly` makes nothing, so it has no options")),
        other => return Err(fields.unknown("type of output", other, TYPES)),
    };
    check(fields, kind, &mut attributes)?;
    let destination = destination(fields, kind, &attributes, dest)?;
    Ok(Some(Output { kind, attributes, destination }))
}

/// `-o FOLDER` and `-o -`
fn bare(fields: &Fields<'_>, text: &str) -> Result<Output, Problem> {
    if TYPES.contains(&text) {
        return Err(fields
            .problem("this would be a folder of that name")
            .help(format!("write `-o type={text}` for the type, `-o ./{text}` for the folder")));
    }
    let (kind, destination) = match text {
        destination::STDOUT => (OutputKind::Tar, PathBuf::from(text)),
        _ => (OutputKind::Local, PathBuf::from(text)),
    };
    if kind == OutputKind::Local {
        destination::directory("--output", &destination)?;
    }
    Ok(Output { kind, attributes: Attributes::new(), destination: Some(destination) })
}

/// Whether the exporter knows its attributes: the daemon takes those it does not for metadata, without a word.
fn check(fields: &Fields<'_>, kind: OutputKind, attributes: &mut Attributes) -> Result<(), Problem> {
    let known: Vec<&str> = match kind {
        OutputKind::Image => [OF_IMAGES, OF_STORES].concat(),
        OutputKind::Docker | OutputKind::Oci => [OF_IMAGES, &["tar", "dest"]].concat(),
        OutputKind::Tar | OutputKind::Local => [OF_FILES, &["dest"]].concat(),
    };
    let takes_annotations = !matches!(kind, OutputKind::Tar | OutputKind::Local);
    for key in attributes.keys() {
        let is_annotation = ["annotation.", "annotation-", "annotation["].iter().any(|start| key.starts_with(start));
        if !(known.contains(&key.as_str()) || (takes_annotations && is_annotation)) {
            return Err(fields.unknown("option of this type", key, &known));
        }
    }
    for flag in FLAGS {
        fields.flag(attributes, flag)?;
    }
    fields.word(attributes, "compression", COMPRESSIONS)?;
    fields.number(attributes, "compression-level")?;
    fields.number(attributes, "source-date-epoch")?;
    if fields.flag(attributes, "push-by-digest")? {
        attributes.insert("push".into(), "true".into());
    }
    Ok(())
}

fn destination(
    fields: &Fields<'_>,
    kind: OutputKind,
    attributes: &Attributes,
    dest: Option<String>,
) -> Result<Option<PathBuf>, Problem> {
    let is_folder = kind == OutputKind::Local || (attributes.contains_key("tar") && !fields.flag(attributes, "tar")?);
    let Some(path) = dest.map(PathBuf::from) else {
        return match kind {
            OutputKind::Image | OutputKind::Docker if !is_folder => Ok(None),
            OutputKind::Oci | OutputKind::Tar if !is_folder => Ok(Some(destination::STDOUT.into())),
            _ => Err(fields.problem("it does not say where to").help("add `dest=FOLDER`")),
        };
    };
    if kind == OutputKind::Image {
        return Err(fields
            .problem("an image in a store or a registry has no `dest`")
            .help("leave it out, or write `type=oci` for an archive"));
    }
    if is_folder {
        destination::directory("--output", &path)?;
    } else if path != Path::new(destination::STDOUT) {
        destination::file("--output", &path)?;
    }
    Ok(Some(path))
}

/// Gives an output the names that it has not yet, and pushes it.
fn finish(output: &mut Output, tags: &[String], asked: Asked<'_>) -> Result<(), Problem> {
    let is_image = output.kind == OutputKind::Image;
    let attributes = &mut output.attributes;
    if is_image && asked.push {
        if attributes.get("push").is_some_and(|value| !is_yes(value)) {
            return Err(
                Problem::usage("`--push` is given, and an output says `push=false`").help("leave out one of them")
            );
        }
        attributes.insert("push".into(), "true".into());
    }
    let by_digest = attributes.get("push-by-digest").is_some_and(|value| is_yes(value));
    let names = match attributes.get("name") {
        Some(text) if by_digest => name::list_without_tags(text)?,
        Some(text) => name::list(text)?,
        None if by_digest && !tags.is_empty() => name::list_without_tags(&asked.tags.join(","))?,
        None => tags.to_vec(),
    };
    if !names.is_empty() && !matches!(output.kind, OutputKind::Tar | OutputKind::Local) {
        attributes.insert("name".into(), names.join(","));
    }
    if names.is_empty() && attributes.get("push").is_some_and(|value| is_yes(value)) {
        return Err(Problem::usage("an image that is pushed needs a name")
            .help("add `-t registry.example/team/model`, with your registry's name"));
    }
    Ok(())
}

fn refuse_terminal(fields: &Fields<'_>, output: &Output, asked: Asked<'_>) -> Result<(), Problem> {
    let is_stdout = output.destination.as_deref() == Some(Path::new(destination::STDOUT));
    if is_stdout && asked.stdout_is_terminal {
        return Err(fields
            .problem("an archive is not written to a terminal")
            .help("write it to a file with `dest=FILE`, or pipe it on"));
    }
    Ok(())
}

fn refuse_same_place(outputs: &[Output]) -> Result<(), Problem> {
    let mut places = Vec::new();
    for path in outputs.iter().filter_map(|output| output.destination.as_deref()) {
        let place = if path == Path::new(destination::STDOUT) { path.to_owned() } else { destination::absolute(path) };
        if places.contains(&place) {
            let path = if path == Path::new(destination::STDOUT) {
                "standard output".to_owned()
            } else {
                format!("`{}`", path.display())
            };
            return Err(Problem::usage(format!("two outputs go to {path}")).help("give each a `dest` of its own"));
        }
        places.push(place);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
