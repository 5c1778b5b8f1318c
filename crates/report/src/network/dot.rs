//! The graph for Graphviz.

use std::fmt::Write as _;
use std::io::Write;

use super::{Edge, Network, Node, amount_of};
use crate::{Error, Report};

/// Characters of a name that a label shows.
const LABEL_CHARS: usize = 60;

/// The graph in the language of Graphviz, in UTF-8. Ids are those of [`graphml()`](super::graphml()); shapes tell what an
/// address is: an octagon is listed today or was at a movement, or may be or have been; a hexagon is listed only at other
/// times; a double frame holds value, dashed is invented. `weight` does not matter to the
/// layout; the width of a line tells the share of its seed.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn dot(report: &Report, to: &mut dyn Write) -> Result<(), Error> {
    let network = Network::new(report);
    let title = match &report.invented {
        Some(banner) => format!("{}\nRECONSTRUCTION: {banner}", report.title),
        None => report.title.clone(),
    };
    writeln!(to, "digraph trail {{")?;
    writeln!(to, "  graph [rankdir=LR, charset=\"UTF-8\", labelloc=t, label={}];", quoted(&title))?;
    writeln!(to, "  node [shape=box, fontname=\"sans-serif\", fontsize=10];")?;
    writeln!(to, "  edge [fontname=\"sans-serif\", fontsize=9];")?;
    for node in &network.nodes {
        writeln!(to, "  {} [{}];", quoted(node.id()), node_look(node))?;
    }
    for edge in &network.edges {
        let (source, target) = edge.ends();
        writeln!(to, "  {} -> {} [{}];", quoted(&source), quoted(&target), edge_look(edge))?;
    }
    writeln!(to, "}}")?;
    Ok(())
}

fn node_look(node: &Node<'_>) -> String {
    let Some(party) = node.party() else {
        return format!("shape=plaintext, label={}", quoted(node.name()));
    };
    let mut label = format!("{}\n{}", node.name(), party.short());
    if let Some(said) = party.labels.first() {
        let cut = if said.chars().nth(LABEL_CHARS).is_some() { "…" } else { "" };
        label.push('\n');
        label.extend(said.chars().take(LABEL_CHARS));
        label.push_str(cut);
    }
    let mut look = format!("label={}, tooltip={}", quoted(&label), quoted(&party.address));
    let may_be_today =
        matches!(party.listed_today, Some("listed" | "perhaps listed" | "perhaps delisted"));
    if may_be_today || node.listed().is_in_force {
        look.push_str(", shape=octagon");
    } else if !party.listings.is_empty() {
        look.push_str(", shape=hexagon");
    }
    if node.endings().iter().any(|ending| ending.class == "held") {
        look.push_str(", peripheries=2");
    }
    if party.is_invented {
        look.push_str(", style=dashed");
    }
    if let Some(link) = party.link() {
        // Writing to a string cannot fail.
        let _ = write!(look, ", URL={}", quoted(&link));
    }
    look
}

fn edge_look(edge: &Edge<'_>) -> String {
    let stolen: Vec<String> = edge.stolen().iter().map(amount_of).collect();
    let time = edge.time().unwrap_or("time not known");
    let label = format!("{}: {}\n{time}", edge.id(), stolen.join(" + "));
    let hash = edge.place().transaction.as_deref().unwrap_or("no transaction");
    let width = match edge.weight() {
        ppm if ppm.len() <= "1000.0".len() => "0.5",
        ppm if ppm.len() <= "99999.0".len() => "1",
        ppm if ppm.len() <= "999999.0".len() => "2",
        _ => "3",
    };
    let style = match edge.kind() {
        "conversion" => ", style=dashed",
        "seed" => ", color=\"#9C0006\"",
        _ => "",
    };
    format!("label={}, tooltip={}, penwidth={width}{style}", quoted(&label), quoted(hash))
}

/// A string of the language. In labels a backslash starts an escape and an ampersand an entity, so both are doubled or
/// spelled out; a line break is one of the label.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(8));
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '&' => quoted.push_str("&amp;"),
            '<' => quoted.push_str("&lt;"),
            '>' => quoted.push_str("&gt;"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn strings_stay_strings() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text), expected);
        check("P1", "\"P1\"");
        check("a\"];evil [label=\"", "\"a\\\"];evil [label=\\\"\"");
        check("ends in \\", "\"ends in \\\\\"");
        check("\\N\\G", "\"\\\\N\\\\G\"");
        check("<b>&lt;</b>", "\"&lt;b&gt;&amp;lt;&lt;/b&gt;\"");
        check("one\ntwo\r\u{0}", "\"one\\ntwo  \"");
    }
}
