#![no_main]
//! What feeds and pools return.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_price", bytes));
