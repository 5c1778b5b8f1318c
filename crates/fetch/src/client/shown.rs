//! What one endpoint has shown of its logs.

/// How often an endpoint is tried whose empty answers cannot be told from missing history.
const MOST_TRIALS: u32 = 3;

/// From which block on one endpoint has shown that it has logs.
///
/// A node that has dropped old logs answers `[]` for them, like one that found none. Nodes drop history
/// from the start of the chain, so one that gave a log of some block is believed from there on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    from: Option<u64>,
    trials: u32,
}

impl Shown {
    /// It gave a log of this block.
    pub(crate) fn log_of(&mut self, block: u64) {
        self.from = Some(self.from.map_or(block, |from| from.min(block)));
    }

    /// Whether it gave a log of this block or an earlier one.
    pub(crate) fn has_shown(&self, first: u64) -> bool {
        self.from.is_some_and(|from| from <= first)
    }

    /// Whether it should be tried before an empty answer for blocks from this one on is believed; counts
    /// the trial.
    pub(crate) fn wants_trial(&mut self, first: u64) -> bool {
        let is_open = !self.has_shown(first) && self.trials < MOST_TRIALS;
        self.trials = self.trials.saturating_add(u32::from(is_open));
        is_open
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn who_gave_a_log_is_believed_from_there_on() {
        let mut shown = Shown::default();
        assert!(shown.wants_trial(50));
        shown.log_of(50);
        shown.log_of(90);
        assert!(!shown.wants_trial(50) && !shown.wants_trial(70));
        let trials = [40, 30, 20].map(|first| shown.wants_trial(first));
        assert_eq!(trials, [true, true, false], "trials are bounded");
    }
}
