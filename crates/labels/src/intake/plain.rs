//! One address per line; what follows it on the line, after a comma or a blank, is its name. Blank lines and
//! lines that begin with `#` say nothing.

use fundtrail_model::{Category, Confidence};

use super::gathering::{Gathering, Place, Tag};
use super::remarks::is_evm;
use super::source::Lines;
use crate::error::Error;
use crate::error::Problem;

pub(super) fn read(mut lines: Lines<'_>, found: &mut Gathering<'_>) -> Result<(), Error> {
    let source = found.given_source()?;
    let nameless = found.terms.name.clone().unwrap_or_else(|| source.clone());
    while let Some((line, text)) = lines.next_line()? {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let place = Place::Line(line);
        let Some(address) = address_of(text) else {
            let value = fundtrail_model::sanitize_claim(text, 80);
            return Err(found.fail(place, Problem::NotAnyAddress { value }));
        };
        let name = text.get(address.len()..).unwrap_or_default();
        let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"'));
        found.entry();
        let tag = Tag {
            name: if name.is_empty() { &nameless } else { name },
            category: found.terms.category.unwrap_or(Category::Other),
            confidence: Confidence::Claimed,
            chain: found.terms.chain,
            valid_from: None,
            source: &source,
        };
        found.tagged(place, ("", address), tag)?;
    }
    Ok(())
}

/// The first word of a line if it has the shape of an address of any chain. What begins like one of an EVM
/// chain must be one.
pub(super) fn address_of(line: &str) -> Option<&str> {
    let word = line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).next()?;
    let begins_as_evm = word.starts_with("0x") || word.starts_with("0X");
    let is_foreign = || {
        (25..=110).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    // Longer hexadecimal addresses are those of chains like Sui and Aptos.
    let is_one = if begins_as_evm { is_evm(word) || word.len() == 66 } else { is_foreign() };
    is_one.then_some(word)
}
