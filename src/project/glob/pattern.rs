//! The text of a pattern → [`Way`]s through directories, one for each choice of its `{a,b}`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::PatternError;

/// The most choices that the braces of one pattern may make.
const CHOICES_LIMIT: usize = 256;

/// The most bytes of a pattern: as many as a path may have on Linux.
const LENGTH_LIMIT: usize = 4096;

/// The most `**` in one pattern.
const DEEP_LIMIT: usize = 8;

/// What a pattern asks for, without braces.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its parts between `/`, plain ones joined.
    pub parts: Vec<Part>,
    /// What it finds.
    pub wanted: Wanted,
}

/// A part of a pattern.
#[derive(Clone, Debug)]
pub enum Part {
    /// Names without wildcards, joined with `/`.
    Path(String),
    /// A name with wildcards.
    Name(Matcher),
    /// `**`
    Directories,
}

/// What a pattern finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Files and links, and directories that are named plainly.
    Files,
    /// Directories, for a pattern that ends in `/`.
    Directories,
}

/// Matches one name.
#[derive(Clone, Debug)]
pub struct Matcher {
    set: GlobSet,
    hidden: bool,
}

impl Matcher {
    /// Whether it matches a name.
    pub fn matches(&self, name: &str) -> bool {
        (self.hidden || !name.starts_with('.')) && self.set.is_match(name)
    }
}

/// Reads a pattern.
pub fn parse(pattern: &str) -> Result<Vec<Way>, PatternError> {
    let refuse = |reason: String| PatternError { pattern: pattern.to_owned(), reason };
    if pattern.len() > LENGTH_LIMIT {
        return Err(refuse(format!("it is longer than {LENGTH_LIMIT} bytes")));
    }
    let choices = choices(pattern).map_err(|reason| refuse(reason.to_owned()))?;
    choices.iter().map(|choice| way(choice).map_err(refuse)).collect()
}

/// The pattern with each choice of its braces; braces may lie in braces.
fn choices(pattern: &str) -> Result<Vec<String>, &'static str> {
    let mut done = Vec::new();
    let mut to_do = vec![pattern.to_owned()];
    while let Some(next) = to_do.pop() {
        let Some(Braces { open, commas, close }) = first_braces(&next)? else {
            done.push(next);
            continue;
        };
        let ends = commas.iter().copied().chain([close]);
        let starts = [open].into_iter().chain(commas.iter().copied());
        let alternatives: Vec<String> = starts
            .zip(ends)
            .map(|(start, end)| format!("{}{}{}", &next[..open], &next[start + 1..end], &next[close + 1..]))
            .collect();
        to_do.extend(alternatives.into_iter().rev());
        if to_do.len() + done.len() > CHOICES_LIMIT {
            return Err("its `{…}` make too many choices");
        }
    }
    Ok(done)
}

/// Where a `{` stands, the commas that part its alternatives, and its `}`.
struct Braces {
    open: usize,
    commas: Vec<usize>,
    close: usize,
}

fn first_braces(pattern: &str) -> Result<Option<Braces>, &'static str> {
    let (mut open, mut commas, mut depth) = (0, Vec::new(), 0_usize);
    let mut bytes = pattern.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' => skip_class(&mut bytes),
            b'{' => {
                if depth == 0 {
                    open = at;
                }
                depth += 1;
            }
            b',' if depth == 1 => commas.push(at),
            b'}' => match depth {
                0 => return Err("a `}` closes nothing"),
                1 => return Ok(Some(Braces { open, commas, close: at })),
                _ => depth -= 1,
            },
            _ => {}
        }
    }
    if depth > 0 { Err("a `{` is never closed") } else { Ok(None) }
}

/// Goes on after the `]` of a class; a `]` that comes first belongs to it. Without one, globset says so later.
fn skip_class(bytes: &mut std::iter::Enumerate<std::str::Bytes<'_>>) {
    let mut first = true;
    for (_, byte) in bytes.by_ref() {
        match byte {
            b']' if !first => return,
            b'!' | b'^' if first => {}
            _ => first = false,
        }
    }
}

fn way(pattern: &str) -> Result<Way, String> {
    if pattern.starts_with('/') {
        return Err("it begins with `/`; patterns are relative to the project".to_owned());
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut deep = 0;
    for part in pattern.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            return Err("`..` leads out of the project".to_owned());
        }
        let next = read_part(part)?;
        match (parts.last_mut(), next) {
            (Some(Part::Directories), Part::Directories) => {}
            (Some(Part::Path(path)), Part::Path(name)) => {
                path.push('/');
                path.push_str(&name);
            }
            (_, next) => {
                deep += usize::from(matches!(next, Part::Directories));
                parts.push(next);
            }
        }
    }
    if parts.is_empty() {
        return Err("it names nothing".to_owned());
    }
    if deep > DEEP_LIMIT {
        return Err(format!("it has more than {DEEP_LIMIT} `**`"));
    }
    let wanted = if pattern.ends_with('/') { Wanted::Directories } else { Wanted::Files };
    Ok(Way { parts, wanted })
}

fn read_part(part: &str) -> Result<Part, String> {
    if part == "**" {
        return Ok(Part::Directories);
    }
    let mut plain = String::new(); // the name, if there are no wildcards
    let mut cleaned = String::new(); // `**` made `*`
    let mut wild = false;
    let mut in_class = false;
    let mut letters = part.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let Some(escaped) = letters.next() else { return Err("nothing follows the `\\`".to_owned()) };
                plain.push(escaped);
                cleaned.extend(['\\', escaped]);
                continue;
            }
            '*' => {
                wild = true;
                while letters.next_if_eq(&'*').is_some() {}
            }
            '?' => wild = true,
            '[' => (wild, in_class) = (true, true),
            ']' => in_class = false,
            // globset matches bytes.
            letter if in_class && !letter.is_ascii() => {
                return Err("only ASCII characters stand in `[…]`".to_owned());
            }
            letter => plain.push(letter),
        }
        cleaned.push(letter);
    }
    if !wild {
        return if plain == ".." { Err("`..` leads out of the project".to_owned()) } else { Ok(Part::Path(plain)) };
    }
    let glob = GlobBuilder::new(&cleaned).backslash_escape(true).build();
    let set = glob.and_then(|glob| GlobSetBuilder::new().add(glob).build());
    let set = set.map_err(|error| error.kind().to_string().trim_end_matches('.').to_owned())?;
    Ok(Part::Name(Matcher { set, hidden: part.starts_with('.') || part.starts_with("\\.") }))
}
