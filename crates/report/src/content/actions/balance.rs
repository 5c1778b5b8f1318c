//! Whether what is held is proved to be there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use fundtrail_model::{
    Address, Asset, AssetClass, ChainId, Coverage, Ending, EndingKind, Heuristic, Link, Proof,
    Window,
};

use super::super::names::Names;
use crate::input::{Difference, Input};
use crate::number::group;
use crate::schema::{ActionItem, BalanceCheck};

/// What it takes to confirm a balance.
const CONFIRMED: &str =
    "all that was done with it there since the arrival was looked at, and agrees with the balances";

/// Spans of blocks that are told one by one.
const MAX_SPANS: usize = 4;

/// Chain and block, and what keeps a balance from being proved there.
type Said = (ChainId, u64, Option<String>);

/// What was looked at, and what disagrees, by address.
pub(super) struct Looks<'a> {
    coverage: BTreeMap<(ChainId, Address), Vec<&'a Coverage>>,
    differences: BTreeMap<(ChainId, Address), Vec<&'a Difference>>,
    /// Links that make an address an exchange's for one customer's deposits, by that address, with their numbers.
    deposits: BTreeMap<(ChainId, Address), Vec<(usize, &'a Link)>>,
    /// What was said of balances, by chain, block and doubt: most of a large case is said again and again.
    checks: RefCell<BTreeMap<Said, Arc<BalanceCheck>>>,
}

impl<'a> Looks<'a> {
    pub(super) fn new(input: &Input<'a>) -> Self {
        let mut looks = Self {
            coverage: BTreeMap::new(),
            differences: BTreeMap::new(),
            deposits: BTreeMap::new(),
            checks: RefCell::default(),
        };
        for (idx, link) in input.links.found.iter().enumerate() {
            if matches!(link.heuristic, Heuristic::DepositAddress | Heuristic::LoneForwarder) {
                looks.deposits.entry((link.chain, link.to)).or_default().push((idx, link));
            }
        }
        for found in input.coverage {
            looks.coverage.entry((found.chain, found.address)).or_default().push(found);
        }
        for found in input.differences {
            let key = (found.asset.chain(), found.address);
            looks.differences.entry(key).or_default().push(found);
        }
        looks
    }

    /// Of what is held: whether every block from the arrival to the last one looked at is proved.
    pub(super) fn check(
        &self,
        names: &Names<'_>,
        ending: &Ending,
        address: Address,
    ) -> Option<Arc<BalanceCheck>> {
        let EndingKind::Held { as_of } = ending.kind else { return None };
        let chain = ending.asset.chain();
        let doubt = self.doubt(address, ending.asset, ending.arrived.block, as_of);
        let mut checks = self.checks.borrow_mut();
        let check = checks.entry((chain, as_of, doubt)).or_insert_with_key(|(.., doubt)| {
            let block = names.block(chain, as_of);
            Arc::new(BalanceCheck {
                is_confirmed: doubt.is_none(),
                block: as_of,
                time: names.time(chain, as_of).map(|time| time.to_string()),
                statement: match doubt {
                    None => format!("balance confirmed at the end of {block}"),
                    Some(doubt) => {
                        format!("balance not confirmed at the end of {block}, because {doubt}")
                    }
                },
            })
        });
        Some(Arc::clone(check))
    }

    /// The links that make the address one for deposits, with their numbers.
    pub(super) fn deposit_links(
        &self,
        chain: ChainId,
        address: Address,
    ) -> impl Iterator<Item = (usize, &'a Link)> + '_ {
        self.deposits.get(&(chain, address)).into_iter().flatten().copied()
    }

    /// What was looked at of an address, in words.
    pub(super) fn looked_at(&self, chain: ChainId, address: Address) -> String {
        let mut windows: BTreeMap<&str, Vec<Window>> = BTreeMap::new();
        for found in self.coverage.get(&(chain, address)).into_iter().flatten() {
            let class = match found.class {
                AssetClass::Native => "native coin",
                AssetClass::Tokens => "tokens",
                AssetClass::Token(_) => "single tokens",
            };
            windows.entry(class).or_default().push(found.window);
        }
        let told =
            windows.into_iter().map(|(class, windows)| format!("{class}: {}", spans(windows)));
        let told: Vec<String> = told.collect();
        if told.is_empty() { "no block of its own".to_owned() } else { told.join("; ") }
    }

    /// What keeps a balance from being proved; `None` if nothing does.
    fn doubt(&self, address: Address, asset: Asset, arrived: u64, as_of: u64) -> Option<String> {
        let key = (asset.chain(), address);
        let of_asset = |found: &&&Coverage| {
            found.class == asset.class()
                || matches!(found.class, AssetClass::Token(contract) if asset.contract() == Some(contract))
        };
        let windows: Vec<&Coverage> =
            self.coverage.get(&key).into_iter().flatten().filter(of_asset).copied().collect();
        let mut next = arrived;
        while next <= as_of {
            let here = windows
                .iter()
                .filter(|found| found.window.first() <= next && next <= found.window.last());
            let best = here.max_by_key(|found| {
                (self.is_proved(key, asset, found), found.proof, found.window.last())
            });
            let Some(found) = best else {
                let missing = windows.iter().map(|found| found.window.first());
                let until = missing.filter(|first| next < *first).min();
                let last = until.map_or(as_of, |first| first.saturating_sub(1)).min(as_of);
                let blocks = Window::new(next, last).map_or_else(String::new, |of| of.to_string());
                return Some(format!("not all of it was looked at: blocks {blocks} are missing"));
            };
            if !self.is_proved(key, asset, found) {
                return Some(self.why(key, asset, found));
            }
            next = found.window.last().checked_add(1)?;
        }
        None
    }

    /// Differences inside a window.
    fn within(
        &self,
        key: (ChainId, Address),
        window: Window,
        class: AssetClass,
    ) -> impl Iterator<Item = &Difference> {
        let found = self.differences.get(&key).into_iter().flatten().copied();
        found.filter(move |of| {
            let block = of.position.block;
            let is_class = match class {
                AssetClass::Token(contract) => of.asset.contract() == Some(contract),
                class => of.asset.class() == class,
            };
            is_class && window.first() <= block && block <= window.last()
        })
    }

    /// Whether a window proves what it says of the asset: what disagrees in it may be another token.
    fn is_proved(&self, key: (ChainId, Address), asset: Asset, found: &Coverage) -> bool {
        match found.proof {
            Proof::Exact | Proof::Reconciled => true,
            Proof::Indicative => false,
            Proof::Unreconciled => {
                let mut known = self.within(key, found.window, found.class).peekable();
                known.peek().is_some() && known.all(|of| of.asset != asset)
            }
        }
    }

    fn why(&self, key: (ChainId, Address), asset: Asset, found: &Coverage) -> String {
        let blocks = found.window;
        let is_of_asset = self.within(key, found.window, found.class).any(|of| of.asset == asset);
        match found.proof {
            Proof::Unreconciled if is_of_asset => {
                format!("its balance does not agree with the transfers seen in blocks {blocks}")
            }
            Proof::Unreconciled => {
                format!("balances do not agree with the transfers seen in blocks {blocks}")
            }
            _ => format!(
                "blocks {blocks} were looked at by {} only, and no balance proves that nothing is missing",
                found.how.name()
            ),
        }
    }
}

/// Windows as spans of blocks, those that touch as one.
fn spans(mut windows: Vec<Window>) -> String {
    windows.sort_unstable_by_key(|window| (window.first(), window.last()));
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for window in windows {
        match spans.last_mut() {
            Some((_, last)) if window.first() <= last.saturating_add(1) => {
                *last = window.last().max(*last);
            }
            _ => spans.push((window.first(), window.last())),
        }
    }
    let first_and_last = spans.first().zip(spans.last());
    if let (Some(((first, _), (_, last))), true) = (first_and_last, MAX_SPANS < spans.len()) {
        let count = group(&spans.len().to_string());
        return format!("{count} spans between blocks {first} and {last}");
    }
    let told: Vec<String> = spans.iter().map(|(first, last)| format!("{first}–{last}")).collect();
    format!("blocks {}", told.join(", "))
}

/// How many of the amounts are confirmed, and why the first other is not.
pub(super) fn in_short(items: &[ActionItem]) -> String {
    let checks = || items.iter().filter_map(|item| Some((item, item.balance.as_ref()?)));
    let count = checks().count();
    let confirmed = checks().filter(|(_, check)| check.is_confirmed).count();
    let first = checks().find(|(_, check)| !check.is_confirmed);
    match (first, count) {
        (None, 0) => String::new(),
        (None, 1) => format!("The balance is confirmed at that block: {CONFIRMED}."),
        (None, _) => format!("All balances are confirmed at that block: {CONFIRMED}."),
        (Some((item, check)), _) => format!(
            "NOT CONFIRMED: {} of {} amounts, the first of them {} at {}: {}.",
            group(&count.saturating_sub(confirmed).to_string()),
            group(&count.to_string()),
            item.money.brief(),
            item.at.text(),
            check.statement.split_once("because ").map_or(&*check.statement, |(_, doubt)| doubt),
        ),
    }
}
