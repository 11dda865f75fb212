//! Many blocks compile in about linear time.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use cogpack::compile::{self, Options};
use cogpack::diagnostic::Sink;
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;

/// Blocks with ten stages each: every block needs what the one before it provides and waits for another, every stage
/// reads, layers, loops; one in ten is left out.
fn project(blocks: usize) -> Vec<(String, String)> {
    let mut files = vec![("blocks/stack.block".to_owned(), "stack many { blocks [] }\n".to_owned())];
    for index in 0..blocks {
        let mut text = format!("block b{index} {{\n  provides c{index} = \"/opt/{index}\"\n");
        if index > 0 {
            writeln!(text, "  needs c{}\n  after b{}", index - 1, index / 2).unwrap();
        }
        writeln!(text, "  param weight: int = {index}\n  let names = [\"a\", \"b\", \"c\"]").unwrap();
        writeln!(text, "  depends {{ python = \">=3.{}\" }}\n  phase build.app-build {{", index % 10).unwrap();
        for stage in 0..8 {
            writeln!(text, "    stage s{stage} {{\n      writes \"/opt/{index}\"").unwrap();
            if stage == 3 {
                writeln!(text, "      when exists(\"never\") {{\n        run \"true\"\n      }}\n    }}").unwrap();
                continue;
            }
            writeln!(text, "      for name in names {{\n        run \"echo ${{name}} ${{weight}}\"\n      }}\n    }}")
                .unwrap();
        }
        let needed = if index > 0 { format!("env WHERE = c{}\n      ", index - 1) } else { String::new() };
        writeln!(text, "  }}\n  phase export.app {{\n    stage layers {{").unwrap();
        writeln!(text, "      {needed}layer from stage s3\n      layer from stage s7\n    }}").unwrap();
        writeln!(text, "    stage files {{\n      copy \"/opt\" from phase build.app-build to \"/opt\"\n    }}\n  }}")
            .unwrap();
        writeln!(text, "  export {{\n    label \"of.{index}\" = \"x\"\n  }}\n}}").unwrap();
        files.push((format!("blocks/b{index}.block"), text));
    }
    files
}

fn compile(blocks: usize) -> Duration {
    let files = project(blocks);
    let tree: MemoryTree = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut sink = Sink::new();
    let start = Instant::now();
    let compiled = compile::compile(Box::new(tree), &Options::default(), &SourceMap::new(), &mut sink);
    let taken = start.elapsed();
    let compiled = compiled.unwrap_or_else(|| panic!("{:?}", &sink.diagnostics()[..1]));
    assert_eq!(compiled.plan.stages.len(), 2 + 9 * blocks);
    taken
}

#[test]
fn four_times_the_blocks_take_no_more_than_ten_times_as_long() {
    let (few, many) = (compile(50), compile(200));
    assert!(many < few * 10, "50 blocks: {few:?}, 200 blocks: {many:?}");
}
