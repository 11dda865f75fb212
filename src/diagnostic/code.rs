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
    // what is never the user's fault
    BUG "E0001" "cogpack::diagnostic::bug"
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
    CHECK_UNKNOWN_NAME "E0201" "cogpack::check::unknown-name"
    CHECK_DUPLICATE_NAME "E0202" "cogpack::check::duplicate-name"
    CHECK_SHADOWS_BUILTIN "E0203" "cogpack::check::shadows-builtin"
    CHECK_RESERVED_NAME "E0204" "cogpack::check::reserved-name"
    CHECK_DUPLICATE_ITEM "E0205" "cogpack::check::duplicate-item"
    CHECK_DUPLICATE_STAGE "E0206" "cogpack::check::duplicate-stage"
    CHECK_DUPLICATE_ENTRY "E0207" "cogpack::check::duplicate-entry"
    CHECK_UNUSED "E0208" "cogpack::check::unused"
    CHECK_UNKNOWN_FUNCTION "E0209" "cogpack::check::unknown-function"
    CHECK_RECURSION "E0210" "cogpack::check::recursion"
    CHECK_LET_CYCLE "E0211" "cogpack::check::let-cycle"
    CHECK_UNKNOWN_USE "E0212" "cogpack::check::unknown-use"
    CHECK_USE_CYCLE "E0213" "cogpack::check::use-cycle"
    CHECK_UNKNOWN_CAPABILITY "E0214" "cogpack::check::unknown-capability"
    CHECK_UNKNOWN_BLOCK "E0215" "cogpack::check::unknown-block"
    CHECK_CONTRADICTORY_ORDER "E0216" "cogpack::check::contradictory-order"
    CHECK_UNKNOWN_PHASE "E0217" "cogpack::check::unknown-phase"
    CHECK_UNKNOWN_STAGE "E0218" "cogpack::check::unknown-stage"
    CHECK_LATER_STAGE "E0219" "cogpack::check::later-stage"
    CHECK_LATER_PHASE "E0220" "cogpack::check::later-phase"
    CHECK_LAYER_WITHOUT_WRITES "E0221" "cogpack::check::layer-without-writes"
    CHECK_LAYER_OF_SYSTEM "E0222" "cogpack::check::layer-of-system"
    CHECK_MISPLACED_STATEMENT "E0223" "cogpack::check::misplaced-statement"
    CHECK_PARAM_WITHOUT_DEFAULT "E0224" "cogpack::check::param-without-default"
    CHECK_UNDECLARED_DEPENDENCY "E0225" "cogpack::check::undeclared-dependency"
    CHECK_UNKNOWN_DEPENDENCY "E0226" "cogpack::check::unknown-dependency"
    CHECK_DUPLICATE_SETTING "E0227" "cogpack::check::duplicate-setting"
    CHECK_CAPABILITY_WITHOUT_VALUE "E0228" "cogpack::check::capability-without-value"
    CHECK_COPY_FROM_NOWHERE "E0229" "cogpack::check::copy-from-nowhere"
    CHECK_INVALID_PATH "E0230" "cogpack::check::invalid-path"
    CHECK_INVALID_PORT "E0231" "cogpack::check::invalid-port"
    CHECK_DUPLICATE_MOUNT "E0232" "cogpack::check::duplicate-mount"
    CHECK_INVALID_IMAGE "E0233" "cogpack::check::invalid-image"
    CHECK_INVALID_URL "E0234" "cogpack::check::invalid-url"
    CHECK_INVALID_CHECKSUM "E0235" "cogpack::check::invalid-checksum"
    CHECK_INVALID_REFERENCE "E0236" "cogpack::check::invalid-reference"
    CHECK_INVALID_USER "E0237" "cogpack::check::invalid-user"
    CHECK_INVALID_ID "E0238" "cogpack::check::invalid-id"
    CHECK_NAME_NOT_LITERAL "E0239" "cogpack::check::name-not-literal"
    CHECK_REMOVES_EVERYTHING "E0240" "cogpack::check::removes-everything"
    CHECK_TYPE_MISMATCH "E0301" "cogpack::check::type-mismatch"
    CHECK_OPTIONAL_VALUE "E0302" "cogpack::check::optional-value"
    CHECK_UNKNOWN_FIELD "E0303" "cogpack::check::unknown-field"
    CHECK_WRONG_CALL_FORM "E0304" "cogpack::check::wrong-call-form"
    CHECK_WRONG_ARGUMENT_COUNT "E0305" "cogpack::check::wrong-argument-count"
    CHECK_NOT_CALLABLE "E0306" "cogpack::check::not-callable"
    CHECK_NOT_COMPARABLE "E0307" "cogpack::check::not-comparable"
    CHECK_COALESCE_NEEDS_OPTIONAL "E0308" "cogpack::check::coalesce-needs-optional"
    CHECK_IF_WITHOUT_ELSE "E0309" "cogpack::check::if-without-else"
    CHECK_NOT_A_LIST "E0310" "cogpack::check::not-a-list"
    CHECK_NOT_A_CONDITION "E0311" "cogpack::check::not-a-condition"
    CHECK_NOT_INTERPOLATABLE "E0312" "cogpack::check::not-interpolatable"
    CHECK_INVALID_VERSION "E0313" "cogpack::check::invalid-version"
    CHECK_INVALID_CONSTRAINT "E0314" "cogpack::check::invalid-constraint"
    CHECK_UNKNOWN_TYPE "E0315" "cogpack::check::unknown-type"
    CHECK_RECORD_VALUE "E0316" "cogpack::check::record-value"
    CHECK_KNOWN_TOO_LATE "E0317" "cogpack::check::known-too-late"
    CHECK_NEVER_NONE "E0318" "cogpack::check::never-none"
    CHECK_FIELD_OF_OPTIONAL "E0319" "cogpack::check::field-of-optional"
    CHECK_PARAM_TYPE "E0320" "cogpack::check::param-type"
    CHECK_MIXED_LIST "E0321" "cogpack::check::mixed-list"
    CHECK_BRANCHES_DIFFER "E0322" "cogpack::check::branches-differ"
    CHECK_FUNCTION_AS_VALUE "E0323" "cogpack::check::function-as-value"
    CHECK_NOT_JSON "E0324" "cogpack::check::not-json"
    CHECK_COMMAND_NOT_A_LIST "E0325" "cogpack::check::command-not-a-list"
    CHECK_DEEP_LIST "E0326" "cogpack::check::deep-list"
    CHECK_INTERPOLATION_IN_QUOTES "E0401" "cogpack::check::interpolation-in-quotes"
    CHECK_INTERPOLATION_IN_HERE_DOCUMENT "E0402" "cogpack::check::interpolation-in-here-document"
    CHECK_INTERPOLATION_IN_COMMENT "E0403" "cogpack::check::interpolation-in-comment"
    CHECK_INTERPOLATION_IN_EXPANSION "E0404" "cogpack::check::interpolation-in-expansion"
    CHECK_INTERPOLATION_IN_CODE "E0405" "cogpack::check::interpolation-in-code"
    CHECK_LIST_NOT_ALONE "E0406" "cogpack::check::list-not-alone"
    CHECK_OPTIONAL_NOT_ALONE "E0407" "cogpack::check::optional-not-alone"
    CHECK_NO_SHELL_WORD "E0408" "cogpack::check::no-shell-word"
    CHECK_RAW_NOT_ALLOWED "E0409" "cogpack::check::raw-not-allowed"
    CHECK_RUN_NEEDS_LITERAL "E0410" "cogpack::check::run-needs-literal"
    CHECK_UNEXPANDED_VARIABLE "E0411" "cogpack::check::unexpanded-variable"
    CHECK_SHELL_VARIABLE_IN_BRACES "E0412" "cogpack::check::shell-variable-in-braces"
    CHECK_LOST_CD "E0413" "cogpack::check::lost-cd"
    CHECK_NETWORK_UNDECLARED "E0414" "cogpack::check::network-undeclared"
    CHECK_CREDENTIALS_IN_URL "E0415" "cogpack::check::credentials-in-url"
    CHECK_SHELL_SYNTAX "E0416" "cogpack::check::shell-syntax"
    CHECK_EMPTY_COMMAND "E0417" "cogpack::check::empty-command"
    CHECK_INTERPOLATION_UNCLEAR "E0418" "cogpack::check::interpolation-unclear"

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
    EVAL_LEADING_DASH "E0601" "cogpack::eval::leading-dash"
    EVAL_NUL "E0602" "cogpack::eval::nul"
    EVAL_DATA_TYPE "E0603" "cogpack::eval::data-type"
    EVAL_BAD_CONSTRAINT "E0604" "cogpack::eval::bad-constraint"
    EVAL_BAD_PATH "E0605" "cogpack::eval::bad-path"
    EVAL_CREDENTIALS "E0608" "cogpack::eval::credentials"
    EVAL_TOO_MUCH "E0609" "cogpack::eval::too-much"

    // resolve: E07xx
    RESOLVE_NO_STACK "E0701" "cogpack::resolve::no-stack"
    RESOLVE_UNKNOWN_STACK "E0702" "cogpack::resolve::unknown-stack"
    RESOLVE_UNKNOWN_BLOCK "E0703" "cogpack::resolve::unknown-block"
    RESOLVE_UNPROVIDED "E0704" "cogpack::resolve::unprovided"
    RESOLVE_OVERLAP "E0705" "cogpack::resolve::overlap"
    RESOLVE_CYCLE "E0706" "cogpack::resolve::cycle"
    RESOLVE_NO_VERSION "E0707" "cogpack::resolve::no-version"
    RESOLVE_NO_BASE "E0708" "cogpack::resolve::no-base"
    RESOLVE_UNKNOWN_PARAM "E0709" "cogpack::resolve::unknown-param"
    RESOLVE_BAD_PARAM "E0710" "cogpack::resolve::bad-param"

    // plan: E08xx; composing from E0851
    COMPOSE_PATH "E0851" "cogpack::plan::path"
    COMPOSE_ADDRESS "E0852" "cogpack::plan::address"
    COMPOSE_LEFT_OUT "E0853" "cogpack::plan::left-out"
    COMPOSE_SYSTEM_LAYER "E0854" "cogpack::plan::system-layer"
    COMPOSE_TOO_EARLY "E0855" "cogpack::plan::too-early"
    COMPOSE_EXPORT "E0856" "cogpack::plan::export-conflict"
    COMPOSE_EXPORT_VALUE "E0857" "cogpack::plan::export-value"
    COMPOSE_SIZE "E0859" "cogpack::plan::size"
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
    LLB_IMAGE_CONFIG "E0901" "cogpack::llb::image-config"
    LLB_OWNER "E0902" "cogpack::llb::owner"
    LLB_MODE "E0903" "cogpack::llb::mode"
    LLB_IMAGE_REFERENCE "E0904" "cogpack::llb::image-reference"
    LLB_UNKNOWN_STAGE "E0905" "cogpack::llb::unknown-stage"
    LLB_NO_COMMAND "E0906" "cogpack::llb::no-command"

    // build: E10xx; contexts and exports from E1035
    CONTEXT_DIRECTORY "E1035" "cogpack::build::context-directory"
    CONTEXT_UNREADABLE "E1036" "cogpack::build::context-unreadable"
    CONTEXT_CHANGED "E1037" "cogpack::build::context-changed"
    CONTEXT_NAME "E1038" "cogpack::build::context-name"
    CONTEXT_SPECIAL "E1039" "cogpack::build::context-special"
    CONTEXT_PATTERN "E1040" "cogpack::build::context-pattern"
    EXPORT_WRITE "E1041" "cogpack::build::export-write"
    EXPORT_ENTRY "E1042" "cogpack::build::export-entry"
    // build: E10xx
    BUILD_FAILED "E1050" "cogpack::build::build-failed"
    BASE_DIFFERS "E1051" "cogpack::build::base-differs"
    ENGINE_LACKS "E1052" "cogpack::build::engine-lacks"
    ONE_OUTPUT "E1053" "cogpack::build::one-output"

    // build: engines E1001 to E1019
    ENGINE_NONE "E1001" "cogpack::build::no-engine"
    ENGINE_BROKEN "E1002" "cogpack::build::engine-broken"
    ENGINE_NO_EXPORTER "E1003" "cogpack::build::engine-no-exporter"
    ENGINE_NO_PUSH "E1004" "cogpack::build::engine-no-push"
    ENGINE_NO_CACHE "E1005" "cogpack::build::engine-no-cache"

    // cli: E12xx
}
