//! How value came to the places where most of it ended.

use std::cmp::Reverse;

use fundtrail_model::{self as model, EndingClass, Trail};

use super::names::Names;
use super::shares::Shares;
use crate::input::Input;
use crate::schema::{Path, PathSet, PathStep, Tag};

/// Places whose paths are told; any other can be asked for.
const MAX_PLACES: usize = 100;

/// Places to which value moved, those that carry most of their seed first.
#[derive(Clone, Debug, Default)]
pub struct MainPlaces {
    /// At most a hundred of them.
    pub told: Vec<model::Paths>,
    /// How many there are in all.
    pub count: usize,
}

/// Chooses the places whose paths a report tells. Keeps no more than a few hundred at a time.
#[must_use]
pub fn main_places(trail: &Trail, places: impl Iterator<Item = model::Paths>) -> MainPlaces {
    let shares = Shares::of(trail);
    let share_of = |place: &model::Paths| {
        let endings = place.endings.iter().filter_map(|ending_idx| trail.endings.get(*ending_idx));
        endings
            .map(|end| u64::from(shares.of_lot(end.origin, end.seed, end.asset, end.amount)))
            .fold(0, u64::saturating_add)
    };
    let mut main: Vec<(u64, model::Paths)> = Vec::new();
    let mut count: usize = 0;
    for place in places.filter(|place| place.class != EndingClass::Fee && is_moved(place)) {
        count = count.saturating_add(1);
        main.push((share_of(&place), place));
        if main.len() == 4 * MAX_PLACES {
            keep_most(&mut main);
        }
    }
    keep_most(&mut main);
    MainPlaces { told: main.into_iter().map(|(_, place)| place).collect(), count }
}

fn keep_most(places: &mut Vec<(u64, model::Paths)>) {
    // Stable: equal shares keep the order by seed, asset and address.
    places.sort_by_key(|(share, _)| Reverse(*share));
    places.truncate(MAX_PLACES);
}

pub(super) fn paths(input: &Input<'_>, names: &Names<'_>) -> Vec<PathSet> {
    input.places.told.iter().map(|place| path_set(input, names, place)).collect()
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
        seed: place.seed.into(),
        class: place.class.name(),
        at: place.address.map(|address| names.party(place.asset.chain(), address, block)),
        money: names.money(place.asset, place.amount, None),
        endings: place.endings.iter().map(|ending_idx| Tag::ending(*ending_idx)).collect(),
        paths: paths.into_iter().map(|(path, _)| path).collect(),
    }
}

fn steps(names: &Names<'_>, path: &model::Path) -> Vec<PathStep> {
    path.steps
        .iter()
        .map(|step| PathStep {
            hop: step.hop.into(),
            arrives: names.money(step.asset, step.amount, None),
        })
        .collect()
}
