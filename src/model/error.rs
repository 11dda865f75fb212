//! The findings about models, one constructor a code.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use crate::build::engine;
use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, code, suggest};
use crate::schema::{Input, Problem, ProblemKind};

/// The engine has no Docker API.
pub(super) fn no_docker(name: &str, title: &str) -> Failure {
    let message = format!("`{name}` builds images and runs none: it is {title}");
    Failure::Engine(vec![Diagnostic::error(code::MODEL_NO_DOCKER, message).help(
        "models run on a Docker Engine: start one, and name it with `--engine docker` or `DOCKER_HOST`; \
         `cogpack doctor` shows the engines that there are",
    )])
}

/// The engine was there, and broke.
pub(super) fn engine(name: &str, why: &bollard::errors::Error) -> Failure {
    engine::broken(name, why)
}

/// An input that the schema does not allow. `named` is the project or the image.
pub(super) fn input(problem: &Problem, inputs: &[Input]) -> Diagnostic {
    let field = &problem.field;
    let names = inputs.iter().map(|input| input.name.as_str());
    let listed = match inputs {
        [] => "this model has no inputs".to_owned(),
        _ => format!("the inputs are {}", suggest::listing(names.clone())),
    };
    let help = match problem.kind {
        ProblemKind::Unknown => suggest::did_you_mean(field, names, || listed),
        ProblemKind::Missing => format!("add `-i {field}=VALUE`; {listed}"),
        _ => inputs.iter().find(|input| input.name == *field).map_or(listed, how),
    };
    Diagnostic::error(code::MODEL_INPUT, format!("the input `{field}` {}", problem.reason)).help(help)
}

/// What is known of an input, for who gave a wrong one.
fn how(input: &Input) -> String {
    let described = input.description.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    format!("`cogpack inspect` shows what `{}` takes{described}", input.name)
}

/// An input that cannot be read: `-i` or `--json` is not as it should be, or a file is not there.
pub fn unreadable(what: &str, why: &str, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code::MODEL_UNREADABLE, format!("{what} cannot be read: {why}")).help(help))
}

/// The ports of the engine are not those of this machine.
pub(super) fn elsewhere(name: &str) -> Failure {
    let message = format!("`{name}` runs on another machine, and its ports are not reached from here");
    Failure::refused(Diagnostic::error(code::MODEL_UNREACHABLE, message).help(
        "run the command there, or on a Docker Engine of this machine: `--engine docker`, or another `DOCKER_HOST`",
    ))
}

/// The model could not be set up. The server puts its own words before the error's, some of them twice.
pub(super) fn setup_failed(logs: &str) -> Failure {
    let own: Vec<&str> = logs.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("[coglet")).collect();
    let starts = own.iter().rposition(|line| line.contains("etup failed: "));
    let error = own[starts.unwrap_or(own.len().saturating_sub(1))..].join("\n");
    let error = error.rsplit("etup failed: ").next().unwrap_or_default().trim();
    let error = if error.is_empty() { "its server does not say why" } else { error };
    let help = if is_crash(error) {
        CRASHED
    } else {
        "what it wrote stands above; `cogpack run CMD` runs any command in the image, to look"
    };
    Failure::refused(lines(Diagnostic::error(code::MODEL_SETUP, "the model's `setup` failed"), error).help(help))
}

/// What to do when the process that the model runs in is gone.
const CRASHED: &str = "the model's process ended by itself: it crashed, exited, or was killed, as a machine without \
                       memory does; what it wrote last may be lost";

fn is_crash(said: &str) -> bool {
    said.eq_ignore_ascii_case("worker crashed")
}

/// An error's words behind the message; where it has several lines, they follow it.
fn lines(mut found: Diagnostic, said: &str) -> Diagnostic {
    let said = said.trim_end();
    let (first, rest) = said.split_once('\n').map_or((said, None), |(first, rest)| (first, Some(rest)));
    found.message = format!("{}: {}", found.message, first.trim_end());
    found.output.extend(rest.into_iter().flat_map(str::lines).map(str::to_owned));
    found
}

/// The model was not ready in time.
pub(super) fn not_ready(limit: Duration, answered: bool) -> Failure {
    let seconds = limit.as_secs();
    let second = if seconds == 1 { "second" } else { "seconds" };
    let (message, help) = if answered {
        let help = "give it more time with `--setup-timeout SECONDS`, if it loads a lot";
        (format!("the model's `setup` had not ended after {seconds} {second}"), help)
    } else {
        let help = "give it more time with `--setup-timeout SECONDS`; where the engine's ports are not those of this \
                    machine, as in a container that was given the engine's socket, start the container with \
                    `--network host`";
        (format!("the model's server had not answered after {seconds} {second}"), help)
    };
    Failure::refused(Diagnostic::error(code::MODEL_NOT_READY, message).help(help))
}

/// The prediction failed.
pub fn prediction_failed(what: &str, said: &str) -> Failure {
    let said = said.trim_start_matches("Prediction failed: ").trim_start_matches("Training failed: ");
    let help = if is_crash(said) { CRASHED } else { "what the model wrote stands above" };
    Failure::refused(lines(Diagnostic::error(code::MODEL_FAILED, format!("the {what} failed")), said).help(help))
}

/// The server took the request for wrong.
pub fn refused(what: &str, said: &str) -> Failure {
    let message = format!("the server refuses the {what}: {said}");
    let help = "`cogpack inspect` shows the inputs that the model takes";
    Failure::refused(Diagnostic::error(code::MODEL_REFUSED, message).help(help))
}

/// The server took no more of the request.
pub(super) fn too_large(bytes: usize) -> Failure {
    let message = format!("the server refuses the inputs: they are {} MB as a request", bytes / 1_000_000);
    let help = "Cog's server takes 100 MiB, in which files are a third larger than on the disk: give the URL of a large \
                file, which the model fetches itself";
    Failure::refused(Diagnostic::error(code::MODEL_REFUSED, message).help(help))
}

/// The server said nothing that could be understood.
pub(super) fn no_answer(why: &(dyn Error + 'static)) -> Failure {
    let message = format!("the model's server broke off: {why}");
    let help = "what it wrote stands above; with `-v` there is more of it";
    Failure::refused(Diagnostic::error(code::MODEL_BROKE_OFF, message).help(help))
}

/// Whether a failure is that the server broke off.
pub(super) fn is_broken_off(failure: &Failure) -> bool {
    failure.diagnostics().iter().any(|found| found.code == code::MODEL_BROKE_OFF)
}

/// The engine does not tell which port leads to a container.
pub(super) fn no_port(image: &str) -> Failure {
    let message = format!("no port of this machine leads to the container of `{image}`");
    let help = "the engine has published none: see its network settings; `docker run -p 5000 IMAGE` says the same";
    Failure::refused(Diagnostic::error(code::MODEL_UNREACHABLE, message).help(help))
}

/// The container ended by itself.
pub fn ended(exit: i64, out_of_memory: bool, last: Vec<String>) -> Failure {
    let (how, help) = match exit {
        _ if out_of_memory => {
            ("it had no memory left".to_owned(), "give the engine more memory, or the model less to load")
        }
        137 => ("it was killed".to_owned(), "somebody or something ended it; a machine without memory does so, too"),
        -1 => ("nobody knows how".to_owned(), "see whether the engine still runs: `cogpack doctor`"),
        exit => (format!("with exit code {exit}"), "what it wrote stands above"),
    };
    let mut found =
        Diagnostic::error(code::MODEL_ENDED, format!("the model's container ended by itself: {how}")).help(help);
    found.output = last;
    Failure::refused(found)
}

/// The container could not be made or started.
pub(super) fn not_started(image: &str, why: &bollard::errors::Error, gpus: bool) -> Failure {
    let said = match why {
        bollard::errors::Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        why => why.to_string(),
    };
    let help = if gpus && is_about_gpus(&said) {
        "leave `--gpus` out, or install NVIDIA's container toolkit where the engine runs"
    } else if said.contains("exec: ") {
        "the image has no program of this name that it can run; `cogpack run sh -c COMMAND` runs a line of a shell"
    } else if said.contains("already allocated") || said.contains("address already in use") {
        "something listens on this port already: choose another with `--port`"
    } else {
        "`cogpack doctor` shows whether the engine is well; `docker run` says the same"
    };
    Failure::refused(
        Diagnostic::error(code::MODEL_NOT_STARTED, format!("a container of `{image}` cannot be started: {said}"))
            .help(help),
    )
}

/// Whether a container was not started because there are no graphics cards to give.
pub fn lacks_gpus(failure: &Failure) -> bool {
    let found = failure.diagnostics().iter();
    found.filter(|found| found.code == code::MODEL_NOT_STARTED).any(|found| is_about_gpus(&found.message))
}

fn is_about_gpus(said: &str) -> bool {
    said.contains("could not select device driver") || said.contains("nvidia")
}

/// A container stays.
pub(super) fn not_removed(name: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(code::MODEL_NOT_REMOVED, format!("the container `{name}` could not be removed: {why}"))
        .help(format!("remove it with `docker rm -f {name}`"))
}

/// There is no such image.
pub(super) fn not_found(name: &str, why: &str) -> Failure {
    let message = format!("there is no image `{name}`: the engine has none, and cannot fetch it: {why}");
    let help = "to run a project, give its directory; `docker images` lists the images that there are, and \
                `docker login` tells the engine who you are";
    Failure::refused(Diagnostic::error(code::MODEL_NOT_FOUND, message).help(help))
}

/// The registry did not take an image.
pub(super) fn not_pushed(reference: &str, why: &str) -> Failure {
    let message = format!("`{reference}` cannot be pushed: {why}");
    let help = "`docker login` tells the engine who you are; `docker push` says the same";
    Failure::Build(vec![Diagnostic::error(code::MODEL_NOT_PUSHED, message).help(help)])
}

/// An archive or a layout that holds no image that can be loaded.
pub(super) fn layout(path: &Path, why: &str) -> Failure {
    let message = format!("`{}` holds no image that can be run: {why}", path.display());
    let help = "`cogpack build -o type=oci,dest=FILE` writes an archive that can";
    Failure::refused(Diagnostic::error(code::MODEL_LAYOUT, message).help(help))
}

/// What is named makes no predictions.
pub fn no_predictor(name: &str) -> Failure {
    let message = format!("`{name}` makes no predictions");
    let help = "name its predictor with `run: FILE.py:CLASS` in `cog.yaml`; `cogpack run CMD` runs any command in it";
    Failure::refused(Diagnostic::error(code::MODEL_NO_PREDICTOR, message).help(help))
}

/// What is named cannot be trained.
pub fn no_trainer(name: &str) -> Failure {
    let message = format!("`{name}` cannot be trained");
    let help = "name what trains it with `train: FILE.py:FUNCTION` in `cog.yaml`";
    Failure::refused(Diagnostic::error(code::MODEL_NO_PREDICTOR, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(failure: &Failure) -> (String, Vec<String>) {
        let [found] = failure.diagnostics() else { panic!("{failure:?}") };
        (found.message.clone(), found.output.clone())
    }

    #[test]
    fn errors_of_several_lines_are_told_whole() {
        let logs = "loading\n[coglet] x\nSetup failed: setup failed: ValueError: no weights:\n\tin a.bin\n[coglet] y\n";
        let setup = told(&setup_failed(logs));
        assert_eq!(
            setup,
            ("the model's `setup` failed: ValueError: no weights:".to_owned(), vec!["\tin a.bin".to_owned()])
        );
        let prediction = told(&prediction_failed("prediction", "Prediction failed: Prediction failed: E: a\nb\nc"));
        assert_eq!(prediction, ("the prediction failed: E: a".to_owned(), vec!["b".to_owned(), "c".to_owned()]));
        let training = told(&prediction_failed("training", "Training failed: E: a"));
        assert_eq!(training.0, "the training failed: E: a");
        assert_eq!(told(&setup_failed("a\nb\n")).0, "the model's `setup` failed: b");
        assert_eq!(told(&setup_failed("")).0, "the model's `setup` failed: its server does not say why");
    }

    #[test]
    fn a_process_that_is_gone_is_told_from_an_error() {
        for failure in [setup_failed("worker crashed"), prediction_failed("prediction", "Worker crashed")] {
            let help = failure.diagnostics()[0].help.clone().unwrap_or_default();
            assert!(help.contains("without memory"), "{help}");
        }
    }
}
