#![no_main]
//! Files of daily prices.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::prices(bytes));
