//! `fundtrail lists diff`

use std::collections::BTreeMap;
use std::path::Path;

use fundtrail_model::{ListFact, checksum, sanitize_claim};

use super::{import, kept};
use crate::args::StoreFile;
use crate::error::{Error, Exit};
use crate::ui;

/// What one version says and another does not.
pub(super) struct Difference<'f> {
    came: Vec<&'f ListFact>,
    went: Vec<&'f ListFact>,
    /// What was said before and after of the same thing.
    changed: Vec<(&'f ListFact, &'f ListFact)>,
}

impl<'f> Difference<'f> {
    pub(super) fn between(old: &'f [ListFact], new: &'f [ListFact]) -> Self {
        let [before, after] = [old, new].map(|facts| -> BTreeMap<String, &ListFact> {
            facts.iter().map(|fact| (subject(fact), fact)).collect()
        });
        let missing_in = |these: &BTreeMap<String, &'f ListFact>,
                          those: &BTreeMap<String, &'f ListFact>| {
            let missing = these.iter().filter(|(subject, _)| !those.contains_key(*subject));
            missing.map(|(_, fact)| *fact).collect()
        };
        let changed = before
            .iter()
            .filter_map(|(subject, old)| Some((*old, *after.get(subject)?)))
            .filter(|(old, new)| words(old) != words(new))
            .collect();
        Self { came: missing_in(&after, &before), went: missing_in(&before, &after), changed }
    }

    pub(super) fn in_short(&self) -> String {
        format!(
            "{} came, {} went, {} changed",
            self.came.len(),
            self.went.len(),
            self.changed.len()
        )
    }
}

pub(super) fn run(old: &str, new: &str, store: &StoreFile) -> Result<Exit, Error> {
    let [old, new] = [side(old, store)?, side(new, store)?];
    let difference = Difference::between(&old, &new);
    let mut text = format!("{}\n", difference.in_short());
    for (sign, facts) in [('+', &difference.came), ('-', &difference.went)] {
        for fact in facts {
            text.push_str(&format!("{sign} {}: {}\n", subject(fact), words(fact)));
        }
    }
    for (old, new) in &difference.changed {
        text.push_str(&format!("~ {}: {} -> {}\n", subject(old), words(old), words(new)));
    }
    ui::data(&text);
    Ok(Exit::Done)
}

/// What a version, or a file that is not kept, says.
fn side(typed: &str, store: &StoreFile) -> Result<Vec<ListFact>, Error> {
    let Ok(number) = typed.parse::<u64>() else {
        return Ok(import::read_alone(Path::new(typed))?.facts);
    };
    let store = kept::needed(store.store.as_deref())?;
    store.facts_in(number)?.ok_or_else(|| {
        Error::usage(
            format!("there is no version {number}"),
            "`fundtrail lists show` gives the numbers of all; a file can be named instead",
        )
    })
}

/// What a fact is about.
fn subject(fact: &ListFact) -> String {
    match fact {
        ListFact::Listed(it) => format!("{} {}", checksum(it.address), it.authority),
        ListFact::Named(it) => {
            let chain = it.chain.map_or_else(|| "*".to_owned(), |chain| chain.to_string());
            format!("{chain}:{} {}", checksum(it.address), sanitize_claim(&it.name, 80))
        }
        ListFact::Token(it) => it.asset.to_string(),
        ListFact::Foreign(it) => format!("{} {}", it.address, it.ticker),
    }
}

/// What it says of that.
fn words(fact: &ListFact) -> String {
    match fact {
        ListFact::Listed(it) => {
            let programme = it.programme.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
            let until = it.delisted.map(|bound| format!(", delisted {bound}")).unwrap_or_default();
            format!("{}{programme} {}{until}", it.entity, it.tickers).trim_end().to_owned()
        }
        ListFact::Named(it) => format!("{}, {}", it.category, it.confidence.name()),
        ListFact::Token(it) => format!("{}, {} decimals", it.symbol, it.decimals),
        ListFact::Foreign(it) => it.name.clone(),
    }
}
