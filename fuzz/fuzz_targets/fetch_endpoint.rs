#![no_main]
//! Addresses of nodes.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_endpoint", bytes));
