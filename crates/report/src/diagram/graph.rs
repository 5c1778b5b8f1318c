//! Who paid whom on one chain, with parallel payments drawn as one line.

use std::collections::{BTreeMap, BTreeSet};

use fundtrail_model::{Amount, EndingClass};
use smol_str::{SmolStr, format_smolstr};

use crate::Report;
use crate::schema::{Few, Hop, Money, PartyRef, Tag};

/// Amounts by asset.
pub(crate) type Sums = Few<(Money, Amount)>;

/// Addresses and the flows between them.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    pub(crate) chain_name: String,
    pub(crate) nodes: Vec<Node>,
    /// In the order of the first movement.
    pub(crate) edges: Vec<Edge>,
    pub(crate) fee_count: usize,
}

/// An address, or several drawn as one.
#[derive(Clone, Default)]
pub(crate) struct Node {
    /// The name, and the shortened address.
    pub(crate) name: SmolStr,
    pub(crate) detail: SmolStr,
    /// The party's id, for a link to its row; empty for a group.
    pub(crate) party: Tag,
    /// How many addresses this stands for.
    pub(crate) member_count: usize,
    /// Whether value of a seed started here.
    pub(crate) is_source: bool,
    pub(crate) is_listed: bool,
    /// What ended here, in the order of the kinds.
    pub(crate) endings: Few<Ended>,
    /// What was converted here, `LP → MATIC`.
    pub(crate) conversions: BTreeSet<String>,
    /// The largest share that arrived, in millionths.
    pub(crate) share_ppm: u64,
}

/// What ended at an address for one kind of reason.
#[derive(Clone)]
pub(crate) struct Ended {
    pub(crate) class: EndingClass,
    /// In millionths of the seeds' value.
    pub(crate) share_ppm: u64,
    pub(crate) sums: Sums,
}

impl Node {
    /// The kind of ending that most of the value here came to; fees do not count.
    pub(crate) fn main_ending(&self) -> Option<&Ended> {
        let ended = self.endings.iter().filter(|ended| ended.class != EndingClass::Fee);
        ended.max_by(|a, b| a.share_ppm.cmp(&b.share_ppm).then(b.class.cmp(&a.class)))
    }

    /// The same, by name.
    pub(crate) fn class(&self) -> Option<EndingClass> {
        self.main_ending().map(|ended| ended.class)
    }

    /// Adds what ended here.
    pub(crate) fn end<'m>(
        &mut self,
        class: EndingClass,
        share_ppm: u64,
        amounts: impl IntoIterator<Item = (&'m Money, Amount)>,
    ) {
        let at = self.endings.partition_point(|ended| ended.class < class);
        if self.endings.get(at).is_none_or(|ended| ended.class != class) {
            self.endings.insert(at, Ended { class, share_ppm: 0, sums: Sums::new() });
        }
        let Some(ended) = self.endings.get_mut(at) else { return };
        ended.share_ppm = ended.share_ppm.saturating_add(share_ppm);
        for (money, amount) in amounts {
            add(&mut ended.sums, money, amount);
        }
    }
}

/// A flow from one node to another.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) hops: Few<Tag>,
    pub(crate) sums: Sums,
    /// In millionths of the seeds' value.
    pub(crate) share_ppm: u64,
}

/// Adds an amount to sums by asset.
pub(crate) fn add(sums: &mut Sums, money: &Money, amount: Amount) {
    let same = |other: &Money| other.chain == money.chain && other.contract == money.contract;
    match sums.iter_mut().find(|(other, _)| same(other)) {
        Some((_, sum)) => *sum = sum.saturating_add(amount),
        None => sums.push((money.clone(), amount)),
    }
}

impl Graph {
    /// What is not drawn.
    pub(crate) fn notes(&self) -> Vec<String> {
        match self.fee_count {
            0 => Vec::new(),
            1 => vec!["1 network fee is not drawn.".to_owned()],
            count => vec![format!("{count} network fees are not drawn.")],
        }
    }
}

/// Builds the graphs of a report.
#[derive(Default)]
struct Builder {
    graphs: BTreeMap<u64, Graph>,
    /// By chain and by address, or by another key for what has no address.
    nodes: BTreeMap<(u64, SmolStr), usize>,
    edges: BTreeMap<(u64, usize, usize), usize>,
    listed: BTreeSet<SmolStr>,
    is_back: bool,
}

/// One graph for each chain, in order.
pub(crate) fn graphs(report: &Report) -> Vec<Graph> {
    let mut builder = Builder {
        listed: report.findings.iter().map(|finding| finding.party.address.clone()).collect(),
        is_back: report.direction == "in",
        ..Builder::default()
    };
    for seed in &report.seeds {
        let chain = seed.place.chain;
        if builder.is_back {
            // The first hops are the seed itself.
            let to = builder.party(chain, &seed.to);
            builder.with(chain, to, |node| node.share_ppm = 1_000_000);
            builder.name_chain(chain, &seed.place.chain_name);
            continue;
        }
        let from = match &seed.from {
            Some(from) => builder.party(chain, from),
            None => builder.nameless(chain, &format!("source {}", seed.id), "payer not known"),
        };
        builder.with(chain, from, |node| node.is_source = true);
        let to = builder.party(chain, &seed.to);
        builder.name_chain(chain, &seed.place.chain_name);
        builder.edge(chain, (from, to), seed.id, std::slice::from_ref(&seed.money), 1_000_000);
    }
    for hop in &report.hops {
        builder.hop(hop);
    }
    for ending in &report.endings {
        let chain = ending.place.chain;
        let node = match &ending.at {
            Some(at) => builder.party(chain, at),
            None => {
                match builder.nodes.get(&(chain, format_smolstr!("beyond {}", ending.origin))) {
                    Some(node) => *node,
                    None => continue,
                }
            }
        };
        builder.name_chain(chain, &ending.place.chain_name);
        builder.with(chain, node, |node| {
            let amount = (&ending.money, ending.money.amount);
            node.end(ending.kind, u64::from(ending.share_ppm), [amount]);
        });
    }
    builder.graphs.into_values().collect()
}

impl Builder {
    fn name_chain(&mut self, chain: u64, name: &str) {
        let graph = self.graphs.entry(chain).or_default();
        if graph.chain_name.is_empty() {
            name.clone_into(&mut graph.chain_name);
        }
    }

    fn node(&mut self, chain: u64, key: SmolStr, new: impl FnOnce() -> Node) -> usize {
        let graph = self.graphs.entry(chain).or_default();
        *self.nodes.entry((chain, key)).or_insert_with(|| {
            graph.nodes.push(new());
            graph.nodes.len().saturating_sub(1)
        })
    }

    fn party(&mut self, chain: u64, party: &PartyRef) -> usize {
        let is_listed = self.listed.contains(&party.address);
        self.node(chain, party.address.clone(), || Node {
            name: party.name.clone(),
            detail: party.short().into(),
            party: party.party,
            member_count: 1,
            is_listed,
            ..Node::default()
        })
    }

    fn nameless(&mut self, chain: u64, key: &str, name: &str) -> usize {
        self.node(chain, key.into(), || Node {
            name: name.into(),
            member_count: 1,
            ..Node::default()
        })
    }

    fn with(&mut self, chain: u64, node: usize, change: impl FnOnce(&mut Node)) {
        let graph = self.graphs.get_mut(&chain);
        if let Some(node) = graph.and_then(|graph| graph.nodes.get_mut(node)) {
            change(node);
        }
    }

    fn hop(&mut self, hop: &Hop) {
        let chain = hop.place.chain;
        self.name_chain(chain, &hop.place.chain_name);
        let from = self.party(chain, &hop.from);
        if !hop.received.is_empty() {
            let names = |amounts: &[Money]| {
                amounts.iter().map(|money| money.asset.as_str()).collect::<Vec<_>>().join(" + ")
            };
            let what = format!("{} → {}", names(&hop.paid), names(&hop.received));
            self.with(chain, from, |node| {
                node.conversions.insert(what);
            });
            return;
        }
        let to = match (&hop.to, hop.to_note) {
            (Some(to), _) => self.party(chain, to),
            (None, Some("network fee")) => {
                let graph = self.graphs.entry(chain).or_default();
                graph.fee_count = graph.fee_count.saturating_add(1);
                return;
            }
            (None, note) => {
                let name = note.unwrap_or("receiver not known");
                self.nameless(chain, &format!("beyond {}", hop.id), name)
            }
        };
        self.edge(chain, (from, to), hop.id, &hop.stolen, u64::from(hop.share_ppm));
    }

    fn edge(
        &mut self,
        chain: u64,
        (from, to): (usize, usize),
        id: Tag,
        amounts: &[Money],
        share_ppm: u64,
    ) {
        if from == to {
            return;
        }
        let graph = self.graphs.entry(chain).or_default();
        let idx = *self.edges.entry((chain, from, to)).or_insert_with(|| {
            let (hops, sums) = (Few::new(), Sums::new());
            graph.edges.push(Edge { from, to, hops, sums, share_ppm: 0 });
            graph.edges.len().saturating_sub(1)
        });
        let Some(edge) = graph.edges.get_mut(idx) else { return };
        edge.hops.push(id);
        edge.share_ppm = edge.share_ppm.saturating_add(share_ppm);
        for money in amounts {
            add(&mut edge.sums, money, money.amount);
        }
        let share = edge.share_ppm;
        // What leads there has a share: back, from the seeds, that is who paid.
        if let Some(node) = graph.nodes.get_mut(if self.is_back { from } else { to }) {
            node.share_ppm = node.share_ppm.max(share);
        }
    }
}
