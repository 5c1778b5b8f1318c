//! From a case to its reports: everything comes from the case file, so that the same file gives the same
//! bytes, whether the report is made by `trace` or years later by `report`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use fundtrail_graph::Journeys;
use fundtrail_labels::Book;
use fundtrail_labels::prices::{Prices, UsdCents};
use fundtrail_model::{
    Address, Asset, Cause, ChainId, ChainInfo, Date, Direction, FlagRule, Limits, Marks,
    Reservation, Rule, SeedId, Timestamp, Trail, Transfer, parse_date,
};
use fundtrail_report::document::document;
use fundtrail_report::{
    Difference, Fact, Imprint, Input, ListLine, Pictures, Report, TableName, ThroughLine,
    TrustedToken, main_places,
};
use fundtrail_store::Case;

use crate::aside::aside;
use crate::behaviour;
use crate::chains::Chains;
use crate::destination::{Destination, Format};
use crate::error::Error;
use crate::evidence::{Evidence, How, Valuation};
use crate::opinions::{asked_issuers, of_trail};
use crate::paths;
use crate::prices::{PriceBook, PriceSource};
use crate::rules::Rules;
use crate::through;
use crate::ui;
use crate::workbook;

/// Names of settings in a case file. Keys that begin with `run.` tell of a run, not of the case.
pub(crate) mod key {
    pub(crate) const TITLE: &str = "title";
    pub(crate) const BANNER: &str = "banner";
    pub(crate) const BACKGROUND: &str = "background.";
    /// Which way it is followed; absent for out.
    pub(crate) const DIRECTION: &str = "direction";
    /// By chain, or for `all` others: the first block to look at where value is followed back.
    pub(crate) const BACK_TO: &str = "back_to.";
    pub(crate) const RULE: &str = "rule";
    pub(crate) const MAX_HOPS: &str = "max_hops";
    pub(crate) const HUB: &str = "hub_counterparties";
    pub(crate) const MIN_SHARE: &str = "min_share_ppm";
    pub(crate) const MIN_USD: &str = "min_usd";
    /// Where to follow on although something stops there.
    pub(crate) const THROUGH: &str = "through.";
    pub(crate) const PRICES: &str = "prices";
    /// Where prices come from, best first; absent for the file alone.
    pub(crate) const PRICE_SOURCES: &str = "price_sources";
    pub(crate) const AS_OF: &str = "as_of";
    /// Which verdicts on listings count as findings.
    pub(crate) const FLAG: &str = "flag";
    pub(crate) const LIST: &str = "list.";
    /// Whom `screen` reported on, by chain and address, and over which blocks.
    pub(crate) const SCREEN: &str = "screen.";
    /// Before a setting that `screen` keeps for itself: what a trace in the same case says does not change by it.
    pub(crate) const SCREENED: &str = "screened.";
    /// By chain: the block at whose end contracts were asked for second opinions.
    pub(crate) const OPINIONS: &str = "opinions.";
    /// By chain and issuer: the blocks whose logs of freezes were read.
    pub(crate) const FREEZES: &str = "freezes.";
    /// The title of that report.
    pub(crate) const SCREEN_TITLE: &str = "screen_title";
    /// What an address that is a seed received and is not followed: this, the seed, and why.
    pub(crate) const LEFT_OUT: &str = "left_out.";
    /// Whom the names of a chain were looked up for: a fingerprint.
    pub(crate) const NAMED: &str = "run.named.";
    pub(crate) const ENDPOINT: &str = "run.endpoint.";
    pub(crate) const SPENT: &str = "run.spent";
    /// The hub gate with which the plan is fetched; absent where everything is.
    pub(crate) const GATE: &str = "run.gate";
    /// How the last block to look at was chosen, per chain.
    pub(crate) const END: &str = "run.end.";
    /// Before a setting that tells of a run, not of the case.
    pub(crate) const RUN: &str = "run.";
    /// As [`SCREENED`], of a setting that tells of a run.
    pub(crate) const RUN_SCREENED: &str = "run.screened.";
    /// The last block that was final when the chain was asked, per chain.
    pub(crate) const FINAL: &str = "run.final.";
}

/// What following does where neither the command line nor the case says otherwise.
pub(crate) const DEFAULT_RULE: Rule = Rule::DirtyFirst;
/// The same for following backward, where dirty-first says nothing.
pub(crate) const DEFAULT_RULE_BACK: Rule = Rule::Fifo;
pub(crate) const DEFAULT_LIMITS: Limits =
    Limits { max_hops: 25, hub_counterparties: 1_000, min_share_ppm: 0 };

/// Names this program in reports.
pub(crate) const SOFTWARE: &str = concat!("fundtrail ", env!("CARGO_PKG_VERSION"));

impl How {
    /// How the case says that it is followed.
    pub(crate) fn of_case(
        case: &Case,
        chains: &Chains,
        book: Option<&Book>,
    ) -> Result<Self, Error> {
        Self::of_settings(case, &case.settings()?, chains, book)
    }

    /// The same, where some of its settings are others than those of its trace.
    pub(crate) fn of_settings(
        case: &Case,
        settings: &BTreeMap<String, String>,
        chains: &Chains,
        book: Option<&Book>,
    ) -> Result<Self, Error> {
        let number = |key: &str, default: u32| {
            settings.get(key).and_then(|text| text.parse().ok()).unwrap_or(default)
        };
        let direction = settings.get(key::DIRECTION).and_then(|name| Direction::from_name(name));
        let direction = direction.unwrap_or_default();
        let rules = settings.get(key::RULE).and_then(|name| Rules::from_name(name));
        let as_of =
            settings.get(key::AS_OF).and_then(|text| parse_date(text)).ok_or_else(|| {
                Error::failed(
                    "the case does not say on which day it was judged",
                    "run `fundtrail trace` on it, or `fundtrail screen` for a report on a wallet",
                )
            })?;
        let prices = match settings.get(key::PRICES) {
            Some(text) => Prices::parse(text.as_bytes(), "prices of the case")?,
            None => Prices::default(),
        };
        let sources = PriceSource::of_setting(settings.get(key::PRICE_SOURCES));
        let prices = PriceBook::of_case(case, sources, prices)?;
        let flag = settings.get(key::FLAG).and_then(|name| FlagRule::from_name(name));
        let min_usd = match settings.get(key::MIN_USD) {
            Some(text) => Some(parse_usd(text)?),
            None => None,
        };
        let mut decimals = BTreeMap::new();
        for token in case.known_tokens()? {
            decimals.insert(Asset::Token(token.chain, token.contract), token.decimals);
        }
        // While a case is being filled its tokens are named by the book: the part of it that the case
        // keeps in the end is the part that matters.
        for token in book.into_iter().flat_map(Book::tokens) {
            decimals.insert(token.asset, token.decimals);
        }
        let seeded = case.seeds()?.into_iter().map(|(_, seed)| seed.asset.chain());
        for chain in case.chains()?.into_iter().chain(seeded) {
            decimals.insert(Asset::Native(chain), chains.info(chain).native.decimals);
        }
        Ok(Self {
            direction,
            back_to: back_to(settings),
            rules: rules.unwrap_or(Rules::One(match direction {
                Direction::Out => DEFAULT_RULE,
                Direction::In => DEFAULT_RULE_BACK,
            })),
            limits: Limits {
                max_hops: number(key::MAX_HOPS, DEFAULT_LIMITS.max_hops),
                hub_counterparties: number(key::HUB, DEFAULT_LIMITS.hub_counterparties),
                min_share_ppm: number(key::MIN_SHARE, DEFAULT_LIMITS.min_share_ppm),
            },
            through: through::of_texts(through_texts(settings)),
            as_of,
            flag: flag.unwrap_or_default(),
            min_usd,
            prices,
            decimals,
            is_spent: settings.contains_key(key::SPENT),
        })
    }
}

/// How far back the case says to look.
fn back_to(settings: &BTreeMap<String, String>) -> BTreeMap<Option<ChainId>, u64> {
    let of = |(key, block): (&String, &String)| {
        let chain = key.strip_prefix(key::BACK_TO)?;
        Some((chain.parse().ok().map(ChainId), block.parse().ok()?))
    };
    settings.iter().filter_map(of).collect()
}

/// Where the case says to follow on, as it keeps it.
fn through_texts(settings: &BTreeMap<String, String>) -> impl Iterator<Item = &String> {
    settings.iter().filter(|(key, _)| key.starts_with(key::THROUGH)).map(|(_, text)| text)
}

/// Reads an amount of USD.
pub(crate) fn parse_usd(text: &str) -> Result<UsdCents, Error> {
    UsdCents::from_decimal(text).ok_or_else(|| {
        Error::usage(format!("`{text}` is no amount of USD"), "write it like 1000 or 99.50")
    })
}

/// A case, followed and ready to be shown.
pub(crate) struct Presented {
    pub(crate) report: Report,
    /// Whether anything touched a listed address in a way that counts.
    pub(crate) is_flagged: bool,
    /// Whether everything was looked at and adds up.
    pub(crate) is_complete: bool,
}

/// Follows a case and makes the content of its report. With `wanted`, an ending or an address, it tells the paths to
/// that place only.
pub(crate) fn present(
    case: &Case,
    chains: &Chains,
    how: &How,
    wanted: Option<&str>,
) -> Result<Presented, Error> {
    present_noting(case, chains, how, wanted, None)
}

/// Every asset and block of which the report of a case wants the price, with the time of the block.
pub(crate) fn wanted_prices(
    case: &Case,
    chains: &Chains,
    how: &How,
) -> Result<Vec<(Asset, u64, Timestamp)>, Error> {
    let asked = RefCell::default();
    present_noting(case, chains, how, None, Some(&asked))?;
    with_times(case, how, asked.into_inner())
}

/// Those of assets whose prices can be told, with the time of the block.
pub(crate) fn with_times(
    case: &Case,
    how: &How,
    asked: BTreeSet<(Asset, u64)>,
) -> Result<Vec<(Asset, u64, Timestamp)>, Error> {
    let times = Evidence::load(case)?.times();
    let with_time = |(asset, block): (Asset, u64)| {
        let is_known = how.decimals.contains_key(&asset);
        let time = times.get(&(asset.chain(), block)).copied()?;
        is_known.then_some((asset, block, time))
    };
    Ok(asked.into_iter().filter_map(with_time).collect())
}

fn present_noting(
    case: &Case,
    chains: &Chains,
    how: &How,
    wanted: Option<&str>,
    asked: Option<&RefCell<BTreeSet<(Asset, u64)>>>,
) -> Result<Presented, Error> {
    let evidence = Evidence::load(case)?;
    let marks = case.marks()?;
    let (trail, trails) = followed(&evidence, how, &marks)?;
    let journeys = Journeys::of(&trail);
    let paths = journeys.to_endings();
    let places = match wanted {
        Some(wanted) => {
            main_places(&trail, paths::only(wanted, journeys.to_places(), chains)?.into_iter())
        }
        None => main_places(&trail, journeys.to_places()),
    };
    drop(journeys);
    let times = evidence.times();
    let settings = case.settings()?;

    let infos: Vec<ChainInfo> = evidence
        .chains
        .iter()
        .map(|records| {
            let last = records.blocks.last().and_then(|block| block.timestamp.date());
            chains.info_on(records.chain, last)
        })
        .collect();
    // Who is in the case for a report on a wallet alone is no part of this.
    let aside = aside(case, chains, trails.iter().chain([&trail]))?;
    let is_ours = |chain: ChainId, address: Address| !aside.contains(&(chain, address));
    let claims: Vec<_> =
        evidence.chains.iter().flat_map(|records| records.claims.iter().cloned()).collect();
    let accounts: Vec<_> =
        evidence.chains.iter().flat_map(|records| records.accounts.iter().copied()).collect();
    let differences: Vec<_> = evidence
        .chains
        .iter()
        .flat_map(|records| records.transfers.iter().filter_map(difference))
        .filter(|of| is_ours(of.asset.chain(), of.address))
        .collect();
    let until = evidence.chains.iter().map(|records| (records.chain, records.until)).collect();
    let tokens = trusted_tokens(case)?;
    let chain_ids = evidence.chains.iter().map(|records| records.chain);
    let issuers = asked_issuers(&settings, chains, chain_ids);
    let (opinions, freezes) = of_trail(case, &settings, &issuers)?;
    let seed_specs: Vec<(String, SeedId)> =
        evidence.seeds.iter().map(|(spec, seed)| (spec.clone(), seed.id)).collect();
    let background: Vec<_> = numbered(&settings, key::BACKGROUND)
        .map(|fact| Fact { text: field(&fact, "text"), source: field(&fact, "source") })
        .collect();
    let lists = lists(&settings);
    let endpoints = endpoints(&settings);
    let unfinished = unfinished(settings.get(key::SPENT), case.counts()?.pending);
    let flag = how.flag;
    let mut shown = shown_settings(how);
    shown.push(("listings that make a finding (flag)".to_owned(), flag.to_string()));
    for (name, what) in settings.range(key::LEFT_OUT.to_owned()..) {
        let Some(of) = name.strip_prefix(key::LEFT_OUT) else { break };
        let seed = of.rsplit_once('.').map_or(of, |(seed, _)| seed);
        shown.push((format!("not counted of {seed}"), what.clone()));
    }
    for records in &evidence.chains {
        if let Some(words) = settings.get(&format!("{}{}", key::END, records.chain)) {
            let name = chains.info(records.chain).name;
            shown.push((
                format!("last block looked at on {name}"),
                format!("{}: {words}", records.until),
            ));
        }
    }
    let names =
        behaviour::Names { marks: &marks, chains: &infos, tokens: &tokens, claims: &claims };
    let found = behaviour::look(&evidence, how, &settings, &names, &trail);
    let through: Vec<ThroughLine> = through_texts(&settings)
        .map(|text| {
            let reached = through::reached(text, &trail, &marks, &times, how.as_of);
            ThroughLine { what: text.clone(), reached }
        })
        .collect();
    // A large case's records take as much memory as what is said of them.
    let mut coverage = evidence.into_coverage();
    coverage.retain(|of| is_ours(of.chain, of.address));
    let value = Valuation { how, times: &times };
    let title = match trail.direction {
        Direction::Out => "Trail of stolen funds",
        Direction::In => "Origin of funds",
    };
    let title = settings.get(key::TITLE).map_or(title, String::as_str);
    let input = Input {
        title,
        invented: settings.get(key::BANNER).map(String::as_str),
        background: &background,
        trail: &trail,
        trails: &trails,
        seed_specs: &seed_specs,
        paths: &paths,
        places: &places,
        chains: &infos,
        blocks: &times,
        marks: &marks,
        claims: &claims,
        tokens: &tokens,
        accounts: &accounts,
        opinions: &opinions,
        freezes: &freezes,
        issuers: &issuers,
        coverage: &coverage,
        differences: &differences,
        patterns: &found.patterns,
        links: &found.links,
        thresholds: &found.thresholds,
        until: &until,
        through: &through,
        settings: &shown,
        lists: &lists,
        endpoints: &endpoints,
        unfinished: unfinished.as_deref(),
        today: how.as_of,
        flag,
        software: SOFTWARE,
        case_digest: Some(fundtrail_model::hash_hex(case.digest()?)),
        price_sources: &how.prices.told(),
        usd: &|asset, amount, block| {
            if let Some(asked) = asked {
                asked.borrow_mut().insert((asset, block));
            }
            value.usd(asset, amount, block)
        },
    };
    let report = fundtrail_report::content(&input);
    let is_disputed = report.opinions.iter().any(|opinion| opinion.is_disagreement);
    let is_flagged = report.findings.iter().any(|finding| finding.is_flagged)
        || (is_disputed && flag != FlagRule::Then);
    let is_complete = unfinished.is_none()
        && is_finished(&trail)
        && !trail.reservations.iter().any(|reservation| {
            matches!(
                reservation,
                Reservation::UnlistedReturn { .. }
                    | Reservation::UnlistedPayment { .. }
                    | Reservation::UnseenFrames { .. }
                    | Reservation::BalanceBelowLots { .. }
                    | Reservation::CrowdedHolder { .. }
            )
        })
        && coverage.iter().all(|found| fundtrail_model::Proof::Reconciled <= found.proof)
        && trails.iter().filter(|trail| trail.rule.conserves()).all(is_finished);
    Ok(Presented { report, is_flagged, is_complete })
}

/// Tokens that the case knows by a list.
pub(crate) fn trusted_tokens(case: &Case) -> Result<Vec<TrustedToken>, Error> {
    let known = case.known_tokens()?.into_iter();
    Ok(known
        .map(|token| TrustedToken {
            asset: Asset::Token(token.chain, token.contract),
            symbol: token.symbol,
            decimals: token.decimals,
            source: token.source,
        })
        .collect())
}

/// The lists that the names of a case come from.
pub(crate) fn lists(settings: &BTreeMap<String, String>) -> Vec<ListLine> {
    numbered(settings, key::LIST)
        .map(|list| ListLine {
            name: field(&list, "name"),
            kind: field(&list, "kind"),
            rows: field(&list, "rows"),
            as_of: field(&list, "as_of"),
            sha256: field(&list, "sha256"),
            origin: field(&list, "origin"),
            source: field(&list, "source"),
        })
        .collect()
}

/// The hosts that were asked for a case.
pub(crate) fn endpoints(settings: &BTreeMap<String, String>) -> Vec<String> {
    let endpoints = settings.iter().filter(|(key, _)| key.starts_with(key::ENDPOINT));
    endpoints.map(|(_, origin)| origin.clone()).collect()
}

/// The trail of the report and, where they are compared, those of every rule.
fn followed(
    evidence: &Evidence,
    how: &How,
    marks: &BTreeMap<(ChainId, Address), Marks>,
) -> Result<(Trail, Vec<Trail>), Error> {
    let trails = match how.rules {
        Rules::One(_) => Vec::new(),
        Rules::All => evidence.follow_by_every_rule(how, marks)?,
    };
    match trails.iter().find(|trail| trail.rule == how.rules.main()) {
        Some(main) => Ok((main.clone(), trails)),
        None => Ok((evidence.follow(how, marks)?, trails)),
    }
}

/// Whether nothing more would have to be looked at.
fn is_finished(trail: &Trail) -> bool {
    !trail.is_lacking() && trail.endings.iter().all(|ending| !ending.kind.class().is_incomplete())
}

/// Why a case does not hold all that following asks for, if its last run stopped early.
fn unfinished(spent: Option<&String>, pending: u64) -> Option<String> {
    let goes_on = "give its command again to go on";
    match spent {
        Some(spent) => Some(format!("the trace that fills this case stopped when {spent}; {goes_on}")),
        None => (0 < pending).then(|| {
            format!(
                "the trace that fills this case was interrupted with {pending} pieces still to fetch; \
                 {goes_on}"
            )
        }),
    }
}

/// What balances say and transfers do not, from the transfer that stands for it.
fn difference(transfer: &Transfer) -> Option<Difference> {
    let address = transfer.from.or(transfer.to)?;
    (transfer.cause == Cause::Unexplained).then_some(Difference {
        address,
        asset: transfer.asset,
        position: transfer.position,
        is_outgoing: transfer.from.is_some(),
        amount: transfer.amount,
    })
}

/// The settings that change what a trail says.
fn shown_settings(how: &How) -> Vec<(String, String)> {
    let mut shown = vec![
        ("rule".to_owned(), how.rules.to_string()),
        ("judged as of".to_owned(), how.as_of.to_string()),
        ("hops at most".to_owned(), how.limits.max_hops.to_string()),
        ("counterparties that make a hub".to_owned(), how.limits.hub_counterparties.to_string()),
        (
            "share of a seed that is followed, in millionths".to_owned(),
            how.limits.min_share_ppm.to_string(),
        ),
    ];
    if how.direction == Direction::In {
        shown.insert(0, ("direction".to_owned(), "in: where value came from".to_owned()));
        shown.extend(how.back_to.iter().map(|(chain, block)| {
            let of = chain.map_or_else(String::new, |chain| format!(" of chain {chain}"));
            (format!("first block looked at{of}"), block.to_string())
        }));
    }
    if let Some(value) = &how.min_usd {
        shown.push(("USD that are followed".to_owned(), value.to_string()));
    }
    shown
}

/// The settings `<prefix>NN.<field>`, one map of fields per number.
fn numbered(
    settings: &BTreeMap<String, String>,
    prefix: &str,
) -> impl Iterator<Item = BTreeMap<String, String>> {
    let mut groups: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (name, value) in settings {
        if let Some((number, field)) =
            name.strip_prefix(prefix).and_then(|rest| rest.split_once('.'))
        {
            groups.entry(number.to_owned()).or_default().insert(field.to_owned(), value.clone());
        }
    }
    groups.into_values()
}

fn field(group: &BTreeMap<String, String>, name: &str) -> String {
    group.get(name).cloned().unwrap_or_default()
}

/// Reads a day that was typed.
pub(crate) fn parse_day(flag: &str, text: &str) -> Result<Date, Error> {
    parse_date(text).ok_or_else(|| {
        Error::usage(format!("{flag}: `{text}` is no day"), "write it like 2022-03-29")
    })
}

/// Writes a report to every place it goes, and prints it to stdout: as a summary in text unless a format
/// was asked for and no file was named for it.
pub(crate) fn deliver(
    report: &Report,
    destinations: &[Destination],
    format: Option<Format>,
) -> Result<(), Error> {
    write(report, destinations)?;
    let printed = format.filter(|_| destinations.is_empty()).unwrap_or(Format::Terminal);
    print(report, printed)?;
    say_where(destinations);
    Ok(())
}

/// Writes a report to every place it goes, and prints its paths to stdout, or all of it in the format that was asked
/// for.
pub(crate) fn deliver_paths(
    report: &Report,
    destinations: &[Destination],
    format: Option<Format>,
) -> Result<(), Error> {
    write(report, destinations)?;
    match format.filter(|format| destinations.is_empty() && *format != Format::Terminal) {
        Some(format) => print(report, format)?,
        None => {
            let text = fundtrail_report::terminal_paths(report, ui::width(), ui::has_colour());
            ui::bytes(text.as_bytes());
        }
    }
    say_where(destinations);
    Ok(())
}

fn write(report: &Report, destinations: &[Destination]) -> Result<(), Error> {
    for destination in destinations {
        if destination.format == Format::CsvSet {
            destination.make_folder()?;
            for table in TableName::ALL {
                let file = destination.inside(table);
                file.write(|to| Ok(fundtrail_report::csv(report, table, to)?))?;
            }
        } else {
            let scratch = destination.folder();
            destination.write(|to| render(report, destination.format, &scratch, to))?;
        }
    }
    Ok(())
}

fn say_where(destinations: &[Destination]) {
    for destination in destinations {
        ui::talk(&format!("wrote {}", destination.path.display()));
    }
}

/// Prints a report to stdout; as text that is a summary.
fn print(report: &Report, format: Format) -> Result<(), Error> {
    if format == Format::Terminal {
        let text = fundtrail_report::terminal_summary(report, ui::width(), ui::has_colour());
        ui::bytes(text.as_bytes());
        return Ok(());
    }
    let mut bytes = Vec::new();
    render(report, format, &std::env::temp_dir(), &mut bytes)?;
    ui::bytes(&bytes);
    Ok(())
}

/// Writes a report that is one file. Files without a name go to the folder `scratch`.
fn render(
    report: &Report,
    format: Format,
    scratch: &Path,
    to: &mut (dyn Write + Send),
) -> Result<(), Error> {
    let whole = match format {
        Format::Terminal => fundtrail_report::terminal(report, 100, false).into_bytes(),
        Format::Html => fundtrail_report::html(report)?.into_bytes(),
        Format::Pdf => {
            let (pictures, imprint) = (Pictures::of(report), Imprint::of(report));
            fundtrail_report::pdf(&document(report), &pictures, &imprint)?
        }
        Format::Markdown => fundtrail_report::markdown(&document(report)).into_bytes(),
        Format::Json => return Ok(fundtrail_report::json(report, to)?),
        Format::Table(table) if !table.is_in(report) => {
            return Err(Error::usage(
                "only one rule was followed: there is nothing to compare",
                "give --rule all",
            ));
        }
        Format::Table(table) => return Ok(fundtrail_report::csv(report, table, to)?),
        Format::Xlsx => {
            return workbook::write(scratch, || fundtrail_report::xlsx(report, scratch, to));
        }
        Format::Graphml => return Ok(fundtrail_report::graphml(report, to)?),
        Format::Gexf => return Ok(fundtrail_report::gexf(report, to)?),
        Format::Dot => return Ok(fundtrail_report::dot(report, to)?),
        Format::Ftm => return Ok(fundtrail_report::ftm(report, to)?),
        Format::CsvSet => {
            return Err(Error::usage(
                "a set of tables is a folder and cannot be printed",
                "name the folder with --out, or one table with --format",
            ));
        }
    };
    to.write_all(&whole)
        .map_err(|error| Error::failed(format!("cannot write: {error}"), "make room"))
}
