//! Facts from PEP 440, npm's semver and Poetry's documentation as tables, and the laws that hold for all of them.

use crate::version::interval::holds;
use crate::version::{Constraint, Version};
use proptest::prelude::*;
use std::ops::Bound;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|invalid| panic!("{text}: {invalid}"))
}

fn constraint(text: &str) -> Constraint {
    Constraint::parse(text).unwrap_or_else(|invalid| panic!("{text}: {invalid}"))
}

/// Constraint, what it contains, what it does not.
const TABLE: &[(&str, &str, &str)] = &[
    // Any
    ("", "0 1.2 99!1 2.0+cu118 1.0.post1", "1.0b1 1.0.dev1"),
    ("*", "0 1.2", "1.0rc1"),
    ("x", "1.2", "1.0rc1"),
    (">=*", "1.2", "1.0rc1"),
    // Bare
    ("3.11", "3.11 3.11.0 3.11.4 3.11.4.1", "3.1 3.10 3.12 3 3.11.0rc1 3.110"),
    ("3.11.4", "3.11.4 3.11.4.2 v3.11.4", "3.11 3.11.40 3.11.5"),
    ("3", "3 3.0.1 3.14", "4 2.9"),
    ("v18", "18.2.1 v18", "19"),
    ("18", "18.2.1", "180"),
    ("=1.2", "1.2.9", "1.3"),
    ("1.2.3-beta.1", "1.2.3-beta.1 1.2.3b1", "1.2.3 1.2.3-beta.2"),
    ("2.1.0+cu118", "2.1.0+cu118", "2.1.0 2.1.0+cpu"),
    ("1.0.post1", "1.0.post1", "1.0 1.0.post2"),
    // PEP 440, version matching
    ("==3.11", "3.11 3.11.0 3.11.0.0", "3.11.1 3.11.0.1"),
    ("==2.1.0", "2.1.0 2.1.0+cu118 2.1", "2.1.0.post1 2.1.1"),
    ("==2.1.0+cu118", "2.1.0+cu118 2.1.0+CU118", "2.1.0 2.1.0+cu121"),
    ("==1.1.post1", "1.1.post1", "1.1 1.1.post2"),
    ("==1.1.*", "1.1 1.1.0 1.1.post1 1.1.9 1.1+x", "1.1a1 1.10 1 1.2"),
    ("==1.0.*", "1 1.0 1.0.5", "1.1"),
    ("==1!1.*", "1!1.5", "1.5 2!1.0"),
    ("==2.0rc1", "2.0rc1 2.0c1 2.0-rc.1", "2.0 2.0rc2"),
    // version exclusion
    ("!=1.1.post1", "1.1 1.1.post2", "1.1.post1"),
    ("!=1.1", "1.1.post1 1.0 1.1.1", "1.1 1.1.0 1.1+local 1.1a1"),
    ("!=1.1.*", "1.0 1.2", "1.1 1.1.5 1.1.post1"),
    ("!=1.1b1", "1.1 2", "1.1b1 1.1b2"),
    // compatible release
    ("~=2.2", "2.2 2.3 2.2.post3 2.99", "3.0 2.1 3.0a1"),
    ("~=1.4.5", "1.4.5 1.4.9", "1.4.4 1.5 1.5.0a1"),
    ("~=2.2.post3", "2.2.post3 2.3", "2.2 2.2.post2 3"),
    ("~=1.4.5a4", "1.4.5a4 1.4.5 1.4.9 1.4.5b1", "1.4.5a3 1.5 1.5a1"),
    ("~=2.2.0", "2.2 2.2.7", "2.3"),
    // inclusive and exclusive order
    (">=1.7", "1.7 1.7.0 1.7+local 1.7.post1 2", "1.6.9 1.7rc1 2.0a1"),
    ("<=1.7", "1.7 1.7+local 1.6", "1.7.post1 1.7.1 1.7rc1"),
    (">1.7", "1.7.1 1.8 1.7.0.1", "1.7 1.7.0.post1 1.7+local 1.7.post9"),
    (">1.7.post2", "1.7.1 1.7.0.post3 1.7.post3", "1.7.0 1.7.post2 1.7.post2+local"),
    ("<2.0", "1.9", "2.0 2.0rc1 2.0.dev1"),
    ("<2.0rc1", "1.9 2.0b1 2.0.dev1", "2.0 2.0rc1"),
    (">=2.0rc1", "2.0rc1 2.0rc2 2.0 2.1b1", "2.0b1"),
    (">2.0rc1", "2.0rc2 2.0", "2.0rc1 2.0rc1.post1"),
    (">=1.0,<2,!=1.5.*", "1.0 1.4 1.6", "1.5 1.5.1 2 0.9"),
    (">= 1.0 , < 2 ,", "1.5", "2"),
    (">=1 !=1.5", "1 1.6", "1.5"),
    // arbitrary equality
    ("===1.0", "1.0", "1 1.0.0 1.0+x"),
    ("===1.0+Cu118", "1.0+cu118", "1.0"),
    // Poetry and npm: caret
    ("^1.2.3", "1.2.3 1.9 1.2.3.post1", "1.2.2 2.0 2.0.0-alpha.1"),
    ("^1.2", "1.2 1.99.1", "1.1 2"),
    ("^1", "1 1.99", "2 0.9"),
    ("^0.2.3", "0.2.3 0.2.99", "0.3 0.2.2"),
    ("^0.0.3", "0.0.3 0.0.3.1", "0.0.4 0.0.2"),
    ("^0.0", "0.0 0.0.9", "0.1"),
    ("^0", "0 0.9", "1"),
    ("^0.0.0", "0.0.0", "0.0.1"),
    ("^1.2.x", "1.2.0 1.9", "2 1.1"),
    ("^0.0.x", "0.0.7", "0.1"),
    ("^0.x", "0.9", "1"),
    ("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3 1.9", "1.2.3-beta.1 2.0 2.0.0-beta.1"),
    // tilde
    ("~1.2.3", "1.2.3 1.2.9", "1.3 1.2.2"),
    ("~1.2", "1.2 1.2.9", "1.3"),
    ("~1", "1 1.9", "2"),
    ("~0.2.3", "0.2.3 0.2.9", "0.3"),
    ("~0", "0.9", "1"),
    ("~1.2.3-beta.2", "1.2.3-beta.4 1.2.9", "1.2.3-beta.1 1.3"),
    // wildcards
    ("1.x", "1.0 1.9.9", "2 0.9"),
    ("1.2.x", "1.2.7", "1.3"),
    ("1.*", "1.0 1.9", "2"),
    ("1.2.*", "1.2 1.2.9", "1.3"),
    ("1.x.x", "1.9.9", "2"),
    ("1.X", "1.9", "2"),
    (">=3.8.*", "3.8 3.9", "3.7"),
    (">1.x", "2.0", "1.9"),
    ("<=1.x", "1.9", "2"),
    ("<1.x", "0.9", "1.0"),
    // npm: and, or, hyphen
    (">=18 <20", "18 19.9", "17 20"),
    ("18 || 20", "18.1 20.2", "19 21"),
    ("^16.1||>=18,<20", "16.2 19", "17 20 16.0"),
    (">=1.0rc1 || >=3", "1.0rc1 3 4.0b1", "0.9"),
    (">=1 || >=3.0rc1", "1 3.0rc1", "2.0rc1 0.9"),
    ("1.2 - 2.3", "1.2 2.3.9", "1.1 2.4"),
    ("1.2.3 - 2.3.4", "1.2.3 2.3.4 2.3.4+x", "1.2.2 2.3.5"),
    ("1.2.3 - 2", "2.9.9", "3"),
    ("1.2 - 2.x", "2.9.9", "3"),
    ("1.2 - 2.3, !=2.0", "1.9 2.1", "2.0"),
    ("* - 2", "0 2.9", "3"),
];

/// Text, words of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("latest", "names no version"),
    ("lts/*", "names no version"),
    ("workspace:*", "names no version"),
    ("git+ssh://x", "names no version"),
    (">=", "missing after `>=`"),
    (">= ,1", "missing after `>=`"),
    ("=>1", "write `>=`"),
    ("=<1", "write `<=`"),
    ("~>1.2", "write `~=`"),
    ("<>1", "write `!=`"),
    ("!1", "write `!=`"),
    (">==1", "is no operator"),
    (">=1<2", "put a comma or a blank after `>=1`"),
    (">=1!=2", "put a comma or a blank after `>=1`"),
    ("~=1", "write `~=1.0` or `^1`"),
    ("~=1.2.*", "write `==1.2.*`"),
    ("===1.*", "write `==1.*`"),
    ("<*", "no version fits"),
    ("!=*", "no version fits"),
    (">=1.0+cu118", "local label"),
    ("^1.0+cu118", "local label"),
    ("1.0+a - 2", "local label"),
    ("1.*.3", "is not the last"),
    ("1.0b1.*", "wildcard"),
    ("1 | 2", "write `||`"),
    ("1 ||", "both sides"),
    ("|| 1", "both sides"),
    ("|||| ", "both sides"),
    (",", "both sides"),
    (">=1,,<2", "both sides"),
    ("1 - ", "between two versions"),
    ("1 - 2 - 3", "between two versions"),
    ("(1 || 2)", "parentheses"),
    ("==99999999999999999999", "too large"),
    ("1.2.3-canary.5", "is not a version"),
    ("==3.11é", "is not a version"),
];

#[test]
fn constraints_contain_what_their_ecosystem_says() {
    for (text, inside, outside) in TABLE {
        let constraint = constraint(text);
        for word in inside.split(' ') {
            assert!(constraint.contains(&version(word)), "`{text}` contains {word}");
        }
        for word in outside.split(' ') {
            assert!(!constraint.contains(&version(word)), "`{text}` does not contain {word}");
        }
        assert_eq!(constraint.as_str(), text.trim());
    }
}

#[test]
fn a_refused_constraint_says_why() {
    for (text, words) in REFUSED {
        let reason = Constraint::parse(text).expect_err(text).reason;
        assert!(reason.contains(words), "`{text}`: {reason}");
    }
    let long = "1".repeat(1001);
    assert!(Constraint::parse(&long).expect_err("long").reason.contains("longer"));
    assert!(Version::parse(&long).expect_err("long").reason.contains("longer"));
}

#[test]
fn versions_order_as_in_pep_440() {
    let ascending = "0.9 1.0.dev1 1.0a1.dev2 1.0a1 1.0-alpha.2 1.0b1 1.0-rc.1 1.0 1.0+abc.5 1.0+abc.7 1.0+5 \
                     1.0.post1.dev1 1.0.post1 1.0.1 1.1.dev1 1.2 1.10 v20.1.0 1!0.1";
    let versions: Vec<Version> = ascending.split_whitespace().map(version).collect();
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    assert_ne!(version("3.10"), version("3.1"));
    assert_eq!(version("v1.2"), version("1.2.0"));
    assert_eq!(version("v1.2").as_str(), "v1.2");
    assert_eq!(version(" 3.10 ").to_string(), "3.10");
    assert_eq!(version("v1.2.3-beta.1").to_pep440(), "1.2.3b1");
}

#[test]
fn a_version_has_parts() {
    let cudnn = version("8.9.2.26");
    assert_eq!(cudnn.release(), [8, 9, 2, 26]);
    assert_eq!((cudnn.major(), cudnn.minor(), cudnn.major_minor().as_str()), (8, Some(9), "8.9"));
    assert_eq!((version("20").minor(), version("20").major_minor().as_str()), (None, "20"));
    assert_eq!(version("3.10.2").major_minor(), "3.10");
    assert!(version("1.0.dev3").is_prerelease() && version("1.0rc1").is_prerelease());
    assert!(!version("1.0.post1").is_prerelease() && !version("1.0+x").is_prerelease());
}

#[test]
fn a_refused_version_says_why() {
    for (text, words) in [
        ("", "empty"),
        ("latest", "a name is no version"),
        (">=1", "no operator"),
        ("1.x", "no wildcard"),
        ("1.*", "no wildcard"),
        ("1.2.3-canary.4", "nothing else"),
        ("99999999999999999999999", "too large"),
        ("9223372036854775807", "too large"),
        ("1.0.post9223372036854775807", "too large"),
        ("1..2", "numbers with dots"),
        ("é1", "numbers with dots"),
    ] {
        let reason = Version::parse(text).expect_err(text).reason;
        assert!(reason.contains(words), "`{text}`: {reason}");
    }
    assert_eq!(version("9223372036854775806").major(), 9_223_372_036_854_775_806);
    assert!(!constraint("^9223372036854775806").contains(&version("1")));
}

#[test]
fn a_specifier_for_pip_says_the_same() {
    for (text, specifier) in [
        ("^1.2", ">=1.2,<2"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("3.11", "==3.11.*"),
        ("1.x", "==1.*"),
        ("*", ""),
        ("v1.2.3-beta.1", "==1.2.3b1"),
        ("==2.1.0+cu118", "==2.1.0+cu118"),
        (">=18 <20", ">=18,<20"),
        ("!=1.1.*", "!=1.1.*"),
        ("~=1.4, ===1.5", "~=1.4,===1.5"),
        ("1.2 - 2.3", ">=1.2,<2.4"),
        ("^1!1.2", ">=1!1.2,<1!2"),
    ] {
        assert_eq!(constraint(text).as_pep440().as_deref(), Some(specifier), "{text}");
    }
    assert_eq!(constraint("18 || 20").as_pep440(), None);
}

#[test]
fn one_version_fits_an_exact_constraint() {
    for (text, exact) in [
        ("==1.2.3", Some("1.2.3")),
        ("===1.2.3", Some("1.2.3")),
        ("==1.2.3, >=1", Some("1.2.3")),
        ("==1.2.3, ==1.2.3+cpu", Some("1.2.3+cpu")),
        ("==1.2 || ==1.2.0", Some("1.2.0")),
        ("==1.0rc1", Some("1.0rc1")),
        ("==1.2.3, >=2", None),
        ("==1 || ==2", None),
        ("1.2.3", None),
        ("==1.2.*", None),
        ("*", None),
    ] {
        assert_eq!(constraint(text).as_exact(), exact.map(version), "{text}");
    }
    let exact = Constraint::exact(&version("v1.2.3"));
    assert_eq!((exact.as_str(), exact.as_exact()), ("==v1.2.3", Some(version("1.2.3"))));
    assert_eq!(Constraint::parse("==v1.2.3"), Ok(exact));
}

#[test]
fn and_reads_well() {
    let (any, old) = (Constraint::any(), constraint(">=1.2"));
    assert!(any.is_any() && constraint("").is_any() && !old.is_any());
    assert_eq!(any.and(&old).as_str(), ">=1.2");
    assert_eq!(old.and(&any).as_str(), ">=1.2");
    assert_eq!(old.and(&old).as_str(), ">=1.2");
    assert_eq!(old.and(&constraint("<2")).as_str(), ">=1.2, <2");
    assert_eq!(constraint("18 || 20").and(&constraint("<20.5")).as_str(), "(18 || 20), <20.5");
    assert_eq!(old.and(&constraint("<2")).as_pep440().as_deref(), Some(">=1.2,<2"));
    // A prerelease that one side asks for passes both.
    assert!(old.and(&constraint("==2.0rc1")).contains(&version("2.0rc1")));
}

#[test]
fn many_alternatives_joined_often_stay_small() {
    let text = (1..150).map(|n| format!(">={n}")).collect::<Vec<_>>().join("||");
    let mut all = constraint(&text);
    for n in 0..50 {
        all = all.and(&constraint(&format!("{text}||=={n}.5")));
    }
    assert_eq!(all.to_ranges().len(), 1);
    assert_eq!(all.clauses().len(), 51);
    assert!(all.contains(&version("240")));
}

#[test]
fn ranges_print_as_they_were_written() {
    let end = |bound: Bound<Version>| match bound {
        Bound::Unbounded => "-".into(),
        Bound::Included(version) => format!("{version}!"),
        Bound::Excluded(version) => version.to_string(),
    };
    for (text, expected) in [
        ("18 || 20", "18! 19, 20! 21"),
        ("1 || 2", "1! 3"),
        (">1.0", "1.0 -"),
        ("<=1.0", "- 1.0"),
        ("!=1.5", "- 1.5, 1.5! -"),
        ("^1.2", "1.2! 2"),
        ("==1.0+x", "1.0+x! 1.0+x!"),
        ("==1, ==2", ""),
        ("*", "- -"),
    ] {
        let ranges = constraint(text).to_ranges().into_iter();
        let shown: Vec<String> = ranges.map(|(lower, upper)| format!("{} {}", end(lower), end(upper))).collect();
        assert_eq!(shown.join(", "), expected, "{text}");
    }
}

fn a_version() -> impl Strategy<Value = Version> {
    let numbers = prop::collection::vec(0u64..4, 1..4);
    let suffix = prop::sample::select(vec!["", "", "", "a1", "b2", "rc1", ".dev1", ".post1", "+cu118", "rc1.post2"]);
    (numbers, suffix).prop_map(|(numbers, suffix)| {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        version(&format!("{}{suffix}", numbers.join(".")))
    })
}

fn a_constraint() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["", "==", "!=", "<", "<=", ">", ">=", "^", "~", "~="]);
    let comparator = (operator, a_version(), any::<bool>()).prop_map(|(operator, version, wildcard)| {
        let star = if wildcard { ".*" } else { "" };
        format!("{operator}{version}{star}")
    });
    let group = prop::collection::vec(comparator, 1..4).prop_map(|group| group.join(", "));
    prop::collection::vec(group, 1..3).prop_map(|groups| groups.join(" || "))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", like in "[0-9.*xvabrc+!<>=~^|, -]{0,30}") {
        for text in [text, like] {
            let _ = Version::parse(&text);
            if let Ok(constraint) = Constraint::parse(&text) {
                let _ = (constraint.to_ranges(), constraint.as_exact(), constraint.as_pep440());
            }
        }
    }

    #[test]
    fn ranges_hold_what_the_constraint_contains(text in a_constraint(), version in a_version()) {
        let Ok(constraint) = Constraint::parse(&text) else { return Ok(()) };
        let ranges = constraint.to_ranges();
        let held = ranges.iter().any(|range| holds(range, &version));
        prop_assert!(held || !constraint.contains(&version));
        if !version.is_prerelease() {
            prop_assert_eq!(held, constraint.contains(&version));
        }
        if let Some(specifier) = constraint.as_pep440() {
            prop_assert_eq!(Constraint::parse(&specifier).unwrap().contains(&version), constraint.contains(&version));
        }
    }

    #[test]
    fn and_is_intersection(left in a_constraint(), right in a_constraint(), version in a_version()) {
        let (Ok(left), Ok(right)) = (Constraint::parse(&left), Constraint::parse(&right)) else { return Ok(()) };
        let both = left.and(&right);
        if version.is_prerelease() {
            prop_assert!(both.contains(&version) || !(left.contains(&version) && right.contains(&version)));
        } else {
            prop_assert_eq!(both.contains(&version), left.contains(&version) && right.contains(&version));
        }
        prop_assert_eq!(both.to_ranges(), right.and(&left).to_ranges());
    }
}

#[test]
fn many_versions_are_told_apart_as_one_is() {
    let versions: Vec<Version> = ["1.0", "1.1rc1", "1.1", "1.1+cpu", "1.2.post1", "2.0a1", "2.0", "2.0.1"]
        .iter()
        .map(|text| Version::parse(text).unwrap())
        .collect();
    for text in
        ["*", ">=1.1", "1.1", "==1.1", "===1.1+cpu", "==1.1+cpu", ">1.2", "<2", ">=2.0a1", "~=1.1", "1.0 || 2", "!=2.0"]
    {
        let constraint = Constraint::parse(text).unwrap();
        let each: Vec<bool> = versions.iter().map(|version| constraint.contains(version)).collect();
        assert_eq!(constraint.all_of(versions.iter()), each, "{text}");
    }
}
