//! Who takes another's tokens by his authorisation.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    AccountKind, Address, Cause, Confidence, H256, Heuristic, Link, Transfer, Window, Witness,
};

use crate::dealings::Dealings;

/// Links of wallets with those who took their tokens, themselves paying for the transaction, and giving nothing for it.
///
/// Source: the self-authorisation heuristic of Tutela, whose exact filter is not published. Approvals are not in
/// a case, so only those that were used are seen. It is weak on purpose: phished approvals look the same.
pub(super) fn takings(dealings: &Dealings<'_>) -> Vec<Link> {
    let mut payers: BTreeMap<H256, Address> = BTreeMap::new();
    for of in dealings.transfers().filter(|of| of.cause == Cause::Fee) {
        if let (Some(hash), Some(payer)) = (of.transaction, of.from) {
            payers.insert(hash, payer);
        }
    }
    let mut found: BTreeMap<(Address, Address), Vec<Transfer>> = BTreeMap::new();
    for of in dealings.transfers() {
        let (Some(from), Some(to), Some(hash)) = (of.from, of.to, of.transaction) else { continue };
        let is_taking = of.cause == Cause::Token
            && payers.get(&hash) == Some(&to)
            && from != to
            && !of.amount.is_zero()
            && dealings.counts(of.asset)
            && [from, to].iter().all(|who| is_wallet(dealings, *who));
        if is_taking {
            found.entry((from, to)).or_default().push(of);
        }
    }
    let trades = trades(dealings, &found);
    for ((from, to), transfers) in &mut found {
        transfers.retain(|of| {
            let is_trade = |hash| trades.contains(&(hash, *from)) || trades.contains(&(hash, *to));
            !of.transaction.is_some_and(is_trade)
        });
    }
    found
        .into_iter()
        .filter_map(|((from, to), transfers)| {
            let (first, last) = (transfers.first()?, transfers.last()?);
            let window = Window::new(first.position.block, last.position.block)?;
            let witness =
                |of: &Transfer| Witness { position: of.position, transaction: of.transaction };
            Some(Link {
                heuristic: Heuristic::TookByAuthorisation,
                chain: dealings.chain,
                from,
                to,
                through: None,
                confidence: Confidence::Claimed,
                score_ppm: None,
                witnesses: transfers.iter().take(MOST_WITNESSES).map(witness).collect(),
                is_partly_looked_at: !dealings.is_looked_at(to, last.asset, window),
            })
        })
        .collect()
}

/// Transactions with those who got something in them although it was taken from them, or paid something although they
/// took: an order that was filled looks like a taking otherwise.
fn trades(
    dealings: &Dealings<'_>,
    found: &BTreeMap<(Address, Address), Vec<Transfer>>,
) -> BTreeSet<(H256, Address)> {
    let mut losers: BTreeSet<(H256, Address)> = BTreeSet::new();
    let mut takers: BTreeSet<(H256, Address)> = BTreeSet::new();
    for ((from, to), transfers) in found {
        for hash in transfers.iter().filter_map(|of| of.transaction) {
            losers.insert((hash, *from));
            takers.insert((hash, *to));
        }
    }
    let mut trades = BTreeSet::new();
    for of in dealings.transfers().filter(|of| of.cause != Cause::Fee && !of.amount.is_zero()) {
        let Some(hash) = of.transaction else { continue };
        trades.extend(of.to.map(|to| (hash, to)).filter(|key| losers.contains(key)));
        trades.extend(of.from.map(|from| (hash, from)).filter(|key| takers.contains(key)));
    }
    trades
}

/// More of one link are not named.
const MOST_WITNESSES: usize = 20;

/// Whether it is known to be a wallet, and no service's.
fn is_wallet(dealings: &Dealings<'_>, who: Address) -> bool {
    dealings.kind(who).is_some_and(AccountKind::is_wallet) && !dealings.is_service(who)
}
