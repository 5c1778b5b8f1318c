//! When blocks were made, as far as their times can be believed.

use std::collections::BTreeMap;

use fundtrail_model::BlockStamp;

/// The times of blocks, in seconds of Unix time, without those that contradict the order of blocks: the largest set
/// that does not, and of several the one of the earliest times. One lie about the future would otherwise make all that
/// came later happen at once. O(*n* log *n*).
///
/// Source: the longest non-decreasing subsequence, by patience sorting.
pub(super) fn of(blocks: &[BlockStamp]) -> BTreeMap<u64, u64> {
    let mut stamps: Vec<(u64, u64)> =
        blocks.iter().map(|block| (block.number, block.timestamp.0)).collect();
    stamps.sort_unstable();
    stamps.dedup_by_key(|(number, _)| *number);
    // By length: where the subsequence of that length ends with the earliest time.
    let mut ends: Vec<(u64, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(stamps.len());
    for (idx, (_, time)) in stamps.iter().enumerate() {
        let place = ends.partition_point(|(end, _)| *end <= *time);
        let previous = place.checked_sub(1).and_then(|length| ends.get(length));
        before.push(previous.map(|(_, idx)| *idx));
        match ends.get_mut(place) {
            Some(end) => *end = (*time, idx),
            None => ends.push((*time, idx)),
        }
    }
    let mut times = BTreeMap::new();
    let mut next = ends.last().map(|(_, idx)| *idx);
    while let Some(idx) = next {
        times.extend(stamps.get(idx).copied());
        next = before.get(idx).copied().flatten();
    }
    times
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{BlockStamp, H256, Timestamp};

    use super::of;

    #[test]
    fn lies_have_no_time_and_spoil_no_others() {
        let check = |stamps: &[(u64, u64)], expected: &[(u64, u64)]| {
            let mut blocks: Vec<BlockStamp> = stamps
                .iter()
                .map(|(number, time)| BlockStamp {
                    number: *number,
                    hash: H256::zero(),
                    parent: H256::zero(),
                    timestamp: Timestamp(*time),
                })
                .collect();
            let expected = expected.iter().copied().collect();
            assert_eq!(of(&blocks), expected, "{stamps:?}");
            blocks.reverse();
            assert_eq!(of(&blocks), expected, "{stamps:?} reversed");
        };
        check(&[], &[]);
        check(&[(1, 10), (2, 10), (5, 70)], &[(1, 10), (2, 10), (5, 70)]);
        check(&[(1, 10), (2, u64::MAX), (3, 30), (4, 40)], &[(1, 10), (3, 30), (4, 40)]);
        check(&[(1, 10), (2, 20), (3, 0), (4, 40)], &[(1, 10), (2, 20), (4, 40)]);
        check(&[(1, 10), (1, 20), (2, 15)], &[(1, 10), (2, 15)]);
    }
}
