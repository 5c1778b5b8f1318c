//! `fundtrail fetch`

use std::collections::BTreeMap;

use fundtrail_model::{Address, AssetClass, ChainId, ChainInfo, How, Proof, Window, checksum};
use fundtrail_store::Case;

use crate::args::Fetch;
use crate::chains::Chains;
use crate::commands;
use crate::config::Config;
use crate::error::{Error, Exit};
use crate::job::Job;
use crate::names::name_all;
use crate::nodes::Nodes;
use crate::presentation::parse_day;
use crate::settings::{Settings, Start, parse_until};
use crate::ui;

/// `again` is the command that goes on where this one stops.
pub(crate) fn run(args: &Fetch, again: &str) -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let (chain, addresses) = addresses(&args.addresses, args.chain.as_deref(), &chains)?;
    let start = match (&args.since, args.from_block) {
        (Some(day), _) => Start::Day(parse_day("--since", day)?),
        (None, block) => Start::Block(block.unwrap_or(0)),
    };
    let settings = settings(args, &chains)?;
    let book = commands::lists::book(&args.lists.labels, args.lists.allow_unsourced)?;
    let mut nodes = Nodes::new(&settings.rpc, &chains, settings.timeout, &settings.max_rps)?;
    let mut case = commands::trace::open_or_create(&settings.case_path)?;
    let job = Job::new(&settings, &chains, &book, (&mut case, &mut nodes), true);
    let (window, end, spent) =
        commands::block_on(job.fetch(chain, &addresses, start), Some(again))?;
    match name_all(&mut case, &book) {
        Err(error @ Error::Usage { .. }) => {
            let hint = error.hint().unwrap_or_default();
            ui::warning(&format!("what was fetched has no names yet: {error}; {hint}"));
        }
        named => named?,
    }

    let info = chains.info(chain);
    let looked_at = LookedAt::of(&case, chain, &addresses, window)?;
    let words = format!("{}, blocks {window} (the last of them: {})\n", info.name, end.words);
    ui::data(&(words + &looked_at.table(&info)));
    ui::talk(&format!("case {}", settings.case_path.display()));
    if let Some(spent) = spent {
        ui::warning(&format!("this run stopped when {spent}; to go on:\n  {again}"));
    }
    if args.require_complete && !looked_at.is_complete {
        ui::warning("not everything was looked at, or not everything adds up");
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Done)
}

/// Addresses as they were typed, all of one chain, each once.
pub(super) fn addresses(
    typed: &[String],
    chain: Option<&str>,
    chains: &Chains,
) -> Result<(ChainId, Vec<Address>), Error> {
    let mut chain = chain.map(|name| chains.named(name)).transpose()?;
    let mut addresses = Vec::new();
    for text in typed {
        let (named, address) = chains.place(text)?;
        if let (Some(named), Some(chain)) = (named, chain)
            && named != chain
        {
            return Err(Error::usage(
                format!("addresses of two chains: {chain} and {named}"),
                "name those of one chain after the other, with the same --case",
            ));
        }
        chain = chain.or(named);
        addresses.push(address);
    }
    addresses.sort_unstable();
    addresses.dedup();
    let chain = chain.ok_or_else(|| {
        Error::usage(
            "the addresses do not say on which chain",
            "give --chain, or put the chain in front: `polygon:0x…`",
        )
    })?;
    Ok((chain, addresses))
}

fn settings(args: &Fetch, chains: &Chains) -> Result<Settings, Error> {
    let config = Config::load()?;
    let until =
        args.until.iter().map(|text| parse_until(text, chains)).collect::<Result<_, _>>()?;
    Settings::of_nodes(&args.nodes, config.rpc, until, args.case.clone())
}

/// What a case says of addresses in some blocks.
struct LookedAt {
    lines: Vec<Line>,
    is_complete: bool,
}

struct Line {
    address: Address,
    class: AssetClass,
    /// How many blocks were looked at how, and how well that proves that nothing is missing.
    blocks: BTreeMap<(How, Proof), u64>,
    transfers: usize,
}

impl LookedAt {
    fn of(
        case: &Case,
        chain: ChainId,
        addresses: &[Address],
        window: Window,
    ) -> Result<Self, Error> {
        let mut lines: BTreeMap<(Address, AssetClass), Line> = BTreeMap::new();
        for address in addresses.iter().copied() {
            for class in AssetClass::ALL {
                let line = Line { address, class, blocks: BTreeMap::new(), transfers: 0 };
                lines.insert((address, class), line);
            }
        }
        for found in case.coverage(chain)? {
            if let Some(line) = lines.get_mut(&(found.address, found.class))
                && let Some(blocks) = found.window.intersection(window)
            {
                let count = line.blocks.entry((found.how, found.proof)).or_default();
                *count = count.saturating_add(blocks.block_count());
            }
        }
        for transfer in case.transfers(chain)? {
            let mut parties = vec![transfer.from, transfer.to];
            parties.dedup();
            if !window.contains(transfer.position.block) {
                continue;
            }
            for party in parties.into_iter().flatten() {
                if let Some(line) = lines.get_mut(&(party, transfer.asset.class())) {
                    line.transfers = line.transfers.saturating_add(1);
                }
            }
        }
        let lines: Vec<Line> = lines.into_values().collect();
        let is_complete = lines.iter().all(|line| line.is_complete(window));
        Ok(Self { lines, is_complete })
    }

    fn table(&self, info: &ChainInfo) -> String {
        let mut text = String::new();
        let mut last = None;
        for line in &self.lines {
            if last != Some(line.address) {
                text.push_str(&format!("\n{}\n", checksum(line.address)));
            }
            last = Some(line.address);
            let class = match line.class {
                AssetClass::Native => info.native.symbol.as_str(),
                AssetClass::Tokens | AssetClass::Token(_) => "tokens",
            };
            text.push_str(&format!("  {class}: {} transfers; {}\n", line.transfers, line.looks()));
        }
        text
    }
}

impl Line {
    fn looks(&self) -> String {
        if self.blocks.is_empty() {
            return "not looked at".to_owned();
        }
        let looks: Vec<_> = self
            .blocks
            .iter()
            .map(|((how, proof), blocks)| {
                format!("{blocks} blocks by {}, {}", how.name(), proof.name())
            })
            .collect();
        looks.join("; ")
    }

    fn is_complete(&self, window: Window) -> bool {
        let looked_at = self.blocks.values().fold(0_u64, |sum, blocks| sum.saturating_add(*blocks));
        looked_at == window.block_count()
            && self.blocks.keys().all(|(_, proof)| Proof::Reconciled <= *proof)
    }
}
