//! The flow of one chain as a picture, before any medium: addresses, lines between them, and where each
//! goes. Drawn with whole numbers, so that the same report gives the same picture.

mod collapse;
mod graph;
mod layout;
mod rank;
mod shapes;
mod words;

use std::collections::BTreeSet;

use crate::Report;
pub(crate) use graph::{Edge, Graph, Node};
#[cfg(test)]
pub(crate) use layout::layout;
pub(crate) use layout::{Box, LINE_HEIGHT, Line, NODE_WIDTH, Picture};
pub(crate) use shapes::{Step, class_name, corners, kind, way};
pub(crate) use words::{labels, rows};

/// The picture of one chain.
pub(crate) struct Diagram {
    /// Every address, and the flows between them, before any are drawn as one.
    pub(crate) whole: Graph,
    /// By node of it: the node that stands for it in the picture.
    pub(crate) stands: Vec<usize>,
    /// Addresses and the flows between them, as they are drawn.
    pub(crate) graph: Graph,
    /// Where they go: a box for each node and a line for each edge, at the same index.
    pub(crate) picture: Picture,
    /// What the picture leaves out, a sentence each.
    pub(crate) notes: Vec<String>,
    /// The kinds of nodes in it, and what each means.
    pub(crate) legend: Vec<(&'static str, &'static str)>,
}

/// How many pictures there are: [`diagrams`] draws one for each chain that something moved on. What ended somewhere came
/// there by a hop or a seed.
pub(crate) fn count(report: &Report) -> usize {
    let seeds = report.seeds.iter().map(|seed| seed.place.chain);
    seeds.chain(report.hops.iter().map(|hop| hop.place.chain)).collect::<BTreeSet<u64>>().len()
}

/// One picture for each chain that value moved on, in the order of the chains.
pub(crate) fn diagrams(report: &Report) -> Vec<Diagram> {
    graph::graphs(report)
        .into_iter()
        .map(|whole| {
            let mut notes = whole.notes();
            let (graph, stands) = collapse::collapse(&whole, &mut notes);
            let picture = layout::layout(&graph);
            let legend = legend(report, |shown| graph.nodes.iter().any(|node| kind(node) == shown));
            Diagram { whole, stands, graph, picture, notes, legend }
        })
        .collect()
}

/// Kinds of nodes and the words for their shapes; without words, the report has them.
const LEGEND: [(&str, &str); 10] = [
    ("source", "where it was taken from"),
    ("pass", "passed on"),
    ("held", "held (double frame)"),
    ("service", "service (gabled)"),
    ("sanctioned", "sanctioned (octagon, thick)"),
    ("mixer", "mixer (octagon)"),
    ("bridge", "bridge (arrow)"),
    ("contract", "contract or hub (cut corner)"),
    ("open", "not followed (dashed)"),
    ("gone", ""),
];

/// The kinds that are shown, and what each means.
pub(crate) fn legend(
    report: &Report,
    is_shown: impl Fn(&str) -> bool,
) -> Vec<(&'static str, &'static str)> {
    let dotted = report.words.dotted;
    let shown = LEGEND.into_iter().filter(|(kind, _)| is_shown(kind));
    shown.map(|(kind, says)| (kind, if says.is_empty() { dotted } else { says })).collect()
}
