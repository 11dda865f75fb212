//! What requirements resolve to whose meaning depends on something: markers, labels, indexes, extras, files, locks.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use cogpack::compile::{self, Compilation, Options};
use cogpack::diagnostic::Sink;
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;

fn compiled(config: &str, requirements: &str, more: &[(&str, &str)]) -> Compilation {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let files = [("cog.yaml", config), ("requirements.txt", requirements)];
    let tree: MemoryTree = files.into_iter().chain(more.iter().copied()).collect();
    let compiled = compile::compile(Box::new(tree), &Options::default(), &sources, &mut sink);
    compiled.unwrap_or_else(|| panic!("{requirements}: {:?}", sink.diagnostics()))
}

/// `torch 2.5.1+cu124`, or `torch -`.
fn chosen(compiled: &Compilation, names: &[&str]) -> String {
    let told = names.iter().map(|name| {
        let Some(found) = compiled.metadata.dependencies.get(*name) else { return format!("{name} -") };
        let build = found.build.as_ref().map(|build| format!("+{build}")).unwrap_or_default();
        format!("{name} {}{build}", found.version.as_deref().unwrap_or("?"))
    });
    told.collect::<Vec<_>>().join(", ")
}

const GPU: &str = "build: {gpu: true, python_version: '3.11'}";

#[test]
fn a_marker_says_for_which_python_something_is_asked() {
    let lines = "torch==2.0.1; python_version < '3.11'\ntorch==2.5.1; python_version >= '3.11'\n";
    let with = |python: &str| {
        let config = format!("build: {{gpu: true, {python}}}");
        chosen(&compiled(&config, lines, &[]), &["python", "torch", "cuda"])
    };
    assert_eq!(with("python_version: '3.10'"), "python 3.10.18, torch 2.0.1+cu118, cuda 11.8");
    assert_eq!(with("python_version: '3.12'"), "python 3.12.11, torch 2.5.1+cu124, cuda 12.4");
    assert_eq!(with(""), "python 3.12.11, torch 2.5.1+cu124, cuda 12.4", "the newest with which all holds");
    let other = "torch==2.5.1; platform_machine == 'aarch64'\ntorch==2.4.1; platform_machine == 'x86_64'\n";
    assert_eq!(chosen(&compiled(GPU, other, &[]), &["torch"]), "torch 2.4.1+cu124");
}

#[test]
fn any_spelling_of_a_name_and_any_extra_mean_the_package() {
    for line in ["Torch==2.5.1", "torch[opt-einsum]==2.5.1", "TORCH == 2.5.1  # ours", "torch==2.5.1 --hash=sha256:00"]
    {
        assert_eq!(chosen(&compiled(GPU, line, &[]), &["torch", "cuda"]), "torch 2.5.1+cu124, cuda 12.4", "{line}");
    }
}

#[test]
fn a_label_or_an_index_chooses_the_build() {
    let label = compiled(GPU, "torch==2.5.1+cu118\n", &[]);
    assert_eq!(chosen(&label, &["torch", "cuda"]), "torch 2.5.1+cu118, cuda 11.8");
    assert_eq!(label.metadata.python_packages.requirements, ["torch==2.5.1+cu118"]);
    let index = "--extra-index-url https://download.pytorch.org/whl/cu121\ntorch==2.5.1\n";
    let index = compiled(GPU, index, &[]);
    assert_eq!(chosen(&index, &["torch", "cuda"]), "torch 2.5.1+cu121, cuda 12.1");
    assert_eq!(index.metadata.python_packages.index_urls.len(), 1, "named once");
    let cpu = compiled("build: {python_version: '3.11'}", "torch==2.5.1\n", &[]);
    assert_eq!(chosen(&cpu, &["torch", "cuda"]), "torch 2.5.1+cpu, cuda -");
    let pinned = compiled("build: {python_version: '3.11'}", "torch==2.5.1+cu124\n", &[]);
    assert_eq!(chosen(&pinned, &["torch", "cuda"]), "torch 2.5.1+cu124, cuda -", "no GPU, no CUDA");
}

#[test]
fn a_wheel_tells_its_version() {
    let line = "torch @ https://files.example/torch-2.4.1%2Bcu121-cp311-cp311-linux_x86_64.whl\n";
    let compiled = compiled(GPU, line, &[]);
    assert_eq!(chosen(&compiled, &["torch", "cuda"]), "torch 2.4.1+cu121, cuda 12.1");
    assert_eq!(compiled.metadata.python_packages.requirements, [line.trim()]);
    let installed = format!("{:?}", compiled.plan);
    assert!(installed.contains("\"torch @ https://files.example/"), "the wheel is installed, not another");
}

#[test]
fn frameworks_bring_cuda_once() {
    let runtime = |lines: &str| compiled(GPU, lines, &[]).metadata.base_image.runtime;
    assert_eq!(runtime("torch==2.5.1\n"), "nvidia/cuda:12.4.1-base-ubuntu22.04", "its wheels have CUDA in them");
    assert_eq!(runtime("tensorflow==2.18.0\n"), "nvidia/cuda:12.5.1-cudnn-runtime-ubuntu22.04");
    assert_eq!(runtime("tensorflow[and-cuda]==2.18.0\n"), "nvidia/cuda:11.8.0-base-ubuntu22.04");
    assert_eq!(runtime("torch==2.5.1\nonnxruntime-gpu\n"), "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04");
    assert_eq!(runtime("numpy\n"), "nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04");
    let both = compiled(GPU, "tensorflow==2.18.0\ntorch==2.5.1\n", &[]);
    assert_eq!(chosen(&both, &["cuda", "tensorflow", "torch"]), "cuda 12.5, tensorflow 2.18.0, torch 2.5.1+cu124");
}

#[test]
fn what_is_locked_is_installed_as_locked() {
    let lock = "[[package]]\nname = \"torch\"\nversion = \"2.7.1\"\n";
    let manifest = "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"torch\"]\n";
    let compiled = compiled(GPU, "", &[("uv.lock", lock), ("pyproject.toml", manifest)]);
    assert_eq!(chosen(&compiled, &["torch", "cuda"]), "torch 2.7.1+cu128, cuda 12.8");
    assert!(compiled.metadata.python_packages.index_urls.is_empty(), "the lock knows its index");
    assert!(!compiled.plan.stages.iter().any(|stage| stage.id == "torch-install"), "uv installs it");
}

/// The operations of a stage, as text; `None`: there is no such stage.
fn stage(compiled: &Compilation, id: &str) -> Option<String> {
    compiled.plan.stages.iter().find(|stage| stage.id == id).map(|stage| format!("{:?}", stage.operations))
}

#[test]
fn pages_of_links_are_there_where_pytorch_is_installed() {
    let lines = "-f https://files.example/whl/torch_stable.html\n--pre\ntorch==1.8.1+cu111\n";
    let found = compiled("build: {gpu: true, python_version: '3.9', cuda: '11.1'}", lines, &[]);
    let install = stage(&found, "torch-install").unwrap();
    assert!(install.contains(r#""--find-links", "https://files.example/whl/torch_stable.html""#), "{install}");
    assert!(!install.contains("--pre"), "{install}");
}

#[test]
fn what_has_hashes_is_installed_where_they_are_checked() {
    let found = compiled(GPU, "torch==2.5.1 --hash=sha256:00\nnumpy==2.0.0 --hash=sha256:01\n", &[]);
    assert_eq!(stage(&found, "torch-install"), None);
    assert!(stage(&found, "uv-sync").is_some());
    assert_eq!(chosen(&found, &["torch", "cuda"]), "torch 2.5.1+cu124, cuda 12.4");
}

#[test]
fn tensorflow_under_its_other_name_needs_the_same() {
    let found = compiled("build: {gpu: true, python_version: '3.10'}", "tensorflow_gpu==2.10.0\n", &[]);
    assert_eq!(chosen(&found, &["tensorflow-gpu", "cuda", "cudnn"]), "tensorflow-gpu 2.10.0, cuda 11.2, cudnn 8");
    assert_eq!(found.metadata.python_packages.requirements, ["tensorflow_gpu==2.10.0"]);
    assert!(stage(&found, "tensorflow-install").unwrap().contains("tensorflow-gpu==2.10.0"));
}

#[test]
fn packages_of_cog_yaml_alone_make_a_python_project() {
    let tree =
        |config: &str| -> MemoryTree { [("cog.yaml", config), ("deps/gpu.txt", "torch==2.5.1")].into_iter().collect() };
    for config in ["build: {python_packages: [torch==2.5.1]}", "build: {python_requirements: deps/gpu.txt}"] {
        let (sources, mut sink) = (SourceMap::new(), Sink::new());
        let found = compile::compile(Box::new(tree(config)), &Options::default(), &sources, &mut sink);
        assert_eq!(chosen(&found.unwrap(), &["torch"]), "torch 2.5.1+cpu", "{config}");
    }
}

#[test]
fn the_driver_runs_the_cuda_that_pytorch_brings_as_well() {
    let found = compiled("build: {gpu: true, python_version: '3.9'}", "torch==2.8.0\ntensorflow==2.6.0\n", &[]);
    assert_eq!(chosen(&found, &["torch", "cuda"]), "torch 2.8.0+cu129, cuda 11.2");
    assert_eq!(found.plan.export.labels["run.cogpack.nvidia-driver"], ">=525.60.13");
}

#[test]
fn a_platform_without_images_for_a_gpu_is_told_so() {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let tree: MemoryTree = [("cog.yaml", GPU), ("requirements.txt", "numpy\n")].into_iter().collect();
    let options = Options { platform: ("linux".into(), "arm64".into()), ..Options::default() };
    assert!(compile::compile(Box::new(tree), &options, &sources, &mut sink).is_none());
    let [found] = sink.diagnostics() else { panic!("{:?}", sink.diagnostics()) };
    assert_eq!(found.message, "`cog.yaml` asks for `cuda`, which cannot be had");
    assert!(found.help.as_deref().unwrap().starts_with("no base image for `linux/arm64` has `cuda`"), "{found:?}");
}

#[test]
fn an_index_that_pytorch_alone_is_taken_from_chooses_its_build() {
    let project =
        "[project]\nname = \"x\"\nversion = \"1\"\nrequires-python = \">=3.10\"\ndependencies = [\"torch==2.5.1\"]\n";
    let index = "[[tool.uv.index]]\nname = \"pt\"\nurl = \"https://download.pytorch.org/whl/cu121\"\nexplicit = true\n\
                 [[tool.uv.index]]\nname = \"mac\"\nurl = \"https://download.pytorch.org/whl/cpu\"\nexplicit = true\n";
    let with = |sources: &str| {
        let pyproject = format!("{project}{index}{sources}");
        let found = compiled("build: {gpu: true}", "", &[("pyproject.toml", &pyproject)]);
        assert!(found.metadata.python_packages.index_urls.len() < 2, "{sources}");
        chosen(&found, &["torch", "cuda"])
    };
    assert_eq!(with(""), "torch 2.5.1+cu124, cuda 12.4", "nobody names the indexes");
    assert_eq!(with("[tool.uv.sources]\ntorch = { index = \"pt\" }\n"), "torch 2.5.1+cu121, cuda 12.1");
    let two = "[tool.uv.sources]\ntorch = [\n  { index = \"mac\", marker = \"sys_platform == 'darwin'\" },\n  \
               { index = \"pt\", marker = \"sys_platform == 'linux'\" },\n]\n";
    assert_eq!(with(two), "torch 2.5.1+cu121, cuda 12.1");
    let extra = "[tool.uv.sources]\ntorch = { index = \"mac\", extra = \"cpu\" }\n";
    assert_eq!(with(extra), "torch 2.5.1+cu124, cuda 12.4");
    let more = "[tool.uv]\nextra-index-url = [\"https://download.pytorch.org/whl/cu118\"]\n";
    assert_eq!(with(more), "torch 2.5.1+cu118, cuda 11.8");
    let poetry = "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\npython = \">=3.10,<3.13\"\n\
                  torch = { version = \"2.5.1\", source = \"pt\" }\n[[tool.poetry.source]]\nname = \"pt\"\n\
                  url = \"https://download.pytorch.org/whl/cu118\"\npriority = \"explicit\"\n";
    let found = compiled("build: {gpu: true}", "", &[("pyproject.toml", poetry)]);
    assert_eq!(chosen(&found, &["torch", "cuda"]), "torch 2.5.1+cu118, cuda 11.8");
}
