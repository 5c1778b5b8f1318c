//! What a case holds, to be looked at for behaviour instead of for stolen value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fundtrail_model::{
    Address, Amount, Asset, ChainId, Date, Links, Marks, Patterns, Position, Thresholds, TokenClaim,
};

use crate::ChainEvidence;
use crate::dealings::Dealings;

/// What is looked at for typologies and links.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is known of each chain.
    pub chains: &'a [ChainEvidence<'a>],
    /// Labels and listings.
    pub marks: &'a BTreeMap<(ChainId, Address), Marks>,
    /// The day on which labels are judged where a block has no time.
    pub today: Date,
    /// From where on behaviour counts.
    pub thresholds: Thresholds,
    /// With more counterparties, an address is a hub, and its behaviour is that of many people.
    pub hub_counterparties: u32,
    /// Assets that somebody vouches for: coins, and tokens of a list. What other tokens' contracts log proves
    /// nothing of those whom they name.
    pub tickers: &'a [Ticker<'a>],
    /// Assets that were stolen: they count whether anybody vouches for them or not.
    pub stolen: &'a [Asset],
    /// Whom value was stolen from. Nobody is said to be one with these.
    pub victims: &'a [(ChainId, Address)],
    /// Where stolen value moved. Of many patterns of a kind, those with such a transfer come first.
    pub trail: &'a BTreeSet<(ChainId, Position)>,
    /// What tokens say of themselves.
    pub claims: &'a [TokenClaim],
    /// What an amount was worth at a block, in whole cents of a US dollar; `None` where there is no price.
    pub usd_cents: &'a dyn Fn(Asset, Amount, u64) -> Option<u128>,
}

/// What an asset that somebody vouches for is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticker<'a> {
    /// The asset.
    pub asset: Asset,
    /// Its ticker.
    pub symbol: &'a str,
    /// Its decimals.
    pub decimals: u8,
}

impl fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scene")
            .field("chains", &self.chains)
            .field("thresholds", &self.thresholds)
            .field("tickers", &self.tickers)
            .finish_non_exhaustive()
    }
}

/// A scene arranged once, for every question that is asked of it. O(*n* log *n*) of *n* transfers.
///
/// ```
/// use std::collections::{BTreeMap, BTreeSet};
/// use fundtrail_graph::{Behaviour, ChainEvidence, History, Scene};
/// use fundtrail_model::{ChainId, Date, Thresholds};
///
/// let history = History::new(ChainId(1));
/// let scene = Scene {
///     chains: &[ChainEvidence::of(&history, 100)],
///     marks: &BTreeMap::new(),
///     today: Date::constant(2026, 11, 23),
///     thresholds: Thresholds::default(),
///     hub_counterparties: 1_000,
///     tickers: &[],
///     stolen: &[],
///     victims: &[],
///     trail: &BTreeSet::new(),
///     claims: &[],
///     usd_cents: &|_, _, _| None,
/// };
/// assert!(Behaviour::of(&scene).patterns().found.is_empty());
/// ```
pub struct Behaviour<'a> {
    scene: &'a Scene<'a>,
    chains: Vec<Dealings<'a>>,
}

impl<'a> Behaviour<'a> {
    /// Arranges a scene.
    #[must_use]
    pub fn of(scene: &'a Scene<'a>) -> Self {
        let chains = scene.chains.iter().map(|evidence| Dealings::new(scene, evidence)).collect();
        Self { scene, chains }
    }

    /// Looks for every typology.
    ///
    /// The answer does not depend on the order of anything in the scene. It takes O(*n* log *n*) of *n* transfers;
    /// the search for cycles is cut off where it would take longer, and says so.
    #[must_use]
    pub fn patterns(&self) -> Patterns {
        crate::typology::patterns(self.scene, &self.chains)
    }

    /// Whether an address was looked at and acts for one person: otherwise nothing is said of its behaviour.
    #[must_use]
    pub fn has_subject(&self, chain: ChainId, address: Address) -> bool {
        let of_chain = self.chains.iter().find(|dealings| dealings.chain == chain);
        of_chain.is_some_and(|dealings| dealings.is_subject(address))
    }

    /// Looks for links between addresses, and joins what strong ones link.
    ///
    /// The answer does not depend on the order of anything in the scene. O(*n* log *n*) of *n* transfers. Clusters
    /// are those of all strong links, those that are left out for their number included.
    #[must_use]
    pub fn links(&self) -> Links {
        crate::entity::links(&self.chains)
    }
}

impl fmt::Debug for Behaviour<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Behaviour").field("scene", &self.scene).finish_non_exhaustive()
    }
}
