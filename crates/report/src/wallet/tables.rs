//! A wallet report as tables: what CSV writes.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use super::schema::{
    Balance, Category, Counterparty, Flag, Listed, ListedTransfer, Moment, Quantity, Report,
    Transfer, Wallet,
};
use crate::Error;
use crate::input::PriceNote;
use crate::table::{Cell, Fields, Kind, Table, borrowed, joined, or_empty};
use crate::xlsx::Book;

/// One of the tables of a wallet report. Each row begins with the wallet, so that several fit into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableName {
    /// Every transfer.
    Transfers,
    /// With whom it dealt: a row per counterparty and asset.
    Counterparties,
    /// What the counterparties were: a row per category and asset.
    Categories,
    /// Transfers from and to listed addresses.
    Listed,
    /// What came, went and is left, by asset.
    Balances,
    /// What asks for attention.
    Flags,
}

impl TableName {
    /// All of them, in the order in which they are read.
    pub const ALL: [Self; 6] = [
        Self::Flags,
        Self::Listed,
        Self::Balances,
        Self::Categories,
        Self::Counterparties,
        Self::Transfers,
    ];

    /// Its name in lower case: `transfers`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transfers => "transfers",
            Self::Counterparties => "counterparties",
            Self::Categories => "categories",
            Self::Listed => "listed",
            Self::Balances => "balances",
            Self::Flags => "flags",
        }
    }

    /// What a row is.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Transfers => "a row per transfer",
            Self::Counterparties => "a row per counterparty and asset",
            Self::Categories => "a row per category of counterparties and asset",
            Self::Listed => "a row per transfer from or to a listed address, then and now",
            Self::Balances => "a row per asset: before, in, out, fees, after",
            Self::Flags => "a row per flag, and what it means",
        }
    }
}

/// One of the tables: a row each after a header row, RFC 4180, in UTF-8, every cell quoted. A cell that a spreadsheet
/// would take for a formula starts with an apostrophe, except a plain number in a column of numbers.
///
/// # Errors
///
/// If `to` cannot be written to.
pub fn csv(report: &Report, name: TableName, to: &mut dyn io::Write) -> Result<(), Error> {
    crate::csv::write(table(report, name), to)
}

/// The report as XLSX: a sheet with the answers, and one for each table, as [`crate::xlsx()`] makes them.
///
/// # Errors
///
/// If `scratch` or `to` cannot be written to.
pub fn xlsx(report: &Report, scratch: &Path, to: &mut (dyn io::Write + Send)) -> Result<(), Error> {
    let of =
        |wallet: &'_ Wallet| format!("{}: {} on {}", wallet.id, wallet.address, wallet.chain_name);
    let tables = TableName::ALL.into_iter();
    let book = Book {
        title: &report.title,
        invented: report.invented.as_deref(),
        unfinished: report.unfinished.as_deref(),
        software: &report.software,
        today: &report.today,
        case_digest: report.case_digest.as_deref(),
        answers: report.wallets.iter().map(|it| (Some(of(it)), it.summary.as_slice())).collect(),
        fact: ("Listings that make a finding", report.flag),
        tables: tables.map(|name| (name.name(), name.about(), table(report, name))).collect(),
    };
    crate::xlsx::write(book, scratch, to)
}

pub(crate) fn table(report: &Report, name: TableName) -> Table<'_> {
    let invented = report.invented.as_deref();
    match name {
        TableName::Transfers => transfers(report, invented),
        TableName::Counterparties => counterparties(report, invented),
        TableName::Categories => categories(report, invented),
        TableName::Listed => listed(report, invented),
        TableName::Balances => balances(report, invented),
        TableName::Flags => flags(report, invented),
    }
}

/// What a row is of: a wallet, and a part of what is said of it.
type Row<'a, T> = (&'a Wallet, T);

fn rows<'a, T: 'a>(
    report: &'a Report,
    of: impl Fn(&'a Wallet) -> &'a [T] + 'a,
) -> impl Iterator<Item = Row<'a, &'a T>> + 'a {
    report.wallets.iter().flat_map(move |wallet| of(wallet).iter().map(move |item| (wallet, item)))
}

/// Two columns that every table begins with.
fn of_wallet<'a, T: 'a>() -> Fields<'a, Row<'a, T>> {
    Fields::new()
        .code("wallet", |(wallet, _): &Row<'a, T>| borrowed(&wallet.address))
        .text("chain", |(wallet, _): &Row<'a, T>| borrowed(&wallet.chain_name))
}

/// Three columns: position, time and transaction.
fn when<'a, T: 'a>(
    fields: Fields<'a, Row<'a, T>>,
    of: impl Fn(&T) -> &'a Moment + Copy + 'a,
) -> Fields<'a, Row<'a, T>> {
    fields
        .code("position", move |(_, item)| borrowed(&of(item).position))
        .field("time", Kind::Time, move |(_, item)| or_empty(of(item).time.as_deref()))
        .code("transaction", move |(_, item)| or_empty(of(item).transaction.as_deref()))
}

/// Two columns: the token's contract or `native`, and the asset's name.
fn asset<'a, T: 'a>(
    fields: Fields<'a, Row<'a, T>>,
    of: impl Fn(&T) -> Option<&'a Quantity> + Copy + 'a,
) -> Fields<'a, Row<'a, T>> {
    fields
        .code("asset_contract", move |(_, item)| {
            borrowed(of(item).map_or("", |sum| sum.contract.as_deref().unwrap_or("native")))
        })
        .text("asset_name", move |(_, item)| borrowed(of(item).map_or("", |sum| &sum.asset)))
}

/// Two columns: base units, and the exact amount.
fn sum<'a, T: 'a>(
    fields: Fields<'a, Row<'a, T>>,
    name: &str,
    of: impl Fn(&T) -> Option<&'a Quantity> + Copy + 'a,
) -> Fields<'a, Row<'a, T>> {
    fields
        .field(format!("{name}_base_units"), Kind::Units, move |(_, item)| {
            borrowed(of(item).map_or("", |sum| &sum.base_units))
        })
        .field(name, Kind::Amount, move |(_, item)| match of(item) {
            None => Cell::default(),
            Some(Quantity { decimal: Some(decimal), .. }) => borrowed(decimal),
            Some(sum) => Cow::Owned(format!("{} base units", sum.base_units)),
        })
}

fn usd<'a, T: 'a>(
    fields: Fields<'a, Row<'a, T>>,
    name: &str,
    of: impl Fn(&T) -> Option<&'a Quantity> + Copy + 'a,
) -> Fields<'a, Row<'a, T>> {
    fields.field(name, Kind::Usd, move |(_, item)| {
        or_empty(of(item).and_then(|sum| sum.usd.as_deref()))
    })
}

fn transfers<'a>(report: &'a Report, invented: Option<&'a str>) -> Table<'a> {
    type One<'a> = &'a Transfer;
    let fields = when(of_wallet::<One<'_>>(), |of| &of.at)
        .text("side", |(_, of)| borrowed(of.side))
        .text("counts_as", |(_, of)| borrowed(of.standing))
        .number("conversion", |(_, of)| of.conversion)
        .text("cause", |(_, of)| borrowed(of.cause))
        .code("counterparty_address", |(_, of)| or_empty(of.counterparty.as_deref()))
        .text("counterparty_name", |(_, of)| or_empty(of.counterparty_name.as_deref()))
        .text("category", |(_, of)| or_empty(of.category));
    let amount = |of: &One<'a>| Some(&of.amount);
    usd(sum(asset(fields, amount), "amount", amount), "usd", amount)
        .field("usd_per_unit", Kind::Amount, |(_, of)| {
            or_empty(price(of).map(|price| &*price.usd_per_unit))
        })
        .text("price_source", |(_, of)| or_empty(price(of).map(|price| &*price.source)))
        .text("price_time", |(_, of)| or_empty(price(of).map(|price| &*price.time)))
        .flag("signed_by_wallet", |(_, of)| of.is_signed)
        .text("verdicts", |(_, of)| joined(&of.verdicts, |text| borrowed(text)))
        .rows_of(invented, rows(report, |wallet| &wallet.transfers))
}

/// The price behind the dollars of a transfer.
fn price(of: &Transfer) -> Option<&PriceNote> {
    of.amount.price.as_deref()
}

/// What came from somebody and went to him of one asset.
type Flow<'a, T> = (&'a T, Option<&'a Quantity>, Option<&'a Quantity>);

/// One for each asset that came or went.
fn flows<'a, T>(of: &'a T, received: &'a [Quantity], sent: &'a [Quantity]) -> Vec<Flow<'a, T>> {
    let same = |a: &Quantity, b: &Quantity| (&a.contract, &a.asset) == (&b.contract, &b.asset);
    let came = received.iter().map(|came| {
        let went = sent.iter().find(|went| same(came, went));
        (of, Some(came), went)
    });
    let only_went = sent.iter().filter(|went| !received.iter().any(|came| same(came, went)));
    came.chain(only_went.map(|went| (of, None, Some(went)))).collect()
}

/// Seven columns: the asset, and what came and went of it.
fn flow<'a, T: 'a>(fields: Fields<'a, Row<'a, Flow<'a, T>>>) -> Fields<'a, Row<'a, Flow<'a, T>>> {
    let fields = asset(fields, |(_, came, went): &Flow<'a, T>| came.or(*went));
    let came = |(_, came, _): &Flow<'a, T>| *came;
    let went = |(_, _, went): &Flow<'a, T>| *went;
    usd(sum(usd(sum(fields, "in", came), "in_usd", came), "out", went), "out_usd", went)
}

fn counterparties<'a>(report: &'a Report, invented: Option<&'a str>) -> Table<'a> {
    let all = report.wallets.iter().flat_map(|wallet| {
        let ranked = wallet.counterparties.iter();
        ranked.flat_map(move |of| {
            flows(of, &of.received, &of.sent).into_iter().map(move |flow| (wallet, flow))
        })
    });
    let fields = of_wallet::<Flow<'a, Counterparty>>()
        .code("address", |(_, (of, ..))| or_empty(of.address.as_deref()))
        .text("name", |(_, (of, ..))| borrowed(of.name_text()))
        .text("kind", |(_, (of, ..))| borrowed(of.kind))
        .text("categories", |(_, (of, ..))| joined(&of.categories, |name| borrowed(name)));
    // Counts and days are of all assets together.
    flow(fields)
        .number("transfers_in", |(_, (of, ..))| Some(of.transfers_in))
        .number("transfers_out", |(_, (of, ..))| Some(of.transfers_out))
        .number("in_conversions", |(_, (of, ..))| Some(of.in_conversions))
        .text("first", |(_, (of, ..))| borrowed(of.first.when()))
        .text("last", |(_, (of, ..))| borrowed(of.last.when()))
        .text("verdicts", |(_, (of, ..))| joined(&of.verdicts, |text| borrowed(text)))
        .text("notes", |(_, (of, ..))| joined(&of.notes, |text| borrowed(text)))
        .rows_of(invented, all)
}

fn categories<'a>(report: &'a Report, invented: Option<&'a str>) -> Table<'a> {
    let all = report.wallets.iter().flat_map(|wallet| {
        wallet.categories.iter().flat_map(move |of| {
            flows(of, &of.received, &of.sent).into_iter().map(move |flow| (wallet, flow))
        })
    });
    let fields = of_wallet::<Flow<'a, Category>>()
        .text("category", |(_, (of, ..))| borrowed(of.name))
        .number("counterparties", |(_, (of, ..))| Some(of.counterparties));
    flow(fields)
        .number("transfers_in", |(_, (of, ..))| Some(of.transfers_in))
        .number("transfers_out", |(_, (of, ..))| Some(of.transfers_out))
        .text("first", |(_, (of, ..))| borrowed(of.first.when()))
        .text("last", |(_, (of, ..))| borrowed(of.last.when()))
        .rows_of(invented, all)
}

fn listed<'a>(report: &'a Report, invented: Option<&'a str>) -> Table<'a> {
    type One<'a> = (&'a Listed, &'a ListedTransfer);
    let all = rows(report, |wallet| &wallet.listed);
    let all = all
        .flat_map(|(wallet, of)| of.transfers.iter().map(move |transfer| (wallet, (of, transfer))));
    let fields = of_wallet::<One<'a>>()
        .code("address", |(_, (of, _))| borrowed(&of.address))
        .text("name", |(_, (of, _))| or_empty(of.name.as_deref()))
        .text("listing", |(_, (of, _))| borrowed(&of.listing))
        .text("dates", |(_, (of, _))| borrowed(&of.dates))
        .text("side", |(_, (of, _))| borrowed(of.side))
        .flag("counts", |(_, (of, _))| of.counts)
        .flag("finding", |(_, (of, _))| of.is_flagged)
        .text("verdict", |(_, (of, _))| borrowed(of.verdict));
    let fields = when(fields, |(_, transfer): &One<'a>| &transfer.at);
    let amount = |(_, transfer): &One<'a>| Some(&transfer.amount);
    usd(sum(asset(fields, amount), "amount", amount), "usd", amount)
        .number("lead_days", |(_, (_, transfer))| transfer.lead_days)
        .text("lead", |(_, (_, transfer))| borrowed(&transfer.lead))
        .text("source", |(_, (of, _))| borrowed(&of.source))
        .text("list", |(_, (of, _))| or_empty(of.list.as_deref()))
        .rows_of(invented, all)
}

fn balances<'a>(report: &'a Report, invented: Option<&'a str>) -> Table<'a> {
    type One<'a> = &'a Balance;
    let mut fields = asset(of_wallet::<One<'a>>(), |of| Some(&of.received))
        .flag("vouched_for", |(_, of)| of.is_vouched)
        .flag("all_blocks_looked_at", |(_, of)| of.is_seen)
        .number("movements", |(_, of)| Some(of.movements));
    fields = sum(fields, "before", |of: &One<'a>| of.opening.as_ref());
    fields = sum(fields, "in", |of: &One<'a>| Some(&of.received));
    fields = sum(fields, "out", |of: &One<'a>| Some(&of.sent));
    fields = sum(fields, "fees", |of: &One<'a>| Some(&of.fees));
    fields = sum(fields, "unexplained_in", |of: &One<'a>| Some(&of.unexplained_in));
    fields = sum(fields, "unexplained_out", |of: &One<'a>| Some(&of.unexplained_out));
    fields = sum(fields, "after", |of: &One<'a>| of.closing.as_ref());
    fields
        .text("closes", |(_, of)| {
            borrowed(match of.closes {
                Some(true) => "yes",
                Some(false) => "no",
                None => "not known",
            })
        })
        .text("check", |(_, of)| borrowed(&of.check))
        .rows_of(invented, rows(report, |wallet| &wallet.balances))
}

fn flags<'a>(report: &'a Report, invented: Option<&'a str>) -> Table<'a> {
    of_wallet::<&'a Flag>()
        .code("flag", |(_, of)| borrowed(&of.id))
        .text("kind", |(_, of)| borrowed(of.kind))
        .flag("alert", |(_, of)| of.is_alert)
        .text("what", |(_, of)| borrowed(&of.text))
        .text("means", |(_, of)| borrowed(of.means))
        .code("transactions", |(_, of)| joined(&of.transactions, |hash| borrowed(hash)))
        .rows_of(invented, rows(report, |wallet| &wallet.flags))
}
