use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{READERS, Reader};

/// Pieces that texts of this kind are made of: what a random byte hardly ever hits.
const PIECES: [&str; 16] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "\"0x\"",
    "0x",
    "-1",
    "1e999",
    "\\u0000",
    "\u{feff}",
    "\"error\":",
    "~",
];

/// A sample of a reader with some of its bytes replaced, doubled, left out, or moved.
fn mangled() -> impl Strategy<Value = (usize, Vec<u8>)> {
    let edit = (any::<Index>(), any::<Index>(), 0..6_u8, any::<u8>(), select(&PIECES[..]));
    let which = (0..READERS.len(), any::<Index>());
    (which, prop::collection::vec(edit, 0..6)).prop_map(|((reader, sample), edits)| {
        let samples = (READERS[reader].samples)();
        let mut bytes = sample.get(&samples).clone();
        for (at, to, how, byte, piece) in edits {
            if bytes.is_empty() {
                break;
            }
            let (at, to) = (at.index(bytes.len()), to.index(bytes.len()));
            let range = at.min(to)..at.max(to);
            match how {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => drop(bytes.drain(range)),
                3 => drop(bytes.splice(at..at, piece.bytes())),
                4 => bytes[at] ^= 1 << (byte % 8),
                _ => {
                    let part = bytes[range].to_vec();
                    drop(bytes.splice(at..at, part));
                }
            }
        }
        (reader, bytes)
    })
}

/// Samples are worth something only if they are read to the end.
#[test]
fn every_sample_is_read() {
    for Reader { name, samples, read } in &READERS {
        let samples = samples();
        assert!(!samples.is_empty(), "{name}");
        for sample in samples {
            assert!(read(&sample), "{name}: {}", String::from_utf8_lossy(&sample));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn mangled_answers_are_read_or_refused((reader, bytes) in mangled()) {
        let _ = (READERS[reader].read)(&bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        READERS.iter().for_each(|reader| _ = (reader.read)(&bytes));
    }
}
