//! Writes the picture as SVG. Kinds of ending differ by shape, words and colour, so that black and
//! white print says the same.

use std::fmt::Write as _;

use fundtrail_model::{Amount, EndingClass};

use super::graph::{Edge, Graph, Node};
use super::layout::{Box, LINE_HEIGHT, Line, NODE_WIDTH, Picture};
use super::words::{labels, rows};
use crate::schema::Money;

/// With more lines than this, amounts are in the tooltips only.
const MAX_LABELLED: usize = 40;
/// Hops named in a tooltip.
const MAX_HOPS: usize = 12;

/// The class name that colours an ending, and whether its outline is dashed: dashed is not looked at,
/// or not followed.
pub(in crate::html) const fn class_name(class: EndingClass) -> &'static str {
    match class {
        EndingClass::Held => "held",
        EndingClass::Service => "service",
        EndingClass::Sanctioned => "sanctioned",
        EndingClass::Mixer => "mixer",
        EndingClass::Bridge => "bridge",
        EndingClass::ContractWithoutReturn
        | EndingClass::ContractWithoutPayment
        | EndingClass::Hub => "contract",
        EndingClass::BelowThreshold
        | EndingClass::HopLimit
        | EndingClass::Budget
        | EndingClass::NotCovered => "open",
        EndingClass::Burned
        | EndingClass::Fee
        | EndingClass::Unexplained
        | EndingClass::Created
        | EndingClass::OtherSeed => "gone",
    }
}

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
        for (edge, line) in graph.edges.iter().zip(&picture.lines) {
            draw_label(&mut out, edge, line);
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

/// Curves between columns, straight through the columns that it passes, or back below everything.
fn way(line: &Line) -> String {
    let ((x1, y1), (x2, y2)) = (line.from, line.to);
    // The tip of the arrow takes the last pixels.
    let end = x2 - 7;
    if let Some(lane) = line.lane {
        let (right, left) = (x1 + 34, end - 34);
        return format!(
            "M{x1} {y1}C{right} {y1} {right} {lane} {x1} {lane}H{end}C{left} {lane} {left} {y2} \
             {end} {y2}"
        );
    }
    let mut way = format!("M{x1} {y1}");
    let (mut x, mut y) = (x1, y1);
    for (to_x, to_y) in line.passes.iter().copied().chain([(end, y2)]) {
        let middle = i64::midpoint(x, to_x);
        let _ = write!(way, "C{middle} {y} {middle} {to_y} {to_x} {to_y}");
        (x, y) = (to_x + NODE_WIDTH, to_y);
        if to_x != end {
            let _ = write!(way, "H{x}");
        }
    }
    way
}

/// Where a line arrives: one text above it, a second one below. What runs back is named in its lane.
fn draw_label(out: &mut String, edge: &Edge, line: &Line) {
    let lift = line.width / 2 + 4;
    for (label, below) in labels(edge).into_iter().zip([false, true]) {
        let (x, y, anchor) = match line.lane {
            Some(lane) => (i64::midpoint(line.from.0, line.to.0), lane, "middle"),
            None => (line.to.0 - 11, line.to.1, "end"),
        };
        let y = if below { y + lift + 7 } else { y - lift };
        let _ = write!(
            out,
            "<text class=\"a\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escape(&label),
        );
    }
}

fn draw_node(out: &mut String, node: &Node, place: &Box, idx: usize) {
    let class = node.class();
    let kind = match class {
        Some(class) => class_name(class),
        None if node.is_source => "source",
        None => "pass",
    };
    let group = if node.member_count > 1 { " many" } else { "" };
    let _ = write!(
        out,
        "<g class=\"n n-{kind}{group}\" data-n=\"{idx}\" data-p=\"{}\"><title>{}</title>",
        escape(&node.party),
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

/// Shapes: plain box; double frame for held; house for a service; octagon for a mixer, thick for
/// sanctioned; arrow for a bridge; cut corner for a contract; dashed for not followed.
fn draw_shape(out: &mut String, kind: &str, place: &Box) {
    let (x, y, w, h) = (place.x, place.y, NODE_WIDTH, place.height);
    let (right, bottom) = (x + w, y + h);
    let mut polygon = |points: &[(i64, i64)]| {
        out.push_str("<polygon class=\"s\" points=\"");
        for (px, py) in points {
            let _ = write!(out, "{px},{py} ");
        }
        out.push_str("\"/>");
    };
    match kind {
        "mixer" | "sanctioned" => polygon(&[
            (x + 9, y),
            (right - 9, y),
            (right, y + 9),
            (right, bottom - 9),
            (right - 9, bottom),
            (x + 9, bottom),
            (x, bottom - 9),
            (x, y + 9),
        ]),
        "bridge" => polygon(&[
            (x, y),
            (right - 12, y),
            (right, y + h / 2),
            (right - 12, bottom),
            (x, bottom),
        ]),
        "contract" => {
            polygon(&[(x, y), (right - 12, y), (right, y + 12), (right, bottom), (x, bottom)]);
        }
        "service" => {
            polygon(&[
                (x, y + 6),
                (x + w / 2, y - 3),
                (right, y + 6),
                (right, bottom),
                (x, bottom),
            ]);
        }
        _ => {
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
    }
}

fn tooltip(node: &Node) -> String {
    let mut text = node.name.clone();
    if node.member_count > 1 {
        let _ = write!(text, ": {} addresses", node.member_count);
    }
    for what in node.conversions.iter().take(6) {
        let _ = write!(text, "\nconverted {what}");
    }
    for (class, (_, amounts)) in &node.endings {
        let _ = write!(text, "\n{class}: {}", sums(amounts));
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

fn hops(ids: &[String]) -> String {
    let shown = ids.iter().take(MAX_HOPS).cloned().collect::<Vec<_>>().join(" ");
    let rest = ids.len().saturating_sub(MAX_HOPS);
    if rest > 0 { format!("{shown} and {rest} more") } else { shown }
}

/// Text for an element's content or a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
