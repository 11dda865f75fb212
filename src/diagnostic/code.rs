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
    // check: names E02xx, types E03xx, shell and security E04xx

    // project: E05xx

    // eval: E06xx

    // resolve: E07xx

    // plan: E08xx

    // llb: E09xx
    LLB_IMAGE_CONFIG "E0901" "cogpack::llb::image-config"
    LLB_OWNER "E0902" "cogpack::llb::owner"
    LLB_MODE "E0903" "cogpack::llb::mode"
    LLB_IMAGE_REFERENCE "E0904" "cogpack::llb::image-reference"
    LLB_UNKNOWN_STAGE "E0905" "cogpack::llb::unknown-stage"
    LLB_NO_COMMAND "E0906" "cogpack::llb::no-command"

    // cli: E12xx
}
