//! The terminal and the options → how a build is shown, and what is said of it at its end.

use std::io::IsTerminal as _;

use indexmap::IndexSet;

use crate::build::progress::{self, Circumstances, Kind, Model, Outcome, Screen, Summary, View};
use crate::build::request::Request;
use crate::build::{Built, Sizes};
use crate::cli::build::{Environment, Progress};
use crate::cli::output::Output;

/// Where the time went is worth a table for builds that took longer, in seconds.
const LONG: f64 = 5.0;

/// The view that is asked for, on stderr.
pub fn view(asked: Progress, environment: &Environment, output: &Output) -> View {
    let stderr = Box::new(std::io::stderr());
    let circumstances = Circumstances {
        is_terminal: std::io::stderr().is_terminal(),
        term: environment.text("TERM"),
        is_ci: environment.text("CI").is_some_and(|value| !matches!(value, "false" | "0")),
    };
    let kind = match asked {
        _ if output.is_quiet() => Kind::Quiet,
        Progress::Quiet => Kind::Quiet,
        Progress::Rawjson => Kind::RawJson,
        Progress::Plain => Kind::Plain,
        // Nothing can be drawn over where there is no terminal.
        Progress::Tty if circumstances.is_terminal => Kind::Tty,
        Progress::Tty => Kind::Plain,
        Progress::Auto => circumstances.usual(),
    };
    match kind {
        Kind::Tty => progress::terminal_view(output.stderr, Box::new(Screen::new(stderr, size))),
        kind => progress::view(kind, output.stderr, stderr),
    }
}

/// The terminal's rows and columns. They change while a build runs.
fn size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    Some((size.ws_row, size.ws_col))
}

/// Whether there is more to say of a build that took so many seconds than that it ended.
pub fn has_table(seconds: f64, output: &Output) -> bool {
    output.is_verbose() || std::io::stderr().is_terminal() && seconds >= LONG
}

/// What is said after a build.
pub fn summary(request: &Request, built: &Built, sizes: Option<Sizes>, model: &Model, output: &Output) -> String {
    let names = request.outputs.iter().filter_map(|output| output.attributes.get("name"));
    // Several outputs often have one name.
    let names: IndexSet<&str> = names.flat_map(|names| names.split(',')).collect();
    let outcome = Outcome {
        names: names.into_iter().map(str::to_owned).collect(),
        digest: built.digest.clone(),
        plans: request.targets.iter().map(|target| &target.plan).collect(),
        base: sizes.as_ref().map(|sizes| sizes.base),
        sizes: sizes.unwrap_or_default().stages,
    };
    let summary = Summary::new(model, outcome);
    let line = summary.line();
    if has_table(summary.seconds, output) {
        format!("{line}\n{}", summary.table().trim_end())
    } else {
        match &summary.digest {
            Some(digest) if !summary.names.is_empty() => format!("{line}\n  digest {digest}"),
            _ => line,
        }
    }
}
