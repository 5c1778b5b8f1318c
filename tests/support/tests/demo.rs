//! The demo's case: its files say what playing it gives, twice the same, and the public amounts come out.

use std::collections::BTreeSet;

use fundtrail_model::{Amount, Asset};
use fundtrail_testkit::case::PlayedChain;
use fundtrail_testkit::player::invented_address;
use fundtrail_testkit::scenario::{Deed, Scenario, seconds};
use fundtrail_testkit::{contracts, dprk_900k, place};
use serde_json::{Value, json};

#[test]
fn the_compiled_contracts_are_those_of_the_sources() {
    for folder in [dprk_900k::folder(), place::root().join("tests/support")] {
        let folder = folder.join("contracts");
        let is_fresh = contracts::compile(&folder) == place::read(&folder.join("compiled.json"));
        assert!(is_fresh, "{}/compiled.json is stale: run `just contracts`", folder.display());
    }
}

#[test]
fn two_plays_are_the_same_and_give_the_files_of_the_case() {
    let [first, second] = [dprk_900k::play(), dprk_900k::play()];
    for (one, other) in first.chains().into_iter().zip(second.chains()) {
        assert_eq!(one.head_hash, other.head_hash, "{} has two heads", one.spec.name);
    }
    for (name, text) in first.files() {
        let is_fresh = place::read(&dprk_900k::folder().join(name)) == text;
        assert!(is_fresh, "{name} is stale: run `just record`");
    }
    assert_eq!(dprk_900k::expected().chain[1].head_hash, first.polygon.head_hash);
}

#[test]
fn the_books_are_what_the_chains_say() {
    let played = dprk_900k::play();
    for chain in played.chains() {
        assert_eq!(chain.differences(), [], "{}", chain.spec.name);
        for (key, line) in chain.truth.lines() {
            let ended =
                line.endings.values().fold(Amount::ZERO, |sum, part| sum.saturating_add(*part));
            let came = line.seeded.checked_add(line.converted_in);
            assert_eq!(came, line.converted_out.checked_add(ended), "{key:?}");
        }
        // Everything that happened is final, and the node still knows the state of the first block.
        let finalized = block(chain, "finalized");
        assert_eq!(number(&finalized["number"]) + 2, chain.head);
        let steps_end = number(&block(chain, &format!("{:#x}", chain.head - 6))["number"]);
        assert!(steps_end < number(&finalized["number"]));
        let hot_wallet = format!("{:#x}", invented_address(&chain.spec.noise.hot_wallet));
        let first_block = format!("{:#x}", chain.first_block);
        let funds = chain.anvil.rpc().expect("eth_getBalance", &json!([hot_wallet, first_block]));
        assert_ne!(funds, "0x0", "the first block's state is gone");
    }
}

#[test]
fn the_public_facts_come_out() {
    let played = dprk_900k::play();
    let polygon = &played.polygon;
    let upgrade = block(polygon, "0x19453f7");
    assert_eq!(number(&upgrade["number"]), 26_498_039);
    assert_eq!(number(&upgrade["timestamp"]), seconds("2022-03-29T11:19:50Z"));
    let proxy = format!("{:#x}", polygon.world.contract("staking pool 1"));
    let filter = json!([{"blockHash": upgrade["hash"], "address": proxy}]);
    let events = polygon.anvil.rpc().expect("eth_getLogs", &filter);
    assert_eq!(events.as_array().unwrap().len(), 1, "the proxy tells of its upgrade");
    let amounts: Vec<_> = polygon.thefts.iter().map(|theft| theft.amount.to_decimal(18)).collect();
    assert_eq!(amounts, ["406618", "129463"]);
    let stolen = played.ethereum.thefts.iter().map(|theft| theft.amount.to_decimal(18));
    assert_eq!(stolen.collect::<Vec<_>>(), ["60"]);

    let lines = polygon.truth.lines();
    let check = |theft: usize, asset: Asset, converted_in: &str| {
        assert_eq!(lines[&(theft, asset)].converted_in.to_decimal(18), converted_in, "{asset}");
    };
    check(0, polygon.world.asset("ELIXIR"), "4074960");
    check(1, polygon.world.asset("START"), "110846");
    let sold = |asset: &str| {
        let sales = polygon.spec.step.iter().filter_map(|step| match &step.deed {
            Deed::Swap { give, amount, fails: false, .. } if give == asset => {
                Some(Amount::from_decimal(amount, 18).unwrap())
            }
            _ => None,
        });
        sales.fold(Amount::ZERO, Amount::saturating_add).to_decimal(18)
    };
    assert_eq!(sold("ELIXIR"), "174960");
    assert_eq!(coins_paid_out(polygon, "WMATIC-ELIXIR pool"), "43089");
    assert_eq!(coins_paid_out(polygon, "WMATIC-START pool"), "185962");

    let held = |name: &str, asset: &str| {
        let holder = invented_address(name);
        polygon.truth.balance(holder, polygon.world.asset(asset)).to_decimal(18)
    };
    assert_eq!(held("B wallet 1", "ELIXIR"), "3900000");
    let bridge = polygon.world.contract("bridge");
    let bridged = polygon.truth.endings().into_iter().find(|(key, _)| key.3 == Some(bridge));
    assert_eq!(bridged.unwrap().1.to_decimal(18), "50846");
}

#[test]
fn there_is_enough_going_on_around_it() {
    let played = dprk_900k::play();
    for (chain, least) in played.chains().into_iter().zip([1_000, 150]) {
        let hot_wallet = format!("{:#x}", invented_address(&chain.spec.noise.hot_wallet));
        let mut counterparties = BTreeSet::new();
        let mut hashes = BTreeSet::new();
        let mut failures = 0;
        for number in chain.first_block + 1..=chain.head {
            let at = json!([format!("{number:#x}"), true]);
            let block = chain.anvil.rpc().expect("eth_getBlockByNumber", &at);
            for transaction in block["transactions"].as_array().unwrap() {
                assert!(hashes.insert(transaction["hash"].to_string()), "one hash twice");
                let [from, to] = ["from", "to"].map(|end| transaction[end].as_str());
                for (one, other) in [(from, to), (to, from)] {
                    if one == Some(hot_wallet.as_str()) {
                        counterparties.extend(other.map(str::to_owned));
                    }
                }
            }
            let at = json!([format!("{number:#x}")]);
            let receipts = chain.anvil.rpc().expect("eth_getBlockReceipts", &at);
            let is_failure = |receipt: &&Value| receipt["status"] == "0x0";
            failures += receipts.as_array().unwrap().iter().filter(is_failure).count();
        }
        let name = &chain.spec.name;
        assert!(counterparties.len() > least, "{name}: {}", counterparties.len());
        assert!(hashes.len() > 700, "{name}: {} transactions", hashes.len());
        assert!(failures > 10, "{name}: {failures} failures");
        let n_blocks = chain.head - chain.first_block;
        assert!((250..=500).contains(&n_blocks), "{name}: {n_blocks} blocks");
    }
}

#[test]
fn every_step_has_a_source_or_says_that_it_is_made_up() {
    let scenario = Scenario::read(&dprk_900k::folder());
    for chain in &scenario.chain {
        let times: Vec<u64> = chain.step.iter().map(|step| seconds(&step.at)).collect();
        assert!(times.is_sorted(), "{}: steps are not in order", chain.name);
        for step in &chain.step {
            let source = step.source.as_deref();
            let is_known = source.is_none_or(|name| ["DOJ", "VICTIM", "PRESS"].contains(&name));
            assert!(is_known && (source.is_some() || step.invented), "{}: {}", step.at, step.text);
        }
    }
    for listing in &scenario.listing {
        assert!(listing.authority.contains("(invented)") && listing.entity.contains("(invented)"));
    }
    for label in scenario.chain.iter().flat_map(|chain| &chain.label) {
        assert!(label.name.ends_with("(invented)"), "{}", label.name);
    }

    let facts: toml::Table =
        toml::from_str(&place::read(&dprk_900k::folder().join("facts.toml"))).unwrap();
    assert!(facts["banner"].as_str().unwrap().contains("invented"));
    for fact in facts["fact"].as_array().unwrap() {
        assert!(!fact["text"].as_str().unwrap().is_empty(), "{fact}");
        assert!(!fact["source"].as_str().unwrap().is_empty(), "{fact}");
    }
}

/// What a pool's first token paid when its liquidity was taken away, told by the pool's own event.
fn coins_paid_out(chain: &PlayedChain, pool: &str) -> String {
    let burn = "0xdccd412f0b1252819cb1fd330b93224ca42612892bb3f4f789976e6d81936496";
    let pool = format!("{:#x}", chain.world.contract(pool));
    let filter = json!([{"fromBlock": "earliest", "address": pool, "topics": [burn]}]);
    let logs = chain.anvil.rpc().expect("eth_getLogs", &filter);
    assert_eq!(logs.as_array().unwrap().len(), 1, "liquidity is taken away once");
    let data = logs[0]["data"].as_str().unwrap();
    let word = fundtrail_model::U256::from_str_radix(&data[2..66], 16).unwrap();
    Amount::from_base_units(word).to_decimal(18)
}

fn block(chain: &PlayedChain, at: &str) -> Value {
    chain.anvil.rpc().expect("eth_getBlockByNumber", &json!([at, false]))
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}
