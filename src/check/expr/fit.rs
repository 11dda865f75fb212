//! Which type fits where: no conversion but from `T` to `T?`.

use crate::check::types::Type;

/// Whether a value of type `found` may stand where `expected` is asked for.
pub(in crate::check) fn fits(found: &Type, expected: &Type) -> bool {
    match (found, expected) {
        (Type::Error, _) | (_, Type::Error) | (Type::Never, Type::Optional(_)) => true,
        (Type::List(found), Type::List(expected)) => **found == Type::Never || fits(found, expected),
        (Type::Optional(found), Type::Optional(expected)) => fits(found, expected),
        (found, Type::Optional(expected)) => fits(found, expected),
        _ => found == expected,
    }
}

/// The type that values of both types fit.
pub(in crate::check) fn join(one: &Type, other: &Type) -> Option<Type> {
    match (one, other) {
        (Type::Error, _) | (_, Type::Error) => Some(Type::Error),
        (Type::Never, Type::Never) => Some(Type::Never),
        (Type::Never, ty) | (ty, Type::Never) => Some(optional(ty.clone())),
        _ if fits(one, other) => Some(other.clone()),
        _ if fits(other, one) => Some(one.clone()),
        _ => None,
    }
}

/// `T?`, once.
pub(in crate::check) fn optional(ty: Type) -> Type {
    match ty {
        Type::Optional(_) | Type::Error => ty,
        _ => Type::Optional(Box::new(ty)),
    }
}

/// `T` of `T?`, else the type itself.
pub(in crate::check) fn strip_optional(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        _ => ty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ty: Type) -> Type {
        Type::List(Box::new(ty))
    }

    #[test]
    fn a_value_fits_its_optional_and_not_the_other_way_round() {
        assert!(fits(&Type::Int, &optional(Type::Int)));
        assert!(!fits(&optional(Type::Int), &Type::Int));
    }

    #[test]
    fn an_empty_list_fits_every_list_and_none_only_optionals() {
        assert!(fits(&list(Type::Never), &list(Type::String)));
        assert!(fits(&Type::Never, &optional(Type::String)));
        assert!(!fits(&Type::Never, &Type::String));
    }

    #[test]
    fn a_version_is_no_string() {
        assert!(!fits(&Type::Version, &Type::String));
        assert_eq!(join(&Type::Version, &Type::String), None);
    }

    #[test]
    fn a_value_and_none_join_to_its_optional() {
        assert_eq!(join(&Type::Never, &Type::String), Some(optional(Type::String)));
        assert_eq!(join(&list(Type::String), &list(Type::Never)), Some(list(Type::String)));
    }
}
