//! The report as one HTML file that needs nothing else: no network, no other file, and no script to be
//! read.

mod cell;
mod data;
mod document;
mod flow;
mod grid;
mod markup;
mod svg;
mod tables;

pub use document::html_document;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use data::Data;
use flow::Assets;

use crate::schema::{BandPlace, Finding, Hop, Lead, LeadItem, Path, PathSet, PathStep};
use crate::{Error, Report, content, diagram, phrases};

const STYLE: &str = include_str!("../templates/report.css");
/// Added in a reconstruction, so that every printed page says so.
const STYLE_INVENTED: &str = include_str!("../templates/invented.css");
/// One script: its parts share a scope.
const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("../templates/js/page.js"),
    include_str!("../templates/js/cell.js"),
    include_str!("../templates/js/grid.js"),
    include_str!("../templates/js/edge.js"),
    include_str!("../templates/js/shape.js"),
    include_str!("../templates/js/flow.js"),
    include_str!("../templates/js/sift.js"),
    include_str!("../templates/js/start.js"),
    "})();\n"
);

/// Places whose paths are told hop by hop.
const MAX_PLACES: usize = 12;
/// Hops of one path told, or linked.
const MAX_HOPS: usize = 24;

/// Places of one asset that are shown by every rule.
const MAX_BAND_PLACES: usize = 400;

/// Listed addresses that are told one by one; others are rows of a table.
const MAX_FINDINGS: usize = 50;

/// The report as one HTML page. It works from a file, loads nothing, and its content security policy
/// allows only its own style and script, by their hashes. Links to block explorers are the only
/// addresses in it.
///
/// # Errors
///
/// If the template engine fails, which no content causes.
pub fn html(report: &Report) -> Result<String, Error> {
    let style = match report.invented {
        Some(_) => format!("{STYLE}{STYLE_INVENTED}"),
        None => STYLE.to_owned(),
    };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        digest(&style),
        digest(SCRIPT)
    );
    let mut data = Data::default();
    let told = report.findings.len().min(MAX_FINDINGS);
    let (findings, more) = report.findings.split_at(told);
    let (mut quotes, mut movements) = (Vec::new(), Vec::new());
    for (action, number) in report.actions.iter().zip(1..) {
        quotes.push(tables::quotes(report, action, number).write(&mut data));
    }
    for (finding, number) in findings.iter().zip(1..) {
        movements.push(tables::movements(report, finding, number).write(&mut data));
    }
    let listed = match more {
        [] => String::new(),
        more => tables::listed(report, more).write(&mut data),
    };
    let assets = Assets::of(report);
    let page = Page {
        report,
        policy,
        style: &style,
        script: SCRIPT,
        flows: flows(report, &assets, &mut data),
        assets: assets.names(),
        paths: paths(report),
        findings,
        quotes,
        movements,
        listed,
        open_ends: tables::open_ends(report).write(&mut data),
        endings: tables::endings(report).write(&mut data),
        hops: tables::hops(report).write(&mut data),
        parties: tables::parties(report).write(&mut data),
        data: data.finish(),
    };
    page.render().map_err(|error| Error::Html { reason: error.to_string() })
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    policy: String,
    style: &'a str,
    script: &'a str,
    flows: Vec<Flow>,
    paths: Vec<PathsTo<'a>>,
    /// What the pictures can be filtered by: name and decimals.
    assets: Vec<(&'a str, Option<u8>)>,
    /// Those that are told one by one.
    findings: &'a [Finding],
    /// The tables, as markup.
    quotes: Vec<String>,
    movements: Vec<String>,
    listed: String,
    open_ends: String,
    endings: String,
    hops: String,
    parties: String,
    /// What the script reads.
    data: String,
}

/// The picture of one chain as inline SVG, so that it shows without a script.
struct Flow {
    chain_name: String,
    svg: String,
    /// What the picture leaves out, a sentence each.
    notes: Vec<String>,
    legend: Vec<(&'static str, &'static str)>,
}

fn flows(report: &Report, assets: &Assets<'_>, data: &mut Data) -> Vec<Flow> {
    let facts = flow::Facts::of(report, assets);
    diagram::diagrams(report)
        .into_iter()
        .enumerate()
        .map(|(idx, diagram)| {
            facts.write(&diagram, data);
            Flow {
                svg: svg::svg(&diagram.graph, &diagram.picture, idx),
                chain_name: diagram.graph.chain_name,
                notes: diagram.notes,
                legend: diagram.legend,
            }
        })
        .collect()
}

/// A place and the paths to it.
struct PathsTo<'a> {
    set: &'a PathSet,
    paths: Vec<Told<'a>>,
}

/// A path told hop by hop.
struct Told<'a> {
    path: &'a Path,
    steps: Vec<(&'a Hop, &'a PathStep)>,
    left_out: usize,
}

/// The places that carry most, as many as are read.
fn paths(report: &Report) -> Vec<PathsTo<'_>> {
    let told = |path| told(report, path);
    let sets = report.paths.iter().take(MAX_PLACES);
    sets.map(|set| PathsTo { set, paths: set.paths.iter().map(told).collect() }).collect()
}

fn told<'a>(report: &'a Report, path: &'a Path) -> Told<'a> {
    let steps = path.steps.iter().take(MAX_HOPS);
    Told {
        path,
        steps: steps.filter_map(|step| Some((report.hop(&step.hop)?, step))).collect(),
        left_out: path.steps.len().saturating_sub(MAX_HOPS),
    }
}

impl Page<'_> {
    /// The first of many places: those that got most.
    fn shown_places<'b>(&self, places: &'b [BandPlace]) -> &'b [BandPlace] {
        places.get(..MAX_BAND_PLACES).unwrap_or(places)
    }

    /// What each threshold says, its name in settings, and its value.
    fn thresholds(&self) -> Vec<(String, &'static str, u64)> {
        let thresholds = self.report.behaviour.thresholds.iter();
        thresholds.map(|(name, value)| (content::threshold(name, *value), *name, *value)).collect()
    }

    const fn leads_title(&self) -> &'static str {
        phrases::LEADS_TITLE
    }

    const fn leads_words(&self) -> &'static str {
        phrases::LEADS
    }

    /// The first movements of a lead, as many as are read.
    fn first_items<'b>(&self, lead: &'b Lead) -> &'b [LeadItem] {
        lead.items.get(..MAX_BAND_PLACES).unwrap_or(&lead.items)
    }

    /// A mark stays with its number.
    fn unbroken(&self, line: &str) -> String {
        line.replace("≈ ", "≈\u{a0}")
    }

    /// Only the shapes that the pictures show.
    fn shown_legend(&self) -> Vec<(&str, &str, String)> {
        let is_shown = |kind: &str| {
            self.flows.iter().any(|flow| flow.legend.iter().any(|(shown, _)| *shown == kind))
        };
        let shown = diagram::legend(self.report, is_shown);
        shown.into_iter().map(|(kind, says)| (kind, says, svg::sample(kind))).collect()
    }
}
