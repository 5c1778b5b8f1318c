//! What was paid comes back to the payer.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Address, Asset, PatternKind, PatternRole, Unit};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::draft::Draft;
use super::fan::seconds_of;
use crate::dealings::{Dealings, Move, ppm};

/// The most payments in a cycle, whatever the threshold says.
const MOST_HOPS: usize = 6;
/// Steps of the search in one component: so many for each payment in it, and no more from one first payment.
const STEPS_PER_MOVE: usize = 256;
const STEPS_FROM_ONE: usize = 4_096;

/// Cycles of three payments or more, each later than the one before it and nearly as large: of each first
/// payment at most one, and of no payment more than one. The second value says whether the search was
/// cut off.
///
/// Source: AMLSim's pattern 3, found as Johnson does: only inside strongly connected components, here of the payments of
/// one asset among addresses that are looked at. They are Kosaraju's, because Tarjan's needs a stack as deep as the
/// longest path. Two payments back and forth are a refund.
pub(super) fn cycles(dealings: &Dealings<'_>) -> (Vec<Draft>, bool) {
    let components = components(dealings);
    let mut search = Search { dealings, components: &components, steps_left: 0 };
    // Each component has its own, so that a thicket hides nothing elsewhere.
    let mut budgets: BTreeMap<usize, usize> = BTreeMap::new();
    for component in dealings.all().iter().filter_map(|of| search.component(of)) {
        let steps = budgets.entry(component).or_insert(STEPS_FROM_ONE);
        *steps = steps.saturating_add(STEPS_PER_MOVE);
    }
    let mut is_cut_short = false;
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut drafts = Vec::new();
    for (start, first) in dealings.all().iter().enumerate() {
        let Some(budget) = search.component(first).and_then(|of| budgets.get_mut(&of)) else {
            continue;
        };
        if used.contains(&start) {
            continue;
        }
        let allowed = (*budget).min(STEPS_FROM_ONE);
        search.steps_left = allowed;
        let mut path = vec![start];
        if search.closes(&mut path, &used) {
            let moves: Vec<&Move> = dealings.of(&path).collect();
            drafts.extend(draft(dealings, &moves));
            used.extend(path);
        }
        is_cut_short |= search.steps_left == 0;
        *budget = budget.saturating_sub(allowed.saturating_sub(search.steps_left));
    }
    (drafts, is_cut_short)
}

/// The number of the component in which an address can get an asset back.
type Components = BTreeMap<(Asset, Address), usize>;

fn components(dealings: &Dealings<'_>) -> Components {
    let mut graph = DiGraph::<(Asset, Address), ()>::new();
    let mut nodes = BTreeMap::new();
    for of in dealings.all() {
        if !dealings.is_subject(of.from) || !dealings.is_subject(of.to) {
            continue;
        }
        let [from, to] = [of.from, of.to].map(|who| {
            let key = (of.asset, who);
            *nodes.entry(key).or_insert_with(|| graph.add_node(key))
        });
        graph.add_edge(from, to, ());
    }
    let found = kosaraju_scc(&graph).into_iter().filter(|members| 2 < members.len()).enumerate();
    let members = found.flat_map(|(n, members)| members.into_iter().map(move |of| (n, of)));
    members.filter_map(|(n, of)| graph.node_weight(of).map(|key| (*key, n))).collect()
}

struct Search<'b> {
    dealings: &'b Dealings<'b>,
    components: &'b Components,
    steps_left: usize,
}

impl Search<'_> {
    /// The component that a payment does not leave.
    fn component(&self, of: &Move) -> Option<usize> {
        let component = |who| self.components.get(&(of.asset, who)).copied();
        component(of.from).filter(|found| component(of.to) == Some(*found))
    }

    /// Extends the path until it comes back to where it began; `false` leaves it as it was.
    fn closes(&mut self, path: &mut Vec<usize>, used: &BTreeSet<usize>) -> bool {
        let dealings = self.dealings;
        let thresholds = dealings.thresholds();
        let most = usize::try_from(thresholds.cycle_hops).unwrap_or(MOST_HOPS).min(MOST_HOPS);
        let Some(first) = path.first().and_then(|idx| dealings.get(*idx)) else { return false };
        let Some(last) = path.last().and_then(|idx| dealings.get(*idx)) else { return false };
        if most <= path.len() {
            return false;
        }
        let paid = dealings.paid_by(last.to, last.asset);
        let is_before = |idx: &usize| dealings.get(*idx).is_some_and(|of| of.at <= last.at);
        let later = paid.get(paid.partition_point(is_before)..).unwrap_or_default();
        for idx in later {
            let Some(next) = dealings.get(*idx) else { continue };
            self.steps_left = self.steps_left.saturating_sub(1);
            if self.steps_left == 0
                || thresholds.cycle_seconds < next.time.saturating_sub(first.time)
            {
                return false;
            }
            let is_like = next.amount <= last.amount
                && thresholds.cycle_share_ppm <= ppm(next.amount, last.amount);
            if !is_like || used.contains(idx) || self.component(next).is_none() {
                continue;
            }
            if next.to == first.from {
                if 2 <= path.len() {
                    path.push(*idx);
                    return true;
                }
                continue;
            }
            if dealings.of(path).any(|of| of.to == next.to) {
                continue;
            }
            path.push(*idx);
            if self.closes(path, used) {
                return true;
            }
            path.pop();
        }
        false
    }
}

fn draft(dealings: &Dealings<'_>, moves: &[&Move]) -> Option<Draft> {
    let thresholds = dealings.thresholds();
    let (first, last) = (moves.first()?, moves.last()?);
    let hops = ("cycle_hops", thresholds.cycle_hops);
    let within = ("cycle_seconds", thresholds.cycle_seconds);
    let margin = ("cycle_share_ppm", thresholds.cycle_share_ppm);
    let least = moves.windows(2).filter_map(|pair| match pair {
        [one, next] => Some(ppm(next.amount, one.amount)),
        _ => None,
    });
    Some(
        Draft::new(PatternKind::Cycle, first.asset)
            .with(PatternRole::Actor, moves.iter().map(|of| of.from))
            .shown_by(moves.iter().copied())
            .moving([last.amount])
            .counted("payments until it was back", moves.len(), hops)
            .measured("least share passed on", least.min()?, margin, Unit::Ppm)
            .measured("within", seconds_of(moves), within, Unit::Seconds),
    )
}
