use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, H256};
use proptest::prelude::*;

use super::{Kind, Manner, Script, disguise};
use crate::edges::Edges;
use crate::list::{Flow, FlowList};
use crate::score::{Score, Share};

const PLAIN: Manner =
    Manner { is_native: false, is_sparse: false, decoys: 10, customers: 0, pace: 25, seed: 1 };

/// The last one is the zero address: it only receives.
fn party(number: u8) -> Address {
    if number == PARTIES { Address::zero() } else { Address::repeat_byte(number + 1) }
}

const PARTIES: u8 = 9;
const SOURCES: u8 = 3;

/// Block, transaction of the block, payer, receiver, cents.
type Row = (u64, u8, u8, u8, u64);

fn list(rows: &[Row]) -> FlowList {
    let flow = |(block, transaction, from, to, cents): Row| Flow {
        block,
        transaction: H256::from_low_u64_be(block * 256 + u64::from(transaction)),
        from: party(from),
        to: party(to),
        amount: (u128::from(cents) * 10_u128.pow(16)).into(),
    };
    let mut flows: Vec<Flow> = rows.iter().copied().map(flow).collect();
    flows.retain(|flow| flow.from != flow.to);
    flows.sort_by_key(|flow| flow.block);
    let sources = (0..SOURCES).map(party).collect();
    let terminals = [party(PARTIES - 1), party(PARTIES)].into();
    FlowList { flows, sources, terminals, ..FlowList::default() }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0_u64..40, 0_u8..3, 0..PARTIES, 0..=PARTIES, 1_u64..100_000);
    // One from a source to a terminal is always there.
    prop::collection::vec(row, 0..30).prop_map(|mut rows| {
        rows.push((20, 9, 0, PARTIES, 77));
        rows
    })
}

fn manners() -> impl Strategy<Value = Manner> {
    (any::<bool>(), any::<bool>(), 0_u64..12, prop_oneof![Just(0), 1_u64..60], any::<u64>())
        .prop_map(|(is_native, is_sparse, decoys, customers, seed)| Manner {
            is_native,
            is_sparse,
            decoys,
            customers,
            pace: 1 + seed % 30,
            seed,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_list_can_be_played_and_found(rows in rows(), manner in manners()) {
        let list = list(&rows);
        let script = Script::write(&list, manner);
        let mut balances: BTreeMap<Address, Amount> = BTreeMap::new();
        for (_, sending) in script.sendings() {
            prop_assert!(!sending.moves.is_empty());
            let signer = sending.moves[0].from;
            if manner.is_native && !signer.is_zero() {
                prop_assert_eq!(sending.moves.len(), 1);
            }
            for found in &sending.moves {
                prop_assert_ne!(found.from, found.to);
                prop_assert!(!found.amount.is_zero());
                if found.kind != Kind::Mint {
                    let held = balances.entry(found.from).or_default();
                    let rest = held.checked_sub(found.amount);
                    prop_assert!(rest.is_some(), "{found:?} with {held}");
                    *held = rest.unwrap_or_default();
                }
                let held = balances.entry(found.to).or_default();
                *held = held.saturating_add(found.amount);
            }
        }

        let listed = Edges::of_list(&script);
        let score = Score::of(&Edges::by_full_pass(&script), &listed, &script.terminals);
        prop_assert_eq!(score.of_value(), [Share::WHOLE; 3]);
        prop_assert_eq!((score.address_precision, score.address_coverage), (Share::WHOLE, Share::WHOLE));

        // Every flow is there, and nothing else but what a source paid for those who had too little.
        let mut wanted: BTreeMap<(Address, Address), Amount> = BTreeMap::new();
        for flow in &list.flows {
            let sum = wanted.entry((disguise(flow.from), disguise(flow.to))).or_default();
            *sum = sum.saturating_add(flow.amount);
        }
        let mut beyond = Amount::ZERO;
        let mut played: BTreeMap<(Address, Address), Amount> = BTreeMap::new();
        for ((_, from, to), amount) in listed.iter() {
            let sum = played.entry((from, to)).or_default();
            *sum = sum.saturating_add(amount);
        }
        let sources: BTreeSet<Address> = list.sources.iter().copied().map(disguise).collect();
        for (pair, amount) in &played {
            let listed = wanted.remove(pair).unwrap_or_default();
            prop_assert!(listed <= *amount);
            prop_assert!(listed == *amount || sources.contains(&pair.0));
            beyond = beyond.saturating_add(amount.saturating_sub(listed));
        }
        prop_assert!(wanted.is_empty());
        prop_assert_eq!(beyond, script.shortfalls.1);

        let decoys = u64::try_from(script.count(Kind::Decoy)).unwrap();
        prop_assert!(manner.decoys * u64::try_from(list.flows.len()).unwrap() <= decoys);
        let again = Script::write(&list, manner);
        prop_assert_eq!(format!("{script:?}"), format!("{again:?}"));
    }
}

#[test]
fn real_distances_are_kept_and_short_ones_closed() {
    let rows = [(7, 0, 0, 5, 100), (9_000, 0, 5, 8, 40), (9_001, 0, 5, 8, 60)];
    let check = |is_sparse, expected: [u64; 3]| {
        let manner = Manner { is_sparse, decoys: 0, ..PLAIN };
        let script = Script::write(&list(&rows), manner);
        let flows = script.sendings().filter(|(_, sending)| sending.moves[0].kind == Kind::Flow);
        let blocks: Vec<u64> = flows.map(|(block, _)| block).collect();
        let theft = script.sendings().find(|(_, sending)| sending.moves[0].kind == Kind::Theft);
        assert_eq!(theft.unwrap().0, blocks[0] - 1);
        assert_eq!(blocks.iter().map(|block| block - blocks[0]).collect::<Vec<_>>(), expected);
        assert!(script.genesis < blocks[0] && blocks[2] < script.last);
    };
    check(true, [0, 8_993, 8_994]);
    check(false, [0, 2, 4]);
}

#[test]
fn who_was_paid_too_little_gets_the_rest_from_a_source_in_the_same_block() {
    // 60 came, and 100 leave; in its block the later row pays for the earlier one.
    let rows = [(1, 0, 0, 5, 60), (2, 0, 5, 6, 100), (3, 0, 6, 7, 100), (3, 1, 7, 6, 30)];
    let script = Script::write(&list(&rows), Manner { decoys: 0, ..PLAIN });
    let cents = |amount: Amount| amount.to_decimal(16);
    assert_eq!((script.shortfalls.0, cents(script.shortfalls.1)), (1, "40".to_owned()));
    let paid: Vec<_> = script
        .sendings()
        .filter(|(_, sending)| sending.moves[0].kind == Kind::Flow)
        .map(|(_, sending)| {
            let found = &sending.moves[0];
            (script.name(found.from).unwrap(), cents(found.amount))
        })
        .collect();
    let expected = [(0, "60"), (0, "40"), (5, "100"), (6, "100"), (7, "30")];
    assert_eq!(paid, expected.map(|(who, cents)| (party(who), cents.to_owned())));
    let theft = script.sendings().find(|(_, s)| s.moves[0].kind == Kind::Theft).unwrap().1;
    assert_eq!(cents(theft.moves[0].amount), "100");
}

#[test]
fn customers_are_paid_by_a_terminal_that_passes_nothing_on() {
    let rows = [(1, 0, 0, 8, 60), (2, 0, 0, PARTIES, 100), (3, 0, 0, PARTIES, 100)];
    let script = |rows: &[Row]| Script::write(&list(rows), Manner { customers: 70, ..PLAIN });
    let busy = script(&rows);
    assert_eq!(busy.hub, Some(disguise(party(8))), "nobody pays from the zero address");
    let hub = busy.hub.unwrap();
    let paid = busy.sendings().flat_map(|(_, sending)| &sending.moves);
    let customers: BTreeSet<Address> =
        paid.filter(|found| found.from == hub).map(|found| found.to).collect();
    assert!(70 <= customers.len(), "{}", customers.len());
    let passed_on = [&rows[..], &[(9, 0, 8, 5, 10)]].concat();
    assert_eq!(script(&passed_on).hub, None);
}
