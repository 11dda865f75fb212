//! The pages `docs/diagnostics/E052x.md` to `E0599.md` → their examples do what the pages say.
//!
//! "In `FILE`:" before a fence names the file that the fence shows.

use cogpack::diagnostic::{Diagnostic, Sink, code as codes};
use cogpack::project::Project;
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;

/// The files that a part of a page shows.
fn files(part: &str) -> Vec<(String, String)> {
    let file = |fence: &str| {
        let (name, rest) = fence.split_once("`:\n\n```")?;
        let (_, rest) = rest.split_once('\n')?;
        let (text, _) = rest.split_once("\n```")?;
        Some((name.to_owned(), format!("{text}\n")))
    };
    let fences: Vec<&str> = part.split("\nIn `").skip(1).collect();
    let files: Vec<_> = fences.iter().filter_map(|fence| file(fence)).collect();
    assert_eq!(files.len(), fences.len(), "a fence follows the name of a file: {part}");
    files
}

fn read(files: &[(String, String)]) -> Vec<Diagnostic> {
    let tree: MemoryTree = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut sink = Sink::new();
    Project::read(Box::new(tree), &SourceMap::new(), &mut sink);
    sink.into_diagnostics()
}

#[test]
fn each_page_shows_its_mistake_and_a_way_out() {
    let pages: Vec<_> = codes::ALL.iter().filter(|code| ("E0520".."E0600").contains(&code.alias)).collect();
    assert!(pages.len() > 30);
    for code in pages {
        let (head, rest) = code.page.split_once("\n## Example\n").expect(code.alias);
        let (example, fix) = rest.split_once("\n## What to do\n").expect(code.alias);
        assert!(head.starts_with(&format!("# {}: ", code.alias)), "{}", code.alias);
        let (mut bad, good) = (files(example), files(fix));
        if *code == codes::INCLUDE_DEPTH {
            // The page says "and so on".
            bad.extend((2..18).map(|number| (format!("{number}.txt"), format!("-r {}.txt\n", number + 1))));
        }
        assert!(!bad.is_empty() && !good.is_empty(), "{}", code.alias);
        let found = read(&bad);
        assert!(found.iter().any(|found| found.code == *code), "{}: {found:?}", code.alias);
        let left = read(&good);
        let allowed = |found: &&Diagnostic| found.code.alias == "E0547" && code.alias != "E0547";
        assert!(left.iter().all(|found| allowed(&found)), "{}: {left:?}", code.alias);
    }
}
