//! What every fuzz target of a reader of lists checks: bytes are read or refused, the same each time, and
//! what is counted is what is there.

use fundtrail_labels::intake::{Format, Input, Reading, Terms, read as read_list};

/// Reads bytes as a list of that format.
///
/// # Panics
///
/// If a reader contradicts itself: the fuzzer takes that for a crash.
pub fn read(format: Format, bytes: &[u8]) {
    let _ = Format::detect(bytes, "fuzz");
    let first = parse(format, bytes);
    assert_eq!(first, parse(format, bytes));
    if let Ok(reading) = first {
        let counts = reading.counts;
        let foreign: u64 = counts.foreign.values().sum();
        let n_facts = u64::try_from(reading.facts.len()).expect("fits");
        assert!(0 < counts.entries);
        assert_eq!(n_facts, counts.listed + counts.named + counts.tokens + foreign);
    }
}

fn parse(format: Format, bytes: &[u8]) -> Result<Reading, fundtrail_labels::Error> {
    let terms = Terms { source: Some("fuzz".to_owned()), ..Terms::default() };
    read_list(format, Input { origin: "fuzz", data: &mut &*bytes }, None, &terms)
}
