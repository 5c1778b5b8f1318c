//! Every address and every asset.

use super::{Fields, Kind, Table, borrowed, joined, shown};
use crate::Report;
use crate::schema::{AssetLine, Party};

/// One row per address and chain.
pub(super) fn addresses(report: &Report) -> Table<'_> {
    Fields::<&Party>::new()
        .code("party", |party| borrowed(&party.id))
        .number("chain_id", |party| Some(party.chain))
        .text("chain", |party| borrowed(&party.chain_name))
        .code("address", |party| borrowed(&party.address))
        .text("alias", |party| borrowed(&party.alias))
        .text("kind", |party| borrowed(&party.kind))
        .text("labels", |party| joined(&party.labels, |label| borrowed(label)))
        .text("listings", |party| joined(&party.listings, |listing| borrowed(listing)))
        .flag("invented", |party| party.is_invented)
        .field("link", Kind::Link, |party| shown(party.link()))
        .rows(report, &report.parties)
}

/// One row per asset.
pub(super) fn assets(report: &Report) -> Table<'_> {
    Fields::<&AssetLine>::new()
        .text("chain", |asset| borrowed(&asset.chain_name))
        .code("asset_contract", |asset| borrowed(asset.contract.as_deref().unwrap_or("native")))
        .text("asset_name", |asset| borrowed(&asset.name))
        .number("decimals", |asset| asset.decimals)
        .text("source", |asset| borrowed(&asset.source))
        .rows(report, &report.assets)
}
