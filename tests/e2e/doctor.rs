//! What `cogpack doctor` says of the engines that there are.

use crate::cogpack::command;
use crate::engine;

#[test]
fn a_name_that_leads_nowhere_is_named_where_there_are_other_engines() {
    let Some(engine) = engine::docker_26() else { return };
    let doctor = command(&engine).arg("doctor").env("BUILDKIT_HOST", "unix:///nowhere.sock").output().unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout);
    assert_eq!(doctor.status.code(), Some(4), "{said}");
    assert!(said.contains("Builds would go to what BUILDKIT_HOST names, which cannot be used"), "{said}");
}
