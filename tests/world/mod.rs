//! What the checker knows of the world in tests: a few catalogs, packages of base images, blocks that are elsewhere.

use cogpack::check::Environment;
use cogpack::check::types::Type;
use cogpack::diagnostic::Diagnostic;
use cogpack::source::SourceMap;

fn names(names: &[&str]) -> impl Iterator<Item = String> {
    names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().into_iter()
}

/// A small world.
pub fn environment() -> Environment {
    let optional = || Type::Optional(Box::new(Type::String));
    let plain = ["python", "cuda", "cudnn", "torchvision", "torchaudio", "node", "uv", "poetry", "pixi", "cog"];
    let mut environment = Environment::default();
    environment.catalogs.extend(names(&plain).map(|name| (name, Vec::new())));
    environment.catalogs.insert("torch".into(), vec![("index".into(), optional()), ("cuda".into(), optional())]);
    environment.image_packages.extend(names(&["gcc", "rust", "nginx", "ffmpeg"]));
    environment.known_capabilities.extend(names(&["python", "venv", "node", "uv", "python-packages"]));
    environment.known_blocks.extend(names(&["apt", "pip", "source"]));
    environment
}

/// Findings as lines that a person can compare.
pub fn rendered(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let place = |span: cogpack::source::Span| {
            let file = sources.file(span.file);
            let (start, end) = (file.position(span.start), file.position(span.end));
            format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
        };
        text += &format!("{} {}\n", found.code.alias, found.message);
        if let Some(label) = &found.primary {
            text += format!("  at {} {}", place(label.span), label.text).trim_end();
            text += "\n";
        }
        for label in &found.related {
            text += &format!("  and {} {}\n", place(label.span), label.text);
        }
        if let Some(help) = &found.help {
            text += &format!("  help: {help}\n");
        }
    }
    text
}
