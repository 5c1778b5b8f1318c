//! How an ending was reached, and where value went in circles.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Hop, HopId, HopKind, LotTaken, Origin, SeedId, Trail};
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

/// For each ending, by the same index, the hops from its seed to it, in order.
///
/// Each step back follows the lots of the ending's seed that a hop took; where lots of several origins
/// met, the largest, and of equals the first. O(hops of the longest path) per ending.
#[must_use]
pub fn paths(trail: &Trail) -> Vec<Vec<HopId>> {
    trail
        .endings
        .iter()
        .map(|ending| {
            let mut path = Vec::new();
            let mut origin = ending.origin;
            // A lot's origin is an earlier hop, so the walk ends; a trail made elsewhere may lie.
            while let Origin::Hop(id) = origin
                && path.last().is_none_or(|later| id < *later)
            {
                path.push(id);
                let taken = hop(trail, id).and_then(|hop| largest(hop, ending.seed));
                let Some(taken) = taken else { break };
                origin = taken.origin;
            }
            path.reverse();
            path
        })
        .collect()
}

fn hop(trail: &Trail, id: HopId) -> Option<&Hop> {
    usize::try_from(id.0).ok().and_then(|hop_idx| trail.hops.get(hop_idx))
}

fn largest(hop: &Hop, seed: SeedId) -> Option<&LotTaken> {
    hop.taken
        .iter()
        .filter(|taken| taken.seed == seed)
        .reduce(|most, other| if other.amount > most.amount { other } else { most })
}

/// Groups of addresses that stolen value can go round in: the strongly connected components of two or
/// more addresses in the graph of payments, each sorted, by their first address. Time does not matter
/// here: a circle says that the addresses belong together, not that the same coins came back.
///
/// Source: Tarjan's strongly connected components, O(addresses + hops).
#[must_use]
pub fn cycles(trail: &Trail) -> Vec<Vec<Address>> {
    let mut graph = DiGraph::<Address, ()>::new();
    let mut nodes = BTreeMap::new();
    for hop in &trail.hops {
        if let HopKind::Payment { from, to: Some(to), .. } = &hop.kind {
            let [from, to] = [*from, *to]
                .map(|address| *nodes.entry(address).or_insert_with(|| graph.add_node(address)));
            graph.add_edge(from, to, ());
        }
    }
    let mut cycles: Vec<Vec<Address>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|component| {
            let mut cycle: Vec<_> =
                component.into_iter().filter_map(|node| graph.node_weight(node).copied()).collect();
            cycle.sort_unstable();
            cycle
        })
        .collect();
    cycles.sort_unstable();
    cycles
}

#[cfg(test)]
mod tests;
