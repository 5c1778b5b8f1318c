//! Where the nodes and lines of a picture go.
//!
//! Layers from left to right; within a layer, nodes are ordered by the middle of their neighbours, a few
//! sweeps to and fro, which takes most crossings away (Sugiyama, Tagawa and Toda, 1981). Whole numbers
//! only.

use std::collections::BTreeMap;

use super::collapse::layers;
use super::graph::{Edge, Graph, Node};

pub(super) const NODE_WIDTH: usize = 192;
const COLUMN_GAP: usize = 136;
const ROW_GAP: usize = 18;
const MARGIN: usize = 16;
const LINE_HEIGHT: usize = 15;
const SWEEPS: usize = 4;

/// A node's place.
#[derive(Clone, Copy, Default)]
pub(super) struct Box {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
    layer: usize,
}

/// A line's ends and width.
#[derive(Clone, Copy, Default)]
pub(super) struct Line {
    pub(super) from: (usize, usize),
    pub(super) to: (usize, usize),
    pub(super) width: usize,
    /// Whether it runs against the order of the layers.
    pub(super) is_back: bool,
}

/// The whole picture.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) boxes: Vec<Box>,
    pub(super) lines: Vec<Line>,
}

/// The lines of text in a node: name, address, then what ended and what was converted here.
pub(super) fn text_rows(node: &Node) -> usize {
    let detail = usize::from(!node.detail.is_empty());
    let ending = usize::from(node.class().is_some()).saturating_mul(2);
    let conversion = usize::from(!node.conversions.is_empty());
    let listed = usize::from(node.is_listed);
    1_usize.saturating_add(detail + ending + conversion + listed)
}

pub(super) fn layout(graph: &Graph) -> Picture {
    let layers = layers(graph);
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (idx, layer) in layers.iter().enumerate() {
        columns.entry(*layer).or_default().push(idx);
    }
    let mut columns: Vec<Vec<usize>> = columns.into_values().collect();
    let share = |idx: &usize| graph.nodes.get(*idx).map_or(0, |node| node.share_ppm);
    for column in &mut columns {
        column.sort_by_key(|idx| (std::cmp::Reverse(share(idx)), *idx));
    }
    for sweep in 0..SWEEPS {
        let is_forward = sweep % 2 == 0;
        order(graph, &mut columns, is_forward);
    }
    place(graph, &columns)
}

/// Orders each column by the mean place of the neighbours on one side.
fn order(graph: &Graph, columns: &mut [Vec<usize>], is_forward: bool) {
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    let note = |place: &mut BTreeMap<usize, usize>, column: &[usize]| {
        let scale = 100_000_usize.checked_div(column.len()).unwrap_or(0);
        for (row, idx) in column.iter().enumerate() {
            place.insert(*idx, row.saturating_mul(scale).saturating_add(scale / 2));
        }
    };
    for column in columns.iter() {
        note(&mut place, column);
    }
    let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in &graph.edges {
        let (node, other) = if is_forward { (edge.to, edge.from) } else { (edge.from, edge.to) };
        neighbours.entry(node).or_default().push(other);
    }
    let indices: Vec<usize> =
        if is_forward { (0..columns.len()).collect() } else { (0..columns.len()).rev().collect() };
    for column in indices {
        let Some(column) = columns.get_mut(column) else { continue };
        let mean = |idx: &usize| {
            let others = neighbours.get(idx).map_or(&[][..], Vec::as_slice);
            let places: Vec<usize> = others.iter().filter_map(|o| place.get(o).copied()).collect();
            let sum: usize = places.iter().sum();
            sum.checked_div(places.len()).or_else(|| place.get(idx).copied()).unwrap_or(0)
        };
        let mut keyed: Vec<(usize, usize)> = column.iter().map(|idx| (mean(idx), *idx)).collect();
        // Stable, so that equal means keep the larger share on top.
        keyed.sort_by_key(|(mean, _)| *mean);
        *column = keyed.into_iter().map(|(_, idx)| idx).collect();
        note(&mut place, column);
    }
}

fn place(graph: &Graph, columns: &[Vec<usize>]) -> Picture {
    let height_of = |idx: &usize| {
        let rows = graph.nodes.get(*idx).map_or(1, text_rows);
        rows.saturating_mul(LINE_HEIGHT).saturating_add(14)
    };
    let column_height = |column: &[usize]| {
        let nodes: usize = column.iter().map(height_of).sum();
        nodes.saturating_add(column.len().saturating_sub(1).saturating_mul(ROW_GAP))
    };
    let tallest = columns.iter().map(|column| column_height(column)).max().unwrap_or(0);
    let mut boxes = vec![Box::default(); graph.nodes.len()];
    for (layer, column) in columns.iter().enumerate() {
        let x = MARGIN.saturating_add(layer.saturating_mul(NODE_WIDTH + COLUMN_GAP));
        let free = tallest.saturating_sub(column_height(column));
        let mut y = MARGIN.saturating_add(free / 2);
        for idx in column {
            let height = height_of(idx);
            if let Some(slot) = boxes.get_mut(*idx) {
                *slot = Box { x, y, height, layer };
            }
            y = y.saturating_add(height).saturating_add(ROW_GAP);
        }
    }
    let columns_width = columns.len().saturating_mul(NODE_WIDTH + COLUMN_GAP);
    Picture {
        width: columns_width.saturating_sub(COLUMN_GAP).saturating_add(MARGIN * 2).max(300),
        height: tallest.saturating_add(MARGIN * 2),
        lines: lines(&graph.edges, &boxes),
        boxes,
    }
}

/// Lines leave and reach a node in the order of their other ends, so that they do not cross there.
fn lines(edges: &[Edge], boxes: &[Box]) -> Vec<Line> {
    let mut lines = vec![Line::default(); edges.len()];
    let place = |idx: usize| boxes.get(idx).copied().unwrap_or_default();
    let mut leaving: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut reaching: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (idx, edge) in edges.iter().enumerate() {
        leaving.entry(edge.from).or_default().push(idx);
        reaching.entry(edge.to).or_default().push(idx);
        if let Some(line) = lines.get_mut(idx) {
            line.width = width(edge.share_ppm);
            line.is_back = place(edge.to).layer <= place(edge.from).layer;
        }
    }
    let other_end = |idx: &usize, is_leaving: bool| {
        edges.get(*idx).map_or((0, 0), |edge| {
            let other = place(if is_leaving { edge.to } else { edge.from });
            (other.y, other.x)
        })
    };
    for (ports, is_leaving) in [(&mut leaving, true), (&mut reaching, false)] {
        for (node, port) in ports.iter_mut() {
            port.sort_by_key(|idx| (other_end(idx, is_leaving), *idx));
            let node = place(*node);
            let parts = port.len().saturating_add(1);
            for (row, idx) in port.iter().enumerate() {
                let offset = node
                    .height
                    .saturating_mul(row.saturating_add(1))
                    .checked_div(parts)
                    .unwrap_or(0);
                let y = node.y.saturating_add(offset);
                if let Some(line) = lines.get_mut(*idx) {
                    if is_leaving {
                        line.from = (node.x.saturating_add(NODE_WIDTH), y);
                    } else {
                        line.to = (node.x, y);
                    }
                }
            }
        }
    }
    lines
}

/// From 1 for next to nothing to 16 for the whole seed; the square root keeps small flows visible.
fn width(share_ppm: u64) -> usize {
    let root = share_ppm.min(1_000_000).isqrt();
    usize::try_from(root / 66).unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn widths_grow_with_the_root_of_the_share() {
        let widths = [0, 1, 10_000, 250_000, 1_000_000, u64::MAX].map(width);
        assert_eq!(widths, [1, 1, 2, 8, 16, 16]);
    }
}
