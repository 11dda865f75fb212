//! Releases and base images in `cogpack.toml` that are malformed → each is told with its place, and nothing of it is used.

use cogpack::compile::{self, Compilation, Options};
use cogpack::diagnostic::{Diagnostic, Severity, Sink};
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;

/// What is well formed, in which each mutant changes one thing.
const WELL: &str = r#"
[[catalog.torch.release]]
version = "2.12.0+cu130"
index = "https://packages.example/whl"
requires = { cuda = "13.0", python = ">=3.10,<3.15" }

[[image]]
name = "ours-devel"
reference = "registry.example/base:3-devel"
platforms = ["linux/amd64"]
env = ["PATH=/usr/local/bin:/usr/bin", "LANG=C.UTF-8"]
workdir = "/work"
user = "1000"
cmd = ["sh"]

[image.packages]
cuda = { version = "13.0.2", path = "/usr/local/cuda" }
cudnn = { version = "9" }
nvcc = {}

[[image]]
name = "ours"
reference = "registry.example/base:3"
platforms = ["linux/amd64"]

[image.packages]
cuda = { version = "13.0.2" }

[[pair]]
build = "ours-devel"
runtime = "ours"
"#;

/// What is replaced, by what, and the code that tells of it.
const MUTANTS: &[(&str, &str, &str)] = &[
    // Wrong types.
    ("version = \"2.12.0+cu130\"", "version = 2.12", "E0531"),
    ("version = \"2.12.0+cu130\"", "version = [\"2.12.0\"]", "E0531"),
    ("requires = { cuda = \"13.0\", python = \">=3.10,<3.15\" }", "requires = \"cuda\"", "E0531"),
    ("cuda = \"13.0\", python", "cuda = true, python", "E0531"),
    ("platforms = [\"linux/amd64\"]\nenv", "platforms = \"linux/amd64\"\nenv", "E0531"),
    ("env = [\"PATH=/usr/local/bin:/usr/bin\", \"LANG=C.UTF-8\"]", "env = { PATH = \"/usr/bin\" }", "E0531"),
    ("cmd = [\"sh\"]", "cmd = \"sh\"", "E0531"),
    ("nvcc = {}", "nvcc = \"13.0\"", "E0531"),
    ("[[pair]]", "[pair]", "E0531"),
    ("[[catalog.torch.release]]", "[catalog.torch.release]", "E0531"),
    // Unknown and missing keys.
    ("workdir = \"/work\"", "work_dir = \"/work\"", "E0530"),
    ("cudnn = { version = \"9\" }", "cudnn = { versoin = \"9\" }", "E0530"),
    ("index = ", "indx = ", "E0712"),
    ("cuda = \"13.0\", python", "cudnn = \"9\", python", "E0712"),
    ("[[catalog.torch.release]]", "[[catalog.toch.release]]", "E0712"),
    ("reference = \"registry.example/base:3-devel\"\n", "", "E0532"),
    // Nothing where something must be.
    ("name = \"ours-devel\"", "name = \"\"", "E0536"),
    ("platforms = [\"linux/amd64\"]\nenv", "platforms = []\nenv", "E0536"),
    ("user = \"1000\"", "user = \"\\u0000\"", "E0533"),
    ("build = \"ours-devel\"", "build = \"null\"", "E0564"),
    // Twice.
    ("name = \"ours\"", "name = \"ours-devel\"", "E0545"),
    ("workdir = \"/work\"", "workdir = \"/work\"\nworkdir = \"/other\"", "E0506"),
    (
        "[[image]]\nname = \"ours-devel\"",
        "[[catalog.torch.release]]\nversion = \"2.12.0+cu130\"\n\n[[image]]\nname = \"ours-devel\"",
        "E0545",
    ),
    ("\"LANG=C.UTF-8\"", "\"PATH=/bin\"", "E0545"),
    // What would become a part of something else.
    ("PATH=/usr/local/bin:/usr/bin", "PATH=", "E0549"),
    ("PATH=/usr/local/bin:/usr/bin", "PATH=.:/usr/bin", "E0549"),
    ("PATH=/usr/local/bin:/usr/bin", "PATH=/usr/bin:$HOME/bin", "E0549"),
    ("PATH=/usr/local/bin:/usr/bin", "PATH=/usr/bin\\nLD_PRELOAD=/evil.so", "E0533"),
    ("LANG=C.UTF-8", "=C.UTF-8", "E0543"),
    ("base:3-devel", "base:3 --privileged", "E0540"),
    ("path = \"/usr/local/cuda\"", "path = \"../../etc\"", "E0549"),
    ("version = \"13.0.2\", path", "version = \"13; rm -rf /\", path", "E0534"),
    ("https://packages.example/whl", "--config-file=/etc/pip.conf", "E0565"),
    ("https://packages.example/whl", "https://me:secret@packages.example/whl", "E0571"),
    ("name = \"ours-devel\"", "name = \"ours-${devel}\"", "E0540"),
    ("nvcc = {}", "\"nvcc; ls\" = {}", "E0560"),
];

fn compile(settings: &str) -> (Option<Compilation>, Vec<Diagnostic>, SourceMap) {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let files =
        [("cog.yaml", "build: {gpu: true}"), ("requirements.txt", "torch==2.12.0\n"), ("cogpack.toml", settings)];
    let tree: MemoryTree = files.into_iter().collect();
    let compiled = compile::compile(Box::new(tree), &Options::default(), &sources, &mut sink);
    (compiled, sink.into_diagnostics(), sources)
}

#[test]
fn what_is_well_formed_is_used() {
    let (compiled, found, _) = compile(WELL);
    let metadata = compiled.unwrap_or_else(|| panic!("{found:?}")).metadata;
    assert_eq!(metadata.base_image.build, "registry.example/base:3-devel");
    assert_eq!(metadata.base_image.runtime, "registry.example/base:3");
    assert_eq!(metadata.dependencies["torch"].version.as_deref(), Some("2.12.0"));
    assert_eq!(metadata.python_packages.index_urls, ["https://packages.example/whl"]);
}

#[test]
fn each_mutant_is_told_with_its_place_and_not_used() {
    assert!(MUTANTS.len() >= 30);
    for (was, is, code) in MUTANTS {
        let text = WELL.replacen(was, is, 1);
        assert_ne!(text, WELL, "{was}");
        let (compiled, found, sources) = compile(&text);
        assert!(compiled.is_none(), "{is} was used");
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.severity == Severity::Error).collect();
        let told = errors.iter().find(|found| found.code.alias == *code);
        let told = told.unwrap_or_else(|| panic!("{is}: wanted {code}, found {errors:#?}"));
        let place = told.primary.as_ref().unwrap_or_else(|| panic!("{is}: no place"));
        assert_eq!(sources.file(place.span.file).name, "cogpack.toml", "{is}");
        assert!(!place.span.range().is_empty(), "{is}");
    }
}

#[test]
fn giants_are_refused() {
    let long = format!("PATH=/{}", "a".repeat(10_000));
    let rows = "[[catalog.torch.release]]\nversion = \"9\"\n".repeat(1001);
    let version = format!("{}.1", "9".repeat(5000));
    for text in [WELL.replacen("LANG=C.UTF-8", &long, 1), rows, WELL.replacen("13.0.2", &version, 1)] {
        let (compiled, found, _) = compile(&text);
        assert!(compiled.is_none());
        assert!(found.iter().any(|found| found.code.alias == "E0535" || found.code.alias == "E0534"), "{found:?}");
    }
}
