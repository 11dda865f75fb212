//! The NVIDIA driver of the machines that the image runs on, where somebody says it: is it new enough for the CUDA that was
//! chosen?

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::resolve::{Dependency, Inputs, error};
use crate::version::Version;

/// The column with the smallest driver that runs a release.
const SMALLEST: &str = "driver";

/// The column with the driver that came with a release.
const OWN: &str = "toolkit_driver";

/// Compares the driver with what each dependency needs.
pub fn check(inputs: &Inputs<'_>, dependencies: &IndexMap<String, Dependency>, sink: &mut Sink) {
    let setting = inputs.project.settings.world.driver.as_ref();
    let (driver, span) = match (&inputs.choices.driver, setting) {
        (Some(driver), _) => (driver, None),
        (None, Some(setting)) => (&setting.value, Some(setting.span)),
        (None, None) => return,
    };
    for (name, dependency) in dependencies {
        let column = |column: &str| Version::parse(dependency.columns.get(column)?).ok();
        let version = dependency.newer.as_ref().or(dependency.version.as_ref());
        let (Some(version), Some(smallest)) = (version, column(SMALLEST)) else { continue };
        let asked = dependency.requirements.iter().find(|asked| !asked.constraint.is_any()).map(|asked| asked.span);
        if *driver < smallest {
            let runs = inputs.library.catalogs.get(name).and_then(|catalog| {
                let needs = |release: &crate::resolve::catalog::Release| {
                    Version::parse(release.details().columns.get(SMALLEST)?).ok()
                };
                catalog.releases.iter().find(|release| needs(release).is_some_and(|needs| needs <= *driver))
            });
            let newest = runs.map(|release| release.written().to_owned());
            sink.push(error::old_driver(name, version, &smallest, driver, newest, (span, asked)));
        } else if let Some(own) = column(OWN).filter(|own| driver < own) {
            sink.push(error::older_driver(name, version, &own, driver, (span, asked)));
        }
    }
}
