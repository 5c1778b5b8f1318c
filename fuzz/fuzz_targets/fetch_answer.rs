#![no_main]
//! Whole answers over HTTP, and refusals.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_answer", bytes));
