use std::collections::BTreeMap;

use fundtrail_model::{How, Proof, Window};
use proptest::prelude::*;

use super::{Grade, Span, overlay};

fn span(first: u64, last: u64, how: How, proof: Proof) -> Span {
    Span { window: Window::new(first, last).unwrap(), grade: Grade::of(how, proof) }
}

/// `first-last grade` per span, in order. A grade is the first letter of the proof (`u`, `i`, `r`, `e`), then
/// of the way (`a` state alone, `o` blocks only, `l` logs, `s` state, `x` index, `f` frames).
fn notation(spans: &[Span]) -> String {
    let grade = |grade: Grade| {
        let proof = match grade.proof() {
            Proof::Unreconciled => 'u',
            Proof::Indicative => 'i',
            Proof::Reconciled => 'r',
            Proof::Exact => 'e',
        };
        let how = match grade.how() {
            How::BlocksOnly => 'o',
            How::Logs => 'l',
            How::StateAndBlocks => 's',
            How::IndexAndBlocks => 'x',
            How::BlocksAndFrames => 'f',
            How::StateAlone => 'a',
        };
        format!("{proof}{how}")
    };
    let texts = spans.iter().map(|span| {
        format!("{}-{} {}", span.window.first(), span.window.last(), grade(span.grade))
    });
    texts.collect::<Vec<_>>().join(", ")
}

fn read(text: &str) -> Vec<Span> {
    let one = |text: &str| {
        let (blocks, grade) = text.split_once(' ').unwrap();
        let (first, last) = blocks.split_once('-').unwrap();
        let proof = match &grade[..1] {
            "u" => Proof::Unreconciled,
            "i" => Proof::Indicative,
            "e" => Proof::Exact,
            _ => Proof::Reconciled,
        };
        let how = match &grade[1..] {
            "o" => How::BlocksOnly,
            "l" => How::Logs,
            "s" => How::StateAndBlocks,
            "x" => How::IndexAndBlocks,
            "a" => How::StateAlone,
            _ => How::BlocksAndFrames,
        };
        span(first.parse().unwrap(), last.parse().unwrap(), how, proof)
    };
    text.split(", ").filter(|text| !text.is_empty()).map(one).collect()
}

#[test]
fn the_better_grade_wins_block_by_block() {
    let check = |below: &str, new: &str, expected: &str| {
        assert_eq!(notation(&overlay(&read(below), read(new)[0])), expected, "{below} + {new}");
    };
    check("", "1-9 rl", "1-9 rl");
    check("1-4 rl", "5-9 rl", "1-9 rl");
    check("5-9 rl", "1-4 rl", "1-9 rl");
    check("1-4 rl", "6-9 rl", "1-4 rl, 6-9 rl");
    check("1-4 rl", "5-9 il", "1-4 rl, 5-9 il");
    check("1-9 ul", "4-6 rl", "1-3 ul, 4-6 rl, 7-9 ul");
    check("1-9 rl", "4-6 ul", "1-9 rl");
    check("4-6 rl", "1-9 ul", "1-3 ul, 4-6 rl, 7-9 ul");
    check("1-3 rl, 7-9 rl", "2-8 rl", "1-9 rl");
    check("1-3 rl, 7-9 ul", "2-8 il", "1-3 rl, 4-8 il, 9-9 ul");
    check("1-9 ro", "4-6 rf", "1-3 ro, 4-6 rf, 7-9 ro");
    check("1-9 ro", "4-6 if", "1-9 ro");
    check("1-9 rs", "4-6 rf", "1-3 rs, 4-6 rf, 7-9 rs");
    check("1-9 ro", "4-6 rs", "1-3 ro, 4-6 rs, 7-9 ro");
    check("1-9 rs", "4-6 rx", "1-3 rs, 4-6 rx, 7-9 rs");
    check("1-9 rf", "4-6 rx", "1-9 rf");
    check("1-9 rf", "4-6 es", "1-3 rf, 4-6 es, 7-9 rf");
    check("3-5 ul", "20-30 rl", "3-5 ul, 20-30 rl");
    check("20-30 rl", "3-5 ul", "3-5 ul, 20-30 rl");
}

#[test]
fn the_last_block_of_all_does_not_wrap() {
    let whole = span(0, u64::MAX, How::Logs, Proof::Indicative);
    let end = span(u64::MAX, u64::MAX, How::Logs, Proof::Reconciled);
    let expected = [span(0, u64::MAX - 1, How::Logs, Proof::Indicative), end];
    assert_eq!(overlay(&[whole], end), expected);
    assert_eq!(overlay(&[end], whole), expected);
}

fn any_span() -> impl Strategy<Value = Span> {
    (0_u64..40, 0_u64..12, 0..How::ALL.len(), 0..Proof::ALL.len()).prop_map(
        |(first, more, how, proof)| span(first, first + more, How::ALL[how], Proof::ALL[proof]),
    )
}

proptest! {
    #[test]
    fn overlaying_is_a_maximum_per_block(spans in prop::collection::vec(any_span(), 0..14)) {
        let mut model: BTreeMap<u64, Grade> = BTreeMap::new();
        let mut merged: Vec<Span> = Vec::new();
        for new in &spans {
            merged = overlay(&merged, *new);
            for block in new.window.first()..=new.window.last() {
                let best = model.entry(block).or_insert(new.grade);
                *best = new.grade.max(*best);
            }
        }
        let mut blocks = BTreeMap::new();
        for span in &merged {
            for block in span.window.first()..=span.window.last() {
                prop_assert!(blocks.insert(block, span.grade).is_none(), "block {} twice", block);
            }
        }
        prop_assert_eq!(blocks, model);
        for pair in merged.windows(2) {
            prop_assert!(pair[0].window.last() < pair[1].window.first());
            let is_joinable = pair[0].window.join(pair[1].window).is_some();
            prop_assert!(!is_joinable || pair[0].grade != pair[1].grade);
        }
    }
}
