//! stdout for machines, stderr for people.

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use crate::cli::args::{Format, Global, When};
use crate::cli::exit::{Exit, Problem};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{self, Style};
use crate::source::{SourceMap, disk};

/// How this process writes.
pub struct Output {
    format: Format,
    quiet: bool,
    verbose: bool,
    /// What stderr can show.
    pub stderr: Style,
    /// What stdout can show.
    pub stdout: Style,
}

impl Output {
    /// Looks at the options, the environment and the terminal.
    pub fn new(global: &Global) -> Self {
        let style = |is_terminal: bool| Style {
            colour: match global.color {
                When::Always => true,
                When::Never => false,
                When::Auto => is_terminal && !is_set("NO_COLOR") && variable("TERM").is_none_or(|term| term != "dumb"),
            },
            unicode: true,
            width: variable("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(100).clamp(40, 200),
        };
        Self {
            format: global.format,
            quiet: global.quiet,
            verbose: global.verbose,
            stderr: style(std::io::stderr().is_terminal()),
            stdout: style(std::io::stdout().is_terminal()),
        }
    }

    /// Writes findings to stderr; JSON and SARIF, which machines read, to stdout.
    pub fn findings(&self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let (format, machine) = match self.format {
            Format::Full => (render::Format::Full, false),
            Format::Short => (render::Format::Short, false),
            Format::Json => (render::Format::Json, true),
            Format::Sarif => (render::Format::Sarif, true),
        };
        if machine {
            self.machine(render::render(diagnostics, sources, format, &self.stdout).as_bytes());
        } else {
            self.say_always(&render::render(diagnostics, sources, format, &self.stderr));
        }
    }

    /// Whether stdout is a terminal, which bytes would garble.
    pub fn is_terminal(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Whether they want to know more than usual.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether only findings and errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether findings are a document of their own, which must be there even when nothing was found.
    pub fn findings_are_a_document(&self) -> bool {
        matches!(self.format, Format::Json | Format::Sarif)
    }

    /// Writes a line for people, unless they want quiet.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.say_always(&format!("{}\n", render::visible(line)));
        }
    }

    /// Writes what stopped a command.
    pub fn problem(&self, problem: &Problem) {
        let (bold, end) = if self.stderr.colour { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let help = problem.help.as_ref().map(|help| format!("  help: {}\n", render::visible(help)));
        let message = render::visible(&problem.message);
        self.say_always(&format!("{bold}error{end}: {message}\n{}", help.unwrap_or_default()));
    }

    /// Writes machine output to stdout, and ends the process when it cannot: quietly when it is the reader that went away.
    pub fn machine(&self, bytes: &[u8]) {
        let exit = match Self::piece(bytes) {
            Ok(true) => return,
            Ok(false) => Exit::Success,
            Err(problem) => {
                self.problem(&problem);
                problem.exit
            }
        };
        std::process::exit(exit.code());
    }

    /// Writes a piece of machine output to stdout. False: the reader went away.
    pub fn piece(bytes: &[u8]) -> Result<bool, Problem> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Problem::usage(format!("cannot write standard output: {}", disk::words(&error)))),
        }
    }

    fn say_always(&self, text: &str) {
        // Nothing is left to tell anyone when stderr is gone.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

/// Writes what to do to stderr, before the options are known.
pub fn note(help: &str) {
    let _ = std::io::stderr().write_all(format!("  help: {help}\n").as_bytes());
}

/// What the command line was answered with: help, or what is wrong with it. Wrong arguments are repeated in it.
pub fn usage(error: &clap::Error) {
    let plain = error.render().to_string();
    let shown = render::visible_whole(&plain);
    // Nothing is left to tell anyone when the pipe is closed.
    let _ = if shown == plain { error.print() } else { std::io::stderr().write_all(shown.as_bytes()) };
}

/// What a bug of the compiler prints.
pub fn bug(what: &str) {
    let what = render::visible(what);
    let text = format!(
        "error: this is a bug in Cogpack {}\n  {what}\n  help: please report it, with the project or the block if you can\n",
        env!("CARGO_PKG_VERSION")
    );
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Turns on what the passes say of themselves, for `-v` and `COGPACK_DEBUG=1`.
pub fn start_logging(global: &Global) {
    let debug = variable("COGPACK_DEBUG").is_some_and(|value| !value.is_empty() && value != "0");
    if !debug && !global.verbose {
        return;
    }
    let level = if debug { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(debug)
        .with_ansi(false)
        .without_time()
        .finish();
    // It fails only when a library user has set one already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn is_set(name: &str) -> bool {
    variable(name).is_some_and(|value| !value.is_empty())
}
