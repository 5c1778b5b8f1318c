//! Which prices the report used, and where it had none.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use fundtrail_model::{Amount, Asset};

use super::clean;
use crate::input::{PriceNote, UsdView, Valued};
use crate::number::group;

/// Sources, and reasons for no price, that are told one by one.
const MOST_TOLD: usize = 24;

/// A price, or why there is none.
type Outcome = Result<Arc<PriceNote>, &'static str>;

/// What came of each price that was looked up, by asset and block.
#[derive(Debug, Default)]
pub(crate) struct Used(RefCell<BTreeMap<(Asset, u64), Outcome>>);

impl Used {
    /// The view, noting what it says.
    pub(super) fn noting<'a>(
        &'a self,
        view: &'a UsdView<'a>,
    ) -> impl Fn(Asset, Amount, u64) -> Result<Valued, &'static str> + 'a {
        move |asset, amount, block| {
            let valued = view(asset, amount, block);
            self.note((asset, block), &valued);
            valued
        }
    }

    /// Notes what came of a price that was looked up.
    pub(crate) fn note(&self, place: (Asset, u64), valued: &Result<Valued, &'static str>) {
        let note = valued.as_ref().map(|valued| Arc::clone(&valued.price)).map_err(|why| *why);
        self.0.borrow_mut().insert(place, note);
    }

    /// What a reader is told: nothing where no prices are wanted. Assets are named with their chain.
    pub(crate) fn statements(
        &self,
        sources: &[&str],
        name: impl Fn(Asset) -> String,
    ) -> Vec<String> {
        let Some((first, rest)) = sources.split_first() else { return Vec::new() };
        let mut order = (*first).to_owned();
        for source in rest {
            order = format!("{order}; then {source}");
        }
        let used = self.0.borrow();
        // By source: how many prices, and the age of the oldest.
        let mut found: BTreeMap<String, (u64, Option<u64>)> = BTreeMap::new();
        let mut missing: BTreeMap<(String, &str), u64> = BTreeMap::new();
        for ((asset, _), outcome) in used.iter() {
            match outcome {
                Ok(note) => {
                    let (count, oldest) = found.entry(clean(&note.source)).or_default();
                    *count = count.saturating_add(1);
                    *oldest = note.age_seconds.max(*oldest);
                }
                Err(why) => {
                    let count = missing.entry((name(*asset), *why)).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut statements =
            vec![format!("Prices come from, the first that has one counting: {order}.")];
        let told = found.iter().map(|(source, (count, oldest))| {
            let age = match oldest {
                Some(0) | None => String::new(),
                Some(age) => {
                    format!(", the oldest {} seconds before its block", group(&age.to_string()))
                }
            };
            format!("{source}: {}{age}", times(*count))
        });
        statements.extend(list("Prices used", told.collect()));
        let told = missing
            .iter()
            .map(|((asset, why), count)| format!("{asset} at {}: {why}", blocks(*count)));
        statements.extend(list("No price, which is not a price of nothing", told.collect()));
        statements
    }
}

fn list(what: &str, mut told: Vec<String>) -> Option<String> {
    let more = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    if 0 < more {
        told.push(format!("{} more", group(&more.to_string())));
    }
    (!told.is_empty()).then(|| format!("{what}: {}.", told.join("; ")))
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{} times", group(&count.to_string())) }
}

fn blocks(count: u64) -> String {
    if count == 1 { "1 block".to_owned() } else { format!("{} blocks", group(&count.to_string())) }
}
