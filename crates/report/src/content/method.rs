//! How it was found out, and what the words mean.

use std::collections::BTreeSet;

use fundtrail_model::{Direction, How, Rule};

use super::names::Names;
use super::prices::Used;
use super::{clean, clean_lists};
use crate::input::{Input, ThroughLine};
use crate::number::group;
use crate::schema::{Method, Setting, Term, Words};

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

/// What a word means where value is traced back, if it is another thing.
const BACK: &[Term] = &[
    Term { word: "below threshold", means: "an origin: too little to trace back, by setting" },
    Term {
        word: "counted with another seed",
        means: "an origin: this part of a payment is already traced back for another seed, and is counted there",
    },
    Term { word: "burned", means: "an origin: from where nobody has the key" },
    Term { word: "fee", means: "an origin: what was spent on gas" },
    Term { word: "held", means: "an origin: there at the first block looked at" },
    Term {
        word: "hop limit",
        means: "an origin: too many hops from the seed to trace back, by setting",
    },
    Term {
        word: "bridge",
        means: "an origin: out of a bridge, where the value came from another chain",
    },
    Term {
        word: "contract without payment",
        means: "an origin: out of a contract that nobody is known to have paid for it in the same transaction",
    },
    Term {
        word: "created",
        means: "an origin: minted, a reward, a withdrawal from the consensus layer, or there when the chain began",
    },
    Term { word: "hop", means: "one movement of value that is traced back" },
    Term {
        word: "hub",
        means: "an origin: an address with too many counterparties to be one person's",
    },
    Term {
        word: "ledger",
        means: "per seed and asset: seeded + converted in = converted out + origins",
    },
    Term {
        word: "mixer",
        means: "an origin: out of a mixer, whose payments out are not tied to payments in",
    },
    Term {
        word: "not covered",
        means: "an origin: the address was not looked at, or not in all blocks needed",
    },
    Term {
        word: "origin",
        means: "where value that is traced back came from, and why tracing back stopped",
    },
    Term {
        word: "sanctioned",
        means: "an origin: an address with a listing in force at the transfer or today",
    },
    Term { word: "seed", means: "a received amount from which tracing back starts" },
    Term {
        word: "service",
        means: "an origin: a custodial service, whose payments out are its own",
    },
    Term {
        word: "rule",
        means: "which lots an outgoing transfer takes when value of several credits shares an account",
    },
    Term { word: "budget", means: "an origin: not followed because this run had spent its budget" },
    Term {
        word: "unexplained",
        means: "an origin: there, and no transfer seen says where it came from",
    },
];

/// The words that a reader of a report meets.
pub(super) fn glossary(input: &Input<'_>) -> Vec<Term> {
    // One by one: a set made of all at once would first list them.
    let mut hows: BTreeSet<&str> = BTreeSet::new();
    hows.extend(input.coverage.iter().map(|found| found.how.name()));
    let rules = input.trails.iter().map(|trail| trail.rule).chain([input.trail.rule]);
    let rules: BTreeSet<&str> = rules.map(Rule::name).collect();
    let all = How::ALL.map(How::name).into_iter().chain(Rule::ALL.map(Rule::name));
    let unmet: BTreeSet<&str> =
        all.filter(|name| !hows.contains(name) && !rules.contains(name)).collect();
    let is_met = |term: &&Term| !unmet.contains(term.word);
    if input.trail.direction == Direction::Out {
        return GLOSSARY.iter().filter(is_met).copied().collect();
    }
    // Of endings that only happen forward a reader meets none.
    let is_met_back = |term: &&Term| {
        let is_back = BACK.iter().any(|back| back.word == term.word);
        is_met(term) && !is_back && !term.means.starts_with("an ending") && term.word != "ending"
    };
    let mut terms: Vec<Term> = GLOSSARY.iter().filter(is_met_back).chain(BACK).copied().collect();
    terms.sort_by_key(|term| term.word);
    terms
}

macro_rules! terms {
    ($($word:literal: $means:literal,)*) => {
        const GLOSSARY: &[Term] = &[$(Term { word: $word, means: $means }),*];
    };
}

terms! {
    "asset": "what moves: a chain's native coin or a token, known by its contract and never by its ticker",
    "base unit": "the smallest part of an asset, in which chains count; 1 ETH is 10^18 base units",
    "below threshold": "an ending: too little to follow, by setting",
    "blocks and frames": "a way of looking: every block, and what contracts did inside its transactions",
    "blocks only": "a way of looking: every block, without what contracts did inside its transactions",
    "bridge": "an ending: in a bridge, from where the value goes on, on another chain",
    "budget": "an ending: not followed because this run had spent its budget",
    "burned": "an ending: sent to where nobody has the key",
    "claimed": "what a token's contract says of itself; anyone can write anything there",
    "clean": "of value that comes from no seed",
    "contract without return": "an ending: in a contract that gave nothing back in the same transaction",
    "conversion": "a hop in which one account gave assets and got others in one transaction",
    "counted with another seed": "an ending: this part of a credit already carries another seed's value, and is counted there",
    "coverage": "what was looked at, how, and how well that proves that nothing is missing",
    "deposit address": "an address of an exchange for one customer; where behaviour says so and no list does, it is inferred",
    "dirty-first": "a rule: stolen lots are taken before clean ones, the oldest first",
    "ending": "where and why following stopped",
    "exact": "nothing else can have moved: a wallet's nonce and balance rule it out",
    "fee": "an ending: spent on gas",
    "fifo": "a rule: the oldest lots are taken first",
    "haircut": "a rule: of every lot the same share is taken",
    "held": "an ending: still at the address at the last block looked at",
    "hop": "one movement of stolen value",
    "hop limit": "an ending: too many hops from the seed to follow, by setting",
    "hub": "an ending: at an address with too many counterparties to be one person's",
    "index and blocks": "a way of looking: the same, and the blocks that a node's index names",
    "indicative": "not checked against balances, because a node did not give them",
    "invented": "made up for a reconstruction; it says nothing about any real person or service",
    "label": "a name for an address, with who says so; it is their word",
    "lead": "what may help to go on and proves nothing; it is in no sum",
    "ledger": "per seed and asset: seeded + converted in = converted out + endings",
    "libr": "a rule: clean lots are taken before stolen ones (lowest intermediate balance)",
    "lifo": "a rule: the newest lots are taken first",
    "listing": "a label that is a sanction, with the days on which it began and ended",
    "logs": "a way of looking: the events that token contracts write, by address",
    "lot": "an amount with one provenance: one seed, or clean",
    "mixer": "an ending: in a mixer, whose payments out are not tied to payments in",
    "not covered": "an ending: the address was not looked at, or not in all blocks needed",
    "open end": "where more looking is needed, with what waits there",
    "poison": "no ledger: all that leaves an account after stolen value came there, in full",
    "position": "place in a chain's order: block/transaction/step; logN is the log's index in its block",
    "reconciled": "what came in less what went out equals the change of balance",
    "rule": "which lots an outgoing transfer takes when stolen and clean value share an account",
    "sanctioned": "an ending: at an address with a listing in force at the transfer or today",
    "seed": "a stolen amount from which the trace starts",
    "service": "an ending: at a custodial service, whose payments out are its own",
    "state alone": "a way of looking: the balances at both ends, and no block between",
    "state and blocks": "a way of looking: the blocks in which the account changed, found by halving",
    "unexplained": "an ending: gone from the balance, and no transfer seen says where",
    "unreconciled": "the balances do not agree with what was seen",
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{EndingClass, How, Proof, Rule};

    use super::{BACK, GLOSSARY};

    #[test]
    fn every_kind_of_ending_proof_rule_and_way_of_looking_has_its_term() {
        let classes = |others: &'static [EndingClass]| {
            let all = EndingClass::ALL.into_iter().filter(move |class| !others.contains(class));
            all.map(EndingClass::name)
        };
        let others = Proof::ALL.map(Proof::name).into_iter();
        let others = others.chain(Rule::ALL.map(Rule::name)).chain(How::ALL.map(How::name));
        for word in
            classes(&[EndingClass::ContractWithoutPayment, EndingClass::Created]).chain(others)
        {
            assert!(GLOSSARY.iter().any(|term| term.word == word), "{word}");
        }
        for word in classes(&[EndingClass::ContractWithoutReturn]) {
            let is_origin = |means: &str| means.starts_with("an origin");
            assert!(BACK.iter().any(|term| term.word == word && is_origin(term.means)), "{word}");
        }
        let words: Vec<&str> = GLOSSARY.iter().map(|term| term.word).collect();
        assert!(words.is_sorted_by_key(|word| word.to_lowercase()), "{words:?}");
    }
}
