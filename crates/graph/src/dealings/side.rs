//! What accounts paid, or received.

use std::ops::Range;

use fundtrail_model::{Address, Asset};

use crate::history::{Account, index};
use crate::view::View;

/// Moves of an account and an asset, as indices of moves, in order.
type Entry = ((Address, Asset), Vec<usize>);

/// Moves by account and asset.
#[derive(Default)]
pub(super) struct Side {
    /// By address and asset.
    entries: Vec<Entry>,
    /// By account: which entries are its own.
    places: Vec<Range<usize>>,
}

impl Side {
    /// `dealt` are whose move each is, and of what.
    pub(super) fn of(view: &View<'_>, dealt: impl Iterator<Item = (Address, Asset)>) -> Self {
        let mut keyed: Vec<((Address, Asset), usize)> = dealt.zip(0..).collect();
        keyed.sort_unstable();
        let entry = |same: &[((Address, Asset), usize)]| {
            let (key, _) = *same.first()?;
            Some((key, same.iter().map(|(_, idx)| *idx).collect()))
        };
        let entries: Vec<Entry> =
            keyed.chunk_by(|(a, _), (b, _)| a == b).filter_map(entry).collect();
        let mut places = vec![0..0; view.account_count()];
        let mut start = 0_usize;
        for own in entries.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let end = start.saturating_add(own.len());
            let account = own.first().map(|((who, _), _)| index(view.number(*who)));
            if let Some(place) = account.and_then(|account| places.get_mut(account)) {
                *place = start..end;
            }
            start = end;
        }
        Self { entries, places }
    }

    pub(super) fn get(&self, account: Account, asset: Asset) -> &[usize] {
        let place = self.places.get(index(account)).cloned().unwrap_or_default();
        let own = self.entries.get(place).unwrap_or_default();
        own.iter().find(|((_, of), _)| *of == asset).map_or(&[], |(_, indices)| indices)
    }

    /// Whose, of what, and which, by address and asset.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Address, Asset, &[usize])> {
        self.entries.iter().map(|((who, asset), indices)| (*who, *asset, indices.as_slice()))
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Vec<usize>> {
        self.entries.iter_mut().map(|(_, indices)| indices)
    }
}
