//! What a case holds, loaded for following.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_graph::{ChainEvidence, History, Question};
use fundtrail_labels::Book;
use fundtrail_model::{
    AbsentTransaction, AccountFact, AccountKind, Address, Amount, Asset, Balance, BlockStamp,
    ChainId, Coverage, Crowd, Date, Direction, FlagRule, Limits, Marks, OpenEnd, Rule, Seed,
    Through, Timestamp, TokenClaim, Trail, Transfer, WholeTransaction,
};
use fundtrail_report::Valued;
use fundtrail_store::Case;

use crate::error::Error;
use crate::prices::{PriceBook, Spot};
use crate::rules::Rules;

/// Everything in a case that following and reporting look at.
pub(crate) struct Evidence {
    pub(crate) chains: Vec<ChainRecords>,
    pub(crate) seeds: Vec<(String, Seed)>,
}

/// What a case holds of one chain.
pub(crate) struct ChainRecords {
    pub(crate) chain: ChainId,
    pub(crate) until: u64,
    pub(crate) transfers: Vec<Transfer>,
    /// The same, as following reads them.
    pub(crate) history: History,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) crowds: Vec<Crowd>,
    pub(crate) balances: Vec<Balance>,
    pub(crate) accounts: Vec<AccountFact>,
    pub(crate) blocks: Vec<BlockStamp>,
    pub(crate) claims: Vec<TokenClaim>,
    pub(crate) whole: Vec<WholeTransaction>,
    pub(crate) absent: Vec<AbsentTransaction>,
}

/// The setting that holds the last block to look at on a chain.
pub(crate) fn until_key(chain: ChainId) -> String {
    format!("until.{chain}")
}

impl Evidence {
    /// Loads all of it.
    pub(crate) fn load(case: &Case) -> Result<Self, Error> {
        let seeds = case.seeds()?;
        let mut ids = case.chains()?;
        ids.extend(seeds.iter().map(|(_, seed)| seed.asset.chain()));
        ids.sort_unstable();
        ids.dedup();
        let mut chains = Vec::new();
        for chain in ids {
            let until = case.setting(&until_key(chain))?.and_then(|text| text.parse().ok());
            let transfers = case.transfers(chain)?;
            let mut history = History::new(chain);
            history.add(&transfers);
            chains.push(ChainRecords {
                chain,
                until: until.unwrap_or(0),
                transfers,
                history,
                coverage: case.coverage(chain)?,
                crowds: case.crowds(chain)?,
                balances: case.balances(chain)?,
                accounts: case.accounts(chain)?,
                blocks: case.blocks(chain)?,
                claims: case.claims(chain)?,
                whole: case.whole_transactions(chain)?,
                absent: case.absent_transactions(chain)?,
            });
        }
        Ok(Self { chains, seeds })
    }

    /// What the book says of every address that is in the case.
    pub(crate) fn marks(&self, book: &Book) -> BTreeMap<(ChainId, Address), Marks> {
        let mut marks = BTreeMap::new();
        for records in &self.chains {
            for address in self.everybody(records) {
                let found = book.marks(records.chain, address);
                if found != Marks::default() {
                    marks.insert((records.chain, address), found);
                }
            }
        }
        marks
    }

    /// Everybody on a chain who may have a name, sorted.
    pub(crate) fn everybody(&self, records: &ChainRecords) -> Vec<Address> {
        let parties = records.transfers.iter().flat_map(|transfer| [transfer.from, transfer.to]);
        let contracts = records.transfers.iter().map(|transfer| transfer.asset.contract());
        let covered = records.coverage.iter().map(|coverage| Some(coverage.address));
        let holders = self.seeds.iter().flat_map(|(_, seed)| [Some(seed.holder), seed.from]);
        let mut addresses: Vec<_> =
            parties.chain(contracts).chain(covered).chain(holders).flatten().collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// What has been looked at, where nothing else of it is needed any more.
    pub(crate) fn into_coverage(self) -> Vec<Coverage> {
        self.chains
            .into_iter()
            .map(|records| records.coverage)
            .reduce(|mut all, mut next| {
                all.append(&mut next);
                all
            })
            .unwrap_or_default()
    }

    /// What has been looked at on a chain.
    pub(crate) fn coverage(&self, chain: ChainId) -> impl Iterator<Item = &Coverage> {
        let records = self.chains.iter().filter(move |records| records.chain == chain);
        records.flat_map(|records| &records.coverage)
    }

    /// Up to which block the state may settle an open end: as far as no transfer is known that it would have to
    /// show. `None` if balances would prove nothing: the account has code, or what is at stake there is a token
    /// that neither a list knows nor was stolen itself, and whose contract may say of balances what it likes.
    pub(crate) fn quiet_to(&self, end: &OpenEnd, how: &How) -> Option<u64> {
        let records = self.chains.iter().find(|records| records.chain == end.chain)?;
        let is_code =
            |fact: &AccountFact| fact.address == end.address && fact.kind != AccountKind::Wallet;
        let at_stake: BTreeSet<Asset> = end.at_stake.iter().map(|lot| lot.asset).collect();
        let is_trusted = |asset: &Asset| {
            asset.contract().is_none()
                || how.decimals.contains_key(asset)
                || self.seeds.iter().any(|(_, seed)| seed.asset == *asset)
        };
        if records.accounts.iter().any(is_code) || !at_stake.iter().all(is_trusted) {
            return None;
        }
        let is_ours = |asset: Asset| asset.contract().is_none() || at_stake.contains(&asset);
        let start =
            records.transfers.partition_point(|found| found.position.block < end.window.first());
        let told = records.transfers.get(start..).unwrap_or_default().iter().find(|found| {
            let parties = [found.from, found.to];
            parties.contains(&Some(end.address))
                && found.from != found.to
                && !found.amount.is_zero()
                && is_ours(found.asset)
        });
        let stolen = self.seeds.iter().map(|(_, seed)| seed).filter(|seed| {
            seed.asset.chain() == end.chain
                && seed.holder == end.address
                && end.window.first() <= seed.position.block
        });
        let news = stolen.map(|seed| seed.position.block).chain(told.map(|t| t.position.block));
        news.min().map_or(Some(u64::MAX), |block| block.checked_sub(1))
    }

    /// What is known of each chain.
    pub(crate) fn graph_chains(&self) -> Vec<ChainEvidence<'_>> {
        self.chains
            .iter()
            .map(|records| ChainEvidence {
                chain: records.chain,
                until: records.until,
                earliest: 0,
                history: &records.history,
                coverage: &records.coverage,
                crowds: &records.crowds,
                balances: &records.balances,
                accounts: &records.accounts,
                blocks: &records.blocks,
                whole: &records.whole,
                absent: &records.absent,
            })
            .collect()
    }

    /// When each block was made.
    pub(crate) fn times(&self) -> BTreeMap<(ChainId, u64), Timestamp> {
        self.chains
            .iter()
            .flat_map(|records| {
                let chain = records.chain;
                records.blocks.iter().map(move |block| ((chain, block.number), block.timestamp))
            })
            .collect()
    }

    /// Follows by the rule of the report.
    pub(crate) fn follow(
        &self,
        how: &How,
        marks: &BTreeMap<(ChainId, Address), Marks>,
    ) -> Result<Trail, Error> {
        checked(self.ask(how, how.rules.main(), marks, fundtrail_graph::follow))
    }

    /// Follows by every rule, whichever the report is by.
    pub(crate) fn follow_by_every_rule(
        &self,
        how: &How,
        marks: &BTreeMap<(ChainId, Address), Marks>,
    ) -> Result<Vec<Trail>, Error> {
        let main = how.rules.main();
        let trails = self.ask(how, main, marks, fundtrail_graph::follow_by_every_rule);
        trails.into_iter().map(checked).collect()
    }

    /// The trail by the first rule by which something is lacking: by that of the report, and where every rule is
    /// compared, by each other one whose amounts add up.
    pub(crate) fn follow_to_a_lack(
        &self,
        how: &How,
        marks: &BTreeMap<(ChainId, Address), Marks>,
    ) -> Result<Option<Trail>, Error> {
        for rule in how.rules.pursued() {
            let trail = checked(self.ask(how, rule, marks, fundtrail_graph::follow))?;
            if trail.is_lacking() {
                return Ok(Some(trail));
            }
        }
        Ok(None)
    }

    fn ask<T>(
        &self,
        how: &How,
        rule: Rule,
        marks: &BTreeMap<(ChainId, Address), Marks>,
        follow: impl Fn(&[ChainEvidence<'_>], &Question<'_>) -> T,
    ) -> T {
        let mut chains = self.graph_chains();
        for known in &mut chains {
            known.earliest = how.earliest(known.chain);
        }
        let seeds: Vec<_> = self.seeds.iter().map(|(_, seed)| seed.clone()).collect();
        let times = self.times();
        let value = Valuation { how, times: &times };
        let question = Question {
            seeds: &seeds,
            direction: how.direction,
            rule,
            limits: how.limits,
            today: how.as_of,
            marks,
            through: &how.through,
            is_spent: how.is_spent,
            reads_whole: true,
            is_negligible: &|_, asset, amount, block| value.is_negligible(asset, amount, block),
            is_listed_token: &|asset| how.decimals.contains_key(&asset),
        };
        follow(&chains, &question)
    }
}

/// A trail that does not close is never shown.
fn checked(trail: Trail) -> Result<Trail, Error> {
    trail.check().map_err(|error| Error::Imbalance { error })?;
    Ok(trail)
}

/// How a case is followed.
pub(crate) struct How {
    /// Which way.
    pub(crate) direction: Direction,
    /// By chain, or for all others: the first block to look at where value is followed back.
    pub(crate) back_to: BTreeMap<Option<ChainId>, u64>,
    pub(crate) rules: Rules,
    pub(crate) limits: Limits,
    /// Where to follow on although something stops there.
    pub(crate) through: Through,
    pub(crate) as_of: Date,
    /// Which verdicts on listings count as findings.
    pub(crate) flag: FlagRule,
    pub(crate) min_usd: Option<fundtrail_labels::prices::UsdCents>,
    pub(crate) prices: PriceBook,
    /// Decimals of the assets that have a trusted number of them.
    pub(crate) decimals: BTreeMap<Asset, u8>,
    /// Whether the budget of the last run was spent: what was not looked at ends as that.
    pub(crate) is_spent: bool,
}

impl How {
    /// The first block of a chain to look at where value is followed back.
    fn earliest(&self, chain: ChainId) -> u64 {
        let found = self.back_to.get(&Some(chain)).or_else(|| self.back_to.get(&None));
        found.copied().unwrap_or_default()
    }
}

/// Values of amounts in USD: a view that ranks and reports, and never moves lots.
pub(crate) struct Valuation<'a> {
    pub(crate) how: &'a How,
    pub(crate) times: &'a BTreeMap<(ChainId, u64), Timestamp>,
}

impl Valuation<'_> {
    /// The value at the block of a movement, by the first source that has a price, or why there is none.
    pub(crate) fn usd(
        &self,
        asset: Asset,
        amount: Amount,
        block: u64,
    ) -> Result<Valued, &'static str> {
        self.how.prices.value(amount, &self.spot(asset, block)?)
    }

    /// The value in cents by the sources that are there before anything is followed and know every block: what
    /// judges how far to follow, and behaviour.
    pub(crate) fn cents_without_node(
        &self,
        asset: Asset,
        amount: Amount,
        block: u64,
    ) -> Option<u128> {
        self.how.prices.cents_without_node(amount, &self.spot(asset, block).ok()?)
    }

    fn is_negligible(&self, asset: Asset, amount: Amount, block: u64) -> bool {
        let Some(threshold) = self.how.min_usd else { return false };
        let cents = self.cents_without_node(asset, amount, block);
        cents.is_some_and(|cents| cents < threshold.0)
    }

    fn spot(&self, asset: Asset, block: u64) -> Result<Spot, &'static str> {
        let time = self.times.get(&(asset.chain(), block)).copied();
        let time = time.ok_or("the time of its block is not known")?;
        let decimals = self.how.decimals.get(&asset).copied();
        let decimals = decimals.ok_or("no list in use knows its decimals")?;
        Ok(Spot { asset, decimals, block, time })
    }
}
