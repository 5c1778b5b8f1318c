//! A text as one HTML page that needs nothing else: no network, no other file, no script.

use std::fmt::Write as _;

use super::{STYLE, STYLE_INVENTED, digest};
use crate::document::{Block, Document, Grid, Section, Span, Text};

/// What this page has beyond the style of the main report.
const STYLE_TEXT: &str = ".banner,.alert{border-left:4px solid currentColor;padding:.3em .8em;font-weight:600}\
                          dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em}\
                          dl.facts dd{margin:0;overflow-wrap:anywhere}\
                          .scroll{overflow-x:auto}td.num,th.num{text-align:right}\
                          code{overflow-wrap:anywhere}.mark{font-style:italic}";

/// A text as one HTML page. It works from a file, loads nothing, and its content security policy allows only its own
/// style, by its hash. Links to block explorers are the only addresses in it. Pictures are left out, with the section
/// that says how to read them.
#[must_use]
pub fn html_document(document: &Document) -> String {
    let invented = if document.banner.is_some() { STYLE_INVENTED } else { "" };
    let style = format!("{STYLE}{invented}{STYLE_TEXT}");
    let mut page = String::new();
    let title = escaped(&document.title);
    push(
        &mut page,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>{style}</style>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n",
            digest(&style)
        ),
    );
    if let Some(banner) = &document.banner {
        push(&mut page, format_args!("<p class=\"banner\">{}</p>\n", escaped(banner)));
    }
    page.push_str("<dl class=\"facts\">\n");
    for (name, text) in &document.facts {
        push(&mut page, format_args!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), spans(text)));
    }
    page.push_str("</dl>\n<nav><ul>\n");
    let sections: Vec<&Section> = document.sections.iter().filter(|of| has_text(of)).collect();
    for of in &sections {
        push(
            &mut page,
            format_args!(
                "<li><a href=\"#{}\">{}</a></li>\n",
                escaped(&of.anchor),
                escaped(&of.title)
            ),
        );
    }
    page.push_str("</ul></nav>\n");
    for of in sections {
        section(&mut page, of, document.mark.as_deref());
    }
    page.push_str("</main>\n</body>\n</html>\n");
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
        format_args!("<section id=\"{}\">\n<h2>{}</h2>\n", escaped(&of.anchor), escaped(&of.title)),
    );
    if let Some(mark) = mark {
        push(page, format_args!("<p class=\"mark\">{}</p>\n", escaped(mark)));
    }
    for block in &of.blocks {
        match block {
            Block::Heading(text) => push(page, format_args!("<h3>{}</h3>\n", escaped(text))),
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
            Block::Grid(of) => grid(page, of),
            Block::Picture(_) => {}
        }
    }
    page.push_str("</section>\n");
}

fn grid(page: &mut String, of: &Grid) {
    page.push_str("<div class=\"scroll\"><table>\n");
    if !of.caption.is_empty() {
        push(page, format_args!("<caption>{}</caption>\n", escaped(&of.caption)));
    }
    page.push_str("<thead><tr>");
    let class = |is_number: bool| if is_number { " class=\"num\"" } else { "" };
    for column in &of.columns {
        push(
            page,
            format_args!(
                "<th scope=\"col\"{}>{}</th>",
                class(column.is_number),
                escaped(&column.title)
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
    if let Some(left_out) = &of.left_out {
        push(page, format_args!("<p>{}</p>\n", escaped(left_out)));
    }
}

fn spans(text: &Text) -> String {
    let span = |span: &Span| match span {
        Span::Plain(text) => escaped(text),
        Span::Strong(text) => format!("<strong>{}</strong>", escaped(text)),
        Span::Code(text) => format!("<code>{}</code>", escaped(text)),
        // Anything else could be a script.
        Span::Link { text, url } if url.starts_with("https://") || url.starts_with("http://") => {
            format!(
                "<a href=\"{}\" rel=\"noopener noreferrer\"><code>{}</code></a>",
                escaped(url),
                escaped(text)
            )
        }
        Span::Link { text, .. } => format!("<code>{}</code>", escaped(text)),
        Span::Break => "<br>".to_owned(),
    };
    text.spans.iter().map(span).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
