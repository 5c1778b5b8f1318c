//! Requests to those who can act: drafts, made from what the report says and claiming no more.
//!
//! A letter quotes transactions and labels. It does not say that somebody stole, or whose an account is; whatever
//! only a person can know is a place in square brackets.

mod ask;
mod trace;
mod unknown;

use crate::Report;
use crate::document::parts::{paragraph, section};
use crate::document::{Document, Section, Text};
use crate::phrases;
use crate::schema::Action;

/// Whom letters are written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// Exchanges and other services that received the value, or paid it: to preserve records, and to hold it.
    Exchange,
    /// Issuers of tokens that are still held: to freeze them.
    Issuer,
    /// Operators of bridges: to say where what was paid in came out, or where what was paid out was paid in.
    Bridge,
}

impl Addressee {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Exchange, Self::Issuer, Self::Bridge];

    /// The kind of the requests that they get.
    const fn kind(self) -> &'static str {
        match self {
            Self::Exchange => "service",
            Self::Issuer => "issuer",
            Self::Bridge => "bridge",
        }
    }
}

/// A draft of a letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// A name for its file, without an ending: lower-case letters, digits and hyphens, different for each letter.
    pub name: String,
    /// What it says.
    pub document: Document,
}

/// What every page of a letter says.
const DRAFT: &str =
    "DRAFT, not sent: to be completed in the places in [brackets] and reviewed by a lawyer.";
/// What every page of a letter in a reconstruction says besides.
const NOT_REAL: &str = "Not to be sent to anybody.";

/// A letter to each that the report's requests name, in their order. The same report gives the same letters.
#[must_use]
pub fn letters(report: &Report, addressee: Addressee) -> Vec<Letter> {
    let kind = addressee.kind();
    let actions = report.actions.iter().filter(|action| action.kind == kind);
    let letter = |(idx, action): (usize, &Action)| {
        let mut document = document(report, addressee, action);
        // Several may stand in one file.
        for section in &mut document.sections {
            section.anchor = format!("{kind}-{}-{}", idx.saturating_add(1), section.anchor);
        }
        Letter { name: name(idx, &action.whom), document }
    };
    actions.enumerate().map(letter).collect()
}

/// `01-exchange-a`: whatever somebody is called, it is a name for a file in any system.
fn name(idx: usize, whom: &str) -> String {
    let mut name = format!("{:02}", idx.saturating_add(1));
    let words = whom.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        if MAX_NAME < name.len().saturating_add(word.len()) {
            break;
        }
        name.push('-');
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

/// Longest name of a file.
const MAX_NAME: usize = 60;

fn document(report: &Report, addressee: Addressee, action: &Action) -> Document {
    let what = match addressee {
        Addressee::Exchange => "Request to preserve records and to hold funds",
        Addressee::Issuer => "Request to freeze balances",
        Addressee::Bridge => "Request to say where value went on",
    };
    let invented = report.invented.as_ref();
    let banner = invented.map(|text| format!("{DRAFT} {NOT_REAL} Reconstruction: {text}"));
    let mark = invented.map(|_| format!("{DRAFT} {NOT_REAL} {}", phrases::RECONSTRUCTION));
    Document {
        title: format!("{what}: {}", action.whom),
        banner: Some(banner.unwrap_or_else(|| DRAFT.to_owned())),
        mark: Some(mark.unwrap_or_else(|| DRAFT.to_owned())),
        section_mark: invented.map(|_| phrases::RECONSTRUCTION.to_owned()),
        facts: facts(report, action),
        sections: [
            Some(basis()),
            Some(ask::asked(report, addressee, action)),
            Some(ask::quotes(report, addressee, action)),
            ask::deposited(action),
            Some(ask::label(report, addressee, action)),
            Some(trace::traced(report, action)),
            Some(unknown::unknown(report, addressee, action)),
            Some(trace::by_hand(report, action)),
            Some(contact()),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

fn facts(report: &Report, action: &Action) -> Vec<(String, Text)> {
    let to = format!("[legal name, office for legal requests]; in the report: {}", action.whom);
    let mut facts: Vec<(String, Text)> = [
        ("To", to.as_str()),
        ("From", "[who asks: name, authority or firm, postal address]"),
        ("Date", "[day of sending]"),
        ("Reference", "[number of the case]"),
        ("Made with", &report.software),
    ]
    .map(|(name, value)| (name.to_owned(), Text::from(value)))
    .into();
    if let Some(digest) = &report.case_digest {
        facts.push(("Case file, SHA-256".to_owned(), Text::default().code(digest.as_str())));
    }
    facts
}

fn basis() -> Section {
    let mut basis = section("basis", "On what basis");
    basis.blocks.extend([
        paragraph(
            "[Legal basis: the law, order or request for mutual assistance, with its reference, and why it binds or \
             allows the addressee.]",
        ),
        paragraph(
            "[What happened, in the words of whoever asks: to whom, when, number of the report. This draft says only what the public chain shows.]",
        ),
    ]);
    basis
}

/// What only whoever sends it can fill in.
fn contact() -> Section {
    let mut contact = section("contact", "Answer, confidentiality and contact");
    contact.blocks.extend([
        paragraph("[Please answer by: day and time in UTC, and why it is urgent.]"),
        paragraph("[How to send the answer: an address or upload that is safe for personal data.]"),
        paragraph(
            "[Whether the account holder may be told of this request; if not, the legal basis for that, and until when.]",
        ),
        paragraph(
        "[Who answers questions about this request: name, telephone, e-mail, and how to check that they are who they \
         say.]",
        ),
    ]);
    contact
}
