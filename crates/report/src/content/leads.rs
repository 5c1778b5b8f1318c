//! Mixers and bridges: what went in, and what could be looked at beyond. Nothing of it is counted.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{ChainId, Direction, Ending, EndingKind, Label, Timestamp};

use super::clean;
use super::endings::{arrival, quoted};
use super::names::Names;
use super::parties::label_text;
use super::sums::Sums;
use crate::input::Input;
use crate::number::group;
use crate::schema::{Lead, LeadItem, Tag};

/// What belongs together: the pools of mixers on one chain, and each bridge.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Way<'a> {
    Mixers,
    Bridge(&'a str),
}

/// What to say beside a lead.
struct Advice {
    next: &'static [&'static str],
    unknown: &'static [&'static str],
}

const MIXER_OUT: Advice = Advice {
    next: &[
        "Withdrawals from the same pools after these deposits: numbers and times that fit (as many of the same size, \
         within hours or days) point to receivers, and never prove one.",
        "Receivers whose address, funder of gas, or later meeting with the addresses in this report ties them to the same \
         people.",
        "The service that paid the withdrawal's fee, where one did: it may keep records.",
    ],
    unknown: &[
        "Which withdrawal belongs to which deposit: a pool pays whoever shows a note, and the chain does not say whose.",
        "Whether the value has left the pool at all.",
    ],
};

const MIXER_IN: Advice = Advice {
    next: &[
        "Deposits into the same pools before these withdrawals: numbers and times that fit point to payers, and never \
         prove one.",
        "The service that paid the withdrawal's fee, where one did: it may keep records.",
    ],
    unknown: &["Which deposit paid for which withdrawal: the chain does not say."],
};

const BRIDGE_OUT: Advice = Advice {
    next: &[
        "Ask the operator for the receiving chain, address and transaction (see what can be requested).",
        "Payments out of the same bridge on the receiving chain soon after, of the same asset and of this amount less a \
         fee; then a new trace from there.",
    ],
    unknown: &[
        "Where the value is on the other chain, and whose address received it: nothing beyond the bridge was looked at.",
    ],
};

const BRIDGE_IN: Advice = Advice {
    next: &[
        "Ask the operator for the sending chain, address and transaction (see what can be requested).",
        "Payments into the same bridge on the sending chain shortly before, of the same asset and a little more; then a \
         new trace back from there.",
    ],
    unknown: &["Who paid on the other chain: nothing beyond the bridge was looked at."],
};

/// An ending, its index, and the label that stopped it.
type Stopped<'a> = (usize, &'a Ending, &'a Label);

pub(super) fn leads(input: &Input<'_>, names: &Names<'_>) -> Vec<Lead> {
    let mut groups: BTreeMap<(Way<'_>, ChainId), Vec<Stopped<'_>>> = BTreeMap::new();
    for (ending_idx, ending) in input.trail.endings.iter().enumerate() {
        let (way, label) = match &ending.kind {
            EndingKind::Mixer(label) => (Way::Mixers, label),
            EndingKind::Bridge(label) => (Way::Bridge(&label.name), label),
            _ => continue,
        };
        let group = groups.entry((way, ending.asset.chain())).or_default();
        group.push((ending_idx, ending, label));
    }
    let of =
        |(idx, ((way, chain), endings)): (usize, _)| lead(input, names, idx, &way, chain, endings);
    groups.into_iter().enumerate().map(of).collect()
}

fn lead(
    input: &Input<'_>,
    names: &Names<'_>,
    idx: usize,
    way: &Way<'_>,
    chain: ChainId,
    endings: Vec<Stopped<'_>>,
) -> Lead {
    let is_back = input.trail.direction == Direction::In;
    let repeated = input.trail.repeated_endings();
    let mut sums = Sums::default();
    for (_, ending, _) in endings.iter().filter(|(idx, ..)| !repeated.contains(idx)) {
        sums.add(input, ending.asset, ending.amount, ending.arrived.block);
    }
    let labels: BTreeSet<(&str, bool)> =
        endings.iter().map(|(.., label)| (&*label.name, label.is_invented)).collect();
    let called: Vec<String> =
        labels.iter().map(|(name, is_invented)| quoted(&clean(name), *is_invented)).collect();
    let basis: BTreeSet<String> = endings.iter().map(|(.., label)| label_text(label)).collect();
    let times: Option<Vec<Timestamp>> =
        endings.iter().map(|(_, ending, _)| names.time(chain, ending.arrived.block)).collect();
    let times = times.unwrap_or_default();
    let (kind, name, advice) = match (way, is_back) {
        (Way::Mixers, false) => ("mixer", pools(&called), &MIXER_OUT),
        (Way::Mixers, true) => ("mixer", pools(&called), &MIXER_IN),
        (Way::Bridge(_), false) => ("bridge", called.join(", "), &BRIDGE_OUT),
        (Way::Bridge(_), true) => ("bridge", called.join(", "), &BRIDGE_IN),
    };
    Lead {
        id: format!("X{}", idx.saturating_add(1)),
        kind,
        name,
        chain_name: names.chain(chain),
        basis: basis.into_iter().collect(),
        totals: sums.money(names),
        first: times.iter().min().map(ToString::to_string),
        last: times.iter().max().map(ToString::to_string),
        items: endings
            .iter()
            .filter_map(|(ending_idx, ending, _)| {
                let block = ending.arrived.block;
                Some(LeadItem {
                    ending: Tag::ending(*ending_idx),
                    seed: ending.seed.into(),
                    money: names.money(ending.asset, ending.amount, Some(block)),
                    at: names.party(chain, ending.address?, block),
                    place: arrival(input, names, ending),
                })
            })
            .collect(),
        next: advice.next.to_vec(),
        unknown: advice.unknown.to_vec(),
    }
}

fn pools(called: &[String]) -> String {
    match called {
        [one] => one.clone(),
        many => format!("{} mixer pools", group(&many.len().to_string())),
    }
}
