//! A transaction's net effect: who paid whom, and who converted what.
//!
//! A router moves the same coins five times to do one thing for its user. Rules applied to each
//! movement would age lots, split them and lose them in contracts, so rules see only what is left after
//! [`collapse`].

mod convert;
mod flows;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Amount, Asset, Cause, Position, SeedId, Transfer};

/// One side of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// An address. The zero address is one, too: who receives decides what it means.
    Account(Address),
    /// Where mints and withdrawals come from.
    Source,
    /// Where burnt tokens go.
    Burn,
    /// Not known.
    Unknown,
    /// A seed's holder, for the stolen part of a credit: it takes no part in what the holder nets or
    /// converts.
    Seed {
        /// The seed.
        seed: SeedId,
        /// Its holder.
        holder: Address,
    },
}

impl Party {
    /// The address, if it has one.
    #[must_use]
    pub const fn address(self) -> Option<Address> {
        match self {
            Self::Account(address) | Self::Seed { holder: address, .. } => Some(address),
            Self::Source | Self::Burn | Self::Unknown => None,
        }
    }
}

/// A net payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Who paid.
    pub from: Party,
    /// Who received.
    pub to: Party,
    /// What.
    pub asset: Asset,
    /// How much, in base units.
    pub amount: Amount,
    /// The transfers that show it, in order; never empty.
    pub evidence: Vec<Position>,
}

/// An account that gave assets to contracts and got others from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Whose.
    pub account: Address,
    /// What it gave, net, by asset.
    pub paid: Vec<(Asset, Amount)>,
    /// What it got, net, by asset.
    pub received: Vec<(Asset, Amount)>,
    /// The contracts that it paid, sorted.
    pub contracts: Vec<Address>,
    /// The transfers that show it, in order; never empty.
    pub evidence: Vec<Position>,
}

/// What the sender of a transaction paid for its gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Who paid.
    pub payer: Address,
    /// In which coin.
    pub asset: Asset,
    /// How much, in base units.
    pub amount: Amount,
    /// The transfer that shows it.
    pub position: Position,
}

/// A transaction's net effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collapsed {
    /// Net payments, by the position of their last transfer.
    pub payments: Vec<Payment>,
    /// Conversions, in the order in which their accounts first appear.
    pub conversions: Vec<Conversion>,
    /// Fees, in order.
    pub fees: Vec<Fee>,
}

/// What one account paid another of one asset, before netting.
#[derive(Clone, Debug)]
struct Flow {
    from: Party,
    to: Party,
    amount: Amount,
    /// The payer's own transfer.
    left: Position,
    /// The receiver's own transfer; flows are matched in this order.
    came: Position,
    /// Sorted, each once.
    evidence: Vec<Position>,
}

/// Adds positions to sorted ones.
fn add_evidence(evidence: &mut Vec<Position>, more: &[Position]) {
    evidence.extend_from_slice(more);
    evidence.sort_unstable();
    evidence.dedup();
}

/// Collapses one transaction.
///
/// * `is_known` says whether all transfers of an account in this transaction are given. Only such an
///   account is netted: what it got from one side and gave to the other it did not pay, so its payer
///   paid the final receiver, and a refund makes a payment smaller. Of any other account nothing is
///   concluded.
/// * `is_converter` says whether an account is a contract that may give something back for what it
///   gets. An account that gave contracts some assets and got others from contracts (or from a mint,
///   or by burning) converted them. What it paid wallets in the same transaction stays a payment.
///
/// Fees take no part in netting or conversion. Transfers of nothing and to oneself have no effect.
///
/// Where several payers and receivers meet in one intermediary, refunds are matched first, then equal
/// amounts, then by position; never more than was paid. O(*a*·*f*) for *a* known accounts and *f*
/// flows of the transaction.
///
/// Source: own method; it nets as MFTracer's first step does (SIGMETRICS 2026), but per asset instead of
/// in USD, and from every payer instead of the transaction's sender only.
#[must_use]
pub fn collapse(
    transfers: &[Transfer],
    is_known: &dyn Fn(Address) -> bool,
    is_converter: &dyn Fn(Address) -> bool,
) -> Collapsed {
    let parts: Vec<_> = transfers.iter().map(|transfer| (*transfer, receiver(transfer))).collect();
    collapse_parts(&parts, is_known, is_converter)
}

/// Collapses one transaction, of which some transfers, or parts of transfers, go to seeds.
pub(crate) fn collapse_parts(
    parts: &[(Transfer, Party)],
    is_known: &dyn Fn(Address) -> bool,
    is_converter: &dyn Fn(Address) -> bool,
) -> Collapsed {
    let mut fees = Vec::new();
    let mut flows: BTreeMap<Asset, Vec<Flow>> = BTreeMap::new();
    let mut accounts: Vec<Address> = Vec::new();
    let mut wrappers = BTreeSet::new();
    for (transfer, to) in parts {
        if transfer.amount.is_zero() || transfer.from.is_some() && transfer.from == transfer.to {
            continue;
        }
        if transfer.cause == Cause::Fee {
            fees.extend(transfer.from.map(|payer| Fee {
                payer,
                asset: transfer.asset,
                amount: transfer.amount,
                position: transfer.position,
            }));
            continue;
        }
        if matches!(transfer.cause, Cause::Wrap | Cause::Unwrap) {
            wrappers.extend(transfer.asset.contract());
        }
        accounts.extend([transfer.from, transfer.to].into_iter().flatten());
        flows.entry(transfer.asset).or_default().push(Flow {
            from: transfer.from.map_or(Party::Source, Party::Account),
            to: *to,
            amount: transfer.amount,
            left: transfer.position,
            came: transfer.position,
            evidence: vec![transfer.position],
        });
    }

    let mut seen = BTreeSet::new();
    accounts.retain(|account| seen.insert(*account) && is_known(*account));
    let is_converter = |party: Party| match party {
        Party::Account(address) => wrappers.contains(&address) || is_converter(address),
        Party::Source | Party::Burn => true,
        Party::Unknown | Party::Seed { .. } => false,
    };
    // People convert with contracts, and contracts that people deal with convert with those behind
    // them: where both sides of a flow could claim it, the one nearer to people does.
    let deals_with_people: BTreeSet<Party> = flows
        .values()
        .flatten()
        .flat_map(|flow| [(flow.from, flow.to), (flow.to, flow.from)])
        .filter(|(_, other)| !is_converter(*other))
        .map(|(one, _)| one)
        .collect();
    let mut claimants = accounts.clone();
    claimants.sort_by_key(|account| {
        let party = Party::Account(*account);
        (is_converter(party), !deals_with_people.contains(&party))
    });
    let mut conversions = Vec::new();
    for account in claimants {
        conversions.extend(convert::take_conversion(&mut flows, account, &is_converter));
    }
    conversions.sort_by_key(|conversion| {
        accounts.iter().position(|account| *account == conversion.account)
    });

    let mut payments = Vec::new();
    for (asset, flows) in flows {
        for flow in flows::net(flows, &accounts) {
            payments.push(Payment {
                from: flow.from,
                to: flow.to,
                asset,
                amount: flow.amount,
                evidence: flow.evidence,
            });
        }
    }
    payments.sort_by(|a, b| {
        (a.evidence.last(), a.asset, a.from, a.to).cmp(&(b.evidence.last(), b.asset, b.from, b.to))
    });
    Collapsed { payments, conversions, fees }
}

/// Who receives a transfer.
pub(crate) const fn receiver(transfer: &Transfer) -> Party {
    match (transfer.to, transfer.cause) {
        (Some(address), _) => Party::Account(address),
        (None, Cause::Burn | Cause::Unwrap) => Party::Burn,
        (None, _) => Party::Unknown,
    }
}

#[cfg(test)]
mod tests;
