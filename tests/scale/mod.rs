//! A project as large as one asks, for the test of scale and for the benches; `benches/process.py` makes the same.

/// One part of the project, with ten stages: a number goes in the place of each `0000`.
const TEMPLATE: &str = include_str!("part.block");

/// The files of a project with `parts` blocks, ten times as many stages, and one stack that ships.
pub fn project(parts: usize) -> Vec<(String, String)> {
    let blocks = (1..=parts).map(|number| (format!("blocks/part-{number:04}.block"), part(number)));
    std::iter::once(("main.py".to_owned(), String::new())).chain(blocks).collect()
}

/// Each part needs the one of half its number; the first needs none.
fn part(number: usize) -> String {
    let lines: Vec<&str> = TEMPLATE.lines().filter(|line| number > 1 || !line.contains("9999")).collect();
    let text = lines.join("\n").replace("0000", &format!("{number:04}"));
    text.replace("9999", &format!("{:04}", number / 2)) + "\n"
}
