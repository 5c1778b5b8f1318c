//! A write is there entirely or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use fundtrail_model::{
    Amount, Asset, BlockStamp, Cause, ChainId, Coverage, FetchedWindow, H256, Position, Step,
    Timestamp, Transfer, Window,
};

use super::world::{CHAINS, address, block, full_window};
use crate::intern::{Ids, Interner};
use crate::{Case, Error, PlannedWindow, window};

/// Refused, and nothing of it is left.
#[track_caller]
fn check_refused(window: &FetchedWindow) -> Error {
    let mut case = Case::in_memory().unwrap();
    case.write_window(&full_window()).unwrap();
    if i64::try_from(window.window.last()).is_ok() {
        let (chain, addresses, window) = (window.chain, window.addresses.clone(), window.window);
        case.plan(
            &[PlannedWindow { chain, addresses, window, balances_of: vec![], settle_to: None }],
            &[],
        )
        .unwrap();
    }
    let before = (case.digest().unwrap(), case.counts().unwrap());
    let error = case.write_window(window).unwrap_err();
    assert_eq!((case.digest().unwrap(), case.counts().unwrap()), before);
    error
}

#[test]
fn another_hash_of_a_stored_block_is_a_fork() {
    let check = |blocks: Vec<BlockStamp>, at: u64| {
        // New transfers come along, to see that they do not stay.
        let mut new = full_window();
        new.transfers[0].position.transaction = 9;
        let error = check_refused(&FetchedWindow { blocks, ..new });
        match error {
            Error::Fork { chain, block, stored, new, .. } => {
                assert_eq!((chain, block), (CHAINS[0], at));
                assert_ne!(stored, new);
            }
            other => panic!("{other}"),
        }
    };
    let other = H256::repeat_byte(0xee);
    let stamp = |number| block(CHAINS[0], number);
    check(vec![BlockStamp { hash: other, ..stamp(11) }], 11);
    check(vec![stamp(10), BlockStamp { hash: other, ..stamp(12) }], 12);
    // The child of a stored block has another parent, the parent of a stored block another hash.
    check(vec![BlockStamp { parent: other, ..stamp(13) }], 12);
    check(vec![BlockStamp { hash: other, ..stamp(9) }], 9);
    // In the window itself.
    check(vec![stamp(20), BlockStamp { parent: other, ..stamp(21) }], 20);
}

#[test]
fn what_cannot_change_is_refused() {
    let check = |change: fn(&mut FetchedWindow), expected: &str| {
        let mut new = full_window();
        change(&mut new);
        let error = check_refused(&new);
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("the new data contradict `:memory:`: {expected}"));
    };
    check(
        |new| new.transfers[0].amount = Amount::from(2),
        "the token transfer of token 0x9A9A9A9a9A9A9A9a9A9a9a9A9A9a9A9a9A9A9a9a on chain 1 at 11/3/log4 is 1500000 base units in the case and 2 in the new data",
    );
    check(
        |new| new.balances[1].amount = Amount::from(2),
        "the balance of 0xfefeFEFeFEFEFEFEFeFefefefefeFEfEfefefEfe in token 0x9A9A9A9a9A9A9A9a9A9a9a9A9A9a9A9a9A9A9a9a on chain 1 at block 12 is 1500000 in the case and 2 in the new data",
    );
}

#[test]
fn another_transaction_or_time_is_refused_too() {
    let check = |change: fn(&mut FetchedWindow)| {
        let mut new = full_window();
        change(&mut new);
        let error = check_refused(&new);
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    };
    check(|new| new.transfers[0].transaction = None);
    check(|new| new.blocks[1].timestamp = Timestamp(1));
}

#[test]
fn a_window_that_speaks_of_something_else_is_refused() {
    let check = |change: fn(&mut FetchedWindow)| {
        let mut new = full_window();
        change(&mut new);
        let error = check_refused(&new);
        assert!(matches!(error, Error::Inconsistent { .. }), "{error:?}");
    };
    check(|new| new.transfers[0].position.block = 13);
    check(|new| new.coverage[0].window = Window::new(10, 13).unwrap());
    check(|new| new.coverage[0].chain = CHAINS[1]);
    check(|new| new.chain = CHAINS[1]);
    check(|new| new.accounts[0].chain = CHAINS[1]);
    check(|new| new.claims[0].asset = fundtrail_model::Asset::Native(CHAINS[0]));
    check(|new| new.balances[0].asset = fundtrail_model::Asset::Native(CHAINS[1]));
    // An unexplained transfer has one party and stands at a block's end.
    check(|new| new.transfers[0].cause = Cause::Unexplained);
    check(|new| {
        new.transfers[0].cause = Cause::Unexplained;
        new.transfers[0].from = None;
    });
}

#[test]
fn numbers_of_more_than_63_bits_are_refused() {
    let check = |change: fn(&mut FetchedWindow), what: &str, number: u64| {
        let mut new = full_window();
        change(&mut new);
        match check_refused(&new) {
            Error::OutOfRange { what: found, value, .. } => {
                assert_eq!((found, value), (what, number));
            }
            other => panic!("{other}"),
        }
    };
    check(|new| new.blocks[0].number = u64::MAX, "block number", u64::MAX);
    check(|new| new.blocks[0].number = 1 << 63, "block number", 1 << 63);
    check(
        |new| {
            new.blocks[0] = BlockStamp { timestamp: Timestamp(u64::MAX), ..block(new.chain, 50) };
        },
        "block time",
        u64::MAX,
    );
    check(
        |new| {
            let whole = Window::new(0, u64::MAX).unwrap();
            new.window = whole;
            new.coverage[0].window = whole;
        },
        "block number",
        u64::MAX,
    );
    check(|new| new.balances[0].block = u64::MAX, "block number", u64::MAX);
    check(|new| new.accounts[0].block = u64::MAX, "block number", u64::MAX);
}

#[test]
fn a_chain_id_of_more_than_63_bits_is_refused() {
    let chain = ChainId(u64::MAX);
    let (window, path) = (Window::block(1), PathBuf::from(":memory:"));
    let planned =
        PlannedWindow { chain, addresses: vec![], window, balances_of: vec![], settle_to: None };
    let mut case = Case::in_memory().unwrap();
    let error = case.plan(&[planned], &[]).unwrap_err();
    assert_eq!(error, Error::OutOfRange { path, what: "chain id", value: u64::MAX });
}

#[test]
fn the_last_block_that_fits_is_kept() {
    let last = u64::try_from(i64::MAX).unwrap();
    let mut new = full_window();
    new.window = Window::new(10, last).unwrap();
    new.coverage[0].window = new.window;
    new.blocks = vec![block(new.chain, last)];
    let mut case = Case::in_memory().unwrap();
    case.write_window(&new).unwrap();
    assert_eq!(case.coverage(new.chain).unwrap(), new.coverage);
    let part = Coverage { window: Window::new(20, last).unwrap(), ..new.coverage[0] };
    case.write_window(&FetchedWindow { coverage: vec![part], ..new.clone() }).unwrap();
    assert_eq!(case.coverage(new.chain).unwrap(), new.coverage);
    assert_eq!(case.blocks(new.chain).unwrap(), new.blocks);
}

/// Window number `n`, with enough in it to fill several pages.
fn large_window(n: u64) -> FetchedWindow {
    let whole = full_window();
    let window = Window::new(100 * n, 100 * n + 99).unwrap();
    let transfer = |index: u32| Transfer {
        position: Position { block: window.first(), transaction: index, step: Step::Value },
        transaction: Some(super::world::block(CHAINS[1], u64::from(index) + 1000 * n).hash),
        ..whole.transfers[0]
    };
    FetchedWindow {
        window,
        transfers: (0..200).map(transfer).collect(),
        coverage: vec![Coverage { window, ..whole.coverage[0] }],
        blocks: vec![block(whole.chain, window.first()), block(whole.chain, window.last())],
        balances: vec![],
        ..whole
    }
}

#[test]
fn a_transfer_that_is_told_twice_in_one_window_is_one() {
    let check = |place: usize, amount: u128| {
        let mut window = large_window(1);
        let mut again = window.transfers[place];
        again.amount = Amount::from(amount);
        window.transfers.insert(place + 1, again);
        let mut case = Case::in_memory().unwrap();
        let written = case.write_window(&window);
        (written, case.transfers(CHAINS[0]).unwrap().len())
    };
    for place in [0, 14, 15, 16, 190, 199] {
        assert_eq!(check(place, 1_500_000), (Ok(()), 200), "{place}");
        let (written, kept) = check(place, 2);
        assert!(matches!(written, Err(Error::Conflict { .. })), "{place}: {written:?}");
        assert_eq!(kept, 0);
    }
}

/// What a process that is killed now leaves on the disk: the file and its log, without what is only in
/// memory.
fn killed_now(case: &Path, folder: &Path, log_bytes: Option<usize>) -> PathBuf {
    let copy = folder.join("copy.fundtrail");
    let with_log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    fs::copy(case, &copy).unwrap();
    let log = fs::read(with_log(case)).unwrap();
    let kept = log_bytes.map_or(log.len(), |bytes| bytes.min(log.len()));
    fs::write(with_log(&copy), &log[..kept]).unwrap();
    copy
}

#[test]
fn a_run_killed_in_the_middle_of_a_write_leaves_the_writes_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.fundtrail");
    let mut case = Case::create(&path).unwrap();
    case.write_window(&large_window(1)).unwrap();
    let planned = PlannedWindow {
        chain: CHAINS[0],
        addresses: vec![address(1)],
        window: large_window(2).window,
        balances_of: vec![],
        settle_to: None,
    };
    case.plan(std::slice::from_ref(&planned), &[]).unwrap();
    let before = case.digest().unwrap();

    // No room in memory: pages go to the log before the write is complete.
    case.conn.pragma_update(None, "cache_size", 1).unwrap();
    let log_before = fs::metadata(format!("{}-wal", path.display())).unwrap().len();
    let state = case.conn.transaction().unwrap();
    let mut ids = Ids::default();
    let mut ids = Interner::new(&state, &mut ids).unwrap();
    window::write(&mut ids, &large_window(2), None).unwrap();
    let log_after = fs::metadata(format!("{}-wal", path.display())).unwrap().len();
    assert!(log_after > log_before, "{log_after} bytes of log: nothing was half-written");
    let copy = killed_now(&path, folder.path(), None);
    let mut resumed = Case::open(&copy).unwrap();
    assert_eq!(resumed.digest().unwrap(), before);
    assert_eq!(resumed.pending().unwrap(), [planned]);
    resumed.check().unwrap();
    resumed.write_window(&large_window(2)).unwrap();
    assert_eq!(resumed.pending().unwrap(), []);

    // And so does a connection that is dropped, as by a panic of its thread.
    drop(state);
    assert_eq!(case.digest().unwrap(), before);
    case.write_window(&large_window(2)).unwrap();
    assert_eq!(case.digest().unwrap(), resumed.digest().unwrap());
}

#[test]
fn a_log_cut_anywhere_holds_the_first_windows_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.fundtrail");
    let mut case = Case::create(&path).unwrap();
    let mut states = vec![case.digest().unwrap()];
    for n in 1..=4 {
        case.write_window(&large_window(n)).unwrap();
        states.push(case.digest().unwrap());
    }
    let log = fs::metadata(format!("{}-wal", path.display())).unwrap().len();
    let log = usize::try_from(log).unwrap();
    let mut found = Vec::new();
    for part in 0..=23 {
        let copy = killed_now(&path, folder.path(), Some(log * part / 23));
        let resumed = Case::open(&copy).unwrap();
        let digest = resumed.digest().unwrap();
        let state = states.iter().position(|state| *state == digest);
        found.push(state.unwrap_or_else(|| panic!("after {part}/23 of the log: half a window")));
    }
    assert!(found.is_sorted(), "{found:?}");
    assert_eq!((found.first(), found.last()), (Some(&0), Some(&4)));
}

#[test]
fn what_a_log_and_a_frame_tell_is_read_once() {
    let (payer, payee) = (Some(address(0)), Some(address(1)));
    let native = |step: Step, from, to, amount: u128| Transfer {
        position: Position { block: 11, transaction: 3, step },
        asset: Asset::Native(CHAINS[0]),
        from,
        to,
        amount: Amount::from(amount),
        cause: if step == Step::Value { Cause::Native } else { Cause::Internal },
        transaction: Some(H256::repeat_byte(7)),
    };
    let check = |first: &[Transfer], second: &[Transfer], expected: &[Transfer]| {
        let mut case = Case::in_memory().unwrap();
        let mut rounds = vec![];
        for transfers in [first, second] {
            let transfers = transfers.to_vec();
            case.write_window(&FetchedWindow { transfers, ..full_window() }).unwrap();
            rounds.push(case.transfers(CHAINS[0]).unwrap());
        }
        assert_eq!(rounds[0], first, "alone");
        assert_eq!(rounds[1], expected);
    };
    let log = |idx, amount| native(Step::Log(idx), payer, payee, amount);
    let frame = |idx, amount| native(Step::Frame(idx), payer, payee, amount);
    check(&[log(4, 5)], &[frame(0, 5)], &[frame(0, 5)]);
    check(&[frame(0, 5)], &[log(4, 5)], &[frame(0, 5)]);
    // Each frame stands for one log.
    check(&[log(4, 5), log(6, 5)], &[frame(0, 5)], &[frame(0, 5), log(6, 5)]);
    check(&[log(4, 5), log(6, 5)], &[frame(0, 5), frame(1, 5)], &[frame(0, 5), frame(1, 5)]);
    // Another amount, another way, or the value of the transaction is something else.
    check(&[log(4, 5)], &[frame(0, 6)], &[frame(0, 6), log(4, 5)]);
    let back = native(Step::Frame(0), payee, payer, 5);
    check(&[log(4, 5)], &[back], &[back, log(4, 5)]);
    let value = native(Step::Value, payer, payee, 5);
    check(&[log(4, 5)], &[value], &[value, log(4, 5)]);
}
