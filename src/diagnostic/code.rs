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

    // project: E05xx; files and documents E0501-E0519
    FILE_UNREADABLE "E0501" "cogpack::project::file-unreadable"
    FILE_TOO_LARGE "E0502" "cogpack::project::file-too-large"
    FILE_NOT_TEXT "E0503" "cogpack::project::file-not-text"
    FILE_OUTSIDE "E0504" "cogpack::project::file-outside"
    DATA_SYNTAX "E0505" "cogpack::project::data-syntax"
    DATA_DUPLICATE_KEY "E0506" "cogpack::project::data-duplicate-key"
    DATA_TOO_DEEP "E0507" "cogpack::project::data-too-deep"
    YAML_UNSUPPORTED "E0508" "cogpack::project::yaml-unsupported"
    YAML_ALIAS_GROWTH "E0509" "cogpack::project::yaml-alias-growth"
    IGNORE_PATTERN "E0510" "cogpack::project::ignore-pattern"
    GLOB_PATTERN "E0511" "cogpack::project::glob-pattern"
    FILE_NAME_NOT_TEXT "E0512" "cogpack::project::file-name-not-text"

    // eval: E06xx

    // resolve: E07xx

    // plan: E08xx
    PLAN_UNKNOWN_FIELD "E0802" "cogpack::plan::plan-unknown-field"
    PLAN_WRONG_TYPE "E0803" "cogpack::plan::plan-wrong-type"
    PLAN_MISSING_FIELD "E0804" "cogpack::plan::plan-missing-field"
    PLAN_VERSION "E0805" "cogpack::plan::plan-version"
    PLAN_INPUT "E0806" "cogpack::plan::plan-input"
    PLAN_UNKNOWN_PHASE "E0807" "cogpack::plan::plan-unknown-phase"
    PLAN_UNKNOWN_WORD "E0808" "cogpack::plan::plan-unknown-word"
    PLAN_UNTOLD_OPERATION "E0809" "cogpack::plan::plan-untold-operation"
    PLAN_MIXED_OPERATION "E0810" "cogpack::plan::plan-mixed-operation"
    PLAN_BAD_BASE64 "E0811" "cogpack::plan::plan-bad-base64"
    PLAN_BAD_NUMBER "E0812" "cogpack::plan::plan-bad-number"
    PLAN_NO_STAGE_BEFORE "E0813" "cogpack::plan::plan-no-stage-before"
    PLAN_EMPTY_PHASE "E0814" "cogpack::plan::plan-empty-phase"
    PLAN_AFTER_IMAGE "E0815" "cogpack::plan::plan-after-image"
    DUPLICATE_STAGE "E0820" "cogpack::plan::duplicate-stage"
    UNKNOWN_STAGE "E0821" "cogpack::plan::unknown-stage"
    STAGE_CYCLE "E0822" "cogpack::plan::stage-cycle"
    UNKNOWN_CONTEXT "E0823" "cogpack::plan::unknown-context"
    BAD_ENV "E0824" "cogpack::plan::bad-env"
    BAD_PATH "E0825" "cogpack::plan::bad-path"
    BAD_USER "E0826" "cogpack::plan::bad-user"
    BAD_MOUNT_TARGET "E0827" "cogpack::plan::bad-mount-target"
    COMMAND_OR_ARGS "E0828" "cogpack::plan::command-or-args"
    LAYER_WITHOUT_WRITES "E0829" "cogpack::plan::layer-without-writes"
    SECRET_GOES_NOWHERE "E0830" "cogpack::plan::secret-goes-nowhere"
    BAD_URL "E0831" "cogpack::plan::bad-url"
    BAD_SHA256 "E0832" "cogpack::plan::bad-sha256"
    EMPTY_TEXT "E0833" "cogpack::plan::empty-text"
    BAD_PORT "E0834" "cogpack::plan::bad-port"
    NO_STAGES "E0835" "cogpack::plan::no-stages"
    BAD_MODE "E0836" "cogpack::plan::bad-mode"
    BAD_PLATFORM "E0837" "cogpack::plan::bad-platform"
    NUL_IN_TEXT "E0838" "cogpack::plan::nul-in-text"
    STAGE_NEVER_RUNS "E0839" "cogpack::plan::stage-never-runs"

    // llb: E09xx

    // cli: E12xx
}
