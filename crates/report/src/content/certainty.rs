//! How sure the report is: what was looked at, what weakens the amounts, what was not looked at.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, AssetClass, ChainId, Coverage, Direction, How, Position, Proof,
    Reservation, Rule, Trail, hash_hex,
};

use super::band::band;
use super::differences;
use super::hops::lots_made;
use super::names::Names;
use super::sums::Sums;
use crate::input::Input;
use crate::number::group;
use crate::schema::{Certainty, CoverageLine, OpenEnd, OpenTransaction, Words};

/// Receivers that are named for one conversion.
const MAX_RECEIVERS: usize = 12;

pub(super) fn certainty(input: &Input<'_>, names: &Names<'_>) -> Certainty {
    let trail = input.trail;
    let imbalance = trail.check().err().map(|imbalance| imbalance.to_string());
    let coverage = coverage(input, names);
    let mut certainty = Certainty {
        closes: imbalance.is_none(),
        imbalance,
        is_indicative: is_indicative(input),
        is_upper_bound: !trail.rule.conserves(),
        statements: Vec::new(),
        band: band(input, names),
        coverage,
        differences: differences::lines(input, names),
        reservations: trail
            .reservations
            .iter()
            .map(|reservation| reservation_text(names, trail.direction, reservation))
            .chain(names.label_conflicts())
            .chain(names.directory().shorts().told())
            .collect(),
        open_ends: trail
            .open_ends
            .iter()
            .map(|end| OpenEnd {
                chain_name: names.chain(end.chain),
                at: names.party(end.chain, end.address, end.window.first()),
                window: end.window.to_string(),
                depth: end.depth,
                at_stake: lots_made(names, &end.at_stake, None),
            })
            .collect(),
        open_transactions: trail
            .open_transactions
            .iter()
            .map(|open| OpenTransaction {
                chain_name: names.chain(open.chain),
                block: open.block,
                transaction: hash_hex(open.hash),
                depth: open.depth,
                at_stake: lots_made(names, &open.at_stake, None),
            })
            .collect(),
    };
    certainty.statements = statements(input, names, &certainty);
    certainty
}

/// Whether it says that a ledger is not known whole.
const fn is_gap(reservation: &Reservation) -> bool {
    matches!(
        reservation,
        Reservation::OpeningUnknown { .. }
            | Reservation::Overdrawn { .. }
            | Reservation::BalanceBelowLots { .. }
    )
}

/// Where the ledgers of a trail are not known whole, in words, if its rule needs that.
pub(super) fn gaps(names: &Names<'_>, trail: &Trail) -> Vec<String> {
    let gaps =
        trail.reservations.iter().filter(|gap| is_gap(gap) && trail.rule.needs_whole_ledger());
    gaps.map(|gap| reservation_text(names, trail.direction, gap)).collect()
}

/// Whether the amounts of the trail's rule need the whole ledger, and a part of it is not known.
pub(super) fn is_indicative(input: &Input<'_>) -> bool {
    let Trail { rule, reservations, .. } = input.trail;
    // A window that is not reconciled may hide a credit, which the rule would need.
    rule.needs_whole_ledger()
        && (input.coverage.is_empty()
            || reservations.iter().any(is_gap)
            || differences::is_unproved(input))
}

fn coverage(input: &Input<'_>, names: &Names<'_>) -> Vec<CoverageLine> {
    type Counts = ([usize; 4], BTreeSet<Address>);
    let mut counts: BTreeMap<(ChainId, AssetClass, How), Counts> = BTreeMap::new();
    for coverage in input.coverage {
        let class = match coverage.class {
            // All of them in one line.
            AssetClass::Token(_) => AssetClass::Token(Address::zero()),
            class => class,
        };
        let key = (coverage.chain, class, coverage.how);
        let (by_proof, addresses) = counts.entry(key).or_default();
        addresses.insert(coverage.address);
        let [exact, reconciled, indicative, unreconciled] = by_proof;
        let count = match coverage.proof {
            Proof::Exact => exact,
            Proof::Reconciled => reconciled,
            Proof::Indicative => indicative,
            Proof::Unreconciled => unreconciled,
        };
        *count = count.saturating_add(1);
    }
    counts
        .into_iter()
        .map(|((chain, class, how), ([exact, reconciled, indicative, unreconciled], addresses))| {
            CoverageLine {
                chain_name: names.chain(chain),
                class: match class {
                    AssetClass::Native => "native coin",
                    AssetClass::Tokens => "tokens",
                    AssetClass::Token(_) => "one token",
                },
                how: how.name(),
                addresses: addresses.len(),
                exact,
                reconciled,
                indicative,
                unreconciled,
            }
        })
        .collect()
}

/// What a rule says that needs the whole ledger and has it.
macro_rules! whole_ledger {
    ($rule:literal) => {
        concat!(
            "The rule ",
            $rule,
            ". It needs the whole ledger: every balance of stolen value agrees with what was seen, and no \
             opening balance is missing."
        )
    };
}

/// What a rule says that needs the whole ledger and lacks a part of it.
macro_rules! indicative {
    ($rule:literal) => {
        concat!(
            "The rule ",
            $rule,
            " and needs the whole ledger. Its amounts are INDICATIVE: an opening balance is missing, or \
             balances of stolen value could not be proved."
        )
    };
}

/// What a rule says that was followed back.
fn back_text(rule: Rule, is_indicative: bool) -> String {
    let takes = match rule {
        Rule::Lifo => "the newest credits first",
        Rule::Haircut => "of every credit the same share",
        Rule::Fifo | Rule::DirtyFirst | Rule::Libr | Rule::Poison => "the oldest credits first",
    };
    let whole = if is_indicative {
        "and needs the whole ledger. Its amounts are INDICATIVE: more left than had come in somewhere, or balances \
         could not be proved."
    } else {
        "in both directions alike. It needs the whole ledger: the balances agree with what was seen, as far back as \
         value was traced."
    };
    format!("The rule {} spends {takes}, {whole}", rule.name())
}

fn statements(input: &Input<'_>, names: &Names<'_>, certainty: &Certainty) -> Vec<String> {
    let sum = |count: fn(&CoverageLine) -> usize| {
        certainty.coverage.iter().map(count).fold(0_usize, usize::saturating_add)
    };
    let [exact, reconciled, indicative, unreconciled] = [
        sum(|line| line.exact),
        sum(|line| line.reconciled),
        sum(|line| line.indicative),
        sum(|line| line.unreconciled),
    ]
    .map(|count| group(&count.to_string()));
    let mut statements = vec![match &certainty.imbalance {
        None if !input.trail.rule.conserves() => "The rule poison is not a ledger: its amounts are \
                                                 upper bounds that overlap and do not add up to what \
                                                 was stolen."
            .to_owned(),
        None => "The ledger closes for every seed and asset, to the base unit.".to_owned(),
        Some(imbalance) => format!(
            "THE LEDGER DOES NOT CLOSE: {imbalance}. Do not rely on these amounts; this is a \
             defect of the program."
        ),
    }];
    statements.push(if input.coverage.is_empty() {
        "Nothing is recorded of what was looked at.".to_owned()
    } else {
        format!(
            "What was read was checked against the balances, window of blocks by window: in {exact} of them nothing else \
             can have moved (exact), in {reconciled} the balances agree with what was seen (reconciled), {indicative} could \
             not be checked (indicative), in {unreconciled} the balances do not agree (unreconciled)."
        )
    });
    statements.extend(differences::statements(input, &certainty.differences));
    if input.coverage.iter().any(|coverage| coverage.how == How::BlocksOnly) {
        statements.push(
            "Some windows were read without a tracer: internal transfers of the native coin are \
             not seen there."
                .to_owned(),
        );
    }
    let alone = |coverage: &&Coverage| coverage.how == How::StateAlone;
    let settled: BTreeSet<(ChainId, Address)> =
        input.coverage.iter().filter(alone).map(|found| (found.chain, found.address)).collect();
    if !settled.is_empty() {
        statements.push(format!(
            "Long stays of {} at wallets were settled by balances, not by reading every block: {}. \
             Between two looks nonce and balances did not change, so the wallet signed nothing and no native \
             coin left it. That a token went by somebody's approval and the same amount came back is not \
             ruled out.",
            Words::of(input.trail.direction).value,
            match settled.len() {
                1 => "1 address".to_owned(),
                count => format!("{} addresses", group(&count.to_string())),
            }
        ));
    }
    let may_hide = |coverage: &&Coverage| {
        coverage.how == How::StateAndBlocks && coverage.proof == Proof::Indicative
    };
    let hiding: BTreeSet<(ChainId, Address)> =
        input.coverage.iter().filter(may_hide).map(|found| (found.chain, found.address)).collect();
    if !hiding.is_empty() {
        statements.push(format!(
            "Accounts that have, or may have had, code: {}. What came in there and went out again by the \
             same amount of the native coin, between two looks at the balance, is not seen.",
            group(&hiding.len().to_string())
        ));
    }
    if input.trail.direction == Direction::In {
        statements.push(back_text(input.trail.rule, certainty.is_indicative));
    }
    let forward = input.trail.direction == Direction::Out;
    statements.extend(forward.then(|| {
        match (input.trail.rule, certainty.is_indicative) {
            (Rule::DirtyFirst, _) => {
                "Where stolen and other money met in one account, the stolen part is counted as spent first (rule \
                 dirty-first). By any other rule that counts each unit once, as much or less of what left an account is \
                 stolen."
            }
            (Rule::Poison, _) => {
                "The rule poison taints all that leaves an account which stolen value has reached: what \
                 it does not reach was not reached, as far as was looked at; what it reaches may be \
                 other people's."
            }
            (Rule::Fifo, false) => whole_ledger!("fifo takes the oldest lots first"),
            (Rule::Lifo, false) => whole_ledger!("lifo takes the newest lots first"),
            (Rule::Haircut, false) => whole_ledger!("haircut takes of every part the same share"),
            (Rule::Libr, false) => whole_ledger!("libr takes clean lots first"),
            (Rule::Fifo, true) => indicative!("fifo takes the oldest lots first"),
            (Rule::Lifo, true) => indicative!("lifo takes the newest lots first"),
            (Rule::Haircut, true) => indicative!("haircut takes of every part the same share"),
            (Rule::Libr, true) => indicative!("libr takes clean lots first"),
        }
        .to_owned()
    }));
    statements.extend(through(input));
    statements.extend(certainty.band.iter().flat_map(|band| band.statements.first().cloned()));
    statements.push(unlooked(input, names));
    statements
}

/// That amounts rest on following beyond where it stops.
fn through(input: &Input<'_>) -> Option<String> {
    let reached: BTreeSet<_> = input.through.iter().flat_map(|line| line.reached.keys()).collect();
    let places = match reached.len() {
        0 => return None,
        1 => "1 place".to_owned(),
        count => format!("{} places", group(&count.to_string())),
    };
    Some(format!(
        "BY SETTING, nothing stops following at {places} that {} came to: what left there may be other \
         people's money. The method names them.",
        Words::of(input.trail.direction).value
    ))
}

/// What waits where nobody looked. Different assets are never added up.
fn unlooked(input: &Input<'_>, names: &Names<'_>) -> String {
    let mut sums = Sums::default();
    let mut addresses = BTreeSet::new();
    let repeated = input.trail.repeated_endings();
    for (ending_idx, ending) in input.trail.endings.iter().enumerate() {
        if !ending.kind.class().is_incomplete() {
            continue;
        }
        if !repeated.contains(&ending_idx) {
            sums.add(input, ending.asset, ending.amount, ending.arrived.block);
        }
        addresses.insert((ending.asset.chain(), ending.address));
    }
    if addresses.is_empty() {
        let open = input.trail.open_ends.len();
        return match open.saturating_add(input.trail.open_transactions.len()) {
            0 => {
                format!("No {} waits for more looking.", Words::of(input.trail.direction).ending)
            }
            count => format!("{} open ends are listed below.", group(&count.to_string())),
        };
    }
    let places = match addresses.len() {
        1 => "1 address".to_owned(),
        count => format!("{} addresses", group(&count.to_string())),
    };
    let amounts: Vec<String> =
        sums.money::<Vec<_>>(names).iter().map(|money| money.brief()).collect();
    format!("Not looked at, or not all of it: {places}, where {} wait.", amounts.join("; "))
}

/// Who got how much of what.
fn receivers_text(
    names: &Names<'_>,
    chain: ChainId,
    position: Position,
    receivers: &[(Address, Asset, Amount)],
) -> String {
    let shown: Vec<String> = receivers
        .iter()
        .take(MAX_RECEIVERS)
        .map(|(receiver, asset, amount)| {
            let receiver = &names.party(chain, *receiver, position.block).text();
            format!("{receiver} {}", names.money(*asset, *amount, None).text())
        })
        .collect();
    let more = match receivers.len().saturating_sub(MAX_RECEIVERS) {
        0 => String::new(),
        count => format!("; and {} more", group(&count.to_string())),
    };
    format!("{}{more}", shown.join("; "))
}

/// What is doubtful where value was followed back, as far as that reads otherwise.
fn backward_text(names: &Names<'_>, reservation: &Reservation) -> Option<String> {
    Some(match reservation {
        Reservation::Overdrawn { address, asset, position, excess } => format!(
            "{}: {} more left at {position} than had been seen to come in; where the excess came from is not known",
            names.party(asset.chain(), *address, position.block).text(),
            names.money(*asset, *excess, None).text(),
        ),
        Reservation::ApproximateConversion { chain, address, position } => format!(
            "{}: what it bought at {position} on {} went to several; which part of what was paid is whose is a \
             convention",
            names.party(*chain, *address, position.block).text(),
            names.chain(*chain),
        ),
        Reservation::UnseenFrames { chain, block, index, is_read } => format!(
            "transaction {index} of block {block} on {}: value that is traced back came from a contract there, and \
             {}, so somebody may have paid the contract for it who is not seen",
            names.chain(*chain),
            unseen_text(*is_read),
        ),
        _ => return None,
    })
}

const fn unseen_text(is_read: bool) -> &'static str {
    if is_read {
        "no endpoint tells its internal transfers of the native coin"
    } else {
        "no endpoint has its receipt"
    }
}

fn reservation_text(names: &Names<'_>, direction: Direction, reservation: &Reservation) -> String {
    if direction == Direction::In
        && let Some(text) = backward_text(names, reservation)
    {
        return text;
    }
    match reservation {
        Reservation::OpeningUnknown { address, asset, block } => format!(
            "{}: what it held of {} at the end of block {block} is not known, so the order of its \
             lots is not certain",
            names.party(asset.chain(), *address, *block).text(),
            names.asset(*asset),
        ),
        Reservation::CrowdedHolder { chain, address, blocks, size } => format!(
            "{}: THE SEED IS NOT FOLLOWED FROM THERE. Its holder is too crowded on {}: {}. Its history was not \
             downloaded; a higher --max-counterparties has it looked at",
            names.party(*chain, *address, blocks.last()).text(),
            names.chain(*chain),
            super::endings::crowd_text(*size, Some(*blocks)),
        ),
        Reservation::Overdrawn { address, asset, position, excess } => format!(
            "{}: {} more left at {position} than had been seen to come in; the excess was taken as \
             clean",
            names.party(asset.chain(), *address, position.block).text(),
            names.money(*asset, *excess, None).text(),
        ),
        Reservation::ApproximateConversion { chain, address, position } => format!(
            "{}: several assets with different stolen shares were converted together at \
             {position} on {}; how they share in what was received is a convention",
            names.party(*chain, *address, position.block).text(),
            names.chain(*chain),
        ),
        Reservation::UnlistedReturn { chain, address, position, contracts, paid, received }
        | Reservation::UnlistedPayment { chain, address, position, contracts, paid, received } => {
            let is_payment = matches!(reservation, Reservation::UnlistedPayment { .. });
            let sum = |side: &[(Asset, Amount)]| {
                let parts: Vec<String> = side
                    .iter()
                    .map(|(asset, amount)| names.money(*asset, *amount, None).text())
                    .collect();
                parts.join(" and ")
            };
            let to: Vec<String> = contracts
                .iter()
                .map(|contract| names.party(*chain, *contract, position.block).text())
                .collect();
            if is_payment {
                return format!(
                    "{}: got {} at {position} on {} and gave only {} to {}, which no list knows: it may be \
                     worthless, and the value may have been the contracts'",
                    names.party(*chain, *address, position.block).text(),
                    sum(received),
                    names.chain(*chain),
                    sum(paid),
                    if to.is_empty() { "nobody seen".to_owned() } else { to.join(", ") },
                );
            }
            format!(
                "{}: gave {} to {} at {position} on {} and got only {}, which no list knows: it may be \
                 worthless, and the value may have stayed where it was paid",
                names.party(*chain, *address, position.block).text(),
                sum(paid),
                if to.is_empty() { "nobody seen".to_owned() } else { to.join(", ") },
                names.chain(*chain),
                sum(received),
            )
        }
        Reservation::OtherReceivers { chain, address, position, receivers } => {
            let shown = receivers_text(names, *chain, *position, receivers);
            format!(
                "{}: in the transaction at {position} on {}, in which it converted stolen value or took it, \
                 contracts gave to others, which is not followed: {shown}",
                names.party(*chain, *address, position.block).text(),
                names.chain(*chain),
            )
        }
        Reservation::Delivered { chain, address, position, receivers, is_divided } => format!(
            "{}: what it paid to contracts at {position} on {} was given out again in other assets to others, as \
             these contracts' transfers in this transaction show: {}. {}",
            names.party(*chain, *address, position.block).text(),
            names.chain(*chain),
            receivers_text(names, *chain, *position, receivers),
            if *is_divided {
                "Others paid them, too: what came out is divided in proportion to what each paid, which is a \
                 convention"
            } else {
                "Nobody else paid for it"
            },
        ),
        Reservation::UnseenFrames { chain, block, index, is_read } => format!(
            "transaction {index} of block {block} on {}: stolen value was given to a contract there, and {}, so \
             somebody may have got something for it that is not seen",
            names.chain(*chain),
            unseen_text(*is_read),
        ),
        Reservation::BalanceBelowLots { address, asset, block, lots, balance } => format!(
            "{}: it held {} at the end of block {block}, less than the stolen {} that had been seen to \
             come and not to go; the rest is unexplained",
            names.party(asset.chain(), *address, *block).text(),
            names.money(*asset, *balance, None).text(),
            names.money(*asset, *lots, None).text(),
        ),
    }
}
