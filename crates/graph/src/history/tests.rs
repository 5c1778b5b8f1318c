use fundtrail_model::{
    Address, Amount, Asset, Cause, ChainId, H256, Position, Step, Transfer, U256,
};
use proptest::prelude::*;

use super::History;

const CHAIN: ChainId = ChainId(1);

fn any_transfer() -> impl Strategy<Value = Transfer> {
    let party = || prop::option::of((0..12_u64).prop_map(Address::from_low_u64_be));
    let amount = prop_oneof![
        Just(U256::zero()),
        Just(U256::MAX),
        Just(U256::from(u128::MAX)),
        Just(U256::from(u128::MAX) + U256::one()),
        any::<u128>().prop_map(U256::from),
    ];
    let step = prop_oneof![
        Just(Step::Value),
        (0..3_u32).prop_map(Step::Frame),
        (0..3_u32).prop_map(Step::Log),
        Just(Step::Fee),
        Just(Step::Unexplained),
    ];
    let asset = prop::option::of(0..3_u64).prop_map(|token| {
        token.map_or(Asset::Native(CHAIN), |n| Asset::Token(CHAIN, Address::from_low_u64_be(n)))
    });
    let transaction = prop_oneof![0..3_u32, Just(Position::AFTER_TRANSACTIONS)];
    (0..4_u64, transaction, step, asset, party(), party(), amount, prop::option::of(0..9_u64))
        .prop_map(|(block, transaction, step, asset, from, to, amount, hash)| Transfer {
            position: Position { block, transaction, step },
            asset,
            from,
            to,
            amount: Amount::from_base_units(amount),
            cause: Cause::Token,
            transaction: hash.map(H256::from_low_u64_be),
        })
}

proptest! {
    /// A history gives back what was added, in order and each once, in whatever order and portions it
    /// came, and finds the transfers of every address.
    #[test]
    fn a_history_is_its_transfers(
        transfers in prop::collection::vec(any_transfer(), 0..60),
        portion in 1..20_usize,
    ) {
        let mut sorted = transfers.clone();
        sorted.sort();
        sorted.dedup();
        let mut history = History::new(CHAIN);
        transfers.chunks(portion).for_each(|portion| history.add(portion));
        history.add(&transfers);
        prop_assert_eq!(&history.transfers().collect::<Vec<_>>(), &sorted);
        prop_assert_eq!((history.len(), history.is_empty()), (sorted.len(), sorted.is_empty()));
        for address in (0..13).map(Address::from_low_u64_be) {
            let mut found: Vec<Transfer> = history
                .account(address)
                .into_iter()
                .flat_map(|account| history.movements_back(account))
                .map(|row| history.transfer(&history.rows()[row]))
                .collect();
            found.reverse();
            let is_party = |t: &&Transfer| [t.from, t.to].contains(&Some(address));
            let expected: Vec<Transfer> = sorted.iter().filter(is_party).copied().collect();
            prop_assert_eq!(&found, &expected);
            let account = history.account(address);
            let count = account.map_or(0, |account| history.movement_count(account));
            prop_assert_eq!(usize::try_from(count).unwrap(), expected.len());
            if let Some(row) = account.and_then(|account| history.movements_back(account).next()) {
                let before = history.movements_before(account.unwrap(), &history.rows()[row]);
                prop_assert_eq!(before.count(), expected.len() - 1);
            }
        }
    }
}

#[test]
fn transfers_of_other_chains_are_left_out() {
    let transfer = Transfer {
        position: Position { block: 1, transaction: 0, step: Step::Value },
        asset: Asset::Native(ChainId(2)),
        from: None,
        to: Some(Address::zero()),
        amount: Amount::from(1),
        cause: Cause::Native,
        transaction: None,
    };
    let mut history = History::new(CHAIN);
    history.add(&[transfer]);
    assert!(history.is_empty());
}

#[test]
fn a_row_is_small() {
    assert_eq!(size_of::<super::Row>(), 64);
}
