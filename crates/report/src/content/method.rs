//! How it was found out.

use fundtrail_model::{Direction, Rule};

use super::names::Names;
use super::prices::Used;
use super::{clean, clean_lists};
use crate::input::{Input, ThroughLine};
use crate::number::group;
use crate::schema::{Method, Setting, Words};

/// Addresses that one statement names.
const MAX_THROUGH: usize = 8;

pub(super) fn method(input: &Input<'_>, names: &Names<'_>, used: &Used) -> Method {
    let limits = input.trail.limits;
    let rule = match input.trail.rule {
        Rule::Fifo => {
            "Rule fifo: an outgoing transfer takes the oldest lots of the account first, clean ones \
             and an opening balance included (Clayton's case, Devaynes v Noble, 1816)."
        }
        Rule::Lifo => {
            "Rule lifo: an outgoing transfer takes the newest lots of the account first, clean ones \
             included (US v. Henshaw, 388 F.3d 738, 10th Cir. 2004)."
        }
        Rule::Haircut => {
            "Rule haircut: an outgoing transfer takes the same share of every seed's part of the account \
             and of the clean part, pro rata, in whole units; what rounding gave or took is carried to \
             the next transfer."
        }
        Rule::Libr => {
            "Rule libr: an outgoing transfer takes clean lots before stolen ones, so that what is left \
             of the stolen value is the account's lowest intermediate balance since it came (Cunningham \
             v. Brown, 265 U.S. 1, 1924)."
        }
        Rule::Poison => {
            "Rule poison: once stolen value has reached an account, all that leaves it later in the same \
             asset is tainted, in full and for every seed. This is reachability, not a ledger: amounts \
             are upper bounds that overlap, and what clean value was paid beside them is not told apart."
        }
        Rule::DirtyFirst => {
            "Rule dirty-first: an outgoing transfer takes stolen lots before clean ones, the oldest \
             first among them."
        }
    };
    let follow_all = limits.min_share_ppm == 0;
    let threshold = if follow_all {
        "no amount was too small to follow".to_owned()
    } else {
        format!(
            "amounts below {} millionths of their seed in the same asset were not followed",
            group(&limits.min_share_ppm.to_string())
        )
    };
    let is_back = input.trail.direction == Direction::In;
    let mut statements = vec![
        rule.to_owned(),
        "Order is the chain's own: block, transaction, step. Amounts are whole base units; nothing \
         is rounded before it is shown, and what is shown rounded carries ≈."
            .to_owned(),
        "Each transaction is collapsed to its net effect on every account before the rule is \
         applied, so a swap is one conversion of the account that made it."
            .to_owned(),
        format!(
            "Limits: at most {} hops from a seed; an address with more than {} counterparties is a \
             hub; {threshold}.",
            limits.max_hops,
            group(&limits.hub_counterparties.to_string()),
        ),
        format!(
            "Following stops at labelled services, mixers and bridges, at addresses with a sanctions \
             listing in force at the transfer or today, at hubs, and in contracts that {}. A label is its source's \
             word; this report does not vouch for it.",
            if is_back { "nobody paid for what they gave" } else { "give nothing back" },
        ),
        format!(
            "US dollars, where shown, are the value at the block of the movement; they never decide where \
             value {}.",
            if is_back { "came from" } else { "went" },
        ),
    ];
    let named = |asset: fundtrail_model::Asset| {
        format!("{} on {}", names.asset(asset), names.chain(asset.chain()))
    };
    statements.extend(used.statements(input.price_sources, named));
    statements.extend(super::opinions::searches(input, names));
    if is_back {
        statements.insert(
            1,
            "Traced back: each account's ledger is kept forward by this rule, so that the same credits pay the same \
             debits as when value is followed forward; what is asked is which units of which credits paid for what \
             was received."
                .to_owned(),
        );
    }
    let value = Words::of(input.trail.direction).value;
    statements.extend(input.through.iter().map(|line| through(names, value, line)));
    for (spec, seed) in input.seed_specs {
        statements.push(format!("Seed {seed} was asked for as: {}.", clean(spec)));
    }
    Method {
        statements,
        settings: input
            .settings
            .iter()
            .map(|(name, value)| Setting { name: clean(name), value: clean(value) })
            .collect(),
        lists: clean_lists(input.lists),
        endpoints: input.endpoints.iter().map(|host| clean(host)).collect(),
    }
}

/// Where following went on, and what that is worth.
fn through(names: &Names<'_>, value: &str, line: &ThroughLine) -> String {
    let what = clean(&line.what);
    let mut places: Vec<String> = line
        .reached
        .iter()
        .take(MAX_THROUGH)
        .map(|((chain, address), block)| {
            let at = &names.party(*chain, *address, *block).text();
            format!("{at} on {}", names.chain(*chain))
        })
        .collect();
    let more = line.reached.len().saturating_sub(places.len());
    if more > 0 {
        places.push(format!("{} more", group(&more.to_string())));
    }
    if places.is_empty() {
        return format!(
            "By setting, nothing would stop following at “{what}”; no {value} came there."
        );
    }
    format!(
        "BY SETTING, NOTHING STOPS FOLLOWING AT “{what}”: {}. No label, listing or crowd counts there. What left it \
         was taken for its own by the rule, so it may be other people's money.",
        places.join("; "),
    )
}
