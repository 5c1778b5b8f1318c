//! Netting: what known accounts only passed on goes from its payer to its receiver.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Position};

use super::{Flow, Party, add_evidence};

/// Nets every known account, in the order given: afterwards each of them only pays or only receives.
/// One flow is left per payer and receiver.
pub(super) fn net(mut flows: Vec<Flow>, known: &[Address]) -> Vec<Flow> {
    // Who only pays or only receives does so afterwards, too.
    let payers: BTreeSet<Party> = flows.iter().map(|flow| flow.from).collect();
    let receivers: BTreeSet<Party> = flows.iter().map(|flow| flow.to).collect();
    let both: BTreeSet<Party> = payers.intersection(&receivers).copied().collect();
    for account in known.iter().map(|account| Party::Account(*account)) {
        if both.contains(&account) {
            flows = look_through(flows, account);
        }
    }
    let mut merged: BTreeMap<(Party, Party), Flow> = BTreeMap::new();
    for flow in flows {
        match merged.get_mut(&(flow.from, flow.to)) {
            Some(first) => {
                first.amount = first.amount.saturating_add(flow.amount);
                add_evidence(&mut first.evidence, &flow.evidence);
            }
            None => {
                merged.insert((flow.from, flow.to), flow);
            }
        }
    }
    merged.into_values().collect()
}

/// How an incoming and an outgoing flow are matched, the surest first.
const MATCHES: [fn(&Flow, &Flow) -> bool; 3] = [
    // A refund.
    |incoming, outgoing| incoming.from == outgoing.to,
    // The same amount passed on.
    |incoming, outgoing| incoming.amount == outgoing.amount,
    // Whatever is left, in order.
    |_, _| true,
];

/// One side of a match, with the account's own transfers that it was matched with.
struct Side {
    flow: Flow,
    partners: Vec<Position>,
}

impl Side {
    const fn new(flow: Flow) -> Self {
        Self { flow, partners: Vec::new() }
    }

    fn take(&mut self, amount: Amount, partner: Position) {
        self.flow.amount = self.flow.amount.saturating_sub(amount);
        self.partners.push(partner);
    }

    /// What was not matched: a difference, shown by both sides.
    fn rest(mut self) -> Option<Flow> {
        if self.flow.amount.is_zero() {
            return None;
        }
        add_evidence(&mut self.flow.evidence, &self.partners);
        Some(self.flow)
    }
}

/// Matches what came into an account with what went out of it.
fn look_through(flows: Vec<Flow>, account: Party) -> Vec<Flow> {
    let (mut incoming, mut outgoing, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for flow in flows {
        if flow.to == account {
            incoming.push(Side::new(flow));
        } else if flow.from == account {
            outgoing.push(Side::new(flow));
        } else {
            others.push(flow);
        }
    }
    // Which other accounts were looked through before must not matter.
    incoming.sort_by_key(|side| (side.flow.came, side.flow.from));
    outgoing.sort_by_key(|side| (side.flow.came, side.flow.to));
    for is_match in MATCHES {
        for came in &mut incoming {
            for went in &mut outgoing {
                if came.flow.amount.is_zero() {
                    break;
                }
                if !went.flow.amount.is_zero()
                    && !is_spent_seed(&came.flow, &went.flow)
                    && is_match(&came.flow, &went.flow)
                {
                    others.extend(pass_on(came, went));
                }
            }
        }
    }
    others.extend(incoming.into_iter().chain(outgoing).filter_map(Side::rest));
    others
}

/// Whether the holder of a seed paid back its payer: he did not pay his own seed, he spent it.
fn is_spent_seed(incoming: &Flow, outgoing: &Flow) -> bool {
    matches!(outgoing.to, Party::Seed { holder, .. } if incoming.from == Party::Account(holder))
        && outgoing.left < incoming.came
}

/// Takes the smaller amount from both flows and makes one flow of it, past the account between them;
/// none if it would end where it began.
fn pass_on(came: &mut Side, went: &mut Side) -> Option<Flow> {
    let amount = came.flow.amount.min(went.flow.amount);
    came.take(amount, went.flow.left);
    went.take(amount, came.flow.came);
    (came.flow.from != went.flow.to).then(|| {
        let mut evidence = came.flow.evidence.clone();
        add_evidence(&mut evidence, &went.flow.evidence);
        Flow {
            from: came.flow.from,
            to: went.flow.to,
            amount,
            left: came.flow.left,
            came: went.flow.came,
            evidence,
        }
    })
}
