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
        let (found, looks, questions) = self.search_for(last, 1)?;
        assert_eq!(found.last_same(), found.changed - 1);
        Some((found.changed, looks, questions))
    }

    fn search_for(&self, last: u64, grain: u64) -> Option<(FirstChange, u32, usize)> {
        let mut search = FirstChange::between((0, self.held(0)), (last, self.held(last)))?;
        let (mut looks, mut questions) = (0, 0);
        while let Some(look) = search.next(grain) {
            looks += 1;
            questions += look.assets.len() + usize::from(look.nonce);
            search.add(look.block, &self.seen(&look));
        }
        Some((search, looks, questions))
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
    check(&[(300_000, (0, [1, 0, 0]))], Some((300_000, 21)));
    check(&[(1, (0, [0, 0, 5]))], Some((1, 20)));
    check(&[(1 << 20, (0, [2, 3, 0]))], Some((1 << 20, 2)));
    check(&[(77, (1, [0, 0, 0]))], Some((77, 84)));
    // Who signs may have moved a token out and back again: where it signs is found, and all is asked for.
    check(&[(50, (1, [-1, -9, 0])), (900_000, (0, [1, 9, 0]))], Some((50, 84)));
    // Signing later on hides nothing that changed before it.
    check(&[(50, (0, [0, 4, 0])), (900_000, (1, [0, 0, 0]))], Some((50, 2 * 4 + 19)));
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
                prop_assert!(looks <= last.ilog2() + 2, "{} looks in {} blocks", looks, last);
            }
        }
    }

    /// What is looked for less closely ends before the change, in the same cell.
    #[test]
    fn the_cell_of_the_first_change_is_found(
        deeds in prop::collection::btree_map(1_u64..5_000_000, (0_u64..2, [0_i64..3, 0_i64..3, 0_i64..3]), 0..12),
        last in 1_u64..5_000_000,
        grain in 1_u64..1_000,
    ) {
        let chain = Chain(deeds);
        let exact = chain.search(last).map(|(block, ..)| block);
        let close = chain.search_for(last, grain);
        prop_assert_eq!(exact.is_some(), close.is_some());
        if let (Some(exact), Some((close, looks, _))) = (exact, close) {
            prop_assert!(close.last_same() < exact && exact <= close.changed);
            prop_assert_eq!((close.last_same() + 1) / grain, exact / grain);
            prop_assert!(looks <= (last / grain).max(1).ilog2() + 2, "{} looks", looks);
        }
    }

    /// A search from a later block on takes the same looks as far as it can.
    #[test]
    fn searches_share_their_looks(
        starts in [0_u64..1_000_000, 0_u64..1_000_000],
        change in 1_000_000_u64..2_000_000,
    ) {
        let chain = Chain(BTreeMap::from([(change, (0, [0, 1, 0]))]));
        let looks = |start: u64| {
            let ends = [start, 2_000_000].map(|block| (block, chain.held(block)));
            let [before, after] = ends;
            let mut search = FirstChange::between(before, after).unwrap();
            let mut looks = vec![];
            while let Some(look) = search.next(128) {
                looks.push(look.block);
                search.add(look.block, &chain.seen(&look));
            }
            looks
        };
        let [one, other] = starts.map(looks);
        let shared = one.iter().filter(|block| other.contains(block)).count();
        let most = one.len().max(other.len());
        prop_assert!(shared + 8 >= most, "{:?} {:?}", one, other);
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
