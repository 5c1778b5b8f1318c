//! From seeds to a case that holds everything that following asks for.

use std::collections::BTreeMap;

use fundtrail_fetch::Node;
use fundtrail_labels::Book;
use fundtrail_model::{
    Address, Amount, Asset, ChainId, Date, Seed, Timestamp, Window, checksum, hash_hex,
    parse_address,
};
use fundtrail_store::Case;

use crate::budget::Budget;
use crate::chains::Chains;
use crate::error::Error;
use crate::evidence::{How, until_key};
use crate::nodes::Nodes;
use crate::presentation::key;
use crate::pursuit::Pursuit;
use crate::seeds::{Received, SeedSpec, Target, numbered, received_by, same_credits, stolen_in};
use crate::settings::{Cap, Settings, Start, Until};
use crate::ui::{self, Progress};

/// From seeds to a case that holds everything that following asks for.
pub(crate) struct Job<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) chains: &'a Chains,
    pub(crate) book: &'a Book,
}

impl Job<'_> {
    /// Resolves the seeds, fetches until nothing is lacking or the budget is spent, and keeps the names
    /// that were used. Returns what was spent, if something was.
    pub(crate) async fn run(
        &self,
        case: &mut Case,
        nodes: &mut Nodes,
    ) -> Result<Option<String>, Error> {
        let progress = Progress::start();
        let mut budget = Budget::start(self.settings.allowance);
        for spec in &self.settings.specs {
            progress.say(format!("seed {}", spec.normalised()));
            self.settle_seed(case, nodes, spec, &progress, &mut budget).await?;
        }
        for chain in self.seeded_chains(case)? {
            self.settle_until(case, nodes, chain, 0).await?;
        }
        // Only now: a run that cannot even find its seeds leaves no trace in the case.
        self.settings.keep_in(case)?;
        case.replace_settings(key::SPENT, &BTreeMap::new())?;
        let how = How::of_case(case, self.chains, Some(self.book))?;
        let spent = self.pursuit(case, nodes, &progress, &mut budget).pursue(&how).await?;
        let kept = spent.iter().map(|spent| (String::new(), spent.clone())).collect();
        case.replace_settings(key::SPENT, &kept)?;
        for (chain, origin) in nodes.origins() {
            case.set_setting(&format!("{}{chain}", key::ENDPOINT), &origin)?;
        }
        Ok(spent)
    }

    const fn pursuit<'b>(
        &'b self,
        case: &'b mut Case,
        nodes: &'b mut Nodes,
        progress: &'b Progress,
        budget: &'b mut Budget,
    ) -> Pursuit<'b> {
        Pursuit { case, nodes, chains: self.chains, book: self.book, progress, budget }
    }

    fn seeded_chains(&self, case: &Case) -> Result<Vec<ChainId>, Error> {
        let mut chains: Vec<_> = case.seeds()?.iter().map(|(_, seed)| seed.asset.chain()).collect();
        chains.sort_unstable();
        chains.dedup();
        Ok(chains)
    }

    async fn settle_seed(
        &self,
        case: &mut Case,
        nodes: &mut Nodes,
        spec: &SeedSpec,
        progress: &Progress,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        let name = spec.normalised();
        let known = case.seeds()?;
        refuse_other_start(&known, spec, &name)?;
        let kept: Vec<_> =
            known.iter().filter(|(spec, _)| *spec == name).map(|(_, seed)| seed.clone()).collect();
        let gains = match &spec.target {
            Target::Transaction { .. } if !kept.is_empty() => return Ok(()),
            Target::Transaction { hash, step } => {
                let wrapped = self.chains.wrapped_native(spec.chain, self.book);
                let fetched = nodes.get(spec.chain).await?.transaction(*hash, &wrapped).await?;
                let gains = stolen_in(&fetched, *step, &self.chains.info(spec.chain).slug)?;
                self.settle_until(case, nodes, spec.chain, fetched.block.number).await?;
                gains
            }
            Target::Address { address, start, cap } => {
                let first = match start {
                    Start::Block(block) => *block,
                    Start::Day(day) => {
                        nodes.get(spec.chain).await?.first_block_at(start_of(*day)?).await?.number
                    }
                };
                let until = self.settle_until(case, nodes, spec.chain, first).await?;
                let window = Window::new(first, until).unwrap_or(Window::block(first));
                let mut pursuit = self.pursuit(case, nodes, progress, budget);
                if let Some(spent) = pursuit.look_at(spec.chain, *address, window).await? {
                    return Err(Error::failed(
                        format!(
                            "{spent} before it was known what {name} received: nothing to report yet"
                        ),
                        "give the same command again to go on: what was fetched is kept",
                    ));
                }
                let cap = self.cap(case, spec.chain, cap.as_ref())?;
                let is_listed =
                    |asset: Asset| asset.contract().is_none() || self.book.token(asset).is_some();
                let transfers = case.transfers(spec.chain)?;
                let received = received_by(*address, window, &transfers, cap, &is_listed);
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
                received.gains
            }
        };
        // Later blocks may bring new credits of an address; those known keep their numbers.
        if kept.len() < gains.len() || kept.is_empty() {
            let next = known.iter().map(|(_, seed)| seed.id.0).max();
            let first_id = next.map_or(Some(0), |id| id.checked_add(1));
            let fresh = gains.into_iter().skip(kept.len()).collect();
            let mut seeds = kept;
            seeds.extend(numbered(fresh, first_id)?);
            if let Some(twice) = same_credits(&known, &seeds, &name) {
                return Err(Error::usage(
                    format!("the same credit is a seed of this case already: {twice}"),
                    "name each theft once",
                ));
            }
            case.put_seeds(&name, &seeds)?;
        }
        Ok(())
    }

    /// Decides up to which block a chain is looked at: what was typed, else what the case says, else
    /// what is final now. The case remembers it, so that going on later asks for nothing new; but not
    /// before every theft on the chain is known to lie in it, so that a slip does not stick.
    async fn settle_until(
        &self,
        case: &mut Case,
        nodes: &mut Nodes,
        chain: ChainId,
        start: u64,
    ) -> Result<u64, Error> {
        let key = until_key(chain);
        let kept = case.setting(&key)?.and_then(|text| text.parse().ok());
        let until = self.until(nodes, chain, kept).await?;
        let seeds = case.seeds()?;
        let on_chain = seeds.iter().map(|(_, seed)| seed).filter(|s| s.asset.chain() == chain);
        let last_theft = on_chain.map(|seed| seed.position.block).fold(start, u64::max);
        if until < last_theft {
            return Err(Error::usage(
                format!(
                    "a theft on {} is in block {last_theft}, after the last block to look at, {until}",
                    self.chains.info(chain).name
                ),
                "give a later block with --until, or `--until latest`",
            ));
        }
        if kept != Some(until) {
            case.set_setting(&key, &until.to_string())?;
        }
        Ok(until)
    }

    async fn until(
        &self,
        nodes: &mut Nodes,
        chain: ChainId,
        kept: Option<u64>,
    ) -> Result<u64, Error> {
        let typed = self
            .settings
            .until
            .iter()
            .rev()
            .find(|(only, _)| only.is_none_or(|only| only == chain))
            .map(|(_, until)| *until);
        let until = match (typed, kept) {
            (None, Some(block)) => return Ok(block),
            (Some(Until::Block(block)), Some(kept)) if block == kept => return Ok(block),
            (None, None) => Until::Finalized,
            (Some(until), _) => until,
        };
        let node = nodes.get(chain).await?;
        match until {
            Until::Block(block) => {
                let latest = node.heads().await?.latest.number;
                if block <= latest {
                    return Ok(block);
                }
                Err(Error::usage(
                    format!(
                        "--until: block {block} of {} is not there yet: the last is {latest}",
                        self.chains.info(chain).name
                    ),
                    "give an earlier block, `latest` or `finalized`",
                ))
            }
            Until::Latest => Ok(node.heads().await?.latest.number),
            Until::Finalized => last_final(node).await,
            Until::Day(day) => last_block_of(node, day).await,
        }
    }

    fn cap(
        &self,
        case: &Case,
        chain: ChainId,
        cap: Option<&Cap>,
    ) -> Result<Option<(Asset, Amount)>, Error> {
        let Some(Cap { asset, amount }) = cap else { return Ok(None) };
        let (asset, decimals) = if asset == "native" {
            (Asset::Native(chain), Some(self.chains.info(chain).native.decimals))
        } else {
            let asset = Asset::Token(chain, parse_address(asset)?);
            let claims = case.claims(chain)?;
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

/// What an address received and is not followed, so that nobody takes the seeds for everything.
fn say_what_is_not_counted(address: Address, received: &Received) {
    if let Some(missing) = received.short_by {
        ui::warning(&format!(
            "{} received less than --amount: {missing} base units are missing",
            checksum(address)
        ));
    }
    if !received.exchanged.is_empty() {
        let shown: Vec<_> = received.exchanged.iter().take(5).map(|hash| hash_hex(*hash)).collect();
        let more = received.exchanged.len().saturating_sub(shown.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        ui::warning(&format!(
            "not counted as stolen, because {} also gave something in them: what it received in {}{more}",
            checksum(address),
            shown.join(", ")
        ));
    }
}

/// The last block that will not change. Nodes of chains without a finality tag answer with an error; 64
/// blocks is what Ethereum's proof of stake needs.
async fn last_final(node: &Node) -> Result<u64, Error> {
    let heads = node.heads().await?;
    Ok(heads.finalized.map_or_else(|| heads.latest.number.saturating_sub(64), |block| block.number))
}

/// The last block of a day; of a day that is not over, the last that will not change.
async fn last_block_of(node: &Node, day: Date) -> Result<u64, Error> {
    let next_day = day.tomorrow().map_err(|_| no_such_day())?;
    let start = start_of(next_day)?;
    if node.heads().await?.latest.timestamp < start {
        let block = last_final(node).await?;
        ui::warning(&format!(
            "the chain has not reached the end of {day}: looking until block {block}, the last final one"
        ));
        return Ok(block);
    }
    Ok(node.first_block_at(start).await?.number.saturating_sub(1))
}

fn start_of(day: Date) -> Result<Timestamp, Error> {
    Timestamp::start_of(day).ok_or_else(no_such_day)
}

fn no_such_day() -> Error {
    Error::usage("no chain has a block on that day", "give a day after 2015")
}
