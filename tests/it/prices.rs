//! US dollars read at the block, and everything that keeps them from being known.

use std::collections::BTreeMap;
use std::time::Duration;

use fundtrail_model::{Address, ChainId, U256, checksum, parse_hash};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::chaos::{ChaosProxy, Faults, Profile};
use fundtrail_testkit::contracts::{Contracts, pool_address, selector};
use serde_json::Value;

use crate::rules::read;
use crate::sanctions::{Payment, THIEF, VICTIM, at, list, play, text, trace};
use crate::sandbox::{Outcome, Sandbox};

/// The feeds of ETH and USDC, the pool of SHIB, and SHIB itself, where `data/prices/sources.toml` has them.
const ETH_FEED: &str = "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419";
const SHIB_POOL: &str = "0x2F62f2B4c5fcd7570a709DeC05D68EA19c82A9ec";
const SHIB: &str = "0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cE";
const WETH: &str = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
const MULTICALL: &str = "0xcA11bde05977b3631167028862bE2a173976CA11";
const ORACLE: Address = Address::repeat_byte(0x07);

fn word(number: impl Into<U256>) -> [u8; 32] {
    let mut word = [0; 32];
    number.into().to_big_endian(&mut word);
    word
}

/// Two's complement.
fn signed(number: i128) -> U256 {
    let magnitude = U256::from(number.unsigned_abs());
    if number < 0 { !magnitude + U256::one() } else { magnitude }
}

/// Somebody calls a contract at a time.
fn called(time: &str, by: Address, contract: &str, function: &str, words: &[[u8; 32]]) -> Payment {
    let data = [&selector(function)[..], &words.concat()].concat();
    Payment { data, ..Payment::new(time, by, at(contract), "0") }
}

fn described(time: &str, feed: &str, text: &str, decimals: u64) -> Payment {
    let mut padded = [0_u8; 32];
    padded[..text.len()].copy_from_slice(text.as_bytes());
    let length = U256::from(u64::try_from(text.len()).unwrap());
    let words = [word(64), word(decimals), word(length), padded];
    called(time, ORACLE, feed, "describe(string,uint8)", &words)
}

/// The feed of ETH answers this, so many seconds before its transaction.
fn said(time: &str, answer: i128, ago: i128) -> Payment {
    let at = i128::from(Payment::new(time, ORACLE, ORACLE, "0").seconds) - ago;
    let words = [word(signed(answer)), word(signed(at))];
    called(time, ORACLE, ETH_FEED, "say(int256,uint256)", &words)
}

fn place(options: &mut AnvilOptions, contracts: &[(&str, &str)]) {
    options.genesis.fund(ORACLE, 10_u128.pow(18).into());
    for (at_address, name) in contracts {
        options.genesis.place(at(at_address), Contracts::own().runtime(name), &[]);
    }
}

/// What each movement that a report tells was worth, by its time: the dollars, and the price behind them.
fn dollars(report: &Value) -> BTreeMap<String, (Option<String>, Value)> {
    // A fee is paid to nobody.
    let hops = list(report, "hops").iter().filter(|hop| hop["to"].is_object());
    hops.map(|hop| {
        let money = &hop["paid"][0];
        let time = text(&hop["place"], "time").to_owned();
        (time, (money["usd"].as_str().map(str::to_owned), money["price"].clone()))
    })
    .collect()
}

fn statements(report: &Value, start: &str) -> String {
    let all = list(&report["method"], "statements").iter().filter_map(Value::as_str);
    all.filter(|line| line.starts_with(start)).collect::<Vec<_>>().join("\n")
}

/// The time of a payment, what it was worth, or why that is not known.
type Expected = (&'static str, Option<&'static str>, &'static str);

/// A feed that is right, and then wrong in every way; what each of the payments after it is worth.
fn faulty_feed() -> (Vec<Payment>, Vec<Expected>) {
    let none = |time, why| (time, None, why);
    let mut payments = vec![
        described("2024-03-29T09:00:00Z", ETH_FEED, "ETH / USD", 8),
        said("2024-03-29T09:58:00Z", 335_012_345_678, 0),
        Payment::new("2024-03-29T10:00:00Z", VICTIM, THIEF, "30"),
        said("2024-03-29T10:10:00Z", 200_000_000_000, 5),
        Payment::new("2024-03-29T10:11:00Z", THIEF, Address::repeat_byte(0x31), "1.5"),
    ];
    let mut expected = vec![("2024-03-29 10:11:00 UTC", Some("$3,000.00"), "")];
    let huge = i128::MAX;
    for (minute, feed, why) in [
        ("12", said("2024-03-29T10:12:00Z", 0, 0), "zero or less"),
        ("14", said("2024-03-29T10:14:00Z", -5, 0), "zero or less"),
        ("16", said("2024-03-29T10:16:00Z", huge, 0), "more than anything is worth"),
        ("18", said("2024-03-29T10:18:00Z", 100_000_000, 26 * 3_600), "too old"),
        ("20", said("2024-03-29T10:20:00Z", 100_000_000, -3_600), "of after the block"),
        ("22", called("2024-03-29T10:22:00Z", ORACLE, ETH_FEED, "breakDown()", &[]), "refused"),
        ("24", said("2024-03-29T10:24:00Z", 100_000_000, 0), ""),
        (
            "26",
            described("2024-03-29T10:26:00Z", ETH_FEED, "BTC / USD", 8),
            "another thing of itself",
        ),
        (
            "28",
            described("2024-03-29T10:28:00Z", ETH_FEED, "ETH / USD", 18),
            "another thing of itself",
        ),
    ] {
        let number: u8 = minute.parse().unwrap();
        let to = Address::repeat_byte(0x40 + number);
        let time = format!("2024-03-29T10:{:02}:00Z", number + 1);
        payments.extend([feed, Payment::new(&time, THIEF, to, "1")]);
        let time: &'static str = format!("2024-03-29 10:{:02}:00 UTC", number + 1).leak();
        expected.push(if why.is_empty() { (time, Some("$1.00"), "") } else { none(time, why) });
    }
    (payments, expected)
}

#[test]
fn movements_are_valued_by_the_feed_at_their_block_or_not_at_all() {
    let (payments, expected) = faulty_feed();
    // The same with and without the contract that makes many calls in one.
    let mut seen = Vec::new();
    for together in [true, false] {
        let (node, hashes) = play(&payments, |options| {
            let all = [(ETH_FEED, "Feed"), (MULTICALL, "Multicall")];
            place(options, if together { &all } else { &all[..1] });
        });
        let sandbox = Sandbox::new();
        let seed = hashes[2].clone();
        let run = |more: &[&str]| trace(&sandbox, &node, &[&seed], more).success();
        let (proxy, count) = counted(&node);
        run(&[]);
        let report = read(&sandbox, "a.json");
        assert!(report["seeds"][0]["money"]["usd"].is_null());
        assert!(report["seeds"][0]["money"].get("price").is_none());
        assert_eq!(statements(&report, "Price"), "");

        let traced = count();
        let again = ["trace", "--chain", "ethereum", "--rpc", &proxy.url(), "--until", "latest"];
        let rest = ["--case", "case.ftcase", "--as-of", "2026-11-23", "--out", "a.json"];
        let asked = [&again[..], &rest, &[&seed, "--price-source", "chain"]].concat();
        let outcome: Outcome = sandbox.run(&asked).success();
        let report = read(&sandbox, "a.json");
        let stolen = &report["seeds"][0]["money"];
        assert_eq!(text(stolen, "usd"), "$100,503.70", "{}", outcome.stderr);
        let price = &stolen["price"];
        assert_eq!(text(price, "usd_per_unit"), "3350.12345678");
        assert_eq!(text(price, "kind"), "feed");
        assert_eq!(text(price, "source"), format!("Chainlink feed ETH / USD {ETH_FEED}"));
        assert_eq!(text(price, "time"), "2024-03-29 09:58:00 UTC");
        assert_eq!(price["age_seconds"], 120);

        let dollars = dollars(&report);
        let missing = statements(&report, "No price, which is not a price of nothing: ");
        for (time, usd, why) in &expected {
            let (found, price) = &dollars[*time];
            assert_eq!(found.as_deref(), *usd, "{time}");
            assert_eq!(price.is_null(), usd.is_none(), "{time}");
            assert!(missing.contains(why), "{why}: {missing}");
        }
        assert_eq!(dollars[expected[0].0].1["age_seconds"], 65);
        let used = statements(&report, "Prices used: ");
        assert!(used.contains("the oldest 120 seconds before its block"), "{used}");

        // What is read stays: the same command asks for none of it again, and the report needs no node.
        let priced = count() - traced;
        sandbox.run(&asked).success();
        let rerun = count() - traced - priced;
        assert!(rerun < priced, "{rerun} of {priced}");
        sandbox.run(&["report", "case.ftcase", "--out", "b.json"]).success();
        assert_eq!(sandbox.read("b.json"), sandbox.read("a.json"));
        seen.push((dollars, priced));
    }
    assert_eq!(seen[0].0, seen[1].0);
}

#[test]
fn wallets_are_valued_by_the_feed_at_their_block_or_not_at_all() {
    let (payments, expected) = faulty_feed();
    let (node, _) = play(&payments, |options| place(options, &[(ETH_FEED, "Feed")]));
    let sandbox = Sandbox::new();
    let (url, who) = (node.url(), checksum(THIEF));
    let what =
        ["screen", "--chain", "ethereum", &who, "--rpc", &url, "--from", "0", "--to", "latest"];
    let rest = ["--case", "w.ftcase", "--as-of", "2026-11-23", "--out", "w.json"];
    sandbox.run(&[&what[..], &rest, &["--price-source", "chain"]].concat()).success();
    let report = read(&sandbox, "w.json");
    let transfers = list(&report["wallets"][0], "transfers").iter();
    let told: BTreeMap<&str, &Value> = transfers
        .filter(|of| of["side"] == "out" && of["standing"] == "payment")
        .map(|of| (text(&of["at"], "time"), &of["amount"]))
        .collect();
    for (time, usd, _) in &expected {
        let amount = told[time];
        assert_eq!(amount["usd"].as_str(), *usd, "{time}");
        assert_eq!(amount["price"].is_null(), usd.is_none(), "{time}");
    }
    let price = &told[expected[0].0]["price"];
    assert_eq!(text(price, "source"), format!("Chainlink feed ETH / USD {ETH_FEED}"));
    assert_eq!(text(price, "time"), "2024-03-29 10:09:55 UTC");
    let method: Vec<_> = list(&report, "method").iter().filter_map(Value::as_str).collect();
    let method = method.join("\n");
    for words in
        ["Prices come from, the first that has one counting: feeds and pools", "Prices used: "]
    {
        assert!(method.contains(words), "{words}: {method}");
    }
    for (.., why) in &expected {
        assert!(method.contains(why), "{why}: {method}");
    }
    // The same from the case alone.
    sandbox.run(&["screen", "--case", "w.ftcase", "--out", "again.json"]).success();
    assert_eq!(sandbox.read("again.json"), sandbox.read("w.json"));
}

/// The node behind a proxy that counts, and what it has counted.
fn counted(node: &Anvil) -> (&'static ChaosProxy, impl Fn() -> usize) {
    let profile = Profile::bare("counts");
    let proxy: &'static ChaosProxy =
        Box::leak(Box::new(ChaosProxy::start(&node.url(), profile, Faults::none())));
    (proxy, || proxy.requests())
}

#[test]
fn a_token_without_a_feed_is_valued_by_the_mean_of_its_pool() {
    // 10^-8 WETH for a SHIB at the tick -184,216; the root says 1.2 times that, so that it shows who was asked.
    let root = U256::from_dec_str("8679010359749558978863043").unwrap();
    let tick = -184_216;
    let [fee, liquidity] = [3_000, 5].map(word);
    let shib = |time: &str, by: Address, function: &str, to: Address, units: u128| {
        let words = [word(U256::from_big_endian(to.as_bytes())), word(units)];
        called(time, by, SHIB, function, &words)
    };
    let address = |text: &str| word(U256::from_big_endian(at(text).as_bytes()));
    let billion = 10_u128.pow(27);
    let payments = [
        described("2024-03-29T09:00:00Z", ETH_FEED, "ETH / USD", 8),
        said("2024-03-29T09:01:00Z", 200_000_000_000, 0),
        called(
            "2024-03-29T09:02:00Z",
            ORACLE,
            SHIB_POOL,
            "make(address,address,uint24)",
            &[address(SHIB), address(WETH), fee],
        ),
        shib("2024-03-29T09:03:00Z", ORACLE, "mint(address,uint256)", VICTIM, 9 * billion),
        shib("2024-03-29T09:04:00Z", VICTIM, "transfer(address,uint256)", THIEF, 8 * billion),
        called(
            "2024-03-29T09:05:00Z",
            ORACLE,
            SHIB_POOL,
            "say(uint128,uint160,int24)",
            &[liquidity, word(root), word(signed(tick))],
        ),
        shib(
            "2024-03-29T09:15:00Z",
            THIEF,
            "transfer(address,uint256)",
            Address::repeat_byte(0x31),
            billion,
        ),
        shib(
            "2024-03-29T09:55:00Z",
            THIEF,
            "transfer(address,uint256)",
            Address::repeat_byte(0x32),
            billion,
        ),
    ];
    let (node, hashes) = play(&payments, |options| {
        place(options, &[(ETH_FEED, "Feed"), (SHIB_POOL, "Pool"), (SHIB, "Rebasing")]);
    });
    let sandbox = Sandbox::new();
    trace(&sandbox, &node, &[&hashes[4]], &["--price-source", "stable,chain"]).success();
    let report = read(&sandbox, "a.json");
    assert!(report["seeds"][0]["money"]["usd"].is_null(), "the pool was empty");
    let missing = statements(&report, "No price");
    assert!(
        missing
            .contains("SHIB on Ethereum at 1 block: no round was complete, or the pool was empty")
    );
    let dollars = dollars(&report);
    let (spot, price) = &dollars["2024-03-29 09:15:00 UTC"];
    assert_eq!((spot.as_deref(), text(price, "kind")), (Some("$24,000.00"), "pool-spot"));
    let (mean, price) = &dollars["2024-03-29 09:55:00 UTC"];
    assert_eq!((mean.as_deref(), text(price, "kind")), (Some("$20,000.04"), "pool-mean"));
    let source =
        format!("Uniswap v3 pool {SHIB_POOL}, mean of 30 minutes, times Chainlink feed ETH / USD");
    assert_eq!(text(price, "source"), source);
    assert_eq!(text(price, "time"), "2024-03-29 09:01:00 UTC");
}

/// Forty payments, each with a price of its own.
fn many() -> Vec<Payment> {
    let mut payments = vec![
        described("2024-03-29T09:00:00Z", ETH_FEED, "ETH / USD", 8),
        said("2024-03-29T09:01:00Z", 200_000_000_000, 0),
        Payment::new("2024-03-29T10:00:00Z", VICTIM, THIEF, "90"),
    ];
    for number in 0..80_u8 {
        let time = format!("2024-03-29T{}:{:02}:00Z", 11 + number / 40, number % 40);
        payments.push(Payment::new(&time, THIEF, Address::repeat_byte(0x20 + number), "1"));
    }
    payments
}

#[test]
fn a_run_that_is_killed_while_it_reads_prices_goes_on_where_it_stopped() {
    let payments = many();
    let (node, hashes) = play(&payments, |options| place(options, &[(ETH_FEED, "Feed")]));
    let sandbox = Sandbox::new();
    let (proxy, count) = counted(&node);
    let arguments = |case: &str| -> Vec<String> {
        let url = proxy.url();
        let words =
            ["trace", "--chain", "ethereum", "--rpc", &url, "--until", "latest", "--case", case];
        let rest = ["--as-of", "2026-11-23", &hashes[2], "--price-source", "chain"];
        words.iter().chain(&rest).map(|word| (*word).to_owned()).collect()
    };
    fn run(sandbox: &Sandbox, arguments: &[String]) -> Outcome {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        sandbox.run(&words).success()
    }
    let mut without = arguments("whole.ftcase");
    without.truncate(without.len() - 2);
    let _ = run(&sandbox, &without);
    let traced = count();
    let _ = run(&sandbox, &arguments("whole.ftcase"));
    let priced = count() - traced;
    let whole = sandbox.digest("whole.ftcase");
    assert!(9 <= priced, "{priced}");
    for part in [1, 2, 3] {
        let case = format!("case-{part}.ftcase");
        let started = count();
        let words = arguments(&case);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut child = sandbox.start(&words);
        while count() < started + traced + priced * part / 4 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let _ = run(&sandbox, &arguments(&case));
        assert_eq!(sandbox.digest(&case), whole, "{part}");
    }
}

#[test]
fn a_node_without_the_state_gives_no_price_and_another_one_does_later() {
    let payments = many();
    let make = |forgets: bool| {
        play(&payments, |options| {
            place(options, &[(ETH_FEED, "Feed")]);
            options.forgets = forgets;
            if forgets {
                options.kept_states = 0;
            }
        })
    };
    let ((full, hashes), (pruned, same)) = (make(false), make(true));
    assert_eq!(hashes, same);
    let sandbox = Sandbox::new();
    let asked = ["--price-source", "chain"];
    let outcome = trace(&sandbox, &pruned, &[&hashes[2]], &asked).success();
    assert!(outcome.stderr.contains("could not be read: the node no longer has that state"));
    let report = read(&sandbox, "a.json");
    assert!(report["seeds"][0]["money"]["usd"].is_null());
    let missing = statements(&report, "No price");
    assert!(missing.contains("the node did not give the state of that block"), "{missing}");
    trace(&sandbox, &full, &[&hashes[2]], &asked).success();
    let report = read(&sandbox, "a.json");
    assert_eq!(text(&report["seeds"][0]["money"], "usd"), "$180,000.00");
    assert_eq!(statements(&report, "No price"), "");
}

#[test]
fn sources_count_in_the_order_in_which_they_are_named() {
    let payments = [
        described("2024-03-29T09:00:00Z", ETH_FEED, "ETH / USD", 8),
        said("2024-03-29T09:01:00Z", 200_000_000_000, 0),
        Payment::new("2024-03-29T10:00:00Z", VICTIM, THIEF, "2"),
    ];
    let (node, hashes) = play(&payments, |options| place(options, &[(ETH_FEED, "Feed")]));
    let sandbox = Sandbox::new();
    sandbox.write(
        "prices.csv",
        "chain,contract,date,usd,source\n1,native,2024-03-29,3500.5,a newspaper\n",
    );
    let check = |more: &[&str], usd: Option<&str>, source: &str| {
        trace(&sandbox, &node, &[&hashes[2]], more).success();
        let money = read(&sandbox, "a.json")["seeds"][0]["money"].clone();
        assert_eq!(money["usd"].as_str(), usd, "{more:?}");
        if usd.is_some() {
            assert!(text(&money["price"], "source").starts_with(source), "{money}");
        }
    };
    check(&["--prices", "prices.csv"], Some("$7,001.00"), "a newspaper");
    check(&["--price-source", "chain,csv"], Some("$4,000.00"), "Chainlink feed");
    check(&["--price-source", "csv,chain"], Some("$7,001.00"), "a newspaper");
    // What the case says holds until something else is typed.
    check(&[], Some("$7,001.00"), "a newspaper");
    check(&["--price-source", "stable"], None, "");
    check(&["--price-source", "none"], None, "");
    check(&[], None, "");
    let refused = |more: &[&str], words: &str| {
        let outcome = trace(&sandbox, &node, &[&hashes[2]], more);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    };
    refused(&["--price-source", "none,csv"], "contradict each other");
    refused(&["--prices", "prices.csv", "--price-source", "chain"], "does not name the file");
    refused(&["--price-source", "chain", "--min-usd", "5"], "before anything is followed");
    refused(&["--price-source", "gold"], "invalid value");
    sandbox.run(&["case", "show", "case.ftcase"]).success();
    std::fs::remove_file(sandbox.path("case.ftcase")).unwrap();
    refused(&["--price-source", "csv,chain"], "needs a file of prices");
}

#[test]
fn the_address_of_a_pool_follows_from_its_tokens_and_its_fee() {
    let file: toml::Value = toml::from_str(include_str!("../../data/prices/sources.toml")).unwrap();
    let of = |value: &toml::Value, name: &str| at(value[name].as_str().unwrap());
    let factory = of(&file["factory"], "contract");
    let code = parse_hash(file["factory"]["code_hash"].as_str().unwrap()).unwrap();
    // One that everybody knows: USDC and WETH for 0.05 %.
    let usdc = at("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    let known = at("0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640");
    assert_eq!(pool_address(factory, [usdc, at(WETH)], 500, code), known);
    let pools = file["pool"].as_array().unwrap();
    for pool in pools {
        let fee = u32::try_from(pool["fee"].as_integer().unwrap()).unwrap();
        let tokens = [of(pool, "token"), of(pool, "quote")];
        assert_eq!(pool_address(factory, tokens, fee, code), of(pool, "contract"), "{pool}");
        assert_eq!(ChainId(1).0, u64::try_from(pool["chain"].as_integer().unwrap()).unwrap());
    }
    assert!(!pools.is_empty());
}
