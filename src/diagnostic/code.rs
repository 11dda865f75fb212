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
    // project: what cog.yaml, cogpack.toml and Python requirements say E0520-E0599
    PATH_OUTSIDE "E0524" "cogpack::project::path-outside"
    FILE_MISSING "E0525" "cogpack::project::file-missing"
    KEY_UNKNOWN "E0530" "cogpack::project::unknown-key"
    VALUE_TYPE "E0531" "cogpack::project::wrong-type"
    KEY_MISSING "E0532" "cogpack::project::missing-key"
    CONTROL_CHARACTER "E0533" "cogpack::project::control-character"
    CONSTRAINT_INVALID "E0534" "cogpack::project::not-a-version"
    NUMBER_RANGE "E0535" "cogpack::project::number-out-of-range"
    VALUE_EMPTY "E0536" "cogpack::project::empty-value"
    VALUE_LIKE_OPTION "E0537" "cogpack::project::value-like-option"
    IMAGE_NAME "E0540" "cogpack::project::image-name"
    MODEL_NAME "E0541" "cogpack::project::model-name"
    CODE_REFERENCE "E0542" "cogpack::project::code-reference"
    ENVIRONMENT_ENTRY "E0543" "cogpack::project::environment-entry"
    ENVIRONMENT_RESERVED "E0544" "cogpack::project::reserved-variable"
    NAME_TWICE "E0545" "cogpack::project::name-twice"
    KEYS_CONFLICT "E0546" "cogpack::project::conflicting-keys"
    KEY_DEPRECATED "E0547" "cogpack::project::deprecated-key"
    WEIGHT_NAME "E0548" "cogpack::project::weight-name"
    IMAGE_PATH "E0549" "cogpack::project::image-path"
    WEIGHT_OVERLAP "E0550" "cogpack::project::overlapping-weights"
    WEIGHT_PATTERN "E0551" "cogpack::project::weight-pattern"
    WEIGHTS_WITHOUT_MODEL "E0552" "cogpack::project::weights-without-model"
    CONCURRENCY_PYTHON "E0553" "cogpack::project::concurrency-python"
    MOUNT_TYPE "E0554" "cogpack::project::mount-type"
    BLOCK_NAME "E0560" "cogpack::project::block-name"
    WITH_AND_WITHOUT "E0561" "cogpack::project::with-and-without"
    ENV_NAME "E0562" "cogpack::project::variable-name"
    REQUIREMENT_INVALID "E0570" "cogpack::project::not-a-requirement"
    URL_CREDENTIALS "E0571" "cogpack::project::url-credentials"
    INCLUDE_CYCLE "E0572" "cogpack::project::include-cycle"
    INCLUDE_DEPTH "E0573" "cogpack::project::include-depth"
    OPTION_UNKNOWN "E0574" "cogpack::project::unknown-option"
    OPTION_VALUE "E0575" "cogpack::project::option-value"
    PYTHON_VERSION_FILE "E0576" "cogpack::project::python-version-file"
    VERSION_INVALID "E0577" "cogpack::project::locked-version"
    POETRY_DEPENDENCY "E0578" "cogpack::project::poetry-dependency"

    // eval: E06xx

    // resolve: E07xx

    // plan: E08xx

    // llb: E09xx

    // cli: E12xx
}
