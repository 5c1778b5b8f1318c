//! `fundtrail demo`: the main job on a recorded case.

use std::collections::BTreeMap;
use std::time::Duration;

use fundtrail_fetch::Session;
use fundtrail_labels::Book;
use fundtrail_model::ChainId;
use fundtrail_report::TableName;
use fundtrail_store::Case;
use serde::Deserialize;

use crate::args::Demo;
use crate::budget::Allowance;
use crate::chains::Chains;
use crate::commands;
use crate::destination::{Destination, Format};
use crate::error::{Error, Exit};
use crate::evidence::How;
use crate::job::Job;
use crate::nodes::Nodes;
use crate::presentation::{deliver, key, parse_day, present};
use crate::rules::Rules;
use crate::seeds::SeedSpec;
use crate::settings::Settings;
use crate::{clock, ui};

const SESSIONS: [(u64, &[u8]); 2] = [
    (1, include_bytes!("../../../../data/cases/dprk-900k/session-1.jsonl.gz")),
    (137, include_bytes!("../../../../data/cases/dprk-900k/session-137.jsonl.gz")),
];
const EXPECTED: &str = include_str!("../../../../data/cases/dprk-900k/expected.toml");
const FACTS: &str = include_str!("../../../../data/cases/dprk-900k/facts.toml");
const LISTS: [(&str, &str); 3] = [
    ("demo labels", include_str!("../../../../data/cases/dprk-900k/labels.csv")),
    ("demo listings", include_str!("../../../../data/cases/dprk-900k/listings.csv")),
    ("demo tokens", include_str!("../../../../data/cases/dprk-900k/tokens.csv")),
];
const TITLE: &str = "The $900k case, 2022: a reconstruction";
const REPORTS: [(&str, Format); 3] = [
    ("report.html", Format::Html),
    ("report.json", Format::Json),
    ("report.csv", Format::Table(TableName::Hops)),
];
/// Written where every rule is compared.
const BAND: Option<(&str, Format)> = Some(("report.band.csv", Format::Table(TableName::Band)));
const CASE: &str = "case.ftcase";

/// The part of `expected.toml` that a tracer may know beforehand: the thefts.
#[derive(Deserialize)]
struct Expected {
    seed: Vec<Theft>,
}

#[derive(Deserialize)]
struct Theft {
    spec: String,
}

#[derive(Deserialize)]
struct Facts {
    banner: String,
    fact: Vec<Fact>,
}

#[derive(Deserialize)]
struct Fact {
    text: String,
    source: String,
}

pub(crate) fn run(args: &Demo) -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let mut book = Book::builtin()?;
    for (origin, text) in LISTS {
        book.extend(text.as_bytes(), origin)?;
    }
    std::fs::create_dir_all(&args.out).map_err(|error| Error::File {
        action: "write",
        path: args.out.clone(),
        error,
    })?;
    let settings = settings(args, &chains)?;
    for place in &settings.places {
        place.try_out()?;
    }

    let mut case = fresh_case(&settings)?;
    let mut sessions = BTreeMap::new();
    for (chain, recorded) in SESSIONS {
        sessions.insert(ChainId(chain), Session::read(recorded)?);
    }
    let mut nodes = Nodes::replaying(sessions);
    let job = Job::new(&settings, &chains, &book, (&mut case, &mut nodes), false);
    commands::block_on(job.trace(), None)?;

    let how = How::of_case(&case, &chains, None)?;
    let presented = present(&case, &chains, &how, None)?;
    deliver(&presented.report, &settings.places, None)?;
    ui::talk(&format!("case {}", settings.case_path.display()));
    Ok(Exit::Done)
}

fn settings(args: &Demo, chains: &Chains) -> Result<Settings, Error> {
    let broken = |error: toml::de::Error| {
        Error::failed(
            format!("the demo's files are broken: {}", error.message()),
            "please report it",
        )
    };
    let expected: Expected = toml::from_str(EXPECTED).map_err(broken)?;
    let facts: Facts = toml::from_str(FACTS).map_err(broken)?;
    let specs = expected
        .seed
        .iter()
        .map(|theft| SeedSpec::parse(&theft.spec, chains, None, None, None))
        .collect::<Result<_, _>>()?;
    let as_of = match &args.as_of {
        Some(text) => parse_day("--as-of", text)?,
        None => clock::today()?,
    };
    let mut kept = vec![
        (key::TITLE.to_owned(), TITLE.to_owned()),
        (key::BANNER.to_owned(), facts.banner),
        (key::RULE.to_owned(), Rules::from(args.rule).to_string()),
        (key::AS_OF.to_owned(), as_of.to_string()),
    ];
    for (fact_idx, fact) in facts.fact.into_iter().enumerate() {
        kept.push((format!("{}{fact_idx:02}.text", key::BACKGROUND), fact.text));
        kept.push((format!("{}{fact_idx:02}.source", key::BACKGROUND), fact.source));
    }
    Ok(Settings {
        specs,
        until: Vec::new(),
        rpc: Vec::new(),
        max_rps: Vec::new(),
        timeout: Duration::ZERO,
        allowance: Allowance::default(),
        case_path: args.out.join(CASE),
        places: REPORTS
            .into_iter()
            .chain(BAND.filter(|_| Rules::from(args.rule) == Rules::All))
            .map(|(name, format)| Destination { path: args.out.join(name), format })
            .collect(),
        through: None,
        kept,
    })
}

/// The demo starts anew each time. Only a case file is removed for it, never a file of another kind.
fn fresh_case(settings: &Settings) -> Result<Case, Error> {
    let path = &settings.case_path;
    if path.exists() {
        drop(Case::open(path)?);
        std::fs::remove_file(path).map_err(|error| Error::File {
            action: "replace",
            path: path.clone(),
            error,
        })?;
    }
    Ok(Case::create(path)?)
}
