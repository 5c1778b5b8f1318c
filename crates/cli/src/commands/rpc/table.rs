//! What nodes can do, side by side, and what can be traced with them together.

use std::collections::BTreeMap;

use fundtrail_fetch::{Abilities, Ability, Depth, Limit};
use fundtrail_model::{ChainId, sanitize_claim};

use crate::chains::Chains;

/// How wide a column is where there are several; what does not fit is told below.
const COLUMN: usize = 40;

/// A node that answered.
pub(super) struct Checked {
    /// Where it is, without anything secret.
    pub(super) host: String,
    pub(super) abilities: Abilities,
}

/// One column per node, then what can be traced with the nodes of each chain.
pub(super) fn render(checked: &[Checked], chains: &Chains) -> String {
    let columns: Vec<Vec<(&str, String)>> =
        checked.iter().map(|checked| cells(checked, chains)).collect();
    let is_single = checked.len() == 1;
    let mut text = String::new();
    let mut notes = String::new();
    let row_count = columns.first().map_or(0, Vec::len);
    for row_idx in 0..row_count {
        let row: Vec<&(&str, String)> =
            columns.iter().filter_map(|column| column.get(row_idx)).collect();
        let label = row.first().map_or("", |(label, _)| *label);
        let mut line = format!("  {label:<12}");
        for ((_, cell), checked) in row.into_iter().zip(checked) {
            let fits = is_single || cell.chars().count() <= COLUMN;
            let short: String = cell.chars().take(COLUMN - 2).collect();
            let shown = if fits { cell.clone() } else { format!("{short} …") };
            line.push_str(&format!(" {shown:<COLUMN$} "));
            if !fits {
                notes.push_str(&format!("{}, {label}: {cell}\n", checked.host));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text + &notes + &verdicts(checked, chains)
}

fn cells(checked: &Checked, chains: &Chains) -> Vec<(&'static str, String)> {
    let abilities = &checked.abilities;
    let name = abilities.client_version.as_deref().unwrap_or("does not say");
    let heads = &abilities.heads;
    let finalized = heads
        .finalized
        .map_or_else(|| "no such tag".to_owned(), |block| format!("block {}", block.number));
    let logs = |ability: &Ability, blocks: Option<u64>| match blocks {
        Some(blocks) if *ability == Ability::Offered => {
            let is_all = blocks > heads.latest.number || blocks >= Abilities::WIDEST_LOGS;
            let least = if is_all { " or more" } else { "" };
            format!("yes, {} blocks at once{least}", grouped(blocks))
        }
        _ => shown(ability),
    };
    let contract_logs = match abilities.contract_blocks {
        Some(_) => Ability::Offered,
        None => Ability::Unknown { text: "not told".to_owned() },
    };
    vec![
        ("node", checked.host.clone()),
        ("chain", format!("{} ({})", chains.info(abilities.chain).name, abilities.chain)),
        ("software", sanitize_claim(name, 100)),
        ("head", format!("block {}, {}", heads.latest.number, heads.latest.timestamp)),
        ("finalized", finalized),
        ("trace_block", shown(&abilities.trace_block)),
        ("debug_trace", shown(&abilities.debug_trace)),
        ("trace_filter", shown(&abilities.trace_filter)),
        ("otterscan", shown(&abilities.otterscan)),
        ("simulate", shown(&abilities.simulate)),
        ("receipts", shown(&abilities.block_receipts)),
        ("old state", depth(&abilities.state_depth)),
        ("old logs", depth(&abilities.logs_depth)),
        ("topic logs", logs(&abilities.topic_logs, abilities.topic_blocks)),
        ("token logs", logs(&contract_logs, abilities.contract_blocks)),
        ("contracts", limit(abilities.contracts, "at once")),
        ("topics", limit(abilities.topics, "in one place")),
        ("batch", limit(abilities.batch, "questions at once")),
        ("answers", limit(abilities.response, "bytes")),
        ("rate", limit(abilities.rate, "questions a second")),
    ]
}

fn limit(limit: Limit, unit: &str) -> String {
    match limit {
        Limit::Found(most) => format!("{} {unit}", grouped(most)),
        Limit::AtLeast(most) => format!("{} {unit} or more", grouped(most)),
        Limit::Learned(most) => format!("{} {unit} (learned)", grouped(most)),
        Limit::Unknown => "not known".to_owned(),
    }
}

fn depth(depth: &Depth) -> String {
    match depth {
        Depth::All => "yes, from the start".to_owned(),
        Depth::From(block) => format!("from block {block} on"),
        Depth::Unknown { text } => format!("not known: {}", sanitize_claim(text, 100)),
    }
}

fn shown(ability: &Ability) -> String {
    match ability {
        Ability::Offered => "yes".to_owned(),
        Ability::Refused { text } => format!("no: {}", sanitize_claim(text, 100)),
        Ability::Unknown { text } => format!("not known: {}", sanitize_claim(text, 100)),
    }
}

/// What can be traced: an ability that one of the nodes has, all of them together have.
fn verdicts(checked: &[Checked], chains: &Chains) -> String {
    let mut by_chain: BTreeMap<ChainId, Vec<&Abilities>> = BTreeMap::new();
    for checked in checked {
        by_chain.entry(checked.abilities.chain).or_default().push(&checked.abilities);
    }
    let mut text = String::new();
    for (chain, nodes) in &by_chain {
        let any = |ability: fn(&Abilities) -> &Ability| {
            nodes.iter().any(|node| *ability(node) == Ability::Offered)
        };
        let who = if nodes.len() == 1 { "this node" } else { "these nodes together" };
        text.push_str(&match by_chain.len() {
            1 => format!("so with {who}\n"),
            _ => format!("so on {} with {who}\n", chains.info(*chain).name),
        });
        let mut say = |can: bool, yes: &str, no: &str| {
            text.push_str(&format!("  {}\n", if can { yes } else { no }));
        };
        say(
            any(|node| &node.topic_logs),
            "tokens can be traced without knowing their contracts",
            "tokens cannot be traced: logs are not searched by topic alone",
        );
        say(
            any(|node| &node.trace_block) || any(|node| &node.debug_trace),
            "native coin can be traced with its internal transfers",
            "native coin can be traced without internal transfers only: what they move shows as unexplained",
        );
        let first = nodes.iter().filter_map(|node| match node.state_depth {
            Depth::From(block) => Some(block),
            Depth::All | Depth::Unknown { .. } => None,
        });
        let only = first.min().map_or_else(
            || {
                "amounts cannot be reconciled against old balances: results are indicative"
                    .to_owned()
            },
            |block| {
                format!("amounts can be reconciled against balances from block {block} on only")
            },
        );
        say(
            any(|node| &node.archive_state),
            "amounts can be reconciled against old balances",
            &only,
        );
    }
    text
}

/// `100,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use fundtrail_fetch::{Abilities, Ability, Depth, Heads, Limit};
    use fundtrail_model::{BlockStamp, ChainId, H256, Timestamp};

    use super::{Checked, grouped, render};
    use crate::chains::Chains;

    fn checked(host: &str, topic_logs: Ability, tracer: Ability, blocks: Option<u64>) -> Checked {
        let latest = BlockStamp {
            number: 20_000_000,
            hash: H256::zero(),
            parent: H256::zero(),
            timestamp: Timestamp(1_700_000_000),
        };
        let abilities = Abilities {
            chain: ChainId(1),
            client_version: Some("Geth/v1".to_owned()),
            heads: Heads { latest, finalized: None },
            finalized: Ability::Offered,
            trace_block: tracer.clone(),
            trace_filter: tracer.clone(),
            debug_trace: tracer,
            otterscan: Ability::Offered,
            simulate: Ability::Unknown { text: "tired".to_owned() },
            block_receipts: Ability::Offered,
            archive_state: Ability::Offered,
            topic_logs,
            topic_blocks: blocks,
            contract_blocks: Some(100_000),
            contracts: Limit::Found(50),
            topics: Limit::AtLeast(1_000),
            batch: Limit::Learned(3),
            response: Limit::AtLeast(1_234_567),
            rate: Limit::Unknown,
            state_depth: Depth::All,
            logs_depth: Depth::From(15_537_393),
        };
        Checked { host: host.to_owned(), abilities }
    }

    #[test]
    fn nodes_stand_side_by_side_and_help_each_other() {
        let no = Ability::Refused { text: "please specify an address, or order a node".to_owned() };
        let nodes = [
            checked("https://a", no, Ability::Offered, None),
            checked(
                "https://b",
                Ability::Offered,
                Ability::Refused { text: "no".to_owned() },
                Some(1000),
            ),
        ];
        let text = render(&nodes, &Chains::builtin().unwrap());
        let expected = "\
  node         https://a                                 https://b
  chain        Ethereum (1)                              Ethereum (1)
  software     Geth/v1                                   Geth/v1
  head         block 20000000, 2023-11-14 22:13:20 UTC   block 20000000, 2023-11-14 22:13:20 UTC
  finalized    no such tag                               no such tag
  trace_block  yes                                       no: no
  debug_trace  yes                                       no: no
  trace_filter yes                                       no: no
  otterscan    yes                                       yes
  simulate     not known: tired                          not known: tired
  receipts     yes                                       yes
  old state    yes, from the start                       yes, from the start
  old logs     from block 15537393 on                    from block 15537393 on
  topic logs   no: please specify an address, or orde …  yes, 1,000 blocks at once
  token logs   yes, 100,000 blocks at once or more       yes, 100,000 blocks at once or more
  contracts    50 at once                                50 at once
  topics       1,000 in one place or more                1,000 in one place or more
  batch        3 questions at once (learned)             3 questions at once (learned)
  answers      1,234,567 bytes or more                   1,234,567 bytes or more
  rate         not known                                 not known
";
        assert!(text.trim_start().starts_with(expected), "{text}");
        assert!(text.ends_with(
            "so with these nodes together
  tokens can be traced without knowing their contracts
  native coin can be traced with its internal transfers
  amounts can be reconciled against old balances
"
        ));
        assert!(
            text.contains(
                "https://a, topic logs: no: please specify an address, or order a node\n"
            )
        );
    }

    #[test]
    fn numbers_are_grouped() {
        let check = |number: u64, text: &str| assert_eq!(grouped(number), text);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(1_234_567, "1,234,567");
    }
}
