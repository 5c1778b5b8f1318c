//! How many requests a trace needs at least, from what it found: the formulas of what is known of public nodes.
//!
//! B is the number of blocks in a window, R how many an endpoint searches at once, A how many addresses the
//! window is about, G how many go into one list of topics, n how many logs were found, L how many an answer
//! holds, K in how many blocks the native coin of an address changed.
//!
//! | term | |
//! |---|---|
//! | logs | 2·⌈A/G⌉·⌈B/R⌉ + 2·⌊n/L⌋ per window: topics AND together, so payers and payees are two searches |
//! | headers | where an endpoint takes few questions at once: one per HTTP request for logs, which shows that it has the blocks |
//! | looks | nonce and balance, where halving the window has to look to find the K blocks: K·(log₂(B/K) + 1 … 2) |
//! | | … and where an address never had any, after the first block: what arrived there may have been swept |
//! | blocks | one per block that holds a transfer or ends a window; all B, for each window, where an account is not halved: whole blocks are too large to be kept |
//! | receipts | one per transaction that moved the native coin of an address or paid its fee |
//! | frames | one per block in which a contract moved it; all B where an account is not halved |
//! | balances | one per address, token that moved there, and end of a window |
//! | accounts | the code of every party, and at both ends of a halved window, since it must have none there |
//! | claims | two per token |
//! | setup | chain, last final block, and per seed its transaction and receipt |
//!
//! Nothing is counted twice that is the same question.

use std::collections::BTreeSet;

use fundtrail_model::{
    Address, Asset, AssetClass, Balance, Cause, Coverage, How, Transfer, Window,
};

/// Addresses in one list of topics.
const G: u64 = 100;

/// So many searches share the header of the last block that they are about, where an endpoint takes more.
/// Fewer make the headers many, and then they count.
const FEW_SEARCHES: u64 = 4;

/// What an endpoint allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    /// Blocks in one search by topics.
    pub(super) range: u64,
    /// Logs in one answer.
    pub(super) logs: u64,
    /// Questions in one HTTP request.
    pub(super) batch: u64,
}

/// What was looked at on one chain, and what was there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) windows: BTreeSet<(Window, Vec<Address>)>,
    /// In order.
    pub(super) transfers: Vec<Transfer>,
    pub(super) coverage: Vec<Coverage>,
    pub(super) balances: Vec<Balance>,
    pub(super) seeds: u64,
}

/// The terms by name.
pub(super) type Terms = Vec<(&'static str, u64)>;

pub(super) fn terms(found: &Found, allowed: Allowed) -> Terms {
    let mut counts = Counts::default();
    let mut logs = 0;
    for (window, addresses) in &found.windows {
        let inside = inside(&found.transfers, *window);
        let lists = count(addresses.len()).div_ceil(G);
        let n = count(inside.iter().filter(|transfer| is_logged(transfer, addresses)).count());
        logs += 2 * lists * window.block_count().div_ceil(allowed.range) + 2 * (n / allowed.logs);
        counts.blocks.extend([window.first(), window.last()]);
        for address in addresses {
            let native = found.native(*address, *window);
            counts.add(*window, *address, native, inside);
        }
    }
    let searches = allowed.batch.saturating_sub(1).max(1);
    let headers = if searches < FEW_SEARCHES { logs.div_ceil(searches) } else { 0 };
    vec![
        ("setup", 2 + 2 * found.seeds),
        ("logs", logs),
        ("headers", headers),
        ("looks", 2 * count(counts.looks.len())),
        ("blocks", counts.blocks()),
        ("receipts", count(counts.receipts.len())),
        ("frames", count(counts.frames.len())),
        ("balances", count(counts.balances.len())),
        ("accounts", count(counts.codes.len())),
        ("claims", 2 * count(counts.tokens.len())),
    ]
}

impl Found {
    fn native(&self, address: Address, window: Window) -> Native {
        let is_it = |entry: &&Coverage| {
            (entry.address, entry.class) == (address, AssetClass::Native)
                && entry.window.contains(window.last())
        };
        let mut native = self.transfers.iter().filter(|found| found.asset.contract().is_none());
        let mut balances = self.balances.iter().filter(|known| known.asset.contract().is_none());
        Native {
            how: self.coverage.iter().find(is_it).map(|entry| entry.how),
            is_blank: native.all(|found| !is_of(found, address))
                && balances.all(|known| known.address != address || known.amount.is_zero()),
        }
    }
}

/// What is known of the native coin of an address.
#[derive(Clone, Copy, Debug)]
struct Native {
    how: Option<How>,
    /// It never had any, as far as was seen.
    is_blank: bool,
}

#[derive(Default)]
struct Counts {
    looks: BTreeSet<(Address, u64)>,
    blocks: BTreeSet<u64>,
    /// Blocks that are read whole, in each window.
    whole: BTreeSet<(Window, u64)>,
    receipts: BTreeSet<(u64, u32)>,
    frames: BTreeSet<u64>,
    balances: BTreeSet<(Address, Asset, u64)>,
    /// Whose, and where it matters when: at which block.
    codes: BTreeSet<(Address, Option<u64>)>,
    tokens: BTreeSet<Asset>,
}

impl Counts {
    fn blocks(&self) -> u64 {
        let whole: BTreeSet<u64> = self.whole.iter().map(|(_, block)| *block).collect();
        count(self.whole.len()) + count(self.blocks.difference(&whole).count())
    }

    fn add(&mut self, window: Window, address: Address, native: Native, inside: &[Transfer]) {
        let mut changed = BTreeSet::new();
        let mut parties = BTreeSet::from([address]);
        let ends = [window.first().saturating_sub(1), window.last()];
        for transfer in inside.iter().filter(|transfer| is_of(transfer, address)) {
            let (block, index) = (transfer.position.block, transfer.position.transaction);
            self.blocks.insert(block);
            parties.extend([transfer.from, transfer.to].into_iter().flatten());
            if transfer.asset.contract().is_some() {
                self.tokens.insert(transfer.asset);
                self.balances.extend(ends.map(|end| (address, transfer.asset, end)));
                continue;
            }
            changed.insert(block);
            match transfer.cause {
                Cause::Internal => _ = self.frames.insert(block),
                Cause::Unexplained | Cause::Withdrawal => {}
                _ => _ = self.receipts.insert((block, index)),
            }
        }
        let all = window.first()..=window.last();
        match native.how {
            Some(How::BlocksAndFrames) => {
                self.whole.extend(all.clone().map(|block| (window, block)));
                self.frames.extend(all);
            }
            Some(How::BlocksOnly) => self.whole.extend(all.map(|block| (window, block))),
            _ => {
                let mut looks = halving(ends, &changed);
                if native.is_blank {
                    looks.insert(window.first());
                }
                self.looks.extend(looks.into_iter().map(|block| (address, block)));
                self.codes.extend(ends.map(|end| (address, Some(end))));
                parties.remove(&address);
            }
        }
        self.codes.extend(parties.into_iter().map(|party| (party, None)));
    }
}

/// At which blocks nonce and balance are looked at, to find all blocks in which they changed, from the end of
/// one block to that of another.
fn halving([before, last]: [u64; 2], changed: &BTreeSet<u64>) -> BTreeSet<u64> {
    let mut looks = BTreeSet::from([before, last]);
    let mut open = vec![(before, last)];
    while let Some((before, last)) = open.pop() {
        if last - before > 1 && changed.range(before + 1..=last).next().is_some() {
            let middle = before.midpoint(last);
            looks.insert(middle);
            open.extend([(before, middle), (middle, last)]);
        }
    }
    looks
}

fn inside(transfers: &[Transfer], window: Window) -> &[Transfer] {
    let start = transfers.partition_point(|transfer| transfer.position.block < window.first());
    let end = transfers.partition_point(|transfer| transfer.position.block <= window.last());
    &transfers[start..end]
}

fn is_of(transfer: &Transfer, address: Address) -> bool {
    transfer.from == Some(address) || transfer.to == Some(address)
}

fn is_logged(transfer: &Transfer, addresses: &[Address]) -> bool {
    transfer.asset.contract().is_some() && addresses.iter().any(|address| is_of(transfer, *address))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).expect("a length fits")
}

#[cfg(test)]
mod tests {
    use super::halving;

    #[test]
    fn a_halving_looks_at_what_it_has_to() {
        let check = |ends: [u64; 2], changed: &[u64], expected: &[u64]| {
            let found = halving(ends, &changed.iter().copied().collect());
            assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
        };
        check([0, 1 << 24], &[], &[0, 1 << 24]);
        check([7, 8], &[8], &[7, 8]);
        check([0, 8], &[1], &[0, 1, 2, 4, 8]);
        check([0, 8], &[3, 8], &[0, 2, 3, 4, 6, 7, 8]);
        // As worked out for one change in 24 million blocks: some 26 looks.
        assert_eq!(halving([0, 24_000_000], &[777_777].into()).len(), 26);
    }
}
