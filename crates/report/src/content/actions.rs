//! What can be frozen or requested now, and from whom. An action claims no more than the label it
//! rests on.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Category, ChainId, Direction, Ending, EndingKind, Label, checksum};

use super::clean;
use super::endings::{arrival, ending_id, quoted};
use super::names::Names;
use super::opinions::{freeze_text, frozen_since};
use super::parties::label_text;
use super::sums::Sums;
use crate::input::Input;
use crate::number::group;
use crate::schema::{Action, ActionItem};

/// Whom an action concerns; the order is the order of the report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whom {
    Holders(ChainId),
    Issuer(ChainId, Address, Label),
    Service { name: String, source: String, is_invented: bool },
    Bridge { name: String, source: String, is_invented: bool },
}

pub(super) fn actions(input: &Input<'_>, names: &Names<'_>) -> Vec<Action> {
    let mut groups: BTreeMap<Whom, Vec<(usize, &Ending)>> = BTreeMap::new();
    for (ending_idx, ending) in input.trail.endings.iter().enumerate() {
        for whom in concerned(names, ending) {
            groups.entry(whom).or_default().push((ending_idx, ending));
        }
    }
    groups.into_iter().map(|(whom, endings)| action(input, names, &whom, &endings)).collect()
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

/// A label on the token's own contract that says its issuer can freeze it: category `token`, and a
/// name that says so. That a token of that ticker usually can be frozen is not enough.
fn freezable<'a>(names: &Names<'a>, chain: ChainId, contract: Address) -> Option<&'a Label> {
    names.directory().labels(chain, contract).iter().find(|label| {
        label.category == Category::Token && label.name.to_lowercase().contains("freez")
    })
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
    whom: &Whom,
    endings: &[(usize, &Ending)],
) -> Action {
    let mut sums = Sums::default();
    let repeated = input.trail.repeated_endings();
    for (_, ending) in endings.iter().filter(|(idx, _)| !repeated.contains(idx)) {
        sums.add(input, ending.asset, ending.amount, ending.arrived.block);
    }
    let is_back = input.trail.direction == Direction::In;
    let first = endings.first().map(|(_, ending)| *ending);
    let basis = match first.map(|ending| &ending.kind) {
        Some(EndingKind::Service(label) | EndingKind::Bridge(label)) => label_text(label),
        _ => String::new(),
    };
    let (kind, whom, what) = match whom {
        Whom::Holders(chain) => {
            let as_of = endings
                .iter()
                .filter_map(|(_, ending)| match ending.kind {
                    EndingKind::Held { as_of } => Some(as_of),
                    _ => None,
                })
                .min()
                .unwrap_or(0);
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
                    "Still there at the end of {block}. Whoever has the key can move it: watch it, \
                     and check the balance again before acting."
                ),
            )
        }
        Whom::Issuer(chain, contract, label) => (
            "issuer",
            format!("the issuer of {} on {}", checksum(*contract), names.chain(*chain)),
            format!(
                "The token's contract is {}. Ask the issuer whether it can freeze these balances.",
                label_text(label)
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
                     was credited, who opened it, and whether the value is still there."
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
    Action {
        kind,
        whom,
        what,
        totals: sums.money(names),
        items: endings
            .iter()
            .filter_map(|(ending_idx, ending)| {
                let (chain, block) = (ending.asset.chain(), ending.arrived.block);
                Some(ActionItem {
                    ending: ending_id(*ending_idx),
                    seed: ending.seed.to_string(),
                    money: names.money(ending.asset, ending.amount, Some(block)),
                    at: names.party(chain, ending.address?, block),
                    place: arrival(input, names, ending),
                })
            })
            .collect(),
    }
}
