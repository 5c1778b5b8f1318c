//! The flow of one chain as a picture, before any medium: addresses, lines between them, and where each
//! goes. Drawn with whole numbers, so that the same report gives the same picture.

mod collapse;
mod graph;
mod layout;
mod rank;
mod shapes;
mod words;

use crate::Report;
pub(crate) use graph::{Edge, Graph, Node};
pub(crate) use layout::{Box, LINE_HEIGHT, Line, NODE_WIDTH, Picture};
pub(crate) use shapes::{Step, class_name, corners, kind, way};
pub(crate) use words::{labels, rows};

/// The picture of one chain.
pub(crate) struct Diagram {
    /// Addresses and the flows between them.
    pub(crate) graph: Graph,
    /// Where they go: a box for each node and a line for each edge, at the same index.
    pub(crate) picture: Picture,
    /// What the picture leaves out, a sentence each.
    pub(crate) notes: Vec<String>,
}

/// How many pictures there are.
pub(crate) fn count(report: &Report) -> usize {
    graph::graphs(report).len()
}

/// One picture for each chain that value moved on, in the order of the chains.
pub(crate) fn diagrams(report: &Report) -> Vec<Diagram> {
    graph::graphs(report)
        .into_iter()
        .map(|graph| {
            let mut notes = graph.notes();
            let graph = collapse::collapse(graph, &mut notes);
            let picture = layout::layout(&graph);
            Diagram { graph, picture, notes }
        })
        .collect()
}
