//! What the words mean.
//!
//! This crate is the ground floor: every other crate of the workspace depends on it and it depends on
//! none of them. It does no I/O, is not async, and its types cannot be serialized: wire structs, rows
//! and report schemas are made by the crate that owns that edge.
//!
//! # Glossary
//!
//! | word | means |
//! |---|---|
//! | [transfer](Transfer) | one movement of one asset between two addresses |
//! | transaction | on-chain only; a database has *writes* |
//! | frame | an EVM call frame, as a node's tracer reports it |
//! | [position](Position) | place in a chain's total order: block, transaction, step |
//! | [asset](Asset) | what moves: a chain's native coin or a token, keyed by (chain, contract), never by ticker |
//! | [claim](TokenClaim) | what a contract says of itself: symbol, decimals |
//! | [seed](Seed) | the stolen amount the trace starts from |
//! | lot | an amount with one provenance: a seed, or *clean* |
//! | [rule](Rule) | which lots an outgoing transfer takes |
//! | [trail](Trail) | the answer: hops, amounts, endings, and a ledger that closes |
//! | [direction](Direction) | which way value is followed: out, where it went; in, where it came from |
//! | [ending](Ending) | where and why following stopped; where value is followed backward, an *origin* |
//! | [open end](OpenEnd) | an ending for want of data, with what is missing |
//! | [open transaction](OpenTransaction) | an ending for want of one transaction, read whole |
//! | [whole transaction](WholeTransaction) | one all of whose transfers were read, whoever takes part in it |
//! | [path](Path) | a chain of lots from a seed to an ending |
//! | [coverage](Coverage) | what has been looked at, how, and how well that proves completeness |
//! | [crowd](Crowd) | what showed that an address has too many counterparties to be looked at |
//! | [label](Label) | a name for an address: who says so, since when, until when, how sure |
//! | [listing](Listing) | a label that is a sanction: programme, listed on, delisted on |
//! | [verdict](Verdict) | what a listing says of a movement: on its day, and as of today |
//! | [list fact](ListFact) | one thing that one version of a list says |
//! | [edition](ListEdition) | one version of a list, as it was imported |
//! | [opinion](Opinion) | what a contract on the chain says of an address, beside the lists |
//! | [freeze](Freeze) | what the issuer of a token did to an address, and when |
//! | [quote](Quote) | what one whole unit of an asset was worth in US dollars, and when; never moves a lot |
//! | lead | a link that is probable, not conserved arithmetic |
//! | [pattern](Pattern) | behaviour that the literature on money laundering has a name for |
//! | [link](Link) | a reason to think that two addresses have one owner: a lead |
//! | [statement](Statement) | what one address did in some blocks, and what that makes of its balances |
//! | [movement](Movement) | a transfer as one address sees it |
//! | case | one file over one or several chains: seeds, settings, transfers, coverage, findings |

mod account;
mod amount;
mod asset;
mod band;
mod chain;
mod crowd;
mod direction;
mod entity;
mod fetched;
mod freeze;
mod label;
mod likeness;
mod list_fact;
mod opinion;
mod path;
mod pattern;
mod position;
mod price;
mod rule;
mod seed;
mod statement;
mod text;
mod thresholds;
mod through;
mod time;
mod trail;
mod transfer;
mod verdict;
mod whole;
mod window;

pub use account::{AccountFact, AccountKind};
pub use amount::{Amount, AmountError};
pub use asset::{Asset, AssetClass, Balance, TokenClaim};
pub use band::{Band, BandLine};
pub use chain::{ChainId, ChainInfo, NativeCoin};
pub use crowd::{Crowd, CrowdSize};
pub use direction::Direction;
pub use entity::{Cluster, Heuristic, Link, Links};
pub use fetched::{BlockStamp, FetchedWindow};
pub use freeze::{Freeze, FreezeKind};
pub use label::{Category, Confidence, DateBound, Label, Listing, ListingStatus, Marks, Stop};
pub use likeness::Likeness;
pub use list_fact::{
    DayKnown, EditionCounts, ForeignAddress, KeptFact, ListEdition, ListFact, ListedAddress,
    ListedToken,
};
pub use opinion::{Opinion, Oracle};
pub use path::{Path, PathStep, Paths};
pub use pattern::{
    Measure, Pattern, PatternKind, PatternReservation, PatternRole, Patterns, Unit, Witness,
};
pub use position::{ParsePositionError, Position, Step};
pub use price::{
    MAX_PRICE, NoPrice, PRICE_DECIMALS, PriceFeed, PricePlace, PricePool, PriceReading, PriceWay,
    Quote,
};
pub use rule::Rule;
pub use seed::{Seed, SeedId};
pub use statement::{
    AssetAccount, BalanceDifference, Look, Movement, Side, Standing, StatedBalance,
    StatedConversion, Statement,
};
pub use text::{
    AddressError, checksum, fingerprint, hash_hex, parse_address, parse_hash, sanitize_claim,
};
pub use thresholds::Thresholds;
pub use through::Through;
pub use time::{Date, Timestamp, parse_date};
pub use trail::{
    Ending, EndingClass, EndingKind, Hop, HopId, HopKind, Imbalance, LedgerLine, Limits, LotMade,
    LotTaken, OpenEnd, OpenTransaction, Origin, Reservation, Trail,
};
pub use transfer::{Cause, Transfer};
pub use verdict::{FlagRule, Lead, Verdict};
pub use whole::{AbsentTransaction, FetchedTransaction, WholeTransaction};
pub use window::{Coverage, How, Proof, Window};

/// Types of `ethers-core` that the whole workspace shares. Only this crate and the ABI calls of `fetch`
/// name `ethers_core` itself, so that one crate changes if the library ever must.
pub use ethers_core::types::{Address, H256, U256};
