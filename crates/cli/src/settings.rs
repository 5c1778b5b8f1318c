//! What was meant by `trace`: everything that was typed, resolved and validated before anything is asked
//! of a node or written into a case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fundtrail_labels::prices::Prices;
use fundtrail_model::{Amount, ChainId, Date, Direction, FlagRule, sanitize_claim};
use fundtrail_store::Case;

use crate::args::{Allowed, Following, Naming, Nodes, PriceSourceName, Trace};
use crate::behaviour;
use crate::budget::{Allowance, parse_time};
use crate::chains::Chains;
use crate::clock;
use crate::config::Config;
use crate::destination::{Destination, destinations};
use crate::error::Error;
use crate::presentation::{key, parse_day, parse_usd};
use crate::prices::PriceSource;
use crate::rules::Rules;
use crate::seeds::{SeedSpec, Target};
use crate::through;

/// What was meant.
pub(crate) struct Settings {
    pub(crate) specs: Vec<SeedSpec>,
    pub(crate) until: Vec<(Option<ChainId>, Until)>,
    pub(crate) rpc: Vec<String>,
    pub(crate) timeout: Duration,
    pub(crate) max_rps: Vec<String>,
    pub(crate) allowance: Allowance,
    pub(crate) case_path: PathBuf,
    pub(crate) places: Vec<Destination>,
    /// Where to follow on, instead of what the case says; `None` where nothing was said.
    pub(crate) through: Option<Vec<String>>,
    /// Settings that go into the case file as they are.
    pub(crate) kept: Vec<(String, String)>,
}

/// Where a seed that is an address starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Block(u64),
    Day(Date),
}

/// How much of what an address receives is a seed: the first so much of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cap {
    pub(crate) asset: String,
    pub(crate) amount: String,
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
    pub(crate) fn resolve(args: &Trace, chains: &Chains) -> Result<Self, Error> {
        let config = Config::load()?;
        let specs = specs(args, chains)?;
        let until = args
            .until
            .iter()
            .map(|text| parse_until(text, chains))
            .collect::<Result<Vec<_>, _>>()?;
        let case_path = match (&args.case, specs.first()) {
            (Some(path), _) => path.clone(),
            (None, Some(spec)) => default_case_path(spec, chains),
            (None, None) => return Err(Error::usage("no seed was given", "name a transaction")),
        };
        let mut kept = kept_settings(&args.following, chains)?;
        kept.extend(behaviour::kept(&config.typologies)?);
        if let Some(title) = &args.title {
            kept.push((key::TITLE.to_owned(), sanitize_claim(title, 200)));
        }
        let as_of = match &args.naming.as_of {
            Some(day) => parse_day("--as-of", day)?,
            None => clock::today()?,
        };
        kept.push((key::AS_OF.to_owned(), as_of.to_string()));
        if let Some(flag) = args.naming.flag.map(FlagRule::from).or(config.flag()?) {
            kept.push((key::FLAG.to_owned(), flag.to_string()));
        }
        kept.extend(price_sources(&args.naming)?);
        if let Some(path) = &args.naming.prices {
            kept.push((key::PRICES.to_owned(), read_prices(path)?));
        }
        let settings = Self {
            specs,
            through: through::parse(&args.following.through, chains)?,
            places: destinations(&args.output.out, args.output.format)?,
            kept,
            ..Self::of_nodes(&args.nodes, config.rpc, until, case_path)?
        };
        settings.check_rule(None)?;
        Ok(settings)
    }

    /// What is meant where nothing is followed: `rpc` are the nodes where none was typed.
    pub(crate) fn of_nodes(
        typed: &Nodes,
        rpc: Vec<String>,
        until: Vec<(Option<ChainId>, Until)>,
        case_path: PathBuf,
    ) -> Result<Self, Error> {
        Ok(Self {
            specs: Vec::new(),
            until,
            rpc: if typed.rpc.is_empty() { rpc } else { typed.rpc.clone() },
            timeout: Duration::from_secs(typed.timeout),
            max_rps: typed.max_rps.clone(),
            allowance: allowance(&typed.allowed)?,
            case_path,
            places: Vec::new(),
            through: None,
            kept: Vec::new(),
        })
    }

    /// Refuses a rule that cannot be followed the way that is meant, by what was typed and what the case says.
    pub(crate) fn check_rule(&self, case: Option<&Case>) -> Result<(), Error> {
        let value = |wanted: &str| -> Result<Option<String>, Error> {
            let typed = self.kept.iter().find(|(key, _)| key == wanted);
            match (typed, case) {
                (Some((_, value)), _) => Ok(Some(value.clone())),
                (None, Some(case)) => Ok(case.setting(wanted)?),
                (None, None) => Ok(None),
            }
        };
        let direction = value(key::DIRECTION)?.and_then(|name| Direction::from_name(&name));
        let rules = value(key::RULE)?.and_then(|name| Rules::from_name(&name));
        let is_out = direction.unwrap_or_default() == Direction::Out;
        let has_back_to = self.kept.iter().any(|(key, _)| key.starts_with(key::BACK_TO));
        if is_out && has_back_to && (case.is_some() || direction.is_some()) {
            return Err(Error::usage(
                "--back-to says how far back to look, and value is followed forward",
                "give --direction in, or leave it out",
            ));
        }
        rules.map_or(Ok(()), |rules| rules.check(direction.unwrap_or_default()))
    }

    /// Puts the settings into the case. A threshold in USD without any price would do nothing, so it is
    /// refused.
    pub(crate) fn keep_in(&self, case: &mut Case) -> Result<(), Error> {
        let (sources, has_file) = check_prices(&self.kept, &case.settings()?)?;
        let is_there = |source: &PriceSource| match source {
            PriceSource::Csv => has_file,
            PriceSource::Stable => true,
            PriceSource::Chain => false,
        };
        let has_threshold = self.kept.iter().any(|(key, _)| key == key::MIN_USD);
        if has_threshold && !sources.iter().any(is_there) {
            return Err(Error::usage(
                "--min-usd needs prices that are there before anything is followed: without one every amount is \
                 followed",
                "give a file with --prices, or --price-source stable",
            ));
        }
        self.check_rule(Some(case))?;
        for (key, value) in &self.kept {
            case.set_setting(key, value)?;
        }
        if let Some(through) = &self.through {
            let numbered = through.iter().enumerate();
            let lines = numbered.map(|(idx, text)| (format!("{idx:02}"), text.clone())).collect();
            case.replace_settings(key::THROUGH, &lines)?;
        }
        Ok(())
    }
}

/// How much was allowed.
fn allowance(typed: &Allowed) -> Result<Allowance, Error> {
    let time = typed.max_time.as_deref().map(parse_time).transpose()?;
    Ok(Allowance { requests: typed.max_requests, time })
}

/// The seeds. What applies to addresses only is refused where no seed is one.
fn specs(args: &Trace, chains: &Chains) -> Result<Vec<SeedSpec>, Error> {
    let default_chain = args.chain.as_deref().map(|name| chains.named(name)).transpose()?;
    let start = match (&args.since, args.from_block) {
        (Some(day), _) => Some(Start::Day(parse_day("--since", day)?)),
        (None, Some(block)) => Some(Start::Block(block)),
        (None, None) => None,
    };
    let cap = match (&args.asset, &args.amount) {
        (Some(asset), Some(amount)) => Some(Cap { asset: asset.clone(), amount: amount.clone() }),
        _ => None,
    };
    let mut specs = Vec::new();
    for text in &args.seeds {
        let spec = SeedSpec::parse(text, chains, default_chain, start, cap.as_ref())?;
        if !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    let n_addresses =
        specs.iter().filter(|spec| matches!(spec.target, Target::Address { .. })).count();
    if n_addresses == 0 && (start.is_some() || cap.is_some()) {
        return Err(Error::usage(
            "--from-block, --since, --asset and --amount are for seeds that are addresses",
            "a transaction says by itself when and how much; one transfer of it is TRANSACTION:STEP",
        ));
    }
    if 1 < n_addresses && cap.is_some() {
        return Err(Error::usage(
            "--amount does not say which of several addresses it is for",
            "trace them one after the other, with the same --case",
        ));
    }
    Ok(specs)
}

/// What was typed of how to follow, as settings of the case.
fn kept_settings(following: &Following, chains: &Chains) -> Result<Vec<(String, String)>, Error> {
    let mut kept = Vec::new();
    for text in &following.back_to {
        let (chain, block) = parse_back_to(text, chains)?;
        kept.push((format!("{}{chain}", key::BACK_TO), block.to_string()));
    }
    if let Some(direction) = following.direction {
        kept.push((key::DIRECTION.to_owned(), Direction::from(direction).to_string()));
    }
    if let Some(rule) = following.rule {
        kept.push((key::RULE.to_owned(), Rules::from(rule).to_string()));
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

/// The sources of prices, by what was typed and by what the case says, and whether there is a file of prices. Refuses a
/// file that no source reads, and a source without its file.
pub(crate) fn check_prices(
    typed: &[(String, String)],
    kept: &BTreeMap<String, String>,
) -> Result<(Vec<PriceSource>, bool), Error> {
    let typed = |wanted: &str| typed.iter().find(|(key, _)| key == wanted).map(|(_, value)| value);
    let file = typed(key::PRICES);
    let has_file = file.is_some() || kept.contains_key(key::PRICES);
    let order = typed(key::PRICE_SOURCES);
    let sources = PriceSource::of_setting(order.or_else(|| kept.get(key::PRICE_SOURCES)));
    let has_csv = sources.contains(&PriceSource::Csv);
    if order.is_some() && has_csv && !has_file {
        return Err(Error::usage(
            "--price-source csv needs a file of prices",
            "give a file with --prices, or leave csv out",
        ));
    }
    if file.is_some() && !has_csv {
        return Err(Error::usage(
            "--prices gives a file, and the case takes prices from other sources",
            "name the sources with --price-source, csv in the place where it counts",
        ));
    }
    Ok((sources, has_file))
}

/// Where prices come from, as a setting of the case, if it was typed.
pub(crate) fn price_sources(naming: &Naming) -> Result<Option<(String, String)>, Error> {
    let typed = &naming.price_source;
    let named = |name: &PriceSourceName| match name {
        PriceSourceName::Csv => Some(PriceSource::Csv),
        PriceSourceName::Chain => Some(PriceSource::Chain),
        PriceSourceName::Stable => Some(PriceSource::Stable),
        PriceSourceName::None => None,
    };
    let mut sources: Vec<PriceSource> = Vec::new();
    for source in typed.iter().filter_map(named) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    if typed.contains(&PriceSourceName::None) && !sources.is_empty() {
        return Err(Error::usage(
            "--price-source: none and another source contradict each other",
            "give none alone, or the sources in the order in which they count",
        ));
    }
    if !typed.is_empty() && naming.prices.is_some() && !sources.contains(&PriceSource::Csv) {
        return Err(Error::usage(
            "--price-source does not name the file that --prices gives",
            "add csv to the sources, in the place where it counts, or leave --prices out",
        ));
    }
    let setting = || (key::PRICE_SOURCES.to_owned(), PriceSource::to_setting(&sources));
    Ok((!typed.is_empty()).then(setting))
}

pub(crate) fn read_prices(path: &Path) -> Result<String, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::File {
        action: "read",
        path: path.into(),
        error,
    })?;
    Prices::parse(text.as_bytes(), &path.display().to_string())?;
    Ok(text)
}

pub(crate) fn parse_until(text: &str, chains: &Chains) -> Result<(Option<ChainId>, Until), Error> {
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
                format!("--until: `{}` is no block", sanitize_claim(when, 40)),
                "give a block number, a day like 2022-03-29, `finalized` or `latest`",
            )
        })?),
    };
    Ok((chain, until))
}

/// A chain's id or `all`, and a block.
fn parse_back_to(text: &str, chains: &Chains) -> Result<(String, u64), Error> {
    match parse_until(text, chains) {
        Ok((chain, Until::Block(block))) => {
            Ok((chain.map_or_else(|| "all".to_owned(), |chain| chain.to_string()), block))
        }
        _ => Err(Error::usage(
            format!("--back-to: `{}` is no block", sanitize_claim(text, 40)),
            "give a block number, with the chain in front where there are several: ethereum=14190391",
        )),
    }
}

/// `ethereum-0x1234abcd.ftcase`, after the first seed.
fn default_case_path(spec: &SeedSpec, chains: &Chains) -> PathBuf {
    let hex = match &spec.target {
        Target::Transaction { hash, .. } => fundtrail_model::hash_hex(*hash),
        Target::Address { address, .. } => fundtrail_model::checksum(*address),
    };
    let short: String = hex.chars().take(10).collect();
    PathBuf::from(format!("{}-{short}.ftcase", chains.info(spec.chain).slug))
}
