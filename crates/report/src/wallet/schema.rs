//! The content of a wallet report: the schema `fundtrail.wallet`, version 1.
//!
//! Everything here is text that is ready to show, plus the exact numbers. Strangers' text has already been sanitised
//! and shortened; it still has to be escaped for the medium it lands in.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::input::{ListLine, PriceNote};
use crate::number;
pub use crate::schema::{Answer, Setting, Term};

/// The name of the schema.
pub const SCHEMA: &str = "fundtrail.wallet";
/// The version of the schema. It grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// The report on one or several wallets, in the order in which it is read.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// The heading.
    pub title: String,
    /// If the case is a reconstruction: what every page and section says.
    pub invented: Option<String>,
    /// Name and version of the program.
    pub software: String,
    /// The day on which listings were judged besides the day of each transfer.
    pub today: String,
    /// Which verdicts on listings count as findings: `then`, `now` or `ever`.
    pub flag: &'static str,
    /// A digest of the case file.
    pub case_digest: Option<String>,
    /// Where the case is not finished: what is missing. Everything below may still change.
    pub unfinished: Option<String>,
    /// Each wallet.
    pub wallets: Vec<Wallet>,
    /// How it was found out, a sentence each.
    pub method: Vec<String>,
    /// The settings that change what it says.
    pub settings: Vec<Setting>,
    /// The hosts that were asked.
    pub endpoints: Vec<String>,
    /// The lists that labels and listings came from.
    pub lists: Vec<ListLine>,
    /// What the words mean.
    pub glossary: Vec<Term>,
}

/// One wallet.
#[derive(Clone, Debug, Serialize)]
pub struct Wallet {
    /// `W1` and so on.
    pub id: String,
    /// The chain's id.
    pub chain: u64,
    /// The chain's name.
    pub chain_name: String,
    /// The whole address, with its checksum.
    pub address: String,
    /// Its page at a block explorer.
    pub link: Option<String>,
    /// What it is: `wallet`, `contract`, or `not known`.
    pub kind: String,
    /// What labels say of it, the most trusted first.
    pub labels: Vec<String>,
    /// Labels that contradict one that counts, in words.
    pub conflicts: Vec<String>,
    /// What sanctions listings say of it, with both verdicts.
    pub listings: Vec<String>,
    /// What contracts on the chain say of it and of those it dealt with, disagreements with the lists first.
    pub opinions: Vec<String>,
    /// Whether it is made up for a reconstruction.
    pub is_invented: bool,
    /// Whether something that counts as a finding was found: it is listed, or dealt with somebody who is.
    pub is_flagged: bool,
    /// Whether everything was looked at and adds up.
    pub is_complete: bool,
    /// Whether it and all whom it dealt with were looked up in the lists. Otherwise nobody knows which of those without
    /// a label or a listing has one.
    pub is_named: bool,
    /// The answers in short, question by question.
    pub summary: Vec<Answer>,
    /// The first block looked at.
    pub first_block: u64,
    /// When it was made.
    pub first_block_time: Option<String>,
    /// The last block looked at.
    pub last_block: u64,
    /// When it was made.
    pub last_block_time: Option<String>,
    /// How the blocks were looked at, by class of assets.
    pub looks: Vec<Look>,
    /// When it was seen.
    pub seen: Seen,
    /// What came in, what went out, and what that makes of its balances, by asset.
    pub balances: Vec<Balance>,
    /// Its dealings by what the counterparty was at the time.
    pub categories: Vec<Category>,
    /// Dealings with addresses that have a sanctions listing, and what these sent unasked.
    pub listed: Vec<Listed>,
    /// What asks for attention, the gravest first.
    pub flags: Vec<Flag>,
    /// With whom it dealt, those with most first.
    pub counterparties: Vec<Counterparty>,
    /// What contracts gave it for other assets.
    pub conversions: Vec<Conversion>,
    /// What came unasked, and what is logged of it that proves nothing, by who is named.
    pub unasked: Vec<Unasked>,
    /// What is not known, a sentence each.
    pub not_known: Vec<String>,
    /// Every transfer, in the order of the chain.
    pub transfers: Vec<Transfer>,
}

/// An amount of one asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quantity {
    /// The asset's name as shown.
    pub asset: String,
    /// The token's contract; `None` for the native coin.
    pub contract: Option<String>,
    /// The exact amount in base units.
    pub base_units: String,
    /// The exact amount in whole coins or tokens; `None` where the decimals are not known.
    pub decimal: Option<String>,
    /// US dollars at the day of each movement; `None` where one of them has no price.
    pub usd: Option<String>,
    /// The price behind the dollars, with its source and time; `None` for sums, which have several.
    #[serde(serialize_with = "price")]
    pub price: Option<Arc<PriceNote>>,
}

#[expect(clippy::ref_option, reason = "serde asks for it")]
fn price<S: Serializer>(price: &Option<Arc<PriceNote>>, to: S) -> Result<S::Ok, S::Error> {
    price.as_deref().serialize(to)
}

impl Quantity {
    /// The exact amount with thousands grouped, without the asset.
    #[must_use]
    pub fn number(&self) -> String {
        number::exact(self.decimal.as_deref(), &self.base_units)
    }

    /// The exact amount with thousands grouped, and the asset's name.
    #[must_use]
    pub fn text(&self) -> String {
        number::exact_of(self.decimal.as_deref(), &self.base_units, &self.asset)
    }

    /// The same with its worth, where that is known.
    #[must_use]
    pub fn with_usd(&self) -> String {
        match &self.usd {
            Some(usd) => format!("{} ({usd})", self.text()),
            None => self.text(),
        }
    }
}

/// A place in the chain, and when it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Block, transaction index and step.
    pub position: String,
    /// When its block was made, in UTC.
    pub time: Option<String>,
    /// The transaction's hash; `None` where no transaction caused it.
    pub transaction: Option<String>,
}

impl Moment {
    /// The time, or the position where it is not known.
    #[must_use]
    pub fn when(&self) -> &str {
        self.time.as_deref().unwrap_or(&self.position)
    }
}

/// How a class of assets was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// The native coin's name, or `tokens`.
    pub assets: String,
    /// How many blocks were looked at how, and how well that proves that nothing is missing.
    pub blocks: Vec<String>,
    /// Blocks that were not looked at.
    pub gaps: Vec<String>,
    /// Whether every block was looked at and agrees with the balances.
    pub is_complete: bool,
}

/// When a wallet was seen in the blocks looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// The first movement.
    pub first: Option<Moment>,
    /// The last movement.
    pub last: Option<Moment>,
    /// The first transaction that it paid the fee of.
    pub first_signed: Option<Moment>,
    /// The last transaction that it paid the fee of.
    pub last_signed: Option<Moment>,
    /// How many transfers name it.
    pub transfers: usize,
    /// In how many transactions.
    pub transactions: usize,
    /// Of how many of these it paid the fee.
    pub signed: usize,
    /// How many of those moved nothing of its own but the fee: failed ones, and calls that move nothing.
    pub fee_only: usize,
}

/// One asset of a wallet.
#[derive(Clone, Debug, Serialize)]
pub struct Balance {
    /// Whether somebody vouches for the asset: a coin, or a token of a list.
    pub is_vouched: bool,
    /// How many movements.
    pub movements: usize,
    /// Whether every block was looked at for it. Otherwise sums are of the blocks that were, and a balance is told only
    /// where no other blocks lie between it and the end that it is of.
    pub is_seen: bool,
    /// The balance before the first block; `None` where it is not known.
    pub opening: Option<Quantity>,
    /// What came in, whatever it counts as; what is unexplained apart.
    pub received: Quantity,
    /// What went out, whatever it counts as; fees and what is unexplained apart.
    pub sent: Quantity,
    /// What gas cost.
    pub fees: Quantity,
    /// What the balance gained and no transfer says why.
    pub unexplained_in: Quantity,
    /// What the balance lost and no transfer says why.
    pub unexplained_out: Quantity,
    /// The balance after the last block; `None` where it is not known.
    pub closing: Option<Quantity>,
    /// Whether opening + in = closing + out; `None` where balances do not tell.
    pub closes: Option<bool>,
    /// How that is known, or where it does not add up.
    pub check: String,
}

/// Dealings with all counterparties of one category.
#[derive(Clone, Debug, Serialize)]
pub struct Category {
    /// The category.
    pub name: &'static str,
    /// How many counterparties.
    pub counterparties: usize,
    /// How many transfers in.
    pub transfers_in: usize,
    /// How many transfers out.
    pub transfers_out: usize,
    /// What came in, by asset.
    pub received: Vec<Quantity>,
    /// What went out, by asset.
    pub sent: Vec<Quantity>,
    /// The first dealing.
    pub first: Moment,
    /// The last dealing.
    pub last: Moment,
}

/// Somebody whom a wallet dealt with.
#[derive(Clone, Debug, Serialize)]
pub struct Counterparty {
    /// The whole address, with its checksum; `None` for what conversions created or destroyed.
    pub address: Option<String>,
    /// Its name by the label that held at the last dealing; `None` where nobody labels it.
    pub name: Option<String>,
    /// `wallet`, `contract`, `not known`, or `nobody`.
    pub kind: &'static str,
    /// What it was at the dealings, each once.
    pub categories: Vec<&'static str>,
    /// What labels say of it, the most trusted first.
    pub labels: Vec<String>,
    /// What listings say of the dealings with it: both verdicts, each once, and of how many dealings that is so.
    pub verdicts: Vec<String>,
    /// What else is known, for example that it is a hub.
    pub notes: Vec<String>,
    /// How many transfers in.
    pub transfers_in: usize,
    /// How many transfers out.
    pub transfers_out: usize,
    /// How many of both are legs of conversions.
    pub in_conversions: usize,
    /// What came in, by asset.
    pub received: Vec<Quantity>,
    /// What went out, by asset.
    pub sent: Vec<Quantity>,
    /// The first dealing.
    pub first: Moment,
    /// The last dealing.
    pub last: Moment,
}

impl Counterparty {
    /// The name, or what it is.
    #[must_use]
    pub fn name_text(&self) -> &str {
        match (&self.name, self.kind) {
            (Some(name), _) => name,
            (None, "wallet") => "unlabelled wallet",
            (None, "contract") => "unlabelled contract",
            (None, "nobody") => "nobody: created or destroyed",
            (None, _) => "unlabelled address",
        }
    }
}

/// What moved between a wallet and an address with a sanctions listing, by listing, side and verdict.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// The listed address.
    pub address: String,
    /// Its name by the label that held at the last transfer; `None` where nobody labels it.
    pub name: Option<String>,
    /// Who is sanctioned by whom, and by what programme.
    pub listing: String,
    /// Since when, and until when.
    pub dates: String,
    /// Where the listing is known from.
    pub source: String,
    /// The version of the list that it stands in; `None` where the case does not say.
    pub list: Option<String>,
    /// `in`, from it to the wallet; or `out`.
    pub side: &'static str,
    /// Whether it counts as a dealing of the wallet. Otherwise it is what anybody can send to anybody, or log.
    pub counts: bool,
    /// Both verdicts in short.
    pub verdict: &'static str,
    /// Whether the listing is, or was at the transfer, in force, or may be.
    pub is_in_force: bool,
    /// Whether it is a finding: it counts, and by the setting of what counts.
    pub is_flagged: bool,
    /// Both verdicts in words.
    pub statement: String,
    /// The sums, by asset.
    pub totals: Vec<Quantity>,
    /// Each transfer.
    pub transfers: Vec<ListedTransfer>,
}

/// A transfer from or to a listed address.
#[derive(Clone, Debug, Serialize)]
pub struct ListedTransfer {
    /// Where and when.
    pub at: Moment,
    /// How much.
    pub amount: Quantity,
    /// How many days before (positive) or after (negative) its listing.
    pub lead_days: Option<i64>,
    /// The same in words.
    pub lead: String,
}

/// Something that asks for attention.
#[derive(Clone, Debug, Serialize)]
pub struct Flag {
    /// `F1` and so on.
    pub id: String,
    /// Its name.
    pub kind: &'static str,
    /// Whether it asks for attention before everything else.
    pub is_alert: bool,
    /// What was found.
    pub text: String,
    /// What that means, and what it does not.
    pub means: &'static str,
    /// Transactions that show it, some of them.
    pub transactions: Vec<String>,
}

/// What contracts gave for other assets in one transaction, net.
#[derive(Clone, Debug, Serialize)]
pub struct Conversion {
    /// Where and when.
    pub at: Moment,
    /// What was given.
    pub paid: Vec<Quantity>,
    /// What was got.
    pub received: Vec<Quantity>,
    /// The contracts, with the names of those that have one.
    pub contracts: Vec<String>,
    /// Whether somebody vouches for something of what was got.
    pub is_vouched: bool,
}

/// What one address sent unasked, or is said by some token to have sent or got.
#[derive(Clone, Debug, Serialize)]
pub struct Unasked {
    /// The address that is named; `None` where none is.
    pub address: Option<String>,
    /// Its name by the label that held at the last of them.
    pub name: Option<String>,
    /// Why it is no dealing.
    pub why: &'static str,
    /// How many transfers.
    pub transfers: usize,
    /// The sums, by asset.
    pub totals: Vec<Quantity>,
    /// The last of them.
    pub last: Moment,
}

/// One transfer of a wallet.
#[derive(Clone, Debug, Serialize)]
pub struct Transfer {
    /// Where and when.
    pub at: Moment,
    /// `in` or `out`.
    pub side: &'static str,
    /// What it counts as.
    pub standing: &'static str,
    /// Which conversion it is a leg of, from 1.
    pub conversion: Option<usize>,
    /// Why it moved, as the chain tells it.
    pub cause: &'static str,
    /// The other address; `None` where there is none.
    pub counterparty: Option<String>,
    /// Its name by the label that held at the time.
    pub counterparty_name: Option<String>,
    /// What the counterparty was at the time, where it is a dealing.
    pub category: Option<&'static str>,
    /// How much.
    pub amount: Quantity,
    /// Whether the wallet paid the fee of the transaction.
    pub is_signed: bool,
    /// What listings of the counterparty say, with both verdicts.
    pub verdicts: Vec<String>,
}
