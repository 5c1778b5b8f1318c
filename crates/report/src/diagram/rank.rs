//! Columns from left to right, so that every payment runs to the right unless value came back.

use super::graph::Graph;

/// The column of each node, and which payments run against them.
pub(super) struct Ranks {
    pub(super) layers: Vec<usize>,
    /// By edge: whether it closes a circle.
    pub(super) is_back: Vec<bool>,
}

/// Each node stands one column to the right of the last one that paid it (longest paths). Payments that
/// close a circle are found depth first from the sources, in the order of time, and do not count. O(nodes
/// + edges).
pub(super) fn ranks(graph: &Graph) -> Ranks {
    let count = graph.nodes.len();
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (idx, edge) in graph.edges.iter().enumerate() {
        if let Some(list) = leaving.get_mut(edge.from) {
            list.push(idx);
        }
    }
    let (sources, others): (Vec<usize>, Vec<usize>) =
        (0..count).partition(|idx| graph.nodes.get(*idx).is_some_and(|node| node.is_source));
    let mut is_back = vec![false; graph.edges.len()];
    let mut states = vec![State::New; count];
    // Every node after all that it pays.
    let mut finished: Vec<usize> = Vec::with_capacity(count);
    for start in sources.into_iter().chain(others) {
        let mut open: Vec<(usize, usize)> = Vec::new();
        if enter(&mut states, start) {
            open.push((start, 0));
        }
        while let Some((node, next)) = open.pop() {
            let Some(edge) = leaving.get(node).and_then(|list| list.get(next)).copied() else {
                set(&mut states, node, State::Done);
                finished.push(node);
                continue;
            };
            open.push((node, next.saturating_add(1)));
            let Some(to) = graph.edges.get(edge).map(|edge| edge.to) else { continue };
            if states.get(to) == Some(&State::Open) {
                if let Some(slot) = is_back.get_mut(edge) {
                    *slot = true;
                }
            } else if enter(&mut states, to) {
                open.push((to, 0));
            }
        }
    }
    let mut layers = vec![0_usize; count];
    for node in finished.into_iter().rev() {
        let next = layers.get(node).copied().unwrap_or(0).saturating_add(1);
        for idx in leaving.get(node).into_iter().flatten() {
            let is_forward = is_back.get(*idx) == Some(&false);
            let to = graph.edges.get(*idx).filter(|_| is_forward).map(|edge| edge.to);
            if let Some(layer) = to.and_then(|to| layers.get_mut(to)) {
                *layer = next.max(*layer);
            }
        }
    }
    Ranks { layers, is_back }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn set(states: &mut [State], node: usize, state: State) {
    if let Some(slot) = states.get_mut(node) {
        *slot = state;
    }
}

/// Opens a node that was not seen yet.
fn enter(states: &mut [State], node: usize) -> bool {
    let is_new = states.get(node) == Some(&State::New);
    if is_new {
        set(states, node, State::Open);
    }
    is_new
}

#[cfg(test)]
mod tests {
    use super::super::graph::{Edge, Graph, Node};
    use super::ranks;
    use crate::schema::Few;

    #[test]
    fn payments_run_to_the_right_unless_value_came_back() {
        let check = |edges: &[(usize, usize)], layers: &[usize], back: &[(usize, usize)]| {
            let nodes = (0..layers.len())
                .map(|idx| Node { is_source: idx == 0, ..Node::default() })
                .collect();
            let edge = |(from, to): &(usize, usize)| Edge {
                from: *from,
                to: *to,
                hops: Few::new(),
                sums: Few::new(),
                share_ppm: 0,
            };
            let graph =
                Graph { nodes, edges: edges.iter().map(edge).collect(), ..Graph::default() };
            let found = ranks(&graph);
            assert_eq!(found.layers, layers);
            let is_back = edges.iter().zip(&found.is_back).filter(|(_, is_back)| **is_back);
            assert_eq!(is_back.map(|(edge, _)| *edge).collect::<Vec<_>>(), back);
        };
        check(&[(0, 1), (1, 2)], &[0, 1, 2], &[]);
        // A mixer that is paid early and late stands to the right of all who paid it.
        check(&[(0, 1), (1, 2), (1, 3), (3, 2)], &[0, 1, 3, 2], &[]);
        check(&[(0, 1), (1, 2), (2, 1), (2, 3)], &[0, 1, 2, 3], &[(2, 1)]);
        check(&[(0, 1), (1, 0)], &[0, 1], &[(1, 0)]);
        check(&[(1, 2)], &[0, 0, 1], &[]);
    }
}
