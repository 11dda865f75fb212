//! Plans with random damage, and very large ones.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::{entries, folder, load, text};

/// A small generator of numbers, the same in each run.
pub struct Dice(pub u64);

impl Dice {
    /// A number from 0 to below the bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }
}

const PIECES: [&str; 24] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e9",
    "\u{0}",
    "ü",
    "\\u0000",
    "\"auto\": true",
    "\"op\": \"rm\"",
    "..",
    "/",
    "=",
    "99999999999999999999",
    "\"\"",
    "//",
    "\"stage\": \"base\"",
    "💥",
];

fn damage(text: &str, dice: &mut Dice) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(3) {
        let boundary = |text: &str, mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = boundary(&text, dice.below(text.len() + 1));
        let end = boundary(&text, (start + dice.below(12)).min(text.len())).max(start);
        match dice.below(3) {
            0 => text.replace_range(start..end, ""),
            1 => text.insert_str(start, PIECES[dice.below(PIECES.len())]),
            _ => text.replace_range(start..end, PIECES[dice.below(PIECES.len())]),
        }
    }
    text
}

/// Swaps whole values, so that the JSON stays JSON and the reader has to deal with it.
fn transplant(text: &str, dice: &mut Dice) -> String {
    const VALUES: [&str; 10] =
        ["null", "[]", "{}", "\"\"", "\"x\"", "7", "-3.5", "true", "[null, {}]", "{\"stage\": \"last\", \"x\": [1]}"];
    let colons: Vec<usize> = text.match_indices("\": ").map(|(at, _)| at + 3).collect();
    let at = colons[dice.below(colons.len())];
    let rest = &text[at..];
    let len = match rest.as_bytes()[0] {
        b'"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
        b'{' => rest.find('}').map_or(rest.len(), |end| end + 1),
        b'[' => rest.find(']').map_or(rest.len(), |end| end + 1),
        _ => rest.find([',', '}', '\n']).unwrap_or(rest.len()),
    };
    format!("{}{}{}", &text[..at], VALUES[dice.below(VALUES.len())], &rest[len..])
}

#[test]
fn no_damage_makes_the_reader_panic_or_point_outside_of_the_text() {
    let plans: Vec<String> = entries(&folder("plans/cases")).iter().map(|case| text(&case.join("plan.json"))).collect();
    let mut dice = Dice(0x5eed_1234_abcd_0001);
    let (mut refused, mut accepted) = (0, 0);
    for round in 0..3000 {
        let plan = &plans[dice.below(plans.len())];
        let broken = if round % 2 == 0 { damage(plan, &mut dice) } else { transplant(plan, &mut dice) };
        match load(&broken) {
            (Some(_), _) => accepted += 1,
            (None, found) => {
                assert!(!found.is_empty(), "refused without a word: {broken}");
                refused += 1;
            }
        }
    }
    assert!(refused > 1000 && accepted > 50, "{refused} refused, {accepted} accepted");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{{\"platform\": {}", "[".repeat(200_000));
    let (plan, found) = load(&deep);
    assert!(plan.is_none() && found.len() == 1, "{found:?}");
}

#[test]
fn twenty_thousand_stages_are_read_and_ordered_quickly() {
    let count = 20_000;
    let mut stages = String::new();
    for index in (0..count).rev() {
        let source =
            if index == 0 { "\"image\": \"debian:12\"".to_owned() } else { format!("\"stage\": \"s{}\"", index - 1) };
        write!(
            stages,
            "{{\"id\": \"s{index}\", \"source\": {{{source}}}, \"operations\": [{{\"command\": \"true\"}}]}},"
        )
        .unwrap();
    }
    write!(stages, "{{\"id\": \"last\", \"source\": {{\"stage\": \"s{}\"}}}}", count - 1).unwrap();
    let plan = format!("{{\"platform\": {{\"os\": \"linux\", \"arch\": \"amd64\"}}, \"stages\": [{stages}]}}");
    let begin = Instant::now();
    let (plan, found) = load(&plan);
    let took = begin.elapsed();
    let plan = plan.unwrap_or_else(|| panic!("{found:?}"));
    assert_eq!(plan.stages[0].id, "s0");
    assert_eq!(plan.stages[count].id, "last");
    assert!(found.is_empty(), "{found:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn many_errors_are_found_quickly() {
    let stages: Vec<String> = (0..16_000)
        .map(|index| {
            format!(
                "{{\"id\": \"s{index}\", \"source\": {{\"stage\": \"t{index}\"}}, \"env\": [\"NO\"], \"dir\": \"x\"}}"
            )
        })
        .collect();
    let plan =
        format!("{{\"platform\": {{\"os\": \"linux\", \"arch\": \"amd64\"}}, \"stages\": [{}]}}", stages.join(","));
    let begin = Instant::now();
    let (_, found) = load(&plan);
    assert_eq!(found.len(), 48_000);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn a_circle_of_many_stages_is_one_finding() {
    let stages: Vec<String> = (0..20_000)
        .map(|index| format!("{{\"id\": \"s{index}\", \"source\": {{\"stage\": \"s{}\"}}}}", (index + 1) % 20_000))
        .collect();
    let plan =
        format!("{{\"platform\": {{\"os\": \"linux\", \"arch\": \"amd64\"}}, \"stages\": [{}]}}", stages.join(","));
    let (_, found) = load(&plan);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.starts_with("20000 stages read each other in a circle: `s0` → `s1`"), "{found:?}");
}
