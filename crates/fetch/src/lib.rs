//! Talks to nodes over JSON-RPC and returns windows of transfers.
//!
//! This is the only crate that talks to a network, is async, and knows JSON-RPC. [`Client`] sends
//! questions to one [`Endpoint`] (or answers them from a recorded [`Session`]) and knows nothing of
//! chains; [`Node`] asks one chain for blocks, transactions and windows. Between the two, `wire` says
//! what a node's answers look like and `decode` turns them into the words of `fundtrail-model`: it is
//! pure, so that every payload that ever surprised us can become a line in a table.
//!
//! Whatever a node says is hostile input: it is bounded, checked against what was asked, and an answer
//! that contradicts itself is an [`Error`], never a transfer.

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod client;
mod decode;
mod download;
mod endpoint;
mod error;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod hostile;
mod knowledge;
mod node;
mod session;
mod wire;

pub use client::{Client, Options};
pub use download::{Download, DownloadError, download};
pub use endpoint::Endpoint;
pub use error::Error;
pub use knowledge::Knowledge;
pub use node::{
    Abilities, Ability, Depth, Doubted, Freezes, Heads, KnownTransfer, Limit, Node, PriceRequest,
    ReadTransaction, SettleRequest, Settled, TransactionOutcome, TransactionRequest, WindowRequest,
};
pub use session::Session;
