//! Damaged inputs for any parser: takes texts that are right, hands out texts that nearly are.
//!
//! The same seed gives the same texts on every run. A failing case is made smaller before it is shown.

use cogpack::diagnostic::Diagnostic;
use cogpack::source::SourceMap;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// One way to damage a text. Positions are shares of its length, so that they always fit.
#[derive(Clone, Debug)]
enum Damage {
    Flip { at: f64, bit: u8 },
    Delete { at: f64, len: usize },
    Duplicate { at: f64, len: usize, to: f64 },
    Insert { at: f64, text: String },
    Splice { other: usize, from: f64, len: usize, to: f64 },
    Truncate { at: f64 },
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = || 0.0..1.0f64;
    prop_oneof![
        (at(), 0..8u8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        (at(), 1..20usize).prop_map(|(at, len)| Damage::Delete { at, len }),
        (at(), 1..60usize, at()).prop_map(|(at, len, to)| Damage::Duplicate { at, len, to }),
        (at(), "[\"'{}\\[\\]()$#<>=:,.\\\\\n\té€😀 a-z0-9]{1,4}").prop_map(|(at, text)| Damage::Insert { at, text }),
        (any::<usize>(), at(), 1..60usize, at()).prop_map(|(other, from, len, to)| Damage::Splice {
            other,
            from,
            len,
            to
        }),
        at().prop_map(|at| Damage::Truncate { at }),
    ]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
fn offset(bytes: &[u8], share: f64) -> usize {
    ((bytes.len() as f64) * share) as usize
}

fn piece(bytes: &[u8], share: f64, len: usize) -> Vec<u8> {
    let at = offset(bytes, share);
    bytes[at..(at + len).min(bytes.len())].to_vec()
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage, corpus: &[String]) {
    let insert = |bytes: &mut Vec<u8>, share: f64, piece: Vec<u8>| {
        let at = offset(bytes, share);
        bytes.splice(at..at, piece);
    };
    match damage {
        Damage::Flip { at, bit } => {
            let at = offset(bytes, *at);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        Damage::Delete { at, len } => {
            let at = offset(bytes, *at);
            bytes.drain(at..(at + len).min(bytes.len()));
        }
        Damage::Duplicate { at, len, to } => {
            let piece = piece(bytes, *at, *len);
            insert(bytes, *to, piece);
        }
        Damage::Insert { at, text } => insert(bytes, *at, text.clone().into_bytes()),
        Damage::Splice { other, from, len, to } => {
            let piece = piece(corpus[other % corpus.len()].as_bytes(), *from, *len);
            insert(bytes, *to, piece);
        }
        Damage::Truncate { at } => bytes.truncate(offset(bytes, *at)),
    }
}

/// Calls `check` with `count` damaged texts, always the same ones.
pub fn for_damaged(corpus: &[String], count: u32, check: impl Fn(&str)) {
    let config = Config { cases: count, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strategy = (0..corpus.len(), proptest::collection::vec(damage(), 1..4));
    let result = runner.run(&strategy, |(index, damages)| {
        let mut bytes = corpus[index].clone().into_bytes();
        for damage in &damages {
            apply(&mut bytes, damage, corpus);
        }
        check(&String::from_utf8_lossy(&bytes));
        Ok(())
    });
    let failure = result.err().map(|error| error.to_string());
    assert!(failure.is_none(), "{}", failure.unwrap_or_default());
}

/// Every place of every diagnostic lies in its text, on character boundaries, and every message says something.
pub fn assert_places(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    for found in diagnostics {
        assert!(!found.message.is_empty());
        for label in found.primary.iter().chain(&found.related) {
            let text = &sources.file(label.span.file).text;
            let range = label.span.range();
            assert!(
                text.get(range.clone()).is_some(),
                "{:?} {} at {range:?} of {}",
                found.code,
                found.message,
                text.len()
            );
        }
    }
}
