//! Functions written in the language: no recursion, and when what they give is known.

use crate::check::checker::{Checker, Owner, report};
use crate::check::error;
use crate::check::hir;
use crate::check::level::latest;
use crate::check::mention::{Mention, mentions};
use crate::check::order::order;
use crate::check::program::Program;
use crate::check::scope::LocalKind;
use crate::diagnostic::Sink;

/// Checks every function, called ones first, so that callers know when a result is known.
pub(super) fn check_functions(program: &mut Program<'_>, sink: &mut Sink) -> Vec<hir::Function> {
    let calls: Vec<Vec<usize>> = (0..program.functions.len()).map(|index| called(program, index)).collect();
    let ordered = order(&calls);
    for circle in &ordered.circles {
        report(error::recursion(circle.iter().map(|index| &program.functions[*index].decl.name)), sink);
    }
    let mut checked: Vec<Option<hir::Function>> = program.functions.iter().map(|_| None).collect();
    for index in ordered.order {
        let (function, late) = check_function(program, index, sink);
        program.functions[index].late = late;
        checked[index] = Some(function);
    }
    checked.into_iter().flatten().collect()
}

fn called(program: &Program<'_>, index: usize) -> Vec<usize> {
    let function = &program.functions[index];
    let mut found = Vec::new();
    mentions(&function.decl.body, &mut |mention| {
        if let Mention::Call(name) = mention
            && let Some(id) = program.function(function.file, name)
            && !found.contains(&id.0)
        {
            found.push(id.0);
        }
    });
    found
}

fn check_function(
    program: &Program<'_>,
    index: usize,
    sink: &mut Sink,
) -> (hir::Function, Option<crate::check::level::Late>) {
    let function = &program.functions[index];
    let mut checker = Checker::new(program, function.file, Owner::Function, sink);
    for (param, (_, ty)) in function.decl.params.iter().zip(&function.params) {
        let local = checker.bind(&param.name, LocalKind::Argument);
        checker.scope.local_mut(local).ty = ty.clone();
    }
    let body = checker.expect(&function.decl.body, &function.result);
    let late = latest(&body, &checker.scope, program);
    let checked = hir::Function {
        name: function.decl.name.name.clone(),
        params: function.params.clone(),
        body,
        frame: checker.scope.locals().len(),
    };
    (checked, late)
}
