//! Every movement of stolen value.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Asset, EndingClass, Hop, HopId, HopKind, LotMade, LotTaken, Origin,
};
use smallvec::smallvec;
use smol_str::ToSmolStr;

use super::endings::nobody;
use super::findings::verdicts;
use super::names::Names;
use super::shares::Shares;
use super::sums::Sums;
use crate::input::Input;
use crate::schema::{self, Few};

pub(super) fn hops(input: &Input<'_>, names: &Names<'_>, shares: &Shares) -> Vec<schema::Hop> {
    let mut classes: BTreeMap<HopId, EndingClass> = BTreeMap::new();
    for ending in input.trail.endings.iter().filter(|ending| ending.address.is_none()) {
        if let Origin::Hop(id) = ending.origin {
            classes.entry(id).or_insert_with(|| ending.kind.class());
        }
    }
    input
        .trail
        .hops
        .iter()
        .enumerate()
        .map(|(hop_idx, hop)| {
            let id = u32::try_from(hop_idx).map_or(HopId(u32::MAX), HopId);
            let class = classes.get(&id).copied();
            schema::Hop { share_ppm: shares.of_hop(hop_idx), ..row(input, names, id, hop, class) }
        })
        .collect()
}

fn row(
    input: &Input<'_>,
    names: &Names<'_>,
    id: HopId,
    hop: &Hop,
    class: Option<EndingClass>,
) -> schema::Hop {
    let block = hop.position.block;
    let money = |asset: Asset, amount: Amount| names.money(asset, amount, Some(block));
    let all = |amounts: &[(Asset, Amount)]| {
        amounts.iter().map(|(asset, amount)| money(*asset, *amount)).collect::<Few<_>>()
    };
    let (kind, from, to, paid, received, is_approximate, evidence) = match &hop.kind {
        HopKind::Payment { from, to, asset, amount, evidence } => {
            ("payment", *from, *to, smallvec![money(*asset, *amount)], Few::new(), false, evidence)
        }
        HopKind::Conversion { account, paid, received, is_approximate, evidence } => (
            "conversion",
            *account,
            Some(*account),
            all(paid),
            all(received),
            *is_approximate,
            evidence,
        ),
    };
    let ends: Vec<(&str, Address)> = match (kind, to) {
        ("payment", Some(to)) => vec![("payer", from), ("receiver", to)],
        ("payment", None) => vec![("payer", from)],
        _ => vec![("account", from)],
    };
    schema::Hop {
        id: id.into(),
        kind,
        place: names.place_of_hop(id).map(|(_, place)| place).unwrap_or_default(),
        block,
        depth: hop.depth,
        from: names.party(hop.chain, from, block),
        to: to.map(|to| names.party(hop.chain, to, block)),
        to_note: to.is_none().then(|| nobody(class)),
        paid,
        received,
        is_approximate,
        stolen: stolen(input, names, &hop.taken, block),
        taken: hop.taken.iter().map(|lot| lot_taken(names, lot, block)).collect(),
        made: lots_made(names, &hop.made, Some(block)),
        rule: input.trail.rule.name(),
        evidence: evidence.iter().map(ToSmolStr::to_smolstr).collect(),
        verdicts: verdicts(input, names, (hop.chain, hop.position), &ends).into(),
        share_ppm: 0,
    }
}

/// The stolen part of a movement, by asset.
pub(super) fn stolen(
    input: &Input<'_>,
    names: &Names<'_>,
    taken: &[LotTaken],
    block: u64,
) -> Few<schema::Money> {
    let mut sums = Sums::default();
    for lot in taken {
        sums.add(input, lot.asset, lot.amount, block);
    }
    sums.money(names)
}

fn lot_taken(names: &Names<'_>, lot: &LotTaken, block: u64) -> schema::Lot {
    schema::Lot {
        seed: lot.seed.into(),
        from: Some(lot.origin.into()),
        money: names.money(lot.asset, lot.amount, Some(block)),
    }
}

pub(super) fn lots_made<L: FromIterator<schema::Lot>>(
    names: &Names<'_>,
    lots: &[LotMade],
    block: Option<u64>,
) -> L {
    lots.iter()
        .map(|lot| schema::Lot {
            seed: lot.seed.into(),
            from: None,
            money: names.money(lot.asset, lot.amount, block),
        })
        .collect()
}
