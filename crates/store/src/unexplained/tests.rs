use fundtrail_model::{
    Address, Amount, Asset, AssetClass, Balance, Cause, ChainId, Coverage, H256, How, Position,
    Proof, Step, Transfer, U256, Window,
};

use super::{Difference, derive, end_of};

const COIN: Asset = Asset::Native(ChainId(1));

fn holder() -> Address {
    Address::repeat_byte(1)
}

fn difference(first: u64, last: u64, amount: i128) -> Difference {
    Difference {
        address: holder(),
        asset: COIN,
        window: Window::new(first, last).unwrap(),
        is_outgoing: amount < 0,
        amount: Amount::from(amount.unsigned_abs()),
    }
}

fn balance(block: u64, amount: u128) -> Balance {
    Balance { address: holder(), asset: COIN, block, amount: Amount::from(amount) }
}

/// A transfer out of the holder's account, or into it.
fn transfer(block: u64, amount: i128) -> Transfer {
    let other = Some(Address::repeat_byte(2));
    let (from, to) = if amount < 0 { (Some(holder()), other) } else { (other, Some(holder())) };
    Transfer {
        position: Position { block, transaction: 0, step: Step::Value },
        asset: COIN,
        from,
        to,
        amount: Amount::from(amount.unsigned_abs()),
        cause: Cause::Native,
        transaction: Some(H256::repeat_byte(9)),
    }
}

fn covered(first: u64, last: u64, proof: Proof) -> Coverage {
    Coverage {
        chain: ChainId(1),
        address: holder(),
        class: AssetClass::Native,
        window: Window::new(first, last).unwrap(),
        how: How::BlocksOnly,
        proof,
    }
}

/// What is shown, as (block, amount out if negative).
fn shown(
    differences: &[Difference],
    balances: &[Balance],
    coverage: &[Coverage],
    transfers: &[Transfer],
) -> Vec<(u64, i128)> {
    let signed = |transfer: Transfer| {
        assert_eq!(transfer.position, end_of(transfer.position.block));
        assert_eq!((transfer.cause, transfer.transaction), (Cause::Unexplained, None));
        let amount = i128::try_from(transfer.amount.base_units().as_u128()).unwrap();
        let is_in = transfer.to == Some(holder()) && transfer.from.is_none();
        let is_out = transfer.from == Some(holder()) && transfer.to.is_none();
        assert!(is_in != is_out);
        (transfer.position.block, if is_in { amount } else { -amount })
    };
    derive(differences, balances, coverage, transfers).into_iter().map(signed).collect()
}

#[test]
fn a_difference_comes_back_as_it_was_written() {
    let ends = [balance(0, 100), balance(10, 30)];
    assert_eq!(shown(&[difference(1, 10, -70)], &ends, &[], &[]), [(10, -70)]);
    let seen = [transfer(4, -50)];
    assert_eq!(shown(&[difference(1, 10, -20)], &ends, &[], &seen), [(10, -20)]);
    let seen = [transfer(4, -90)];
    assert_eq!(shown(&[difference(1, 10, 20)], &ends, &[], &seen), [(10, 20)]);
}

#[test]
fn a_transfer_found_later_is_not_counted_twice() {
    let written = [difference(1, 10, -70)];
    let ends = [balance(0, 100), balance(10, 30)];
    assert_eq!(shown(&written, &ends, &[], &[transfer(4, -60)]), [(10, -10)]);
    assert_eq!(shown(&written, &ends, &[], &[transfer(4, -70)]), []);
    // Outside the window it explains nothing: the balances are those at the end of their blocks.
    assert_eq!(shown(&written, &ends, &[], &[transfer(0, -70)]), [(10, -70)]);
    assert_eq!(shown(&written, &ends, &[], &[transfer(11, -70)]), [(10, -70)]);
}

#[test]
fn windows_that_overlap_report_a_difference_once() {
    // 70 left in block 8, which both windows hold.
    let written = [difference(1, 10, -70), difference(6, 15, -70)];
    let known = [balance(0, 100), balance(5, 100), balance(10, 30), balance(15, 30)];
    assert_eq!(shown(&written, &known, &[], &[]), [(10, -70)]);
    // A longer window over the same blocks.
    let written = [difference(1, 10, -70), difference(1, 20, -70)];
    let known = [balance(0, 100), balance(10, 30), balance(20, 30)];
    assert_eq!(shown(&written, &known, &[], &[]), [(10, -70)]);
}

#[test]
fn a_difference_stands_where_balances_inside_the_window_place_it() {
    // 70 left in block 4 and 5 came in block 8; both are written from the start of the window on.
    let written = [difference(1, 4, -70), difference(1, 8, 5)];
    let known = [
        balance(0, 100),
        balance(3, 100),
        balance(4, 30),
        balance(7, 30),
        balance(8, 35),
        balance(10, 35),
    ];
    assert_eq!(shown(&written, &known, &[], &[]), [(4, -70), (8, 5)]);
    // A later look with a tracer explains the first.
    assert_eq!(shown(&written, &known, &[], &[transfer(4, -70)]), [(8, 5)]);
}

#[test]
fn windows_side_by_side_keep_their_differences() {
    let written = [difference(1, 10, -70), difference(11, 20, 5)];
    let known = [balance(0, 100), balance(10, 30), balance(20, 35)];
    assert_eq!(shown(&written, &known, &[], &[]), [(10, -70), (20, 5)]);
    // Between them nothing is known to be missing, so nothing is said.
    let written = [difference(1, 10, -70), difference(31, 40, 5)];
    let known = [balance(0, 100), balance(10, 30), balance(30, 999), balance(40, 1004)];
    assert_eq!(shown(&written, &known, &[], &[]), [(10, -70), (40, 5)]);
}

#[test]
fn the_first_block_of_all_is_its_own_start() {
    let known = [balance(0, 100), balance(10, 30)];
    let genesis = [transfer(0, 100)];
    assert_eq!(shown(&[difference(0, 10, -70)], &known, &[], &genesis), [(10, -70)]);
    // Alone it has one balance only, which tells nothing of what was missed.
    assert_eq!(shown(&[difference(0, 0, -70)], &known, &[], &[]), [(0, -70)]);
}

#[test]
fn without_balances_better_coverage_settles_it() {
    let written = [difference(1, 10, -70)];
    let check = |coverage: &[Coverage], expected: &[(u64, i128)]| {
        assert_eq!(shown(&written, &[balance(0, 100)], coverage, &[]), expected, "{coverage:?}");
    };
    check(&[], &[(10, -70)]);
    check(&[covered(1, 10, Proof::Unreconciled)], &[(10, -70)]);
    check(&[covered(1, 10, Proof::Reconciled)], &[]);
    check(&[covered(0, 12, Proof::Indicative)], &[]);
    check(&[covered(1, 9, Proof::Reconciled)], &[(10, -70)]);
    check(&[covered(2, 10, Proof::Reconciled)], &[(10, -70)]);
    check(&[covered(1, 4, Proof::Reconciled), covered(5, 10, Proof::Indicative)], &[]);
    check(&[covered(1, 4, Proof::Reconciled), covered(6, 10, Proof::Indicative)], &[(10, -70)]);
    check(&[covered(1, 4, Proof::Reconciled), covered(5, 10, Proof::Unreconciled)], &[(10, -70)]);
    let other = Coverage { class: AssetClass::Tokens, ..covered(1, 10, Proof::Reconciled) };
    check(&[other], &[(10, -70)]);
}

#[test]
fn amounts_that_do_not_add_up_in_256_bits_show_what_was_written() {
    let huge = Transfer { amount: Amount::from_base_units(U256::MAX), ..transfer(4, 1) };
    let known = [balance(0, 100), balance(10, 30)];
    assert_eq!(shown(&[difference(1, 10, -70)], &known, &[], &[huge]), [(10, -70)]);
}
