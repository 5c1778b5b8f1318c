//! Writes the picture as SVG. Kinds of ending differ by shape, words and colour, so that black and
//! white print says the same.

use std::fmt::Write as _;

use fundtrail_model::Amount;

use super::markup::escape;
use crate::diagram::{
    self, Box, Edge, Graph, LINE_HEIGHT, Line, NODE_WIDTH, Node, Picture, Step, labels, rows,
};
use crate::schema::{Money, Tag};

/// With more lines than this, amounts are in the tooltips only.
const MAX_LABELLED: usize = 40;
/// Hops named in a tooltip.
const MAX_HOPS: usize = 12;

/// Writing into a `String` cannot fail, so the results of `write!` are dropped.
pub(super) fn svg(graph: &Graph, picture: &Picture, number: usize) -> String {
    let mut out = String::new();
    let (width, height) = (picture.width, picture.height);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" \
         aria-labelledby=\"flow{number}\"><title id=\"flow{number}\">Flow on {}</title>",
        escape(&graph.chain_name)
    );
    for (idx, (edge, line)) in graph.edges.iter().zip(&picture.lines).enumerate() {
        draw_line(&mut out, graph, edge, line, idx);
    }
    for (idx, (node, place)) in graph.nodes.iter().zip(&picture.boxes).enumerate() {
        draw_node(&mut out, node, place, idx);
    }
    if graph.edges.len() <= MAX_LABELLED {
        for (idx, (edge, line)) in graph.edges.iter().zip(&picture.lines).enumerate() {
            draw_label(&mut out, edge, line, idx);
        }
    }
    out.push_str("</svg>");
    out
}

fn draw_line(out: &mut String, graph: &Graph, edge: &Edge, line: &Line, idx: usize) {
    let name = |node: usize| graph.nodes.get(node).map_or("", |node| node.name.as_str());
    let (x2, y2) = line.to;
    let back = if line.lane.is_some() { " back" } else { "" };
    let _ = write!(
        out,
        "<g class=\"e{back}\" data-e=\"{idx}\" data-f=\"{}\" data-t=\"{}\"><title>{} → {}: {} ({})\
         </title><path d=\"{}\" stroke-width=\"{}\"/>\
         <path class=\"tip\" d=\"M{x2} {y2}l-9 -5v10z\"/></g>",
        edge.from,
        edge.to,
        escape(name(edge.from)),
        escape(name(edge.to)),
        escape(&sums(&edge.sums)),
        escape(&hops(&edge.hops)),
        way(line),
        line.width,
    );
}

/// The way of a line as the data of an SVG path.
fn way(line: &Line) -> String {
    let mut data = String::new();
    for step in diagram::way(line) {
        let _ = match step {
            Step::To((x, y)) => write!(data, "M{x} {y}"),
            Step::Curve((ax, ay), (bx, by), (x, y)) => {
                write!(data, "C{ax} {ay} {bx} {by} {x} {y}")
            }
            Step::Across(x) => write!(data, "H{x}"),
        };
    }
    data
}

/// Where a line arrives: one text above it, a second one below. What runs back is named in its lane.
fn draw_label(out: &mut String, edge: &Edge, line: &Line, idx: usize) {
    let lift = line.width / 2 + 4;
    for (label, below) in labels(edge).into_iter().zip([false, true]) {
        let (x, y, anchor) = match line.lane {
            Some(lane) => (i64::midpoint(line.from.0, line.to.0), lane, "middle"),
            None => (line.to.0 - 11, line.to.1, "end"),
        };
        let y = if below { y + lift + 7 } else { y - lift };
        let _ = write!(
            out,
            "<text class=\"a\" data-e=\"{idx}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escape(&label),
        );
    }
}

fn draw_node(out: &mut String, node: &Node, place: &Box, idx: usize) {
    let kind = diagram::kind(node);
    let group = if node.member_count > 1 { " many" } else { "" };
    let _ = write!(
        out,
        "<g class=\"n n-{kind}{group}\" data-n=\"{idx}\" data-p=\"{}\" data-b=\"{} {} {NODE_WIDTH} {}\"><title>{}</title>",
        escape(&node.party),
        place.x,
        place.y,
        place.height,
        escape(&tooltip(node)),
    );
    if node.member_count > 1 {
        let _ = write!(
            out,
            "<rect class=\"s\" x=\"{}\" y=\"{}\" width=\"{NODE_WIDTH}\" height=\"{}\" rx=\"4\"/>",
            place.x + 4,
            place.y + 4,
            place.height
        );
    }
    draw_shape(out, kind, place);
    let mut y = place.y + 4;
    for (style, text) in rows(node) {
        y += LINE_HEIGHT;
        let x = place.x + 14;
        let _ = write!(out, "<text class=\"{style}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(&text));
    }
    out.push_str("</g>");
}

/// A small box of a kind, for the legend.
pub(super) fn sample(kind: &str) -> String {
    let shape = match kind {
        "mixer" | "sanctioned" => {
            "<polygon class=\"s\" points=\"7,3 25,3 30,8 30,15 25,20 7,20 2,15 2,8\"/>"
        }
        "bridge" => "<polygon class=\"s\" points=\"2,3 23,3 30,11 23,20 2,20\"/>",
        "contract" => "<polygon class=\"s\" points=\"2,3 23,3 30,10 30,20 2,20\"/>",
        "service" => "<polygon class=\"s\" points=\"2,8 16,2 30,8 30,20 2,20\"/>",
        "held" => {
            "<rect class=\"s\" x=\"2\" y=\"3\" width=\"28\" height=\"17\" rx=\"3\"/>\
             <rect class=\"s in\" x=\"5\" y=\"6\" width=\"22\" height=\"11\" rx=\"1\"/>"
        }
        _ => "<rect class=\"s\" x=\"2\" y=\"3\" width=\"28\" height=\"17\" rx=\"3\"/>",
    };
    format!("<svg width=\"32\" height=\"23\" aria-hidden=\"true\">{shape}</svg>")
}

fn draw_shape(out: &mut String, kind: &str, place: &Box) {
    let (x, y, w, h) = (place.x, place.y, NODE_WIDTH, place.height);
    let corners = diagram::corners(kind, place);
    if !corners.is_empty() {
        out.push_str("<polygon class=\"s\" points=\"");
        for (px, py) in corners {
            let _ = write!(out, "{px},{py} ");
        }
        out.push_str("\"/>");
        return;
    }
    let _ = write!(
        out,
        "<rect class=\"s\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\"/>"
    );
    if kind == "held" {
        let _ = write!(
            out,
            "<rect class=\"s in\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\"/>",
            x + 3,
            y + 3,
            w - 6,
            h - 6
        );
    }
}

fn tooltip(node: &Node) -> String {
    let mut text = node.name.to_string();
    if node.member_count > 1 {
        let _ = write!(text, ": {} addresses", node.member_count);
    }
    for what in node.conversions.iter().take(6) {
        let _ = write!(text, "\nconverted {what}");
    }
    for ended in &node.endings {
        let _ = write!(text, "\n{}: {}", ended.class, sums(&ended.sums));
    }
    if node.is_listed {
        text.push_str("\nhas a sanctions listing: see the findings for its dates");
    }
    text
}

fn sums(amounts: &[(Money, Amount)]) -> String {
    let shown: Vec<String> =
        amounts.iter().take(6).map(|(money, sum)| money.sum_on_chain(*sum)).collect();
    let rest = amounts.len().saturating_sub(shown.len());
    if rest > 0 {
        format!("{}; and {rest} more assets", shown.join("; "))
    } else {
        shown.join("; ")
    }
}

fn hops(ids: &[Tag]) -> String {
    let shown = ids.iter().take(MAX_HOPS).copied().collect::<Vec<_>>().join(" ");
    let rest = ids.len().saturating_sub(MAX_HOPS);
    if rest > 0 { format!("{shown} and {rest} more") } else { shown }
}
