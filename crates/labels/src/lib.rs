//! Reads sanctions lists, label sets, token lists and prices, and resolves an address at a time.
//!
//! # Overview
//!
//! A [`Book`] holds what is said of addresses. [`Book::builtin`] starts it with the lists that are
//! compiled in, [`Book::extend`] adds a file of the user's, and [`Book::marks`] answers for one address.
//! The answer is plain data with dates: [`Marks`](fundtrail_model::Marks) judges it by the day of a
//! transfer. [`prices::Prices`] holds daily prices for views in US dollars.
//!
//! This crate opens no file: callers hand it the bytes and a name to show in errors.
//!
//! [`intake`] reads lists as their publishers write them, for a list store to keep; [`Book::add_kept`] takes
//! from there what they say together.
//!
//! # Files
//!
//! All files are CSV with a header, in UTF-8, in any order of columns; what a file holds is told by its
//! columns. Lines that start with `#` are comments; at the top of a file `# name: …`, `# as of: 2026-06-25`
//! and `# source: …` describe the list. Every row names its source.
//!
//! | file | columns (optional ones in brackets) |
//! |---|---|
//! | labels | `chain` (id, or `*` for every EVM chain), `address`, `name`, `category`, `source`, \[`valid_from`, `valid_until`, `confidence`, `invented`\] |
//! | listings | `address`, `entity`, `authority`, `listed_on`, `source`, \[`programme`, `listed_on_is`, `delisted_on`, `delisted_on_is`, `invented`\] |
//! | tokens | `chain`, `contract`, `symbol`, `decimals`, `source` |
//! | prices | `chain`, `contract` (empty or `native` for the native coin), `date`, `usd`, `source` |
//!
//! # Example
//!
//! ```
//! use fundtrail_labels::Book;
//! use fundtrail_model::{ChainId, ListingStatus, parse_address, parse_date};
//!
//! let book = Book::builtin()?;
//! let pool = parse_address("0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc")?;
//! let marks = book.marks(ChainId(1), pool);
//! assert_eq!(marks.labels[0].name, "Tornado Cash: 0.1 ETH pool");
//! let theft = parse_date("2022-03-30").ok_or("a day")?;
//! assert_eq!(marks.listings[0].status_on(theft), ListingStatus::NotYetListed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod book;
mod error;
mod export;
pub mod intake;
pub mod prices;
mod rows;
mod sheet;
mod version;

pub use book::{Book, Extended};
pub use error::{Error, Problem};
pub use rows::KnownToken;
pub use sheet::Sourcing;
pub use version::{ListKind, ListVersion};
