//! What stands in the cells of a table, before it is markup or data.

use std::borrow::Cow;

use crate::schema::{Money, PartyRef, Place, Tag};

/// A part of a cell.
#[derive(Clone, Debug)]
pub(super) enum Part<'a> {
    /// Plain text.
    Text(Cow<'a, str>),
    /// A link to something on this page: its id, and what is shown.
    To(&'a str, Cow<'a, str>),
    /// Links to hops, which are shown by their ids.
    Hops(&'a [Tag]),
    /// An address or a hash that leads to its page at a block explorer, where one is known; shown whole or, where
    /// it is short, with its middle left out.
    Page {
        /// The address of the page.
        link: Option<String>,
        /// The address or hash.
        text: &'a str,
        /// Whether the middle is left out.
        is_short: bool,
    },
    /// Something to copy.
    Code(&'a str),
    /// An aside, on a line of its own.
    Small(Cow<'a, str>),
    /// An amount as it is read, and what stands behind it: the exact one, and dollars.
    Money(Cow<'a, str>, String),
    /// A kind of ending: the class that colours it, and its name.
    Tag(&'static str, &'a str),
    /// A line of its own.
    Line(Cow<'a, str>),
    /// A line that asks for attention.
    Alert(Cow<'a, str>),
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    /// Its id on the page; empty for none.
    pub(super) id: &'a str,
    /// Its cells, column by column.
    pub(super) cells: Vec<Vec<Part<'a>>>,
}

impl<'a> From<&'a str> for Part<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Part<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

/// An address by its name here.
pub(super) fn party(party: &PartyRef) -> Part<'_> {
    Part::To(&party.party, Cow::Owned(party.text()))
}

/// The shortened hash of a transaction, or that there is none.
pub(super) fn transaction(place: &Place) -> Part<'_> {
    Part::Page { link: place.link(), text: place.transaction_text(), is_short: true }
}

/// An amount rounded for a table.
pub(super) fn money(money: &Money) -> Part<'_> {
    let (brief, exact) = (money.brief(), money.text());
    let exact = if exact == brief { String::new() } else { exact };
    let behind = match (money.usd(), &*exact) {
        (Some(usd), "") => format!("({usd})"),
        (Some(usd), exact) => format!("{exact} ({usd})"),
        (None, _) => exact,
    };
    Part::Money(Cow::Owned(brief), behind)
}

/// An amount to the base unit.
pub(super) fn exact(money: &Money) -> Vec<Part<'_>> {
    [Part::Money(Cow::Owned(money.text()), format!("{} base units", money.base_units))]
        .into_iter()
        .chain(money.worth().map(|worth| Part::Small(Cow::Owned(format!("({worth})")))))
        .collect()
}
