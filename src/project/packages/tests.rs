//! How the sources of requirements come together: files in memory → [`Packages`].

use super::*;
use crate::diagnostic::Sink;
use crate::project::Project;
use crate::project::memory::MemoryTree;
use crate::source::SourceMap;

fn read(files: &[(&str, &str)]) -> Packages {
    let tree: MemoryTree = files.iter().copied().collect();
    let mut sink = Sink::new();
    let project = Project::read(Box::new(tree), &SourceMap::new(), &mut sink);
    let messages: Vec<_> = sink.diagnostics().iter().map(|found| found.message.as_str()).collect();
    assert!(!sink.has_errors(), "{messages:?}");
    project.packages
}

fn lines(packages: &Packages) -> Vec<&str> {
    packages.lines.iter().map(|line| line.value.as_str()).collect()
}

fn values(list: &[Located<String>]) -> Vec<&str> {
    list.iter().map(|line| line.value.as_str()).collect()
}

fn constraint(packages: &Packages, name: &str) -> Option<String> {
    packages.constraint(name).map(|constraint| constraint.to_string())
}

#[test]
fn names_are_compared_as_pep_503_says() {
    assert_eq!(normalize("Friendly-._.Bard"), "friendly-bard");
    let packages = read(&[("requirements.txt", "Typing_Extensions>=4\n")]);
    assert!(packages.has("typing.extensions"));
    assert_eq!(constraint(&packages, "TYPING-extensions").as_deref(), Some(">=4"));
    assert_eq!(constraint(&packages, "typing"), None);
}

#[test]
fn cog_yaml_says_where_the_requirements_are() {
    let both = [("requirements.txt", "numpy\n"), ("other.txt", "scipy\n")];
    let with = |config| read(&[&[("cog.yaml", config)][..], &both].concat());
    assert_eq!(lines(&with("build: {python_requirements: other.txt}")), ["scipy"]);
    assert_eq!(lines(&with("build: {python_packages: [pillow]}")), ["pillow"]);
    assert_eq!(lines(&with("build: {gpu: true}")), ["numpy"]);
    assert_eq!(lines(&read(&both)), ["numpy"]);
}

#[test]
fn includes_stand_where_they_are_named_and_each_line_once() {
    let packages = read(&[
        ("requirements.txt", "a\n-r more/base.txt\nd\n-r more/base.txt\n"),
        ("more/base.txt", "b==1\na\n--requirement=next.txt\n./lib\n"),
        ("more/next.txt", "c\n-e ../pkg[x]\n"),
    ]);
    assert_eq!(lines(&packages), ["a", "b==1", "c", "-e ./pkg[x]", "./more/lib", "d"]);
}

#[test]
fn hashes_stay_with_their_requirement() {
    let packages = read(&[(
        "requirements.txt",
        "numpy==1.26 ; python_version >= '3.9' \\\r\n    --hash=sha256:aa \\\r\n    --hash sha256:bb  # two\r\n",
    )]);
    assert_eq!(lines(&packages), ["numpy==1.26 ; python_version >= '3.9' --hash=sha256:aa --hash sha256:bb"]);
    assert_eq!(constraint(&packages, "numpy").as_deref(), Some("==1.26"));
}

#[test]
fn options_are_kept_apart_from_the_lines() {
    let packages = read(&[(
        "requirements.txt",
        "--extra-index-url https://a.example/simple\n-i https://b.example/simple\n--pre\n-f ./wheels\n\
         torch==2.8.0 --extra-index-url=https://c.example/cu128\n--trusted-host a.example\n",
    )]);
    assert_eq!(lines(&packages), ["torch==2.8.0"]);
    assert_eq!(
        values(&packages.indexes),
        ["https://b.example/simple", "https://a.example/simple", "https://c.example/cu128"]
    );
    assert_eq!(values(&packages.options), ["--pre", "--find-links ./wheels", "--trusted-host a.example"]);
}

#[test]
fn constraints_limit_what_is_asked_for_and_ask_for_nothing() {
    let packages = read(&[("requirements.txt", "-c limits.txt\nnumpy>=1\n"), ("limits.txt", "numpy<2\nscipy==1.10\n")]);
    assert_eq!(lines(&packages), ["numpy>=1", "numpy<2"]);
    assert_eq!(values(&packages.constraints), ["numpy<2", "scipy==1.10"]);
    assert_eq!(constraint(&packages, "numpy").as_deref(), Some(">=1, <2"));
    assert!(!packages.has("scipy"));
}

#[test]
fn what_never_applies_on_linux_keeps_its_line_and_has_no_name() {
    let packages = read(&[("requirements.txt", "pywin32; sys_platform == 'win32'\ntomli; python_version < '3.11'\n")]);
    assert_eq!(lines(&packages).len(), 2);
    assert!(!packages.has("pywin32"));
    assert!(packages.has("tomli"));
}

#[test]
fn a_path_of_the_project_may_be_written_as_pdm_writes_it() {
    let path = "tones @ file:///${PROJECT_ROOT}/libs";
    let packages = read(&[("requirements.txt", path)]);
    assert_eq!(lines(&packages), [path]);
    assert!(packages.has("tones"));
}

#[test]
fn all_that_is_asked_of_a_package_holds_together() {
    let packages = read(&[
        ("requirements.txt", "flask>=2\n"),
        ("pyproject.toml", "[project]\ndependencies = ['Flask[async]<4']\nrequires-python = '>=3.11'\n"),
        (
            "uv.lock",
            "[[package]]\nname = 'flask'\nversion = '3.1.0'\n\n[[package]]\nname = 'me'\nversion = '1'\nsource = { virtual = '.' }\n",
        ),
        (".python-version", "# ours\n\n3.12\n"),
    ]);
    assert_eq!(lines(&packages), ["flask>=2", "Flask[async]<4"]);
    assert_eq!(constraint(&packages, "flask").as_deref(), Some(">=2, <4, ==3.1.0"));
    assert_eq!(packages.by_name["flask"].requirements[1].extras, ["async"]);
    assert!(!packages.has("me"));
    let python: Vec<_> = packages.python.iter().map(|python| (python.constraint.to_string(), python.chooses)).collect();
    assert_eq!(python, [(">=3.11".to_owned(), false), ("3.12".to_owned(), true)]);
}

#[test]
fn several_locked_versions_are_alternatives_unless_their_markers_rule_them_out() {
    let lock = "[[package]]\nname = 'numpy'\nversion = '1.26'\n[[package]]\nname = 'numpy'\nversion = '2.1'\n\
                [[package]]\nname = 'torch'\nversion = '2.8.0'\nresolution-markers = [\"sys_platform == 'darwin'\"]\n\
                [[package]]\nname = 'torch'\nversion = '2.8.0+cpu'\nresolution-markers = [\"sys_platform != 'darwin'\"]\n";
    let packages = read(&[("uv.lock", lock)]);
    assert_eq!(constraint(&packages, "numpy").as_deref(), Some("==1.26 || ==2.1"));
    assert_eq!(constraint(&packages, "torch").as_deref(), Some("==2.8.0+cpu"));
}

#[test]
fn poetry_dependencies_are_written_as_pip_takes_them() {
    let packages = read(&[(
        "pyproject.toml",
        "[tool.poetry.dependencies]\n\
         python = '^3.10'\n\
         Flask = '^3.1.0'\n\
         exact = '1.2.3'\n\
         either = '^1 || ^3'\n\
         any = '*'\n\
         off = { version = '1', optional = true }\n\
         extra = { version = '~2.1', extras = ['b', 'a'], python = '>=3.11' }\n\
         code = { git = 'https://code.example/x.git', rev = 'v1', subdirectory = 's' }\n\
         here = { path = './lib', develop = true }\n\
         torch = [{ version = '2.8.0', markers = \"sys_platform == 'linux'\" }, { version = '2.7', platform = 'darwin' }]\n",
    )]);
    insta::assert_snapshot!(lines(&packages).join("\n"));
    assert_eq!(constraint(&packages, "either").as_deref(), Some("^1 || ^3"));
    assert_eq!(constraint(&packages, "torch").as_deref(), Some("==2.8.0"));
    assert_eq!(packages.python[0].constraint.to_string(), "^3.10");
}

#[test]
fn what_project_names_poetry_only_adds_to() {
    let packages = read(&[(
        "pyproject.toml",
        "[project]\ndependencies = ['torch>=2']\n[tool.poetry.dependencies]\ntorch = { version = '<3', source = 'cpu' }\n",
    )]);
    assert_eq!(lines(&packages), ["torch>=2"]);
    assert_eq!(constraint(&packages, "torch").as_deref(), Some(">=2, <3"));
}

#[test]
fn indexes_of_pyproject_are_found_unless_packages_must_name_them() {
    let packages = read(&[(
        "pyproject.toml",
        "[[tool.uv.index]]\nname = 'a'\nurl = 'https://a.example/simple'\n\
         [[tool.uv.index]]\nname = 'b'\nurl = 'https://b.example/simple'\nexplicit = true\n\
         [[tool.poetry.source]]\nname = 'c'\nurl = 'https://c.example/simple'\npriority = 'explicit'\n",
    )]);
    assert_eq!(values(&packages.indexes), ["https://a.example/simple"]);
}

const PIPFILE: &str = "[[source]]\nname = 'pypi'\nurl = 'https://a.example/simple'\n\
     [[source]]\nname = 'ours'\nurl = 'https://b.example/simple'\n\
     [packages]\nTorch = '==2.5.1'\nflask = '*'\nnumpy = { version = '>=1.26', extras = ['x'], markers = \"sys_platform == 'linux'\" }\n\
     code = { git = 'https://code.example/x.git', ref = 'v1' }\n\
     [dev-packages]\npytest = '*'\n[requires]\npython_version = '3.11'\n";

#[test]
fn a_pipfile_asks_for_its_packages_and_its_python() {
    let packages = read(&[("Pipfile", PIPFILE)]);
    assert_eq!(
        lines(&packages),
        [
            "Torch==2.5.1",
            "flask",
            "numpy[x]>=1.26 ; (sys_platform == 'linux')",
            "code @ git+https://code.example/x.git@v1"
        ]
    );
    assert_eq!(values(&packages.indexes), ["https://b.example/simple"]);
    assert_eq!(packages.python[0].constraint.to_string(), "3.11");
    assert!(!packages.has("pytest"));
}

#[test]
fn the_lock_of_a_pipfile_is_what_is_installed() {
    let lock = r#"{"_meta": {}, "default": {
        "flask": {"version": "==3.1.0", "hashes": ["sha256:00"]},
        "torch": {"version": "==2.5.1", "markers": "python_version >= '3.8'"},
        "werkzeug": {"version": "==3.1.3"}
    }, "develop": {"pytest": {"version": "==8.0"}}}"#;
    let packages = read(&[("Pipfile", PIPFILE), ("Pipfile.lock", lock)]);
    assert_eq!(lines(&packages)[..3], ["flask==3.1.0", "torch==2.5.1 ; python_version >= '3.8'", "werkzeug==3.1.3"]);
    assert_eq!(lines(&packages).len(), 5, "what the lock does not fix is asked for by the Pipfile");
    assert_eq!(constraint(&packages, "flask").as_deref(), Some("==3.1.0"));
    assert!(!packages.has("pytest"));
}
