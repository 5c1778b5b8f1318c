//! `fundtrail lists show`

use fundtrail_labels::Book;
use fundtrail_model::{DayKnown, ListEdition};
use fundtrail_store::ListStore;

use super::{all, kept};
use crate::args::{OwnLists, StoreFile};
use crate::error::{Error, Exit};
use crate::ui;

pub(super) fn run(lists: &OwnLists, store: &StoreFile) -> Result<Exit, Error> {
    let store = kept::open(store.store.as_deref())?;
    // What is kept has more to show than the newest version of each list.
    let book = all(None, &lists.labels, lists.allow_unsourced)?;
    let mut text = books(&book);
    if let Some(store) = &store {
        text.push_str(&editions(store)?);
    }
    ui::data(&text);
    Ok(Exit::Done)
}

fn books(book: &Book) -> String {
    let mut text = String::new();
    for list in book.lists() {
        text.push_str(&format!(
            "{} ({}, {} rows, {})\n",
            list.name, list.kind, list.rows, list.origin
        ));
        if let Some(day) = list.as_of {
            text.push_str(&format!("  as of   {day}\n"));
        }
        if let Some(source) = &list.source {
            text.push_str(&format!("  source  {source}\n"));
        }
        text.push_str(&format!("  sha-256 {}\n", list.sha256));
    }
    text
}

fn editions(store: &ListStore) -> Result<String, Error> {
    let mut text = format!("\nkept in {}:\n", store.path().display());
    let editions = store.editions()?;
    let mut rest = editions.iter().peekable();
    while let Some((number, edition)) = rest.next() {
        let is_newest = rest.peek().is_none_or(|(_, next)| next.list != edition.list);
        let force = if is_newest { "in force" } else { "replaced" };
        text.push_str(&format!("{}, version {number} ({force})\n", edition.list));
        text.push_str(&describe(edition));
    }
    Ok(text)
}

/// Day, contents, source and hash of a version.
pub(super) fn describe(edition: &ListEdition) -> String {
    let counts = edition.counts;
    let known = match edition.day_known {
        DayKnown::Said => "as it says itself",
        DayKnown::Given => "as was given",
        DayKnown::Retrieved => "the day on which it was got: it does not say its own",
    };
    let mut holds = Vec::new();
    for (n, what) in [
        (counts.entries, "entries"),
        (counts.listed, "sanctioned addresses"),
        (counts.named, "labels"),
        (counts.tokens, "tokens"),
        (counts.foreign, "addresses of other chains"),
        (counts.repeated, "repetitions"),
    ] {
        if n > 0 {
            holds.push(format!("{n} {what}"));
        }
    }
    let whole = if edition.is_whole { ", the whole list" } else { "" };
    format!(
        "  day     {} ({known})\n  kind    {}{whole}\n  holds   {}\n  source  {}\n  got     {}\n  sha-256 {}\n",
        edition.day,
        edition.format,
        holds.join(", "),
        edition.source,
        edition.retrieved,
        edition.sha256
    )
}
