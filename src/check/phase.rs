//! The phases: the fixed, ordered positions of a build.

use std::fmt;

/// One of the two halves of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Where things are made.
    Build,
    /// What the image becomes.
    Runtime,
}

/// A position of a build. Phases order as they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// `build.00-base`
    BuildBase,
    /// `build.01-system-deps`
    BuildSystemDeps,
    /// `build.02-runtime`
    BuildRuntime,
    /// `build.03-framework-deps`
    BuildFrameworkDeps,
    /// `build.04-app-deps`
    BuildAppDeps,
    /// `build.05-app-build`
    BuildAppBuild,
    /// `build.06-app-source`
    BuildAppSource,
    /// `build.99-complete`
    BuildComplete,
    /// `export.00-base`
    ExportBase,
    /// `export.01-runtime`
    ExportRuntime,
    /// `export.02-app`
    ExportApp,
    /// `export.03-config`
    ExportConfig,
}

impl Phase {
    /// All phases, in the order they run.
    pub const ALL: [Self; 12] = [
        Self::BuildBase,
        Self::BuildSystemDeps,
        Self::BuildRuntime,
        Self::BuildFrameworkDeps,
        Self::BuildAppDeps,
        Self::BuildAppBuild,
        Self::BuildAppSource,
        Self::BuildComplete,
        Self::ExportBase,
        Self::ExportRuntime,
        Self::ExportApp,
        Self::ExportConfig,
    ];

    /// The key in Plan JSON: `build.04-app-deps`.
    pub fn key(self) -> &'static str {
        match self {
            Self::BuildBase => "build.00-base",
            Self::BuildSystemDeps => "build.01-system-deps",
            Self::BuildRuntime => "build.02-runtime",
            Self::BuildFrameworkDeps => "build.03-framework-deps",
            Self::BuildAppDeps => "build.04-app-deps",
            Self::BuildAppBuild => "build.05-app-build",
            Self::BuildAppSource => "build.06-app-source",
            Self::BuildComplete => "build.99-complete",
            Self::ExportBase => "export.00-base",
            Self::ExportRuntime => "export.01-runtime",
            Self::ExportApp => "export.02-app",
            Self::ExportConfig => "export.03-config",
        }
    }

    /// The name in the language, without the number: `build.app-deps`.
    pub fn name(self) -> String {
        let (side, position) = self.words();
        format!("{side}.{position}")
    }

    /// `build` and `app-deps` of `build.04-app-deps`.
    fn words(self) -> (&'static str, &'static str) {
        let (side, rest) = self.key().split_once('.').unwrap_or_default();
        (side, rest.split_once('-').map_or(rest, |(_, name)| name))
    }

    /// The phase that the language calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        let words = name.split_once('.')?;
        Self::ALL.into_iter().find(|phase| phase.words() == words)
    }

    /// The phase with a key of Plan JSON.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.key() == key)
    }

    /// The half of the build it belongs to.
    pub fn side(self) -> Side {
        if self < Self::ExportBase { Side::Build } else { Side::Runtime }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Build => "build",
            Self::Runtime => "runtime",
        })
    }
}
