//! The graph as GEXF.

use std::io::{self, Write};

use super::xml::escape;
use super::{Attribute, Kind, Network, edge_attributes, node_attributes};
use crate::{Error, Report};

/// The graph as GEXF 1.3 in UTF-8: dynamic, so that a timeline shows how value moved. An edge is there at the moment of
/// its movement, an address from its first to its last; what has no known time is always there. Ids and attributes are
/// those of [`graphml()`](super::graphml()).
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn gexf(report: &Report, to: &mut dyn Write) -> Result<(), Error> {
    let network = Network::new(report);
    let (of_nodes, of_edges) = (node_attributes(), edge_attributes(report));
    write!(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <gexf xmlns=\"http://gexf.net/1.3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd\" version=\"1.3\">\n"
    )?;
    let about = super::about(report);
    let said: Vec<String> = about.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    writeln!(to, "  <meta lastmodifieddate=\"{}\">", escape(&report.today))?;
    writeln!(to, "    <creator>{}</creator>", escape(&report.software))?;
    writeln!(to, "    <description>{}</description>\n  </meta>", escape(&said.join("\n")))?;
    writeln!(
        to,
        "  <graph mode=\"dynamic\" defaultedgetype=\"directed\" timeformat=\"dateTime\" \
         timerepresentation=\"interval\">"
    )?;
    attributes(to, "node", &of_nodes)?;
    attributes(to, "edge", &of_edges)?;
    writeln!(to, "    <nodes>")?;
    for node in &network.nodes {
        write!(to, "      <node id=\"{}\" label=\"{}\"", escape(node.id()), escape(node.name()))?;
        let (first, last) = node.span();
        span(to, first, last)?;
        write!(to, ">")?;
        values(to, &of_nodes, node)?;
        writeln!(to, "</node>")?;
    }
    writeln!(to, "    </nodes>\n    <edges>")?;
    for edge in &network.edges {
        let (source, target) = edge.ends();
        write!(
            to,
            "      <edge id=\"{}\" source=\"{}\" target=\"{}\" label=\"{}\" weight=\"{}\"",
            escape(edge.id()),
            escape(&source),
            escape(&target),
            escape(edge.kind()),
            edge.weight(),
        )?;
        span(to, edge.time(), edge.time())?;
        write!(to, ">")?;
        values(to, &of_edges, edge)?;
        writeln!(to, "</edge>")?;
    }
    writeln!(to, "    </edges>\n  </graph>\n</gexf>")?;
    Ok(())
}

/// `weight` is not among them: GEXF has it at the edge itself.
fn own<T>(attributes: &[Attribute<T>]) -> impl Iterator<Item = (usize, &Attribute<T>)> {
    attributes.iter().enumerate().filter(|(_, (_, kind, _))| *kind != Kind::Double)
}

fn attributes<T>(to: &mut dyn Write, of: &str, all: &[Attribute<T>]) -> io::Result<()> {
    writeln!(to, "    <attributes class=\"{of}\" mode=\"static\">")?;
    for (idx, (name, kind, _)) in own(all) {
        let kind = match kind {
            Kind::Text => "string",
            Kind::Integer => "long",
            Kind::Double => "double",
            Kind::Flag => "boolean",
        };
        writeln!(to, "      <attribute id=\"{idx}\" title=\"{name}\" type=\"{kind}\"/>")?;
    }
    writeln!(to, "    </attributes>")
}

fn values<T>(to: &mut dyn Write, all: &[Attribute<T>], item: &T) -> io::Result<()> {
    write!(to, "<attvalues>")?;
    for (idx, (_, _, of)) in own(all) {
        let value = of(item);
        if !value.is_empty() {
            write!(to, "<attvalue for=\"{idx}\" value=\"{}\"/>", escape(&value))?;
        }
    }
    write!(to, "</attvalues>")
}

/// From when to when it is there; always where that is not known.
fn span(to: &mut dyn Write, first: Option<&str>, last: Option<&str>) -> io::Result<()> {
    if let Some((first, last)) = first.and_then(moment).zip(last.and_then(moment)) {
        write!(to, " start=\"{first}\" end=\"{last}\"")?;
    }
    Ok(())
}

/// `2022-03-29 13:29:09 UTC` as XML has it.
fn moment(text: &str) -> Option<String> {
    let (day, time) = text.strip_suffix(" UTC")?.split_once(' ')?;
    Some(format!("{day}T{time}Z"))
}
