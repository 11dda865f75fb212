//! How the process ends.

use std::fmt;
use std::process::ExitCode;

use crate::diagnostic::{Diagnostic, code};

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Success,
    /// The project or a block is wrong.
    Project,
    /// The command was called wrongly, or a file it names cannot be used.
    Usage,
    /// The engine ran the build, and it failed.
    Build,
    /// There is no engine, or it broke.
    Engine,
    /// A bug of the compiler.
    Bug,
    /// The user stopped it.
    Interrupted,
    /// As a command in a container ended.
    Command(u8),
}

impl Exit {
    /// The number the shell sees.
    pub fn code(self) -> i32 {
        match self {
            Self::Success => 0,
            Self::Project => 1,
            Self::Usage => 2,
            Self::Build => 3,
            Self::Engine => 4,
            Self::Bug => 70,
            Self::Interrupted => 130,
            Self::Command(code) => i32::from(code),
        }
    }
}

impl Exit {
    /// How a command ends that these findings stopped.
    pub fn stopped_by(findings: &[Diagnostic]) -> Self {
        if findings.iter().any(|found| found.code == code::BUG) { Self::Bug } else { Self::Project }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(u8::try_from(exit.code()).unwrap_or(1))
    }
}

/// Something that stops a command and is no finding about the project's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// How the process ends.
    pub exit: Exit,
}

impl Problem {
    /// A command that was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit: Exit::Usage }
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_ends_with_its_own_exit_code() {
        let bug = Diagnostic::bug("it was checked");
        assert!(bug.help.as_ref().is_some_and(|help| help.contains("report")));
        assert_eq!(Exit::stopped_by(&[bug]).code(), 70);
        assert_eq!(Exit::stopped_by(&[Diagnostic::error(code::RESOLVE_CYCLE, "x")]).code(), 1);
    }
}
