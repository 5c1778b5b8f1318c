//! What an address is, and what a token contract says of itself.

use fundtrail_model::{AccountKind, Address, Amount, U256, sanitize_claim};

/// How long a claimed ticker may be, in characters.
const SYMBOL_CHARS: usize = 64;
/// How much of an answer to `symbol()` is looked at: a contract may return megabytes.
const SYMBOL_BYTES: usize = 1024;
/// 10^77 is the largest power of ten in 256 bits.
const MAX_DECIMALS: u8 = 77;

/// What this code makes of an address. A delegation is exactly `0xef0100` and an address (EIP-7702).
pub(crate) fn kind(code: &[u8]) -> AccountKind {
    match code {
        [] => AccountKind::Wallet,
        [0xef, 0x01, 0x00, delegate @ ..] if delegate.len() == 20 => {
            AccountKind::DelegatedWallet { delegate: Address::from_slice(delegate) }
        }
        _ => AccountKind::Contract,
    }
}

/// The answer to `symbol()`: an ABI `string`, or a `bytes32` padded with zeros as old tokens give.
pub(crate) fn symbol(answer: &[u8]) -> Option<String> {
    let text = if answer.len() == 32 { answer } else { abi_string(answer)? };
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    let text = String::from_utf8_lossy(text.get(..end.min(SYMBOL_BYTES))?);
    let symbol = sanitize_claim(text.trim(), SYMBOL_CHARS - 1);
    // Escapes may be longer than what they stand for.
    let symbol: String = symbol.chars().take(SYMBOL_CHARS).collect();
    (!symbol.is_empty()).then_some(symbol)
}

/// The bytes of a lone ABI string. Read by hand: the offset and the length are a stranger's numbers, and
/// are checked before anything is done with them.
fn abi_string(answer: &[u8]) -> Option<&[u8]> {
    let offset = usize::try_from(word(answer, 0)?).ok()?;
    let length = usize::try_from(word(answer, offset)?).ok()?;
    let start = offset.checked_add(32)?;
    answer.get(start..start.checked_add(length)?)
}

/// The word at a byte of an answer, if it is a number of 64 bits.
pub(crate) fn word(answer: &[u8], start: usize) -> Option<u64> {
    let word = answer.get(start..start.checked_add(32)?)?;
    let number = U256::from_big_endian(word);
    (number.bits() <= 64).then(|| number.as_u64())
}

/// The answer to `decimals()`.
pub(crate) fn decimals(answer: &[u8]) -> Option<u8> {
    let number = U256::from_big_endian(answer.get(..32)?);
    let decimals = u8::try_from(number).ok()?;
    (decimals <= MAX_DECIMALS).then_some(decimals)
}

/// The answer to `balanceOf(address)`: one word; what a contract returns beyond it is ignored.
pub(crate) fn balance(answer: &[u8]) -> Option<Amount> {
    Amount::from_be_bytes(answer.get(..32)?)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{AccountKind, Address, Amount};

    use super::{balance, decimals, kind, symbol};

    fn bytes(words: &[&str]) -> Vec<u8> {
        const_hex::decode(words.concat()).unwrap()
    }

    fn number(number: impl TryInto<u64, Error: std::fmt::Debug>) -> String {
        let number = number.try_into().unwrap();
        format!("{number:064x}")
    }

    /// `text` as a word padded with zeros on the right.
    fn padded(text: &[u8]) -> String {
        format!("{:0<64}", const_hex::encode(text))
    }

    #[test]
    fn code_says_what_an_address_is() {
        let delegate = Address::repeat_byte(0x63);
        assert_eq!(kind(&[]), AccountKind::Wallet);
        let delegation = [&[0xef, 0x01, 0x00], delegate.as_bytes()].concat();
        assert_eq!(kind(&delegation), AccountKind::DelegatedWallet { delegate });
        assert_eq!(kind(&delegation[..22]), AccountKind::Contract);
        assert_eq!(kind(&[&delegation[..], &[0]].concat()), AccountKind::Contract);
        assert_eq!(kind(&[0x60]), AccountKind::Contract);
    }

    #[test]
    fn symbols_are_claims_of_strangers() {
        let check = |answer: &[u8], expected: Option<&str>| {
            assert_eq!(symbol(answer).as_deref(), expected);
        };
        let string = |text: &[u8]| bytes(&[&number(32_u64), &number(text.len()), &padded(text)]);
        check(&string(b"USDC"), Some("USDC"));
        check(&bytes(&[&padded(b"MKR")]), Some("MKR"));
        check(&string("US\u{202e}DC".as_bytes()), Some("US\\u{202e}DC"));
        check(&string(b"\xff\xfe"), Some("\u{fffd}\u{fffd}"));
        check(&string(b""), None);
        check(&string(b"  "), None);
        check(&bytes(&[&number(0_u64)]), None);
        check(&[], None);
        check(&[1, 2, 3], None);
        // Offsets and lengths that point outside, or wrap around.
        check(&bytes(&[&number(u64::MAX), &number(4_u64), &padded(b"USDC")]), None);
        check(&bytes(&[&"f".repeat(64), &number(4_u64), &padded(b"USDC")]), None);
        check(&bytes(&[&number(32_u64), &number(u64::MAX - 31), &padded(b"USDC")]), None);
        check(&bytes(&[&number(32_u64), &number(33_u64), &padded(b"USDC")]), None);
        // A megabyte of letters, and of characters whose escapes are long.
        for letter in ["A", "\u{200b}"] {
            let text = letter.repeat(1 << 20);
            let answer = [bytes(&[&number(32_u64), &number(text.len())]), text.into_bytes()];
            let claim = symbol(&answer.concat()).unwrap();
            assert_eq!(claim.chars().count(), 64, "{claim}");
        }
    }

    #[test]
    fn decimals_and_balances_are_one_word() {
        assert_eq!(decimals(&bytes(&[&number(6_u64)])), Some(6));
        assert_eq!(decimals(&bytes(&[&number(77_u64)])), Some(77));
        assert_eq!(decimals(&bytes(&[&number(78_u64)])), None);
        assert_eq!(decimals(&bytes(&[&"f".repeat(64)])), None);
        assert_eq!(decimals(&[6]), None);
        assert_eq!(balance(&bytes(&[&number(7_u64), &number(9_u64)])), Some(Amount::from(7)));
        assert_eq!(balance(&[]), None);
    }
}
