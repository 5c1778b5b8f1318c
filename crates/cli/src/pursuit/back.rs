//! Going back: near first, too, but from the end of what is missing. Money that moves on within minutes came
//! minutes before.

use fundtrail_model::{AssetClass, Coverage, OpenEnd, Window};

use super::piece_size;

/// The last piece of an open end. It may be as long as what was read in a row after it, and is cut at a multiple of
/// that length, so that wallets that are looked at over the same blocks share requests.
pub(super) fn last_piece<'a>(
    end: &OpenEnd,
    coverage: impl Iterator<Item = &'a Coverage>,
) -> Window {
    let mut read: Vec<Window> = coverage
        // Both classes are looked at together.
        .filter(|found| found.address == end.address && found.class == AssetClass::Native)
        .map(|found| found.window)
        .collect();
    read.sort_unstable();
    let last = end.window.last();
    let mut after = last;
    for window in read {
        if window.first() <= after.saturating_add(1) {
            after = after.max(window.last());
        }
    }
    let size = piece_size(after.saturating_sub(last));
    let first = last.saturating_sub(last % size).max(end.window.first());
    Window::new(first, last).unwrap_or(end.window)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Address, AssetClass, ChainId, Coverage, How, OpenEnd, Proof, Window};

    use super::super::{LONGEST_PIECE, SHORTEST_PIECE};
    use super::last_piece;

    fn window(first: u64, last: u64) -> Window {
        Window::new(first, last).unwrap()
    }

    fn end(first: u64, last: u64) -> OpenEnd {
        OpenEnd {
            chain: ChainId(1),
            address: Address::zero(),
            window: window(first, last),
            at_stake: vec![],
            depth: 1,
            residual: 0,
        }
    }

    fn read(window: Window) -> Coverage {
        Coverage {
            chain: ChainId(1),
            address: Address::zero(),
            class: AssetClass::Native,
            window,
            how: How::StateAndBlocks,
            proof: Proof::Reconciled,
        }
    }

    #[test]
    fn pieces_begin_at_the_debit_and_grow_backward() {
        let check = |debit: u64, lengths: &[u64]| {
            let (mut known, mut last) = (vec![], debit);
            for length in lengths {
                let piece = last_piece(&end(1, last), known.iter());
                assert_eq!(
                    (piece.last(), piece.block_count()),
                    (last, *length),
                    "back from {debit}"
                );
                known.push(read(piece));
                last = piece.first() - 1;
            }
        };
        check(1_000, &[105]);
        check(127, &[127]);
        let debit = 20 * LONGEST_PIECE - 1;
        let (mut known, mut last) = (vec![], debit);
        let mut longest = 0;
        while 0 < last {
            let piece = last_piece(&end(1, last), known.iter());
            assert_eq!(piece.last(), last);
            assert!(piece.first() == 1 || piece.first() % SHORTEST_PIECE == 0, "{piece}");
            longest = longest.max(piece.block_count());
            known.push(read(piece));
            last = piece.first() - 1;
        }
        assert_eq!(longest, LONGEST_PIECE);
        assert!(known.len() < 40, "{}", known.len());
    }

    #[test]
    fn no_piece_is_longer_than_what_is_missing() {
        let known = [read(window(201, 100_000))];
        assert_eq!(last_piece(&end(150, 200), known.iter()), window(150, 200));
        assert_eq!(last_piece(&end(200, 200), [].iter()), window(200, 200));
        // What was read elsewhere does not count.
        let far = [read(window(202, 100_000))];
        assert_eq!(last_piece(&end(1, 200), far.iter()), window(128, 200));
    }
}
