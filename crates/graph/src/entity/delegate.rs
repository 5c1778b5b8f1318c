//! Wallets that borrow the code of the same contract.

use std::collections::BTreeMap;

use fundtrail_model::{AccountKind, Address, Confidence, Heuristic, Link};

use crate::dealings::Dealings;

/// With more wallets, a delegate is a product and not an owner's own.
const MOST_WALLETS: usize = 10;

/// Links of wallets that delegate to the same contract (EIP-7702): each with the first of them. A delegation has no
/// transfer that shows it; the account's code does.
pub(super) fn same_delegates(dealings: &Dealings<'_>) -> Vec<Link> {
    let mut wallets: BTreeMap<Address, Vec<Address>> = BTreeMap::new();
    for who in dealings.subjects() {
        if let Some(AccountKind::DelegatedWallet { delegate }) = dealings.kind(*who)
            && !delegate.is_zero()
        {
            wallets.entry(delegate).or_default().push(*who);
        }
    }
    wallets.retain(|_, of| of.len() <= MOST_WALLETS);
    let mut found = Vec::new();
    for (delegate, of) in wallets {
        let Some((first, others)) = of.split_first() else { continue };
        found.extend(others.iter().map(|other| Link {
            heuristic: Heuristic::SameDelegate,
            chain: dealings.chain,
            from: *first,
            to: *other,
            through: Some(delegate),
            confidence: Confidence::Claimed,
            score_ppm: None,
            witnesses: Vec::new(),
            is_partly_looked_at: false,
        }));
    }
    found
}
