//! The loop: follow, fetch what the trail lacks, follow again, until nothing is lacking.
//!
//! Near first: stolen money moves on within minutes. A wallet is looked at from the arrival on in a short
//! piece; only while the money stays does the trail lack more, and then each piece may be twice as long as all
//! that was looked at before it. What a wallet does after the money left is never fetched. Longer stays are
//! settled by the state at both ends where that is possible (`stays`).

mod back;
mod in_order;
mod pieces;
mod stays;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_labels::Book;
use fundtrail_model::{Address, Asset, AssetClass, ChainId, Direction, OpenEnd, Window, checksum};
use fundtrail_store::{Case, PlannedWindow};

use crate::budget::Budget;
use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{Evidence, How};
use crate::names::keep_names;
use crate::nodes::Nodes;
use crate::presentation::key;
use crate::progress::Progress;
use crate::through;
use stays::{Before, Next};

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
    pub(crate) budget: &'a mut Budget,
}

impl Pursuit<'_> {
    /// Follows and fetches until every open end is settled, or the budget is spent; returns what was spent.
    pub(crate) async fn pursue(&mut self, how: &How) -> Result<Option<String>, Error> {
        // A node that lags says of a transaction that there is none, too.
        self.case.forget_absent()?;
        // What an interrupted run had decided to fetch comes first, and in the same order: so the case
        // gets the same content as if nothing had happened.
        let mut spent = self.fetch_all().await?;
        loop {
            let evidence = Evidence::load(self.case)?;
            let marks = evidence.marks(self.book);
            // In every round: a report on an interrupted case must not miss a listing.
            keep_names(self.case, &evidence, &marks, self.book)?;
            if spent.is_some() {
                return Ok(spent);
            }
            let Some(trail) = evidence.follow_to_a_lack(how, &marks)? else { return Ok(None) };
            let open = through::addresses(&how.through, &evidence, &marks);
            let is_open = |end: &OpenEnd| open.binary_search(&(end.chain, end.address)).is_ok();
            let plan = planned_windows(
                is_open,
                trail.open_ends.iter().map(|end| (end, next_piece(end, &evidence, how))),
            );
            self.keep_gate(Some(how.limits.hub_counterparties), &open)?;
            self.case.plan(&plan, &whole::planned(&trail.open_transactions))?;
            spent = self.fetch_all().await?;
        }
    }

    /// Fetches the plan, windows and transactions; returns what was spent.
    async fn fetch_all(&mut self) -> Result<Option<String>, Error> {
        match self.fetch_planned().await? {
            Some(spent) => Ok(Some(spent)),
            None => self.fetch_transactions().await,
        }
    }

    /// Fetches everything that happened to addresses in a window; returns what was spent, if that kept it
    /// from being everything.
    pub(crate) async fn look_at(
        &mut self,
        chain: ChainId,
        addresses: &[Address],
        window: Window,
    ) -> Result<Option<String>, Error> {
        if let Some(spent) = self.fetch_planned().await? {
            return Ok(Some(spent));
        }
        let coverage = self.case.coverage(chain)?;
        let mut ends = Vec::new();
        let classes = AssetClass::ALL.into_iter();
        for (class, address) in
            classes.flat_map(|class| addresses.iter().map(move |who| (class, *who)))
        {
            let covered = coverage.iter();
            let covered = covered.filter(|found| found.address == address && found.class == class);
            for window in gaps(window, covered.map(|found| found.window)) {
                ends.push(OpenEnd {
                    chain,
                    address,
                    window,
                    at_stake: Vec::new(),
                    depth: 0,
                    residual: 0,
                });
            }
        }
        if ends.is_empty() {
            return Ok(None);
        }
        let pieces = ends.iter().map(|end| (end, end.window.aligned_pieces(LONGEST_PIECE)));
        let plan = planned_windows(|_| false, pieces);
        self.keep_gate(None, &[])?;
        self.case.plan(&plan, &[])?;
        self.fetch_planned().await
    }

    /// Keeps the hub gate of the plan that is made next: whoever goes on with the plan reads as much. Whom a
    /// user names himself is read whole, however crowded: `open` are those among others.
    fn keep_gate(&mut self, gate: Option<u32>, open: &[(ChainId, Address)]) -> Result<(), Error> {
        let mut kept: BTreeMap<String, String> =
            gate.iter().map(|gate| (String::new(), gate.to_string())).collect();
        let open = open.iter().enumerate();
        kept.extend(open.map(|(idx, (chain, address))| {
            (format!(".open.{idx:06}"), format!("{chain}:{}", checksum(*address)))
        }));
        Ok(self.case.replace_settings(key::GATE, &kept)?)
    }
}

/// The next piece of an open end: of what comes after what was looked at, or, where value is followed back, of what
/// comes before it.
fn next_piece(end: &OpenEnd, evidence: &Evidence, how: &How) -> Option<Next> {
    let coverage = evidence.coverage(end.chain);
    match how.direction {
        Direction::Out => Before::of(end, coverage).next_piece(end, || evidence.quiet_to(end, how)),
        Direction::In => Some(back::last_piece(end, coverage).into()),
    }
}

/// What is left of a window without what is covered, in order.
fn gaps(window: Window, covered: impl Iterator<Item = Window>) -> Vec<Window> {
    let mut covered: Vec<_> = covered.filter_map(|found| found.intersection(window)).collect();
    covered.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = Some(window.first());
    for found in covered {
        let Some(first) = next else { break };
        gaps.extend(found.first().checked_sub(1).and_then(|last| Window::new(first, last)));
        next = found.last().checked_add(1).map(|after| after.max(first));
    }
    gaps.extend(next.and_then(|first| Window::new(first, window.last())));
    gaps
}

/// How long the next piece may be, after so many blocks in a row.
const fn piece_size(blocks_before: u64) -> u64 {
    let mut size = SHORTEST_PIECE;
    while size < LONGEST_PIECE && size <= blocks_before {
        size = size.saturating_mul(2);
    }
    size
}

/// Wallets that lack the same piece, and the place of the first of them among all.
struct Sharers {
    rank: usize,
    addresses: BTreeSet<Address>,
    assets: BTreeSet<Asset>,
}

/// Puts wallets that lack the same pieces together, apart from those that no gate holds for. Pieces of the
/// first wallets come first. The chains take turns, so that no node waits for another.
fn planned_windows<'a, P: IntoIterator<Item: Into<Next>>>(
    is_open: impl Fn(&OpenEnd) -> bool,
    lacking: impl IntoIterator<Item = (&'a OpenEnd, P)>,
) -> Vec<PlannedWindow> {
    let mut pieces: BTreeMap<(ChainId, Next, bool), Sharers> = BTreeMap::new();
    for (rank, (end, next)) in lacking.into_iter().enumerate() {
        for next in next {
            let sharers = pieces.entry((end.chain, next.into(), is_open(end))).or_insert(Sharers {
                rank,
                addresses: BTreeSet::new(),
                assets: BTreeSet::new(),
            });
            sharers.addresses.insert(end.address);
            sharers.assets.extend(end.at_stake.iter().map(|lot| lot.asset));
        }
    }
    let mut pieces: Vec<_> = pieces.into_iter().collect();
    // Stable: of one wallet in the order of the blocks.
    pieces.sort_by_key(|(_, sharers)| sharers.rank);
    let mut of_chain: BTreeMap<ChainId, usize> = BTreeMap::new();
    let mut planned: Vec<(usize, PlannedWindow)> = pieces
        .into_iter()
        .map(|((chain, Next { window, settle }, _), Sharers { addresses, assets, .. })| {
            let number = of_chain.entry(chain).or_default();
            let turn = *number;
            *number = number.saturating_add(1);
            let (addresses, balances_of) =
                (addresses.into_iter().collect(), assets.into_iter().collect());
            let settle_to = settle.map(|(_, to)| to);
            (turn, PlannedWindow { chain, window, addresses, balances_of, settle_to })
        })
        .collect();
    planned.sort_by_key(|(turn, _)| *turn);
    planned.into_iter().map(|(_, planned)| planned).collect()
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Address, ChainId, OpenEnd, Window};

    use super::{LONGEST_PIECE, SHORTEST_PIECE, gaps, piece_size, planned_windows};

    fn window(first: u64, last: u64) -> Window {
        Window::new(first, last).unwrap()
    }

    #[test]
    fn gaps_are_what_is_not_covered() {
        let check = |covered: &[(u64, u64)], expected: &[(u64, u64)]| {
            let windows = |pairs: &[(u64, u64)]| {
                pairs.iter().map(|(first, last)| window(*first, *last)).collect::<Vec<_>>()
            };
            assert_eq!(gaps(window(10, 20), windows(covered).into_iter()), windows(expected));
        };
        check(&[], &[(10, 20)]);
        check(&[(10, 20)], &[]);
        check(&[(10, 14), (15, 20)], &[]);
        check(&[(16, 30), (0, 11)], &[(12, 15)]);
        check(&[(12, 13), (12, 18)], &[(10, 11), (19, 20)]);
        check(&[(30, 40)], &[(10, 20)]);
    }

    #[test]
    fn wallets_that_lack_the_same_blocks_share_a_piece() {
        let end = |address: u64, first, last| OpenEnd {
            chain: ChainId(1),
            address: Address::from_low_u64_be(address),
            window: window(first, last),
            at_stake: Vec::new(),
            depth: 1,
            residual: 0,
        };
        let ends = [end(1, 150, 320), end(2, 190, 320)];
        let plan = planned_windows(
            |_| false,
            ends.iter().map(|end| (end, end.window.aligned_pieces(100))),
        );
        let shape: Vec<_> = plan
            .iter()
            .map(|piece| (piece.window.first(), piece.window.last(), piece.addresses.len()))
            .collect();
        assert_eq!(shape, [(150, 199, 1), (200, 299, 2), (300, 320, 2), (190, 199, 1)]);
        // Whom no gate holds for is asked for alone.
        let is_open = |end: &OpenEnd| end.address == Address::from_low_u64_be(2);
        let pieces = ends.iter().map(|end| (end, end.window.aligned_pieces(100)));
        assert!(planned_windows(is_open, pieces).iter().all(|piece| piece.addresses.len() == 1));
    }

    #[test]
    fn chains_take_turns() {
        let end = |chain, first| OpenEnd {
            chain: ChainId(chain),
            address: Address::from_low_u64_be(1),
            window: window(first, 29),
            at_stake: Vec::new(),
            depth: 1,
            residual: 0,
        };
        let ends = [end(1, 0), end(2, 10), end(3, 25)];
        let plan =
            planned_windows(|_| false, ends.iter().map(|end| (end, end.window.aligned_pieces(10))));
        let order: Vec<_> =
            plan.iter().map(|piece| (piece.chain.0, piece.window.first())).collect();
        assert_eq!(order, [(1, 0), (2, 10), (3, 25), (1, 10), (2, 20), (1, 20)]);
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
        assert_eq!(lengths(100, 1_000), [28, 128, 256, 489]);
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
