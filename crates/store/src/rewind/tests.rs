//! After a rewind the case is as if the later windows had never been written.

use std::collections::BTreeSet;

use fundtrail_model::{
    AccountFact, AccountKind, Address, Asset, AssetClass, Cause, ChainId, Coverage, FetchedWindow,
    H256, How, Position, Proof, Seed, SeedId, Step, Window,
};
use proptest::prelude::*;

use crate::tests::world::{CHAINS, address, amount_of, block, full_window, window};
use crate::{Case, PlannedWindow};

const CHAIN: ChainId = CHAINS[0];

fn written<'w>(windows: impl IntoIterator<Item = &'w FetchedWindow>) -> Case {
    let mut case = Case::in_memory().unwrap();
    for window in windows {
        case.write_window(window).unwrap();
    }
    case
}

fn seed(number: u16, block: u64) -> Seed {
    Seed {
        id: SeedId(number),
        position: Position { block, transaction: 0, step: Step::Value },
        transaction: H256::repeat_byte(9),
        asset: Asset::Native(CHAIN),
        amount: amount_of(number),
        from: None,
        holder: address(1),
    }
}

proptest! {
    #[test]
    fn nothing_later_is_left_and_nothing_earlier_is_lost(
        windows in prop::collection::vec(window(), 1..8),
        last in 0_u64..40,
    ) {
        let mut case = written(&windows);
        case.rewind(CHAIN, last).unwrap();
        case.check().unwrap();

        // What only whole windows up to there would have told is still there.
        let is_before = |window: &&FetchedWindow| window.chain != CHAIN || window.window.last() <= last;
        let before = written(windows.iter().filter(is_before));
        let kept: BTreeSet<_> = case.transfers(CHAIN).unwrap().into_iter().collect();
        let is_seen = |transfer: &fundtrail_model::Transfer| transfer.cause != Cause::Unexplained;
        for transfer in before.transfers(CHAIN).unwrap().into_iter().filter(is_seen) {
            prop_assert!(kept.contains(&transfer));
        }
        let blocks: BTreeSet<_> = case.blocks(CHAIN).unwrap().into_iter().collect();
        prop_assert!(before.blocks(CHAIN).unwrap().iter().all(|block| blocks.contains(block)));

        // What happened later is not.
        prop_assert!(kept.iter().all(|transfer| transfer.position.block <= last));
        prop_assert!(blocks.iter().all(|block| block.number <= last));
        prop_assert!(case.coverage(CHAIN).unwrap().iter().all(|row| row.window.last() <= last));
        prop_assert!(case.crowds(CHAIN).unwrap().iter().all(|crowd| crowd.window.last() <= last));
        prop_assert!(case.balances(CHAIN).unwrap().iter().all(|balance| balance.block <= last));
        prop_assert!(case.accounts(CHAIN).unwrap().iter().all(|fact| fact.block <= last));
        let moved: BTreeSet<_> = kept.iter().filter(|t| is_seen(t)).map(|t| t.asset).collect();
        prop_assert!(case.claims(CHAIN).unwrap().iter().all(|claim| moved.contains(&claim.asset)));

        // Other chains are not touched.
        let other = CHAINS[1];
        prop_assert_eq!(case.transfers(other).unwrap(), before.transfers(other).unwrap());
        prop_assert_eq!(case.coverage(other).unwrap(), before.coverage(other).unwrap());

        // What comes instead can be written, and a second time nothing is left to take back.
        let rewound = case.rewind(CHAIN, last).unwrap();
        prop_assert_eq!(rewound, super::Rewound::default());
        for window in &windows {
            case.write_window(window).unwrap();
        }
        prop_assert_eq!(
            case.transfers(CHAIN).unwrap().len(),
            written(&windows).transfers(CHAIN).unwrap().len()
        );
    }
}

/// A window of these blocks in which one address was looked at, with this proof.
fn looked_at(
    who: Address,
    first: u64,
    last: u64,
    proof: Proof,
    kind: AccountKind,
) -> FetchedWindow {
    let window = Window::new(first, last).unwrap();
    FetchedWindow {
        window,
        addresses: vec![who],
        transfers: vec![],
        coverage: AssetClass::ALL
            .map(|class| Coverage {
                chain: CHAIN,
                address: who,
                class,
                window,
                how: How::Logs,
                proof,
            })
            .to_vec(),
        blocks: vec![block(CHAIN, first), block(CHAIN, last)],
        accounts: vec![AccountFact { chain: CHAIN, address: who, kind, block: last }],
        claims: vec![],
        balances: vec![],
        ..full_window()
    }
}

#[test]
fn what_was_looked_at_ends_where_the_chain_changed() {
    let check = |proof, kind, kept: Option<u64>, fact: Option<u64>| {
        let who = address(1);
        let mut case = written(&[
            looked_at(who, 100, 149, proof, kind),
            looked_at(who, 150, 199, proof, kind),
        ]);
        case.rewind(CHAIN, 160).unwrap();
        let lasts: Vec<_> =
            case.coverage(CHAIN).unwrap().iter().map(|row| row.window.last()).collect();
        assert_eq!(lasts, kept.map_or(vec![], |last| vec![last, last]), "{proof:?} {kind:?}");
        let facts: Vec<_> = case.accounts(CHAIN).unwrap().iter().map(|fact| fact.block).collect();
        assert_eq!(facts, fact.map_or(vec![], |block| vec![block]), "{proof:?} {kind:?}");
    };
    check(Proof::Reconciled, AccountKind::Wallet, Some(160), Some(160));
    check(Proof::Indicative, AccountKind::Wallet, Some(160), Some(160));
    // What is missing may lie before the fork or after it.
    check(Proof::Unreconciled, AccountKind::Wallet, None, Some(160));
    // The code may have come with one of the blocks that are gone.
    check(Proof::Reconciled, AccountKind::Contract, None, None);
}

#[test]
fn a_stretch_of_which_only_the_ends_were_compared_is_compared_again() {
    let mut settled = looked_at(address(1), 100, 199, Proof::Reconciled, AccountKind::Wallet);
    for coverage in &mut settled.coverage {
        coverage.how = How::StateAlone;
    }
    let mut case = written(&[settled]);
    case.rewind(CHAIN, 199).unwrap();
    assert_eq!(case.coverage(CHAIN).unwrap().len(), 2);
    case.rewind(CHAIN, 198).unwrap();
    assert_eq!(case.coverage(CHAIN).unwrap(), []);
}

#[test]
fn seeds_and_plans_after_the_fork_are_taken_back() {
    let mut case = written(&[full_window()]);
    case.put_seeds("one", &[seed(0, 10), seed(1, 11)]).unwrap();
    case.put_seeds("two", &[seed(2, 12)]).unwrap();
    let planned = |first, last| PlannedWindow {
        chain: CHAIN,
        addresses: vec![address(1)],
        window: Window::new(first, last).unwrap(),
        balances_of: vec![],
        settle_to: None,
    };
    let settling = PlannedWindow { settle_to: Some(11), ..planned(2, 3) };
    case.plan(&[planned(0, 10), planned(5, 11), planned(11, 20), settling], &[]).unwrap();
    let rewound = case.rewind(CHAIN, 10).unwrap();
    assert_eq!(rewound, super::Rewound { transfers: 1, seeds: 2 });
    let seeds = case.seeds().unwrap();
    assert_eq!(seeds, [("one".to_owned(), seed(0, 10))]);
    assert_eq!(case.pending().unwrap(), [planned(0, 10)]);
    assert!(case.claims(CHAIN).unwrap().is_empty());
}
