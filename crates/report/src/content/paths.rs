//! How value came to the places where most of it ended.

use std::cmp::Reverse;

use fundtrail_model::{self as model, EndingClass};

use super::endings::ending_id;
use super::names::Names;
use super::shares::Shares;
use crate::input::Input;
use crate::schema::{Path, PathSet, PathStep};

/// Places whose paths are told; any other can be asked for.
const MAX_PLACES: usize = 100;

/// The places that carry most of their seed, and how many there are in all.
pub(super) fn paths(
    input: &Input<'_>,
    names: &Names<'_>,
    shares: &Shares,
) -> (Vec<PathSet>, usize) {
    let mut places: Vec<(u64, &model::Paths)> = input
        .places
        .iter()
        .filter(|place| place.class != EndingClass::Fee && is_moved(place))
        .map(|place| {
            let endings =
                place.endings.iter().filter_map(|ending_idx| input.trail.endings.get(*ending_idx));
            let share = endings
                .map(|end| u64::from(shares.of_lot(end.origin, end.seed, end.asset, end.amount)))
                .fold(0, u64::saturating_add);
            (share, place)
        })
        .collect();
    // Stable: equal shares keep the order by seed, asset and address.
    places.sort_by_key(|(share, _)| Reverse(*share));
    let count = places.len();
    let told = places.into_iter().take(MAX_PLACES);
    (told.map(|(_, place)| path_set(input, names, place)).collect(), count)
}

fn is_moved(place: &model::Paths) -> bool {
    [&place.largest, &place.shortest, &place.earliest].iter().any(|path| !path.steps.is_empty())
}

fn path_set(input: &Input<'_>, names: &Names<'_>, place: &model::Paths) -> PathSet {
    let arrivals =
        place.endings.iter().filter_map(|ending_idx| input.trail.endings.get(*ending_idx));
    let block = arrivals.map(|ending| ending.arrived.block).min().unwrap_or_default();
    let mut paths: Vec<(Path, &model::Path)> = Vec::new();
    let named =
        [("largest", &place.largest), ("shortest", &place.shortest), ("earliest", &place.earliest)];
    for (name, path) in named {
        match paths.iter_mut().find(|(_, told)| told.steps == path.steps) {
            Some((told, _)) => told.is.push(name),
            None => {
                let at_most = names.money(place.asset, path.amount, None);
                paths.push((Path { is: vec![name], at_most, steps: steps(names, path) }, path));
            }
        }
    }
    PathSet {
        seed: place.seed.to_string(),
        class: place.class.name(),
        at: place.address.map(|address| names.party(place.asset.chain(), address, block)),
        money: names.money(place.asset, place.amount, None),
        endings: place.endings.iter().map(|ending_idx| ending_id(*ending_idx)).collect(),
        paths: paths.into_iter().map(|(path, _)| path).collect(),
    }
}

fn steps(names: &Names<'_>, path: &model::Path) -> Vec<PathStep> {
    path.steps
        .iter()
        .map(|step| PathStep {
            hop: step.hop.to_string(),
            arrives: names.money(step.asset, step.amount, None),
        })
        .collect()
}
