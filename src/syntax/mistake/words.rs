//! The words of the language: which are reserved, and where each statement stands.

/// The words that `let`, `param`, `fn` and `for` cannot bind: the statements, their modifiers, and the words of
/// expressions. Names of blocks, stages, capabilities, dependencies and fields are free.
#[rustfmt::skip]
pub const RESERVED: &[&str] = &[
    "after", "and", "as", "before", "block", "blocks", "chmod", "chown", "cmd", "contents_only", "copy", "depends",
    "detect", "else", "entrypoint", "env", "exclude", "export", "expose", "false", "fn", "for", "from", "id", "if",
    "in", "include", "label", "layer", "let", "mkdir", "mkfile", "mode", "mount", "needs", "network", "none", "not",
    "only", "optional", "or", "param", "phase", "prepend", "provides", "raw", "ref", "rm", "run", "rw", "sha256",
    "sharing", "size", "stack", "stage", "to", "true", "use", "user", "uses", "when", "workdir", "writes",
];

/// Words that stand inside a statement or an expression, never at its beginning (`from` may do both).
#[rustfmt::skip]
const INNER: &[&str] = &[
    "and", "as", "chmod", "chown", "contents_only", "else", "exclude", "from", "id", "if", "in", "include", "mode",
    "not", "only", "optional", "or", "prepend", "ref", "rw", "sha256", "sharing", "size", "to",
];

/// What braces or brackets hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// The top level of a file.
    File,
    /// `block name { … }`
    Block,
    /// `stack name { … }`
    Stack,
    /// `phase … { … }`
    Phase,
    /// `stage name { … }`, and `when` and `for` in it.
    Stage,
    /// The braces of `run`, and `when` and `for` in them.
    Run,
    /// `export { … }`, and `when` in it.
    Export,
    /// `depends { … }`
    Depends,
    /// `detect { … }`
    Detect,
    /// The body of a function.
    Function,
    /// `[…]`, and `when` and `for` in it.
    List,
    /// `(…)`
    Arguments,
    /// `${…}`
    Interpolation,
    /// A string.
    Text,
}

/// What the braces of a statement hold; none for `when`, `for` and `else`, which hold what is around them.
pub fn site_of(owner: &str) -> Option<Site> {
    Some(match owner {
        "block" => Site::Block,
        "stack" => Site::Stack,
        "phase" => Site::Phase,
        "stage" => Site::Stage,
        "run" => Site::Run,
        "export" => Site::Export,
        "depends" => Site::Depends,
        "detect" => Site::Detect,
        "fn" => Site::Function,
        _ => return None,
    })
}

impl Site {
    /// The statements that stand there.
    pub fn statements(self) -> &'static [&'static str] {
        match self {
            Site::File => &["block", "stack", "fn", "use"],
            Site::Block => &[
                "needs", "provides", "uses", "after", "before", "param", "let", "detect", "depends", "phase", "export",
            ],
            Site::Stack => &["detect", "blocks", "param", "let", "export"],
            Site::Phase => &["stage"],
            Site::Stage => &[
                "run", "copy", "env", "workdir", "user", "mkfile", "mkdir", "rm", "layer", "from", "writes", "let",
                "when", "for",
            ],
            Site::Run => &["mount", "env", "network", "when", "for"],
            Site::Export => &["cmd", "entrypoint", "workdir", "user", "expose", "label", "env", "when"],
            _ => &[],
        }
    }

    /// How messages call it.
    pub fn words(self) -> &'static str {
        match self {
            Site::File => "the top level of a file",
            Site::Block => "a block",
            Site::Stack => "a stack",
            Site::Phase => "a phase",
            Site::Stage => "a stage",
            Site::Run => "the braces of `run`",
            Site::Export => "`export`",
            Site::Depends => "`depends`",
            Site::Detect => "`detect`",
            Site::Function => "a function",
            Site::List => "a list",
            Site::Arguments => "parentheses",
            Site::Interpolation => "an interpolation",
            Site::Text => "a string",
        }
    }
}

const STATEMENT_SITES: &[Site] =
    &[Site::File, Site::Block, Site::Stack, Site::Phase, Site::Stage, Site::Run, Site::Export];

/// The places where a statement stands.
pub fn sites_of(statement: &str) -> Vec<Site> {
    STATEMENT_SITES.iter().copied().filter(|site| site.statements().contains(&statement)).collect()
}

/// Whether a word begins a statement somewhere, or is `else`.
pub fn begins_statement(word: &str) -> bool {
    word == "else" || STATEMENT_SITES.iter().any(|site| site.statements().contains(&word))
}

/// Whether a word at the start of a line more likely continues the statement above it.
pub fn continues_a_statement(word: &str) -> bool {
    INNER.contains(&word)
}

/// The first word of a text.
pub fn first(text: &str) -> &str {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).next().unwrap_or_default()
}
