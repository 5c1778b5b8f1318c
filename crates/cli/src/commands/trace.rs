//! `fundtrail trace`

use std::path::{Path, PathBuf};
use std::time::Duration;

use fundtrail_fetch::Node;
use fundtrail_model::{Amount, Asset, ChainId, Date, Proof, Timestamp, Window, parse_address};
use fundtrail_store::Case;

use crate::args::{FailOn, Following, Trace};
use crate::chains::Chains;
use crate::config::Config;
use crate::destination::{Destination, destinations};
use crate::error::{Error, Exit};
use crate::evidence::{How, until_key};
use crate::nodes::Nodes;
use crate::presentation::{deliver, keep_names, key, parse_day, parse_usd, present};
use crate::pursuit::Pursuit;
use crate::seeds::{SeedSpec, Target, numbered, received_by, stolen_in};
use crate::ui::{self, Progress};
use crate::{clock, commands};

pub(crate) fn run(args: &Trace) -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let settings = Settings::resolve(args, &chains)?;
    for place in &settings.places {
        place.try_out()?;
    }
    let book = commands::lists::book(&args.naming.labels)?;
    let mut case = open_or_create(&settings.case_path)?;
    settings.keep_in(&mut case)?;
    let how = How::of_case(&case, &chains)?;

    let mut nodes = match &args.replay {
        Some(folder) => Nodes::replaying_folder(folder)?,
        None => Nodes::new(&settings.rpc, &chains, settings.timeout)?,
    };
    if args.record.is_some() {
        nodes = nodes.record();
    }
    let job = Job { settings: &settings, chains: &chains, how: &how, book: &book };
    let outcome = commands::block_on(job.run(&mut case, &mut nodes), || {
        std::env::args().collect::<Vec<_>>().join(" ")
    });
    outcome?;
    if let Some(folder) = &args.record {
        nodes.write_recordings(folder)?;
    }

    // Following again with what the case now says: what is printed is what `report` will print.
    let how = How::of_case(&case, &chains)?;
    let presented = present(&case, &chains, &how)?;
    deliver(&presented.report, &settings.places, args.output.format)?;
    ui::talk(&format!("case {}", settings.case_path.display()));
    warn_of_unchecked_balances(&case)?;
    if args.fail_on == Some(FailOn::Listed) && presented.is_flagged {
        return Ok(Exit::Flagged);
    }
    if args.require_complete && !presented.is_complete {
        ui::warning("not everything was looked at, or not everything adds up");
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Done)
}

/// One line where a node without old state left balances unchecked.
fn warn_of_unchecked_balances(case: &Case) -> Result<(), Error> {
    let (mut unchecked, mut all) = (0_usize, 0_usize);
    for chain in case.chains()? {
        let coverage = case.coverage(chain)?;
        all += coverage.len();
        // Looking by state has them; it is indicative where code may have hidden something between.
        let is_unchecked = |found: &&fundtrail_model::Coverage| {
            found.proof == Proof::Indicative && found.how != fundtrail_model::How::StateAndBlocks
        };
        unchecked += coverage.iter().filter(is_unchecked).count();
    }
    if 0 < unchecked {
        ui::warning(&format!(
            "{unchecked} of {all} stretches of coverage could not be checked against balances, because \
             the node no longer has that state: what they show is indicative; an archive node can tell"
        ));
    }
    Ok(())
}

/// What was meant.
pub(crate) struct Settings {
    pub(crate) specs: Vec<SeedSpec>,
    pub(crate) start: Option<Start>,
    pub(crate) cap: Option<Cap>,
    pub(crate) until: Vec<(Option<ChainId>, Until)>,
    pub(crate) rpc: Vec<String>,
    pub(crate) timeout: Duration,
    pub(crate) case_path: PathBuf,
    pub(crate) places: Vec<Destination>,
    /// Settings that go into the case file as they are.
    pub(crate) kept: Vec<(String, String)>,
}

/// Where seeds that are addresses start.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    Block(u64),
    Day(Date),
}

/// How much of seeds that are addresses.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    asset: String,
    amount: String,
}

/// The last block to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Block(u64),
    Day(Date),
    Finalized,
    Latest,
}

impl Settings {
    fn resolve(args: &Trace, chains: &Chains) -> Result<Self, Error> {
        let config = Config::load()?;
        let default_chain = args.chain.as_deref().map(|name| chains.named(name)).transpose()?;
        let specs = args
            .seeds
            .iter()
            .map(|text| SeedSpec::parse(text, chains, default_chain))
            .collect::<Result<Vec<_>, _>>()?;
        let start = match (&args.since, args.from_block) {
            (Some(day), _) => Some(Start::Day(parse_day("--since", day)?)),
            (None, Some(block)) => Some(Start::Block(block)),
            (None, None) => None,
        };
        let has_address = specs.iter().any(|spec| matches!(spec.target, Target::Address(_)));
        if has_address && start.is_none() {
            return Err(Error::usage(
                "a seed that is an address needs a start",
                "give --from-block BLOCK or --since YYYY-MM-DD, or the theft's transaction hash",
            ));
        }
        let until = args
            .until
            .iter()
            .map(|text| parse_until(text, chains))
            .collect::<Result<Vec<_>, _>>()?;
        let cap = match (&args.asset, &args.amount) {
            (Some(asset), Some(amount)) => {
                Some(Cap { asset: asset.clone(), amount: amount.clone() })
            }
            _ => None,
        };
        let case_path = args.case.clone().unwrap_or_else(|| default_case_path(&args.seeds));
        let mut kept = kept_settings(&args.following)?;
        if let Some(title) = &args.title {
            kept.push((key::TITLE.to_owned(), fundtrail_model::sanitize_claim(title, 200)));
        }
        if let Some(day) = &args.naming.as_of {
            kept.push((key::AS_OF.to_owned(), parse_day("--as-of", day)?.to_string()));
        } else {
            kept.push((key::AS_OF.to_owned(), clock::today()?.to_string()));
        }
        if let Some(path) = &args.naming.prices {
            let text = std::fs::read_to_string(path).map_err(|error| Error::File {
                action: "read",
                path: path.clone(),
                error,
            })?;
            fundtrail_labels::prices::Prices::parse(text.as_bytes(), &path.display().to_string())?;
            kept.push((key::PRICES.to_owned(), text));
        }
        Ok(Self {
            specs,
            start,
            cap,
            until,
            rpc: if args.rpc.is_empty() { config.rpc } else { args.rpc.clone() },
            timeout: Duration::from_secs(args.timeout),
            case_path,
            places: destinations(&args.output.out, args.output.format)?,
            kept,
        })
    }

    pub(crate) fn keep_in(&self, case: &mut Case) -> Result<(), Error> {
        for (key, value) in &self.kept {
            case.set_setting(key, value)?;
        }
        Ok(())
    }
}

/// What was typed of how to follow, as settings of the case.
fn kept_settings(following: &Following) -> Result<Vec<(String, String)>, Error> {
    let mut kept = Vec::new();
    if let Some(rule) = following.rule {
        kept.push((key::RULE.to_owned(), fundtrail_model::Rule::from(rule).name().to_owned()));
    }
    if let Some(hops) = following.max_hops {
        kept.push((key::MAX_HOPS.to_owned(), hops.to_string()));
    }
    if let Some(hub) = following.max_counterparties {
        kept.push((key::HUB.to_owned(), hub.to_string()));
    }
    if let Some(share) = &following.min_share {
        // A percent is 10,000 millionths: four decimal places.
        let ppm = Amount::from_decimal(share.trim_end_matches('%'), 4)
            .map_err(|error| Error::Amount { what: "--min-share", error })?;
        if Amount::from(1_000_000) < ppm {
            return Err(Error::usage("--min-share is more than 100 percent", "give 0 to 100"));
        }
        kept.push((key::MIN_SHARE.to_owned(), ppm.to_string()));
    }
    if let Some(value) = &following.min_usd {
        kept.push((key::MIN_USD.to_owned(), parse_usd(value)?.to_string()));
    }
    Ok(kept)
}

fn parse_until(text: &str, chains: &Chains) -> Result<(Option<ChainId>, Until), Error> {
    let (chain, when) = match text.split_once('=') {
        Some((name, when)) => (Some(chains.named(name)?), when),
        None => (None, text),
    };
    let until = match when {
        "finalized" => Until::Finalized,
        "latest" => Until::Latest,
        _ if when.contains('-') => Until::Day(parse_day("--until", when)?),
        _ => Until::Block(when.parse().map_err(|_| {
            Error::usage(
                format!("--until: `{}` is no block", fundtrail_model::sanitize_claim(when, 40)),
                "give a block number, a day like 2022-03-29, `finalized` or `latest`",
            )
        })?),
    };
    Ok((chain, until))
}

/// `0x1234abcd.ftcase`, after the first seed.
fn default_case_path(seeds: &[String]) -> PathBuf {
    let first = seeds.first().map_or("", String::as_str);
    let hex = first.split(':').find(|part| part.starts_with("0x")).unwrap_or("case");
    let short: String = hex.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    PathBuf::from(format!("{short}.ftcase"))
}

pub(crate) fn open_or_create(path: &Path) -> Result<Case, Error> {
    match std::fs::metadata(path) {
        // A run that was killed in its first moment leaves an empty file, which is no case yet.
        Ok(file) if file.is_file() && file.len() == 0 => {
            std::fs::remove_file(path).map_err(|error| Error::File {
                action: "replace",
                path: path.into(),
                error,
            })?;
            Ok(Case::create(path)?)
        }
        Ok(_) => Ok(Case::open(path)?),
        Err(_) => Ok(Case::create(path)?),
    }
}

/// From seeds to a case that holds everything that following asks for.
pub(crate) struct Job<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) chains: &'a Chains,
    pub(crate) how: &'a How,
    pub(crate) book: &'a fundtrail_labels::Book,
}

impl Job<'_> {
    /// Resolves the seeds, fetches until nothing is lacking, and keeps the names that were used.
    pub(crate) async fn run(&self, case: &mut Case, nodes: &mut Nodes) -> Result<(), Error> {
        let progress = Progress::start();
        for spec in &self.settings.specs {
            progress.say(format!("seed {}", spec.normalised()));
            self.settle_seed(case, nodes, spec, &progress).await?;
        }
        let mut pursuit = self.pursuit(case, nodes, &progress);
        pursuit.pursue(self.how).await?;
        for (chain, origin) in nodes.origins() {
            case.set_setting(&format!("{}{chain}", key::ENDPOINT), &origin)?;
        }
        keep_names(case, self.book)
    }

    const fn pursuit<'b>(
        &'b self,
        case: &'b mut Case,
        nodes: &'b mut Nodes,
        progress: &'b Progress,
    ) -> Pursuit<'b> {
        Pursuit { case, nodes, chains: self.chains, book: self.book, progress }
    }

    /// Decides up to which block a chain is looked at: what was typed, else what the case says, else
    /// what is final now. The case remembers it, so that going on later asks for nothing new; but not
    /// before the theft is known to lie in it, so that a slip does not stick.
    async fn settle_until(
        &self,
        case: &mut Case,
        nodes: &mut Nodes,
        chain: ChainId,
        theft: u64,
    ) -> Result<u64, Error> {
        let key = until_key(chain);
        let kept = case.setting(&key)?.and_then(|text| text.parse().ok());
        let until = self.until(nodes, chain, kept).await?;
        if until < theft {
            return Err(Error::usage(
                format!(
                    "the trace of {} starts in block {theft}, after the last block to look at, {until}",
                    self.chains.info(chain).name
                ),
                "give a later block with --until, or `--until latest`",
            ));
        }
        case.set_setting(&key, &until.to_string())?;
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
            (None, None) => Until::Finalized,
            (Some(Until::Block(block)), Some(kept)) if block == kept => return Ok(block),
            (Some(Until::Block(block)), _) => {
                let latest = nodes.get(chain).await?.heads().await?.latest.number;
                if latest < block {
                    return Err(Error::usage(
                        format!(
                            "--until: block {block} of {} is not there yet: the last is {latest}",
                            self.chains.info(chain).name
                        ),
                        "give an earlier block, `latest` or `finalized`",
                    ));
                }
                Until::Block(block)
            }
            (Some(until), _) => until,
        };
        Ok(match until {
            Until::Block(block) => block,
            Until::Latest => nodes.get(chain).await?.heads().await?.latest.number,
            Until::Finalized => {
                let heads = nodes.get(chain).await?.heads().await?;
                // Nodes of chains without a finality tag answer with an error; 64 blocks is what
                // Ethereum's proof of stake needs.
                heads
                    .finalized
                    .map_or_else(|| heads.latest.number.saturating_sub(64), |block| block.number)
            }
            Until::Day(day) => last_block_of(nodes.get(chain).await?, day).await?,
        })
    }

    async fn settle_seed(
        &self,
        case: &mut Case,
        nodes: &mut Nodes,
        spec: &SeedSpec,
        progress: &Progress,
    ) -> Result<(), Error> {
        let name = spec.normalised();
        let known = case.seeds()?;
        let kept = known.iter().filter(|(spec, _)| *spec == name).map(|(_, seed)| seed);
        if let Some(block) = kept.map(|seed| seed.position.block).max() {
            self.settle_until(case, nodes, spec.chain, block).await?;
            return Ok(());
        }
        let info = self.chains.info(spec.chain);
        let gains = match &spec.target {
            Target::Transaction { hash, step } => {
                let node = nodes.get(spec.chain).await?;
                let fetched = node
                    .transaction(*hash, &self.chains.wrapped_native(spec.chain, self.book))
                    .await?;
                let gains = stolen_in(&fetched, *step, &info.slug)?;
                self.settle_until(case, nodes, spec.chain, fetched.block.number).await?;
                gains
            }
            Target::Address(address) => {
                let first = match self.settings.start {
                    Some(Start::Block(block)) => block,
                    Some(Start::Day(day)) => {
                        let node = nodes.get(spec.chain).await?;
                        node.first_block_at(start_of(day)?).await?.number
                    }
                    None => 0,
                };
                let until = self.settle_until(case, nodes, spec.chain, first).await?;
                let window = Window::new(first, until).unwrap_or(Window::block(first));
                let mut pursuit = self.pursuit(case, nodes, progress);
                pursuit.look_at(spec.chain, *address, window).await?;
                let cap = self.cap(case, spec.chain)?;
                let received = received_by(*address, first, &case.transfers(spec.chain)?, cap);
                if received.is_empty() {
                    return Err(Error::failed(
                        format!("the address received nothing in blocks {window} of {}", info.name),
                        "check the chain, the address and the start",
                    ));
                }
                received
            }
        };
        let first_id =
            known.iter().map(|(_, seed)| seed.id.0).max().map_or(Some(0), |id| id.checked_add(1));
        let seeds = numbered(gains, first_id)?;
        case.put_seeds(&name, &seeds)?;
        Ok(())
    }

    fn cap(&self, case: &Case, chain: ChainId) -> Result<Option<(Asset, Amount)>, Error> {
        let Some(Cap { asset, amount }) = &self.settings.cap else { return Ok(None) };
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

async fn last_block_of(node: &Node, day: Date) -> Result<u64, Error> {
    let next_day = day.tomorrow().map_err(|_| no_such_day())?;
    let latest = node.heads().await?.latest;
    let start = start_of(next_day)?;
    if latest.timestamp < start {
        return Ok(latest.number);
    }
    Ok(node.first_block_at(start).await?.number.saturating_sub(1))
}

fn start_of(day: Date) -> Result<Timestamp, Error> {
    Timestamp::start_of(day).ok_or_else(no_such_day)
}

fn no_such_day() -> Error {
    Error::usage("no chain has a block on that day", "give a day after 2015")
}
