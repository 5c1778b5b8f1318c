//! Reads a published list of flows: `flow_records.csv`, `source_addresses.csv`, `terminal_addresses.csv`.
//!
//! The form is that of LaunderNetEvm41 (MFTracer, 2026): a row per flow, with its value in dollars. The label
//! columns are never read: what they say is the answer that a tracer has to find.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fundtrail_model::{
    Address, Amount, AmountError, H256, parse_address, parse_hash, sanitize_claim,
};

/// Decimals of a dollar in base units, for tokens and for the native coin alike.
pub const DECIMALS: u8 = 18;
/// More dollars than were ever stolen: a value above is a mistake.
const MOST_DOLLARS: &str = "1000000000000";
/// All columns; each has to be there once.
const COLUMNS: [&str; 8] =
    ["Timestamp", "Block", "Tx_hash", "From", "From_label", "To", "To_label", "Value_in_USD"];

/// One flow of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The block on the chain where it happened.
    pub block: u64,
    /// The transaction there; several flows may share it.
    pub transaction: H256,
    /// Who paid.
    pub from: Address,
    /// Who received; the zero address burns.
    pub to: Address,
    /// Dollars, in base units of [`DECIMALS`].
    pub amount: Amount,
}

/// A list, by block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowList {
    /// By block, then as in the file.
    pub flows: Vec<Flow>,
    /// Who had the stolen amounts first.
    pub sources: BTreeSet<Address>,
    /// Where following is meant to end.
    pub terminals: BTreeSet<Address>,
    /// Rows that move nothing between two addresses, and why they are left out, with how many.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// Why a list cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A file cannot be read.
    #[error("{}: {source}; a case folder holds flow_records.csv, source_addresses.csv and terminal_addresses.csv", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The header is another one.
    #[error("{}: the columns are `{found}`, and not `{}`", path.display(), COLUMNS.join(","))]
    Columns {
        /// Which file.
        path: PathBuf,
        /// What stands there.
        found: String,
    },
    /// A row is not a flow, or not an address.
    #[error("{}, line {line}: {what}", path.display())]
    Row {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// The rows are read, but there is nothing to trace.
    #[error("{}: {what}", path.display())]
    Useless {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl FlowList {
    /// Reads a case folder.
    ///
    /// # Errors
    ///
    /// With the file, the line and what is wrong there: a file or column is missing or unknown, a value is
    /// negative, not a plain number or too large, a transaction stands in two blocks, no source pays, no terminal
    /// receives.
    pub fn read(folder: &Path) -> Result<Self, ListError> {
        let mut list = Self {
            sources: addresses(&folder.join("source_addresses.csv"))?,
            terminals: addresses(&folder.join("terminal_addresses.csv"))?,
            ..Self::default()
        };
        let path = folder.join("flow_records.csv");
        let text = text(&path)?;
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let broken = |error: &csv::Error| ListError::Row {
            path: path.clone(),
            line: error.position().map_or(1, csv::Position::line),
            what: error.to_string(),
        };
        let header = reader.headers().map_err(|error| broken(&error))?.clone();
        let places: Vec<usize> = COLUMNS
            .iter()
            .filter_map(|column| header.iter().position(|name| name == *column))
            .collect();
        if places.len() != COLUMNS.len() || header.len() != COLUMNS.len() {
            let found = sanitize_claim(&header.iter().collect::<Vec<_>>().join(","), 200);
            return Err(ListError::Columns { path, found });
        }
        let mut blocks: BTreeMap<H256, u64> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| broken(&error))?;
            let line = record.position().map_or(1, csv::Position::line);
            let wrong = |what: String| ListError::Row { path: path.clone(), line, what };
            let field = |column: usize| record.get(places[column]).unwrap_or_default();
            let flow = flow([field(1), field(2), field(3), field(5), field(7)]).map_err(wrong)?;
            let first = *blocks.entry(flow.transaction).or_insert(flow.block);
            if first != flow.block {
                let two = format!("its transaction stands in block {first} and in {}", flow.block);
                return Err(wrong(two));
            }
            let why = match flow {
                _ if flow.amount.is_zero() => Some("of no value"),
                _ if flow.from == flow.to => Some("to the payer himself"),
                _ if flow.from.is_zero() => Some("paid by the zero address"),
                _ => None,
            };
            match why {
                Some(why) => *list.left_out.entry(why).or_default() += 1,
                None => list.flows.push(flow),
            }
        }
        list.flows.sort_by_key(|flow| flow.block);
        let what = if !list.flows.iter().any(|flow| list.sources.contains(&flow.from)) {
            "no flow is paid by one of source_addresses.csv"
        } else if !list.flows.iter().any(|flow| list.terminals.contains(&flow.to)) {
            "no flow goes to one of terminal_addresses.csv"
        } else {
            return Ok(list);
        };
        Err(ListError::Useless { path, what: what.to_owned() })
    }

    /// Blocks from the first flow to the last, both counted.
    #[must_use]
    pub fn span(&self) -> u64 {
        match (self.flows.first(), self.flows.last()) {
            (Some(first), Some(last)) => (last.block - first.block).saturating_add(1),
            _ => 0,
        }
    }

    /// Everybody in the list, sorted.
    #[must_use]
    pub fn parties(&self) -> BTreeSet<Address> {
        self.flows.iter().flat_map(|flow| [flow.from, flow.to]).collect()
    }
}

fn flow([block, transaction, from, to, value]: [&str; 5]) -> Result<Flow, String> {
    let address = |text: &str| parse_address(text).map_err(|error| error.to_string());
    let amount = dollars(value).ok_or_else(|| {
        let shown = sanitize_claim(value, 40);
        format!("Value_in_USD `{shown}` is not a plain number that is not negative")
    })?;
    let most = Amount::from_decimal(MOST_DOLLARS, DECIMALS).unwrap_or(Amount::MAX);
    if most < amount {
        let shown = sanitize_claim(value, 40);
        return Err(format!("Value_in_USD `{shown}` is more than {MOST_DOLLARS}"));
    }
    let shown = |text: &str| sanitize_claim(text, 80);
    Ok(Flow {
        block: block
            .parse()
            .map_err(|_| format!("Block `{}` is not a block number", shown(block)))?,
        transaction: parse_hash(transaction).ok_or_else(|| {
            format!("Tx_hash `{}` is not 0x and 64 hexadecimal digits", shown(transaction))
        })?,
        from: address(from)?,
        to: address(to)?,
        amount,
    })
}

/// Dollars as tables write them: `347.55`, and `1.5e-05` for small and huge ones. What is less than a base unit is cut
/// off.
fn dollars(text: &str) -> Option<Amount> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i16 = exponent.parse().ok().filter(|exponent| (-99..=99).contains(exponent))?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || mantissa.len() > 99 {
        return None;
    }
    let shift = usize::from(exponent.unsigned_abs());
    let (zeros, none) = ("0".repeat(shift), String::new());
    let (before, after) = if exponent < 0 { (&zeros, &none) } else { (&none, &zeros) };
    let digits = format!("{before}{whole}{fraction}{after}");
    let point = if exponent < 0 { whole.len() } else { whole.len() + shift };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let fraction = fraction.get(..usize::from(DECIMALS)).unwrap_or(fraction);
    // A whole part that does not fit into 256 bits is a huge number, and told as one.
    let huge = |error| matches!(error, AmountError::TooLarge { .. }).then_some(Amount::MAX);
    Amount::from_decimal(&format!("{whole}.{fraction}0"), DECIMALS)
        .or_else(|error| huge(error).ok_or(()))
        .ok()
}

/// A file with one address per line.
fn addresses(path: &Path) -> Result<BTreeSet<Address>, ListError> {
    let text = text(path)?;
    let lines = (1_u64..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty());
    let found: BTreeSet<Address> = lines
        .map(|(line, text)| {
            let wrong = |what: String| ListError::Row { path: path.to_owned(), line, what };
            parse_address(text).map_err(|error| wrong(error.to_string()))
        })
        .collect::<Result<_, _>>()?;
    if found.is_empty() {
        let what = "it holds no address".to_owned();
        return Err(ListError::Useless { path: path.to_owned(), what });
    }
    Ok(found)
}

fn text(path: &Path) -> Result<String, ListError> {
    let unreadable = |source| ListError::Unreadable { path: path.to_owned(), source };
    fs::read_to_string(path).map_err(unreadable)
}

#[cfg(test)]
mod tests;
