//! What the words of other label sets mean in ours.

use fundtrail_model::{Category, ChainId, Confidence};

/// The category that a word of another label set means; `None` where it says nothing that following acts on.
///
/// Words of GraphSense's INTERPOL taxonomy and of block explorers' labels. Abuse comes before what kind of
/// service it was: an exchange that was hacked is told apart by its own label.
pub(super) fn category(words: &str) -> Option<Category> {
    const WORDS: [(&str, Category); 37] = [
        ("phish", Category::Scam),
        ("scam", Category::Scam),
        ("ponzi", Category::Scam),
        ("pyramid", Category::Scam),
        ("fraud", Category::Scam),
        ("rugpull", Category::Scam),
        ("hack", Category::Theft),
        ("exploit", Category::Theft),
        ("heist", Category::Theft),
        ("theft", Category::Theft),
        ("stolen", Category::Theft),
        ("ransom", Category::Theft),
        ("mixer", Category::Mixer),
        ("mixing", Category::Mixer),
        ("coinjoin", Category::Mixer),
        ("tornado", Category::Mixer),
        ("tumbler", Category::Mixer),
        ("bridge", Category::Bridge),
        ("dex", Category::Dex),
        ("uniswap", Category::Dex),
        ("amm", Category::Dex),
        ("lending", Category::Lending),
        ("aave", Category::Lending),
        ("compound", Category::Lending),
        ("payment", Category::Payment),
        ("gambling", Category::Gambling),
        ("casino", Category::Gambling),
        ("exchange", Category::Exchange),
        ("cex", Category::Exchange),
        ("binance", Category::Exchange),
        ("coinbase", Category::Exchange),
        ("kraken", Category::Exchange),
        ("okx", Category::Exchange),
        ("kucoin", Category::Exchange),
        ("burn", Category::Burn),
        ("token", Category::Token),
        ("stablecoin", Category::Token),
    ];
    let words = words.to_ascii_lowercase();
    let is_said = |wanted: &str| {
        words
            .split(|c: char| !c.is_ascii_alphanumeric())
            // Long words are found inside others (`phishing`, `fake_phishing123`), short ones only whole.
            .any(|word| {
                word == wanted
                    || (5 <= wanted.len() && word.contains(wanted))
                    || (wanted == "hack" && word.starts_with(wanted))
            })
    };
    WORDS.into_iter().find(|(wanted, _)| is_said(wanted)).map(|(_, category)| category)
}

/// Whether words say that somebody sanctions the address.
pub(super) fn is_sanction(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.starts_with("sanction"))
}

/// How sure a word of GraphSense's is.
pub(super) fn confidence(word: &str) -> Confidence {
    match word {
        "ownership" | "override" | "authority_data" | "service_data" => Confidence::Certain,
        "forensic" | "ledger_immanent" | "manual_transaction" | "heuristic" => Confidence::Probable,
        _ => Confidence::Claimed,
    }
}

/// The chain that a ticker of GraphSense's names.
pub(super) fn chain(ticker: &str) -> Option<ChainId> {
    Some(ChainId(match ticker {
        "ETH" => 1,
        "OP" => 10,
        "BSC" | "BNB" | "BEP20" => 56,
        "ETC" => 61,
        "MATIC" | "POL" => 137,
        "FTM" => 250,
        "BASE" => 8_453,
        "ARB" => 42_161,
        "AVAX" => 43_114,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Category;

    use super::{category, is_sanction};

    #[test]
    fn words_of_other_label_sets_have_a_meaning_here() {
        let check = |words: &str, expected| assert_eq!(category(words), expected, "{words}");
        check("exchange", Some(Category::Exchange));
        check("mixing_service", Some(Category::Mixer));
        check("defi_dex", Some(Category::Dex));
        check("index fund", None);
        check("defi_lending", Some(Category::Lending));
        check("service_hack", Some(Category::Theft));
        check("phish-hack", Some(Category::Scam));
        check("Fake_Phishing5169", Some(Category::Scam));
        check("shackle", None);
        check("exchange scam", Some(Category::Scam));
        check("miner", None);
        check("", None);
        assert!(is_sanction("ofac-sanctions-lists") && is_sanction("sanctioned"));
        assert!(!is_sanction("unsanctioned") && !is_sanction("exchange"));
    }
}
