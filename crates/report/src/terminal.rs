//! The report for a terminal: the answers first, the steps last.

mod band;
mod behaviour;
mod leads;
pub(crate) mod page;
mod paths;
mod steps;
mod summary;

use crate::Report;
use crate::schema::{Action, Finding, LedgerLine, Money, Seed, Words};
pub(crate) use page::{Page, Style};

/// More of a kind are counted and left to the other formats: a terminal is read from its end.
const MAX_ITEMS: usize = 40;

/// The whole report as plain text of at most `width` columns (40 to 160), hashes and addresses apart, which
/// are never broken. With `colour`, ANSI colours are added; nothing is said by colour alone.
#[must_use]
pub fn terminal(report: &Report, width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    answers(&mut page, report);
    if !report.background.is_empty() {
        section(&mut page, report, "Background: public facts");
        for fact in &report.background {
            page.paragraph(2, Style::Plain, &format!("{} [{}]", fact.text, fact.source));
        }
    }
    section(&mut page, report, report.words.seeds);
    for seed in capped(&mut page, &report.seeds) {
        stolen(&mut page, seed);
    }
    section(&mut page, report, "Closing ledger");
    for line in capped(&mut page, &report.ledger) {
        ledger(&mut page, report.words, line);
    }
    section(&mut page, report, report.words.requests);
    if let Some(shared) = report.shared_requests() {
        page.paragraph(2, Style::Notice, &shared);
    }
    for action in capped(&mut page, &report.actions) {
        request(&mut page, report.words, action);
    }
    section(&mut page, report, "Sanctions");
    for finding in capped(&mut page, &report.findings) {
        sanction(&mut page, finding);
    }
    if !report.opinions.is_empty() {
        section(&mut page, report, "Second opinions on the chain");
        for opinion in capped(&mut page, &report.opinions) {
            let style = if opinion.is_disagreement { Style::Alert } else { Style::Plain };
            let party = &opinion.party;
            let text = format!("{}, {}: {}", party.name, party.address, opinion.statement);
            page.paragraph(2, style, &text);
        }
    }
    leads::whole(&mut page, report);
    steps::certainty(&mut page, report);
    steps::endings(&mut page, report);
    paths::main(&mut page, report);
    behaviour::whole(&mut page, report);
    steps::parties(&mut page, report);
    steps::method(&mut page, report);
    page.finish()
}

/// What can be acted on, in about a hundred lines: the five answers, the closing ledger, whom to ask
/// with what to quote, every listed address, and the leads in a line each. [`terminal()`] has the rest. Width and colour are as
/// there.
#[must_use]
pub fn terminal_summary(report: &Report, width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    answers(&mut page, report);
    summary::ledger(&mut page, report);
    summary::requests(&mut page, report);
    summary::sanctions(&mut page, report);
    leads::summary(&mut page, report);
    band::summary(&mut page, report);
    behaviour::summary(&mut page, report);
    page.blank();
    page.paragraph(
        0,
        Style::Strong,
        "This is a summary. For everything, hop by hop: --out report.html, or .txt, .json, .csv.",
    );
    page.finish()
}

/// The paths alone, of every place that the report tells of. Width and colour are as in [`terminal()`].
#[must_use]
pub fn terminal_paths(report: &Report, width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    heading(&mut page, report);
    paths::all(&mut page, report);
    page.finish()
}

/// The first screen.
fn answers(page: &mut Page, report: &Report) {
    heading(page, report);
    for answer in &report.summary {
        page.blank();
        let style = if answer.is_alert { Style::Alert } else { Style::Strong };
        page.line(0, style, answer.question);
        for line in &answer.lines {
            page.paragraph(2, Style::Plain, line);
        }
    }
}

/// What it is a report of.
fn heading(page: &mut Page, report: &Report) {
    page.line(0, Style::Strong, &report.title);
    if let Some(invented) = &report.invented {
        page.paragraph(0, Style::Notice, &format!("RECONSTRUCTION: {invented}"));
    }
    page.paragraph(0, Style::Faint, &format!("{}, as of {}", report.software, report.today));
}

/// A heading; in a reconstruction every section says that it is one.
fn section(page: &mut Page, report: &Report, heading: &str) {
    page.heading(heading);
    if report.invented.is_some() {
        page.paragraph(0, Style::Notice, "(reconstruction: see the top)");
    }
}

/// The first of many, and a line that says how many are left out.
fn capped<'a, T>(page: &mut Page, items: &'a [T]) -> impl Iterator<Item = &'a T> + use<'a, T> {
    if items.is_empty() {
        page.line(2, Style::Plain, "None.");
    } else if items.len() > MAX_ITEMS {
        let text = format!(
            "The first {MAX_ITEMS} of {}; the JSON, CSV and HTML reports have all.",
            crate::number::group(&items.len().to_string())
        );
        page.paragraph(2, Style::Notice, &text);
    }
    items.iter().take(MAX_ITEMS)
}

/// "1 place", "1,200 places".
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", crate::number::group(&count.to_string()))
}

fn money(money: &Money) -> String {
    money.with_worth(money.text())
}

fn list(amounts: &[Money]) -> String {
    amounts.iter().map(money).collect::<Vec<_>>().join("; ")
}

fn stolen(page: &mut Page, seed: &Seed) {
    page.line(2, Style::Strong, &format!("{}  {}", seed.id, money(&seed.money)));
    if let Some(from) = &seed.from {
        page.field(4, "from", &format!("{}, {}", from.name, from.address));
    }
    page.field(4, "to", &format!("{}, {}", seed.to.name, seed.to.address));
    page.field(4, "when", &format!("{}, {}", seed.place.chain_name, seed.place.time_text()));
    page.field(4, "transaction", seed.place.transaction_text());
    page.field(4, "position", &seed.place.position);
}

fn ledger(page: &mut Page, words: &Words, line: &LedgerLine) {
    let title = format!("{} in {} on {}", line.seed, line.asset, line.chain_name);
    page.line(2, Style::Strong, &title);
    // Amounts of one line share one asset, which the title names: here they line up as numbers.
    let number =
        |money: &Money| crate::number::group(money.decimal.as_deref().unwrap_or(&money.base_units));
    let mut rows = vec![
        ("seeded".to_owned(), number(&line.seeded)),
        ("+ converted in".to_owned(), number(&line.converted_in)),
        (format!("= {}", words.came), number(&line.came)),
        ("converted out".to_owned(), number(&line.converted_out)),
    ];
    for ending in &line.endings {
        let count = if ending.count == 1 { words.ending } else { words.endings };
        rows.push((
            format!("+ {} ({} {count})", ending.class, ending.count),
            number(&ending.money),
        ));
    }
    rows.push(("= accounted for".to_owned(), number(&line.went)));
    page.columns(4, &rows);
    if line.closes {
        page.line(4, Style::Good, "closes: yes");
    } else {
        page.line(4, Style::Alert, "closes: NO");
    }
}

fn request(page: &mut Page, words: &Words, action: &Action) {
    page.paragraph(2, Style::Strong, &format!("{}, {}: {}", action.id, action.kind, action.whom));
    page.paragraph(4, Style::Plain, &list(&action.totals));
    page.paragraph(4, Style::Plain, &action.what);
    if let Some(shared) = action.shared() {
        page.paragraph(4, Style::Notice, &shared);
    }
    for item in capped(page, &action.items) {
        let place = &item.place;
        let text = format!("{}  {} of {}", item.ending, item.money.text(), item.seed);
        page.paragraph(4, Style::Plain, &text);
        page.field(6, "at", &item.at.address);
        page.field(6, words.arrived, &format!("{}, {}", place.time_text(), place.position));
        page.field(6, "transaction", place.transaction_text());
        for known in action.known(item) {
            let mark = if known.is_alert { "! " } else { "" };
            page.field(6, known.topic.words(), &format!("{mark}{}", known.text));
            if let Some(at) = known.address {
                page.field(8, "address", &at.address);
            }
            for (what, place) in known.transactions {
                page.field(
                    8,
                    what,
                    &format!("{}, {}", place.transaction_text(), place.time_text()),
                );
            }
        }
    }
}

fn sanction(page: &mut Page, finding: &Finding) {
    let is_alert = finding.is_flagged && finding.is_in_force;
    let style = if is_alert { Style::Alert } else { Style::Strong };
    let party = &finding.party;
    page.paragraph(2, style, &format!("{}, {}", party.name, party.address));
    page.field(4, "listing", &finding.listing);
    page.field(4, "verdict", finding.verdict);
    if !finding.is_flagged {
        page.field(4, "finding", "no, by the setting of what counts as one");
    }
    page.field(4, "status", &finding.statement);
    page.field(4, finding.role, &list(&finding.totals));
    page.field(4, "source", &finding.source);
    if let Some(list) = &finding.list {
        page.field(4, "list", list);
    }
    for transfer in capped(page, &finding.transfers) {
        let text = format!(
            "{}  {}  {}; {}",
            transfer.id,
            transfer.place.time_text(),
            list(&transfer.stolen),
            transfer.lead
        );
        page.paragraph(4, Style::Plain, &text);
        page.field(6, "transaction", transfer.place.transaction_text());
    }
}
