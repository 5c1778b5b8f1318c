//! Flows that touched a listed address, and what contracts on the chain say.

use super::{Fields, Kind, Table, borrowed, decimal, joined, or_empty, stolen_or_traced};
use crate::Report;
use crate::schema::{Finding, FindingTransfer, Opinion};

/// One row per movement that touched a listed address, with the listing and both verdicts. `lead_days` is how many days
/// before the listing it was; negative after it.
pub(super) fn findings(report: &Report) -> Table<'_> {
    let findings = report.findings.iter();
    let transfers = findings
        .flat_map(|finding| finding.transfers.iter().map(move |transfer| (finding, transfer)));
    let stolen = |column| stolen_or_traced(report, column);
    Fields::<(&Finding, &FindingTransfer)>::new()
        .party("", |(finding, _)| Some(&finding.party))
        .text("role", |(finding, _)| borrowed(finding.role))
        .text("listing", |(finding, _)| borrowed(&finding.listing))
        .field("listed", Kind::Day, |(finding, _)| borrowed(&finding.listed))
        .field("delisted", Kind::Day, |(finding, _)| or_empty(finding.delisted.as_deref()))
        .text("source", |(finding, _)| borrowed(&finding.source))
        .text("list", |(finding, _)| or_empty(finding.list.as_deref()))
        .number("listings", |(finding, _)| Some(finding.listing_count))
        .code("id", |(_, transfer)| borrowed(&transfer.id))
        .place(|(_, transfer)| Some(&transfer.place))
        .text("asset_name", |(_, transfer)| {
            joined(&transfer.stolen, |money| borrowed(&money.asset))
        })
        .field(stolen("stolen_base_units"), Kind::Units, |(_, transfer)| {
            joined(&transfer.stolen, |money| borrowed(&money.base_units))
        })
        .field(stolen("stolen"), Kind::Amount, |(_, transfer)| joined(&transfer.stolen, decimal))
        .field("usd", Kind::Usd, |(_, transfer)| {
            joined(&transfer.stolen, |money| or_empty(money.usd()))
        })
        .text("then", |(finding, _)| borrowed(finding.then))
        .text("today", |(finding, _)| borrowed(finding.today))
        .number("lead_days", |(_, transfer)| transfer.lead_days)
        .text("lead", |(_, transfer)| borrowed(&transfer.lead))
        .flag("flagged", |(finding, _)| finding.is_flagged)
        .flag("in_force", |(finding, _)| finding.is_in_force)
        .text("statement", |(finding, _)| borrowed(&finding.statement))
        .flag("invented", |(finding, _)| finding.is_invented)
        .rows(report, transfers)
}

/// One row per answer of a contract about an address.
pub(super) fn opinions(report: &Report) -> Table<'_> {
    Fields::<&Opinion>::new()
        .text("chain", |opinion| borrowed(&opinion.chain_name))
        .party("", |opinion| Some(&opinion.party))
        .text("oracle", |opinion| borrowed(opinion.oracle))
        .code("contract", |opinion| borrowed(&opinion.contract))
        .number("block", |opinion| Some(opinion.block))
        .flag("listed", |opinion| opinion.is_listed)
        .flag("disagrees", |opinion| opinion.is_disagreement)
        .text("statement", |opinion| borrowed(&opinion.statement))
        .rows(report, &report.opinions)
}
