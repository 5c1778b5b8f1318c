//! What the glossary of a report explains.

use fundtrail_model::{Category, Direction, Heuristic, PatternKind};

use super::behaviour::behaving;
use super::sample::demo;
use crate::schema::Term;

/// Words that an investigator need not know. Names of patterns, heuristics and categories are added to them.
const OF_ART: &[&str] = &[
    "base unit",
    "checkpoint",
    "conversion",
    "counterfeit",
    "counterpart",
    "coverage",
    "decimals",
    "delegate",
    "deposit address",
    "dust",
    "exposure",
    "flag",
    "frame",
    "freeze",
    "gas",
    "hash",
    "haircut",
    "hop",
    "hub",
    "issuer",
    "lead",
    "ledger",
    "liquidity",
    "listing",
    "look-alike",
    "lot",
    "mint",
    "mixer",
    "native coin",
    "nft",
    "node",
    "nonce",
    "ofac",
    "opening balance",
    "oracle",
    "pool",
    "pool share",
    "position",
    "programme",
    "reconciled",
    "reservation",
    "router",
    "sdn",
    "second opinion",
    "seed",
    "signed",
    "staking",
    "swap",
    "ticker",
    "tracer",
    "typolog",
    "unasked",
    "unlabelled",
    "verdict",
    "vouch",
    "weth",
    "window",
    "wmatic",
    "wrapped",
    "-lp",
];

/// What of it a page shows, and its glossary does not explain.
pub(crate) fn unexplained(page: &str, glossary: &[Term]) -> Vec<String> {
    let page = page.split_once("id=\"words").map_or(page, |(before, _)| before).to_lowercase();
    let page = page.split_once("</style>").map_or(&*page, |(_, after)| after);
    let names = PatternKind::ALL.map(PatternKind::name).into_iter();
    let names = names.chain(Heuristic::ALL.map(Heuristic::name));
    // These three mean what they mean.
    let plain = [Category::Theft, Category::Other, Category::Unknown];
    let categories = Category::ALL.into_iter().filter(|of| !plain.contains(of));
    let categories: Vec<String> = categories.map(|of| format!("({})", of.name())).collect();
    let words = OF_ART.iter().copied().chain(names).chain(categories.iter().map(String::as_str));
    let is_shown = |word: &&str| {
        page.match_indices(*word).any(|(at, _)| {
            !page[..at].ends_with(char::is_alphanumeric) || word.starts_with(['-', '('])
        })
    };
    let is_explained = |word: &&str| {
        let word = word.trim_matches(['(', ')', '-']);
        glossary.iter().any(|term| {
            term.word.to_lowercase().contains(word) || term.means.to_lowercase().contains(word)
        })
    };
    words.filter(is_shown).filter(|word| !is_explained(word)).map(str::to_owned).collect()
}

/// Whether the glossary explains all that the page shows, in the order in which words are looked up.
#[track_caller]
pub(crate) fn check_words(page: &str, glossary: &[Term], least: usize) {
    assert_eq!(unexplained(page, glossary), [""; 0]);
    // It could fail.
    let shown = unexplained(page, &[]);
    assert!(least <= shown.len(), "{shown:?}");
    let words: Vec<String> = glossary.iter().map(|term| term.word.to_lowercase()).collect();
    assert!(words.is_sorted_by(|one, other| one < other), "{words:?}");
}

#[test]
fn every_term_of_art_that_a_page_shows_is_explained() {
    for direction in [Direction::Out, Direction::In] {
        let mut sample = behaving(demo());
        sample.trail.direction = direction;
        let report = sample.report();
        check_words(&crate::html(&report).unwrap(), &report.glossary, 30);
    }
}
