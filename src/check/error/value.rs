//! Types and knowledge levels (E0224, E0301–E0326).

use crate::check::error::{an, shown};
use crate::check::hir::{Expr, ExprKind};
use crate::check::level::{Late, LateUse, Level};
use crate::check::type_name;
use crate::check::types::{Record, Type};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::code;
use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Ident, TypeExpr};
use crate::version::Invalid;

/// E0224
pub(in crate::check) fn param_without_value(name: &Ident, ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_PARAM_WITHOUT_DEFAULT, format!("the `param` called `{}` has no value", name.name))
        .at(span, "neither optional nor with a default")
        .help(format!("give it a default with `= …`, or make it optional: `{}: {ty}?`", name.name))
}

/// E0301
pub(in crate::check) fn type_mismatch(found: &Expr, expected: &Type) -> Diagnostic {
    let message = format!("{} is asked for, but this is {}", an(expected), an(&found.ty));
    let problem = Diagnostic::error(code::CHECK_TYPE_MISMATCH, message).at(found.span, format!("{}", found.ty));
    match conversion(found, expected) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// E0301
pub(in crate::check) fn element_mismatch(found: &Expr, expected: &Type) -> Diagnostic {
    let problem = type_mismatch(found, expected);
    match &found.ty {
        Type::List(inner) if **inner == *expected => {
            problem.help("a list in a list is not unfolded by itself: write `for x in list { x }`")
        }
        _ => problem,
    }
}

/// How to make one type of another, where there is a way.
fn conversion(found: &Expr, expected: &Type) -> Option<String> {
    let inner = |ty: &Type| match ty {
        Type::Optional(inner) => (**inner).clone(),
        ty => ty.clone(),
    };
    let (from, to) = (inner(&found.ty), inner(expected));
    Some(match (&from, &to) {
        (Type::Int, Type::String) => match &found.kind {
            ExprKind::Int(value) => format!("put quotes around it: `\"{value}\"`"),
            _ => "put it into a string: `\"${…}\"`".to_owned(),
        },
        (Type::Version | Type::Constraint, Type::String) => "put it into a string: `\"${…}\"`".to_owned(),
        (Type::String, Type::Version | Type::Constraint) => format!(
            "only a string literal without `${{…}}` becomes a {to}; text of a file is read with `.constraint(\"key\")`"
        ),
        (Type::Version, Type::Constraint) => "use `\"*\"`, or write the constraint as a literal".to_owned(),
        (Type::String, Type::Int) => "write the number without quotes".to_owned(),
        (Type::Bool, Type::String) => "choose a text: `\"yes\" if c else \"no\"`".to_owned(),
        (Type::String, Type::Bool) => match &found.kind {
            ExprKind::Str(text) if text == "true" || text == "false" => format!("write `{text}` without quotes"),
            _ => "compare it: `x == \"…\"`, or `x != none` for an optional one".to_owned(),
        },
        (Type::Data, Type::String) => "read a text out of it: `.string(\"key\")`".to_owned(),
        (Type::Data, Type::List(_)) => "read a list out of it: `.strings(\"key\")`".to_owned(),
        (Type::Data, Type::Bool) => "ask it something: `.has(\"key\")`".to_owned(),
        (Type::Data, Type::Constraint | Type::Version) => "read one out of it: `.constraint(\"key\")`".to_owned(),
        (Type::String, Type::List(_)) => "put it into a list: `[…]`".to_owned(),
        (Type::List(_), Type::String) => "join it: `join(list, \" \")`".to_owned(),
        (Type::Never, _) => "there must be a value here: `none` fits only optional types".to_owned(),
        (Type::Record(Record::Dependency { name, .. }), _) => format!("use a field of it: `dep.{name}.version`"),
        (Type::Record(_), _) => "use a field of it".to_owned(),
        _ => return None,
    })
}

/// Why an optional value will not do where a type is asked for.
pub(in crate::check) fn asked_for(expected: &Type) -> String {
    format!("{} is asked for", an(expected))
}

/// E0302
pub(in crate::check) fn optional_value(found: &Expr, why: &str) -> Diagnostic {
    let message = match &found.ty {
        Type::Never => format!("`none` is no value: {why}"),
        ty => format!("this may be `none` (its type is `{ty}`): {why}"),
    };
    let help = match (&found.kind, &found.ty) {
        (_, Type::Never) => "leave it out".to_owned(),
        (ExprKind::Local(_) | ExprKind::Schema, _) => {
            "give what counts then: `x ?? …`; or guard it: `x if x != none`, `when x != none { … }`".to_owned()
        }
        _ => "give what counts then: `… ?? other`; or name it, `let x = …`, and guard it: `x if x != none`".to_owned(),
    };
    Diagnostic::error(code::CHECK_OPTIONAL_VALUE, message).at(found.span, "may be `none`").help(help)
}

/// E0303
pub(in crate::check) fn unknown_field(ty: &Type, name: &Ident, known: &[String]) -> Diagnostic {
    let owner = match ty {
        Type::Record(record @ (Record::RunCommand | Record::SecretMount | Record::Weight | Record::BaseImage)) => {
            format!("a {record}")
        }
        ty => format!("`{ty}`"),
    };
    let otherwise = || match known {
        [] => format!("{} has nothing that is reached with `.`", an(ty)),
        known => format!("there is {}", listing(known.iter().map(String::as_str))),
    };
    let mut help = did_you_mean(&name.name, known.iter().map(String::as_str), otherwise);
    if *ty == Type::Data {
        // Methods of other languages; any other name is a key.
        let method = matches!(name.name.as_str(), "get" | "value" | "key" | "at" | "list" | "array" | "str" | "text");
        let key = if method { "tool.name" } else { &name.name };
        help = format!("{help}; a key of the document is read with a method: `.string(\"{key}\")`");
    }
    Diagnostic::error(code::CHECK_UNKNOWN_FIELD, format!("{owner} has no `{}`", name.name))
        .at(name.span, "not known")
        .help(help)
}

/// E0304
pub(in crate::check) fn method_not_called(ty: &Type, name: &Ident, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_WRONG_CALL_FORM, format!("`.{}` of `{ty}` must be called", name.name))
        .at(span, "no parentheses")
        .help(format!("write `.{}(…)`", name.name))
}

/// E0304
pub(in crate::check) fn field_called(ty: &Type, name: &Ident) -> Diagnostic {
    Diagnostic::error(code::CHECK_WRONG_CALL_FORM, format!("`.{}` of `{ty}` is a field", name.name))
        .at(name.span, "not a method")
        .help(format!("write `.{}` without parentheses", name.name))
}

/// E0304
pub(in crate::check) fn function_as_method(name: &Ident) -> Diagnostic {
    Diagnostic::error(code::CHECK_WRONG_CALL_FORM, format!("`{}` is a function, not a method", name.name))
        .at(name.span, "after a `.`")
        .help(format!("write `{}(value, …)`", name.name))
}

/// E0305
pub(in crate::check) fn wrong_argument_count(name: &str, params: &[&str], found: usize, span: Span) -> Diagnostic {
    let wanted = match params.len() {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        count => format!("{count} arguments"),
    };
    let help = if params.len() == 1 && found > 1 && params[0] == "pattern" {
        "put them into a list: `exists([\"a\", \"b\"])`".to_owned()
    } else {
        format!("write `{name}({})`", params.join(", "))
    };
    Diagnostic::error(code::CHECK_WRONG_ARGUMENT_COUNT, format!("`{name}` takes {wanted}, not {found}"))
        .at(span, format!("{found} given"))
        .help(help)
}

/// E0306
pub(in crate::check) fn not_callable(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_NOT_CALLABLE, format!("{} cannot be called", an(ty)))
        .at(span, "not a function")
        .help("remove the parentheses after it")
}

/// E0307
pub(in crate::check) fn not_comparable(left: &Expr, right: &Expr, op: BinaryOp, span: Span) -> Diagnostic {
    let sign = if op == BinaryOp::Ne { "!=" } else { "==" };
    let help = match (&left.ty, &right.ty) {
        (Type::Data, _) | (_, Type::Data) => "read a value out of the data: `.string(\"key\")`".to_owned(),
        (Type::Version, _) | (_, Type::Version) => "write the version as a string literal: `== \"3.12\"`".to_owned(),
        (Type::List(_), Type::String) | (Type::String, Type::List(_)) => "ask `text in list`".to_owned(),
        (Type::Int, Type::String) | (Type::String, Type::Int) => "write both with quotes or both without".to_owned(),
        _ => "both sides must be of one type".to_owned(),
    };
    let message = format!("{} and {} cannot be compared with `{sign}`", an(&left.ty), an(&right.ty));
    Diagnostic::error(code::CHECK_NOT_COMPARABLE, message)
        .at(span, "different types")
        .related(left.span, left.ty.to_string())
        .related(right.span, right.ty.to_string())
        .help(help)
}

/// E0307
pub(in crate::check) fn no_order(left: &Expr, right: &Expr, span: Span) -> Diagnostic {
    let message = format!("{} and {} have no order", an(&left.ty), an(&right.ty));
    let help = match (&left.ty, &right.ty) {
        (Type::Version, Type::Constraint) | (Type::Constraint, Type::Version) => "ask `version in constraint`",
        (Type::Constraint, _) | (_, Type::Constraint) => {
            "a constraint is a set of versions: compare the version that was chosen, `dep.NAME.version`"
        }
        (Type::Version, _) | (_, Type::Version) => "write the version as a string literal: `>= \"3.12\"`",
        _ => "only two `int`s or two `version`s are compared with `<`, `<=`, `>`, `>=`",
    };
    Diagnostic::error(code::CHECK_NOT_COMPARABLE, message)
        .at(span, "cannot be compared so")
        .related(left.span, left.ty.to_string())
        .related(right.span, right.ty.to_string())
        .help(help)
}

/// E0307
pub(in crate::check) fn not_in(left: &Expr, right: &Expr, span: Span) -> Diagnostic {
    let message = format!("{} cannot be `in` {}", an(&left.ty), an(&right.ty));
    let help = match &right.ty {
        Type::String => "`in` looks into a list or a constraint; a text is asked with `starts_with` or `ends_with`",
        Type::Data => "ask the data: `.has(\"key\")`",
        Type::Record(Record::Packages) => "ask the packages: `packages.has(\"name\")`",
        Type::List(_) => "what is looked for must be of the type of the elements",
        Type::Constraint => "only a version can be in a constraint",
        _ => "`in` asks whether an element is in a list, or a version in a constraint",
    };
    Diagnostic::error(code::CHECK_NOT_COMPARABLE, message)
        .at(span, "cannot be asked so")
        .related(left.span, left.ty.to_string())
        .related(right.span, right.ty.to_string())
        .help(help)
}

/// E0308
pub(in crate::check) fn coalesce_needs_optional(left: &Expr, op: Span) -> Diagnostic {
    let help = match &left.ty {
        Type::List(_) => "an absent list is empty: use it as it is, or choose with `a if a != [] else b`",
        Type::Bool => "an absent flag is false: remove `??` and what follows",
        _ => "remove `??` and what follows: it would never be used",
    };
    Diagnostic::error(code::CHECK_COALESCE_NEEDS_OPTIONAL, format!("{} is never `none`", an(&left.ty)))
        .at(left.span, "always a value")
        .related(op, "has nothing to do")
        .help(help)
}

/// E0309
pub(in crate::check) fn dangling_if(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_IF_WITHOUT_ELSE, "this `if` needs an `else`")
        .at(span, "what is it when the condition does not hold?")
        .help("add `else …`; only a list element or a whole `${…}` may be left out, and statements have `when`")
}

/// E0310
pub(in crate::check) fn not_a_list(found: &Expr) -> Diagnostic {
    let help = match &found.ty {
        Type::Optional(inner) if matches!(**inner, Type::List(_)) => "it may be `none`: write `x ?? []`",
        Type::String => "split it: `split(text, \",\")`",
        Type::Data => "read a list out of it: `.strings(\"key\") ?? []`",
        _ => "`for` goes through a list",
    };
    Diagnostic::error(code::CHECK_NOT_A_LIST, format!("`for` cannot go through {}", an(&found.ty)))
        .at(found.span, "not a list")
        .help(help)
}

/// E0311
pub(in crate::check) fn condition_not_bool(found: &Expr, word: &str) -> Diagnostic {
    let help = match &found.ty {
        Type::Optional(inner) if **inner == Type::Bool => "it may be `none`: write `x ?? false`".to_owned(),
        Type::Optional(_) => "ask whether it is there: `x != none`".to_owned(),
        Type::List(_) => "ask whether it is empty: `x != []`".to_owned(),
        Type::String => "compare it: `x != \"\"`".to_owned(),
        Type::Int => "compare it: `x != 0`".to_owned(),
        Type::Data => "ask it something: `.has(\"key\")`".to_owned(),
        Type::Record(Record::Packages) => "ask it something: `packages.has(\"name\")`".to_owned(),
        _ => "there is no truth in values but `true` and `false`: compare it".to_owned(),
    };
    Diagnostic::error(code::CHECK_NOT_A_CONDITION, format!("`{word}` needs a `bool`, but this is {}", an(&found.ty)))
        .at(found.span, found.ty.to_string())
        .help(help)
}

/// E0312
pub(in crate::check) fn not_interpolatable(found: &Expr) -> Diagnostic {
    let help = match &found.ty {
        Type::List(_) => "join it: `${join(list, \" \")}`",
        Type::Bool => "choose a text: `${\"yes\" if c else \"no\"}`",
        Type::Data => "read a text out of it: `.string(\"key\")`, or write all of it: `${to_json(data)}`",
        _ => "only a `string`, `int`, `version` or `constraint` becomes text",
    };
    Diagnostic::error(code::CHECK_NOT_INTERPOLATABLE, format!("{} does not become text", an(&found.ty)))
        .at(found.span, found.ty.to_string())
        .help(help)
}

/// E0313
pub(in crate::check) fn invalid_version(text: &str, span: Span, invalid: &Invalid) -> Diagnostic {
    Diagnostic::error(code::CHECK_INVALID_VERSION, format!("`{}` is not a version: {}", shown(text), invalid.reason))
        .at(span, "a version is asked for here")
        .help("write a version such as `3.12` or `2.1.0+cu118`")
}

/// E0314
pub(in crate::check) fn invalid_constraint(text: &str, span: Span, invalid: &Invalid) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_INVALID_CONSTRAINT,
        format!("`{}` is not a constraint: {}", shown(text), invalid.reason),
    )
    .at(span, "a constraint on versions is asked for here")
    .help("write one such as `>=3.10`, `^1.8`, `~=2.1`, `3.11` or `*`")
}

/// E0315
pub(in crate::check) fn unknown_type(written: &TypeExpr) -> Diagnostic {
    let name = written.name.name.as_str();
    let (message, help) = if name == "list" {
        ("a list of what?".to_owned(), "write `list<string>`".to_owned())
    } else if type_name::NAMES.contains(&name) {
        (format!("`{name}` takes no other type"), format!("write `{name}`"))
    } else {
        let known = match name {
            "str" | "text" | "String" => Some("string"),
            "integer" | "number" | "float" => Some("int"),
            "boolean" => Some("bool"),
            "array" | "List" => Some("list<string>"),
            "dict" | "map" | "object" => Some("data"),
            _ => None,
        };
        let help = match known {
            Some(known) => format!("write `{known}`"),
            None => did_you_mean(name, type_name::NAMES.iter().copied(), || {
                "the types are `bool`, `int`, `string`, `version`, `constraint`, `data`, `list<T>` and `T?`".to_owned()
            }),
        };
        (format!("unknown type `{name}`"), help)
    };
    Diagnostic::error(code::CHECK_UNKNOWN_TYPE, message).at(written.span, "not a type").help(help)
}

/// E0315
pub(in crate::check) fn optional_elements(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_UNKNOWN_TYPE, "the elements of a list are never `none`")
        .at(span, "optional")
        .help("write it without `?`; the list itself may be optional: `list<string>?`")
}

/// E0316
pub(in crate::check) fn record_value(record: &Record, span: Span, verb: &str) -> Diagnostic {
    let help = match record {
        Record::Dependency { name, .. } => format!("use a field of it: `dep.{name}.version`"),
        Record::Config if verb == "interpolated" => "use a field of it, or `to_json(config)`".to_owned(),
        Record::Packages => "use `packages.lines` or `packages.has(\"name\")`".to_owned(),
        Record::BaseImage => "use a field of it: `.image`".to_owned(),
        Record::Weight => "use a field of it: `.target`".to_owned(),
        Record::RunCommand => "use a field of it: `.command`".to_owned(),
        _ => "use a field of it".to_owned(),
    };
    Diagnostic::error(code::CHECK_RECORD_VALUE, format!("the record `{record}` cannot be {verb}"))
        .at(span, "a record")
        .help(help)
}

/// E0317
pub(in crate::check) fn known_too_late(late: &LateUse, place: &str) -> Diagnostic {
    let Late { level, what, span } = &late.cause;
    let (when, help) = match level {
        Level::Resolution => (
            "versions and base images are chosen",
            "use only facts of the project here: `exists`, `toml`, `config`, `packages.has`",
        ),
        Level::Selection | Level::Facts => (
            "it is decided which blocks take part",
            "the value of a capability depends on which block provides it: use only facts of the project here",
        ),
    };
    let found = Diagnostic::error(
        code::CHECK_KNOWN_TOO_LATE,
        format!("{place} cannot use `{what}`: it is known only after {when}"),
    )
    .at(late.span, "not known yet");
    let found = if *span == late.span { found } else { found.related(*span, format!("it is made of `{what}` here")) };
    found.help(help)
}

/// E0317: of a dependency that the block does not even declare.
pub(in crate::check) fn undeclared_and_too_late(name: &Ident, span: Span, place: &str) -> Diagnostic {
    let cause = Late { level: Level::Resolution, what: format!("dep.{}", name.name), span };
    known_too_late(&LateUse { span, cause }, place).at(span, "not known yet, and not in this block's `depends`")
}

/// E0318
pub(in crate::check) fn never_none(found: &Expr) -> Diagnostic {
    let help = match &found.ty {
        Type::List(_) => "an absent list is empty: compare it with `[]`",
        Type::Bool => "an absent flag is false: use it as it is",
        Type::Data => "a document that is missing is empty: ask `exists(\"path\")` or `.has(\"key\")`",
        _ => "only values of an optional type can be `none`: remove the comparison",
    };
    Diagnostic::error(code::CHECK_NEVER_NONE, format!("{} is never `none`", an(&found.ty)))
        .at(found.span, found.ty.to_string())
        .help(help)
}

/// E0319
pub(in crate::check) fn field_of_optional(base: &Expr, name: &Ident) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_FIELD_OF_OPTIONAL,
        format!("`.{}` cannot be read from what may be `none` (`{}`)", name.name, base.ty),
    )
    .at(base.span, "may be `none`")
    .help(format!(
        "name it and guard it: `let x = …`, then `x.{0} if x != none` or `when x != none {{ … }}`",
        name.name
    ))
}

/// E0320
pub(in crate::check) fn param_type(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_PARAM_TYPE, format!("a `param` cannot be {}", an(ty)))
        .at(span, "cannot be set from outside")
        .help("use `bool`, `int`, `string`, `version`, `constraint`, `list<string>`, or one of these with `?`")
}

/// E0321
pub(in crate::check) fn mixed_list(found: &Expr, seen: &Type, first: Option<Span>) -> Diagnostic {
    let problem = Diagnostic::error(
        code::CHECK_MIXED_LIST,
        format!("the elements of a list are of one type: {} among `{seen}`s", an(&found.ty)),
    )
    .at(found.span, found.ty.to_string());
    let problem = match first {
        Some(first) => problem.related(first, seen.to_string()),
        None => problem,
    };
    problem.help(conversion(found, seen).unwrap_or_else(|| "make them one type".to_owned()))
}

/// E0322
pub(in crate::check) fn branches_differ(one: &Expr, other: &Expr) -> Diagnostic {
    Diagnostic::error(
        code::CHECK_BRANCHES_DIFFER,
        format!("both values must be of one type: {} or {}", an(&one.ty), an(&other.ty)),
    )
    .at(other.span, other.ty.to_string())
    .related(one.span, one.ty.to_string())
    .help(conversion(other, &one.ty).unwrap_or_else(|| "make them one type".to_owned()))
}

/// E0323
pub(in crate::check) fn function_as_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_FUNCTION_AS_VALUE, format!("`{name}` is a function, not a value"))
        .at(span, "not called")
        .help(format!("call it: `{name}(…)`"))
}

/// E0324
pub(in crate::check) fn not_json(found: &Expr) -> Diagnostic {
    let help = match &found.ty {
        Type::Version | Type::Constraint => "make it text first: `\"${…}\"`",
        _ => "use `config`, `data`, a `string`, an `int`, a `bool` or a list of these",
    };
    Diagnostic::error(code::CHECK_NOT_JSON, format!("`to_json` does not take {}", an(&found.ty)))
        .at(found.span, found.ty.to_string())
        .help(help)
}

/// E0326
pub(in crate::check) fn deep_list(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_DEEP_LIST, "lists are nested too deeply")
        .at(span, "more than 16 lists in each other")
        .help("to put the elements of a list into a list write `for x in list { x }`")
}

/// E0325
pub(in crate::check) fn command_not_a_list(span: Span) -> Diagnostic {
    Diagnostic::error(code::CHECK_COMMAND_NOT_A_LIST, "`cmd` and `entrypoint` take a list")
        .at(span, "a string")
        .help("write each word by itself: `[\"python\", \"-m\", \"app\"]`; for a shell: `[\"sh\", \"-c\", \"…\"]`")
}
