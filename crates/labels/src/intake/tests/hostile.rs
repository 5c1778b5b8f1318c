//! Files that nobody would write: no reader may panic, and what is read twice is the same.

use proptest::prelude::*;

use super::*;

/// A sample with some of its bytes replaced, doubled or left out.
fn mangled() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let edit = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>());
    (prop::sample::select(samples()), prop::collection::vec(edit, 1..6)).prop_map(
        |((format, text), edits)| {
            let mut bytes = text.into_bytes();
            for (at, how, byte) in edits {
                if bytes.is_empty() {
                    break;
                }
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.truncate(at),
                    2 => bytes.insert(at, byte),
                    _ => {
                        let tail = bytes[at..].to_vec();
                        bytes.extend(tail);
                    }
                }
            }
            (format, bytes)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn mangled_files_are_read_or_refused((format, bytes) in mangled()) {
        let first = parse(format, &bytes);
        prop_assert_eq!(&first, &parse(format, &bytes));
        if let Ok(reading) = first {
            prop_assert!(0 < reading.counts.entries);
            let foreign: u64 = reading.counts.foreign.values().sum();
            let Counts { listed, named, tokens, .. } = reading.counts;
            let n_facts = u64::try_from(reading.facts.len()).unwrap();
            prop_assert_eq!(n_facts, listed + named + tokens + foreign);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = Format::detect(&bytes, "file");
        for format in Format::ALL {
            let _ = parse(format, &bytes);
        }
    }
}
