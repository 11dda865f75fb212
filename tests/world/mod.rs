//! What the checker knows of the world in tests: a few catalogs, packages of base images, blocks that are elsewhere.

use cogpack::check::Environment;
use cogpack::check::types::Type;

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
