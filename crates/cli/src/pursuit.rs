//! The loop: follow, fetch what the trail lacks, follow again, until nothing is lacking.
//!
//! Near first: stolen money moves on within minutes. A wallet is looked at from the arrival on in a short
//! piece; only while the money stays does the trail lack more, and then each piece may be as long as all
//! that was looked at before it. What a wallet does after the money left is never fetched.

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

/// Blocks of a first piece. Pieces are this long or twice, four times, eight times as long, and are cut at
/// multiples of their length, so that wallets that are looked at over the same blocks share requests.
const SHORTEST_PIECE: u64 = 128;
/// A piece is fetched and stored whole, so that this is what an interruption loses.
const LONGEST_PIECE: u64 = 16_384;

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
            let plan = planned_windows(trail.open_ends.iter().map(|end| {
                let size = piece_size(evidence.looked_at_before(end));
                (end, end.window.aligned_pieces(size).take(1))
            }));
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
            let end = OpenEnd { chain, address, window, at_stake: Vec::new(), depth: 0 };
            let plan = planned_windows([(&end, window.aligned_pieces(LONGEST_PIECE))]);
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

/// How long the next piece may be, after so many blocks in a row.
const fn piece_size(blocks_before: u64) -> u64 {
    let mut size = SHORTEST_PIECE;
    while size < LONGEST_PIECE && size.saturating_mul(2) <= blocks_before {
        size = size.saturating_mul(2);
    }
    size
}

/// Puts wallets that lack the same pieces together.
fn planned_windows<'a, P: IntoIterator<Item = Window>>(
    lacking: impl IntoIterator<Item = (&'a OpenEnd, P)>,
) -> Vec<PlannedWindow> {
    let mut pieces: BTreeMap<(ChainId, Window), (BTreeSet<Address>, BTreeSet<Asset>)> =
        BTreeMap::new();
    for (end, windows) in lacking {
        for window in windows {
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

    use super::{LONGEST_PIECE, SHORTEST_PIECE, piece_size, planned_windows};

    fn window(first: u64, last: u64) -> Window {
        Window::new(first, last).unwrap()
    }

    #[test]
    fn wallets_that_lack_the_same_blocks_share_a_piece() {
        let end = |address: u64, first, last| OpenEnd {
            chain: ChainId(1),
            address: Address::from_low_u64_be(address),
            window: window(first, last),
            at_stake: Vec::new(),
            depth: 1,
        };
        let ends = [end(1, 150, 320), end(2, 190, 320)];
        let plan = planned_windows(ends.iter().map(|end| (end, end.window.aligned_pieces(100))));
        let shape: Vec<_> = plan
            .iter()
            .map(|piece| (piece.window.first(), piece.window.last(), piece.addresses.len()))
            .collect();
        assert_eq!(shape, [(150, 199, 1), (190, 199, 1), (200, 299, 2), (300, 320, 2)]);
    }

    /// The pieces of a wallet from the arrival on, if the money never leaves.
    fn gallop(arrival: u64, until: u64) -> Vec<Window> {
        let mut pieces: Vec<Window> = Vec::new();
        let mut next = arrival;
        while let Some(missing) = Window::new(next, until) {
            let piece = missing.aligned_pieces(piece_size(next - arrival)).next().unwrap();
            next = piece.last() + 1;
            pieces.push(piece);
        }
        pieces
    }

    #[test]
    fn pieces_grow_while_the_money_stays() {
        let lengths = |arrival, until| -> Vec<u64> {
            gallop(arrival, until).iter().map(|piece| piece.block_count()).collect()
        };
        assert_eq!(lengths(0, 2_000), [128, 128, 256, 512, 977]);
        // From the middle of a piece: up to its end first, so that all wallets are cut alike.
        assert_eq!(lengths(100, 1_000), [28, 128, 128, 128, 256, 233]);
        let long = gallop(14_190_500, 14_190_500 + 2_400_000);
        assert_eq!(long.iter().map(|piece| piece.block_count()).max(), Some(LONGEST_PIECE));
        assert!(long.len() < 170, "{}", long.len());
        for piece in &long[1..long.len() - 1] {
            let length = piece.block_count();
            assert!(length.is_power_of_two() && SHORTEST_PIECE <= length, "{piece}");
            assert_eq!(piece.first() % length, 0, "{piece}");
        }
    }
}
