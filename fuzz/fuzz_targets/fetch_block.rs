#![no_main]
//! Blocks, receipts, frames and indexes.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_block", bytes));
