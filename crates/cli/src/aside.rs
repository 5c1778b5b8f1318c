//! Who is in the case of a theft for a report on a wallet alone.

use std::collections::BTreeSet;

use fundtrail_model::{Address, ChainId, EndingClass, HopKind, Trail};
use fundtrail_store::Case;

use crate::chains::Chains;
use crate::error::Error;
use crate::wallet::kept;

/// The wallets of a case that were reported on and that following these trails looks at nowhere: what was fetched of
/// them says nothing of the theft.
pub(crate) fn aside<'a>(
    case: &Case,
    chains: &Chains,
    trails: impl Iterator<Item = &'a Trail>,
) -> Result<BTreeSet<(ChainId, Address)>, Error> {
    let screened = kept(case, chains)?;
    let mut aside: BTreeSet<_> = screened.iter().map(|of| (of.chain, of.address)).collect();
    if !aside.is_empty() {
        for place in trails.flat_map(looked_at) {
            aside.remove(&place);
        }
    }
    Ok(aside)
}

/// Whose transfers a trail rests on: holders, payers, and where value ended other than at a stop.
fn looked_at(trail: &Trail) -> impl Iterator<Item = (ChainId, Address)> {
    let seeds = trail.seeds.iter().map(|seed| (seed.asset.chain(), seed.holder));
    let hops = trail.hops.iter().map(|hop| match hop.kind {
        HopKind::Payment { from, .. } => (hop.chain, from),
        HopKind::Conversion { account, .. } => (hop.chain, account),
    });
    let ends = trail.endings.iter().filter(|ending| !is_stop(ending.kind.class()));
    let ends = ends.filter_map(|ending| Some((ending.asset.chain(), ending.address?)));
    let open = trail.open_ends.iter().map(|end| (end.chain, end.address));
    seeds.chain(hops).chain(ends).chain(open)
}

/// Whether following ends there without a look at what the address did.
const fn is_stop(class: EndingClass) -> bool {
    matches!(
        class,
        EndingClass::Service
            | EndingClass::Sanctioned
            | EndingClass::Mixer
            | EndingClass::Bridge
            | EndingClass::Burned
            | EndingClass::BelowThreshold
            | EndingClass::HopLimit
    )
}
