//! Every diagnostic code: its full name, its short alias, and the documentation page that explains it.
//!
//! To add one: a line here, a constructor in the room that finds it, a page `docs/diagnostics/ALIAS.md`, and a fail
//! fixture.

use std::fmt;

/// A diagnostic's code, such as `cogpack::check::unknown-name` with the alias `E0201`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// `cogpack::ROOM::NAME`.
    pub name: &'static str,
    /// `E` and four digits.
    pub alias: &'static str,
    /// What `cogpack explain` prints.
    pub page: &'static str,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alias)
    }
}

macro_rules! codes {
    ($($constant:ident $alias:literal $name:literal)*) => {
        $(
            #[doc = concat!("`", $name, "`: `docs/diagnostics/", $alias, ".md`.")]
            pub const $constant: Code = Code {
                name: $name,
                alias: $alias,
                page: include_str!(concat!("../../docs/diagnostics/", $alias, ".md")),
            };
        )*
        /// Every code, by alias.
        pub const ALL: &[Code] = &[$($constant),*];
    };
}

codes! {
    // syntax: E01xx
    SYNTAX_UNEXPECTED "E0101" "cogpack::syntax::unexpected"
    SYNTAX_FILE_SIZE "E0102" "cogpack::syntax::file-too-large"
    SYNTAX_DEPTH "E0103" "cogpack::syntax::nested-too-deeply"
    SYNTAX_CHARACTER "E0104" "cogpack::syntax::forbidden-character"
    SYNTAX_UNCLOSED_STRING "E0105" "cogpack::syntax::unclosed-string"
    SYNTAX_UNCLOSED_BRACKET "E0106" "cogpack::syntax::unclosed-bracket"
    SYNTAX_STRAY_BRACKET "E0107" "cogpack::syntax::stray-bracket"
    SYNTAX_ESCAPE "E0108" "cogpack::syntax::unknown-escape"
    SYNTAX_RESERVED "E0109" "cogpack::syntax::reserved-word"
    SYNTAX_UNKNOWN_STATEMENT "E0110" "cogpack::syntax::unknown-statement"
    SYNTAX_MISPLACED "E0111" "cogpack::syntax::misplaced-statement"
    SYNTAX_TERNARY "E0112" "cogpack::syntax::question-mark"
    SYNTAX_FOREIGN_OPERATOR "E0113" "cogpack::syntax::foreign-operator"
    SYNTAX_ARITHMETIC "E0114" "cogpack::syntax::arithmetic"
    SYNTAX_HERE_DOCUMENT "E0115" "cogpack::syntax::here-document"
    SYNTAX_COMPREHENSION "E0116" "cogpack::syntax::comprehension"
    SYNTAX_FOREIGN_LITERAL "E0117" "cogpack::syntax::foreign-literal"
    SYNTAX_COPY "E0118" "cogpack::syntax::copy-shape"
    SYNTAX_DOCKERFILE "E0119" "cogpack::syntax::dockerfile-line"
    SYNTAX_ASSIGNMENT "E0120" "cogpack::syntax::colon-or-equals"
    SYNTAX_SINGLE_EQUALS "E0121" "cogpack::syntax::single-equals"
    SYNTAX_IF_STATEMENT "E0122" "cogpack::syntax::if-statement"
    SYNTAX_ELSE_IF "E0123" "cogpack::syntax::else-if"
    SYNTAX_MISSING_QUOTES "E0124" "cogpack::syntax::missing-quotes"
    SYNTAX_INDEX "E0125" "cogpack::syntax::index"
    SYNTAX_RECORD "E0126" "cogpack::syntax::record"
    SYNTAX_FOREIGN_COMMENT "E0127" "cogpack::syntax::foreign-comment"
    SYNTAX_FOREIGN_IMPORT "E0128" "cogpack::syntax::foreign-import"
    SYNTAX_SEPARATOR "E0129" "cogpack::syntax::separator"
    SYNTAX_PHASE_KEY "E0130" "cogpack::syntax::phase-key"
    SYNTAX_NUMBER "E0131" "cogpack::syntax::number"
    SYNTAX_MODE "E0132" "cogpack::syntax::mode"
    SYNTAX_CHAINED_COMPARISON "E0133" "cogpack::syntax::chained-comparison"
    SYNTAX_ELSE "E0134" "cogpack::syntax::if-else"
    SYNTAX_MISSING_BRACES "E0135" "cogpack::syntax::missing-braces"
    SYNTAX_SHELL_EXPANSION "E0136" "cogpack::syntax::shell-expansion"
    SYNTAX_REPEATED_OPTION "E0137" "cogpack::syntax::repeated-option"
    SYNTAX_NAME "E0138" "cogpack::syntax::name"
    // check: names E02xx, types E03xx, shell and security E04xx

    // project: E05xx

    // eval: E06xx

    // resolve: E07xx

    // plan: E08xx

    // llb: E09xx

    // cli: E12xx
}
