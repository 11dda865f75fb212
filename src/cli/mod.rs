//! Arguments → passes → output.
//!
//! Machine output goes to stdout, everything else to stderr. Exit codes are in `exit.rs`.

mod args;
mod blocks;
mod build;
mod check;
mod compile;
mod completions;
mod diff;
mod doctor;
mod exit;
mod explain;
mod files;
mod format;
mod images;
mod init;
mod inspect;
mod lock;
mod lowerable;
mod model;
mod output;
mod plan;
mod predict;
mod project;
mod push;
mod registry;
mod run;
mod runtime;
mod serve;
mod train;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::args::{Cli, Command};
use crate::cli::exit::Exit;
use crate::cli::output::Output;

/// Deeply nested input is refused before it is walked, but a chain of `let`s may be as long as a file.
const STACK_BYTES: usize = 256 << 20;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        output::bug(&info.to_string());
        crate::build::engine::end_daemons();
        std::process::exit(Exit::Bug.code());
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
            output::usage(&error);
            if let Some(help) = missing_command(&error).or_else(|| missing_option(&error)) {
                output::note(help);
            }
            return exit.into();
        }
    };
    // Not a thread with a larger stack: the C library makes the heap of any but the first thread larger page by page.
    stacker::grow(STACK_BYTES, || execute(&cli)).into()
}

/// What to do in place of a command that people expect and that is not there.
fn missing_command(error: &clap::Error) -> Option<&'static str> {
    let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
    else {
        return None;
    };
    Some(match word.as_str() {
        "solve" => "`cogpack build` builds an image",
        "exec" => "`cogpack run -- CMD` runs a command in the image",
        "infer" | "prediction" => "`cogpack predict -i NAME=VALUE` runs a prediction",
        "format" => "`cogpack fmt` formats block files",
        "lint" | "validate" => "`cogpack check` finds what is wrong",
        "verify" => "`cogpack check` finds what is wrong, `cogpack images verify` what a base image is otherwise",
        "show" | "graph" => "`cogpack plan` shows what a build would do, `cogpack blocks NAME` a block",
        "new" | "create" | "add" => "`cogpack init` starts a project, `cogpack init --block NAME` a block",
        _ => return None,
    })
}

/// What to write in place of an option that people know from Docker.
fn missing_option(error: &clap::Error) -> Option<&'static str> {
    let (ErrorKind::UnknownArgument, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return None;
    };
    Some(match word.as_str() {
        "--load" => "`cogpack build -t NAME` puts the image into Docker",
        "--file" | "-f" => "there is no Dockerfile: blocks say how a project is built, and `cogpack plan` shows it",
        "--build-arg" => "`--set BLOCK.PARAM=VALUE` sets a block's param",
        "--build-context" => "`--plan FILE --context NAME=DIR` gives a plan its contexts",
        "--builder" => "`--engine ADDRESS` says where to build",
        "--attest" => "write `--provenance` or `--sbom`",
        "--annotation" => "write `-o type=image,annotation.KEY=VALUE`",
        "--label" => "a block's `export` sets labels: `label \"NAME\" = VALUE`",
        "--target" => "the last stage is the image: `--without BLOCK` leaves a block out",
        "--no-cache-filter" => "`--no-cache` runs every step again",
        "--add-host" | "--shm-size" | "--ulimit" | "--memory" | "--cpuset-cpus" | "--cgroup-parent" => {
            "steps run as the engine is set up to run them"
        }
        "--squash" => "each layer is sent once; `-o type=tar` writes the image's files without layers",
        _ => return None,
    })
}

fn execute(cli: &Cli) -> Exit {
    let output = Output::new(&cli.global);
    output::start_logging(&cli.global);
    let result = match &cli.command {
        Command::Build(args) => build::run(args, &output),
        Command::Predict(args) => predict::run(args, &output),
        Command::Serve(args) => serve::run(args, &output),
        Command::Run(args) => run::run(args, &output),
        Command::Train(args) => train::run(args, &output),
        Command::Push(args) => push::run(args, &output),
        Command::Inspect(args) => inspect::run(args, &output),
        Command::Compile(args) => compile::run(args, &output),
        Command::Plan(args) => plan::run(args, &output),
        Command::Lock(args) => lock::run(args, &output),
        Command::Check(args) => check::run(args, &output),
        Command::Fmt(args) => format::run(args, &output),
        Command::Blocks(args) => blocks::run(args, &output),
        Command::Explain(args) => explain::run(args, &output),
        Command::Diff(args) => diff::run(args, &output),
        Command::Images(args) => images::run(args, &output),
        Command::Doctor(args) => doctor::run(args, &output),
        Command::Init(args) => init::run(args, &output),
        Command::Completions(args) => completions::run(args, &output),
    };
    match result {
        Ok(exit) => exit,
        Err(problem) => {
            output.problem(&problem);
            problem.exit
        }
    }
}
