//! From a case to the report on a wallet: everything comes from the case file, so that the same file gives the same
//! bytes, whether the report is made by the run that filled it or years later.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use fundtrail_graph::{StatementQuestion, statement};
use fundtrail_model::{
    Address, Asset, ChainId, ChainInfo, FlagRule, Patterns, Statement, Timestamp, Window, checksum,
};
use fundtrail_report::wallet::{self, Input, Report, Subject, TableName};
use fundtrail_store::Case;

use crate::behaviour;
use crate::chains::Chains;
use crate::destination::Destination;
use crate::error::Error;
use crate::evidence::{Evidence, How, Valuation};
use crate::names::unnamed;
use crate::opinions::asked_for;
use crate::presentation::{SOFTWARE, endpoints, key, lists, trusted_tokens, with_times};
use crate::ui;
use crate::workbook;

/// What a report on a wallet is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WalletFormat {
    Terminal,
    Html,
    Pdf,
    Markdown,
    Json,
    Xlsx,
    /// One table as CSV.
    Table(TableName),
}

impl WalletFormat {
    /// As one types it, and what it is.
    const fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::Terminal => ("terminal", "Text for a terminal"),
            Self::Html => ("html", "One self-contained page"),
            Self::Pdf => ("pdf", "Pages to print, file and send"),
            Self::Markdown => ("markdown", "The whole text, in the order in which it is read"),
            Self::Json => ("json", "Everything, in a versioned schema"),
            Self::Xlsx => ("xlsx", "Every table in a workbook"),
            Self::Table(TableName::Transfers) => ("csv", "A row per transfer"),
            Self::Table(TableName::Counterparties) => {
                ("counterparties-csv", "A row per counterparty and asset")
            }
            Self::Table(TableName::Categories) => {
                ("categories-csv", "A row per category of counterparties and asset")
            }
            Self::Table(TableName::Listed) => {
                ("listed-csv", "A row per transfer from or to a listed address, then and now")
            }
            Self::Table(TableName::Balances) => {
                ("balances-csv", "A row per asset: before, in, out, fees, after")
            }
            Self::Table(TableName::Flags) => ("flags-csv", "A row per flag, and what it means"),
        }
    }

    /// The format that the name of a file says.
    fn of_file(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        Some(match ending {
            "html" | "htm" => Self::Html,
            "pdf" => Self::Pdf,
            "md" => Self::Markdown,
            "json" => Self::Json,
            "xlsx" => Self::Xlsx,
            "txt" => Self::Terminal,
            "csv" => {
                let table = stem.rsplit_once('.').and_then(|(_, table)| {
                    TableName::ALL.into_iter().find(|of| of.name() == table)
                });
                Self::Table(table.unwrap_or(TableName::Transfers))
            }
            _ => return None,
        })
    }
}

impl ValueEnum for WalletFormat {
    fn value_variants<'a>() -> &'a [Self] {
        use WalletFormat as F;
        static FORMATS: LazyLock<Vec<WalletFormat>> = LazyLock::new(|| {
            let tables = TableName::ALL.map(WalletFormat::Table);
            [F::Terminal, F::Html, F::Pdf, F::Markdown, F::Json, F::Xlsx]
                .into_iter()
                .chain(tables)
                .collect()
        });
        &FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, about) = self.named();
        Some(PossibleValue::new(name).help(about))
    }
}

/// Cents of a US dollar.
const CENTS: u128 = 100;

/// One wallet and the blocks that are reported on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Screened {
    pub(crate) chain: ChainId,
    pub(crate) address: Address,
    pub(crate) window: Window,
}

impl Screened {
    /// The setting of the case that keeps it.
    pub(crate) fn setting(&self) -> (String, String) {
        let (first, last) = (self.window.first(), self.window.last());
        (setting_key(self.chain, self.address), format!("{first}-{last}"))
    }
}

fn setting_key(chain: ChainId, address: Address) -> String {
    format!("{}{chain}:{}", key::SCREEN, checksum(address))
}

/// The key under which `screen` keeps a setting: a trace in the same case keeps its own.
pub(crate) fn own_key(key: &str) -> String {
    match key.strip_prefix(key::RUN) {
        Some(rest) => format!("{}{rest}", key::RUN_SCREENED),
        None => format!("{}{key}", key::SCREENED),
    }
}

/// The settings by which wallets of a case are reported on: those of its trace where `screen` has none of its own.
pub(crate) fn settings_of(case: &Case) -> Result<BTreeMap<String, String>, Error> {
    let mut settings = case.settings()?;
    let own = settings.iter().filter_map(|(name, value)| {
        let of_run = name.strip_prefix(key::RUN_SCREENED).map(|rest| format!("{}{rest}", key::RUN));
        let name = of_run.or_else(|| name.strip_prefix(key::SCREENED).map(str::to_owned))?;
        // Who was asked for the trace was asked for what is known of the wallet, too.
        (!name.starts_with(key::ENDPOINT)).then(|| (name, value.clone()))
    });
    let own: Vec<(String, String)> = own.collect();
    settings.extend(own);
    Ok(settings)
}

/// How wallets of a case are reported on.
pub(crate) fn how(case: &Case, chains: &Chains) -> Result<How, Error> {
    How::of_settings(case, &settings_of(case)?, chains, None)
}

/// The hosts that were asked for a case.
fn hosts(settings: &BTreeMap<String, String>) -> Vec<String> {
    let own = own_key(key::ENDPOINT);
    let own = settings.iter().filter(|(key, _)| key.starts_with(&own));
    let all = endpoints(settings).into_iter().chain(own.map(|(_, origin)| origin.clone()));
    all.collect::<BTreeSet<String>>().into_iter().collect()
}

/// Whom a case was asked to report on, by chain and address.
pub(crate) fn kept(case: &Case, chains: &Chains) -> Result<Vec<Screened>, Error> {
    let settings = case.settings()?;
    let of = |(name, blocks): (&String, &String)| {
        let (chain, address) = chains.place(name.strip_prefix(key::SCREEN)?).ok()?;
        let (first, last) = blocks.split_once('-')?;
        let window = Window::new(first.parse().ok()?, last.parse().ok()?)?;
        Some(Screened { chain: chain?, address, window })
    };
    let mut kept: Vec<Screened> = settings.iter().filter_map(of).collect();
    kept.sort_unstable();
    Ok(kept)
}

/// The blocks over which a case holds anything of an address.
pub(crate) fn looked_at(
    case: &Case,
    chain: ChainId,
    address: Address,
) -> Result<Option<Window>, Error> {
    let coverage = case.coverage(chain)?;
    let mut windows = coverage.iter().filter(|of| of.address == address).map(|of| of.window);
    let Some(first) = windows.next() else { return Ok(None) };
    let (first, last) = windows.fold((first.first(), first.last()), |(first, last), window| {
        (first.min(window.first()), last.max(window.last()))
    });
    Ok(Window::new(first, last))
}

/// Makes the content of the report on wallets of a case.
pub(crate) fn present(
    case: &Case,
    chains: &Chains,
    how: &How,
    screened: &[Screened],
    flag: Option<FlagRule>,
) -> Result<Report, Error> {
    present_noting(case, chains, how, (screened, flag), None)
}

/// Every asset and block of which that report wants the price, with the time of the block.
pub(crate) fn wanted_prices(
    case: &Case,
    chains: &Chains,
    how: &How,
    screened: &[Screened],
) -> Result<Vec<(Asset, u64, Timestamp)>, Error> {
    let asked = RefCell::default();
    present_noting(case, chains, how, (screened, None), Some(&asked))?;
    with_times(case, how, asked.into_inner())
}

fn present_noting(
    case: &Case,
    chains: &Chains,
    how: &How,
    (screened, flag): (&[Screened], Option<FlagRule>),
    asked: Option<&RefCell<BTreeSet<(Asset, u64)>>>,
) -> Result<Report, Error> {
    let evidence = Evidence::load(case)?;
    let marks = case.marks()?;
    let (settings, own_settings) = (settings_of(case)?, case.settings()?);
    let unnamed = unnamed(case, &evidence)?;
    let times = evidence.times();
    let infos = infos(&evidence, chains, screened);
    let tokens = trusted_tokens(case)?;
    let claims: Vec<_> = evidence.chains.iter().flat_map(|of| of.claims.iter().cloned()).collect();
    let accounts: Vec<_> =
        evidence.chains.iter().flat_map(|of| of.accounts.iter().copied()).collect();
    let crowds: Vec<_> = evidence.chains.iter().flat_map(|of| of.crowds.iter().copied()).collect();
    let names =
        behaviour::Names { marks: &marks, chains: &infos, tokens: &tokens, claims: &claims };
    let value = Valuation { how, times: &times };
    let dust_cents = u128::from(behaviour::thresholds(&settings).bait_usd).saturating_mul(CENTS);
    let listed: BTreeSet<Asset> = tokens.iter().map(|token| token.asset).collect();
    let is_vouched = |asset: Asset| asset.contract().is_none() || listed.contains(&asset);
    let graph_chains = evidence.graph_chains();
    let mut found: Vec<(Statement, Patterns, bool)> = Vec::new();
    for of in screened {
        let history = fundtrail_graph::History::new(of.chain);
        let nothing = fundtrail_graph::ChainEvidence::of(&history, of.window.last());
        let known = graph_chains.iter().find(|known| known.chain == of.chain).unwrap_or(&nothing);
        let question = StatementQuestion {
            address: of.address,
            window: of.window,
            marks: &marks,
            today: how.as_of,
            is_vouched: &is_vouched,
            usd_cents: &|asset, amount, block| value.cents_without_node(asset, amount, block),
            dust_cents,
        };
        let place = (of.chain, of.address, of.window);
        let (patterns, is_person) = behaviour::look_at(&evidence, how, &settings, &names, place);
        found.push((statement(known, &question), patterns, is_person));
    }
    let issuers: Vec<_> = screened
        .iter()
        .map(|of| asked_for(&own_settings, chains, (of.chain, of.address)))
        .collect();
    let subjects: Vec<Subject<'_>> = found
        .iter()
        .zip(&issuers)
        .map(|((statement, patterns, is_person), issuers)| Subject {
            statement,
            patterns,
            is_person: *is_person,
            is_named: !unnamed.contains(&statement.chain),
            issuers,
        })
        .collect();
    let with_oracles = screened.iter().filter(|of| !chains.oracles(of.chain).is_empty());
    let has_oracles = with_oracles.map(|of| of.chain).collect();
    let flag = flag
        .or(settings.get(key::FLAG).and_then(|name| FlagRule::from_name(name)))
        .unwrap_or_default();
    let pending = case.counts()?.pending;
    let unfinished = (0 < pending).then(|| {
        format!(
            "the run that fills this case stopped with {pending} pieces still to fetch; give its command again \
             to go on"
        )
    });
    let shown = shown_settings(how, flag, &settings, chains, screened);
    let digest = fundtrail_model::hash_hex(case.digest()?);
    let title = settings.get(key::SCREEN_TITLE).map_or("Wallet report", String::as_str);
    Ok(wallet::content(&Input {
        title,
        invented: settings.get(key::BANNER).map(String::as_str),
        subjects: &subjects,
        chains: &infos,
        blocks: &times,
        marks: &marks,
        claims: &claims,
        tokens: &tokens,
        accounts: &accounts,
        opinions: &case.opinions()?,
        freezes: &case.freezes()?,
        has_oracles: &has_oracles,
        crowds: &crowds,
        hub_counterparties: how.limits.hub_counterparties,
        settings: &shown,
        lists: &lists(&settings),
        endpoints: &hosts(&settings),
        unfinished: unfinished.as_deref(),
        today: how.as_of,
        flag,
        software: SOFTWARE,
        case_digest: Some(&digest),
        price_sources: &how.prices.told(),
        usd: &|asset, amount, block| {
            if let Some(asked) = asked {
                asked.borrow_mut().insert((asset, block));
            }
            value.usd(asset, amount, block)
        },
    }))
}

/// The chains, each with the name that its coin had at the end of what is reported on.
fn infos(evidence: &Evidence, chains: &Chains, screened: &[Screened]) -> Vec<ChainInfo> {
    let mut ends: BTreeMap<ChainId, u64> = BTreeMap::new();
    for of in screened {
        let end = ends.entry(of.chain).or_default();
        *end = of.window.last().max(*end);
    }
    let day = |chain: ChainId, end: u64| {
        let records = evidence.chains.iter().find(|records| records.chain == chain)?;
        let after = records.blocks.partition_point(|block| block.number <= end);
        let last = records.blocks.get(after.checked_sub(1)?)?;
        Timestamp::date(last.timestamp)
    };
    ends.into_iter().map(|(chain, end)| chains.info_on(chain, day(chain, end))).collect()
}

/// The settings that change what a report says.
fn shown_settings(
    how: &How,
    flag: FlagRule,
    settings: &BTreeMap<String, String>,
    chains: &Chains,
    screened: &[Screened],
) -> Vec<(String, String)> {
    let thresholds = behaviour::thresholds(settings);
    let mut shown = vec![
        ("judged as of".to_owned(), how.as_of.to_string()),
        ("listings that make a finding (flag)".to_owned(), flag.to_string()),
        ("counterparties that make a hub".to_owned(), how.limits.hub_counterparties.to_string()),
        (
            "US dollars below which a receipt from a stranger is dust".to_owned(),
            thresholds.bait_usd.to_string(),
        ),
    ];
    let mut ids: Vec<ChainId> = screened.iter().map(|of| of.chain).collect();
    ids.dedup();
    for chain in ids {
        if let Some(words) = settings.get(&format!("{}{chain}", key::END)) {
            let name = chains.info(chain).name;
            shown.push((format!("last block looked at on {name}"), words.clone()));
        }
    }
    shown
}

/// Says what is written where: the format of a file follows from its ending unless `format` is given.
pub(crate) fn destinations(
    paths: &[PathBuf],
    format: Option<WalletFormat>,
) -> Result<Vec<Destination<WalletFormat>>, Error> {
    let place = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let format = WalletFormat::of_file(name).or(format).ok_or_else(|| {
            Error::usage(
                format!("the ending of {} does not say a format", path.display()),
                "end the name in .html, .pdf, .md, .json, .xlsx, .csv or .txt, or give --format",
            )
        })?;
        Ok(Destination { path: path.clone(), format })
    };
    paths.iter().map(place).collect()
}

/// Writes a report to every place it goes, and prints it: as text unless a format was asked for and no file was named.
pub(crate) fn deliver(
    report: &Report,
    places: &[Destination<WalletFormat>],
    format: Option<WalletFormat>,
) -> Result<(), Error> {
    for place in places {
        let folder = place.folder();
        place.write(|to| render(report, place.format, (100, false), &folder, to))?;
    }
    let printed = format.filter(|_| places.is_empty()).unwrap_or(WalletFormat::Terminal);
    let mut bytes = Vec::new();
    let style = (ui::width(), ui::has_colour());
    render(report, printed, style, &std::env::temp_dir(), &mut bytes)?;
    ui::bytes(&bytes);
    for place in places {
        ui::talk(&format!("wrote {}", place.path.display()));
    }
    Ok(())
}

/// Files without a name go to the folder `scratch`.
fn render(
    report: &Report,
    format: WalletFormat,
    (width, has_colour): (usize, bool),
    scratch: &Path,
    to: &mut (dyn Write + Send),
) -> Result<(), Error> {
    let whole = match format {
        WalletFormat::Terminal => wallet::terminal(report, width, has_colour).into_bytes(),
        WalletFormat::Html => {
            fundtrail_report::html_document(&wallet::document(report)).into_bytes()
        }
        WalletFormat::Pdf => wallet::pdf(report)?,
        WalletFormat::Markdown => {
            fundtrail_report::markdown(&wallet::document(report)).into_bytes()
        }
        WalletFormat::Json => wallet::json(report)?,
        WalletFormat::Xlsx => {
            return workbook::write(scratch, || wallet::xlsx(report, scratch, to));
        }
        WalletFormat::Table(table) => return Ok(wallet::csv(report, table, to)?),
    };
    to.write_all(&whole)
        .map_err(|error| Error::failed(format!("cannot write: {error}"), "make room"))
}

#[cfg(test)]
mod tests {
    use super::{TableName, ValueEnum, WalletFormat};

    #[test]
    fn names_of_files_say_the_format() {
        let check = |name: &str, expected: Option<WalletFormat>| {
            assert_eq!(WalletFormat::of_file(name), expected, "{name}");
        };
        check("w.html", Some(WalletFormat::Html));
        check("w.json", Some(WalletFormat::Json));
        check("w.pdf", Some(WalletFormat::Pdf));
        check("w.md", Some(WalletFormat::Markdown));
        check("w.xlsx", Some(WalletFormat::Xlsx));
        check("w.txt", Some(WalletFormat::Terminal));
        check("w.csv", Some(WalletFormat::Table(TableName::Transfers)));
        check("0x12.34.csv", Some(WalletFormat::Table(TableName::Transfers)));
        for table in TableName::ALL {
            check(&format!("w.{}.csv", table.name()), Some(WalletFormat::Table(table)));
        }
        check("w", None);
        check("w.doc", None);
        let names: Vec<_> = WalletFormat::value_variants().iter().map(|of| of.named().0).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{names:?}");
    }
}
