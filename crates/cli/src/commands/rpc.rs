//! `fundtrail rpc`

use std::time::Duration;

use fundtrail_fetch::{Abilities, Ability, Client, Endpoint, Node, Options};

use crate::args::Rpc;
use crate::chains::Chains;
use crate::commands;
use crate::error::{Error, Exit};
use crate::ui;

pub(crate) fn run(args: &Rpc) -> Result<Exit, Error> {
    let Rpc::Check { urls, timeout } = args;
    let chains = Chains::builtin()?;
    let options = Options { timeout: Duration::from_secs(*timeout), ..Options::default() };
    // Every URL is read before any is asked: a typing mistake in the last one costs nothing.
    let endpoints = urls.iter().map(|url| Endpoint::parse(url)).collect::<Result<Vec<_>, _>>()?;
    let mut exit = Exit::Done;
    for endpoint in endpoints {
        let host = endpoint.to_string();
        let client = Client::http(endpoint, options.clone())?;
        let asked = commands::block_on(
            async {
                let node = Node::open(client, None).await?;
                let abilities = node.abilities().await?;
                Ok((node.chain(), abilities))
            },
            || "fundtrail rpc check".to_owned(),
        );
        match asked {
            Ok((chain, abilities)) => {
                ui::data(&format!("{host}\n{}", describe(&chains.info(chain).name, &abilities)));
            }
            Err(error @ Error::Interrupted { .. }) => return Err(error),
            Err(error) => {
                ui::error(&error);
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

fn describe(chain: &str, abilities: &Abilities) -> String {
    let name = abilities.client_version.as_deref().unwrap_or("does not say");
    let heads = &abilities.heads;
    let finalized = heads
        .finalized
        .map_or_else(|| "no such tag".to_owned(), |block| format!("block {}", block.number));
    let mut text = format!(
        "  chain        {chain} ({})\n  software     {}\n  head         block {}, {}\n  finalized    {finalized}\n",
        abilities.chain,
        fundtrail_model::sanitize_claim(name, 100),
        heads.latest.number,
        heads.latest.timestamp,
    );
    for (what, ability) in [
        ("trace_block", &abilities.trace_block),
        ("debug_trace", &abilities.debug_trace),
        ("receipts", &abilities.block_receipts),
        ("old state", &abilities.archive_state),
        ("topic logs", &abilities.topic_logs),
    ] {
        text.push_str(&format!("  {what:<12} {}\n", describe_ability(ability)));
    }
    let has_tracer = [&abilities.trace_block, &abilities.debug_trace].contains(&&Ability::Offered);
    let verdict = |can: bool, yes: &str, no: &str| format!("  {}\n", if can { yes } else { no });
    text.push_str("so with this node\n");
    text.push_str(&verdict(
        abilities.topic_logs == Ability::Offered,
        "tokens can be traced without knowing their contracts",
        "tokens cannot be traced: it does not search logs by topic alone",
    ));
    text.push_str(&verdict(
        has_tracer,
        "native coin can be traced with its internal transfers",
        "native coin can be traced without internal transfers only: what they move shows as unexplained",
    ));
    text.push_str(&verdict(
        abilities.archive_state == Ability::Offered,
        "amounts can be reconciled against old balances",
        "amounts cannot be reconciled against old balances: results are indicative",
    ));
    text
}

fn describe_ability(ability: &Ability) -> String {
    match ability {
        Ability::Offered => "yes".to_owned(),
        Ability::Refused { text } => {
            format!("no: {}", fundtrail_model::sanitize_claim(text, 100))
        }
        Ability::Unknown { text } => {
            format!("not known: {}", fundtrail_model::sanitize_claim(text, 100))
        }
    }
}
