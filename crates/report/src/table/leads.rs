//! Where value went that no arithmetic follows.

use super::{Fields, Table, borrowed, joined};
use crate::Report;
use crate::schema::{Lead, LeadItem, Quote};

/// One row per amount of a lead: it is the amount of an ending, and in no sum besides. What could be looked at next and
/// what cannot be known is the same in every row of a lead.
pub(super) fn leads<'a>(report: &'a Report) -> Table<'a> {
    let of = |lead: &'a Lead| lead.items.iter().map(move |item| (lead, item));
    Fields::<(&'a Lead, &'a LeadItem)>::new()
        .code("lead", |(lead, _)| borrowed(&lead.id))
        .text("kind", |(lead, _)| borrowed(lead.kind))
        .text("name", |(lead, _)| borrowed(&lead.name))
        .quote(|(_, item)| Quote::from(*item))
        .text("rests_on", |(lead, _)| joined(&lead.basis, |basis| borrowed(basis)))
        .text("look_next", |(lead, _)| joined(&lead.next, |next| borrowed(next)))
        .text("not_known", |(lead, _)| joined(&lead.unknown, |gap| borrowed(gap)))
        .price(|(_, item)| &item.money)
        .rows(report, report.leads.iter().flat_map(of))
}
