//! The flow of one chain as inline SVG: drawn here with whole numbers, so that it shows without a
//! script and the same report gives the same picture.

mod collapse;
mod graph;
mod layout;
mod rank;
mod svg;
mod words;

use crate::Report;
pub(super) use svg::class_name;

/// The picture of one chain.
pub(super) struct Diagram {
    pub(super) chain_name: String,
    pub(super) svg: String,
    /// What the picture leaves out, a sentence each.
    pub(super) notes: Vec<String>,
}

/// One picture for each chain that value moved on, in the order of the chains.
pub(super) fn diagrams(report: &Report) -> Vec<Diagram> {
    graph::graphs(report)
        .into_iter()
        .enumerate()
        .map(|(idx, graph)| {
            let chain_name = graph.chain_name.clone();
            let mut notes = graph.notes();
            let graph = collapse::collapse(graph, &mut notes);
            let picture = layout::layout(&graph);
            let svg = svg::svg(&graph, &picture, idx);
            Diagram { chain_name, svg, notes }
        })
        .collect()
}
