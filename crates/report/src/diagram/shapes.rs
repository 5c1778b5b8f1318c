//! The shape of a node and the way of a line.

use fundtrail_model::EndingClass;

use super::graph::Node;
use super::layout::{Box, Line, NODE_WIDTH};

/// The class name that colours an ending, and whether its outline is dashed: dashed is not looked at,
/// or not followed.
pub(crate) const fn class_name(class: EndingClass) -> &'static str {
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

/// The kind of a node, for its shape and colour: that of the ending that most of the value here came to, else
/// `source` or `pass`.
pub(crate) fn kind(node: &Node) -> &'static str {
    match node.class() {
        Some(class) => class_name(class),
        None if node.is_source => "source",
        None => "pass",
    }
}

/// The corners of a node's shape; none for a plain box with round corners. House for a service; octagon for a
/// mixer and for sanctioned; arrow for a bridge; cut corner for a contract.
pub(crate) fn corners(kind: &str, place: &Box) -> Vec<(i64, i64)> {
    let (x, y, w, h) = (place.x, place.y, NODE_WIDTH, place.height);
    let (right, bottom) = (x + w, y + h);
    match kind {
        "mixer" | "sanctioned" => vec![
            (x + 9, y),
            (right - 9, y),
            (right, y + 9),
            (right, bottom - 9),
            (right - 9, bottom),
            (x + 9, bottom),
            (x, bottom - 9),
            (x, y + 9),
        ],
        "bridge" => {
            vec![(x, y), (right - 12, y), (right, y + h / 2), (right - 12, bottom), (x, bottom)]
        }
        "contract" => {
            vec![(x, y), (right - 12, y), (right, y + 12), (right, bottom), (x, bottom)]
        }
        "service" => {
            vec![(x, y + 6), (x + w / 2, y - 3), (right, y + 6), (right, bottom), (x, bottom)]
        }
        _ => Vec::new(),
    }
}

/// A step of a pen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Go there without drawing.
    To((i64, i64)),
    /// A cubic curve by two control points.
    Curve((i64, i64), (i64, i64), (i64, i64)),
    /// A straight line to there at the same height.
    Across(i64),
}

/// Curves between columns, straight through the columns that it passes, or back below everything.
pub(crate) fn way(line: &Line) -> Vec<Step> {
    let ((x1, y1), (x2, y2)) = (line.from, line.to);
    // The tip of the arrow takes the last pixels.
    let end = x2 - 7;
    let mut way = vec![Step::To((x1, y1))];
    if let Some(lane) = line.lane {
        let (right, left) = (x1 + 34, end - 34);
        way.push(Step::Curve((right, y1), (right, lane), (x1, lane)));
        way.push(Step::Across(end));
        way.push(Step::Curve((left, lane), (left, y2), (end, y2)));
        return way;
    }
    let (mut x, mut y) = (x1, y1);
    for (to_x, to_y) in line.passes.iter().copied().chain([(end, y2)]) {
        let middle = i64::midpoint(x, to_x);
        way.push(Step::Curve((middle, y), (middle, to_y), (to_x, to_y)));
        (x, y) = (to_x + NODE_WIDTH, to_y);
        if to_x != end {
            way.push(Step::Across(x));
        }
    }
    way
}
