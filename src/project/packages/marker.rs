//! An environment marker → whether it may hold on Linux, for some version of Python.

use std::sync::LazyLock;

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};

use crate::version::Version;

/// The most bytes of a marker, and the most conditions in it that pep508_rs cannot merge with others of their kind: it
/// builds decision diagrams, and these grow with the power of such conditions.
const LONGEST: usize = 4096;
const MOST_CONDITIONS: usize = 12;
const MOST_BRACKETS: usize = 32;

static LINUX: LazyLock<MarkerTree> = LazyLock::new(|| {
    let linux = "os_name == 'posix' and sys_platform == 'linux' and platform_system == 'Linux'";
    linux.parse().unwrap_or_default()
});

/// When a requirement applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker(MarkerTree);

impl Marker {
    /// Nothing for a marker that always holds.
    pub fn of(tree: &MarkerTree) -> Option<Self> {
        (!tree.is_true()).then(|| Self(tree.clone()))
    }

    /// Whether it holds for a release of CPython on Linux; `arch` in OCI's words.
    pub fn holds(&self, python: &Version, arch: &str) -> bool {
        let (full, short) = (python.to_pep440(), python.major_minor());
        let machine = match arch {
            "amd64" => "x86_64",
            "arm64" => "aarch64",
            other => other,
        };
        let environment = MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
            implementation_name: "cpython",
            implementation_version: &full,
            os_name: "posix",
            platform_machine: machine,
            platform_python_implementation: "CPython",
            platform_release: "",
            platform_system: "Linux",
            platform_version: "",
            python_full_version: &full,
            python_version: &short,
            sys_platform: "linux",
        });
        environment.is_ok_and(|environment| self.0.evaluate(&environment, &[]))
    }
}

/// Why pep508_rs is not given a text; `None` when it is. It mixes up bytes and characters where not all are ASCII.
pub fn unreadable(text: &str) -> Option<&'static str> {
    if !text.is_ascii() {
        return Some("only ASCII characters can stand in names, versions and markers");
    }
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let conditions = words.filter(|word| matches!(*word, "extra" | "in")).count();
    let open = text.bytes().filter(|byte| *byte == b'(').count();
    (text.len() > LONGEST || conditions > MOST_CONDITIONS || open > MOST_BRACKETS)
        .then_some("it is longer than any installer needs")
}

/// Reads a marker.
pub fn parse(text: &str) -> Result<MarkerTree, String> {
    if let Some(reason) = unreadable(text) {
        return Err(reason.to_owned());
    }
    text.parse().map_err(|_| "what stands behind `;` is not a marker".to_owned())
}

/// Whether a marker may hold on Linux. No extras are asked for at the top of a project.
pub fn may_apply(marker: &MarkerTree) -> bool {
    if marker.is_true() {
        return true;
    }
    let mut on_linux = marker.clone();
    on_linux.and(LINUX.clone());
    on_linux.evaluate_extras(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_of_other_systems_never_apply() {
        let applies = |text: &str| may_apply(&parse(text).unwrap());
        for text in ["sys_platform == 'win32'", "os_name == 'nt'", "platform_system != 'Linux'", "extra == 'dev'"] {
            assert!(!applies(text), "{text}");
        }
        for text in ["sys_platform != 'win32'", "python_version < '3.11'", "platform_machine == 'aarch64'"] {
            assert!(applies(text), "{text}");
        }
    }

    #[test]
    fn a_marker_holds_for_some_releases_of_python() {
        let holds = |text: &str, python: &str| {
            Marker::of(&parse(text).unwrap()).unwrap().holds(&Version::parse(python).unwrap(), "amd64")
        };
        assert!(holds("python_version < '3.11'", "3.10.18") && !holds("python_version < '3.11'", "3.11.0"));
        assert!(holds("python_full_version >= '3.12.4' and platform_machine == 'x86_64'", "3.12.4"));
        assert!(!holds("platform_machine == 'aarch64'", "3.12.4") && !holds("sys_platform == 'darwin'", "3.12.4"));
        assert_eq!(Marker::of(&MarkerTree::default()), None);
    }

    #[test]
    fn a_marker_that_would_take_long_is_refused() {
        let many = ["extra == 'a'"; 40].join(" or ");
        assert!(parse(&many).is_err());
        assert!(parse(&"(".repeat(10_000)).is_err());
    }
}
