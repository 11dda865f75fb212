//! One requirement as pip takes it → its name, versions and extras, whether it can apply, and the line to install it.
//!
//! What PEP 508 knows is read by pep508_rs. Requirements files know more: bare URLs, `git+https://…`, paths, and
//! `${VARIABLES}` that are filled in by the installer.

use std::ops::Range;
use std::str::FromStr;

use pep508_rs::{VerbatimUrl, VersionOrUrl};

use crate::project::packages::marker::Marker;
use crate::project::packages::{marker, normalize};
use crate::project::{credentials, path};
use crate::version::{Constraint, Version};

/// A requirement that was understood.
#[derive(Debug, PartialEq)]
pub struct Parsed {
    /// Normalized; absent for URLs and paths that do not tell it.
    pub name: Option<String>,
    /// The versions that will do; absent: any, or one told by a URL.
    pub constraint: Option<Constraint>,
    /// Normalized, sorted.
    pub extras: Vec<String>,
    /// Whether its marker may hold on Linux.
    pub applies: bool,
    /// Its marker, unless it always holds.
    pub marker: Option<Marker>,
    /// As an installer takes it that runs in the project's directory.
    pub text: String,
}

/// Why a text is not a requirement, and which part of it.
#[derive(Debug, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where in the text.
    pub range: Range<usize>,
}

/// What can be wrong with a requirement.
#[derive(Debug, PartialEq)]
pub enum FaultKind {
    /// It is not one.
    Invalid(String),
    /// It holds a user name or a password.
    Credentials,
    /// It is a path that leads out of the project.
    Outside(String),
}

const ARCHIVES: &[&str] = &[".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"];

/// Reads one requirement; `directory` is that of the file it stands in.
pub fn parse(text: &str, directory: &str) -> Result<Parsed, Fault> {
    let invalid = |reason: String| Fault { kind: FaultKind::Invalid(reason), range: 0..text.len() };
    if credentials::are_in(text) {
        return Err(Fault { kind: FaultKind::Credentials, range: 0..text.len() });
    }
    if is_url(text) || text.starts_with("git+") {
        return parse_url(text).map_err(invalid);
    }
    if is_path(text) {
        return parse_path(text, directory);
    }
    let named = named(text).ok_or_else(|| invalid("it does not begin with the name of a package".into()))?;
    let rest = text[named.end..].trim_start();
    match rest.strip_prefix('@') {
        Some(rest) => parse_reference(text, named, rest.trim_start()).map_err(invalid),
        None => parse_versions(text, named),
    }
}

/// The name that begins a requirement, its extras, and where both end.
struct Named<'a> {
    name: &'a str,
    extras: Vec<String>,
    end: usize,
}

fn named(text: &str) -> Option<Named<'_>> {
    let is_inner = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let length = text.find(|character| !is_inner(character)).unwrap_or(text.len());
    let name = &text[..length];
    if !is_name(name) {
        return None;
    }
    let blanks = text[length..].len() - text[length..].trim_start().len();
    let Some(inner) = text[length + blanks..].strip_prefix('[') else {
        return Some(Named { name, extras: Vec::new(), end: length });
    };
    let close = inner.find(']')?;
    let extras = read_extras(&inner[..close])?;
    Some(Named { name, extras, end: length + blanks + close + 2 })
}

/// The extras between `[` and `]`.
pub fn read_extras(list: &str) -> Option<Vec<String>> {
    if list.trim().is_empty() {
        return Some(Vec::new());
    }
    let names: Option<Vec<String>> =
        list.split(',').map(str::trim).map(|extra| is_name(extra).then(|| normalize(extra))).collect();
    let mut names = names?;
    names.sort();
    names.dedup();
    Some(names)
}

/// Whether a text can name a package (PEP 508).
pub fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    word(bytes.first())
        && word(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_url(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else {
        return false;
    };
    let known = text[scheme.len()..].starts_with("://") || scheme == "file";
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    known && scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(word)
}

fn is_path(text: &str) -> bool {
    let head = split_marker(text).0;
    let before = head.split([';', '@', '[']).next().unwrap_or(head);
    matches!(before.trim_end(), "." | "..")
        || head.starts_with(['/', '\\', '~'])
        || before.contains(['/', '\\'])
        || before.as_bytes().get(1) == Some(&b':')
        || ARCHIVES.iter().any(|archive| before.trim_end().ends_with(archive))
}

/// A URL or path, and the marker behind it. There a `;` needs a blank before it, as it may be part of a URL.
fn split_marker(text: &str) -> (&str, Option<&str>) {
    let at = text.match_indices(';').map(|(at, _)| at).find(|at| text[..*at].ends_with(char::is_whitespace));
    match at {
        Some(at) => (text[..at].trim_end(), Some(text[at + 1..].trim())),
        None => (text, None),
    }
}

/// Whether a marker may hold on Linux, and the marker.
fn applies(marker: Option<&str>) -> Result<(bool, Option<Marker>), String> {
    marker
        .map_or(Ok((true, None)), |text| marker::parse(text).map(|tree| (marker::may_apply(&tree), Marker::of(&tree))))
}

fn check_url(url: &str) -> Result<(), String> {
    if !url.contains("://") {
        return Err("a URL with `://` is missing".into());
    }
    if url.contains(char::is_whitespace) {
        return Err("a URL cannot hold blanks".into());
    }
    // What PDM writes for a path of the project, and uv reads.
    let inside = url.strip_prefix("file:///${PROJECT_ROOT}/").is_some_and(|path| path.split('/').all(|it| it != ".."));
    if url.starts_with("file:") && !inside {
        return Err("a `file:` URL names a place outside the project; write the path, such as `./dist/a.whl`".into());
    }
    Ok(())
}

fn parse_url(text: &str) -> Result<Parsed, String> {
    let (url, marker) = split_marker(text);
    check_url(url)?;
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg=")).and_then(named);
    let path = url.split(['#', '?']).next().unwrap_or(url);
    let (name, extras) = match egg {
        Some(egg) => (Some(normalize(egg.name)), egg.extras),
        None => (wheel_name(path), Vec::new()),
    };
    let (applies, marker) = applies(marker)?;
    let constraint = wheel_version(path);
    Ok(Parsed { name, constraint, extras, applies, marker, text: text.to_owned() })
}

/// The name that a wheel's file name begins with.
fn wheel_name(path: &str) -> Option<String> {
    let file = path.rsplit('/').next()?.strip_suffix(".whl")?;
    let name = file.split('-').next()?;
    is_name(name).then(|| normalize(name))
}

/// The version that a wheel's file name tells: `torch-2.5.1%2Bcu124-cp311-cp311-linux_x86_64.whl`.
fn wheel_version(path: &str) -> Option<Constraint> {
    let file = path.rsplit('/').next()?.strip_suffix(".whl")?;
    let written = file.split('-').nth(1)?.replace("%2B", "+").replace("%2b", "+");
    Version::parse(&written).ok().map(|version| Constraint::exact(&version))
}

fn parse_path(text: &str, directory: &str) -> Result<Parsed, Fault> {
    let (head, marker) = split_marker(text);
    let invalid = |reason: String| Fault { kind: FaultKind::Invalid(reason), range: 0..text.len() };
    let (named, extras) = match head.strip_suffix(']').and_then(|head| head.rsplit_once('[')) {
        Some((named, list)) => {
            (named, read_extras(list).ok_or_else(|| invalid("what stands in `[…]` is not a list of extras".into()))?)
        }
        None => (head, Vec::new()),
    };
    let outside = || Fault { kind: FaultKind::Outside(named.to_owned()), range: 0..head.len() };
    let inside = path::inside(directory, named).ok_or_else(outside)?;
    let mut line = if inside.is_empty() { ".".to_owned() } else { format!("./{inside}") };
    line.push_str(&text[named.len()..]);
    let (applies, marker) = applies(marker).map_err(invalid)?;
    let constraint = wheel_version(&inside);
    Ok(Parsed { name: wheel_name(&inside), constraint, extras, applies, marker, text: line })
}

fn parse_reference(text: &str, named: Named, rest: &str) -> Result<Parsed, String> {
    let (url, marker) = split_marker(rest);
    check_url(url)?;
    let (applies, marker) = applies(marker)?;
    Ok(Parsed {
        name: Some(normalize(named.name)),
        constraint: wheel_version(url.split(['#', '?']).next().unwrap_or(url)),
        extras: named.extras,
        applies,
        marker,
        text: text.to_owned(),
    })
}

fn parse_versions(text: &str, named: Named) -> Result<Parsed, Fault> {
    let fault = |reason: String, range| Fault { kind: FaultKind::Invalid(reason), range };
    let whole = 0..text.len();
    let mut parsed = Parsed {
        name: Some(normalize(named.name)),
        constraint: None,
        extras: named.extras,
        applies: true,
        marker: None,
        text: text.to_owned(),
    };
    if text.contains("${") {
        return Ok(parsed);
    }
    if let Some(reason) = marker::unreadable(text) {
        return Err(fault(reason.to_owned(), whole));
    }
    let requirement = pep508_rs::Requirement::<VerbatimUrl>::from_str(text).map_err(|error| {
        let at = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
        let (start, end) = (at(error.start), at(error.start.saturating_add(error.len)));
        fault(reason(text, start), if start < end { start..end } else { whole.clone() })
    })?;
    parsed.applies = marker::may_apply(&requirement.marker);
    parsed.marker = Marker::of(&requirement.marker);
    if let Some(VersionOrUrl::VersionSpecifier(specifiers)) = requirement.version_or_url
        && !specifiers.is_empty()
    {
        let constraint = Constraint::parse(&specifiers.to_string());
        parsed.constraint = Some(constraint.map_err(|invalid| fault(invalid.reason, whole))?);
    }
    Ok(parsed)
}

/// What is wrong with `text` from `at` on, in our words.
fn reason(text: &str, at: usize) -> String {
    let before = &text[..at];
    let what = match (before.contains(';'), text[at..].trim_start().chars().next()) {
        (true, _) => "what stands behind `;` is not a marker",
        (false, None) => "it ends too early",
        (false, Some('=')) if text[at..].trim_start().starts_with("=>") => "write `>=` for the lowest version",
        (false, Some('=')) if text[at..].trim_start().starts_with("=<") => "write `<=` for the highest version",
        (false, Some('=')) if !text[at..].trim_start().starts_with("==") => "write `==` for one version",
        (false, Some(character)) if character.is_ascii_alphanumeric() => "an operator such as `==` or a `;` is missing",
        (false, Some(_)) => "what stands behind the name is not a range of versions",
    };
    what.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str) -> String {
        match parse(text, "sub") {
            Ok(parsed) => {
                let constraint = parsed.constraint.map_or_else(|| "-".to_owned(), |constraint| constraint.to_string());
                let name = parsed.name.unwrap_or_else(|| "?".to_owned());
                format!("{name} {constraint} {} {} {}", parsed.extras.join("+"), parsed.applies, parsed.text)
            }
            Err(fault) => format!("{:?} {}", fault.kind, &text[fault.range]),
        }
    }

    #[test]
    fn every_form_of_a_requirement_is_read() {
        let texts = [
            "Torch",
            "torch == 2.8.0",
            "uvicorn[Standard, h_11] (>=0.3,<1)",
            "a.B_c~=1.2; python_version < '3.9'",
            "pywin32>=1 ; sys_platform == 'win32'",
            "name @ git+https://x.example/a.git@v1#subdirectory=b",
            "name[x]@https://x.example/a-1.whl ; os_name == 'nt'",
            "git+https://x.example/a.git#egg=Some_Name",
            "https://x.example/some_name-1.0-py3-none-any.whl",
            "./dist/my_lib-1.0-py3-none-any.whl",
            "dist/helper.zip",
            ".",
            "..[dev]",
            "torch==${TORCH}",
        ];
        insta::assert_snapshot!(texts.map(|text| format!("{text}\n  {}", summary(text))).join("\n"));
    }

    #[test]
    fn what_is_no_requirement_says_why() {
        let texts = [
            "torch=2",
            "torch=>2",
            "torch=<2",
            "torch 2",
            "torch>=",
            "torch==2; nonsense",
            "torch>=1.*",
            "[x]",
            "é",
            "a[é]",
            "name @ nothing",
            "file:///etc/passwd",
            "file:///${PROJECT_ROOT}/libs/../../x",
            "../../x.whl",
            "/abs/x.whl",
            "git+https://u:p@x.example/a",
            "git+git@x.example:a/b",
        ];
        insta::assert_snapshot!(texts.map(|text| format!("{text}\n  {}", summary(text))).join("\n"));
    }
}
