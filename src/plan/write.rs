//! [`Plan`] → Plan JSON.

use super::model::Plan;

/// The plan as JSON: keys in the order of the types, two spaces a level, a newline at the end. Same plan, same bytes.
pub fn to_json(plan: &Plan) -> String {
    // Every key of a plan is a string and nothing in it fails to be written, so there is always a text.
    let mut text = serde_json::to_string_pretty(plan).unwrap_or_default();
    text.push('\n');
    text
}
