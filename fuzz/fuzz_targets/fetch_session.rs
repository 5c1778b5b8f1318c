#![no_main]
//! Recordings.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_session", bytes));
