//! The answer: hops, amounts, endings, and a ledger that closes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::{
    Address, Amount, Asset, ChainId, CrowdSize, Direction, H256, Label, Listing, Position, Rule,
    Seed, SeedId, Window,
};

/// How far following goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hops from a seed after which value is not followed further; zero follows nothing beyond the
    /// seeds' holders.
    pub max_hops: u32,
    /// More counterparties than this make an address a hub, where following stops.
    pub hub_counterparties: u32,
    /// A tainted amount that arrives at an address is not followed further if it is less than this
    /// many millionths of its seed's value in the same asset. Zero follows everything.
    pub min_share_ppm: u32,
}

/// The answer to "where did it go": every unit of every seed is at exactly one ending. By
/// [`Rule::Poison`] it is all that stolen value reached instead: upper bounds, which overlap.
///
/// `hops` are in the order of the chain; chains follow each other in the order of their ids. The same
/// input gives the same trail, to the byte.
///
/// [In](Direction::In) the other direction it is the answer to "where did it come from", and the same words are
/// read turned around: hops are in the reverse order of the chain, a hop *takes* what is looked for and *makes*
/// what is looked for at whoever paid, and endings are origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Which way it was followed.
    pub direction: Direction,
    /// Which lots outgoing transfers took.
    pub rule: Rule,
    /// How far following went.
    pub limits: Limits,
    /// What it started from.
    pub seeds: Vec<Seed>,
    /// Every movement of stolen value; a hop's id is its index.
    pub hops: Vec<Hop>,
    /// Where and why following stopped.
    pub endings: Vec<Ending>,
    /// What would have to be looked at to go on, the largest residual first.
    pub open_ends: Vec<OpenEnd>,
    /// Which transactions would have to be read whole to go on, most at stake first.
    pub open_transactions: Vec<OpenTransaction>,
    /// Per seed and asset: what came in, what became something else, where the rest is.
    pub ledger: Vec<LedgerLine>,
    /// What weakens the amounts, and where.
    pub reservations: Vec<Reservation>,
}

impl Trail {
    /// Whether anything would have to be looked at to go on.
    #[must_use]
    pub const fn is_lacking(&self) -> bool {
        !self.open_ends.is_empty() || !self.open_transactions.is_empty()
    }

    /// The endings, by index, that are the same coins as an earlier one: by a rule that does not conserve
    /// amounts, what two seeds reached is an ending of each. What is summed over seeds leaves them out.
    #[must_use]
    pub fn repeated_endings(&self) -> BTreeSet<usize> {
        let mut known = BTreeSet::new();
        let endings = self.endings.iter().enumerate().filter(|_| !self.rule.conserves());
        endings
            .filter(|(_, ending)| {
                // What an account holds at the end is one balance, however each seed came there.
                let is_held = matches!(ending.kind, EndingKind::Held { .. });
                let arrived = (!is_held).then_some(ending.arrived);
                !known.insert((ending.asset, ending.address, ending.kind.class(), arrived))
            })
            .map(|(ending_idx, _)| ending_idx)
            .collect()
    }

    /// Proves that the ledger closes: per seed and asset `seeded + converted in = converted out +
    /// Σ endings`, and the ledger's lines say the same as the seeds, hops and endings themselves. By a
    /// rule that does not conserve amounts only the second is proved.
    ///
    /// # Errors
    ///
    /// The first line that does not close, with both sides.
    pub fn check(&self) -> Result<(), Imbalance> {
        let mut flows: BTreeMap<(SeedId, Asset), [Amount; 4]> = BTreeMap::new();
        let mut add = |seed, asset, column: usize, amount| {
            let row = flows.entry((seed, asset)).or_default();
            if let Some(cell) = row.get_mut(column) {
                *cell = cell.saturating_add(amount);
            }
        };
        for seed in &self.seeds {
            add(seed.id, seed.asset, 0, seed.amount);
        }
        for hop in self.hops.iter().filter(|hop| matches!(hop.kind, HopKind::Conversion { .. })) {
            for taken in &hop.taken {
                add(taken.seed, taken.asset, 2, taken.amount);
            }
            for made in &hop.made {
                add(made.seed, made.asset, 1, made.amount);
            }
        }
        for ending in &self.endings {
            add(ending.seed, ending.asset, 3, ending.amount);
        }
        let mut lines = BTreeMap::new();
        for line in &self.ledger {
            let at_endings =
                line.endings.values().fold(Amount::ZERO, |sum, amount| sum.saturating_add(*amount));
            lines.insert(
                (line.seed, line.asset),
                [line.seeded, line.converted_in, line.converted_out, at_endings],
            );
        }
        let keys: BTreeSet<_> = flows.keys().chain(lines.keys()).collect();
        for (seed, asset) in keys.into_iter().copied() {
            let flow = flows.get(&(seed, asset)).copied().unwrap_or_default();
            let line = lines.get(&(seed, asset)).copied().unwrap_or_default();
            let [seeded, converted_in, converted_out, at_endings] = flow;
            let came = seeded.checked_add(converted_in);
            let went = converted_out.checked_add(at_endings);
            let closes = !self.rule.conserves() || came.is_some() && came == went;
            if flow != line || !closes {
                return Err(Imbalance {
                    seed,
                    asset,
                    came: came.unwrap_or(Amount::MAX),
                    went: went.unwrap_or(Amount::MAX),
                });
            }
        }
        Ok(())
    }
}

/// A ledger that does not close: a defect of this program, never of the data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ledger of seed {seed} does not close for {asset}: {came} came in, {went} are accounted for"
)]
pub struct Imbalance {
    /// The seed.
    pub seed: SeedId,
    /// The asset.
    pub asset: Asset,
    /// What came in, in base units.
    pub came: Amount,
    /// What is accounted for, in base units.
    pub went: Amount,
}

/// A hop's number: its index in [`Trail::hops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HopId(pub u32);

/// Prints `H1` for the first hop: people count from one.
impl fmt::Display for HopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "H{}", u64::from(self.0).saturating_add(1))
    }
}

/// One movement of stolen value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The chain.
    pub chain: ChainId,
    /// Where in the chain's order: of the transfer, or of the last transfer of a conversion.
    pub position: Position,
    /// The transaction; `None` only for a movement that no transaction caused.
    pub transaction: Option<H256>,
    /// Hops from the seed, 1 for the first; the largest over the lots taken.
    pub depth: u32,
    /// What happened.
    pub kind: HopKind,
    /// The stolen lots it took, and where each came from.
    pub taken: Vec<LotTaken>,
    /// The stolen lots it made: for a payment the same amounts, for a conversion amounts of the
    /// received assets.
    pub made: Vec<LotMade>,
}

/// What happened at a hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// One account paid another.
    Payment {
        /// Who paid.
        from: Address,
        /// Who received; `None` for a fee, a burn, or an unknown counterparty.
        to: Option<Address>,
        /// What was paid.
        asset: Asset,
        /// The whole payment in base units, clean lots included.
        amount: Amount,
        /// The transfers that show it, in order.
        evidence: Vec<Position>,
    },
    /// One account gave assets and got others in the same transaction: a swap, a wrap, an unwrap.
    Conversion {
        /// Whose.
        account: Address,
        /// What it gave, net, clean lots included.
        paid: Vec<(Asset, Amount)>,
        /// What it got, net, clean lots included.
        received: Vec<(Asset, Amount)>,
        /// Whether the share of each asset received rests on a convention, because several assets with
        /// different stolen shares were given.
        is_approximate: bool,
        /// The transfers that show it, in order.
        evidence: Vec<Position>,
    },
}

/// A stolen lot that a hop took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotTaken {
    /// Whose lot.
    pub seed: SeedId,
    /// Of which asset.
    pub asset: Asset,
    /// How much of it.
    pub amount: Amount,
    /// How it had got there.
    pub origin: Origin,
}

/// A stolen lot that a hop made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotMade {
    /// Whose lot.
    pub seed: SeedId,
    /// Of which asset.
    pub asset: Asset,
    /// How much of it.
    pub amount: Amount,
}

/// How a lot got to where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// It is the seed itself.
    Seed(SeedId),
    /// A hop brought it.
    Hop(HopId),
}

/// Where and why following stopped, for one lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Whose lot.
    pub seed: SeedId,
    /// Of which asset; it also names the chain.
    pub asset: Asset,
    /// How much.
    pub amount: Amount,
    /// Where it is; `None` for a fee or an unknown counterparty.
    pub address: Option<Address>,
    /// How it got there.
    pub origin: Origin,
    /// Where in the chain's order it arrived there.
    pub arrived: Position,
    /// Why following stopped.
    pub kind: EndingKind,
}

/// Why following stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndingKind {
    /// Still there at the end of this block, the last one looked at.
    Held {
        /// The block.
        as_of: u64,
    },
    /// At a custodial service.
    Service(Box<Label>),
    /// At an address with a sanctions listing in force at the transfer, or today.
    Sanctioned(Box<Listing>),
    /// In a mixer.
    Mixer(Box<Label>),
    /// In a bridge to another chain.
    Bridge(Box<Label>),
    /// In a contract that gave nothing back in the same transaction.
    ContractWithoutReturn,
    /// At an address with too many counterparties to be one person's.
    Hub {
        /// How many were seen.
        size: CrowdSize,
        /// The blocks that showed it, where its history was not fetched because of it; `None` where they
        /// were counted over all that was looked at.
        blocks: Option<Window>,
    },
    /// Too little to follow.
    BelowThreshold,
    /// Too many hops from the seed.
    HopLimit,
    /// The budget was spent before this was looked at.
    Budget,
    /// Not looked at, or not all of it: an open end says what is missing.
    NotCovered,
    /// Sent to where nobody has the key.
    Burned,
    /// Spent on gas.
    Fee,
    /// Gone from the balance, and no transfer seen says where; or, backward, there, and no transfer seen says
    /// whence.
    Unexplained,
    /// Backward: from a contract that nobody is known to have paid for it in the same transaction.
    ContractWithoutPayment,
    /// Backward: out of nothing: minted, a reward, a withdrawal from the consensus layer, or a balance of the
    /// chain's first block.
    Created,
    /// Counted with another seed, whose lots this part of the credit already carried.
    OtherSeed {
        /// That seed.
        seed: SeedId,
    },
}

impl EndingKind {
    /// The kind without its particulars.
    #[must_use]
    pub const fn class(&self) -> EndingClass {
        match self {
            Self::Held { .. } => EndingClass::Held,
            Self::Service(_) => EndingClass::Service,
            Self::Sanctioned(_) => EndingClass::Sanctioned,
            Self::Mixer(_) => EndingClass::Mixer,
            Self::Bridge(_) => EndingClass::Bridge,
            Self::ContractWithoutReturn => EndingClass::ContractWithoutReturn,
            Self::Hub { .. } => EndingClass::Hub,
            Self::BelowThreshold => EndingClass::BelowThreshold,
            Self::HopLimit => EndingClass::HopLimit,
            Self::Budget => EndingClass::Budget,
            Self::NotCovered => EndingClass::NotCovered,
            Self::Burned => EndingClass::Burned,
            Self::Fee => EndingClass::Fee,
            Self::Unexplained => EndingClass::Unexplained,
            Self::ContractWithoutPayment => EndingClass::ContractWithoutPayment,
            Self::Created => EndingClass::Created,
            Self::OtherSeed { .. } => EndingClass::OtherSeed,
        }
    }
}

/// The kind of an ending without its particulars, in the order in which reports show them: first what
/// can be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndingClass {
    /// See [`EndingKind::Held`].
    Held,
    /// See [`EndingKind::Service`].
    Service,
    /// See [`EndingKind::Sanctioned`].
    Sanctioned,
    /// See [`EndingKind::Mixer`].
    Mixer,
    /// See [`EndingKind::Bridge`].
    Bridge,
    /// See [`EndingKind::ContractWithoutReturn`].
    ContractWithoutReturn,
    /// See [`EndingKind::Hub`].
    Hub,
    /// See [`EndingKind::BelowThreshold`].
    BelowThreshold,
    /// See [`EndingKind::HopLimit`].
    HopLimit,
    /// See [`EndingKind::Budget`].
    Budget,
    /// See [`EndingKind::NotCovered`].
    NotCovered,
    /// See [`EndingKind::Burned`].
    Burned,
    /// See [`EndingKind::Fee`].
    Fee,
    /// See [`EndingKind::Unexplained`].
    Unexplained,
    /// See [`EndingKind::ContractWithoutPayment`].
    ContractWithoutPayment,
    /// See [`EndingKind::Created`].
    Created,
    /// See [`EndingKind::OtherSeed`].
    OtherSeed,
}

impl EndingClass {
    /// Every class, in order.
    pub const ALL: [Self; 17] = [
        Self::Held,
        Self::Service,
        Self::Sanctioned,
        Self::Mixer,
        Self::Bridge,
        Self::ContractWithoutReturn,
        Self::Hub,
        Self::BelowThreshold,
        Self::HopLimit,
        Self::Budget,
        Self::NotCovered,
        Self::Burned,
        Self::Fee,
        Self::Unexplained,
        Self::ContractWithoutPayment,
        Self::Created,
        Self::OtherSeed,
    ];

    /// The words for it; it is also how files name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Service => "service",
            Self::Sanctioned => "sanctioned",
            Self::Mixer => "mixer",
            Self::Bridge => "bridge",
            Self::ContractWithoutReturn => "contract without return",
            Self::Hub => "hub",
            Self::BelowThreshold => "below threshold",
            Self::HopLimit => "hop limit",
            Self::Budget => "budget",
            Self::NotCovered => "not covered",
            Self::Burned => "burned",
            Self::Fee => "fee",
            Self::Unexplained => "unexplained",
            Self::ContractWithoutPayment => "contract without payment",
            Self::Created => "created",
            Self::OtherSeed => "counted with another seed",
        }
    }

    /// Whether more looking could change it.
    #[must_use]
    pub const fn is_incomplete(self) -> bool {
        matches!(self, Self::Budget | Self::NotCovered)
    }
}

impl fmt::Display for EndingClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An ending for want of data: what would have to be fetched to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEnd {
    /// The chain.
    pub chain: ChainId,
    /// Whose movements are missing, of every asset class that is not covered.
    pub address: Address,
    /// In which blocks.
    pub window: Window,
    /// How much of each seed's value waits there.
    pub at_stake: Vec<LotMade>,
    /// Hops from the seed, the smallest over the lots that wait there.
    pub depth: u32,
    /// How much it is worth to look there: what waits there, as a share of its seed, less what each hop
    /// takes from it. In billionths of a seed. The residual of TTR (Wu et al., IEEE TIFS 18, 2023), with the
    /// shares of the lots for the weights of the walk: a hop keeps (1 − α)·β of it, with α = 0.15 and
    /// β = 0.7.
    pub residual: u64,
}

/// An ending for want of one transaction: it would have to be read whole, whoever takes part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTransaction {
    /// The chain.
    pub chain: ChainId,
    /// Its block.
    pub block: u64,
    /// Its index in the block.
    pub index: u32,
    /// Its hash.
    pub hash: H256,
    /// How much of each seed's value waits there.
    pub at_stake: Vec<LotMade>,
    /// Hops from the seed, the smallest over the lots that wait there.
    pub depth: u32,
}

/// Per seed and asset: what came in, what became something else, where the rest is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The seed.
    pub seed: SeedId,
    /// The asset.
    pub asset: Asset,
    /// The stolen amount, for the seed's own asset.
    pub seeded: Amount,
    /// What conversions made of other assets.
    pub converted_in: Amount,
    /// What conversions took for other assets.
    pub converted_out: Amount,
    /// Where the rest is, by kind of ending.
    pub endings: BTreeMap<EndingClass, Amount>,
}

/// What weakens the amounts of one ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reservation {
    /// What an account held before the stolen value came is not known, so the order of its lots is not
    /// certain. It matters to rules that need the whole ledger.
    OpeningUnknown {
        /// The account.
        address: Address,
        /// The asset.
        asset: Asset,
        /// The end of this block.
        block: u64,
    },
    /// More left an account than had come in by what was seen; the excess was taken as clean.
    Overdrawn {
        /// The account.
        address: Address,
        /// The asset.
        asset: Asset,
        /// Where.
        position: Position,
        /// By how much.
        excess: Amount,
    },
    /// The holder of a seed is too crowded to be looked at: what became of the seed there is not followed.
    CrowdedHolder {
        /// The chain.
        chain: ChainId,
        /// The holder.
        address: Address,
        /// The blocks that showed it.
        blocks: Window,
        /// How crowded it is, at least.
        size: CrowdSize,
    },
    /// Several assets with different stolen shares were converted together.
    ApproximateConversion {
        /// The chain.
        chain: ChainId,
        /// The account.
        address: Address,
        /// Where.
        position: Position,
    },
    /// Stolen value was converted, and nothing that came back is a native coin or a token of a list: what
    /// came back may be worthless, and the value may have stayed with the contracts.
    UnlistedReturn {
        /// The chain.
        chain: ChainId,
        /// The account.
        address: Address,
        /// Where.
        position: Position,
        /// Whom it paid, sorted.
        contracts: Vec<Address>,
        /// What it gave, net, clean lots included.
        paid: Vec<(Asset, Amount)>,
        /// What it got, net, clean lots included.
        received: Vec<(Asset, Amount)>,
    },
    /// Backward: what was given for converted value is neither a native coin nor a token of a list. It may be
    /// worthless, and the value may have been the contracts'.
    UnlistedPayment {
        /// The chain.
        chain: ChainId,
        /// The account.
        address: Address,
        /// Where.
        position: Position,
        /// Whom it paid, sorted.
        contracts: Vec<Address>,
        /// What it gave, net.
        paid: Vec<(Asset, Amount)>,
        /// What it got, net.
        received: Vec<(Asset, Amount)>,
    },
    /// In the transaction in which stolen value was converted, or ended at a contract, contracts gave assets to
    /// others than the payer, as far as was seen: contracts that gave something back are not looked at. These
    /// amounts were not followed; most often they are other people's.
    OtherReceivers {
        /// The chain.
        chain: ChainId,
        /// The account that converted, or the contract at which the value ended; zero if it was burnt.
        address: Address,
        /// Where.
        position: Position,
        /// Who got how much of what, sorted, each pair of address and asset once.
        receivers: Vec<(Address, Asset, Amount)>,
    },
    /// What an account gave to contracts was paid for with something that these gave to others in the same
    /// transaction, and it was followed to them: what the contracts took and what they gave is one exchange.
    Delivered {
        /// The chain.
        chain: ChainId,
        /// The account that paid.
        address: Address,
        /// Where.
        position: Position,
        /// Who got how much of what for it, sorted, each pair of address and asset once.
        receivers: Vec<(Address, Asset, Amount)>,
        /// Whether others paid the same contracts, too, so that what they gave was divided in proportion to what
        /// each had paid.
        is_divided: bool,
    },
    /// Stolen value ended in this transaction at a contract, or was burnt, and whether somebody else got
    /// something for it is not fully known.
    UnseenFrames {
        /// The chain.
        chain: ChainId,
        /// The block.
        block: u64,
        /// The transaction's index in it.
        index: u32,
        /// Whether its logs were read; only its internal native transfers are then not known.
        is_read: bool,
    },
    /// The stolen lots of an account were more than its balance: what left it was not all seen. The
    /// excess, oldest lots first, ended as unexplained.
    BalanceBelowLots {
        /// The account.
        address: Address,
        /// The asset.
        asset: Asset,
        /// The end of this block.
        block: u64,
        /// The stolen lots, by what was seen.
        lots: Amount,
        /// The balance.
        balance: Amount,
    },
}
