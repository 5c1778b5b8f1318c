//! `fundtrail rpc`

mod table;

use std::time::Duration;

use fundtrail_fetch::{Client, Endpoint, Node, Options};

use crate::args::Rpc;
use crate::chains::Chains;
use crate::commands;
use crate::error::{Error, Exit};
use crate::nodes;
use crate::ui;
use table::Checked;

const BATCH: usize = 50;

pub(crate) fn run(args: &Rpc) -> Result<Exit, Error> {
    let Rpc::Check { urls, timeout } = args;
    let chains = Chains::builtin()?;
    let timeout = Duration::from_secs(*timeout);
    // As many questions at once as are tried to find out how many a node takes.
    let options = Options { timeout, batch_size: BATCH, ..Options::default() };
    // Every URL is read before any is asked: a typing mistake in the last one costs nothing.
    let endpoints = urls.iter().map(|url| Endpoint::parse(url)).collect::<Result<Vec<_>, _>>()?;
    let mut exit = Exit::Done;
    let mut checked = Vec::new();
    let mut nodes = Vec::new();
    for endpoint in endpoints {
        let host = endpoint.to_string();
        let client = Client::http(endpoint, options.clone())?;
        let asked = commands::block_on(
            async {
                let node = Node::open(client, None).await?;
                nodes::teach_learned(&node);
                let abilities = node.abilities().await?;
                Ok((node, abilities))
            },
            None,
        );
        match asked {
            Ok((node, abilities)) => {
                checked.push(Checked { host, abilities });
                nodes.push(node);
            }
            Err(error @ Error::Interrupted { .. }) => return Err(error),
            Err(error) => {
                ui::error(&error);
                exit = Exit::Failed;
            }
        }
    }
    if !checked.is_empty() {
        ui::data(&table::render(&checked, &chains));
        nodes::keep_learned(&nodes);
    }
    Ok(exit)
}
