use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, Asset, Cause, ChainId, Position, Step, Transfer};
use proptest::prelude::*;

use super::{Collapsed, Party, Sight, WholeSight, collapse, collapse_parts, receiver};

const CHAIN: ChainId = ChainId(1);

/// Accounts below 4 are wallets, others contracts; 9 is nobody.
fn any_transaction() -> impl Strategy<Value = Vec<Transfer>> {
    let transfer = (0..10_u64, 0..10_u64, 0..3_u64, 0..6_u128);
    prop::collection::vec(transfer, 0..14).prop_map(|transfers| {
        let mut steps = 0..;
        let mut build = |(from, to, asset, units): (u64, u64, u64, u128)| {
            let party = |n: u64| (n != 9).then(|| Address::from_low_u64_be(n + 1));
            Transfer {
                position: Position {
                    block: 1,
                    transaction: 0,
                    step: Step::Log(steps.next().unwrap()),
                },
                asset: Asset::Token(CHAIN, Address::from_low_u64_be(100 + asset)),
                from: party(from),
                to: party(to),
                amount: Amount::from(units),
                cause: if to == 9 { Cause::Burn } else { Cause::Token },
                transaction: None,
            }
        };
        transfers
            .into_iter()
            .filter(|(from, to, ..)| (from, to) != (&9, &9))
            .map(&mut build)
            .collect()
    })
}

fn is_contract(address: Address) -> bool {
    address > Address::from_low_u64_be(4)
}

type Nets = BTreeMap<(Party, Asset), i128>;

fn add(nets: &mut Nets, party: Party, asset: Asset, units: i128) {
    *nets.entry((party, asset)).or_default() += units;
}

fn units(amount: Amount) -> i128 {
    i128::try_from(amount.base_units().as_u128()).unwrap()
}

fn nets_before(transfers: &[Transfer]) -> Nets {
    let mut nets = Nets::new();
    for transfer in transfers.iter().filter(|transfer| transfer.from != transfer.to) {
        let from = transfer.from.map_or(Party::Source, Party::Account);
        let to = transfer.to.map_or(Party::Burn, Party::Account);
        add(&mut nets, from, transfer.asset, -units(transfer.amount));
        add(&mut nets, to, transfer.asset, units(transfer.amount));
    }
    nets
}

fn nets_after(collapsed: &Collapsed) -> Nets {
    let mut nets = Nets::new();
    for payment in &collapsed.payments {
        add(&mut nets, payment.from, payment.asset, -units(payment.amount));
        add(&mut nets, payment.to, payment.asset, units(payment.amount));
    }
    for conversion in &collapsed.conversions {
        for (asset, amount) in &conversion.paid {
            add(&mut nets, Party::Account(conversion.account), *asset, -units(*amount));
        }
        for (asset, amount) in &conversion.received {
            add(&mut nets, Party::Account(conversion.account), *asset, units(*amount));
        }
        for other in &conversion.deliveries {
            add(&mut nets, Party::Account(conversion.account), other.asset, -units(other.amount));
            add(&mut nets, other.to, other.asset, units(other.amount));
        }
    }
    nets
}

/// As [`collapse`], of a transaction that was read whole.
fn collapse_whole(transfers: &[Transfer]) -> Collapsed {
    let parts: Vec<_> = transfers.iter().map(|transfer| (*transfer, receiver(transfer))).collect();
    let whole =
        Some(WholeSight { has_tokens: &|_| true, has_native: &|_| true, is_worth: &|_, _| true });
    collapse_parts(&parts, &Sight { is_known: &|_| true, is_converter: &is_contract, whole })
}

/// Two payers paid what two receivers got, to the unit; a third receiver still has what nobody paid for.
#[test]
fn what_is_left_when_all_payers_are_matched_is_not_lost() {
    let legs =
        [(1, 8, 0, 2_u32), (6, 4, 1, 2), (6, 2, 1, 3), (6, 3, 1, 1), (8, 6, 2, 1), (7, 6, 2, 1)];
    let transfers: Vec<Transfer> = (0_u32..)
        .zip(legs)
        .map(|(step, (from, to, asset, units))| Transfer {
            position: Position { block: 1, transaction: 0, step: Step::Log(step) },
            asset: Asset::Token(CHAIN, Address::from_low_u64_be(100 + asset)),
            from: Some(Address::from_low_u64_be(from)),
            to: Some(Address::from_low_u64_be(to)),
            amount: Amount::from(u128::from(units)),
            cause: Cause::Token,
            transaction: None,
        })
        .collect();
    let (before, after) = (nets_before(&transfers), nets_after(&collapse_whole(&transfers)));
    for wallet in 1..=4 {
        let of = |nets: &Nets| -> Nets {
            let party = Party::Account(Address::from_low_u64_be(wallet));
            nets.iter()
                .filter(|((who, _), net)| *who == party && **net != 0)
                .map(|(at, net)| (*at, *net))
                .collect()
        };
        assert_eq!(of(&after), of(&before), "{wallet}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// The net change of every wallet is what it was, and where nothing is converted, of everybody.
    #[test]
    fn collapsing_keeps_every_net_change(transfers in any_transaction()) {
        let collapsed = collapse(&transfers, &|_| true, &is_contract);
        let (before, after) = (nets_before(&transfers), nets_after(&collapsed));
        for ((party, asset), net) in &before {
            let is_wallet = party.address().is_some_and(|address| !is_contract(address));
            if is_wallet || collapsed.conversions.is_empty() {
                prop_assert_eq!(after.get(&(*party, *asset)).copied().unwrap_or_default(), *net);
            }
        }
    }

    /// Whoever was paid for whatever: wallets end with what they got and lack what they gave, to the unit, and
    /// nobody gets as another's purchase what he did not get.
    #[test]
    fn collapsing_a_whole_transaction_keeps_every_net_change(transfers in any_transaction()) {
        let collapsed = collapse_whole(&transfers);
        let (before, after) = (nets_before(&transfers), nets_after(&collapsed));
        for ((party, asset), net) in &before {
            if party.address().is_some_and(|address| !is_contract(address)) {
                prop_assert_eq!(after.get(&(*party, *asset)).copied().unwrap_or_default(), *net);
            }
        }
        for conversion in &collapsed.conversions {
            prop_assert!(!conversion.paid.is_empty() && !conversion.received.is_empty());
            prop_assert!(conversion.evidence.is_sorted());
            for other in &conversion.deliveries {
                let of = |(asset, _): &&(Asset, Amount)| *asset == other.asset;
                let whole = conversion.received.iter().find(of).unwrap().1;
                prop_assert!(other.to != Party::Account(conversion.account));
                prop_assert!(!other.amount.is_zero() && other.amount <= whole);
                let came = transfers.iter().filter(|transfer| {
                    transfer.asset == other.asset && transfer.to == other.to.address()
                });
                let came: i128 = came.map(|transfer| units(transfer.amount)).sum();
                prop_assert!(units(other.amount) <= came);
            }
        }
        for payment in &collapsed.payments {
            prop_assert!(payment.from != payment.to && !payment.amount.is_zero());
        }
    }

    /// A known account that converts nothing only pays or only receives each asset.
    #[test]
    fn nobody_known_pays_and_receives_the_same_asset(transfers in any_transaction()) {
        let is_known = |address: Address| address != Address::from_low_u64_be(2);
        let collapsed = collapse(&transfers, &is_known, &is_contract);
        for payment in &collapsed.payments {
            prop_assert!(payment.from != payment.to && !payment.amount.is_zero());
            prop_assert!(!payment.evidence.is_empty() && payment.evidence.is_sorted());
            let passes_on = collapsed.payments.iter().any(|other| {
                other.asset == payment.asset && other.from == payment.to
            });
            prop_assert!(!passes_on || payment.to.address().is_none_or(|address| !is_known(address)));
        }
    }

    /// Of an unknown account nothing is concluded: its transfers stand as they are, when nobody is known.
    #[test]
    fn unknown_accounts_are_left_alone(transfers in any_transaction()) {
        let collapsed = collapse(&transfers, &|_| false, &is_contract);
        prop_assert!(collapsed.conversions.is_empty());
        prop_assert_eq!(nets_after(&collapsed), nets_before(&transfers.iter().copied().filter(|t| !t.amount.is_zero()).collect::<Vec<_>>()));
        let sum = |amounts: &mut dyn Iterator<Item = Amount>| amounts.map(units).sum::<i128>();
        prop_assert_eq!(
            sum(&mut collapsed.payments.iter().map(|payment| payment.amount)),
            sum(&mut transfers.iter().filter(|t| t.from != t.to).map(|t| t.amount))
        );
    }
}
