//! An expression → the names whose values it gives on, so that who changes it changes them.

use ruff_python_ast::{Expr, ExprCall};

/// Methods that give an element as it is.
const GIVING: &[&str] = &["get", "items", "pop", "setdefault", "values"];

/// Functions over whose results one goes as over the argument.
const OVER: &[&str] = &["enumerate", "filter", "iter", "list", "reversed", "sorted", "tuple", "zip"];

/// The names whose values, or values inside of whose, an expression gives.
pub fn same<'e>(expr: &'e Expr, found: &mut Vec<&'e str>) {
    match expr {
        Expr::Name(name) => found.push(&name.id),
        Expr::Attribute(member) => found.push(&member.attr),
        Expr::Subscript(element) => same(&element.value, found),
        Expr::Starred(starred) => same(&starred.value, found),
        Expr::Named(named) => same(&named.value, found),
        Expr::List(list) => list.elts.iter().for_each(|element| same(element, found)),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| same(element, found)),
        Expr::Dict(table) => table.items.iter().for_each(|item| same(&item.value, found)),
        Expr::If(choice) => [&choice.body, &choice.orelse].into_iter().for_each(|one| same(one, found)),
        Expr::BoolOp(choice) => choice.values.iter().for_each(|one| same(one, found)),
        Expr::Call(call) => {
            if let Expr::Attribute(method) = &*call.func
                && GIVING.contains(&method.attr.as_str())
            {
                same(&method.value, found);
            }
        }
        _ => {}
    }
}

/// The names that an assignment to an expression gives a value.
pub fn targets<'e>(target: &'e Expr, found: &mut Vec<&'e str>) {
    match target {
        Expr::Name(name) => found.push(&name.id),
        Expr::Attribute(member) => found.push(&member.attr),
        Expr::Subscript(element) => targets(&element.value, found),
        Expr::Starred(starred) => targets(&starred.value, found),
        Expr::List(list) => list.elts.iter().for_each(|element| targets(element, found)),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| targets(element, found)),
        _ => {}
    }
}

/// The same, of the elements that a loop goes over.
pub fn elements<'e>(expr: &'e Expr, found: &mut Vec<&'e str>) {
    match expr {
        Expr::Call(ExprCall { func, arguments, .. }) if matches!(&**func, Expr::Name(name) if OVER.contains(&name.id.as_str())) =>
        {
            arguments.args.iter().for_each(|argument| elements(argument, found));
        }
        _ => same(expr, found),
    }
}
