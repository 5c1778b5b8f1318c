//! The content of a wallet report, built once for every format.

use std::collections::BTreeSet;

use fundtrail_model::Asset;

use super::input::Input;
use super::schema::{Report, SCHEMA, Setting, VERSION};
use super::subject::wallet;
use super::view::Known;
use crate::content::{Coins, Shorts, Tickers, clean, clean_lists, clean_long, of_wallets};

/// Turns what wallets did, and what is known about it, into the content of a report.
///
/// Pure and deterministic: the same input gives the same report. It cannot fail: whatever is missing from the input
/// is said to be missing. O(*n* log *n*) of *n* movements.
#[must_use]
pub fn content(input: &Input<'_>) -> Report {
    let known = Known::new(input, coins(input));
    let wallets = input.subjects.iter().enumerate();
    Report {
        schema: SCHEMA,
        version: VERSION,
        title: clean(input.title),
        invented: input.invented.map(clean_long),
        software: clean(input.software),
        today: input.today.to_string(),
        flag: input.flag.name(),
        case_digest: input.case_digest.map(clean),
        unfinished: input.unfinished.map(clean_long),
        wallets: wallets.map(|(idx, subject)| wallet(&known, idx, subject)).collect(),
        // After all that has a price.
        method: method(&known),
        settings: input
            .settings
            .iter()
            .map(|(name, value)| Setting { name: clean(name), value: clean(value) })
            .collect(),
        endpoints: input.endpoints.iter().map(|host| clean(host)).collect(),
        lists: clean_lists(input.lists),
        glossary: of_wallets(hows(input)),
    }
}

/// The ways in which the wallets were looked at.
fn hows<'a>(input: &'a Input<'_>) -> impl Iterator<Item = &'static str> + 'a {
    let looks = input.subjects.iter().flat_map(|subject| &subject.statement.looks);
    looks.flat_map(|look| look.blocks.keys().map(|key| key.0.name()))
}

fn method(known: &Known<'_>) -> Vec<String> {
    let coins = &known.coins;
    let name = |asset: Asset| format!("{} on {}", coins.asset(asset), coins.chain(asset.chain()));
    let prices = known.prices.statements(known.input.price_sources, name);
    METHOD.iter().map(|text| (*text).to_owned()).chain(prices).collect()
}

/// How it was found out.
const METHOD: [&str; 8] = [
    "Every transfer from or to the wallet is listed, in the order of the chain; none is netted, none is rounded. \
     Amounts are whole base units.",
    "Exposure is direct: who paid the wallet, and whom it paid. A dealing counts under what its counterparty was on \
     its own day: a label holds from and until its days, and a listing is judged on the day of the transfer and as of \
     today. Both verdicts are given.",
    "A transaction in which the wallet gave contracts one asset and got another is a conversion: its legs count as \
     such, under the label of the contract where it has one. What went to, or came from, a listed address, a mixer, an \
     exchange, a bridge or whoever is known for fraud or theft is a payment even then.",
    "Dust is less than the US dollars that the settings name, or less than a millionth of the largest dealing in the \
     same asset, that came unsigned from somebody with whom there was no other dealing. Anybody can send it to anybody: it counts as nobody's \
     dealing.",
    "Tokens that no list used vouches for may log any transfer of anybody: what they log counts as nobody's dealing, \
     whoever signed the transaction.",
    "What came in and what went out, with fees, is held against the balances that a node gave, asset by asset, to the \
     unit. Where a balance moved and no transfer says why, that is listed as unexplained.",
    "A transaction is signed by the wallet if the wallet paid its fee.",
    "Patterns are behaviour that the literature on money laundering has a name for (docs/typologies.md); they say \
     nothing of why somebody behaved so.",
];

/// Names of every asset that moved.
fn coins<'a>(input: &'a Input<'a>) -> Coins<'a> {
    let mut mentioned: BTreeSet<Asset> = BTreeSet::new();
    for subject in input.subjects {
        mentioned.insert(Asset::Native(subject.statement.chain));
        mentioned.extend(subject.statement.accounts.iter().map(|of| of.asset));
        mentioned.extend(subject.patterns.found.iter().map(|of| of.asset));
    }
    let tickers = Tickers { chains: input.chains, claims: input.claims, tokens: input.tokens };
    let contracts = mentioned.iter().filter_map(|asset| asset.contract());
    let shorts = Shorts::of(contracts);
    Coins::new(tickers, mentioned, &shorts, input.blocks)
}
