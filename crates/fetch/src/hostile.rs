//! Every reader of what strangers send, and what holds whatever they send: for the fuzzer (`fuzz/`), and for the
//! tests, which mangle the samples. No part of the API.
#![allow(clippy::panic, reason = "whoever feeds these takes a panic for a finding")]

mod samples;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountKind, Address, ChainId, H256, PriceFeed, PricePlace, PricePool, Timestamp,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::client::hostile as client;
use crate::decode::frames::{Fault, from_calls, from_flat, from_traced_block};
use crate::decode::native::{Mined, withdrawals};
use crate::decode::price::{Said, price, questions};
use crate::decode::{account, legs, multicall, token};
use crate::wire::{
    Block, FlatTrace, Header, IndexedFrame, IndexedPage, Log, Receipt, ReceiptLogs,
    TracedTransaction, each_log,
};
use crate::{Endpoint, Knowledge, Session};

/// A reader: what it is called, texts that it reads, and how it is fed.
#[derive(Debug)]
pub struct Reader {
    /// The name of its target in `fuzz/`.
    pub name: &'static str,
    /// Texts as they come from real nodes.
    pub samples: fn() -> Vec<Vec<u8>>,
    /// Reads any bytes; whether they are something that it reads.
    ///
    /// # Panics
    ///
    /// If the reader contradicts itself.
    pub read: fn(&[u8]) -> bool,
}

/// All of them.
pub const READERS: [Reader; 9] = [
    Reader { name: "fetch_logs", samples: samples::logs, read: logs },
    Reader { name: "fetch_block", samples: samples::block, read: block },
    Reader { name: "fetch_frames", samples: samples::frames, read: frames },
    Reader { name: "fetch_answer", samples: samples::answer, read: client::answer },
    Reader { name: "fetch_calls", samples: samples::calls, read: calls },
    Reader { name: "fetch_price", samples: samples::price, read: price_at },
    Reader { name: "fetch_session", samples: samples::session, read: session },
    Reader { name: "fetch_knowledge", samples: samples::knowledge, read: knowledge },
    Reader { name: "fetch_endpoint", samples: samples::endpoint, read: endpoint },
];

const CHAIN: ChainId = ChainId(1);

fn text(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok()
}

/// Logs: read in one pass or by the reader of all JSON, they are the same logs.
fn logs(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let mut logs: Vec<Log> = vec![];
    let read = each_log(text, |log| logs.push(log.clone()));
    match serde_json::from_str::<Vec<Log>>(text) {
        Ok(expected) => {
            assert!(read.is_ok(), "a list of logs was refused");
            assert_eq!(logs, expected);
        }
        Err(_) => assert!(read.is_err(), "what is no list of logs was read"),
    }
    let wraps: BTreeSet<Address> = logs.iter().map(|log| log.address.0).collect();
    for log in &logs {
        let transfer = token::transfer(CHAIN, log, &wraps).ok().flatten();
        for transfer in transfer.into_iter().chain(legs::native_transfer(CHAIN, log)) {
            assert!(!transfer.amount.is_zero());
            assert!(transfer.from.is_some() || transfer.to.is_some());
            assert_eq!(transfer.position.block, log.block_number.0);
        }
    }
    let receipt = serde_json::from_str::<ReceiptLogs>(text);
    let told = receipt.map(|receipt| (receipt.is_unbroken(), receipt.explain_filter()));
    read.is_ok() || told.is_ok()
}

/// The line of a text, as what it should be.
fn line<T: DeserializeOwned>(text: &str, number: usize) -> Option<T> {
    serde_json::from_str(text.lines().nth(number)?).ok()
}

/// A block, its receipts and its frames, one a line: whatever is told of its transactions is in order.
fn block(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    if let Some(header) = line::<Header>(text, 0) {
        let _ = header.bloom().map(|bloom| (bloom.is_telling(), bloom.denies(b"item")));
    }
    let index = (line::<Vec<IndexedFrame>>(text, 0), line::<IndexedPage>(text, 0));
    let is_index = index.0.is_some() || index.1.is_some();
    let Some(block) = line::<Block>(text, 0) else { return is_index };
    let number = block.stamp().number;
    let receipts: Vec<Receipt> = line(text, 1).unwrap_or_default();
    let traces: Vec<FlatTrace> = line(text, 2).unwrap_or_default();
    let frames = from_flat(&traces).unwrap_or_default();
    for (index, transaction) in (0_u32..).zip(&block.transactions) {
        let hash = transaction.hash.0;
        let receipt = receipts.iter().find(|receipt| receipt.transaction_hash.0 == hash);
        let frames = frames.get(&hash);
        let mined = Mined { chain: CHAIN, block: number, index, transaction, receipt, frames };
        let Ok(transfers) = mined.transfers() else { continue };
        assert!(transfers.is_sorted_by(|one, next| one < next));
        for transfer in &transfers {
            assert_eq!((transfer.position.block, transfer.position.transaction), (number, index));
        }
    }
    for transfer in withdrawals(CHAIN, number, block.withdrawals.as_deref().unwrap_or_default()) {
        assert!(!transfer.amount.is_zero());
    }
    true
}

/// Frames from either family of tracers.
fn frames(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let flat = serde_json::from_str::<Vec<FlatTrace>>(text).map(|traces| from_flat(&traces));
    let traced = serde_json::from_str::<Vec<TracedTransaction>>(text).map(|traces| {
        let hashes: Vec<H256> = (0..traces.len()).map(|_| H256::zero()).collect();
        from_traced_block(&traces, &hashes)
    });
    let one = serde_json::from_str::<&RawValue>(text)
        .map(|top| Ok(BTreeMap::from([(H256::zero(), from_calls(top)?)])));
    let mut is_read = false;
    for read in [flat, traced, one].into_iter().flatten() {
        is_read |= !matches!(read, Err(Fault::Invalid(_)));
        for frames in read.unwrap_or_default().values() {
            assert!(frames.succeeded || frames.moves.is_empty(), "what failed moved something");
            assert!(frames.moves.iter().all(|moved| !moved.amount.is_zero()));
        }
    }
    is_read
}

/// What contracts return: the first byte says of how many calls.
fn calls(bytes: &[u8]) -> bool {
    let Some((count, answer)) = bytes.split_first() else { return false };
    let count = usize::from(*count);
    let outcomes = multicall::outcomes(answer, count);
    assert!(outcomes.is_none_or(|outcomes| outcomes.len() == count));
    if let Some(balances) = multicall::balances(answer, count) {
        assert_eq!(balances.len(), count);
        // The two readers of the same contract agree.
        let outcomes = multicall::outcomes(answer, count).unwrap_or_default();
        let words = outcomes.into_iter().flatten().map(account::balance);
        assert_eq!(words.flatten().collect::<Vec<_>>(), balances);
    }
    let symbol = account::symbol(answer);
    if let Some(symbol) = &symbol {
        assert!(!symbol.is_empty() && symbol.chars().count() <= 64);
        assert!(!symbol.chars().any(char::is_control));
    }
    let _ = (account::decimals(answer), account::balance(answer));
    let is_delegated = matches!(account::kind(answer), AccountKind::DelegatedWallet { .. });
    is_delegated || symbol.is_some() || multicall::outcomes(answer, count).is_some()
}

/// A feed and a pool, asked for their price: the answers one after the other, each with its length before it.
fn price_at(bytes: &[u8]) -> bool {
    let time = Timestamp(1_700_000_000);
    let mut is_priced = false;
    for place in places() {
        let mut rest = bytes;
        let said: Vec<Said<'_>> = questions(&place).iter().map(|_| next_said(&mut rest)).collect();
        let (_, outcome) = price(&place, &said, time);
        if let Ok(quote) = outcome {
            assert!(!quote.usd.is_zero() && quote.at <= time);
            is_priced = true;
        }
    }
    is_priced
}

fn next_said<'a>(rest: &mut &'a [u8]) -> Said<'a> {
    let Some((length, after)) = rest.split_first() else { return Said::NoState };
    if *length == u8::MAX {
        *rest = after;
        return Said::Refused;
    }
    // In words, as contracts answer.
    let (answer, after) = after.split_at(after.len().min(32 * usize::from(*length)));
    *rest = after;
    Said::Bytes(answer)
}

fn places() -> [PricePlace; 2] {
    let contract = Address::repeat_byte(0xfe);
    let feed = PriceFeed { contract, description: "ETH / USD".to_owned(), decimals: 8 };
    let pool = PricePool {
        contract: Address::repeat_byte(0xbb),
        token: Address::repeat_byte(1),
        decimals: 18,
        quote: Address::repeat_byte(2),
        quote_decimals: 6,
        fee: 500,
        feed: feed.clone(),
    };
    [PricePlace::Feed(feed), PricePlace::Pool(pool)]
}

/// A recording is refused, or means the same when it is written again.
fn session(bytes: &[u8]) -> bool {
    let _ = Session::read(bytes);
    let Some(Ok(session)) = text(bytes).map(Session::from_lines) else { return false };
    let Ok(written) = session.write() else {
        panic!("a recording that was read cannot be written")
    };
    assert!(Session::read(&written).is_ok_and(|again| again == session));
    !session.is_empty()
}

/// What was learned of endpoints is refused, or the same when it is written again.
fn knowledge(bytes: &[u8]) -> bool {
    let Ok(knowledge) = Knowledge::read(bytes) else { return false };
    let Ok(written) = knowledge.write() else {
        panic!("knowledge that was read cannot be written")
    };
    assert!(Knowledge::read(&written).is_ok_and(|again| again == knowledge));
    !knowledge.is_empty()
}

/// What is shown of an address says where it is, and no more.
fn endpoint(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let Ok(endpoint) = Endpoint::parse(text) else { return false };
    let shown = format!("{endpoint} {endpoint:?}");
    assert!(!shown.contains(['@', '?', '#']), "{shown}");
    let of_origin = Endpoint::parse(endpoint.origin());
    assert!(of_origin.is_ok_and(|again| again.origin() == endpoint.origin()));
    let echoed = format!("cannot GET {}", endpoint.url().path());
    let redacted = endpoint.redact(&echoed);
    assert!(endpoint.url().path().len() < 4 || redacted != echoed, "{redacted}");
    true
}
