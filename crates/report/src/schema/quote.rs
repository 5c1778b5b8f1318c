//! What is quoted to somebody who is asked about an amount.

use super::{ActionItem, LeadItem, Money, PartyRef, Place};

/// An amount of an ending, with where it is and how it came there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quote<'a> {
    pub(crate) ending: &'a str,
    pub(crate) seed: &'a str,
    pub(crate) money: &'a Money,
    pub(crate) at: &'a PartyRef,
    pub(crate) place: &'a Place,
}

impl<'a> From<&'a ActionItem> for Quote<'a> {
    fn from(item: &'a ActionItem) -> Self {
        let ActionItem { ending, seed, money, at, place, .. } = item;
        Self { ending, seed, money, at, place }
    }
}

impl<'a> From<&'a LeadItem> for Quote<'a> {
    fn from(item: &'a LeadItem) -> Self {
        let LeadItem { ending, seed, money, at, place } = item;
        Self { ending, seed, money, at, place }
    }
}
