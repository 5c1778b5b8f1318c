//! Chance that can be repeated.

/// Whether something happens that happens `per_mille` times in a thousand. The same arguments always give
/// the same answer.
pub(super) fn hits(seed: u64, event: u64, kind: u64, per_mille: u32) -> bool {
    roll(seed, event, kind, 1000) < u64::from(per_mille)
}

/// A number below `sides`.
pub(super) fn roll(seed: u64, event: u64, kind: u64, sides: u64) -> u64 {
    let mixed = mix(mix(mix(seed) ^ event) ^ kind);
    mixed % sides.max(1)
}

/// A number that stands for a text.
pub(super) fn number_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// One step of SplitMix64.
const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::hits;

    #[test]
    fn dice_are_fair_and_repeat() {
        for per_mille in [0, 10, 250, 1000] {
            let throw = |seed| (0..20_000).filter(|event| hits(seed, *event, 3, per_mille)).count();
            let expected = usize::try_from(per_mille).unwrap() * 20;
            let found = throw(7);
            assert!(found.abs_diff(expected) <= expected / 10, "{per_mille}: {found}");
            assert_eq!(found, throw(7));
        }
        assert_ne!(
            (0..64).map(|event| hits(1, event, 0, 500)).collect::<Vec<_>>(),
            (0..64).map(|event| hits(2, event, 0, 500)).collect::<Vec<_>>(),
        );
    }
}
