//! Writes the picture as SVG. Kinds of ending differ by shape, words and colour, so that black and
//! white print says the same.

use std::fmt::Write as _;

use fundtrail_model::{Amount, EndingClass};

use super::graph::{Edge, Graph, Node};
use super::layout::{Box, Line, NODE_WIDTH, Picture};
use crate::schema::Money;

/// Characters of a name that fit into a node.
const NAME_CHARS: usize = 27;
/// The same in bold.
const BOLD_CHARS: usize = 23;
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
        EndingClass::ContractWithoutReturn | EndingClass::Hub => "contract",
        EndingClass::BelowThreshold
        | EndingClass::HopLimit
        | EndingClass::Budget
        | EndingClass::NotCovered => "open",
        EndingClass::Burned | EndingClass::Fee | EndingClass::Unexplained => "gone",
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
    let ((x1, y1), (x2, y2)) = (line.from, line.to);
    // The tip of the arrow takes the last pixels.
    let end = x2.saturating_sub(7);
    let bend = if line.is_back { 90 } else { x2.abs_diff(x1) / 2 };
    let back = if line.is_back { " back" } else { "" };
    let _ = write!(
        out,
        "<g class=\"e{back}\" data-e=\"{idx}\" data-f=\"{}\" data-t=\"{}\"><title>{} → {}: {} ({})\
         </title><path d=\"M{x1} {y1}C{} {y1} {} {y2} {end} {y2}\" stroke-width=\"{}\"/>\
         <path class=\"tip\" d=\"M{x2} {y2}l-9 -5v10z\"/></g>",
        edge.from,
        edge.to,
        escape(name(edge.from)),
        escape(name(edge.to)),
        escape(&sums(&edge.sums)),
        escape(&hops(&edge.hops)),
        x1.saturating_add(bend),
        end.saturating_sub(bend),
        line.width,
    );
}

fn draw_label(out: &mut String, edge: &Edge, line: &Line) {
    if line.is_back || edge.sums.is_empty() {
        return;
    }
    let mut text = edge.sums.first().map_or_else(String::new, |(money, sum)| money.sum_text(*sum));
    if edge.sums.len() > 1 {
        text = format!("{} +{}", cut(&text, 14), edge.sums.len().saturating_sub(1));
    }
    let lift = line.width / 2 + 4;
    let _ = write!(
        out,
        "<text class=\"a\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
        line.to.0.saturating_sub(11),
        line.to.1.saturating_sub(lift),
        escape(&cut(&text, 18)),
    );
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
            place.x.saturating_add(4),
            place.y.saturating_add(4),
            place.height
        );
    }
    draw_shape(out, kind, place);
    let mut row = 0_usize;
    let mut line = |out: &mut String, style: &str, text: &str| {
        row = row.saturating_add(1);
        let _ = write!(
            out,
            "<text class=\"{style}\" x=\"{}\" y=\"{}\">{}</text>",
            place.x.saturating_add(14),
            place.y.saturating_add(4 + row.saturating_mul(15)),
            escape(&cut(text, NAME_CHARS))
        );
    };
    // In a picture the quotes alone say that it is a label's word. That it is invented must not be
    // cut off with the end of a long name.
    let name = node.name.strip_prefix("labelled ").unwrap_or(&node.name);
    let (name, invented) = match name.strip_suffix(" (invented)") {
        Some(name) => (name, ", invented"),
        None => (name, ""),
    };
    line(out, "t", &cut(name, BOLD_CHARS));
    if !node.detail.is_empty() {
        line(out, "d", &format!("{}{invented}", node.detail));
    }
    if !node.conversions.is_empty() {
        let first = node.conversions.first().cloned().unwrap_or_default();
        let more = node.conversions.len().saturating_sub(1);
        let text = match more {
            0 => format!("⇄ {first}"),
            _ => format!("⇄ {} +{more}", cut(&first, 19)),
        };
        line(out, "d", &text);
    }
    if let Some((class, ending)) = class.and_then(|class| Some((class, node.endings.get(&class)?)))
    {
        line(out, "k", &class.name().to_uppercase());
        let text = ending.1.first().map_or_else(String::new, |(money, sum)| money.sum_text(*sum));
        match ending.1.len() {
            0 | 1 => line(out, "d", &text),
            count => line(out, "d", &format!("{} +{}", cut(&text, 20), count.saturating_sub(1))),
        }
    }
    if node.is_listed {
        line(out, "k", "! has a listing");
    }
    out.push_str("</g>");
}

/// Shapes: plain box; double frame for held; house for a service; octagon for a mixer, thick for
/// sanctioned; arrow for a bridge; cut corner for a contract; dashed for not followed.
fn draw_shape(out: &mut String, kind: &str, place: &Box) {
    let (x, y, w, h) = (place.x, place.y, NODE_WIDTH, place.height);
    let (right, bottom) = (x.saturating_add(w), y.saturating_add(h));
    let mut polygon = |points: &[(usize, usize)]| {
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
        "service" => polygon(&[
            (x, y + 6),
            (x + w / 2, y.saturating_sub(3)),
            (right, y + 6),
            (right, bottom),
            (x, bottom),
        ]),
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
                    h.saturating_sub(6)
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
        amounts.iter().take(6).map(|(money, sum)| money.sum_text(*sum)).collect();
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

/// The first `max` characters, with `…` where some are missing.
fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
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
