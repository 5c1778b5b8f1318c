//! Refusals: the `error` member of a JSON-RPC answer, and what it means.

mod table;

use std::time::Duration;

use fundtrail_model::{Window, sanitize_claim};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Endpoint;
pub(crate) use table::Hints;

/// A refusal, in the node's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The code; 0 where the node gave none.
    pub(crate) code: i64,
    /// The words, sanitised and shortened.
    pub(crate) message: String,
    /// More words: some providers put the reason only here.
    pub(crate) data: Option<String>,
}

/// What a node says with a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// More blocks than it searches at once.
    Range,
    /// The answer would be too large or take too long.
    Size,
    /// Logs are given only for named contracts.
    NeedsAddress,
    /// More addresses or topics than it searches for at once.
    TooManyAddresses,
    /// It no longer has the history or state.
    Pruned,
    /// It does not have the block yet.
    NotYet,
    /// It does not offer the method, or not for this price.
    NotOffered,
    /// More questions in one HTTP request than it takes.
    BatchTooBig,
    /// Asked too often.
    TooOften,
    /// It wants a key, or another one.
    Unauthorized,
    /// A contract call failed.
    Reverted,
    /// It has a bad moment.
    Transient,
    /// Nothing that is known.
    Unknown,
}

/// What follows from a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The question or its result is too large: ask for less.
    TooMuch,
    /// Logs are given only for named contracts.
    NeedsAddress,
    /// The node does not have the data any more, or not yet.
    Missing,
    /// The node does not offer the method, or not for this price or key.
    NotOffered,
    /// Asked too often, or the node has a bad moment: ask again later.
    Later,
    /// A contract call failed.
    Reverted,
    /// Anything else.
    Other,
}

const MESSAGE_CHARS: usize = 300;

impl Refusal {
    pub(crate) fn new(code: i64, message: &str) -> Self {
        Self { code, message: sanitize_claim(message, MESSAGE_CHARS), data: None }
    }

    /// Reads the `error` member in any shape that nodes use, hiding what may be a key.
    pub(crate) fn read(error: &RawValue, endpoint: Option<&Endpoint>) -> Self {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(default)]
            code: Option<serde_json::Number>,
            #[serde(default)]
            message: Option<String>,
            #[serde(borrow, default)]
            data: Option<&'a RawValue>,
        }
        let clean = |text: &str| {
            let text = endpoint.map_or_else(|| text.to_owned(), |endpoint| endpoint.redact(text));
            sanitize_claim(&text, MESSAGE_CHARS)
        };
        if let Ok(text) = serde_json::from_str::<String>(error.get()) {
            return Self { code: 0, message: clean(&text), data: None };
        }
        let Ok(wire) = serde_json::from_str::<Wire<'_>>(error.get()) else {
            return Self { code: 0, message: clean(error.get()), data: None };
        };
        Self {
            code: wire.code.and_then(|code| code.as_i64()).unwrap_or(0),
            message: clean(wire.message.as_deref().unwrap_or("no reason given")),
            data: wire.data.map(|data| {
                let text = serde_json::from_str::<String>(data.get());
                clean(text.as_deref().unwrap_or_else(|_| data.get()))
            }),
        }
    }

    /// What the node says: by its words, which may be in the data only, and where they say nothing, by
    /// the code.
    pub(crate) fn kind(&self) -> Kind {
        // The reason of a revert is written by the contract, so its words are not the node's.
        if self.code == 3 {
            return Kind::Reverted;
        }
        table::kind(&self.words()).unwrap_or_else(|| table::kind_of_code(self.code))
    }

    /// What the node adds of its limits.
    pub(crate) fn hints(&self) -> Hints {
        table::hints(&self.words())
    }

    fn words(&self) -> String {
        let data = self.data.as_deref().unwrap_or_default();
        format!("{}\n{data}", self.message).to_lowercase()
    }

    /// What follows from it.
    pub(crate) fn meaning(&self) -> Meaning {
        match self.kind() {
            Kind::Range | Kind::Size | Kind::TooManyAddresses => Meaning::TooMuch,
            Kind::NeedsAddress => Meaning::NeedsAddress,
            Kind::Pruned | Kind::NotYet => Meaning::Missing,
            Kind::NotOffered | Kind::Unauthorized => Meaning::NotOffered,
            Kind::TooOften | Kind::Transient => Meaning::Later,
            Kind::Reverted => Meaning::Reverted,
            Kind::BatchTooBig | Kind::Unknown => Meaning::Other,
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self.kind() {
            Kind::Range | Kind::Size => "ask for a smaller window, or use a node with wider limits",
            Kind::TooManyAddresses => "use a node with wider limits",
            Kind::NeedsAddress => {
                "this node gives logs only of named contracts; tracing needs a node that gives them by topic"
            }
            Kind::Pruned => "use an archive node",
            Kind::NotYet => "end at an earlier block, or use a node that is not behind",
            Kind::NotOffered => "use a node that offers this method",
            Kind::Unauthorized => "the node wants a key, or another one: check the address",
            Kind::TooOften | Kind::Transient => {
                "the node limits how often it may be asked: wait, or use another node"
            }
            Kind::Reverted => return None,
            Kind::BatchTooBig | Kind::Unknown => "try another node",
        };
        Some(hint.to_owned())
    }
}

impl Hints {
    /// How many blocks from the start of `window` the node would search, if it says so and that helps.
    ///
    /// Some nodes suggest the window that they refuse, and some a range that ends before it starts: only
    /// a range from the same start, and a strictly shorter one, is a suggestion.
    pub(crate) fn blocks_of(&self, window: Window) -> Option<u64> {
        let suggested = self
            .range
            .filter(|(first, _)| *first == window.first())
            .and_then(|(first, last)| Window::new(first, last))
            .map(Window::block_count);
        [suggested, self.blocks]
            .into_iter()
            .flatten()
            .find(|blocks| (1..window.block_count()).contains(blocks))
    }

    /// How long to wait, within reason.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.wait.map(|wait| wait.min(super::LONGEST_ASKED_WAIT))
    }
}

#[cfg(test)]
mod tests;
