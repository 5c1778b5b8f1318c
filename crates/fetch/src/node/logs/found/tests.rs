use fundtrail_model::{Address, Amount, Asset, Cause, ChainId, H256, Position, Step, Transfer};
use proptest::prelude::*;

use super::Found;
use crate::decode::tally::Tally;

/// A transfer in (block, transaction, number of its log), in a transaction with the hash `hash`.
fn transfer(block: u64, transaction: u32, idx: u32, hash: u64) -> Transfer {
    Transfer {
        position: Position { block, transaction, step: Step::Log(idx) },
        asset: Asset::Token(ChainId(1), Address::repeat_byte(5)),
        from: Some(Address::repeat_byte(1)),
        to: Some(Address::repeat_byte(2)),
        amount: Amount::from(7_u128),
        cause: Cause::Token,
        transaction: Some(H256::from_low_u64_be(hash)),
    }
}

fn found(transfers: &[Transfer]) -> Found {
    let mut found = Found::default();
    for transfer in transfers {
        found.push(*transfer, H256::from_low_u64_be(transfer.position.block));
    }
    found
}

#[test]
fn logs_that_contradict_each_other_are_no_transfers() {
    let check = |transfers: &[Transfer], expected: Result<usize, &str>| {
        let mut found = found(transfers);
        let settled = found.settle().map(|()| found.transfers.len());
        assert_eq!(
            settled.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|text| *text)
        );
    };
    let first = transfer(10, 0, 3, 100);
    check(&[], Ok(0));
    // The same one answers both questions.
    check(&[transfer(10, 1, 4, 101), first, first, transfer(11, 0, 0, 110)], Ok(3));
    let other = Transfer { amount: Amount::from(8_u128), ..first };
    check(&[first, other], Err("two different logs stand at 10/0/log3"));
    let disorder = "the logs of block 10 are not in the order of its transactions";
    check(&[first, transfer(10, 1, 2, 101)], Err(disorder));
    let mix = "logs of block 10 mix up its transactions";
    check(&[first, transfer(10, 0, 4, 101)], Err(mix));
    check(&[first, transfer(10, 1, 4, 100)], Err(mix));
}

#[test]
fn a_block_has_one_hash() {
    let mut one = found(&[transfer(10, 0, 3, 100)]);
    let mut other = Found::default();
    other.push(transfer(10, 1, 4, 101), H256::repeat_byte(9));
    one.add(other);
    assert_eq!(one.settle(), Err("logs of block 10 name two block hashes".to_owned()));
}

proptest! {
    #[test]
    fn the_cut_depends_on_the_chain_alone(
        blocks in proptest::collection::vec(0_u64..40, 1..200),
        most in 1_usize..50,
        chunks in 1_usize..20,
    ) {
        let transfers: Vec<Transfer> = (0_u32..)
            .zip({ let mut blocks = blocks; blocks.sort_unstable(); blocks })
            .map(|(idx, block)| transfer(block, idx, idx, u64::from(idx)))
            .collect();
        let mut whole = found(&transfers);
        prop_assert_eq!(whole.settle(), Ok(()));
        let full_at = |found: &Found| {
            let mut tally = Tally::new([Address::repeat_byte(1)], None, most);
            tally.add(&found.transfers);
            tally.full_at().filter(|last| found.transfers.iter().any(|t| t.position.block > *last))
        };
        let last = full_at(&whole);
        // In pieces, each one twice, and in another order.
        let mut pieces = Found::default();
        for chunk in transfers.chunks(chunks).rev() {
            pieces.add(found(chunk));
            pieces.add(found(chunk));
        }
        prop_assert_eq!(pieces.settle(), Ok(()));
        prop_assert_eq!(full_at(&pieces), last);
        if let Some(last) = last {
            let rest = pieces.split_after(last);
            prop_assert!(!pieces.transfers.is_empty());
            let is_one_block = pieces.transfers.first().map(|found| found.position.block) == Some(last);
            prop_assert!(pieces.transfers.len() <= most || is_one_block);
            prop_assert!(rest.transfers.iter().all(|found| found.position.block > last));
            prop_assert!(pieces.block_hashes.keys().all(|block| *block <= last));
            prop_assert_eq!([pieces.transfers, rest.transfers].concat(), transfers);
        }
    }
}
