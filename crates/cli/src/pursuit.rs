//! The loop: follow, fetch what the trail lacks, follow again, until nothing is lacking.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_fetch::WindowRequest;
use fundtrail_labels::Book;
use fundtrail_model::{Address, Asset, ChainId, OpenEnd, Trail, Window};
use fundtrail_store::{Case, PlannedWindow};

use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{Evidence, How};
use crate::nodes::Nodes;
use crate::ui::Progress;

/// Blocks that are fetched and stored as one piece. Pieces are cut at multiples of this, so that wallets
/// that are looked at over the same blocks share their requests.
const BLOCKS_PER_PIECE: u64 = 100;

/// Who goes looking, and with what.
pub(crate) struct Pursuit<'a> {
    pub(crate) case: &'a mut Case,
    pub(crate) nodes: &'a mut Nodes,
    pub(crate) chains: &'a Chains,
    pub(crate) book: &'a Book,
    pub(crate) progress: &'a Progress,
}

impl Pursuit<'_> {
    /// Follows and fetches until every open end is settled.
    pub(crate) async fn pursue(&mut self, how: &How) -> Result<Trail, Error> {
        // What an interrupted run had decided to fetch comes first, and in the same order: so the case
        // gets the same content as if nothing had happened.
        self.fetch_planned().await?;
        loop {
            let evidence = Evidence::load(self.case)?;
            let trail = evidence.follow(how, &evidence.marks(self.book))?;
            if trail.open_ends.is_empty() {
                return Ok(trail);
            }
            let plan = planned_windows(&trail.open_ends);
            self.case.plan(&plan)?;
            self.fetch_planned().await?;
        }
    }

    /// Fetches everything that happened to an address in a window.
    pub(crate) async fn look_at(
        &mut self,
        chain: ChainId,
        address: Address,
        window: Window,
    ) -> Result<(), Error> {
        self.fetch_planned().await?;
        let is_covered = |class| {
            self.case.coverage(chain).map(|coverage| {
                coverage.iter().any(|found| {
                    found.address == address
                        && found.class == class
                        && found.window.intersection(window) == Some(window)
                })
            })
        };
        let mut covered = true;
        for class in fundtrail_model::AssetClass::ALL {
            covered &= is_covered(class)?;
        }
        if !covered {
            let plan = planned_windows(&[OpenEnd {
                chain,
                address,
                window,
                at_stake: Vec::new(),
                depth: 0,
            }]);
            self.case.plan(&plan)?;
            self.fetch_planned().await?;
        }
        Ok(())
    }

    async fn fetch_planned(&mut self) -> Result<(), Error> {
        let pending = self.case.pending()?;
        let pieces = pending.len();
        for (piece_idx, planned) in pending.into_iter().enumerate() {
            let info = self.chains.info(planned.chain);
            self.progress.say(format!(
                "{}: blocks {}, {} {}, piece {} of {pieces}, {} requests",
                info.name,
                planned.window,
                planned.addresses.len(),
                if planned.addresses.len() == 1 { "address" } else { "addresses" },
                piece_idx.saturating_add(1),
                self.nodes.requests_sent(),
            ));
            let node = self.nodes.get(planned.chain).await?;
            let request = WindowRequest {
                addresses: planned.addresses,
                window: planned.window,
                wrapped_native: self.chains.wrapped_native(planned.chain, self.book),
                balances_of: planned.balances_of,
            };
            let fetched = node.window(&request).await?;
            self.case.write_window(&fetched)?;
        }
        Ok(())
    }
}

/// Cuts what is missing into pieces, and puts wallets that lack the same blocks together.
fn planned_windows(open_ends: &[OpenEnd]) -> Vec<PlannedWindow> {
    let mut pieces: BTreeMap<(ChainId, Window), (BTreeSet<Address>, BTreeSet<Asset>)> =
        BTreeMap::new();
    for end in open_ends {
        for window in end.window.aligned_pieces(BLOCKS_PER_PIECE) {
            let (addresses, assets) = pieces.entry((end.chain, window)).or_default();
            addresses.insert(end.address);
            assets.extend(end.at_stake.iter().map(|lot| lot.asset));
        }
    }
    pieces
        .into_iter()
        .map(|((chain, window), (addresses, assets))| PlannedWindow {
            chain,
            window,
            addresses: addresses.into_iter().collect(),
            balances_of: assets.into_iter().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Address, ChainId, OpenEnd, Window};

    use super::planned_windows;

    #[test]
    fn wallets_that_lack_the_same_blocks_share_a_piece() {
        let end = |address: u64, first, last| OpenEnd {
            chain: ChainId(1),
            address: Address::from_low_u64_be(address),
            window: Window::new(first, last).unwrap(),
            at_stake: Vec::new(),
            depth: 1,
        };
        let plan = planned_windows(&[end(1, 150, 320), end(2, 190, 320)]);
        let shape: Vec<_> = plan
            .iter()
            .map(|piece| (piece.window.first(), piece.window.last(), piece.addresses.len()))
            .collect();
        assert_eq!(shape, [(150, 199, 1), (190, 199, 1), (200, 299, 2), (300, 320, 2)]);
    }
}
