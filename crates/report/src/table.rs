//! A report as tables: what CSV and XLSX write. Each table has typed columns and rows that are made one by one while
//! they are written, so that a report of 100,000 hops is not there twice.
//!
//! A cell is its exact text. The kind of its column says how a medium that knows types may write it.

mod addresses;
mod band;
mod behaviour;
mod certainty;
mod endings;
mod evidence;
mod hops;
mod leads;
mod ledger;
mod method;
mod paths;
mod requests;
mod sanctions;
mod seeds;

use std::borrow::Cow;

use crate::Report;
use crate::input::PriceNote;
use crate::schema::{Money, PartyRef, Place, Quote};

/// One of the tables of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableName {
    /// Questions and answers, and whatever else is said in sentences.
    Statements,
    /// What was stolen.
    Seeds,
    /// Where it is now, per seed and asset; both sides of every ledger.
    Ledger,
    /// What can be frozen or requested now.
    Actions,
    /// Mixers and bridges that value ended in, apart from every sum.
    Leads,
    /// Movements that touched an address with a sanctions listing.
    Findings,
    /// What contracts on the chain say of addresses.
    Opinions,
    /// Where and why following stopped.
    Endings,
    /// Every movement of stolen value.
    Hops,
    /// The transfers that prove hops, findings, patterns and links.
    Evidence,
    /// The paths to the main places, step by step.
    Paths,
    /// What ended where by every rule.
    Band,
    /// Behaviour that has a name, and what links addresses.
    Patterns,
    /// Every address.
    Addresses,
    /// Every asset.
    Assets,
    /// What has been looked at, how, and how well that proves completeness.
    Coverage,
    /// Balances that the transfers seen do not explain.
    Differences,
    /// What has not been looked at.
    OpenEnds,
    /// Settings, endpoints, chains, thresholds.
    Settings,
    /// The lists that labels and listings came from.
    Lists,
}

impl TableName {
    /// All of them, in the order in which they are read.
    pub const ALL: [Self; 20] = [
        Self::Statements,
        Self::Seeds,
        Self::Ledger,
        Self::Actions,
        Self::Findings,
        Self::Opinions,
        Self::Leads,
        Self::Endings,
        Self::Hops,
        Self::Evidence,
        Self::Paths,
        Self::Band,
        Self::Patterns,
        Self::Addresses,
        Self::Assets,
        Self::Coverage,
        Self::Differences,
        Self::OpenEnds,
        Self::Settings,
        Self::Lists,
    ];

    /// Its name, lower-case letters and hyphens: `hops`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let format = self.format();
        format.strip_suffix("-csv").unwrap_or(format)
    }

    /// The name of its format: `hops-csv`.
    #[must_use]
    pub const fn format(self) -> &'static str {
        match self {
            Self::Statements => "statements-csv",
            Self::Seeds => "seeds-csv",
            Self::Ledger => "ledger-csv",
            Self::Actions => "actions-csv",
            Self::Findings => "findings-csv",
            Self::Opinions => "opinions-csv",
            Self::Leads => "leads-csv",
            Self::Endings => "endings-csv",
            Self::Hops => "hops-csv",
            Self::Evidence => "evidence-csv",
            Self::Paths => "paths-csv",
            Self::Band => "band-csv",
            Self::Patterns => "patterns-csv",
            Self::Addresses => "addresses-csv",
            Self::Assets => "assets-csv",
            Self::Coverage => "coverage-csv",
            Self::Differences => "differences-csv",
            Self::OpenEnds => "open-ends-csv",
            Self::Settings => "settings-csv",
            Self::Lists => "lists-csv",
        }
    }

    /// The table of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// What a row is.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Statements => {
                "a row per sentence: answers, facts with their source, reservations, method, words"
            }
            Self::Seeds => "a row per stolen amount",
            Self::Ledger => "a row per side and line of the closing ledger of each seed and asset",
            Self::Actions => {
                "a row per amount that can be frozen or requested now, and of whom; also_in: the same value again"
            }
            Self::Findings => "a row per movement that touched a listed address, then and now",
            Self::Opinions => "a row per answer of a contract on the chain about an address",
            Self::Leads => {
                "a row per amount at a mixer or a bridge: leads, in no sum beside endings"
            }
            Self::Endings => "a row per lot where following stopped, and why",
            Self::Hops => "a row per movement of stolen value",
            Self::Evidence => {
                "a row per transfer that proves a hop, a finding, a pattern or a link"
            }
            Self::Paths => "a row per step of the paths to where value ended",
            Self::Band => "a row per place, with what ended there by every rule; needs --rule all",
            Self::Patterns => {
                "a row per pattern, link, address in them and transfer that proves them"
            }
            Self::Addresses => "a row per address, with its labels and listings",
            Self::Assets => "a row per asset",
            Self::Coverage => {
                "a row per chain, class and way of looking, with how well it proves completeness"
            }
            Self::Differences => "a row per balance that the transfers seen do not explain",
            Self::OpenEnds => "a row per address, window or transaction that was not looked at",
            Self::Settings => "a row per setting, endpoint, chain and threshold",
            Self::Lists => "a row per list that labels and listings came from, with its digest",
        }
    }

    /// Whether the report has the table. A comparison of rules is there only where it was asked for.
    #[must_use]
    pub const fn is_in(self, report: &Report) -> bool {
        !matches!(self, Self::Band) || report.certainty.band.is_some()
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words.
    Text,
    /// An address, a hash, an id: copied, never computed with.
    Code,
    /// A whole number.
    Integer,
    /// A whole number that may be larger than what a spreadsheet holds: base units.
    Units,
    /// An exact amount in whole coins or tokens.
    Amount,
    /// US dollars, `$1,234.50`.
    Usd,
    /// A moment, `2022-03-29 13:29:09 UTC`.
    Time,
    /// A day, `2022-03-29`, or a bound for one in words.
    Day,
    /// `yes` or `no`.
    Flag,
    /// A page of a block explorer.
    Link,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, lower-case letters and underscores.
    pub(crate) name: String,
    /// What its cells are.
    pub(crate) kind: Kind,
}

/// The exact text of a cell; empty where there is nothing to say.
pub(crate) type Cell<'a> = Cow<'a, str>;

/// A table.
pub(crate) struct Table<'a> {
    /// Its columns. The last one, `reconstruction`, says so in each row where the case is one.
    pub(crate) columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub(crate) rows: Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a>,
}

/// The table of that name. Where [`TableName::is_in`] says no it has no rows.
pub(crate) fn table(report: &Report, name: TableName) -> Table<'_> {
    match name {
        TableName::Statements => method::statements(report),
        TableName::Seeds => seeds::seeds(report),
        TableName::Ledger => ledger::ledger(report),
        TableName::Actions => requests::actions(report),
        TableName::Findings => sanctions::findings(report),
        TableName::Opinions => sanctions::opinions(report),
        TableName::Leads => leads::leads(report),
        TableName::Endings => endings::endings(report),
        TableName::Hops => hops::hops(report),
        TableName::Evidence => evidence::evidence(report),
        TableName::Paths => paths::paths(report),
        TableName::Band => band::band(report),
        TableName::Patterns => behaviour::patterns(report),
        TableName::Addresses => addresses::addresses(report),
        TableName::Assets => addresses::assets(report),
        TableName::Coverage => certainty::coverage(report),
        TableName::Differences => certainty::differences(report),
        TableName::OpenEnds => certainty::open_ends(report),
        TableName::Settings => method::settings(report),
        TableName::Lists => method::lists(report),
    }
}

/// A table in the making: columns with what fills them, for items that rows are made of.
pub(crate) struct Fields<'a, T> {
    fields: Vec<Field<'a, T>>,
}

/// A column, and what its cell is for an item.
struct Field<'a, T> {
    column: Column,
    of: Box<dyn Fn(&T) -> Cell<'a> + 'a>,
}

impl<'a, T: 'a> Fields<'a, T> {
    pub(crate) const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    pub(crate) fn field(
        mut self,
        name: impl Into<String>,
        kind: Kind,
        of: impl Fn(&T) -> Cell<'a> + 'a,
    ) -> Self {
        let column = Column { name: name.into(), kind };
        self.fields.push(Field { column, of: Box::new(of) });
        self
    }

    pub(crate) fn text(self, name: &str, of: impl Fn(&T) -> Cell<'a> + 'a) -> Self {
        self.field(name, Kind::Text, of)
    }

    pub(crate) fn code(self, name: &str, of: impl Fn(&T) -> Cell<'a> + 'a) -> Self {
        self.field(name, Kind::Code, of)
    }

    pub(crate) fn flag(self, name: &str, of: impl Fn(&T) -> bool + 'a) -> Self {
        self.field(name, Kind::Flag, move |item| yes_or_no(Some(of(item))))
    }

    pub(crate) fn number<N: ToString>(self, name: &str, of: impl Fn(&T) -> Option<N> + 'a) -> Self {
        self.field(name, Kind::Integer, move |item| shown(of(item)))
    }

    /// Two columns: whole address and name.
    fn party(self, prefix: &str, of: impl Fn(&T) -> Option<&'a PartyRef> + Copy + 'a) -> Self {
        self.field(format!("{prefix}address"), Kind::Code, move |item| {
            borrowed(of(item).map_or("", |party| &party.address))
        })
        .field(format!("{prefix}name"), Kind::Text, move |item| {
            borrowed(of(item).map_or("", |party| &party.name))
        })
    }

    /// Four columns: chain, position, time and transaction.
    fn place(self, of: impl Fn(&T) -> Option<&'a Place> + Copy + 'a) -> Self {
        self.text("chain", move |item| borrowed(of(item).map_or("", |at| &at.chain_name))).when(of)
    }

    /// Three columns: position, time and transaction.
    fn when(self, of: impl Fn(&T) -> Option<&'a Place> + Copy + 'a) -> Self {
        self.code("position", move |item| borrowed(of(item).map_or("", |at| &at.position)))
            .field("time", Kind::Time, move |item| {
                or_empty(of(item).and_then(|at| at.time.as_deref()))
            })
            .code("transaction", move |item| {
                or_empty(of(item).and_then(|at| at.transaction.as_deref()))
            })
    }

    /// Two columns: the token's contract or `native`, and the asset's name.
    fn asset(self, of: impl Fn(&T) -> Option<&'a Money> + Copy + 'a) -> Self {
        self.code("asset_contract", move |item| borrowed(of(item).map_or("", contract)))
            .text("asset_name", move |item| borrowed(of(item).map_or("", |money| &money.asset)))
    }

    /// Five columns: contract, name, base units, exact amount, US dollars.
    fn money(self, of: impl Fn(&T) -> Option<&'a Money> + Copy + 'a) -> Self {
        self.asset(of)
            .field("amount_base_units", Kind::Units, move |item| {
                borrowed(of(item).map_or("", |money| &money.base_units))
            })
            .field("amount", Kind::Amount, move |item| of(item).map_or_else(Cell::default, decimal))
            .field("usd", Kind::Usd, move |item| or_empty(of(item).and_then(|money| money.usd())))
    }

    /// Three columns: the price of one whole unit behind the dollars, who says so, and of when it is.
    fn prices(self, of: impl Fn(&T) -> &'a [Money] + Copy + 'a) -> Self {
        let note = move |item: &T, part: fn(&'a PriceNote) -> &'a str| {
            let part = |money: &'a Money| or_empty(money.price().map(part));
            let amounts = of(item);
            let is_priced = amounts.iter().any(|money| money.price().is_some());
            if is_priced { joined(amounts, part) } else { Cell::default() }
        };
        self.text("usd_per_unit", move |item| note(item, |price| &price.usd_per_unit))
            .text("price_source", move |item| note(item, |price| &price.source))
            .text("price_time", move |item| note(item, |price| &price.time))
    }

    /// The same of a single amount.
    fn price(self, of: impl Fn(&T) -> &'a Money + Copy + 'a) -> Self {
        self.prices(move |item| std::slice::from_ref(of(item)))
    }

    /// What to quote: the ending, whose it is, where, how much, and how it came there.
    fn quote(self, of: impl Fn(&T) -> Quote<'a> + Copy + 'a) -> Self {
        self.code("ending", move |item| borrowed(of(item).ending))
            .code("seed", move |item| borrowed(of(item).seed))
            .party("at_", move |item| Some(of(item).at))
            .money(move |item| Some(of(item).money))
            .number("chain_id", move |item| Some(of(item).place.chain))
            .place(move |item| Some(of(item).place))
    }

    /// The table, with a last column that says in every row whether it is a reconstruction.
    fn rows(
        self,
        report: &'a Report,
        items: impl IntoIterator<Item = T, IntoIter: 'a>,
    ) -> Table<'a> {
        self.rows_of(report.invented.as_deref(), items)
    }

    /// The same, where `invented` says what it is a reconstruction of.
    pub(crate) fn rows_of(
        self,
        invented: Option<&'a str>,
        items: impl IntoIterator<Item = T, IntoIter: 'a>,
    ) -> Table<'a> {
        let invented = invented.unwrap_or_default();
        let fields = self.text("reconstruction", move |_| borrowed(invented)).fields;
        let columns = fields.iter().map(|field| field.column.clone()).collect();
        let rows = items
            .into_iter()
            .map(move |item| fields.iter().map(|field| (field.of)(&item)).collect::<Vec<_>>());
        Table { columns, rows: Box::new(rows) }
    }
}

/// Empty where it is not known or does not apply.
pub(crate) const fn yes_or_no<'a>(is: Option<bool>) -> Cell<'a> {
    match is {
        Some(true) => borrowed("yes"),
        Some(false) => borrowed("no"),
        None => borrowed(""),
    }
}

pub(crate) const fn borrowed(text: &str) -> Cell<'_> {
    Cow::Borrowed(text)
}

pub(crate) fn or_empty(text: Option<&str>) -> Cell<'_> {
    Cow::Borrowed(text.unwrap_or_default())
}

pub(crate) fn shown<'a>(value: Option<impl ToString>) -> Cell<'a> {
    value.map_or_else(Cell::default, |value| Cow::Owned(value.to_string()))
}

/// Several values in one cell.
pub(crate) fn joined<'a, T>(values: &'a [T], text: impl Fn(&'a T) -> Cell<'a>) -> Cell<'a> {
    match values {
        [] => Cell::default(),
        [one] => text(one),
        several => Cow::Owned(several.iter().map(text).collect::<Vec<_>>().join(" + ")),
    }
}

fn contract(money: &Money) -> &str {
    money.contract.as_deref().unwrap_or("native")
}

/// The exact amount, or its base units where the decimals are not known.
fn decimal(money: &Money) -> Cell<'_> {
    match &money.decimal {
        Some(decimal) => borrowed(decimal),
        None => Cow::Owned(format!("{} base units", money.base_units)),
    }
}

/// What [`number`] counts in.
fn unit(money: &Money) -> &'static str {
    if money.decimals.is_some() { "whole" } else { "base units" }
}

/// In whole coins or tokens, else in base units.
fn number(money: &Money) -> Cell<'_> {
    borrowed(money.decimal.as_deref().unwrap_or(&money.base_units))
}

/// The name of a column; what is traced back is not called stolen.
fn stolen_or_traced(report: &Report, column: &str) -> String {
    match report.direction {
        "in" => column.replace("stolen", "traced"),
        _ => column.to_owned(),
    }
}
