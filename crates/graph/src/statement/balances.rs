//! What movements make of balances.

use std::collections::BTreeMap;

use fundtrail_model::{
    Amount, Asset, AssetAccount, BalanceDifference, Look, Movement, Side, Standing, StatedBalance,
    Window,
};

use super::Eye;

/// What moved of one asset: by block, in and out.
type Moves = BTreeMap<u64, (Amount, Amount)>;

/// One account for each asset that moved. Nothing is told of balances across blocks that were not looked at.
pub(super) fn accounts(eye: &Eye<'_>, movements: &[Movement], looks: &[Look]) -> Vec<AssetAccount> {
    let window = eye.question.window;
    let mut told: BTreeMap<Asset, BTreeMap<u64, Amount>> = BTreeMap::new();
    for balance in eye.evidence.balances.iter().filter(|of| of.address == eye.me()) {
        if balance.block.saturating_add(1) >= window.first() && balance.block <= window.last() {
            told.entry(balance.asset).or_default().insert(balance.block, balance.amount);
        }
    }
    let mut by_asset: BTreeMap<Asset, Vec<&Movement>> = BTreeMap::new();
    for of in movements {
        by_asset.entry(of.transfer.asset).or_default().push(of);
    }
    let nothing = BTreeMap::new();
    let mut accounts: Vec<AssetAccount> = by_asset
        .into_iter()
        .map(|(asset, moved)| {
            let look = looks.iter().find(|look| look.class == asset.class());
            let gaps = look.map_or(&[][..], |look| look.gaps.as_slice());
            let told = told.get(&asset).unwrap_or(&nothing);
            account(eye, asset, &moved, Told { told, gaps, window })
        })
        .collect();
    accounts.sort_by_key(|account| (!account.is_vouched, account.asset));
    accounts
}

/// What movements are held against.
#[derive(Clone, Copy)]
struct Told<'a> {
    /// The balances that the node gave.
    told: &'a BTreeMap<u64, Amount>,
    /// Blocks that were not looked at, in order.
    gaps: &'a [Window],
    window: Window,
}

impl Told<'_> {
    /// Whether every one of some blocks was looked at.
    fn is_seen(&self, blocks: Window) -> bool {
        let before = self.gaps.partition_point(|gap| gap.last() < blocks.first());
        self.gaps.get(before).is_none_or(|gap| blocks.last() < gap.first())
    }
}

fn account(eye: &Eye<'_>, asset: Asset, moved: &[&Movement], told: Told<'_>) -> AssetAccount {
    let mut account = AssetAccount {
        asset,
        is_vouched: (eye.question.is_vouched)(asset),
        movements: moved.len(),
        received: Amount::ZERO,
        sent: Amount::ZERO,
        fees: Amount::ZERO,
        unexplained_in: Amount::ZERO,
        unexplained_out: Amount::ZERO,
        opening: None,
        closing: None,
        balances: told.told.len(),
        last_told: told.told.last_key_value().map(|(block, amount)| (*block, *amount)),
        is_seen: told.gaps.is_empty(),
        differences: Vec::new(),
        overflows: false,
    };
    let mut moves = Moves::new();
    for of in moved.iter().filter(|of| of.standing != Standing::Nothing) {
        let (came, went) = moves.entry(of.transfer.position.block).or_default();
        let (sum, of_block) = match (of.standing, of.side) {
            (Standing::Fee, _) => (&mut account.fees, went),
            (Standing::Unexplained, Side::In) => (&mut account.unexplained_in, came),
            (Standing::Unexplained, Side::Out) => (&mut account.unexplained_out, went),
            (_, Side::In) => (&mut account.received, came),
            (_, Side::Out) => (&mut account.sent, went),
        };
        for sum in [sum, of_block] {
            match sum.checked_add(of.transfer.amount) {
                Some(more) => *sum = more,
                None => {
                    *sum = Amount::MAX;
                    account.overflows = true;
                }
            }
        }
    }
    if !account.overflows {
        hold_against(&mut account, &moves, told);
    }
    account
}

/// Holds the movements against the balances that were told, and derives those at the ends of the window.
fn hold_against(account: &mut AssetAccount, moves: &Moves, told: Told<'_>) {
    let Told { told: balances, window, .. } = told;
    for ((earlier, before), (later, found)) in balances.iter().zip(balances.iter().skip(1)) {
        let blocks = Window::new(earlier.saturating_add(1), *later);
        let Some(blocks) = blocks.filter(|blocks| told.is_seen(*blocks)) else { continue };
        let expected = forward(*before, moves, blocks);
        if expected != Some(*found) {
            let difference = BalanceDifference { window: blocks, expected, found: *found };
            account.differences.push(difference);
        }
    }
    let end = |(block, amount): (&u64, &Amount),
               blocks: Option<Window>,
               moved: fn(Amount, &Moves, Window) -> Option<Amount>| {
        let Some(blocks) = blocks else {
            return Some(StatedBalance { amount: *amount, block: *block, is_derived: false });
        };
        let amount = told.is_seen(blocks).then(|| moved(*amount, moves, blocks)).flatten()?;
        Some(StatedBalance { amount, block: *block, is_derived: has_moved(moves, blocks) })
    };
    account.opening = balances.first_key_value().and_then(|(block, amount)| {
        end((block, amount), Window::new(window.first(), *block), back)
    });
    account.closing = balances.last_key_value().and_then(|(block, amount)| {
        let after = block.checked_add(1).and_then(|first| Window::new(first, window.last()));
        end((block, amount), after, forward)
    });
}

fn has_moved(moves: &Moves, blocks: Window) -> bool {
    moves.range(blocks.first()..=blocks.last()).next().is_some()
}

/// All that came and went in some blocks.
fn sums(moves: &Moves, blocks: Window) -> Option<(Amount, Amount)> {
    moves.range(blocks.first()..=blocks.last()).try_fold(
        (Amount::ZERO, Amount::ZERO),
        |(came, went), (_, (more, less))| {
            Some((came.checked_add(*more)?, went.checked_add(*less)?))
        },
    )
}

/// A balance after some blocks; `None` if it would be less than nothing.
fn forward(before: Amount, moves: &Moves, blocks: Window) -> Option<Amount> {
    let (came, went) = sums(moves, blocks)?;
    before.checked_add(came)?.checked_sub(went)
}

/// A balance before some blocks; `None` if it would be less than nothing.
fn back(after: Amount, moves: &Moves, blocks: Window) -> Option<Amount> {
    let (came, went) = sums(moves, blocks)?;
    after.checked_add(went)?.checked_sub(came)
}
