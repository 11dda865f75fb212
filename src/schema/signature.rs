//! A name in a Python file → the function whose parameters are the inputs: [`Target`].

use ruff_python_ast::{Expr, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::diagnostic::Diagnostic;
use crate::schema::document::Mode;
use crate::schema::python::files::Module;
use crate::schema::python::library::Known;
use crate::schema::python::object::{Object, Place};
use crate::schema::python::world::World;
use crate::schema::types::class::{Base, linear};
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, error};
use crate::source::Span;
use crate::version::Version;

/// The first version of Cog that refuses a class with both `run` and `predict`.
const RUN_SINCE: &str = "0.20.0";

/// A function that makes predictions.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The file it lies in.
    pub module: &'a Module,
    /// The class it is a method of.
    pub class: Option<&'a StmtClassDef>,
    /// The function.
    pub function: &'a StmtFunctionDef,
    /// Whether it is marked as `@cog.streaming`.
    pub streaming: bool,
}

impl<'a> Target<'a> {
    /// Where its defaults are looked up.
    pub fn place(&self) -> Place<'a> {
        Place { module: self.module, class: self.class, at: self.function.start().to_u32() }
    }

    /// Where its annotations are looked up.
    pub fn annotations(&self) -> Place<'a> {
        if self.module.postponed { Place::end(self.module) } else { self.place() }
    }
}

/// What a class has under a name.
enum Lookup<'a> {
    Found(&'a Module, &'a StmtClassDef, &'a StmtFunctionDef),
    Missing,
    /// A base that cannot be looked into may have it.
    Foreign(String),
}

/// Finds functions.
pub struct Finder<'w, 'a> {
    /// The files.
    pub world: &'w World<'a>,
    /// For predictions or for trainings.
    pub mode: Mode,
}

impl<'a> Finder<'_, 'a> {
    /// What `name` in a file stands for; `span` is where `cog.yaml` names it.
    pub fn find(&self, module: &'a Module, name: &str, span: Span) -> Found<Target<'a>> {
        let found = self.world.module_name(module, u32::MAX, name, span)?;
        let Some(object) = found else {
            let scope = self.world.scope(module);
            return Err(error::no_predictor(name, &module.path, scope.names.keys().copied(), span));
        };
        let evaluator = Evaluator::new(self.world, Place::end(module));
        match evaluator.object(object, None, span)? {
            Value::Object(Object::Class(module, class)) => self.in_class(module, class, span),
            Value::Object(Object::Function(module, function)) => Ok(self.target(module, None, function)),
            Value::Object(Object::Foreign(from)) => Err(error::foreign_predictor(name, &from, span)),
            _ => Err(error::no_callable(name, span)),
        }
    }

    fn in_class(&self, module: &'a Module, class: &'a StmtClassDef, span: Span) -> Found<Target<'a>> {
        let place = module.span_of(&class.name);
        let name = class.name.as_str();
        let wanted = if self.mode == Mode::Train { "train" } else { "run" };
        let found = self.method(module, class, wanted, place);
        if self.mode == Mode::Train {
            return self.only(found?, class, wanted, (span, place));
        }
        // What a base cannot tell of one method is no matter when the other is there.
        match (found, self.method(module, class, "predict", place)) {
            (Ok(Lookup::Found(_, _, run)), Ok(Lookup::Found(in_module, of, predict))) => {
                if self.takes_predict() {
                    return Ok(self.target(in_module, Some(of), predict));
                }
                let place = |function: &StmtFunctionDef| in_module.span_of(&function.name);
                Err(error::two_methods(name, place(run), place(predict)))
            }
            (Ok(Lookup::Found(module, of, run)), _) => Ok(self.target(module, Some(of), run)),
            (_, Ok(Lookup::Found(module, of, predict))) => Ok(self.target(module, Some(of), predict)),
            (Ok(Lookup::Missing), Err(predict)) => Err(predict),
            (other, _) => self.only(other?, class, wanted, (span, place)),
        }
    }

    /// The one method that will do.
    fn only(&self, found: Lookup<'a>, class: &StmtClassDef, wanted: &str, at: (Span, Span)) -> Found<Target<'a>> {
        match found {
            Lookup::Found(module, of, function) => Ok(self.target(module, Some(of), function)),
            Lookup::Missing => Err(error::no_method(class.name.as_str(), wanted, at.0, at.1)),
            Lookup::Foreign(base) => Err(error::foreign_method(class.name.as_str(), &base, wanted, at.1)),
        }
    }

    /// Whether the project asks for a Cog that knows only `predict`.
    fn takes_predict(&self) -> bool {
        let asked = self.world.files().project().config.build.sdk_version.as_ref();
        let exact = asked.and_then(|asked| asked.value.as_exact());
        exact.zip(Version::parse(RUN_SINCE).ok()).is_some_and(|(exact, newer)| exact < newer)
    }

    /// A method of a class or of its bases.
    fn method(&self, module: &'a Module, class: &'a StmtClassDef, name: &str, span: Span) -> Found<Lookup<'a>> {
        // The class itself needs no bases.
        if let Some(found) = self.own_method(module, class, name, span)? {
            return Ok(found);
        }
        for base in self.world.deeper(span, || linear(self.world, module, class))?.into_iter().skip(1) {
            match base {
                Base::Class(module, class) => {
                    if let Some(found) = self.own_method(module, class, name, span)? {
                        return Ok(found);
                    }
                }
                Base::Foreign(base) => return Ok(Lookup::Foreign(base)),
                Base::Known(_) => {}
            }
        }
        Ok(Lookup::Missing)
    }

    fn own_method(
        &self,
        module: &'a Module,
        class: &'a StmtClassDef,
        name: &str,
        span: Span,
    ) -> Found<Option<Lookup<'a>>> {
        let Some(found) = self.world.class_name(Place::end(module), class, name, span)? else {
            return Ok(None);
        };
        if self.world.changes().sets(name) {
            return Err(error::changed(name, module.span_of(&class.name)));
        }
        // A method may be bound to a second name, too.
        let found = Evaluator::new(self.world, Place::end(module)).object(found, None, span)?;
        let Value::Object(Object::Function(_, function)) = found else {
            return Err(error::unknown_value(module.span_of(&class.name)));
        };
        Ok(Some(Lookup::Found(module, class, function)))
    }

    fn target(&self, module: &'a Module, class: Option<&'a StmtClassDef>, function: &'a StmtFunctionDef) -> Target<'a> {
        let evaluator = Evaluator::new(self.world, Place::end(module));
        let streaming = function.decorator_list.iter().any(|decorator| {
            let marker = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                marker => marker,
            };
            matches!(evaluator.value(marker), Ok(Value::Object(Object::Known(Known::Streaming))))
        });
        Target { module, class, function, streaming }
    }
}

/// What is wrong with the shape of a signature, whatever its types are.
pub fn check_shape(target: &Target<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Target { module, function, .. } = target;
    let (name, parameters) = (function.name.as_str(), &function.parameters);
    let first = parameters.posonlyargs.iter().chain(&parameters.args).next();
    let span = |node: &dyn Fn() -> ruff_text_size::TextRange| module.span(node());
    if target.class.is_some() && first.is_none_or(|first| first.name().as_str() != "self") {
        let place = module.span_of(&function.name);
        found.push(error::parameter(
            format!("the first parameter of `{name}` is not `self`"),
            place,
            "write `self` first",
        ));
    }
    let mangled = |name: &str| name.starts_with("__") && !name.ends_with("__");
    for private in parameters.posonlyargs.iter().chain(&parameters.args) {
        if target.class.is_some() && mangled(private.name().as_str()) {
            let message = format!("Python gives `{}` another name, for it begins with `__` in a class", private.name());
            found.push(error::parameter(message, span(&|| private.name().range()), "give it a name without `__`"));
        }
    }
    let inputs = "name each input as a parameter of its own";
    for (rest, stars) in [(&parameters.vararg, "*"), (&parameters.kwarg, "**")] {
        if let Some(rest) = rest {
            let message = format!("`{stars}{}` is no input: a schema names them all", rest.name);
            found.push(error::parameter(message, span(&|| rest.range()), inputs));
        }
    }
    let own = usize::from(target.class.is_some());
    for positional in parameters.posonlyargs.iter().skip(own) {
        let message = format!("`{}` can only be given by its place, and Cog gives inputs by name", positional.name());
        found.push(error::parameter(message, span(&|| positional.range()), "take the `/` out"));
    }
    for named in &parameters.kwonlyargs {
        let message = format!("Cog does not take `{}`, which stands after a `*`, for an input", named.name());
        found.push(error::parameter(message, span(&|| named.range()), "take the `*` out"));
    }
    if function.returns.is_none() {
        found.push(error::no_return(name, module.span_of(&function.name)));
    }
    found.into_iter().map(|found| *found).collect()
}
