//! A text as one HTML page that needs nothing else: no network, no other file, and no script to be read.

use std::fmt::Write as _;

use super::markup::escape;
use super::{SCRIPT, STYLE, STYLE_INVENTED, digest};
use crate::document::{Block, Document, Grid, Section, Span, Text};

/// What this page has beyond the style of the main report.
const STYLE_TEXT: &str = ".banner,.alert{border-left:4px solid currentColor;padding:.3em .8em;font-weight:600}\
                          dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em}\
                          dl.facts dd{margin:0;overflow-wrap:anywhere}.mark{font-style:italic}\
                          td.num{white-space:normal;overflow-wrap:anywhere;min-width:7rem}td code{min-width:9rem}";

/// A text as one HTML page. It works from a file, loads nothing, and its content security policy allows only its own
/// style and script, by their hashes. Its tables are sorted, searched and paged through as those of [`super::html`]. Links to block explorers are the only addresses in it. Pictures are left out, with the section
/// that says how to read them.
#[must_use]
pub fn html_document(document: &Document) -> String {
    let invented = if document.banner.is_some() { STYLE_INVENTED } else { "" };
    let style = format!("{STYLE}{invented}{STYLE_TEXT}");
    let mut page = String::new();
    let title = escape(&document.title);
    push(
        &mut page,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>{style}</style>\n\
         </head>\n<body>\n<a class=\"skip\" href=\"#text\">To the text</a>\n<header>\n<h1>{title}</h1>\n",
            digest(&style),
            digest(SCRIPT)
        ),
    );
    if let Some(banner) = &document.banner {
        push(&mut page, format_args!("<p class=\"banner\">{}</p>\n", escape(banner)));
    }
    page.push_str("<dl class=\"facts\">\n");
    for (name, text) in &document.facts {
        push(&mut page, format_args!("<dt>{}</dt><dd>{}</dd>\n", escape(name), spans(text)));
    }
    page.push_str("</dl>\n</header>\n<main id=\"text\">\n<nav aria-label=\"Contents\"><ol>\n");
    let sections: Vec<&Section> = document.sections.iter().filter(|of| has_text(of)).collect();
    for of in &sections {
        push(
            &mut page,
            format_args!(
                "<li><a href=\"#{}\">{}</a></li>\n",
                escape(&of.anchor),
                escape(&of.title)
            ),
        );
    }
    page.push_str("</ol></nav>\n");
    for of in sections {
        section(&mut page, of, document.section_mark.as_deref());
    }
    push(&mut page, format_args!("</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    page
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = page.write_fmt(text);
}

fn has_text(section: &Section) -> bool {
    !section.blocks.iter().any(|block| matches!(block, Block::Picture(_)))
}

fn section(page: &mut String, of: &Section, mark: Option<&str>) {
    push(
        page,
        format_args!("<section id=\"{}\">\n<h2>{}</h2>\n", escape(&of.anchor), escape(&of.title)),
    );
    if let Some(mark) = mark {
        push(page, format_args!("<p class=\"mark\">{}</p>\n", escape(mark)));
    }
    let mut tables = 0_usize;
    for block in &of.blocks {
        match block {
            Block::Heading(text) => push(page, format_args!("<h3>{}</h3>\n", escape(text))),
            Block::Paragraph(text) => push(page, format_args!("<p>{}</p>\n", spans(text))),
            Block::Alert(text) => {
                push(page, format_args!("<p class=\"alert\">{}</p>\n", spans(text)));
            }
            Block::List(items) => {
                page.push_str("<ul>\n");
                for item in items {
                    push(page, format_args!("<li>{}</li>\n", spans(item)));
                }
                page.push_str("</ul>\n");
            }
            Block::Grid(grid) => {
                tables = tables.saturating_add(1);
                write_grid(page, grid, of, tables);
            }
            Block::Picture(_) => {}
        }
    }
    page.push_str("</section>\n");
}

/// A table of a section, which is its `ordinal` one, from 1.
fn write_grid(page: &mut String, of: &Grid, section: &Section, ordinal: usize) {
    // What is not there must be known before the rows are searched.
    if let Some(left_out) = &of.left_out {
        push(page, format_args!("<p class=\"soft left-out\">{}</p>\n", escape(left_out)));
    }
    let (name, label) = match ordinal {
        1 => (section.anchor.clone(), section.title.clone()),
        _ => (format!("{}-{ordinal}", section.anchor), format!("{}, {ordinal}", section.title)),
    };
    push(
        page,
        format_args!(
            "<div class=\"wrap\" tabindex=\"0\" role=\"region\" aria-label=\"{}: table\"><table class=\"big act\" \
             data-name=\"{}\">\n",
            escape(&label),
            escape(&name)
        ),
    );
    if !of.caption.is_empty() {
        push(page, format_args!("<caption>{}</caption>\n", escape(&of.caption)));
    }
    page.push_str("<thead><tr>");
    let class = |is_number: bool| if is_number { " class=\"num\"" } else { "" };
    for column in &of.columns {
        push(
            page,
            format_args!(
                "<th scope=\"col\"{}>{}</th>",
                class(column.is_number),
                escape(&column.title)
            ),
        );
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in &of.rows {
        page.push_str("<tr>");
        for (cell, column) in row.iter().zip(&of.columns) {
            push(page, format_args!("<td{}>{}</td>", class(column.is_number), spans(cell)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
}

fn spans(text: &Text) -> String {
    let span = |span: &Span| match span {
        Span::Plain(text) => escape(text),
        Span::Strong(text) => format!("<strong>{}</strong>", escape(text)),
        Span::Code(text) => format!("<code>{}</code>", escape(text)),
        // Anything else could be a script.
        Span::Link { text, url } if url.starts_with("https://") || url.starts_with("http://") => {
            format!(
                "<a href=\"{}\" rel=\"noopener noreferrer\"><code>{}</code></a>",
                escape(url),
                escape(text)
            )
        }
        Span::Link { text, .. } => format!("<code>{}</code>", escape(text)),
        Span::Break => "<br>".to_owned(),
    };
    text.spans.iter().map(span).collect()
}
