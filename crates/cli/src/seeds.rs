//! From what was typed to what was stolen.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_fetch::TransactionOutcome;
use fundtrail_model::{
    Address, Amount, Asset, ChainId, H256, Position, Seed, SeedId, Step, Transfer, Window,
    checksum, hash_hex, parse_address, parse_hash, sanitize_claim,
};

use crate::chains::Chains;
use crate::error::Error;
use crate::settings::{Cap, Start};

/// A seed as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeedSpec {
    pub(crate) chain: ChainId,
    pub(crate) target: Target,
}

/// What a seed points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// What was gained in a transaction, or one transfer of it.
    Transaction { hash: H256, step: Option<Step> },
    /// What an address receives from a start on, all of it or the first so much.
    Address { address: Address, start: Start, cap: Option<Cap> },
}

impl SeedSpec {
    /// Reads `[CHAIN:]TRANSACTION[:STEP]` or `[CHAIN:]ADDRESS`.
    pub(crate) fn parse(
        text: &str,
        chains: &Chains,
        default_chain: Option<ChainId>,
        start: Option<Start>,
        cap: Option<&Cap>,
    ) -> Result<Self, Error> {
        let (chain, rest) = match text.split_once(':') {
            Some((name, rest)) if !name.starts_with("0x") && !name.starts_with("0X") => {
                (Some(chains.named(name)?), rest)
            }
            _ => (None, text),
        };
        let (what, step) =
            rest.split_once(':').map_or((rest, None), |(what, step)| (what, Some(step)));
        let target = if let Some(hash) = parse_hash(what) {
            let step = step.map(str::parse).transpose().map_err(|error| {
                Error::usage(
                    format!("{error}"),
                    "explorers show log numbers; `fundtrail trace TRANSACTION` lists the steps \
                     where there is a choice",
                )
            })?;
            Target::Transaction { hash, step }
        } else if what.starts_with("0x") && (60..=70).contains(&what.len()) {
            return Err(Error::usage(
                format!(
                    "`{}` is not a transaction hash: it is `0x` and 64 hexadecimal digits, this \
                     has {} characters",
                    sanitize_claim(what, 80),
                    what.chars().count()
                ),
                "copy it again from the explorer",
            ));
        } else {
            let address = parse_address(what)?;
            if step.is_some() {
                return Err(Error::usage(
                    "an address has no steps",
                    "steps belong to a transaction hash: 0x…:log12",
                ));
            }
            let start = start.ok_or_else(|| {
                Error::usage(
                    "a seed that is an address needs a start",
                    "give --from-block BLOCK or --since YYYY-MM-DD, or a transaction hash",
                )
            })?;
            Target::Address { address, start, cap: cap.cloned() }
        };
        let chain = chain.or(default_chain).ok_or_else(|| {
            Error::usage(
                format!("`{}` does not say on which chain", sanitize_claim(text, 80)),
                "give --chain, or put the chain in front: `polygon:0x…`",
            )
        })?;
        Ok(Self { chain, target })
    }

    /// The one way in which this is written, for the case file.
    pub(crate) fn normalised(&self) -> String {
        match &self.target {
            Target::Transaction { hash, step: None } => {
                format!("{}:{}", self.chain, hash_hex(*hash))
            }
            Target::Transaction { hash, step: Some(step) } => {
                format!("{}:{}:{step}", self.chain, hash_hex(*hash))
            }
            Target::Address { address, start, cap } => {
                let start = match start {
                    Start::Block(block) => format!("from block {block}"),
                    Start::Day(day) => format!("from {day}"),
                };
                let cap = cap.as_ref().map_or_else(String::new, |Cap { asset, amount }| {
                    format!(", the first {amount} of {asset}")
                });
                format!("{}:{} {start}{cap}", self.chain, checksum(*address))
            }
        }
    }
}

/// What an address has gained or lost of an asset in a transaction, fees apart.
#[derive(Default)]
struct Net {
    credit: Amount,
    debit: Amount,
    first_credit: Option<Position>,
    payers: Vec<Option<Address>>,
}

fn nets<'a>(transfers: impl Iterator<Item = &'a Transfer>) -> BTreeMap<(Address, Asset), Net> {
    let mut nets: BTreeMap<(Address, Asset), Net> = BTreeMap::new();
    for transfer in transfers.filter(|transfer| transfer.position.step != Step::Fee) {
        if let Some(from) = transfer.from {
            let net = nets.entry((from, transfer.asset)).or_default();
            net.debit = net.debit.saturating_add(transfer.amount);
        }
        if let Some(to) = transfer.to {
            let net = nets.entry((to, transfer.asset)).or_default();
            net.credit = net.credit.saturating_add(transfer.amount);
            net.first_credit.get_or_insert(transfer.position);
            net.payers.push(transfer.from);
        }
    }
    nets
}

/// A credit that can be a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gain {
    pub(crate) position: Position,
    pub(crate) transaction: H256,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
    pub(crate) from: Option<Address>,
    pub(crate) holder: Address,
}

/// Who gained what in a transaction, net, in order.
fn gains<'a>(transfers: impl Iterator<Item = &'a Transfer>, transaction: H256) -> Vec<Gain> {
    let mut gains: Vec<_> = nets(transfers)
        .into_iter()
        .filter_map(|((holder, asset), net)| {
            let amount = net.credit.checked_sub(net.debit).filter(|gain| !gain.is_zero())?;
            let first = net.payers.first().copied().flatten();
            let from = first.filter(|_| net.payers.iter().all(|payer| *payer == first));
            Some(Gain { position: net.first_credit?, transaction, asset, amount, from, holder })
        })
        .collect();
    gains.sort_by_key(|gain| (gain.position, gain.asset, gain.holder));
    gains
}

/// What was stolen in a transaction: one transfer of it, or what its sender gained, or, where the sender
/// gained nothing, what the only receiver gained.
pub(crate) fn stolen_in(
    fetched: &TransactionOutcome,
    step: Option<Step>,
    slug: &str,
) -> Result<Vec<Gain>, Error> {
    let hash = hash_hex(fetched.hash);
    if !fetched.succeeded {
        return Err(Error::failed(
            format!("transaction {hash} failed: it moved nothing but its fee"),
            "look for the transaction that succeeded",
        ));
    }
    if let Some(step) = step {
        let transfer = fetched.transfers.iter().find(|transfer| transfer.position.step == step);
        return match transfer {
            Some(Transfer { position, asset, amount, from, to: Some(holder), .. }) => {
                Ok(vec![Gain {
                    position: *position,
                    transaction: fetched.hash,
                    asset: *asset,
                    amount: *amount,
                    from: *from,
                    holder: *holder,
                }])
            }
            Some(_) => Err(Error::usage(
                format!("step {step} of transaction {hash} has no receiver to follow"),
                steps_hint(fetched, slug),
            )),
            None => Err(Error::usage(
                format!("transaction {hash} has no transfer at step {step}"),
                steps_hint(fetched, slug),
            )),
        };
    }
    let gains = gains(fetched.transfers.iter(), fetched.hash);
    let of_sender: Vec<_> =
        gains.iter().filter(|gain| gain.holder == fetched.sender).cloned().collect();
    if !of_sender.is_empty() {
        return Ok(of_sender);
    }
    match gains.as_slice() {
        [] => Err(Error::failed(
            format!(
                "transaction {hash} moved no coin and no ERC-20 token from one address to another"
            ),
            "NFTs are not followed; is this the right transaction?",
        )),
        [first, rest @ ..] if rest.iter().all(|gain| gain.holder == first.holder) => Ok(gains),
        _ => Err(Error::usage(
            format!("several addresses gained in transaction {hash}: say which transfer is meant"),
            steps_hint(fetched, slug),
        )),
    }
}

fn steps_hint(fetched: &TransactionOutcome, slug: &str) -> String {
    const SHOWN: usize = 12;
    let name = |address: Option<Address>| address.map_or_else(|| "-".to_owned(), checksum);
    let mut lines = String::from("its transfers are");
    for transfer in fetched.transfers.iter().filter(|t| t.to.is_some()).take(SHOWN) {
        lines.push_str(&format!(
            "\n  {slug}:{}:{}  {} base units of {} from {} to {}",
            hash_hex(fetched.hash),
            transfer.position.step,
            transfer.amount,
            transfer.asset,
            name(transfer.from),
            name(transfer.to)
        ));
    }
    if fetched.transfers.len() > SHOWN {
        lines.push_str(&format!("\n  and {} more", fetched.transfers.len() - SHOWN));
    }
    lines
}

/// What is less than one in so many of what came before is dust.
const DUST: u128 = 1_000_000;

/// What an address received.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// The credits, in order.
    pub(crate) gains: Vec<Gain>,
    /// Transactions in which it also gave something: what it got in exchange for its own is not stolen.
    pub(crate) exchanged: Vec<H256>,
    /// Tokens that imitate others: anybody can make one and send it anywhere.
    pub(crate) counterfeit: BTreeSet<Asset>,
    /// How many credits were dust beside what had come before, and who sent them.
    pub(crate) dust: (usize, BTreeSet<Address>),
    /// By how much all credits are less than the amount that was asked for, if one was.
    pub(crate) short_by: Option<Amount>,
}

/// What an address received in a window, in transactions in which it gave nothing of value. A token that
/// no list knows is of no known value: anyone can make a contract say that somebody gave it. With `cap`
/// only credits of that asset count, and only until the amount is reached.
///
/// Not counted are tokens that imitate others, and dust: less than a millionth of an earlier credit in the same
/// asset; but a token that `cap` names counts whatever it is called. Whoever sends such things to a thief has nothing to do with the theft. A later credit never makes an
/// earlier one dust, so that looking further changes no seed.
pub(crate) fn received_by(
    address: Address,
    window: Window,
    transfers: &[Transfer],
    cap: Option<(Asset, Amount)>,
    is_listed: &dyn Fn(Asset) -> bool,
    is_counterfeit: &dyn Fn(Asset) -> bool,
) -> Received {
    let mut received = Received::default();
    let mut largest: BTreeMap<Asset, Amount> = BTreeMap::new();
    let mut left = cap.map(|(_, amount)| amount);
    let relevant: Vec<_> = transfers
        .iter()
        .filter(|transfer| window.contains(transfer.position.block))
        .filter(|transfer| transfer.from == Some(address) || transfer.to == Some(address))
        .filter(|transfer| transfer.transaction.is_some())
        .collect();
    for group in relevant.chunk_by(|a, b| a.transaction == b.transaction) {
        let Some(hash) = group.first().and_then(|transfer| transfer.transaction) else { continue };
        let has_given = nets(group.iter().copied()).iter().any(|((account, asset), net)| {
            *account == address && net.credit < net.debit && is_listed(*asset)
        });
        let wanted: Vec<_> = gains(group.iter().copied(), hash)
            .into_iter()
            .filter(|gain| gain.holder == address)
            .filter(|gain| cap.is_none_or(|(asset, _)| asset == gain.asset))
            .collect();
        if has_given {
            if !wanted.is_empty() {
                received.exchanged.push(hash);
            }
            continue;
        }
        for mut gain in wanted {
            if cap.is_none() && is_counterfeit(gain.asset) {
                received.counterfeit.insert(gain.asset);
                continue;
            }
            let most = largest.entry(gain.asset).or_default();
            let is_dust = most.share(Amount::from(1), Amount::from(DUST));
            if is_dust.is_some_and(|least| gain.amount < least) {
                received.dust.0 = received.dust.0.saturating_add(1);
                received.dust.1.extend(gain.from);
                continue;
            }
            *most = gain.amount.max(*most);
            if let Some(rest) = left {
                gain.amount = gain.amount.min(rest);
                left = Some(rest.saturating_sub(gain.amount));
            }
            if !gain.amount.is_zero() {
                received.gains.push(gain);
            }
        }
    }
    received.short_by = left.filter(|rest| !rest.is_zero());
    received
}

/// The specification under which one of `seeds` stands in the case already, if another one names the same
/// credit.
pub(crate) fn same_credits<'a>(
    known: &'a [(String, Seed)],
    seeds: &[Seed],
    name: &str,
) -> Option<&'a str> {
    known
        .iter()
        .filter(|(spec, _)| spec != name)
        .find(|(_, old)| {
            seeds.iter().any(|new| {
                (new.transaction, new.asset, new.holder) == (old.transaction, old.asset, old.holder)
            })
        })
        .map(|(spec, _)| spec.as_str())
}

/// Gives gains their numbers, from `first` on.
pub(crate) fn numbered(gains: Vec<Gain>, first: Option<u16>) -> Result<Vec<Seed>, Error> {
    let too_many = || {
        Error::failed(
            "a case holds at most 65,536 seeds",
            "name transactions instead of an address",
        )
    };
    let mut next = first;
    let mut seeds = Vec::new();
    for gain in gains {
        let number = next.ok_or_else(too_many)?;
        next = number.checked_add(1);
        seeds.push(Seed {
            id: SeedId(number),
            position: gain.position,
            transaction: gain.transaction,
            asset: gain.asset,
            amount: gain.amount,
            from: gain.from,
            holder: gain.holder,
        });
    }
    Ok(seeds)
}
