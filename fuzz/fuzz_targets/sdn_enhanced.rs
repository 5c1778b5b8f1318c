#![no_main]
//! Files of the kind `sdn-enhanced`.

use fundtrail_labels::intake::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fundtrail_fuzz::read(Format::SdnEnhanced, bytes));
