//! How far a chain may be looked at: blocks near its end may still be replaced by others.

use fundtrail_fetch::Node;
use fundtrail_model::{ChainId, Date, Timestamp};

use crate::chains::Chains;
use crate::error::Error;
use crate::settings::Until;
use crate::ui;

/// The last block to look at on a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) block: u64,
    /// The last block that will not be taken back, as far as is known.
    pub(crate) last_final: u64,
    /// How it was chosen, for the report.
    pub(crate) words: String,
}

/// What a node says of the end of its chain.
struct Heads {
    latest: u64,
    latest_time: Timestamp,
    last_final: u64,
    /// Where that is from.
    why: String,
}

impl End {
    /// Finds the block that `until` means.
    pub(crate) async fn of(
        until: Until,
        node: &Node,
        chain: ChainId,
        chains: &Chains,
    ) -> Result<Self, Error> {
        let heads = Heads::of(node, chain, chains).await?;
        let name = chains.info(chain).name;
        let block = match until {
            Until::Finalized => {
                return Ok(Self {
                    block: heads.last_final,
                    last_final: heads.last_final,
                    words: heads.why,
                });
            }
            Until::Latest => heads.latest,
            Until::Block(block) if block <= heads.latest => block,
            Until::Block(block) => {
                let latest = heads.latest;
                return Err(Error::usage(
                    format!(
                        "--until: block {block} of {name} is not there yet: the last is {latest}"
                    ),
                    "give an earlier block, `latest` or `finalized`",
                ));
            }
            Until::Day(day) => heads.last_block_of(day, node).await?,
        };
        let what = match until {
            Until::Day(day) => format!("the last of {day}"),
            Until::Latest => "the last that there was".to_owned(),
            Until::Block(_) | Until::Finalized => "as asked for".to_owned(),
        };
        let Heads { last_final, why, .. } = heads;
        let words = if block <= last_final {
            format!("{what}; final")
        } else {
            ui::warning(&format!(
                "{name} is looked at until block {block}, but only {last_final} is final ({why}): what is \
                 later may still be taken back"
            ));
            format!("{what}; what is later than {last_final} may still be taken back")
        };
        Ok(Self { block, last_final, words })
    }
}

impl Heads {
    async fn of(node: &Node, chain: ChainId, chains: &Chains) -> Result<Self, Error> {
        let heads = node.heads().await?;
        let latest = heads.latest.number;
        let (last_final, why) = match heads.finalized {
            Some(block) => (block.number, "final by the node's word".to_owned()),
            None => {
                let margin = chains.confirmations(chain);
                let why =
                    format!("{margin} blocks before the last: the node does not say what is final");
                (latest.saturating_sub(margin), why)
            }
        };
        node.client().set_final(last_final);
        Ok(Self { latest, latest_time: heads.latest.timestamp, last_final, why })
    }

    /// The last block of a day; of a day that is not over, the last that will not change.
    async fn last_block_of(&self, day: Date, node: &Node) -> Result<u64, Error> {
        let start = start_of(day.tomorrow().map_err(|_| no_such_day())?)?;
        if self.latest_time < start {
            let block = self.last_final;
            ui::warning(&format!(
                "the chain has not reached the end of {day}: looking until block {block}, the last final one"
            ));
            return Ok(block);
        }
        Ok(node.first_block_at(start).await?.number.saturating_sub(1))
    }
}

/// When a day begins.
pub(crate) fn start_of(day: Date) -> Result<Timestamp, Error> {
    Timestamp::start_of(day).ok_or_else(no_such_day)
}

fn no_such_day() -> Error {
    Error::usage("no chain has a block on that day", "give a day after 2015")
}
