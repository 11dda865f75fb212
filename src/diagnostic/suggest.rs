//! A name that is not known and those that are → the one that was probably meant.

/// Names longer than this are not compared: nobody misspells them, and comparing is quadratic.
const LONGEST: usize = 64;

/// No more candidates than this are compared.
const MOST: usize = 500;

/// The candidate that differs least from `name`, if it differs in no more than a third of the letters.
pub fn closest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let allowed = name.chars().count() / 3;
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && candidate.len().abs_diff(name.len()) <= allowed * 4)
        .filter(|candidate| *candidate != name)
        .take(MOST)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `-` and `_`, upper and lower case count as the same letter.
fn distance(name: &str, candidate: &str) -> usize {
    let plain = |text: &str| text.replace('-', "_").to_lowercase();
    strsim::damerau_levenshtein(&plain(name), &plain(candidate))
}

/// `` did you mean `x`? ``
pub fn suggestion<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
    closest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// The same, or what else is to be said.
pub fn did_you_mean<'n>(
    name: &str,
    candidates: impl IntoIterator<Item = &'n str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    suggestion(name, candidates).unwrap_or_else(otherwise)
}

/// `` `a`, `b`, `c` ``; a long list is cut.
pub fn listing<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 16;
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_in_the_wrong_order_are_one_mistake() {
        assert_eq!(closest("vnev", ["venv", "python"]), Some("venv"));
    }

    #[test]
    fn a_name_that_differs_in_more_than_a_third_is_no_suggestion() {
        assert_eq!(closest("link", ["lock", "packages"]), None);
    }

    #[test]
    fn dashes_underscores_and_case_are_forgiven() {
        assert_eq!(closest("Link-Mode", ["link_mode"]), Some("link_mode"));
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<String> = (0..20).map(|n| format!("n{n}")).collect();
        assert!(listing(names.iter().map(String::as_str)).ends_with("`n15` and 4 more"));
    }
}
