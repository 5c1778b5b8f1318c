//! Endpoints as they were seen in 2026. Where a text or a code could not be confirmed, a comment says so.

use super::profile::{Count, Profile, Refusal, Shape, When};

const HTTP_OK: u16 = 200;

/// All of them.
#[must_use]
pub fn all() -> Vec<Profile> {
    vec![
        alchemy_free(),
        infura(),
        quicknode(),
        publicnode(),
        drpc_free(),
        llamarpc(),
        blockpi(),
        ankr(),
        base(),
        arbitrum(),
        erigon(),
        reth(),
        reth_with_useless_hints(),
        nethermind(),
        without_tracers(),
        pruned_state(),
        pruned_history(),
        pruned_silently(),
    ]
}

fn alchemy_free() -> Profile {
    Profile::bare("alchemy-free")
        .with(
            When::Blocks(Shape::Any, Count::Number),
            10,
            Refusal::new(
                -32600,
                400,
                "Under the Free tier plan, you can make eth_getLogs requests with up to a {limit} block range. Based on your parameters, this block range should work: [{from_hex}, {fit_hex}]. Upgrade to PAYG for expanded block range.",
            ),
        )
        .at_most(
            25,
            None,
            Refusal::new(429, 429, "Your app has exceeded its compute units per second capacity"),
        )
}

fn infura() -> Profile {
    Profile::bare("infura")
        .with(
            When::Parameters,
            5_000,
            Refusal::new(
                -32005,
                HTTP_OK,
                "This query contains {count} filters. The current limit is {limit}",
            ),
        )
        .with(
            When::Blocks(Shape::Any, Count::Difference),
            10_000,
            Refusal::new(-32602, HTTP_OK, "range {range} exceeds limit of {limit}"),
        )
        .with(
            When::Logs,
            10_000,
            Refusal::new(
                -32005,
                HTTP_OK,
                "query returned more than {limit} results. Try with this block range [{from_hex}, {fit_hex}].",
            )
            .with_data(r#"{"from":"{from_hex}","to":"{fit_hex}","limit":{limit}}"#),
        )
        .at_most(
            25,
            None,
            Refusal::new(-32005, 429, "daily request count exceeded, request rate limited")
                .with_data(r#"{"rate":{"backoff_seconds":1}}"#),
        )
}

fn quicknode() -> Profile {
    Profile::bare("quicknode")
        .with(
            When::Blocks(Shape::Any, Count::Difference),
            10_000,
            Refusal::new(-32614, 413, "eth_getLogs is limited to a {limit_grouped} range"),
        )
        .at_most(
            15,
            None,
            Refusal::new(
                -32007,
                429,
                "{limit}/second request limit reached - reduce calls per second",
            ),
        )
}

fn publicnode() -> Profile {
    Profile::bare("publicnode")
        .with(
            When::NoAddress,
            0,
            Refusal::new(
                -32701,
                HTTP_OK,
                "Please specify an address in your request or, to remove restrictions, order a dedicated full node here: https://www.allnodes.com/eth/host",
            ),
        )
        .with(
            When::Addresses,
            50,
            Refusal::new(-32602, HTTP_OK, "Please, specify less number of addresses"),
        )
        .with(
            When::Blocks(Shape::Any, Count::Difference),
            50_000,
            Refusal::new(-32602, HTTP_OK, "exceed maximum block range: {limit}"),
        )
        // That old logs are gone was reported, not the words: these are geth's.
        .with(When::History, 1_000_000, Refusal::new(4444, HTTP_OK, "pruned history unavailable"))
}

fn drpc_free() -> Profile {
    let range = "ranges over {limit} blocks are not supported on freetier";
    Profile::bare("drpc-free")
        .with(
            When::Batch,
            3,
            // The code was not reported.
            Refusal::new(
                31,
                500,
                "Batch of more than {limit} requests are not allowed on free tier",
            ),
        )
        .with(
            When::Method(&["trace_", "debug_", "ots_"]),
            0,
            Refusal::new(
                35,
                400,
                "method is not available on freetier, please upgrade to paid tier",
            ),
        )
        .with(
            When::Blocks(Shape::Addressed, Count::Difference),
            10_000,
            Refusal::new(35, 400, range),
        )
        .with(When::Blocks(Shape::TopicOnly, Count::Number), 10, Refusal::new(35, 400, range))
}

fn llamarpc() -> Profile {
    Profile::bare("llamarpc")
        .with(
            When::Blocks(Shape::Any, Count::Number),
            1_000,
            Refusal::new(
                -32603,
                HTTP_OK,
                "eth_getLogs range is too large, max is {limit_k} blocks",
            ),
        )
        .with(
            When::Logs,
            20_000,
            Refusal::new(-32603, HTTP_OK, "query exceeds max results {limit}"),
        )
}

fn blockpi() -> Profile {
    Profile::bare("blockpi").with(
        When::Blocks(Shape::Any, Count::Difference),
        1_024,
        Refusal::new(
            -32602,
            HTTP_OK,
            "eth_getLogs is limited to {limit} block range. Please check the parameter requirements at https://docs.blockpi.io/",
        ),
    )
}

fn ankr() -> Profile {
    Profile::bare("ankr")
        .with(
            When::Blocks(Shape::Any, Count::Difference),
            10_000,
            Refusal::new(-32600, HTTP_OK, "maximum [from, to] blocks distance: {limit}"),
        )
        .with(When::Logs, 200_000, Refusal::new(-32600, HTTP_OK, "query exceeds max results"))
        .at_most(
            30,
            None,
            Refusal::new(
                -32000,
                429,
                "Too many requests, reason: call rate limit exhausted, retry in 10s",
            ),
        )
}

fn base() -> Profile {
    Profile::bare("base")
        .with(
            When::Blocks(Shape::TopicOnly, Count::Difference),
            2_000,
            Refusal::new(-32011, HTTP_OK, "block range too large"),
        )
        .at_most(1, Some(1), Refusal::new(-32016, 429, "over rate limit"))
}

fn arbitrum() -> Profile {
    Profile::bare("arbitrum").with(
        When::Logs,
        10_000,
        Refusal::new(-32000, HTTP_OK, "logs matched by query exceeds limit of {limit}"),
    )
}

fn erigon() -> Profile {
    Profile::bare("erigon")
        .with(
            When::Batch,
            100,
            Refusal::new(
                -32600,
                HTTP_OK,
                "batch limit {limit} exceeded (can increase by --rpc.batch.limit). Requested batch of size: {count}",
            ),
        )
        // The words for the range could not be confirmed: these are geth's.
        .with(
            When::Blocks(Shape::Any, Count::Difference),
            1_000,
            Refusal::new(-32000, HTTP_OK, "exceed maximum block range {limit}"),
        )
        .with(
            When::TracedBlocks(Count::Difference),
            1_000,
            Refusal::new(-32000, HTTP_OK, "exceed maximum block range {limit}"),
        )
        .with(
            When::Logs,
            20_000,
            Refusal::new(
                -32000,
                HTTP_OK,
                "query returns too many logs, narrow your filter: {limit}",
            ),
        )
}

fn reth() -> Profile {
    Profile::bare("reth")
        .with(
            When::BeyondHead,
            0,
            Refusal::new(
                -32602,
                HTTP_OK,
                "block range extends beyond current head block: requested {to}, head {head}",
            ),
        )
        .with(
            When::Blocks(Shape::Any, Count::Difference),
            100_000,
            Refusal::new(-32602, HTTP_OK, "query exceeds max block range {limit}"),
        )
        .with(
            When::Logs,
            20_000,
            Refusal::new(
                -32602,
                HTTP_OK,
                "query exceeds max results {limit}, retry with the range {from}-{fit}",
            ),
        )
        .with(
            When::TracedBlocks(Count::Difference),
            100,
            Refusal::new(
                -32602,
                HTTP_OK,
                "Block range too large; currently limited to {limit} blocks",
            ),
        )
}

/// As reported of nodes on Base: the range that is proposed is the range that was refused.
fn reth_with_useless_hints() -> Profile {
    Profile { name: "reth-useless-hints", has_useless_hints: true, ..reth() }
}

fn nethermind() -> Profile {
    let profile = Profile::bare("nethermind").with(
        When::Logs,
        20_000,
        Refusal::new(-32005, HTTP_OK, "Too many logs requested. Max logs per response is {limit}."),
    );
    Profile { filters_traces_by_both_ends: true, ..profile }
}

/// A geth without its debug interface, which is how most of them are run.
fn without_tracers() -> Profile {
    Profile::bare("without-tracers").with(
        When::Method(&["trace_", "debug_", "ots_"]),
        0,
        Refusal::new(-32601, HTTP_OK, "the method {method} does not exist/is not available"),
    )
}

fn pruned_state() -> Profile {
    let gone = Refusal::new(
        -32000,
        HTTP_OK,
        "missing trie node 7b1ac4e1f5e3f0cbd1a4f7e1e0c5d0b9b5f2d9a0e1c4b7a6d3f2e1c0b9a8d7f6 (path ) state 0x7b1ac4e1f5e3f0cbd1a4f7e1e0c5d0b9b5f2d9a0e1c4b7a6d3f2e1c0b9a8d7f6 is not available",
    );
    Profile::bare("pruned-state").with(When::State, 128, gone)
}

fn pruned_history() -> Profile {
    Profile::bare("pruned-history").with(
        When::History,
        1_000_000,
        Refusal::new(4444, HTTP_OK, "pruned history unavailable"),
    )
}

/// As reported of Erigon: old logs are gone, and a search by topics does not say so.
fn pruned_silently() -> Profile {
    Profile { silent_logs: Some(1_000_000), ..Profile::bare("pruned-silently") }
}
