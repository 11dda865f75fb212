//! The grammar of constraints: text → groups of comparators, "or" between the groups.

use crate::version::comparator::bump;
use crate::version::{Comparator, Invalid, LONGEST, Operator, Version};

/// What stands where a version is expected: `1.2`, `1.2.*`, `1.x`, `*`.
struct Pattern {
    /// None for `*`, `x`.
    version: Option<Version>,
    wildcard: bool,
}

/// Reads a whole constraint. An empty group is any version.
pub(super) fn read(text: &str) -> Result<Vec<Vec<Comparator>>, Invalid> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(Invalid::because(format!("it is longer than {LONGEST} characters")));
    }
    if text.is_empty() {
        return Ok(vec![Vec::new()]);
    }
    text.split("||").map(group).collect()
}

/// One alternative: comparators with commas or blanks between them.
fn group(text: &str) -> Result<Vec<Comparator>, Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::because("`||` needs a constraint on both sides; write `*` for any version"));
    }
    if text.contains('|') {
        return Err(Invalid::because("a single `|` means nothing; write `||` for \"or\""));
    }
    let mut comparators = Vec::new();
    let mut pieces = text.split(',').map(str::trim).peekable();
    while let Some(piece) = pieces.next() {
        let trailing = pieces.peek().is_none() && !comparators.is_empty();
        if piece.is_empty() && !trailing {
            return Err(Invalid::because("a comma needs a constraint on both sides"));
        }
        comparators.extend(comma_free(piece)?);
    }
    Ok(comparators)
}

/// A hyphen range, or comparators with blanks between them.
fn comma_free(text: &str) -> Result<Vec<Comparator>, Invalid> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [from, "-", to] = words.as_slice() {
        return hyphen(&pattern(from)?, &pattern(to)?);
    }
    if words.contains(&"-") {
        return Err(Invalid::because("a hyphen stands between two versions, with blanks: `1.2 - 2.3`"));
    }
    let mut comparators = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (operator, after) = split_before(rest, |_, c| !"<>=!~^".contains(c));
        let after = after.trim_start();
        let (word, after) = split_before(after, |next, c| {
            c.is_whitespace() || "<>=~^".contains(c) || (c == '!' && next.starts_with("!="))
        });
        if word.is_empty() {
            return Err(Invalid::because(format!("a version is missing after `{operator}`")));
        }
        if !after.is_empty() && !after.starts_with(char::is_whitespace) {
            return Err(Invalid::because(format!("put a comma or a blank after `{operator}{word}`")));
        }
        comparators.extend(comparator(operator, word)?);
        rest = after.trim_start();
    }
    Ok(comparators)
}

/// Cuts before the first character that `ends`, which also sees the text from that character on.
fn split_before(text: &str, ends: impl Fn(&str, char) -> bool) -> (&str, &str) {
    let at = text.char_indices().find(|&(at, c)| ends(text.get(at..).unwrap_or_default(), c));
    text.split_at(at.map_or(text.len(), |(at, _)| at))
}

/// An operator and what follows it.
fn comparator(operator: &str, word: &str) -> Result<Vec<Comparator>, Invalid> {
    let instead = match operator {
        "=>" => Some(">="),
        "=<" => Some("<="),
        "<>" | "!" => Some("!="),
        "~>" => Some("~="),
        _ => None,
    };
    if let Some(instead) = instead {
        return Err(Invalid::because(format!("`{operator}` is no operator; write `{instead}`")));
    }
    let pattern = pattern(word)?;
    let Some(version) = pattern.version else {
        return match operator {
            "" | "=" | "==" | ">=" | "<=" | "^" | "~" => Ok(Vec::new()),
            _ => Err(Invalid::because(format!("no version fits `{operator}{word}`"))),
        };
    };
    if version.parsed.is_local() && !matches!(operator, "" | "=" | "==" | "===" | "!=") {
        return Err(Invalid::because(format!(
            "`{operator}` does not go with a local label; write the version without `+…`"
        )));
    }
    with_operator(operator, version, pattern.wildcard)
}

fn with_operator(operator: &str, version: Version, wildcard: bool) -> Result<Vec<Comparator>, Invalid> {
    use Operator::{Compatible, Equal, Greater, GreaterEqual, Identical, Less, LessEqual, NotEqual, NotPrefix, Prefix};
    let numbers = version.parsed.release().len();
    let one = |operator, version| Ok(vec![Comparator { operator, version }]);
    match (operator, wildcard) {
        ("" | "=", false) if version.is_plain() => one(Prefix, version),
        ("" | "=" | "==", true) => one(Prefix, version),
        ("" | "=" | "==", false) => one(Equal, version),
        ("!=", true) => one(NotPrefix, version),
        ("!=", false) => one(NotEqual, version),
        ("===" | "~=", true) => {
            Err(Invalid::because(format!("`{operator}` does not go with a wildcard; write `=={version}.*`")))
        }
        ("===", false) => one(Identical, version),
        ("~=", false) if numbers < 2 => Err(Invalid::because(format!(
            "`~=` needs two numbers; write `~={version}.0` or `^{version}`",
            version = version.major()
        ))),
        ("~=", false) => one(Compatible, version),
        ("<", _) => one(Less, version),
        (">=", _) => one(GreaterEqual, version),
        ("<=", false) => one(LessEqual, version),
        ("<=", true) => one(Less, bump(&version, numbers)),
        (">", false) => one(Greater, version),
        (">", true) => one(GreaterEqual, bump(&version, numbers)),
        ("^", _) => Ok(from_to(&version, caret_place(&version))),
        ("~", _) => Ok(from_to(&version, numbers.min(2))),
        _ => Err(Invalid::because(format!("`{operator}` is no operator; write one of `== != < <= > >= ~= ^ ~`"))),
    }
}

/// At least `version`, and below the next in its first `count` numbers.
fn from_to(version: &Version, count: usize) -> Vec<Comparator> {
    vec![
        Comparator { operator: Operator::GreaterEqual, version: version.clone() },
        Comparator { operator: Operator::Less, version: bump(version, count) },
    ]
}

/// How many numbers `^` keeps: up to the first that is not zero, or all (npm and Poetry agree).
fn caret_place(version: &Version) -> usize {
    let release = version.parsed.release();
    release.iter().position(|&number| number != 0).map_or(release.len(), |at| at + 1)
}

/// npm's `1.2 - 2.3`: from the first on; a second of fewer than three numbers includes all that start with it.
fn hyphen(from: &Pattern, to: &Pattern) -> Result<Vec<Comparator>, Invalid> {
    let mut comparators = Vec::new();
    if [from, to].into_iter().filter_map(|side| side.version.as_ref()).any(|version| version.parsed.is_local()) {
        return Err(Invalid::because("a range does not go with a local label; write the versions without `+…`"));
    }
    if let Some(version) = &from.version {
        comparators.push(Comparator { operator: Operator::GreaterEqual, version: version.clone() });
    }
    if let Some(version) = &to.version {
        let numbers = version.parsed.release().len();
        let partial = to.wildcard || (numbers < 3 && version.is_plain());
        comparators.push(if partial {
            Comparator { operator: Operator::Less, version: bump(version, numbers) }
        } else {
            Comparator { operator: Operator::LessEqual, version: version.clone() }
        });
    }
    Ok(comparators)
}

fn pattern(word: &str) -> Result<Pattern, Invalid> {
    let mut stem = word;
    let mut wildcard = false;
    while let Some(cut) = stem.strip_suffix(['*', 'x', 'X']) {
        if cut.is_empty() {
            return Ok(Pattern { version: None, wildcard: true });
        }
        let Some(cut) = cut.strip_suffix('.') else { break };
        stem = cut;
        wildcard = true;
    }
    let version = Version::parse(stem).map_err(|invalid| Invalid::because(why_not_a_pattern(word, invalid)))?;
    if wildcard && !version.is_plain() {
        return Err(Invalid::because(format!("`{word}` has a wildcard after more than numbers; write `{stem}`")));
    }
    Ok(Pattern { version: Some(version), wildcard })
}

fn why_not_a_pattern(word: &str, invalid: Invalid) -> String {
    if !word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_alphabetic) {
        return format!("`{word}` names no version; write numbers such as `>=3.11`, or `*` for any version");
    }
    if word.contains('*') {
        return format!("in `{word}` the wildcard is not the last; write it as `1.2.*`");
    }
    if word.contains(['(', ')']) {
        return "it has no parentheses; `,` binds tighter than `||`".into();
    }
    format!("`{word}` is not a version: {}", invalid.reason)
}
