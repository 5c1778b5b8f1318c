#![no_main]
//! What contracts return.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_calls", bytes));
