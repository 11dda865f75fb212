//! What a user calls a diagnostic → its [`Code`]; a code's Markdown page → text for a terminal.

use std::fmt;

use crate::diagnostic::code::{ALL, Code};
use crate::diagnostic::render::Style;
use crate::diagnostic::suggest::closest;

/// No diagnostic, or more than one, is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unknown {
    /// What was asked for.
    pub given: String,
    /// What may have been meant: aliases or full names, the likeliest first.
    pub suggestions: Vec<&'static str>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no diagnostic is called `{}`", self.given.escape_debug())?;
        for (index, suggestion) in self.suggestions.iter().enumerate() {
            write!(f, "{} `{suggestion}`", if index == 0 { ": did you mean" } else { " or" })?;
        }
        if self.suggestions.is_empty() { Ok(()) } else { f.write_str("?") }
    }
}

/// Finds a code by its alias (`e0203`), its full name, or the end of the name (`check::unknown-name`,
/// `unknown-name`). Case does not matter.
///
/// # Errors
/// [`Unknown`] when none or several are called so, with what may have been meant.
pub fn explain(code: &str) -> Result<&'static Code, Unknown> {
    find(code, ALL)
}

fn find(asked: &str, codes: &'static [Code]) -> Result<&'static Code, Unknown> {
    let wanted = asked.trim().to_ascii_lowercase();
    if let Some(code) = codes.iter().find(|code| code.alias.eq_ignore_ascii_case(&wanted) || code.name == wanted) {
        return Ok(code);
    }
    let ending = format!("::{wanted}");
    let ending: Vec<&Code> = codes.iter().filter(|code| code.name.ends_with(&ending)).collect();
    match ending[..] {
        [code] => Ok(code),
        [] => Err(Unknown { suggestions: nearest(&wanted, codes), given: asked.to_owned() }),
        _ => Err(Unknown { suggestions: ending.iter().map(|code| code.name).collect(), given: asked.to_owned() }),
    }
}

/// The alias or name next to what was asked for.
fn nearest(wanted: &str, codes: &'static [Code]) -> Vec<&'static str> {
    let last = |code: &Code| code.name.rsplit("::").next().unwrap_or(code.name);
    let ways = codes.iter().flat_map(|code| [code.alias, last(code), code.name]);
    let best = closest(wanted, ways);
    let shown = best.map(|best| codes.iter().find(|code| last(code) == best).map_or(best, |code| code.name));
    shown.into_iter().collect()
}

/// A code's page for a terminal. Without colours it is the page's text with fences indented.
pub fn page(code: &Code, style: &Style) -> String {
    let mut out = format!("{} {}\n\n", paint(code.alias, BOLD, style), code.name);
    let mut fenced = false;
    for line in code.page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            out += format!("    {line}").trim_end();
            out.push('\n');
        } else if let Some(title) = line.strip_prefix('#') {
            let title = title.trim_start_matches('#').trim();
            out += &format!("{}\n", paint(title, BOLD, style));
        } else {
            out += &inline(line, style);
            out.push('\n');
        }
    }
    out
}

const BOLD: &str = "1";
const CYAN: &str = "36";

/// A line of a paragraph: what stands in backticks is coloured, or keeps its backticks.
fn inline(line: &str, style: &Style) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    // An even number of parts is an odd number of backticks: one has no partner.
    if !style.colour || parts.len().is_multiple_of(2) {
        return line.to_owned();
    }
    let painted = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        1 => paint(part, CYAN, style),
        _ => (*part).to_owned(),
    });
    painted.collect()
}

fn paint(text: &str, sgr: &str, style: &Style) -> String {
    if style.colour { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn code(alias: &'static str, name: &'static str) -> Code {
        Code {
            name,
            alias,
            page: "# E0201: a title\n\nUse `let`, or `x.\n\n## Example\n\n```block\nblock a {\n\n}\n```\nA `b` c.\n",
        }
    }
    static CODES: &[Code] = &[
        code("E0201", "cogpack::check::unknown-name"),
        code("E0202", "cogpack::check::unused"),
        code("E0601", "cogpack::eval::unused"),
    ];

    #[test]
    fn a_code_is_found_by_alias_name_and_end_of_name() {
        for asked in
            ["E0201", "e0201", " E0201 ", "cogpack::check::unknown-name", "check::unknown-name", "Unknown-Name"]
        {
            assert_eq!(find(asked, CODES).map(|code| code.alias), Ok("E0201"), "{asked}");
        }
    }

    #[test]
    fn a_name_of_several_codes_lists_them() {
        let unknown = find("unused", CODES).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "no diagnostic is called `unused`: did you mean `cogpack::check::unused` or `cogpack::eval::unused`?"
        );
    }

    #[test]
    fn a_misspelled_code_gets_a_suggestion() {
        assert_eq!(find("E020l", CODES).unwrap_err().suggestions, ["E0201"]);
        assert_eq!(find("unkown-name", CODES).unwrap_err().suggestions, ["cogpack::check::unknown-name"]);
        assert_eq!(find("\u{1b}", CODES).unwrap_err().to_string(), "no diagnostic is called `\\u{1b}`");
        assert!(find("", CODES).unwrap_err().suggestions.is_empty());
        assert!(find(&"x".repeat(1 << 20), CODES).unwrap_err().suggestions.is_empty());
    }

    #[test]
    fn every_code_explains_itself() {
        for code in ALL {
            assert_eq!(explain(code.alias), Ok(code));
            assert!(page(code, &Style::PLAIN).contains(code.name));
        }
    }

    #[test]
    fn a_page_is_plain_without_colours() {
        let text = page(&CODES[0], &Style::PLAIN);
        assert_eq!(
            text,
            "E0201 cogpack::check::unknown-name\n\nE0201: a title\n\nUse `let`, or `x.\n\nExample\n\n    block a {\n\n    }\nA `b` c.\n"
        );
    }

    #[test]
    fn headings_and_inline_code_are_coloured() {
        let text = page(&CODES[0], &Style { colour: true, ..Style::PLAIN });
        assert!(text.contains("\u{1b}[1mExample\u{1b}[0m\n"), "{text:?}");
        assert!(text.contains("A \u{1b}[36mb\u{1b}[0m c."), "{text:?}");
        assert!(text.contains("Use `let`, or `x."), "{text:?}");
    }
}
