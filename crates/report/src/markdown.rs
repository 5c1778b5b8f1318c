//! A text as Markdown, as GitHub and most other programs read it.
//!
//! Strangers' text can make no markup of its own: no tag, no link, no heading, no cell. The only HTML is
//! `<a id="…"></a>`, to which the contents lead, and `<br>` in cells, which have no other way to begin a line.

mod escape;
mod inline;

use crate::document::{Block, Document, Grid, Text};
use escape::heading;
use inline::{In, inline};

/// From so many sections on a text has a list of contents.
const MIN_CONTENTS: usize = 5;

/// The whole text as Markdown. The same text gives the same bytes.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", heading(&document.title));
    if let Some(banner) = &document.banner {
        quote(&mut out, &Text::default().strong(banner.as_str()));
    }
    if !document.facts.is_empty() {
        out.push('\n');
        for (name, value) in &document.facts {
            item(&mut out, &Text::from(format!("{name}: ")).join(value.clone()));
        }
    }
    let sections = document.sections.iter().filter(|section| !section.is_picture());
    if MIN_CONTENTS <= document.sections.len() {
        out.push_str("\n## Contents\n\n");
        for section in sections.clone() {
            out.push_str(&format!("- [{}](#{})\n", heading(&section.title), section.anchor));
        }
    }
    for section in sections {
        out.push_str(&format!(
            "\n## <a id=\"{}\"></a>{}\n",
            section.anchor,
            heading(&section.title)
        ));
        if let Some(mark) = &document.section_mark {
            quote(&mut out, &Text::from(mark.as_str()));
        }
        for of in &section.blocks {
            block(&mut out, of);
        }
    }
    out
}

fn block(out: &mut String, block: &Block) {
    match block {
        Block::Heading(text) => out.push_str(&format!("\n### {}\n", heading(text))),
        Block::Paragraph(text) => {
            out.push('\n');
            out.push_str(&inline(text, In::Paragraph));
            out.push('\n');
        }
        Block::Alert(text) => quote(out, &Text::default().strong("!").then(" ").join(text.clone())),
        Block::List(items) => {
            out.push('\n');
            items.iter().for_each(|text| item(out, text));
        }
        Block::Grid(grid) => table(out, grid),
        Block::Picture(_) => {}
    }
}

fn quote(out: &mut String, text: &Text) {
    out.push_str(&format!("\n> {}\n", inline(text, In::Quote)));
}

fn item(out: &mut String, text: &Text) {
    out.push_str(&format!("- {}\n", inline(text, In::Item)));
}

fn table(out: &mut String, grid: &Grid) {
    if !grid.caption.is_empty() {
        block(out, &Block::Paragraph(Text::default().strong(grid.caption.as_str())));
    }
    out.push_str("\n|");
    for column in &grid.columns {
        out.push_str(&format!(" {} |", inline(&column.title.as_str().into(), In::Cell)));
    }
    out.push_str("\n|");
    for column in &grid.columns {
        out.push_str(if column.is_number { " ---: |" } else { " --- |" });
    }
    out.push('\n');
    for row in &grid.rows {
        out.push('|');
        for cell in row {
            out.push_str(&format!(" {} |", inline(cell, In::Cell)));
        }
        out.push('\n');
    }
    if let Some(left_out) = &grid.left_out {
        block(out, &Block::Paragraph(left_out.as_str().into()));
    }
}
