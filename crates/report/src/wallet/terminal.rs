//! The wallet report for a terminal: what a reader decides by. The rest is in the files.

use super::schema::{Report, Wallet};
use super::summary::sums;
use crate::phrases::RECONSTRUCTION;
use crate::terminal::{Page, Style};

/// Counterparties that are told.
const MOST_COUNTERPARTIES: usize = 10;
/// Transactions of one flag that are told.
const MOST_TRANSACTIONS: usize = 3;

/// The answers for each wallet, its flags with what they mean, and those with whom it dealt most, as plain text of at
/// most `width` columns (40 to 160), hashes and addresses apart, which are never broken. With `colour`, ANSI colours
/// are added; nothing is said by colour alone.
#[must_use]
pub fn terminal(report: &Report, width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    page.line(0, Style::Strong, &report.title);
    if let Some(invented) = &report.invented {
        page.paragraph(0, Style::Notice, &format!("RECONSTRUCTION: {invented}"));
    }
    page.paragraph(0, Style::Faint, &format!("{}, as of {}", report.software, report.today));
    if let Some(unfinished) = &report.unfinished {
        page.paragraph(0, Style::Alert, &format!("NOT FINISHED: {unfinished}"));
    }
    for of in &report.wallets {
        wallet(&mut page, report, of);
    }
    page.blank();
    let files = "This is a summary. For every transfer and counterparty: --out wallet.html, .pdf, .md, .json, .xlsx, .csv or .counterparties.csv.";
    page.paragraph(0, Style::Strong, files);
    page.finish()
}

fn wallet(page: &mut Page, report: &Report, of: &Wallet) {
    if 1 < report.wallets.len() {
        section(page, report, &format!("{}: {}", of.id, of.address));
    }
    for answer in &of.summary {
        page.blank();
        let style = if answer.is_alert { Style::Alert } else { Style::Strong };
        page.line(0, style, answer.question);
        for line in &answer.lines {
            page.paragraph(2, Style::Plain, line);
        }
    }
    if !of.flags.is_empty() {
        section(page, report, "What flags mean");
        for flag in &of.flags {
            page.paragraph(2, Style::Strong, &format!("{} {}", flag.id, flag.kind));
            page.paragraph(4, Style::Plain, flag.means);
            for hash in flag.transactions.iter().take(MOST_TRANSACTIONS) {
                page.field(4, "transaction", hash);
            }
            if MOST_TRANSACTIONS < flag.transactions.len() {
                page.line(4, Style::Plain, "and more: the JSON report has them");
            }
        }
    }
    section(page, report, "With whom it dealt most");
    for other in of.counterparties.iter().take(MOST_COUNTERPARTIES) {
        let address = other.address.as_deref().unwrap_or("no address");
        page.paragraph(2, Style::Strong, &format!("{address}, {}", other.name_text()));
        page.field(4, "was", &other.categories.join("; "));
        if !other.received.is_empty() {
            page.field(4, "in", &sums(&other.received));
        }
        if !other.sent.is_empty() {
            page.field(4, "out", &sums(&other.sent));
        }
        let count = other.transfers_in.saturating_add(other.transfers_out);
        let (first, last) = (other.first.when(), other.last.when());
        page.field(4, "transfers", &format!("{count}, first {first}, last {last}"));
        for text in other.verdicts.iter().chain(&other.notes) {
            page.field(4, "note", text);
        }
    }
    let more = of.counterparties.len().saturating_sub(MOST_COUNTERPARTIES);
    if 0 < more {
        page.paragraph(2, Style::Notice, &format!("and {more} more: the files have all"));
    }
    section(page, report, "What is not known");
    for line in &of.not_known {
        page.paragraph(2, Style::Plain, line);
    }
}

/// A heading; in a reconstruction every section says that it is one.
fn section(page: &mut Page, report: &Report, heading: &str) {
    page.heading(heading);
    if report.invented.is_some() {
        page.paragraph(0, Style::Notice, RECONSTRUCTION);
    }
}
