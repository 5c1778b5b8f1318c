//! Claimed tickers that look like somebody else's.

use crate::ChainId;

/// What a claimed ticker has to do with the trusted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// It is, or looks like, the ticker of a trusted asset with another contract on its chain, or it
    /// imitates the letters of one on another chain.
    Imitates,
    /// A trusted asset on another chain has exactly this ticker. It may be the same project's.
    ElsewhereOnly,
    /// It has characters that tickers do not have, and looks like none that is trusted here.
    Unusual,
    /// Nothing.
    None,
}

impl Likeness {
    /// Compares what an untrusted token of a chain claims to be called with every trusted ticker. The token
    /// itself is not trusted, so whatever has that ticker is another one.
    pub fn of<'a>(
        chain: ChainId,
        claimed: &str,
        trusted: impl IntoIterator<Item = (ChainId, &'a str)>,
    ) -> Self {
        let mut is_elsewhere = false;
        for (trusted_on, ticker) in trusted {
            if !looks_like(claimed, ticker) {
                continue;
            }
            if trusted_on == chain || claimed != ticker {
                return Self::Imitates;
            }
            is_elsewhere = true;
        }
        match (is_elsewhere, claimed.is_ascii()) {
            (true, _) => Self::ElsewhereOnly,
            (false, false) => Self::Unusual,
            (false, true) => Self::None,
        }
    }
}

/// Whether a reader may take one for the other: the same letters after folding, where a letter from
/// another alphabet that is not known here may stand for any, as long as most letters are the same.
fn looks_like(claimed: &str, trusted: &str) -> bool {
    let folded = |text: &str| -> Vec<char> { text.chars().filter_map(fold).collect() };
    let (claimed, trusted) = (folded(claimed), folded(trusted));
    let same = claimed.iter().zip(&trusted).filter(|(a, b)| a == b).count();
    let is_near = claimed.iter().zip(&trusted).all(|(a, b)| a == b || !a.is_ascii());
    claimed.len() == trusted.len() && is_near && same > 0 && same.saturating_mul(2) >= claimed.len()
}

/// Upper case, with letters and digits that look alike made one (after the confusables of Unicode
/// Technical Standard 39, as far as capital letters of tickers go); `None` for what does not show.
fn fold(c: char) -> Option<char> {
    let code = u32::from(c);
    // Full-width forms stand at a fixed distance from ASCII.
    let c = match code {
        0xff01..=0xff5e => char::from_u32(code.saturating_sub(0xfee0)).unwrap_or(c),
        _ => c,
    };
    let upper = c.to_uppercase().next().unwrap_or(c);
    Some(match upper {
        _ if upper.is_whitespace() || upper.is_control() => return None,
        '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => return None,
        '0' | '\u{41e}' | '\u{39f}' => 'O',
        '1' | 'L' | '|' | '\u{406}' | '\u{399}' | '\u{4c0}' => 'I',
        '5' | '$' | '\u{405}' => 'S',
        '\u{20ae}' | '\u{422}' | '\u{3a4}' => 'T',
        '\u{410}' | '\u{391}' => 'A',
        '\u{412}' | '\u{392}' | '\u{20bf}' => 'B',
        '\u{421}' | '\u{3f9}' => 'C',
        '\u{415}' | '\u{395}' | '\u{20ac}' => 'E',
        '\u{41d}' | '\u{397}' => 'H',
        '\u{408}' => 'J',
        '\u{41a}' | '\u{39a}' => 'K',
        '\u{41c}' | '\u{39c}' => 'M',
        '\u{39d}' => 'N',
        '\u{420}' | '\u{3a1}' => 'P',
        '\u{423}' | '\u{3a5}' => 'Y',
        '\u{425}' | '\u{3a7}' => 'X',
        '\u{396}' => 'Z',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn letters_that_look_alike_are_one() {
        let check = |claimed: &str, trusted: &str, expected: bool| {
            assert_eq!(looks_like(claimed, trusted), expected, "{claimed} and {trusted}");
        };
        check("DUSD", "DUSD", true);
        check("dusd", "DUSD", true);
        // Cyrillic Ѕ; Cyrillic ВТС throughout; full width; zero width inside; a letter nobody listed.
        check("DU\u{405}D", "DUSD", true);
        check("\u{412}\u{422}\u{421}", "BTC", true);
        check("\u{ff35}\u{ff33}\u{ff24}\u{ff23}", "USDC", true);
        check("US\u{200b}DC", "USDC", true);
        check("USD\u{186}", "USDC", true);
        check("U5DC", "USDC", true);
        check("USDT", "USDC", false);
        check("USDC.e", "USDC", false);
        check("\u{5e01}\u{5b89}\u{4eba}\u{751f}", "DUSD", false);
        check("", "", false);
    }
}
