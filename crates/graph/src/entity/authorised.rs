//! Who takes another's tokens by his authorisation.

use std::collections::BTreeMap;

use fundtrail_model::{
    AccountKind, Address, Cause, Confidence, H256, Heuristic, Link, Transfer, Window, Witness,
};

use crate::dealings::Dealings;

/// Links of wallets with those who took their tokens, themselves paying for the transaction.
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

/// More of one link are not named.
const MOST_WITNESSES: usize = 20;

/// Whether it is known to be a wallet, and no service's.
fn is_wallet(dealings: &Dealings<'_>, who: Address) -> bool {
    dealings.kind(who).is_some_and(AccountKind::is_wallet) && !dealings.is_service(who)
}
