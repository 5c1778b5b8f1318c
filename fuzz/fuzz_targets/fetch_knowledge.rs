#![no_main]
//! What was learned of endpoints.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_knowledge", bytes));
