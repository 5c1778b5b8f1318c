//! Digital currency addresses in the remarks of OFAC's CSV files.

/// What OFAC writes before a ticker and an address.
pub(super) const PREFIX: &str = "Digital Currency Address - ";

/// Ticker and address of each digital currency address in the remarks of one entry, whose parts are
/// separated by semicolons.
///
/// `is_tail` says that the text is the overflow of remarks whose beginning is not at hand. It begins
/// anywhere: of the first part only an address that is there with all its digits is taken.
pub(super) fn addresses(remarks: &str, is_tail: bool) -> impl Iterator<Item = (&str, &str)> {
    remarks.split(';').enumerate().filter_map(move |(part_idx, part)| {
        let part = part.trim().trim_end_matches('.');
        if let Some((_, said)) = part.split_once(PREFIX) {
            let (ticker, address) = said.trim().split_once(char::is_whitespace)?;
            return Some((ticker, address.trim()));
        }
        (is_tail && part_idx == 0).then(|| beheaded(part)).flatten()
    })
}

/// A whole address after what a cut has left of `alt. Digital Currency Address - ETH`.
fn beheaded(part: &str) -> Option<(&str, &str)> {
    let (before, address) = part.rsplit_once(' ').unwrap_or(("", part));
    is_evm(address).then_some(())?;
    let head = before.trim_end();
    let ticker = head.rsplit_once(' ').map_or(head, |(_, ticker)| ticker);
    let is_ticker = !ticker.is_empty() && ticker.bytes().all(|byte| byte.is_ascii_uppercase());
    Some((if is_ticker { ticker } else { "" }, address))
}

/// Whether the text has the shape of an address of an EVM chain: `0x` and 40 hexadecimal digits.
pub(super) fn is_evm(text: &str) -> bool {
    text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).is_some_and(|digits| {
        digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::addresses;

    const EVM: &str = "0x8576acc5c05d6ce88f4e49bf65bdf0c62f91353c";

    #[test]
    fn every_digital_currency_is_found_wherever_the_text_begins() {
        let check = |remarks: &str, is_tail, expected: &[(&str, &str)]| {
            let found: Vec<_> = addresses(remarks, is_tail).collect();
            assert_eq!(found, expected, "{remarks}");
        };
        let two = format!(
            "DOB 1 Jan 1990; Digital Currency Address - XBT 12QtD5; alt. Digital Currency Address - USDT {EVM}; a.k.a. 'X'."
        );
        check(&two, false, &[("XBT", "12QtD5"), ("USDT", EVM)]);
        check(&format!("Digital Currency Address - ARB {EVM}."), false, &[("ARB", EVM)]);
        for (head, ticker) in [
            ("s - ETH ", "ETH"),
            ("alt. Digital Currency Address - ETH ", "ETH"),
            ("TH ", "TH"),
            ("", ""),
        ] {
            check(&format!("{head}{EVM}; x"), true, &[(ticker, EVM)]);
        }
        // The end of an address that began before the cut, and a text that is no tail.
        check("aa35MVkf7sDjuGUYAP5izQt7Qi; x", true, &[]);
        check(&format!("s - ETH {EVM}"), false, &[]);
        check("5bdf0c62f91353c; Linked To: SOMEBODY.", true, &[]);
    }
}
