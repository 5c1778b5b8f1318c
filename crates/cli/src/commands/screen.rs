//! `fundtrail screen`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fundtrail_model::{Address, ChainId, FlagRule, Window, checksum, sanitize_claim};
use fundtrail_store::Case;

use crate::args::Screen;
use crate::behaviour;
use crate::chains::Chains;
use crate::clock;
use crate::commands;
use crate::config::Config;
use crate::error::{Error, Exit};
use crate::job::Job;
use crate::names::{check_lists_of_trace, name_all_anew};
use crate::opinions;
use crate::presentation::{key, parse_day};
use crate::prices::ask::ask as ask_prices;
use crate::settings::{Settings, Start, Until, check_prices, price_sources, read_prices};
use crate::ui;
use crate::wallet::{
    self, Screened, deliver, destinations, kept, looked_at, own_key, present, settings_of,
};

/// `again` is the command that goes on where this one stops.
pub(crate) fn run(args: &Screen, again: &str) -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let places = destinations(&args.out, args.format)?;
    for place in &places {
        place.try_out_file()?;
    }
    let flag = args.naming.flag.map(FlagRule::from);
    let (case, screened, spent) = match (&args.case, args.addresses.is_empty()) {
        (Some(path), true) => {
            refuse_what_needs_addresses(args)?;
            let case = Case::open_read_only(path)?;
            let screened = kept(&case, &chains)?;
            if screened.is_empty() {
                return Err(Error::usage(
                    "no wallet of this case was reported on before",
                    "name one: with --offline from what the case holds, or with --from to fetch it",
                ));
            }
            (case, screened, None)
        }
        _ if args.offline => {
            let (case, screened) = offline(args, &chains)?;
            (case, screened, None)
        }
        _ => fetched(args, &chains, again)?,
    };
    let how = wallet::how(&case, &chains)?;
    let report = present(&case, &chains, &how, &screened, flag)?;
    deliver(&report, &places, args.format)?;
    ui::talk(&format!("case {}", case.path().display()));
    if let Some(spent) = spent {
        ui::warning(&format!("this run stopped when {spent}; to go on:\n  {again}"));
    }
    let is_flagged = report.wallets.iter().any(|of| of.is_flagged);
    if args.verdict.fail_on.is_some() && !is_flagged && !report.wallets.iter().all(|of| of.is_named)
    {
        ui::warning(
            "whether anybody is listed is not known: not everybody was looked up in the lists",
        );
        return Ok(Exit::Incomplete);
    }
    let is_complete = report.wallets.iter().all(|of| of.is_complete);
    Ok(super::verdict(&args.verdict, is_flagged, is_complete))
}

/// Without an address nothing is fetched and nothing is written: what would change the case makes no sense then.
fn refuse_what_needs_addresses(args: &Screen) -> Result<(), Error> {
    let naming = &args.naming;
    let typed = [
        ("--rpc", !args.nodes.rpc.is_empty()),
        ("--from", args.from.is_some()),
        ("--to", args.to.is_some()),
        ("--labels", !naming.labels.is_empty()),
        ("--prices", naming.prices.is_some()),
        ("--price-source", !naming.price_source.is_empty()),
        ("--as-of", naming.as_of.is_some()),
        ("--title", args.title.is_some()),
        ("--second-opinions", naming.second_opinions),
    ];
    match typed.into_iter().find(|(_, is_typed)| *is_typed) {
        Some((flag, _)) => Err(Error::usage(
            format!("{flag} changes what the case holds, and no address says of whom"),
            "name the wallet, too",
        )),
        None => Ok(()),
    }
}

/// Reports on what a case holds, by the names that it keeps.
fn offline(args: &Screen, chains: &Chains) -> Result<(Case, Vec<Screened>), Error> {
    let Some(path) = &args.case else {
        return Err(Error::usage("--offline needs a case", "name it with --case"));
    };
    let (chain, addresses) =
        super::fetch::addresses(&args.addresses, args.chain.as_deref(), chains)?;
    let mut case = Case::open(path)?;
    let judged = judged(args, &settings_of(&case)?)?;
    let before = kept(&case, chains)?;
    let mut screened = Vec::new();
    for address in addresses {
        let same = before.iter().find(|of| (of.chain, of.address) == (chain, address));
        let held = match same {
            Some(of) => Some(of.window),
            None => looked_at(&case, chain, address)?,
        };
        let block = |flag: &str, typed: Option<&String>, held: Option<u64>| match typed {
            Some(text) => text.parse().map_err(|_| {
                Error::usage(
                    format!("{flag}: `{}` is no block", sanitize_claim(text, 40)),
                    "give a block number: which one a day begins with only a node can say",
                )
            }),
            None => held.ok_or_else(|| {
                Error::usage(
                    format!("the case was never asked about {}", checksum(address)),
                    "fetch it: leave out --offline and give --from",
                )
            }),
        };
        let first = block("--from", args.from.as_ref(), held.map(Window::first))?;
        let last = block("--to", args.to.as_ref(), held.map(Window::last))?;
        let window = Window::new(first, last).ok_or_else(|| {
            Error::usage("--to comes before --from", "give a later block with --to")
        })?;
        screened.push(Screened { chain, address, window });
    }
    keep(&mut case, &judged, &screened)?;
    Ok((case, screened))
}

type Fetched = (Case, Vec<Screened>, Option<String>);

/// Fetches what the case lacks, names it, and reports on that.
fn fetched(args: &Screen, chains: &Chains, again: &str) -> Result<Fetched, Error> {
    let (chain, addresses) =
        super::fetch::addresses(&args.addresses, args.chain.as_deref(), chains)?;
    let settings = settings(args, chains, (chain, &addresses))?;
    let book = commands::lists::book(&args.naming.labels, args.naming.allow_unsourced)?;
    let mut nodes = super::nodes(&args.tape, &settings, chains)?;
    // Before a case is made. One that cannot be read is refused below.
    let before = Case::open_read_only(&settings.case_path);
    let judged =
        judged(args, &before.map_or_else(|_| Ok(BTreeMap::new()), |of| settings_of(&of))?)?;
    let mut case = commands::trace::open_or_create(&settings.case_path)?;
    check_lists_of_trace(&case, &book)?;
    let start = start(args, &kept(&case, chains)?, (chain, &addresses))?;
    let work = async {
        let job = Job::new(&settings, chains, &book, (&mut case, &mut nodes), true);
        let (window, end, spent) = job.fetch(chain, &addresses, start).await?;
        case.set_setting(&own_key(&format!("{}{chain}", key::END)), &end.words)?;
        for (chain, origin) in nodes.origins() {
            case.set_setting(&own_key(&format!("{}{chain}", key::ENDPOINT)), &origin)?;
        }
        name_all_anew(&mut case, &book)?;
        let screened: Vec<Screened> =
            addresses.iter().map(|address| Screened { chain, address: *address, window }).collect();
        keep(&mut case, &judged, &screened)?;
        if args.naming.second_opinions {
            let others = dealt_with(&case, chain, &addresses, window)?;
            let about = (&addresses[..], others, window);
            opinions::ask_about(&mut case, &mut nodes, chains, chain, about).await?;
        }
        let how = wallet::how(&case, chains)?;
        if how.prices.asks_chain() {
            let wanted = wallet::wanted_prices(&case, chains, &how, &screened)?;
            ask_prices(&mut case, &mut nodes, chains, &how, wanted).await?;
        }
        Ok((screened, spent))
    };
    let (screened, spent) = commands::block_on(work, Some(again))?;
    if let Some(folder) = &args.tape.record {
        nodes.write_recordings(folder)?;
    }
    Ok((case, screened, spent))
}

/// Everybody in the transfers of wallets.
fn dealt_with(
    case: &Case,
    chain: ChainId,
    wallets: &[Address],
    window: Window,
) -> Result<BTreeSet<Address>, Error> {
    let mut who: BTreeSet<Address> = BTreeSet::new();
    for of in case.transfers(chain)? {
        let parties = [of.from, of.to];
        let is_theirs = parties.iter().flatten().any(|party| wallets.contains(party));
        if is_theirs && window.contains(of.position.block) {
            who.extend(parties.into_iter().flatten());
        }
    }
    Ok(who)
}

/// How the report is judged, as settings of its own.
fn judged(args: &Screen, kept: &BTreeMap<String, String>) -> Result<Vec<(String, String)>, Error> {
    let config = Config::load()?;
    let mut judged = behaviour::kept(&config.typologies)?;
    let is_judged = args.offline && args.naming.as_of.is_none() && kept.contains_key(key::AS_OF);
    if !is_judged {
        let day = match &args.naming.as_of {
            Some(day) => parse_day("--as-of", day)?,
            None => clock::today()?,
        };
        judged.push((key::AS_OF.to_owned(), day.to_string()));
    }
    if let Some(flag) = args.naming.flag.map(FlagRule::from).or(config.flag()?) {
        judged.push((key::FLAG.to_owned(), flag.to_string()));
    }
    judged.extend(price_sources(&args.naming)?);
    if let Some(path) = &args.naming.prices {
        judged.push((key::PRICES.to_owned(), read_prices(path)?));
    }
    check_prices(&judged, kept)?;
    let own = |(key, value): (String, String)| (own_key(&key), value);
    let mut judged: Vec<_> = judged.into_iter().map(own).collect();
    if let Some(title) = &args.title {
        judged.push((key::SCREEN_TITLE.to_owned(), sanitize_claim(title, 200)));
    }
    Ok(judged)
}

/// Keeps whom the report is on and how it is judged.
fn keep(case: &mut Case, judged: &[(String, String)], screened: &[Screened]) -> Result<(), Error> {
    let screened: Vec<_> = screened.iter().map(Screened::setting).collect();
    for (key, value) in judged.iter().chain(&screened) {
        case.set_setting(key, value)?;
    }
    Ok(())
}

/// Where to begin: what was typed, else where the case began with all of them.
fn start(
    args: &Screen,
    before: &[Screened],
    (chain, addresses): (ChainId, &[Address]),
) -> Result<Start, Error> {
    if let Some(text) = &args.from {
        return match parse_when("--from", text)? {
            Until::Day(day) => Ok(Start::Day(day)),
            Until::Block(block) => Ok(Start::Block(block)),
            Until::Finalized | Until::Latest => Err(Error::usage(
                format!("--from: `{text}` is no beginning"),
                "give a block or a day",
            )),
        };
    }
    let first = |address: &Address| {
        let same = before.iter().find(|of| (of.chain, of.address) == (chain, *address));
        same.map(|of| of.window.first())
    };
    let known: Option<Vec<u64>> = addresses.iter().map(first).collect();
    match known.and_then(|firsts| firsts.into_iter().min()) {
        Some(first) => Ok(Start::Block(first)),
        None => Err(Error::usage(
            "where to begin is not known",
            "give a block or a day with --from; `--from 0` is the whole history",
        )),
    }
}

/// A block, a day, `finalized` or `latest`.
fn parse_when(flag: &str, text: &str) -> Result<Until, Error> {
    match text {
        "finalized" => Ok(Until::Finalized),
        "latest" => Ok(Until::Latest),
        _ if text.contains('-') => Ok(Until::Day(parse_day(flag, text)?)),
        _ => text.parse().map(Until::Block).map_err(|_| {
            Error::usage(
                format!("{flag}: `{}` is no block", sanitize_claim(text, 40)),
                "give a block number or a day like 2022-03-29",
            )
        }),
    }
}

fn settings(
    args: &Screen,
    chains: &Chains,
    (chain, addresses): (ChainId, &[Address]),
) -> Result<Settings, Error> {
    let config = Config::load()?;
    let until = match &args.to {
        Some(text) => vec![(None, parse_when("--to", text)?)],
        None => Vec::new(),
    };
    let path = match (&args.case, addresses.first()) {
        (Some(path), _) => path.clone(),
        (None, Some(first)) => case_path(chains, chain, *first),
        (None, None) => return Err(Error::usage("no wallet was named", "name one")),
    };
    Settings::of_nodes(&args.nodes, config.rpc, until, path)
}

/// `ethereum-0x1234abcd.wallet.ftcase`, after the first address.
fn case_path(chains: &Chains, chain: ChainId, address: Address) -> PathBuf {
    let short: String = checksum(address).chars().take(10).collect();
    Path::new(&format!("{}-{short}.wallet.ftcase", chains.info(chain).slug)).to_path_buf()
}
