#![no_main]
//! Answers to `eth_getLogs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_logs", bytes));
