//! `cogpack build`

mod args;
mod attestation;
mod cache;
mod context;
mod destination;
mod environment;
mod fields;
mod name;
mod output;
mod progress;
mod run;
mod secret;
mod ssh;
mod steps;

use std::path::PathBuf;

use crate::build::engine;
use crate::build::request::Request;
use crate::cli::build::context::Folders;
use crate::cli::exit::Problem;
use crate::cli::{files, project};
use crate::diagnostic::suggest;

pub use environment::Environment;

pub use args::{BuildArgs, Network, Progress};
pub use name::normalized;
pub use progress::view;
pub use run::{CANCELLING, Prepared, Ready, exit, prepare, run, until_interrupted};

/// The privileges that steps can be given.
const PRIVILEGES: &[&str] = &[steps::HOST, "security.insecure"];

/// What the command line and the environment say of a build.
pub struct Given {
    /// The request. Its targets and contexts are empty: they need the plan.
    pub request: Request,
    /// Where to build.
    pub choice: engine::Choice,
    /// What the image runs on: operating systems and architectures; one target each. With `plan`, what the plan says.
    pub platforms: Vec<(String, String)>,
    /// The plan that is built instead of a project.
    pub plan: Option<PathBuf>,
    /// The folders of the plan's contexts.
    pub folders: Folders,
    /// The network of steps that have one.
    pub network: Network,
    /// The text of the certificates that steps trust besides.
    pub ca: Option<String>,
    /// How progress is shown.
    pub progress: Progress,
    /// Where the image's id is written.
    pub iidfile: Option<PathBuf>,
    /// Where is written what was built.
    pub metadata_file: Option<PathBuf>,
}

/// Reads the command line. Nothing is started and nothing is written.
pub fn given(args: &BuildArgs, environment: &Environment, stdout_is_terminal: bool) -> Result<Given, Problem> {
    if args.plan.is_none()
        && let Some(first) = args.context.first()
    {
        return Err(Problem::usage(format!("`--context {first}` is for a plan, and none is given"))
            .help("add `--plan FILE`; the context of a project is its folder"));
    }
    let asked = output::Asked {
        specs: &args.output,
        tags: &args.tag,
        push: args.push,
        needs_image: args.iidfile.is_some(),
        stdout_is_terminal,
    };
    let request = Request {
        outputs: output::outputs(asked)?,
        secrets: secret::secrets(&args.secret, environment)?,
        ssh: ssh::agents(&args.ssh, environment)?,
        cache_from: cache::caches(cache::Way::From, &args.cache_from, environment)?,
        cache_to: cache::caches(cache::Way::To, &args.cache_to, environment)?,
        no_cache: args.no_cache,
        pull: args.pull,
        epoch: epoch(environment)?,
        attestations: attestation::attestations(args.provenance.as_deref(), args.sbom.as_deref())?,
        entitlements: entitlements(args)?,
        docker_config: docker_config(environment),
        ..Request::default()
    };
    refuse_same_file(args, &request)?;
    Ok(Given {
        request,
        choice: engine::Choice { engine: args.engine.clone(), environment: environment.of_engines() },
        platforms: project::platforms(&args.project)?,
        plan: args.plan.clone(),
        folders: context::folders(&args.context)?,
        network: args.network,
        ca: args.ca.as_deref().map(certificates).transpose()?,
        progress: progress(args, environment)?,
        iidfile: args.iidfile.clone(),
        metadata_file: args.metadata_file.clone(),
    })
}

/// The folder with Docker's config, which has the credentials of registries.
pub fn docker_config(environment: &Environment) -> Option<PathBuf> {
    let own = environment.text("DOCKER_CONFIG").map(PathBuf::from);
    own.or_else(|| Some(PathBuf::from(environment.text("HOME")?).join(".docker")))
}

/// `SOURCE_DATE_EPOCH`: seconds since 1970.
fn epoch(environment: &Environment) -> Result<Option<i64>, Problem> {
    let Some(text) = environment.text("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).map(Some).ok_or_else(|| {
        Problem::usage(format!("`SOURCE_DATE_EPOCH={text}` is no time"))
            .help("give the seconds since 1970 in digits, as `git log -1 --format=%ct` prints them")
    })
}

/// The privileges that are allowed. The network of the host is one that `--network host` asks for.
fn entitlements(args: &BuildArgs) -> Result<Vec<String>, Problem> {
    let mut allowed: Vec<String> = Vec::new();
    let implied = (args.network == Network::Host).then_some(steps::HOST);
    for privilege in args.allow.iter().flat_map(|list| list.split(',')).chain(implied) {
        if !PRIVILEGES.contains(&privilege) {
            let names = PRIVILEGES.iter().copied();
            let help = suggest::did_you_mean(privilege, names.clone(), || format!("it is {}", suggest::listing(names)));
            return Err(Problem::usage(format!("`{privilege}` is no privilege of steps")).help(help));
        }
        if !allowed.iter().any(|known| known == privilege) {
            allowed.push(privilege.to_owned());
        }
    }
    Ok(allowed)
}

fn progress(args: &BuildArgs, environment: &Environment) -> Result<Progress, Problem> {
    let Some(text) = environment.text("BUILDKIT_PROGRESS").filter(|_| args.progress.is_none()) else {
        return Ok(args.progress.unwrap_or_default());
    };
    <Progress as clap::ValueEnum>::from_str(text, true).map_err(|_| {
        Problem::usage(format!("`BUILDKIT_PROGRESS={text}` is no way to show progress"))
            .help("it is `auto`, `plain`, `tty`, `rawjson` or `quiet`")
    })
}

fn certificates(path: &std::path::Path) -> Result<String, Problem> {
    let text = files::read(path)?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Problem::usage(format!("`{}` holds no certificate", path.display()))
            .help("`--ca` takes a file in PEM form, which begins with `-----BEGIN CERTIFICATE-----`"));
    }
    Ok(text)
}

/// The files that say what was built are there to be written, and are no output.
fn refuse_same_file(args: &BuildArgs, request: &Request) -> Result<(), Problem> {
    let files = [("--iidfile", &args.iidfile), ("--metadata-file", &args.metadata_file)];
    let outputs = request.outputs.iter().filter_map(|output| output.destination.as_deref());
    let mut taken: Vec<PathBuf> = outputs.map(destination::absolute).collect();
    for (option, path) in files.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?))) {
        destination::file(option, path)?;
        let place = destination::absolute(path);
        if taken.contains(&place) {
            return Err(Problem::usage(format!("`{option} {}`: something else is written there", path.display()))
                .help("give each a file of its own"));
        }
        taken.push(place);
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests;
