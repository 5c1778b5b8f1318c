//! What can be frozen or requested now, and from whom. An action claims no more than the label it
//! rests on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Category, ChainId, Direction, Ending, EndingKind, Label, checksum};

use super::clean;
use super::endings::{arrival, ending_id, quoted};
use super::names::Names;
use super::opinions::{freeze_text, frozen_since, issuer};
use super::parties::label_text;
use super::shares::Shares;
use super::sums::Sums;
use crate::input::{Input, Usd};
use crate::number::group;
use crate::schema::{Action, ActionItem};

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
            let mut action = action(input, names, &looks, &whom, &endings);
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
    let number = |(idx, (.., action)): (usize, (_, _, Action))| {
        let id = format!("A{}", idx.saturating_add(1));
        Action { id, ..action }
    };
    let actions = ranked.into_iter().enumerate().map(number).collect();
    (actions, if is_priced { BY_USD } else { BY_SHARE })
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

/// What of it its issuer has frozen already, as far as that was looked for: it cannot be moved, nor needs to be frozen.
fn frozen(input: &Input<'_>, names: &Names<'_>, endings: &[(usize, &Ending)]) -> Option<String> {
    let of = |(ending_idx, ending): &(usize, &Ending)| {
        let is_held = matches!(ending.kind, EndingKind::Held { .. });
        let (contract, address) = (ending.asset.contract()?, ending.address.filter(|_| is_held)?);
        let token = (ending.asset.chain(), contract);
        let freeze = frozen_since(input, token, address)?;
        let (id, asset) = (ending_id(*ending_idx), names.asset(ending.asset));
        Some(format!("{id} ({asset}), {}", freeze_text(freeze)))
    };
    let told: Vec<String> = endings.iter().filter_map(of).collect();
    (!told.is_empty()).then(|| {
        format!(
            "Its issuer has frozen this already, so that nobody can move it: {}.",
            told.join("; ")
        )
    })
}

fn action(
    input: &Input<'_>,
    names: &Names<'_>,
    looks: &Looks<'_>,
    whom: &Whom,
    endings: &[(usize, &Ending)],
) -> Action {
    let is_back = input.trail.direction == Direction::In;
    let first = endings.first().map(|(_, ending)| *ending);
    let basis = match first.map(|ending| &ending.kind) {
        Some(EndingKind::Service(label) | EndingKind::Bridge(label)) => label_text(label),
        _ => String::new(),
    };
    let items: Vec<ActionItem> = endings
        .iter()
        .filter_map(|(ending_idx, ending)| item(input, names, looks, *ending_idx, ending))
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
                    "Still there at the end of {block}. {} Whoever has the key can move it: watch it, \
                     and check the balance again before acting.",
                    balance::in_short(&items)
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
    let what = match frozen(input, names, endings) {
        Some(frozen) => format!("{what} {frozen}"),
        None => what,
    };
    Action { id: String::new(), kind, whom, what, usd: None, totals: Vec::new(), items }
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
        ending: ending_id(ending_idx),
        seed: ending.seed.to_string(),
        money: names.money(ending.asset, ending.amount, Some(block)),
        at: names.party(chain, address, block),
        place: arrival(input, names, ending),
        block,
        balance: looks.check(names, ending, address),
        deposit: deposit::deposit(input, names, ending, address),
        freeze: freeze::freeze(input, names, ending, address),
    })
}
