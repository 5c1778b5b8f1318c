//! Names: who was looked up in which lists, and what a case keeps of that.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_labels::{Book, ListVersion};
use fundtrail_model::{Address, Asset, ChainId, Likeness, Marks, fingerprint, hash_hex};
use fundtrail_store::{Case, KnownTokenRow};

use crate::error::Error;
use crate::evidence::{ChainRecords, Evidence};
use crate::presentation::{key, lists};

/// Looks up everybody in a case, and keeps what is found, unless the case has its names from other lists.
pub(crate) fn name_all(case: &mut Case, book: &Book) -> Result<(), Error> {
    check_lists(case, book)?;
    look_up_all(case, book)
}

/// The same, for a case whose latest command decides: only what a trace was named by stays.
pub(crate) fn name_all_anew(case: &mut Case, book: &Book) -> Result<(), Error> {
    check_lists_of_trace(case, book)?;
    look_up_all(case, book)
}

fn look_up_all(case: &mut Case, book: &Book) -> Result<(), Error> {
    let evidence = Evidence::load(case)?;
    let marks = evidence.marks(book);
    keep_names(case, &evidence, &marks, book)
}

/// What a trace says depends on the names in its case: where these come from other lists, nothing else may put its own
/// in their place.
pub(crate) fn check_lists_of_trace(case: &Case, book: &Book) -> Result<(), Error> {
    if case.seeds()?.is_empty() { Ok(()) } else { check_lists(case, book) }
}

fn check_lists(case: &Case, book: &Book) -> Result<(), Error> {
    let kept: BTreeSet<[String; 3]> = lists(&case.settings()?)
        .into_iter()
        .map(|list| [list.kind, list.sha256, list.rows])
        .collect();
    let ours =
        |list: &ListVersion| [list.kind.to_string(), list.sha256.clone(), list.rows.to_string()];
    if kept.is_empty() || kept == book.lists().iter().map(ours).collect() {
        return Ok(());
    }
    Err(Error::usage(
        "the names in this case come from other lists than those of this command: to put these in their place would \
         change what was reported of it",
        "give the --labels that the case was made with, or use a case of its own with another --case; \
         `fundtrail trace` on the case names everything in it anew",
    ))
}

/// The chains of a case on which somebody was not looked up in any list, or not since more was fetched: of whom nothing
/// is kept there, nothing is known.
pub(crate) fn unnamed(case: &Case, evidence: &Evidence) -> Result<BTreeSet<ChainId>, Error> {
    let settings = case.settings()?;
    let has_lists = settings.keys().any(|key| key.starts_with(key::LIST));
    let is_named = |records: &ChainRecords| {
        let kept = settings.get(&format!("{}{}", key::NAMED, records.chain));
        has_lists && kept == Some(&whom(evidence, records))
    };
    let chains = evidence.chains.iter().filter(|records| !is_named(records));
    Ok(chains.map(|records| records.chain).collect())
}

/// A fingerprint of everybody who is looked up on a chain.
fn whom(evidence: &Evidence, records: &ChainRecords) -> String {
    hash_hex(fingerprint(&evidence.everybody(records)))
}

/// Keeps in the case every name that its addresses have, and which lists they come from.
pub(crate) fn keep_names(
    case: &mut Case,
    evidence: &Evidence,
    marks: &BTreeMap<(ChainId, Address), Marks>,
    book: &Book,
) -> Result<(), Error> {
    case.replace_marks(marks)?;
    let mut tokens = Vec::new();
    let mut assets: BTreeSet<Asset> = BTreeSet::new();
    for records in &evidence.chains {
        assets.extend(records.transfers.iter().map(|transfer| transfer.asset));
        assets.extend(imitated(records, book));
    }
    for asset in assets {
        if let (Some(token), Some(contract)) = (book.token(asset), asset.contract()) {
            tokens.push(KnownTokenRow {
                chain: asset.chain(),
                contract,
                symbol: token.symbol.clone(),
                decimals: token.decimals,
                source: token.source.clone(),
            });
        }
    }
    case.replace_known_tokens(&tokens)?;
    keep_lists(case, book)?;
    let of_chain = |records: &ChainRecords| (records.chain.to_string(), whom(evidence, records));
    let named = evidence.chains.iter().map(of_chain).collect();
    Ok(case.replace_settings(key::NAMED, &named)?)
}

/// Tokens of the book whose tickers those of a chain's unknown tokens are, or look like, whether or not the
/// real ones ever moved: without them nobody could tell that the others are imitations.
fn imitated(records: &ChainRecords, book: &Book) -> BTreeSet<Asset> {
    let unknown = records.claims.iter().filter(|claim| book.token(claim.asset).is_none());
    let claimed: BTreeSet<&str> = unknown.filter_map(|claim| claim.symbol.as_deref()).collect();
    let alike = |symbol: &str| -> Vec<Asset> {
        let tokens = book.tokens().filter(|token| {
            let ticker = (token.asset.chain(), token.symbol.as_str());
            let likeness = Likeness::of(records.chain, symbol, [ticker]);
            matches!(likeness, Likeness::Imitates | Likeness::ElsewhereOnly)
        });
        tokens.map(|token| token.asset).collect()
    };
    claimed.into_iter().flat_map(alike).collect()
}

/// Keeps in the case which lists are used, instead of those that were used before.
fn keep_lists(case: &mut Case, book: &Book) -> Result<(), Error> {
    let mut lines = BTreeMap::new();
    for (list_idx, list) in book.lists().iter().enumerate() {
        for (field, value) in list_fields(list) {
            lines.insert(format!("{list_idx:02}.{field}"), value);
        }
    }
    Ok(case.replace_settings(key::LIST, &lines)?)
}

fn list_fields(list: &ListVersion) -> [(&'static str, String); 7] {
    [
        ("name", list.name.clone()),
        ("kind", list.kind.to_string()),
        ("rows", list.rows.to_string()),
        ("as_of", list.as_of.map(|day| day.to_string()).unwrap_or_default()),
        ("sha256", list.sha256.clone()),
        ("origin", list.origin.clone()),
        ("source", list.source.clone().unwrap_or_default()),
    ]
}
