//! The examples in `docs/diagnostics/` about plans: the first gives the code, the second nothing.

use cogpack::diagnostic::code::ALL;

use crate::{errors, load};

/// The texts of a page's JSON fences.
pub fn fences(page: &str) -> Vec<&str> {
    page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_first_example_gives_the_code_and_the_second_is_right() {
    let ours = ALL.iter().filter(|code| code.name.starts_with("cogpack::plan::") && code.alias < "E0850");
    let mut seen = 0;
    for code in ours {
        let fences = fences(code.page);
        assert_eq!(fences.len(), 2, "{}", code.alias);
        let (_, found) = load(fences[0]);
        assert!(found.iter().any(|found| found.code == *code), "{}: {found:?}", code.alias);
        let (plan, found) = load(fences[1]);
        assert!(plan.is_some() && found.is_empty(), "{}: {:?} {found:?}", code.alias, errors(&found));
        seen += 1;
    }
    assert!(seen > 30);
}
