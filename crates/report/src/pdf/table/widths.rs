//! How the columns of a table share its width.

use crate::pdf::unit::Length;

/// What a column wants.
#[derive(Clone, Debug)]
pub(super) struct Want {
    /// The width of its longest text in one line.
    pub(super) most: Length,
    /// The width of its longest word.
    pub(super) least: Length,
    /// Its share of the width, relative to the others.
    pub(super) weight: u32,
}

impl Want {
    /// The same for another size of text.
    pub(super) const fn scaled(&self, size: Length, from: Length) -> Self {
        Self {
            most: self.most * size / from + 1,
            least: self.least * size / from + 1,
            weight: self.weight,
        }
    }
}

/// The width of each column: together not more than `total`.
///
/// Columns share the width by weight; none gets less than its longest word needs or more than it can use. Where not
/// even the words have room, columns get what they need in proportion; where there is more than all can use, the
/// table is as wide as the text all the same.
pub(super) fn widths(wants: &[Want], total: Length) -> Vec<Length> {
    let total = total.max(0);
    let least: Length = wants.iter().map(|want| want.least).sum();
    let most: Length = wants.iter().map(|want| want.most).sum();
    if most <= total {
        let share = |want: &Want| want.most + (total - most) * want.most / most.max(1);
        return wants.iter().map(share).collect();
    }
    if least > total {
        return wants.iter().map(|want| total * want.least / least.max(1)).collect();
    }
    let of = |unit: Length| -> Vec<Length> {
        let width = |want: &Want| {
            let share = unit.saturating_mul(Length::from(want.weight.max(1)));
            share.clamp(want.least, want.most.max(want.least))
        };
        wants.iter().map(width).collect()
    };
    // The largest width of one weight at which all have room.
    let (mut fits, mut too_wide) = (0, total + 1);
    while fits + 1 < too_wide {
        let middle = Length::midpoint(fits, too_wide);
        if of(middle).iter().sum::<Length>() <= total {
            fits = middle;
        } else {
            too_wide = middle;
        }
    }
    of(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Want, widths};

    fn want((most, least, weight): (i64, i64, u32)) -> Want {
        Want { most: most.max(least), least, weight }
    }

    #[test]
    fn columns_get_what_they_need_and_then_by_weight() {
        let check = |wants: &[(i64, i64, u32)], total: i64, expected: &[i64]| {
            let wants: Vec<Want> = wants.iter().copied().map(want).collect();
            assert_eq!(widths(&wants, total), expected);
        };
        check(&[], 100, &[]);
        check(&[(10, 5, 1), (30, 5, 1)], 80, &[20, 60]);
        check(&[(10, 5, 1), (300, 5, 1)], 100, &[10, 90]);
        check(&[(200, 10, 1), (200, 10, 3)], 100, &[25, 75]);
        check(&[(200, 60, 1), (200, 20, 9)], 100, &[60, 36]);
        check(&[(200, 60, 1), (200, 60, 1)], 100, &[50, 50]);
        check(&[(0, 0, 0), (0, 0, 0)], 100, &[0, 0]);
    }

    proptest! {
        #[test]
        fn the_table_is_never_too_wide(
            wants in proptest::collection::vec((0_i64..500_000, 0_i64..90_000, 0_u32..9), 1..20),
            total in 0_i64..500_000,
        ) {
            let wants: Vec<Want> = wants.into_iter().map(want).collect();
            let widths = widths(&wants, total);
            prop_assert_eq!(widths.len(), wants.len());
            prop_assert!(widths.iter().all(|width| 0 <= *width));
            prop_assert!(widths.iter().sum::<i64>() <= total);
            if wants.iter().map(|want| want.least).sum::<i64>() <= total {
                prop_assert!(widths.iter().zip(&wants).all(|(width, want)| want.least <= *width));
            }
        }
    }
}
