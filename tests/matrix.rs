//! Every release and every image of the catalogs can be had: each is asked for by a project of its own.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use std::time::Instant;

use cogpack::compile::{self, Compilation, Options};
use cogpack::diagnostic::Sink;
use cogpack::diagnostic::render::{self, Format, Style};
use cogpack::project::memory::MemoryTree;
use cogpack::resolve::Library;
use cogpack::resolve::catalog::Release;
use cogpack::source::SourceMap;

/// Releases that no base image serves: 12.3 comes with cuDNN 9 alone, and they were built for cuDNN 8.
const WITHOUT_IMAGE: &[&str] = &["tensorflow 2.16.1", "tensorflow 2.17.0"];

fn resolved(config: &str, requirements: &str) -> Result<Compilation, String> {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let tree: MemoryTree = [("cog.yaml", config), ("requirements.txt", requirements)].into_iter().collect();
    compile::compile(Box::new(tree), &Options::default(), &sources, &mut sink)
        .ok_or_else(|| render::render(sink.diagnostics(), &sources, Format::Short, &Style::PLAIN))
}

fn version(compiled: &Compilation, name: &str) -> String {
    let Some(found) = compiled.metadata.dependencies.get(name) else { return "none".into() };
    let version = found.version.clone().unwrap_or_default();
    match &found.build {
        Some(build) => format!("{version}+{build}"),
        None => version,
    }
}

/// Whether a build, or the build of PyTorch that it goes with, is for CUDA.
fn is_for_cuda(library: &Library, release: &Release) -> bool {
    let torch = release.details().requires.get("torch");
    match torch.and_then(|torch| library.catalogs.get("torch")?.newest(&[torch])) {
        Some(build) => is_for_cuda(library, build),
        None => release.details().requires.contains_key("cuda"),
    }
}

/// Asks for each release of a package, on a GPU if it is for one and without.
fn every_release_of(library: &Library, name: &str, failed: &mut Vec<String>) -> usize {
    let Some(catalog) = library.catalogs.get(name) else { panic!("no catalog `{name}`") };
    let mut asked = 0;
    for release in &catalog.releases {
        let builds = match release.details().gpu.is_empty() {
            true => vec![is_for_cuda(library, release)],
            false => vec![false, true],
        };
        for gpu in builds {
            asked += 1;
            // Without a label, `==` would take any build.
            let operator = if release.written().contains('+') { "==" } else { "===" };
            let line = format!("{name}{operator}{}\n", release.written());
            match resolved(&format!("build: {{gpu: {gpu}}}"), &line) {
                Ok(compiled) if version(&compiled, name) == release.written() => {
                    let has_cuda = compiled.metadata.base_image.build.starts_with("nvidia/cuda:");
                    if has_cuda != gpu {
                        failed.push(format!("{line}{}", compiled.metadata.base_image.build));
                    }
                }
                Ok(compiled) => failed.push(format!("{line}: {}", version(&compiled, name))),
                Err(_) if gpu && WITHOUT_IMAGE.contains(&line.trim().replace("===", " ").as_str()) => {}
                Err(found) => failed.push(format!("{line}{found}")),
            }
        }
    }
    asked
}

#[test]
fn every_row_can_be_had() {
    let library = Library::shipped();
    let begin = Instant::now();
    let mut failed = Vec::new();
    let mut asked = 0;
    for name in ["torch", "torchvision", "torchaudio", "tensorflow"] {
        asked += every_release_of(&library, name, &mut failed);
    }
    for release in library.catalogs.get("python").into_iter().flat_map(|catalog| &catalog.releases) {
        asked += 1;
        match resolved(&format!("build: {{python_version: \"{}\"}}", release.written()), "numpy\n") {
            Ok(compiled) if version(&compiled, "python") == release.written() => {}
            Ok(compiled) => failed.push(format!("{}: {}", release.written(), version(&compiled, "python"))),
            Err(found) => failed.push(found),
        }
    }
    for release in library.catalogs.get("cuda").into_iter().flat_map(|catalog| &catalog.releases) {
        asked += 1;
        match resolved(&format!("build: {{gpu: true, cuda: \"{}\"}}", release.written()), "numpy\n") {
            Ok(compiled) if version(&compiled, "cuda") == release.written() => {}
            Ok(compiled) => failed.push(format!("{}: {}", release.written(), version(&compiled, "cuda"))),
            Err(found) => failed.push(found),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let took = begin.elapsed();
    assert!(asked > 400, "{asked}");
    assert!(cfg!(debug_assertions) || took.as_secs() < 5, "{asked} took {took:?}");
}
