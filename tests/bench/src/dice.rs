//! What looks random, and is the same in every run.

use fundtrail_model::H256;

/// A number (splitmix64).
pub(crate) const fn mix(number: u64) -> u64 {
    let a = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

/// A hash; kinds keep apart what is numbered from the same number on.
pub(crate) fn hash(kind: u64, number: u64) -> H256 {
    let mut bytes = [0_u8; 32];
    let mut dice = mix(number ^ kind << 56);
    for part in bytes.chunks_mut(8) {
        part.copy_from_slice(&dice.to_be_bytes());
        dice = mix(dice);
    }
    H256(bytes)
}
