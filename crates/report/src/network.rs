//! The trail as a graph for programs that draw and compute with graphs: every address is a node, every movement an edge
//! of its own.

mod dot;
mod ftm;
mod gexf;
mod graphml;
mod xml;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::Report;
use crate::number::usd_sum;
use crate::schema::{Ending, Hop, Money, Party, Place, Seed};

pub use dot::dot;
pub use ftm::ftm;
pub use gexf::gexf;
pub use graphml::graphml;

/// What an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    /// For drawing only; nothing exact is one.
    Double,
    Flag,
}

/// An attribute of all nodes or all edges: its name, what it is, and its value; empty where there is none.
type Attribute<T> = (&'static str, Kind, for<'a> fn(&'a T) -> Cow<'a, str>);

/// What the movements at an address say of its listings.
#[derive(Clone, Copy, Default)]
struct Listed<'a> {
    /// The status at the movement where it weighs most.
    then: Option<&'a str>,
    /// Whether one was, or may have been, in force at a movement or is today.
    is_in_force: bool,
}

/// An address, or where value went that has no address.
enum Node<'a> {
    Address {
        party: &'a Party,
        endings: Vec<&'a Ending>,
        listed: Listed<'a>,
        first: Option<&'a str>,
        last: Option<&'a str>,
    },
    /// Nobody, or nobody known: a node for each movement, so that it joins nothing.
    Nobody { hop: &'a Hop, id: String },
}

/// A movement.
enum Edge<'a> {
    /// A theft, where it is known whom it was taken from.
    Seed(&'a Seed),
    /// A hop; a conversion leads from an account to itself.
    Hop(&'a Hop),
}

/// The graph.
struct Network<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
}

impl<'a> Network<'a> {
    fn new(report: &'a Report) -> Self {
        let mut endings: BTreeMap<&str, Vec<&Ending>> = BTreeMap::new();
        for ending in &report.endings {
            if let Some(at) = &ending.at {
                endings.entry(&at.party).or_default().push(ending);
            }
        }
        // Traced back, the first hop is the seed itself.
        let mut told: BTreeSet<&str> = BTreeSet::new();
        if report.direction == "in" {
            let lots = report.hops.iter().flat_map(|hop| &hop.taken);
            told.extend(lots.filter_map(|lot| lot.from.as_deref()));
        }
        let is_edge = |seed: &&Seed| seed.from.is_some() && !told.contains(&*seed.id);
        let seeds = report.seeds.iter().filter(is_edge).map(Edge::Seed);
        let edges: Vec<Edge<'_>> = seeds.chain(report.hops.iter().map(Edge::Hop)).collect();
        let mut times: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
        for edge in &edges {
            let Some(time) = edge.time() else { continue };
            for id in [edge.from(), edge.party_to()].into_iter().flatten() {
                let span = times.entry(id).or_insert((time, time));
                *span = (span.0.min(time), span.1.max(time));
            }
        }
        let listed = listed(report);
        let address = |party: &'a Party| {
            let span = times.get(&*party.id).copied();
            Node::Address {
                party,
                endings: endings.remove(&*party.id).unwrap_or_default(),
                listed: listed.get(&*party.id).copied().unwrap_or_default(),
                first: span.map(|(first, _)| first),
                last: span.map(|(_, last)| last),
            }
        };
        let mut nodes: Vec<Node<'_>> = report.parties.iter().map(address).collect();
        let nobody = report.hops.iter().filter(|hop| hop.to.is_none());
        nodes.extend(nobody.map(|hop| Node::Nobody { hop, id: nobody_id(hop) }));
        Self { nodes, edges }
    }
}

/// By the id of the address.
fn listed(report: &Report) -> BTreeMap<&str, Listed<'_>> {
    let mut listed: BTreeMap<&str, Listed<'_>> = BTreeMap::new();
    for finding in &report.findings {
        let known = listed.entry(&finding.party.party).or_default();
        known.is_in_force |= finding.is_in_force;
        if known.then.is_none_or(|then| weight(then) < weight(finding.then)) {
            known.then = Some(finding.then);
        }
    }
    listed
}

/// How much the status of a listing weighs, beside others of the same address.
fn weight(status: &str) -> u8 {
    match status {
        "listed" => 5,
        "perhaps delisted" => 4,
        "perhaps listed" => 3,
        "time not known" => 2,
        "delisted" => 1,
        _ => 0,
    }
}

fn nobody_id(hop: &Hop) -> String {
    format!("{}-nobody", hop.id)
}

const fn node_attributes<'n>() -> [Attribute<Node<'n>>; 14] {
    [
        ("name", Kind::Text, |node| Cow::Borrowed(node.name())),
        ("kind", Kind::Text, |node| Cow::Borrowed(node.kind())),
        ("chain_id", Kind::Integer, |node| Cow::Owned(node.chain().0.to_string())),
        ("chain", Kind::Text, |node| Cow::Borrowed(node.chain().1)),
        ("address", Kind::Text, |node| {
            Cow::Borrowed(node.party().map_or("", |party| &party.address))
        }),
        ("labels", Kind::Text, |node| {
            joined(node.party().map_or(&[][..], |party| &party.labels), "; ")
        }),
        ("listings", Kind::Text, |node| {
            joined(node.party().map_or(&[][..], |party| &party.listings), "; ")
        }),
        ("listed_today", Kind::Text, |node| {
            Cow::Borrowed(node.party().and_then(|party| party.listed_today).unwrap_or_default())
        }),
        ("listed_then", Kind::Text, |node| Cow::Borrowed(node.listed().then.unwrap_or_default())),
        ("is_invented", Kind::Flag, |node| {
            flag(node.party().is_some_and(|party| party.is_invented))
        }),
        ("endings", Kind::Text, |node| {
            joined_of(node.endings(), |ending| Cow::Borrowed(&ending.id))
        }),
        ("ended", Kind::Text, |node| {
            joined_of(node.endings(), |ending| {
                Cow::Owned(format!("{} {}", ending.class, amount_of(&ending.money)))
            })
        }),
        ("ended_usd", Kind::Text, |node| {
            Cow::Owned(usd_sum(node.own_endings().map(|of| &of.money)))
        }),
        ("link", Kind::Text, |node| {
            Cow::Owned(node.party().and_then(Party::link).unwrap_or_default())
        }),
    ]
}

/// What is traced back is not called stolen.
fn edge_attributes<'n>(report: &Report) -> [Attribute<Edge<'n>>; 19] {
    let (part, part_base_units) = match report.direction {
        "in" => ("traced", "traced_base_units"),
        _ => ("stolen", "stolen_base_units"),
    };
    [
        ("kind", Kind::Text, |edge| Cow::Borrowed(edge.kind())),
        ("chain_id", Kind::Integer, |edge| Cow::Owned(edge.place().chain.to_string())),
        ("chain", Kind::Text, |edge| Cow::Borrowed(&edge.place().chain_name)),
        ("position", Kind::Text, |edge| Cow::Borrowed(&edge.place().position)),
        ("time", Kind::Text, |edge| Cow::Borrowed(edge.time().unwrap_or_default())),
        ("transaction", Kind::Text, |edge| {
            Cow::Borrowed(edge.place().transaction.as_deref().unwrap_or_default())
        }),
        ("asset", Kind::Text, |edge| joined_of(edge.paid(), |money| Cow::Borrowed(&money.asset))),
        ("asset_contract", Kind::Text, |edge| {
            joined_of(edge.paid(), |money| {
                Cow::Borrowed(money.contract.as_deref().unwrap_or("native"))
            })
        }),
        ("amount", Kind::Text, |edge| joined_of(edge.paid(), number)),
        ("amount_base_units", Kind::Text, |edge| {
            joined_of(edge.paid(), |money| Cow::Borrowed(&money.base_units))
        }),
        ("received", Kind::Text, |edge| {
            joined_of(edge.received(), |money| Cow::Owned(amount_of(money)))
        }),
        (part, Kind::Text, |edge| joined_of(edge.stolen(), |money| Cow::Owned(amount_of(money)))),
        (part_base_units, Kind::Text, |edge| {
            joined_of(edge.stolen(), |money| Cow::Borrowed(&money.base_units))
        }),
        ("usd", Kind::Text, |edge| Cow::Owned(usd_sum(edge.stolen().iter()))),
        ("depth", Kind::Integer, |edge| Cow::Owned(edge.depth().to_string())),
        ("is_approximate", Kind::Flag, |edge| flag(edge.is_approximate())),
        ("verdicts", Kind::Text, |edge| joined(edge.verdicts(), "; ")),
        ("link", Kind::Text, |edge| Cow::Owned(edge.place().link().unwrap_or_default())),
        ("weight", Kind::Double, |edge| Cow::Owned(edge.weight())),
    ]
}

impl<'a> Node<'a> {
    fn id(&self) -> &str {
        match self {
            Self::Address { party, .. } => &party.id,
            Self::Nobody { id, .. } => id,
        }
    }

    const fn party(&self) -> Option<&'a Party> {
        match self {
            Self::Address { party, .. } => Some(party),
            Self::Nobody { .. } => None,
        }
    }

    fn name(&self) -> &'a str {
        match self {
            Self::Address { party, .. } => &party.alias,
            Self::Nobody { hop, .. } => hop.to_note.unwrap_or("nobody known"),
        }
    }

    fn kind(&self) -> &'a str {
        self.party().map_or("nobody", |party| &party.kind)
    }

    fn chain(&self) -> (u64, &'a str) {
        match self {
            Self::Address { party, .. } => (party.chain, &party.chain_name),
            Self::Nobody { hop, .. } => (hop.place.chain, &hop.place.chain_name),
        }
    }

    fn endings(&self) -> &[&'a Ending] {
        match self {
            Self::Address { endings, .. } => endings,
            Self::Nobody { .. } => &[],
        }
    }

    fn listed(&self) -> Listed<'a> {
        match self {
            Self::Address { listed, .. } => *listed,
            Self::Nobody { .. } => Listed::default(),
        }
    }

    /// Those that no other seed counts too.
    fn own_endings(&self) -> impl Iterator<Item = &'a Ending> {
        self.endings().iter().copied().filter(|ending| !ending.is_repeated)
    }

    /// When it first and last had a part.
    fn span(&self) -> (Option<&'a str>, Option<&'a str>) {
        match self {
            Self::Address { first, last, .. } => (*first, *last),
            Self::Nobody { hop, .. } => (hop.place.time.as_deref(), hop.place.time.as_deref()),
        }
    }
}

impl<'a> Edge<'a> {
    fn id(&self) -> &'a str {
        match self {
            Self::Seed(seed) => &seed.id,
            Self::Hop(hop) => &hop.id,
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Seed(_) => "seed",
            Self::Hop(hop) => hop.kind,
        }
    }

    const fn place(&self) -> &'a Place {
        match self {
            Self::Seed(seed) => &seed.place,
            Self::Hop(hop) => &hop.place,
        }
    }

    fn time(&self) -> Option<&'a str> {
        self.place().time.as_deref()
    }

    /// The address that paid; of a seed that has none there is no edge.
    fn from(&self) -> Option<&'a str> {
        match self {
            Self::Seed(seed) => seed.from.as_ref().map(|from| &*from.party),
            Self::Hop(hop) => Some(&hop.from.party),
        }
    }

    /// The address that received.
    fn party_to(&self) -> Option<&'a str> {
        match self {
            Self::Seed(seed) => Some(&seed.to.party),
            Self::Hop(hop) => hop.to.as_ref().map(|to| &*to.party),
        }
    }

    /// The nodes that it joins.
    fn ends(&self) -> (Cow<'a, str>, Cow<'a, str>) {
        let to = match (self, self.party_to()) {
            (_, Some(to)) => Cow::Borrowed(to),
            (Self::Hop(hop), None) => Cow::Owned(nobody_id(hop)),
            (Self::Seed(_), None) => Cow::default(),
        };
        (Cow::Borrowed(self.from().unwrap_or_default()), to)
    }

    fn paid(&self) -> &'a [Money] {
        match self {
            Self::Seed(seed) => std::slice::from_ref(&seed.money),
            Self::Hop(hop) => &hop.paid,
        }
    }

    fn received(&self) -> &'a [Money] {
        match self {
            Self::Seed(_) => &[],
            Self::Hop(hop) => &hop.received,
        }
    }

    fn stolen(&self) -> &'a [Money] {
        match self {
            Self::Seed(seed) => std::slice::from_ref(&seed.money),
            Self::Hop(hop) => &hop.stolen,
        }
    }

    const fn depth(&self) -> u32 {
        match self {
            Self::Seed(_) => 0,
            Self::Hop(hop) => hop.depth,
        }
    }

    const fn is_approximate(&self) -> bool {
        match self {
            Self::Seed(_) => false,
            Self::Hop(hop) => hop.is_approximate,
        }
    }

    fn verdicts(&self) -> &'a [String] {
        match self {
            Self::Seed(_) => &[],
            Self::Hop(hop) => &hop.verdicts,
        }
    }

    /// The share of the seed's value in millionths, at least one: for drawing only.
    fn weight(&self) -> String {
        let ppm = match self {
            Self::Seed(_) => 1_000_000,
            Self::Hop(hop) => hop.share_ppm.max(1),
        };
        format!("{ppm}.0")
    }
}

const fn flag(is: bool) -> Cow<'static, str> {
    Cow::Borrowed(if is { "true" } else { "false" })
}

fn number(money: &Money) -> Cow<'_, str> {
    match &money.decimal {
        Some(decimal) => Cow::Borrowed(decimal),
        None => Cow::Owned(format!("{} base units", money.base_units)),
    }
}

fn amount_of(money: &Money) -> String {
    format!("{} {}", number(money), money.asset)
}

fn joined<'a>(texts: &'a [String], by: &str) -> Cow<'a, str> {
    match texts {
        [] => Cow::default(),
        [one] => Cow::Borrowed(one),
        several => Cow::Owned(several.join(by)),
    }
}

fn joined_of<'a, T>(values: &'a [T], text: impl Fn(&'a T) -> Cow<'a, str>) -> Cow<'a, str> {
    match values {
        [] => Cow::default(),
        [one] => text(one),
        several => Cow::Owned(several.iter().map(text).collect::<Vec<_>>().join(" + ")),
    }
}

/// What the whole graph is, name and value.
fn about(report: &Report) -> Vec<(&'static str, Cow<'_, str>)> {
    let mut about = vec![("title", Cow::Borrowed(&*report.title))];
    if let Some(banner) = &report.invented {
        about.push(("reconstruction", Cow::Borrowed(&**banner)));
    }
    if let Some(unfinished) = &report.unfinished {
        about.push(("unfinished", Cow::Borrowed(&**unfinished)));
    }
    about.push(("software", Cow::Borrowed(&*report.software)));
    about.push(("case", Cow::Borrowed(report.case_digest.as_deref().unwrap_or_default())));
    about.push(("judged_as_of", Cow::Borrowed(&*report.today)));
    about.push(("direction", Cow::Borrowed(report.direction)));
    about.push(("rule", Cow::Borrowed(report.rule)));
    about
}
