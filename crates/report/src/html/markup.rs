//! Cells as markup.

use std::fmt::Write as _;

use super::cell::{Part, Row};

/// Text for an element's content or a quoted attribute.
pub(super) fn escape(text: &str) -> String {
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

/// A row; `numbers` says of each column whether it stands at the right. Writing into a `String` cannot fail.
pub(super) fn row(out: &mut String, row: &Row<'_>, numbers: &[bool]) {
    match row.id {
        "" => out.push_str("\n<tr>"),
        id => {
            let _ = write!(out, "\n<tr id=\"{}\">", escape(id));
        }
    }
    let numbers = numbers.iter().copied().chain(std::iter::repeat(false));
    for (cell, is_number) in row.cells.iter().zip(numbers) {
        out.push_str(if is_number { "<td class=\"num\">" } else { "<td>" });
        for (idx, part) in cell.iter().enumerate() {
            if idx > 0 {
                out.push(' ');
            }
            write_part(out, part);
        }
    }
}

fn write_part(out: &mut String, part: &Part<'_>) {
    let _ = match part {
        Part::Text(text) => write!(out, "{}", escape(text)),
        Part::To(id, text) => write!(out, "<a href=\"#{}\">{}</a>", escape(id), escape(text)),
        Part::Hops(ids) => {
            let links = ids.iter().map(|id| format!("<a href=\"#{0}\">{0}</a>", escape(id)));
            write!(out, "{}", links.collect::<Vec<_>>().join(" "))
        }
        Part::Page { link, text, is_short } => {
            let shown = escape(&if *is_short { shortened(text) } else { (*text).to_owned() });
            match link {
                Some(link) => write!(
                    out,
                    "<a class=\"h\" rel=\"noopener noreferrer\" href=\"{}\">{shown}</a>",
                    escape(link)
                ),
                None => write!(out, "<code class=\"h\">{shown}</code>"),
            }
        }
        Part::Code(text) => write!(out, "<code>{}</code>", escape(text)),
        Part::Small(text) => write!(out, "<small>{}</small>", escape(text)),
        Part::Money(text, behind) if behind.is_empty() => write!(out, "{}", escape(text)),
        Part::Money(text, behind) => {
            write!(out, "<span title=\"{}\">{}</span>", escape(behind), escape(text))
        }
        Part::Tag(class, text) => {
            write!(out, "<span class=\"tag t-{class}\">{}</span>", escape(text))
        }
        Part::Line(text) => write!(out, "<span class=\"line\">{}</span>", escape(text)),
        Part::Alert(text) => write!(out, "<span class=\"line no\">{}</span>", escape(text)),
    };
}

/// A hash with its middle left out; anything else as it is.
fn shortened(text: &str) -> String {
    match (text.get(..10), text.get(60..)) {
        (Some(head), Some(tail)) if text.len() == 66 => format!("{head}…{tail}"),
        _ => text.to_owned(),
    }
}
