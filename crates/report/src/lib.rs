//! Decides what a finding looks like.
//!
//! [`content()`] turns a trail, and everything known about its addresses and assets, into a [`Report`]:
//! plain values in the order in which a reader needs them. Each format then only lays out that content:
//! [`terminal()`] with its
//! [`terminal_summary()`], [`json()`], [`csv()`], [`html()`] and [`pdf()`]. All are pure; the same input gives the same bytes.
//!
//! Strangers' text (token names, labels from lists, settings) is made harmless twice: control,
//! bidirectional and zero-width characters are escaped once for all in the content, and each format
//! escapes what means something to its medium.

mod content;
mod csv;
mod diagram;
pub mod document;
mod error;
mod html;
mod input;
mod json;
mod letter;
mod markdown;
mod network;
mod number;
mod pdf;
mod phrases;
pub mod schema;
mod table;
mod terminal;
pub mod wallet;
mod words;
mod xlsx;

pub use content::{MainPlaces, content, main_places};
pub use csv::csv;
pub use error::Error;
pub use html::{html, html_document};
pub use input::{
    Difference, Fact, Input, Issuer, ListLine, PriceNote, ThroughLine, TrustedToken, Usd, UsdView,
    Valued,
};
pub use json::{json, json_schema};
pub use letter::{Addressee, Letter, letters};
pub use markdown::markdown;
pub use network::{dot, ftm, gexf, graphml};
pub use pdf::{Imprint, Pictures, pdf};
pub use schema::Report;
pub use table::TableName;
pub use terminal::{terminal, terminal_paths, terminal_summary};
pub use xlsx::xlsx;

#[cfg(test)]
mod tests;
