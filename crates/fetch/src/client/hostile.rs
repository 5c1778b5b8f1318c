//! Answers and refusals of any kind: see [`crate::hostile`].

use super::answer::{Outcome, Reply, check_both, hidden_error, read};
use super::{Kind, Refusal};
use crate::Endpoint;

/// What the questions were called.
const IDS: [u64; 2] = [7, 8];
/// What stands for a list that is too long to be read twice.
const LONG_LIST: (char, usize) = ('~', 20_000);

/// Reads the answer to one question and to two. Every `~` in it is a long list.
pub(crate) fn answer(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let (sign, length) = LONG_LIST;
    let lists = text.chars().filter(|c| *c == sign).take(4).count();
    let list = || format!("[{}0]", "170,".repeat(length));
    let body = if lists == 0 { text.to_owned() } else { text.replacen(sign, &list(), lists) };
    let mut is_read = false;
    for ids in [&IDS[..1], &IDS] {
        check_both(&body, ids);
        let reply = read(&body, ids);
        is_read |= reply.is_ok();
        match reply {
            Ok(Reply::Outcomes(outcomes)) => {
                assert_eq!(outcomes.len(), ids.len());
                outcomes.iter().for_each(look_at);
            }
            Ok(Reply::RefusedBatch(error)) => refusal(&Refusal::read(error, None)),
            Err(_) => {}
        }
    }
    is_read
}

fn look_at(outcome: &Outcome<'_>) {
    let endpoint = Endpoint::parse("https://node.example/v3/SECRETKEY").ok();
    let error = match outcome {
        Outcome::Result(text) => hidden_error(text),
        Outcome::Error(error) => Some(*error),
    };
    if let Some(error) = error {
        let read = Refusal::read(error, endpoint.as_ref());
        assert!(!read.message.contains("SECRETKEY"));
        refusal(&read);
    }
}

fn refusal(refusal: &Refusal) {
    let window = fundtrail_model::Window::new(100, 199);
    let hints = refusal.hints();
    if let Some((window, blocks)) = window.and_then(|of| Some((of, hints.blocks_of(of)?))) {
        assert!((1..window.block_count()).contains(&blocks));
    }
    assert_eq!(refusal.kind() == Kind::Reverted, refusal.meaning() == super::Meaning::Reverted);
}
