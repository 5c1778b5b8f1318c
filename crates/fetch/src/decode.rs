//! From answers to the words of the model. Pure: no I/O, no waiting, nothing remembered.

pub(crate) mod account;
pub(crate) mod first_change;
pub(crate) mod frames;
pub(crate) mod gaps;
pub(crate) mod legs;
pub(crate) mod looks;
pub(crate) mod multicall;
pub(crate) mod native;
pub(crate) mod price;
pub(crate) mod reconcile;
pub(crate) mod tally;
pub(crate) mod token;
