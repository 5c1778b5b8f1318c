//! The flows behind a picture as data, for groups that open and for filters.
//!
//! `{"nodes":[[DRAWN,KIND,PARTY,ADDRESS,SHARE,STYLE,TEXT,…],…],"edges":[[FROM,TO,SHARE,[HOP,SHARE,TIME,ASSET,UNITS,…],…],…],
//! "beyond":[[DRAWN,COUNT],…],"left":COUNT}`: each address with the node of the picture that stands for it; who paid
//! whom, payment by payment; what is left out, by node, and how many flows. Shares are in millionths.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::data::{Data, Texts, comma, quote};
use crate::Report;
use crate::diagram::{self, Diagram};
use crate::schema::{AssetText, Money};

/// Addresses whose flows the page has. The others are in the numbers of their groups.
const MAX_NODES: usize = 6_000;

/// The assets that moved, each once, in the order of their names.
pub(super) struct Assets<'a> {
    list: Vec<(&'a str, Option<u8>)>,
    places: BTreeMap<(u64, Option<&'a str>), usize>,
}

impl<'a> Assets<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let hops = report.hops.iter().filter(|hop| hop.received.is_empty());
        let moved = hops.flat_map(|hop| &hop.stolen);
        let all = moved.chain(report.seeds.iter().map(|seed| &seed.money));
        let named: BTreeSet<(&str, u64, Option<&str>, Option<u8>)> = all
            .map(|money| {
                let of: &AssetText = money;
                (of.asset_and_chain.as_str(), of.chain, of.contract.as_deref(), of.decimals)
            })
            .collect();
        let keys = named.iter().map(|(_, chain, contract, _)| (*chain, *contract));
        Self {
            places: keys.zip(0..).collect(),
            list: named.iter().map(|(name, _, _, decimals)| (*name, *decimals)).collect(),
        }
    }

    /// Name and decimals of each.
    pub(super) fn names(&self) -> Vec<(&'a str, Option<u8>)> {
        self.list.clone()
    }

    fn place(&self, money: &Money) -> Option<usize> {
        self.places.get(&(money.chain, money.contract.as_deref())).copied()
    }
}

/// What is told of hops and addresses, by their ids.
pub(super) struct Facts<'a> {
    assets: &'a Assets<'a>,
    report: &'a Report,
    addresses: BTreeMap<&'a str, &'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(report: &'a Report, assets: &'a Assets<'a>) -> Self {
        let parties = report.parties.iter();
        Self {
            assets,
            report,
            addresses: parties.map(|party| (party.id.as_str(), party.address.as_str())).collect(),
        }
    }

    /// Adds the flows behind a picture to the page's data. Writing into a `String` cannot fail.
    pub(super) fn write(&self, diagram: &Diagram, data: &mut Data) {
        let (places, beyond) = kept(diagram);
        data.add_flow(|out, texts| {
            out.push_str("{\"nodes\":[");
            for (idx, node) in diagram.whole.nodes.iter().enumerate() {
                if places.get(idx).is_none_or(Option::is_none) {
                    continue;
                }
                comma(out);
                let drawn = diagram.stands.get(idx).copied().unwrap_or(0);
                let _ = write!(out, "[{drawn},\"{}\",", diagram::kind(node));
                quote(out, &node.party);
                out.push(',');
                quote(out, self.addresses.get(node.party.as_str()).copied().unwrap_or_default());
                let _ = write!(out, ",{}", node.share_ppm);
                for (style, text) in diagram::rows(node) {
                    let _ = write!(out, ",\"{style}\",");
                    texts.shared(out, &text);
                }
                out.push(']');
            }
            out.push_str("],\"edges\":[");
            let mut left_out = 0_usize;
            for edge in &diagram.whole.edges {
                let end = |node: usize| places.get(node).copied().flatten();
                let (Some(from), Some(to)) = (end(edge.from), end(edge.to)) else {
                    left_out = left_out.saturating_add(1);
                    continue;
                };
                comma(out);
                let _ = write!(out, "[{from},{to},{}", edge.share_ppm);
                for id in &edge.hops {
                    self.write_payment(out, texts, id);
                }
                out.push(']');
            }
            out.push_str("],\"beyond\":[");
            for (drawn, count) in beyond {
                comma(out);
                let _ = write!(out, "[{drawn},{count}]");
            }
            let _ = write!(out, "],\"left\":{left_out}}}");
        });
    }

    fn write_payment(&self, out: &mut String, texts: &mut Texts, id: &str) {
        let (share, place, stolen) = match self.report.hop(id) {
            Some(hop) => (hop.share_ppm, &hop.place, hop.stolen.as_slice()),
            None => match self.report.seed(id) {
                Some(seed) => (1_000_000, &seed.place, std::slice::from_ref(&seed.money)),
                None => return,
            },
        };
        out.push_str(",[");
        match id.strip_prefix('H').and_then(|number| number.parse::<u64>().ok()) {
            Some(number) => out.push_str(&number.to_string()),
            None => quote(out, id),
        }
        let _ = write!(out, ",{share},");
        texts.shared(out, place.time.as_deref().unwrap_or_default());
        for money in stolen {
            if let Some(asset) = self.assets.place(money) {
                let _ = write!(out, ",{asset},\"{}\"", money.base_units);
            }
        }
        out.push(']');
    }
}

/// The place of each address among those that the page has, and how many each group has besides: the ones with the
/// largest shares are kept.
fn kept(diagram: &Diagram) -> (Vec<Option<usize>>, BTreeMap<usize, usize>) {
    let mut order: Vec<(std::cmp::Reverse<u64>, usize)> = diagram
        .whole
        .nodes
        .iter()
        .enumerate()
        .map(|(idx, node)| {
            let drawn = diagram.stands.get(idx).and_then(|drawn| diagram.graph.nodes.get(*drawn));
            // What is drawn alone is always there.
            let is_alone = drawn.is_some_and(|drawn| drawn.member_count <= 1);
            (std::cmp::Reverse(if is_alone { u64::MAX } else { node.share_ppm }), idx)
        })
        .collect();
    order.sort_unstable();
    let mut is_kept = vec![false; order.len()];
    let mut beyond: BTreeMap<usize, usize> = BTreeMap::new();
    for (rank, (_, idx)) in order.iter().enumerate() {
        if rank < MAX_NODES {
            if let Some(slot) = is_kept.get_mut(*idx) {
                *slot = true;
            }
        } else if let Some(drawn) = diagram.stands.get(*idx) {
            let count = beyond.entry(*drawn).or_default();
            *count = count.saturating_add(1);
        }
    }
    let mut next = 0_usize;
    let places = is_kept.into_iter().map(|is_kept| {
        is_kept.then(|| {
            next = next.saturating_add(1);
            next.saturating_sub(1)
        })
    });
    (places.collect(), beyond)
}
