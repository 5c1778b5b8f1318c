//! Wallet reports of small histories.

mod hostile;
mod listed;
mod sample;
mod sums;
mod words;
