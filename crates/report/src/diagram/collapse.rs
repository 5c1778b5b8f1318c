//! Small flows and long rows of wallets drawn as one, so that a large trail stays readable.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::EndingClass;

use super::graph::{Edge, Graph, Node, Sums, add};
use super::rank::ranks;
use crate::schema::Few;

/// More columns than this and rows of wallets that only pass value on are drawn as one.
const MANY_LAYERS: usize = 8;
/// What is further to the right is counted as one column: a chain that sheds a part at every step is as
/// long as its maker had patience.
const LAST_LAYER: usize = 14;
/// More nodes than this in one column and the smallest are drawn as groups.
const MAX_IN_LAYER: usize = 10;

/// Draws rows and crowds as groups, and notes how many addresses that concerns. Tells also, for each node of
/// `graph`, which of the drawn ones stands for it.
pub(super) fn collapse(graph: &Graph, notes: &mut Vec<String>) -> (Graph, Vec<usize>) {
    let deepest = ranks(graph).layers.into_iter().max().unwrap_or(0);
    let rows = if deepest > MANY_LAYERS { rows(graph) } else { Vec::new() };
    let (first, in_first) = merge(Cow::Borrowed(graph), &rows, notes);
    let crowds = crowds(&first);
    let (second, in_second) = merge(first, &crowds, notes);
    let stands = |node: &usize| in_second.get(*node).copied().unwrap_or(0);
    (second.into_owned(), in_first.iter().map(stands).collect())
}

/// Nodes to draw as one, and the name of the group.
struct Group {
    members: Vec<usize>,
    name: String,
}

/// Rows of at least three nodes, each with one payer and one receiver, where nothing ended.
fn rows(graph: &Graph) -> Vec<Group> {
    let mut payers: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut receivers: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for edge in &graph.edges {
        payers.entry(edge.to).or_default().insert(edge.from);
        receivers.entry(edge.from).or_default().insert(edge.to);
    }
    let only = |map: &BTreeMap<usize, BTreeSet<usize>>, node: usize| {
        map.get(&node).filter(|others| others.len() == 1).and_then(|others| others.first().copied())
    };
    let is_link = |idx: usize, node: &Node| {
        node.class().is_none()
            && !node.is_source
            && !node.is_listed
            && only(&payers, idx).is_some()
            && only(&receivers, idx).is_some()
    };
    let links: BTreeSet<usize> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(idx, node)| is_link(*idx, node))
        .map(|(idx, _)| idx)
        .collect();
    let mut groups = Vec::new();
    let mut seen = BTreeSet::new();
    for start in links.iter().copied() {
        let payer = only(&payers, start);
        if payer.is_some_and(|payer| links.contains(&payer)) {
            continue;
        }
        let mut members = Vec::new();
        let mut next = Some(start);
        while let Some(node) = next.filter(|node| links.contains(node) && seen.insert(*node)) {
            members.push(node);
            next = only(&receivers, node);
        }
        if members.len() >= 3 {
            let name = format!("{} addresses in a row", members.len());
            groups.push(Group { members, name });
        }
    }
    groups
}

/// In each crowded column, the smallest nodes by kind of ending.
fn crowds(graph: &Graph) -> Vec<Group> {
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (idx, layer) in ranks(graph).layers.into_iter().enumerate() {
        columns.entry(layer.min(LAST_LAYER)).or_default().push(idx);
    }
    let mut groups = Vec::new();
    for column in columns.values_mut().filter(|column| column.len() > MAX_IN_LAYER) {
        let rank = |idx: &usize| {
            let node = graph.nodes.get(*idx);
            let is_kept = node.is_some_and(|node| node.is_source || node.is_listed);
            let share = node.map_or(0, |node| node.share_ppm);
            (std::cmp::Reverse((is_kept, share)), *idx)
        };
        column.sort_by_key(rank);
        let mut by_class: BTreeMap<Option<EndingClass>, Vec<usize>> = BTreeMap::new();
        for idx in column.iter().skip(MAX_IN_LAYER.saturating_sub(3)) {
            let class = graph.nodes.get(*idx).and_then(Node::class);
            by_class.entry(class).or_default().push(*idx);
        }
        for members in by_class.into_values().filter(|members| members.len() > 1) {
            groups.push(Group { name: format!("{} others", members.len()), members });
        }
    }
    groups
}

/// The graph with each group as one node, and which node stands for each of before.
fn merge<'g>(
    graph: Cow<'g, Graph>,
    groups: &[Group],
    notes: &mut Vec<String>,
) -> (Cow<'g, Graph>, Vec<usize>) {
    if groups.is_empty() {
        let same = (0..graph.nodes.len()).collect();
        return (graph, same);
    }
    let mut target: Vec<Option<usize>> = vec![None; graph.nodes.len()];
    let mut merged = Graph { chain_name: graph.chain_name.clone(), ..Graph::default() };
    for group in groups {
        let mut whole = Node { name: group.name.as_str().into(), ..Node::default() };
        for idx in &group.members {
            if let Some(slot) = target.get_mut(*idx) {
                *slot = Some(merged.nodes.len());
            }
            if let Some(node) = graph.nodes.get(*idx) {
                absorb(&mut whole, node);
            }
        }
        merged.nodes.push(whole);
    }
    let count: usize = groups.iter().map(|group| group.members.len()).sum();
    notes.push(format!(
        "{count} addresses with small flows, or that only pass value on, are drawn as {} groups; the \
         tables have each of them.",
        groups.len()
    ));
    for (idx, node) in graph.nodes.iter().enumerate() {
        if let Some(slot) = target.get_mut(idx).filter(|slot| slot.is_none()) {
            *slot = Some(merged.nodes.len());
            merged.nodes.push(node.clone());
        }
    }
    let mut known: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for edge in &graph.edges {
        let end = |idx: usize| target.get(idx).copied().flatten();
        let (Some(from), Some(to)) = (end(edge.from), end(edge.to)) else { continue };
        if from == to {
            continue;
        }
        let idx = *known.entry((from, to)).or_insert_with(|| {
            let (hops, sums) = (Few::new(), Sums::new());
            merged.edges.push(Edge { from, to, hops, sums, share_ppm: 0 });
            merged.edges.len().saturating_sub(1)
        });
        let Some(whole) = merged.edges.get_mut(idx) else { continue };
        whole.hops.extend_from_slice(&edge.hops);
        whole.share_ppm = whole.share_ppm.saturating_add(edge.share_ppm);
        for (money, sum) in &edge.sums {
            add(&mut whole.sums, money, *sum);
        }
    }
    (Cow::Owned(merged), target.into_iter().map(Option::unwrap_or_default).collect())
}

fn absorb(whole: &mut Node, node: &Node) {
    whole.member_count = whole.member_count.saturating_add(node.member_count);
    whole.share_ppm = whole.share_ppm.saturating_add(node.share_ppm);
    whole.is_source |= node.is_source;
    whole.is_listed |= node.is_listed;
    whole.conversions.extend(node.conversions.iter().cloned());
    for ended in &node.endings {
        let amounts = ended.sums.iter().map(|(money, sum)| (money, *sum));
        whole.end(ended.class, ended.share_ppm, amounts);
    }
}
