//! From seeds to a case that holds everything that following asks for.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_labels::Book;
use fundtrail_model::{
    Address, Amount, Asset, ChainId, Likeness, Seed, Window, checksum, hash_hex, parse_address,
};
use fundtrail_store::Case;

use crate::budget::Budget;
use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{How, until_key};
use crate::finality::{End, start_of};
use crate::nodes::Nodes;
use crate::presentation::key;
use crate::progress::Progress;
use crate::pursuit::Pursuit;
use crate::reorg;
use crate::seeds::{
    Gain, Received, SeedSpec, Target, numbered, received_by, same_credits, stolen_in,
};
use crate::settings::{Cap, Settings, Start, Until};
use crate::ui;

/// Things of one kind that are named one by one.
const MOST_SHOWN: usize = 5;
/// How often a run begins again because the chain changed under it.
const MOST_REORGS: usize = 8;

/// A run on a case.
pub(crate) struct Job<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) chains: &'a Chains,
    pub(crate) book: &'a Book,
    pub(crate) case: &'a mut Case,
    pub(crate) nodes: &'a mut Nodes,
    progress: Progress,
    budget: Budget,
    /// The last blocks to look at that were decided in this run.
    ends: BTreeMap<ChainId, End>,
}

impl<'a> Job<'a> {
    /// With `is_whole_plan` all that is to be fetched is known from the start.
    pub(crate) fn new(
        settings: &'a Settings,
        chains: &'a Chains,
        book: &'a Book,
        (case, nodes): (&'a mut Case, &'a mut Nodes),
        is_whole_plan: bool,
    ) -> Self {
        Self {
            settings,
            chains,
            book,
            case,
            nodes,
            progress: Progress::start(is_whole_plan),
            budget: Budget::start(settings.allowance),
            ends: BTreeMap::new(),
        }
    }

    /// Resolves the seeds, fetches until nothing is lacking or the budget is spent, and keeps the names
    /// that were used. Returns what was spent, if something was.
    pub(crate) async fn trace(mut self) -> Result<Option<String>, Error> {
        self.follow_the_chain().await?;
        for _ in 0..MOST_REORGS {
            match self.trace_once().await {
                Err(error) if self.has_the_chain_changed(&error).await? => self.ends.clear(),
                outcome => return outcome,
            }
        }
        self.trace_once().await
    }

    async fn trace_once(&mut self) -> Result<Option<String>, Error> {
        let settings = self.settings;
        for spec in &settings.specs {
            self.progress.prepare(format!("seed {}", spec.normalised()));
            self.settle_seed(spec).await?;
        }
        for chain in self.seeded_chains()? {
            self.settle_until(chain, 0).await?;
        }
        // Only now: a run that cannot even find its seeds leaves no trace in the case.
        settings.keep_in(self.case)?;
        self.case.replace_settings(key::SPENT, &BTreeMap::new())?;
        let how = How::of_case(self.case, self.chains, Some(self.book))?;
        let spent = self.pursuit().pursue(&how).await?;
        let kept = spent.iter().map(|spent| (String::new(), spent.clone())).collect();
        self.case.replace_settings(key::SPENT, &kept)?;
        for (chain, origin) in self.nodes.origins() {
            self.case.set_setting(&format!("{}{chain}", key::ENDPOINT), &origin)?;
        }
        Ok(spent)
    }

    /// Fetches everything that happened to these addresses from a start on; returns the blocks that were
    /// looked at, how their end was chosen, and what was spent, if that kept it from being everything.
    pub(crate) async fn fetch(
        mut self,
        chain: ChainId,
        addresses: &[Address],
        start: Start,
    ) -> Result<(Window, End, Option<String>), Error> {
        self.follow_the_chain().await?;
        for _ in 0..MOST_REORGS {
            match self.fetch_once(chain, addresses, start).await {
                Err(error) if self.has_the_chain_changed(&error).await? => self.ends.clear(),
                outcome => return outcome,
            }
        }
        self.fetch_once(chain, addresses, start).await
    }

    async fn fetch_once(
        &mut self,
        chain: ChainId,
        addresses: &[Address],
        start: Start,
    ) -> Result<(Window, End, Option<String>), Error> {
        let first = self.first_block(chain, start).await?;
        let typed = self.typed_until(chain).unwrap_or(Until::Finalized);
        let end = self.end(chain, typed).await?;
        let window = Window::new(first, end.block).ok_or_else(|| {
            Error::usage(
                format!("the first block, {first}, comes after the last to look at, {}", end.block),
                "give an earlier start, or a later block with --until",
            )
        })?;
        let spent = self.pursuit().look_at(chain, addresses, window).await?;
        Ok((window, end, spent))
    }

    const fn pursuit(&mut self) -> Pursuit<'_> {
        Pursuit {
            case: self.case,
            nodes: self.nodes,
            chains: self.chains,
            book: self.book,
            progress: &self.progress,
            budget: &mut self.budget,
        }
    }

    fn seeded_chains(&self) -> Result<Vec<ChainId>, Error> {
        let seeds = self.case.seeds()?;
        let mut chains: Vec<_> = seeds.iter().map(|(_, seed)| seed.asset.chain()).collect();
        chains.sort_unstable();
        chains.dedup();
        Ok(chains)
    }

    /// Takes back what earlier runs looked at and is no longer on the chain. Returns whether anything was.
    async fn follow_the_chain(&mut self) -> Result<bool, Error> {
        let typed: Vec<_> = self.settings.specs.iter().map(SeedSpec::normalised).collect();
        let mut has_changed = false;
        for chain in self.case.chains()? {
            if reorg::may_change(self.case, chain)? {
                let (node, info) = (self.nodes.get(chain).await?, self.chains.info(chain));
                has_changed |= reorg::take_back(self.case, node, &info, &typed).await?;
            }
        }
        Ok(has_changed)
    }

    /// Whether the reason for an error is that the chain changed while it was read. What is no longer there
    /// has been taken back then.
    async fn has_the_chain_changed(&mut self, error: &Error) -> Result<bool, Error> {
        if !reorg::is_suspect(error) {
            return Ok(false);
        }
        // Blocks that are read for the first time may have changed too, and leave nothing to take back.
        let is_open = self.ends.values().any(|end| end.last_final < end.block);
        Ok(self.follow_the_chain().await? || is_open)
    }

    async fn settle_seed(&mut self, spec: &SeedSpec) -> Result<(), Error> {
        let name = spec.normalised();
        let known = self.case.seeds()?;
        refuse_other_start(&known, spec, &name)?;
        let kept: Vec<_> =
            known.iter().filter(|(spec, _)| *spec == name).map(|(_, seed)| seed.clone()).collect();
        let gains = match &spec.target {
            Target::Transaction { .. } if !kept.is_empty() => return Ok(()),
            Target::Transaction { hash, step } => {
                let wrapped = self.chains.wrapped_native(spec.chain, self.book);
                let fetched =
                    self.nodes.get(spec.chain).await?.transaction(*hash, &wrapped).await?;
                let gains = stolen_in(&fetched, *step, &self.chains.info(spec.chain).slug)?;
                self.settle_until(spec.chain, fetched.block.number).await?;
                gains
            }
            Target::Address { address, start, cap } => {
                let first = self.first_block(spec.chain, *start).await?;
                let until = self.settle_until(spec.chain, first).await?;
                let window = Window::new(first, until).unwrap_or(Window::block(first));
                let looked = self.pursuit().look_at(spec.chain, &[*address], window).await?;
                if let Some(spent) = looked {
                    return Err(Error::failed(
                        format!(
                            "{spent} before it was known what {name} received: nothing to report yet"
                        ),
                        "give the same command again to go on: what was fetched is kept",
                    ));
                }
                let cap = self.cap(spec.chain, cap.as_ref())?;
                let is_listed =
                    |asset: Asset| asset.contract().is_none() || self.book.token(asset).is_some();
                let transfers = self.case.transfers(spec.chain)?;
                let fakes = self.counterfeits(spec.chain)?;
                let is_counterfeit = |asset: Asset| fakes.contains(&asset);
                let received =
                    received_by(*address, window, &transfers, cap, &is_listed, &is_counterfeit);
                say_what_is_not_counted(*address, &received);
                if received.gains.is_empty() && kept.is_empty() {
                    return Err(Error::failed(
                        format!(
                            "the address received nothing in blocks {window} of {}",
                            self.chains.info(spec.chain).name
                        ),
                        "check the chain, the address and the start",
                    ));
                }
                let left_out = left_out(&received);
                self.case.replace_settings(&format!("{}{name}.", key::LEFT_OUT), &left_out)?;
                received.gains
            }
        };
        // Later blocks may bring new credits of an address; those known keep their numbers.
        let is_kept = |gain: &Gain| {
            kept.iter().any(|seed| {
                (seed.transaction, seed.asset, seed.holder)
                    == (gain.transaction, gain.asset, gain.holder)
            })
        };
        let fresh: Vec<Gain> = gains.into_iter().filter(|gain| !is_kept(gain)).collect();
        if !fresh.is_empty() {
            let next = known.iter().map(|(_, seed)| seed.id.0).max();
            let first_id = next.map_or(Some(0), |id| id.checked_add(1));
            let mut seeds = kept;
            seeds.extend(numbered(fresh, first_id)?);
            if let Some(twice) = same_credits(&known, &seeds, &name) {
                return Err(Error::usage(
                    format!("the same credit is a seed of this case already: {twice}"),
                    "name each seed once",
                ));
            }
            self.case.put_seeds(&name, &seeds)?;
        }
        Ok(())
    }

    async fn first_block(&mut self, chain: ChainId, start: Start) -> Result<u64, Error> {
        Ok(match start {
            Start::Block(block) => block,
            Start::Day(day) => {
                self.nodes.get(chain).await?.first_block_at(start_of(day)?).await?.number
            }
        })
    }

    /// Decides up to which block a chain is looked at: what was typed, else what the case says, else
    /// what is final now. The case remembers it, so that going on later asks for nothing new; but not
    /// before every theft on the chain is known to lie in it, so that a slip does not stick.
    async fn settle_until(&mut self, chain: ChainId, start: u64) -> Result<u64, Error> {
        let key = until_key(chain);
        let kept: Option<u64> = self.case.setting(&key)?.and_then(|text| text.parse().ok());
        let end = match (self.typed_until(chain), kept) {
            (None, Some(_)) => None,
            (Some(Until::Block(block)), Some(kept)) if block == kept => None,
            (typed, _) => Some(self.end(chain, typed.unwrap_or(Until::Finalized)).await?),
        };
        let until = end.as_ref().map(|end| end.block).or(kept).unwrap_or(0);
        let seeds = self.case.seeds()?;
        let on_chain = seeds.iter().map(|(_, seed)| seed).filter(|s| s.asset.chain() == chain);
        let last_theft = on_chain.map(|seed| seed.position.block).fold(start, u64::max);
        if until < last_theft {
            return Err(Error::usage(
                format!(
                    "a seed on {} is in block {last_theft}, after the last block to look at, {until}",
                    self.chains.info(chain).name
                ),
                "give a later block with --until, or `--until latest`",
            ));
        }
        if let Some(end) = end {
            self.case.set_setting(&key, &until.to_string())?;
            self.case.set_setting(&format!("{}{chain}", key::END), &end.words)?;
        }
        Ok(until)
    }

    fn typed_until(&self, chain: ChainId) -> Option<Until> {
        let typed = self.settings.until.iter().rev();
        let mut typed = typed.filter(|(only, _)| only.is_none_or(|only| only == chain));
        typed.next().map(|(_, until)| *until)
    }

    /// The block that is meant, found once a run.
    async fn end(&mut self, chain: ChainId, until: Until) -> Result<End, Error> {
        if let Some(end) = self.ends.get(&chain) {
            return Ok(end.clone());
        }
        let node = self.nodes.get(chain).await?;
        let end = End::of(until, node, chain, self.chains).await?;
        reorg::keep_final(self.case, chain, end.last_final)?;
        self.ends.insert(chain, end.clone());
        Ok(end)
    }

    /// Tokens that no list knows and that are called like one that a list knows, or like the coin.
    fn counterfeits(&self, chain: ChainId) -> Result<BTreeSet<Asset>, Error> {
        let coin = self.chains.info(chain).native.symbol;
        let listed =
            || self.book.tokens().map(|token| (token.asset.chain(), token.symbol.as_str()));
        let imitates = |symbol: &str| {
            let trusted = listed().chain([(chain, coin.as_str())]);
            Likeness::of(chain, symbol, trusted) == Likeness::Imitates
        };
        let claims = self.case.claims(chain)?;
        let unknown = claims.iter().filter(|claim| self.book.token(claim.asset).is_none());
        let fakes = unknown.filter(|claim| claim.symbol.as_deref().is_some_and(imitates));
        Ok(fakes.map(|claim| claim.asset).collect())
    }

    fn cap(&self, chain: ChainId, cap: Option<&Cap>) -> Result<Option<(Asset, Amount)>, Error> {
        let Some(Cap { asset, amount }) = cap else { return Ok(None) };
        let (asset, decimals) = if asset == "native" {
            (Asset::Native(chain), Some(self.chains.info(chain).native.decimals))
        } else {
            let asset = Asset::Token(chain, parse_address(asset)?);
            let claims = self.case.claims(chain)?;
            let claimed = claims.iter().find(|claim| claim.asset == asset);
            let trusted = self.book.token(asset).map(|token| token.decimals);
            (asset, trusted.or_else(|| claimed.and_then(|claim| claim.decimals)))
        };
        let decimals = decimals.ok_or_else(|| {
            Error::usage(
                format!("the decimals of {asset} are not known"),
                "is this the right contract?",
            )
        })?;
        Amount::from_decimal(amount, decimals)
            .map(|amount| Some((asset, amount)))
            .map_err(|error| Error::Amount { what: "--amount", error })
    }
}

/// An address that the case follows from another start, or with another amount, is not the same seed;
/// both together would count its receipts twice.
fn refuse_other_start(known: &[(String, Seed)], spec: &SeedSpec, name: &str) -> Result<(), Error> {
    let Target::Address { address, .. } = &spec.target else { return Ok(()) };
    let bare = format!("{}:{}", spec.chain, checksum(*address));
    let other = known.iter().find(|(known, _)| known.starts_with(&bare) && known != name);
    other.map_or(Ok(()), |(other, _)| {
        Err(Error::usage(
            format!("this case follows {} already, as {other}", checksum(*address)),
            "use another file with --case, or the same start and amount",
        ))
    })
}

/// The same as settings of the case, for its report.
fn left_out(received: &Received) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    if let (1.., senders) = &received.dust {
        let text = format!(
            "receipts of less than a millionth of what had come before: {}, from so many senders: {}",
            received.dust.0,
            senders.len()
        );
        lines.insert("dust".to_owned(), text);
    }
    if !received.counterfeit.is_empty() {
        let fakes: Vec<String> = received.counterfeit.iter().map(ToString::to_string).collect();
        let shown = fakes.get(..MOST_SHOWN).unwrap_or(&fakes).join(", ");
        let text = format!("counterfeit tokens: {}: {shown}", fakes.len());
        lines.insert("counterfeit".to_owned(), text);
    }
    if !received.exchanged.is_empty() {
        let text = format!(
            "transactions in which the address also gave something: {}",
            received.exchanged.len()
        );
        lines.insert("exchanged".to_owned(), text);
    }
    lines
}

/// What an address received and is not followed, so that nobody takes the seeds for everything.
fn say_what_is_not_counted(address: Address, received: &Received) {
    if let Some(missing) = received.short_by {
        ui::warning(&format!(
            "{} received less than --amount: {missing} base units are missing",
            checksum(address)
        ));
    }
    for fake in &received.counterfeit {
        ui::warning(&format!(
            "not counted, because it only calls itself like another token: {fake}, which came to {}; \
             if it is what is meant, name it with --asset and --amount, or list it with --labels",
            checksum(address)
        ));
    }
    if let (1.., senders) = &received.dust {
        ui::warning(&format!(
            "not counted, because each is less than a millionth of what {} had received before \
             (receipts: {}, senders: {})",
            checksum(address),
            received.dust.0,
            senders.len()
        ));
    }
    if !received.exchanged.is_empty() {
        let shown: Vec<_> =
            received.exchanged.iter().take(MOST_SHOWN).map(|hash| hash_hex(*hash)).collect();
        let more = received.exchanged.len().saturating_sub(shown.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        ui::warning(&format!(
            "not counted, because {} also gave something in them: what it received in {}{more}",
            checksum(address),
            shown.join(", ")
        ));
    }
}
