//! A case played to its end.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use fundtrail_model::{Address, Amount, Asset, hash_hex};

use crate::anvil::Anvil;
use crate::contracts::Contracts;
use crate::leg::{Leg, MixerLink};
use crate::place;
use crate::player::{Theft, balance};
use crate::scenario::{Chain, Scenario};
use crate::truth::Truth;
use crate::world::World;

/// One chain of a case, played to its end.
#[derive(Debug)]
pub struct PlayedChain {
    /// What was played.
    pub spec: Chain,
    /// The node.
    pub anvil: Anvil,
    /// Number of the first block.
    pub first_block: u64,
    /// Number of the last block.
    pub head: u64,
    /// Hash of the last block, as the node writes it.
    pub head_hash: String,
    /// What was stolen.
    pub thefts: Vec<Theft>,
    /// Where every stolen unit ended.
    pub truth: Truth,
    /// Which mixer withdrawal pays out which deposit.
    pub links: Vec<MixerLink>,
    /// Where contracts and tokens stand.
    pub world: World,
    /// Names of the addresses that the scenario mentions.
    pub names: BTreeMap<Address, String>,
}

/// Plays every chain of the case in a folder, all at once, each on a node of its own.
///
/// # Panics
///
/// If the case is wrong or its tools are not installed.
#[must_use]
pub fn play(folder: &Path) -> (Scenario, Vec<PlayedChain>) {
    let scenario = Scenario::read(folder);
    let contracts = Contracts::parse(&place::read(&folder.join("contracts/compiled.json")));
    let chains = thread::scope(|scope| {
        let threads: Vec<_> = scenario
            .chain
            .iter()
            .map(|spec| {
                let (scenario, contracts) = (&scenario, contracts.clone());
                scope.spawn(move || finish(Leg::play(scenario, spec, contracts)))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
            .collect()
    });
    (scenario, chains)
}

fn finish(leg: Leg<'_>) -> PlayedChain {
    let head = leg.player.height();
    let block = serde_json::json!([format!("{head:#x}"), false]);
    let block = leg.player.anvil().rpc().expect("eth_getBlockByNumber", &block);
    let head_hash = block["hash"].as_str().expect("a block has a hash").to_owned();
    let mut names = leg.names;
    for (name, address) in leg.world.contracts() {
        names.entry(*address).or_insert_with(|| name.clone());
    }
    let (anvil, truth, thefts) = leg.player.finish();
    PlayedChain {
        spec: leg.spec.clone(),
        anvil,
        first_block: leg.spec.first_step_block - leg.spec.setup_blocks,
        head,
        head_hash,
        thefts,
        truth,
        links: leg.links,
        world: leg.world,
        names,
    }
}

impl PlayedChain {
    /// Where its node listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.anvil.url()
    }

    /// The name of an address in the scenario, or nothing for one that it does not mention.
    #[must_use]
    pub fn name_of(&self, address: Address) -> &str {
        self.names.get(&address).map_or("", String::as_str)
    }

    /// The thefts as the command line takes them: `CHAIN:TRANSACTION:STEP`.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        let name = &self.spec.name;
        self.thefts
            .iter()
            .map(|theft| format!("{name}:{}:{}", hash_hex(theft.transaction), theft.position.step))
            .collect()
    }

    /// Every wallet whose books differ from the chain: wallet, asset, in the books, on the chain.
    #[must_use]
    pub fn differences(&self) -> Vec<(Address, Asset, Amount, Amount)> {
        self.truth
            .holdings()
            .map(|(account, asset)| {
                let in_books = self.truth.balance(account, asset);
                (account, asset, in_books, balance(&self.anvil, account, asset))
            })
            .filter(|(_, _, in_books, on_chain)| in_books != on_chain)
            .collect()
    }
}
