//! Where the nodes and lines of a picture go.
//!
//! Columns from left to right. A line that passes a column has a place of its own there, so that none
//! runs behind a node. Within a column, places are ordered by the middle of their neighbours, a few sweeps
//! to and fro, which takes most crossings away (Sugiyama, Tagawa and Toda, 1981), and are then moved
//! towards their neighbours as far as the order allows. Whole numbers only.

use std::collections::BTreeMap;

use super::graph::{Edge, Graph};
use super::rank::ranks;
use super::words::{labels, rows};

pub(crate) const NODE_WIDTH: i64 = 204;
pub(crate) const LINE_HEIGHT: i64 = 15;
const MIN_GAP: i64 = 80;
const MAX_GAP: i64 = 200;
const ROW_GAP: i64 = 18;
const MARGIN: i64 = 16;
/// Height of the place of a line that passes a column.
const PASS_HEIGHT: i64 = 12;
/// Between the lines that run back, below everything else.
const LANE: i64 = 20;
const ORDER_SWEEPS: usize = 8;
const MOVE_SWEEPS: usize = 8;

/// A node's place.
#[derive(Clone, Copy, Default)]
pub(crate) struct Box {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) height: i64,
}

/// A line's way and width.
#[derive(Clone, Default)]
pub(crate) struct Line {
    pub(crate) from: (i64, i64),
    pub(crate) to: (i64, i64),
    /// Left end and height of each column that it passes.
    pub(crate) passes: Vec<(i64, i64)>,
    pub(crate) width: i64,
    /// The height at which it runs back below the picture, where it closes a circle.
    pub(crate) lane: Option<i64>,
}

/// The whole picture.
pub(crate) struct Picture {
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) boxes: Vec<Box>,
    pub(crate) lines: Vec<Line>,
}

/// A node, or the place of a line in a column that it passes.
struct Item {
    layer: usize,
    height: i64,
    share_ppm: u64,
}

/// Items and how lines lead from one to the next, column by column.
struct Plan {
    /// Nodes first, with their index.
    items: Vec<Item>,
    columns: Vec<Vec<usize>>,
    /// By edge: the items from payer to receiver; empty for a line that runs back.
    chains: Vec<Vec<usize>>,
    /// By item: those of the column before, and of the column after.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

pub(crate) fn layout(graph: &Graph) -> Picture {
    let mut plan = plan(graph);
    for sweep in 0..ORDER_SWEEPS {
        order(&mut plan, sweep % 2 == 0);
    }
    let tops = tops(&plan);
    draw(graph, &plan, &tops)
}

fn plan(graph: &Graph) -> Plan {
    let ranks = ranks(graph);
    let layer_of = |node: usize| ranks.layers.get(node).copied().unwrap_or(0);
    let mut items: Vec<Item> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(idx, node)| Item {
            layer: layer_of(idx),
            height: node_height(graph, idx),
            share_ppm: node.share_ppm,
        })
        .collect();
    let mut chains = Vec::with_capacity(graph.edges.len());
    for (edge, is_back) in graph.edges.iter().zip(&ranks.is_back) {
        let mut chain = Vec::new();
        if !is_back {
            chain.push(edge.from);
            for layer in layer_of(edge.from).saturating_add(1)..layer_of(edge.to) {
                chain.push(items.len());
                items.push(Item { layer, height: PASS_HEIGHT, share_ppm: edge.share_ppm });
            }
            chain.push(edge.to);
        }
        chains.push(chain);
    }
    let deepest = items.iter().map(|item| item.layer).max().unwrap_or(0);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); deepest.saturating_add(1)];
    for (idx, item) in items.iter().enumerate() {
        if let Some(column) = columns.get_mut(item.layer) {
            column.push(idx);
        }
    }
    for column in &mut columns {
        let share = |idx: &usize| items.get(*idx).map_or(0, |item| item.share_ppm);
        column.sort_by_key(|idx| (std::cmp::Reverse(share(idx)), *idx));
    }
    let mut before = vec![Vec::new(); items.len()];
    let mut after = vec![Vec::new(); items.len()];
    for (from, to) in chains.iter().flat_map(|chain| chain.iter().zip(chain.iter().skip(1))) {
        if let (Some(after), Some(before)) = (after.get_mut(*from), before.get_mut(*to)) {
            after.push(*to);
            before.push(*from);
        }
    }
    Plan { items, columns, chains, before, after }
}

/// Room for the text, and for what arrives and leaves.
fn node_height(graph: &Graph, node: usize) -> i64 {
    let text_rows = graph.nodes.get(node).map_or(1, |node| rows(node).len());
    let text = i64::try_from(text_rows).unwrap_or(1).saturating_mul(LINE_HEIGHT);
    let arriving: i64 = graph.edges.iter().filter(|edge| edge.to == node).map(arrival_room).sum();
    let leaving: i64 = graph.edges.iter().filter(|edge| edge.from == node).map(leaving_room).sum();
    text.max(arriving).max(leaving).saturating_add(14)
}

/// Height that a line takes where it arrives, with its labels.
fn arrival_room(edge: &Edge) -> i64 {
    let label_count = i64::try_from(labels(edge).len()).unwrap_or(0);
    width(edge.share_ppm).saturating_add(label_count.saturating_mul(13)).saturating_add(2)
}

fn leaving_room(edge: &Edge) -> i64 {
    width(edge.share_ppm).saturating_add(3)
}

/// Orders each column by the mean place of the neighbours on one side.
fn order(plan: &mut Plan, is_forward: bool) {
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    let note = |place: &mut BTreeMap<usize, usize>, column: &[usize]| {
        let scale = 100_000_usize.checked_div(column.len()).unwrap_or(0);
        for (row, idx) in column.iter().enumerate() {
            place.insert(*idx, row.saturating_mul(scale).saturating_add(scale / 2));
        }
    };
    for column in &plan.columns {
        note(&mut place, column);
    }
    let neighbours = if is_forward { &plan.before } else { &plan.after };
    for idx in turns(plan.columns.len(), is_forward) {
        let Some(column) = plan.columns.get_mut(idx) else { continue };
        let mean = |idx: &usize| {
            let others = neighbours.get(*idx).map_or(&[][..], Vec::as_slice);
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

/// Columns from left to right, or back.
fn turns(count: usize, is_forward: bool) -> Vec<usize> {
    if is_forward { (0..count).collect() } else { (0..count).rev().collect() }
}

/// The upper end of each item: stacked at first, then moved to the middle of its neighbours.
fn tops(plan: &Plan) -> Vec<i64> {
    let mut tops = vec![0_i64; plan.items.len()];
    let height = |idx: usize| plan.items.get(idx).map_or(0, |item| item.height);
    for column in &plan.columns {
        let mut y = 0;
        for idx in column {
            if let Some(top) = tops.get_mut(*idx) {
                *top = y;
            }
            y += height(*idx) + ROW_GAP;
        }
    }
    for sweep in 0..MOVE_SWEEPS {
        let is_forward = sweep % 2 == 0;
        for column in turns(plan.columns.len(), is_forward) {
            let Some(column) = plan.columns.get(column) else { continue };
            let wanted: Vec<i64> = column
                .iter()
                .map(|idx| {
                    let side = if is_forward { &plan.before } else { &plan.after };
                    let others = side.get(*idx).map_or(&[][..], Vec::as_slice);
                    let middle =
                        |other: &usize| tops.get(*other).copied().unwrap_or(0) + height(*other) / 2;
                    let sum: i64 = others.iter().map(middle).sum();
                    let mean = sum.checked_div(i64::try_from(others.len()).unwrap_or(0));
                    let now = tops.get(*idx).copied().unwrap_or(0);
                    mean.map_or(now, |mean| mean - height(*idx) / 2)
                })
                .collect();
            let heights: Vec<i64> = column.iter().map(|idx| height(*idx)).collect();
            for (idx, y) in column.iter().zip(apart(&wanted, &heights)) {
                if let Some(top) = tops.get_mut(*idx) {
                    *top = y;
                }
            }
        }
    }
    tops
}

/// The places nearest to the wanted ones where nothing overlaps: half way between pushing everything
/// down and pushing everything up.
fn apart(wanted: &[i64], heights: &[i64]) -> Vec<i64> {
    let mut down: Vec<i64> = Vec::with_capacity(wanted.len());
    let mut next = i64::MIN;
    for (y, height) in wanted.iter().zip(heights) {
        let y = next.max(*y);
        down.push(y);
        next = y + height + ROW_GAP;
    }
    let mut up: Vec<i64> = Vec::with_capacity(wanted.len());
    let mut next = i64::MAX;
    for (y, height) in wanted.iter().zip(heights).rev() {
        let y = (next.saturating_sub(*height)).min(*y);
        up.push(y);
        next = y - ROW_GAP;
    }
    down.iter().zip(up.iter().rev()).map(|(down, up)| i64::midpoint(*down, *up)).collect()
}

fn draw(graph: &Graph, plan: &Plan, tops: &[i64]) -> Picture {
    let highest = tops.iter().min().copied().unwrap_or(0);
    let lefts = lefts(graph, plan);
    let boxes: Vec<Box> = plan
        .items
        .iter()
        .zip(tops)
        .map(|(item, top)| Box {
            x: lefts.get(item.layer).copied().unwrap_or(MARGIN),
            y: top - highest + MARGIN,
            height: item.height,
        })
        .collect();
    let bottom = boxes.iter().map(|place| place.y + place.height).max().unwrap_or(0);
    let mut lines = lines(graph, plan, &boxes);
    let mut lane = bottom;
    for line in lines.iter_mut().filter(|line| line.lane.is_some()) {
        lane += LANE;
        line.lane = Some(lane);
    }
    let turn = if lane > bottom { MARGIN * 2 } else { 0 };
    let right = lefts.last().copied().unwrap_or(MARGIN) + NODE_WIDTH;
    Picture {
        width: (right + MARGIN + turn).max(300),
        height: lane + MARGIN,
        lines,
        boxes: boxes.into_iter().take(graph.nodes.len()).collect(),
    }
}

/// The left end of each column: before it is room for what is written at the lines that arrive there.
fn lefts(graph: &Graph, plan: &Plan) -> Vec<i64> {
    let mut gaps = vec![MIN_GAP; plan.columns.len()];
    for edge in &graph.edges {
        let layer = plan.items.get(edge.to).map_or(0, |item| item.layer);
        let longest = labels(edge).iter().map(|label| label.chars().count()).max().unwrap_or(0);
        let room = i64::try_from(longest).unwrap_or(0).saturating_mul(7) + 34;
        if let Some(gap) = gaps.get_mut(layer) {
            *gap = room.clamp(*gap, MAX_GAP.max(*gap));
        }
    }
    let mut lefts = Vec::with_capacity(gaps.len());
    let mut x = MARGIN;
    for (idx, gap) in gaps.into_iter().enumerate() {
        if idx > 0 {
            x += NODE_WIDTH + gap;
        }
        lefts.push(x);
    }
    lefts
}

/// Lines leave and reach a node in the order of their next places, so that they do not cross there.
fn lines(graph: &Graph, plan: &Plan, boxes: &[Box]) -> Vec<Line> {
    let place = |idx: usize| boxes.get(idx).copied().unwrap_or_default();
    let middle = |idx: usize| place(idx).y + place(idx).height / 2;
    let mut lines: Vec<Line> = Vec::with_capacity(graph.edges.len());
    let mut leaving: BTreeMap<usize, Vec<(i64, usize, i64)>> = BTreeMap::new();
    let mut reaching: BTreeMap<usize, Vec<(i64, usize, i64)>> = BTreeMap::new();
    for (idx, (edge, chain)) in graph.edges.iter().zip(&plan.chains).enumerate() {
        // What runs back leaves and arrives below all others.
        let first = chain.get(1).map_or(i64::MAX, |item| middle(*item));
        let last = chain.iter().rev().nth(1).map_or(i64::MAX, |item| middle(*item));
        leaving.entry(edge.from).or_default().push((first, idx, leaving_room(edge)));
        reaching.entry(edge.to).or_default().push((last, idx, arrival_room(edge)));
        let inner = chain.get(1..chain.len().saturating_sub(1)).unwrap_or_default();
        lines.push(Line {
            passes: inner.iter().map(|item| (place(*item).x, middle(*item))).collect(),
            width: width(edge.share_ppm),
            lane: chain.is_empty().then_some(0),
            ..Line::default()
        });
    }
    for (ports, is_leaving) in [(leaving, true), (reaching, false)] {
        for (node, mut ports) in ports {
            ports.sort_unstable();
            let node = place(node);
            let room: i64 = ports.iter().map(|(_, _, room)| *room).sum();
            let spare =
                (node.height - room).max(0) / i64::try_from(ports.len()).unwrap_or(1).max(1);
            let mut y = node.y;
            for (_, idx, room) in ports {
                // Labels stand above a line, so it arrives low in its room.
                let Some(line) = lines.get_mut(idx) else { continue };
                let at = y + (room + spare) / 2;
                if is_leaving {
                    line.from = (node.x + NODE_WIDTH, at);
                } else {
                    line.to = (node.x, at);
                }
                y += room + spare;
            }
        }
    }
    lines
}

/// From 1 for next to nothing to 16 for the whole seed; the square root keeps small flows visible.
fn width(share_ppm: u64) -> i64 {
    let root = share_ppm.min(1_000_000).isqrt();
    i64::try_from(root / 66).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ROW_GAP, apart, width};

    #[test]
    fn widths_grow_with_the_root_of_the_share() {
        let widths = [0, 1, 10_000, 250_000, 1_000_000, u64::MAX].map(width);
        assert_eq!(widths, [1, 1, 2, 8, 16, 16]);
    }

    proptest! {
        #[test]
        fn nothing_overlaps(column in proptest::collection::vec((-2_000_i64..2_000, 1_i64..200), 0..20)) {
            let (wanted, heights): (Vec<i64>, Vec<i64>) = column.into_iter().unzip();
            let tops = apart(&wanted, &heights);
            prop_assert_eq!(tops.len(), wanted.len());
            for (idx, pair) in tops.windows(2).enumerate() {
                prop_assert!(pair[0] + heights[idx] + ROW_GAP <= pair[1] + 1);
            }
        }
    }
}
