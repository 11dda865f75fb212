//! One cleaned pattern → [`Matcher`]: steps that are followed all at once, so that no pattern takes exponential time.

/// Tells whether a path matches one pattern.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// The path itself.
    Exact(String),
    /// What the path begins with: the pattern is text and `**`.
    Prefix(String),
    /// What the path ends with: the pattern is `**` and text.
    Suffix(String),
    /// Anything else.
    Steps(Vec<Step>),
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// This character.
    Letter(char),
    /// Any character but `/`.
    NoSlash,
    /// Any number of characters but `/`.
    Name,
    /// Directories, or none: goes on with [`Step::ToSlash`] or after it.
    Directories,
    /// Any characters up to and with a `/`.
    ToSlash,
    /// All characters to the end.
    Rest,
    /// The start of the path.
    Start,
    /// One of these characters, or none of them.
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Matcher {
    /// Reads a cleaned pattern; the error says what is wrong with it.
    pub fn parse(pattern: &str) -> Result<Self, &'static str> {
        let steps = steps(pattern)?;
        let plain = |text: &str| !text.contains(['*', '?', '[', ']', '\\']);
        Ok(match (pattern.strip_prefix("**"), pattern.strip_suffix("**")) {
            (Some(end), _) if plain(end) => Self::Suffix(end.to_owned()),
            (_, Some(start)) if plain(start) => Self::Prefix(start.to_owned()),
            _ if plain(pattern) => Self::Exact(pattern.to_owned()),
            _ => Self::Steps(steps),
        })
    }

    /// Whether it matches the whole path.
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(text) => path == text,
            Self::Prefix(text) => path.starts_with(text),
            Self::Suffix(text) => path.ends_with(text) || text.strip_prefix('/') == Some(path),
            Self::Steps(steps) => follow(steps, path, Until::End),
        }
    }

    /// Whether it matches the path or a directory that the path lies in.
    pub fn matches_or_parent(&self, path: &str) -> bool {
        match self {
            Self::Exact(text) => {
                path.strip_prefix(text.as_str()).is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'/')))
            }
            Self::Prefix(text) => path.starts_with(text),
            Self::Suffix(_) => path.match_indices('/').any(|(end, _)| self.matches(&path[..end])) || self.matches(path),
            Self::Steps(steps) => follow(steps, path, Until::AnyDirectory),
        }
    }
}

/// How much of a path the steps must match.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    End,
    AnyDirectory,
}

fn steps(pattern: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.next_if_eq(&'*').is_some() => {
                let _ = letters.next_if_eq(&'/');
                if letters.peek().is_none() {
                    steps.push(Step::Rest);
                } else {
                    steps.extend([Step::Directories, Step::ToSlash]);
                }
            }
            '*' => steps.push(Step::Name),
            '?' => steps.push(Step::NoSlash),
            '^' => steps.push(Step::Start),
            '\\' => steps.push(Step::Letter(letters.next().ok_or("nothing follows the `\\`")?)),
            '[' => steps.push(class(&mut letters)?),
            letter => steps.push(Step::Letter(letter)),
        }
    }
    Ok(steps)
}

type Letters<'p> = std::iter::Peekable<std::str::Chars<'p>>;

fn class(letters: &mut Letters<'_>) -> Result<Step, &'static str> {
    let negated = letters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while ranges.is_empty() || letters.next_if_eq(&']').is_none() {
        let low = member(letters)?;
        let high = if letters.next_if_eq(&'-').is_some() { member(letters)? } else { low };
        if high < low {
            return Err("a range in `[…]` ends before it begins");
        }
        ranges.push((low, high));
    }
    Ok(Step::Class { negated, ranges })
}

fn member(letters: &mut Letters<'_>) -> Result<char, &'static str> {
    const OPEN: &str = "a `[` is never closed";
    match letters.next().ok_or(OPEN)? {
        '-' | ']' => Err("a character is missing in `[…]`"),
        '\\' => letters.next().ok_or(OPEN),
        letter => Ok(letter),
    }
}

fn follow(steps: &[Step], path: &str, until: Until) -> bool {
    let mut current = vec![false; steps.len() + 1];
    let mut next = current.clone();
    reach(steps, &mut current, 0, true);
    for letter in path.chars() {
        if letter == '/' && until == Until::AnyDirectory && current[steps.len()] {
            return true;
        }
        if !current.contains(&true) {
            return false;
        }
        next.fill(false);
        for (index, step) in steps.iter().enumerate().filter(|(index, _)| current[*index]) {
            let slash = letter == '/';
            let (stays, goes_on) = match step {
                Step::Letter(wanted) => (false, letter == *wanted),
                Step::NoSlash => (false, !slash),
                Step::Name => (!slash, false),
                Step::ToSlash => (true, slash),
                Step::Rest => (true, false),
                Step::Directories | Step::Start => (false, false),
                Step::Class { negated, ranges } => {
                    (false, ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter)) != *negated)
                }
            };
            if stays {
                reach(steps, &mut next, index, false);
            }
            if goes_on {
                reach(steps, &mut next, index + 1, false);
            }
        }
        std::mem::swap(&mut current, &mut next);
    }
    current[steps.len()]
}

/// Marks a step, and those that can be reached from it without a character.
fn reach(steps: &[Step], marked: &mut [bool], from: usize, at_start: bool) {
    let mut index = from;
    while !std::mem::replace(&mut marked[index], true) {
        match steps.get(index) {
            Some(Step::Name | Step::Rest) => index += 1,
            Some(Step::Start) if at_start => index += 1,
            Some(Step::Directories) => {
                marked[index + 1] = true; // from ToSlash nothing is reached without a character
                index += 2;
            }
            _ => break,
        }
    }
}
