//! What an endpoint refuses, as data.

/// What an endpoint refuses, and how it says so.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name in tests.
    pub name: &'static str,
    /// The first one that applies speaks.
    pub rules: Vec<Rule>,
    /// How often it may be asked.
    pub rate: Option<Rate>,
    /// Whether `trace_filter` with both ends wants both to fit; most software takes either.
    pub filters_traces_by_both_ends: bool,
    /// How many of the last blocks it has logs of. Of older ones it has none and does not say so.
    pub silent_logs: Option<u64>,
    /// Whether a range that it proposes is the range that was asked for.
    pub has_useless_hints: bool,
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it is about.
    pub when: When,
    /// The most that is not refused. No meaning for [`When::Method`], [`When::Finalized`] and
    /// [`When::NoAddress`].
    pub limit: u64,
    /// What is said.
    pub refusal: Refusal,
}

/// What a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Blocks in one search for logs.
    Blocks(Shape, Count),
    /// Blocks in one `trace_filter`.
    TracedBlocks(Count),
    /// Logs in one answer.
    Logs,
    /// Contracts named in one search for logs.
    Addresses,
    /// Contracts and topics named in one search for logs.
    Parameters,
    /// A search for logs that names no contract.
    NoAddress,
    /// A search for logs that ends after the last block.
    BeyondHead,
    /// Questions in one HTTP request.
    Batch,
    /// The last block that will not be taken back, by its tag.
    Finalized,
    /// Methods that begin like one of these.
    Method(&'static [&'static str]),
    /// State that is older than this many blocks.
    State,
    /// Blocks, receipts and logs that are older than this many blocks.
    History,
}

/// Which searches for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All of them.
    Any,
    /// Those that name contracts.
    Addressed,
    /// Those that name none.
    TopicOnly,
}

/// How the length of a range is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Last minus first.
    Difference,
    /// The number of blocks, which is one more.
    Number,
}

/// What is said. In the texts, `{limit}`, `{limit_grouped}` (`10,000`), `{limit_k}` (`1k`), `{range}`,
/// `{from}`, `{to}`, `{fit}` (the last block that would have been taken) and `{head}` stand for numbers,
/// with `_hex` after the last four for their hexadecimal form; `{count}` is what was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The JSON-RPC code.
    pub code: i64,
    /// The HTTP status, where the refusal is the whole answer.
    pub http: u16,
    /// The words.
    pub text: &'static str,
    /// More, as JSON.
    pub data: Option<&'static str>,
}

/// A limit on how often an endpoint may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Questions within a second.
    pub per_second: usize,
    /// What is said beyond that.
    pub refusal: Refusal,
    /// The header that says how many seconds to wait.
    pub retry_after: Option<u32>,
}

/// How much smaller a test's chain is than a real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Limits on blocks are divided by this, but not to less than ten: some are ten on a real chain.
    pub blocks: u64,
    /// Limits on logs in an answer are divided by this.
    pub logs: u64,
    /// The rate is multiplied by this, because the node answers faster than one far away.
    pub rate: usize,
}

impl Profile {
    /// An endpoint that refuses nothing.
    #[must_use]
    pub const fn bare(name: &'static str) -> Self {
        Self {
            name,
            rules: vec![],
            rate: None,
            filters_traces_by_both_ends: false,
            silent_logs: None,
            has_useless_hints: false,
        }
    }

    /// With one more rule.
    #[must_use]
    pub fn with(mut self, when: When, limit: u64, refusal: Refusal) -> Self {
        self.rules.push(Rule { when, limit, refusal });
        self
    }

    /// With a limit on the rate.
    #[must_use]
    pub const fn at_most(
        mut self,
        per_second: usize,
        retry_after: Option<u32>,
        refusal: Refusal,
    ) -> Self {
        self.rate = Some(Rate { per_second, refusal, retry_after });
        self
    }

    /// The same endpoint for a smaller chain. Texts carry the smaller numbers.
    #[must_use]
    pub fn scaled(mut self, scale: Scale) -> Self {
        for rule in &mut self.rules {
            rule.limit = match rule.when {
                When::Blocks(..) | When::TracedBlocks(_) | When::State | When::History => {
                    fewer_blocks(rule.limit, scale.blocks)
                }
                When::Logs => (rule.limit / scale.logs.max(1)).max(1),
                _ => rule.limit,
            };
        }
        self.silent_logs = self.silent_logs.map(|kept| fewer_blocks(kept, scale.blocks));
        if let Some(rate) = &mut self.rate {
            rate.per_second = rate.per_second.saturating_mul(scale.rate);
        }
        self
    }

    /// The same endpoint without a limit on the rate.
    #[must_use]
    pub const fn unhurried(mut self) -> Self {
        self.rate = None;
        self
    }
}

fn fewer_blocks(limit: u64, divisor: u64) -> u64 {
    const LEAST: u64 = 10;
    (limit / divisor.max(1)).max(limit.min(LEAST))
}

impl Refusal {
    /// Words with a code and a status.
    #[must_use]
    pub const fn new(code: i64, http: u16, text: &'static str) -> Self {
        Self { code, http, text, data: None }
    }

    /// With more, as JSON.
    #[must_use]
    pub const fn with_data(self, data: &'static str) -> Self {
        Self { data: Some(data), ..self }
    }
}
