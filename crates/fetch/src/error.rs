//! What can go wrong between here and a node, each with its coordinates.

use fundtrail_model::{ChainId, H256, Position, Timestamp, Window, hash_hex};

use crate::client::Refusal;

/// Why there is no answer that can be used. `host` is `scheme://host[:port]`, or `recording`; texts of
/// servers are sanitised, shortened, and freed of what may be a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address of the node cannot be used.
    #[error("this is not the address of a node: {reason}")]
    BadUrl {
        /// Why; never the text itself.
        reason: String,
    },
    /// The HTTP client cannot be made from these options.
    #[error("cannot set up the HTTP client: {reason}")]
    Setup {
        /// Why.
        reason: String,
    },
    /// No connection: the name is unknown, the connection was refused, or TLS failed.
    #[error("cannot reach {host}: {reason}{}", after(*attempts))]
    Unreachable {
        /// Where.
        host: String,
        /// What the system says.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// No answer in time.
    #[error("{host} did not answer {method} within {seconds} s{}", after(*attempts))]
    Timeout {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// How long was waited each time.
        seconds: u64,
        /// How often it was tried.
        attempts: u32,
    },
    /// The connection broke off, or the answer ended before it was complete.
    #[error("the answer of {host} to {method} broke off: {reason}{}", after(*attempts))]
    BrokenOff {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// How.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// An HTTP status that is not success, without a JSON-RPC answer.
    #[error("{host} answered {method} with HTTP status {status}{}{}", quoted(text), after(*attempts))]
    Status {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// The status.
        status: u16,
        /// How the body begins.
        text: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The answer is no JSON at all.
    #[error("{host} did not answer {method} with JSON{}{}", if *is_web_page { " but with what looks like a web page" } else { "" }, quoted(text))]
    NotJson {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// Whether it looks like HTML.
        is_web_page: bool,
        /// How the body begins.
        text: String,
    },
    /// JSON that is not what this method answers.
    #[error("{host} gave an answer to {method} that cannot be read: {reason}{}", quoted(text))]
    InvalidAnswer {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// What is wrong with it.
        reason: String,
        /// How the answer begins.
        text: String,
    },
    /// More bytes than allowed, after decompression.
    #[error("the answer of {host} to {method} is larger than {limit} bytes")]
    BodyTooLarge {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// How much was allowed.
        limit: u64,
    },
    /// Answers that do not belong to the questions.
    #[error("{host} mixed up its answers to {method}: {reason}")]
    WrongIds {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// Which answer is missing, double or foreign.
        reason: String,
    },
    /// The node refused.
    #[error("{host} refused {method}: {message} (code {code})")]
    Rpc {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// The code, which nodes use with opposite meanings.
        code: i64,
        /// The node's words.
        message: String,
    },
    /// The node no longer has, or does not have yet, the history or state that was asked for.
    #[error("{host} does not have the data for {method}: {message} (code {code})")]
    Missing {
        /// Where.
        host: String,
        /// What was asked.
        method: String,
        /// The code.
        code: i64,
        /// The node's words.
        message: String,
    },
    /// A node of another chain.
    #[error("{host} is a node of chain {found}, not of chain {expected}")]
    WrongChain {
        /// The chain that was wanted.
        expected: ChainId,
        /// The chain that answered.
        found: ChainId,
        /// Where.
        host: String,
    },
    /// The node does not know the transaction.
    #[error("{host} knows no transaction {} on chain {chain}", hash_hex(*hash))]
    UnknownTransaction {
        /// Which.
        hash: H256,
        /// On which chain.
        chain: ChainId,
        /// Where.
        host: String,
    },
    /// The transaction is not in a block yet.
    #[error("transaction {} on chain {chain} is not in a block yet, says {host}", hash_hex(*hash))]
    PendingTransaction {
        /// Which.
        hash: H256,
        /// On which chain.
        chain: ChainId,
        /// Where.
        host: String,
    },
    /// The node has no block of this number.
    #[error("{host} has no block {block} of chain {chain}")]
    NullBlock {
        /// The number.
        block: u64,
        /// On which chain.
        chain: ChainId,
        /// Where.
        host: String,
    },
    /// No block is that late yet.
    #[error("chain {chain} has no block at or after {at}: its last is {head} of {head_time}")]
    AfterHead {
        /// The chain.
        chain: ChainId,
        /// The time that was asked for.
        at: Timestamp,
        /// The last block.
        head: u64,
        /// Its time.
        head_time: Timestamp,
    },
    /// Answers that contradict each other or the question.
    #[error("{host} contradicts itself or the question: {what}")]
    Inconsistent {
        /// Where.
        host: String,
        /// What does not fit, with block or transaction.
        what: String,
    },
    /// The answer lacks a transfer that is known to be there: who leaves out one leaves out others too.
    #[error(
        "{host} {} of blocks {window} that is known to be there: {position} in transaction {}; nothing of its answer was kept",
        if *is_changed { "gave another amount for a transfer" } else { "left out a transfer" },
        transaction.map_or_else(|| "-".to_owned(), hash_hex)
    )]
    LeftOut {
        /// Where.
        host: String,
        /// The blocks that were asked for.
        window: Window,
        /// Where the transfer is.
        position: Position,
        /// In which transaction, where that is known.
        transaction: Option<H256>,
        /// Whether it is there with another amount.
        is_changed: bool,
    },
    /// The recording holds no answer to this question.
    #[error("the recording holds no answer to this {method} question")]
    NotRecorded {
        /// What was asked.
        method: String,
    },
    /// A file of [`crate::Knowledge`] that cannot be read.
    #[error("what was learned of endpoints cannot be read: {reason}")]
    BadKnowledge {
        /// Why.
        reason: String,
    },
    /// A recording that cannot be read or written.
    #[error("this recording cannot be used: {reason}")]
    BadSession {
        /// Why, with the line.
        reason: String,
    },
}

fn after(attempts: u32) -> String {
    if attempts > 1 { format!(" (after {attempts} attempts)") } else { String::new() }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": `{text}`") }
}

impl Error {
    /// Whether another endpoint may do better.
    pub(crate) const fn is_of_one_endpoint(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Timeout { .. }
                | Self::BrokenOff { .. }
                | Self::Status { .. }
                | Self::NotJson { .. }
                | Self::InvalidAnswer { .. }
                | Self::BodyTooLarge { .. }
                | Self::WrongIds { .. }
                | Self::Rpc { .. }
                | Self::Missing { .. }
                | Self::NullBlock { .. }
        )
    }

    /// Whether what was answered cannot be true, so that others may say something else.
    pub(crate) const fn is_of_answers(&self) -> bool {
        matches!(
            self,
            Self::Inconsistent { .. } | Self::InvalidAnswer { .. } | Self::LeftOut { .. }
        )
    }

    /// What to do next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::BadUrl { .. } => "give an address like https://host or http://127.0.0.1:8545",
            Self::Setup { .. } | Self::InvalidAnswer { .. } | Self::WrongIds { .. } => {
                "try another node"
            }
            Self::Unreachable { .. } => {
                "check the host name, the port and the network connection, or try another node"
            }
            Self::Timeout { .. } | Self::BrokenOff { .. } => {
                "ask for a smaller window, allow more time, or try another node"
            }
            Self::Status { status, .. } => hint_for_status(*status),
            Self::NotJson { is_web_page: true, .. } => {
                "the address is probably that of a web site, or a key is missing in it; look up the provider's JSON-RPC address"
            }
            Self::NotJson { .. } => "check that the address is that of a JSON-RPC node",
            Self::BodyTooLarge { .. } => "ask for a smaller window, or allow larger answers",
            Self::Rpc { code, message, .. } => return Refusal::new(*code, message).hint(),
            Self::Missing { .. } => {
                "use an archive node, or look only at blocks that this node still has and already has"
            }
            Self::WrongChain { .. } => "name the right chain, or the right node for it",
            Self::UnknownTransaction { .. } => {
                "check the hash and the chain; a node that has dropped old history does not know it either"
            }
            Self::PendingTransaction { .. } => "wait until it is in a block, and try again",
            Self::NullBlock { .. } => {
                "end at an earlier block: the node is behind, or has dropped old history"
            }
            Self::AfterHead { .. } => "choose an earlier time",
            Self::Inconsistent { .. } => {
                "try again with a window that ends at a finalized block, or with another node"
            }
            Self::LeftOut { is_changed: false, .. } => {
                "ask another node: this one does not give all logs"
            }
            Self::LeftOut { is_changed: true, .. } => {
                "ask another node: one of the two answers is wrong"
            }
            Self::NotRecorded { .. } => {
                "run with the settings of the recording, or name a live node instead"
            }
            Self::BadKnowledge { .. } => "remove the file: everything is learned again",
            Self::BadSession { .. } => "record it again",
        };
        Some(hint.to_owned())
    }
}

const fn hint_for_status(status: u16) -> &'static str {
    match status {
        300..=399 => "the node has moved: use the address it points to",
        401 | 403 => "the node wants a key, or refuses this client: check the address",
        402 => "the node's provider wants to be paid; try another node",
        404 | 405 => "check the path of the address",
        429 => "the node limits how often it may be asked: wait, or use another node",
        500..=599 => "the node is in trouble: wait, or use another node",
        _ => "check the address, or try another node",
    }
}
