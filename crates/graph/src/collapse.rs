//! A transaction's net effect: who paid whom, and who converted what.
//!
//! A router moves the same coins five times to do one thing for its user. Rules applied to each
//! movement would age lots, split them and lose them in contracts, so rules see only what is left after
//! [`collapse`].

mod convert;
mod flows;
mod machines;

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{
    Address, Amount, Asset, Cause, ChainId, Position, Reservation, SeedId, Transfer,
};

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

/// An account that gave assets to contracts, which gave others for them: to the account, or to whom it
/// named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Whose.
    pub account: Address,
    /// What it gave, net, by asset.
    pub paid: Vec<(Asset, Amount)>,
    /// What was given for it, net, by asset, to whomever.
    pub received: Vec<(Asset, Amount)>,
    /// What of the received came to others than the account, each receiver and asset once.
    pub deliveries: Vec<Delivery>,
    /// Whether others paid the same contracts, so that what is this account's was found by dividing what they
    /// gave in proportion to what each paid.
    pub is_divided: bool,
    /// The contracts that it paid, sorted.
    pub contracts: Vec<Address>,
    /// The transfers that show it, in order; never empty.
    pub evidence: Vec<Position>,
}

impl Conversion {
    /// What it gave: to the account, by asset, and to others.
    pub(crate) fn pieces(&self) -> Vec<(Option<&Delivery>, Asset, Amount)> {
        let own = self.received.iter().map(|(asset, amount)| {
            let of_others = self.deliveries.iter().filter(|delivery| delivery.asset == *asset);
            let own = of_others.fold(*amount, |own, other| own.saturating_sub(other.amount));
            (None, *asset, own)
        });
        let others = self.deliveries.iter().map(|other| (Some(other), other.asset, other.amount));
        own.filter(|(.., amount)| !amount.is_zero()).chain(others).collect()
    }

    /// That others got what it gave, if they did.
    pub(crate) fn delivered(&self, chain: ChainId, position: Position) -> Option<Reservation> {
        let receivers: Vec<_> = self
            .deliveries
            .iter()
            .filter_map(|other| Some((other.to.address()?, other.asset, other.amount)))
            .collect();
        let (address, is_divided) = (self.account, self.is_divided);
        (!self.deliveries.is_empty()).then_some(Reservation::Delivered {
            chain,
            address,
            position,
            receivers,
            is_divided,
        })
    }
}

/// What contracts gave to somebody else than who had paid for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// To whom.
    pub to: Party,
    /// What.
    pub asset: Asset,
    /// How much, in base units.
    pub amount: Amount,
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
    /// Of contracts that were paid: those whose native transfers in this transaction would have to be known, so
    /// that what was given for the payment could be said. Empty but for transactions that were read whole
    /// without their frames.
    pub lacking: BTreeMap<Address, Vec<Address>>,
}

/// What is known of the accounts of a transaction.
pub(crate) struct Sight<'a> {
    /// Whether all transfers of an account in this transaction are given.
    pub(crate) is_known: &'a dyn Fn(Address) -> bool,
    /// Whether an account is a contract that may give something back for what it gets.
    pub(crate) is_converter: &'a dyn Fn(Address) -> bool,
    /// The same, where every transfer that logs tell of is given, whoever takes part.
    pub(crate) whole: Option<WholeSight<'a>>,
}

/// What is known of the accounts of a transaction that was read whole.
pub(crate) struct WholeSight<'a> {
    /// Whether all token transfers of an account are given; not so where value stops.
    pub(crate) has_tokens: &'a dyn Fn(Address) -> bool,
    /// Whether its native transfers in this transaction are given, too.
    pub(crate) has_native: &'a dyn Fn(Address) -> bool,
    /// Whether so much of an asset is known to be of worth.
    pub(crate) is_worth: &'a dyn Fn(Asset, Amount) -> bool,
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
    collapse_parts(&parts, &Sight { is_known, is_converter, whole: None })
}

/// Collapses one transaction, of which some transfers, or parts of transfers, go to seeds.
///
/// A transaction that was read whole shows more: what contracts took and what they gave, whoever paid and
/// whoever received. There contracts convert nothing for themselves: what a [machine](machines) of contracts took
/// from one payer and gave to others is a conversion of the payer's, delivered to these. Where only one account paid,
/// what contracts passed on in the same asset is its payment before anything is its conversion, and what it got
/// itself is no more than a pretext if others got more.
pub(crate) fn collapse_parts(parts: &[(Transfer, Party)], sight: &Sight<'_>) -> Collapsed {
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
    accounts.retain(|account| seen.insert(*account));
    let is_converter = |party: Party| match party {
        Party::Account(address) => wrappers.contains(&address) || (sight.is_converter)(address),
        Party::Source | Party::Burn => true,
        Party::Unknown | Party::Seed { .. } => false,
    };
    let of = |is_known: &dyn Fn(Address) -> bool| -> Vec<Address> {
        accounts.iter().copied().filter(|account| is_known(*account)).collect()
    };
    let known = of(sight.is_known);
    let told = sight.whole.as_ref().map(|whole| of(whole.has_tokens));
    let net = |flows: &mut BTreeMap<Asset, Vec<Flow>>, is_part: &dyn Fn(Party) -> bool| {
        for (asset, flows) in flows {
            let told = told.as_ref().filter(|_| asset.contract().is_some());
            let part = told.unwrap_or(&known).iter().copied();
            let part: Vec<Address> = part.filter(|who| is_part(Party::Account(*who))).collect();
            *flows = flows::net(std::mem::take(flows), &part);
        }
    };
    let claim = |flows: &mut BTreeMap<Asset, Vec<Flow>>| {
        let claimants = claimants(flows, &known, &is_converter, sight.whole.is_some());
        let take = |account| convert::take_conversion(flows, account, &is_converter);
        claimants.into_iter().filter_map(take).collect::<Vec<Conversion>>()
    };

    let (mut conversions, mut lacking) = (Vec::new(), BTreeMap::new());
    match &sight.whole {
        None => {
            conversions = claim(&mut flows);
            net(&mut flows, &|_| true);
        }
        Some(whole) => {
            let payer = machines::only_payer(&flows, &is_converter);
            if payer.is_some() {
                net(&mut flows, &is_converter);
            }
            let is_front =
                payer.is_some_and(|payer| machines::is_front(&flows, payer, &is_converter, whole));
            let before = given(&flows);
            if !is_front {
                conversions = claim(&mut flows);
            }
            let after = given(&flows);
            net(&mut flows, &|_| true);
            let sight = machines::Sight {
                is_converter: &is_converter,
                has_native: whole.has_native,
                is_worth: whole.is_worth,
                has_sold: &|who, asset| before.get(&(who, asset)) != after.get(&(who, asset)),
            };
            let found = machines::take_conversions(&mut flows, &sight);
            conversions.extend(found.conversions);
            lacking = found.lacking;
            if is_front {
                conversions.extend(claim(&mut flows));
            }
        }
    }
    conversions.sort_by_key(|conversion| {
        accounts.iter().position(|account| *account == conversion.account)
    });

    let mut payments = Vec::new();
    for (asset, flows) in flows {
        payments.extend(flows.into_iter().map(|flow| Payment {
            from: flow.from,
            to: flow.to,
            asset,
            amount: flow.amount,
            evidence: flow.evidence,
        }));
    }
    payments.sort_by(|a, b| {
        (a.evidence.last(), a.asset, a.from, a.to).cmp(&(b.evidence.last(), b.asset, b.from, b.to))
    });
    Collapsed { payments, conversions, fees, lacking }
}

/// What everybody gave of each asset.
fn given(flows: &BTreeMap<Asset, Vec<Flow>>) -> BTreeMap<(Party, Asset), Amount> {
    let mut sums: BTreeMap<(Party, Asset), Amount> = BTreeMap::new();
    for (asset, flow) in flows.iter().flat_map(|(asset, flows)| flows.iter().map(|f| (*asset, f))) {
        let sum = sums.entry((flow.from, asset)).or_default();
        *sum = sum.saturating_add(flow.amount);
    }
    sums
}

/// Who may have converted for himself, the surest first. People convert with contracts, and contracts that
/// people deal with convert with those behind them: where both sides of a flow could claim it, the one nearer
/// to people does.
fn claimants(
    flows: &BTreeMap<Asset, Vec<Flow>>,
    known: &[Address],
    is_converter: &dyn Fn(Party) -> bool,
    is_whole: bool,
) -> Vec<Address> {
    let deals_with_people: BTreeSet<Party> = flows
        .values()
        .flatten()
        .flat_map(|flow| [(flow.from, flow.to), (flow.to, flow.from)])
        .filter(|(_, other)| !is_converter(*other))
        .map(|(one, _)| one)
        .collect();
    let mut claimants = known.to_vec();
    claimants.retain(|account| !is_whole || !is_converter(Party::Account(*account)));
    claimants.sort_by_key(|account| {
        let party = Party::Account(*account);
        (is_converter(party), !deals_with_people.contains(&party))
    });
    claimants
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
