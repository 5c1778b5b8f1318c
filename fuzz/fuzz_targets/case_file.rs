#![no_main]
//! Case files that come from a stranger.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::case_file(bytes));
