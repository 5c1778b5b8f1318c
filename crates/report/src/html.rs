//! The report as one HTML file that needs nothing else: no network, no other file, and no script to be
//! read.

mod diagram;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Ending, Hop, Party};
use crate::{Error, Report};
use diagram::Diagram;

const STYLE: &str = include_str!("../templates/report.css");
/// Added in a reconstruction, so that every printed page says so.
const STYLE_INVENTED: &str = include_str!("../templates/invented.css");
const SCRIPT: &str = include_str!("../templates/report.js");

/// Paths told hop by hop; the tables have all of them.
const MAX_PATHS: usize = 12;
/// Hops of one path told, or linked.
const MAX_HOPS: usize = 24;

/// With more addresses, their table has no links.
const MAX_PARTY_LINKS: usize = 1_000;

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
    let page = Page {
        report,
        policy,
        style: &style,
        script: SCRIPT,
        diagrams: diagram::diagrams(report),
        paths: paths(report),
        legend: &LEGEND,
    };
    page.render().map_err(|error| Error::Html { reason: error.to_string() })
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// Style class and words of each shape in the pictures.
const LEGEND: [(&str, &str); 10] = [
    ("source", "where it was taken from"),
    ("pass", "passed on"),
    ("held", "held (double frame)"),
    ("service", "service (gabled)"),
    ("sanctioned", "sanctioned (octagon, thick)"),
    ("mixer", "mixer (octagon)"),
    ("bridge", "bridge (arrow)"),
    ("contract", "contract or hub (cut corner)"),
    ("open", "not followed (dashed)"),
    ("gone", "burned or unexplained (dotted)"),
];

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    policy: String,
    style: &'a str,
    script: &'a str,
    diagrams: Vec<Diagram>,
    paths: Vec<Path<'a>>,
    legend: &'a [(&'a str, &'a str)],
}

/// A path told hop by hop.
struct Path<'a> {
    ending: &'a Ending,
    hops: Vec<&'a Hop>,
    left_out: usize,
}

/// The paths that carry most.
fn paths(report: &Report) -> Vec<Path<'_>> {
    let hops: BTreeMap<&str, &Hop> = report.hops.iter().map(|hop| (hop.id.as_str(), hop)).collect();
    let mut endings: Vec<&Ending> =
        report.endings.iter().filter(|ending| !ending.path.is_empty()).collect();
    endings.sort_by_key(|ending| std::cmp::Reverse(ending.share_ppm));
    endings
        .into_iter()
        .take(MAX_PATHS)
        .map(|ending| Path {
            ending,
            hops: ending
                .path
                .iter()
                .take(MAX_HOPS)
                .filter_map(|id| hops.get(id.as_str()).copied())
                .collect(),
            left_out: ending.path.len().saturating_sub(MAX_HOPS),
        })
        .collect()
}

impl Page<'_> {
    /// The hops of a path, or both ends of a long one with how many are left out between them.
    fn steps<'b>(&self, path: &'b [String]) -> (&'b [String], usize, &'b [String]) {
        let half = MAX_HOPS / 2;
        let tail_at = path.len().saturating_sub(half);
        match (path.get(..half), path.get(tail_at..)) {
            (Some(head), Some(tail)) if path.len() > MAX_HOPS => {
                (head, path.len().saturating_sub(MAX_HOPS), tail)
            }
            _ => (path, 0, &[]),
        }
    }

    /// A mark stays with its number.
    fn unbroken(&self, line: &str) -> String {
        line.replace("≈ ", "≈\u{a0}")
    }

    /// Addresses beyond counting are copied, not clicked.
    const fn links_parties(&self) -> bool {
        self.report.parties.len() <= MAX_PARTY_LINKS
    }

    fn party_link<'b>(&self, party: &'b Party) -> Option<&'b str> {
        party.link.as_deref().filter(|_| self.links_parties())
    }

    fn path_count(&self) -> usize {
        self.report.endings.iter().filter(|ending| !ending.path.is_empty()).count()
    }

    /// Only the shapes that the pictures show.
    fn shown_legend(&self) -> Vec<&(&str, &str)> {
        let shown: BTreeSet<&str> = self
            .legend
            .iter()
            .map(|(kind, _)| *kind)
            .filter(|kind| {
                let class = format!("\"n n-{kind}");
                self.diagrams.iter().any(|diagram| diagram.svg.contains(&class))
            })
            .collect();
        self.legend.iter().filter(|(kind, _)| shown.contains(kind)).collect()
    }

    const fn class_of(&self, ending: &Ending) -> &'static str {
        diagram::class_name(ending.kind)
    }
}
