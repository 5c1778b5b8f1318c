//! The graph as GraphML.

use std::io::{self, Write};

use super::xml::escape;
use super::{Attribute, Kind, Network, edge_attributes, node_attributes};
use crate::{Error, Report};

/// The graph as GraphML in UTF-8: a directed multigraph. Node and edge ids are those of the report (`P1`, `H1`, `S1`);
/// where value went to nobody known, the node is `H1-nobody`.
///
/// Amounts are exact texts. `weight`, a number, is the share of the seed's value in millionths, at least one: for
/// drawing only.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn graphml(report: &Report, to: &mut dyn Write) -> Result<(), Error> {
    let network = Network::new(report);
    let (of_nodes, of_edges) = (node_attributes(), edge_attributes(report));
    write!(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns \
         http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n"
    )?;
    let about = super::about(report);
    for (name, _) in &about {
        writeln!(
            to,
            "  <key id=\"g_{name}\" for=\"graph\" attr.name=\"{name}\" attr.type=\"string\"/>"
        )?;
    }
    keys(to, "node", "n", &of_nodes)?;
    keys(to, "edge", "e", &of_edges)?;
    writeln!(to, "  <graph id=\"trail\" edgedefault=\"directed\">")?;
    for (name, value) in &about {
        writeln!(to, "    <data key=\"g_{name}\">{}</data>", escape(value))?;
    }
    for node in &network.nodes {
        write!(to, "    <node id=\"{}\">", escape(node.id()))?;
        data(to, "n", &of_nodes, node)?;
        writeln!(to, "</node>")?;
    }
    for edge in &network.edges {
        let (source, target) = edge.ends();
        let (id, source, target) = (escape(edge.id()), escape(&source), escape(&target));
        write!(to, "    <edge id=\"{id}\" source=\"{source}\" target=\"{target}\">")?;
        data(to, "e", &of_edges, edge)?;
        writeln!(to, "</edge>")?;
    }
    writeln!(to, "  </graph>\n</graphml>")?;
    Ok(())
}

fn keys<T>(
    to: &mut dyn Write,
    of: &str,
    prefix: &str,
    attributes: &[Attribute<T>],
) -> io::Result<()> {
    for (name, kind, _) in attributes {
        let kind = match kind {
            Kind::Text => "string",
            Kind::Integer => "long",
            Kind::Double => "double",
            Kind::Flag => "boolean",
        };
        writeln!(
            to,
            "  <key id=\"{prefix}_{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
        )?;
    }
    Ok(())
}

/// The attributes that there is something to say of.
fn data<T>(
    to: &mut dyn Write,
    prefix: &str,
    attributes: &[Attribute<T>],
    item: &T,
) -> io::Result<()> {
    for (name, _, of) in attributes {
        let value = of(item);
        if !value.is_empty() {
            write!(to, "<data key=\"{prefix}_{name}\">{}</data>", escape(&value))?;
        }
    }
    Ok(())
}
