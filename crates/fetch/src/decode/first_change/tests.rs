use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, Asset, ChainId};
use proptest::prelude::*;

use super::{FirstChange, Held, Look, Seen};

const COIN: Asset = Asset::Native(ChainId(1));

fn token(number: u64) -> Asset {
    Asset::Token(ChainId(1), Address::from_low_u64_be(number))
}

/// What happens in a block: how much more is signed, and held of the coin and of two tokens.
type Deed = (u64, [i64; 3]);

/// An account that holds 100 of everything before block 1.
struct Chain(BTreeMap<u64, Deed>);

impl Chain {
    fn held(&self, block: u64) -> Held {
        let mut nonce = 7;
        let mut amounts = [100_i64; 3];
        for (_, (signed, moved)) in self.0.range(..=block) {
            nonce += signed;
            for (amount, more) in amounts.iter_mut().zip(moved) {
                *amount += more;
            }
        }
        let assets = [COIN, token(1), token(2)].into_iter();
        let amounts = amounts.map(|amount| Amount::from(u128::try_from(amount).unwrap()));
        Held { nonce, balances: assets.zip(amounts).collect() }
    }

    fn seen(&self, look: &Look) -> Seen {
        let mut held = self.held(look.block);
        held.balances.retain(|asset, _| look.assets.contains(asset));
        Seen { nonce: look.nonce.then_some(held.nonce), balances: held.balances }
    }

    /// Where the search ends, and how many looks and questions it took.
    fn search(&self, last: u64) -> Option<(u64, u32, usize)> {
        let mut search = FirstChange::between((0, self.held(0)), (last, self.held(last)))?;
        let (mut looks, mut questions) = (0, 0);
        while let Some(look) = search.next() {
            looks += 1;
            questions += look.assets.len() + usize::from(look.nonce);
            search.add(look.block, &self.seen(&look));
        }
        Some((search.block(), looks, questions))
    }
}

#[test]
fn only_what_differs_is_asked_for() {
    let check = |deeds: &[(u64, Deed)], expected: Option<(u64, usize)>| {
        let chain = Chain(deeds.iter().copied().collect());
        let found = chain.search(1 << 20).map(|(block, _, questions)| (block, questions));
        assert_eq!(found, expected, "{deeds:?}");
    };
    check(&[], None);
    check(&[(300_000, (0, [1, 0, 0]))], Some((300_000, 20)));
    check(&[(1, (0, [0, 0, 5]))], Some((1, 20)));
    check(&[(1 << 20, (0, [2, 3, 0]))], Some((1 << 20, 40)));
    check(&[(77, (1, [0, 0, 0]))], Some((77, 80)));
    // Who signs may have moved a token out and back again: where it signs is found, and all is asked for.
    check(&[(50, (1, [-1, -9, 0])), (900_000, (0, [1, 9, 0]))], Some((50, 80)));
    // Signing later on hides nothing that changed before it.
    check(&[(50, (0, [0, 4, 0])), (900_000, (1, [0, 0, 0]))], Some((50, 4 + 19)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Values that only ever grow cannot come back to what they were.
    #[test]
    fn the_first_change_is_found(
        deeds in prop::collection::btree_map(1_u64..5_000_000, (0_u64..2, [0_i64..3, 0_i64..3, 0_i64..3]), 0..12),
        last in 1_u64..5_000_000,
    ) {
        let chain = Chain(deeds);
        let is_change = |(_, (signed, moved)): &(&u64, &Deed)| *signed > 0 || *moved != [0; 3];
        let first = chain.0.range(..=last).find(is_change).map(|(block, _)| *block);
        match chain.search(last) {
            None => prop_assert_eq!(first, None),
            Some((block, looks, _)) => {
                prop_assert_eq!(Some(block), first);
                prop_assert!(looks <= last.ilog2() + 1, "{} looks in {} blocks", looks, last);
            }
        }
    }

    /// Whatever comes and goes, what is found is a change, and what is asked for is the same until there.
    #[test]
    fn what_is_found_is_a_change(
        deeds in prop::collection::btree_map(1_u64..100_000, (0_u64..2, [-3_i64..4, -3_i64..4, -3_i64..4]), 0..12),
        last in 1_u64..100_000,
    ) {
        let chain = Chain(deeds);
        if let Some((block, ..)) = chain.search(last) {
            let (start, before, after) = (chain.held(0), chain.held(block - 1), chain.held(block));
            prop_assert_ne!(&after, &start);
            prop_assert_ne!(&after, &before);
            prop_assert_eq!(before.nonce, start.nonce);
        } else {
            prop_assert_eq!(chain.held(last), chain.held(0));
        }
    }
}
