//! What goes wrong, and how often.

use std::time::Duration;

use super::dice;

/// What goes wrong, by dice with a seed: the same request, counted from the start of the proxy, always
/// meets the same faults.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    seed: u64,
    dice: Vec<(Fault, u32)>,
    /// Faults of requests that were named instead.
    appointed: Vec<(Fault, Vec<usize>)>,
    /// A reorganisation of the node's chain.
    pub(super) reorg: Option<Reorg>,
}

/// The node's last blocks are replaced once, by blocks without transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reorg {
    /// After how many requests.
    pub after_requests: usize,
    /// How many blocks.
    pub depth: u64,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// HTTP status 429, with or without a `Retry-After` of so many seconds.
    TooManyRequests {
        /// The header.
        retry_after: Option<u32>,
    },
    /// A status without a JSON-RPC answer.
    ServerError {
        /// For example 502.
        status: u16,
    },
    /// The connection is reset before the request is read.
    Reset,
    /// The answer comes in pieces, with a pause after each.
    SlowDrip {
        /// How many.
        pieces: usize,
        /// How long each pause is.
        pause: Duration,
    },
    /// The connection ends in the middle of the answer.
    CutConnection,
    /// Half an answer that says that it is whole.
    CutBody,
    /// An answer that never ends.
    EndlessBody,
    /// Ids that were never asked.
    WrongIds,
    /// The answers of a batch in another order, which is allowed.
    Shuffled,
    /// Each block of the request is missing with even chances.
    NullBlocks,
    /// The request is answered by a node that lags behind: `[]` and `null` for what it does not have.
    LaggingHead {
        /// By so many blocks.
        blocks: u64,
    },
    /// An error as an element of an otherwise good list of traces.
    ErrorInTraces,
    /// An index of frames that knows of none.
    EmptyIndex,
    /// Logs that are missing. The chance is per log, and always the same for the same log.
    DroppedLogs,
    /// Transfers whose amount is wrong by one base unit. The chance is per log, and always the same for the
    /// same log.
    AlteredAmounts,
}

impl Fault {
    /// Its name in the journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooManyRequests { .. } => "too many requests",
            Self::ServerError { .. } => "server error",
            Self::Reset => "reset",
            Self::SlowDrip { .. } => "slow drip",
            Self::CutConnection => "cut connection",
            Self::CutBody => "cut body",
            Self::EndlessBody => "endless body",
            Self::WrongIds => "wrong ids",
            Self::Shuffled => "shuffled",
            Self::NullBlocks => "null blocks",
            Self::LaggingHead { .. } => "lagging head",
            Self::ErrorInTraces => "error in traces",
            Self::EmptyIndex => "empty index",
            Self::DroppedLogs => "dropped logs",
            Self::AlteredAmounts => "altered amounts",
        }
    }

    /// Whether it breaks the exchange itself, so that a request meets at most one of them.
    const fn is_of_transport(self) -> bool {
        matches!(
            self,
            Self::TooManyRequests { .. }
                | Self::ServerError { .. }
                | Self::Reset
                | Self::SlowDrip { .. }
                | Self::CutConnection
                | Self::CutBody
                | Self::EndlessBody
        )
    }

    /// Whether its chance is per log instead of per request.
    const fn is_of_logs(self) -> bool {
        matches!(self, Self::DroppedLogs | Self::AlteredAmounts)
    }
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Nothing yet, with dice of this seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// With one more fault, in `per_mille` of a thousand requests.
    #[must_use]
    pub fn with(mut self, fault: Fault, per_mille: u32) -> Self {
        self.dice.push((fault, per_mille));
        self
    }

    /// With one more fault, in the requests with these numbers, counted from 0.
    #[must_use]
    pub fn at(mut self, fault: Fault, requests: &[usize]) -> Self {
        self.appointed.push((fault, requests.to_vec()));
        self
    }

    /// With a reorganisation.
    #[must_use]
    pub const fn with_reorg(mut self, reorg: Reorg) -> Self {
        self.reorg = Some(reorg);
        self
    }

    /// The fault of the exchange itself that this request meets: the first one whose dice say so.
    pub(super) fn of_transport(&self, number: usize) -> Option<Fault> {
        self.thrown(number).find(|fault| fault.is_of_transport())
    }

    /// The faults of content that this request meets.
    pub(super) fn of_content(&self, number: usize) -> Vec<Fault> {
        self.thrown(number).filter(|fault| !fault.is_of_transport()).collect()
    }

    /// How many logs in a thousand a fault hits.
    pub(super) fn share_of_logs(&self, fault: Fault) -> u32 {
        self.dice.iter().filter(|(known, _)| *known == fault).map(|(_, per_mille)| per_mille).sum()
    }

    /// Whether a fault hits the log or the part of a request with this number.
    pub(super) fn hits_part(&self, fault: Fault, part: u64, per_mille: u32) -> bool {
        dice::hits(self.seed, part, dice::number_of(fault.name()), per_mille)
    }

    /// An order for the answers of this request.
    pub(super) fn shuffle<T>(&self, number: usize, answers: &mut [T]) {
        for place in (1..answers.len()).rev() {
            let sides = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
            let other = dice::roll(self.seed, event(number, place), 0, sides);
            answers.swap(place, usize::try_from(other).unwrap_or(0));
        }
    }

    fn thrown(&self, number: usize) -> impl Iterator<Item = Fault> {
        let appointed = self
            .appointed
            .iter()
            .filter(move |(_, requests)| requests.contains(&number))
            .map(|(fault, _)| *fault);
        let thrown = (0_u64..).zip(&self.dice).filter_map(move |(kind, (fault, per_mille))| {
            let is_hit =
                fault.is_of_logs() || dice::hits(self.seed, event(number, 0), kind, *per_mille);
            is_hit.then_some(*fault)
        });
        appointed.chain(thrown)
    }
}

/// A number for a part of a request.
pub(super) fn event(number: usize, part: usize) -> u64 {
    let [number, part] = [number, part].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
    number.wrapping_mul(1 << 20).wrapping_add(part)
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};

    #[test]
    fn a_request_meets_at_most_one_fault_of_transport() {
        let faults = Faults::seeded(3)
            .with(Fault::Reset, 300)
            .with(Fault::CutBody, 300)
            .with(Fault::WrongIds, 300)
            .with(Fault::DroppedLogs, 1);
        let met: Vec<_> = (0..1000)
            .map(|number| (faults.of_transport(number), faults.of_content(number)))
            .collect();
        let count = |fault| met.iter().filter(|(transport, _)| *transport == Some(fault)).count();
        assert!((250..350).contains(&count(Fault::Reset)));
        // Only where there was no reset: 30 % of 70 %.
        assert!((160..260).contains(&count(Fault::CutBody)));
        let wrong = met.iter().filter(|(_, content)| content.contains(&Fault::WrongIds)).count();
        assert!((250..350).contains(&wrong));
        assert!(met.iter().all(|(_, content)| content.contains(&Fault::DroppedLogs)));
        assert_eq!(faults.share_of_logs(Fault::DroppedLogs), 1);
    }

    #[test]
    fn requests_can_be_named() {
        let faults = Faults::none().at(Fault::Reset, &[2, 5]);
        let met: Vec<usize> =
            (0..9).filter(|number| faults.of_transport(*number).is_some()).collect();
        assert_eq!(met, [2, 5]);
    }

    #[test]
    fn shuffling_keeps_everything() {
        let mut answers: Vec<u32> = (0..20).collect();
        Faults::seeded(5).shuffle(1, &mut answers);
        assert!(!answers.is_sorted());
        answers.sort_unstable();
        assert_eq!(answers, (0..20).collect::<Vec<_>>());
    }
}
