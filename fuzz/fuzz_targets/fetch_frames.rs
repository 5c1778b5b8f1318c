#![no_main]
//! Frames of both families of tracers.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::feed("fetch_frames", bytes));
