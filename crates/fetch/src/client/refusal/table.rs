//! The words of refusals: one table of patterns, what they say, and what can be read from them.
//!
//! Providers reuse codes with opposite meanings, so the words come first. A pattern is a regular
//! expression over lower-case text, in which `#` stands for a number; its named groups are the hints
//! that it gives.

use std::sync::LazyLock;
use std::time::Duration;

use regex::{Regex, RegexSet};

use super::Kind;

/// What a refusal says of the node's limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// How many blocks may be searched at once.
    pub(crate) blocks: Option<u64>,
    /// Blocks that the node suggests to search; not checked against anything.
    pub(crate) range: Option<(u64, u64)>,
    /// How many addresses may be searched for at once.
    pub(crate) addresses: Option<u64>,
    /// How many questions may be in one HTTP request.
    pub(crate) batch: Option<u64>,
    /// The first block that the node has.
    pub(crate) earliest: Option<u64>,
    /// How long to wait before asking again.
    pub(crate) wait: Option<Duration>,
}

const NUMBER: &str = "(?:0x[0-9a-f]+|[0-9][0-9,_]*k?)";

/// The first pattern that matches says the kind; all patterns that match give their hints.
const TABLE: &[(Option<Kind>, &str)] = &[
    // A revert's reason is a contract's text and may look like anything below.
    (Some(Kind::Reverted), "^(?:error: )?(?:execution reverted|vm exception|reverted\\b)"),
    (
        Some(Kind::Pruned),
        "pruned|missing trie node|historical state|no state (?:available|found)|\
         state is not available|state unavailable|data before txnum|failed to get logs for block|\
         historical backend|resource not found",
    ),
    (
        Some(Kind::NotYet),
        "beyond current head|after last accepted block|cannot query unfinalized|invalid block tag|\
         block ?(?:is )?out ?of ?range|future block|block not found|unknown block|header not found|\
         finalized is not a supported",
    ),
    (
        Some(Kind::BatchTooBig),
        "batch of more than|batch (?:is )?too (?:large|big)|requests in (?:the )?batch exceeds|\
         batch (?:size|limit)|too many requests in (?:a |the )?batch|batch requests? (?:are|is) not",
    ),
    // Rate limits that speak of exceeding something, before the size limits that do too.
    (
        Some(Kind::TooOften),
        "rate[ -]limit|request rate|too many requests|request limit reached|credits limited to|\
         compute units per second|daily request count|quota|try again in #|retry in #",
    ),
    (
        Some(Kind::TooManyAddresses),
        "less number of addresses|too many addresses|addresses or topics|exceed max topics|\
         contains # filters",
    ),
    (
        Some(Kind::NeedsAddress),
        "specify an address|address (?:field )?(?:is )?required|requires? an? (?:contract )?address|\
         (?:provide|include) an? (?:contract )?address",
    ),
    // Before ranges: a size limit may name a range that would do.
    (
        Some(Kind::Size),
        "response size|returned more than|too many logs|too many results|exceeds max results",
    ),
    (
        Some(Kind::Range),
        "blocks? range|range is too|range too large|range limit|exceeds the range|max range|\
         limited to (?:an? )?# range|blocks distance|too many blocks|requested blocks is|\
         ranges over|range # exceeds|smaller than size|limit the query to|currently limited to|\
         too large, max is",
    ),
    (
        Some(Kind::Size),
        "logs over more|logs matched by query|response too large|response is too big|is too big|\
         exceeds limit|query exceeds|try paginating|query timeout|request timeout|timed out|\
         execution timeout|too complex",
    ),
    (
        Some(Kind::Unauthorized),
        "unauthorized|forbidden|api[ -]?key|authenticat|invalid project id|access denied",
    ),
    (
        Some(Kind::NotOffered),
        "method not found|does not exist|not supported|unsupported method|unknown method|\
         is not available|not allowed|not enabled|not whitelisted|disabled|unimplemented|\
         not implemented|upgrade to|free ?tier|paid tier",
    ),
    (
        Some(Kind::Reverted),
        "revert|invalid opcode|out of gas|vm execution error|stack underflow|invalid jump|\
         execution error|evm error",
    ),
    (Some(Kind::TooOften), "limit exceeded|exceeded its"),
    (
        Some(Kind::Transient),
        "no backend is currently healthy|cannot fulfill request|can't route your request|\
         internal timeout|temporarily|unavailable|overloaded|bad gateway|^internal (?:server )?error",
    ),
    // Only hints from here on.
    (None, "range # exceeds limit of (?<blocks>#)"),
    (None, "range limit (?:of |is )?(?<blocks>#)"),
    (None, "max(?:imum)? (?:block )?range(?::| of| is| =)? (?<blocks>#)"),
    (None, "up to an? (?<blocks>#) block range"),
    (None, "limited to (?:an? )?(?:0 - )?(?<blocks>#)(?: block| range|$|\n)"),
    (None, "max is (?<blocks>#) blocks"),
    (None, "blocks distance: (?<blocks>#)"),
    (None, "ranges over (?<blocks>#) blocks"),
    (None, "too many blocks.*maximum is set to (?<blocks>#)"),
    (None, "requested blocks is (?<blocks>#)"),
    (None, "smaller than size (?<blocks>#)"),
    (None, "block range (?:exceeds|greater than) (?<blocks>#)"),
    (None, "\\(maximum (?<blocks>#)\\)"),
    (None, "range should work: \\[(?<first>#), ?(?<last>#)\\]"),
    (None, "with this block range \\[(?<first>#), ?(?<last>#)\\]"),
    (None, "with the range (?<first>#)-(?<last>#)"),
    (None, "(?:maximum|at most|up to) (?:of )?(?<addresses>#) addresses"),
    (None, "batch of more than (?<batch>#)"),
    (None, "earliest available (?:block )?(?:is )?(?<earliest>#)"),
    (None, "(?:try again|retry) in (?<wait>[0-9]{1,9}) ?(?<unit>ms|s|m)"),
    (None, "retry[ -]after:? (?<wait>[0-9]{1,9})"),
    (None, "\"backoff_seconds\": ?(?<wait>[0-9]{1,9})"),
];

struct Compiled {
    any: RegexSet,
    each: Vec<Regex>,
}

/// `None` if a pattern is wrong, which a test rules out.
static COMPILED: LazyLock<Option<Compiled>> = LazyLock::new(|| {
    let patterns: Vec<String> =
        TABLE.iter().map(|(_, pattern)| pattern.replace('#', NUMBER)).collect();
    Some(Compiled {
        any: RegexSet::new(&patterns).ok()?,
        each: patterns.iter().map(|pattern| Regex::new(pattern)).collect::<Result<_, _>>().ok()?,
    })
});

/// What these words say, in lower case; `None` if nothing that is known.
pub(super) fn kind(words: &str) -> Option<Kind> {
    let compiled = COMPILED.as_ref()?;
    let matches = compiled.any.matches(words);
    matches.iter().find_map(|row| TABLE.get(row).and_then(|(kind, _)| *kind))
}

/// What a code says where the words say nothing.
pub(super) const fn kind_of_code(code: i64) -> Kind {
    match code {
        3 => Kind::Reverted,
        30 | -32046 | -32055 => Kind::Transient,
        35 | -32004 | -32601 => Kind::NotOffered,
        429 | 1008 | -32005 | -32007 | -32009 | -32012 | -32016 | -32090 => Kind::TooOften,
        4444 => Kind::Pruned,
        -32001 => Kind::NotYet,
        -32614 => Kind::Range,
        -32701 => Kind::NeedsAddress,
        _ => Kind::Unknown,
    }
}

/// What these words, in lower case, say of limits.
pub(super) fn hints(words: &str) -> Hints {
    let mut hints = Hints::default();
    let Some(compiled) = COMPILED.as_ref() else { return hints };
    for row in &compiled.any.matches(words) {
        let is_hint = TABLE.get(row).is_some_and(|(kind, _)| kind.is_none());
        let Some(regex) = compiled.each.get(row).filter(|_| is_hint) else { continue };
        let Some(found) = regex.captures(words) else { continue };
        let group = |name: &str| found.name(name).and_then(|text| number(text.as_str()));
        hints.blocks = hints.blocks.or_else(|| group("blocks"));
        hints.range = hints.range.or_else(|| group("first").zip(group("last")));
        hints.addresses = hints.addresses.or_else(|| group("addresses"));
        hints.batch = hints.batch.or_else(|| group("batch"));
        hints.earliest = hints.earliest.or_else(|| group("earliest"));
        let unit = found.name("unit").map_or("s", |unit| unit.as_str());
        hints.wait = hints.wait.or_else(|| group("wait").map(|wait| duration(wait, unit)));
    }
    hints
}

fn duration(count: u64, unit: &str) -> Duration {
    match unit {
        "ms" => Duration::from_millis(count),
        "m" => Duration::from_secs(count.saturating_mul(60)),
        _ => Duration::from_secs(count),
    }
}

/// `0x1f4`, `500`, `10,000` or `10k`.
fn number(text: &str) -> Option<u64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok();
    }
    let (digits, factor) = text.strip_suffix('k').map_or((text, 1), |digits| (digits, 1000));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, number};

    #[test]
    fn every_pattern_compiles() {
        assert!(COMPILED.is_some());
    }

    #[test]
    fn numbers_are_read_as_providers_write_them() {
        let check = |text: &str, value: Option<u64>| assert_eq!(number(text), value, "{text}");
        check("0x1f4", Some(500));
        check("10,000", Some(10_000));
        check("1k", Some(1000));
        check("99999999999999999999", None);
        check("18446744073709551615k", None);
        check("0xfffffffffffffffff", None);
    }
}
