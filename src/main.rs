//! The `cogpack` command.

fn main() -> std::process::ExitCode {
    cogpack::cli::main()
}
