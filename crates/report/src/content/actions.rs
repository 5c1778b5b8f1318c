//! What can be frozen or requested now, and from whom. An action claims no more than the label it
//! rests on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Category, ChainId, Direction, Ending, EndingKind, Label, checksum};

use super::clean;
use super::endings::{arrival, quoted};
use super::names::Names;
use super::opinions::issuer;
use super::parties::label_text;
use super::shares::Shares;
use super::sums::Sums;
use crate::input::{Input, Usd};
use crate::number::group;
use crate::schema::{Action, ActionItem, Few, Tag};

mod balance;
mod deposit;
mod freeze;

use balance::Looks;

/// Whom an action concerns; of actions of the same value, the order of the report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whom {
    Holders(ChainId),
    Issuer(ChainId, Address, Label),
    Service { name: String, source: String, is_invented: bool },
    Bridge { name: String, source: String, is_invented: bool },
}

/// Different labels of one name that are told with an action; each address has its own besides.
const MAX_BASIS: usize = 4;

/// What the order of actions rests on.
const BY_USD: &str = "By value in US dollars at the arrival, the largest first.";
const BY_SHARE: &str = "By the share of the seeds' value, the largest first: not every amount has a price in US dollars. \
                        Where one asset became several, they count in equal parts.";

/// The actions, the most value first, and what their order rests on.
pub(super) fn actions(
    input: &Input<'_>,
    names: &Names<'_>,
    shares: &Shares,
) -> (Vec<Action>, &'static str) {
    let mut groups: BTreeMap<Whom, Vec<(usize, &Ending)>> = BTreeMap::new();
    for (ending_idx, ending) in input.trail.endings.iter().enumerate() {
        for whom in concerned(names, ending) {
            groups.entry(whom).or_default().push((ending_idx, ending));
        }
    }
    let looks = Looks::new(input);
    let repeated = input.trail.repeated_endings();
    let mut ranked: Vec<(Option<Usd>, u64, Action)> = groups
        .into_iter()
        .map(|(whom, endings)| {
            let counted = || endings.iter().filter(|(idx, _)| !repeated.contains(idx));
            let usd = counted().try_fold(Usd::default(), |sum, (_, ending)| {
                let valued = (input.usd)(ending.asset, ending.amount, ending.arrived.block).ok()?;
                Some(sum.saturating_add(valued.usd))
            });
            let share = counted()
                .map(|(_, end)| shares.of_lot(end.origin, end.seed, end.asset, end.amount))
                .fold(0_u64, |sum, share| sum.saturating_add(u64::from(share)));
            let mut sums = Sums::default();
            for (_, ending) in counted() {
                sums.add(input, ending.asset, ending.amount, ending.arrived.block);
            }
            let mut action = action(input, names, &looks, &whom, &endings, &repeated);
            action.totals = sums.money(names);
            action.usd = usd.map(|usd| usd.to_string());
            (usd, share, action)
        })
        .collect();
    // Stable: the same value keeps the order by whom it concerns.
    let is_priced = ranked.iter().all(|(usd, ..)| usd.is_some());
    if is_priced {
        ranked.sort_by_key(|(usd, ..)| Reverse(*usd));
    } else {
        ranked.sort_by_key(|(_, share, _)| Reverse(*share));
    }
    let number =
        |(idx, (.., action)): (usize, (_, _, Action))| Action { id: Tag::action(idx), ..action };
    let mut actions: Vec<Action> = ranked.into_iter().enumerate().map(number).collect();
    say_what_is_shared(&mut actions);
    (actions, if is_priced { BY_USD } else { BY_SHARE })
}

/// Says of each amount which other actions are about it.
fn say_what_is_shared(actions: &mut [Action]) {
    let mut holders: BTreeMap<Tag, Few<Tag>> = BTreeMap::new();
    for action in &*actions {
        for item in &action.items {
            holders.entry(item.ending).or_default().push(action.id);
        }
    }
    for action in actions {
        for item in &mut action.items {
            let ids = holders.get(&item.ending).into_iter().flatten();
            item.also_in = ids.filter(|id| **id != action.id).copied().collect();
        }
    }
}

fn concerned(names: &Names<'_>, ending: &Ending) -> Vec<Whom> {
    match &ending.kind {
        EndingKind::Held { .. } => {
            let chain = ending.asset.chain();
            let holder = ending.address.map(|_| Whom::Holders(chain));
            let issuer = ending.asset.contract().and_then(|contract| {
                let label = freezable(names, chain, contract)?;
                Some(Whom::Issuer(chain, contract, label.clone()))
            });
            holder.into_iter().chain(issuer).collect()
        }
        EndingKind::Service(label) => vec![Whom::Service {
            name: label.name.clone(),
            source: label.source.clone(),
            is_invented: label.is_invented,
        }],
        EndingKind::Bridge(label) => vec![Whom::Bridge {
            name: label.name.clone(),
            source: label.source.clone(),
            is_invented: label.is_invented,
        }],
        _ => Vec::new(),
    }
}

/// A label on the token's own contract that says that its issuer can freeze balances. That a token of that
/// ticker usually can be frozen is not enough.
fn freezable<'a>(names: &Names<'a>, chain: ChainId, contract: Address) -> Option<&'a Label> {
    let mut labels = names.directory().labels(chain, contract).iter();
    labels.find(|label| label.category == Category::FreezableToken)
}

fn action(
    input: &Input<'_>,
    names: &Names<'_>,
    looks: &Looks<'_>,
    whom: &Whom,
    endings: &[(usize, &Ending)],
    repeated: &BTreeSet<usize>,
) -> Action {
    let is_back = input.trail.direction == Direction::In;
    let first = endings.first().map(|(_, ending)| *ending);
    let basis = basis(endings);
    let items: Vec<ActionItem> = endings
        .iter()
        .filter_map(|(ending_idx, ending)| {
            let item = item(input, names, looks, *ending_idx, ending)?;
            Some(ActionItem { is_repeated: repeated.contains(ending_idx), ..item })
        })
        .collect();
    let (kind, whom, what) = match whom {
        Whom::Holders(chain) => {
            let as_of = last_looked_at(endings);
            let addresses: BTreeSet<Address> =
                endings.iter().filter_map(|(_, ending)| ending.address).collect();
            let mut parties = addresses.iter().map(|address| names.party(*chain, *address, as_of));
            let whom = match (parties.next(), addresses.len()) {
                (Some(party), 1) => format!("{}, {}", party.name, party.address),
                (_, count) => format!("the holders of {} addresses", group(&count.to_string())),
            };
            let block = names.block(*chain, as_of);
            (
                "held",
                format!("{whom} on {}", names.chain(*chain)),
                format!(
                    "Still there at the end of {block}. {}{} Whoever has the key can move it: watch it, \
                     and check the balance again before acting.",
                    balance::in_short(&items),
                    freeze::of_held(&items)
                ),
            )
        }
        Whom::Issuer(chain, contract, label) => (
            "issuer",
            format!(
                "the issuer of {} ({}) on {}",
                first.map(|ending| names.asset(ending.asset)).unwrap_or_default(),
                checksum(*contract),
                names.chain(*chain)
            ),
            format!(
                "The token's contract is {}. Ask the issuer to freeze these balances, which are still there at \
                 the end of {}. {} {}",
                label_text(label),
                names.block(*chain, last_looked_at(endings)),
                freeze::in_short(&items, issuer(input, *chain, *contract).is_some()),
                balance::in_short(&items),
            ),
        ),
        Whom::Service { name, is_invented, .. } => (
            "service",
            quoted(&clean(name), *is_invented),
            if is_back {
                format!(
                    "The paying addresses are {basis}. Quote the transactions and ask whose account was \
                     debited, who opened it, and what had been paid in."
                )
            } else {
                format!(
                    "The receiving addresses are {basis}. Quote the transactions and ask which account \
                     was credited, who opened it, and whether the value is still there.{}",
                    deposit::in_short(&items)
                )
            },
        ),
        Whom::Bridge { name, is_invented, .. } => (
            "bridge",
            quoted(&clean(name), *is_invented),
            if is_back {
                format!(
                    "The paying addresses are {basis}. Quote the transactions and ask for the sending \
                     chain, address and transaction; then trace back from there."
                )
            } else {
                format!(
                    "The receiving addresses are {basis}. Quote the transactions and ask for the \
                     receiving chain, address and transaction; then trace on from there."
                )
            },
        ),
    };
    Action { id: Tag::default(), kind, whom, what, usd: None, totals: Vec::new(), items }
}

/// What labels say of the addresses, each once: one source may be sure of one address and not of another.
fn basis(endings: &[(usize, &Ending)]) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut left_out = 0_usize;
    let mut known: BTreeSet<&Label> = BTreeSet::new();
    for (_, ending) in endings {
        let (EndingKind::Service(label) | EndingKind::Bridge(label)) = &ending.kind else {
            continue;
        };
        let text = known.insert(label).then(|| label_text(label));
        match text.filter(|text| !said.contains(text)) {
            Some(text) if said.len() < MAX_BASIS => said.push(text),
            Some(_) => left_out = left_out.saturating_add(1),
            None => {}
        }
    }
    let more = match left_out {
        0 => String::new(),
        count => format!(", or {} more labels of the same name", group(&count.to_string())),
    };
    format!("{}{more}", said.join(", or "))
}

/// The first of the blocks up to which holders were looked at.
fn last_looked_at(endings: &[(usize, &Ending)]) -> u64 {
    let blocks = endings.iter().filter_map(|(_, ending)| match ending.kind {
        EndingKind::Held { as_of } => Some(as_of),
        _ => None,
    });
    blocks.min().unwrap_or_default()
}

fn item(
    input: &Input<'_>,
    names: &Names<'_>,
    looks: &Looks<'_>,
    ending_idx: usize,
    ending: &Ending,
) -> Option<ActionItem> {
    let (chain, block) = (ending.asset.chain(), ending.arrived.block);
    let address = ending.address?;
    Some(ActionItem {
        ending: Tag::ending(ending_idx),
        seed: ending.seed.into(),
        money: names.money(ending.asset, ending.amount, Some(block)),
        at: names.party(chain, address, block),
        place: arrival(input, names, ending),
        block,
        also_in: Box::default(),
        is_repeated: false,
        balance: looks.check(names, ending, address),
        deposit: deposit::deposit(input, names, looks, ending, address).map(Box::new),
        freeze: freeze::freeze(input, names, ending, address).map(Box::new),
    })
}
